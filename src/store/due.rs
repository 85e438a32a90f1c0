//! Reads what needs the lead's attention: meetups, seats, people, lists; each query reads no more than it needs.
//!
//! Must not know how it is worded, nor what is most urgent.

use chrono::{NaiveDate, NaiveDateTime};

use super::columns::{date, moment};
use super::exports::ExportKind;
use super::{Reader, StoreError};
use crate::domain::community::confirm_by;
use crate::domain::ids::{CommunityId, MeetupId, PersonId, SeatId};

/// A meetup that needs attention, with the number of open RSVPs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeetupDue {
    pub id: MeetupId,
    pub title: String,
    pub starts: NaiveDateTime,
    /// Whether it has a host, an organisation or a person.
    pub is_hosted: bool,
    /// How many were invited and haven't answered, and how many answered maybe.
    pub open: (u64, u64),
    /// How many attended.
    pub came: u64,
}

/// A seat that is vacant, or whose holder is overdue for confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeatDue {
    pub id: SeatId,
    pub title: String,
    pub community: (CommunityId, String),
    /// The holder and the day by which they were to be confirmed; `None` if the seat is vacant.
    pub holder: Option<(String, NaiveDate)>,
    /// The day since when it is vacant, if known.
    pub vacant_since: Option<NaiveDate>,
}

/// A person who needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonDue {
    pub id: PersonId,
    pub name: String,
    pub joined: Option<NaiveDate>,
    pub bounced: bool,
    /// Whether they have attended a meetup.
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

/// Returns the meetups before today whose write-up is owed.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn write_ups(conn: Reader<'_>, today: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    meetups(conn, "t.write_up='owed' AND t.status<>'cancelled'", NaiveDate::MIN, today)
}

/// Returns the meetups from `from` to before `to` that are yet to take place.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn coming(conn: Reader<'_>, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    meetups(conn, "t.status IN ('idea','planned','confirmed')", from, to)
}

/// Returns the meetups from `from` to before `to` that have attendance but aren't marked as held.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn not_held(conn: Reader<'_>, from: NaiveDate, to: NaiveDate) -> Result<Vec<MeetupDue>, StoreError> {
    let came = "EXISTS(SELECT 1 FROM attendance a WHERE a.meetup_id=t.id AND a.outcome='attended')";
    meetups(conn, &format!("t.status IN ('idea','planned','confirmed') AND {came}"), from, to)
}

/// Returns the seats of open communities of ours that are vacant, or whose holder was to be confirmed before today.
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

/// Returns the people who joined on or after `since`, and those whose primary address bounced; reads everybody once.
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

/// Returns each kind of export with the step and time of its newest one; exports of marked people are left out.
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
