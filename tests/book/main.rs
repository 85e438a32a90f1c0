//! The book without a screen: commands in, rows out; searches; jobs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

#[path = "../common/mod.rs"]
mod common;
mod directory;
mod eligibility;
mod imports;
mod mail;
mod seats;
mod today;

use common::{World, today};
use guildhall::book::{AttendanceChange, BookError, Command, Jobs, MeetupSort, PeopleQuery, SortBy, Thing, Words};
use guildhall::domain::community::CommunityFacts;
use guildhall::domain::ids::PersonId;
use guildhall::domain::meetup::MeetupFacts;
use guildhall::domain::person::{OrganisationFacts, PersonFacts};
use guildhall::domain::words::{AddressState, ConsentState, MembershipStatus, Outcome, Purpose};

fn crowd() -> World {
    let mut world = World::empty();
    let mut add = |name: &str, email: &str, org: &str, title: &str, discipline: &str, tags: &[&str]| {
        world.facts(PersonFacts {
            organisation: org.into(),
            job_title: title.into(),
            discipline: discipline.into(),
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            joined: Some(today()),
            ..PersonFacts::named(name, email)
        });
    };
    add("Łukasz Wren", "l.wren@mod.example", "Ministry of Maps", "Lead designer", "Service designer", &["a11y"]);
    add("Silvia Modigliani", "silvia@dwp.example", "Department of Weather", "Researcher", "User researcher", &["speaker", "a11y"]);
    add("Anna Silvia Strauß", "anna@x.nsw.example", "Harbour Board", "", "", &[]);
    add("Bo Silversmith", "bo@notnsw.example", "Ministry of Maps", "User researcher", "Content designer", &[]);
    add("Grace Hall", "ghall@silvia.example", "", "", "", &[]);
    world
}

#[test]
fn anyone_is_found_by_three_letters_whatever_the_accents() {
    let mut world = crowd();
    assert_eq!(world.find("luk"), ["Łukasz Wren"]);
    assert_eq!(world.find("strauss"), ["Anna Silvia Strauß"]);
    assert_eq!(world.find("mod ministry"), ["Łukasz Wren"]);
}

#[test]
fn a_word_of_the_name_comes_before_the_middle_and_that_before_other_fields() {
    let mut world = crowd();
    assert_eq!(world.find("silvia"), ["Anna Silvia Strauß", "Silvia Modigliani", "Grace Hall"]);
    assert_eq!(world.find("digl"), ["Silvia Modigliani"]);
}

#[test]
fn fields_are_searched_by_their_names() {
    let mut world = crowd();
    assert_eq!(world.find("org:maps"), ["Bo Silversmith", "Łukasz Wren"]);
    assert_eq!(world.find("role:\"user researcher\""), ["Bo Silversmith", "Silvia Modigliani"]);
    assert_eq!(world.find("domain:nsw.example"), ["Anna Silvia Strauß"]);
    assert_eq!(world.find("tag:a11y -tag:speaker"), ["Łukasz Wren"]);
    assert_eq!(world.find("tag:a1"), Vec::<String>::new(), "a tag is whole");
    assert_eq!(world.find("missing:org"), ["Grace Hall"]);
    assert_eq!(world.find("org:maps | org:weather name:silvia"), ["Bo Silversmith", "Łukasz Wren", "Silvia Modigliani"]);
}

#[test]
fn a_misspelt_name_is_offered_right() {
    let mut world = crowd();
    let found = world.book.find(&PeopleQuery { text: "sivlia", ..PeopleQuery::default() }).unwrap();
    assert!(found.ids.is_empty());
    assert_eq!(found.did_you_mean.as_deref(), Some("silvia"));
}

