//! Writes meetups and attendance.
//!
//! Must not know who calls it.

use rusqlite::{OptionalExtension, ToSql};

use super::StoreError;
use super::columns::{MOMENT, write_parts};
use super::lookup::ids_where;
use super::schema::{ATTENDANCE, MEETUP, MEETUP_COMMUNITY};
use super::write::Write;
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};

impl Write<'_> {
    /// Adds or changes a meetup.
    ///
    /// # Errors
    /// If the facts are inconsistent or a community doesn't exist.
    pub(crate) fn put_meetup(&mut self, id: Option<MeetupId>, facts: &MeetupFacts) -> Result<MeetupId, StoreError> {
        facts.check().map_err(StoreError::Refused)?;
        let host = self.organisation(&facts.host)?;
        let starts = facts.starts.format(MOMENT).to_string();
        let columns: [(&'static str, &dyn ToSql); 12] = [
            ("title", &facts.title),
            ("format", &facts.format.word()),
            ("starts", &starts),
            ("minutes", &facts.minutes),
            ("zone", &facts.zone),
            ("venue", &facts.venue),
            ("organisation_id", &host),
            ("capacity", &facts.capacity),
            ("status", &facts.status.word()),
            ("write_up", &facts.write_up.word()),
            ("write_up_link", &facts.write_up_link),
            ("note", &facts.note),
        ];
        let id = match id {
            Some(id) => {
                self.update(&MEETUP, id.0, &columns)?;
                id.0
            }
            None => self.add(&MEETUP, &columns)?,
        };
        self.keep_communities(id, &facts.communities)?;
        Ok(MeetupId(id))
    }

    fn keep_communities(&mut self, meetup: i64, names: &[String]) -> Result<(), StoreError> {
        let mut wanted = self.community_ids(names, None)?;
        for row in ids_where(self.reader(), &MEETUP_COMMUNITY, "meetup_id", meetup)? {
            let community: i64 = self.reader().query_row("SELECT community_id FROM meetup_community WHERE id=?1", [row], |r| r.get(0))?;
            match wanted.iter().position(|w| *w == community) {
                Some(at) => {
                    wanted.remove(at);
                }
                None => self.delete(&MEETUP_COMMUNITY, row)?,
            }
        }
        for community in wanted {
            self.add(&MEETUP_COMMUNITY, &[("meetup_id", &meetup), ("community_id", &community)])?;
        }
        Ok(())
    }

    /// Removes a meetup with its roll.
    pub(crate) fn remove_meetup(&mut self, id: MeetupId) -> Result<(), StoreError> {
        self.remove(&MEETUP, id.0)
    }

    /// Writes a person's attendance at a meetup; removes the row if the facts are blank. Returns whether anything changed.
    pub(crate) fn put_attendance(&mut self, meetup: MeetupId, person: PersonId, facts: &AttendanceFacts) -> Result<bool, StoreError> {
        let row: Option<i64> = self
            .reader()
            .prepare_cached("SELECT id FROM attendance WHERE meetup_id=?1 AND person_id=?2")?
            .query_row((meetup.0, person.0), |r| r.get(0))
            .optional()?;
        let rsvp = facts.rsvp.map(|r| r.word());
        let (outcome, parts) = (facts.outcome.word(), write_parts(&facts.parts));
        match row {
            Some(row) if facts.is_blank() => self.delete(&ATTENDANCE, row).map(|()| true),
            Some(row) => self.update(&ATTENDANCE, row, &[("rsvp", &rsvp), ("outcome", &outcome), ("parts", &parts)]),
            None if facts.is_blank() => Ok(false),
            None => {
                let columns: [(&'static str, &dyn ToSql); 5] =
                    [("meetup_id", &meetup.0), ("person_id", &person.0), ("rsvp", &rsvp), ("outcome", &outcome), ("parts", &parts)];
                self.add(&ATTENDANCE, &columns).map(|_| true)
            }
        }
    }
}
