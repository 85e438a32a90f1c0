//! What waits for the lead, read: meetups, seats, people, lists; each read looks at no more than it has to.
//!
//! Must not know in which words it is said, nor what is the most pressing.

use chrono::{NaiveDate, NaiveDateTime};

use super::columns::{date, moment};
use super::exports::ExportKind;
use super::{Reader, StoreError};
use crate::domain::community::confirm_by;
use crate::domain::ids::{CommunityId, MeetupId, PersonId, SeatId};

/// A meetup of which something is to be done, and how many answers it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeetupDue {
    pub id: MeetupId,
    pub title: String,
    pub starts: NaiveDateTime,
    /// Whether somebody hosts it: an organisation, or a person.
    pub is_hosted: bool,
    /// How many were invited and have not answered, and how many said maybe.
    pub open: (u64, u64),
    /// How many came.
    pub came: u64,
}

/// A seat that is vacant, or whose holder was to be confirmed by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeatDue {
    pub id: SeatId,
    pub title: String,
    pub community: (CommunityId, String),
    /// The holder and the day by which they were to be confirmed; nobody if it is vacant.
    pub holder: Option<(String, NaiveDate)>,
    /// Since when it is vacant, if that is known.
    pub vacant_since: Option<NaiveDate>,
}

/// A person of whom something is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonDue {
    pub id: PersonId,
    pub name: String,
    pub joined: Option<NaiveDate>,
    pub bounced: bool,
    /// Whether they have come to a meetup.
    pub has_come: bool,
}

const MEETUP: &str = "SELECT t.id, t.title, t.starts, \
     t.organisation_id IS NOT NULL OR EXISTS(SELECT 1 FROM attendance a WHERE a.meetup_id=t.id AND instr(a.parts,'host')>0), \
     (SELECT count(*) FROM attendance a WHERE a.meetup_id=t.id AND a.outcome='unknown' AND coalesce(a.rsvp,'invited')='invited'), \
     (SELECT count(*) FROM attendance a WHERE a.meetup_id=t.id AND a.outcome='unknown' AND a.rsvp='maybe'), \
     (SELECT count(*) FROM attendance a WHERE a.meetup_id=t.id AND a.outcome='attended') FROM meetup t WHERE ";

fn meetups(conn: Reader<'_>, which: &str, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("{MEETUP}{which} AND t.starts>=?1 AND t.starts<?2 ORDER BY t.starts, t.id"))?;
    let count = |r: &rusqlite::Row<'_>, at: usize| r.get(at).map(i64::unsigned_abs);
    let rows = statement.query_map((from.to_string(), to.to_string()), |r| {
        Ok(MeetupDue {
            id: MeetupId(r.get(0)?),
            title: r.get(1)?,
            starts: moment(r, 2)?,
            is_hosted: r.get(3)?,
            open: (count(r, 4)?, count(r, 5)?),
            came: count(r, 6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The meetups before a day whose write-up is owed.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn write_ups(conn: Reader<'_>, today: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    meetups(conn, "t.write_up='owed' AND t.status<>'cancelled'", NaiveDate::MIN, today)
}

/// The meetups from one day to before another that are to take place.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn coming(conn: Reader<'_>, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    meetups(conn, "t.status IN ('idea','planned','confirmed')", from, to)
}

/// The meetups from one day to before another that people came to and that are not marked as held.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn not_held(conn: Reader<'_>, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    let came = "EXISTS(SELECT 1 FROM attendance a WHERE a.meetup_id=t.id AND a.outcome='attended')";
    meetups(conn, &format!("t.status IN ('idea','planned','confirmed') AND {came}"), from, to)
}

/// The seats of open communities of ours that are vacant, or whose holder was to be confirmed before a day.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn seats(conn: Reader<'_>, today: NaiveDate) -> Result<Vec<SeatDue>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT s.id, s.title, c.id, c.name, coalesce(nullif(p.name,''), p.email), \
         t.since, t.confirmed, s.confirm_months, (SELECT max(b.until) FROM tenure b WHERE b.seat_id=s.id AND b.over=1) \
         FROM seat s JOIN community c ON c.id=s.community_id \
         LEFT JOIN tenure t ON t.seat_id=s.id AND t.over=0 LEFT JOIN person p ON p.id=t.person_id \
         WHERE c.run_by<>'others' AND c.status IN ('active','dormant') ORDER BY c.position, c.id, s.position, s.id",
    )?;
    let mut out = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        let holder: Option<String> = r.get(4)?;
        let holder = match (holder, confirm_by(date(r, 5)?, date(r, 6)?, r.get(7)?)) {
            (None, _) => None,
            (Some(name), Some(by)) if by < today => Some((name, by)),
            (Some(_), _) => continue,
        };
        let community = (CommunityId(r.get(2)?), r.get(3)?);
        out.push(SeatDue { id: SeatId(r.get(0)?), title: r.get(1)?, community, holder, vacant_since: date(r, 8)? });
    }
    Ok(out)
}

/// The people who have been with us since a day or later, and those whose primary address bounced: one pass over everybody.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn people(conn: Reader<'_>, since: NaiveDate) -> Result<Vec<PersonDue>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT p.id, coalesce(nullif(p.name,''), p.email), p.joined, p.email_state='bounced', \
         EXISTS(SELECT 1 FROM attendance a WHERE a.person_id=p.id AND a.outcome='attended') \
         FROM person p WHERE p.kind='person' AND (p.joined>=?1 OR p.email_state='bounced') ORDER BY p.joined DESC, p.id",
    )?;
    let rows = statement.query_map([since.to_string()], |r| {
        Ok(PersonDue { id: PersonId(r.get(0)?), name: r.get(1)?, joined: date(r, 2)?, bounced: r.get(3)?, has_come: r.get(4)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The lists that were exported whole or in part, each with the step of its newest export; of people who were marked there is none.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn lists(conn: Reader<'_>) -> Result<Vec<(ExportKind, i64, NaiveDateTime)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT format, query, community_id, list, max(op), max(at), options FROM export WHERE query<>'(marked people)' \
         GROUP BY format, query, community_id, list, options ORDER BY max(op) DESC",
    )?;
    let rows = statement.query_map([], |r| {
        let at: String = r.get(5)?;
        let at = NaiveDateTime::parse_from_str(&at, super::TIMESTAMP).unwrap_or_default();
        let community = r.get::<_, Option<i64>>(2)?.map(CommunityId);
        Ok((ExportKind { format: r.get(0)?, query: r.get(1)?, community, list: r.get(3)?, options: r.get(6)? }, r.get(4)?, at))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
