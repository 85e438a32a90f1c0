//! What users wait for: first frame, index, each key of a search, a cursor move, an edit, a frame, and the memory used.
//!
//! `cargo bench --bench screen -- ROSTER` prints milliseconds of processor time, which a noisy machine affects less. `… -- ROSTER PART`
//! runs only one part (`first-paint`, `ready`, `moves`, `keys`, `edits`), so that its instructions can be counted. `benches/run` runs both.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where it fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use guildhall::book::{Book, Command, Jobs, SystemClock};
use guildhall::domain::ids::PersonId;
use guildhall::paths::Paths;
use guildhall::tui::{Colours, Setup, Shell, open_shell};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use rustix::time::{ClockId, clock_gettime};

const SIZE: Rect = Rect { x: 0, y: 0, width: 160, height: 52 };

/// Returns the processor time of this process in milliseconds.
fn processor() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 * 1e3 + now.tv_nsec as f64 / 1e6
}

fn timed(work: impl FnOnce()) -> f64 {
    let begun = processor();
    work();
    processor() - begun
}

fn picture(shell: &mut Shell) -> Buffer {
    let mut buffer = Buffer::empty(SIZE);
    shell.draw_on(SIZE, &mut buffer);
    buffer
}

fn press(shell: &mut Shell, code: KeyCode) {
    shell.handle(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    shell.tick();
    picture(shell);
}

fn letters(shell: &mut Shell, typed: &str) {
    typed.chars().for_each(|letter| press(shell, KeyCode::Char(letter)));
}

fn book(path: &Path) -> Book {
    Book::open(path, Arc::new(SystemClock)).expect("a roster")
}

fn open(path: &Path) -> Shell {
    let setup = Setup::read(&Paths::under(Path::new("/nonexistent"), "roster.guildhall"), false, Colours::Sixteen);
    let mut shell = open_shell(book(path), setup, Jobs::Inline).expect("the hall");
    picture(&mut shell);
    shell
}

fn ready(path: &Path) -> Shell {
    let mut shell = open(path);
    shell.start_background_tasks();
    shell.tick();
    shell
}

/// Returns the median of several runs.
fn median(runs: usize, mut work: impl FnMut() -> f64) -> f64 {
    let mut all: Vec<f64> = (0..runs).map(|_| work()).collect();
    all.sort_by(f64::total_cmp);
    all[runs / 2]
}

fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or("VmRSS: 0 kB");
    line.split_whitespace().nth(1).and_then(|k| k.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Returns the slowest key of some searches in the focused list, in milliseconds.
fn worst_key(shell: &mut Shell, searches: &[&str]) -> f64 {
    let mut worst: f64 = 0.0;
    for query in searches {
        press(shell, KeyCode::Char('/'));
        for letter in query.chars() {
            let mut back = false;
            worst = worst.max(median(5, || {
                if back {
                    press(shell, KeyCode::Backspace);
                }
                back = true;
                timed(|| press(shell, KeyCode::Char(letter)))
            }));
        }
        press(shell, KeyCode::Esc);
    }
    worst
}

/// Returns the median time of a move down in the focused list, in milliseconds.
fn step(shell: &mut Shell) -> f64 {
    median(41, || timed(|| press(shell, KeyCode::Char('j'))))
}

/// Adds a tag to one person. Returns the time to save and show it, in milliseconds.
fn tag(shell: &mut Shell, word: &str) -> f64 {
    press(shell, KeyCode::Char('T'));
    letters(shell, word);
    let spent = timed(|| press(shell, KeyCode::Enter));
    press(shell, KeyCode::Char('j'));
    spent
}

/// Returns the same without a screen and an index: the time of the commit only, in milliseconds.
fn commit(path: &Path) -> f64 {
    let mut book = book(path);
    let someone = book.first_page(None, 40).expect("people");
    let mut at = 0;
    median(21, || {
        at += 1;
        let people: Vec<PersonId> = vec![someone[at % someone.len()]];
        let command = Command::AddTag { people, tag: format!("bench {at}") };
        timed(|| {
            book.run(&command).expect("a tag");
        })
    })
}

/// Does one of the things that are measured from outside, by counting instructions; returns whether there is one of this name.
fn workload(name: &str, path: &Path) -> bool {
    match name {
        "first-paint" => {
            open(path);
        }
        "ready" => {
            ready(path);
        }
        "moves" => {
            let mut shell = ready(path);
            (0..300).for_each(|_| press(&mut shell, KeyCode::Char('j')));
        }
        "keys" => {
            let mut shell = ready(path);
            letters(&mut shell, "2/");
            for _ in 0..100 {
                press(&mut shell, KeyCode::Char('a'));
                press(&mut shell, KeyCode::Backspace);
            }
        }
        "edits" => {
            let mut shell = ready(path);
            press(&mut shell, KeyCode::Char('2'));
            (0..20).for_each(|_| {
                tag(&mut shell, "mentor");
            });
        }
        _ => return false,
    }
    true
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let Some(path) = words.first().map(PathBuf::from) else {
        println!("cargo bench --bench screen -- ROSTER [first-paint|ready|moves|keys|edits]");
        return;
    };
    if words.get(1).is_some_and(|name| workload(name, &path)) {
        return;
    }
    let commit = commit(&path);
    let first = median(9, || {
        timed(|| {
            open(&path);
        })
    });
    let mut shell = open(&path);
    let indexed = timed(|| {
        shell.start_background_tasks();
        shell.tick();
    });
    let among_communities = step(&mut shell);
    press(&mut shell, KeyCode::Char('2'));
    let among_members = step(&mut shell);
    let key = worst_key(&mut shell, &["silvia", "mod", "a", "engineer", "zzz"]);
    press(&mut shell, KeyCode::Char('3'));
    let meetup_key = worst_key(&mut shell, &["spring", "z"]);
    press(&mut shell, KeyCode::Char('2'));
    let memory = resident();
    let edit = median(11, || tag(&mut shell, "mentor"));
    let frame = median(51, || timed(|| drop(picture(&mut shell))));
    println!(
        "first paint {first:.2} ms · index {indexed:.0} ms · worst key {key:.2} ms · meetup key {meetup_key:.2} ms · \
         move {among_members:.2} ms, in communities {among_communities:.2} ms · edit {edit:.2} ms, the commit alone {commit:.2} ms · frame {frame:.3} ms · memory {memory:.0} MiB"
    );
}
