//! Rosters of each earlier version (`tests/data/versions`, each written by the code of that version): they open with all their data,
//! and undo and redo work across the migration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;
use guildhall::book::{Book, BookError, Clock, Command, OpKind, StoreError};
use rusqlite::Connection;

/// The files, oldest first. Versions 1 and 5 have two forms, because an index changed without a migration step.
const VERSIONS: [&str; 8] = ["1a", "1b", "2", "3", "4", "5a", "5b", "6"];

/// A clock whose ids don't repeat those of the fixtures.
struct Later(std::sync::atomic::AtomicU64);

impl Clock for Later {
    fn now(&self) -> NaiveDateTime {
        super::today().and_hms_opt(9, 0, 0).unwrap()
    }
    fn today(&self) -> chrono::NaiveDate {
        super::today()
    }
    fn local(&self, at: NaiveDateTime) -> NaiveDateTime {
        at
    }
    fn action_id(&self) -> [u8; 16] {
        (u128::from(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) + (1 << 100)).to_be_bytes()
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(Later(std::sync::atomic::AtomicU64::new(0)))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/versions").join(name)
}

/// Copies a fixture into its own folder.
fn copy(version: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("roster.guildhall");
    std::fs::copy(fixture(&format!("{version}.guildhall")), &path).unwrap();
    (folder, path)
}

fn opened(version: &str) -> (tempfile::TempDir, Book) {
    let (folder, path) = copy(version);
    let book = Book::open(&path, clock()).unwrap_or_else(|e| panic!("version {version}: {e}"));
    (folder, book)
}

fn backups(book: &Book) -> Vec<PathBuf> {
    std::fs::read_dir(book.backup_folder()).unwrap().map(|e| e.unwrap().path()).collect()
}

/// Returns the rows of a dump without UUIDs in tables that had none before a migration, and without suppressions, which are asserted
/// elsewhere.
fn comparable(dump: &str) -> Vec<String> {
    let is_new = |line: &str| ["seat", "tenure", "join_route", "rule", "channel", "page"].contains(&line.split('\t').next().unwrap());
    let mut out: Vec<String> = dump
        .lines()
        .filter(|l| !l.starts_with("suppression"))
        .map(|line| {
            let mut cells: Vec<&str> = line.split('\t').filter(|c| !(is_new(line) && c.starts_with("[\""))).collect();
            // Later columns are at the end or have moved, and have their default value.
            cells[1..].sort_unstable();
            cells.retain(|c| !matches!(*c, "null" | "\"\""));
            cells.join("\t")
        })
        .collect();
    out.sort();
    out
}

#[test]
fn each_opens_sound_with_everything_in_it_after_a_backup() {
    for version in VERSIONS {
        let (_folder, book) = opened(version);
        let before = std::fs::read_to_string(fixture(&format!("{version}.dump"))).unwrap();
        assert_eq!(comparable(&book.dump().unwrap()), comparable(&before), "version {version}");
        assert!(book.check().unwrap().is_sound(), "version {version}: {:?}", book.check().unwrap());
        let kept = backups(&book);
        assert_eq!(kept.len(), 1);
        let old = Connection::open(&kept[0]).unwrap();
        let kept: String = old.pragma_query_value(None, "user_version", |r| r.get::<_, i64>(0)).unwrap().to_string();
        assert_eq!(kept, version[..1]);
        // Opening it again migrates nothing.
        drop(Book::open(book.path(), clock()).unwrap());
        assert_eq!(backups(&book).len(), 1);
    }
}

#[test]
fn undo_and_redo_work_across_the_migration_to_the_first_step_and_back() {
    for version in VERSIONS {
        let (_folder, mut book) = opened(version);
        let now = comparable(&book.dump().unwrap());
        let (mut states, mut steps) = (vec![now], 0);
        loop {
            match book.undo() {
                Ok(_) => {}
                Err(e) if e.asks_first() => {
                    book.step(&guildhall::book::Step::Undo(guildhall::book::Confirmed::Yes)).unwrap();
                }
                Err(BookError::Store(StoreError::Nothing(_))) => break,
                Err(e) => panic!("version {version}, step {steps}: {e}"),
            }
            states.push(comparable(&book.dump().unwrap()));
            steps += 1;
        }
        assert!(steps > 20, "version {version}: {steps}");
        let rows: Vec<&String> = states.last().unwrap().iter().filter(|l| !l.starts_with("consent")).collect();
        assert!(rows.is_empty(), "version {version}: {rows:?}");
        let suppressed = |book: &Book| {
            let conn = Connection::open(book.path()).unwrap();
            conn.query_row("SELECT count(*) FROM suppression", [], |r| r.get::<_, i64>(0)).unwrap()
        };
        assert!(suppressed(&book) > 0, "rows of suppressions stay");
        for expected in states.iter().rev().skip(1) {
            match book.redo() {
                Ok(_) => {}
                Err(e) if e.asks_first() => {
                    book.step(&guildhall::book::Step::Redo(guildhall::book::Confirmed::Yes)).unwrap();
                }
                Err(e) => panic!("version {version}: {e}"),
            }
            assert_eq!(&comparable(&book.dump().unwrap()), expected, "version {version}");
        }
        assert!(book.check().unwrap().is_sound());
    }
}

#[test]
fn a_removal_that_was_journalled_under_an_older_schema_is_undone_with_the_new_columns_at_their_defaults() {
    for version in VERSIONS {
        let (_folder, mut book) = opened(version);
        let undone = book.undo().unwrap();
        assert_eq!(undone.label, "Removed Ann Example", "version {version}");
        let research = book.community_named("Research").unwrap();
        let seats = book.community(research).unwrap().unwrap().seats;
        assert_eq!(seats[0].holder.as_ref().map(|(_, name)| name.as_str()), Some("Ann Example"), "version {version}");
    }
}

/// Returns the suppressed addresses.
fn suppressed(path: &Path) -> Vec<String> {
    let conn = Connection::open(path).unwrap();
    let mut read = conn.prepare("SELECT address_key FROM suppression WHERE lifted IS NULL OR asked>=lifted ORDER BY 1").unwrap();
    read.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn going_back_to_earlier_steps_keeps_whoever_was_suppressed_then_or_is_now() {
    for version in VERSIONS {
        let (_folder, book) = opened(version);
        let now = suppressed(book.path());
        for op in book.history(None, 1000).unwrap().into_iter().skip(1).step_by(3) {
            let (_folder, mut book) = opened(version);
            book.step(&guildhall::book::Step::BackTo(op.id)).unwrap_or_else(|e| panic!("version {version}, {}: {e}", op.label));
            let held = suppressed(book.path());
            assert!(now.iter().all(|a| held.contains(a)), "version {version}, back to {}: {held:?}", op.label);
        }
        // Restoring this step also restores a suppression that a later step lifted.
        let Some(both) = book.history(None, 1000).unwrap().into_iter().find(|op| op.label == "Suppressed 2 addresses") else {
            assert!(version.starts_with('1'), "version {version}");
            continue;
        };
        let (_folder, mut book) = opened(version);
        // This also holds after everything was undone and redone.
        while turned(&mut book, true) {}
        while turned(&mut book, false) {}
        book.step(&guildhall::book::Step::BackTo(both.id)).unwrap();
        assert_eq!(suppressed(book.path()), ["gone@list.example", "p9@list.example"], "version {version}");
    }
}

/// Undoes or redoes a step, with confirmation where required. Returns whether there was a step.
fn turned(book: &mut Book, back: bool) -> bool {
    use guildhall::book::{Confirmed, Step};
    let step = |sure| if back { Step::Undo(sure) } else { Step::Redo(sure) };
    match book.step(&step(Confirmed::No)) {
        Err(e) if e.asks_first() => book.step(&step(Confirmed::Yes)).is_ok(),
        other => other.is_ok(),
    }
}

#[test]
fn an_old_file_with_what_no_program_wrote_opens_and_says_what_was_mended() {
    let damages = [
        ("a row that refers to nothing", "PRAGMA foreign_keys=OFF; UPDATE membership SET community_id=999 WHERE id=1"),
        ("two steps of one id", "UPDATE op SET action_id=(SELECT action_id FROM op WHERE id=1) WHERE id=2"),
        ("an id of another length", "UPDATE op SET action_id=x'0102' WHERE id=3"),
        ("a range from end to beginning", "UPDATE op_change SET last_id=0 WHERE entity='tag' AND seq=1"),
        ("an image that can't be read", "UPDATE op_change SET before='{' WHERE before IS NOT NULL AND op=(SELECT max(op) FROM op_change)"),
        (
            "an image of another kind",
            "UPDATE op_change SET before='[1]', after='{\"person_id\":\"x\",\"community_id\":[2]}' WHERE entity='membership' AND before IS NOT NULL",
        ),
        (
            "a range without end",
            "UPDATE op_change SET last_id=4000000000000 WHERE entity='seat' AND before IS NULL AND op=(SELECT min(op) FROM op_change WHERE entity='seat')",
        ),
        ("a seat whose insert is not in the journal", "DELETE FROM op_change WHERE entity='seat' AND before IS NULL AND entity_id=2"),
        (
            "two ranges of one table in one step",
            "INSERT INTO seat(id, community_id, title, position, op) VALUES(501, 1, 'A', 8, 1), (503, 1, 'B', 9, 1); \
             INSERT INTO op_change(op, seq, entity, entity_id, last_id) VALUES(1, 801, 'seat', 501, 501), (1, 802, 'seat', 503, 503)",
        ),
        ("a day that is none", "UPDATE suppression SET since='garbage'"),
    ];
    for (what, sql) in damages {
        let (_folder, path) = copy("5b");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let book = Book::open(&path, clock()).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert!(!book.history(None, 100).unwrap().is_empty(), "{what}");
        let all = uuids(&path);
        let mut rows: Vec<&String> = all.iter().filter(|(table, ..)| !table.starts_with("removed")).map(|(_, _, uuid)| uuid).collect();
        let many = rows.len();
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), many, "{what}");
    }
    let (_folder, path) = copy("5b");
    Connection::open(&path).unwrap().execute_batch(damages[9].1).unwrap();
    let mut book = Book::open(&path, clock()).unwrap();
    let allow = Command::Allow { addresses: vec!["gone@list.example".into()], source: "a letter".into(), on: super::today() };
    book.run(&allow).unwrap();
    assert!(!suppressed(&path).contains(&"gone@list.example".to_owned()), "what is no day does not hold for ever");
}

