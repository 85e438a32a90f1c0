//! Reads everybody in slices, so that no read is long enough to hold up another program's save.
//!
//! Must not know what the rows are needed for.

use std::collections::hash_map::Entry;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use rusqlite::{CachedStatement, OptionalExtension, Row, Rows};

use super::columns::{consent_of, date, word};
use super::{Reader, StoreError};
use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, IdMap, MeetupId, PersonId};
use crate::domain::listed::{Listed, ListedMembership};
use crate::domain::person::ConsentFacts;
use crate::domain::words::{AddressState, MembershipStatus, Outcome, PersonKind, Rsvp, Source, Stored};

/// The number of people in one slice.
const SLICE: i64 = 4_000;

/// What is read about people in addition to their own rows, addresses and consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PersonExtras {
    /// Nothing.
    Nothing,
    /// Their memberships.
    Memberships,
    /// Their memberships, the number of their visits and the date of the last one.
    MembershipsAndVisits,
}

/// How many people with given ids are read in one transaction; other programs can save between transactions.
const AT_ONCE: usize = 500;

/// Reads people by ascending id and passes each to `take`, until it breaks.
///
/// With `only`, reads just those ids, in their order.
pub(crate) fn everybody(
    conn: Reader<'_>,
    only: Option<&[i64]>,
    beside: PersonExtras,
    mut take: impl FnMut(&Listed<'_>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut reading = Reading::begin(conn, beside, only.is_none())?;
    if let Some(ids) = only {
        for some in ids.chunks(AT_ONCE) {
            let _at_once = conn.begin_read()?;
            for id in some {
                if reading.span((*id, *id), &mut take)?.is_break() {
                    return Ok(());
                }
            }
        }
        return Ok(());
    }
    let mut after = 0;
    loop {
        let _at_once = conn.begin_read()?;
        let last: Option<i64> = conn
            .prepare_cached("SELECT max(id) FROM (SELECT id FROM person WHERE id>?1 ORDER BY id LIMIT ?2)")?
            .query_row([after, SLICE], |r| r.get(0))?;
        let Some(last) = last else { return Ok(()) };
        if reading.span((after + 1, last), &mut take)?.is_break() {
            return Ok(());
        }
        after = last;
    }
}

/// Passes on every membership in the form that the index needs, in table order: person, community, status and source.
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

/// Passes on every attendance, in table order: person, meetup, whether they answered yes, and whether they attended.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn visits(conn: Reader<'_>, mut take: impl FnMut(PersonId, MeetupId, bool, bool) -> ControlFlow<()>) -> Result<(), StoreError> {
    // There may be a million rows, so the words are compared in SQL.
    let sql = format!(
        "SELECT id, person_id, meetup_id, rsvp IS '{}', outcome='{}' FROM attendance WHERE id>?1 ORDER BY id LIMIT ?2",
        Rsvp::Yes,
        Outcome::Attended
    );
    each_row(conn, &sql, |r| Ok(take(PersonId(r.get(1)?), MeetupId(r.get(2)?), r.get(3)?, r.get(4)?)))
}

/// Reads a table in slices by ascending id, until `take` breaks. `sql` must select the id first, for ids above `?1`, and at most `?2` rows.
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

/// Returns the number of people.
pub(crate) fn count(conn: Reader<'_>) -> Result<u64, StoreError> {
    Ok(conn.query_row("SELECT count(*) FROM person", [], |r| r.get::<_, i64>(0))?.unsigned_abs())
}

/// A read of people in progress: the prepared statements, and the names that rows refer to.
struct Reading<'c> {
    conn: Reader<'c>,
    people: CachedStatement<'c>,
    members: Option<CachedStatement<'c>>,
    addresses: Option<CachedStatement<'c>>,
    visits: Option<CachedStatement<'c>>,
    consents: Option<CachedStatement<'c>>,
    organisations: IdMap<i64, (String, String)>,
    disciplines: IdMap<i64, String>,
}

