//! Public pages as last read or written, the communities on them, and what the roster would print for each.
//!
//! Must not know how a page is read or written.

use rusqlite::OptionalExtension;

use super::columns::word;
use super::lookup::ids_where;
use super::schema::{COMMUNITY, LISTING, PAGE, RULE};
use super::write::Write;
use super::{Reader, StoreError, communities, people};
use crate::domain::community::RuleFacts;
use crate::domain::directory::{PageEntry, PrintedPerson, PrintedSeat};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::mail::{self, Answer, Suppressions, Use, Way};
use crate::domain::text;
use crate::domain::words::RunBy;

/// A page as last read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageRow {
    /// The row id.
    pub id: i64,
    /// The name of its file.
    pub name: String,
    /// Its text, byte for byte.
    pub text: String,
    /// The newest community at that time.
    pub newest_community: i64,
}

/// The owner of rules: one community, or a page whose rules apply to all its communities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RulesOf {
    /// One community.
    Community(CommunityId),
    /// A page, by its row.
    Page(i64),
}

/// A community's place on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListingRow {
    /// The community.
    pub community: CommunityId,
    /// Where its entry begins in the page's text, in bytes.
    pub position: usize,
    /// The derived name, if the page prints none; otherwise empty.
    pub derived: String,
}

