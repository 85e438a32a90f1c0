//! Connections to a file with the settings that they need; each setting is read back.
//!
//! Must not know which file is a roster.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::files::backups;

/// How long a write waits for another program's write before it fails.
pub(super) const PATIENCE: Duration = Duration::from_millis(2_500);

/// Opens one more connection to a file that [`open`] has accepted, for reading on another thread.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    harden(&conn)?;
    conn.busy_timeout(PATIENCE)?;
    Ok(conn)
}

/// Applies the settings that write nothing: what SQL may do, and how far SQLite trusts the file.
pub(super) fn harden(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(PATIENCE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_prepared_statement_cache_capacity(96);
    conn.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY")?;
    Ok(())
}

/// Applies the settings that matter for writing and reads each back; a setting that didn't take effect is an error.
pub(super) fn configure_connection(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "PRAGMA synchronous=EXTRA; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-4096",
    )?;
    let mode: String = conn.query_row("PRAGMA journal_mode=DELETE", [], |r| r.get(0))?;
    if mode != "delete" {
        return Err(StoreError::Refused(format!(
            "the roster's journal mode could not be set (it is {mode}); another program may be using it"
        )));
    }
    for (name, wanted) in [
        ("synchronous", 3),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("cell_size_check", 1),
        ("temp_store", 2),
        ("trusted_schema", 0),
    ] {
        let found: i64 = conn.pragma_query_value(None, name, |r| r.get(0))?;
        if found != wanted {
            return Err(StoreError::Refused(format!("SQLite did not take the setting {name}={wanted}")));
        }
    }
    Ok(())
}

/// Converts SQLite's error for a damaged file into [`StoreError::Damaged`].
pub(super) fn damage(path: &Path, e: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode as C;
    match e.sqlite_error_code() {
        Some(C::DatabaseCorrupt | C::NotADatabase) => {
            StoreError::Damaged { path: path.to_owned(), what: e.to_string(), backups: backups(path) }
        }
        _ => e.into(),
    }
}