impl<'c> Reading<'c> {
    /// Prepares a read. To read everybody, all names are loaded first; otherwise each is loaded when needed.
    fn begin(conn: Reader<'c>, beside: PersonExtras, everybody: bool) -> Result<Self, StoreError> {
        // An empty table isn't queried for each person.
        let from = |table: &str, wanted: bool, sql: &str| -> Result<Option<CachedStatement<'c>>, StoreError> {
            let wanted = wanted && conn.prepare_cached(&format!("SELECT 1 FROM {table}"))?.exists([])?;
            Ok(if wanted { Some(conn.prepare_cached(sql)?) } else { None })
        };
        let mut reading = Self {
            conn,
            people: conn.prepare_cached(
                "SELECT id, kind, name, email, email_state, organisation_id, job_title, discipline_id, tags, fields, joined, note FROM person WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
            )?,
            members: from(
                "membership",
                beside != PersonExtras::Nothing,
                "SELECT person_id, community_id, status, joined, left_on, source FROM membership WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id, community_id",
            )?,
            addresses: from("address", true, "SELECT person_id, address, state FROM address WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id, id")?,
            visits: from(
                "attendance",
                beside == PersonExtras::MembershipsAndVisits,
                "SELECT a.person_id, count(*), max(t.starts) FROM attendance a JOIN meetup t ON t.id=a.meetup_id \
                 WHERE a.person_id BETWEEN ?1 AND ?2 AND a.outcome='attended' GROUP BY a.person_id ORDER BY a.person_id",
            )?,
            consents: from(
                "consent",
                true,
                "SELECT person_id, purpose, state, given_on, source FROM consent WHERE person_id BETWEEN ?1 AND ?2 ORDER BY person_id, id",
            )?,
            organisations: IdMap::default(),
            disciplines: IdMap::default(),
        };
        if everybody {
            let mut statement = conn.prepare_cached("SELECT id, name, short_name FROM organisation")?;
            reading.organisations = statement.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?.collect::<Result<_, _>>()?;
            let mut statement = conn.prepare_cached("SELECT id, name FROM discipline")?;
            reading.disciplines = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        }
        Ok(reading)
    }

    /// Reads the people in a range of ids, both ends included.
    fn span(
        &mut self,
        (first, last): (i64, i64),
        take: &mut impl FnMut(&Listed<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, StoreError> {
        let span = [first, last];
        let mut members = Follower::of_each(&mut self.members, span)?;
        let mut addresses = Follower::of_each(&mut self.addresses, span)?;
        let mut visits = Follower::of_each(&mut self.visits, span)?;
        let mut consents = Follower::of_each(&mut self.consents, span)?;
        let (mut memberships, mut others, mut said) = (Vec::new(), Vec::new(), Vec::new());
        let mut rows = self.people.query(span)?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            memberships.clear();
            members.of(id, |r| membership(r).map(|m| memberships.push(m)))?;
            others.clear();
            addresses.of(id, |r| {
                others.push(OtherAddress { address: r.get(1)?, state: word(r, 2)? });
                Ok(())
            })?;
            said.clear();
            consents.of(id, |r| consent_of(r, 1).map(|c| said.push(c)))?;
            let mut seen = (0_u32, None::<NaiveDate>);
            visits.of(id, |r| {
                seen = (u32::try_from(r.get::<_, i64>(1)?).unwrap_or(u32::MAX), date(r, 2)?);
                Ok(())
            })?;
            let organisation = organisation(self.conn, &mut self.organisations, row.get(5)?)?;
            let discipline = discipline(self.conn, &mut self.disciplines, row.get(7)?)?;
            let listed = listed(row, (organisation, discipline), (&memberships, &others, &said), seen)?;
            if take(&listed).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Returns an organisation's full and short name; empty for none.
fn organisation<'m>(
    conn: Reader<'_>,
    known: &'m mut IdMap<i64, (String, String)>,
    id: Option<i64>,
) -> Result<(&'m str, &'m str), StoreError> {
    let Some(id) = id else { return Ok(("", "")) };
    let names = match known.entry(id) {
        Entry::Occupied(there) => there.into_mut(),
        Entry::Vacant(free) => {
            let mut statement = conn.prepare_cached("SELECT name, short_name FROM organisation WHERE id=?1")?;
            free.insert(statement.query_row([id], |r| Ok((r.get(0)?, r.get(1)?))).optional()?.unwrap_or_default())
        }
    };
    Ok((&names.0, &names.1))
}

/// Returns a discipline's name; empty for none.
fn discipline<'m>(conn: Reader<'_>, known: &'m mut IdMap<i64, String>, id: Option<i64>) -> Result<&'m str, StoreError> {
    let Some(id) = id else { return Ok("") };
    Ok(match known.entry(id) {
        Entry::Occupied(there) => there.into_mut(),
        Entry::Vacant(free) => {
            let mut statement = conn.prepare_cached("SELECT name FROM discipline WHERE id=?1")?;
            free.insert(statement.query_row([id], |r| r.get(0)).optional()?.unwrap_or_default())
        }
    })
}

fn listed<'a>(
    row: &'a Row<'_>,
    ((organisation, short_name), discipline): ((&'a str, &'a str), &'a str),
    (memberships, others, consents): (&'a [ListedMembership], &'a [OtherAddress], &'a [ConsentFacts]),
    (attended, seen): (u32, Option<NaiveDate>),
) -> Result<Listed<'a>, StoreError> {
    let text =
        |at: usize| -> Result<&'a str, StoreError> { Ok(row.get_ref(at)?.as_str_or_null().map_err(rusqlite::Error::from)?.unwrap_or("")) };
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
        discipline,
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

/// A cursor over another table's rows, ordered by person, that keeps pace with the people; empty if that table isn't needed.
struct Follower<'s> {
    rows: Option<Rows<'s>>,
    ahead: Option<i64>,
    begun: bool,
}

impl<'s> Follower<'s> {
    fn of_each(statement: &'s mut Option<CachedStatement<'_>>, span: [i64; 2]) -> Result<Self, StoreError> {
        Ok(Self { rows: statement.as_mut().map(|s| s.query(span)).transpose()?, ahead: None, begun: false })
    }

    /// Passes on the rows of one person. Must be called for people in ascending order.
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
        self.rows.as_ref().and_then(fallible_current)
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        self.ahead = match &mut self.rows {
            Some(rows) => rows.next()?.map(|row| row.get(0)).transpose()?,
            None => None,
        };
        Ok(())
    }
}

/// Returns the row that the cursor is on.
fn fallible_current<'r, 's>(rows: &'r Rows<'s>) -> Option<&'r Row<'s>> {
    use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
    rows.get()
}
