//! The label of a command's step, as data: its verb, and the rows that it refers to.
//!
//! Must not know how a label is worded, or where it is shown.

use std::collections::HashSet;

use super::command::{AttendanceChange, Command};
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId};
use crate::domain::label::{Label, Verb};
use crate::domain::words::Outcome;
use crate::store::schema::{CHANNEL, COMMUNITY, MEETUP, ORGANISATION, PERSON, SEAT, Table, VIEW};
use crate::store::{Reader, StoreError, Write, labels, lookup};

/// A label under construction, with the reader that looks up the rows it refers to.
struct LabelBuilder<'c>(Reader<'c>, Label);

impl LabelBuilder<'_> {
    fn of(self, table: &Table, id: i64) -> Result<Self, StoreError> {
        let uuid = labels::uuid_of(self.0, table, id)?;
        Ok(Self(self.0, self.1.about(table.name, uuid)))
    }

    fn person(self, id: PersonId) -> Result<Self, StoreError> {
        self.of(&PERSON, id.0)
    }

    fn community(self, id: CommunityId) -> Result<Self, StoreError> {
        self.of(&COMMUNITY, id.0)
    }

    fn meetup(self, id: MeetupId) -> Result<Self, StoreError> {
        self.of(&MEETUP, id.0)
    }

    /// Refers to a single person by reference, and to several by their number.
    fn people(self, ids: &[PersonId]) -> Result<Self, StoreError> {
        let Self(reader, label) = self;
        let made = Self(reader, Label { n: ids.len() as u64, ..label });
        if let [only] = ids { made.person(*only) } else { Ok(made) }
    }

    fn what(self, what: &str) -> Self {
        Self(self.0, self.1.what(what))
    }

    fn how(self, how: &str) -> Self {
        Self(self.0, self.1.how(how))
    }
}

