//! Exports of changes only: since the last export, or compared with the list's own export.

use std::collections::BTreeSet;
use std::path::Path;

use guildhall::book::{Command, ExportOptions, ExportSummary, Jobs, Settings, Since};
use guildhall::domain::person::PersonFacts;
use proptest::prelude::*;

use crate::common::World;

fn options(format: &str, since: Since) -> ExportOptions {
    let settings = Settings { group: "cop@lists.example.gov.uk".into(), ..Settings::default() };
    ExportOptions { format: format.into(), settings, since, ..ExportOptions::default() }
}

fn to_file(world: &mut World, options: &ExportOptions, name: &str) -> Result<ExportSummary, String> {
    let target = world.folder.path().join(name);
    let job = world.book.export_job(options, &target, Jobs::Inline).map_err(|e| e.to_string())?;
    let summary = job.wait().unwrap().map_err(|e| e.to_string())?;
    world.book.remember(&summary).unwrap();
    Ok(summary)
}

fn text(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.folder.path().join(name)).unwrap()
}

fn lines(world: &World, name: &str) -> BTreeSet<String> {
    text(world, name).lines().map(str::to_owned).collect()
}

#[test]
fn what_has_changed_since_the_last_export_is_in_the_targets_own_form() {
    let mut world = World::empty();
    let ann = world.person("Ann", "ann@example.org");
    let bo = world.person("Bo", "bo@example.org");
    let cy = world.person("Cy", "Cy@B\u{fc}cher.example");
    let refused = to_file(&mut world, &options("listserv", Since::Last), "list.txt").unwrap_err();
    assert!(refused.contains("nothing has been exported as listserv for this search yet"), "{refused}");
    to_file(&mut world, &options("listserv", Since::Ever), "list.txt").unwrap();
    world.run(Command::RemovePeople(vec![ann]));
    world.run(Command::Suppress { addresses: vec!["BO@example.org".into()], reason: "asked".into() });
    let was = world.book.person(cy).unwrap().unwrap();
    let facts = PersonFacts { email: "cy@xn--bcher-kva.example".into(), ..was.facts };
    world.run(Command::EditPerson { id: cy, facts, was: None });
    world.person("Di", "di@example.org");
    let summary = to_file(&mut world, &options("listserv", Since::Last), "list.txt").unwrap();
    assert_eq!(text(&world, "list-add.txt"), "QUIET ADD cop di@example.org Di\n");
    // The unsubscribed person is named once more, to be removed from the list.
    assert_eq!(text(&world, "list-remove.txt"), "QUIET DELETE cop bo@example.org\nQUIET DELETE cop ann@example.org\n");
    assert!(summary.sentence().starts_with("1 person to add, 2 to remove, 1 stay"), "{}", summary.sentence());
    // The next export is compared with the one just written.
    let summary = to_file(&mut world, &options("listserv", Since::Last), "list.txt").unwrap();
    assert!(summary.sentence().starts_with("0 people to add, 0 to remove, 2 stay"), "{}", summary.sentence());
    let _ = bo;
}

#[test]
fn each_target_takes_people_off_its_list_in_its_own_way() {
    for (format, name, removed) in [
        ("mailman", "list.txt", "ann@example.org\n"),
        ("sympa", "list.txt", "ann@example.org\n"),
        (
            "google-groups",
            "list.csv",
            "Group Email [Required],Member Email,Member Type,Member Role\ncop@lists.example.gov.uk,ann@example.org,USER,MEMBER\n",
        ),
        ("mailchimp", "list.csv", "Email Address\nann@example.org\n"),
        ("brevo", "list.csv", "EMAIL\nann@example.org\n"),
        ("notify", "list.csv", "email address\nann@example.org\n"),
        ("phplist", "list.tsv", "ann@example.org\n"),
        ("bcc", "list.txt", "ann@example.org\n"),
    ] {
        let mut world = World::empty();
        let ann = world.person("Ann", "ann@example.org");
        world.person("Bo", "bo@example.org");
        to_file(&mut world, &options(format, Since::Ever), name).unwrap();
        world.run(Command::RemovePeople(vec![ann]));
        to_file(&mut world, &options(format, Since::Last), name).unwrap();
        assert_eq!(text(&world, &name.replace('.', "-remove.")), removed, "{format}");
    }
    let refused = to_file(&mut World::empty(), &options("vcard", Since::Last), "list.vcf").unwrap_err();
    assert!(refused.contains("isn't a mailing list"), "{refused}");
}

