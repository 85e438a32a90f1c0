//! Meetups and who came to them, read.
//!
//! Must not know how they are shown.

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, Row};

use super::columns::{attendance_facts, moment, uuid_text, word};
use super::rows::{MeetupDetail, MeetupRow, RollRow};
use super::{Reader, StoreError, lookup, schema};
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, PersonId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};

const MEETUP_COLUMNS: &str = "t.id, t.title, t.starts, t.format, coalesce(nullif(o.short_name,''), o.name, ''), \
    coalesce((SELECT group_concat(c.name, ', ') FROM meetup_community k JOIN community c ON c.id=k.community_id WHERE k.meetup_id=t.id), ''), \
    t.venue, t.status, t.write_up, t.note, \
    (SELECT count(*) FROM attendance a WHERE a.meetup_id=t.id AND a.rsvp='yes'), \
    (SELECT count(*) FROM attendance a WHERE a.meetup_id=t.id AND a.outcome='attended') \
    FROM meetup t LEFT JOIN organisation o ON o.id=t.organisation_id";

fn meetup_row(r: &Row<'_>) -> rusqlite::Result<MeetupRow> {
    Ok(MeetupRow {
        id: MeetupId(r.get(0)?),
        title: r.get(1)?,
        starts: moment(r, 2)?,
        format: word(r, 3)?,
        host: r.get(4)?,
        communities: r.get(5)?,
        venue: r.get(6)?,
        status: word(r, 7)?,
        write_up: word(r, 8)?,
        note: r.get(9)?,
        yes: r.get::<_, i64>(10)?.unsigned_abs(),
        attended: r.get::<_, i64>(11)?.unsigned_abs(),
    })
}

/// The meetups with these ids, in their order.
pub(crate) fn meetup_rows(conn: Reader<'_>, ids: &[MeetupId]) -> Result<Vec<MeetupRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {MEETUP_COLUMNS} WHERE t.id=?1"))?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(statement.query_row([id.0], meetup_row).optional()?);
    }
    Ok(out)
}

/// Every meetup of a community, or of all: those still to come on `today` first and soonest first, then the past, latest first.
pub(crate) fn meetup_ids(
    conn: Reader<'_>,
    community: Option<CommunityId>,
    today: chrono::NaiveDate,
    limit: usize,
) -> Result<Vec<MeetupId>, StoreError> {
    let half = |compare: &str, order: &str, room: usize| -> Result<Vec<MeetupId>, StoreError> {
        let sql = format!(
            "SELECT id FROM meetup t WHERE starts {compare} ?2 AND (?1 IS NULL OR EXISTS(SELECT 1 FROM meetup_community k WHERE k.meetup_id=t.id AND k.community_id=?1)) \
             ORDER BY starts {order}, id {order} LIMIT ?3"
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let room = i64::try_from(room).unwrap_or(i64::MAX);
        let ids = statement
            .query_map((community.map(|c| c.0), today.to_string(), room), |r| r.get(0).map(MeetupId))?
            .collect::<Result<_, _>>()?;
        Ok(ids)
    };
    let mut ids = half(">=", "ASC", limit)?;
    let room = limit - ids.len();
    ids.extend(half("<", "DESC", room)?);
    Ok(ids)
}

/// When a meetup starts; `None` if it is gone.
pub(crate) fn starts(conn: Reader<'_>, meetup: MeetupId) -> Result<Option<NaiveDateTime>, StoreError> {
    Ok(conn.prepare_cached("SELECT starts FROM meetup WHERE id=?1")?.query_row([meetup.0], |r| moment(r, 0)).optional()?)
}

/// The next meetup that is not cancelled, for the head line.
pub(crate) fn next_meetup(conn: Reader<'_>, today: chrono::NaiveDate) -> Result<Option<(NaiveDateTime, String)>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT starts, title FROM meetup WHERE starts>=?1 AND status<>'cancelled' ORDER BY starts, id LIMIT 1")?
        .query_row([today.to_string()], |r| Ok((moment(r, 0)?, r.get(1)?)))
        .optional()?)
}

