//! Reads meetups and their attendance.
//!
//! Must not know how they are shown.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDateTime;
use rusqlite::{OptionalExtension, Row};
use serde_json::Value as Json;

use super::columns::{attendance_facts, moment, optional_word, uuid_text, word};
use super::rows::{MeetupDetail, MeetupRow, RollRow};
use super::{Reader, StoreError, lookup, schema};
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, PersonId};
use crate::domain::listed::ListedMeetup;
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::text;
use crate::domain::words::{Outcome, Rsvp};

const MEETUP_COLUMNS: &str = "t.id, t.title, t.starts, t.format, coalesce(nullif(o.short_name,''), o.name, ''), \
    coalesce((SELECT group_concat(c.name, ', ') FROM meetup_community k JOIN community c ON c.id=k.community_id WHERE k.meetup_id=t.id), ''), \
    t.venue, t.status, t.write_up, t.note, t.capacity \
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
        capacity: r.get(10)?,
        yes: None,
        attended: None,
    })
}

/// Returns the meetups with these ids, in the same order; attendance isn't counted.
pub(crate) fn meetup_rows(conn: Reader<'_>, ids: &[MeetupId]) -> Result<Vec<MeetupRow>, StoreError> {
    let _at_once = conn.begin_read()?;
    let mut statement = conn.prepare_cached(&format!("SELECT {MEETUP_COLUMNS} WHERE t.id=?1"))?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(statement.query_row([id.0], meetup_row).optional()?);
    }
    Ok(out)
}

/// Returns the ids of the meetups of a community, or of all: upcoming ones first, soonest first, then past ones, latest first.
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

/// Returns the meetups with exactly this title, ignoring case; newest first.
pub(crate) fn titled(conn: Reader<'_>, title: &str) -> Result<Vec<MeetupId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, title FROM meetup ORDER BY starts DESC, id DESC")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if text::are_same(row.get_ref(1)?.as_str().unwrap_or_default(), title) {
            found.push(MeetupId(row.get(0)?));
        }
    }
    Ok(found)
}

/// Returns the start of a meetup in local time; `None` if it is gone.
pub(crate) fn starts(conn: Reader<'_>, meetup: MeetupId) -> Result<Option<NaiveDateTime>, StoreError> {
    Ok(conn.prepare_cached("SELECT starts FROM meetup WHERE id=?1")?.query_row([meetup.0], |r| moment(r, 0)).optional()?)
}

/// Returns the next meetup that isn't cancelled, for the header.
pub(crate) fn next_meetup(conn: Reader<'_>, today: chrono::NaiveDate) -> Result<Option<(NaiveDateTime, String)>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT starts, title FROM meetup WHERE starts>=?1 AND status<>'cancelled' ORDER BY starts, id LIMIT 1")?
        .query_row([today.to_string()], |r| Ok((moment(r, 0)?, r.get(1)?)))
        .optional()?)
}

/// Returns a meetup with everything that belongs to it; `None` if it is gone.
pub(crate) fn meetup(conn: Reader<'_>, id: MeetupId) -> Result<Option<MeetupDetail>, StoreError> {
    let _at_once = conn.begin_read()?;
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

/// Returns a person's attendance at a meetup.
pub(crate) fn attendance_of(conn: Reader<'_>, meetup: MeetupId, person: PersonId) -> Result<Option<AttendanceFacts>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT rsvp, outcome, parts FROM attendance WHERE meetup_id=?1 AND person_id=?2")?
        .query_row((meetup.0, person.0), |r| attendance_facts(r, 0))
        .optional()?)
}

