//! The roll of a meetup, answers and roles by key, and adding people who aren't eligible to a community.

use guildhall::book::{AttendanceChange, Command};
use guildhall::domain::community::RuleFacts;
use guildhall::domain::meetup::MeetupFacts;
use guildhall::domain::words::{Format, Rsvp, RuleEffect};

use crate::Hall;
use crate::common::World;

/// Makes a meetup of a community of Ann, Bo and Cy, the given number of days from today.
fn world(days: i64, capacity: Option<u32>) -> World {
    let mut world = World::empty();
    let people = ["Ann Able", "Bo Baker", "Cy Cooper"].map(|n| world.person(n, &format!("{}@x.example", &n[..2].to_lowercase())));
    let maps = world.community("Maps");
    world.put_in(&people, maps);
    let starts = (crate::common::today() + chrono::Days::new(400) - chrono::Days::new(u64::try_from(400 - days).unwrap()))
        .and_hms_opt(18, 0, 0)
        .unwrap();
    let facts = MeetupFacts { communities: vec!["Maps".into()], capacity, ..MeetupFacts::planned("Crit", Format::Crit, starts) };
    world.run(Command::PutMeetup { id: None, facts, was: None });
    world
}

#[test]
fn enter_twice_never_takes_a_tick_away_and_space_does() {
    let mut hall = Hall::on(world(-3, None));
    hall.keys("3a").shows("> [ ] Ann Able").keys("<enter>").shows("[x] Ann Able").shows("> [ ] Bo Baker");
    // The tick ends the search, and pressing the key again changes nothing.
    hall.keys("cy<enter>").shows("> [x] Cy Cooper").hides("› cy").keys("<enter>").shows("[x] Cy Cooper").shows("> [ ] Bo Baker");
    hall.keys("<up><space>")
        .shows("> [ ] Cy Cooper")
        .keys("<home><enter><enter>")
        .shows("[x] Ann Able")
        .shows("[x] Bo Baker")
        .shows("[ ] Cy");
}

#[test]
fn answers_and_parts_have_keys_on_the_roll_and_in_the_detail() {
    let mut hall = Hall::on(world(9, None));
    hall.keys("3a").shows("Alt-y yes").shows("Alt-w waiting").shows("Alt-s speaker").shows("Alt-h host");
    for (key, shown) in [("y", "said yes"), ("m", "said maybe"), ("n", "said no"), ("w", "waiting")] {
        hall.keys(&format!("<alt-{key}>")).shows("> [").shows(shown);
    }
    hall.keys("<alt-s>").shows("waiting, speaker").keys("<alt-h><alt-s>").shows("waiting, host").keys("<esc>4");
    hall.keys("<end>").shows("> ").shows("Alt-y yes").keys("<alt-y>").shows("said yes, host").keys("<alt-o>").shows("host, organiser");
    hall.keys("u").shows("Undone: Made Ann Able organiser at Crit");
    // Elsewhere the command shows where it works.
    hall.keys("1:organiser<enter>").shows("organiser");
}

#[test]
fn the_room_is_compared_with_the_yeses() {
    let mut world = world(9, Some(1));
    let meetup = world.book.meetup_ids(None, 1).unwrap()[0];
    let people = world.book.first_page(None, 2).unwrap();
    world.run(Command::Attend { meetup, people, change: AttendanceChange::Rsvp(Some(Rsvp::Yes)) });
    let mut hall = Hall::on(world);
    hall.keys("3").shows("2/1 yes").shows("2 yes, 1 over").shows("more said yes than");
    hall.keys("a").shows("Who comes to Crit · 2 yes, 1 over");
}

#[test]
fn a_meetup_that_is_over_and_was_attended_is_offered_to_be_marked_as_held() {
    let mut hall = Hall::on(world(-3, None));
    hall.keys("3")
        .shows("was it held?")
        .keys("a<enter><esc>")
        .shows("1 person came")
        .shows("Mark it as held?")
        .keys("y")
        .shows("crit, held");
    // The question appears only until the meetup is marked as held.
    hall.keys("a<esc>").hides("Mark it as held?").keys("m").shows("Crit is already held").keys("u").shows("was it held?");
    hall.keys("m").shows("crit, held");
}

#[test]
fn who_is_not_eligible_is_shown_before_they_are_added_to_a_community() {
    let mut world = world(9, None);
    let gov = world.community("Government only");
    let facts = RuleFacts { effect: RuleEffect::Allow, suffix: "gov.uk".into(), words: String::new(), printed: String::new() };
    world.run(Command::PutRule { community: gov, page_wide: false, id: None, facts });
    world.person("Di Dobson", "di@dept.gov.uk");
    let mut hall = Hall::on(world);
    hall.keys("2*p").shows("Add 4 people to").keys("gov<enter>");
    hall.shows("3 people, not eligible by the rules").shows("Ann Able, Government only").hides("Di Dobson, Government only");
    hall.keys("<esc>")
        .shows("Add 4 people to")
        .keys("<esc>")
        .shows("Government only     0")
        .keys("pgov<enter><enter>")
        .shows("Added 4 people to Government only");
    // A new person is checked, too. An eligible one is added immediately.
    hall.keys("1")
        .keys("gg")
        .keys("/gov<enter>jj2n")
        .keys("Ed<tab>ed@x.example<ctrl-s>")
        .shows("not eligible")
        .keys("<enter>")
        .shows("Added Ed");
    hall.keys("nFay<tab>fay@dept.gov.uk<ctrl-s>").shows("Added Fay to Government only");
}

#[test]
fn what_is_asked_about_one_person_names_them() {
    let mut hall = Hall::on(world(9, None));
    hall.keys("2");
    for (key, title) in [
        ("c", "Consent of Ann Able"),
        ("p", "Add Ann Able to"),
        ("T", "Tag for Ann Able"),
        ("O", "Organisation of Ann Able"),
        ("F", "Choose a field of Ann Able"),
        ("d", "Remove Ann Able"),
        ("h", "History of Ann Able"),
    ] {
        hall.keys(key).shows(title).keys("<esc>");
    }
    hall.keys("  c").shows("Consent of 2 people");
}

#[test]
fn what_is_typed_of_a_newcomer_is_a_name_and_an_address_and_stays_while_the_form_is_left() {
    let mut hall = Hall::sample();
    hall.keys("3a").paste("Zed Walker <zed@example.org>");
    hall.keys("<enter>");
    hall.shows("Add a person to the roll").shows("Zed Walker").shows("zed@example.org");
    // After Esc the roll still has the typed text, and the hints name no key that types a letter here.
    hall.keys("<esc>").shows("new: Zed Walker").keys("<alt-y>").shows("They aren't on the roster yet");
    hall.keys("<enter><ctrl-s>").shows("Added Zed Walker to the roll of").hides("u to undo").hides("new: Zed");
    // A key that records an answer ends the search, like Enter.
    hall.keys("zed").keys("<alt-m>").shows("answered maybe").hides("zed<");
    hall.keys("anton").shows("Anton Grigore").hides("zedanton");
}
