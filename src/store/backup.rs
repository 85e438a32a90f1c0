//! Copies of the roster that are either complete or absent, and the check of the file itself.
//!
//! Must not know what is in the rows.

use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, Timelike};
use rusqlite::{Connection, OpenFlags};

use super::connect::open_reader;
use super::files::{backups, make_folder, real_path, sweep, sync_folder, temporary};
use super::{Reader, StoreError};

/// Writes a copy of the roster to `to`, verified before it gets its name.
///
/// # Errors
/// If `to` exists already, or anything fails; then no file is left under that name.
pub(crate) fn copy(conn: Reader<'_>, to: &Path) -> Result<(), StoreError> {
    copy_if(conn, to, problems)
}

/// Copies as [`copy`] does; `problems` is the check that the copy has to pass.
fn copy_if(conn: Reader<'_>, to: &Path, problems: fn(Reader<'_>) -> Result<Vec<String>, StoreError>) -> Result<(), StoreError> {
    let target = real_path(to).map_err(|e| match e {
        StoreError::Absent(path) => StoreError::NoFolder(path),
        other => other,
    })?;
    let folder = &target.parent().unwrap_or(Path::new("/")).to_owned();
    sweep(folder, ".backup");
    if target.symlink_metadata().is_ok() {
        return Err(StoreError::Exists(target));
    }
    // `VACUUM INTO` would create a file that everybody can read, so the file is created first, readable by its owner only.
    let temporary = temporary(folder, ".backup")?;
    let name = temporary.path().to_str().ok_or_else(|| StoreError::Refused("the backup's folder has a name that is not Unicode".into()))?;
    conn.conn().execute("VACUUM INTO ?1", [name])?;
    let copy = Connection::open_with_flags(temporary.path(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let problems = problems(Reader::new(&copy))?;
    drop(copy);
    if let Some(first) = problems.first() {
        return Err(StoreError::Damaged { path: target, what: first.clone(), backups: folder.clone() });
    }
    temporary.as_file().sync_all().map_err(|e| StoreError::io("writing", &target, e))?;
    temporary.persist_noclobber(&target).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists(target.clone()),
        _ => StoreError::io("naming the backup", &target, e.error),
    })?;
    sync_folder(folder)
}

/// Makes a backup in the roster's own backup folder, named by the time of the roster's last change.
pub(crate) fn automatic(conn: Reader<'_>, path: &Path) -> Result<PathBuf, StoreError> {
    let folder = backups(path);
    make_folder(&folder)?;
    let modified = std::fs::metadata(path).and_then(|m| m.modified()).map_err(|e| StoreError::io("looking at", path, e))?;
    let at = chrono::DateTime::<chrono::Utc>::from(modified).naive_utc();
    // The name may be taken by another file, or by another state of the same millisecond; then the next millisecond is used.
    for later in 0..1_000 {
        let target = folder.join(name_for(at + chrono::TimeDelta::milliseconds(later)));
        // A dangling reference is no reason to go on without a backup, so only the structure is checked.
        match copy_if(conn, &target, broken) {
            Err(StoreError::Exists(_)) if !is_of(conn, &target) => {}
            // This state already has a backup.
            Err(StoreError::Exists(_)) => return Ok(target),
            other => return other.map(|()| target),
        }
    }
    Err(StoreError::Exists(folder))
}

fn name_for(at: NaiveDateTime) -> String {
    format!("{}.{:03}.guildhall", at.format("%Y-%m-%dT%H-%M-%S"), at.nanosecond() / 1_000_000)
}

fn time_of(name: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(name.get(..19)?, "%Y-%m-%dT%H-%M-%S").ok().filter(|_| name.ends_with(".guildhall"))
}

/// Returns the program's own backups of a roster, newest first.
#[must_use]
pub(crate) fn list(path: &Path) -> Vec<(NaiveDateTime, PathBuf)> {
    let mut out: Vec<(NaiveDateTime, PathBuf)> = std::fs::read_dir(backups(path))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((time_of(&e.file_name().to_string_lossy())?, e.path())))
        .collect();
    out.sort();
    out.reverse();
    out
}

