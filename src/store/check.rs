//! Checks the rows for values that this program doesn't know, which SQLite's own check can't find.
//!
//! Must not know what a value decides.

use super::schema::{Column, Merge, TABLES, Table, WordList};
use super::{Reader, StoreError, lookup};
use crate::domain::text;

/// Returns one sentence for each row with an unknown word: the row, the word, and the words that are allowed.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn unrecognised(conn: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let mut out = Vec::new();
    for table in TABLES {
        for column in table.columns {
            if let Some(words) = column.words {
                unknown_words(conn, table, column, words, &mut out)?;
            }
        }
    }
    Ok(out)
}

fn unknown_words(conn: Reader<'_>, table: &Table, column: &Column, words: WordList, out: &mut Vec<String>) -> Result<(), StoreError> {
    let known = words();
    let list = known.iter().map(|w| format!("'{}'", w.replace('\'', "''"))).collect::<Vec<_>>().join(",");
    let sql = format!("SELECT id, CAST({0} AS BLOB) FROM {1} WHERE {0} NOT IN ({list}) ORDER BY id", column.name, table.name);
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cell: Vec<u8> = row.get(1)?;
        let cell = String::from_utf8_lossy(&cell);
        let id: i64 = row.get(0)?;
        let parts: Vec<&str> = if column.merge == Merge::Set { cell.split(';').collect() } else { vec![&*cell] };
        for bad in parts.into_iter().filter(|p| !(known.contains(p) || p.is_empty() && column.may_be_empty)) {
            out.push(format!(
                "{} (row {id}): the {} “{}” isn't one that this program knows, so it counts as none of {}",
                lookup::describe(conn, table, id),
                column.name.replace('_', " "),
                text::clip(&text::safe(bad), 60),
                known.join(", ")
            ));
        }
    }
    Ok(())
}