/// A meetup, whole.
pub(crate) fn meetup(conn: Reader<'_>, id: MeetupId) -> Result<Option<MeetupDetail>, StoreError> {
    let found = conn
        .prepare_cached(
            "SELECT t.uuid, t.title, t.format, t.starts, t.minutes, t.zone, t.venue, coalesce(o.name,''), t.capacity, t.status, t.write_up, t.write_up_link, t.note \
             FROM meetup t LEFT JOIN organisation o ON o.id=t.organisation_id WHERE t.id=?1",
        )?
        .query_row([id.0], |r| {
            let facts = MeetupFacts {
                title: r.get(1)?,
                communities: Vec::new(),
                format: word(r, 2)?,
                starts: moment(r, 3)?,
                minutes: u32::try_from(r.get::<_, i64>(4)?).unwrap_or(60),
                zone: r.get(5)?,
                venue: r.get(6)?,
                host: r.get(7)?,
                capacity: r.get::<_, Option<i64>>(8)?.and_then(|c| u32::try_from(c).ok()),
                status: word(r, 9)?,
                write_up: word(r, 10)?,
                write_up_link: r.get(11)?,
                note: r.get(12)?,
            };
            Ok((uuid_text(r, 0)?, facts))
        })
        .optional()?;
    let Some((uuid, mut facts)) = found else { return Ok(None) };
    let op = lookup::last_written(conn, &schema::MEETUP, id.0)?.unwrap_or(0);
    let mut statement = conn.prepare_cached(
        "SELECT c.name FROM meetup_community k JOIN community c ON c.id=k.community_id WHERE k.meetup_id=?1 ORDER BY c.position, c.id",
    )?;
    facts.communities = statement.query_map([id.0], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(MeetupDetail { id, uuid, facts, roll: roll(conn, id)?, op }))
}

fn roll(conn: Reader<'_>, id: MeetupId) -> Result<Vec<RollRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT a.id, a.person_id, coalesce(nullif(p.name,''), p.email), coalesce(nullif(o.short_name,''), o.name, ''), a.rsvp, a.outcome, a.parts \
         FROM attendance a JOIN person p ON p.id=a.person_id LEFT JOIN organisation o ON o.id=p.organisation_id WHERE a.meetup_id=?1 ORDER BY p.name_key, p.id",
    )?;
    let rows = statement
        .query_map([id.0], |r| {
            Ok(RollRow {
                id: AttendanceId(r.get(0)?),
                person_id: PersonId(r.get(1)?),
                name: r.get(2)?,
                organisation: r.get(3)?,
                facts: attendance_facts(r, 4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// What is known of a person at a meetup.
pub(crate) fn attendance_of(conn: Reader<'_>, meetup: MeetupId, person: PersonId) -> Result<Option<AttendanceFacts>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT rsvp, outcome, parts FROM attendance WHERE meetup_id=?1 AND person_id=?2")?
        .query_row((meetup.0, person.0), |r| attendance_facts(r, 0))
        .optional()?)
}

/// Those who came to a meetup whose title, format or host contains the text.
pub(crate) fn attendees(conn: Reader<'_>, needle: &str) -> Result<Vec<PersonId>, StoreError> {
    let folded = crate::domain::text::fold(needle);
    let mut statement = conn.prepare_cached("SELECT id, title, format FROM meetup")?;
    let mut meetups: Vec<i64> = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (title, format): (String, String) = (row.get(1)?, row.get(2)?);
        if crate::domain::text::fold(&title).contains(&folded) || format.contains(&folded) {
            meetups.push(row.get(0)?);
        }
    }
    let mut statement = conn.prepare_cached("SELECT person_id FROM attendance WHERE meetup_id=?1 AND outcome='attended'")?;
    let mut out = Vec::new();
    for meetup in meetups {
        for id in statement.query_map([meetup], |r| r.get(0).map(PersonId))? {
            out.push(id?);
        }
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

/// The people on the rolls of the meetups that the newest step wrote: when they were last seen may have moved.
pub(crate) fn people_of_meetups_written_last(conn: Reader<'_>) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT person_id FROM attendance WHERE meetup_id IN (SELECT entity_id FROM op_change WHERE op=(SELECT max(id) FROM op) AND entity='meetup')",
    )?;
    let ids = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}
