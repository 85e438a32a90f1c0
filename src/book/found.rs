//! The result of a search.
//!
//! Must not know what was searched, or for what.

use chrono::NaiveDate;

use crate::domain::query::{Expr, Plan};

/// The result of a search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found<Id> {
    /// The hits, in order.
    pub ids: Vec<Id>,
    /// The folded words to highlight.
    pub words: Vec<String>,
    /// A spelling that would find somebody.
    pub did_you_mean: Option<String>,
}

/// Returns the folded words of a query that every hit contains.
pub(super) fn words(expr: &Expr, today: NaiveDate) -> Vec<String> {
    Plan::new(expr, today, true).words().into_iter().map(str::to_owned).collect()
}
