//! What a script can have done, with whom and what it is about found already; the same for the verbs and for the lines of `apply`.
//!
//! Must not know how it was typed.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::Deserialize;

use super::CliError;
use super::mail::still_blocked;
use super::report::{LeftOut, MOST, Report};
use crate::book::{Applied, AttendanceChange, Batch, Book, Command, Keep, Thing};
use crate::domain::ids::{CommunityId, MeetupId, PersonId, SeatId};
use crate::domain::mail::Why;
use crate::domain::person::ConsentFacts;
use crate::domain::text;
use crate::domain::words::{ConsentState, Eligibility, MembershipStatus, Outcome, Purpose, Rsvp};
use crate::forms::person_label;

/// What is recorded of somebody at a meetup.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Attendance {
    Came,
    NoShow,
    Excused,
    Yes,
    No,
    Maybe,
    Waiting,
}

impl Attendance {
    /// Returns what it changes.
    pub(super) const fn change(self) -> AttendanceChange {
        match self {
            Self::Came => AttendanceChange::Outcome(Outcome::Attended),
            Self::NoShow => AttendanceChange::Outcome(Outcome::NoShow),
            Self::Excused => AttendanceChange::Outcome(Outcome::Excused),
            Self::Yes => AttendanceChange::Rsvp(Some(Rsvp::Yes)),
            Self::No => AttendanceChange::Rsvp(Some(Rsvp::No)),
            Self::Maybe => AttendanceChange::Rsvp(Some(Rsvp::Maybe)),
            Self::Waiting => AttendanceChange::Rsvp(Some(Rsvp::Waiting)),
        }
    }
}

/// What is to be done.
pub(super) enum Deed {
    /// A form that was filled in.
    Fill(Box<Command>),
    /// Something is removed.
    Remove(Vec<Thing>),
    /// A seat is removed.
    RemoveSeat(CommunityId, SeatId),
    /// People are added to a community; with a status, its members get that status too.
    Put(Vec<PersonId>, CommunityId, Option<MembershipStatus>),
    /// People are removed from a community.
    Take(Vec<PersonId>, CommunityId),
    /// People are tagged.
    Tag(Vec<PersonId>, String),
    /// A tag is removed from people.
    Untag(Vec<PersonId>, String),
    /// A consent of people is recorded.
    Consent(Vec<PersonId>, ConsentFacts),
    /// Something is recorded of people at a meetup.
    Roll(Vec<PersonId>, MeetupId, AttendanceChange),
    /// Addresses are suppressed.
    Suppress(Vec<String>, String),
    /// People said that they may be mailed.
    Allow(Vec<String>, String, NaiveDate),
}

impl Deed {
    /// Whether something is removed by it.
    pub(super) const fn removes(&self) -> bool {
        matches!(self, Self::Remove(_) | Self::RemoveSeat(..))
    }

    /// A form that was filled in makes this command.
    pub(super) fn filled(command: Command) -> Self {
        Self::Fill(Box::new(command))
    }
}

/// Carries out a deed; `yes` is whether what asks to be confirmed was.
///
/// # Errors
/// If it isn't confirmed, is refused, or leaves nobody to do it to; nothing was changed then.
pub(super) fn perform(book: &mut Book, deed: Deed, yes: bool) -> Result<Report, CliError> {
    match deed {
        Deed::Fill(command) => fill(book, &command, yes),
        Deed::Remove(things) => remove(book, things, yes),
        Deed::RemoveSeat(community, seat) => {
            confirm(yes, || Ok("a seat".to_owned()))?;
            run(book, &Command::RemoveSeat(community, seat), "")
        }
        Deed::Put(people, community, status) => put(book, people, community, status, yes),
        Deed::Take(people, community) => run(book, &Command::TakeOut { people, community }, "none of them is in the community"),
        Deed::Tag(people, tag) => {
            let unchanged = if people.len() == 1 { "already tagged" } else { "all of them are already tagged" };
            run(book, &Command::AddTag { people, tag: tag.clone() }, &format!("{unchanged} {tag}"))
        }
        Deed::Untag(people, tag) => {
            let unchanged = format!("none of them is tagged {tag}");
            run(book, &Command::RemoveTag { people, tag }, &unchanged)
        }
        Deed::Consent(people, consent) => consents(book, people, consent),
        Deed::Roll(people, meetup, change) => run(book, &Command::Attend { meetup, people, change }, "already recorded"),
        Deed::Suppress(addresses, reason) => {
            let mut report = run(book, &Command::Suppress { addresses: addresses.clone(), reason }, "already suppressed")?;
            report.notes.extend(still_blocked(book, &addresses, &[Why::Suppressed, Why::WithdrewMail])?);
            Ok(report)
        }
        Deed::Allow(addresses, source, on) => {
            let unchanged = "these addresses aren't suppressed";
            let mut report = run(book, &Command::Allow { addresses: addresses.clone(), source, on }, unchanged)?;
            report.notes.extend(still_blocked(book, &addresses, &[])?);
            Ok(report)
        }
    }
}

