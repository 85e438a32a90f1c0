//! Work under way on other threads: at most one of each kind.
//!
//! Must not know what is done with the results.

use std::path::PathBuf;

use crate::book::{Book, BookError, ExportOptions, ExportSummary, ImportOptions, ImportReport, Job, Jobs};
use crate::domain::text;
use crate::search::Index;

type Result<T> = std::result::Result<T, BookError>;

/// What is under way.
pub struct Work {
    jobs: Jobs,
    index: Option<Job<Result<Option<Index>>>>,
    import: Option<(Job<Result<ImportReport>>, ImportOptions)>,
    export: Option<(Job<Result<ExportSummary>>, PathBuf)>,
    check: Option<Job<Result<Vec<String>>>>,
    backup: Option<Job<Result<Option<PathBuf>>>>,
}

/// A result that came in; `None` inside means that the work broke down.
pub enum Came {
    /// The search index.
    Index(Option<Result<Option<Index>>>),
    /// An import or its rehearsal.
    Import(Option<Result<ImportReport>>, ImportOptions),
    /// An export.
    Export(Option<Result<ExportSummary>>, PathBuf),
    /// A check of the file.
    Check(Option<Result<Vec<String>>>),
    /// The backup that was due.
    Backup(Option<Result<Option<PathBuf>>>),
}

impl Work {
    /// Nothing under way.
    #[must_use]
    pub const fn new(jobs: Jobs) -> Self {
        Self { jobs, index: None, import: None, export: None, check: None, backup: None }
    }

    /// Builds the search index anew; one that is being built is dropped.
    pub fn index(&mut self, book: &mut Book) {
        self.index = Some(book.index_job(self.jobs));
    }

    /// Imports, or rehearses.
    pub fn import(&mut self, book: &Book, options: ImportOptions) {
        self.import = Some((book.import_job(options.clone(), self.jobs), options));
    }

    /// Exports.
    pub fn export(&mut self, book: &mut Book, options: &ExportOptions, to: PathBuf) -> Result<()> {
        self.export = Some((book.export_job(options, &to, self.jobs)?, to));
        Ok(())
    }

    /// Checks the file.
    pub fn check(&mut self, book: &Book) {
        self.check = Some(book.check_job(self.jobs));
    }

    /// Makes the backup that is due.
    pub fn backup(&mut self, book: &Book) {
        self.backup = Some(book.backup_job(self.jobs));
    }

    /// Whether something is under way.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.index.is_some() || self.import.is_some() || self.export.is_some() || self.check.is_some() || self.backup.is_some()
    }

    /// Whether the lead waits for something.
    #[must_use]
    pub const fn is_waited_for(&self) -> bool {
        self.import.is_some() || self.export.is_some()
    }

    /// Stops what the lead waits for; whether there was something.
    pub fn stop(&mut self) -> bool {
        // What came of it is told by the result: it may have been too late to stop.
        if let Some((job, _)) = &self.import {
            job.progress().stop();
        }
        if let Some((job, _)) = &self.export {
            job.progress().stop();
        }
        self.is_waited_for()
    }

    /// How far the work is that the lead waits for: *n of m*.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let kib = |n: u64| text::thousands(n / 1024);
        if let Some((job, options)) = &self.import {
            let (done, total) = job.progress().read();
            let verb = if options.dry_run { "Looking through" } else { "Importing" };
            let name = options.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            return Some(format!("{verb} {name}: {} of {} KiB", kib(done), kib(total)));
        }
        if let Some((job, _)) = &self.export {
            let (done, total) = job.progress().read();
            let of = if total > 0 { format!(" of {}", text::thousands(total)) } else { String::new() };
            return Some(format!("Exporting: {}{of} people", text::thousands(done)));
        }
        None
    }

    /// The next result that has come in.
    pub fn poll(&mut self) -> Option<Came> {
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
