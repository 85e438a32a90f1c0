//! Everybody, read in slices: no read is so long that it holds up another program's save.
//!
//! Must not know what the rows are wanted for.

use std::ops::ControlFlow;

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, Rows};

use super::columns::{consent_of, date, word};
use super::{Reader, StoreError};
use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, IdMap, MeetupId, PersonId};
use crate::domain::listed::{Listed, ListedMembership};
use crate::domain::person::ConsentFacts;
use crate::domain::words::{AddressState, MembershipStatus, Outcome, PersonKind, Rsvp, Source, Stored};

/// How many people one slice holds.
const SLICE: i64 = 4_000;

/// What is read of people beside their own rows, addresses and consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing.
    Nothing,
    /// Their memberships.
    Memberships,
    /// Their memberships, and how often and when last they came.
    MembershipsAndVisits,
}

/// Reads people by ascending id and hands each to `take`, until it breaks off.
///
/// With `only`, reads those ids (ascending) alone.
pub(crate) fn everybody(
    conn: Reader<'_>,
    only: Option<&[i64]>,
    beside: Beside,
    mut take: impl FnMut(&Listed<'_>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut words = Words::read(conn, only.is_none())?;
    if let Some(ids) = only {
        for id in ids {
            if read_span(conn, &mut words, (*id, *id), beside, &mut take)?.is_break() {
                break;
            }
        }
        return Ok(());
    }
    let mut after = 0;
    loop {
        let last: Option<i64> = conn
            .prepare_cached("SELECT max(id) FROM (SELECT id FROM person WHERE id>?1 ORDER BY id LIMIT ?2)")?
            .query_row([after, SLICE], |r| r.get(0))?;
        let Some(last) = last else { return Ok(()) };
        if read_span(conn, &mut words, (after + 1, last), beside, &mut take)?.is_break() {
            return Ok(());
        }
        after = last;
    }
}

/// Every membership as the index wants it, in the order of the table: whose, of which community, its status and source.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn memberships(
    conn: Reader<'_>,
    mut take: impl FnMut(PersonId, CommunityId, MembershipStatus, Source) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let sql = "SELECT id, person_id, community_id, status, source FROM membership WHERE id>?1 ORDER BY id LIMIT ?2";
    each_row(conn, sql, |r| Ok(take(PersonId(r.get(1)?), CommunityId(r.get(2)?), word(r, 3)?, word(r, 4)?)))
}

/// Every attendance, in the order of the table: who, at which meetup, whether they answered yes, and whether they came.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn visits(conn: Reader<'_>, mut take: impl FnMut(PersonId, MeetupId, bool, bool) -> ControlFlow<()>) -> Result<(), StoreError> {
    // There may be a million of them: the words are compared where they lie.
    let sql = format!(
        "SELECT id, person_id, meetup_id, rsvp IS '{}', outcome='{}' FROM attendance WHERE id>?1 ORDER BY id LIMIT ?2",
        Rsvp::Yes,
        Outcome::Attended
    );
    each_row(conn, &sql, |r| Ok(take(PersonId(r.get(1)?), MeetupId(r.get(2)?), r.get(3)?, r.get(4)?)))
}

/// Reads a table by ascending id, in slices, until it breaks off. `sql` selects the id first, of those above `?1`, `?2` in number.
fn each_row(conn: Reader<'_>, sql: &str, mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<ControlFlow<()>>) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let (mut after, mut full) = (0_i64, true);
    while full {
        let mut read = 0;
        let mut rows = statement.query([after, SLICE])?;
        while let Some(row) = rows.next()? {
            (after, read) = (row.get(0)?, read + 1);
            if take(row)?.is_break() {
                return Ok(());
            }
        }
        full = read == SLICE;
    }
    Ok(())
}

/// How many people there are.
pub(crate) fn count(conn: Reader<'_>) -> Result<u64, StoreError> {
    Ok(conn.query_row("SELECT count(*) FROM person", [], |r| r.get::<_, i64>(0))?.unsigned_abs())
}

/// The names that people's rows refer to.
struct Words {
    organisations: IdMap<i64, (String, String)>,
    disciplines: IdMap<i64, String>,
    members: bool,
    others: bool,
    consents: bool,
}

impl Words {
    /// Reads what is needed of everybody's; of a few people's, each name when it is met.
    fn read(conn: Reader<'_>, all: bool) -> Result<Self, StoreError> {
        let members = conn.prepare_cached("SELECT 1 FROM membership")?.exists([])?;
        let others = conn.prepare_cached("SELECT 1 FROM address")?.exists([])?;
        let consents = conn.prepare_cached("SELECT 1 FROM consent")?.exists([])?;
        let mut words = Self { organisations: IdMap::default(), disciplines: IdMap::default(), members, others, consents };
        if all {
            let mut statement = conn.prepare_cached("SELECT id, name, short_name FROM organisation")?;
            words.organisations = statement.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?.collect::<Result<_, _>>()?;
            let mut statement = conn.prepare_cached("SELECT id, name FROM discipline")?;
            words.disciplines = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        }
        Ok(words)
    }

