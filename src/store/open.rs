//! Opens and makes files; checks everything before it writes anything.
//!
//! Must not know what is in the rows.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::connect::{configure_connection, damage, harden};
use super::files::{companion, make_folder, real_path, sweep, sync_folder, temporary};
use super::migrate::{Migrated, compare, migrate};
use super::schema::{APPLICATION_ID, SCHEMA, VERSION};
use crate::platform;

/// An opened file, and what was noticed on opening it.
pub(super) struct Opened {
    /// The connection, ready for use.
    pub conn: Connection,
    /// The file's real path.
    pub path: PathBuf,
    /// Why it is read-only, if it is.
    pub read_only: Option<&'static str>,
    /// Whether the last program that wrote to it was interrupted.
    pub unclean: bool,
    /// The migration that was run, if it was older.
    pub migrated: Option<Migrated>,
}

/// How often, in steps of three milliseconds, to look whether another program has finished its write, before its journal counts as left
/// behind. A write takes a few milliseconds.
const PATIENCE: u32 = 4;

/// Opens an existing roster. Writes nothing until the file is recognised as ours.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    let path = real_path(path)?;
    let mut unclean = look(&path)?;
    // A program that is writing just now has a journal too, and removes it as soon as it is done.
    for _ in 0..PATIENCE {
        if !unclean {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(3));
        unclean = has_journal(&path);
    }
    connect(path, unclean)
}

/// Opens a file with SQLite only, without [`look`], which must not run while this process has the file open: closing any descriptor of a
/// file drops all locks that the process holds on it.
pub(super) fn connect(path: PathBuf, unclean: bool) -> Result<Opened, StoreError> {
    let read_only = why_read_only(&path);
    let flags = if read_only.is_some() { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let conn = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    harden(&conn)?;
    let version = recognise(&conn, &path)?;
    // That has rolled back what an interrupted program left. A journal that is still there belongs to one that goes on writing.
    let unclean = unclean && !has_journal(&path);
    let mut migrated = None;
    if version < VERSION {
        if let Some(why) = read_only {
            return Err(StoreError::Refused(format!(
                "{} was written by an older Guildhall and must be brought up to date before it can be read, but {why}; copy it to a folder that you can write to",
                path.display()
            )));
        }
        configure_connection(&conn)?;
        migrated = migrate(&conn, &path)?;
    }
    configure_connection(&conn)?;
    if read_only.is_none() && conn.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly { path, why: "SQLite opened it read-only" });
    }
    Ok(Opened { conn, path, read_only, unclean, migrated })
}

/// Makes a new roster: under a temporary name first, so that no half-made file ever has the final name.
pub(super) fn create(path: &Path) -> Result<Opened, StoreError> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let path = real_path(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(StoreError::Exists(path));
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    sweep(folder, ".new");
    let temporary = temporary(folder, ".new")?;
    {
        let conn = Connection::open_with_flags(temporary.path(), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        harden(&conn)?;
        configure_connection(&conn)?;
        conn.execute_batch("BEGIN IMMEDIATE")?;
        for statement in SCHEMA {
            conn.execute_batch(statement)?;
        }
        conn.pragma_update(None, "application_id", APPLICATION_ID)?;
        conn.pragma_update(None, "user_version", VERSION)?;
        conn.execute_batch("COMMIT")?;
    }
    temporary.persist_noclobber(&path).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists(path.clone()),
        _ => StoreError::io("naming the new roster", &path, e.error),
    })?;
    sync_folder(folder)?;
    open(&path)
}

/// Checks the file without SQLite. Returns whether the journal of an interrupted write is beside it.
fn look(path: &Path) -> Result<bool, StoreError> {
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => StoreError::Absent(path.to_owned()),
        _ => StoreError::io("looking at", path, e),
    })?;
    let kind = meta.file_type();
    if !kind.is_file() {
        let what = if kind.is_dir() {
            "a folder"
        } else if platform::is_pipe(&kind) {
            "a pipe"
        } else {
            "a device"
        };
        return Err(StoreError::NotAFile { path: path.to_owned(), what });
    }
    if platform::links(path, &meta) > 1 {
        return Err(StoreError::Linked(path.to_owned()));
    }
    if meta.len() == 0 {
        return Err(StoreError::Empty(path.to_owned()));
    }
    let mut head = [0; 100];
    let mut file = std::fs::File::open(path).map_err(|e| StoreError::io("opening", path, e))?;
    let known = std::io::Read::read_exact(&mut file, &mut head).is_ok() && head.starts_with(b"SQLite format 3\0");
    if !known {
        return Err(StoreError::NotADatabase(path.to_owned()));
    }
    // The application id, at byte 68. Checked here, before SQLite opens the file: reading a foreign file with a hot journal would already
    // write to it.
    let id = i32::from_be_bytes([head[68], head[69], head[70], head[71]]);
    if id != APPLICATION_ID {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let found = i32::from_be_bytes([head[60], head[61], head[62], head[63]]);
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    // If others could read members' data, their access is removed at once.
    platform::make_private(path, &meta);
    Ok(has_journal(path))
}

/// Returns whether the journal of a write is beside a file.
fn has_journal(path: &Path) -> bool {
    std::fs::metadata(companion(path, "-journal")).is_ok_and(|m| m.len() > 0)
}

fn why_read_only(path: &Path) -> Option<&'static str> {
    if !platform::is_writable(path) {
        return Some("the file is write-protected");
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    (!platform::is_writable(folder)).then_some("its folder is write-protected")
}

/// Checks the application id, the version and the current schema. Returns the version.
fn recognise(conn: &Connection, path: &Path) -> Result<i32, StoreError> {
    let damaged = |e: rusqlite::Error| damage(path, e);
    let id: i32 = conn.pragma_query_value(None, "application_id", |r| r.get(0)).map_err(damaged)?;
    if id != APPLICATION_ID {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let version: i32 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).map_err(damaged)?;
    if version > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, known: VERSION });
    }
    if version == VERSION {
        compare(conn, path, version)?;
    }
    Ok(version)
}
