//! Each format, byte for byte as its target requires, and the people who are never in one.

use guildhall::book::{BookError, Command, ExportOptions, FORMATS, Jobs, Settings, placeholders};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::person::PersonFacts;
use guildhall::domain::words::{AddressState, PersonKind};

use crate::common::World;

fn told() -> Settings {
    Settings {
        group: "cop@lists.example.gov.uk".into(),
        redirect: "https://example.gov.uk/cop".into(),
        separator: ",".into(),
        ..Settings::default()
    }
}

fn export(world: &mut World, format: &str, settings: Settings) -> Result<String, String> {
    let options = ExportOptions { format: format.into(), settings, ..ExportOptions::default() };
    let mut out = Vec::new();
    world.book.export_to(&options, &mut out).map_err(|e| e.to_string())?;
    Ok(String::from_utf8(out).unwrap())
}

fn two() -> World {
    let mut world = World::empty();
    world.facts(PersonFacts {
        organisation: "Office of Maps".into(),
        discipline: "Cartographer".into(),
        tags: vec!["a11y".into(), "one, two".into()],
        ..PersonFacts::named("Zoë \"Z\" O'Neil", "zoe@example.gov.uk")
    });
    world.facts(PersonFacts::named("Hallam, Noor (she/her)", "noor@bücher.example"));
    world
}

#[test]
fn every_format_is_written_as_its_target_wants_it() {
    let mut world = two();
    for (format, expected) in [
        ("notify", "email address,name\nzoe@example.gov.uk,\"Zoë \"\"Z\"\" O'Neil\"\nnoor@bücher.example,\"Hallam, Noor (she/her)\"\n"),
        ("notify-contacts", "email address\nzoe@example.gov.uk\nnoor@bücher.example\n"),
        ("bcc", "zoe@example.gov.uk, noor@xn--bcher-kva.example\n"),
        (
            "google-groups",
            "Group Email [Required],Member Email,Member Type,Member Role\n\
             cop@lists.example.gov.uk,zoe@example.gov.uk,USER,MEMBER\ncop@lists.example.gov.uk,noor@xn--bcher-kva.example,USER,MEMBER\n",
        ),
        (
            "entra-members",
            "Member object ID or user principal name [memberObjectIdOrUpn] Required\nzoe@example.gov.uk\nnoor@xn--bcher-kva.example\n",
        ),
        (
            "entra-guests",
            "version:v1.0\nEmail address to invite [inviteeEmail] Required,Redirection url [inviteRedirectURL] Required,\
             Send invitation message (true or false) [sendEmail],Customized invitation message [customizedMessageBody]\n\
             zoe@example.gov.uk,https://example.gov.uk/cop,true,\nnoor@xn--bcher-kva.example,https://example.gov.uk/cop,true,\n",
        ),
        ("govdelivery", "Destination\r\nzoe@example.gov.uk\r\nnoor@xn--bcher-kva.example\r\n"),
        (
            "mailchimp",
            "Email Address,First Name,Last Name,Tags\nzoe@example.gov.uk,\"Zoë \"\"Z\"\"\",O'Neil,\"a11y,\"\"one, two\"\"\"\n\
             noor@xn--bcher-kva.example,Noor (she/her),Hallam,\n",
        ),
        (
            "brevo",
            "EMAIL;FIRSTNAME;LASTNAME\nzoe@example.gov.uk;\"Zoë \"\"Z\"\"\";O'Neil\nnoor@xn--bcher-kva.example;Noor (she/her);Hallam\n",
        ),
        (
            "buttondown",
            "email,name,tags\nzoe@example.gov.uk,\"Zoë \"\"Z\"\" O'Neil\",\"a11y,one, two\"\nnoor@xn--bcher-kva.example,\"Hallam, Noor (she/her)\",\n",
        ),
        ("mailman", "\"Zoë \\\"Z\\\" O'Neil\" <zoe@example.gov.uk>\n\"Hallam, Noor (she/her)\" <noor@xn--bcher-kva.example>\n"),
        (
            "listserv",
            "QUIET ADD cop zoe@example.gov.uk Zoë \"Z\" O'Neil\nQUIET ADD cop noor@xn--bcher-kva.example Hallam, Noor (she/her)\n",
        ),
        (
            "listmonk",
            "email,name,attributes\nzoe@example.gov.uk,\"Zoë \"\"Z\"\" O'Neil\",\"{\"\"organisation\"\":\"\"Office of Maps\"\",\
             \"\"discipline\"\":\"\"Cartographer\"\",\"\"tags\"\":[\"\"a11y\"\",\"\"one, two\"\"]}\"\n\
             noor@bücher.example,\"Hallam, Noor (she/her)\",{}\n",
        ),
        ("sympa", "zoe@example.gov.uk Zoë \"Z\" O'Neil\nnoor@xn--bcher-kva.example Hallam, Noor (she/her)\n"),
        ("phplist", "email\tname\nzoe@example.gov.uk\t\"Zoë \"\"Z\"\" O'Neil\"\nnoor@xn--bcher-kva.example\tHallam, Noor (she/her)\n"),
        ("discourse", "zoe@example.gov.uk,cop@lists.example.gov.uk\nnoor@xn--bcher-kva.example,cop@lists.example.gov.uk\n"),
        (
            "mutt",
            "alias zoe \\\"Zoë \\\\\\\"Z\\\\\\\" O\\'Neil\\\" <zoe@example.gov.uk>\n\
             alias noor \\\"Hallam, Noor (she/her)\\\" <noor@xn--bcher-kva.example>\n",
        ),
    ] {
        assert_eq!(export(&mut world, format, told()).unwrap(), expected, "{format}");
    }
    let json: serde_json::Value = serde_json::from_str(&export(&mut world, "json", told()).unwrap()).unwrap();
    assert_eq!(json[0]["tags"][0], "a11y");
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(export(&mut World::empty(), "json", told()).unwrap(), "[\n]\n");
}

