//! Imports and exports: every encoding and delimiter, a file for each defect, named after it, and export and import as inverses.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

#[path = "../common/mod.rs"]
mod common;
mod formats;
mod in_step;

use std::path::PathBuf;

use common::{World, today};
use guildhall::book::{BookError, Command, ExportOptions, ImportOptions, Jobs};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::person::PersonFacts;
use guildhall::domain::words::{AddressState, MembershipStatus, PersonKind};
use proptest::prelude::*;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn import(world: &mut World, file: PathBuf, dry_run: bool) -> Result<guildhall::book::ImportReport, BookError> {
    let report = world.book.import_job(ImportOptions { file, text: None, community: None, dry_run }, Jobs::Inline).wait().unwrap()?;
    world.book.after_step(&report.touched)?;
    Ok(report)
}

#[test]
fn every_encoding_and_delimiter_brings_the_same_person() {
    let utf16 = |text: &str, little: bool, mark: bool| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() });
        let bom: &[u8] = match (mark, little) {
            (false, _) => &[],
            (true, true) => &[0xff, 0xfe],
            (true, false) => &[0xfe, 0xff],
        };
        bom.iter().copied().chain(units).collect()
    };
    let latin = b"Name;E-mail;D\xe9partement;Department\r\nZo\xeb \xdcnal;zoe@example.org;Caf\xe9 \x96 x;DWP\r\n".to_vec();
    for (name, bytes) in [
        ("utf-8", "Name,E-mail,Department\nZoë Ünal,zoe@example.org,DWP\n".as_bytes().to_vec()),
        ("utf-8 with a mark", "\u{feff}Name,E-mail,Department\r\nZoë Ünal,zoe@example.org,DWP\r\n".as_bytes().to_vec()),
        ("utf-16le", utf16("Name\tE-mail\tCompany\r\nZoë Ünal\tzoe@example.org\tDWP\r\n", true, true)),
        ("utf-16be", utf16("Name\tE-mail\tCompany\r\nZoë Ünal\tzoe@example.org\tDWP\r\n", false, true)),
        ("utf-16le without a mark", utf16("Name\tE-mail\tCompany\r\nZoë Ünal\tzoe@example.org\tDWP\r\n", true, false)),
        ("windows-1252", latin),
        ("excel", "sep=;\r\nName;E-mail;Organisation\r\nZoë Ünal;zoe@example.org;DWP\r\n".as_bytes().to_vec()),
    ] {
        let mut world = World::empty();
        let report = world.import("list.csv", bytes);
        assert_eq!((report.added, report.refused_count), (1, 0), "{name}: {report:?}");
        let id = world.book.holder_of("zoe@example.org").unwrap().unwrap_or_else(|| panic!("{name}"));
        let person = world.book.person(id).unwrap().unwrap().facts;
        assert_eq!((person.name.as_str(), person.organisation.as_str()), ("Zoë Ünal", "DWP"), "{name}");
    }
}

#[test]
fn columns_are_known_by_name_and_others_become_fields_of_ones_own() {
    let mut world = World::empty();
    let report = world.import(
        "form.csv",
        "First name,LAST_NAME,E-mail Address,Organization,Role,Grade,Dietary needs?,Grade\nAnn,Example,Ann@Example.org,HMRC,Designer,G7,\"none,\nreally\",SEO\n",
    );
    let taken: Vec<&str> = report.columns.iter().map(|(_, f)| f.as_str()).collect();
    assert_eq!(
        taken,
        [
            "first name",
            "last name",
            "e-mail",
            "organisation",
            "job title",
            "your own field Grade",
            "your own field Dietary needs?",
            "your own field Grade 2"
        ]
    );
    let id = world.book.holder_of("ann@example.org").unwrap().unwrap();
    let facts = world.book.person(id).unwrap().unwrap().facts;
    assert_eq!(facts.name, "Ann Example");
    assert_eq!(facts.email, "Ann@Example.org");
    assert_eq!(facts.field("dietary needs?"), Some("none,\nreally"));
    assert_eq!(world.find("grade:g7 dietary-needs:none"), ["Ann Example"]);
    assert!(report.notes[0].contains("Grade, Dietary needs?, Grade 2"));
}

