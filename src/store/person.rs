//! Everything about one person: memberships and verdicts, seats, visits, consents, and whether each address may be mailed.
//!
//! Must not know how a person is shown.

use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::columns::{attendance_facts, date, moment, uuid_text, word};
use super::eligible::EligibilityChecker;
use super::people::{consents, facts};
use super::rows::{MailRow, MembershipRow, PersonDetail, VisitRow};
use super::{Reader, StoreError};
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, MembershipId, PersonId};
use crate::domain::mail::{self, Suppressions, Use, Way, Why};
use crate::domain::person::PersonFacts;

/// Returns everything about a person; `None` if they are gone.
pub(crate) fn detail(conn: Reader<'_>, id: PersonId, today: NaiveDate) -> Result<Option<PersonDetail>, StoreError> {
    let _at_once = conn.begin_read()?;
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

/// Returns whether each of a person's addresses may be mailed.
fn may_be_mailed(conn: Reader<'_>, id: PersonId, suppressions: &Suppressions) -> Result<Vec<MailRow>, StoreError> {
    let to = Use::of(Way::Notify);
    let mut out = Vec::new();
    super::slices::everybody(conn, Some(&[id.0]), super::slices::PersonExtras::Memberships, |p| {
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
    let mut judge = EligibilityChecker::about(conn, id, today)?;
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
