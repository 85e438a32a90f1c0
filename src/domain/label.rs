//! The label of a step in the history, as data: a verb and what it applied to. Its words are made when it is shown.
//!
//! A label refers to people, and to anything else that has an identity, by UUID: it contains none of their names or addresses. Typed text
//! without an identity (the name of a file, a view, a tag) is stored in `what` and `how`, which are free text like a note. Must not know
//! how names are found.

use serde::{Deserialize, Serialize};

use crate::domain::text;
use crate::domain::words::Rsvp;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is a verb; its words are in `Label::words`")]
pub(crate) enum Verb {
    Add,
    AddTo,
    Edit,
    Remove,
    PutIn,
    TakeOut,
    SetStatus,
    EditMembership,
    SetOrganisation,
    ClearOrganisation,
    SetDiscipline,
    ClearDiscipline,
    SetField,
    ClearField,
    SetConsent,
    Tag,
    Untag,
    SetSeat,
    RemoveSeat,
    EditRoute,
    RemoveRoute,
    EditRule,
    EditRuleForAll,
    RemoveRule,
    SetChannel,
    RemoveChannel,
    Came,
    ClearOutcome,
    SetOutcome,
    Answer,
    ClearAnswer,
    EditAttendance,
    SetPart,
    ClearPart,
    WalkIn,
    StopMail,
    AllowMail,
    Suppress,
    Allow,
    SaveView,
    RemoveView,
    LoadSample,
    Import,
    ImportPage,
    PublishPage,
    Export,
    ExportChanges,
    BackTo,
    BackToUndone,
    BackToRedone,
    Apply,
    /// A change of which only the number of rows is known.
    #[serde(other)]
    Change,
}

/// What a step applied to: a table, and the UUID of a row in it, in hexadecimal digits.
pub(crate) type Subject = (String, String);

/// A step's label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Label {
    /// What was done.
    pub verb: Verb,
    /// The rows that it applied to: at most one of each table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Subject>,
    /// How many rows it applied to.
    #[serde(default)]
    pub n: u64,
    /// How many rows it did the opposite to: removed where others were added.
    #[serde(default, skip_serializing_if = "is_none")]
    pub less: u64,
    /// A word that belongs to the verb: a tag, a field, a file, a format.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// A second word: a status, an answer, the name of an export.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub how: String,
    /// The file that it was written to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
}

impl Label {
    /// Returns a label with only a verb and a number.
    #[must_use]
    pub(crate) const fn new(verb: Verb, n: u64) -> Self {
        Self { verb, of: Vec::new(), n, less: 0, what: String::new(), how: String::new(), file: String::new() }
    }

    /// Adds a row that the label applies to, if there is a UUID.
    #[must_use]
    pub(crate) fn about(mut self, table: &str, uuid: Option<String>) -> Self {
        self.of.extend(uuid.map(|uuid| (table.to_owned(), uuid)));
        self
    }

    /// Sets the word.
    #[must_use]
    pub(crate) fn what(mut self, what: &str) -> Self {
        what.clone_into(&mut self.what);
        self
    }

    /// Sets the second word.
    #[must_use]
    pub(crate) fn how(mut self, how: &str) -> Self {
        how.clone_into(&mut self.how);
        self
    }

