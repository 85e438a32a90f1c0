//! The errors that a book returns to the screen and the command line.
//!
//! Must not know how they are shown.

use crate::domain::query::QueryError;
use crate::exchange::ExchangeError;
use crate::store::StoreError;

/// Why something couldn't be done. Each reads as one sentence for the person at the screen.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// An error of the roster's file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An error in a file that is imported or exported.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// A query that can't be read, with its text.
    #[error("{}", .error.pointed(.query))]
    Query {
        /// What was typed.
        query: String,
        /// The position, and what is wrong there.
        error: QueryError,
    },
    /// A request that can't be carried out, with the reason.
    #[error("{0}")]
    Refused(String),
}

impl BookError {
    /// Returns whether another program changed the record while its form was open.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::ChangedMeanwhile(_)))
    }

    /// Returns whether the step needs confirmation first because it would allow mail to somebody who may have refused it.
    #[must_use]
    pub const fn asks_first(&self) -> bool {
        matches!(self, Self::Store(StoreError::AsksFirst { .. }))
    }

    /// Returns whether the work was stopped on request.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        matches!(self, Self::Store(StoreError::Stopped))
    }
}
