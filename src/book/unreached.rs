//! People who said yes to a meetup that is cancelled or moved, and who may not be mailed: somebody has to tell them in another way.
//!
//! Must not know where they are shown.

use std::ops::ControlFlow;

use chrono::NaiveDateTime;

use super::{Book, BookError, Command, Step};
use crate::domain::ids::MeetupId;
use crate::domain::mail::{self, Use, Way, Why};
use crate::domain::words::{MeetupStatus, Rsvp};
use crate::store::slices::PersonExtras;
use crate::store::{meetups, slices, suppressions};

/// The state of a meetup before a step changes it.
pub(super) struct Before {
    id: MeetupId,
    status: MeetupStatus,
    starts: NaiveDateTime,
}

impl Book {
    /// Returns the current state of the meetup that a step changes, if it changes one.
    pub(super) fn meetup_before_step(&self, step: &Step) -> Result<Option<Before>, BookError> {
        let Step::Run(command) = step else { return Ok(None) };
        let Command::PutMeetup { id: Some(id), .. } = **command else { return Ok(None) };
        let found = meetups::meetup_rows(self.store.reader(), &[id])?;
        Ok(found.first().map(|m| Before { id, status: m.status, starts: m.starts }))
    }

    /// Returns the people who said yes to a meetup that has since been cancelled or moved, and who may not be mailed, each with the reason.
    pub(super) fn unreached(&self, before: &Before) -> Result<Vec<String>, BookError> {
        let conn = self.store.reader();
        let rows = meetups::meetup_rows(conn, &[before.id])?;
        let is_cancelled = |status| status == MeetupStatus::Cancelled && before.status != MeetupStatus::Cancelled;
        if !rows.iter().any(|now| is_cancelled(now.status) || now.starts != before.starts) {
            return Ok(Vec::new());
        }
        let Some(now) = meetups::meetup(conn, before.id)? else { return Ok(Vec::new()) };
        let yes = now.roll.iter().filter(|row| row.facts.rsvp == Some(Rsvp::Yes));
        let ids: Vec<i64> = yes.map(|row| row.person_id.0).collect();
        let (suppressions, to) = (suppressions::read(conn)?, Use::of(Way::Notify));
        let mut out = Vec::new();
        slices::everybody(conn, Some(&ids), PersonExtras::Memberships, |p| {
            let who = if p.name.is_empty() { p.email } else { p.name };
            out.extend(mail::choose(p, &suppressions, &to).left_out.map(|why: Why| format!("{who}: {}", why.words())));
            ControlFlow::Continue(())
        })?;
        Ok(out)
    }
}
