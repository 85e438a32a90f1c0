//! The verbs that change the roster: `add`, `edit`, `remove`, `put`, `take`, `tag`, `untag`, `consent` and `roll`.
//!
//! Each finds whom and what it is about, and has it done. Must not know how it is done.

use std::io::Write;

use super::change_args::{Add, ConsentArgs, Edit, Fill, How, PutArgs, Remove, RollArgs, RollWhat, Sure, TagArgs, TakeArgs};
use super::deeds::{self, Attendance, Deed, perform};
use super::fields::{self, Kind};
use super::report::{LeftOut, Report};
use super::{CliError, Ended, who};
use crate::book::{Batch, Book, Keep, Thing};
use crate::domain::text;
use crate::forms::Subject;

/// Has something done, or only shows what would be, and writes what came of it.
pub(super) fn carry_out(
    book: &mut Book,
    (how, yes): (How, bool),
    left_out: Vec<LeftOut>,
    out: &mut dyn Write,
    deed: impl FnOnce(&mut Book) -> Result<Deed, CliError>,
) -> Result<Ended, CliError> {
    let go = |book: &mut Book| {
        let deed = deed(book)?;
        perform(book, deed, yes)
    };
    let mut report = if how.dry_run { rehearse(book, go)? } else { go(book)? };
    report.left_out.splice(0..0, left_out);
    report.write(how, out)
}

/// Does something and takes it back: to say what it would do.
pub(super) fn rehearse(book: &mut Book, go: impl FnOnce(&mut Book) -> Result<Report, CliError>) -> Result<Report, CliError> {
    let (mut report, _) = book.batch(Batch::People, Keep::No, |book| go(book).map(|report| (report, 1)))?;
    report.dry_run = true;
    Ok(report)
}

fn pairs(fill: &Fill) -> Result<Vec<fields::Pair>, CliError> {
    fill.set.iter().map(|typed| fields::pair(typed)).collect()
}

/// `add`.
pub(super) fn add(book: &mut Book, what: &Add, out: &mut dyn Write) -> Result<Ended, CliError> {
    let (kind, subject, fill, into, yes) = match what {
        Add::Member { fill, community, yes } => {
            let into = community.as_deref().map(|c| book.resolve_community(c)).transpose()?;
            (Kind::Member, Subject::Person(None), fill, into, *yes)
        }
        Add::Community { fill } => (Kind::Community, Subject::Community(None), fill, None, false),
        Add::Meetup { fill } => (Kind::Meetup, Subject::Meetup(None), fill, None, false),
        Add::Organisation { fill } => (Kind::Organisation, Subject::Organisation(None), fill, None, false),
        Add::Seat { community, fill } => {
            let community = book.resolve_community(community)?;
            (Kind::Seat, Subject::Seat(community, None), fill, None, false)
        }
    };
    let (pairs, how) = (pairs(fill)?, fill.how);
    if pairs.is_empty() {
        return Err(CliError::Usage(format!("a new {} needs at least one --set; --help lists its fields", kind.noun())));
    }
    carry_out(book, (how, yes), Vec::new(), out, |book| fields::fill(kind, &subject, into, &pairs, book).map(Deed::filled))
}

/// `edit`.
pub(super) fn edit(book: &mut Book, what: &Edit, out: &mut dyn Write) -> Result<Ended, CliError> {
    let (kind, subjects, left_out, fill) = match what {
        Edit::Member { who, fill } => {
            let people = who::people(book, who)?;
            let subjects = people.ids.iter().map(|id| Subject::Person(Some(*id))).collect();
            (Kind::Member, subjects, people.left_out, fill)
        }
        Edit::Community { which, fill } => {
            (Kind::Community, vec![Subject::Community(Some(book.resolve_community(which)?))], Vec::new(), fill)
        }
        Edit::Meetup { which, fill } => (Kind::Meetup, vec![Subject::Meetup(Some(who::one_meetup(book, which)?))], Vec::new(), fill),
        Edit::Organisation { which, fill } => {
            (Kind::Organisation, vec![Subject::Organisation(Some(book.resolve_organisation(which)?))], Vec::new(), fill)
        }
        Edit::Seat { community, seat, fill } => {
            let community = book.resolve_community(community)?;
            (Kind::Seat, vec![Subject::Seat(community, Some(book.resolve_seat(community, seat)?))], Vec::new(), fill)
        }
    };
    let (pairs, how) = (pairs(fill)?, fill.how);
    if pairs.is_empty() {
        return Err(CliError::Usage("choose what to change: --set 'field=value'; --help lists the fields".into()));
    }
    let belongs_to_one = |label: &str| kind == Kind::Member && ["e-mail", "other e-mails"].iter().any(|own| text::are_same(label, own));
    if let (Some((label, _)), true) = (pairs.iter().find(|(label, value)| belongs_to_one(label) && !value.is_empty()), subjects.len() > 1) {
        let n = text::count(subjects.len() as u64, "person", "people");
        return Err(CliError::Usage(format!("{label}: an address belongs to one person, and this names {n}")));
    }
    if let [subject] = subjects.as_slice() {
        return carry_out(book, (how, true), left_out, out, |book| fields::fill(kind, subject, None, &pairs, book).map(Deed::filled));
    }
    let all = |book: &mut Book| {
        let mut changes = 0;
        for subject in &subjects {
            let command = fields::fill(kind, subject, None, &pairs, book)?;
            changes += perform(book, Deed::filled(command), true)?.changes;
        }
        Ok::<u64, CliError>(changes)
    };
    let keep = if how.dry_run { Keep::No } else { Keep::Yes };
    let (changes, _) = book.batch(Batch::People, keep, |book| all(book).map(|n| (n, subjects.len() as u64)))?;
    let n = text::count(subjects.len() as u64, "person", "people");
    let done = if changes == 0 { format!("Nothing to change for {n}") } else { format!("Changed {n}") };
    Report { done, changes, dry_run: how.dry_run, left_out, ..Report::default() }.write(how, out)
}

