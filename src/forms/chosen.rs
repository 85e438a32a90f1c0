//! What the forms have in common: a word that was chosen from a list, and what is said where a thing is gone.
//!
//! Must not know which form asks.

use crate::book::BookError;
use crate::domain::words::Stored;

/// The word that was chosen from a list. Where the field was left alone, what was there stays, also if it isn't recognised.
pub(super) fn chosen_word<T: Stored>(typed: &str, was: T, parse: impl Fn(&str) -> Option<T>) -> T {
    if typed == was.text() { was } else { parse(typed).unwrap_or(was) }
}

/// As [`chosen_word`], where nothing may be chosen too.
pub(super) fn chosen_word_or_none<T: Stored>(typed: &str, was: Option<T>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    was.filter(|w| typed == w.text()).or_else(|| parse(typed))
}

pub(super) fn gone(what: &str) -> BookError {
    BookError::Refused(format!("{what} is gone; another program has removed it"))
}
