//! Seats and what needs attention: vacancies, confirmations, handovers, and the lint of the public page.

use chrono::Days;
use guildhall::book::{Command, seat_line};
use guildhall::domain::community::{ChannelFacts, CommunityFacts, RouteFacts, RuleFacts, SeatFacts};
use guildhall::domain::ids::{CommunityId, PersonId};
use guildhall::domain::words::{ChannelKind, CommunityStatus, RouteKind, RuleEffect, SeatFunction};

use crate::common::{World, today};

fn ago(days: u64) -> Option<chrono::NaiveDate> {
    today().checked_sub_days(Days::new(days))
}

fn seat(world: &mut World, community: CommunityId, facts: SeatFacts) {
    world.run(Command::PutSeat { community, id: None, facts });
}

fn held(title: &str, holder: PersonId) -> SeatFacts {
    SeatFacts { title: title.into(), holder: Some(holder), since: ago(800), ..SeatFacts::default() }
}

#[test]
fn a_seat_is_handed_over_in_one_step_and_says_what_is_due() {
    let mut world = World::empty();
    let maps = world.community("Maps");
    let (ann, bo) = (world.person("Ann", "ann@x.example"), world.person("Bo", "bo@x.example"));
    seat(&mut world, maps, SeatFacts { confirm_months: Some(12), ..held("Head of Maps", ann) });
    let row = |world: &World| world.book.community(maps).unwrap().unwrap().seats.remove(0);
    let first = row(&world);
    assert_eq!(first.purpose(), Some(SeatFunction::Head));
    assert_eq!(seat_line(&first, &world.book.calendar()), "Head of Maps: Ann, since 13 Sep 2024; was to be confirmed by 13 Sep 2025");
    let confirmed = SeatFacts { confirmed: Some(today()), ..first.facts() };
    world.run(Command::PutSeat { community: maps, id: Some(first.id), facts: confirmed });
    assert_eq!(seat_line(&row(&world), &world.book.calendar()), "Head of Maps: Ann, since 13 Sep 2024, confirmed 22 Nov 2026");
    let steps = world.book.history(None, 99).unwrap().len();
    let over = SeatFacts { holder: Some(bo), since: Some(today()), confirmed: None, interim: true, ..row(&world).facts() };
    world.run(Command::PutSeat { community: maps, id: Some(first.id), facts: over });
    assert_eq!(world.book.history(None, 99).unwrap().len(), steps + 1);
    let now = row(&world);
    assert_eq!(seat_line(&now, &world.book.calendar()), "Head of Maps: Bo, since 22 Nov 2026, interim");
    assert_eq!(now.before, [("Ann".to_owned(), ago(800), Some(today()))]);
    world.run(Command::PutSeat { community: maps, id: Some(first.id), facts: SeatFacts { holder: None, since: None, ..now.facts() } });
    assert_eq!(row(&world).vacant_since(), Some(today()));
}

#[test]
fn functions_are_told_from_titles_unless_they_are_said() {
    use guildhall::domain::community::function_of;
    for (title, function) in [
        ("Head of Product", Some(SeatFunction::Head)),
        ("Co-lead", Some(SeatFunction::CoLead)),
        ("Community lead", Some(SeatFunction::Lead)),
        ("Principle Developer", Some(SeatFunction::Lead)),
        ("Secretary", Some(SeatFunction::Secretary)),
        ("Facilitator", Some(SeatFunction::Facilitator)),
        ("Friend of maps", None),
    ] {
        assert_eq!(function_of(title), function, "{title}");
    }
}

#[test]
fn a_community_says_where_it_went_since_when_and_what_is_near() {
    let mut world = World::empty();
    let (_, charts) = (world.community("Maps"), world.community("Charts"));
    let facts = CommunityFacts {
        status: CommunityStatus::Merged,
        status_on: ago(10),
        evidence: "vote of the meetup".into(),
        successor: "Maps".into(),
        related: vec!["maps".into()],
        ..CommunityFacts::named("Charts")
    };
    world.run(Command::PutCommunity { id: Some(charts), facts: facts.clone(), was: None });
    let kept = world.book.community(charts).unwrap().unwrap().facts;
    assert_eq!(kept, CommunityFacts { related: vec!["Maps".into()], ..facts.clone() });
    let itself = CommunityFacts { successor: "Charts".into(), ..facts.clone() };
    assert!(world.book.run(&Command::PutCommunity { id: Some(charts), facts: itself, was: None }).is_err());
    let nowhere = CommunityFacts { successor: "Winds".into(), ..facts };
    let refused = world.book.run(&Command::PutCommunity { id: Some(charts), facts: nowhere, was: None }).unwrap_err();
    assert!(refused.to_string().contains("no community called Winds"), "{refused}");
    world.run(Command::RemoveCommunity(world.book.community_named("Maps").unwrap()));
    assert_eq!(world.book.community(charts).unwrap().unwrap().facts.successor, "");
    world.book.undo().unwrap();
    assert_eq!(world.book.community(charts).unwrap().unwrap().facts.successor, "Maps");
}

