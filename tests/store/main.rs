//! The file and its journal: undo restores every earlier state, byte for byte, and stops where it must.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

#[path = "../common/mod.rs"]
mod common;
mod following;
mod histories;
mod versions;

use common::{World, today};
use guildhall::book::{Book, BookError, Command, OpKind, StoreError, Thing};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::community::{MembershipFacts, SeatFacts};

use guildhall::domain::person::PersonFacts;
use guildhall::domain::words::{AddressState, MembershipStatus, Source};

fn dump_of(world: &World) -> String {
    world.book.dump().unwrap()
}

#[test]
fn a_fresh_change_ends_redo() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    world.book.undo().unwrap();
    world.person("Bo", "bo@example.org");
    assert!(matches!(world.book.redo(), Err(BookError::Store(StoreError::Nothing("redo")))));
    world.book.undo().unwrap();
    world.book.redo().unwrap();
    assert_eq!(world.find(""), ["Bo"]);
}

#[test]
fn a_withdrawal_that_undo_kept_does_not_stand_in_the_way_of_redo() {
    let mut world = World::empty();
    world.run(Command::Suppress { addresses: vec!["ann@example.org".into()], reason: "asked".into() });
    let ann = world.person("Ann", "");
    // A person who gets a suppressed address has withdrawn consent. Undo removes the address and keeps the withdrawal.
    world.run(Command::EditPerson { id: ann, facts: PersonFacts::named("Ann", "ann@example.org"), was: None });
    for _ in 0..2 {
        world.book.undo().unwrap();
        world.book.undo().unwrap();
        world.book.redo().unwrap();
        world.book.redo().unwrap();
    }
    assert_eq!(world.book.person(ann).unwrap().unwrap().facts.email, "ann@example.org");
}

#[test]
fn an_undo_that_leaves_everything_as_it_is_is_a_step_all_the_same() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    world.run(Command::Suppress { addresses: vec!["nobody@example.org".into()], reason: "asked".into() });
    world.run(Command::Suppress { addresses: vec!["nobody@example.org".into()], reason: "asked again".into() });
    world.book.undo().unwrap();
    assert!(world.book.undo().unwrap_err().asks_first(), "the next one is the first suppression");
}

#[test]
fn a_column_that_a_later_step_wrote_does_not_stand_in_the_way_of_undoing_another() {
    let mut world = World::empty();
    let id = world.person("Ann", "ann@example.org");
    world.run(Command::EditPerson {
        id,
        facts: PersonFacts { job_title: "Researcher".into(), ..PersonFacts::named("Ann", "ann@example.org") },
        was: None,
    });
    // A step that undo skips writes another column of the same row.
    let conn = rusqlite::Connection::open(world.path()).unwrap();
    conn.execute_batch(
        "INSERT INTO op SELECT 50, x'00000000000000000000000000000050', 'note', label, at, NULL, 1, schema FROM op WHERE id=2; \
         INSERT INTO op_change VALUES(50, 1, 'person', 1, 1, 1, '{\"note\":\"\",\"op\":2}', '{\"note\":\"x\",\"op\":50}'); \
         UPDATE person SET note='x', op=50",
    )
    .unwrap();
    world.book.undo().unwrap();
    let facts = world.book.person(id).unwrap().unwrap().facts;
    assert_eq!((facts.job_title.as_str(), facts.note.as_str()), ("", "x"));
    world.book.redo().unwrap();
    assert_eq!(world.book.person(id).unwrap().unwrap().facts.job_title, "Researcher");
}

#[test]
fn undo_lasts_across_a_restart() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    let before = dump_of(&world);
    world.person("Bo", "bo@example.org");
    let path = world.path();
    world.book = Book::open(&path, world.clock.clone()).unwrap();
    assert_eq!(world.book.undo().unwrap().label, "Added Bo");
    assert_eq!(dump_of(&world), before);
}

#[test]
fn a_row_changed_since_stops_undo_with_a_sentence_that_names_it() {
    let mut world = World::empty();
    world.person("Ann Example", "ann@example.org");
    let script = rusqlite::Connection::open(world.path()).unwrap();
    script.execute("UPDATE person SET op=99, note='by hand'", []).unwrap();
    let before = dump_of(&world);
    let error = world.book.undo().unwrap_err().to_string();
    assert_eq!(error, "Ann Example has been changed since, so “Added Ann Example” can't be undone; nothing was changed");
    assert_eq!(dump_of(&world), before);
}