#[test]
fn attendance_is_searched_by_number_by_title_and_by_day() {
    let mut world = crowd();
    let ids = world.book.find(&PeopleQuery::default()).unwrap().ids;
    let (old, recent) = (world.meetup("Show and tell in May", -200), world.meetup("Crit", -10));
    let came = |people: &[PersonId], meetup| Command::Attend {
        meetup,
        people: people.to_vec(),
        change: AttendanceChange::Outcome(Outcome::Attended),
    };
    world.run(came(&ids[..2], old));
    world.run(came(&ids[..1], recent));
    let first = world.find("attended:2..");
    assert_eq!(first.len(), 1);
    assert_eq!(world.find("attended:\"show and tell\"").len(), 2);
    assert_eq!(world.find("attended:crit"), first);
    assert_eq!(world.find("seen:<90d"), first);
    assert_eq!(world.find("seen:>90d").len(), 1);
    assert_eq!(world.find("missing:seen").len(), ids.len() - 2);
    // A person with an unknown outcome doesn't count as seen.
    world.run(Command::Attend { meetup: recent, people: ids[2..3].to_vec(), change: AttendanceChange::Outcome(Outcome::Unknown) });
    assert_eq!(world.find("seen:<90d"), first);
}

#[test]
fn memberships_are_searched_as_one_and_those_who_left_are_not_listed() {
    let mut world = crowd();
    let ids = world.book.find(&PeopleQuery::default()).unwrap().ids;
    let (research, design) = (world.community("User research"), world.community("Design"));
    world.put_in(&ids[..3], research);
    world.put_in(&ids[2..4], design);
    world.run(Command::SetStatus { people: ids[..1].to_vec(), community: research, status: MembershipStatus::Left });
    let members = |world: &mut World, text: &str| {
        world.book.find(&PeopleQuery { text, community: Some(research), ..PeopleQuery::default() }).unwrap().ids.len()
    };
    assert_eq!(members(&mut world, ""), 2);
    assert_eq!(members(&mut world, "status:left"), 1);
    assert_eq!(world.find("community:research status:active").len(), 2);
    assert_eq!(world.find("community:design community:research").len(), 1);
    assert_eq!(world.book.community_counts().unwrap()[&research], 2);
}

#[test]
fn sorting_by_a_column_puts_who_has_none_last() {
    let mut world = crowd();
    let sorted = |world: &mut World, sort, reverse| {
        let ids = world.book.find(&PeopleQuery { sort, reverse, ..PeopleQuery::default() }).unwrap().ids;
        world.book.people(&ids, None).unwrap().into_iter().map(|p| p.organisation).collect::<Vec<_>>()
    };
    let up = sorted(&mut world, SortBy::Organisation, false);
    assert_eq!(up, ["Department of Weather", "Harbour Board", "Ministry of Maps", "Ministry of Maps", ""]);
    let mut down = up;
    down.reverse();
    assert_eq!(sorted(&mut world, SortBy::Organisation, true), down);
}

#[test]
fn the_index_follows_every_change() {
    let mut world = crowd();
    assert_eq!(world.find("").len(), 5);
    let id = world.person("Vera New", "vera@example.org");
    assert_eq!(world.find("vera"), ["Vera New"]);
    world.run(Command::EditPerson { id, facts: PersonFacts::named("Wanda New", "vera@example.org"), was: None });
    assert_eq!(world.find("wanda"), ["Wanda New"]);
    assert!(world.find("name:vera").is_empty());
    world.run(Command::RemovePeople(vec![id]));
    assert!(world.find("wanda").is_empty());
    world.book.undo().unwrap();
    assert_eq!(world.find("wanda"), ["Wanda New"]);
    let org = world.book.organisations().unwrap().into_iter().find(|o| o.facts.name == "Ministry of Maps").unwrap().id;
    let facts = OrganisationFacts { name: "Ministry of Charts".into(), short_name: "MoC".into(), ..OrganisationFacts::default() };
    world.run(Command::PutOrganisation { id: Some(org), facts });
    assert_eq!(world.find("org:moc").len(), 2);
    assert!(world.find("org:maps").is_empty());
}

