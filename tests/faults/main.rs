//! Failures from outside the program: kills, foreign and damaged files, other programs, full disks.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

#[path = "../common/mod.rs"]
mod common;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use common::{World, clock};
use guildhall::book::{Book, BookError, Command, FixedClock, StoreError};
use guildhall::domain::person::PersonFacts;

const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");

/// A small random number generator with a fixed seed, so that a failing run can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn check(file: &Path, saves: u64) {
    let out = Process::new(PROGRAM).args(["selftest", "check"]).arg(file).arg(saves.to_string()).output().unwrap();
    assert!(out.status.success(), "after {saves} saves: {}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
}

#[test]
fn an_acknowledged_save_survives_two_hundred_kills() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.guildhall");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut acknowledged = 0;
    for round in 0..200 {
        let mut child =
            Process::new(PROGRAM).args(["selftest", "writer"]).arg(&file).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut last = 0;
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                last = line.strip_prefix("ACK ").and_then(|n| n.parse().ok()).unwrap_or(last);
            }
            last
        });
        std::thread::sleep(Duration::from_micros(4_000 + dice.roll(40_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = reader.join().unwrap().max(acknowledged);
        if round % 20 == 19 && file.exists() {
            check(&file, acknowledged);
        }
    }
    assert!(acknowledged > 100, "only {acknowledged} saves in 200 rounds");
    check(&file, acknowledged);
}

fn open(path: &Path) -> Result<Book, BookError> {
    Book::open(path, clock())
}

fn refused(path: &Path) -> StoreError {
    let before = std::fs::read(path).ok();
    let error = match open(path) {
        Err(BookError::Store(e)) => e,
        Err(e) => panic!("{e}"),
        Ok(_) => panic!("{} was opened", path.display()),
    };
    assert_eq!(std::fs::read(path).ok(), before, "{} was written to", path.display());
    error
}

#[test]
fn what_is_no_roster_is_named_and_left_alone() {
    let world = World::empty();
    let foreign = world.folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t(x)").unwrap();
    assert!(matches!(refused(&foreign), StoreError::Foreign(_)));
    assert!(matches!(refused(&world.file("notes.txt", "shopping list")), StoreError::NotADatabase(_)));
    assert!(matches!(refused(&world.file("empty", "")), StoreError::Empty(_)));
    assert!(matches!(refused(world.folder.path()), StoreError::NotAFile { what: "a folder", .. }));
    assert!(matches!(refused(Path::new("/dev/null")), StoreError::NotAFile { what: "a device", .. }));
    assert!(matches!(refused(&world.folder.path().join("absent")), StoreError::Absent(_)));
    let named_twice = world.folder.path().join("second name");
    std::fs::hard_link(world.path(), &named_twice).unwrap();
    assert!(matches!(refused(&named_twice), StoreError::Linked(_)));
}

#[test]
fn a_roster_from_a_newer_guildhall_is_refused_in_words() {
    let world = World::empty();
    rusqlite::Connection::open(world.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = refused(&world.path());
    assert!(matches!(error, StoreError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("update Guildhall"), "{error}");
}

#[test]
fn a_trigger_that_somebody_added_is_refused() {
    let world = World::empty();
    let script = rusqlite::Connection::open(world.path()).unwrap();
    script.execute_batch("CREATE TRIGGER t AFTER UPDATE ON person BEGIN DELETE FROM op; END").unwrap();
    drop(script);
    let error = refused(&world.path());
    assert!(matches!(&error, StoreError::Altered { what, .. } if what.contains("trigger")), "{error}");
}

#[test]
fn a_damaged_file_is_found_by_check_and_never_panics() {
    let mut world = World::sample();
    let rows: String = (0..2_000).map(|i| format!("Person {i},p{i}@example.org\n")).collect();
    world.import("many.csv", format!("name,email\n{rows}"));
    let sound = std::fs::read(world.path()).unwrap();
    let broken = world.folder.path().join("broken.guildhall");
    let mut dice = Dice(42);
    let mut noticed = 0;
    for _ in 0..300 {
        let mut bytes = sound.clone();
        for _ in 0..=dice.roll(40) {
            let at = usize::try_from(dice.roll(bytes.len() as u64)).unwrap();
            bytes[at] = u8::try_from(dice.roll(256)).unwrap();
        }
        std::fs::write(&broken, &bytes).unwrap();
        match open(&broken) {
            Err(_) => noticed += 1,
            Ok(mut book) => {
                let found = book.check();
                let _ = book.find(&Default::default());
                let _ = book.communities();
                let _ = book.run(&Command::AddPerson { facts: PersonFacts::named("New", "new@example.org"), community: None });
                let _ = book.undo();
                noticed += u32::from(!matches!(found, Ok(problems) if problems.is_sound()));
            }
        }
    }
    assert!(noticed > 20, "{noticed} of 300");
}

#[test]
fn the_file_and_what_lies_beside_it_are_for_their_owner_alone() {
    let mut world = World::empty();
    world.person("Ann", "ann@example.org");
    let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&world.path()), 0o600);
    let copy = world.folder.path().join("copy.guildhall");
    world.book.backup(&copy).unwrap();
    assert_eq!(mode(&copy), 0o600);
    assert!(open(&copy).is_ok());
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o644)).unwrap();
    drop(open(&copy).unwrap());
    assert_eq!(mode(&copy), 0o600, "closed when it is opened");
    let made = world.book.backup_job(guildhall::book::Jobs::Inline).wait().unwrap().unwrap().expect("a backup was due");
    assert_eq!(mode(&made), 0o600);
    assert_eq!(mode(made.parent().unwrap()), 0o700);
}

