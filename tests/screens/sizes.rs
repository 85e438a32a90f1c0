//! Every screen at every size, and a hundred thousand random keys: no panic, and no damage to the file.

use guildhall::config::ThemeName;
use guildhall::domain::dates::Calendar;
use guildhall::domain::text;
use guildhall::tui::Welcome;
use guildhall::tui::{Canvas, Drawn};
use guildhall::tui::{Colours, Theme};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use crate::common::World;
use crate::{Hall, key};

const SCREENS: &[(&str, &str)] = &[
    ("communities", "jj"),
    ("today", "gt<end>"),
    ("a path", "i/"),
    ("an added field", "2e<tab><tab><tab><tab><tab><tab><tab><tab><tab><tab>x"),
    ("members", "2j"),
    ("a search", "2/a"),
    ("a mistake", "2/orgg:x"),
    ("nobody", "2/zzzz"),
    ("marks", "2*"),
    ("meetups", "3j"),
    ("a person", "24jjj"),
    ("a community", "jj4j"),
    ("a meetup", "34jj"),
    ("a new person", "2n"),
    ("a choice", "2n<tab><tab><tab><tab>m"),
    ("a new community", "n"),
    ("a new meetup", "3n"),
    ("help", "?"),
    ("the palette", ":"),
    ("history", "H"),
    ("a question", "2d"),
    ("the roll", "3ao"),
    ("export", "x"),
    ("columns", "2C"),
    ("columns of meetups", "3C"),
    ("copying a part", "2Y"),
    ("opening a link", "2o"),
    ("adding members", "2a"),
    ("the first of two keys", "g"),
    ("going somewhere", ":go a"),
    ("organisations", "go"),
    ("a prompt", "i"),
    ("choose", "2p"),
];

#[test]
fn convention_9_every_screen_fits_every_size_from_one_by_one_to_four_hundred_by_one_hundred_and_twenty() {
    let mut hall = Hall::sample();
    for (name, keys) in SCREENS {
        hall.keys(keys);
        // Every width in a few heights, and every height in a few widths: what doesn't fit depends on one of them at a time.
        let sizes = |widths: &[u16], heights: &[u16]| -> Vec<(u16, u16)> {
            widths.iter().flat_map(|width| heights.iter().map(|height| (*width, *height))).collect()
        };
        let every: Vec<u16> = (1..=132).chain([400]).collect();
        let tall: Vec<u16> = (1..=40).chain([60, 120]).collect();
        for (width, height) in [sizes(&every, &[1, 3, 10, 24]), sizes(&[1, 2, 20, 40, 80, 132], &tall)].concat() {
            hall.size = (width, height);
            let buf = hall.buffer();
            let bad = buf.content.iter().any(|c| c.symbol().chars().any(text::is_harmful));
            assert!(!bad, "{name} at {width}×{height}");
        }
        hall.size = (120, 30);
        hall.keys("<esc><esc><esc><esc>1");
    }
}

/// The screens as most terminals show them first. Read the difference before you accept one.
#[test]
fn every_screen_at_eighty_by_twenty_four() {
    // What lists the files of the machine that runs the test is different on each.
    let shows_files = |name: &str| ["export", "a path", "a prompt"].contains(&name);
    for (name, keys) in SCREENS.iter().filter(|(name, _)| !shows_files(name)) {
        let mut hall = Hall::sample().sized(80, 24);
        insta::assert_snapshot!(format!("80x24_{}", name.replace(' ', "_")), hall.keys(keys).text());
    }
}

#[test]
fn the_welcome_fits_every_size() {
    for width in 1..=100 {
        for height in 1..=30 {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            let theme = Theme::new(ThemeName::Terminal, Colours::None);
            let keys = guildhall::config::Keys::default();
            let calendar = Calendar::on(crate::common::today());
            let on = &mut Canvas { buf: &mut buf, theme: &theme, keys: &keys, calendar, read_only: false, drawn: &mut Drawn::default() };
            let mut welcome = Welcome::new(std::path::Path::new("/home/ann/.local/share/guildhall/roster.guildhall"));
            welcome.draw(area, on);
            welcome.handle(&Event::Key(key("?")), &keys, |_, _| None);
            welcome.draw(area, on);
        }
    }
}

/// A small random number generator with a fixed seed, so that a failing run can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

