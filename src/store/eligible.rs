//! Eligibility: gathers rules, domains and exceptions for the verdict on who may join a community.
//!
//! Must not know how a verdict is reached.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, ToSql};

use super::columns::{date, word};
use super::lookup::named;
use super::schema::EXCEPTION;
use super::write::Write;
use super::{Reader, StoreError, communities, organisations};
use crate::domain::community::RuleFacts;
use crate::domain::domains::Domains;
use crate::domain::eligibility::{Candidate, Circumstances, ExceptionFacts, Verdict, verdict};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::words::{AddressState, MembershipStatus, Stored};

/// Everything that verdicts need, each read once, when first needed.
pub(crate) struct EligibilityChecker {
    domains: Option<Domains>,
    /// Whether there is any rule; without one there is nothing to look up.
    has_rules: bool,
    rules: HashMap<CommunityId, Vec<(RuleFacts, bool)>>,
    exceptions: BTreeMap<(PersonId, CommunityId), ExceptionFacts>,
    today: NaiveDate,
}

impl EligibilityChecker {
    /// Prepares verdicts on anybody, as of `today`.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn new(conn: Reader<'_>, today: NaiveDate) -> Result<Self, StoreError> {
        Self::on(conn, None, today)
    }

    /// Prepares verdicts on one person only, as of `today`: other people's exceptions aren't read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn about(conn: Reader<'_>, person: PersonId, today: NaiveDate) -> Result<Self, StoreError> {
        Self::on(conn, Some(person), today)
    }

    fn on(conn: Reader<'_>, only: Option<PersonId>, today: NaiveDate) -> Result<Self, StoreError> {
        let has_rules = conn.prepare_cached("SELECT 1 FROM rule")?.exists([])?;
        let mut exceptions = BTreeMap::new();
        let which = if only.is_some() { "WHERE person_id=?1" } else { "WHERE ?1 IS NULL" };
        let sql = format!("SELECT person_id, community_id, reason, decided_by, decided_on, review_on FROM exception {which}");
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query([only.map(|p| p.0)])?;
        while let Some(r) = rows.next()? {
            let facts = ExceptionFacts { reason: r.get(2)?, by: r.get(3)?, on: date(r, 4)?, review: date(r, 5)? };
            exceptions.insert((PersonId(r.get(0)?), CommunityId(r.get(1)?)), facts);
        }
        Ok(Self { domains: None, has_rules, rules: HashMap::new(), exceptions, today })
    }

    /// Reads the rules of every community now, so that later verdicts use them whatever changes.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn learn(&mut self, conn: Reader<'_>) -> Result<(), StoreError> {
        let mut statement = conn.prepare_cached("SELECT id FROM community")?;
        for id in statement.query_map([], |r| Ok(CommunityId(r.get(0)?)))? {
            let id = id?;
            let rules = if self.has_rules { communities::rules(conn, id)? } else { Vec::new() };
            self.rules.insert(id, rules.into_iter().map(|(_, rule, all)| (rule, all)).collect());
        }
        Ok(())
    }

    /// Returns the rules of a community that were read, each with whether it is page-wide; empty if there was no such community.
    pub(crate) fn rules_of(&self, community: CommunityId) -> &[(RuleFacts, bool)] {
        self.rules.get(&community).map_or(&[], Vec::as_slice)
    }

    /// Returns whether a community existed when the rules were read.
    pub(crate) fn knows(&self, community: CommunityId) -> bool {
        self.rules.contains_key(&community)
    }

    /// Returns the verdict on a person with these addresses.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn verdict(
        &mut self,
        conn: Reader<'_>,
        person: PersonId,
        candidates: &[Candidate<'_>],
        community: CommunityId,
    ) -> Result<Verdict, StoreError> {
        let rules = match self.rules.entry(community) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let rules = if self.has_rules { communities::rules(conn, community)? } else { Vec::new() };
                free.insert(rules.into_iter().map(|(_, rule, all)| (rule, all)).collect())
            }
        };
        let exception = self.exceptions.get(&(person, community));
        if self.domains.is_none() && !rules.is_empty() {
            self.domains = Some(organisations::domains(conn)?);
        }
        let none = Domains::default();
        let domains = self.domains.as_ref().unwrap_or(&none);
        Ok(verdict(candidates, rules, Circumstances { domains, exception, today: self.today }))
    }

    /// Returns every exception with its person and community.
    pub(crate) fn exceptions(&self) -> impl Iterator<Item = (PersonId, CommunityId, &ExceptionFacts)> {
        self.exceptions.iter().map(|((person, community), facts)| (*person, *community, facts))
    }

    /// Returns a person's exception for a community, if there is one.
    #[must_use]
    pub(crate) fn exception(&self, person: PersonId, community: CommunityId) -> Option<&ExceptionFacts> {
        self.exceptions.get(&(person, community))
    }
}

