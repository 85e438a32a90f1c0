//! Import and export of files: decoding, rows, columns, formats.
//!
//! Must not know the roster's file, nor which part of the program uses it.

pub(crate) mod answers;
pub(crate) mod columns;
pub(crate) mod consents;
mod decode;
pub(crate) mod dump;
pub(crate) mod foreign;
pub(crate) mod formats;
pub(crate) mod memberships;
mod output;
pub(crate) mod page;
pub(crate) mod pasted;
mod pen;
pub(crate) mod reports;
mod rows;
pub(crate) mod suppressions;

pub(crate) use decode::{Encoded, SourceFile};
pub(crate) use output::{AtomicFile, Numbered, Outlet, Single, beside};
pub(crate) use pen::{RowWriter, failed};
pub(crate) use rows::{MOST_COLUMNS, Row, Rows};

use std::path::PathBuf;

use crate::reasons::why;

/// An error while importing or exporting a file.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The operating system refused something.
    #[error("{doing} {}: {}", .path.display(), why(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The path isn't a regular file.
    #[error("{} is {what}, not a file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// The file is empty.
    #[error("{} is empty; there is nothing to import", .0.display())]
    Empty(PathBuf),
    /// A row is too long; probably a quote is never closed.
    #[error("line {line}: this row is longer than 1 MiB; is there a quote that is never closed?")]
    RowTooLong {
        /// The line where it starts.
        line: u64,
    },
    /// A row has too many columns.
    #[error("line {line}: this row has more than {MOST_COLUMNS} columns")]
    TooManyColumns {
        /// The line where it starts.
        line: u64,
    },
    /// Reading failed part of the way through.
    #[error("reading line {line}: {}", why(.source))]
    Read {
        /// The line.
        line: u64,
        /// The reason.
        source: std::io::Error,
    },
    /// Writing failed.
    #[error("writing: {}", why(.0))]
    Write(std::io::Error),
    /// No column identifies people.
    #[error("no column has names or e-mail addresses; the first line must name the columns (found: {found})")]
    NoPerson {
        /// The headers that were found.
        found: String,
    },
    /// No format has this name.
    #[error("{0}")]
    UnknownFormat(String),
    /// The file or request was refused, for the reason given.
    #[error("{0}")]
    Refused(String),
}
