//! Opening and making a file: everything is looked at before anything is written.
//!
//! Must not know what is in the rows.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::schema::{APPLICATION_ID, SCHEMA, STEPS, VERSION};
use super::{Reader, StoreError, backup};
use crate::domain::address;

/// How long a write waits for another program's, before it says so.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// A file that was opened, and what was noticed on the way.
pub struct Opened {
    /// The connection, ready for use.
    pub conn: Connection,
    /// The file's real path.
    pub path: PathBuf,
    /// Why it can't be written, if so.
    pub read_only: Option<&'static str>,
    /// Whether the last program that wrote to it was cut off.
    pub unclean: bool,
}

/// The real path of a file that may not exist yet: its folder resolved, and itself if it is a link.
pub fn real_path(path: &Path) -> Result<PathBuf, StoreError> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    let name = path.file_name().ok_or(StoreError::NotAFile { path: path.to_owned(), what: "a folder" })?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => StoreError::Absent(path.to_owned()),
        _ => StoreError::io("finding the folder of", path, e),
    })?;
    Ok(folder.join(name))
}

/// Opens an existing roster. Nothing is written before the file has been recognised as ours.
pub fn open(path: &Path) -> Result<Opened, StoreError> {
    let path = real_path(path)?;
    let unclean = look(&path)?;
    connect(path, unclean)
}

/// Opens a file with SQLite alone. What has looked at the file before (and closed it again) must not do so while this process has
/// it open: to close any descriptor of a file drops all locks that the process holds on it.
pub fn connect(path: PathBuf, unclean: bool) -> Result<Opened, StoreError> {
    let read_only = why_read_only(&path);
    let flags = if read_only.is_some() { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let conn = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    harden(&conn)?;
    let version = recognise(&conn, &path)?;
    if version < VERSION {
        if let Some(why) = read_only {
            return Err(StoreError::ReadOnly { path, why });
        }
        migrate(&conn, &path, version, STEPS)?;
    }
    settle(&conn)?;
    if read_only.is_none() && conn.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly { path, why: "SQLite opened it for reading only" });
    }
    Ok(Opened { conn, path, read_only, unclean })
}

/// Opens one more connection to a file that [`open`] has accepted, for reading on another thread.
pub fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    harden(&conn)?;
    conn.busy_timeout(PATIENCE)?;
    Ok(conn)
}