    /// Returns the label in the form that the file stores.
    #[must_use]
    pub(crate) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Label::stored`] wrote; anything else becomes [`Verb::Change`].
    #[must_use]
    pub(crate) fn read(stored: &str) -> Self {
        serde_json::from_str(stored).unwrap_or_else(|_| Self::new(Verb::Change, 0))
    }

    /// Returns the label in words. `name` returns the current name of a row, or its last name if it was removed.
    #[must_use]
    pub(crate) fn words(&self, name: &dyn Fn(&Subject) -> Option<String>) -> String {
        let called = |table: &str| self.of.iter().find(|(t, _)| t == table).map(|s| name(s).unwrap_or_else(|| gone(table)));
        let who = called("person").unwrap_or_else(|| text::count(self.n, "person", "people"));
        let community = called("community").unwrap_or_else(|| "a community".to_owned());
        let meetup = called("meetup").unwrap_or_else(|| "a meetup".to_owned());
        let what = text::clip(&self.what, 60);
        let how = &self.how;
        match self.verb {
            Verb::Add | Verb::Edit | Verb::Remove => self.of_one(&called, &who),
            Verb::AddTo => format!("Added {who} to {community}"),
            Verb::PutIn => format!("Added {who} to {community}"),
            Verb::TakeOut => format!("Removed {who} from {community}"),
            Verb::SetStatus => format!("Set {who} to {what} in {community}"),
            Verb::EditMembership => format!("Changed the membership of {who} in {community}"),
            Verb::SetOrganisation => format!("Set the organisation of {who} to {}", called("organisation").unwrap_or_default()),
            Verb::ClearOrganisation => format!("Cleared the organisation of {who}"),
            Verb::SetDiscipline => format!("Set the discipline of {who} to {what}"),
            Verb::ClearDiscipline => format!("Cleared the discipline of {who}"),
            Verb::SetField => format!("Set {what} of {who}"),
            Verb::ClearField => format!("Cleared {what} of {who}"),
            Verb::SetConsent if what.is_empty() => format!("Changed the consent of {who}"),
            Verb::SetConsent => format!("Consent of {who} to {what}: {how}"),
            Verb::Tag => format!("Tagged {who} with {what}"),
            Verb::Untag => format!("Removed the tag {what} from {who}"),
            Verb::SetSeat | Verb::RemoveSeat | Verb::SetChannel => self.of_community(&called, &community),
            Verb::EditRoute => format!("Changed how to join {community}"),
            Verb::RemoveRoute => format!("Removed a way to join {community}"),
            Verb::EditRule => format!("Changed who may join {community}"),
            Verb::EditRuleForAll => "Changed a rule for all communities".to_owned(),
            Verb::RemoveRule => format!("Removed a rule of {community}"),
            Verb::RemoveChannel => format!("Removed a channel of {community}"),
            Verb::Came => format!("{who} came to {meetup}"),
            Verb::ClearOutcome => format!("Unticked {who} at {meetup}"),
            Verb::SetOutcome => format!("{who}: {what} at {meetup}"),
            Verb::Answer if what == Rsvp::Waiting.word() => format!("{who} is on the waiting list for {meetup}"),
            Verb::Answer => format!("{who} answered {what} for {meetup}"),
            Verb::ClearAnswer => format!("Cleared the answer of {who} for {meetup}"),
            Verb::EditAttendance => format!("Changed the attendance of {who} at {meetup}"),
            Verb::SetPart => format!("Made {who} {what} at {meetup}"),
            Verb::ClearPart => format!("{who} is no longer {what} at {meetup}"),
            Verb::WalkIn => format!("Added {who} to the roll of {meetup}"),
            Verb::StopMail => format!("Unsubscribed {who}"),
            Verb::AllowMail => format!("Allowed mail to {who}"),
            Verb::Suppress => format!("Suppressed {}", self.addresses(&what)),
            Verb::Allow => format!("Allowed mail to {}", self.addresses(&what)),
            Verb::SaveView => format!("Saved the view {what}"),
            Verb::RemoveView if what.is_empty() => "Removed a view".to_owned(),
            Verb::RemoveView => format!("Removed the view {what}"),
            Verb::LoadSample => "Loaded the sample roster".to_owned(),
            Verb::Import => format!("Imported {what}{}", called("community").map_or_else(String::new, |c| format!(" into {c}"))),
            Verb::ImportPage => format!("Imported the page {what}"),
            Verb::PublishPage => format!("Published the page {what}"),
            Verb::Export | Verb::ExportChanges => self.exported(&called, &who),
            // `what` describes, in words, the step that was restored to: see the journal.
            Verb::BackTo => format!("Restored to: {}", self.what),
            Verb::BackToUndone => format!("Restored to when this was undone: {}", self.what),
            Verb::BackToRedone => format!("Restored to when this was redone: {}", self.what),
            Verb::Apply => format!("Applied {what} ({})", text::count(self.n, "action", "actions")),
            Verb::Change => text::count(self.n, "change", "changes"),
        }
    }

    /// Returns the words for a verb that can apply to any kind of row.
    fn of_one(&self, called: &dyn Fn(&str) -> Option<String>, who: &str) -> String {
        let did = match self.verb {
            Verb::Add => "Added",
            Verb::Remove => "Removed",
            _ => "Changed",
        };
        if let Some(community) = called("community") {
            return format!("{did} the community {community}");
        }
        match (called("organisation"), called("meetup")) {
            (Some(organisation), _) => format!("{did} {organisation}"),
            (None, Some(meetup)) => format!("{did} the meetup {meetup}"),
            (None, None) => format!("{did} {who}"),
        }
    }

    /// Returns the words for a verb about a part of a community.
    fn of_community(&self, called: &dyn Fn(&str) -> Option<String>, community: &str) -> String {
        match (self.verb, called("seat"), called("channel")) {
            (Verb::RemoveSeat, Some(seat), _) => format!("Removed the seat {seat} of {community}"),
            (Verb::RemoveSeat, None, _) => format!("Removed a seat of {community}"),
            (Verb::SetChannel, _, Some(channel)) => format!("Set a channel of {community}: {channel}"),
            (Verb::SetChannel, _, None) => format!("Set a channel of {community}"),
            // A title that ends with the community's name doesn't need it again.
            (_, Some(seat), _) if text::fold(&seat).ends_with(&text::fold(community)) => {
                format!("{seat}: {}", called("person").unwrap_or_else(|| "vacant".to_owned()))
            }
            (_, Some(seat), _) => format!("{seat} of {community}: {}", called("person").unwrap_or_else(|| "vacant".to_owned())),
            _ => format!("Changed a seat of {community}"),
        }
    }

    fn addresses(&self, one: &str) -> String {
        if self.n == 1 && !one.is_empty() { one.to_owned() } else { text::count(self.n, "address", "addresses") }
    }

    fn exported(&self, called: &dyn Fn(&str) -> Option<String>, who: &str) -> String {
        let of = called("community").map_or_else(String::new, |c| format!(" of {c}"));
        let file = if self.file.is_empty() { String::new() } else { format!(" to {}", self.file) };
        let name = if self.how.is_empty() { file } else { format!(" ({}){file}", self.how) };
        match self.verb {
            Verb::ExportChanges => {
                let (added, removed) = (text::thousands(self.n), text::thousands(self.less));
                format!("Exported what has changed ({added} to add, {removed} to remove){of} as {}{name}", self.what)
            }
            _ => format!("Exported {who}{of} as {}{name}", self.what),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_none(n: &u64) -> bool {
    *n == 0
}

/// Returns what to call a row whose name is no longer known.
fn gone(table: &str) -> String {
    match table {
        "person" => "somebody".to_owned(),
        "organisation" => "an organisation".to_owned(),
        other => format!("a {other}"),
    }
}
