//! Imports: a file read, rehearsed or taken, on a thread with a connection of its own, as one undo step.
//!
//! Must not know who looks at the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use super::heard::Heard;
use super::reports;
use super::{Book, BookError, Clock, Job, Jobs, Progress};
use crate::domain::address;
use crate::domain::label::{Label, Verb};
use crate::domain::listed::Incoming;
use crate::domain::text;
use crate::exchange::columns::{Mapping, Reading, Role};
use crate::exchange::reports::Report;
use crate::exchange::{ExchangeError, Rows, SourceFile};
use crate::store::bulk::{Loader, Taken};
use crate::store::{Stamp, Store, StoreError, Touched, Write, labels, lookup, schema};

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// The rows themselves, where there is no file: `file` is what they are called then.
    pub text: Option<String>,
    /// The community that everybody is put into.
    pub community: Option<String>,
    /// Whether to say only what would be done.
    pub dry_run: bool,
}

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
    /// People of whom the file said something new.
    pub updated: u64,
    /// People of whom it said nothing new.
    pub unchanged: u64,
    /// What came of it in a sentence, where it is no list of people.
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
pub const MOST_NAMED: usize = 200;

/// How many refusals are listed one by one.
pub const MOST_REFUSALS: usize = 1_000;

impl ImportReport {
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
            out.push_str(&format!("; {} not taken", text::count(self.refused_count, "row", "rows")));
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

impl Book {
    /// Imports a file, or rehearses it, on a thread.
    #[must_use]
    pub fn import_job(&mut self, options: ImportOptions, jobs: Jobs) -> Job<Result<ImportReport, BookError>> {
        let (path, clock) = (self.path().to_owned(), self.clock());
        self.note_newest();
        jobs.spawn(move |progress| run(&path, &clock, &options, progress))
    }
}

fn run(path: &Path, clock: &Arc<dyn Clock>, options: &ImportOptions, progress: &Progress) -> Result<ImportReport, BookError> {
    let mut source = match &options.text {
        Some(text) => SourceFile::of_text(&options.file, text)?,
        None => SourceFile::open(&options.file)?,
    };
    let total = source.length();
    progress.expect(total);
    let mut store = Store::open_again(path)?;
    let rows = Rows::new(source.decoded()?)?;
    let stamp = Stamp { action: clock.action_id(), at: clock.now(), today: clock.today() };
    let name = options.file.file_name().map_or_else(|| "standard input".into(), |n| n.to_string_lossy().into_owned());
    let name = if name == "-" { "standard input".to_owned() } else { text::safe(&name).into_owned() };
    let today = clock.today();
    let mut failed = None;
    let body = |write: &mut Write<'_>| {
        let taken = take_all(write, rows, options, today, total, progress);
        let into = options.community.as_ref().map_or(Ok(None), |c| lookup::named(write.reader(), &schema::COMMUNITY, c))?;
        let into = into.map_or(Ok(None), |id| labels::uuid_of(write.reader(), &schema::COMMUNITY, id))?;
        write.set_label(Label::new(Verb::Import, 1).what(&name).about(schema::COMMUNITY.name, into));
        taken.map_err(|e| match e {
            BookError::Store(e) => e,
            other => {
                let message = other.to_string();
                failed = Some(other);
                StoreError::Refused(message)
            }
        })
    };
    let outcome = if options.dry_run { store.rehearse(stamp, body) } else { store.write(stamp, body) };
    match (outcome, failed) {
        (Ok((mut report, done)), _) => {
            report.file = name;
            report.dry_run = options.dry_run;
            report.touched = if options.dry_run { Touched::default() } else { done.touched };
            Ok(report)
        }
        (Err(_), Some(reason)) => Err(reason),
        (Err(e), None) => Err(e.into()),
    }
}

