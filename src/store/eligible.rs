//! Who may join which community: rules, domains and exceptions brought together for the verdict.
//!
//! Must not know what a verdict is made of.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, ToSql};

use super::people::date;
use super::schema::EXCEPTION;
use super::write::Write;
use super::{StoreError, places};
use crate::domain::address;
use crate::domain::community::RuleFacts;
use crate::domain::eligibility::{Candidate, ExceptionFacts, Verdict, verdict};
use crate::domain::ids::{CommunityId, PersonId};

/// Everything that verdicts are made of, read once.
pub struct Judge {
    /// The domains of each organisation.
    domains: Vec<Vec<String>>,
    /// Which organisation uses a domain.
    of: HashMap<String, usize>,
    rules: HashMap<CommunityId, Vec<(RuleFacts, bool)>>,
    exceptions: HashMap<(PersonId, CommunityId), ExceptionFacts>,
}

impl Judge {
    /// Reads it.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn new(conn: &Connection) -> Result<Self, StoreError> {
        let mut judge = Self { domains: Vec::new(), of: HashMap::new(), rules: HashMap::new(), exceptions: HashMap::new() };
        let mut statement = conn.prepare_cached("SELECT organisation_id, domain FROM organisation_domain ORDER BY organisation_id, id")?;
        let mut last = None;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (organisation, domain): (i64, String) = (row.get(0)?, row.get(1)?);
            if last.replace(organisation) != Some(organisation) {
                judge.domains.push(Vec::new());
            }
            let at = judge.domains.len() - 1;
            judge.of.insert(domain.to_lowercase(), at);
            judge.domains[at].push(domain);
        }
        let mut statement =
            conn.prepare_cached("SELECT person_id, community_id, reason, decided_by, decided_on, review_on FROM exception")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let facts = ExceptionFacts { reason: r.get(2)?, by: r.get(3)?, on: date(r, 4)?, review: date(r, 5)? };
            judge.exceptions.insert((PersonId(r.get(0)?), CommunityId(r.get(1)?)), facts);
        }
        Ok(judge)
    }

    /// The verdict for somebody with these addresses.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn verdict(
        &mut self,
        conn: &Connection,
        person: PersonId,
        addresses: &[&str],
        community: CommunityId,
    ) -> Result<Verdict, StoreError> {
        let candidates: Vec<Candidate> = addresses.iter().filter(|a| !a.is_empty()).map(|a| self.candidate(a)).collect();
        let rules = match self.rules.entry(community) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(places::rules(conn, community)?.into_iter().map(|(_, rule, all)| (rule, all)).collect()),
        };
        Ok(verdict(&candidates, rules, self.exceptions.get(&(person, community))))
    }

    /// An address with the other domains of the organisation that uses its own.
    fn candidate(&self, typed: &str) -> Candidate {
        let domain = address::domain(typed).to_lowercase();
        let mut rest = domain.as_str();
        loop {
            if let Some(at) = self.of.get(rest) {
                let also = self.domains[*at].iter().filter(|d| !d.eq_ignore_ascii_case(rest)).cloned().collect();
                return Candidate { address: typed.to_owned(), also };
            }
            match rest.split_once('.') {
                Some((_, above)) => rest = above,
                None => return Candidate { address: typed.to_owned(), also: Vec::new() },
            }
        }
    }

    /// The exception for somebody, if there is one.
    #[must_use]
    pub fn exception(&self, person: PersonId, community: CommunityId) -> Option<&ExceptionFacts> {
        self.exceptions.get(&(person, community))
    }
}

/// Hands over every membership that is not over, with the person's name and addresses.
///
/// # Errors
/// If the file can't be read.
pub fn each_membership(
    conn: &Connection,
    only: Option<CommunityId>,
    mut take: impl FnMut(PersonId, CommunityId, &str, &[&str]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT p.id, m.community_id, coalesce(nullif(p.name,''), p.email), p.email, \
         (SELECT group_concat(address, ' ') FROM address a WHERE a.person_id=p.id) FROM membership m JOIN person p ON p.id=m.person_id \
         WHERE (?1 IS NULL OR m.community_id=?1) AND m.status NOT IN ('lapsed','left','declined','removed') ORDER BY p.name_key, p.id",
    )?;
    let mut rows = statement.query([only.map(|c| c.0)])?;
    while let Some(r) = rows.next()? {
        let (name, email, others): (String, String, Option<String>) = (r.get(2)?, r.get(3)?, r.get(4)?);
        let others = others.unwrap_or_default();
        let addresses: Vec<&str> = std::iter::once(email.as_str()).chain(others.split(' ')).filter(|a| !a.is_empty()).collect();
        take(PersonId(r.get(0)?), CommunityId(r.get(1)?), &name, &addresses)?;
    }
    Ok(())
}

impl Write<'_> {
    /// Notes, changes or (`None`) takes back an exception.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn put_exception(&mut self, person: PersonId, community: CommunityId, facts: Option<&ExceptionFacts>) -> Result<(), StoreError> {
        let row: Option<i64> = self
            .reader()
            .query_row("SELECT id FROM exception WHERE person_id=?1 AND community_id=?2", (person.0, community.0), |r| r.get(0))
            .optional()?;
        match (row, facts) {
            (None, None) => Ok(()),
            (Some(row), None) => self.delete(&EXCEPTION, row),
            (row, Some(facts)) => {
                let (on, review) = (facts.on.map(|d| d.to_string()), facts.review.map(|d| d.to_string()));
                let columns: [(&'static str, &dyn ToSql); 4] =
                    [("reason", &facts.reason), ("decided_by", &facts.by), ("decided_on", &on), ("review_on", &review)];
                match row {
                    Some(row) => self.update(&EXCEPTION, row, &columns).map(|_| ()),
                    None => self.insert(&EXCEPTION, &[&person.0, &community.0, &facts.reason, &facts.by, &on, &review]).map(|_| ()),
                }
            }
        }
    }

    /// Those whom this step has put into a community and who are not eligible for it, with the reason.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn ineligible_here(&self, community: &str) -> Result<Vec<(String, String)>, StoreError> {
        let conn = self.reader();
        let Some(id) = super::people::named(conn, &super::schema::COMMUNITY, community)? else { return Ok(Vec::new()) };
        let mut judge = Judge::new(conn)?;
        let mut fresh = conn.prepare_cached("SELECT 1 FROM membership WHERE person_id=?1 AND community_id=?2 AND op=?3")?;
        let mut out = Vec::new();
        each_membership(conn, Some(CommunityId(id)), |person, community, name, addresses| {
            if fresh.exists((person.0, community.0, self.op()))? {
                let found = judge.verdict(conn, person, addresses, community)?;
                if found.answer == crate::domain::words::Eligibility::Not {
                    out.push((name.to_owned(), found.because));
                }
            }
            Ok(())
        })?;
        Ok(out)
    }
}