#[test]
fn a_file_that_has_the_name_of_the_backup_is_not_taken_for_one() {
    let (folder, path) = copy("5b");
    let backups = folder.path().join("roster.guildhall.backups");
    std::fs::create_dir(&backups).unwrap();
    // This is the name that the backup would have: the time of the file's last change.
    let changed: chrono::DateTime<chrono::Utc> = std::fs::metadata(&path).unwrap().modified().unwrap().into();
    let name = changed.format("%Y-%m-%dT%H-%M-%S%.3f.guildhall").to_string();
    std::fs::write(backups.join(&name), "").unwrap();
    let book = Book::open(&path, clock()).unwrap();
    assert_eq!(std::fs::metadata(backups.join(&name)).unwrap().len(), 0, "it is left as it is");
    let kept = std::fs::read_dir(book.backup_folder()).unwrap().filter(|e| e.as_ref().unwrap().metadata().unwrap().len() > 100_000);
    assert_eq!(kept.count(), 1);
}

#[test]
fn old_labels_are_worked_out_from_what_the_steps_did() {
    for version in VERSIONS {
        let (_folder, book) = opened(version);
        let labels: Vec<String> = book.history(None, 100).unwrap().into_iter().rev().map(|op| op.label).collect();
        for wanted in [
            "Added Ann Example",
            "Added 30 people to Imported",
            "Added the community Research",
            "Added 5 people to Research",
            "Head of Research: Ann Example",
            "Changed how to join Research",
            "Changed a rule for all communities",
            "Set a channel of Research: #research",
            "Added the meetup Show & tell",
            "Added Wim Walker to the roll of Show & tell",
            "Saved the view Speakers",
            "Changed Bo Zébrowski",
            "Removed the seat Deputy of Research",
            "Removed 2 people",
            "Removed the community Design",
            "Removed Ann Example",
        ] {
            assert!(labels.iter().any(|l| l == wanted), "version {version}: {wanted} is not in {labels:#?}");
        }
        let last = book.history(None, 1).unwrap().remove(0);
        assert_eq!((last.kind, last.label.as_str()), (OpKind::Undo, "Changed 4 people"), "version {version}");
    }
}

