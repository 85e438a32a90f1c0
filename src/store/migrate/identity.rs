//! UUIDs for rows that had none, or shared one. They are derived from the step that first inserted the row, not random, so that separately
//! migrated copies of a roster agree.
//!
//! Must not know which tables have UUIDs.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::store::{Reader, StoreError};

/// Returns a UUIDv8 (RFC 9562 section 5.8) from the SHA-256 digest of these pieces.
fn derived(pieces: &[&[u8]]) -> [u8; 16] {
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().into_bytes()
}

/// Derives the UUID of a row from the action id of the step that first inserted it, its table, and its offset among the rows that the step
/// inserted there.
pub(super) fn of_row(action: &[u8], table: &str, offset: i64) -> [u8; 16] {
    derived(&[b"guildhall/row/1\0", action, table.as_bytes(), b"\0", &offset.to_be_bytes()])
}

/// Derives the UUID of a row that no known step inserted (a script may have) from the roster's first step, the row's table and its id.
pub(super) fn of_stray(first_action: &[u8], table: &str, id: i64) -> [u8; 16] {
    derived(&[b"guildhall/row/0\0", first_action, table.as_bytes(), b"\0", &id.to_be_bytes()])
}

/// Returns the roster's own id, the same in each copy: derived from its first step's action id. `None` if the roster has no steps.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn roster_id(conn: Reader<'_>) -> Result<Option<String>, StoreError> {
    let action = first_action(conn.conn())?;
    Ok(action.map(|action| uuid::Uuid::from_bytes(derived(&[b"guildhall/roster/1\0", &action])).to_string()))
}

pub(super) fn first_action(conn: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn.query_row("SELECT action_id FROM op ORDER BY id LIMIT 1", [], |r| r.get(0)).optional()?)
}
