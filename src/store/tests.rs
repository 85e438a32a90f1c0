//! What only the store itself can cause: a full disk, a step that is stopped halfway.

use std::ops::ControlFlow;

use super::{Stamp, Store, StoreError, revert};
use crate::domain::person::PersonFacts;

fn stamp(n: u8) -> Stamp {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    Stamp { action: [n; 16], at: today.and_hms_opt(12, 0, n.into()).unwrap(), today }
}

fn roster() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("roster.guildhall")).unwrap();
    (folder, store)
}

fn add(store: &mut Store, n: u8, many: usize) {
    let all = (0..many).map(|i| PersonFacts::named(&format!("Person {i}"), &format!("p{i}@example.org")));
    store.write(stamp(n), |write| all.into_iter().try_for_each(|p| write.add_person(&p).map(|_| ()))).unwrap();
}

#[test]
fn a_full_disk_says_so_loses_nothing_and_the_work_goes_on_when_there_is_room() {
    let (_folder, mut store) = roster();
    add(&mut store, 1, 40);
    let before = store.dump().unwrap();
    // SQLite reports a full disk once the file would be larger than this.
    let room = |store: &Store, pages: u32| store.conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    let pages: u32 = store.conn.pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
    room(&store, pages);
    let big = PersonFacts { note: "x".repeat(900_000), ..PersonFacts::named("Big", "big@example.org") };
    let error = store.write(stamp(2), |write| write.add_person(&big)).unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error}");
    assert_eq!(store.dump().unwrap(), before);
    room(&store, 1_000_000);
    store.write(stamp(3), |write| write.add_person(&big)).unwrap();
    assert!(super::backup::problems(store.reader()).unwrap().is_empty());
}

#[test]
fn a_step_that_is_stopped_in_the_middle_leaves_nothing_behind() {
    let (_folder, mut store) = roster();
    add(&mut store, 1, 400);
    let before = store.dump().unwrap();
    store.watch(Box::new(|done| if done >= 128 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }));
    assert!(matches!(revert::undo(&mut store, stamp(2), false), Err(StoreError::Stopped)));
    assert_eq!(store.dump().unwrap(), before);
}
