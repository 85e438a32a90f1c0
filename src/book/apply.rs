//! Applies each command inside its transaction.
//!
//! Must not know who gave the command.

use chrono::NaiveDate;

use super::command::{AttendanceChange, Command, Thing};
use super::sample;
use crate::domain::community::{CommunityFacts, MembershipFacts, SeatFacts};
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::person::{ConsentFacts, PersonFacts};
use crate::domain::words::{ConsentState, MembershipStatus, Purpose, Rsvp, Source};
use crate::domain::{tags, text};
use crate::store::schema::{CHANNEL, COMMUNITY, JOIN_ROUTE, MEETUP, PERSON, RULE, Table, VIEW};
use crate::store::suppressions::RequestSource;
use crate::store::{StoreError, Write, lookup, meetups, people};

/// Applies a command; returns what the cursor should move to. The match is exhaustive: a new command needs an arm to compile.
#[deny(clippy::wildcard_enum_match_arm, reason = "what isn't named here would be reported as nothing to change")]
pub(super) fn apply(write: &mut Write<'_>, command: &Command) -> Result<Option<Thing>, StoreError> {
    match command {
        Command::AddPerson { facts, community } => {
            add(write, facts, *community, MembershipStatus::Active, Source::Lead).map(|id| Some(Thing::Person(id)))
        }
        Command::EditPerson { id, facts, was } => edit_person(write, *id, facts, *was).map(|()| Some(Thing::Person(*id))),
        Command::RemovePeople(people) => each(write, people, |write, person| write.remove_person(person)),
        Command::PutIn { people, community, status } => put_in(write, people, *community, *status),
        Command::TakeOut { people, community } => each(write, people, |write, person| write.remove_membership(person, *community)),
        Command::SetStatus { people, community, status } => each(write, people, |write, id| write.set_status(id, *community, *status)),
        Command::EditMembership { person, community, facts, exception } => {
            write.put_membership(*person, *community, facts)?;
            write.put_exception(*person, *community, exception.as_ref()).map(|()| None)
        }
        Command::SetOrganisation { people, name } => set_organisation(write, people, name),
        Command::SetDiscipline { people, name } => set_discipline(write, people, name),
        Command::SetField { people, field, value } => each_person(write, people, |facts| set_field(facts, field, value)),
        Command::AddTag { people, tag } => each_person(write, people, |facts| add_tags(facts, tag)),
        Command::RemoveTag { people, tag } => each_person(write, people, |facts| remove_tag(facts, tag)),
        Command::PutOrganisation { id, facts } => write.put_organisation(*id, facts).map(|id| Some(Thing::Organisation(id))),
        Command::RemoveOrganisation(id) => write.remove_organisation(*id).map(|()| None),
        Command::PutCommunity { id, facts, was } => put_community(write, *id, facts, *was).map(|id| Some(Thing::Community(id))),
        Command::RemoveCommunity(id) => write.remove_community(*id).map(|()| None),
        Command::PutSeat { community, id, facts } => write.put_seat(*community, *id, facts).map(|_| Some(Thing::Community(*community))),
        Command::SeatNewcomer { community, id, facts, person } => {
            let holder = match known_as(write, person)? {
                Some(known) => known,
                None => add(write, person, Some(*community), MembershipStatus::Active, Source::Lead)?,
            };
            let facts = SeatFacts { holder: Some(holder), ..facts.clone() };
            write.put_seat(*community, *id, &facts).map(|_| Some(Thing::Community(*community)))
        }
        Command::RemoveSeat(community, id) => write.remove_seat(*id).map(|()| Some(Thing::Community(*community))),
        Command::PutRoute { community, id, facts } => write.put_route(*community, *id, facts).map(|()| Some(Thing::Community(*community))),
        Command::RemoveRoute(community, id) => write.delete(&JOIN_ROUTE, *id).map(|()| Some(Thing::Community(*community))),
        Command::PutRule { community, page_wide, id, facts } => {
            write.put_rule((!page_wide).then_some(*community), None, *id, facts).map(|()| Some(Thing::Community(*community)))
        }
        Command::RemoveRule(community, id) => write.delete(&RULE, *id).map(|()| Some(Thing::Community(*community))),
        Command::PutChannel { community, id, facts } => {
            write.put_channel(*community, *id, facts).map(|()| Some(Thing::Community(*community)))
        }
        Command::RemoveChannel(community, id) => write.delete(&CHANNEL, *id).map(|()| Some(Thing::Community(*community))),
        Command::PutMeetup { id, facts, was } => put_meetup(write, *id, facts, *was).map(|id| Some(Thing::Meetup(id))),
        Command::RemoveMeetup(id) => write.remove_meetup(*id).map(|()| None),
        Command::Attend { meetup, people, change } => each(write, people, |write, person| attend(write, *meetup, person, change)),
        Command::WalkIn { meetup, facts, community } => walk_in(write, *meetup, facts, *community).map(|id| Some(Thing::Person(id))),
        Command::SetConsent { people, consent } => set_consent(write, people, consent).map(|()| None),
        Command::NeverMail { people, reason } => never_mail(write, people, reason),
        Command::Suppress { addresses, reason } => suppress(write, addresses, reason).map(|()| None),
        Command::MailAgain { person, source, on } => mail_again(write, *person, source, *on).map(|()| Some(Thing::Person(*person))),
        Command::Allow { addresses, source, on } => allow(write, addresses, source, *on).map(|()| None),
        Command::SaveView { name, pane, query, sort, columns } => write.put_view(name, pane, query, sort, columns).map(|()| None),
        Command::RemoveView(id) => write.delete(&VIEW, *id).map(|()| None),
        Command::LoadSample => sample::load(write).map(|()| None),
    }
}

