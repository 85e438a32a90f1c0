//! Describes the file's tables in one place, for journal, refresh, history, merging, forgetting and check.
//!
//! To add a table: its statements in [`SCHEMA`], its description in [`TABLES`], and a migration step. Otherwise only the code that reads
//! and writes it names it. Must not know what is done with the rows.

mod statements;
mod tables;
#[cfg(test)]
mod tests;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value};

pub(crate) use statements::{APPLICATION_ID, LATE_INDEXES, SCHEMA, VERSION, statement};
pub(crate) use tables::*;

/// A table, as described to everything but its own readers and writers.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name in the file, which is also the journal's `entity`.
    pub name: &'static str,
    /// The noun for a row in a sentence.
    pub noun: &'static str,
    /// What identifies a row across copies of the roster.
    pub identity: Identity,
    /// Which person a row is about.
    pub about: About,
    /// The table and column of the row in whose form its rows are edited; writing one counts as writing that row.
    pub part_of: Option<(&'static str, &'static str)>,
    /// What has to be refreshed after a row was written.
    pub refreshes: &'static [Refresh],
    /// Its columns without `id` and `op`, in binding order.
    pub columns: &'static [Column],
}

/// What identifies a row across copies of the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Its column `uuid`.
    Uuid,
    /// These columns; a reference counts by the identity of the row that it refers to.
    Natural(&'static [&'static str]),
}

/// Which person a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// No one person.
    Nobody,
    /// The row is a person.
    Itself,
    /// The person whose id is in this column.
    Person(&'static str),
    /// The person who has the address whose key is in this column.
    Holder(&'static str),
}

/// What a screen refreshes after a row was written, apart from the person it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// Communities, or what belongs to them.
    Communities,
    /// Who is in which community.
    Members,
    /// Meetups, or attendance.
    Meetups,
    /// Organisations, disciplines, fields, tags.
    Words,
    /// Saved views.
    Views,
    /// Who may be mailed.
    Mail,
}

/// How two copies of a cell are merged when rosters are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    /// The row's identity: never differs.
    Identity,
    /// One value, taken whole.
    Value,
    /// A set of values separated by `;`, with one register for each element.
    Set,
    /// A JSON object, with one register for each key.
    Map,
    /// One value, taken from the same side as all columns with the same number.
    Group(u8),
    /// A reference to a row of another table, by its identity, and what becomes of this row when that one is removed.
    Reference(&'static str, Gone),
    /// Derived from other columns; never merged.
    Derived,
    /// The position among rows of the same kind; ties are broken by identity.
    Order,
    /// Belongs to this file only; never merged.
    Local,
}

/// What becomes of a row when the row that it refers to is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It is removed, too.
    RowToo,
    /// It stays, and its reference is emptied.
    Emptied,
}

/// The kind of data in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Not personal data.
    Facts,
    /// Personal data of the person that the row is about; emptied when they are forgotten.
    Personal,
    /// Free text, which may name anybody.
    FreeText,
}

/// The words of a closed list, in order.
pub(crate) type WordList = fn() -> Vec<&'static str>;

/// A column.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its name.
    pub name: &'static str,
    /// How two copies of a cell are merged.
    pub merge: Merge,
    /// The kind of data, which decides what is emptied when a person is forgotten.
    #[cfg_attr(not(test), expect(dead_code, reason = "described with the table; forgetting will walk it"))]
    pub holds: Holds,
    /// The value for rows from before the column existed.
    pub default: Fallback,
    /// The allowed words, if the list is closed. In a [`Merge::Set`], they apply to each element.
    pub words: Option<WordList>,
    /// Whether the word may be missing.
    pub may_be_empty: bool,
}

/// A default for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// NULL.
    Null,
    /// The empty text.
    Empty,
    /// A number.
    Number(i64),
}

impl Fallback {
    /// Returns the value for SQLite.
    #[must_use]
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Empty => Value::Text(String::new()),
            Self::Number(n) => Value::Integer(n),
        }
    }
}

impl ToSql for Fallback {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(self.value()))
    }
}

impl Table {
    /// Returns its columns' names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.columns.iter().map(|c| c.name)
    }

    /// Returns the index of a column.
    #[must_use]
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// Returns whether its rows are never removed. Their columns decide what is in force, so the journal always records these together.
    #[must_use]
    pub(crate) fn is_lasting(&self) -> bool {
        *self == SUPPRESSION
    }

    /// Returns the column with a row's name, if it has one.
    #[must_use]
    pub(crate) fn title(&self) -> Option<&'static str> {
        self.names().find(|name| matches!(*name, "name" | "title"))
    }

    /// Returns the columns that refer to other tables, with the table and what becomes of the row when its target is removed.
    pub(crate) fn references(&self) -> impl Iterator<Item = (&'static str, &'static str, Gone)> + use<> {
        self.columns.iter().filter_map(|c| match c.merge {
            Merge::Reference(to, gone) => Some((c.name, to, gone)),
            _ => None,
        })
    }

    /// Returns the columns of any table that refer to this one.
    pub(crate) fn referred_by(&self) -> impl Iterator<Item = (&'static Self, &'static str, Gone)> + use<> {
        let name = self.name;
        TABLES
            .iter()
            .flat_map(move |t| t.references().filter(move |(_, to, _)| *to == name).map(move |(column, _, gone)| (*t, column, gone)))
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Returns the table with this name.
#[must_use]
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|t| t.name == name)
}