/// Returns the label of a command before it is applied, while the rows that it removes still exist.
pub(super) fn before(conn: Reader<'_>, command: &Command) -> Result<Label, StoreError> {
    let made = |verb| LabelBuilder(conn, Label::new(verb, 1));
    let label = match command {
        Command::AddPerson { community: None, .. } => made(Verb::Add),
        Command::AddPerson { community: Some(c), .. } => made(Verb::AddTo).community(*c)?,
        Command::EditPerson { id, .. } => made(Verb::Edit).person(*id)?,
        Command::RemovePeople(ids) => made(Verb::Remove).people(ids)?,
        Command::PutIn { people, community, .. } => made(Verb::PutIn).people(people)?.community(*community)?,
        Command::TakeOut { people, community } => made(Verb::TakeOut).people(people)?.community(*community)?,
        Command::SetStatus { people, community, status } => {
            made(Verb::SetStatus).people(people)?.community(*community)?.what(&status.to_string())
        }
        Command::EditMembership { person, community, .. } => made(Verb::EditMembership).person(*person)?.community(*community)?,
        Command::SetOrganisation { people, name } if name.is_empty() => made(Verb::ClearOrganisation).people(people)?,
        Command::SetOrganisation { people, .. } => made(Verb::SetOrganisation).people(people)?,
        Command::SetDiscipline { people, name } if name.is_empty() => made(Verb::ClearDiscipline).people(people)?,
        Command::SetDiscipline { people, name } => made(Verb::SetDiscipline).people(people)?.what(name),
        Command::SetField { people, field, value } if value.is_empty() => made(Verb::ClearField).people(people)?.what(field),
        Command::SetField { people, field, .. } => made(Verb::SetField).people(people)?.what(field),
        Command::SetConsent { people, consent } => {
            made(Verb::SetConsent).people(people)?.what(&consent.purpose.to_string()).how(&consent.state.to_string())
        }
        Command::AddTag { people, tag } => made(Verb::Tag).people(people)?.what(tag),
        Command::RemoveTag { people, tag } => made(Verb::Untag).people(people)?.what(tag),
        Command::Attend { meetup, people, change } => attended(made(Verb::Came), change).people(people)?.meetup(*meetup)?,
        Command::WalkIn { meetup, .. } => made(Verb::WalkIn).meetup(*meetup)?,
        Command::NeverMail { people, .. } => made(Verb::StopMail).people(people)?,
        Command::MailAgain { person, .. } => made(Verb::AllowMail).person(*person)?,
        Command::Suppress { addresses, .. } => LabelBuilder(conn, Label::new(Verb::Suppress, addresses.len() as u64)),
        Command::Allow { addresses, .. } => allowed(conn, addresses)?,
        Command::PutOrganisation { id, .. } => put(conn, &ORGANISATION, id.map(|i| i.0))?,
        Command::PutCommunity { id, .. } => put(conn, &COMMUNITY, id.map(|i| i.0))?,
        Command::PutMeetup { id, .. } => put(conn, &MEETUP, id.map(|i| i.0))?,
        Command::RemoveOrganisation(OrganisationId(id)) => made(Verb::Remove).of(&ORGANISATION, *id)?,
        Command::RemoveCommunity(id) => made(Verb::Remove).community(*id)?,
        Command::RemoveMeetup(id) => made(Verb::Remove).meetup(*id)?,
        Command::SeatNewcomer { community, .. } => made(Verb::SetSeat).community(*community)?,
        Command::PutSeat { community, facts, .. } => {
            let label = made(Verb::SetSeat).community(*community)?;
            facts.holder.map_or(Ok(LabelBuilder(conn, label.1.clone())), |holder| LabelBuilder(conn, label.1.clone()).person(holder))?
        }
        Command::RemoveSeat(community, seat) => made(Verb::RemoveSeat).community(*community)?.of(&SEAT, seat.0)?,
        Command::PutRoute { community, .. } => made(Verb::EditRoute).community(*community)?,
        Command::RemoveRoute(community, _) => made(Verb::RemoveRoute).community(*community)?,
        Command::PutRule { page_wide: true, .. } => made(Verb::EditRuleForAll),
        Command::PutRule { community, .. } => made(Verb::EditRule).community(*community)?,
        Command::RemoveRule(community, _) => made(Verb::RemoveRule).community(*community)?,
        Command::PutChannel { community, .. } => made(Verb::SetChannel).community(*community)?,
        Command::RemoveChannel(community, channel) => made(Verb::RemoveChannel).community(*community)?.of(&CHANNEL, *channel)?,
        Command::SaveView { name, .. } => made(Verb::SaveView).what(name),
        Command::RemoveView(id) => made(Verb::RemoveView).what(&lookup::name(conn, &VIEW, *id)?.unwrap_or_default()),
        Command::LoadSample => made(Verb::LoadSample),
    };
    Ok(label.1)
}

/// Returns the label for a row that is added, or changed, in one form.
fn put<'c>(conn: Reader<'c>, table: &Table, id: Option<i64>) -> Result<LabelBuilder<'c>, StoreError> {
    match id {
        None => Ok(LabelBuilder(conn, Label::new(Verb::Add, 1))),
        Some(id) => LabelBuilder(conn, Label::new(Verb::Edit, 1)).of(table, id),
    }
}

/// Returns the label for allowing addresses; a single address is named by its holder, if it has one.
fn allowed<'c>(conn: Reader<'c>, addresses: &[String]) -> Result<LabelBuilder<'c>, StoreError> {
    if let [only] = addresses
        && let Some(person) = lookup::holder_of(conn, only)?
    {
        return LabelBuilder(conn, Label::new(Verb::AllowMail, 1)).person(person);
    }
    Ok(LabelBuilder(conn, Label::new(Verb::Allow, addresses.len() as u64)))
}

fn attended<'c>(made: LabelBuilder<'c>, change: &AttendanceChange) -> LabelBuilder<'c> {
    let LabelBuilder(conn, label) = made;
    let (verb, what) = match change {
        AttendanceChange::Outcome(Outcome::Attended) => (Verb::Came, String::new()),
        AttendanceChange::Outcome(Outcome::Unknown) => (Verb::ClearOutcome, String::new()),
        AttendanceChange::Outcome(outcome) => (Verb::SetOutcome, outcome.to_string()),
        AttendanceChange::Rsvp(Some(rsvp)) => (Verb::Answer, rsvp.to_string()),
        AttendanceChange::Rsvp(None) => (Verb::ClearAnswer, String::new()),
        AttendanceChange::Part(part, true) => (Verb::SetPart, part.to_string()),
        AttendanceChange::Part(part, false) => (Verb::ClearPart, part.to_string()),
        AttendanceChange::Facts(_) => (Verb::EditAttendance, String::new()),
    };
    LabelBuilder(conn, Label { verb, what, ..label })
}