#[test]
fn whoever_takes_a_community_over_finds_everything_in_one_pack() {
    let mut world = World::sample();
    let id = world.book.community_named("User research").unwrap();
    let pack = world.book.handover(id).unwrap();
    for expected in [
        "# Handing over User research\n\nAs of Sunday 22 November 2026.",
        "## Seats and who held them\n\n- Head of User Research",
        "## How to join, and who may join\n\n- ",
        "## Next meetups\n\n- ",
        "## Write-ups owed\n",
        "## New in the last 90 days\n",
        " active\n",
    ] {
        assert!(pack.contains(expected), "{expected}\n{pack}");
    }
}

#[test]
fn the_lint_names_each_thing_with_its_place_on_the_page() {
    let mut world = World::empty();
    let page = world.file(
        "guilds.md",
        include_str!("../data/guilds-table.md")
            .replace("[ann@ships.harbour.example](mailto:ann@ships", "[ann@harbour.example](mailto:ann@ships"),
    );
    world.book.import_page(&page, false, false).unwrap();
    let words = |world: &World| -> Vec<String> { world.book.lint().unwrap().iter().map(guildhall::book::Finding::words).collect() };
    let found = words(&world);
    for expected in [
        "the link ann@harbour.example goes to mailto:ann@ships.harbour.example (guilds.md, line 11)",
        "townâ€™s was damaged by a wrong encoding; it was probably town’s (guilds.md, line 3)",
        "Ships: no way to join is recorded (guilds.md, line 11)",
        "Smith: Principle Smith: should that be Principal Smith? (guilds.md, line 13)",
    ] {
        assert!(found.iter().any(|f| f == expected), "{expected}\n{found:#?}");
    }
    let ships = world.book.community_named("Ships").unwrap();
    let route = RouteFacts {
        kind: RouteKind::Mailto,
        target: "join@other.example".into(),
        words: "cop@other.example".into(),
        ..RouteFacts::default()
    };
    world.run(Command::PutRoute { community: ships, id: None, facts: route });
    let rule = RuleFacts {
        effect: RuleEffect::Allow,
        suffix: "harbour.example".into(),
        words: "you need a port.example address".into(),
        printed: String::new(),
    };
    world.run(Command::PutRule { community: ships, page_wide: false, id: None, facts: rule });
    let channel = ChannelFacts { kind: ChannelKind::Chat, name: "#ships".into(), members: Some(40), counted: ago(200) };
    world.run(Command::PutChannel { community: ships, id: None, facts: channel });
    let piers = world.book.community_named("Piers").unwrap();
    let mut facts = world.book.community(piers).unwrap().unwrap().facts;
    facts.disciplines.push("riggers".into());
    world.run(Command::PutCommunity { id: Some(piers), facts, was: None });
    let nameless = world.person("Cy Nettle", "");
    for title in ["Lead", "Co-lead", "Secretary"] {
        seat(&mut world, piers, held(title, nameless));
    }
    let di = world.person("Di", "di@other.example");
    world.put_in(&[di], ships);
    let found = words(&world);
    for expected in [
        "Ships: 1 member is not eligible by its rules: Di (guilds.md, line 11)",
        "Ships: the words of the rule say port.example, the rule is allow harbour.example (guilds.md, line 11)",
        "Ships: people join by mail to join@other.example, an address that the rule itself refuses (guilds.md, line 11)",
        "Ships: the link cop@other.example goes to join@other.example (guilds.md, line 11)",
        "Ships: the members of #ships were counted 200 days ago (guilds.md, line 11)",
        "Piers: Cy Nettle, Lead, has no e-mail address (guilds.md, line 12)",
        "Piers: riggers is a discipline of Ships too (guilds.md, line 12)",
        "Cy Nettle holds 3 seats: Lead of Piers, Co-lead of Piers, Secretary of Piers",
    ] {
        assert!(found.iter().any(|f| f == expected), "{expected}\n{found:#?}");
    }
    assert!(!found.iter().any(|f| f.contains("no way to join is recorded (guilds.md, line 11)")));
}
