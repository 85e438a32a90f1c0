//! Helpers shared by the forms: a word chosen from a list, and the error for something that no longer exists.
//!
//! Must not know which form uses it.

use crate::book::BookError;
use crate::domain::words::Stored;

/// Returns the word that was chosen from a list. An unchanged field keeps its word, even one that isn't recognised.
pub(super) fn chosen_word<T: Stored>(typed: &str, was: T, parse: impl Fn(&str) -> Option<T>) -> T {
    if typed == was.text() { was } else { parse(typed).unwrap_or(was) }
}

/// Returns the word that was chosen, as [`chosen_word`] does; the choice may also be empty.
pub(super) fn chosen_word_or_none<T: Stored>(typed: &str, was: Option<T>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    was.filter(|w| typed == w.text()).or_else(|| parse(typed))
}

pub(super) fn gone(what: &str) -> BookError {
    BookError::Refused(format!("{what} is gone; another program has removed it"))
}