#[test]
fn a_backup_never_overwrites() {
    let world = World::sample();
    let there = world.file("there", "precious");
    assert!(world.book.backup(&there).is_err());
    assert_eq!(std::fs::read(&there).unwrap(), b"precious");
}

#[test]
fn a_missing_folder_is_made_and_an_existing_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b/c/roster.guildhall");
    drop(Book::create(&deep, clock()).unwrap());
    assert!(matches!(Book::create(&deep, clock()), Err(BookError::Store(StoreError::Exists(_)))));
    assert!(open(&deep).is_ok());
}

#[test]
fn two_guildhalls_on_one_book_lose_nothing_and_notice_each_other() {
    let mut world = World::empty();
    let mut other = Book::open(&world.path(), std::sync::Arc::new(FixedClock::after(common::today(), 1 << 32))).unwrap();
    for n in 0..30 {
        let add = |who: &str| Command::AddPerson {
            facts: PersonFacts::named(&format!("{who} {n}"), &format!("{who}{n}@example.org")),
            community: None,
        };
        world.run(add("here"));
        other.run(&add("there")).unwrap();
    }
    assert!(world.book.poll_external_changes().unwrap());
    assert!(!world.book.poll_external_changes().unwrap());
    assert_eq!(world.find("").len(), 60);
}

#[test]
fn a_book_that_another_program_holds_says_so_and_goes_on_later() {
    let mut world = World::empty();
    let script = rusqlite::Connection::open(world.path()).unwrap();
    script.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let add = Command::AddPerson { facts: PersonFacts::named("Ann", "ann@example.org"), community: None };
    let error = world.book.run(&add).unwrap_err();
    assert!(matches!(error, BookError::Store(StoreError::Busy)), "{error}");
    script.execute_batch("ROLLBACK").unwrap();
    world.run(add);
    assert_eq!(world.find(""), ["Ann"]);
}

#[test]
fn names_that_would_drive_a_terminal_or_break_a_table_are_harmless() {
    let mut world = World::empty();
    let long = "Å".repeat(10_000);
    for name in
        ["\u{1b}[31mred\u{1b}[0m", "a\u{202e}b", "日本語 太郎", "👩\u{200d}💻 Dev", &long, "tab\there", "quote\"; DROP TABLE person;--"]
    {
        world.facts(PersonFacts::named(name, ""));
    }
    let text = world.find("");
    assert_eq!(text.len(), 7);
    let out = Process::new(PROGRAM).arg("-f").arg(world.path()).args(["list", "members"]).output().unwrap();
    let shown = String::from_utf8(out.stdout).unwrap();
    assert!(!shown.chars().any(|c| c != '\n' && guildhall::domain::text::is_harmful(c)), "{shown:?}");
    assert!(shown.contains("日本語 太郎"));
}
