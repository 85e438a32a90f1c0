//! What a face of the book may be told has gone wrong.
//!
//! Must not know how it is shown.

use crate::domain::query::QueryError;
use crate::exchange::ExchangeError;
use crate::store::StoreError;

/// Why something could not be done. Each reads as one sentence for the person at the keyboard.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file in or out.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The query, with the query itself.
    #[error("{}", .error.pointed(.query))]
    Query {
        /// What was typed.
        query: String,
        /// Where and what.
        error: QueryError,
    },
    /// What was asked for can't be.
    #[error("{0}")]
    Refused(String),
}

impl BookError {
    /// Whether the thing was changed by somebody else while its form was open.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::ChangedMeanwhile(_)))
    }

    /// Whether the step has to be confirmed first: it would let somebody be mailed who may have said no.
    #[must_use]
    pub const fn asks_first(&self) -> bool {
        matches!(self, Self::Store(StoreError::AsksFirst { .. }))
    }

    /// Whether the work was stopped on request.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        matches!(self, Self::Store(StoreError::Stopped))
    }
}
