//! What to do this week: each kind of line, when it is shown and when it isn't.

use std::path::PathBuf;

use guildhall::book::{AttendanceChange, Command, ExportOptions, Jobs, Since, ToDo, ToDoKind};
use guildhall::domain::community::{CommunityFacts, MembershipFacts, SeatFacts};
use guildhall::domain::eligibility::ExceptionFacts;
use guildhall::domain::ids::MeetupId;
use guildhall::domain::meetup::MeetupFacts;
use guildhall::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use guildhall::domain::words::{AddressState, ConsentState, Format, MeetupStatus, MembershipStatus, Outcome, Rsvp, Source, WriteUp};

use crate::common::{World, today};

fn kinds(world: &mut World) -> Vec<(ToDoKind, String)> {
    world.book.to_do().unwrap().into_iter().map(|ToDo { kind, what, .. }| (kind, what)).collect()
}

/// Adds a meetup the given number of days from today, hosted by an organisation.
fn meetup(world: &mut World, days: i64, change: impl FnOnce(&mut MeetupFacts)) -> MeetupId {
    let day = today().checked_add_signed(chrono::Duration::days(days)).unwrap();
    let mut facts =
        MeetupFacts { host: "Maps Office".into(), ..MeetupFacts::planned("Crit", Format::Crit, day.and_hms_opt(18, 0, 0).unwrap()) };
    change(&mut facts);
    world.run(Command::PutMeetup { id: None, facts, was: None });
    world.book.meetup_ids(None, 50).unwrap().into_iter().max_by_key(|id| id.0).unwrap()
}

#[test]
fn an_empty_book_has_nothing_to_do() {
    assert_eq!(kinds(&mut World::empty()), []);
}

#[test]
fn meetups_soon_to_come_need_a_host_and_answers_and_those_that_are_over_a_write_up() {
    let mut world = World::empty();
    let ann = world.facts(PersonFacts { name: "Ann".into(), ..PersonFacts::default() });
    let soon = meetup(&mut world, 14, |m| m.host.clear());
    meetup(&mut world, 15, |m| m.host.clear());
    meetup(&mut world, 3, |m| (m.host.clear(), m.status = MeetupStatus::Cancelled).1);
    assert_eq!(kinds(&mut world), [(ToDoKind::NoHost, "Crit".into())]);
    // A person hosts it and has not answered yet.
    let part = AttendanceChange::Part(guildhall::domain::words::Part::Host, true);
    world.run(Command::Attend { meetup: soon, people: vec![ann], change: part });
    assert_eq!(kinds(&mut world), [(ToDoKind::OpenAnswers, "Crit: 1 without an answer".into())]);
    world.run(Command::Attend { meetup: soon, people: vec![ann], change: AttendanceChange::Rsvp(Some(Rsvp::Maybe)) });
    assert_eq!(kinds(&mut world), [(ToDoKind::OpenAnswers, "Crit: 1 maybe".into())]);
    world.run(Command::Attend { meetup: soon, people: vec![ann], change: AttendanceChange::Rsvp(Some(Rsvp::No)) });
    assert_eq!(kinds(&mut world), []);
    let past = meetup(&mut world, -20, |m| (m.write_up = WriteUp::Owed, m.status = MeetupStatus::Held).1);
    let found = world.book.to_do().unwrap();
    assert_eq!((found[0].kind, found[0].on, found[0].by < today()), (ToDoKind::WriteUp, Some(today() - chrono::Days::new(20)), true));
    meetup(&mut world, 5, |m| m.write_up = WriteUp::Owed);
    assert_eq!(kinds(&mut world).len(), 1, "before the day nothing is owed");
    world.run(Command::RemoveMeetup(past));
    // People came, and the meetup is still planned.
    let past = meetup(&mut world, -3, |_| ());
    assert_eq!(kinds(&mut world), []);
    world.run(Command::Attend { meetup: past, people: vec![ann], change: AttendanceChange::Outcome(Outcome::Attended) });
    assert_eq!(kinds(&mut world), [(ToDoKind::NotHeld, "Crit: 1 person came".into())]);
}