/// Returns the one person on the roster who matches what was typed: by address, or by a name that only they have.
fn known_as(write: &Write<'_>, person: &PersonFacts) -> Result<Option<PersonId>, StoreError> {
    if !person.email.is_empty() {
        return lookup::holder_of(write.reader(), &person.email);
    }
    match lookup::ids_with_exact_name(write.reader(), &person.name)?.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => Err(StoreError::Refused(format!("several people are called {}; choose one from the list", person.name))),
    }
}

/// Adds a person and, if a community is given, makes them a member of it.
fn add(
    write: &mut Write<'_>,
    facts: &PersonFacts,
    community: Option<CommunityId>,
    status: MembershipStatus,
    source: Source,
) -> Result<PersonId, StoreError> {
    let id = write.add_person(facts)?;
    if let Some(community) = community {
        write.put_membership(id, community, &new_member(write, status, source))?;
    }
    Ok(id)
}

fn edit_person(write: &mut Write<'_>, id: PersonId, facts: &PersonFacts, was: Option<i64>) -> Result<(), StoreError> {
    unchanged(write, &PERSON, id.0, was, facts.title())?;
    write.update_person(id, facts).map(|_| ())
}

fn put_in(
    write: &mut Write<'_>,
    people: &[PersonId],
    community: CommunityId,
    status: MembershipStatus,
) -> Result<Option<Thing>, StoreError> {
    let facts = new_member(write, status, Source::Lead);
    each(write, people, |write, person| {
        // People who are already members stay as they are; former members rejoin.
        Ok(write.membership_is_over(person, community)? && write.put_membership(person, community, &facts)?)
    })
}

fn set_organisation(write: &mut Write<'_>, people: &[PersonId], name: &str) -> Result<Option<Thing>, StoreError> {
    let id = write.organisation(name)?;
    each(write, people, |write, person| write.update(&PERSON, person.0, &[("organisation_id", &id)]))
}

fn set_discipline(write: &mut Write<'_>, people: &[PersonId], name: &str) -> Result<Option<Thing>, StoreError> {
    let id = write.discipline(name)?;
    each(write, people, |write, person| write.update(&PERSON, person.0, &[("discipline_id", &id)]))
}

fn add_tags(facts: &mut PersonFacts, typed: &str) {
    for tag in tags::read(typed) {
        if !facts.tags.iter().any(|t| text::are_same(t, &tag)) {
            facts.tags.push(tag);
        }
    }
}

fn remove_tag(facts: &mut PersonFacts, tag: &str) {
    // The text may name several tags, as it may when tags are added.
    let named = tags::read(tag);
    facts.tags.retain(|t| !text::are_same(t, tag) && !named.iter().any(|n| text::are_same(t, n)));
}

fn put_community(
    write: &mut Write<'_>,
    id: Option<CommunityId>,
    facts: &CommunityFacts,
    was: Option<i64>,
) -> Result<CommunityId, StoreError> {
    if let Some(id) = id {
        unchanged(write, &COMMUNITY, id.0, was, &facts.name)?;
    }
    write.put_community(id, facts)
}

fn put_meetup(write: &mut Write<'_>, id: Option<MeetupId>, facts: &MeetupFacts, was: Option<i64>) -> Result<MeetupId, StoreError> {
    if let Some(id) = id {
        unchanged(write, &MEETUP, id.0, was, &facts.title)?;
    }
    write.put_meetup(id, facts)
}

fn walk_in(write: &mut Write<'_>, meetup: MeetupId, facts: &PersonFacts, community: Option<CommunityId>) -> Result<PersonId, StoreError> {
    let id = add(write, facts, community, MembershipStatus::Identified, Source::Attendance)?;
    // Nobody can have attended before the day of the meetup, so an early walk-in counts as a yes.
    let ahead = meetups::starts(write.reader(), meetup)?.is_some_and(|s| s.date() > write.stamp().today);
    let said_yes = AttendanceFacts { rsvp: Some(Rsvp::Yes), ..AttendanceFacts::default() };
    write.put_attendance(meetup, id, &if ahead { said_yes } else { AttendanceFacts::came() })?;
    Ok(id)
}

fn never_mail(write: &mut Write<'_>, people: &[PersonId], reason: &str) -> Result<Option<Thing>, StoreError> {
    let today = write.stamp().today;
    each(write, people, |write, person| write.suppress_person(person, Some(today), reason, RequestSource::Now))
}

