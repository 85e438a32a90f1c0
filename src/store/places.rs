//! Communities and meetups, read.
//!
//! Must not know how they are shown.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension, Row};

use super::StoreError;
use super::people::{date, uuid_text};
use super::rows::{CommunityDetail, CommunityRow, MeetupDetail, MeetupRow, RollRow, SeatRow};
use super::words::{optional_word, several_words, word};
use crate::domain::community::{ChannelFacts, CommunityFacts, RouteFacts, RuleFacts};
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, PersonId, SeatId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::words::{Part, RunBy};

/// How the start of a meetup stands in the file.
pub const MOMENT: &str = "%Y-%m-%dT%H:%M";

pub(super) fn moment(row: &Row<'_>, at: usize) -> rusqlite::Result<NaiveDateTime> {
    let text: String = row.get(at)?;
    Ok(NaiveDateTime::parse_from_str(text.get(..16).unwrap_or(&text), MOMENT).unwrap_or_default())
}

/// The parts that somebody took, as they stand in the file.
pub(super) fn write_parts(parts: &[Part]) -> String {
    parts.iter().map(|p| p.word()).collect::<Vec<_>>().join(";")
}

/// Reads RSVP, outcome and parts from three columns that follow each other.
pub(super) fn attendance_facts(row: &Row<'_>, at: usize) -> rusqlite::Result<AttendanceFacts> {
    let parts: String = row.get(at + 2)?;
    Ok(AttendanceFacts { rsvp: optional_word(row, at)?, outcome: word(row, at + 1)?, parts: several_words(&parts) })
}

/// Every community, in the order of the list: families in the order of their first community, those run by others last.
pub fn communities(conn: &Connection) -> Result<Vec<CommunityRow>, StoreError> {
    let mut disciplines: HashMap<i64, Vec<String>> = HashMap::new();
    let mut statement = conn.prepare_cached(
        "SELECT c.community_id, d.name FROM community_discipline c JOIN discipline d ON d.id=c.discipline_id ORDER BY c.community_id, c.position",
    )?;
    for pair in statement.query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?)))? {
        let (id, name) = pair?;
        disciplines.entry(id).or_default().push(name);
    }
    let mut seats: HashMap<i64, Vec<(String, Option<String>)>> = HashMap::new();
    let mut statement = conn.prepare_cached(
        "SELECT s.community_id, s.title, coalesce(nullif(p.name,''), p.email) FROM seat s LEFT JOIN tenure t ON t.seat_id=s.id AND t.over=0 \
         LEFT JOIN person p ON p.id=t.person_id ORDER BY s.community_id, s.position, s.id",
    )?;
    for row in statement.query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get(1)?, r.get(2)?)))? {
        let (id, title, holder) = row?;
        seats.entry(id).or_default().push((title, holder));
    }
    let mut statement =
        conn.prepare_cached("SELECT id, name, family, purpose, run_by, runner, status, stage FROM community ORDER BY position, id")?;
    let mut out = statement
        .query_map([], |r| {
            let id: i64 = r.get(0)?;
            let seats = seats.remove(&id).unwrap_or_default();
            Ok(CommunityRow {
                id: CommunityId(id),
                name: r.get(1)?,
                family: r.get(2)?,
                disciplines: disciplines.remove(&id).unwrap_or_default().join(", "),
                purpose: r.get(3)?,
                run_by: word(r, 4)?,
                runner: r.get(5)?,
                status: word(r, 6)?,
                stage: optional_word(r, 7)?,
                vacant: seats.iter().any(|(_, holder)| holder.is_none()),
                seats: seats.iter().map(|(t, h)| format!("{t}: {}", h.as_deref().unwrap_or("person TBC"))).collect::<Vec<_>>().join("; "),
            })
        })?
        .collect::<Result<Vec<CommunityRow>, _>>()?;
    let mut families: Vec<String> = Vec::new();
    for c in &out {
        if !families.contains(&c.family) {
            families.push(c.family.clone());
        }
    }
    out.sort_by_key(|c| (c.run_by == RunBy::Others, families.iter().position(|f| *f == c.family)));
    Ok(out)
}

