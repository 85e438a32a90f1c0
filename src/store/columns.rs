//! Reading and writing cells: dates, date-times, words of closed lists, UUIDs, custom fields.
//!
//! Must not know which table a column is of.

use chrono::{NaiveDate, NaiveDateTime};
use rusqlite::Row;
use serde_json::{Map, Value as Json};

use crate::domain::meetup::AttendanceFacts;
use crate::domain::person::{ConsentFacts, FieldValue};
use crate::domain::words::{Part, Stored};
use crate::domain::{dates, text};

/// The format of a meetup's start in the file.
pub(super) const MOMENT: &str = "%Y-%m-%dT%H:%M";

pub(super) fn moment(row: &Row<'_>, at: usize) -> rusqlite::Result<NaiveDateTime> {
    let text: String = row.get(at)?;
    Ok(NaiveDateTime::parse_from_str(text.get(..16).unwrap_or(&text), MOMENT).unwrap_or_default())
}

/// Formats the roles at a meetup as the file stores them.
pub(super) fn write_parts(parts: &[Part]) -> String {
    parts.iter().map(|p| p.word()).collect::<Vec<_>>().join(";")
}

/// Reads RSVP, outcome and roles from three consecutive columns.
pub(super) fn attendance_facts(row: &Row<'_>, at: usize) -> rusqlite::Result<AttendanceFacts> {
    let parts: String = row.get(at + 2)?;
    Ok(AttendanceFacts { rsvp: optional_word(row, at)?, outcome: word(row, at + 1)?, parts: several_words(&parts) })
}

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

/// Returns the key by which people are sorted: the folded name, or the folded address of a person without a name.
#[must_use]
pub(super) fn name_key(name: &str, email: &str) -> String {
    text::fold(if name.is_empty() { email } else { name })
}

/// Formats custom fields as the file stores them: a JSON object in the given order, or an empty text for none.
#[must_use]
pub(super) fn write_fields(fields: &[FieldValue]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let map: Map<String, Json> = fields.iter().map(|(n, v)| (n.clone(), Json::from(v.as_str()))).collect();
    serde_json::to_string(&map).unwrap_or_default()
}

/// Parses what [`write_fields`] wrote.
#[must_use]
pub(super) fn read_fields(stored: &str) -> Vec<FieldValue> {
    if stored.is_empty() {
        return Vec::new();
    }
    let map: Map<String, Json> = serde_json::from_str(stored).unwrap_or_default();
    map.into_iter().filter_map(|(n, v)| Some((n, v.as_str()?.to_owned()))).collect()
}

/// Reads a stored date; a text that isn't a date counts as unknown.
pub(super) fn date(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<NaiveDate>> {
    Ok(row.get_ref(at)?.as_str_or_null().ok().flatten().and_then(dates::iso))
}

fn hex(bytes: &[u8]) -> String {
    uuid::Uuid::from_slice(bytes).map(|u| u.to_string()).unwrap_or_default()
}

pub(super) fn uuid_text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(hex(row.get_ref(at)?.as_blob().unwrap_or_default()))
}

/// Reads a consent from four consecutive columns: purpose, state, date and source.
pub(super) fn consent_of(r: &Row<'_>, at: usize) -> rusqlite::Result<ConsentFacts> {
    Ok(ConsentFacts { purpose: word(r, at)?, state: word(r, at + 1)?, on: date(r, at + 2)?, source: r.get(at + 3)? })
}
