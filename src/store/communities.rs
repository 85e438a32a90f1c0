//! Reads communities with their seats, join routes, rules and channels.
//!
//! Must not know how they are shown.

use std::collections::HashMap;

use rusqlite::OptionalExtension;

use super::columns::{date, optional_word, uuid_text, word};
use super::rows::{CommunityDetail, CommunityRow, SeatRow};
use super::{Reader, StoreError, lookup, schema};
use crate::domain::community::{ChannelFacts, CommunityFacts, RouteFacts, RuleFacts};
use crate::domain::ids::{CommunityId, PersonId, SeatId};
use crate::domain::words::RunBy;

/// Returns every community in list order: families by their first community, communities run by others last.
pub(crate) fn communities(conn: Reader<'_>) -> Result<Vec<CommunityRow>, StoreError> {
    let _at_once = conn.begin_read()?;
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
    let mut families: HashMap<&str, usize> = HashMap::new();
    for c in &out {
        let next = families.len();
        families.entry(&c.family).or_insert(next);
    }
    let places: Vec<(bool, usize)> = out.iter().map(|c| (c.run_by == RunBy::Others, families[c.family.as_str()])).collect();
    if !places.is_sorted() {
        let mut keyed: Vec<_> = places.into_iter().zip(out).collect();
        keyed.sort_by_key(|(place, _)| *place);
        out = keyed.into_iter().map(|(_, c)| c).collect();
    }
    Ok(out)
}

/// Returns a community with everything that belongs to it; `None` if it is gone.
pub(crate) fn community(conn: Reader<'_>, id: CommunityId) -> Result<Option<CommunityDetail>, StoreError> {
    let _at_once = conn.begin_read()?;
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
    let op = lookup::last_written(conn, &schema::COMMUNITY, id.0)?.unwrap_or(0);
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
        derived: is_derived(conn, id, &facts.name)?,
        facts,
        seats: seats(conn, id)?,
        routes: routes(conn, id)?,
        rules: rules(conn, id)?,
        channels: channels(conn, id)?,
        statuses,
        op,
    }))
}

/// Returns whether a community's name was derived from a public page and hasn't changed since.
pub(crate) fn is_derived(conn: Reader<'_>, community: CommunityId, name: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM listing WHERE community_id=?1 AND derived=?2 AND derived<>''";
    Ok(conn.prepare_cached(sql)?.exists((community.0, name))?)
}

fn seats(conn: Reader<'_>, id: CommunityId) -> Result<Vec<SeatRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT s.id, s.title, s.function, s.confirm_months, s.uuid, (SELECT substr(o.at,1,10) FROM op_change c JOIN op o ON o.id=c.op \
         WHERE c.entity='seat' AND c.entity_id<=s.id AND c.last_id>=s.id ORDER BY c.op LIMIT 1) FROM seat s WHERE s.community_id=?1 ORDER BY s.position, s.id",
    )?;
    let mut out = statement
        .query_map([id.0], |r| {
            Ok(SeatRow {
                id: SeatId(r.get(0)?),
                title: r.get(1)?,
                function: optional_word(r, 2)?,
                confirm_months: r.get(3)?,
                uuid: uuid_text(r, 4)?,
                made: date(r, 5)?,
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

fn routes(conn: Reader<'_>, id: CommunityId) -> Result<Vec<(i64, RouteFacts)>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT id, kind, target, subject, body, words FROM join_route WHERE community_id=?1 ORDER BY id")?;
    let rows = statement
        .query_map([id.0], |r| {
            Ok((r.get(0)?, RouteFacts { kind: word(r, 1)?, target: r.get(2)?, subject: r.get(3)?, body: r.get(4)?, words: r.get(5)? }))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Returns the rules that apply to a community, page-wide ones first.
pub(super) fn rules(conn: Reader<'_>, id: CommunityId) -> Result<Vec<(i64, RuleFacts, bool)>, StoreError> {
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

fn channels(conn: Reader<'_>, id: CommunityId) -> Result<Vec<(i64, ChannelFacts)>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, kind, name, members, counted FROM channel WHERE community_id=?1 ORDER BY id")?;
    let rows = statement
        .query_map([id.0], |r| {
            Ok((r.get(0)?, ChannelFacts { kind: word(r, 1)?, name: r.get(2)?, members: r.get(3)?, counted: date(r, 4)? }))
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}
