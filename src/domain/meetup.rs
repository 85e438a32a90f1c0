//! Meetups and attendance.
//!
//! Must not know how they are stored or shown.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde::Serialize;

use crate::domain::words::{Format, MeetupStatus, Outcome, Part, Rsvp, WriteUp};

/// What a lead records about a meetup, with host and communities by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetupFacts {
    /// The title.
    pub title: String,
    /// The communities that it is for.
    pub communities: Vec<String>,
    /// The format.
    pub format: Format,
    /// When it starts, in the local time of `zone`.
    pub starts: NaiveDateTime,
    /// How long it lasts, in minutes.
    pub minutes: u32,
    /// The IANA zone: `Europe/London`.
    pub zone: String,
    /// The venue: a place or a link.
    pub venue: String,
    /// The host organisation's name; empty if none.
    pub host: String,
    /// How many people fit in; `None` if there is no limit.
    pub capacity: Option<u32>,
    /// The status.
    pub status: MeetupStatus,
    /// The state of its write-up.
    pub write_up: WriteUp,
    /// The link to the write-up.
    pub write_up_link: String,
    /// Anything else.
    pub note: String,
}

impl MeetupFacts {
    /// Returns a planned meetup with this title, one hour long.
    #[must_use]
    pub fn planned(title: &str, format: Format, starts: NaiveDateTime) -> Self {
        Self {
            title: title.to_owned(),
            communities: Vec::new(),
            format,
            starts,
            minutes: 60,
            zone: "Europe/London".into(),
            venue: String::new(),
            host: String::new(),
            capacity: None,
            status: MeetupStatus::Planned,
            write_up: WriteUp::None,
            write_up_link: String::new(),
            note: String::new(),
        }
    }

    /// Returns when the meetup ends, in local time.
    #[must_use]
    pub fn ends(&self) -> NaiveDateTime {
        self.starts.checked_add_signed(TimeDelta::minutes(i64::from(self.minutes))).unwrap_or(self.starts)
    }

    /// Checks the title, the length and the time zone.
    ///
    /// # Errors
    /// Returns a message for the user.
    pub fn check(&self) -> Result<(), String> {
        if self.title.trim().is_empty() {
            return Err("a meetup needs a title".into());
        }
        if self.minutes == 0 || self.minutes > 60 * 24 * 31 {
            return Err("a meetup must end after it starts, and within a month".into());
        }
        self.zone.parse::<chrono_tz::Tz>().map(|_| ()).map_err(|_| format!("{} isn't a time zone; one looks like Europe/London", self.zone))
    }
}

/// Whether and how somebody took part in a meetup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttendanceFacts {
    /// Their answer to the invitation.
    pub rsvp: Option<Rsvp>,
    /// Whether they came.
    pub outcome: Outcome,
    /// Their roles at the meetup.
    pub parts: Vec<Part>,
}

impl Default for AttendanceFacts {
    fn default() -> Self {
        Self { rsvp: None, outcome: Outcome::Unknown, parts: Vec::new() }
    }
}

impl AttendanceFacts {
    /// Returns the attendance of somebody who came, and nothing more.
    #[must_use]
    pub fn came() -> Self {
        Self { outcome: Outcome::Attended, ..Self::default() }
    }

    /// Returns whether nothing is recorded.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

/// Returns whether a meetup is today or later.
#[must_use]
pub fn is_upcoming(starts: NaiveDateTime, today: NaiveDate) -> bool {
    starts.date() >= today
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meetup_ends_after_it_starts() {
        let starts = NaiveDate::from_ymd_opt(2026, 12, 3).unwrap().and_hms_opt(18, 0, 0).unwrap();
        let mut m = MeetupFacts::planned("Show and tell", Format::ShowAndTell, starts);
        assert!(m.check().is_ok());
        assert_eq!(m.ends().to_string(), "2026-12-03 19:00:00");
        m.minutes = 0;
        assert!(m.check().is_err());
        m.minutes = 60;
        m.zone = "London".into();
        assert_eq!(m.check(), Err("London isn't a time zone; one looks like Europe/London".into()));
    }
}
