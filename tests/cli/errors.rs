//! Each error sentence once: what happened, why, and what to do, with the exit code.

use std::fmt::Write as _;

use rusqlite::Connection;

use crate::{Desk, code, err};

/// Commands that fail, each in a way of its own.
const COMMANDS: &[&str] = &[
    "-f absent list members",
    "-f folder list members",
    "-f pipe list members",
    "-f /dev/null list members",
    "-f linked list members",
    "-f empty list members",
    "-f text list members",
    "-f foreign list members",
    "-f newer list members",
    "-f altered list members",
    "backup roster.guildhall",
    "backup nowhere/copy",
    "import absent.csv",
    "import folder",
    "import /dev/null",
    "import empty.csv",
    "import headless.csv",
    "import long.csv",
    "import wide.csv",
    "export nothing",
    "export notify --output list.csv",
    "export notify --output roster.guildhall",
    "export notify --output folder",
    "export notify --output nowhere/list.csv",
    "export notify --since last",
    "export notify --since last --output new.csv",
    "export notify --since never --output new.csv",
    "export notify --against absent.csv --output new.csv",
    "export notify --community Nowhere",
    "export notify --status keen",
    "export notify --placeholders venue --output new.csv",
    "export vcard --version 5",
    "export notify --locale uk",
    "export entra-guests",
    "directory import absent.md",
    "directory import page.md",
    "directory publish folder",
    "directory diff absent.md",
    "list members orgg:x",
    "list members org:",
    "list members (ann",
    "list members mail:maybe",
    "list members joined:soon",
    "list members --view Mine",
    "list teapots",
    "show member Nobody",
    "show member",
    "show community Nowhere",
    "show meetup Nowhere",
    "show member ann --handover",
    "redo",
    "add member",
    "add member --set name",
    "add member --set nam=Eve",
    "add member --set e-mail=nonsense",
    "add member --set e-mail=ann@example.org",
    "add member --set name=Eve --set state=gone",
    "add member --set name=Eve --set 'with us since=soon'",
    "add community --set name=Research",
    "add meetup --set title=Crit",
    "add meetup --set title=Crit --set starts=3dec",
    "add seat Research --set title=",
    "edit member ann@example.org",
    "edit member absent@example.org --set note=x",
    "edit organisation HMR --set note=x",
    "edit seat Research Head --set note=x",
    "remove member ann@example.org",
    "put Research",
    "put Research zzz",
    "put Research --who people.txt",
    "put Research --who absent.txt",
    "put Research org:dwp --status keen",
    "tag",
    "tag a11y",
    "tag '' org:dwp",
    "consent mail granted org:dwp",
    "consent mail granted org:dwp --source form --date 2099-01-01",
    "consent mail granted org:dwp --source form --date soon",
    "consent post granted org:dwp",
    "consent mail yes org:dwp",
    "roll Crit --came org:dwp",
    "apply absent.jsonl",
    "apply empty",
    "apply wrong.jsonl",
    "apply unknown.jsonl",
    "suppress",
    "suppress nonsense",
    "allow ann@example.org",
    "allow ann@example.org --source mail --date 2099-01-01",
    "--config absent.toml list members",
    "--config /dev/zero list members",
    "undoo",
    "--no-such-option",
];

/// Files that can't be used, each in its own way.
fn desk() -> Desk {
    let desk = Desk::new();
    let path = |name: &str| desk.folder.path().join(name);
    std::fs::create_dir(path("folder")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    desk.file("empty", "");
    desk.file(
        "text",
        "This isn't a roster, although it has more than a hundred bytes, so that its beginning can be compared with that of a database.\n",
    );
    for (name, change) in [
        ("foreign", "PRAGMA application_id=7"),
        ("newer", "PRAGMA user_version=999"),
        ("altered", "ALTER TABLE person ADD COLUMN salary TEXT"),
    ] {
        std::fs::copy(path("roster.guildhall"), path(name)).unwrap();
        Connection::open(path(name)).unwrap().execute_batch(change).unwrap();
    }
    std::fs::copy(path("roster.guildhall"), path("linked")).unwrap();
    std::fs::hard_link(path("linked"), path("linked too")).unwrap();
    desk.file("empty.csv", "");
    desk.file("headless.csv", "1,2,3\n4,5,6\n");
    desk.file("long.csv", &format!("Name,E-mail\n{}\n", "x".repeat((1 << 20) + 1)));
    desk.file("wide.csv", &format!("Name{}\nAnn\n", ",x".repeat(5_000)));
    desk.file("twice.csv", "Name,E-mail,E-mail\nCy,cy@example.org,cy@example.org\n");
    desk.file("page.md", "# No communities here\n");
    desk.file("list.csv", "an older file\n");
    desk.file("wrong.jsonl", "{\"do\": \"tag\", \"who\": \"ann@example.org\"}\n");
    desk.file("unknown.jsonl", "{\"do\": \"dance\"}\n");
    desk.file("people.txt", "absent@example.org\n");
    desk
}

#[test]
fn each_error_says_what_happened_and_what_to_do() {
    let desk = desk();
    let mut all = String::new();
    let folder = desk.folder.path().canonicalize().unwrap().display().to_string();
    for command in COMMANDS {
        let words = super::readme::words(command);
        let run = desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(matches!(code(&run), 1 | 2), "{command}: {}{}", super::out(&run), err(&run));
        let said = err(&run).replace(&folder, "~");
        assert!(!said.trim().is_empty() && !said.contains("os error"), "{command}: {said}");
        writeln!(all, "$ guildhall {command}\n{} ({})\n", said.trim_end(), code(&run)).unwrap();
    }
    insta::assert_snapshot!("errors", all);
}