#[test]
fn seats_and_exceptions_are_due_by_their_day() {
    let mut world = World::empty();
    let (maps, ann) = (world.community("Maps"), world.person("Ann", "ann@x.example"));
    let seat = |holder: Option<guildhall::domain::ids::PersonId>, confirm_months| {
        let since = holder.map(|_| today() - chrono::Days::new(400));
        SeatFacts { title: "Head".into(), holder, since, interim: false, function: None, confirm_months, confirmed: None }
    };
    let old = [ToDoKind::Bounced, ToDoKind::Newcomer];
    let due = |world: &mut World, facts| {
        world.run(Command::PutSeat {
            community: maps,
            id: world.book.community(maps).unwrap().unwrap().seats.first().map(|s| s.id),
            facts,
        });
        kinds(world).into_iter().filter(|(k, _)| !old.contains(k)).collect::<Vec<_>>()
    };
    assert_eq!(due(&mut world, seat(None, None)), [(ToDoKind::Vacant, "Head, Maps".into())]);
    assert_eq!(due(&mut world, seat(Some(ann), None)), []);
    assert_eq!(due(&mut world, seat(Some(ann), Some(24))), []);
    assert_eq!(due(&mut world, seat(Some(ann), Some(12))), [(ToDoKind::Confirm, "Head, Maps: is it still Ann?".into())]);
    due(&mut world, seat(Some(ann), None));
    for (days, is_due) in [(-1, true), (1, false)] {
        let review = today().checked_add_signed(chrono::Duration::days(days));
        let exception = Some(ExceptionFacts { reason: "on loan".into(), by: String::new(), on: None, review });
        let facts = MembershipFacts { status: MembershipStatus::Active, joined: None, left: None, source: Source::Lead };
        world.run(Command::EditMembership { person: ann, community: maps, facts, exception });
        let found = kinds(&mut world);
        assert_eq!(found.contains(&(ToDoKind::Review, "Ann in Maps: on loan".into())), is_due, "{found:?}");
    }
}

#[test]
fn newcomers_and_bounced_addresses_are_named_and_many_are_one_line() {
    let mut world = World::empty();
    let person = |name: &str, days: u64, state| PersonFacts {
        name: name.into(),
        email: format!("{name}@x.example"),
        email_state: state,
        joined: Some(today() - chrono::Days::new(days)),
        ..PersonFacts::default()
    };
    let new = world.facts(person("new", 30, AddressState::Ok));
    world.facts(person("old", 31, AddressState::Ok));
    world.facts(person("gone", 200, AddressState::Bounced));
    assert_eq!(kinds(&mut world), [(ToDoKind::Bounced, "gone".into()), (ToDoKind::Newcomer, "new".into())]);
    let past = meetup(&mut world, -3, |m| m.status = MeetupStatus::Held);
    world.run(Command::Attend { meetup: past, people: vec![new], change: AttendanceChange::Outcome(Outcome::Attended) });
    assert_eq!(kinds(&mut world), [(ToDoKind::Bounced, "gone".into())]);
    for i in 0..8 {
        world.facts(person(&format!("n{i}"), 3, AddressState::Ok));
    }
    let found = world.book.to_do().unwrap();
    assert_eq!(found[1].what, "8 people joined in the last 30 days and have been to no meetup yet");
    // The search that the line leads to finds exactly these people.
    let guildhall::book::ToDoPlace::People(query) = &found[1].at else { panic!("{found:?}") };
    assert_eq!(world.find(query).len(), 8);
}

