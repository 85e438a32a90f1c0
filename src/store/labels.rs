//! Words a step's label when it is read: looks names up in the rows, or in the journal's images of removed rows.
//!
//! Must not know how a history is shown.

use rusqlite::OptionalExtension;

use super::schema::{self, SUPPRESSION, Table};
use super::{Reader, StoreError};
use crate::domain::label::{Label, Subject, Verb};

/// Formats bytes as the journal and labels store them: two hexadecimal digits each.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Returns the UUID by which labels refer to a row; `None` if the row is gone.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn uuid_of(conn: Reader<'_>, table: &Table, id: i64) -> Result<Option<String>, StoreError> {
    let sql = format!("SELECT uuid FROM {} WHERE id=?1", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([id], |r| Ok(hex(r.get_ref(0)?.as_blob()?))).optional()?)
}

/// How many nested steps of going back a label names.
const NESTED: u8 = 3;

/// Returns a step's label in words.
pub(super) fn words(conn: Reader<'_>, op: i64, label: Label) -> String {
    words_within(conn, op, label, NESTED)
}

fn words_within(conn: Reader<'_>, op: i64, mut label: Label, depth: u8) -> String {
    if matches!(label.verb, Verb::BackTo | Verb::BackToUndone | Verb::BackToRedone) {
        let target = if depth == 0 { None } else { target_of(conn, &label.what).ok().flatten() };
        label.what = target.map_or_else(|| "an earlier step".to_owned(), |(op, label)| words_within(conn, op, label, depth - 1));
    }
    if matches!(label.verb, Verb::Suppress | Verb::Allow) && label.n == 1 && label.what.is_empty() {
        label.what = address_of(conn, op).ok().flatten().unwrap_or_default();
    }
    label.words(&|subject| name(conn, subject).ok().flatten())
}

/// Returns the name of a row, or the last name of a removed one.
fn name(conn: Reader<'_>, (table, uuid): &Subject) -> Result<Option<String>, StoreError> {
    let Some((table, title)) = schema::table(table).and_then(|t| Some((t, t.title()?))) else { return Ok(None) };
    let sql = match second_name(table) {
        Some(other) => format!("SELECT coalesce(nullif({title},''), {other}) FROM {} WHERE uuid=unhex(?1)", table.name),
        None => format!("SELECT {title} FROM {} WHERE uuid=unhex(?1)", table.name),
    };
    let found: Option<String> = conn.prepare_cached(&sql)?.query_row([uuid], |r| r.get(0)).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    let other = second_name(table).unwrap_or(title);
    let sql = "SELECT coalesce(nullif(json_extract(before, '$.'||?3),''), json_extract(before, '$.'||?4)) FROM op_change \
               WHERE entity=?1 AND CASE WHEN json_valid(before) THEN json_extract(before, '$.uuid[0]') END=?2 \
               AND before IS NOT NULL AND after IS NULL ORDER BY op DESC LIMIT 1";
    Ok(conn.prepare_cached(sql)?.query_row((table.name, uuid, title, other), |r| r.get(0)).optional()?.flatten())
}

/// Returns the column that replaces a missing name: a person without a name is called by their address.
fn second_name(table: &Table) -> Option<&'static str> {
    table.names().find(|name| *name == "email")
}

/// Returns the step with this action id, to which another step went back.
fn target_of(conn: Reader<'_>, action: &str) -> Result<Option<(i64, Label)>, StoreError> {
    let sql = "SELECT id, label FROM op WHERE action_id=unhex(?1)";
    Ok(conn.prepare_cached(sql)?.query_row([action], |r| Ok((r.get(0)?, Label::read(&r.get::<_, String>(1)?)))).optional()?)
}

/// Returns the address of the first suppression that a step wrote.
fn address_of(conn: Reader<'_>, op: i64) -> Result<Option<String>, StoreError> {
    let sql =
        "SELECT s.address_key FROM op_change c JOIN suppression s ON s.id=c.last_id WHERE c.op=?1 AND c.entity=?2 ORDER BY c.seq LIMIT 1";
    let key: Option<String> = conn.prepare_cached(sql)?.query_row((op, SUPPRESSION.name), |r| r.get(0)).optional()?;
    // For a pair of addresses marked as different people's, the mail is about the first one.
    Ok(key.map(|key| key.split_once(' ').map_or(key.clone(), |(first, _)| first.to_owned())))
}