#[test]
fn an_index_built_on_a_thread_takes_in_what_changed_meanwhile() {
    let mut world = crowd();
    let path = world.path();
    world.book = guildhall::book::Book::open(&path, world.clock.clone()).unwrap();
    let job = world.book.index_job(Jobs::Inline);
    world.person("Late Comer", "late@example.org");
    let index = job.wait().unwrap().unwrap().unwrap();
    assert!(world.book.install(index).unwrap());
    assert!(world.book.is_ready());
    assert_eq!(world.find("late"), ["Late Comer"]);
}

#[test]
fn a_name_that_changed_while_the_index_was_built_is_found_by_its_new_form() {
    let mut world = World::empty();
    let maps = world.community("Maps");
    let meetup = world.meetup("Spring", 20);
    let facts = MeetupFacts { communities: vec!["Maps".into()], ..world.book.meetup(meetup).unwrap().unwrap().facts };
    world.run(Command::PutMeetup { id: Some(meetup), facts, was: None });
    world.book = guildhall::book::Book::open(&world.path(), world.clock.clone()).unwrap();
    let job = world.book.index_job(Jobs::Inline);
    world.run(Command::PutCommunity { id: Some(maps), facts: CommunityFacts::named("Charts"), was: None });
    world.person("Late Comer", "late@example.org");
    let index = job.wait().unwrap().unwrap().unwrap();
    // If too much has changed, the index is built once more.
    if !world.book.install(index).unwrap() {
        world.book.make_ready().unwrap();
    }
    let found = |world: &mut World, query| world.book.find_meetups(query, None, MeetupSort::When, false).unwrap().ids;
    assert_eq!((found(&mut world, "community:charts"), found(&mut world, "community:maps")), (vec![meetup], vec![]));
}

#[test]
fn one_verb_for_many_is_one_undo_step() {
    let mut world = World::sample();
    let ids = world.book.find(&PeopleQuery::default()).unwrap().ids;
    let before = world.book.dump().unwrap();
    for command in [
        Command::SetOrganisation { people: ids.clone(), name: "Brand New Office".into() },
        Command::SetDiscipline { people: ids.clone(), name: "Archivist".into() },
        Command::AddTag { people: ids.clone(), tag: "spring".into() },
        Command::SetField { people: ids.clone(), field: "Floor".into(), value: "3".into() },
        Command::RemovePeople(ids.clone()),
    ] {
        world.run(command);
        world.book.undo().unwrap();
        assert_eq!(world.book.dump().unwrap(), before);
    }
}

#[test]
fn a_walk_in_is_added_ticked_and_undone_as_one() {
    let mut world = World::empty();
    let meetup = world.meetup("Crit", 0);
    let community = world.community("Design");
    let before = world.book.dump().unwrap();
    let applied = world.run(Command::WalkIn { meetup, facts: PersonFacts::named("Wim", ""), community: Some(community) });
    assert!(matches!(applied.select, Some(Thing::Person(_))));
    let roll = world.book.meetup(meetup).unwrap().unwrap().roll;
    assert_eq!((roll.len(), roll[0].facts.outcome), (1, Outcome::Attended));
    world.book.undo().unwrap();
    assert_eq!(world.book.dump().unwrap(), before);
}

