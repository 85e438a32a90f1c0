//! Brings an older file up to date: compares its schema with that of its own version, makes a backup, runs every migration step in one
//! transaction, and compares the result with the current schema. If there is any difference, it names it and writes nothing.
//!
//! Must not know what is in the rows; the steps do.

mod identity;
mod labels;
mod old;
mod six;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::connect::damage;
use super::schema::{SCHEMA, VERSION};
use super::{Reader, StoreError, backup};
use crate::domain::text;

pub(crate) use identity::roster_id;

/// How long a migration waits for another program's, which is longer than any takes; after that wait there is nothing left to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// A migration step from one version to the next.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// SQL statements.
    Sql(&'static str),
    /// Code; returns reports for the user.
    Code(fn(&Connection) -> Result<Vec<String>, StoreError>),
}

/// The migration steps: from version 1 to 2, from 2 to 3 and so on.
pub(super) const STEPS: &[Step] = &[
    Step::Sql(old::EXPORTS),
    Step::Code(six::to_three),
    Step::Sql(old::EXCEPTIONS),
    Step::Sql(old::SHAPE),
    Step::Code(six::to_six),
    Step::Sql(old::EXPORT_FILES),
];

/// The result of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Migrated {
    /// The old version of the file.
    pub from: i32,
    /// What it had to drop or repair, in sentences.
    pub reports: Vec<String>,
}

/// The SQL of tables, indexes, triggers and views, by kind and name.
type Parts = BTreeMap<(String, String), String>;

fn parts(conn: &Connection) -> rusqlite::Result<Parts> {
    // Compares a prefix instead of using LIKE, where the underscore matches any character and would skip other names too.
    let mut read = conn.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name,1,7)<>'sqlite_'")?;
    read.query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?)))?.collect()
}

/// Returns whether a file has exactly the current schema.
fn is_current(conn: &Connection) -> rusqlite::Result<bool> {
    let mut read = conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name,1,7)<>'sqlite_' ORDER BY rowid")?;
    let mut rows = read.query([])?;
    let mut found = 0;
    while let Some(row) = rows.next()? {
        let sql = row.get_ref(0)?.as_str().unwrap_or_default();
        // New files have them in this order; migrated files may have them in another.
        if SCHEMA.get(found).is_none_or(|s| *s != sql) && !SCHEMA.contains(&sql) {
            return Ok(false);
        }
        found += 1;
    }
    Ok(found == SCHEMA.len())
}

/// Returns the kind and name of what a CREATE statement makes.
fn named_by(sql: &str) -> (String, String) {
    let rest = sql.trim_start_matches("CREATE ").trim_start_matches("UNIQUE ");
    let (kind, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    (kind.to_lowercase(), rest.split(['(', ' ']).next().unwrap_or_default().to_owned())
}

/// Returns the schema that a file of this version has.
fn expected(version: i32) -> Result<Parts, StoreError> {
    if version >= VERSION {
        return Ok(SCHEMA.iter().map(|sql| (named_by(sql), (*sql).to_owned())).collect());
    }
    // An older schema is whatever SQLite makes of that version's statements, altered columns included.
    let conn = Connection::open_in_memory()?;
    // The same settings as for a migration: recreating a table then leaves the text of the others as it is.
    conn.execute_batch("PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON")?;
    for statement in old::FIRST.iter().chain([&old::LATER]) {
        conn.execute_batch(statement)?;
    }
    for step in (2..=version).zip(STEPS).map(|(_, step)| step) {
        match step {
            Step::Sql(sql) => conn.execute_batch(sql)?,
            Step::Code(code) => drop(code(&conn)?),
        }
    }
    Ok(parts(&conn)?)
}

/// Returns whether an index may be missing from this version, because the version exists in two forms.
fn is_form(version: i32, name: &str) -> bool {
    old::FORMS.iter().any(|f| f.versions.contains(&version) && f.index == name)
}

/// Refuses a file whose schema isn't that of its version; the error names each difference.
pub(super) fn compare(conn: &Connection, path: &Path, version: i32) -> Result<(), StoreError> {
    // The usual case at every start: exactly the current statements.
    if version == VERSION && is_current(conn).map_err(|e| damage(path, e))? {
        return Ok(());
    }
    let mut wanted = expected(version)?;
    let mut wrong = Vec::new();
    for ((kind, name), sql) in parts(conn).map_err(|e| damage(path, e))? {
        let shown = text::safe(&name).into_owned();
        match wanted.remove(&(kind.clone(), name)) {
            Some(text) if text == sql => {}
            Some(_) => wrong.push(format!("the {kind} {shown} is not the one that Guildhall made")),
            None if old::FORMS.iter().any(|f| f.versions.contains(&version) && f.instead == Some(sql.as_str())) => {}
            None => wrong.push(format!("the {kind} {shown} is not Guildhall's")),
        }
    }
    wrong
        .extend(wanted.into_keys().filter(|(_, name)| !is_form(version, name)).map(|(kind, name)| format!("the {kind} {name} is missing")));
    if wrong.is_empty() { Ok(()) } else { Err(StoreError::Altered { path: path.to_owned(), what: wrong.join("; ") }) }
}

fn version(conn: &Connection) -> Result<i32, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |r| r.get(0))?)
}

fn others_writes(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("PRAGMA data_version", [], |r| r.get(0))?)
}

/// Migrates a file; `None` if there was nothing to do, perhaps because another program has just done it.
///
/// # Errors
/// If the schema isn't that of the file's version, or a step fails; then nothing was changed.
pub(super) fn migrate(conn: &Connection, path: &Path) -> Result<Option<Migrated>, StoreError> {
    migrate_by(conn, path, STEPS, Some(VERSION))
}