/// `remove`.
pub(super) fn remove(book: &mut Book, what: &Remove, out: &mut dyn Write) -> Result<Ended, CliError> {
    let mut left_out = Vec::new();
    let (deed, sure) = match what {
        Remove::Member { who, sure } => {
            let people = who::people(book, who)?;
            left_out = people.left_out;
            (Deed::Remove(people.ids.into_iter().map(Thing::Person).collect()), sure)
        }
        Remove::Community { which, sure } => (Deed::Remove(vec![Thing::Community(book.resolve_community(which)?)]), sure),
        Remove::Meetup { which, sure } => (Deed::Remove(vec![Thing::Meetup(who::one_meetup(book, which)?)]), sure),
        Remove::Organisation { which, sure } => (Deed::Remove(vec![Thing::Organisation(book.resolve_organisation(which)?)]), sure),
        Remove::Seat { community, seat, sure } => {
            let community = book.resolve_community(community)?;
            (Deed::RemoveSeat(community, book.resolve_seat(community, seat)?), sure)
        }
    };
    let Sure { yes, how } = *sure;
    carry_out(book, (how, yes || how.dry_run), left_out, out, |_| Ok(deed))
}

/// `put`.
pub(super) fn put(book: &mut Book, args: &PutArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let community = book.resolve_community(&args.community)?;
    let status = args.status.as_deref().map(deeds::status).transpose()?;
    let people = who::which(book, &args.which)?;
    carry_out(book, (args.how, args.yes), people.left_out, out, |_| Ok(Deed::Put(people.ids, community, status)))
}

/// `take`.
pub(super) fn take(book: &mut Book, args: &TakeArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let community = book.resolve_community(&args.community)?;
    let people = who::which(book, &args.which)?;
    carry_out(book, (args.how, false), people.left_out, out, |_| Ok(Deed::Take(people.ids, community)))
}

/// `tag`, and with `off` `untag`.
pub(super) fn tag(book: &mut Book, args: &TagArgs, off: bool, out: &mut dyn Write) -> Result<Ended, CliError> {
    let tag = text::clean_line(&args.tag).text.into_owned();
    if tag.is_empty() {
        return Err(CliError::Usage("a tag can't be empty".into()));
    }
    let people = who::which(book, &args.which)?;
    let deed = if off { Deed::Untag(people.ids, tag) } else { Deed::Tag(people.ids, tag) };
    carry_out(book, (args.how, false), people.left_out, out, |_| Ok(deed))
}

/// `consent`.
pub(super) fn consent(book: &mut Book, args: &ConsentArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let consent = deeds::consent(book, (&args.purpose, &args.state), args.source.as_deref(), args.date.as_deref())?;
    let people = who::which(book, &args.which)?;
    carry_out(book, (args.how, false), people.left_out, out, |_| Ok(Deed::Consent(people.ids, consent)))
}

impl RollWhat {
    /// The one that is given.
    const fn attendance(self) -> Attendance {
        match self {
            Self { came: true, .. } => Attendance::Came,
            Self { no_show: true, .. } => Attendance::NoShow,
            Self { excused: true, .. } => Attendance::Excused,
            Self { yes: true, .. } => Attendance::Yes,
            Self { no: true, .. } => Attendance::No,
            Self { maybe: true, .. } => Attendance::Maybe,
            _ => Attendance::Waiting,
        }
    }
}

/// `roll`.
pub(super) fn roll(book: &mut Book, args: &RollArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let meetup = who::one_meetup(book, &args.meetup)?;
    let people = who::which(book, &args.which)?;
    carry_out(book, (args.how, false), people.left_out, out, |_| Ok(Deed::Roll(people.ids, meetup, args.what.attendance().change())))
}
