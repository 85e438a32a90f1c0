//! The screens: keys in, pictures out. A picture is its text and, where it matters, which text is reversed or bold.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

#[path = "../common/mod.rs"]
mod common;
mod conventions;
mod mail;
mod meetups;
mod pictures;
mod sizes;
mod stories;
mod svg;
mod today;
mod ways_out;

use common::World;
use guildhall::book::{Book, Jobs};
use guildhall::config::Config;
use guildhall::paths::Paths;
use guildhall::tui::Colours;
use guildhall::tui::Setup;
use guildhall::tui::{Shell, Then, open_shell};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The program's screen, driven by simulated keys and mouse events.
pub struct Hall {
    pub shell: Shell,
    pub folder: tempfile::TempDir,
    pub size: (u16, u16),
    pub last: Then,
}

impl Hall {
    pub(crate) fn on(world: World) -> Self {
        Self::set(world, |_| {})
    }

    /// Opens the sample with a configuration file of this text.
    pub fn configured(text: &str) -> Self {
        Self::set(World::sample(), |setup| {
            std::fs::write(&setup.paths.config, text).unwrap();
            setup.config = Config::read(&setup.paths.config, true);
            setup.theme = guildhall::tui::Theme::of(&setup.config, Colours::Sixteen);
        })
    }

    pub(crate) fn set(world: World, change: impl FnOnce(&mut Setup)) -> Self {
        let World { folder, book, clock } = world;
        let path = book.path().to_owned();
        // Reopens the roster as the program does, so that there is no index yet.
        drop(book);
        let book = Book::open(&path, clock).unwrap();
        let paths = Paths::under(folder.path(), "roster.guildhall");
        let mut setup = Setup::read(&paths, false, Colours::Sixteen);
        change(&mut setup);
        let mut shell = open_shell(book, setup, Jobs::Inline).unwrap();
        shell.start_background_tasks();
        shell.tick();
        Self { shell, folder, size: (120, 30), last: Then::Go }
    }

    /// Reopens it with long tasks on threads, as in the real program.
    pub fn threaded(self) -> Self {
        let Self { shell, folder, size, .. } = self;
        drop(shell);
        let paths = Paths::under(folder.path(), "roster.guildhall");
        let book = Book::open(&paths.roster, common::clock_after(&paths.roster)).unwrap();
        let mut shell = open_shell(book, Setup::read(&paths, false, Colours::Sixteen), Jobs::Thread).unwrap();
        shell.start_background_tasks();
        let mut hall = Self { shell, folder, size, last: Then::Go };
        hall.wait();
        hall
    }

    /// Waits until no task is running.
    pub fn wait(&mut self) -> &mut Self {
        let begun = std::time::Instant::now();
        while self.shell.is_busy() {
            assert!(begun.elapsed().as_secs() < 30, "the work goes on");
            std::thread::sleep(std::time::Duration::from_millis(2));
            self.shell.tick();
        }
        self.buffer();
        self
    }

    /// Returns the whole roster as text.
    pub fn root_dump(&self) -> String {
        Book::open(&self.folder.path().join("roster.guildhall"), common::clock()).unwrap().dump().unwrap()
    }

    pub fn sample() -> Self {
        Self::on(World::sample())
    }

    pub fn empty() -> Self {
        Self::on(World::empty())
    }

    pub fn sized(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.event(&Event::Paste(text.into()));
        self
    }