#[test]
fn a_known_address_is_updated_never_doubled_never_emptied() {
    let mut world = World::empty();
    let id = world.facts(PersonFacts {
        job_title: "Designer".into(),
        note: "met in May".into(),
        tags: vec!["a11y".into()],
        others: vec![OtherAddress { address: "ann@old.example".into(), state: AddressState::Retired }],
        ..PersonFacts::named("Ann Example", "ann@example.org")
    });
    let csv = "Name,Email,Job title,Company,Tags,Note\nAnn Example,ANN@example.org,,HMRC,speaker,likes maps\nAnn E. Example,ann@old.example,,,,\n";
    let report = world.import("list.csv", csv);
    assert_eq!((report.added, report.updated), (0, 2));
    let facts = world.book.person(id).unwrap().unwrap().facts;
    assert_eq!(facts.name, "Ann E. Example");
    assert_eq!(facts.job_title, "Designer");
    assert_eq!(facts.organisation, "HMRC");
    assert_eq!(facts.tags, ["a11y", "speaker"]);
    assert_eq!(facts.note, "met in May\nlikes maps");
    assert_eq!(facts.email, "ann@example.org");
    let again = world.import("list.csv", "Name,Email,Company,Tags,Note\nAnn E. Example,ann@example.org,HMRC,speaker,likes maps\n");
    assert_eq!((again.added, again.updated, again.unchanged), (0, 0, 1));
    assert_eq!(world.find("").len(), 1);
}

#[test]
fn the_same_file_again_writes_nothing() {
    let mut world = World::sample();
    let csv = world.export("roster", "");
    let before = world.book.dump().unwrap();
    let steps = world.book.history(None, 100).unwrap().len();
    let report = world.import("again.csv", csv);
    assert_eq!((report.added, report.updated), (0, 0), "{:?}", report.refused);
    assert_eq!(world.book.dump().unwrap(), before);
    assert_eq!(world.book.history(None, 100).unwrap().len(), steps);
}

#[test]
fn a_rehearsal_says_exactly_what_the_run_does_and_writes_nothing() {
    let mut world = World::sample();
    let csv = "Name,E-mail,Shoe size\nNew One,new@example.org,43\nNoor Hallam,noor.hallam@weights.example,\n,broken,\nNew One,new@example.org,44\n";
    let file = world.file("list.csv", csv);
    let before = world.book.dump().unwrap();
    let mut plan = import(&mut world, file.clone(), true).unwrap();
    assert_eq!(world.book.dump().unwrap(), before);
    let done = import(&mut world, file, false).unwrap();
    assert!(plan.dry_run && !done.dry_run);
    plan.dry_run = false;
    plan.touched = done.touched.clone();
    assert_eq!(plan, done);
    assert_eq!(done.refused_count, 1);
    assert_eq!(done.refused[0].line, 4);
}

#[test]
fn rows_that_cant_be_taken_are_listed_and_dont_stop_the_rest() {
    let mut world = World::empty();
    let report = world.import(
        "list.csv",
        "Name,E-mail,Company\nAnn,ann@example.org\n,,HMRC\nBo,bo at example.org\n\n\"Line\nbreak\",lb@example.org\nCy,cy@@example.org\nDi,di\u{200b}@example.org\n",
    );
    let refused: Vec<(u64, &str)> = report.refused.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(
        refused,
        [
            (3, "there is neither a name nor an e-mail address"),
            (4, "bo at example.org: an address can't contain a space"),
            (8, "cy@@example.org: an address can have only one @"),
            (9, "the address di\u{fffd}@example.org contains an invisible character"),
        ]
    );
    assert_eq!(world.find(""), ["Ann", "Line break"]);
}

#[test]
fn a_refused_row_is_told_by_the_line_where_it_starts_whatever_the_line_ends() {
    for ends in ["\n", "\r\n"] {
        let mut world = World::empty();
        let lines = ["Name,E-mail", "Ann,ann@example.org", "", "Bo,nonsense", "\"Cy", "Young\",cy@example.org", "Di,di@", "Ed,x"];
        let report = world.import("list.csv", lines.join(ends));
        assert_eq!(report.refused.iter().map(|r| r.line).collect::<Vec<_>>(), [4, 7, 8], "{ends:?}");
    }
}

#[test]
fn each_defect_is_a_file_named_after_it() {
    let mut world = World::empty();
    for (name, part) in [
        ("no-header.csv", "no column has names or e-mail addresses"),
        ("empty.csv", "is empty; there is nothing to import"),
        ("quote-never-closed.csv", "line 3: this row is longer than 1 MiB"),
        ("too-many-columns.csv", "more than 200 columns"),
    ] {
        let file = match name {
            "quote-never-closed.csv" => {
                let long = format!("Name,E-mail\nAnn,ann@example.org\n\"Bo,bo@example.org\n{}", "x,y@example.org\n".repeat(100_000));
                world.file(name, long)
            }
            "too-many-columns.csv" => world.file(name, format!("Name{}\nAnn\n", ",x".repeat(300))),
            _ => data(name),
        };
        let error = import(&mut world, file, false).unwrap_err().to_string();
        assert!(error.contains(part), "{name}: {error}");
        assert!(world.find("").is_empty());
    }
    let report = import(&mut world, data("nul-and-escapes.csv"), false).unwrap();
    assert_eq!((report.added, report.refused_count), (3, 0));
    assert!(report.notes.iter().any(|n| n.contains("can't be seen")), "{:?}", report.notes);
    let report = import(&mut world, data("ragged-rows.csv"), false).unwrap();
    assert_eq!((report.added, report.refused_count), (3, 0), "{:?}", report.refused);
}

