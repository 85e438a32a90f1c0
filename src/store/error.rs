//! What can go wrong with the file; each error is one sentence that says what to do.
//!
//! Must not know who reads it.

use std::path::{Path, PathBuf};

use crate::reasons::why;

/// Why the file can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file has this name.
    #[error("there is no roster at {}; start one with `guildhall {}`, or name another with --file", .0.display(), .0.display())]
    Absent(PathBuf),
    /// The folder of a file to be written doesn't exist.
    #[error("the folder of {} does not exist; make it first, or write somewhere else", .0.display())]
    NoFolder(PathBuf),
    /// A file already exists where a new one was to be made.
    #[error("{} already exists; it was not changed", .0.display())]
    Exists(PathBuf),
    /// The file is empty.
    #[error("{} is empty, so it isn't a roster; if nothing is missing, delete it and start again", .0.display())]
    Empty(PathBuf),
    /// The path names a folder, a pipe or a device.
    #[error("{} is {what}, not a file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file has several hard links, so SQLite could miss its journal.
    #[error("{} has a second name (a hard link), which is unsafe for a database; copy it to a name of its own", .0.display())]
    Linked(PathBuf),
    /// Not a SQLite file.
    #[error("{} is not a Guildhall roster (it isn't a SQLite database); it was not changed", .0.display())]
    NotADatabase(PathBuf),
    /// A SQLite file of another program.
    #[error("{} belongs to another program; it was not changed", .0.display())]
    Foreign(PathBuf),
    /// A roster from a newer version.
    #[error("{} was written by a newer Guildhall (its format is {found}, this program knows {known}); update Guildhall, nothing was changed", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// Our version.
        known: i32,
    },
    /// The schema is no longer ours.
    #[error("{} has been altered: {what}. Guildhall does not open a roster whose tables are not its own; a backup may help", .path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// SQLite reports that the file is damaged.
    #[error("{} is damaged ({what}). Keep it aside, and open the newest backup in {}", .path.display(), .backups.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first problem that SQLite found.
        what: String,
        /// The folder of our backups.
        backups: PathBuf,
    },
    /// The file or its folder can't be written.
    #[error("{} can't be written ({why}); it is open read-only", .path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// Another program has locked the file.
    #[error("another program is writing to the roster; nothing was changed, try again in a moment")]
    Busy,
    /// The disk is full.
    #[error("the disk is full; nothing was changed, make room and try again")]
    Full,
    /// A row has changed since the step to be undone.
    #[error("{what} has been changed since, so \u{201c}{label}\u{201d} can't be undone; nothing was changed")]
    ChangedSince {
        /// The row, in words.
        what: String,
        /// The step's label.
        label: String,
    },
    /// A row was changed while its form was open.
    #[error("another program changed {0} while you were editing; nothing was saved")]
    ChangedMeanwhile(String),
    /// The step would end a suppression or withdrawal, or grant consent, which needs confirmation.
    #[error("to {doing} \u{201c}{label}\u{201d} would allow mail to somebody who may have said no; nothing was changed")]
    AsksFirst {
        /// Undo or redo.
        doing: &'static str,
        /// The step's label.
        label: String,
    },
    /// There is nothing to undo or redo.
    #[error("there is nothing to {0}")]
    Nothing(&'static str),
    /// The caller's request can't be met.
    #[error("{0}")]
    Refused(String),
    /// The step was stopped on request; nothing was written.
    #[error("stopped; nothing was changed")]
    Stopped,
    /// The operating system refused something.
    #[error("{doing} {}: {}", .path.display(), why(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// SQLite refused something.
    #[error("the roster could not be used: {0}")]
    Sql(rusqlite::Error),
}

impl StoreError {
    /// Returns an operating-system error while `doing` something to `path`.
    pub fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::StorageFull {
            return Self::Full;
        }
        Self::Io { doing, path: path.to_owned(), source }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        match e.sqlite_error_code() {
            Some(C::DatabaseBusy | C::DatabaseLocked) => Self::Busy,
            Some(C::DiskFull) => Self::Full,
            Some(C::OperationInterrupted) => Self::Stopped,
            _ => Self::Sql(e),
        }
    }
}
