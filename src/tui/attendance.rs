//! Recording one person's attendance at a meetup with one key, both on the roll and in the meetup's detail.
//!
//! Must not know where the key was pressed.

use crate::actions::Action;
use crate::book::{AttendanceChange, Command};
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::meetup::AttendanceFacts;
use crate::domain::words::{Outcome, Part, Rsvp};

/// The keys that are always shown on a roll.
pub(super) const SHOWN: &[Action] = &[
    Action::SayYes,
    Action::SayMaybe,
    Action::SayNo,
    Action::SayWaiting,
    Action::NoShow,
    Action::AsSpeaker,
    Action::AsHost,
    Action::AsOrganiser,
];

/// Returns the change that an action records, if it records one. A role in `facts` is removed, any other is added.
#[must_use]
pub(super) fn change(action: Action, facts: &AttendanceFacts) -> Option<AttendanceChange> {
    let rsvp = |r| Some(AttendanceChange::Rsvp(Some(r)));
    let part = |p| Some(AttendanceChange::Part(p, !facts.parts.contains(&p)));
    match action {
        Action::SayYes => rsvp(Rsvp::Yes),
        Action::SayMaybe => rsvp(Rsvp::Maybe),
        Action::SayNo => rsvp(Rsvp::No),
        Action::SayWaiting => rsvp(Rsvp::Waiting),
        Action::NoShow => Some(AttendanceChange::Outcome(Outcome::NoShow)),
        Action::AsSpeaker => part(Part::Speaker),
        Action::AsHost => part(Part::Host),
        Action::AsOrganiser => part(Part::Organiser),
        Action::AsFacilitator => part(Part::Facilitator),
        Action::AsNotes => part(Part::Notes),
        _ => None,
    }
}

/// Returns the command for a change of one person's attendance.
#[must_use]
pub(super) fn command(meetup: MeetupId, person: PersonId, change: AttendanceChange) -> Command {
    Command::Attend { meetup, people: vec![person], change }
}

/// Returns somebody's attendance in words: outcome or answer, then roles.
#[must_use]
pub(super) fn words(facts: &AttendanceFacts) -> String {
    let what = match (facts.outcome, facts.rsvp) {
        (Outcome::Attended, _) => "came".to_owned(),
        (Outcome::Unknown, Some(Rsvp::Invited)) => "invited".to_owned(),
        (Outcome::Unknown, Some(Rsvp::Waiting)) => "waiting".to_owned(),
        (Outcome::Unknown, Some(rsvp)) => format!("said {rsvp}"),
        (Outcome::Unknown, None) => String::new(),
        (outcome, _) => outcome.to_string(),
    };
    let parts = facts.parts.iter().map(ToString::to_string);
    std::iter::once(what).filter(|w| !w.is_empty()).chain(parts).collect::<Vec<_>>().join(", ")
}

/// Returns how many said yes, compared with the capacity (`9 yes of 12`, `14 yes, 2 over`), and whether that is too many.
#[must_use]
pub(super) fn room(yes: u64, capacity: Option<u32>) -> (String, bool) {
    match capacity.map(u64::from) {
        None => (format!("{yes} yes"), false),
        Some(room) if yes > room => (format!("{yes} yes, {} over", yes - room), true),
        Some(room) => (format!("{yes} yes of {room}"), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_given_and_taken_away_and_an_answer_is_only_given() {
        let mut facts = AttendanceFacts { parts: vec![Part::Host], rsvp: Some(Rsvp::Yes), ..AttendanceFacts::default() };
        assert_eq!(change(Action::AsHost, &facts), Some(AttendanceChange::Part(Part::Host, false)));
        assert_eq!(change(Action::AsSpeaker, &facts), Some(AttendanceChange::Part(Part::Speaker, true)));
        assert_eq!(change(Action::SayYes, &facts), Some(AttendanceChange::Rsvp(Some(Rsvp::Yes))));
        assert_eq!(change(Action::Quit, &facts), None);
        assert_eq!(words(&facts), "said yes, host");
        facts.outcome = Outcome::NoShow;
        assert_eq!(words(&facts), "no-show, host");
    }

    #[test]
    fn the_room_is_compared_with_the_yeses() {
        assert_eq!(room(9, None), ("9 yes".into(), false));
        assert_eq!(room(12, Some(12)), ("12 yes of 12".into(), false));
        assert_eq!(room(14, Some(12)), ("14 yes, 2 over".into(), true));
    }
}
