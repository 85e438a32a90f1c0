//! Checks that the descriptions agree with the file, and that a described table needs nothing else.

use std::path::Path;

use rusqlite::Connection;

use super::tables::{EXPORT, SCRATCH};
use super::{About, Column, Fallback, Holds, Identity, Merge, PERSON, SCHEMA, TABLES, Table};
use crate::domain::ids::PersonId;
use crate::domain::person::PersonFacts;
use crate::store::{Done, Stamp, Store, StoreError, Write, check, journal, lookup, people, revert};

fn stamp(n: u8) -> Stamp {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    Stamp { action: [n; 16], at: today.and_hms_opt(12, 0, n.into()).unwrap(), today }
}

fn step<T>(store: &mut Store, n: u8, body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>) -> (T, Done) {
    store.write(stamp(n), body).unwrap()
}

/// Returns a roster with a person and a row about them in a table that only its description knows.
fn roster(folder: &Path) -> (Store, PersonId, i64) {
    let mut store = Store::create(&folder.join("roster.guildhall")).unwrap();
    let (ann, _) = step(&mut store, 1, |w| w.add_person(&PersonFacts::named("Ann", "ann@example.org")));
    let (row, done) = step(&mut store, 2, |w| w.add(&SCRATCH, &[("person_id", &ann.0), ("word", &"hello"), ("mood", &"good")]));
    assert_eq!((done.touched.people, done.touched.views), (vec![ann.0], true), "touched");
    (store, ann, row)
}

#[test]
fn a_table_that_is_described_is_journalled_touched_called_checked_and_removed_without_another_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, ann, row) = roster(folder.path());
    assert_eq!(lookup::describe(store.reader(), &SCRATCH, row), "the scratch note of Ann");
    assert_eq!(lookup::last_written(store.reader(), &PERSON, ann.0).unwrap(), Some(2), "edited in the person's form");
    let steps = |store: &Store| journal::history_of(store.reader(), &PERSON, ann.0, 10, false).unwrap().len();
    assert_eq!(steps(&store), 2);
    let before = store.dump().unwrap();
    step(&mut store, 3, |w| w.remove_person(ann));
    assert!(!store.dump().unwrap().contains("hello"), "it goes with the person");
    assert_eq!(steps(&store), 3);
    revert::undo(&mut store, stamp(4), false).unwrap();
    assert_eq!(store.dump().unwrap(), before);
    revert::undo(&mut store, stamp(5), false).unwrap();
    assert!(!store.dump().unwrap().contains("hello"));
    revert::redo(&mut store, stamp(6), false).unwrap();
    assert_eq!(store.dump().unwrap(), before);
    assert!(check::unrecognised(store.reader()).unwrap().is_empty());
    Connection::open(store.path()).unwrap().execute("UPDATE scratch SET mood='so so'", []).unwrap();
    let found = check::unrecognised(store.reader()).unwrap();
    assert!(found[0].starts_with("the scratch note of Ann (row 1): the mood “so so” isn't one that this program knows"), "{found:?}");
    assert!(people::facts(store.reader(), ann).unwrap().is_some());
}

#[test]
fn each_table_is_described_as_the_file_has_it() {
    let conn = Connection::open_in_memory().unwrap();
    for statement in SCHEMA {
        conn.execute_batch(statement).unwrap();
    }
    let outside = ["op", "op_change"];
    let mut all = conn.prepare("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY name").unwrap();
    let all: Vec<String> =
        all.query_map([], |r| r.get::<_, String>(0)).unwrap().map(Result::unwrap).filter(|n| !outside.contains(&n.as_str())).collect();
    let tables: Vec<&Table> = TABLES.iter().copied().chain([&EXPORT]).collect();
    let mut described: Vec<&str> = tables.iter().map(|t| t.name).collect();
    described.sort_unstable();
    assert_eq!(all, described, "every table but the journal's own is described");
    for table in tables {
        let mut read = conn.prepare("SELECT name, type, \"notnull\" FROM pragma_table_info(?1)").unwrap();
        let columns: Vec<(String, String, bool)> =
            read.query_map([table.name], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap().map(Result::unwrap).collect();
        let mut names: Vec<&str> = columns.iter().map(|(n, ..)| n.as_str()).filter(|n| !matches!(*n, "id" | "op")).collect();
        let mut described: Vec<&str> = table.names().collect();
        names.sort_unstable();
        described.sort_unstable();
        assert_eq!(names, described, "{}", table.name);
        for column in table.columns {
            let (_, kind, must) = columns.iter().find(|(n, ..)| n == column.name).unwrap();
            let fits = match column.default {
                Fallback::Null => !must || matches!(column.merge, Merge::Identity | Merge::Reference(..)),
                Fallback::Empty => kind == "TEXT" || kind == "BLOB",
                Fallback::Number(_) => kind == "INTEGER",
            };
            assert!(fits, "the default of {}.{}", table.name, column.name);
        }
        assert_eq!(table.position("uuid").is_some(), table.identity == Identity::Uuid, "{}", table.name);
        let key: Vec<&str> = match table.identity {
            Identity::Uuid => vec!["uuid"],
            Identity::Natural(columns) => columns.to_vec(),
        };
        let unique = format!("ON {}({})", table.name, key.join(", "));
        let is_free = table.name == "scratch" || table.name == EXPORT.name;
        assert!(is_free || SCHEMA.iter().any(|s| s.starts_with("CREATE UNIQUE") && s.ends_with(&unique)), "{unique}");
        if let About::Person(column) | About::Holder(column) = table.about {
            assert!(table.position(column).is_some(), "{}", table.name);
        }
        for (column, to, _) in table.references() {
            assert!(super::table(to).is_some(), "{}.{column}", table.name);
        }
    }
}

#[test]
fn whose_data_a_column_holds_is_said_where_a_row_is_about_somebody() {
    for table in TABLES.iter().filter(|t| t.about != About::Nobody) {
        // Data that reveals nothing about a person on its own: references, words of closed lists, numbers, instants.
        let plain = |c: &Column| {
            matches!(c.merge, Merge::Identity | Merge::Reference(..)) || c.words.is_some() || matches!(c.default, Fallback::Number(_))
        };
        for column in table.columns.iter().filter(|c| !plain(c)) {
            let is_instant = matches!(column.name, "asked" | "lifted");
            assert!(column.holds != Holds::Facts || is_instant || table.name == "scratch", "{}.{}", table.name, column.name);
        }
    }
}
