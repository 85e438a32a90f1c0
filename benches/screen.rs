//! What a lead waits for: first picture, index, each key of a search, a frame, the memory for it.
//!
//! `cargo bench --bench screen -- ROSTER` prints milliseconds; `… -- ROSTER first-paint` does the first picture alone, so that its
//! instructions can be counted. `benches/run` drives both.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench prints, and stops where it fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use guildhall::book::{Book, Jobs, SystemClock};
use guildhall::paths::Paths;
use guildhall::tui::Colours;
use guildhall::tui::Root;
use guildhall::tui::Setup;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

const SIZE: Rect = Rect { x: 0, y: 0, width: 160, height: 52 };

fn draw(root: &mut Root) {
    root.draw_on(SIZE, &mut Buffer::empty(SIZE));
}

fn press(root: &mut Root, code: KeyCode) {
    root.handle(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    root.tick();
    draw(root);
}

fn open(path: &Path) -> Root {
    let book = Book::open(path, Arc::new(SystemClock)).expect("a roster");
    let mut root =
        Root::new(book, Setup::read(&Paths::under(Path::new("/nonexistent"), "roster.guildhall"), false, Colours::Sixteen), Jobs::Inline)
            .expect("the hall");
    draw(&mut root);
    root
}

/// The middle of several runs.
fn median(runs: usize, mut work: impl FnMut() -> Duration) -> f64 {
    let mut all: Vec<Duration> = (0..runs).map(|_| work()).collect();
    all.sort();
    all[runs / 2].as_secs_f64() * 1e3
}

fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or("VmRSS: 0 kB");
    line.split_whitespace().nth(1).and_then(|k| k.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let Some(path) = words.first().map(PathBuf::from) else {
        println!("cargo bench --bench screen -- ROSTER [first-paint]");
        return;
    };
    if words.get(1).is_some_and(|w| w == "first-paint") {
        open(&path);
        return;
    }
    let first = median(9, || {
        let begun = Instant::now();
        open(&path);
        begun.elapsed()
    });
    let mut root = open(&path);
    let begun = Instant::now();
    root.settle_in();
    root.tick();
    let ready = begun.elapsed().as_secs_f64() * 1e3;
    press(&mut root, KeyCode::Char('2'));
    let mut worst: f64 = 0.0;
    for query in ["silvia", "mod", "a", "engineer", "zzz"] {
        press(&mut root, KeyCode::Char('/'));
        for letter in query.chars() {
            let mut back = false;
            worst = worst.max(median(5, || {
                if back {
                    press(&mut root, KeyCode::Backspace);
                }
                back = true;
                let begun = Instant::now();
                press(&mut root, KeyCode::Char(letter));
                begun.elapsed()
            }));
        }
        press(&mut root, KeyCode::Esc);
    }
    let frame = median(51, || {
        let begun = Instant::now();
        draw(&mut root);
        begun.elapsed()
    });
    println!(
        "first paint {first:.2} ms · index {ready:.0} ms · worst key {worst:.2} ms · frame {frame:.3} ms · memory {:.0} MiB",
        resident()
    );
}