/// Returns every row's UUID by table and id, including those in the journal's images of removed rows.
fn uuids(path: &Path) -> Vec<(String, i64, String)> {
    let conn = Connection::open(path).unwrap();
    let mut out = Vec::new();
    for table in ["organisation", "person", "community", "meetup", "seat", "tenure", "join_route", "rule", "channel", "page"] {
        let mut read = conn.prepare(&format!("SELECT id, lower(hex(uuid)) FROM {table}")).unwrap();
        for row in read.query_map([], |r| Ok((table.to_owned(), r.get(0)?, r.get(1)?))).unwrap() {
            out.push(row.unwrap());
        }
        let mut read = conn.prepare("SELECT entity_id, json_extract(before, '$.uuid[0]') FROM op_change WHERE entity=?1 AND after IS NULL AND before IS NOT NULL").unwrap();
        for row in read.query_map([table], |r| Ok((format!("removed {table}"), r.get(0)?, r.get(1)?))).unwrap() {
            out.push(row.unwrap());
        }
    }
    out.sort();
    out
}

#[test]
fn two_copies_that_are_migrated_apart_agree_on_every_uuid() {
    for version in VERSIONS {
        let (_a, one) = opened(version);
        let (_b, other) = opened(version);
        let all = uuids(one.path());
        assert!(all.iter().filter(|(t, ..)| t == "seat" || t == "removed seat").count() >= 3, "{all:?}");
        assert_eq!(all, uuids(other.path()), "version {version}");
        assert!(all.iter().all(|(_, _, uuid)| uuid.len() == 32), "{all:?}");
    }
}

