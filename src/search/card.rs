//! A card: a community, a meetup or an organisation, as a query sees it.
//!
//! There are few of these, so they are made when they are asked about. Must not know who asks.

use chrono::{Datelike, NaiveDate};

use crate::domain::query::{Key, MembershipTest, Subject};
use crate::domain::{address, text};

/// Something small that a query can be asked about: fields with folded texts, at most one date, a count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Card {
    fields: Vec<(Key, String)>,
    day: Option<(Key, i32)>,
    count: u32,
}

impl Card {
    /// Adds a text field. Several of one key are looked through one after the other.
    #[must_use]
    pub(crate) fn with(mut self, key: Key, value: &str) -> Self {
        self.fields.push((key, text::fold(value)));
        self
    }

    /// Sets the date.
    #[must_use]
    pub(crate) fn on(mut self, key: Key, date: NaiveDate) -> Self {
        self.day = Some((key, date.num_days_from_ce()));
        self
    }

    /// Sets the count.
    #[must_use]
    pub(crate) fn counting(mut self, count: u64) -> Self {
        self.count = u32::try_from(count).unwrap_or(u32::MAX);
        self
    }

    fn texts<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(k, _)| k == key).map(|(_, t)| t.as_str())
    }
}

impl Subject for Card {
    fn anywhere(&self, needle: &str) -> bool {
        self.fields.iter().any(|(_, t)| t.contains(needle))
    }

    fn has(&self, key: &Key, needle: &str) -> bool {
        match key {
            Key::Domain => self.texts(key).any(|t| address::domain_within(t, needle)),
            Key::Status | Key::Stage | Key::RunBy | Key::WriteUp => self.texts(key).any(|t| t.starts_with(needle)),
            Key::Seat if needle == "vacant" => self.texts(key).any(|t| t.contains("person tbc")),
            _ => self.texts(key).any(|t| t.contains(needle)),
        }
    }

    fn lacks(&self, key: &Key) -> bool {
        self.texts(key).all(str::is_empty)
    }

    fn day(&self, key: &Key) -> Option<i32> {
        self.day.as_ref().filter(|(k, _)| k == key).map(|(_, d)| *d)
    }

    fn count(&self, _: &Key) -> u32 {
        self.count
    }

    fn membership(&self, _: &MembershipTest) -> bool {
        false
    }
}