/// Counts the people whom a command has changed, not those for whom nothing changed. Keeps the count if too many were touched.
fn count_changed(write: &Write<'_>, command: &Command, label: Label) -> Result<Label, StoreError> {
    let asked = command.people();
    if asked.len() < 2 || write.touched.many {
        return Ok(label);
    }
    let asked: HashSet<i64> = asked.iter().map(|p| p.0).collect();
    let mut changed: Vec<i64> = write.touched.people.iter().copied().filter(|p| asked.contains(p)).collect();
    changed.sort_unstable();
    changed.dedup();
    let label = if changed.is_empty() { label } else { Label { n: changed.len() as u64, ..label } };
    Ok(match changed.as_slice() {
        [only] => label.about(PERSON.name, labels::uuid_of(write.reader(), &PERSON, *only)?),
        _ => label,
    })
}

/// Completes the label after the command was applied: with the rows that it added, and the number of people that it changed.
pub(super) fn after(write: &Write<'_>, command: &Command, label: Label) -> Result<Label, StoreError> {
    let conn = write.reader();
    let label = count_changed(write, command, label)?;
    let newest = |table: &'static Table| write.last_added(table).map_or(Ok(None), |id| labels::uuid_of(conn, table, id));
    let (table, uuid) = match command {
        Command::AddPerson { .. } | Command::WalkIn { .. } => (&PERSON, newest(&PERSON)?),
        Command::PutOrganisation { id: None, .. } => (&ORGANISATION, newest(&ORGANISATION)?),
        Command::PutCommunity { id: None, .. } => (&COMMUNITY, newest(&COMMUNITY)?),
        Command::PutMeetup { id: None, .. } => (&MEETUP, newest(&MEETUP)?),
        Command::SeatNewcomer { id, .. } => {
            let label = label.about(PERSON.name, newest(&PERSON)?);
            return Ok(label.about(SEAT.name, id.map_or_else(|| newest(&SEAT), |id| labels::uuid_of(conn, &SEAT, id.0))?));
        }
        Command::PutSeat { id, .. } => (&SEAT, id.map_or_else(|| newest(&SEAT), |id| labels::uuid_of(conn, &SEAT, id.0))?),
        Command::PutChannel { id, .. } => (&CHANNEL, id.map_or_else(|| newest(&CHANNEL), |id| labels::uuid_of(conn, &CHANNEL, id))?),
        Command::SetOrganisation { name, .. } => {
            let id =
                lookup::named(conn, &ORGANISATION, name)?.map_or_else(|| lookup::organisation_called(conn, name), |id| Ok(Some(id)))?;
            (&ORGANISATION, id.map_or(Ok(None), |id| labels::uuid_of(conn, &ORGANISATION, id))?)
        }
        Command::PutOrganisation { id: Some(_), .. }
        | Command::PutCommunity { id: Some(_), .. }
        | Command::PutMeetup { id: Some(_), .. }
        | Command::EditPerson { .. }
        | Command::RemovePeople(_)
        | Command::PutIn { .. }
        | Command::TakeOut { .. }
        | Command::SetStatus { .. }
        | Command::EditMembership { .. }
        | Command::SetDiscipline { .. }
        | Command::SetField { .. }
        | Command::AddTag { .. }
        | Command::RemoveTag { .. }
        | Command::RemoveOrganisation(_)
        | Command::RemoveCommunity(_)
        | Command::RemoveSeat(..)
        | Command::PutRoute { .. }
        | Command::RemoveRoute(..)
        | Command::PutRule { .. }
        | Command::RemoveRule(..)
        | Command::RemoveChannel(..)
        | Command::RemoveMeetup(_)
        | Command::Attend { .. }
        | Command::SetConsent { .. }
        | Command::NeverMail { .. }
        | Command::Suppress { .. }
        | Command::MailAgain { .. }
        | Command::Allow { .. }
        | Command::SaveView { .. }
        | Command::RemoveView(_)
        | Command::LoadSample => return Ok(label),
    };
    Ok(label.about(table.name, uuid))
}
