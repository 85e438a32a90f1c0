//! Imports: reads a file and applies or rehearses it as one undo step, on a thread with its own connection.
//!
//! Must not know who reads the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use super::heard::StatusRows;
use super::imported::{ImportReport, refuse};
use super::{Book, BookError, Clock, Job, Jobs, Progress};
use super::{copying, reports};
use crate::domain::label::{Label, Verb};
use crate::domain::listed::Incoming;
use crate::domain::text;
use crate::exchange::columns::{Mapping, Reading, Role};
use crate::exchange::reports::Report;
use crate::exchange::{ExchangeError, Rows, SourceFile};
use crate::store::bulk::Loader;
use crate::store::{Stamp, Store, StoreError, Touched, Write, labels, lookup, schema};

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// A list that was typed or pasted, to import instead of a file; `file` is then only its name.
    pub text: Option<String>,
    /// The community to add everybody to.
    pub community: Option<String>,
    /// Whether to rehearse the import without writing anything.
    pub dry_run: bool,
}

impl Book {
    /// Imports a file, or rehearses the import, on a thread.
    #[must_use]
    pub fn import_job(&mut self, options: ImportOptions, jobs: Jobs) -> Job<Result<ImportReport, BookError>> {
        let (path, clock) = (self.path().to_owned(), self.clock());
        self.note_newest();
        jobs.spawn(move |progress| run(&path, &clock, &options, progress))
    }
}

fn run(path: &Path, clock: &Arc<dyn Clock>, options: &ImportOptions, progress: &Progress) -> Result<ImportReport, BookError> {
    let mut store = Store::open_again(path)?;
    let mut source = match &options.text {
        Some(typed) => SourceFile::of_text(&options.file, &copying::pasted_rows(store.reader(), typed)?)?,
        None => SourceFile::open(&options.file)?,
    };
    let total = source.length();
    progress.expect(total);
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
    let mut heard = StatusRows::default();
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

fn delimiter_word(sign: u8) -> String {
    match sign {
        b'\t' => "tab".into(),
        b';' => "semicolon".into(),
        b',' => "comma".into(),
        other => char::from(other).to_string(),
    }
}

/// Reports people who were added to a community although its rules don't admit them; they are never refused.
fn note_ineligible(report: &mut ImportReport, who: &[(String, String)], community: &str) {
    if who.is_empty() {
        return;
    }
    report.notes.push(format!(
        "{} not eligible for {community} by its rules; they are added anyway",
        text::count(who.len() as u64, "person is", "people are")
    ));
    report.notes.extend(who.iter().take(20).map(|(name, because)| format!("  {name}: {because}")));
}

fn note_odd_quotes(report: &mut ImportReport, line: u64, odd: bool) {
    if odd && report.notes.len() < 20 {
        report.notes.push(format!("line {line}: a quote is never closed; check what was read there"));
    }
}

fn note_removed(report: &mut ImportReport, removed: usize) {
    if removed > 0 {
        report.notes.push(format!("{} that can't be seen: removed", text::count(removed as u64, "character", "characters")));
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