#[test]
fn address_books_are_written_as_their_readers_want_them() {
    let mut world = two();
    let card = export(&mut world, "vcard", told()).unwrap();
    assert!(
        card.starts_with(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zoë \"Z\" O'Neil\r\nN:O'Neil;Zoë \"Z\";;;\r\nEMAIL;TYPE=work:zoe@example.gov.uk\r\nORG:Office of Maps\r\n\
             CATEGORIES:a11y,one\\, two\r\nEND:VCARD\r\n"
        ),
        "{card}"
    );
    assert!(
        export(&mut world, "vcard3", told())
            .unwrap()
            .contains("VERSION:3.0\r\nFN:Hallam\\, Noor (she/her)\r\nN:Hallam;Noor (she/her);;;\r\n")
    );
    let google = export(&mut world, "google-contacts", told()).unwrap();
    let mut rows = csv::Reader::from_reader(google.as_bytes());
    let headers = rows.headers().unwrap().clone();
    let row = rows.records().next().unwrap().unwrap();
    let cell = |name: &str| row[headers.iter().position(|h| h == name).unwrap()].to_owned();
    assert_eq!(
        (headers.len(), cell("Labels"), cell("E-mail 1 - Value")),
        (21, "a11y ::: one, two ::: * myContacts".into(), "zoe@example.gov.uk".into())
    );
    let outlook = export(&mut world, "outlook-contacts", told()).unwrap();
    assert_eq!(outlook.lines().next().unwrap().split(',').count(), 61);
    assert!(outlook.starts_with("\u{feff}First Name,Middle Name"));
    assert!(export(&mut world, "thunderbird", told()).unwrap().contains(",Home County,Home Post Code,"));
    assert!(export(&mut world, "thunderbird-us", told()).unwrap().lines().next().unwrap().ends_with(",Notes,"));
    let ldif = export(&mut world, "ldif", told()).unwrap();
    assert!(ldif.contains("\nobjectclass: mozillaAbPersonAlpha\ncn:: Wm/DqyAiWiIgTydOZWls\n"), "{ldif}");
    assert!(ldif.contains("dn: cn=Hallam\\, Noor (she/her)") || ldif.contains("dn:: "), "{ldif}");
}