fn run(book: &mut Book, command: &Command, unchanged: &str) -> Result<Report, CliError> {
    let applied = book.run(command)?;
    named(book, &applied, Report::of(&applied, unchanged))
}

/// Adds the names of the people that a step changed.
fn named(book: &Book, applied: &Applied, mut report: Report) -> Result<Report, CliError> {
    let ids: Vec<PersonId> = applied.touched.people.iter().take(MOST).map(|id| PersonId(*id)).collect();
    report.people = book.people(&ids, None)?.iter().map(person_label).collect();
    let more = applied.touched.people.len().saturating_sub(MOST);
    report.people.extend((more > 0).then(|| format!("and {more} more")));
    Ok(report)
}

/// Refuses what wasn't confirmed, and says what it is about.
fn confirm(yes: bool, what: impl FnOnce() -> Result<String, CliError>) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    Err(CliError::Which(format!("this would remove {}; add --yes to do it", what()?)))
}

fn fill(book: &mut Book, command: &Command, yes: bool) -> Result<Report, CliError> {
    let effect = book.rule_effect(command)?;
    if let (Some((who, community, why)), false) = (effect.admitted.first(), yes) {
        return Err(CliError::Which(format!("{who} isn't eligible for {community}: {why}; add --yes to add them anyway")));
    }
    run(book, command, "these values are already saved")
}

fn remove(book: &mut Book, things: Vec<Thing>, yes: bool) -> Result<Report, CliError> {
    confirm(yes, || {
        let mut names = Vec::new();
        for thing in things.iter().take(5) {
            names.extend(book.name_of(*thing)?);
        }
        let more = if things.len() > 5 { format!(" and {} more", things.len() - 5) } else { String::new() };
        Ok(format!("{}{more}", text::safe(&names.join(", "))))
    })?;
    let mut people = Vec::new();
    let mut last = None;
    for thing in things {
        let command = match thing {
            Thing::Person(id) => {
                people.push(id);
                continue;
            }
            Thing::Community(id) => Command::RemoveCommunity(id),
            Thing::Meetup(id) => Command::RemoveMeetup(id),
            Thing::Organisation(id) => Command::RemoveOrganisation(id),
        };
        last = Some(run(book, &command, "")?);
    }
    match last {
        Some(report) if people.is_empty() => Ok(report),
        _ => run(book, &Command::RemovePeople(people), ""),
    }
}

/// Leaves some of many out, each with a reason. If nobody is left, nothing is done.
fn leave_out(book: &Book, people: &mut Vec<PersonId>, out: Vec<(PersonId, String)>) -> Result<Vec<LeftOut>, CliError> {
    let ids: Vec<PersonId> = out.iter().map(|(person, _)| *person).collect();
    let named: HashMap<PersonId, String> = book.people(&ids, None)?.iter().map(|p| (p.id, person_label(p))).collect();
    let named = |(person, why): &(PersonId, String)| Some(LeftOut { line: None, who: named.get(person)?.clone(), why: why.clone() });
    let left_out = out.iter().filter_map(named).collect();
    let out: HashSet<PersonId> = ids.into_iter().collect();
    people.retain(|p| !out.contains(p));
    Ok(left_out)
}

fn put(
    book: &mut Book,
    mut people: Vec<PersonId>,
    community: CommunityId,
    status: Option<MembershipStatus>,
    yes: bool,
) -> Result<Report, CliError> {
    let ends = status.is_some_and(MembershipStatus::is_over);
    let verdicts = book.verdicts(&people, community)?;
    let (mut out, mut unclear) = (Vec::new(), Vec::new());
    for (person, verdict) in verdicts {
        match verdict.answer {
            // Somebody whose membership is over already may get another end.
            _ if ends && book.person(person)?.is_none_or(|p| p.memberships.iter().all(|m| m.community_id != community)) => {
                out.push((person, "not a member".to_owned()));
            }
            _ if ends => {}
            Eligibility::Not if !yes => out.push((person, format!("not eligible: {}", verdict.because))),
            Eligibility::CantTell => unclear.push((person, verdict.because)),
            _ => {}
        }
    }
    let left_out = leave_out(book, &mut people, out)?;
    let unclear = leave_out(book, &mut Vec::new(), unclear)?;
    let mut report = if people.is_empty() {
        let why = if ends { "none of them is a member" } else { "nobody who could be added is eligible" };
        Report { done: format!("Nothing to change: {why}"), ..Report::default() }
    } else if let Some(status) = status {
        with_status(book, people, community, status)?
    } else {
        run(book, &Command::PutIn { people, community, status: MembershipStatus::Active }, "they are already members")?
    };
    report.notes.extend(unclear.into_iter().map(|l| format!("can't tell whether {} is eligible: {}", l.who, l.why)));
    report.left_out = left_out;
    Ok(report)
}

