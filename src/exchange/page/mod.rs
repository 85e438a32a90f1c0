//! Public pages in Markdown: what they say about communities, and the byte range of each part.
//!
//! Two layouts are known, and a page may mix them: tables (job family, disciplines, head) and sections (heading, audience, join link,
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
use crate::domain::directory::{PageEntry, same_name};

/// A page and what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The text, byte for byte.
    pub text: String,
    /// The communities, in order.
    pub entries: Vec<Entry>,
    /// The columns of each table of communities.
    pub tables: Vec<Vec<Column>>,
    /// The rules on who may join any of them, printed before the first community.
    pub rules: Vec<(RuleFacts, Range<usize>)>,
    /// What could not be read as expected: the line, and a description.
    pub notes: Vec<(u64, String)>,
    /// Links whose words are an address or link other than their target: the line, the words, the target.
    pub misleading: Vec<(u64, String, String)>,
    /// Text that was damaged by a wrong encoding: the line, the word, and what it probably was.
    pub damaged: Vec<(u64, String, String)>,
}

/// A community on a page: what it says, and where each part is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What the page says about it.
    pub printed: PageEntry,
    /// The range of the row, or of the section with its heading.
    pub range: Range<usize>,
    /// The line, counted from 1.
    pub line: u64,
    /// The index of the table that it is a row of; `None` for a section.
    pub table: Option<usize>,
    /// Where each part is. An empty range marks where a missing part would go.
    pub places: Places,
}

impl Entry {
    /// Returns whether it is a list item: a plain name, or a link whose words are the name.
    #[must_use]
    pub(crate) const fn is_item(&self) -> bool {
        self.table.is_none() && self.places.name.is_none()
    }
}

/// The ranges of the parts of an entry in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The name.
    pub name: Option<Range<usize>>,
    /// The job family.
    pub family: Option<Range<usize>>,
    /// The disciplines.
    pub disciplines: Option<Range<usize>>,
    /// The purpose and audience.
    pub purpose: Option<Range<usize>>,
    /// The seats.
    pub seats: Option<Range<usize>>,
    /// Each of the ways to join.
    pub routes: Vec<Range<usize>>,
    /// Each of the rules on who may join: the words, without the brackets around them.
    pub rules: Vec<Range<usize>>,
    /// The people or body that runs it, if that isn't us.
    pub runner: Option<Range<usize>>,
}

/// What a column of a table contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The name of the community.
    Name,
    /// The job family.
    Family,
    /// The disciplines.
    Disciplines,
    /// The purpose.
    Purpose,
    /// Its seats.
    Seats,
    /// The ways to join.
    Routes,
    /// The rules on who may join.
    Rules,
    /// Something else, which is kept and not read.
    Other,
}

impl Page {
    /// Returns the other entry for the same community: for a table row its section, and for a section its row.
    #[must_use]
    pub(crate) fn twin(&self, at: usize) -> Option<usize> {
        let entry = &self.entries[at];
        let is_twin = |other: &Entry| other.table.is_some() != entry.table.is_some() && same_name(&other.printed, &entry.printed);
        self.entries.iter().position(is_twin)
    }
}

/// Returns the e-mail suffix that the words of a rule name; empty if they name none.
#[must_use]
pub(crate) fn suffix_in(words: &str) -> String {
    links::rule(words).suffix
}

/// Returns the line of a position in a text, counted from 1.
#[must_use]
pub(crate) fn line_of(text: &str, at: usize) -> u64 {
    1 + memchr::memchr_iter(b'\n', text.as_bytes().get(..at).unwrap_or_default()).count() as u64
}
