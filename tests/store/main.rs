//! The file and its journal: undo gives back every earlier state, byte for byte, and stops where it must.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

#[path = "../common/mod.rs"]
mod common;
mod versions;

use common::{World, today};
use guildhall::book::{Book, BookError, Command, OpKind, StoreError, Thing};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::community::{MembershipFacts, SeatFacts};
use guildhall::domain::ids::{CommunityId, MeetupId, PersonId};
use guildhall::domain::person::{OrganisationFacts, PersonFacts};
use guildhall::domain::words::{AddressState, MembershipStatus, Outcome, Source};
use proptest::prelude::*;

/// A step of a random history: which command, and which of the things that there are.
#[derive(Debug, Clone)]
enum Step {
    Add(u8),
    Edit(u8, u8),
    Remove(u8),
    Community(u8),
    RemoveCommunity(u8),
    PutIn(u8, u8),
    TakeOut(u8, u8),
    Seat(u8, u8),
    Meetup(u8),
    Attend(u8, u8),
    Tag(u8),
    Organisation(u8),
    Import(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<u8>().prop_map(Step::Add),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Edit(a, b)),
        any::<u8>().prop_map(Step::Remove),
        any::<u8>().prop_map(Step::Community),
        any::<u8>().prop_map(Step::RemoveCommunity),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::PutIn(a, b)),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::TakeOut(a, b)),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Seat(a, b)),
        any::<u8>().prop_map(Step::Meetup),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Attend(a, b)),
        any::<u8>().prop_map(Step::Tag),
        any::<u8>().prop_map(Step::Organisation),
        any::<u8>().prop_map(Step::Import),
    ]
}

fn pick<T: Copy>(all: &[T], n: u8) -> Option<T> {
    (!all.is_empty()).then(|| all[usize::from(n) % all.len()])
}

struct Things {
    people: Vec<PersonId>,
    communities: Vec<CommunityId>,
    meetups: Vec<MeetupId>,
}

fn things(book: &mut Book) -> Things {
    Things {
        people: book.find(&Default::default()).unwrap().ids,
        communities: book.communities().unwrap().into_iter().map(|c| c.id).collect(),
        meetups: book.meetup_ids(None, 1000).unwrap(),
    }
}

fn person(n: u8) -> PersonFacts {
    PersonFacts {
        organisation: format!("Organisation {}", n % 4),
        discipline: format!("Discipline {}", n % 3),
        others: if n.is_multiple_of(3) {
            vec![OtherAddress { address: format!("other{n}@example.net"), state: AddressState::Bounced }]
        } else {
            Vec::new()
        },
        tags: vec![format!("tag{}", n % 5)],
        fields: vec![("Grade".into(), format!("G{}", n % 7))],
        joined: Some(today()),
        ..PersonFacts::named(&format!("Person {n}"), &format!("p{n}@example.org"))
    }
}

fn command(step: &Step, all: &Things) -> Option<Command> {
    Some(match *step {
        Step::Add(n) => Command::AddPerson { facts: person(n), community: pick(&all.communities, n) },
        Step::Edit(a, b) => Command::EditPerson { id: pick(&all.people, a)?, facts: person(b), was: None },
        Step::Remove(a) => Command::RemovePeople(all.people.iter().copied().skip(usize::from(a) % 3).take(2).collect()),
        Step::Community(n) => {
            let mut facts = guildhall::domain::community::CommunityFacts::named(&format!("Community {}", n % 6));
            facts.disciplines = (0..n % 3).map(|d| format!("Discipline {d}")).collect();
            Command::PutCommunity { id: pick(&all.communities, n).filter(|_| n % 2 == 0), facts, was: None }
        }
        Step::RemoveCommunity(a) => Command::RemoveCommunity(pick(&all.communities, a)?),
        Step::PutIn(a, b) => Command::PutIn {
            people: all.people.iter().copied().skip(usize::from(a) % 4).take(4).collect(),
            community: pick(&all.communities, b)?,
            status: MembershipStatus::ALL[usize::from(a) % MembershipStatus::ALL.len()],
        },
        Step::TakeOut(a, b) => Command::TakeOut { people: vec![pick(&all.people, a)?], community: pick(&all.communities, b)? },
        Step::Seat(a, b) => Command::PutSeat {
            community: pick(&all.communities, a)?,
            id: None,
            facts: SeatFacts {
                title: format!("Head {a}"),
                holder: pick(&all.people, b),
                since: Some(today()),
                interim: a % 2 == 0,
                ..SeatFacts::default()
            },
        },
        Step::Meetup(n) => {
            let starts = (today() + chrono::TimeDelta::days(i64::from(n) - 100)).and_hms_opt(18, 0, 0)?;
            let facts =
                guildhall::domain::meetup::MeetupFacts::planned(&format!("Meetup {n}"), guildhall::domain::words::Format::Call, starts);
            Command::PutMeetup { id: None, facts, was: None }
        }
        Step::Attend(a, b) => Command::Attend {
            meetup: pick(&all.meetups, a)?,
            people: all.people.iter().copied().skip(usize::from(b) % 3).take(3).collect(),
            change: guildhall::book::AttendanceChange::Outcome(Outcome::ALL[usize::from(a) % 4]),
        },
        Step::Tag(a) => Command::AddTag { people: all.people.iter().copied().take(5).collect(), tag: format!("t{}", a % 4) },
        Step::Organisation(n) => Command::PutOrganisation {
            id: None,
            facts: OrganisationFacts {
                name: format!("Organisation {n}"),
                domains: vec![format!("d{n}.example")],
                ..OrganisationFacts::default()
            },
        },
        Step::Import(_) => return None,
    })
}

