//! Work under way on other threads: at most one of each kind.
//!
//! Must not know what is done with the results.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::book::Searchable;
use crate::book::{Applied, Book, BookError, Checked, ExportOptions, ExportSummary, ImportOptions, ImportReport, Job, Jobs, Step};
use crate::domain::text;

type Result<T> = std::result::Result<T, BookError>;

/// What is under way.
pub(super) struct Work {
    jobs: Jobs,
    index: Option<Job<Result<Option<Searchable>>>>,
    import: Option<(Job<Result<ImportReport>>, ImportOptions)>,
    export: Option<(Job<Result<ExportSummary>>, PathBuf)>,
    preview: Option<(Job<Result<ExportSummary>>, String)>,
    step: Option<(Job<Result<Applied>>, Step)>,
    /// When what the lead waits for was begun.
    since: Option<Instant>,
    check: Option<Job<Result<Checked>>>,
    backup: Option<Job<Result<Option<PathBuf>>>>,
}

/// A result that came in; `None` inside means that the work broke down.
pub(super) enum Came {
    /// The search index.
    Index(Option<Result<Option<Searchable>>>),
    /// An import or its rehearsal.
    Import(Option<Result<ImportReport>>, ImportOptions),
    /// An export.
    Export(Option<Result<ExportSummary>>, PathBuf),
    /// What an export in a format would write.
    Preview(Option<Result<ExportSummary>>, String),
    /// A step that many rows go with.
    Step(Option<Result<Applied>>, Step),
    /// A check of the file.
    Check(Option<Result<Checked>>),
    /// The backup that was due.
    Backup(Option<Result<Option<PathBuf>>>),
}

impl Came {
    /// Whether it is what the lead waited for.
    #[must_use]
    pub(super) const fn is_waited_for(&self) -> bool {
        matches!(self, Self::Import(..) | Self::Export(..) | Self::Step(..))
    }
}

impl Work {
    /// Nothing under way.
    #[must_use]
    pub(super) const fn new(jobs: Jobs) -> Self {
        Self { jobs, index: None, import: None, export: None, preview: None, step: None, since: None, check: None, backup: None }
    }

    /// Builds the search index anew; one that is being built is dropped.
    pub(super) fn index(&mut self, book: &mut Book) {
        self.index = Some(book.index_job(self.jobs));
    }

    /// Imports, or rehearses.
    pub(super) fn import(&mut self, book: &mut Book, options: ImportOptions) {
        self.since = Some(Instant::now());
        self.import = Some((book.import_job(options.clone(), self.jobs), options));
    }

    /// Exports.
    pub(super) fn export(&mut self, book: &mut Book, options: &ExportOptions, to: PathBuf) -> Result<()> {
        self.since = Some(Instant::now());
        self.export = Some((book.export_job(options, &to, self.jobs)?, to));
        Ok(())
    }

    /// Looks what an export would write; an earlier look is dropped.
    pub(super) fn preview(&mut self, book: &mut Book, options: &ExportOptions) -> Result<()> {
        self.preview = None;
        self.preview = Some((book.export_preview(options, self.jobs)?, options.format.clone()));
        Ok(())
    }

    /// Takes a step about so many people or rows.
    pub(super) fn step(&mut self, book: &mut Book, step: Step, size: u64) {
        self.since = Some(Instant::now());
        self.step = Some((book.step_job(step.clone(), size, self.jobs), step));
    }

    /// Checks the file.
    pub(super) fn check(&mut self, book: &Book) {
        self.check = Some(book.check_job(self.jobs));
    }

    /// Makes the backup that is due.
    pub(super) fn backup(&mut self, book: &Book) {
        self.backup = Some(book.backup_job(self.jobs));
    }

    /// Whether something is under way.
    #[must_use]
    pub(super) const fn is_busy(&self) -> bool {
        self.index.is_some() || self.is_waited_for() || self.preview.is_some() || self.check.is_some() || self.backup.is_some()
    }

    /// Whether the lead waits for something.
    #[must_use]
    pub(super) const fn is_waited_for(&self) -> bool {
        self.import.is_some() || self.export.is_some() || self.step.is_some()
    }

