//! What came of an export: how many were written, who was left out and why, what has changed since an earlier one.
//!
//! Must not know how the file is written, nor who looks at the summary.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Exported;
use super::in_step::Sent;
use crate::domain::text;

/// What is said of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Who, as a mail would name them.
    pub who: String,
    /// Why.
    pub why: &'static str,
    /// What became of them.
    pub remark: Remark,
}

/// What became of a person in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// They were left out.
    LeftOut,
    /// Their next good address was written instead of the first.
    Instead,
    /// They are in it, and something may go wrong.
    Doubt,
}

/// What came of an export.
#[derive(Debug, Clone, Default)]
pub struct ExportSummary {
    /// How many people were written.
    pub written: u64,
    /// Who was left out, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// How many were written with their next good address instead of the first, by the reason.
    pub instead: BTreeMap<&'static str, u64>,
    /// How many suppressed addresses were carried that are nobody's who was written (our own format).
    pub suppressed: u64,
    /// How many were written that something may go wrong with, by what.
    pub doubtful: BTreeMap<&'static str, u64>,
    /// The first lines, as they are in the file.
    pub first_lines: Vec<String>,
    /// Who was left out or is doubtful and why, person by person, if that was asked for.
    pub explained: Vec<Explained>,
    /// Which files were written.
    pub files: Vec<PathBuf>,
    /// What has changed on the list, if that was asked for.
    pub changed: Option<Changed>,
    /// What is to be remembered of it.
    pub(super) memory: Option<(Exported, Sent)>,
}

/// What has changed on a list since an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// How many are to be put on the list; they are the ones that were written.
    pub added: u64,
    /// How many are to be taken off it.
    pub removed: u64,
    /// How many stay.
    pub kept: u64,
    /// How many were sent once whom nobody can name any more.
    pub nameless: u64,
    /// How many are on the list and not known here, if it was compared with the list's own file.
    pub unknown: Option<u64>,
    /// How many rows of that file had no address that could be read.
    pub unread: u64,
}

impl ExportSummary {
    /// One sentence: how many, and who was left out.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.sentence_to("")
    }

    /// As [`ExportSummary::sentence`], with the place that it was written to.
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
    /// One sentence: how many come, go and stay.
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