/// A community, whole.
pub fn community(conn: &Connection, id: CommunityId) -> Result<Option<CommunityDetail>, StoreError> {
    let found = conn
        .prepare_cached("SELECT c.uuid, c.name, c.family, c.purpose, c.run_by, c.runner, c.status, c.stage, c.status_on, c.evidence, coalesce(s.name,'') FROM community c LEFT JOIN community s ON s.id=c.successor_id WHERE c.id=?1")?
        .query_row([id.0], |r| {
            let facts = CommunityFacts {
                name: r.get(1)?,
                family: r.get(2)?,
                disciplines: Vec::new(),
                purpose: r.get(3)?,
                run_by: word(r, 4)?,
                runner: r.get(5)?,
                status: word(r, 6)?,
                stage: optional_word(r, 7)?,
                status_on: date(r, 8)?,
                evidence: r.get(9)?,
                successor: r.get(10)?,
                related: Vec::new(),
            };
            Ok((uuid_text(r, 0)?, facts))
        })
        .optional()?;
    let Some((uuid, mut facts)) = found else { return Ok(None) };
    let op = super::write::last_written(conn, &super::schema::COMMUNITY, id.0)?.unwrap_or(0);
    let mut statement = conn.prepare_cached(
        "SELECT d.name FROM community_discipline c JOIN discipline d ON d.id=c.discipline_id WHERE c.community_id=?1 ORDER BY c.position",
    )?;
    facts.disciplines = statement.query_map([id.0], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare_cached(
        "SELECT c.name FROM related r JOIN community c ON c.id=r.other_id WHERE r.community_id=?1 ORDER BY c.position, c.id",
    )?;
    facts.related = statement.query_map([id.0], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut statement =
        conn.prepare_cached("SELECT status, count(*) FROM membership WHERE community_id=?1 GROUP BY status ORDER BY 2 DESC")?;
    let statuses = statement.query_map([id.0], |r| Ok((r.get(0)?, r.get::<_, i64>(1)?.unsigned_abs())))?.collect::<Result<_, _>>()?;
    Ok(Some(CommunityDetail {
        id,
        uuid,
        derived: super::pages::is_derived(conn, id, &facts.name)?,
        facts,
        seats: seats(conn, id)?,
        routes: routes(conn, id)?,
        rules: rules(conn, id)?,
        channels: channels(conn, id)?,
        statuses,
        op,
    }))
}

fn seats(conn: &Connection, id: CommunityId) -> Result<Vec<SeatRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT s.id, s.title, s.function, s.confirm_months, (SELECT substr(o.at,1,10) FROM op_change c JOIN op o ON o.id=c.op \
         WHERE c.entity='seat' AND c.entity_id<=s.id AND c.last_id>=s.id ORDER BY c.op LIMIT 1) FROM seat s WHERE s.community_id=?1 ORDER BY s.position, s.id",
    )?;
    let mut out = statement
        .query_map([id.0], |r| {
            Ok(SeatRow {
                id: SeatId(r.get(0)?),
                title: r.get(1)?,
                function: optional_word(r, 2)?,
                confirm_months: r.get(3)?,
                made: date(r, 4)?,
                holder: None,
                since: None,
                interim: false,
                before: Vec::new(),
                confirmed: None,
            })
        })?
        .collect::<Result<Vec<SeatRow>, _>>()?;
    let mut statement = conn.prepare_cached(
        "SELECT t.person_id, coalesce(nullif(p.name,''), p.email), t.since, t.until, t.over, t.interim, t.confirmed FROM tenure t JOIN person p ON p.id=t.person_id \
         WHERE t.seat_id=?1 ORDER BY t.over, t.id DESC",
    )?;
    for row in &mut out {
        let mut tenures = statement.query([row.id.0])?;
        while let Some(t) = tenures.next()? {
            let name: String = t.get(1)?;
            if t.get::<_, i64>(4)? == 0 && row.holder.is_none() {
                row.holder = Some((PersonId(t.get(0)?), name));
                row.since = date(t, 2)?;
                row.interim = t.get::<_, i64>(5)? != 0;
                row.confirmed = date(t, 6)?;
            } else {
                row.before.push((name, date(t, 2)?, date(t, 3)?));
            }
        }
    }
    Ok(out)
}

