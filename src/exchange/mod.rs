//! Files in and out: decoding, rows, columns, formats.
//!
//! Must not know the roster's file, nor who asks for the exchange.

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
pub(crate) use pen::{Pen, failed};
pub(crate) use rows::{MOST_COLUMNS, Row, Rows};

use std::path::PathBuf;

use crate::reasons::why;

/// What can go wrong with a file on its way in or out.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The operating system refused something.
    #[error("{doing} {}: {}", .path.display(), why(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The path is no file that could be read.
    #[error("{} is {what}, not a file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// There is nothing in the file.
    #[error("{} is empty; there is nothing to import", .0.display())]
    Empty(PathBuf),
    /// A row is too long to be one.
    #[error("line {line}: this row is longer than 1 MiB; is there a quote that is never closed?")]
    RowTooLong {
        /// The line where it starts.
        line: u64,
    },
    /// A row has too many columns to be one.
    #[error("line {line}: this row has more than {MOST_COLUMNS} columns")]
    TooManyColumns {
        /// The line where it starts.
        line: u64,
    },
    /// Reading failed in the middle.
    #[error("reading line {line}: {}", why(.source))]
    Read {
        /// The line.
        line: u64,
        /// Why.
        source: std::io::Error,
    },
    /// Writing failed.
    #[error("writing: {}", why(.0))]
    Write(std::io::Error),
    /// There is no column that says who somebody is.
    #[error("no column has names or e-mail addresses; the first line must name the columns (found: {found})")]
    NoPerson {
        /// The headers that were found.
        found: String,
    },
    /// There is no format of this name.
    #[error("{0}")]
    UnknownFormat(String),
    /// The file can't be taken, in words.
    #[error("{0}")]
    Refused(String),
}