#[test]
fn a_line_of_addresses_is_parted_chunked_and_named_as_wanted() {
    let mut world = two();
    world.person("Cy", "cy@example.org");
    let settings = Settings { chunk: 2, separator: ";".into(), ..told() };
    assert_eq!(export(&mut world, "bcc", settings).unwrap(), "zoe@example.gov.uk; noor@xn--bcher-kva.example\ncy@example.org\n");
    let named = Settings { names: true, ..told() };
    let line = export(&mut world, "bcc", named).unwrap();
    assert!(line.contains("\"Hallam, Noor (she/her)\" <noor@xn--bcher-kva.example>, \"Cy\" <cy@example.org>"), "{line}");
}

#[test]
fn the_people_list_opens_in_excel_and_runs_nothing() {
    let mut world = World::empty();
    world.facts(PersonFacts { job_title: "+44 20".into(), ..PersonFacts::named("=1+1", "=ann@example.org") });
    let text = export(&mut world, "people", told()).unwrap();
    assert_eq!(text, "\u{feff}Name,E-mail,Organisation,Job title,Discipline,Tags\r\n'=1+1,'=ann@example.org,,'+44 20,,\r\n");
    // A mailing writes the exact address: with an apostrophe it would be another person's.
    assert!(export(&mut world, "notify", told()).unwrap().contains("\n=ann@example.org,"));
}

#[test]
fn the_people_list_is_a_workbook_of_text_cells_where_the_file_says_so() {
    use calamine::{Data, Reader};
    let mut world = two();
    world.facts(PersonFacts { job_title: "+44 20".into(), ..PersonFacts::named("=1+1", "=ann@example.org") });
    let target = world.folder.path().join("people.xlsx");
    let options = ExportOptions { format: "people".into(), ..ExportOptions::default() };
    let summary = world.book.export_job(&options, &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
    assert_eq!((summary.written, summary.files), (3, vec![target.canonicalize().unwrap()]));
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&target).unwrap();
    let sheet = book.worksheet_range("people").unwrap();
    let rows: Vec<Vec<String>> = sheet.rows().map(|r| r.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows[0], ["Name", "E-mail", "Organisation", "Job title", "Discipline", "Tags"]);
    assert_eq!(rows[1][..4], ["Zoë \"Z\" O'Neil", "zoe@example.gov.uk", "Office of Maps", ""]);
    assert_eq!(rows[3][..4], ["=1+1", "=ann@example.org", "", "+44 20"]);
    assert!(sheet.rows().flatten().all(|cell| matches!(cell, Data::String(_) | Data::Empty)));
    assert!(book.worksheet_formula("people").unwrap().is_empty());
    // Other formats are never written as a workbook.
    let options = ExportOptions { format: "brevo".into(), ..ExportOptions::default() };
    let other = world.folder.path().join("brevo.xlsx");
    let refused = world.book.export_job(&options, &other, Jobs::Inline).unwrap().wait().unwrap().unwrap_err();
    assert!(refused.to_string().contains("not written as a workbook") && !other.exists());
}