fn suppress(write: &mut Write<'_>, addresses: &[String], reason: &str) -> Result<(), StoreError> {
    let today = write.stamp().today;
    addresses.iter().try_for_each(|a| write.suppress(a, Some(today), reason, RequestSource::Now).map(|_| ()))
}

fn mail_again(write: &mut Write<'_>, person: PersonId, source: &str, on: NaiveDate) -> Result<(), StoreError> {
    their_word(write, source, on)?;
    write.allow_person(person, source.trim(), on)
}

fn allow(write: &mut Write<'_>, addresses: &[String], source: &str, on: NaiveDate) -> Result<(), StoreError> {
    their_word(write, source, on)?;
    addresses.iter().try_for_each(|a| write.allow(a, source.trim(), on))
}

/// Refuses to allow mail again without a source, or with a date in the future: only the person's own word counts.
fn their_word(write: &Write<'_>, source: &str, on: NaiveDate) -> Result<(), StoreError> {
    if source.trim().is_empty() {
        return Err(StoreError::Refused("enter where they said that they may be mailed".into()));
    }
    if on > write.stamp().today {
        return Err(StoreError::Refused(format!("{on} is in the future; give the day on which they said so")));
    }
    Ok(())
}

/// Records a consent. Doesn't overturn a withdrawal for several people at once; for mail, only `Allow` does, on the person's own word.
fn set_consent(write: &mut Write<'_>, people: &[PersonId], consent: &ConsentFacts) -> Result<(), StoreError> {
    let mut refused = Vec::new();
    each(write, people, |write, person| {
        let stays = consent.state != ConsentState::Withdrawn
            && (consent.purpose == Purpose::Mail || people.len() > 1)
            && people::withdrew(write.reader(), person, consent.purpose)?;
        if stays {
            refused.push(lookup::title(write.reader(), person)?);
            return Ok(());
        }
        write.put_consent(person, consent).map(|_| ())
    })?;
    match refused.as_slice() {
        [] => {}
        [one] if people.len() == 1 => {
            return Err(StoreError::Refused(format!(
                "{one} withdrew consent to {}; only they can change that: allow mail to them, with where and when they said so",
                consent.purpose
            )));
        }
        several => several.iter().for_each(|name| write.record_kept(format!("{name} stays withdrawn from {}", consent.purpose))),
    }
    Ok(())
}

fn new_member(write: &Write<'_>, status: MembershipStatus, source: Source) -> MembershipFacts {
    MembershipFacts { status, joined: Some(write.stamp().today), left: None, source }
}

fn each_person(write: &mut Write<'_>, people: &[PersonId], mut change: impl FnMut(&mut PersonFacts)) -> Result<Option<Thing>, StoreError> {
    each(write, people, |write, id| {
        if let Some((mut facts, _)) = people::facts(write.reader(), id)? {
            change(&mut facts);
            write.update_person(id, &facts)?;
        }
        Ok(())
    })
}

/// Applies a change to each person and reports progress. Returns `None`, so the cursor stays where it was.
fn each<T>(
    write: &mut Write<'_>,
    people: &[PersonId],
    mut one: impl FnMut(&mut Write<'_>, PersonId) -> Result<T, StoreError>,
) -> Result<Option<Thing>, StoreError> {
    for (done, person) in (0_u64..).zip(people) {
        write.reach(done)?;
        one(write, *person)?;
    }
    Ok(None)
}

fn set_field(facts: &mut PersonFacts, field: &str, value: &str) {
    facts.fields.retain(|(name, _)| !(text::are_same(name, field) && value.is_empty()));
    if value.is_empty() {
        return;
    }
    match facts.fields.iter_mut().find(|(name, _)| text::are_same(name, field)) {
        Some((_, old)) => value.clone_into(old),
        None => facts.fields.push((field.to_owned(), value.to_owned())),
    }
}

fn attend(write: &mut Write<'_>, meetup: MeetupId, person: PersonId, change: &AttendanceChange) -> Result<(), StoreError> {
    let detail = meetups::attendance_of(write.reader(), meetup, person)?;
    let mut facts = detail.unwrap_or_default();
    match change {
        AttendanceChange::Outcome(outcome) => facts.outcome = *outcome,
        AttendanceChange::Rsvp(rsvp) => facts.rsvp = *rsvp,
        AttendanceChange::Part(part, has) => {
            facts.parts.retain(|p| p != part);
            facts.parts.extend(has.then_some(*part));
            facts.parts.sort_unstable();
        }
        AttendanceChange::Facts(all) => facts = all.clone(),
    }
    write.put_attendance(meetup, person, &facts)?;
    Ok(())
}

/// Refuses to edit a row that another step has changed since its form was opened.
fn unchanged(write: &Write<'_>, table: &Table, id: i64, was: Option<i64>, name: &str) -> Result<(), StoreError> {
    let Some(was) = was else { return Ok(()) };
    let now = write.last_written(table, id)?;
    match now {
        Some(now) if now == was => Ok(()),
        Some(_) => Err(StoreError::ChangedMeanwhile(name.to_owned())),
        None => Err(StoreError::Refused(format!("another program has removed {name}"))),
    }
}
