//! Reads people.
//!
//! Must not know how people are found by text; that is the job of search.

use std::collections::HashMap;

use chrono::NaiveDate;
use rusqlite::OptionalExtension;

use super::columns::{consent_of, date, name_key, read_fields, word};
use super::rows::PersonRow;
use super::schema::{DISCIPLINE, ORGANISATION};
use super::{Reader, StoreError};
use crate::domain::address::OtherAddress;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::person::{ConsentFacts, PersonFacts};
use crate::domain::words::{ConsentState, MembershipStatus, Purpose};
use crate::domain::{dates, tags};

/// Returns the people with these ids, in the same order, with their status in `community`. `seen` returns the date of a person's last visit
/// if that is already known; without it, their visits are read.
pub(crate) fn rows(
    conn: Reader<'_>,
    ids: &[PersonId],
    community: Option<CommunityId>,
    seen: Option<&dyn Fn(PersonId) -> Option<NaiveDate>>,
) -> Result<Vec<PersonRow>, StoreError> {
    let _at_once = conn.begin_read()?;
    let mut statement = conn.prepare_cached(
        "SELECT p.id, p.kind, p.name, p.email, p.email_state, coalesce(nullif(o.short_name,''), o.name, ''), p.job_title, coalesce(d.name,''), p.tags, p.joined, p.fields, \
         (SELECT status FROM membership m WHERE m.person_id=p.id AND m.community_id=?2), \
         CASE WHEN ?3 THEN (SELECT max(t.starts) FROM attendance a JOIN meetup t ON t.id=a.meetup_id WHERE a.person_id=p.id AND a.outcome='attended') END \
         FROM person p LEFT JOIN organisation o ON o.id=p.organisation_id LEFT JOIN discipline d ON d.id=p.discipline_id WHERE p.id=?1",
    )?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let row = statement
            .query_row((id.0, community.map(|c| c.0), seen.is_none()), |r| {
                Ok(PersonRow {
                    id: PersonId(r.get(0)?),
                    kind: word(r, 1)?,
                    name: r.get(2)?,
                    email: r.get(3)?,
                    email_state: word(r, 4)?,
                    organisation: r.get(5)?,
                    job_title: r.get(6)?,
                    discipline: r.get(7)?,
                    tags: tags::read(r.get_ref(8)?.as_str()?),
                    joined: date(r, 9)?,
                    status: r.get::<_, Option<String>>(11)?.unwrap_or_default(),
                    seen: if let Some(known) = seen { known(*id) } else { date(r, 12)? },
                    fields: read_fields(r.get_ref(10)?.as_str()?),
                    mail: String::new(),
                })
            })
            .optional()?;
        out.extend(row);
    }
    Ok(out)
}

/// Converts a listed person to a row, without a status in a community.
pub(crate) fn row_of(p: &Listed<'_>) -> PersonRow {
    PersonRow {
        id: p.id,
        kind: p.kind,
        name: p.name.to_owned(),
        email: p.email.to_owned(),
        email_state: p.email_state,
        organisation: if p.short_name.is_empty() { p.organisation } else { p.short_name }.to_owned(),
        job_title: p.job_title.to_owned(),
        discipline: p.discipline.to_owned(),
        tags: tags::read(p.tags),
        joined: dates::iso(p.joined),
        status: String::new(),
        seen: p.seen,
        fields: read_fields(p.fields),
        mail: String::new(),
    }
}

