//! The subject of a form as text, so that a draft can be matched to it after the program has ended.
//!
//! Must not know what is in a form, nor where a draft is stored.

use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId, SeatId};
use crate::tui::core::Subject;

/// The subject of a list of people that hasn't been added yet.
pub(super) const LIST: &str = "list";

impl Subject {
    /// Returns the subject as text, for [`Subject::read`].
    #[must_use]
    pub(super) fn write(&self) -> String {
        let id = |id: Option<i64>| id.map_or_else(|| "new".to_owned(), |id| id.to_string());
        match self {
            Self::Person(p) => format!("person {}", id(p.map(|p| p.0))),
            Self::Community(c) => format!("community {}", id(c.map(|c| c.0))),
            Self::Meetup(m) => format!("meetup {}", id(m.map(|m| m.0))),
            Self::Organisation(o) => format!("organisation {}", id(o.map(|o| o.0))),
            Self::Seat(c, s) => format!("seat {} {c}", id(s.map(|s| s.0))),
            Self::Route(c, r) => format!("route {} {c}", id(*r)),
            Self::Rule(c, r) => format!("rule {} {c}", id(*r)),
            Self::Channel(c, r) => format!("channel {} {c}", id(*r)),
            Self::Membership(p, c) => format!("membership {} {p}", id(c.map(|c| c.0))),
            Self::Attendance(m, p) => format!("attendance {p} {m}"),
            Self::WalkIn(m, name) => format!("walk-in {m} {name}"),
            Self::Consent(p, purpose) => format!("consent {p} {purpose}"),
            Self::MailAgain(p) => format!("mail-again {p}"),
        }
    }

    /// Parses the text of [`Subject::write`].
    #[must_use]
    pub(super) fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(' ')?;
        let (first, last) = rest.split_once(' ').unwrap_or((rest, ""));
        let id: Option<i64> = if first == "new" { None } else { Some(first.parse().ok()?) };
        let of = || last.parse::<i64>().ok();
        Some(match kind {
            "person" => Self::Person(id.map(PersonId)),
            "community" => Self::Community(id.map(CommunityId)),
            "meetup" => Self::Meetup(id.map(MeetupId)),
            "organisation" => Self::Organisation(id.map(OrganisationId)),
            "seat" => Self::Seat(CommunityId(of()?), id.map(SeatId)),
            "route" => Self::Route(CommunityId(of()?), id),
            "rule" => Self::Rule(CommunityId(of()?), id),
            "channel" => Self::Channel(CommunityId(of()?), id),
            "membership" => Self::Membership(PersonId(of()?), id.map(CommunityId)),
            "attendance" => Self::Attendance(MeetupId(of()?), PersonId(id?)),
            "consent" => Self::Consent(PersonId(id?), crate::domain::words::Purpose::parse(last)?),
            "mail-again" => Self::MailAgain(PersonId(id?)),
            "walk-in" => Self::WalkIn(MeetupId(id?), last.to_owned()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_they_were_written() {
        for subject in [
            Subject::Person(None),
            Subject::Person(Some(PersonId(7))),
            Subject::Community(Some(CommunityId(1))),
            Subject::Meetup(None),
            Subject::Organisation(Some(OrganisationId(3))),
            Subject::Seat(CommunityId(2), None),
            Subject::Seat(CommunityId(2), Some(SeatId(9))),
            Subject::Route(CommunityId(2), Some(4)),
            Subject::Rule(CommunityId(2), None),
            Subject::Channel(CommunityId(2), Some(4)),
            Subject::Membership(PersonId(5), None),
            Subject::Membership(PersonId(5), Some(CommunityId(6))),
            Subject::Attendance(MeetupId(8), PersonId(5)),
            Subject::WalkIn(MeetupId(8), "Ann Example the Second".into()),
            Subject::Consent(PersonId(5), crate::domain::words::Purpose::Photo),
            Subject::MailAgain(PersonId(5)),
        ] {
            assert_eq!(Subject::read(&subject.write()), Some(subject));
        }
        assert_eq!(Subject::read("seat new"), None);
        assert_eq!(Subject::read("nonsense 3 4"), None);
    }
}