#[test]
fn communities_meetups_and_organisations_speak_the_same_language() {
    let mut world = World::sample();
    let all = world.book.communities().unwrap();
    let names = |query: &str| {
        let ids = world.book.find_communities(query, &all).unwrap().ids;
        all.iter().filter(|c| ids.contains(&c.id)).map(|c| c.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("seat:vacant"), ["Delivery", "Development and testing", "Service design"]);
    assert_eq!(names("runby:others"), ["Data"]);
    assert_eq!(names("stage:maturing content"), ["Content design"]);
    assert_eq!(names("missing:seat runby:us"), ["Portfolio, programme and project management"]);
    let mut meetups = |query: &str| world.book.find_meetups(query, None, MeetupSort::When, false).unwrap().ids.len();
    assert_eq!(meetups("format:unconference"), 2);
    assert!(meetups("date:>2026-11-22 show") == 1);
    assert_eq!(meetups("writeup:owed"), 2);
    assert!(matches!(world.book.find_meetups("tag:x", None, MeetupSort::When, false), Err(BookError::Query { .. })));
    assert_eq!(world.book.find_organisations("sector:\"local government\" -name:milbury").unwrap().len(), 1);
}

#[test]
fn the_sample_roster_is_what_the_pages_tell_of() {
    let mut world = World::sample();
    let people = world.find("").len();
    assert!((55..=70).contains(&people), "{people} people");
    assert_eq!(world.book.organisations().unwrap().len(), 15);
    let vacant = world.book.communities().unwrap().into_iter().filter(|c| c.vacant).count();
    assert_eq!(vacant, 3);
    assert!(world.book.communities().unwrap().iter().any(|c| c.seats.contains("Principle Developer: person TBC")));
    assert!(world.book.next_meetup().unwrap().is_some());
    assert_eq!(world.book.words(Words::Fields).unwrap(), ["Grade"]);
    assert!(!world.find("grade:g7").is_empty());
}

#[test]
fn an_import_that_is_stopped_writes_nothing() {
    let mut world = World::empty();
    let rows: String = (0..200_000).map(|i| format!("Person {i},p{i}@example.org\n")).collect();
    let file = world.file("big.csv", format!("name,email\n{rows}"));
    let options = guildhall::book::ImportOptions { file, text: None, community: None, dry_run: false };
    let job = world.book.import_job(options, Jobs::Thread);
    job.progress().stop();
    let result = job.wait().unwrap();
    assert!(result.unwrap_err().is_stopped());
    assert!(world.find("").is_empty());
}

#[test]
fn twenty_thousand_can_be_put_in_and_undone_as_one_step() {
    let mut world = World::empty();
    let rows: String = (0..20_000).map(|i| format!("Person {i},p{i}@example.org,Org {}\n", i % 50)).collect();
    world.import("big.csv", format!("name,email,organisation\n{rows}"));
    let community = world.community("Everyone");
    let before = world.book.dump().unwrap().len();
    let ids = world.book.find(&PeopleQuery::default()).unwrap().ids;
    world.put_in(&ids, community);
    assert_eq!(world.find("community:everyone").len(), 20_000);
    world.book.undo().unwrap();
    assert_eq!(world.find("community:everyone").len(), 0);
    assert_eq!(world.book.dump().unwrap().len(), before);
}

fn notify_unsubscribes() -> &'static str {
    "Email address,Template name,Uploaded spreadsheet file name,Template sent at,Unsubscribe request received at\n\
     BO@example.org,November newsletter,cop.csv,2026-11-20 09:00:00,2026-11-21 10:00:00\n\
     stranger@example.org,November newsletter,cop.csv,2026-11-20 09:00:00,2026-11-21 11:00:00\n"
}

#[test]
fn notifys_unsubscribe_report_stops_mail_and_keeps_the_person_and_a_second_time_changes_nothing() {
    let mut world = World::empty();
    let bo = world.person("Bo Smith", "bo@example.org");
    let report = world.import("unsubscribes.csv", notify_unsubscribes());
    assert_eq!(report.summary(), "2 addresses suppressed; 1 address of nobody on the roster, suppressed anyway");
    let detail = world.book.person(bo).unwrap().unwrap();
    assert_eq!(detail.suppressed, ["bo@example.org"]);
    let consent = &detail.consents[0];
    assert_eq!((consent.purpose, consent.state), (Purpose::Mail, ConsentState::Withdrawn));
    assert_eq!(consent.on.unwrap().to_string(), "2026-11-21");
    assert_eq!(consent.source, "Notify unsubscribe: November newsletter");
    assert!(!world.export("notify", "").contains("bo@example.org"));
    let before = world.book.dump().unwrap();
    let again = world.import("unsubscribes.csv", notify_unsubscribes());
    assert_eq!(again.summary(), "0 addresses suppressed; 2 known before");
    assert_eq!(world.book.dump().unwrap(), before);
    // The stranger stays suppressed when they are imported later.
    world.import("list.csv", "Name,E-mail\nStranger,stranger@example.org\n");
    assert!(!world.export("notify", "").contains("stranger"));
    // The import is one step, and is undone as one.
    world.book.undo().unwrap();
    // An undo that lifts suppressions needs confirmation.
    assert!(world.book.undo().unwrap_err().asks_first());
    assert!(!world.book.person(bo).unwrap().unwrap().suppressed.is_empty());
    world.book.step(&guildhall::book::Step::Undo(guildhall::book::Confirmed::Yes)).unwrap();
    assert!(world.book.person(bo).unwrap().unwrap().suppressed.is_empty());
}

