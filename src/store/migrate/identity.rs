//! UUIDs for rows that had none, or shared one: worked out from the step that first inserted them, never drawn, so that two copies of one
//! roster that are migrated apart agree on every one.
//!
//! Must not know which tables have one.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::store::{Reader, StoreError};

/// A UUIDv8 (RFC 9562 section 5.8) of what a digest is fed with.
fn derived(pieces: &[&[u8]]) -> [u8; 16] {
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().into_bytes()
}

/// The UUID of a row: of the action id of the step that first inserted it, its table, and its offset in the rows which that step
/// inserted in one go.
pub(super) fn of_row(action: &[u8], table: &str, offset: i64) -> [u8; 16] {
    derived(&[b"guildhall/row/1\0", action, table.as_bytes(), b"\0", &offset.to_be_bytes()])
}

/// The UUID of a row that no step is known to have inserted, such as one that a script wrote: of the roster's first step, its table and id.
pub(super) fn of_stray(first_action: &[u8], table: &str, id: i64) -> [u8; 16] {
    derived(&[b"guildhall/row/0\0", first_action, table.as_bytes(), b"\0", &id.to_be_bytes()])
}

/// The roster's own id, the same in each of its copies: of its first step's action id. `None` for a roster in which nothing was ever done.
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