/// Returns the people who attended a meetup whose title or format contains the text.
pub(crate) fn attendees(conn: Reader<'_>, needle: &str) -> Result<Vec<PersonId>, StoreError> {
    let folded = text::fold(needle);
    let mut statement = conn.prepare_cached("SELECT id, title, format FROM meetup")?;
    let mut meetups: Vec<i64> = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (title, format): (String, String) = (row.get(1)?, row.get(2)?);
        if text::fold(&title).contains(&folded) || format.contains(&folded) {
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

/// Returns the people on the rolls of the meetups that the newest step rescheduled: their last visit may have changed.
pub(crate) fn people_of_meetups_moved_last(conn: Reader<'_>) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT person_id FROM attendance WHERE meetup_id IN (SELECT entity_id FROM op_change WHERE op=(SELECT max(id) FROM op) \
         AND entity='meetup' AND CASE WHEN json_valid(before) THEN json_extract(before, '$.starts') END IS NOT NULL)",
    )?;
    let ids = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Returns the meetups that the newest step wrote, or whose rolls or communities it wrote, and whether it changed a name that others may
/// show.
pub(crate) fn written_last(conn: Reader<'_>) -> Result<(Vec<MeetupId>, bool), StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT entity, entity_id, last_id, CASE WHEN json_valid(before) THEN before END FROM op_change WHERE op=(SELECT max(id) FROM op) \
         AND entity IN ('meetup', 'meetup_community', 'attendance', 'community', 'organisation')",
    )?;
    let (mut ids, mut names_changed) = (BTreeSet::new(), false);
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (entity, first, last): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let before: Json = row.get::<_, Option<String>>(3)?.map_or(Json::Null, |b| serde_json::from_str(&b).unwrap_or_default());
        match entity.as_str() {
            "meetup" => ids.extend(first..=last),
            "community" | "organisation" => names_changed |= before.get("name").is_some() || before.get("short_name").is_some(),
            table => {
                ids.extend(before.get("meetup_id").and_then(Json::as_i64));
                let sql = format!("SELECT DISTINCT meetup_id FROM {table} WHERE id BETWEEN ?1 AND ?2");
                for id in conn.prepare_cached(&sql)?.query_map([first, last], |r| r.get::<_, i64>(0))? {
                    ids.insert(id?);
                }
            }
        }
    }
    Ok((ids.into_iter().map(MeetupId).collect(), names_changed))
}

/// Passes on, for each person on a meetup's roll, whether they answered yes and whether they attended.
pub(crate) fn counted(conn: Reader<'_>, id: MeetupId, mut take: impl FnMut(bool, bool)) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached("SELECT rsvp, outcome FROM attendance WHERE meetup_id=?1")?;
    let mut rows = statement.query([id.0])?;
    while let Some(row) = rows.next()? {
        take(optional_word(row, 0)? == Some(Rsvp::Yes), word::<Outcome>(row, 1)? == Outcome::Attended);
    }
    Ok(())
}

/// Passes on every meetup in the form that search needs, by ascending id.
pub(crate) fn each(conn: Reader<'_>, mut take: impl FnMut(&ListedMeetup<'_>)) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, name FROM community")?;
    let names: HashMap<i64, String> = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare_cached("SELECT meetup_id, community_id FROM meetup_community ORDER BY id")?;
    let mut of: Vec<(i64, i64)> = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
    of.sort_by_key(|(meetup, _)| *meetup);
    let mut rest = of.as_slice();
    let mut statement = conn.prepare_cached(&format!("{LISTED} ORDER BY t.id"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        rest = &rest[rest.iter().take_while(|(meetup, _)| *meetup < id).count()..];
        let mine = rest.iter().take_while(|(meetup, _)| *meetup == id).map(|(_, c)| (*c, names.get(c).map_or("", String::as_str)));
        listed(row, mine.collect(), &mut take)?;
    }
    Ok(())
}

/// Passes on one meetup in the form that search needs. Returns whether it exists.
pub(crate) fn one(conn: Reader<'_>, id: MeetupId, mut take: impl FnMut(&ListedMeetup<'_>)) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT c.id, c.name FROM meetup_community k JOIN community c ON c.id=k.community_id WHERE k.meetup_id=?1 ORDER BY k.id",
    )?;
    let of: Vec<(i64, String)> = statement.query_map([id.0], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare_cached(&format!("{LISTED} WHERE t.id=?1"))?;
    let mut rows = statement.query([id.0])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    listed(row, of.iter().map(|(id, name)| (*id, name.as_str())).collect(), &mut take)?;
    Ok(true)
}

const LISTED: &str = "SELECT t.id, t.title, t.starts, t.format, coalesce(nullif(o.short_name,''), o.name, ''), t.venue, t.status, t.write_up, t.note, t.capacity \
    FROM meetup t LEFT JOIN organisation o ON o.id=t.organisation_id";

fn listed(row: &Row<'_>, of: Vec<(i64, &str)>, take: &mut impl FnMut(&ListedMeetup<'_>)) -> Result<(), StoreError> {
    let text = |at: usize| row.get_ref(at)?.as_str_or_null().map(Option::unwrap_or_default).map_err(rusqlite::Error::from);
    let (ids, names): (Vec<CommunityId>, Vec<&str>) = of.into_iter().map(|(id, name)| (CommunityId(id), name)).unzip();
    take(&ListedMeetup {
        id: MeetupId(row.get(0)?),
        title: text(1)?,
        starts: moment(row, 2)?,
        format: word(row, 3)?,
        host: text(4)?,
        communities: &names.join(", "),
        community_ids: &ids,
        venue: text(5)?,
        status: word(row, 6)?,
        write_up: word(row, 7)?,
        note: text(8)?,
    });
    Ok(())
}