fn dump_of(world: &World) -> String {
    world.book.dump().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn undoing_all_gives_every_earlier_state_and_redoing_gives_them_forward(steps in proptest::collection::vec(step(), 1..14)) {
        let mut world = World::empty();
        let mut states = vec![dump_of(&world)];
        for step in &steps {
            let changed = if let Step::Import(n) = step {
                let rows: String = (0..12).map(|i| format!("Person {i},p{}@example.org,Org {},G{n}\n", i + n % 20, i % 3)).collect();
                let report = world.import_into("list.csv", format!("Name,E-mail,Company,Grade\n{rows}"), Some("Imported"));
                report.added + report.updated > 0
            } else {
                let all = things(&mut world.book);
                let Some(command) = command(step, &all) else { continue };
                // A refusal (a name that is taken) must change nothing.
                match world.book.run(&command) {
                    Ok(applied) => applied.changes > 0,
                    Err(_) => {
                        prop_assert_eq!(&dump_of(&world), states.last().unwrap());
                        false
                    }
                }
            };
            if changed {
                states.push(dump_of(&world));
            }
            world.book.changed_elsewhere().unwrap();
        }
        for expected in states.iter().rev().skip(1) {
            world.book.undo().unwrap();
            prop_assert_eq!(&dump_of(&world), expected);
        }
        prop_assert!(matches!(world.book.undo(), Err(BookError::Store(StoreError::Nothing("undo")))));
        for expected in states.iter().skip(1) {
            world.book.redo().unwrap();
            prop_assert_eq!(&dump_of(&world), expected);
        }
        prop_assert!(matches!(world.book.redo(), Err(BookError::Store(StoreError::Nothing("redo")))));
        prop_assert!(world.book.check().unwrap().is_sound());
    }
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn going_back_to_any_point_is_one_step_and_is_itself_undone(
        steps in proptest::collection::vec(step(), 2..12),
        undos in 0..3_usize,
        pick in any::<prop::sample::Index>(),
    ) {
        let mut world = World::empty();
        let mut points = Vec::new();
        let note = |world: &World, points: &mut Vec<_>| {
            let newest = world.book.history(None, 1).unwrap();
            if let Some(op) = newest.first().filter(|op| points.last().is_none_or(|(id, _)| *id != op.id)) {
                points.push((op.id, dump_of(world)));
            }
        };
        for (n, step) in steps.iter().enumerate() {
            let all = things(&mut world.book);
            if let Some(command) = command(step, &all) {
                let _ = world.book.run(&command);
                note(&world, &mut points);
            }
            // Undo and redo between the steps, not only after them.
            for turn in 0..(undos + n) % 4 {
                let _ = if turn == 1 { world.book.redo() } else { world.book.undo() };
                note(&world, &mut points);
            }
        }
        prop_assume!(points.len() > 1);
        let now = dump_of(&world);
        let (point, then) = pick.get(&points[..points.len() - 1]).clone();
        let before = world.book.history(None, 1000).unwrap().len();
        world.book.step(&guildhall::book::Step::BackTo(point)).unwrap();
        prop_assert_eq!(dump_of(&world), then);
        let after = world.book.history(None, 1000).unwrap().len();
        prop_assert!(after <= before + 1);
        if after > before {
            world.book.undo().unwrap();
            prop_assert_eq!(dump_of(&world), now);
        }
    }
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
            (OpKind::Undo, "Took Ann out of Research"),
            (OpKind::Do, "Took Ann out of Research"),
            (OpKind::Do, "Put 2 people into Research"),
            (OpKind::Do, "Added Ann"),
        ]
    );
}

#[test]
fn every_person_and_place_has_a_uuid_of_version_7() {
    let mut world = World::sample();
    for id in things(&mut world.book).people {
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

#[test]
fn a_step_that_is_stopped_in_the_middle_leaves_nothing_behind() {
    use guildhall::store::{Stamp, Store, revert};
    let mut world = World::empty();
    let rows: String = (0..400).map(|i| format!("Person {i},p{i}@example.org\n")).collect();
    world.import("list.csv", format!("Name,E-mail\n{rows}"));
    let before = dump_of(&world);
    let mut store = Store::open_again(&world.path()).unwrap();
    store.watch(Box::new(|done| if done >= 128 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }));
    let stamp = Stamp { action: [7; 16], at: world.clock.now(), today: world.clock.today() };
    assert!(matches!(revert::undo(&mut store, stamp, false), Err(StoreError::Stopped)));
    drop(store);
    assert_eq!(dump_of(&world), before);
}
