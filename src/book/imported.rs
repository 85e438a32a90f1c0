//! What an import did, or would do: how many rows, who, and what was not taken.
//!
//! Must not know how a file is read, nor who looks at the report.

use serde::Serialize;

use crate::domain::listed::Incoming;
use crate::domain::{address, text};
use crate::store::Touched;
use crate::store::bulk::Taken;

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The line in the file where the row starts.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// The file's name.
    pub file: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// The file's encoding.
    pub encoding: String,
    /// The sign between the columns.
    pub delimiter: String,
    /// Each column's header and what it was taken for.
    pub columns: Vec<(String, String)>,
    /// The rows read.
    pub rows: u64,
    /// People who were new.
    pub added: u64,
    /// How many people were updated.
    pub updated: u64,
    /// How many people were known already, with nothing new.
    pub unchanged: u64,
    /// The result in a sentence, if the file isn't a list of people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// The first [`MOST_NAMED`] people: what becomes of each, and who it is.
    pub people: Vec<(&'static str, String)>,
    /// Rows that were not taken, the first [`MOST_REFUSALS`] of them.
    pub refused: Vec<Refusal>,
    /// How many rows were not taken.
    pub refused_count: u64,
    /// Rows about which somebody has to decide: the line, and what.
    pub decisions: Vec<Refusal>,
    /// Addresses that are suppressed by it.
    pub suppressed: u64,
    /// Values that this program doesn't know: the column, the value, in how many rows.
    pub unknown: Vec<(String, String, u64)>,
    /// What else should be known.
    pub notes: Vec<String>,
    /// The community that everybody was put into.
    pub community: Option<String>,
    /// What was touched.
    #[serde(skip)]
    pub touched: Touched,
}

/// How many people are named one by one.
pub(super) const MOST_NAMED: usize = 200;

/// How many refusals are listed one by one.
pub(super) const MOST_REFUSALS: usize = 1_000;

impl ImportReport {
    /// Counts what became of somebody.
    pub(super) fn count(&mut self, taken: &Taken, person: &Incoming) {
        let (what, count) = match taken {
            Taken::Added(_) => ("new", &mut self.added),
            Taken::Updated(_) => ("changed", &mut self.updated),
            Taken::Same(_) => ("known", &mut self.unchanged),
        };
        *count += 1;
        if self.people.len() < MOST_NAMED {
            self.people.push((what, who(person)));
        }
    }

    /// One sentence: what came of it.
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

    /// Whether something was left out, or needs an answer.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.refused_count > 0 || !self.decisions.is_empty() || !self.unknown.is_empty()
    }
}

/// Notes a row that was not taken.
pub(super) fn refuse(report: &mut ImportReport, line: u64, reason: String) {
    report.refused_count += 1;
    if report.refused.len() < MOST_REFUSALS {
        report.refused.push(Refusal { line, reason });
    }
}

/// Somebody in a line, with what makes one look twice.
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