#[test]
fn what_is_too_much_for_one_file_goes_to_several_and_to_standard_output_not_at_all() {
    let mut world = World::empty();
    let rows: String = (0..100_003).map(|n| format!("P{n},p{n}@example.org\n")).collect();
    world.import("many.csv", format!("Name,E-mail\n{rows}"));
    let options = ExportOptions { format: "notify-contacts".into(), ..ExportOptions::default() };
    let mut out = Vec::new();
    let refused = world.book.export_to(&options, &mut out).unwrap_err().to_string();
    assert!(refused.contains("no more than 100,000 of these rows in one file") && out.is_empty(), "{refused}");
    let target = world.folder.path().join("list.csv");
    let summary = world.book.export_job(&options, &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
    let second = world.folder.path().canonicalize().unwrap().join("list-2.csv");
    assert_eq!((summary.written, &summary.files[1..]), (100_003, &[second.clone()][..]));
    assert_eq!(std::fs::read_to_string(&target).unwrap().lines().count(), 100_001);
    assert_eq!(std::fs::read_to_string(&second).unwrap(), "email address\np100000@example.org\np100001@example.org\np100002@example.org\n");
    // The size limit in bytes applies, too: 400 people with long rows.
    let asked = placeholders("((venue))");
    let rows: String = (0..400).map(|n| format!("L{n},l{n}@example.org,{}\n", "x".repeat(60_000))).collect();
    let mut world = World::empty();
    world.import("long.csv", format!("Name,E-mail,Venue\n{rows}"));
    let options =
        ExportOptions { format: "notify".into(), settings: Settings { placeholders: asked, ..told() }, ..ExportOptions::default() };
    let summary = world.book.export_job(&options, &target, Jobs::Inline).unwrap().wait().unwrap().unwrap();
    assert_eq!(summary.written, 400);
    assert_eq!(summary.files.len(), 3);
    for file in &summary.files {
        assert!(
            std::fs::metadata(file).unwrap().len() < 10_000_000 && std::fs::read_to_string(file).unwrap().starts_with("email address,")
        );
    }
}

#[test]
fn what_a_target_cuts_off_is_told_of_the_person() {
    let mut world = World::empty();
    world.person(&format!("{} Last", "\u{e9}".repeat(128)), "long@example.org");
    let options = ExportOptions { format: "mailchimp".into(), settings: told(), explain: true, ..ExportOptions::default() };
    let mut out = Vec::new();
    let summary = world.book.export_to(&options, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains(&format!("\nlong@example.org,{},Last,", "\u{e9}".repeat(127))));
    assert_eq!(
        (summary.explained[0].why, summary.explained[0].remark == guildhall::book::Remark::LeftOut),
        ("the name is cut at Mailchimp's 255 bytes", false)
    );
}

#[test]
fn a_contact_carries_every_address_that_it_has_room_for_and_the_others_are_told() {
    let mut world = World::empty();
    let others = (1..5).map(|n| OtherAddress { address: format!("ann{n}@example.org"), state: AddressState::Ok }).collect();
    world.facts(PersonFacts { others, ..PersonFacts::named("Ann", "ann@example.org") });
    for (format, room) in [("ldif", 5), ("vcard", 5), ("google-contacts", 5), ("outlook-contacts", 3), ("thunderbird", 2)] {
        let options = ExportOptions { format: format.into(), settings: told(), explain: true, ..ExportOptions::default() };
        let mut out = Vec::new();
        let summary = world.book.export_to(&options, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        // The name of an LDIF entry repeats the first address.
        let body: String = text.lines().filter(|l| !l.starts_with("dn:")).map(|l| format!("{l}\n")).collect();
        assert_eq!(body.matches("@example.org").count(), room, "{format}: {text}");
        let told: Vec<&str> = summary.explained.iter().map(|e| e.why).collect();
        assert_eq!(told.len(), usize::from(room < 5), "{format}: {told:?}");
        assert!(told.iter().all(|why| why.contains("no room for all of their addresses")));
    }
}

#[test]
fn a_format_that_must_be_told_something_or_takes_so_many_says_so() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    let says = |world: &mut World, format: &str| export(world, format, Settings::default()).unwrap_err();
    assert!(says(&mut world, "google-groups").contains("--group"));
    assert!(says(&mut world, "entra-guests").contains("--redirect"));
    assert!(says(&mut world, "entra-members").contains("fewer than 2 people"));
}

#[test]
fn an_address_that_a_target_refuses_is_left_out_and_counted() {
    let mut world = World::empty();
    for (i, address) in ["ann^bob@example.org", "an..n@example.org", ".cy@example.org", "fine@example.org"].iter().enumerate() {
        world.person(&format!("P{i}"), address);
    }
    for (format, left) in [("mailman", 1), ("notify", 1), ("listmonk", 2)] {
        let options = ExportOptions { format: format.into(), settings: told(), ..ExportOptions::default() };
        let summary = world.book.export_to(&options, &mut Vec::new()).unwrap();
        assert_eq!((summary.written, summary.left_out.values().sum::<u64>()), (4 - left, left), "{format}");
    }
}

#[test]
fn what_may_go_wrong_with_a_row_is_told_and_the_value_is_written_exactly() {
    let mut world = World::empty();
    world.person("Fine", "fine@example.org");
    world.person("=SUM(1)", "sum@example.org");
    world.person("Dot", "dot.@example.org");
    let base = ExportOptions { format: "brevo".into(), settings: told(), explain: true, ..ExportOptions::default() };
    let mut out = Vec::new();
    let summary = world.book.export_to(&base, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("sum@example.org;=SUM(1);"));
    assert_eq!((summary.written, summary.left_out.len(), summary.doubtful.values().sum::<u64>()), (3, 0, 2));
    let told: Vec<(&str, bool)> =
        summary.explained.iter().map(|e| (e.who.as_str(), e.remark == guildhall::book::Remark::LeftOut)).collect();
    assert_eq!(told, [("\"=SUM(1)\" <sum@example.org>", false), ("Dot <dot.@example.org>", false)]);
    assert!(summary.sentence().contains("; 1 to look at: a full stop at an end"), "{}", summary.sentence());
    // The people list reports no such doubts: it isn't a mailing, and it escapes formulas.
    let people = ExportOptions { format: "people".into(), ..base };
    assert!(world.book.export_to(&people, &mut Vec::new()).unwrap().doubtful.is_empty());
}

#[test]
fn a_directory_has_addresses_of_ascii_letters_alone() {
    let mut world = two();
    world.person("Tag", "tag+cop@example.org");
    let ldif = export(&mut world, "ldif", told()).unwrap();
    assert!(ldif.contains("\nmail: noor@xn--bcher-kva.example\n"));
    assert!(ldif.contains("dn: cn=Tag,mail=tag\\+cop@example.org\n"), "{ldif}");
}

#[test]
fn who_is_in_it_is_chosen_and_told_person_by_person() {
    let mut world = World::empty();
    let research = world.community("Research");
    let paused = world.person("Paused", "paused@example.org");
    let active = world.facts(PersonFacts {
        others: vec![OtherAddress { address: "ann@home.example".into(), state: AddressState::Ok }],
        ..PersonFacts::named("Ann", "ann@example.org")
    });
    let desk = world.facts(PersonFacts { kind: PersonKind::TeamMailbox, ..PersonFacts::named("Desk", "desk@example.org") });
    world.put_in(&[paused, active, desk], research);
    let status = guildhall::domain::words::MembershipStatus::Paused;
    world.run(Command::SetStatus { people: vec![paused], community: research, status });
    let base = ExportOptions { format: "notify".into(), community: Some(research), settings: told(), explain: true, ..Default::default() };
    let mut run = |options: &ExportOptions| {
        let mut out = Vec::new();
        let summary = world.book.export_to(options, &mut out).unwrap();
        let explained: Vec<String> = summary.explained.iter().map(|e| format!("{}: {}", e.who, e.why)).collect();
        (String::from_utf8(out).unwrap().lines().skip(1).map(|l| l.split(',').next().unwrap().to_owned()).collect::<Vec<_>>(), explained)
    };
    let (rows, explained) = run(&base);
    assert_eq!(rows, ["ann@example.org"]);
    assert_eq!(explained, ["Paused <paused@example.org>: not an active member", "Desk <desk@example.org>: a team mailbox"]);
    let both = ExportOptions { statuses: vec![status, guildhall::domain::words::MembershipStatus::Active], ..base.clone() };
    assert_eq!(run(&both).0, ["paused@example.org", "ann@example.org"]);
    let all = ExportOptions { all_addresses: true, ..base.clone() };
    assert_eq!(run(&all).0, ["ann@example.org", "ann@home.example"]);
    let desks = ExportOptions { settings: Settings { mailboxes: true, ..told() }, ..base.clone() };
    assert_eq!(run(&desks).0, ["ann@example.org", "desk@example.org"]);
    let granted = ExportOptions { settings: Settings { require_consent: true, ..told() }, ..base.clone() };
    assert!(run(&granted).0.is_empty());
}

#[test]
fn what_a_template_asks_for_has_a_column_and_something_in_every_row() {
    let mut world = World::empty();
    let fields = |of: &str| vec![("Venue".to_owned(), of.to_owned())];
    world.facts(PersonFacts {
        tags: vec!["a11y".into()],
        fields: fields("Leeds"),
        ..PersonFacts::named("Hallam, Noor", "noor@example.org")
    });
    world.facts(PersonFacts { job_title: "Cartographer".into(), fields: fields("York"), ..PersonFacts::named("Zoë", "zoe@example.org") });
    let template = "Dear ((first_name)), ((a11y??captions are on)). ((first name)): ((job title)) in ((venue))";
    let mut settings = Settings { placeholders: placeholders(template), ..told() };
    let lacking = export(&mut world, "notify", settings.clone()).unwrap_err();
    assert!(
        lacking.contains("nothing to fill in for ((job title)) for 1 person") && lacking.contains("--fallback 'job title=…'"),
        "{lacking}"
    );
    settings.placeholders[2].fallback = "colleague".into();
    let text = export(&mut world, "notify", settings.clone()).unwrap();
    assert_eq!(
        text,
        "email address,first_name,a11y,job title,venue\nnoor@example.org,Noor,yes,colleague,Leeds\nzoe@example.org,Zoë,no,Cartographer,York\n"
    );
    assert!(export(&mut world, "brevo", settings).unwrap_err().contains("doesn't use a template"));
    let unknown = Settings { placeholders: placeholders("((shoe size))"), ..told() };
    assert!(export(&mut world, "notify", unknown).unwrap_err().contains("((shoe size)), which nobody has"));
}

/// A writer that fails after a number of bytes, like a full disk or a pipe without a reader.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let n = bytes.len().min(self.0);
        self.0 -= n;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn whatever_the_format_a_file_is_whole_or_what_stood_there_is_untouched() {
    let mut world = two();
    let folder = world.folder.path().join("out");
    std::fs::create_dir(&folder).unwrap();
    for format in FORMATS {
        let options = ExportOptions { format: format.name().into(), settings: told(), ..ExportOptions::default() };
        for room in [0, 20] {
            let failed = world.book.export_to(&options, &mut Full(room)).unwrap_err();
            assert!(matches!(failed, BookError::Exchange(_)), "{}: {failed}", format.name());
        }
        let mut to = |target: &std::path::Path| {
            let job = world.book.export_job(&options, target, Jobs::Inline).unwrap();
            job.wait().unwrap().map(|s| s.files).map_err(|e| e.to_string())
        };
        assert!(to(&folder.join("none/list.txt")).unwrap_err().contains("does not exist; make it first"), "{}", format.name());
        assert!(to(&folder.join(format!("{}.txt", "n".repeat(300)))).is_err(), "{}", format.name());
        assert!(to(&folder).unwrap_err().contains("a folder"), "{}", format.name());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{} left something behind", format.name());
        // A stopped job leaves the old file.
        let kept = folder.join("list.txt");
        std::fs::write(&kept, "old").unwrap();
        let job = world.book.export_job(&options, &kept, Jobs::Stopped).unwrap();
        assert!(job.wait().unwrap().is_err_and(|e| e.is_stopped()), "{}", format.name());
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "old", "{}", format.name());
        let job = world.book.export_job(&options, &kept, Jobs::Inline).unwrap();
        assert_eq!(job.wait().unwrap().unwrap().files.len(), 1, "{}", format.name());
        assert_ne!(std::fs::read_to_string(&kept).unwrap(), "old", "{}", format.name());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "{} left something behind", format.name());
        std::fs::remove_file(&kept).unwrap();
    }
}