/// A name may be an address. A file of people to remove must not contain it.
#[test]
fn who_leaves_is_named_by_the_address_that_leaves_and_by_no_other() {
    for format in ["mutt", "listmonk", "json", "buttondown", "mailman", "notify", "govdelivery", "discourse"] {
        let mut world = World::empty();
        let ann = world.person("other@example.org", "ann@example.org");
        world.run(Command::Suppress { addresses: vec!["other@example.org".into()], reason: String::new() });
        to_file(&mut world, &options(format, Since::Ever), "list.txt").unwrap();
        world.run(Command::NeverMail { people: vec![ann], reason: "asked".into() });
        to_file(&mut world, &options(format, Since::Last), "list.txt").unwrap();
        let removed = text(&world, "list-remove.txt");
        assert!(removed.contains("ann@example.org") && !removed.contains("other@"), "{format}: {removed}");
    }
}

#[test]
fn what_mailman_would_not_understand_is_written_so_that_it_does() {
    let mut world = World::empty();
    let ann = world.person("Ann", "Ann@Example.ORG");
    let bo = world.person("", "#bo@example.org");
    to_file(&mut world, &options("mailman", Since::Ever), "list.txt").unwrap();
    assert_eq!(text(&world, "list.txt"), "\"Ann\" <Ann@Example.ORG>\n<#bo@example.org>\n");
    world.run(Command::RemovePeople(vec![ann, bo]));
    to_file(&mut world, &options("mailman", Since::Last), "list.txt").unwrap();
    // Mailman finds an address to delete only in lower case, and treats a line that begins with # as a comment.
    assert_eq!(text(&world, "list-remove.txt"), "ann@example.org\n<#bo@example.org>\n");
    world.person("Cy", "#cy@example.org");
    let sympa = to_file(&mut world, &options("sympa", Since::Ever), "sympa.txt").unwrap();
    assert_eq!(sympa.left_out.get("Sympa would take the line for a comment"), Some(&1));
}

#[test]
fn an_internationalised_domain_is_one_address_in_either_form() {
    let mut world = World::empty();
    world.person("Hal", "hal@b\u{fc}cher.example");
    world.run(Command::Suppress { addresses: vec!["HAL@xn--bcher-kva.example".into()], reason: "asked".into() });
    to_file(&mut world, &options("mailman", Since::Ever), "list.txt").unwrap();
    assert_eq!(text(&world, "list.txt"), "");
    let again = world.import("again.csv", "Name,E-mail\nHal,hal@xn--bcher-kva.example\n");
    assert_eq!((again.added, again.refused_count), (0, 0));
}

#[test]
fn an_export_has_a_name_if_it_is_given_one_and_is_no_step_to_undo() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    let named = ExportOptions { name: "June letter".into(), ..options("bcc", Since::Ever) };
    to_file(&mut world, &named, "list.txt").unwrap();
    world.person("Bo", "bo@example.org");
    to_file(&mut world, &options("bcc", Since::Ever), "list.txt").unwrap();
    let since = |name: &str| options("bcc", Since::Named(name.into()));
    to_file(&mut world, &since("June letter"), "list.txt").unwrap();
    assert_eq!(text(&world, "list-add.txt"), "bo@example.org\n");
    assert!(to_file(&mut world, &since("July"), "list.txt").unwrap_err().contains("no export is called July; there are June letter"));
    let labels: Vec<String> = world.book.history(None, 9).unwrap().into_iter().map(|op| op.label).collect();
    // The history shows the file of an export.
    let folder = world.folder.path().display();
    assert_eq!(labels[0], format!("Exported what has changed (1 to add, 0 to remove) as bcc to {folder}/list-add.txt and 1 more file"));
    assert_eq!(labels[3], format!("Exported 1 person as bcc (June letter) to {folder}/list.txt"));
    assert_eq!(world.book.undo().unwrap().label, "Added Bo");
    assert_eq!(world.book.redo().unwrap().label, "Added Bo");
}