    /// Stops what the lead waits for; whether there was something.
    pub(super) fn stop(&mut self) -> bool {
        // What came of it is told by the result: it may have been too late to stop.
        if let Some((job, _)) = &self.import {
            job.progress().stop();
        }
        if let Some((job, _)) = &self.export {
            job.progress().stop();
        }
        if let Some((job, _)) = &self.step {
            job.progress().stop();
        }
        self.is_waited_for()
    }

    /// How far the work is that the lead waits for: *n of m*, how quick it is, and how long it will still take.
    #[must_use]
    pub(super) fn line(&self) -> Option<String> {
        let (doing, (done, total), unit, scale) = if let Some((job, options)) = &self.import {
            let verb = if options.dry_run { "Looking through" } else { "Importing" };
            let name = options.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            (format!("{verb} {name}"), job.progress().read(), "KiB", 1024)
        } else if let Some((job, _)) = &self.export {
            ("Exporting".to_owned(), job.progress().read(), "people", 1)
        } else if let Some((job, step)) = &self.step {
            (step.doing().to_owned(), job.progress().read(), "rows", 1)
        } else {
            return None;
        };
        let elapsed = self.since.map_or(Duration::ZERO, |s| s.elapsed());
        Some(format!("{doing}: {}", pace(done / scale, total.div_ceil(scale), unit, elapsed)))
    }

    /// The next result that has come in.
    pub(super) fn poll(&mut self) -> Option<Came> {
        if let Some(result) = self.index.as_ref().and_then(Job::poll) {
            self.index = None;
            return Some(Came::Index(result));
        }
        if let Some(result) = self.import.as_ref().and_then(|(job, _)| job.poll())
            && let Some((_, options)) = self.import.take()
        {
            return Some(Came::Import(result, options));
        }
        if let Some(result) = self.export.as_ref().and_then(|(job, _)| job.poll())
            && let Some((_, path)) = self.export.take()
        {
            return Some(Came::Export(result, path));
        }
        if let Some(result) = self.preview.as_ref().and_then(|(job, _)| job.poll())
            && let Some((_, format)) = self.preview.take()
        {
            return Some(Came::Preview(result, format));
        }
        if let Some(result) = self.step.as_ref().and_then(|(job, _)| job.poll())
            && let Some((_, step)) = self.step.take()
        {
            return Some(Came::Step(result, step));
        }
        if let Some(result) = self.check.as_ref().and_then(Job::poll) {
            self.check = None;
            return Some(Came::Check(result));
        }
        if let Some(result) = self.backup.as_ref().and_then(Job::poll) {
            self.backup = None;
            return Some(Came::Backup(result));
        }
        None
    }
}

/// `1,200 of 5,000 rows · 600 a second · 7 s left`.
fn pace(done: u64, total: u64, unit: &str, elapsed: Duration) -> String {
    let of = if total > 0 { format!(" of {}", text::thousands(total.max(done))) } else { String::new() };
    let mut out = format!("{}{of} {unit}", text::thousands(done));
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    // Before a quarter of a second nothing can be said of the pace.
    if millis > 250 && done > 0 {
        let rate = done.saturating_mul(1000) / millis;
        out.push_str(&format!(" · {} a second", text::thousands(rate)));
        if total > done && rate > 0 {
            out.push_str(&format!(" · {} left", seconds((total - done).div_ceil(rate))));
        }
    }
    out
}

fn seconds(n: u64) -> String {
    if n < 120 { format!("{n} s") } else { format!("{} min", n.div_ceil(60)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_with_its_pace_and_what_is_left() {
        assert_eq!(pace(0, 5000, "rows", Duration::ZERO), "0 of 5,000 rows");
        assert_eq!(pace(1200, 5000, "rows", Duration::from_secs(2)), "1,200 of 5,000 rows · 600 a second · 7 s left");
        assert_eq!(pace(1200, 0, "people", Duration::from_secs(2)), "1,200 people · 600 a second");
        assert_eq!(pace(10, 1_000_000, "KiB", Duration::from_secs(1)), "10 of 1,000,000 KiB · 10 a second · 1667 min left");
    }
}