#[test]
fn notifys_job_report_marks_addresses_that_there_are_none_of() {
    let mut world = World::empty();
    let gone = world.person("Gone", "gone@example.org");
    let full = world.person("Full", "full@example.org");
    let text = "Row number,email address,name,Template,Type,Job,Status,Time\n\
                1,gone@example.org,Gone,November,email,cop.csv,Email address does not exist,2026-11-20 09:00:07\n\
                2,full@example.org,Full,November,email,cop.csv,Inbox not accepting messages right now,2026-11-20 09:00:07\n\
                3,nobody@example.org,No,November,email,cop.csv,Email address does not exist,2026-11-20 09:00:07\n\
                4,nonsense,No,November,email,cop.csv,Delivered,2026-11-20 09:00:07\n";
    let report = world.import("job.csv", text);
    assert_eq!(report.summary(), "1 address marked as bounced; 1 address of nobody on the roster; 1 row refused");
    let state = |world: &World, id| world.book.person(id).unwrap().unwrap().facts.email_state;
    assert_eq!((state(&world, gone), state(&world, full)), (AddressState::Bounced, AddressState::Ok));
    assert_eq!(world.import("job.csv", text).updated, 0);
}

#[test]
fn consent_is_kept_searched_exported_and_never_granted_again_by_an_older_file() {
    let mut world = World::empty();
    world.import("list.csv", "Name,E-mail,Consent\nAnn,ann@example.org,yes\nBo,bo@example.org,no\nCy,cy@example.org,\nDi,di@example.org,photo granted 2026-01-02 form\n");
    assert_eq!(world.find("consent:mail"), ["Ann"]);
    assert_eq!(world.find("consent:mail-withdrawn"), ["Bo"]);
    assert_eq!(world.find("consent:photo"), ["Di"]);
    assert_eq!(world.find("consent:mail-unknown"), ["Cy", "Di"]);
    assert_eq!(world.find("missing:consent"), ["Cy"]);
    let mailed = world.export("notify", "");
    assert!(mailed.contains("ann@") && mailed.contains("cy@") && !mailed.contains("bo@"), "{mailed}");
    let bo = world.book.find_ids("bo", None).unwrap();
    world.import("old.csv", "Name,E-mail,Consent\nBo,bo@example.org,mail granted 2020-01-01\n");
    assert_eq!(world.find("consent:mail-withdrawn"), ["Bo"]);
    let consent = guildhall::domain::person::ConsentFacts {
        purpose: Purpose::Mail,
        state: ConsentState::Granted,
        on: Some(today()),
        source: "in person".into(),
    };
    // Only the person's own request ends a withdrawal, with where and when they made it.
    let refused = world.book.run(&Command::SetConsent { people: bo.clone(), consent }).unwrap_err().to_string();
    assert!(refused.starts_with("Bo withdrew consent to mail; only they can change that"), "{refused}");
    let label = world.run(Command::MailAgain { person: bo[0], source: "an e-mail".into(), on: today() }).label;
    assert_eq!(label, "Allowed mail to Bo");
    assert_eq!(world.find("consent:mail"), ["Ann", "Bo"]);
    // An export and an import preserve everything.
    let out = world.export("roster", "");
    let mut other = World::empty();
    other.import("roster.csv", &out);
    assert_eq!(other.export("roster", ""), out);
    assert_eq!(other.find("consent:photo"), ["Di"]);
}