#[test]
fn a_list_is_compared_with_what_it_says_of_itself() {
    let dumps = [
        ("roster.txt", "Ann Example <ann@example.org>\nSmith, Bo <BO@example.org>\nplain@example.org\n"),
        (
            "group.csv",
            "Members for group Cop\nEmail address,Nickname,Group status,Email status\nann@example.org,Ann,owner,\nbo@example.org,,member,bouncing\nplain@example.org,,member,\n",
        ),
        (
            "gam.csv",
            "group,type,role,email,status\ncop@example.org,USER,MEMBER,ann@example.org,ACTIVE\ncop@example.org,USER,MEMBER,bo@example.org,ACTIVE\ncop@example.org,USER,MEMBER,plain@example.org,ACTIVE\n",
        ),
        ("named.txt", "#Ann <ann@example.org>\nBo; the other <bo@example.org>\nplain@example.org\n"),
        ("line.txt", "ann@example.org, bo@example.org, plain@example.org\n"),
        ("sympa.txt", "# Exported subscribers\nann@example.org\tAnn Example\nbo@example.org\t\nplain@example.org\t\n"),
        (
            "audience.csv",
            "Email Address,First Name,Last Name,MEMBER_RATING\nann@example.org,Ann,Example,2\nbo@example.org,Bo,,2\nplain@example.org,,,2\n",
        ),
        ("plain.txt", "ann@example.org\nbo@example.org\nplain@example.org\n"),
    ];
    for (name, content) in dumps {
        let mut world = World::empty();
        world.person("Ann", "ann@example.org");
        world.facts(PersonFacts {
            email_state: guildhall::domain::words::AddressState::Bounced,
            ..PersonFacts::named("Bo", "bo@example.org")
        });
        world.person("Cy", "cy@example.org");
        let dump = world.file(name, content);
        let summary = to_file(&mut world, &options("mailman", Since::Dump(dump)), "list.txt").unwrap();
        assert_eq!(text(&world, "list-add.txt"), "\"Cy\" <cy@example.org>\n", "{name}");
        assert_eq!(text(&world, "list-remove.txt"), "bo@example.org\n", "{name}");
        assert_eq!(text(&world, "list-unknown.csv"), "Name,E-mail\n,plain@example.org\n", "{name}");
        assert!(summary.sentence().contains("; 1 on the list and not known here"), "{name}: {}", summary.sentence());
    }
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    let nothing = world.file("nothing.txt", "no address in here\n");
    assert!(to_file(&mut world, &options("mailman", Since::Dump(nothing)), "l.txt").unwrap_err().contains("has no e-mail address in it"));
    let gone = world.file("unsubscribed.csv", "Email Address,UNSUB_TIME\nann@example.org,2026-05-01 09:00:00\n");
    assert!(to_file(&mut world, &options("mailchimp", Since::Dump(gone)), "l.csv").unwrap_err().contains("unsubscribed or was cleaned"));
    assert!(!Path::new(&world.folder.path().join("l-add.csv")).exists());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_old_list_with_adds_and_without_removes_is_exactly_the_new_one(
        first in proptest::collection::vec(0..12_usize, 0..10),
        then in proptest::collection::vec((0..12_usize, 0..5_u8), 0..14),
    ) {
        let mut world = World::empty();
        let address = |n: usize| format!("p{n}@example.org");
        let mut ids = std::collections::BTreeMap::new();
        for n in first {
            ids.entry(n).or_insert_with(|| world.person(&format!("P{n}"), &address(n)));
        }
        to_file(&mut world, &options("notify-contacts", Since::Ever), "old.csv").unwrap();
        for (n, what) in then {
            match (ids.get(&n).copied(), what) {
                (None, _) => {
                    if let Ok(applied) = world.book.run(&Command::AddPerson { facts: PersonFacts::named(&format!("Q{n}"), &address(n)), community: None })
                        && let Some(guildhall::book::Thing::Person(id)) = applied.select
                    {
                        ids.insert(n, id);
                    }
                }
                (Some(id), 0) => {
                    world.run(Command::RemovePeople(vec![id]));
                    ids.remove(&n);
                }
                (Some(id), 1) => {
                    let facts = PersonFacts { email: format!("new{n}@example.org"), ..world.book.person(id).unwrap().unwrap().facts };
                    // Another person may already have the address.
                    let _ = world.book.run(&Command::EditPerson { id, facts, was: None });
                }
                (Some(_), 2) => {
                    world.run(Command::Suppress { addresses: vec![address(n).to_uppercase()], reason: "asked".into() });
                }
                (Some(_), _) => {
                    let _ = world.book.undo();
                    ids.retain(|_, id| world.book.person(*id).unwrap().is_some());
                }
            }
        }
        to_file(&mut world, &options("notify-contacts", Since::Last), "step.csv").unwrap();
        to_file(&mut world, &options("notify-contacts", Since::Ever), "new.csv").unwrap();
        let (old, new) = (lines(&world, "old.csv"), lines(&world, "new.csv"));
        let (add, remove) = (lines(&world, "step-add.csv"), lines(&world, "step-remove.csv"));
        let header = BTreeSet::from(["email address".to_owned()]);
        let stepped: BTreeSet<String> = old.difference(&remove).chain(&add).chain(&header).cloned().collect();
        prop_assert_eq!(&stepped, &new);
        prop_assert!(remove.difference(&header).all(|gone| old.contains(gone)));
        prop_assert!(add.difference(&header).all(|fresh| !old.contains(fresh)));
    }
}