    /// Sees to it that the names of an organisation and of a discipline are known.
    fn know(&mut self, conn: Reader<'_>, organisation: Option<i64>, discipline: Option<i64>) -> Result<(), StoreError> {
        if let Some(id) = organisation.filter(|id| !self.organisations.contains_key(id)) {
            let mut statement = conn.prepare_cached("SELECT name, short_name FROM organisation WHERE id=?1")?;
            let found = statement.query_row([id], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
            self.organisations.insert(id, found.unwrap_or_default());
        }
        if let Some(id) = discipline.filter(|id| !self.disciplines.contains_key(id)) {
            let mut statement = conn.prepare_cached("SELECT name FROM discipline WHERE id=?1")?;
            let found = statement.query_row([id], |r| r.get(0)).optional()?;
            self.disciplines.insert(id, found.unwrap_or_default());
        }
        Ok(())
    }
}

fn read_span(
    conn: Reader<'_>,
    words: &mut Words,
    (first, last): (i64, i64),
    beside: Beside,
    take: &mut impl FnMut(&Listed<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, StoreError> {
    let mut people = conn.prepare_cached(
        "SELECT id, kind, name, email, email_state, organisation_id, job_title, discipline_id, tags, fields, joined, note FROM person WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
    )?;
    let mut members = conn.prepare_cached(
        "SELECT person_id, community_id, status, joined, left_on, source FROM membership WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id, community_id",
    )?;
    let mut addresses =
        conn.prepare_cached("SELECT person_id, address, state FROM address WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id, id")?;
    let mut visits = conn.prepare_cached(
        "SELECT a.person_id, count(*), max(t.starts) FROM attendance a JOIN meetup t ON t.id=a.meetup_id \
         WHERE a.person_id BETWEEN ?1 AND ?2 AND a.outcome='attended' GROUP BY a.person_id ORDER BY a.person_id",
    )?;
    let mut consents = conn.prepare_cached(
        "SELECT person_id, purpose, state, given_on, source FROM consent WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id, id",
    )?;
    let span = [first, last];
    let mut consents = if words.consents { Some(Follower::new(consents.query(span)?)) } else { None };
    let mut members = if words.members && beside != Beside::Nothing { Some(Follower::new(members.query(span)?)) } else { None };
    let mut addresses = if words.others { Some(Follower::new(addresses.query(span)?)) } else { None };
    let mut visits = if beside == Beside::MembershipsAndVisits { Some(Follower::new(visits.query(span)?)) } else { None };
    let (mut memberships, mut others, mut said) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = people.query(span)?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        memberships.clear();
        if let Some(members) = &mut members {
            members.of(id, |r| membership(r).map(|m| memberships.push(m)))?;
        }
        others.clear();
        if let Some(addresses) = &mut addresses {
            addresses.of(id, |r| {
                others.push(OtherAddress { address: r.get(1)?, state: word(r, 2)? });
                Ok(())
            })?;
        }
        said.clear();
        if let Some(consents) = &mut consents {
            consents.of(id, |r| consent_of(r, 1).map(|c| said.push(c)))?;
        }
        let mut seen = (0_u32, None::<NaiveDate>);
        if let Some(visits) = &mut visits {
            visits.of(id, |r| {
                seen = (u32::try_from(r.get::<_, i64>(1)?).unwrap_or(u32::MAX), date(r, 2)?);
                Ok(())
            })?;
        }
        words.know(conn, row.get(5)?, row.get(7)?)?;
        let listed = listed(row, words, (&memberships, &others, &said), seen)?;
        if take(&listed).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn listed<'a>(
    row: &'a Row<'_>,
    words: &'a Words,
    (memberships, others, consents): (&'a [ListedMembership], &'a [OtherAddress], &'a [ConsentFacts]),
    (attended, seen): (u32, Option<NaiveDate>),
) -> Result<Listed<'a>, StoreError> {
    let text =
        |at: usize| -> Result<&'a str, StoreError> { Ok(row.get_ref(at)?.as_str_or_null().map_err(rusqlite::Error::from)?.unwrap_or("")) };
    let (organisation, short_name) =
        row.get::<_, Option<i64>>(5)?.and_then(|id| words.organisations.get(&id)).map_or(("", ""), |(n, s)| (n.as_str(), s.as_str()));
    Ok(Listed {
        id: PersonId(row.get(0)?),
        kind: PersonKind::stored(text(1)?),
        name: text(2)?,
        email: text(3)?,
        email_state: AddressState::stored(text(4)?),
        others,
        organisation,
        short_name,
        job_title: text(6)?,
        discipline: row.get::<_, Option<i64>>(7)?.and_then(|id| words.disciplines.get(&id)).map_or("", String::as_str),
        tags: text(8)?,
        fields: text(9)?,
        joined: text(10)?,
        note: text(11)?,
        memberships,
        consents,
        attended,
        seen,
    })
}

fn membership(r: &Row<'_>) -> rusqlite::Result<ListedMembership> {
    Ok(ListedMembership {
        community: CommunityId(r.get(1)?),
        facts: MembershipFacts { status: word(r, 2)?, joined: date(r, 3)?, left: date(r, 4)?, source: word(r, 5)? },
    })
}

/// Rows of another table, ordered by person, that follow the reading of the people.
struct Follower<'s> {
    rows: Rows<'s>,
    ahead: Option<i64>,
    begun: bool,
}

impl<'s> Follower<'s> {
    const fn new(rows: Rows<'s>) -> Self {
        Self { rows, ahead: None, begun: false }
    }

    /// Hands over the rows of one person. People must be asked for in ascending order.
    fn of(&mut self, person: i64, mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
        if !self.begun {
            self.begun = true;
            self.advance()?;
        }
        while let Some(ahead) = self.ahead.filter(|a| *a <= person) {
            if ahead == person
                && let Some(row) = self.rows_current()
            {
                take(row)?;
            }
            self.advance()?;
        }
        Ok(())
    }

    fn rows_current(&self) -> Option<&Row<'s>> {
        fallible_current(&self.rows)
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        self.ahead = match self.rows.next()? {
            Some(row) => Some(row.get(0)?),
            None => None,
        };
        Ok(())
    }
}

/// The row that the cursor stands on.
fn fallible_current<'r, 's>(rows: &'r Rows<'s>) -> Option<&'r Row<'s>> {
    use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
    rows.get()
}