const NAMED: &[&str] = &[
    "enter",
    "esc",
    "tab",
    "backtab",
    "up",
    "down",
    "left",
    "right",
    "pagedown",
    "pageup",
    "home",
    "end",
    "space",
    "backspace",
    "delete",
    "f2",
    "ctrl-s",
    "ctrl-r",
    "ctrl-p",
    "ctrl-u",
    "ctrl-w",
    "ctrl-d",
    "ctrl-l",
    "alt-enter",
];

/// Says that this process is the one that presses the keys.
const PRESSES: &str = "GUILDHALL_TEST_PRESSES_KEYS";

#[test]
fn convention_9_a_hundred_thousand_random_keys_and_resizes_end_in_a_sound_file() {
    // What the prompts for files write goes to the folder in which the program runs, so the keys are pressed in a process with its own.
    if std::env::var_os(PRESSES).is_none() {
        let folder = tempfile::tempdir().unwrap();
        let name = "sizes::convention_9_a_hundred_thousand_random_keys_and_resizes_end_in_a_sound_file";
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", name, "--nocapture"]).env(PRESSES, "1").current_dir(folder.path());
        let run = again.output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
        return;
    }
    let mut hall = Hall::sample();
    let letters: Vec<char> = "abcdefghijklmnoprstuvwxyzACDFGHMORSTVWY0123456789/:?*.@ -<>éß日".chars().collect();
    let mut dice = Dice(0x1234_5678_9abc_def1);
    for n in 0..100_000 {
        let event = match dice.roll(40) {
            0 => {
                hall.size = (u16::try_from(dice.roll(400)).unwrap() + 1, u16::try_from(dice.roll(120)).unwrap() + 1);
                Event::Resize(hall.size.0, hall.size.1)
            }
            1 => Event::FocusGained,
            2 => Event::Paste("paste\u{1b}[31m,x@example.org\n".into()),
            3 | 4 => {
                let kinds = [
                    MouseEventKind::Down(MouseButton::Left),
                    MouseEventKind::Drag(MouseButton::Left),
                    MouseEventKind::Up(MouseButton::Left),
                    MouseEventKind::ScrollDown,
                    MouseEventKind::ScrollUp,
                ];
                let (column, row) = (u16::try_from(dice.roll(420)).unwrap(), u16::try_from(dice.roll(130)).unwrap());
                Event::Mouse(MouseEvent { kind: kinds[dice.roll(kinds.len())], column, row, modifiers: KeyModifiers::NONE })
            }
            5..=19 => Event::Key(key(NAMED[dice.roll(NAMED.len())])),
            _ => Event::Key(key(&letters[dice.roll(letters.len())].to_string())),
        };
        hall.shell.handle(&event);
        hall.shell.tick();
        while hall.shell.errand().is_some() {}
        if n % 5 == 0 {
            hall.buffer();
        }
    }
    let path = hall.folder.path().join("roster.guildhall");
    let book = guildhall::book::Book::open(&path, crate::common::clock()).unwrap();
    assert!(book.check().unwrap().is_sound());
}

#[test]
fn names_of_every_kind_line_up() {
    let mut world = World::empty();
    for (i, name) in
        ["日本語 太郎", "👩\u{200d}💻 Dev", "e\u{301}clair", "\u{1b}[31mred", "a\u{202e}b", &"W".repeat(10_000)].iter().enumerate()
    {
        world.facts(guildhall::domain::person::PersonFacts::named(name, &format!("p{i}@example.org")));
    }
    let mut hall = Hall::on(world);
    hall.keys("2");
    let buf = hall.buffer();
    for y in 3..9 {
        // The border of the members pane doesn't move, whatever the name is.
        let borders: Vec<u16> = (0..120).filter(|x| buf[(*x, y)].symbol() == "│" || buf[(*x, y)].symbol() == "┃").collect();
        assert_eq!(borders.len(), 6, "line {y}: {borders:?}");
    }
    assert!(!hall.text().contains('\u{1b}'));
}

#[test]
fn the_welcome_answers_a_question_mark_and_the_next_key_chooses_nothing() {
    let mut welcome = Welcome::new(std::path::Path::new("/home/ann/roster.guildhall"));
    let keys = guildhall::config::Keys::default();
    let mut press = |name| welcome.handle(&Event::Key(key(name)), &keys, |_, _| None);
    assert_eq!((press("?"), press("s")), (None, None));
    assert_eq!(press("s"), Some(guildhall::tui::Choice::Sample));
}