fn routes(conn: &Connection, id: CommunityId) -> Result<Vec<(i64, RouteFacts)>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, kind, target, subject, body, words FROM join_route WHERE community_id=?1 ORDER BY id")?;
    let rows = statement
        .query_map([id.0], |r| {
            Ok((r.get(0)?, RouteFacts { kind: word(r, 1)?, target: r.get(2)?, subject: r.get(3)?, body: r.get(4)?, words: r.get(5)? }))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// The rules that hold for a community, those for all first.
pub(super) fn rules(conn: &Connection, id: CommunityId) -> Result<Vec<(i64, RuleFacts, bool)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT id, effect, suffix, words, printed, community_id IS NULL FROM rule WHERE community_id=?1 OR (community_id IS NULL AND \
         (page_id IS NULL OR EXISTS(SELECT 1 FROM listing l WHERE l.page_id=rule.page_id AND l.community_id=?1))) ORDER BY community_id IS NOT NULL, id",
    )?;
    let rows = statement
        .query_map([id.0], |r| {
            let facts = RuleFacts { effect: word(r, 1)?, suffix: r.get(2)?, words: r.get(3)?, printed: r.get(4)? };
            Ok((r.get(0)?, facts, r.get::<_, i64>(5)? != 0))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn channels(conn: &Connection, id: CommunityId) -> Result<Vec<(i64, ChannelFacts)>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, kind, name, members, counted FROM channel WHERE community_id=?1 ORDER BY id")?;
    let rows = statement
        .query_map([id.0], |r| {
            Ok((r.get(0)?, ChannelFacts { kind: word(r, 1)?, name: r.get(2)?, members: r.get(3)?, counted: date(r, 4)? }))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

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
pub fn meetup_rows(conn: &Connection, ids: &[MeetupId]) -> Result<Vec<MeetupRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {MEETUP_COLUMNS} WHERE t.id=?1"))?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(statement.query_row([id.0], meetup_row).optional()?);
    }
    Ok(out)
}

/// Every meetup of a community, or of all: those still to come on `today` first and soonest first, then the past, latest first.
pub fn meetup_ids(
    conn: &Connection,
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
pub fn starts(conn: &Connection, meetup: MeetupId) -> Result<Option<NaiveDateTime>, StoreError> {
    Ok(conn.prepare_cached("SELECT starts FROM meetup WHERE id=?1")?.query_row([meetup.0], |r| moment(r, 0)).optional()?)
}

/// The next meetup that is not cancelled, for the head line.
pub fn next_meetup(conn: &Connection, today: chrono::NaiveDate) -> Result<Option<(NaiveDateTime, String)>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT starts, title FROM meetup WHERE starts>=?1 AND status<>'cancelled' ORDER BY starts, id LIMIT 1")?
        .query_row([today.to_string()], |r| Ok((moment(r, 0)?, r.get(1)?)))
        .optional()?)
}

/// A meetup, whole.
pub fn meetup(conn: &Connection, id: MeetupId) -> Result<Option<MeetupDetail>, StoreError> {
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
    let op = super::write::last_written(conn, &super::schema::MEETUP, id.0)?.unwrap_or(0);
    let mut statement = conn.prepare_cached(
        "SELECT c.name FROM meetup_community k JOIN community c ON c.id=k.community_id WHERE k.meetup_id=?1 ORDER BY c.position, c.id",
    )?;
    facts.communities = statement.query_map([id.0], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(Some(MeetupDetail { id, uuid, facts, roll: roll(conn, id)?, op }))
}

fn roll(conn: &Connection, id: MeetupId) -> Result<Vec<RollRow>, StoreError> {
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
pub fn attendance_of(conn: &Connection, meetup: MeetupId, person: PersonId) -> Result<Option<AttendanceFacts>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT rsvp, outcome, parts FROM attendance WHERE meetup_id=?1 AND person_id=?2")?
        .query_row((meetup.0, person.0), |r| attendance_facts(r, 0))
        .optional()?)
}

/// Those who came to a meetup whose title, format or host contains the text.
pub fn attendees(conn: &Connection, needle: &str) -> Result<Vec<PersonId>, StoreError> {
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
pub fn people_of_meetups_written_last(conn: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT person_id FROM attendance WHERE meetup_id IN (SELECT entity_id FROM op_change WHERE op=(SELECT max(id) FROM op) AND entity='meetup')",
    )?;
    let ids = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}
