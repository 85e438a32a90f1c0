//! The result of an export: how many people were written, who was left out and why, and what has changed since an earlier export.
//!
//! Must not know how the file is written, or who reads the summary.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Exported;
use super::in_step::Sent;
use crate::domain::text;

/// What happened to one person, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The person, as in the `To:` line of a mail.
    pub who: String,
    /// The reason.
    pub why: &'static str,
    /// What happened.
    pub remark: Remark,
}

/// What happened to a person in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// They were left out.
    LeftOut,
    /// Their next good address was written instead of the primary one.
    Instead,
    /// They were written, but something may go wrong.
    Doubt,
}

/// The result of an export.
#[derive(Debug, Clone, Default)]
pub struct ExportSummary {
    /// How many people were written.
    pub written: u64,
    /// How many people were left out, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// How many were written with their next good address instead of the primary one, by reason.
    pub instead: BTreeMap<&'static str, u64>,
    /// How many suppressed addresses that belong to nobody in the export were included (only in our own format).
    pub suppressed: u64,
    /// How many were written although something may go wrong, by reason.
    pub doubtful: BTreeMap<&'static str, u64>,
    /// The first lines of the file (only in a preview).
    pub first_lines: Vec<String>,
    /// The people who were left out or are doubtful, each with the reason, if requested.
    pub explained: Vec<Explained>,
    /// The files that were written.
    pub files: Vec<PathBuf>,
    /// What has changed on the list, if requested.
    pub changed: Option<Changed>,
    /// The record of this export, for [`super::Book::remember`].
    pub(super) memory: Option<(Exported, Sent)>,
}

/// What has changed on a list since an earlier export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// How many people to add to the list; they are the ones that were written.
    pub added: u64,
    /// How many to remove from it.
    pub removed: u64,
    /// How many stay.
    pub kept: u64,
    /// How many addresses were exported earlier but are known only by their digests now.
    pub nameless: u64,
    /// How many addresses on the list aren't known here, if it was compared with the list's own export.
    pub unknown: Option<u64>,
    /// How many rows of that file have no readable address.
    pub unread: u64,
}

impl ExportSummary {
    /// Returns one sentence: how many people were written, and how many were left out.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.sentence_to("")
    }

    /// Like [`ExportSummary::sentence`], with the place that the export was written to.
    #[must_use]
    pub fn sentence_to(&self, place: &str) -> String {
        let to = if place.is_empty() { String::new() } else { format!(" to {place}") };
        let mut out = match &self.changed {
            Some(changed) => changed.sentence(),
            None => format!("{} written{to}", text::count(self.written, "person", "people")),
        };
        if self.changed.is_none() && self.files.len() > 1 {
            out.push_str(&format!(" and {} more beside it", text::count(self.files.len() as u64 - 1, "file", "files")));
        }
        for (reason, n) in &self.left_out {
            out.push_str(&format!("; {} left out: {reason}", text::thousands(*n)));
        }
        for (reason, n) in &self.instead {
            out.push_str(&format!("; {} written with the next good address: {reason}", text::thousands(*n)));
        }
        if self.suppressed > 0 {
            out.push_str(&format!(
                "; {} of people outside the list included",
                text::count(self.suppressed, "suppressed address", "suppressed addresses")
            ));
        }
        for (reason, n) in &self.doubtful {
            out.push_str(&format!("; {} to look at: {reason}", text::thousands(*n)));
        }
        out
    }
}

impl Changed {
    /// Returns one sentence: how many people to add and to remove, and how many stay.
    #[must_use]
    pub fn sentence(&self) -> String {
        let people = |n: u64| text::count(n, "person", "people");
        let mut out =
            format!("{} to add, {} to remove, {} stay", people(self.added), text::thousands(self.removed), text::thousands(self.kept));
        if let Some(unknown) = self.unknown.filter(|n| *n > 0) {
            out.push_str(&format!("; {} on the list and not known here", text::thousands(unknown)));
        }
        if self.nameless > 0 {
            out.push_str(&format!(
                "; {} exported earlier can't be named any more: compare with the list's own export, --against FILE",
                text::count(self.nameless, "address", "addresses")
            ));
        }
        if self.unread > 0 {
            out.push_str(&format!("; {} of the list's own export without an address", text::count(self.unread, "row", "rows")));
        }
        out
    }
}