    /// Types a script of keys such as `j`, `<tab>`, `<ctrl-s>` or `/silvia<enter>`, and draws everything after each key.
    pub fn keys(&mut self, script: &str) -> &mut Self {
        let mut rest = script;
        while !rest.is_empty() {
            let (name, after) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
                Some((name, after)) if !name.is_empty() && !name.contains(' ') => (name, after),
                _ => {
                    let end = rest.chars().next().map_or(0, char::len_utf8);
                    rest.split_at(end)
                }
            };
            rest = after;
            self.event(&Event::Key(key(name)));
        }
        self
    }

    pub fn event(&mut self, event: &Event) -> &mut Self {
        self.last = self.shell.handle(event);
        self.shell.tick();
        self.buffer();
        self
    }

    pub fn mouse(&mut self, kind: MouseEventKind, (x, y): (u16, u16)) -> &mut Self {
        self.event(&Event::Mouse(MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE }))
    }

    pub fn click(&mut self, x: u16, y: u16) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), (x, y))
    }

    /// Presses the left button at one position, drags to another and releases it.
    pub fn drag(&mut self, from: (u16, u16), to: (u16, u16)) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), from);
        self.mouse(MouseEventKind::Drag(MouseButton::Left), to);
        self.mouse(MouseEventKind::Up(MouseButton::Left), to)
    }

    /// Returns the position of a text's first letter on the screen.
    #[track_caller]
    pub fn find(&mut self, what: &str) -> (u16, u16) {
        let text = self.text();
        for (y, line) in text.lines().enumerate() {
            if let Some(at) = line.find(what) {
                let x = guildhall::domain::text::width(&line[..at]);
                return (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            }
        }
        panic!("{what:?} is not on the screen:\n{text}");
    }

    /// Clicks on the first letter of a text.
    pub fn click_on(&mut self, what: &str) -> &mut Self {
        let (x, y) = self.find(what);
        self.click(x, y)
    }

    /// Quits the program and starts it again on the same roster.
    pub fn again(self) -> Self {
        let Self { shell, folder, .. } = self;
        let path = folder.path().join("roster.guildhall");
        shell.remember();
        drop(shell);
        let clock = common::clock_after(&path);
        let book = Book::open(&path, std::sync::Arc::clone(&clock)).unwrap();
        Self::on(World { folder, book, clock })
    }

    pub fn buffer(&mut self) -> Buffer {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buf = Buffer::empty(area);
        self.shell.draw_on(area, &mut buf);
        buf
    }

    /// Returns the screen as text, without blanks at the ends of lines.
    pub fn text(&mut self) -> String {
        let buf = self.buffer();
        let mut out = String::new();
        for y in 0..self.size.1 {
            let mut line = String::new();
            let mut x = 0;
            while x < self.size.0 {
                let symbol = buf[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(guildhall::domain::text::width(symbol).max(1)).unwrap();
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// Returns the text of the cells that have the modifier, line by line.
    pub fn styled(&mut self, modifier: Modifier) -> Vec<String> {
        let buf = self.buffer();
        let mut out = Vec::new();
        for y in 0..self.size.1 {
            let line: String =
                (0..self.size.0).filter(|x| buf[(*x, y)].modifier.contains(modifier)).map(|x| buf[(x, y)].symbol()).collect();
            if !line.trim().is_empty() {
                out.push(line.trim().to_owned());
            }
        }
        out
    }

    #[track_caller]
    pub fn shows(&mut self, what: &str) -> &mut Self {
        let text = self.text();
        assert!(text.contains(what), "{what:?} is not on the screen:\n{text}");
        self
    }

    #[track_caller]
    pub fn hides(&mut self, what: &str) -> &mut Self {
        let text = self.text();
        assert!(!text.contains(what), "{what:?} is on the screen:\n{text}");
        self
    }
}

pub fn key(name: &str) -> KeyEvent {
    let (code, modifiers) = match name {
        "enter" => (KeyCode::Enter, KeyModifiers::NONE),
        "esc" => (KeyCode::Esc, KeyModifiers::NONE),
        "tab" => (KeyCode::Tab, KeyModifiers::NONE),
        "backtab" => (KeyCode::BackTab, KeyModifiers::SHIFT),
        "up" => (KeyCode::Up, KeyModifiers::NONE),
        "down" => (KeyCode::Down, KeyModifiers::NONE),
        "left" => (KeyCode::Left, KeyModifiers::NONE),
        "right" => (KeyCode::Right, KeyModifiers::NONE),
        "pagedown" => (KeyCode::PageDown, KeyModifiers::NONE),
        "pageup" => (KeyCode::PageUp, KeyModifiers::NONE),
        "home" => (KeyCode::Home, KeyModifiers::NONE),
        "end" => (KeyCode::End, KeyModifiers::NONE),
        "space" => (KeyCode::Char(' '), KeyModifiers::NONE),
        "backspace" => (KeyCode::Backspace, KeyModifiers::NONE),
        "delete" => (KeyCode::Delete, KeyModifiers::NONE),
        alt if alt.starts_with("alt-") && alt != "alt-enter" => (KeyCode::Char(alt.chars().next_back().unwrap()), KeyModifiers::ALT),
        f if f.len() > 1 && f.starts_with('f') => (KeyCode::F(f[1..].parse().unwrap()), KeyModifiers::NONE),
        "alt-enter" => (KeyCode::Enter, KeyModifiers::ALT),
        _ => {
            let (modifiers, letter) = match name.strip_prefix("ctrl-") {
                Some(letter) => (KeyModifiers::CONTROL, letter),
                None => (KeyModifiers::NONE, name),
            };
            (KeyCode::Char(letter.chars().next().unwrap()), modifiers)
        }
    };
    KeyEvent::new(code, modifiers)
}
