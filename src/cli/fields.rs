//! Fills in the fields of a form from `--set 'field=value'`, and lists them for `--help`.
//!
//! Must not know what the fields mean.

use std::fmt::Write as _;

use super::CliError;
use crate::book::{Book, Command};
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::domain::words::{AddressState, CommunityStatus, Format, MeetupStatus, PersonKind, RunBy, SeatFunction, Stage, WriteUp};
use crate::forms::{self, Filled, OWN, Sheet, Subject, Values};
use Doc::{OneOf, Says};

/// What has a form on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Member,
    Community,
    Meetup,
    Organisation,
    Seat,
}

/// The label of the field that adds one of the lead's own.
const ADD_FIELD: &str = "add a field";

impl Kind {
    /// What it is called.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Community => "community",
            Self::Meetup => "meetup",
            Self::Organisation => "organisation",
            Self::Seat => "seat",
        }
    }

    /// The labels of its form, in lower case, each with what belongs there.
    const fn fields(self) -> &'static [(&'static str, Doc)] {
        match self {
            Self::Member => MEMBER,
            Self::Community => COMMUNITY,
            Self::Meetup => MEETUP,
            Self::Organisation => ORGANISATION,
            Self::Seat => SEAT,
        }
    }
}

/// What belongs in a field.
enum Doc {
    /// In words.
    Says(&'static str),
    /// One of a closed list.
    OneOf(fn() -> Vec<&'static str>),
}

impl Doc {
    fn words(&self) -> String {
        match self {
            Self::Says(words) => (*words).to_owned(),
            Self::OneOf(all) => all().join(", "),
        }
    }
}

const SEVERAL: Doc = Says("several separated by ;");
const A_DATE: Doc = Says("a date");
const ANYTHING: Doc = Says("");

const MEMBER: &[(&str, Doc)] = &[
    ("name", ANYTHING),
    ("e-mail", ANYTHING),
    ("state", OneOf(|| AddressState::ALL.iter().map(|w| w.word()).collect())),
    ("other e-mails", SEVERAL),
    ("organisation", ANYTHING),
    ("job title", ANYTHING),
    ("discipline", ANYTHING),
    ("tags", SEVERAL),
    ("with us since", A_DATE),
    (ADD_FIELD, Says("the name of a field of your own; then set it by that name")),
    ("kind", OneOf(|| PersonKind::ALL.iter().map(|w| w.word()).collect())),
    ("note", ANYTHING),
];

const COMMUNITY: &[(&str, Doc)] = &[
    ("name", ANYTHING),
    ("job family", ANYTHING),
    ("disciplines", SEVERAL),
    ("purpose", ANYTHING),
    ("run by", OneOf(|| RunBy::ALL.iter().map(|w| w.word()).collect())),
    ("who", Says("those who run it")),
    ("status", OneOf(|| CommunityStatus::ALL.iter().map(|w| w.word()).collect())),
    ("stage", OneOf(|| Stage::ALL.iter().map(|w| w.word()).collect())),
    ("since", A_DATE),
    ("evidence", Says("what status and stage are based on")),
    ("merged into", Says("a community")),
    ("related communities", SEVERAL),
];

const MEETUP: &[(&str, Doc)] = &[
    ("title", ANYTHING),
    ("format", OneOf(|| Format::ALL.iter().map(|w| w.word()).collect())),
    ("starts", Says("a date and a time, such as '3 dec 18:00'")),
    ("minutes", Says("a number")),
    ("communities", SEVERAL),
    ("host organisation", Says("the organisation that hosts it")),
    ("where", Says("a place or a link")),
    ("status", OneOf(|| MeetupStatus::ALL.iter().map(|w| w.word()).collect())),
    ("room for", Says("a number")),
    ("time zone", Says("such as Europe/London")),
    ("write-up", OneOf(|| WriteUp::ALL.iter().map(|w| w.word()).collect())),
    ("its link", Says("of the write-up")),
    ("note", ANYTHING),
];

const ORGANISATION: &[(&str, Doc)] =
    &[("name", ANYTHING), ("short name", Says("such as MOD")), ("sector", ANYTHING), ("e-mail domains", SEVERAL), ("note", ANYTHING)];

const SEAT: &[(&str, Doc)] = &[
    ("title", Says("such as Head of Delivery")),
    ("held by", Says("a person on the roster, by address, exact name or UUID; empty for vacant")),
    ("since", A_DATE),
    ("interim", Says("yes, no")),
    ("function", OneOf(|| SeatFunction::ALL.iter().map(|w| w.word()).collect())),
    ("confirmed on", A_DATE),
    ("confirm every", Says("a number of months")),
];

/// Returns the list of fields for `--help`.
pub(super) fn help(kind: Kind) -> String {
    let mut out = format!("Fields of {} {}:\n", if kind == Kind::Organisation { "an" } else { "a" }, kind.noun());
    for (label, doc) in kind.fields() {
        let _ = writeln!(out, "{}", format!("  {label:<20} {}", doc.words()).trim_end());
    }
    if kind == Kind::Member {
        out.push_str("  and every field of your own, by its name\n");
    }
    out.push_str("Dates can be written as 2026-12-03, 3 dec or next thursday.");
    out
}

/// What was typed for a field.
pub(super) type Pair = (String, String);

/// Reads `field=value`.
///
/// # Errors
/// If there is no `=`, or no field before it.
pub(super) fn pair(typed: &str) -> Result<Pair, CliError> {
    match typed.split_once('=') {
        Some((label, value)) if !label.trim().is_empty() => Ok((label.trim().to_owned(), value.to_owned())),
        _ => Err(CliError::Usage(format!("--set {}: write it as 'field=value'", text::safe(typed)))),
    }
}

fn label_of(field: &forms::Field) -> String {
    field.label.trim().to_lowercase()
}

/// Fills in the form for a subject; returns the command that it makes.
///
/// # Errors
/// If there is no such field, or a value doesn't fit it.
pub(super) fn fill(
    kind: Kind,
    subject: &Subject,
    community: Option<CommunityId>,
    pairs: &[Pair],
    book: &mut Book,
) -> Result<Command, CliError> {
    let words = |label: &str, why: &str| format!("{}: {}", text::safe(label), text::safe(why));
    // A value that can't be in the field is wrong usage; what the roster then refuses isn't.
    let wrong = |label: &str, why: &str| CliError::Usage(words(label, why));
    let mut holder = None;
    if let (Kind::Seat, Some((_, who))) = (kind, pairs.iter().find(|(label, _)| text::are_same(label, "held by")))
        && !who.trim().is_empty()
    {
        let id = super::who::one_person(book, who)?;
        holder = book.people(&[id], None)?.into_iter().next();
    }
    let mut sheet = match subject {
        Subject::Seat(community, seat) => forms::seat(*community, *seat, holder.as_ref().map(|h| h.id), book),
        _ => forms::open(subject, community, book),
    }?;
    // A field has to be there before it can be set, in whatever order they are given.
    let (added, given): (Vec<&Pair>, Vec<&Pair>) =
        pairs.iter().partition(|(label, _)| kind == Kind::Member && text::are_same(label, ADD_FIELD));
    for (_, name) in &added {
        let name = text::clean_line(name).text.into_owned();
        if find(kind, &mut sheet, &name).is_ok_and(|at| !sheet.fields[at].key.starts_with(OWN)) || name.is_empty() {
            return Err(CliError::Usage(format!("{ADD_FIELD}: “{}” can't be the name of a field of your own", text::safe(&name))));
        }
        if !given.iter().any(|(label, _)| text::are_same(label, &name)) {
            let name = text::safe(&name).into_owned();
            return Err(CliError::Usage(format!("{ADD_FIELD}: give it a value too: --set '{ADD_FIELD}={name}' --set '{name}=…'")));
        }
        add_field(&mut sheet, &name);
    }
    let mut set: Vec<String> = Vec::new();
    for (label, typed) in given {
        let at = find(kind, &mut sheet, label)?;
        let field = &mut sheet.fields[at];
        if set.contains(&field.key) {
            return Err(CliError::Usage(format!("the field {} is set twice", label_of(field))));
        }
        set.push(field.key.clone());
        let original = field.value.clone();
        let value = match (field.key.as_str(), &holder) {
            ("holder", Some(person)) => forms::person_label(person),
            _ => field.kind.clean(typed),
        };
        field.kind.check(&value, &original, &sheet.calendar).map_err(|e| wrong(&label_of(field), &e))?;
        field.value = value;
    }
    let fields = sheet.fields.iter().map(|f| Filled { key: &f.key, kind: &f.kind, value: f.value.clone() }).collect();
    for field in &sheet.fields {
        field.kind.check(&field.value, &field.value, &sheet.calendar).map_err(|e| wrong(&label_of(field), &e))?;
    }
    let values = Values { fields, calendar: sheet.calendar, was: sheet.was };
    (sheet.build)(&values).map_err(|(key, why)| {
        let label = sheet.fields.iter().find(|f| f.key == key).map(label_of).unwrap_or(key);
        CliError::Which(words(&label, &why))
    })
}

/// Finds a field by its label. A field of the lead's own that has no value yet is added to the form.
fn find(kind: Kind, sheet: &mut Sheet, label: &str) -> Result<usize, CliError> {
    let position = |sheet: &Sheet| sheet.fields.iter().position(|f| text::are_same(&label_of(f), label));
    if let Some(at) = position(sheet) {
        return Ok(at);
    }
    let known = sheet.fields.iter().find_map(|f| match &f.kind {
        forms::Kind::AddField { options } => options.iter().find(|o| text::are_same(o, label)).cloned(),
        _ => None,
    });
    if let Some(name) = known {
        add_field(sheet, &name);
        if let Some(at) = position(sheet) {
            return Ok(at);
        }
    }
    let labels: Vec<String> = sheet.fields.iter().map(label_of).collect();
    let hint = match text::nearest(label, labels.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", labels.join(", ")),
    };
    let own = if kind == Kind::Member { format!(" (a new field of your own: --set '{ADD_FIELD}={label}')") } else { String::new() };
    Err(CliError::Usage(format!("a {} has no field {}; {hint}{own}", kind.noun(), text::safe(label))))
}

/// Adds a field of the lead's own to the form, if it isn't there.
fn add_field(sheet: &mut Sheet, name: &str) {
    let name = text::clean_line(name).text.into_owned();
    if !name.is_empty() && !sheet.fields.iter().any(|f| f.key.strip_prefix(OWN).is_some_and(|own| text::are_same(own, &name))) {
        sheet.fields.push(forms::Field::new(&format!("{OWN}{name}"), &name, forms::Kind::Text, ""));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::book::SystemClock;

    #[test]
    fn help_lists_just_the_fields_that_the_forms_have_and_their_words() {
        let folder = tempfile::tempdir().unwrap();
        let mut book = Book::create(&folder.path().join("roster.guildhall"), Arc::new(SystemClock)).unwrap();
        let command = fill(Kind::Community, &Subject::Community(None), None, &[("name".into(), "Research".into())], &mut book).unwrap();
        book.run(&command).unwrap();
        let community = book.community_named("Research").unwrap();
        for (kind, subject) in [
            (Kind::Member, Subject::Person(None)),
            (Kind::Community, Subject::Community(None)),
            (Kind::Meetup, Subject::Meetup(None)),
            (Kind::Organisation, Subject::Organisation(None)),
            (Kind::Seat, Subject::Seat(community, None)),
        ] {
            let sheet = forms::open(&subject, None, &mut book).unwrap();
            let listed = kind.fields();
            let labels: Vec<String> = sheet.fields.iter().map(label_of).collect();
            assert_eq!(labels, listed.iter().map(|(label, _)| (*label).to_owned()).collect::<Vec<_>>(), "{kind:?}");
            for (field, (label, doc)) in sheet.fields.iter().zip(listed) {
                if let forms::Kind::Choice { options, new: false } = &field.kind
                    && !["merged into", "interim"].contains(label)
                {
                    assert_eq!(options.join(", "), doc.words(), "{label}");
                }
            }
            assert!(help(kind).lines().all(|l| l.chars().count() <= 120), "{kind:?}");
        }
    }
}
