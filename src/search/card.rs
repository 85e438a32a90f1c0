//! A card: a community or an organisation in the form that a query is tested against.
//!
//! There are few of these, so they are built for each search. Must not know who searches.

use crate::domain::query::{Key, MembershipTest, Subject};
use crate::domain::{address, text};

/// A small subject of a query: fields with folded texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Card {
    fields: Vec<(Key, String)>,
}

impl Card {
    /// Adds a text field. A key can have several values; each is searched.
    #[must_use]
    pub(crate) fn with(mut self, key: Key, value: &str) -> Self {
        self.fields.push((key, text::fold(value)));
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
            Key::Status | Key::Stage | Key::RunBy => self.texts(key).any(|t| t.starts_with(needle)),
            Key::Seat if needle == "vacant" => self.texts(key).any(|t| t.contains("person tbc")),
            _ => self.texts(key).any(|t| t.contains(needle)),
        }
    }

    fn lacks(&self, key: &Key) -> bool {
        self.texts(key).all(str::is_empty)
    }

    fn day(&self, _: &Key) -> Option<i32> {
        None
    }

    fn count(&self, _: &Key) -> u32 {
        0
    }

    fn membership(&self, _: &MembershipTest) -> bool {
        false
    }
}
