//! What a step is called: in the toast, in history, in the journal.
//!
//! Must not know where it is shown.

use super::BookError;
use super::command::{AttendanceChange, Command};
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::text;
use crate::domain::words::Outcome;
use crate::store::{Store, communities, meetups, people};

/// The words for a command, as something that has been done.
pub fn label(store: &Store, command: &Command) -> Result<String, BookError> {
    let conn = store.reader();
    let community = |id: &CommunityId| -> Result<String, BookError> {
        Ok(communities::community(conn, *id)?.map_or_else(|| "a community".into(), |c| c.facts.name))
    };
    Ok(match command {
        Command::AddPerson { facts, community: None } => format!("Added {}", facts.title()),
        Command::AddPerson { facts, community: Some(c) } => format!("Added {} to {}", facts.title(), community(c)?),
        Command::EditPerson { facts, .. } => format!("Changed {}", facts.title()),
        Command::RemovePeople(ids) => format!("Removed {}", who(store, ids)?),
        Command::PutIn { people, community: c, .. } => format!("Put {} into {}", who(store, people)?, community(c)?),
        Command::TakeOut { people, community: c } => format!("Took {} out of {}", who(store, people)?, community(c)?),
        Command::SetStatus { people, community: c, status } => format!("Set {} to {status} in {}", who(store, people)?, community(c)?),
        Command::EditMembership { person, community: c, .. } => {
            format!("Changed the membership of {} in {}", who(store, &[*person])?, community(c)?)
        }
        Command::SetOrganisation { people, name } if name.is_empty() => format!("Took {} out of their organisation", who(store, people)?),
        Command::SetOrganisation { people, name } => format!("Set the organisation of {} to {name}", who(store, people)?),
        Command::SetDiscipline { people, name } if name.is_empty() => format!("Cleared the discipline of {}", who(store, people)?),
        Command::SetDiscipline { people, name } => format!("Set the discipline of {} to {name}", who(store, people)?),
        Command::SetField { people, field, value } if value.is_empty() => format!("Cleared {field} of {}", who(store, people)?),
        Command::SetField { people, field, value } => format!("Set {field} of {} to {}", who(store, people)?, text::clip(value, 40)),
        Command::SetConsent { people, consent } => {
            format!("Consent of {} to {}: {}", who(store, people)?, consent.purpose, consent.state)
        }
        Command::AddTag { people, tag } => format!("Tagged {} {tag}", who(store, people)?),
        Command::RemoveTag { people, tag } => format!("Took the tag {tag} off {}", who(store, people)?),
        Command::PutOrganisation { id: None, facts } => format!("Added {}", facts.name),
        Command::PutOrganisation { facts, .. } => format!("Changed {}", facts.name),
        Command::RemoveOrganisation(_) => "Removed an organisation".into(),
        Command::PutCommunity { id: None, facts, .. } => format!("Added the community {}", facts.name),
        Command::PutCommunity { facts, .. } => format!("Changed the community {}", facts.name),
        Command::RemoveCommunity(c) => format!("Removed the community {}", community(c)?),
        Command::PutSeat { community: c, facts, .. } => {
            let holder = facts.holder.map_or(Ok("vacant".to_owned()), |id| who(store, &[id]))?;
            format!("{} of {}: {holder}", facts.title, community(c)?)
        }
        Command::RemoveSeat(c, _) => format!("Removed a seat of {}", community(c)?),
        Command::PutRoute { community: c, .. } => format!("Changed how to join {}", community(c)?),
        Command::RemoveRoute(c, _) => format!("Removed a way to join {}", community(c)?),
        Command::PutRule { page_wide: true, .. } => "Changed a rule for all communities".into(),
        Command::PutRule { community: c, .. } => format!("Changed who may join {}", community(c)?),
        Command::RemoveRule(c, _) => format!("Removed a rule of {}", community(c)?),
        Command::PutChannel { community: c, facts, .. } => format!("Set a channel of {}: {}", community(c)?, facts.name),
        Command::RemoveChannel(c, _) => format!("Removed a channel of {}", community(c)?),
        Command::PutMeetup { id: None, facts, .. } => format!("Added the meetup {}", facts.title),
        Command::PutMeetup { facts, .. } => format!("Changed the meetup {}", facts.title),
        Command::RemoveMeetup(m) => format!("Removed the meetup {}", meetup(store, *m)?),
        Command::Attend { meetup: m, people, change } => attend_label(&who(store, people)?, &meetup(store, *m)?, change),
        Command::WalkIn { meetup: m, facts, .. } => format!("Put {} on the roll of {}", facts.title(), meetup(store, *m)?),
        Command::NeverMail { people, .. } => format!("Stopped mail to {}", who(store, people)?),
        Command::MailAgain { person, .. } => format!("Allowed mail to {}", who(store, &[*person])?),
        Command::Suppress { addresses, .. } => format!("Suppressed {}", some(addresses)),
        Command::Allow { addresses, .. } => format!("Allowed mail to {}", some(addresses)),
        Command::SaveView { name, .. } => format!("Saved the view {name}"),
        Command::RemoveView(_) => "Removed a view".into(),
        Command::LoadSample => "Loaded the sample roster".into(),
    })
}

fn attend_label(who: &str, meetup: &str, change: &AttendanceChange) -> String {
    match change {
        AttendanceChange::Outcome(Outcome::Attended) => format!("{who} came to {meetup}"),
        AttendanceChange::Outcome(Outcome::Unknown) => format!("Took the tick off {who} at {meetup}"),
        AttendanceChange::Outcome(outcome) => format!("{who}: {outcome} at {meetup}"),
        AttendanceChange::Rsvp(Some(rsvp)) => format!("{who} answered {rsvp} for {meetup}"),
        AttendanceChange::Rsvp(None) => format!("Cleared the answer of {who} for {meetup}"),
        AttendanceChange::Facts(_) => format!("Changed the attendance of {who} at {meetup}"),
    }
}

fn meetup(store: &Store, id: MeetupId) -> Result<String, BookError> {
    Ok(meetups::meetup_rows(store.reader(), &[id])?.pop().map_or_else(|| "a meetup".into(), |m| m.title))
}

/// One person by name, several by number.
fn who(store: &Store, ids: &[PersonId]) -> Result<String, BookError> {
    if let [only] = ids {
        return Ok(people::rows(store.reader(), &[*only], None)?.pop().map_or_else(|| "a person".into(), |p| p.title().to_owned()));
    }
    Ok(text::count(ids.len() as u64, "person", "people"))
}

/// One address by name, several by their number.
fn some(addresses: &[String]) -> String {
    if addresses.len() > 1 { text::count(addresses.len() as u64, "address", "addresses") } else { addresses.join(", ") }
}