/// Returns everybody by name; people without a name are sorted by their address.
pub(crate) fn by_name(conn: Reader<'_>) -> Result<Vec<PersonId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM person ORDER BY name_key, id")?;
    let ids = statement.query_map([], |r| r.get(0).map(PersonId))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Returns people with exactly this name, ignoring case and accents; no more than `limit`.
pub(crate) fn called(conn: Reader<'_>, name: &str, limit: usize) -> Result<Vec<PersonId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM person WHERE name_key=?1 AND name<>'' ORDER BY id LIMIT ?2")?;
    let ids = statement
        .query_map((name_key(name, ""), i64::try_from(limit).unwrap_or(i64::MAX)), |r| r.get(0).map(PersonId))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Returns the members of a community by ascending id; with `over_too`, includes memberships that are over.
pub(crate) fn members_of(conn: Reader<'_>, community: CommunityId, over_too: bool) -> Result<Vec<PersonId>, StoreError> {
    let sql = format!("SELECT person_id FROM membership WHERE community_id=?1 AND (?2 OR {}) ORDER BY person_id", counts());
    let ids = conn.prepare_cached(&sql)?.query_map((community.0, over_too), |r| r.get(0).map(PersonId))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Returns the number of members of each community.
pub(crate) fn member_counts(conn: Reader<'_>) -> Result<HashMap<CommunityId, u64>, StoreError> {
    let sql = format!("SELECT community_id, count(*) FROM membership WHERE {} GROUP BY community_id", counts());
    let mut statement = conn.prepare_cached(&sql)?;
    let all = statement.query_map([], |r| Ok((CommunityId(r.get(0)?), r.get::<_, i64>(1)?.unsigned_abs())))?.collect::<Result<_, _>>()?;
    Ok(all)
}

/// Returns the condition that a membership counts. An unknown status counts, as it does in the index.
fn counts() -> String {
    let words = MembershipStatus::ALL.iter().filter(|s| !s.counts()).map(|s| format!("'{}'", s.word())).collect::<Vec<_>>();
    format!("status NOT IN ({})", words.join(","))
}

/// Returns the first people by name, of everybody or of a community, to show before the search index is ready.
pub(crate) fn first_page(conn: Reader<'_>, community: Option<CommunityId>, limit: usize) -> Result<Vec<PersonId>, StoreError> {
    let sql = format!(
        "SELECT id FROM person p WHERE ?1 IS NULL OR EXISTS(SELECT 1 FROM membership WHERE person_id=p.id AND community_id=?1 AND {}) \
         ORDER BY name_key, id LIMIT ?2",
        counts()
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let ids = statement
        .query_map((community.map(|c| c.0), i64::try_from(limit).unwrap_or(i64::MAX)), |r| r.get(0).map(PersonId))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Returns whether a person is in a community: they have joined, and not left.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn is_member(conn: Reader<'_>, person: PersonId, community: CommunityId) -> Result<bool, StoreError> {
    let status: Option<String> = conn
        .prepare_cached("SELECT status FROM membership WHERE person_id=?1 AND community_id=?2")?
        .query_row((person.0, community.0), |r| r.get(0))
        .optional()?;
    Ok(!status.as_deref().and_then(MembershipStatus::parse).is_none_or(MembershipStatus::is_over))
}

/// Returns a person's facts, and the step that last wrote the row.
pub(crate) fn facts(conn: Reader<'_>, id: PersonId) -> Result<Option<(PersonFacts, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT p.kind, p.name, p.email, p.email_state, coalesce(o.name,''), p.job_title, coalesce(d.name,''), p.tags, p.fields, p.joined, p.note, p.op \
         FROM person p LEFT JOIN organisation o ON o.id=p.organisation_id LEFT JOIN discipline d ON d.id=p.discipline_id WHERE p.id=?1",
    )?;
    let found = statement
        .query_row([id.0], |r| {
            let facts = PersonFacts {
                kind: word(r, 0)?,
                name: r.get(1)?,
                email: r.get(2)?,
                email_state: word(r, 3)?,
                others: Vec::new(),
                organisation: r.get(4)?,
                job_title: r.get(5)?,
                discipline: r.get(6)?,
                tags: tags::read(r.get_ref(7)?.as_str()?),
                fields: read_fields(r.get_ref(8)?.as_str()?),
                joined: date(r, 9)?,
                note: r.get(10)?,
            };
            Ok((facts, r.get(11)?))
        })
        .optional()?;
    let Some((mut facts, op)) = found else { return Ok(None) };
    let mut statement = conn.prepare_cached("SELECT address, state FROM address WHERE person_id=?1 ORDER BY id")?;
    facts.others =
        statement.query_map([id.0], |r| Ok(OtherAddress { address: r.get(0)?, state: word(r, 1)? }))?.collect::<Result<_, _>>()?;
    Ok(Some((facts, op)))
}

pub(super) fn consents(conn: Reader<'_>, id: PersonId) -> Result<Vec<ConsentFacts>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT purpose, state, given_on, source FROM consent WHERE person_id=?1 ORDER BY id")?;
    let rows = statement.query_map([id.0], |r| consent_of(r, 0))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Returns whether a person withdrew consent for a purpose.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn withdrew(conn: Reader<'_>, id: PersonId, purpose: Purpose) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM consent WHERE person_id=?1 AND purpose=?2 AND state=?3";
    Ok(conn.prepare_cached(sql)?.exists((id.0, purpose.word(), ConsentState::Withdrawn.word()))?)
}

/// Returns whether one of these people holds a seat.
pub(crate) fn has_seat(conn: Reader<'_>, people: &[i64]) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached("SELECT 1 FROM tenure WHERE person_id=?1 AND over=0")?;
    for id in people {
        if statement.exists([id])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the people of the organisations and disciplines that the newest step changed, since their records show those names. An
/// organisation or discipline that the step added has only people whom the step wrote anyway.
pub(crate) fn ids_of_words_changed_last(conn: Reader<'_>) -> Result<Vec<i64>, StoreError> {
    let mut ids = Vec::new();
    for (table, column) in [(&ORGANISATION, "organisation_id"), (&DISCIPLINE, "discipline_id")] {
        let mut changed = conn.prepare_cached(
            "SELECT entity_id FROM op_change WHERE op=(SELECT max(id) FROM op) AND entity=?1 AND before IS NOT NULL AND after IS NOT NULL",
        )?;
        for id in changed.query_map([table.name], |r| r.get::<_, i64>(0))? {
            let mut theirs = conn.prepare_cached(&format!("SELECT id FROM person WHERE {column}=?1"))?;
            for person in theirs.query_map([id?], |r| r.get(0))? {
                ids.push(person?);
            }
        }
    }
    Ok(ids)
}
