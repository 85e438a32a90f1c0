//! The command line: results, messages, exit codes, pipes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

mod changes;
mod edges;
#[cfg(unix)]
mod errors;
mod readme;

use std::io::Write;
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.file("people.csv", "Name,E-mail,Company,Grade\nAnn Example,ann@example.org,HMRC,G7\nBo Smith,bo@example.org,DWP,G6\n");
        let out = desk.run(&["import", "people.csv", "--community", "Research"]);
        assert!(out.status.success(), "{}", err(&out));
        desk
    }

    fn file(&self, name: &str, content: &str) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.folder.path())
            .env("GUILDHALL_FILE", "roster.guildhall")
            .env("HOME", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command().args(words).output().unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn today_is_a_table_or_json() {
    let desk = Desk::new();
    assert_eq!(out(&desk.run(&["today"])), "Nothing to do.\n");
    assert_eq!(out(&desk.run(&["today", "--format", "json"])).trim(), "[]");
    desk.file("gone.csv", "Name,E-mail,E-mail state\nCy Young,cy@example.org,bounced\n");
    desk.run(&["import", "gone.csv"]);
    let table = out(&desk.run(&["today"]));
    assert!(table.starts_with("Due ") && table.contains("bounced address") && table.contains("Cy Young"), "{table}");
    let json: serde_json::Value = serde_json::from_str(&out(&desk.run(&["today", "--format", "json"]))).unwrap();
    assert_eq!((json[0]["kind"].as_str(), json[0]["at"].as_str()), (Some("bounced address"), Some("member Cy Young")));
}

#[test]
fn lists_are_tables_csv_or_json() {
    let desk = Desk::new();
    let table = out(&desk.run(&["list", "members", "org:hmrc"]));
    assert!(table.starts_with("Name") && table.contains("Ann Example  ann@example.org  HMRC"), "{table}");
    assert_eq!(
        out(&desk.run(&["list", "members", "--format", "csv", "grade:g6"])).rsplit_once(',').unwrap().0,
        "Name,E-mail,State,Kind,Organisation,Discipline,Job title,Tags,With us since,Last seen,Mail,Grade,UUID\n\
         Bo Smith,bo@example.org,ok,person,DWP,,,,,,yes,G6"
    );
    assert!(out(&desk.run(&["list", "members", "-org:hmrc", "--format", "csv"])).contains("\nBo Smith,bo@example.org,ok,person,DWP,"));
    let json: serde_json::Value = serde_json::from_slice(&desk.run(&["list", "communities", "--format", "json"]).stdout).unwrap();
    assert_eq!(json[0]["name"], "Research");
    assert!(out(&desk.run(&["list", "organisations"])).contains("HMRC"));
    assert!(desk.run(&["list", "meetups"]).status.success());
}

#[test]
fn one_thing_is_shown_whole() {
    let desk = Desk::new();
    let text = out(&desk.run(&["show", "member", "ann@example.org"]));
    assert!(text.contains("Grade            G7") && text.contains("Research: active"), "{text}");
    let json: serde_json::Value = serde_json::from_slice(&desk.run(&["show", "member", "bo", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["name"], "Bo Smith");
    assert!(out(&desk.run(&["show", "community", "research"])).contains("2 active"));
    let several = desk.run(&["show", "member", "example"]);
    assert_eq!(code(&several), 0, "{}", err(&several));
    let nobody = desk.run(&["show", "member", "nobody"]);
    assert_eq!((code(&nobody), err(&nobody).as_str()), (1, "guildhall: nobody on the roster is called nobody\n"));
    let near = desk.run(&["show", "community", "reserch"]);
    assert!(err(&near).contains("did you mean Research?"), "{}", err(&near));
}

#[test]
fn exit_codes_say_how_it_ended() {
    let desk = Desk::new();
    desk.file("bad.csv", "Name,E-mail\nCy,cy@example.org\n,nonsense\n");
    assert_eq!(code(&desk.run(&["import", "bad.csv"])), 3);
    assert_eq!(code(&desk.run(&["import", "no such file.csv"])), 1);
    assert_eq!(code(&desk.run(&["import", "."])), 1);
    assert_eq!(code(&desk.run(&["import"])), 2);
    assert_eq!(code(&desk.run(&["list", "teapots"])), 2);
    assert_eq!(code(&desk.run(&["--no-such-flag"])), 2);
    assert_eq!(code(&desk.run(&["export", "no-such-format"])), 2);
    assert_eq!(code(&desk.run(&["-f", "absent", "list", "members"])), 1);
    let query = desk.run(&["list", "members", "ann", "orgg:x"]);
    assert_eq!((code(&query), err(&query).as_str()), (2, "guildhall:\nann orgg:x\n    ^\nthere is no field orgg: — did you mean org: ?\n"));
    assert_eq!(code(&desk.run(&["check"])), 0);
}

#[test]
fn a_dry_run_writes_nothing_not_even_a_new_roster() {
    let desk = Desk::new();
    let before = std::fs::read(desk.folder.path().join("roster.guildhall")).unwrap();
    desk.file("more.csv", "Name,E-mail\nCy,cy@example.org\n");
    let plan = desk.run(&["import", "more.csv", "--dry-run", "--report", "report.json"]);
    assert!(out(&plan).contains("1 person would be added"), "{}", out(&plan));
    assert_eq!(std::fs::read(desk.folder.path().join("roster.guildhall")).unwrap(), before);
    let report: serde_json::Value = serde_json::from_str(&desk.read("report.json")).unwrap();
    assert_eq!((report[0]["added"].as_u64(), report[0]["dry_run"].as_bool()), (Some(1), Some(true)));
    assert!(desk.run(&["-f", "new.guildhall", "import", "more.csv", "--dry-run"]).status.success());
    assert!(!desk.folder.path().join("new.guildhall").exists());
}

#[test]
fn undo_redo_and_history_work_across_runs() {
    let desk = Desk::new();
    assert_eq!(out(&desk.run(&["undo"])), "Undone: Imported people.csv into Research\n");
    assert_eq!(out(&desk.run(&["list", "members"])), "");
    assert_eq!(out(&desk.run(&["redo"])), "Redone: Imported people.csv into Research\n");
    let nothing = desk.run(&["redo"]);
    assert_eq!((code(&nothing), err(&nothing).as_str()), (1, "guildhall: there is nothing to redo\n"));
    assert_eq!(out(&desk.run(&["history"])).lines().count(), 3);
    assert!(out(&desk.run(&["history", "ann"])).contains("Imported people.csv"));
}

#[test]
fn exports_go_to_a_file_or_to_standard_output() {
    let desk = Desk::new();
    let notify = desk.run(&["export", "notify", "--community", "research"]);
    assert_eq!(out(&notify), "email address,name\nann@example.org,Ann Example\nbo@example.org,Bo Smith\n");
    assert_eq!(err(&notify), "2 people written\n");
    assert!(desk.run(&["export", "roster", "grade:g7", "--output", "list.csv"]).status.success());
    assert!(desk.read("list.csv").ends_with(",G7\n"), "{}", desk.read("list.csv"));
    let refused = desk.run(&["export", "roster", "--output", "no/such/folder/list.csv"]);
    assert_eq!(code(&refused), 1);
    assert!(out(&desk.run(&["export", "vcard", "--version", "3"])).contains("VERSION:3.0"));
    assert!(out(&desk.run(&["export", "thunderbird", "--locale", "us"])).contains(",Home State,"));
    assert_eq!(code(&desk.run(&["export", "vcard", "--version", "2"])), 2);
    assert_eq!(code(&desk.run(&["export", "brevo", "--locale", "us"])), 2);
    // Changes are written to two files, so `--output` is required.
    assert_eq!(code(&desk.run(&["export", "mailman", "--since", "last"])), 2);
    assert!(desk.run(&["export", "mailman", "--output", "list.txt"]).status.success());
    let changed = desk.run(&["export", "mailman", "--since", "last", "--output", "list.txt"]);
    assert!(err(&changed).starts_with("0 people to add, 0 to remove, 2 stay\n"), "{}", err(&changed));
    assert_eq!((desk.read("list-add.txt"), desk.read("list-remove.txt")), (String::new(), String::new()));
}

#[test]
fn the_public_page_is_imported_checked_compared_published_and_handed_over() {
    let desk = Desk::new();
    let page = include_str!("../data/guilds-table.md");
    std::fs::write(desk.folder.path().join("guilds.md"), page).unwrap();
    let dry = desk.run(&["directory", "import", "guilds.md", "--dry-run"]);
    assert!(out(&dry).starts_with("guilds.md: 4 communities would be added"), "{}", out(&dry));
    assert!(out(&desk.run(&["directory", "import", "guilds.md"])).starts_with("guilds.md: 4 communities added"));
    assert_eq!(out(&desk.run(&["directory", "diff", "guilds.md"])), "The page and the roster agree.\n");
    let dry = desk.run(&["directory", "publish", "clean.md", "--layout", "table", "--dry-run"]);
    assert!(err(&dry).contains("dry run: 1 change would be written") && !desk.folder.path().join("clean.md").exists(), "{}", err(&dry));
    let published = desk.run(&["directory", "publish", "guilds.md"]);
    assert_eq!(
        (err(&published).as_str(), desk.read("guilds.md").as_str()),
        ("guilds.md is already up to date; it was not changed\n", page)
    );
    assert!(desk.run(&["directory", "publish", "clean.md", "--layout", "sections", "--counts"]).status.success());
    assert!(desk.read("clean.md").contains("## Ships\n"));
    assert!(out(&desk.run(&["check", "--directory"])).contains("Ships: no way to join is recorded (guilds.md, line 11)\n"));
    assert!(out(&desk.run(&["show", "community", "ships", "--handover"])).starts_with("# Handing over Ships\n"));
    assert!(out(&desk.run(&["show", "community", "ships"])).starts_with("Ships (a name made from the page, which has none)\n"));
    assert_eq!(code(&desk.run(&["directory", "import", "none.md"])), 1);
}

#[test]
fn never_mail_and_the_way_back_are_commands_that_say_what_else_blocks() {
    let desk = Desk::new();
    let said = desk.run(&["suppress", "ANN@Example.org", "nobody@else.example"]);
    assert_eq!((code(&said), out(&said).as_str()), (0, "Suppressed 2 addresses\n"));
    // A repeated suppression is recorded: the last request counts, whatever another copy of the roster says.
    assert_eq!(out(&desk.run(&["suppress", "ann@example.org"])), "Suppressed ann@example.org\n");
    assert_eq!(out(&desk.run(&["export", "mailman"])), "\"Bo Smith\" <bo@example.org>\n");
    let shown = out(&desk.run(&["show", "member", "ann@example.org"]));
    assert!(shown.contains("May be mailed    ann@example.org: no, unsubscribed, withdrew consent to mail"), "{shown}");
    assert!(
        out(&desk.run(&["list", "members", "mail:no", "--format", "csv"]))
            .contains("\nAnn Example,ann@example.org,ok,person,HMRC,,,,,,unsubscribed,")
    );
    assert!(out(&desk.run(&["list", "members", "mail:yes"])).contains("Bo Smith"));
    // `allow` requires a source and a date.
    for wrong in [
        &["allow", "ann@example.org"][..],
        &["allow", "ann@example.org", "--source", "a letter"],
        &["allow", "ann@example.org", "--date", "2026-11-20"],
        &["allow", "ann@example.org", "--source", " ", "--date", "2026-11-20"],
        &["allow", "ann@example.org", "--source", "a letter", "--date", "9999-01-01"],
        &["allow", "no address", "--source", "a letter", "--date", "2026-11-20"],
        &["suppress"],
    ] {
        assert_eq!(code(&desk.run(wrong)), 2, "{wrong:?}");
    }
    // The address also bounced: `allow` has to report what still blocks mail.
    desk.file("states.csv", "Name,E-mail,E-mail state\nAnn Example,ann@example.org,bounced\n");
    assert_eq!(code(&desk.run(&["import", "states.csv"])), 0);
    // A consent that is older than the withdrawal is refused.
    let older = desk.run(&["allow", "ann@example.org", "--source", "a letter", "--date", "2020-01-01"]);
    assert!(code(&older) == 1 && err(&older).contains("Ann Example said no on "), "{}", err(&older));
    let allowed = desk.run(&["allow", "ann@example.org", "--source", "a letter", "--date", "today"]);
    let told = out(&allowed);
    assert_eq!(code(&allowed), 0, "{}", err(&allowed));
    assert!(
        told.starts_with("Allowed mail to Ann Example\n") && told.contains("ann@example.org still can't be mailed: the address bounced"),
        "{told}"
    );
    assert!(out(&desk.run(&["show", "member", "ann@example.org"])).contains("(a letter)"));
}

#[test]
fn undoing_a_suppression_needs_a_yes() {
    let desk = Desk::new();
    desk.run(&["suppress", "ann@example.org"]);
    let refused = desk.run(&["undo"]);
    assert_eq!(code(&refused), 1);
    assert!(err(&refused).contains("nothing was changed") && err(&refused).contains("--yes"), "{}", err(&refused));
    assert!(out(&desk.run(&["list", "members", "mail:no"])).contains("Ann Example"));
    assert_eq!(code(&desk.run(&["undo", "--yes"])), 0);
    assert!(!out(&desk.run(&["list", "members", "mail:no"])).contains("Ann Example"));
    // Stopping mail again needs no `--yes`.
    assert_eq!(code(&desk.run(&["redo"])), 0);
    assert!(out(&desk.run(&["list", "members", "mail:no"])).contains("Ann Example"));
}

#[test]
fn words_that_are_not_known_and_decisions_end_with_three() {
    let desk = Desk::new();
    rusqlite::Connection::open(desk.folder.path().join("roster.guildhall"))
        .unwrap()
        .execute("UPDATE membership SET status='lapsed (2025)' WHERE person_id=1", [])
        .unwrap();
    let found = desk.run(&["check"]);
    assert_eq!(code(&found), 3);
    assert!(format!("{}{}", out(&found), err(&found)).contains("the status “lapsed (2025)”"), "{}{}", out(&found), err(&found));
    assert!(!out(&desk.run(&["export", "notify"])).contains("ann@example.org"));
    assert_eq!(code(&desk.run(&["suppress", "bo@example.org"])), 0);
    desk.file("form.csv", "Email,I agree to join the mailing list,Timestamp\nbo@example.org,Yes,2030-01-01 10:00:00\n");
    let decides = desk.run(&["import", "form.csv"]);
    assert_eq!(code(&decides), 3);
    assert!(out(&decides).contains("line 2 needs a decision: "), "{}", out(&decides));
    assert!(!out(&desk.run(&["export", "notify"])).contains("bo@example.org"));
    desk.file("slack.csv", "Name,Email,Status\nDi Lund,di@example.org,frozen\n");
    assert_eq!(code(&desk.run(&["import", "slack.csv", "--community", "Research"])), 3);
    assert!(!out(&desk.run(&["export", "notify", "--community", "Research"])).contains("di@example.org"));
}

#[test]
fn standard_input_is_a_file_too() {
    let desk = Desk::new();
    let mut child = desk.command().args(["import", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"Name,E-mail\nPiped,piped@example.org\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(out(&output).contains("standard input: 1 person added"), "{}", out(&output));
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_no_error() {
    let desk = Desk::new();
    let rows: String = (0..20_000).map(|i| format!("Person {i},p{i}@example.org\n")).collect();
    desk.file("many.csv", &format!("Name,E-mail\n{rows}"));
    assert!(desk.run(&["import", "many.csv"]).status.success());
    for verb in ["list members", "export roster", "list members --format csv", "list members --format json"] {
        let script = format!("set -o pipefail; '{PROGRAM}' -f roster.guildhall {verb} 2>errors | head -1 >/dev/null");
        let status = Command::new("bash").args(["-c", &script]).current_dir(desk.folder.path()).status().unwrap();
        assert!(status.success(), "{verb}: {}", desk.read("errors"));
    }
}

#[test]
fn completions_manual_formats_and_keys_are_written() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(out(&desk.run(&["completions", shell])).contains("guildhall"), "{shell}");
    }
    assert!(out(&desk.run(&["man"])).contains(".TH guildhall"));
    assert!(out(&desk.run(&["formats"])).contains("GOV.UK Notify"));
    assert!(out(&desk.run(&["keys"])).contains("Undo the last change"));
    assert!(!out(&desk.run(&["--help"])).contains("selftest"));
}

#[test]
fn a_backup_opens_as_a_roster_of_its_own() {
    let desk = Desk::new();
    assert!(desk.run(&["backup", "copy.guildhall"]).status.success());
    assert_eq!(out(&desk.run(&["-f", "copy.guildhall", "list", "members", "--format", "csv"])).lines().count(), 3);
    assert_eq!(code(&desk.run(&["backup", "copy.guildhall"])), 1);
}

#[test]
fn results_go_to_standard_output_and_messages_to_standard_error() {
    let desk = Desk::new();
    let misspelt = desk.run(&["list", "members", "exampel"]);
    assert_eq!((out(&misspelt).as_str(), err(&misspelt).as_str()), ("", "nobody found; did you mean example?\n"));
}

#[test]
#[cfg(unix)]
fn a_pipe_is_imported_like_a_file() {
    let desk = Desk::new();
    let script = format!("'{PROGRAM}' -f roster.guildhall import <(printf 'Name,E-mail\\nPiped,piped@example.org\\n')");
    let output = Command::new("bash").args(["-c", &script]).current_dir(desk.folder.path()).output().unwrap();
    assert!(out(&output).contains("1 person added"), "{}{}", out(&output), err(&output));
}

/// Every value that JSON has is somewhere in the text, for each kind of thing; row numbers are in neither.
#[test]
fn text_has_all_that_json_has() {
    let desk = Desk::new();
    for words in [
        vec![
            "edit",
            "member",
            "ann@example.org",
            "--set",
            "other e-mails=ann@other.example",
            "--set",
            "tags=a11y; host",
            "--set",
            "note=Knows maps",
        ],
        vec![
            "edit",
            "community",
            "Research",
            "--set",
            "purpose=Learn together",
            "--set",
            "stage=maturing",
            "--set",
            "disciplines=user research",
        ],
        vec!["add", "seat", "Research", "--set", "title=Head", "--set", "held by=ann@example.org", "--set", "confirm every=6"],
        vec!["add", "meetup", "--set", "title=Crit", "--set", "starts=2026-01-15 18:00", "--set", "room for=30", "--set", "where=Room 1"],
        vec!["edit", "meetup", "Crit", "--set", "communities=Research", "--set", "write-up=owed", "--set", "note=Bring work"],
        vec!["roll", "Crit", "--came", "ann"],
        vec!["edit", "organisation", "HMRC", "--set", "e-mail domains=hmrc.example", "--set", "sector=central", "--set", "note=Taxes"],
    ] {
        let run = desk.run(&words);
        assert_eq!(code(&run), 0, "{words:?}: {}", err(&run));
    }
    for (words, text) in [
        (["list", "members"].as_slice(), "csv"),
        (&["list", "communities"], "csv"),
        (&["list", "meetups"], "csv"),
        (&["list", "organisations"], "csv"),
        (&["show", "member", "ann@example.org"], "text"),
        (&["show", "community", "Research"], "text"),
        (&["show", "meetup", "Crit"], "text"),
    ] {
        let written = |format: &str| out(&desk.run(&[words, &["--format", format]].concat()));
        let (text, json) = (written(text), serde_json::from_str(&written("json")).unwrap());
        let mut values = Vec::new();
        leaves("", &json, &mut values);
        assert!(values.len() > 5, "{words:?}");
        for (key, value) in values {
            assert!(!key.ends_with("id") || key == "uuid", "{words:?}: {key}");
            // A moment and a day are written otherwise in text, a truth by what it says.
            let is_written_otherwise = value.contains("T1") || value.parse::<chrono::NaiveDate>().is_ok() || value.parse::<bool>().is_ok();
            // The usual state of an address goes without saying.
            let is_usual = ["email_state", "state"].contains(&key.as_str()) && value == "ok";
            assert!(is_usual || is_written_otherwise || text.contains(&value), "{words:?}: {key} is {value}, which isn't in:\n{text}");
        }
    }
}

/// The values of a JSON document, each with the key that it has.
fn leaves(key: &str, json: &serde_json::Value, out: &mut Vec<(String, String)>) {
    match json {
        serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| leaves(k, v, out)),
        serde_json::Value::Array(all) => all.iter().for_each(|v| leaves(key, v, out)),
        serde_json::Value::Null => {}
        serde_json::Value::String(text) => out.push((key.to_owned(), text.clone())),
        other => out.push((key.to_owned(), other.to_string())),
    }
}
