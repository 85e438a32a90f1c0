//! The file's tables, described once: what journal, refreshing, history, merging, forgetting and check know of a table stands here.
//!
//! Adding a table: its statements in [`SCHEMA`], its description in [`TABLES`], and a step of migration. Nothing else names it but what
//! reads and writes it. Must not know what is done with the rows.

mod statements;
mod tables;
#[cfg(test)]
mod tests;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value};

pub(crate) use statements::{APPLICATION_ID, LATE_INDEXES, SCHEMA, VERSION, statement};
pub(crate) use tables::*;

/// A table as everything but its own readers and writers knows it.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name in the file, which is also the journal's `entity`.
    pub name: &'static str,
    /// What a row is called in a sentence.
    pub noun: &'static str,
    /// What makes a row the same row in another copy of the roster.
    pub identity: Identity,
    /// Which person a row is about.
    pub about: About,
    /// The table and the column by which its rows are edited in another row's form: to write one is to write that.
    pub part_of: Option<(&'static str, &'static str)>,
    /// What is to be read again when a row was written.
    pub refreshes: &'static [Refresh],
    /// Its columns but for `id` and `op`, in the order in which they are bound.
    pub columns: &'static [Column],
}

/// What makes a row the same row in another copy of the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Its column `uuid`.
    Uuid,
    /// These columns; references among them by the identity of what they refer to.
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
    /// Whoever has the address whose key is in this column.
    Holder(&'static str),
}

/// What a screen reads again after a row was written, beside the person whom it is about.
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

/// How two copies of a cell become one when rosters are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    /// The row's identity: never differs.
    Identity,
    /// One value, taken whole.
    Value,
    /// A set of values separated by `;`: one register an element.
    Set,
    /// A JSON object: one register a key.
    Map,
    /// One value together with all columns of the same number: taken from the same side.
    Group(u8),
    /// The row of another table, by its identity; and what becomes of this row when that one goes.
    Reference(&'static str, Gone),
    /// Worked out from other columns: never merged.
    Derived,
    /// The place among rows of the same kind: by it, then by identity.
    Order,
    /// Of this file alone.
    Local,
}

/// What becomes of a row when the row that it refers to is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    /// It goes too.
    RowToo,
    /// It stays, and refers to nothing.
    Emptied,
}

/// Whose data a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Nothing about anybody.
    Facts,
    /// Personal data of the person whom the row is about: emptied when they are forgotten.
    Personal,
    /// Words of somebody's own, in which anybody may be named.
    FreeText,
}

/// The words of a closed list, in their order.
pub(crate) type WordList = fn() -> Vec<&'static str>;

/// A column.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its name.
    pub name: &'static str,
    /// How two copies of a cell become one.
    pub merge: Merge,
    /// Whose data it holds: what is emptied when somebody is forgotten.
    #[cfg_attr(not(test), expect(dead_code, reason = "described with the table; forgetting will walk it"))]
    pub holds: Holds,
    /// What a row has that was kept before there was this column.
    pub default: Fallback,
    /// The words that it may have, if they are a closed list. Of a [`Merge::Set`], each element is one.
    pub words: Option<WordList>,
    /// Whether a word may be missing.
    pub may_be_empty: bool,
}

/// A value that stands in for one that isn't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// None.
    Null,
    /// The empty text.
    Empty,
    /// A number.
    Number(i64),
}

impl Fallback {
    /// The value as SQLite takes it.
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
    /// Its columns' names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.columns.iter().map(|c| c.name)
    }

    /// Where the column of this name stands.
    #[must_use]
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// Whether rows are never removed: what holds of them is said by their columns, so that the journal keeps these together.
    #[must_use]
    pub(crate) fn is_lasting(&self) -> bool {
        *self == SUPPRESSION
    }

    /// The column by which a row is called, if it has a name of its own.
    #[must_use]
    pub(crate) fn title(&self) -> Option<&'static str> {
        self.names().find(|name| matches!(*name, "name" | "title"))
    }

    /// The columns that refer to rows of other tables, with the table's name and what becomes of the row when that goes.
    pub(crate) fn references(&self) -> impl Iterator<Item = (&'static str, &'static str, Gone)> + use<> {
        self.columns.iter().filter_map(|c| match c.merge {
            Merge::Reference(to, gone) => Some((c.name, to, gone)),
            _ => None,
        })
    }

    /// The columns of any table that refer to this one.
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

/// The table of this name.
#[must_use]
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|t| t.name == name)
}