#[test]
fn a_folder_a_device_and_a_missing_file_are_named() {
    let mut world = World::empty();
    for (path, part) in [("/", "is a folder"), ("/dev/zero", "is a device"), ("/no/such/file.csv", "reading /no/such/file.csv")] {
        let error = import(&mut world, path.into(), false).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_line_of_sixty_megabytes_is_refused_in_little_memory() {
    let mut world = World::empty();
    let path = world.folder.path().join("long.csv");
    let file = std::fs::File::create(&path).unwrap();
    // A sparse file: a header and then 60 MiB of NUL bytes.
    std::io::Write::write_all(&mut &file, b"Name,E-mail\n").unwrap();
    file.set_len(60 * 1024 * 1024).unwrap();
    let error = import(&mut world, path, false).unwrap_err().to_string();
    assert!(error.contains("longer than 1 MiB"), "{error}");
}

#[test]
fn a_status_needs_a_community_to_be_the_status_of() {
    let mut world = World::empty();
    let csv = "Name,E-mail,Status,Joined\nAnn,ann@example.org,paused,2026-03-04\nBo,bo@example.org,alumni,3/5/2025\n";
    world.import_into("list.csv", csv, Some("Research"));
    let person = |world: &World, a: &str| world.book.person(world.book.holder_of(a).unwrap().unwrap()).unwrap().unwrap();
    let ann = person(&world, "ann@example.org");
    assert_eq!(ann.memberships[0].facts.status, MembershipStatus::Paused);
    assert_eq!(ann.memberships[0].facts.joined.unwrap().to_string(), "2026-03-04");
    let bo = person(&world, "bo@example.org");
    assert_eq!(bo.memberships[0].facts.status, MembershipStatus::Identified, "a word that isn't known makes nobody active");
    assert_eq!(bo.facts.field("Status"), Some("alumni"), "what is none of our words is kept");
    assert_eq!(bo.facts.joined.unwrap().to_string(), "2025-05-03");
}

#[test]
fn one_import_is_one_undo_step() {
    let mut world = World::sample();
    let before = world.book.dump().unwrap();
    world.import_into("list.csv", "Name,E-mail,Desk\nAnn,ann@example.org,4\nNoor Hallam,noor.hallam@harbours.example,5\n", Some("New one"));
    world.book.undo().unwrap();
    assert_eq!(world.book.dump().unwrap(), before);
}

#[test]
fn a_roster_exported_imported_and_exported_again_is_the_same_bytes() {
    let mut world = World::sample();
    let ids = world.book.find(&Default::default()).unwrap().ids;
    world.run(Command::SetField { people: ids[..3].to_vec(), field: "Pay, \"band\"".into(), value: "=1+1\nsecond".into() });
    world.facts(PersonFacts {
        kind: PersonKind::TeamMailbox,
        email_state: AddressState::Bounced,
        others: vec![OtherAddress { address: "b@x.example".into(), state: AddressState::Retired }],
        ..PersonFacts::named("", "team@x.example")
    });
    world.facts(PersonFacts::named("Only a name", ""));
    let first = world.export("roster", "");
    let mut second = World::empty();
    let report = second.import("roster.csv", &first);
    assert_eq!(report.refused_count, 0, "{:?}", report.refused);
    assert_eq!(second.export("roster", ""), first);
}

#[test]
fn suppressed_addresses_never_leave_in_whatever_case() {
    let mut world = World::empty();
    world.person("Ann", "Ann@Example.org");
    world.facts(PersonFacts {
        others: vec![OtherAddress { address: "bo@private.example".into(), state: AddressState::Ok }],
        ..PersonFacts::named("Bo", "bo@example.org")
    });
    world.run(Command::Suppress { addresses: vec!["ANN@EXAMPLE.ORG".into()], reason: "asked".into() });
    world.run(Command::Suppress { addresses: vec!["bo@example.org".into()], reason: "asked".into() });
    let notify = world.export("notify", "");
    assert_eq!(notify, "email address,name\n");
    // Only the program's own format has them, in their own column.
    let roster = world.export("roster", "");
    assert!(roster.contains("\nAnn,,,,,,,,,,,mail withdrawn 2026-11-22 asked,Ann@Example.org 2026-11-22 asked,\n"), "{roster}");
    assert!(roster.contains(",bo@example.org 2026-11-22 asked | bo@private.example 2026-11-22 asked,\n"), "{roster}");
    // Removed and imported again, the address stays suppressed.
    let id = world.book.holder_of("ann@example.org").unwrap().unwrap();
    world.run(Command::RemovePeople(vec![id]));
    world.import("again.csv", "Name,E-mail\nAnn,ann@example.org\n");
    assert!(!world.export("notify", "").to_lowercase().contains("ann@example.org"));
}

#[test]
fn notify_gets_working_addresses_of_people_and_the_rest_is_counted() {
    let mut world = World::empty();
    world.person("Ann, \"the\" Example", "ann@example.gov.uk");
    world.person("Local", "local@localhost");
    world.person("No address", "");
    world.facts(PersonFacts { email_state: AddressState::Bounced, ..PersonFacts::named("Gone", "gone@example.gov.uk") });
    world.facts(PersonFacts { kind: PersonKind::TeamMailbox, ..PersonFacts::named("Team", "team@example.gov.uk") });
    let mut out = Vec::new();
    let options = ExportOptions { format: "notify".into(), ..ExportOptions::default() };
    let summary = world.book.export_to(&options, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "email address,name\nann@example.gov.uk,\"Ann, \"\"the\"\" Example\"\n");
    let reasons: Vec<(&str, u64)> = summary.left_out.iter().map(|(r, n)| (*r, *n)).collect();
    assert_eq!(
        reasons,
        [("Notify refuses such an address", 1), ("a team mailbox", 1), ("no e-mail address", 1), ("the address bounced", 1)]
    );
    assert_eq!(summary.written, 1);
}

#[test]
fn mail_to_a_community_goes_to_its_active_members() {
    let mut world = World::empty();
    let (ann, bo) = (world.person("Ann", "ann@example.org"), world.person("Bo", "bo@example.org"));
    let community = world.community("Research");
    world.put_in(&[ann, bo], community);
    world.run(Command::SetStatus { people: vec![bo], community, status: MembershipStatus::Paused });
    let options = ExportOptions { format: "notify".into(), community: Some(community), ..ExportOptions::default() };
    let mut out = Vec::new();
    let summary = world.book.export_to(&options, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "email address,name\nann@example.org,Ann\n");
    assert_eq!(summary.left_out.get("not an active member"), Some(&1));
}

#[test]
fn a_file_stands_whole_or_what_stood_there_is_untouched() {
    let mut world = World::sample();
    let target = world.file("list.csv", "the old one");
    let options = ExportOptions { format: "roster".into(), ..ExportOptions::default() };
    let missing = world.folder.path().join("no/such/folder/list.csv");
    assert!(world.book.export_job(&options, &missing, Jobs::Inline).unwrap().wait().unwrap().is_err());
    let folder = world.folder.path().to_owned();
    assert!(world.book.export_job(&options, &folder, Jobs::Inline).unwrap().wait().unwrap().is_err());
    world.book.export_job(&options, &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
    let text = std::fs::read_to_string(&target).unwrap();
    assert!(text.starts_with("Name,E-mail,"), "{text}");
    let left: Vec<_> =
        std::fs::read_dir(&folder).unwrap().flatten().filter(|e| e.file_name().to_string_lossy().ends_with(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
    let unknown = ExportOptions { format: "xls".into(), ..ExportOptions::default() };
    assert!(world.book.export_job(&unknown, &target, Jobs::Inline).unwrap().wait().unwrap().is_err());
    assert_eq!(std::fs::read_to_string(&target).unwrap(), text);
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-zéßŁ日🙂 ,;\"'=|\\\\:@-]{0,14}"
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_roster_comes_back_as_the_same_bytes(
        people in proptest::collection::vec((name(), 0..60u8, name(), name(), name(), proptest::bool::ANY), 1..10),
        suppressed in proptest::collection::vec(0..60u8, 0..4),
        community in "[A-Za-z|:;\\\\ ]{1,12}",
    ) {
        let mut world = World::empty();
        for (name, n, organisation, note, field, in_it) in people {
            let clean = |t: &str| guildhall::domain::text::clean_line(t).text.into_owned();
            let facts = PersonFacts {
                organisation: clean(&organisation),
                note: clean(&note),
                fields: if clean(&field).is_empty() { Vec::new() } else { vec![("Own".into(), clean(&field))] },
                joined: Some(today()),
                ..PersonFacts::named(&clean(&name), &format!("P{n}@example.org"))
            };
            // An address that is already taken is refused, which is fine here.
            let Ok(applied) = world.book.run(&Command::AddPerson { facts, community: None }) else { continue };
            let Some(guildhall::book::Thing::Person(id)) = applied.select else { continue };
            let key = guildhall::domain::text::same_key(&community);
            if in_it && !key.is_empty() {
                let known = world.book.communities().unwrap().first().map(|c| c.id);
                let community = known.unwrap_or_else(|| world.community(community.trim()));
                world.put_in(&[id], community);
            }
        }
        for n in &suppressed {
            world.run(Command::Suppress { addresses: vec![format!("p{n}@EXAMPLE.org")], reason: String::new() });
        }
        let first = world.export("roster", "");
        let mut second = World::empty();
        second.import("roster.csv", &first);
        prop_assert_eq!(second.export("roster", ""), first);
        // Addresses suppressed here are suppressed there, even those of nobody on the roster.
        for n in &suppressed {
            let mailed = second.export("notify", "").to_lowercase();
            let address = format!("p{n}@example.org");
            prop_assert!(!mailed.contains(&address));
            second.import("again.csv", format!("Name,E-mail\nAgain,p{n}@example.org\n"));
            let mailed = second.export("notify", "").to_lowercase();
            let address = format!("p{n}@example.org");
            prop_assert!(!mailed.contains(&address));
        }
    }

    #[test]
    fn no_bytes_make_the_importer_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut world = World::empty();
        let file = world.file("noise.csv", [b"Name,E-mail\n".as_slice(), &bytes].concat());
        let _ = import(&mut world, file, false);
        prop_assert!(world.book.check().unwrap().is_sound());
    }
}

#[test]
fn a_stray_byte_never_empties_a_cell() {
    let mut world = World::empty();
    let marked = world.file("marked.csv", b"\xef\xbb\xbfName,E-mail\nZo\xeb Smith,zoe@example.org\n");
    let error = import(&mut world, marked, false).unwrap_err().to_string();
    assert!(error.contains("is marked as UTF-8 but isn't"), "{error}");
    let padding: String = (0..6_000).map(|i| format!("Person {i},p{i}@example.org\n")).collect();
    let late = [b"Name,E-mail\n".as_slice(), padding.as_bytes(), b"Zo\xeb Smith,zoe@example.org\n"].concat();
    world.import("late.csv", late);
    assert_eq!(world.find("zoe smith"), ["Zoë Smith"]);
}

#[test]
fn nothing_is_written_over_the_roster_itself() {
    let mut world = World::sample();
    let path = world.path();
    let options = ExportOptions { format: "roster".into(), ..ExportOptions::default() };
    assert!(world.book.export_job(&options, &path, Jobs::Inline).is_err());
    assert!(world.book.export_job(&options, std::path::Path::new("/dev/null"), Jobs::Inline).unwrap().wait().unwrap().is_err());
    assert!(world.book.check().unwrap().is_sound());
}

#[test]
fn who_left_a_community_gets_none_of_its_mail_whatever_they_are_elsewhere() {
    let mut world = World::empty();
    let (lefty, stays) = (world.person("Lefty", "lefty@example.org"), world.person("Stays", "stays@example.org"));
    let (research, design) = (world.community("Research"), world.community("Design"));
    world.put_in(&[lefty, stays], research);
    world.put_in(&[lefty], design);
    world.run(Command::SetStatus { people: vec![lefty], community: research, status: MembershipStatus::Left });
    for query in ["", "status:active", "Status:active"] {
        let options = ExportOptions { format: "notify".into(), query: query.into(), community: Some(research), ..Default::default() };
        let mut out = Vec::new();
        world.book.export_to(&options, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "email address,name\nstays@example.org,Stays\n", "{query}");
    }
    // An import with `--community` keeps the status that the file itself gives for the same community.
    world.import_into("list.csv", "Name,E-mail,Communities\nNew,new@example.org,\"Research: left, source form\"\n", Some("Research"));
    let id = world.book.holder_of("new@example.org").unwrap().unwrap();
    assert_eq!(world.book.person(id).unwrap().unwrap().memberships[0].facts.status, MembershipStatus::Left);
}

#[test]
fn an_address_that_one_row_adds_is_known_to_the_next() {
    let mut world = World::empty();
    world.person("Ann", "a@example.org");
    world.import("list.csv", "Name,E-mail,Other e-mails\nAnn,a@example.org,b@example.org\nAnn again,b@example.org,\n");
    assert_eq!(world.find("").len(), 1);
}
