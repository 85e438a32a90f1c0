//! The words of closed lists, read out of the file: the one place where a word that this program doesn't know becomes *unrecognised*.
//!
//! Must not know what a word decides.

use rusqlite::{Connection, Row};

use super::StoreError;
use super::journal::describe;
use super::schema::{self, Table};
use crate::domain::text;
use crate::domain::words::{
    AddressState, ChannelKind, CommunityStatus, ConsentState, Format, MeetupStatus, MembershipStatus, Outcome, Part, PersonKind, Purpose,
    RouteKind, Rsvp, RuleEffect, RunBy, SeatFunction, Source, Stage, Stored, WriteUp,
};

/// Reads a word from a column that always has one.
pub(super) fn word<T: Stored>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    Ok(T::stored(&String::from_utf8_lossy(row.get_ref(at)?.as_bytes_or_null().ok().flatten().unwrap_or_default())))
}

/// Reads a word from a column that may be empty.
pub(super) fn optional_word<T: Stored>(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<T>> {
    let bytes = row.get_ref(at)?.as_bytes_or_null().ok().flatten().unwrap_or_default();
    Ok((!bytes.is_empty()).then(|| T::stored(&String::from_utf8_lossy(bytes))))
}

/// Reads words separated by `;`.
pub(super) fn several_words<T: Stored>(cell: &str) -> Vec<T> {
    cell.split(';').filter(|w| !w.is_empty()).map(T::stored).collect()
}

/// A column that holds words of a closed list.
struct WordColumn {
    table: &'static Table,
    column: &'static str,
    /// The words, in their order.
    words: fn() -> Vec<&'static str>,
    /// Whether it may be empty, or hold several words.
    may_be_empty: bool,
}

macro_rules! word_columns {
    ($($table:ident $column:literal $list:ident $may_be_empty:literal;)+) => {
        &[$(WordColumn {
            table: &schema::$table,
            column: $column,
            words: || $list::ALL.iter().map(|w| w.word()).collect(),
            may_be_empty: $may_be_empty,
        }),+]
    };
}

/// Every column of the file that holds a word of a closed list.
static COLUMNS: &[WordColumn] = word_columns! {
    PERSON "kind" PersonKind false;
    PERSON "email_state" AddressState false;
    ADDRESS "state" AddressState false;
    MEMBERSHIP "status" MembershipStatus false;
    MEMBERSHIP "source" Source false;
    CONSENT "purpose" Purpose false;
    CONSENT "state" ConsentState false;
    COMMUNITY "run_by" RunBy false;
    COMMUNITY "status" CommunityStatus false;
    COMMUNITY "stage" Stage true;
    SEAT "function" SeatFunction true;
    JOIN_ROUTE "kind" RouteKind false;
    RULE "effect" RuleEffect false;
    CHANNEL "kind" ChannelKind false;
    MEETUP "format" Format false;
    MEETUP "status" MeetupStatus false;
    MEETUP "write_up" WriteUp false;
    ATTENDANCE "rsvp" Rsvp true;
    ATTENDANCE "outcome" Outcome false;
    ATTENDANCE "parts" Part true;
};

/// Each row with a word that this program doesn't know, in a sentence: which row, which word, and which words there are.
///
/// # Errors
/// If the file can't be read.
pub fn unrecognised(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut out = Vec::new();
    for WordColumn { table, column, words, may_be_empty } in COLUMNS {
        let known = words();
        let list = known.iter().map(|w| format!("'{}'", w.replace('\'', "''"))).collect::<Vec<_>>().join(",");
        let sql = format!("SELECT id, CAST({column} AS BLOB) FROM {} WHERE {column} NOT IN ({list}) ORDER BY id", table.name);
        let mut statement = conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let cell: Vec<u8> = row.get(1)?;
            let cell = String::from_utf8_lossy(&cell);
            let id: i64 = row.get(0)?;
            // Only the parts that somebody took are several in one cell.
            let parts: Vec<&str> = if *column == "parts" { cell.split(';').collect() } else { vec![&*cell] };
            for bad in parts.into_iter().filter(|p| !(known.contains(p) || p.is_empty() && *may_be_empty)) {
                out.push(format!(
                    "{} (row {id}): the {} “{}” isn't one that this program knows, so it counts as none of {}",
                    describe(conn, table, id),
                    column.replace('_', " "),
                    text::clip(&text::safe(bad), 60),
                    known.join(", ")
                ));
            }
        }
    }
    Ok(out)
}
