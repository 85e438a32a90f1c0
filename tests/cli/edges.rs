//! Input from outside and output to a terminal: arguments, pipes, missing and unsuitable files.

use std::io::Read as _;
use std::process::Stdio;
use std::sync::Arc;

use guildhall::book::{Book, Command, SystemClock};

use crate::{Desk, code, err, out};

#[test]
fn a_mistyped_command_is_no_new_roster() {
    let desk = Desk::new();
    for (words, says) in [
        (vec!["undoo"], "did you mean undo?"),
        (vec!["lst", "members"], "did you mean list?"),
        (vec!["-f", "roster.guildhall", "exprot", "notify"], "did you mean export?"),
        (vec!["teapot"], "--help lists the commands"),
    ] {
        let run = desk.run(&words);
        assert_eq!(code(&run), 2, "{words:?}");
        assert!(err(&run).contains("there is no command called") && err(&run).contains(says), "{}", err(&run));
    }
    assert!(!desk.folder.path().join("undoo").exists());
}

#[test]
fn nothing_that_drives_a_terminal_reaches_it_or_is_raw_in_json() {
    let desk = Desk::new();
    let nasty = "a\u{1b}[31m\u{202e}\u{9b}b";
    let set = format!("name={nasty}");
    // The command line cleans its arguments. Text that another program wrote to the file isn't clean.
    assert_eq!(code(&desk.run(&["add", "member", "--set", &set, "--set", "add a field=Shoe", "--set", "shoe=4"])), 0);
    let file = rusqlite::Connection::open(desk.folder.path().join("roster.guildhall")).unwrap();
    file.execute_batch("PRAGMA foreign_keys=ON").unwrap();
    let fields = serde_json::json!({ nasty: nasty }).to_string();
    file.execute("UPDATE person SET name=?1, note=?1, job_title=?1, fields=?2 WHERE email=''", (nasty, &fields)).unwrap();
    drop(file);
    for words in [
        vec!["list", "members"],
        vec!["list", "members", "--format", "csv"],
        vec!["list", "members", "--format", "json"],
        vec!["show", "member", "missing:email", "--format", "json"],
        vec!["show", "member", "missing:email"],
    ] {
        let text = out(&desk.run(&words));
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{words:?}: {text}");
        assert!(text.contains("[31m"), "{words:?}: {text}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&desk.run(&["show", "member", "missing:email", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["name"], nasty);
}

#[test]
fn an_import_whose_reader_leaves_finishes_its_work() {
    let desk = Desk::new();
    let rows: String = (0..400).map(|i| format!("no address {i},nonsense\n")).collect();
    desk.file("a.csv", &format!("Name,E-mail\n{rows}"));
    desk.file("b.csv", "Name,E-mail\nEve Fox,eve@example.org\n");
    let mut child = desk
        .command()
        .args(["import", "a.csv", "a.csv", "a.csv", "b.csv", "--report", "r.json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = [0; 1];
    let mut read = child.stdout.take().unwrap();
    assert_eq!(read.read(&mut first).unwrap(), 1);
    drop(read);
    child.wait().unwrap();
    assert!(out(&desk.run(&["list", "members"])).contains("Eve Fox"));
    let report: serde_json::Value = serde_json::from_str(&desk.read("r.json")).unwrap();
    assert_eq!(report.as_array().unwrap().len(), 4);
}

#[test]
fn a_refused_import_leaves_no_new_roster() {
    let desk = Desk::new();
    desk.file("empty.csv", "");
    desk.file("nobody.csv", "Name,E-mail\n,nonsense\n");
    for file in ["empty.csv", "nobody.csv"] {
        let run = desk.run(&["-f", "new.guildhall", "import", file]);
        assert_ne!(code(&run), 0, "{file}");
        let left: Vec<_> = std::fs::read_dir(desk.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!left.iter().any(|n| n.to_string_lossy().starts_with("new.guildhall")), "{file}: {left:?}");
    }
    // A missing file is refused before the first file is imported.
    let run = desk.run(&["-f", "new.guildhall", "import", "people.csv", "absent.csv"]);
    assert_eq!(code(&run), 1, "what can be seen before is said before");
    assert!(desk.run(&["-f", "new.guildhall", "import", "people.csv"]).status.success());
}

#[test]
#[cfg(unix)]
fn a_configuration_that_is_no_file_is_refused() {
    let desk = Desk::new();
    desk.file("long.toml", &"#".repeat((1 << 20) + 1));
    let pipe = desk.folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for config in ["/dev/zero", "pipe", "long.toml", "."] {
        let run = desk.run(&["--config", config, "keys"]);
        assert!(err(&run).contains(config.trim_matches('.')) && !err(&run).is_empty(), "{config}: {}", err(&run));
    }
}

#[test]
fn a_saved_view_is_listed_in_its_order() {
    let desk = Desk::new();
    let mut book = Book::open(&desk.folder.path().join("roster.guildhall"), Arc::new(SystemClock)).unwrap();
    let view = |name: &str, pane: &str, query: &str| Command::SaveView {
        name: name.into(),
        pane: pane.into(),
        query: query.into(),
        sort: "-name".into(),
        columns: String::new(),
    };
    book.run(&view("Both", "members", "org:hmrc | org:dwp")).unwrap();
    book.run(&view("Soon", "meetups", "")).unwrap();
    drop(book);
    let both = out(&desk.run(&["list", "members", "--view", "both", "--format", "csv"]));
    let names: Vec<&str> = both.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
    assert_eq!(names, ["Bo Smith", "Ann Example"]);
    assert_eq!(out(&desk.run(&["list", "members", "--view", "Both", "g7", "--format", "csv"])).lines().count(), 2);
    let wrong = desk.run(&["list", "members", "--view", "Botth"]);
    assert_eq!((code(&wrong), err(&wrong).contains("did you mean Both?")), (1, true), "{}", err(&wrong));
    let other = desk.run(&["list", "members", "--view", "Soon"]);
    assert_eq!((code(&other), err(&other).contains("list meetups")), (2, true), "{}", err(&other));
}

#[test]
fn an_export_replaces_its_own_last_file_and_nothing_else_unasked() {
    let desk = Desk::new();
    let notify = ["export", "notify", "-o", "list.csv"];
    assert_eq!(code(&desk.run(&notify)), 0);
    // The same export may replace its own file.
    desk.run(&["add", "member", "--set", "name=Eve", "--set", "e-mail=eve@example.org"]);
    assert_eq!(code(&desk.run(&notify)), 0);
    assert!(desk.read("list.csv").contains("eve@example.org"));
    // Another list, an edited file and a file of the user's own are refused.
    let refused = |words: &[&str]| {
        let file = words.iter().position(|w| *w == "-o").map(|at| words[at + 1]).unwrap();
        let before = std::fs::read(desk.folder.path().join(file)).unwrap();
        let run = desk.run(words);
        assert_eq!(code(&run), 1, "{words:?}: {}", err(&run));
        assert_eq!(std::fs::read(desk.folder.path().join(file)).unwrap(), before, "{words:?}");
        err(&run)
    };
    for words in [
        vec!["export", "notify", "org:dwp", "-o", "list.csv"],
        vec!["export", "notify", "--require-consent", "-o", "list.csv"],
        vec!["export", "notify", "--addresses", "all", "-o", "list.csv"],
        vec!["export", "bcc", "-o", "list.csv"],
    ] {
        assert!(refused(&words).contains("--replace"), "{words:?}");
    }
    desk.file("list.csv", "mine");
    assert!(refused(&notify).contains("list.csv exists and isn't the last export of this list"));
    assert_eq!(code(&desk.run(&["export", "notify", "-o", "list.csv", "--replace"])), 0);
    assert_eq!(code(&desk.run(&notify)), 0);
    desk.file("list-add.csv", "mine");
    let since = desk.run(&["export", "notify", "--since", "last", "-o", "list.csv"]);
    assert!(code(&since) == 1 && err(&since).contains("list-add.csv exists") && desk.read("list-add.csv") == "mine", "{}", err(&since));
    // Rosters and the files that belong to one are never replaced.
    assert_eq!(code(&desk.run(&["-f", "other.guildhall", "import", "people.csv"])), 0);
    desk.file("other.guildhall-journal", "x");
    desk.file("other.guildhall-wal", "x");
    desk.file("other.guildhall.draft-7", "x");
    std::fs::create_dir_all(desk.folder.path().join("other.guildhall.backups")).unwrap();
    desk.file("other.guildhall.backups/a", "x");
    for file in [
        "roster.guildhall",
        "other.guildhall",
        "other.guildhall-journal",
        "other.guildhall-wal",
        "other.guildhall.draft-7",
        "other.guildhall.backups/a",
    ] {
        let said = refused(&["export", "notify", "-o", file, "--replace"]);
        assert!(said.contains("write to another file"), "{file}: {said}");
    }
}