#[test]
fn a_schema_that_is_not_that_of_its_version_is_refused_before_anything_runs_and_each_difference_is_named() {
    for version in VERSIONS {
        let (folder, path) = copy(version);
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "CREATE TRIGGER spy AFTER UPDATE ON person BEGIN DELETE FROM person; END; CREATE TABLE sqlitestats(x); DROP INDEX person_name",
        )
        .unwrap();
        drop(conn);
        let before = std::fs::read(&path).unwrap();
        let error = Book::open(&path, clock()).err().unwrap().to_string();
        for part in ["the trigger spy is not Guildhall's", "the table sqlitestats is not Guildhall's", "the index person_name is missing"] {
            assert!(error.contains(part), "version {version}: {error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no backup, no copy");
    }
}

#[test]
fn programs_that_migrate_at_once_all_succeed() {
    for version in VERSIONS {
        let (folder, path) = copy(version);
        let open = |_| {
            let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_guildhall"));
            program.arg("--file").arg(&path).args(["list", "communities"]).env("XDG_STATE_HOME", folder.path()).env("HOME", folder.path());
            program.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        };
        let all: Vec<_> = (0..4).map(open).collect();
        for one in all {
            let output = one.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "version {version}: {said}");
            assert!(String::from_utf8_lossy(&output.stdout).contains("Research"), "version {version}: {said}");
        }
        let left: Vec<String> = std::fs::read_dir(folder.path().join("roster.guildhall.backups"))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        assert!(left.iter().all(|name| !name.starts_with(".guildhall-")), "{left:?}");
    }
}