/// Migrates as [`migrate`] does, with other steps; compares the result with the schema of `then`, if given.
fn migrate_by(conn: &Connection, path: &Path, steps: &[Step], then: Option<i32>) -> Result<Option<Migrated>, StoreError> {
    let last = i32::try_from(steps.len()).unwrap_or(i32::MAX).saturating_add(1);
    loop {
        // One transaction, because another program may be migrating the file at the same time.
        conn.execute_batch("BEGIN")?;
        let looked = look(conn, path, last);
        conn.execute_batch("COMMIT")?;
        let Some((from, seen)) = looked? else { return Ok(None) };
        backup::automatic(Reader::new(conn), path)?;
        // Recreating a table needs foreign keys off, and must not rewrite references in other tables' text.
        conn.busy_timeout(PATIENCE)?;
        conn.execute_batch("PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON")?;
        let begun = conn.execute_batch("BEGIN IMMEDIATE");
        let done = if let Err(e) = begun {
            Err(e.into())
        } else if version(conn)? == from && others_writes(conn)? == seen {
            take(conn, path, &steps[usize::try_from(from - 1).unwrap_or(0)..], last, then).map(Some)
        } else {
            // Another program wrote after the backup, so the backup is out of date.
            Ok(None)
        };
        let ended = match &done {
            Ok(Some(_)) => conn.execute_batch("COMMIT"),
            Ok(None) | Err(_) if conn.is_autocommit() => Ok(()),
            Ok(None) | Err(_) => conn.execute_batch("ROLLBACK"),
        };
        conn.execute_batch("PRAGMA legacy_alter_table=OFF; PRAGMA foreign_keys=ON")?;
        conn.busy_timeout(super::connect::PATIENCE)?;
        if let Some(reports) = done? {
            ended?;
            return Ok(Some(Migrated { from, reports }));
        }
    }
}

/// Returns the version and data version of a file older than `last`, after checking that its schema is that of its version.
fn look(conn: &Connection, path: &Path, last: i32) -> Result<Option<(i32, i64)>, StoreError> {
    let from = version(conn)?;
    if from >= last {
        return Ok(None);
    }
    if from < 1 {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let seen = others_writes(conn)?;
    compare(conn, path, from)?;
    Ok(Some((from, seen)))
}

/// Runs the migration steps inside the transaction.
fn take(conn: &Connection, path: &Path, steps: &[Step], last: i32, then: Option<i32>) -> Result<Vec<String>, StoreError> {
    let before = dangling(conn)?;
    let mut reports = Vec::new();
    for step in steps {
        match step {
            Step::Sql(sql) => conn.execute_batch(sql)?,
            Step::Code(code) => reports.extend(code(conn)?),
        }
    }
    if let Some((table, row)) = dangling(conn)?.into_iter().find(|found| !before.contains(found)) {
        return Err(StoreError::Refused(format!("row {row} of {table} would refer to a row that is not there; nothing was changed")));
    }
    conn.pragma_update(None, "user_version", last)?;
    if let Some(version) = then {
        compare(conn, path, version)?;
    }
    Ok(reports)
}

/// Returns the rows with dangling references. A file that already has such rows is migrated as it is.
fn dangling(conn: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut check = conn.prepare("PRAGMA foreign_key_check")?;
    let rows = check.query_map([], |r| Ok((r.get(0)?, r.get::<_, Option<i64>>(1)?.unwrap_or(0))))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a copy of the version 5 fixture, opened with SQLite directly.
    fn of_version_five() -> (tempfile::TempDir, std::path::PathBuf, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.guildhall");
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/versions/5b.guildhall"), &path).unwrap();
        let conn = Connection::open(&path).unwrap();
        (folder, path, conn)
    }

    fn with(more: &[Step]) -> Vec<Step> {
        [&STEPS[..4], more].concat()
    }

    #[test]
    fn steps_of_migration_run_in_order() {
        let (_folder, path, conn) = of_version_five();
        let steps = with(&[Step::Sql("ALTER TABLE tag ADD COLUMN colour TEXT"), Step::Sql("UPDATE tag SET colour='red'")]);
        assert_eq!(migrate_by(&conn, &path, &steps, None).unwrap().unwrap().from, 5);
        assert_eq!(version(&conn).unwrap(), 7);
        assert!(conn.query_row("SELECT count(*) FROM tag WHERE colour='red'", [], |r| r.get::<_, i64>(0)).unwrap() > 0);
    }

    #[test]
    fn a_step_that_fails_or_leaves_a_row_without_what_it_refers_to_changes_nothing() {
        for bad in ["UPDATE tag SET no_such_column=1", "UPDATE membership SET person_id=9999 WHERE id=(SELECT min(id) FROM membership)"] {
            let (_folder, path, conn) = of_version_five();
            let steps = with(&[Step::Sql("ALTER TABLE tag ADD COLUMN colour TEXT"), Step::Sql(bad)]);
            assert!(migrate_by(&conn, &path, &steps, None).is_err(), "{bad}");
            assert_eq!(version(&conn).unwrap(), 5);
            assert!(conn.prepare("SELECT colour FROM tag").is_err() && conn.is_autocommit());
            let keys: i64 = conn.pragma_query_value(None, "foreign_keys", |r| r.get(0)).unwrap();
            assert_eq!(keys, 1, "references are looked after again");
        }
    }

    #[test]
    fn a_schema_that_the_steps_do_not_lead_to_is_refused_and_nothing_is_changed() {
        let (_folder, path, conn) = of_version_five();
        let steps = with(&[Step::Sql("CREATE TABLE stray(x)")]);
        let error = migrate_by(&conn, &path, &steps, Some(VERSION)).unwrap_err().to_string();
        assert!(error.contains("the table stray is not Guildhall's"), "{error}");
        assert_eq!(version(&conn).unwrap(), 5);
    }
}
