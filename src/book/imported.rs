//! The result of an import or its rehearsal: how many rows, which people, and what was refused.
//!
//! Must not know how a file is read, or who reads the report.

use serde::Serialize;

use crate::domain::listed::Incoming;
use crate::domain::{address, text};
use crate::store::Touched;
use crate::store::bulk::ImportOutcome;

/// A row that was refused, or that needs a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The line in the file where the row starts.
    pub line: u64,
    /// The reason.
    pub reason: String,
}

/// The result of an import or its rehearsal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// The file's name.
    pub file: String,
    /// Whether this was a rehearsal, with nothing written.
    pub dry_run: bool,
    /// The file's encoding.
    pub encoding: String,
    /// The delimiter between the columns, in words.
    pub delimiter: String,
    /// Each column's header and the meaning it was read as.
    pub columns: Vec<(String, String)>,
    /// How many rows were read.
    pub rows: u64,
    /// How many people were added.
    pub added: u64,
    /// How many people were updated.
    pub updated: u64,
    /// How many people were already on the roster, with nothing new.
    pub unchanged: u64,
    /// The result in one sentence, if the file isn't a list of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// The first [`MOST_NAMED`] people: what happened to each, and who they are.
    pub people: Vec<(&'static str, String)>,
    /// Rows that were refused, the first [`MOST_REFUSALS`] of them.
    pub refused: Vec<Refusal>,
    /// How many rows were refused.
    pub refused_count: u64,
    /// Rows that need a decision: the line, and what to decide.
    pub decisions: Vec<Refusal>,
    /// How many addresses were suppressed.
    pub suppressed: u64,
    /// Values that this program doesn't recognise: the column, the value, the number of rows.
    pub unknown: Vec<(String, String, u64)>,
    /// Other remarks, one sentence each.
    pub notes: Vec<String>,
    /// The community that everybody was added to.
    pub community: Option<String>,
    /// What was touched on the roster.
    #[serde(skip)]
    pub touched: Touched,
}

/// The largest number of people who are listed one by one.
pub(super) const MOST_NAMED: usize = 200;

/// The largest number of refused rows that are listed one by one.
pub(super) const MOST_REFUSALS: usize = 1_000;

impl ImportReport {
    /// Counts what happened to a person.
    pub(super) fn count(&mut self, taken: &ImportOutcome, person: &Incoming) {
        let (what, count) = match taken {
            ImportOutcome::Added(_) => ("new", &mut self.added),
            ImportOutcome::Updated(_) => ("changed", &mut self.updated),
            ImportOutcome::Same(_) => ("known", &mut self.unchanged),
        };
        *count += 1;
        if self.people.len() < MOST_NAMED {
            self.people.push((what, who(person)));
        }
    }

    /// Returns the result in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        if let Some(said) = &self.said {
            return said.clone();
        }
        let verb = if self.dry_run { "would be added" } else { "added" };
        let mut out = format!(
            "{} {verb}, {} updated, {} known already",
            text::count(self.added, "person", "people"),
            text::thousands(self.updated),
            text::thousands(self.unchanged),
        );
        if self.refused_count > 0 {
            out.push_str(&format!("; {} refused", text::count(self.refused_count, "row", "rows")));
        }
        if self.suppressed > 0 {
            out.push_str(&format!("; {} suppressed", text::count(self.suppressed, "address", "addresses")));
        }
        if !self.decisions.is_empty() {
            out.push_str(&format!("; {} a decision", text::count(self.decisions.len() as u64, "row needs", "rows need")));
        }
        out
    }

    /// Returns whether something was left out, or needs a decision.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.refused_count > 0 || !self.decisions.is_empty() || !self.unknown.is_empty()
    }
}

/// Adds a refused row to the report.
pub(super) fn refuse(report: &mut ImportReport, line: u64, reason: String) {
    report.refused_count += 1;
    if report.refused.len() < MOST_REFUSALS {
        report.refused.push(Refusal { line, reason });
    }
}

/// Returns a person in one line, with a warning if the address is doubtful.
fn who(p: &Incoming) -> String {
    match (p.name.is_empty(), p.email.is_empty()) {
        (_, true) => format!("{} — only a name, without an address", p.name),
        (is_unnamed, false) => {
            let doubt = address::why_not_portable(&p.email).map_or_else(String::new, |why| format!(" — {why}"));
            let who = if is_unnamed { p.email.clone() } else { address::mailbox(&p.name, &p.email) };
            format!("{who}{doubt}")
        }
    }
}