/// Returns the backups that are no longer needed. All of the last two days are kept, then one a day for a month, one a week for half a
/// year, and one a month after that.
#[must_use]
pub(crate) fn superfluous(newest_first: &[NaiveDateTime], now: NaiveDateTime) -> Vec<NaiveDateTime> {
    let mut kept: Vec<(u8, i64)> = Vec::new();
    let mut out = Vec::new();
    for (i, at) in newest_first.iter().enumerate() {
        let age = (now - *at).num_days();
        let day = at.and_utc().timestamp() / 86_400;
        let slot = match age {
            ..2 => continue,
            2..31 => (0, day),
            31..183 => (1, day / 7),
            _ => (2, day / 30),
        };
        if i > 0 && kept.contains(&slot) {
            out.push(*at);
        } else {
            kept.push(slot);
        }
    }
    out
}

/// Makes a backup if the newest one is older than a day and the file has changed since, then removes the superfluous ones.
pub(crate) fn due(path: &Path, now: NaiveDateTime) -> Result<Option<PathBuf>, StoreError> {
    let modified = std::fs::metadata(path).and_then(|m| m.modified()).map_err(|e| StoreError::io("looking at", path, e))?;
    let changed = chrono::DateTime::<chrono::Utc>::from(modified).naive_utc();
    let existing = list(path);
    if let Some((newest, _)) = existing.first()
        && (*newest >= changed.with_nanosecond(0).unwrap_or(changed) || (now - *newest).num_hours() < 24)
    {
        return Ok(None);
    }
    let conn = open_reader(path)?;
    let made = automatic(Reader::new(&conn), path)?;
    let times: Vec<NaiveDateTime> = existing.iter().map(|(at, _)| *at).collect();
    for at in superfluous(&times, now) {
        if let Some((_, old)) = existing.iter().find(|(t, _)| *t == at) {
            std::fs::remove_file(old).map_err(|e| StoreError::io("removing", old, e))?;
        }
    }
    Ok(Some(made))
}

/// Returns whether a file is an undamaged copy of the roster, with the same version and the same newest step.
fn is_of(conn: Reader<'_>, file: &Path) -> bool {
    let state = |conn: &Connection| -> rusqlite::Result<(i32, Vec<u8>)> {
        let newest = conn.query_row("SELECT id||'/'||hex(action_id) FROM op ORDER BY id DESC LIMIT 1", [], |r| r.get::<_, String>(0));
        Ok((conn.pragma_query_value(None, "user_version", |r| r.get(0))?, newest?.into_bytes()))
    };
    let Ok(kept) = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY) else { return false };
    let is_whole = broken(Reader::new(&kept)).is_ok_and(|wrong| wrong.is_empty());
    is_whole && matches!((state(&kept), state(conn.conn())), (Ok(kept), Ok(now)) if kept == now)
}

/// Returns the damage that SQLite finds in the file's structure; empty if there is none.
fn broken(conn: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let mut out: Vec<String> = Vec::new();
    let mut check = conn.prepare("PRAGMA quick_check(20)")?;
    let mut rows = check.query([])?;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let line: String = row.get(0)?;
                if line != "ok" {
                    out.push(line);
                }
            }
            Ok(None) => return Ok(out),
            Err(e) => {
                out.push(e.to_string());
                return Ok(out);
            }
        }
    }
}

/// Returns the damage that SQLite finds in the file's structure and references; empty if there is none.
pub(crate) fn problems(conn: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let mut out = broken(conn)?;
    if !out.is_empty() {
        return Ok(out);
    }
    let mut check = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        out.push(format!("row {} of {table} refers to a {parent} that is not there", id.unwrap_or(0)));
        if out.len() >= 20 {
            break;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn backups_are_thinned_to_days_weeks_and_months() {
        let now = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let hours = |h: i64| now - chrono::TimeDelta::hours(h);
        let all: Vec<NaiveDateTime> = (0..24 * 400).step_by(6).map(hours).collect();
        let gone = superfluous(&all, now);
        let left: Vec<_> = all.iter().filter(|t| !gone.contains(t)).collect();
        assert!(left.len() < 80, "{}", left.len());
        assert!(left.iter().filter(|t| (now - ***t).num_days() < 2).count() >= 8);
        assert!(superfluous(&left.iter().map(|t| **t).collect::<Vec<_>>(), now).is_empty());
    }

    #[test]
    fn a_backup_is_named_by_its_time() {
        let at = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_milli_opt(12, 3, 4, 56).unwrap();
        assert_eq!(name_for(at), "2026-11-22T12-03-04.056.guildhall");
        assert_eq!(time_of(&name_for(at)), Some(at.with_nanosecond(0).unwrap()));
        assert_eq!(time_of("notes.txt"), None);
    }
}
