//! Everybody's records in one arena, with what is known of each: what orders are made of and queries are answered from.
//!
//! Must not know in which order people stand, nor what is asked.

use std::collections::HashMap;

use super::record::{Entry, Field, short, write};
use crate::domain::listed::Listed;
use crate::domain::words::{MembershipStatus, Source};

/// A membership. Its words are places in [`Everybody::statuses`] and [`Everybody::sources`]: a byte each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub community: u32,
    status: u8,
    source: u8,
}

/// The place of a word among those met so far. Of more than a list has, with hundreds that aren't recognised, the last few share one.
fn code<T: PartialEq>(met: &mut Vec<T>, word: T) -> u8 {
    let at = met.iter().position(|m| *m == word).unwrap_or_else(|| {
        if met.len() <= usize::from(u8::MAX) {
            met.push(word);
        }
        met.len() - 1
    });
    u8::try_from(at).unwrap_or(u8::MAX)
}

/// Everybody, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    pub arena: String,
    pub entries: Vec<Entry>,
    places: Vec<Place>,
    statuses: Vec<MembershipStatus>,
    sources: Vec<Source>,
    /// The communities' folded names.
    pub communities: HashMap<u32, String>,
    /// Who came to the meetups that a folded needle means, ascending.
    pub attendees: HashMap<String, Vec<u32>>,
    /// Of whom a needle of `eligible:` or `exception:` holds, ascending.
    pub judged: HashMap<String, Vec<u32>>,
    /// Those who may be mailed, ascending.
    pub mailable: Vec<u32>,
}

impl Everybody {
    /// Adds somebody at the end.
    pub(super) fn push(&mut self, p: &Listed<'_>) {
        let start = short(i64::try_from(self.arena.len()).unwrap_or(i64::MAX));
        let places = short(i64::try_from(self.places.len()).unwrap_or(i64::MAX));
        write(&mut self.arena, p);
        for m in p.memberships {
            let status = code(&mut self.statuses, m.facts.status);
            let source = code(&mut self.sources, m.facts.source);
            self.places.push(Place { community: short(m.community.0), status, source });
        }
        self.entries.push(Entry::new(p, start, places));
    }

    /// Where an entry's record ends.
    pub(super) fn end(&self, at: usize) -> usize {
        self.entries.get(at + 1).map_or(self.arena.len(), |e| e.start as usize)
    }

    pub(super) fn record(&self, at: usize) -> Record<'_> {
        let entry = &self.entries[at];
        Record { all: self, entry, text: &self.arena[entry.start as usize..self.end(at)] }
    }

    pub(super) fn status_of(&self, place: &Place) -> MembershipStatus {
        self.statuses[usize::from(place.status)]
    }

    pub(super) fn source_of(&self, place: &Place) -> Source {
        self.sources[usize::from(place.source)]
    }

    pub(super) fn places_of(&self, entry: &Entry) -> &[Place] {
        let from = entry.places as usize;
        &self.places[from..from + usize::from(entry.place_count)]
    }
}

/// A person among everybody.
pub(super) struct Record<'a> {
    pub all: &'a Everybody,
    pub entry: &'a Entry,
    pub text: &'a str,
}

impl<'a> Record<'a> {
    /// What it says in a field.
    pub(super) fn field(&self, wanted: Field) -> &'a str {
        wanted.of(self.text)
    }
}
