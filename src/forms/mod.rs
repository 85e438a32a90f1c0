//! The forms: the fields of each thing with their labels, and the command that they make. Used by the screen and by `--set`.
//!
//! Must not know where a form is shown, nor how it looks there.

mod chosen;
mod communities;
mod field;
mod meetups;
mod people;

use chrono::NaiveDate;

pub(crate) use communities::{person_label, seat};
pub(crate) use field::{Field, Kind, parts};

use crate::book::{Book, BookError, Command};
use crate::domain::dates::Calendar;
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId, SeatId};
use crate::domain::words::Purpose;

/// The prefix of the keys of custom fields.
pub(crate) const OWN: &str = "field:";

/// The subject of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A person, or a new one.
    Person(Option<PersonId>),
    /// A community, or a new one.
    Community(Option<CommunityId>),
    /// A meetup, or a new one.
    Meetup(Option<MeetupId>),
    /// An organisation, or a new one.
    Organisation(Option<OrganisationId>),
    /// A seat of a community.
    Seat(CommunityId, Option<SeatId>),
    /// A way to join a community.
    Route(CommunityId, Option<i64>),
    /// A rule on who may join a community.
    Rule(CommunityId, Option<i64>),
    /// A channel of a community.
    Channel(CommunityId, Option<i64>),
    /// A person's membership.
    Membership(PersonId, Option<CommunityId>),
    /// A person's attendance.
    Attendance(MeetupId, PersonId),
    /// Somebody at a meetup who isn't on the roster, by name.
    WalkIn(MeetupId, String),
    /// A person's consent.
    Consent(PersonId, Purpose),
    /// A person's own word that they may be mailed again.
    MailAgain(PersonId),
}

/// Makes the command from a form's values, or returns which field (by its key) is wrong and why.
pub(crate) type Build = Box<dyn Fn(&Values<'_>) -> Result<Command, (String, String)>>;

/// A form before it is filled in: its fields with their current values.
pub(crate) struct Sheet {
    /// The title, for people.
    pub title: String,
    /// Its subject.
    pub subject: Subject,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// The step that last changed the row.
    pub was: Option<i64>,
    /// Today's date, and how dates are written.
    pub calendar: Calendar,
    /// Makes the command.
    pub build: Build,
}

impl Sheet {
    fn new(
        title: &str,
        subject: Subject,
        fields: Vec<Field>,
        was: Option<i64>,
        calendar: Calendar,
        build: impl Fn(&Values<'_>) -> Result<Command, (String, String)> + 'static,
    ) -> Self {
        Self { title: title.to_owned(), subject, fields, was, calendar, build: Box::new(build) }
    }
}

/// A field as it was filled in.
pub(crate) struct Filled<'f> {
    /// The field's key.
    pub key: &'f str,
    /// Which values the field accepts.
    pub kind: &'f Kind,
    /// Its cleaned text.
    pub value: String,
}

/// The values of a form.
pub(crate) struct Values<'f> {
    /// The fields.
    pub fields: Vec<Filled<'f>>,
    /// Today's date, and how dates are written.
    pub calendar: Calendar,
    /// The step that had last changed the row when the form was opened.
    pub was: Option<i64>,
}

impl Values<'_> {
    fn field(&self, key: &str) -> Option<&Filled<'_>> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// Returns the text of a field.
    #[must_use]
    pub(crate) fn text(&self, key: &str) -> String {
        self.field(key).map(|f| f.value.clone()).unwrap_or_default()
    }

    /// Returns the date in a field.
    #[must_use]
    pub(crate) fn date(&self, key: &str) -> Option<NaiveDate> {
        let field = self.field(key)?;
        field.kind.date(&field.value, &self.calendar)
    }

    /// Returns the parts of a field that is a list.
    #[must_use]
    pub(crate) fn parts(&self, key: &str) -> Vec<String> {
        parts(&self.text(key)).map(str::to_owned).collect()
    }

    /// Returns the fields whose key begins with a prefix: the rest of the key, and the value.
    pub(crate) fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
        self.fields.iter().filter_map(move |f| Some((f.key.strip_prefix(prefix)?.to_owned(), f.value.clone())))
    }
}

/// Opens the form for a subject. `community` is the one whose members are shown, and is used for new entries.
///
/// # Errors
/// If the subject no longer exists, or the roster's file can't be read.
pub(crate) fn open(subject: &Subject, community: Option<CommunityId>, book: &mut Book) -> Result<Sheet, BookError> {
    match subject {
        Subject::Person(id) => people::person(*id, community, book),
        Subject::WalkIn(meetup, name) => people::walk_in(*meetup, name, community, book),
        Subject::Consent(person, purpose) => people::consent(*person, *purpose, book),
        Subject::MailAgain(person) => people::mail_again(*person, book),
        Subject::Organisation(id) => people::organisation(*id, book),
        Subject::Membership(person, community) => people::membership(*person, *community, book),
        Subject::Community(id) => communities::community(*id, book),
        Subject::Seat(community, id) => seat(*community, *id, None, book),
        Subject::Route(community, id) => communities::route(*community, *id, book),
        Subject::Rule(community, id) => communities::rule(*community, *id, book),
        Subject::Channel(community, id) => communities::channel(*community, *id, book),
        Subject::Meetup(id) => meetups::meetup(*id, community, book),
        Subject::Attendance(meetup, person) => meetups::attendance(*meetup, *person, book),
    }
}