#[test]
fn a_value_changed_by_hand_stops_the_undo_of_an_edit() {
    let mut world = World::empty();
    let id = world.person("Ann", "ann@example.org");
    world.run(Command::EditPerson { id, facts: PersonFacts::named("Anna", "ann@example.org"), was: None });
    rusqlite::Connection::open(world.path()).unwrap().execute("UPDATE person SET name='Annika'", []).unwrap();
    assert!(matches!(world.book.undo(), Err(BookError::Store(StoreError::ChangedSince { .. }))));
}

#[test]
fn something_added_by_hand_since_stops_the_undo_of_what_it_belongs_to() {
    let mut world = World::empty();
    let id = world.person("Ann", "ann@example.org");
    rusqlite::Connection::open(world.path())
        .unwrap()
        .execute("INSERT INTO address(person_id,address,address_key,state,op) VALUES(?1,'a@x.org','a@x.org','ok',0)", [id.0])
        .unwrap();
    let before = dump_of(&world);
    let error = world.book.undo().unwrap_err().to_string();
    assert!(error.contains("can't be undone"), "{error}");
    assert_eq!(dump_of(&world), before);
}

#[test]
fn an_import_journals_ranges_not_copies() {
    let mut world = World::empty();
    let rows: String = (0..5_000).map(|i| format!("Person {i},p{i}@example.org\n")).collect();
    world.import_into("big.csv", format!("name,email\n{rows}"), Some("Research"));
    let journal: i64 =
        rusqlite::Connection::open(world.path()).unwrap().query_row("SELECT count(*) FROM op_change", [], |r| r.get(0)).unwrap();
    assert!(journal < 10, "{journal} rows for 5,000 people");
    world.book.undo().unwrap();
    assert!(world.find("").is_empty());
    world.book.redo().unwrap();
    assert_eq!(world.find("").len(), 5_000);
}

#[test]
fn ids_are_never_given_twice_so_that_a_history_is_of_one_thing() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@example.org");
    world.book.undo().unwrap();
    let bo = world.person("Bo", "bo@example.org");
    assert_ne!(ann, bo);
    let labels: Vec<String> = world.book.history(Some(Thing::Person(bo)), 10).unwrap().into_iter().map(|o| o.label).collect();
    assert_eq!(labels, ["Added Bo"]);
}

#[test]
fn the_history_of_a_person_has_what_was_done_to_what_belongs_to_them() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann", "ann@example.org"), world.person("Bo", "bo@example.org"));
    let community = world.community("Research");
    world.put_in(&[ann, bo], community);
    world.run(Command::TakeOut { people: vec![ann], community });
    world.book.undo().unwrap();
    let ops = world.book.history(Some(Thing::Person(ann)), 10).unwrap();
    let labels: Vec<(OpKind, &str)> = ops.iter().map(|o| (o.kind, o.label.as_str())).collect();
    assert_eq!(
        labels,
        [
            (OpKind::Undo, "Removed Ann from Research"),
            (OpKind::Do, "Removed Ann from Research"),
            (OpKind::Do, "Added 2 people to Research"),
            (OpKind::Do, "Added Ann"),
        ]
    );
}