/// Returns every page.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn pages(conn: Reader<'_>) -> Result<Vec<PageRow>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, name, text, newest_community FROM page ORDER BY id")?;
    let rows = statement.query_map([], |r| Ok(PageRow { id: r.get(0)?, name: r.get(1)?, text: r.get(2)?, newest_community: r.get(3)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the communities on a page, in page order.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn listings(conn: Reader<'_>, page: i64) -> Result<Vec<ListingRow>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT community_id, position, derived FROM listing WHERE page_id=?1 ORDER BY position")?;
    let rows = statement.query_map([page], |r| {
        Ok(ListingRow {
            community: CommunityId(r.get(0)?),
            position: usize::try_from(r.get::<_, i64>(1)?).unwrap_or(0),
            derived: r.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the communities that are on no page.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn unlisted(conn: Reader<'_>) -> Result<Vec<CommunityId>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id FROM community WHERE id NOT IN (SELECT community_id FROM listing) ORDER BY position, id")?;
    Ok(statement.query_map([], |r| r.get(0).map(CommunityId))?.collect::<Result<_, _>>()?)
}

/// Returns the rules that apply to all communities on a page.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn page_rules(conn: Reader<'_>, page: i64) -> Result<Vec<(i64, RuleFacts)>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, effect, suffix, words, printed FROM rule WHERE page_id=?1 AND community_id IS NULL ORDER BY id")?;
    let rows = statement.query_map([page], |r| {
        let effect = word(r, 1)?;
        Ok((r.get(0)?, RuleFacts { effect, suffix: r.get(2)?, words: r.get(3)?, printed: r.get(4)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns whether a person's name and address are withheld from public pages.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn is_withheld(conn: Reader<'_>, person: PersonId) -> Result<bool, StoreError> {
    let Some((facts, _)) = people::facts(conn, person)? else { return Ok(false) };
    let consents = people::consents(conn, person)?;
    let listed = Listed { kind: facts.kind, email_state: facts.email_state, consents: &consents, ..Listed::nobody(&facts.email) };
    let decision = mail::decide(&listed, &facts.email, facts.email_state, &Suppressions::default(), &Use::of(Way::PublicPage));
    Ok(decision.answer == Answer::Exclude)
}

/// Returns the names of current and former seat holders of a community that are withheld from public pages.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn withheld_holders(conn: Reader<'_>, community: CommunityId) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT p.id, coalesce(nullif(p.name,''), p.email) FROM tenure t JOIN seat s ON s.id=t.seat_id JOIN person p ON p.id=t.person_id \
         WHERE s.community_id=?1",
    )?;
    let holders: Vec<(i64, String)> = statement.query_map([community.0], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut out = Vec::new();
    for (id, name) in holders {
        if is_withheld(conn, PersonId(id))? {
            out.push(name);
        }
    }
    Ok(out)
}

/// Returns what the roster would print for a community, in the parts that `shape` has; `None` if it is gone.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn account(conn: Reader<'_>, id: CommunityId, shape: &PageEntry) -> Result<Option<PageEntry>, StoreError> {
    let Some(detail) = communities::community(conn, id)? else { return Ok(None) };
    let facts = detail.facts;
    let mut seats = Vec::new();
    if shape.seats.is_some() {
        for seat in detail.seats {
            let withheld = seat.holder.as_ref().map(|(person, _)| is_withheld(conn, *person)).transpose()?.unwrap_or(false);
            let holder = match seat.holder {
                Some((person, _)) if !withheld => people::facts(conn, person)?.map(|(p, _)| PrintedPerson { name: p.name, email: p.email }),
                _ => None,
            };
            seats.push(PrintedSeat { title: seat.title, holder, withheld });
        }
    }
    // Where a rule was printed isn't itself printed.
    let own = detail.rules.into_iter().filter(|(_, _, all)| !all).map(|(_, rule, _)| RuleFacts { printed: String::new(), ..rule });
    Ok(Some(PageEntry {
        name: shape.name.as_ref().map(|_| facts.name),
        family: shape.family.as_ref().map(|_| facts.family),
        disciplines: shape.disciplines.as_ref().map(|_| facts.disciplines),
        purpose: shape.purpose.as_ref().map(|_| facts.purpose),
        seats: shape.seats.as_ref().map(|_| seats),
        routes: shape.routes.as_ref().map(|_| detail.routes.into_iter().map(|(_, r)| r).collect()),
        rules: shape.rules.as_ref().map(|_| own.collect()),
        run_by_others: (facts.run_by == RunBy::Others && shape.run_by_others.is_some()).then_some(facts.runner),
    }))
}

impl Write<'_> {
    /// Stores the current text of a page.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn put_page(&mut self, name: &str, content: &str) -> Result<i64, StoreError> {
        let key = text::same_key(name);
        let newest: i64 = self.reader().query_row("SELECT coalesce(max(id),0) FROM community", [], |r| r.get(0))?;
        let found: Option<i64> = self.reader().query_row("SELECT id FROM page WHERE name_key=?1", [&key], |r| r.get(0)).optional()?;
        match found {
            Some(id) => {
                let same: bool = self.reader().query_row("SELECT text=?2 FROM page WHERE id=?1", (id, content), |r| r.get(0))?;
                if !same {
                    self.update(&PAGE, id, &[("text", &content), ("newest_community", &newest)])?;
                }
                Ok(id)
            }
            None => self.add(&PAGE, &[("name", &name), ("name_key", &key), ("text", &content), ("newest_community", &newest)]),
        }
    }

    /// Sets which communities are on a page.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn put_listings(&mut self, page: i64, all: &[ListingRow]) -> Result<(), StoreError> {
        let mut there: Vec<(i64, i64)> = Vec::new();
        for row in ids_where(self.reader(), &LISTING, "page_id", page)? {
            there.push((row, self.reader().query_row("SELECT community_id FROM listing WHERE id=?1", [row], |r| r.get(0))?));
        }
        let mut met = std::collections::HashSet::new();
        // A community may be on a page twice, in a table and in a section of its own. Only the first position is stored; the other is found
        // by the name.
        for listing in all.iter().filter(|l| met.insert(l.community)) {
            let position = i64::try_from(listing.position).unwrap_or(i64::MAX);
            match there.iter().position(|(_, c)| *c == listing.community.0) {
                Some(at) => {
                    let (row, _) = there.remove(at);
                    self.update(&LISTING, row, &[("position", &position), ("derived", &listing.derived)])?;
                }
                None => {
                    let community = listing.community.0;
                    self.add(
                        &LISTING,
                        &[("page_id", &page), ("community_id", &community), ("position", &position), ("derived", &listing.derived)],
                    )?;
                }
            }
        }
        there.iter().try_for_each(|(row, _)| self.delete(&LISTING, *row))
    }

    /// Sorts these communities among themselves into page order.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn keep_order(&mut self, order: &[CommunityId]) -> Result<(), StoreError> {
        let mut order = order.to_vec();
        let mut met = std::collections::HashSet::new();
        order.retain(|id| met.insert(*id));
        let mut places: Vec<i64> = Vec::new();
        for id in &order {
            places.push(self.reader().query_row("SELECT position FROM community WHERE id=?1", [id.0], |r| r.get(0))?);
        }
        places.sort_unstable();
        order.iter().zip(places).try_for_each(|(id, position)| self.update(&COMMUNITY, id.0, &[("position", &position)]).map(|_| ()))
    }

    /// Replaces the rules of a page or community with those that are printed.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn keep_rules(&mut self, of: RulesOf, wanted: &[RuleFacts]) -> Result<(), StoreError> {
        let (community, page, there) = match of {
            RulesOf::Community(id) => (Some(id), None, ids_where(self.reader(), &RULE, "community_id", id.0)?),
            RulesOf::Page(id) => (None, Some(id), page_rules(self.reader(), id)?.into_iter().map(|(id, _)| id).collect()),
        };
        for (at, rule) in wanted.iter().enumerate() {
            self.put_rule(community, page, there.get(at).copied(), rule)?;
        }
        there.iter().skip(wanted.len()).try_for_each(|id| self.delete(&RULE, *id))
    }
}
