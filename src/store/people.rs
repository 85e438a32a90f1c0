//! People, read.
//!
//! Must not know how they are found by text; that is search's.

use std::ops::ControlFlow;

use chrono::NaiveDate;
use rusqlite::OptionalExtension;

use super::columns::{attendance_facts, consent_of, date, moment, read_fields, uuid_text, word};
use super::eligible::Judge;
use super::rows::{MailRow, MembershipRow, PersonDetail, PersonRow, VisitRow};
use super::{Reader, StoreError};
use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, MembershipId, PersonId};
use crate::domain::mail::{self, Suppressions, Use, Way, Why};
use crate::domain::person::{ConsentFacts, PersonFacts};
use crate::domain::tags;
use crate::domain::words::{ConsentState, MembershipStatus, Purpose};

/// The people with these ids, in their order; `community` is the one whose status is wanted.
pub fn rows(conn: Reader<'_>, ids: &[PersonId], community: Option<CommunityId>) -> Result<Vec<PersonRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT p.id, p.kind, p.name, p.email, p.email_state, coalesce(nullif(o.short_name,''), o.name, ''), p.job_title, coalesce(d.name,''), p.tags, p.joined, p.fields, \
         (SELECT status FROM membership m WHERE m.person_id=p.id AND m.community_id=?2), \
         (SELECT max(t.starts) FROM attendance a JOIN meetup t ON t.id=a.meetup_id WHERE a.person_id=p.id AND a.outcome='attended') \
         FROM person p LEFT JOIN organisation o ON o.id=p.organisation_id LEFT JOIN discipline d ON d.id=p.discipline_id WHERE p.id=?1",
    )?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let row = statement
            .query_row((id.0, community.map(|c| c.0)), |r| {
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
                    seen: date(r, 12)?,
                    fields: read_fields(r.get_ref(10)?.as_str()?),
                    mail: String::new(),
                })
            })
            .optional()?;
        out.extend(row);
    }
    Ok(out)
}