/// Passes on every membership that isn't over, with the person's name and addresses.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn each_membership(
    conn: Reader<'_>,
    only: Option<CommunityId>,
    mut take: impl FnMut(PersonId, CommunityId, &str, &[Candidate<'_>]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    // Neither separator can occur in an address or a state.
    let over = MembershipStatus::ALL.iter().filter(|s| s.is_over()).map(|s| format!("'{}'", s.word())).collect::<Vec<_>>().join(",");
    let mut statement = conn.prepare_cached(&format!(
        "SELECT p.id, m.community_id, coalesce(nullif(p.name,''), p.email), p.email, p.email_state, \
         (SELECT group_concat(address || char(30) || state, char(31)) FROM address a WHERE a.person_id=p.id) \
         FROM membership m JOIN person p ON p.id=m.person_id \
         WHERE (?1 IS NULL OR m.community_id=?1) AND m.status NOT IN ({over}) ORDER BY p.name_key, p.id"
    ))?;
    let mut rows = statement.query([only.map(|c| c.0)])?;
    while let Some(r) = rows.next()? {
        let (name, email, others): (String, String, Option<String>) = (r.get(2)?, r.get(3)?, r.get(5)?);
        let others = others.unwrap_or_default();
        let further = others.split('\u{1f}').filter_map(|o| o.split_once('\u{1e}'));
        let further = further.map(|(address, state)| Candidate { address, state: AddressState::stored(state) });
        let first = (!email.is_empty()).then_some(Candidate { address: &email, state: word(r, 4)? });
        let candidates: Vec<Candidate<'_>> = first.into_iter().chain(further).collect();
        take(PersonId(r.get(0)?), CommunityId(r.get(1)?), &name, &candidates)?;
    }
    Ok(())
}

impl Write<'_> {
    /// Adds or changes an exception, or removes it (`None`).
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn put_exception(
        &mut self,
        person: PersonId,
        community: CommunityId,
        facts: Option<&ExceptionFacts>,
    ) -> Result<(), StoreError> {
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
                    None => {
                        let whose: [(&'static str, &dyn ToSql); 2] = [("person_id", &person.0), ("community_id", &community.0)];
                        self.add(&EXCEPTION, &[&whose[..], &columns].concat()).map(|_| ())
                    }
                }
            }
        }
    }

    /// Returns whether this step has written a person's membership of a community.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn has_written_membership(&self, person: PersonId, community: CommunityId) -> Result<bool, StoreError> {
        let mut written = self.reader().prepare_cached("SELECT 1 FROM membership WHERE person_id=?1 AND community_id=?2 AND op=?3")?;
        Ok(written.exists((person.0, community.0, self.op()))?)
    }

    /// Returns the people whose membership this step wrote and who aren't eligible for the community, each with the reason.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn ineligible_here(&self, community: &str) -> Result<Vec<(String, String)>, StoreError> {
        let conn = self.reader();
        let Some(id) = named(conn, &super::schema::COMMUNITY, community)? else { return Ok(Vec::new()) };
        let mut judge = EligibilityChecker::new(conn, self.stamp().today)?;
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