#[test]
fn every_person_and_place_has_a_uuid_of_version_7() {
    let mut world = World::sample();
    for id in world.book.find(&Default::default()).unwrap().ids {
        let uuid = world.book.person(id).unwrap().unwrap().uuid;
        assert_eq!(uuid.as_bytes()[14], b'7', "{uuid}");
    }
    let conn = rusqlite::Connection::open(world.path()).unwrap();
    for table in ["person", "organisation", "community", "meetup"] {
        let (all, distinct): (i64, i64) =
            conn.query_row(&format!("SELECT count(*), count(DISTINCT uuid) FROM {table}"), [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        assert!(all > 0 && all == distinct, "{table}: {distinct} of {all}");
    }
}

#[test]
fn a_command_that_changes_nothing_leaves_no_trace() {
    let mut world = World::empty();
    let id = world.person("Ann", "ann@example.org");
    let steps = world.book.history(None, 10).unwrap().len();
    let applied = world.run(Command::EditPerson { id, facts: PersonFacts::named("Ann", "ann@example.org"), was: None });
    assert_eq!(applied.changes, 0);
    assert_eq!(world.book.history(None, 10).unwrap().len(), steps);
}

#[test]
fn a_refused_command_changes_nothing() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    let before = dump_of(&world);
    let facts = PersonFacts { tags: vec!["new tag".into()], organisation: "New".into(), ..PersonFacts::named("Bo", "ANN@example.org") };
    let error = world.book.run(&Command::AddPerson { facts, community: None }).unwrap_err().to_string();
    assert_eq!(error, "ANN@example.org belongs to Ann already; edit them, or use another address");
    assert_eq!(dump_of(&world), before);
}

#[test]
fn a_new_holder_closes_the_tenure_before_and_both_are_remembered() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann", "ann@example.org"), world.person("Bo", "bo@example.org"));
    let community = world.community("Delivery");
    let seat = |holder, since| SeatFacts { title: "Head of Delivery".into(), holder, since, ..SeatFacts::default() };
    let first = today() - chrono::TimeDelta::days(400);
    world.run(Command::PutSeat { community, id: None, facts: seat(Some(ann), Some(first)) });
    let id = world.book.community(community).unwrap().unwrap().seats[0].id;
    world.run(Command::PutSeat { community, id: Some(id), facts: seat(Some(bo), Some(today())) });
    let row = world.book.community(community).unwrap().unwrap().seats.remove(0);
    assert_eq!(row.holder, Some((bo, "Bo".into())));
    assert_eq!(row.before, [("Ann".to_owned(), Some(first), Some(today()))]);
    world.run(Command::PutSeat { community, id: Some(id), facts: seat(None, None) });
    let detail = world.book.community(community).unwrap().unwrap();
    assert_eq!(detail.seats[0].holder, None);
    assert_eq!(detail.seats[0].before.len(), 2);
    assert!(world.book.communities().unwrap()[0].vacant);
}

#[test]
fn a_row_that_was_changed_while_its_form_was_open_is_not_overwritten() {
    let mut world = World::empty();
    let id = world.person("Ann", "ann@example.org");
    let was = world.book.person(id).unwrap().unwrap().op;
    world.run(Command::EditPerson { id, facts: PersonFacts::named("Anna", "ann@example.org"), was: Some(was) });
    let mine = Command::EditPerson { id, facts: PersonFacts::named("Annie", "ann@example.org"), was: Some(was) };
    assert!(world.book.run(&mine).unwrap_err().is_conflict());
    assert_eq!(world.find(""), ["Anna"]);
}

#[test]
fn an_address_that_another_program_added_is_not_dropped_by_a_form_that_did_not_know_it() {
    let mut world = World::empty();
    let id = world.person("Ann", "ann@example.org");
    let opened = world.book.person(id).unwrap().unwrap();
    let mut theirs = opened.facts.clone();
    theirs.others = vec![OtherAddress { address: "ann@new.example".into(), state: AddressState::Ok }];
    Book::open(&world.path(), world.clock.clone()).unwrap().run(&Command::EditPerson { id, facts: theirs, was: None }).unwrap();
    let mine = Command::EditPerson { id, facts: PersonFacts { note: "mine".into(), ..opened.facts }, was: Some(opened.op) };
    assert!(world.book.run(&mine).unwrap_err().is_conflict());
    assert_eq!(world.book.person(id).unwrap().unwrap().facts.others.len(), 1);
}

#[test]
fn membership_facts_are_kept_as_given() {
    let mut world = World::empty();
    let (ann, community) = (world.person("Ann", "ann@example.org"), world.community("Research"));
    let facts = MembershipFacts { status: MembershipStatus::Left, joined: Some(today()), left: Some(today()), source: Source::Referral };
    world.run(Command::EditMembership { person: ann, community, facts: facts.clone(), exception: None });
    assert_eq!(world.book.person(ann).unwrap().unwrap().memberships[0].facts, facts);
}

#[test]
fn going_back_over_a_removal_that_was_undone_can_itself_be_undone() {
    let mut world = World::empty();
    let report = world.import("list.csv", "Name,E-mail\nAnn,ann@example.org\nBo,bo@example.org\n");
    assert_eq!(report.added, 2);
    let ids = world.book.find_ids("", None).unwrap();
    let imported = world.book.history(None, 1).unwrap()[0].id;
    let then = dump_of(&world);
    world.run(Command::RemovePeople(vec![ids[1]]));
    world.book.undo().unwrap();
    world.run(Command::RemovePeople(vec![ids[0]]));
    let now = dump_of(&world);
    world.book.step(&guildhall::book::Step::BackTo(imported)).unwrap();
    assert_eq!(dump_of(&world), then);
    world.book.undo().unwrap();
    assert_eq!(dump_of(&world), now);
}