#[test]
fn what_a_killed_migration_left_is_swept_away() {
    let (folder, path) = copy("5b");
    let backups = folder.path().join("roster.guildhall.backups");
    std::fs::create_dir(&backups).unwrap();
    let left = backups.join(".guildhall-abc.backup");
    std::fs::write(&left, "half a copy").unwrap();
    let held = backups.join(".guildhall-def.backup");
    std::fs::write(&held, "half a copy").unwrap();
    let other_program = std::fs::File::create(backups.join(".guildhall-def.backup.lock")).unwrap();
    other_program.lock().unwrap();
    std::fs::write(backups.join(".guildhall-ghi.backup.lock"), "").unwrap();
    Book::open(&path, clock()).unwrap();
    assert!(!left.exists() && !backups.join(".guildhall-ghi.backup.lock").exists());
    assert!(held.exists(), "somebody still works on it");
}

#[test]
fn doubles_of_a_pair_are_taken_out_once_and_reported_and_undo_passes_over_them() {
    let (_folder, path) = copy("5b");
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "INSERT INTO meetup_community(meetup_id, community_id, op) SELECT meetup_id, community_id, op FROM meetup_community; \
         INSERT INTO op_change(op, seq, entity, entity_id, last_id) SELECT m.op, 900, 'meetup_community', max(m.id), max(m.id) FROM meetup_community m",
    )
    .unwrap();
    drop(conn);
    let mut book = Book::open(&path, clock()).unwrap();
    assert_eq!(book.migrated()[1..], ["1 duplicates among the communities of meetups were removed".to_owned()]);
    while book.undo().is_ok() {}
    assert!(book.meetup_ids(None, 10).unwrap().is_empty() || book.undo().unwrap_err().asks_first());
}

#[test]
fn people_of_a_step_that_shared_uuids_get_one_each_and_the_others_keep_theirs() {
    let (_folder, path) = copy("5b");
    let conn = Connection::open(&path).unwrap();
    let kept: Vec<u8> = conn.query_row("SELECT uuid FROM person ORDER BY id LIMIT 1", [], |r| r.get(0)).unwrap();
    // Version 5 wrote an import of 40,000 people like this: the counter of its UUIDs repeated every 16,384 rows.
    conn.execute_batch(
        "BEGIN; INSERT INTO op(id, action_id, kind, label, at, changes) VALUES(900, x'0123456789abcdef0123456789abcdef', 'do', 'Imported x', '2026-11-21T00:00:00.000Z', 40000); \
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<39999) \
         INSERT INTO person(id, uuid, kind, name, name_key, email, email_key, email_state, job_title, tags, fields, note, op) \
         SELECT 1000+i, unhex(printf('%032x', 4096+i%16384)), 'person', 'N', 'n', '', NULL, 'ok', '', '', '', '', 900 FROM n; \
         INSERT INTO op_change(op, seq, entity, entity_id, last_id) VALUES(900, 1, 'person', 1000, 40999); COMMIT",
    )
    .unwrap();
    drop(conn);
    let mut book = Book::open(&path, clock()).unwrap();
    let conn = Connection::open(&path).unwrap();
    let distinct: i64 = conn.query_row("SELECT count(DISTINCT uuid) FROM person WHERE id>=1000", [], |r| r.get(0)).unwrap();
    assert_eq!(distinct, 40_000);
    let now: Vec<u8> = conn.query_row("SELECT uuid FROM person ORDER BY id LIMIT 1", [], |r| r.get(0)).unwrap();
    assert_eq!(now, kept);
    assert_eq!(book.undo().unwrap().label, "Added 40,000 people");
}