/// Adds people with a status, and gives it to those who are members already, as one step.
fn with_status(book: &mut Book, people: Vec<PersonId>, community: CommunityId, status: MembershipStatus) -> Result<Report, CliError> {
    let whom = people.clone();
    let ((), applied) = book.batch(Batch::Status(community, status, &whom), Keep::Yes, |book| {
        let mut changes = 0;
        if !status.is_over() {
            changes += book.run(&Command::PutIn { people: people.clone(), community, status })?.changes;
        }
        changes += book.run(&Command::SetStatus { people, community, status })?.changes;
        Ok::<_, CliError>(((), changes))
    })?;
    named(book, &applied, Report::of(&applied, &format!("already {status}")))
}

/// Records a consent. A withdrawal is turned back for nobody by this, nor is anybody mailed again who is suppressed: that takes their own word.
fn consents(book: &mut Book, mut people: Vec<PersonId>, consent: ConsentFacts) -> Result<Report, CliError> {
    let mut out = Vec::new();
    for person in &people {
        let alone = people.len() == 1 && consent.purpose != Purpose::Mail;
        if consent.state != ConsentState::Withdrawn && !alone && book.withdrew(*person, consent.purpose)? {
            out.push((
                *person,
                format!("withdrew consent to {}; to record that they agreed again, use `guildhall allow`", consent.purpose),
            ));
            continue;
        }
        if consent.purpose == Purpose::Mail && consent.state == ConsentState::Granted {
            let suppressed = book.blocked_for(*person)?.into_iter().find(|(_, reasons)| reasons.contains(&Why::Suppressed));
            if let Some((address, _)) = suppressed {
                out.push((*person, format!("{address} is suppressed; to record that they agreed again, use `guildhall allow`")));
            }
        }
    }
    let left_out = leave_out(book, &mut people, out)?;
    let mut report = if people.is_empty() {
        Report { done: "Nothing to change".to_owned(), ..Report::default() }
    } else {
        run(book, &Command::SetConsent { people, consent }, "already recorded")?
    };
    report.left_out = left_out;
    Ok(report)
}

/// Reads a day that somebody said something on.
///
/// # Errors
/// If it isn't a date, or is in the future.
pub(super) fn day(book: &Book, typed: &str) -> Result<NaiveDate, CliError> {
    let read = book.calendar().read(typed, crate::domain::dates::Lean::Back);
    let on = read.map_err(|e| CliError::Usage(format!("the date {}: {e}", text::safe(typed))))?;
    if on > book.today() {
        return Err(CliError::Usage(format!("{on} is in the future; give the day on which they said so")));
    }
    Ok(on)
}

/// What a consent says: for what, what, where and when.
///
/// # Errors
/// If a word isn't known, or consent to mail lacks where and when it was given.
pub(super) fn consent(
    book: &Book,
    (purpose, state): (&str, &str),
    source: Option<&str>,
    date: Option<&str>,
) -> Result<ConsentFacts, CliError> {
    let unknown = |what: &str, word: &str, all: Vec<&str>| {
        CliError::Usage(format!("there is no {what} called {}; use one of {}", text::safe(word), all.join(", ")))
    };
    let words = |all: &[Purpose]| all.iter().map(|p| p.word()).collect();
    let purpose = Purpose::parse(purpose).ok_or_else(|| unknown("purpose", purpose, words(Purpose::ALL)))?;
    let all = ConsentState::ALL.iter().map(|s| s.word()).collect();
    let state = ConsentState::parse(state).ok_or_else(|| unknown("state", state, all))?;
    let source = source.map(str::trim).unwrap_or_default();
    if purpose == Purpose::Mail && state == ConsentState::Granted && (source.is_empty() || date.is_none()) {
        return Err(CliError::Usage("consent to mail needs --source and --date: where and when they gave it".into()));
    }
    let on = date.map(|d| day(book, d)).transpose()?.or_else(|| (state != ConsentState::Unknown).then(|| book.today()));
    Ok(ConsentFacts { purpose, state, on, source: source.to_owned() })
}

/// The status that a word means.
///
/// # Errors
/// If it means none; names them all.
pub(super) fn status(word: &str) -> Result<MembershipStatus, CliError> {
    MembershipStatus::parse(word).ok_or_else(|| {
        let all = MembershipStatus::ALL.iter().map(|s| s.word()).collect::<Vec<_>>().join(", ");
        CliError::Usage(format!("there is no status called {}; use one of {all}", text::safe(word)))
    })
}

/// Reads addresses as they are typed.
///
/// # Errors
/// If one can't be an address.
pub(super) fn addresses(typed: &[String]) -> Result<Vec<String>, CliError> {
    let one =
        |t: &String| crate::domain::address::read(t).map(str::to_owned).map_err(|e| CliError::Usage(format!("{}: {e}", text::safe(t))));
    typed.iter().map(one).collect()
}