#[test]
fn changes_that_are_not_published_and_lists_that_changed_are_lines_until_they_are_dealt_with() {
    let mut world = World::empty();
    let text = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/guilds-table.md")).unwrap();
    let page = world.file("communities.md", text);
    world.book.import_page(&page, false, false).unwrap();
    let quiet = |world: &mut World| {
        kinds(world).into_iter().filter(|(k, _)| matches!(k, ToDoKind::Unpublished | ToDoKind::ListChanged)).collect::<Vec<_>>()
    };
    assert_eq!(quiet(&mut world), []);
    let first = world.book.communities().unwrap()[0].clone();
    let detail = world.book.community(first.id).unwrap().unwrap();
    let seat = detail.seats.first().unwrap();
    let facts = SeatFacts { title: format!("{} (acting)", seat.title), ..seat.facts() };
    world.run(Command::PutSeat { community: first.id, id: Some(seat.id), facts });
    let found = quiet(&mut world);
    assert!(matches!(found.as_slice(), [(ToDoKind::Unpublished, what)] if what.starts_with("communities.md: ")), "{found:?}");
    world.book.publish_page(&page, &guildhall::book::PublishOptions::default()).unwrap();
    assert_eq!(quiet(&mut world), []);

    let ann = world.person("Ann", "ann@x.example");
    let maps = world.community("Charts");
    world.put_in(&[ann], maps);
    let options = ExportOptions { format: "notify".into(), community: Some(maps), ..ExportOptions::default() };
    let export = |world: &mut World| {
        let target: PathBuf = world.path().with_file_name("list.csv");
        let summary = world.book.export_job(&options, &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
        world.book.remember(&summary).unwrap();
    };
    export(&mut world);
    assert_eq!(quiet(&mut world).into_iter().filter(|(k, _)| *k == ToDoKind::ListChanged).count(), 0);
    let bo = world.person("Bo", "bo@x.example");
    world.put_in(&[bo], maps);
    world.run(Command::TakeOut { people: vec![ann], community: maps });
    let found = quiet(&mut world);
    assert!(found.contains(&(ToDoKind::ListChanged, "notify, Charts: 1 to add, 1 to remove".into())), "{found:?}");
    export(&mut world);
    assert_eq!(quiet(&mut world).into_iter().filter(|(k, _)| *k == ToDoKind::ListChanged).count(), 0);
}

#[test]
fn a_list_is_compared_as_it_was_exported_with_what_it_was_told() {
    use guildhall::book::Settings;
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@example.org");
    world.person("Bo", "bo@example.org");
    let consent = ConsentFacts::of_mail(ConsentState::Granted);
    world.book.run(&Command::SetConsent { people: vec![ann], consent }).unwrap();
    let lists = [
        ExportOptions { settings: Settings { require_consent: true, ..Settings::default() }, ..ExportOptions::default() },
        ExportOptions { all_addresses: true, ..ExportOptions::default() },
        ExportOptions { settings: Settings { mailboxes: true, ..Settings::default() }, ..ExportOptions::default() },
        ExportOptions::default(),
    ];
    for options in lists {
        let summary = world.book.export_to(&ExportOptions { format: "notify".into(), ..options }, &mut Vec::new()).unwrap();
        world.book.remember(&summary).unwrap();
    }
    let changed = |world: &mut World| {
        let all = kinds(world).into_iter().filter(|(k, _)| *k == ToDoKind::ListChanged);
        all.map(|(_, what)| what).collect::<Vec<_>>()
    };
    assert_eq!(changed(&mut world), Vec::<String>::new());
    // A new person is on every list except the one that requires consent.
    world.person("Cy", "cy@example.org");
    assert_eq!(changed(&mut world).len(), 3, "{:?}", changed(&mut world));
}

/// After any steps, the counts from the people that the steps touched are those of an export of the changes.
#[test]
#[expect(clippy::too_many_lines, reason = "one arm for each kind of step")]
fn a_list_that_changed_is_counted_as_its_export_would_write_it() {
    let mut world = World::empty();
    let people: Vec<_> = (0..10).map(|i| world.person(&format!("P{i}"), &format!("p{i}@x.example"))).collect();
    let (maps, charts) = (world.community("Maps"), world.community("Charts"));
    world.put_in(&people[..6], maps);
    world.put_in(&people[4..], charts);
    let lists: Vec<ExportOptions> = [Some(maps), Some(charts), None]
        .into_iter()
        .flat_map(|community| {
            ["", "-org:harbour", "p1 | n", "-tag:old", "joined:>2020-01-01", "community:map"].map(|query| (community, query))
        })
        .map(|(community, query)| ExportOptions {
            format: "notify".into(),
            community,
            query: query.into(),
            since: Since::Last,
            ..ExportOptions::default()
        })
        .collect();
    for list in &lists {
        let whole = ExportOptions { since: Since::Ever, ..list.clone() };
        let target = world.path().with_file_name("list.csv");
        let summary = world.book.export_job(&whole, &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
        world.book.remember(&summary).unwrap();
    }
    let mut state = 7_u64;
    let mut dice = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let mut differed = 0;
    for step in 0..90 {
        let (person, community) = (people[usize::try_from(dice(10)).unwrap()], [maps, charts][usize::try_from(dice(2)).unwrap()]);
        let command = match dice(12) {
            0 => Command::PutIn { people: vec![person], community, status: MembershipStatus::Active },
            1 => Command::TakeOut { people: vec![person], community },
            2 => Command::SetStatus { people: vec![person], community, status: MembershipStatus::ALL[usize::try_from(dice(8)).unwrap()] },
            3 => match world.book.person(person).unwrap() {
                Some(p) => {
                    let facts = PersonFacts { email: format!("n{step}@y.example"), ..p.facts };
                    Command::EditPerson { id: person, facts, was: None }
                }
                None => continue,
            },
            4 => Command::NeverMail { people: vec![person], reason: "asked".into() },
            5 => Command::RemovePeople(vec![person]),
            7 => Command::AddTag { people: vec![person], tag: "old".into() },
            8 => Command::SetOrganisation { people: vec![person], name: "Harbour Board".into() },
            9 => {
                let id = world.book.organisations().unwrap().first().map(|o| o.id);
                let name = ["Harbour Board", "Ferries"][usize::try_from(dice(2)).unwrap()].to_owned();
                let domains = [vec![], vec!["x.example".into(), "y.example".into()]][usize::try_from(dice(2)).unwrap()].clone();
                Command::PutOrganisation { id, facts: OrganisationFacts { name, domains, ..OrganisationFacts::default() } }
            }
            10 => {
                let row = world.book.community(community).unwrap().unwrap();
                let name = ["Maps", "Charts and maps"][usize::try_from(dice(2)).unwrap()].to_owned();
                Command::PutCommunity { id: Some(community), facts: CommunityFacts { name, ..row.facts }, was: None }
            }
            11 => Command::Suppress { addresses: vec![format!("p{}@y.example", dice(10))], reason: "asked".into() },
            _ => {
                let _ = world.book.undo();
                continue;
            }
        };
        if world.book.run(&command).is_err() {
            continue;
        }
        let mut lines: Vec<String> =
            kinds(&mut world).into_iter().filter(|(k, _)| *k == ToDoKind::ListChanged).map(|(_, what)| what).collect();
        let mut wanted = Vec::new();
        for list in &lists {
            let search = if list.query.is_empty() { String::new() } else { format!(", {}", list.query) };
            let community = list.community.map(|c| world.book.community(c).unwrap().unwrap().facts.name);
            let name = format!("{}{search}", community.unwrap_or_else(|| "everybody".into()));
            let found = world.book.export_preview(list, Jobs::Inline).unwrap().wait().unwrap().unwrap().changed.unwrap();
            if found.added + found.removed + found.nameless > 0 {
                wanted.push(format!("notify, {name}: {} to add, {} to remove", found.added, found.removed + found.nameless));
                differed += 1;
            }
        }
        lines.sort();
        wanted.sort();
        assert_eq!(lines, wanted, "after step {step}: {command:?}");
    }
    assert!(differed > 30, "{differed}");
}