fn take_all(
    write: &mut Write<'_>,
    mut rows: Rows<'_>,
    options: &ImportOptions,
    today: NaiveDate,
    total: u64,
    progress: &Progress,
) -> Result<ImportReport, BookError> {
    let known = lookup::names(write.reader(), &schema::FIELD)?;
    let mut report = ImportReport {
        encoding: rows.encoding().to_owned(),
        delimiter: delimiter_word(rows.delimiter),
        community: options.community.clone(),
        ..ImportReport::default()
    };
    let community = options.community.as_deref().map(|c| text::clean_line(c).text.into_owned()).filter(|c| !c.is_empty());
    let mapping = {
        let header = rows.next_row()?.ok_or_else(|| ExchangeError::Empty(options.file.clone()))?;
        if let Some(known) = Report::recognise(header) {
            return reports::take_all(write, rows, &known, report, &|left| progress.reach(total.saturating_sub(left)));
        }
        Mapping::new(header, &known)?
    };
    describe(&mapping, &mut report);
    let mut loader = Loader::begin(write, &mapping.custom)?;
    if let Some(name) = &community {
        loader.community(write, name)?;
    }
    let reading = Reading { today, community: community.as_deref() };
    let mut incoming = Incoming::default();
    let mut heard = Heard::default();
    let mut removed = 0;
    loop {
        let left = rows.left();
        let Some(row) = rows.next_row()? else { break };
        report.rows += 1;
        if report.rows.is_multiple_of(512) && progress.reach(total.saturating_sub(left)).is_break() {
            return Err(StoreError::Stopped.into());
        }
        let line = row.line;
        note_odd_quotes(&mut report, line, row.odd_quotes);
        match mapping.read(row, reading, &mut incoming) {
            Ok(harmful) => {
                removed += harmful;
                heard.take(write, &mut loader, (line, &incoming), &mut report)?;
            }
            Err(reason) => refuse(&mut report, line, reason),
        }
    }
    loader.finish(write)?;
    if progress.reach(total).is_break() {
        return Err(StoreError::Stopped.into());
    }
    note_removed(&mut report, removed);
    heard.tell(&mapping, community.is_some(), &mut report);
    if let Some(name) = &community {
        note_ineligible(&mut report, &write.ineligible_here(name)?, name);
    }
    Ok(report)
}

/// Somebody in a line, with what makes one look twice.
fn who(p: &Incoming) -> String {
    match (p.name.is_empty(), p.email.is_empty()) {
        (_, true) => format!("{} — a name alone, without an address", p.name),
        (is_unnamed, false) => {
            let doubt = address::why_not_portable(&p.email).map_or_else(String::new, |why| format!(" — {why}"));
            let who = if is_unnamed { p.email.clone() } else { address::mailbox(&p.name, &p.email) };
            format!("{who}{doubt}")
        }
    }
}

fn delimiter_word(sign: u8) -> String {
    match sign {
        b'\t' => "tab".into(),
        b';' => "semicolon".into(),
        b',' => "comma".into(),
        other => char::from(other).to_string(),
    }
}

/// Who was put into a community that the rules don't admit them to: told, never refused.
fn note_ineligible(report: &mut ImportReport, who: &[(String, String)], community: &str) {
    if who.is_empty() {
        return;
    }
    report.notes.push(format!(
        "{} not eligible for {community} by its rules; they are put into it all the same",
        text::count(who.len() as u64, "person is", "people are")
    ));
    report.notes.extend(who.iter().take(20).map(|(name, because)| format!("  {name}: {because}")));
}

fn note_odd_quotes(report: &mut ImportReport, line: u64, odd: bool) {
    if odd && report.notes.len() < 20 {
        report.notes.push(format!("line {line}: a quote is opened and not closed; look at what was read there"));
    }
}

fn note_removed(report: &mut ImportReport, removed: usize) {
    if removed > 0 {
        report.notes.push(format!("{} that can't be seen: taken out", text::count(removed as u64, "character", "characters")));
    }
}

pub(super) fn refuse(report: &mut ImportReport, line: u64, reason: String) {
    report.refused_count += 1;
    if report.refused.len() < MOST_REFUSALS {
        report.refused.push(Refusal { line, reason });
    }
}

fn describe(mapping: &Mapping, report: &mut ImportReport) {
    let custom = |role: &Role| match role {
        Role::Custom(at) => format!("your own field {}", mapping.custom[*at]),
        other => other.word().to_owned(),
    };
    report.columns = mapping.headers.iter().cloned().zip(mapping.roles.iter().map(custom)).collect();
    if !mapping.custom.is_empty() {
        report.notes.push(format!("kept as fields of your own: {}", mapping.custom.join(", ")));
    }
}