/// The first people by name, of everybody or of a community: what is shown before the search index is ready.
pub fn first_page(conn: Reader<'_>, community: Option<CommunityId>, limit: usize) -> Result<Vec<PersonId>, StoreError> {
    let over = MembershipStatus::ALL.iter().filter(|s| s.is_over()).map(|s| format!("'{}'", s.word())).collect::<Vec<_>>().join(",");
    let sql = format!(
        "SELECT id FROM person p WHERE ?1 IS NULL OR EXISTS(SELECT 1 FROM membership m WHERE m.person_id=p.id AND m.community_id=?1 AND m.status NOT IN ({over})) \
         ORDER BY name_key, id LIMIT ?2"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let ids = statement
        .query_map((community.map(|c| c.0), i64::try_from(limit).unwrap_or(i64::MAX)), |r| r.get(0).map(PersonId))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// What is kept about a person, and the step that last wrote the row.
pub fn facts(conn: Reader<'_>, id: PersonId) -> Result<Option<(PersonFacts, i64)>, StoreError> {
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

/// A person, whole.
pub fn detail(conn: Reader<'_>, id: PersonId, today: NaiveDate) -> Result<Option<PersonDetail>, StoreError> {
    let Some((facts, _)) = facts(conn, id)? else { return Ok(None) };
    let op = super::lookup::last_written(conn, &super::schema::PERSON, id.0)?.unwrap_or(0);
    let uuid = conn.prepare_cached("SELECT uuid FROM person WHERE id=?1")?.query_row([id.0], |r| uuid_text(r, 0))?;
    let addresses: Vec<&str> = facts.candidates().iter().map(|c| c.address).collect();
    let suppressions = super::suppressions::about(conn, &addresses)?;
    let suppressed = addresses.iter().filter(|a| suppressions.matching(a).is_some()).map(|a| (*a).to_owned()).collect();
    Ok(Some(PersonDetail {
        id,
        uuid,
        memberships: memberships(conn, id, &facts, today)?,
        seats: seats_held(conn, id)?,
        visits: visits(conn, id)?,
        consents: consents(conn, id)?,
        suppressed,
        mail: may_be_mailed(conn, id, &suppressions)?,
        facts,
        op,
    }))
}

/// Whether each address of somebody may be mailed.
fn may_be_mailed(conn: Reader<'_>, id: PersonId, suppressions: &Suppressions) -> Result<Vec<MailRow>, StoreError> {
    let to = Use::of(Way::Notify);
    let mut out = Vec::new();
    super::slices::everybody(conn, Some(&[id.0]), false, |p| {
        for (address, state) in p.addresses() {
            let reasons = mail::reasons(p, address, state, suppressions, &to);
            let may_be_mailed = reasons.is_empty();
            out.push(MailRow { address: address.to_owned(), may_be_mailed, reasons: reasons.into_iter().map(Why::words).collect() });
        }
        ControlFlow::Break(())
    })?;
    Ok(out)
}

fn memberships(conn: Reader<'_>, id: PersonId, facts: &PersonFacts, today: NaiveDate) -> Result<Vec<MembershipRow>, StoreError> {
    let mut judge = Judge::new(conn, today)?;
    let addresses = facts.candidates();
    let mut statement = conn.prepare_cached(
        "SELECT m.id, m.community_id, c.name, m.status, m.joined, m.left_on, m.source FROM membership m JOIN community c ON c.id=m.community_id \
         WHERE m.person_id=?1 ORDER BY c.position, c.id",
    )?;
    let mut rows: Vec<MembershipRow> = statement
        .query_map([id.0], |r| {
            Ok(MembershipRow {
                verdict: None,
                id: MembershipId(r.get(0)?),
                community_id: CommunityId(r.get(1)?),
                community: r.get(2)?,
                facts: MembershipFacts { status: word(r, 3)?, joined: date(r, 4)?, left: date(r, 5)?, source: word(r, 6)? },
            })
        })?
        .collect::<Result<_, _>>()?;
    for row in rows.iter_mut().filter(|r| !r.facts.status.is_over()) {
        row.verdict = Some(judge.verdict(conn, id, &addresses, row.community_id)?);
    }
    Ok(rows)
}

fn seats_held(conn: Reader<'_>, id: PersonId) -> Result<Vec<(String, String, Option<NaiveDate>)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT s.title, c.name, t.since FROM tenure t JOIN seat s ON s.id=t.seat_id JOIN community c ON c.id=s.community_id WHERE t.person_id=?1 AND t.over=0 ORDER BY t.id",
    )?;
    let rows = statement.query_map([id.0], |r| Ok((r.get(0)?, r.get(1)?, date(r, 2)?)))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

fn visits(conn: Reader<'_>, id: PersonId) -> Result<Vec<VisitRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT a.id, a.meetup_id, t.title, t.starts, a.rsvp, a.outcome, a.parts FROM attendance a JOIN meetup t ON t.id=a.meetup_id \
         WHERE a.person_id=?1 ORDER BY t.starts DESC, t.id DESC",
    )?;
    let rows = statement
        .query_map([id.0], |r| {
            Ok(VisitRow {
                id: AttendanceId(r.get(0)?),
                meetup_id: MeetupId(r.get(1)?),
                title: r.get(2)?,
                starts: moment(r, 3)?,
                facts: attendance_facts(r, 4)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

pub(super) fn consents(conn: Reader<'_>, id: PersonId) -> Result<Vec<ConsentFacts>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT purpose, state, given_on, source FROM consent WHERE person_id=?1 ORDER BY id")?;
    let rows = statement.query_map([id.0], |r| consent_of(r, 0))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Whether somebody withdrew consent for a purpose.
///
/// # Errors
/// If the file can't be read.
pub fn withdrew(conn: Reader<'_>, id: PersonId, purpose: Purpose) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM consent WHERE person_id=?1 AND purpose=?2 AND state=?3";
    Ok(conn.prepare_cached(sql)?.exists((id.0, purpose.word(), ConsentState::Withdrawn.word()))?)
}

/// The people of the organisations and disciplines that the newest step wrote.
pub fn ids_of_words_written_last(conn: Reader<'_>) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT p.id FROM person p JOIN organisation o ON o.id=p.organisation_id WHERE o.id IN (SELECT entity_id FROM op_change WHERE op=(SELECT max(id) FROM op) AND entity='organisation') \
         UNION SELECT p.id FROM person p WHERE p.discipline_id IN (SELECT entity_id FROM op_change WHERE op=(SELECT max(id) FROM op) AND entity='discipline')",
    )?;
    let ids = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}
