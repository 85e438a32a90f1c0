//! Public pages in Markdown: what they say of communities, and where, to the byte.
//!
//! Two layouts are known, alone or mixed: tables (job family, disciplines, head) and sections (heading, audience, join link,
//! rule). Must not know the roster.

mod links;
mod read;
mod structure;
mod write;

use std::ops::Range;

pub(crate) use read::{Hints, LARGEST_PAGE, read};
pub use write::Layout;
pub(crate) use write::{Edits, apply, fresh};

use crate::domain::community::RuleFacts;
use crate::domain::directory::{Printed, same_name};

/// A page and what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The text, byte for byte.
    pub text: String,
    /// The communities, in their order.
    pub entries: Vec<Entry>,
    /// The columns of each table of communities.
    pub tables: Vec<Vec<Column>>,
    /// Who may join any of them, as printed before the first.
    pub rules: Vec<(RuleFacts, Range<usize>)>,
    /// What could not be read as one would expect: the line and what it is.
    pub notes: Vec<(u64, String)>,
    /// Links whose words name an address or link that is not where they go: the line, the words, the target.
    pub misleading: Vec<(u64, String, String)>,
    /// Text that was damaged by a wrong encoding: the line, the word, what it most probably was.
    pub damaged: Vec<(u64, String, String)>,
}

/// A community on a page: what it says, and where each part stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What is said.
    pub printed: Printed,
    /// The row, or the section with its heading.
    pub range: Range<usize>,
    /// The line, counted from 1.
    pub line: u64,
    /// Which table it is a row of, counted from 0; `None` for a section.
    pub table: Option<usize>,
    /// Where each part stands; an empty range is where it would.
    pub places: Places,
}

impl Entry {
    /// Whether it is an item of a list: its name, or a link whose words are the name.
    #[must_use]
    pub(crate) const fn is_item(&self) -> bool {
        self.table.is_none() && self.places.name.is_none()
    }
}

/// Where the parts of an entry stand in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The name.
    pub name: Option<Range<usize>>,
    /// The job family.
    pub family: Option<Range<usize>>,
    /// The disciplines.
    pub disciplines: Option<Range<usize>>,
    /// For whom it is and what for.
    pub purpose: Option<Range<usize>>,
    /// The seats.
    pub seats: Option<Range<usize>>,
    /// Each of the ways to join.
    pub routes: Vec<Range<usize>>,
    /// Each of the rules who may join: the words, without the brackets around them.
    pub rules: Vec<Range<usize>>,
    /// Those who run it, where that is others.
    pub runner: Option<Range<usize>>,
}

/// What a column of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The name of the community.
    Name,
    /// The job family.
    Family,
    /// The disciplines.
    Disciplines,
    /// What it is for.
    Purpose,
    /// Its seats.
    Seats,
    /// How one joins.
    Routes,
    /// Who may.
    Rules,
    /// Something that is kept and not read.
    Other,
}

impl Page {
    /// The other entry that tells of the same community: a row of a table, for a section of its own, and the other way round.
    #[must_use]
    pub(crate) fn twin(&self, at: usize) -> Option<usize> {
        let entry = &self.entries[at];
        let is_twin = |other: &Entry| other.table.is_some() != entry.table.is_some() && same_name(&other.printed, &entry.printed);
        self.entries.iter().position(is_twin)
    }
}

/// The e-mail suffix that the words of a rule name; empty if they name none.
#[must_use]
pub(crate) fn suffix_in(words: &str) -> String {
    links::rule(words).suffix
}

/// The line of a place in a text, counted from 1.
#[must_use]
pub(crate) fn line_of(text: &str, at: usize) -> u64 {
    1 + memchr::memchr_iter(b'\n', text.as_bytes().get(..at).unwrap_or_default()).count() as u64
}