/// Makes a new roster: under a temporary name first, so that a half-made one never stands under its own.
pub fn create(path: &Path) -> Result<Opened, StoreError> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let path = real_path(path)?;
    if path.symlink_metadata().is_ok() {
        return Err(StoreError::Exists(path));
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let temporary = tempfile::Builder::new()
        .prefix(".guildhall-")
        .suffix(".new")
        .tempfile_in(folder)
        .map_err(|e| StoreError::io("making a file in", folder, e))?;
    {
        let conn = Connection::open_with_flags(temporary.path(), OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        harden(&conn)?;
        settle(&conn)?;
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
    backup::sync_folder(folder)?;
    open(&path)
}

/// Makes a folder and those above it, for its owner alone.
pub fn make_folder(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt;
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| StoreError::io("making the folder", folder, e))
}

/// Looks at the file without SQLite; says whether a journal of a broken-off write lies beside it.
fn look(path: &Path) -> Result<bool, StoreError> {
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => StoreError::Absent(path.to_owned()),
        _ => StoreError::io("looking at", path, e),
    })?;
    let kind = meta.file_type();
    if !kind.is_file() {
        let what = if kind.is_dir() {
            "a folder"
        } else if kind.is_fifo() {
            "a pipe"
        } else {
            "a device"
        };
        return Err(StoreError::NotAFile { path: path.to_owned(), what });
    }
    if meta.nlink() > 1 {
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
    // Byte 68 on: the application id. Looked at here, so that a foreign file is refused before SQLite sees it: to read
    // one with a hot journal would already write.
    let id = i32::from_be_bytes([head[68], head[69], head[70], head[71]]);
    if id != APPLICATION_ID {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let found = i32::from_be_bytes([head[60], head[61], head[62], head[63]]);
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 && rustix::process::geteuid().as_raw() == meta.uid() {
        // Others could read members' data: closed at once. Failing (a read-only disk) hinders nothing.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    let journal = companion(path, "-journal");
    Ok(std::fs::metadata(&journal).is_ok_and(|m| m.len() > 0))
}

/// The name of a file that SQLite keeps beside the roster.
fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn why_read_only(path: &Path) -> Option<&'static str> {
    use rustix::fs::{Access, access};
    if access(path, Access::WRITE_OK).is_err() {
        return Some("the file is write-protected");
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    access(folder, Access::WRITE_OK).err().map(|_| "its folder is write-protected")
}

/// Settings that write nothing: what SQL may do, and how much SQLite trusts the file.
fn harden(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(PATIENCE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_prepared_statement_cache_capacity(96);
    conn.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY")?;
    Ok(())
}

/// Settings that matter for writing, each read back: a setting that did not take is an error, not a hope.
fn settle(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "PRAGMA synchronous=EXTRA; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA cache_size=-4096",
    )?;
    let mode: String = conn.query_row("PRAGMA journal_mode=DELETE", [], |r| r.get(0))?;
    if mode != "delete" {
        return Err(StoreError::Refused(format!("the roster's journal mode could not be set (it is {mode}); another program may hold it")));
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

/// Says whose file it is by its own account; returns its version.
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
        compare_schema(conn, path, SCHEMA)?;
    }
    Ok(version)
}

/// Refuses a file whose tables, indexes, triggers or views are not exactly ours.
fn compare_schema(conn: &Connection, path: &Path, expected: &[&str]) -> Result<(), StoreError> {
    let altered = |what: String| StoreError::Altered { path: path.to_owned(), what };
    let mut read = conn
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        .map_err(|e| damage(path, e))?;
    let mut rows = read.query([]).map_err(|e| damage(path, e))?;
    let mut found = 0;
    while let Some(row) = rows.next().map_err(|e| damage(path, e))? {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if !expected.contains(&sql.as_str()) {
            return Err(altered(format!("the {kind} {} is not the one that Guildhall made", crate::domain::text::safe(&name))));
        }
        found += 1;
    }
    if found == expected.len() {
        Ok(())
    } else {
        Err(altered(format!("{} of its {} parts are missing", expected.len() - found, expected.len())))
    }
}

/// Turns what SQLite says of a damaged file into a sentence.
pub fn damage(path: &Path, e: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode as C;
    match e.sqlite_error_code() {
        Some(C::DatabaseCorrupt | C::NotADatabase) => {
            StoreError::Damaged { path: path.to_owned(), what: e.to_string(), backups: backup::folder(path) }
        }
        _ => e.into(),
    }
}

/// Addresses with an internationalised domain were once compared as written: now both ways of writing it are one address. Where
/// that makes two people's addresses one, they stay as they are.
fn rekey(conn: &Connection) -> Result<(), StoreError> {
    for (table, column, from) in
        [("person", "email_key", "email"), ("address", "address_key", "address"), ("suppression", "address_key", "address_key")]
    {
        let mut read = conn.prepare(&format!("SELECT id, {from} FROM {table} WHERE {column} GLOB '*[^ -~]*'"))?;
        let rows: Vec<(i64, String)> = read.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        for (id, written) in rows {
            conn.execute(&format!("UPDATE OR IGNORE {table} SET {column}=?2 WHERE id=?1"), (id, address::key(&written)))?;
        }
    }
    Ok(())
}

/// Brings an older file up to date, from version `from` on: a verified backup first, then every step in one transaction of its own.
pub fn migrate(conn: &Connection, path: &Path, from: i32, steps: &[&str]) -> Result<(), StoreError> {
    if from < 1 {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    backup::automatic(Reader::new(conn), path)?;
    if from < 3 {
        rekey(conn)?;
    }
    for (version, step) in (2..).zip(steps).filter(|(version, _)| *version > from) {
        conn.execute_batch(&format!("BEGIN IMMEDIATE; {step}; PRAGMA user_version={version}; COMMIT")).inspect_err(|_| {
            let _ = conn.execute_batch("ROLLBACK");
        })?;
    }
    Ok(())
}
