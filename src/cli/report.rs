//! What a verb that changes the roster has done, in words or as JSON.
//!
//! Must not know which verb it was.

use std::io::Write;

use serde::Serialize;

use super::change_args::{Answer, How};
use super::out::json;
use super::{CliError, Ended};
use crate::book::Applied;
use crate::domain::text;

/// Somebody, or a line of a list, that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LeftOut {
    /// The line of the list or file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

impl LeftOut {
    /// The whole in a line.
    pub(super) fn words(&self) -> String {
        let line = self.line.map_or_else(String::new, |n| format!("line {n}: "));
        format!("{line}{}: {}", self.who, self.why)
    }
}

/// How many people are named.
pub(super) const MOST: usize = 100;

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    /// In a line.
    pub done: String,
    /// How many rows of the roster were written; 0 if there was nothing to change.
    pub changes: u64,
    /// Whether it was a rehearsal.
    pub dry_run: bool,
    /// The people that it changed, by name and address; no more than [`MOST`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Notes: people who can't be notified, and what was left unchanged.
    pub notes: Vec<String>,
    /// Who was left out.
    pub left_out: Vec<LeftOut>,
}

impl Report {
    /// What a command did; `unchanged` says it where there was nothing to change.
    pub(super) fn of(applied: &Applied, unchanged: &str) -> Self {
        let done = if applied.changes == 0 { format!("Nothing to change: {unchanged}") } else { applied.label.clone() };
        let mut notes = applied.kept.clone();
        notes.extend(applied.unreached.iter().map(|line| format!("said yes and can't be mailed: {line}")));
        Self { done, changes: applied.changes, notes, ..Self::default() }
    }

    /// Writes it, and returns how the run ended.
    pub(super) fn write(&self, how: How, out: &mut dyn Write) -> Result<Ended, CliError> {
        match how.format {
            Answer::Json => {
                writeln!(out, "{}", json(self)?)?;
            }
            Answer::Text => {
                let dry = if self.dry_run { "Dry run, nothing was changed: " } else { "" };
                writeln!(out, "{dry}{}", text::safe_lines(&self.done))?;
                if self.dry_run {
                    self.people.iter().try_for_each(|who| writeln!(out, "  {}", text::safe(who)))?;
                }
                for note in &self.notes {
                    writeln!(out, "  {}", text::safe(note))?;
                }
                for one in &self.left_out {
                    writeln!(out, "  left out: {}", text::safe(&one.words()))?;
                }
            }
        }
        Ok(if self.left_out.is_empty() { Ended::Done } else { Ended::SomeRefused })
    }
}
