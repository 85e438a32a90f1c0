//! The terminal interface to the book.
//!
//! One thread owns the terminal: it draws the state, and events change the state. Must not know SQL or the roster's file.

mod answer;
mod attendance;
mod bars;
mod canvas;
mod core;
mod edit;
mod errands;
mod files;
mod forms;
mod home;
mod layers;
mod list;
mod matching;
mod messages;
mod overlays;
mod paint;
mod setup;
mod shell;
mod signals;
mod sink;
mod subjects;
mod table;
mod tasks;
mod terminal;
mod theme;
mod today;
mod welcome;
mod works;

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};

pub use canvas::{Canvas, Drawn};
pub use errands::Errand;
pub use setup::Setup;
pub use shell::{Shell, Then};
pub use theme::{Colours, Theme};
pub use welcome::{Choice, Welcome};

use crate::book::{Book, BookError, Clock, Command, Jobs, StoreError};
use crate::domain::dates::Calendar;
use crate::log;
use crate::paths::Paths;
use crate::reasons::why;
use crate::remembered::Remembered;

/// An error that ends the terminal interface.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// An error of the book.
    #[error(transparent)]
    Book(#[from] BookError),
    /// An error of the terminal.
    #[error("using the terminal: {}", why(.0))]
    Terminal(#[from] std::io::Error),
    /// There is no terminal.
    #[error("the screen needs a terminal; `guildhall --help` lists the commands that work without one")]
    NoTerminal,
}

/// The message when the sample is opened.
const SAMPLE: &str = "This sample is a separate file. To start your own roster, quit ({quit}) and start again";

/// How long the loop waits for a key while a task is running.
const GLANCE: Duration = Duration::from_millis(40);
/// How long the loop looks for more events after one. Zero is too short: the event reader returns buffered events only on the next poll.
const MOMENT: Duration = Duration::from_micros(50);
/// How often an endless stream of events is drawn.
const LONGEST_BURST: Duration = Duration::from_millis(100);
/// How long the loop waits otherwise: until something happens.
const IDLE: Duration = Duration::from_secs(86_400);

/// Opens the roster on the screen, after a welcome on the first run. Returns when the user quits.
///
/// # Errors
/// If the roster or the terminal can't be used.
pub fn run(paths: &Paths, plain: bool, clock: Arc<dyn Clock>) -> Result<(), TuiError> {
    let plain = plain || terminal::is_dumb();
    // The roster is opened before the terminal is taken over, so that errors stay readable.
    let found = match Book::open(&paths.roster, Arc::clone(&clock)) {
        Ok(book) => Some(book),
        Err(BookError::Store(StoreError::Absent(_))) => None,
        Err(e) => return Err(e.into()),
    };
    need_terminal()?;
    signals::watch()?;
    let colours = Colours::detect();
    let mut setup = Setup::read(paths, plain, colours);
    log::start(&paths.log);
    let uses = terminal::TerminalFeatures::detect(plain, setup.config.mouse, colours);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), ?uses, problems = setup.config.problems.len(), "started");
    let (guard, mut screen) = terminal::enter(uses)?;
    let (book, import) = match found {
        Some(book) => (book, false),
        None => match welcome(&mut screen, uses, &setup, clock.today())? {
            Choice::Quit => return Ok(()),
            Choice::Sample => {
                setup.paths.roster = paths.sample();
                (open_or_start(&setup.paths.roster, clock, Choice::Sample)?, false)
            }
            choice => (start(&paths.roster, clock, choice)?, choice == Choice::Import),
        },
    };
    let is_sample = setup.paths.roster != paths.roster;
    let mut shell = open_shell(book, setup, Jobs::Thread)?;
    shell.greet(import, is_sample.then_some(SAMPLE));
    hall(guard, screen, uses, shell)
}

/// Opens a made-up roster in a temporary file, which is then deleted.
///
/// # Errors
/// As [`run`].
pub fn demo(paths: &Paths, plain: bool, clock: Arc<dyn Clock>) -> Result<(), TuiError> {
    let plain = plain || terminal::is_dumb();
    let folder = tempfile::tempdir()?;
    let roster = folder.path().join("demo.guildhall");
    need_terminal()?;
    let book = start(&roster, clock, Choice::Sample)?;
    signals::watch()?;
    // The user's own keys and colours apply, but nothing of the demo is remembered.
    let colours = Colours::detect();
    let mut setup = Setup::read(paths, plain, colours);
    setup.remembered = Remembered::default();
    setup.paths = Paths { config: setup.paths.config, ..Paths::under(folder.path(), "demo.guildhall") };
    let uses = terminal::TerminalFeatures::detect(plain, setup.config.mouse, colours);
    let (guard, screen) = terminal::enter(uses)?;
    hall(guard, screen, uses, open_shell(book, setup, Jobs::Thread)?)
}

/// Opens a book at its home screen. `jobs` decides whether long tasks run on threads.
///
/// # Errors
/// If the book can't be read.
pub fn open_shell(book: Book, setup: Setup, jobs: Jobs) -> Result<Shell, BookError> {
    Shell::new(book, setup, jobs, home::Home::new)
}

fn need_terminal() -> Result<(), TuiError> {
    if std::io::stdout().is_terminal() { Ok(()) } else { Err(TuiError::NoTerminal) }
}

fn start(roster: &Path, clock: Arc<dyn Clock>, choice: Choice) -> Result<Book, BookError> {
    let mut book = Book::create(roster, clock)?;
    if choice == Choice::Sample {
        book.run(&Command::LoadSample)?;
    }
    Ok(book)
}

/// Opens the roster that was created earlier, or creates it.
fn open_or_start(roster: &Path, clock: Arc<dyn Clock>, choice: Choice) -> Result<Book, BookError> {
    match Book::open(roster, Arc::clone(&clock)) {
        Err(BookError::Store(StoreError::Absent(_))) => start(roster, clock, choice),
        opened => opened,
    }
}

fn welcome(
    screen: &mut terminal::Screen,
    uses: terminal::TerminalFeatures,
    setup: &Setup,
    today: chrono::NaiveDate,
) -> Result<Choice, TuiError> {
    let mut welcome = Welcome::new(&setup.paths.roster);
    loop {
        let mut drawn = Drawn::default();
        signals::drawing(|| {
            screen.draw(|frame| {
                let area = frame.area();
                let buf = frame.buffer_mut();
                let (theme, keys) = (&setup.theme, &setup.config.keys);
                welcome.draw(area, &mut Canvas { buf, theme, keys, calendar: Calendar::on(today), read_only: false, drawn: &mut drawn });
            })?;
            Ok::<(), std::io::Error>(())
        })?;
        let event = event::read()?;
        if matches!(event, Event::Resize(..)) {
            *screen = terminal::anew(uses)?;
        }
        if let Some(choice) = welcome.handle(&event, &setup.config.keys, |x, y| drawn.at(x, y)) {
            return Ok(choice);
        }
    }
}

fn hall(guard: terminal::Guard, mut screen: terminal::Screen, uses: terminal::TerminalFeatures, mut shell: Shell) -> Result<(), TuiError> {
    draw(&mut screen, &mut shell)?;
    shell.start_background_tasks();
    loop {
        let wait = if shell.is_busy() { GLANCE } else { IDLE };
        let (mut then, came) = burst(&mut shell, wait)?;
        let changed = shell.tick() || shell.is_busy() || came;
        if then == Then::Suspend {
            // Where nothing could resume the program, it goes on.
            if signals::sleep()? {
                shell.handle(&Event::FocusGained);
            }
            then = Then::Redraw;
        }
        match then {
            Then::Quit => {
                shell.remember();
                tracing::info!("quit");
                drop(guard);
                return Ok(());
            }
            Then::Redraw => screen = terminal::anew(uses)?,
            Then::Suspend | Then::Go => {}
        }
        while let Some(errand) = shell.errand() {
            let result = match &errand {
                Errand::Copy(text) => terminal::copy(text),
                Errand::Open(link) => open::that_detached(link),
            };
            if let Err(why) = result {
                tracing::warn!(kind = log::kind(&why.kind()), "an errand failed");
                shell.errand_failed(&errand, &why);
            }
        }
        if changed {
            draw(&mut screen, &mut shell)?;
        }
    }
}

/// Waits for an event, then handles everything that has arrived, so that text typed or pasted in one go is drawn once. Returns what to do
/// next, and whether any event arrived.
fn burst(shell: &mut Shell, wait: Duration) -> Result<(Then, bool), TuiError> {
    if !event::poll(wait)? {
        return Ok((Then::Go, false));
    }
    let begun = Instant::now();
    let mut redraw = false;
    loop {
        let then = shell.handle(&event::read()?);
        redraw |= then == Then::Redraw;
        if matches!(then, Then::Quit | Then::Suspend) {
            return Ok((then, true));
        }
        if begun.elapsed() > LONGEST_BURST || !event::poll(MOMENT)? {
            return Ok((if redraw { Then::Redraw } else { Then::Go }, true));
        }
    }
}

fn draw(screen: &mut terminal::Screen, shell: &mut Shell) -> Result<(), TuiError> {
    signals::drawing(|| {
        execute!(std::io::stdout(), BeginSynchronizedUpdate)?;
        screen.draw(|frame| shell.draw(frame))?;
        execute!(std::io::stdout(), EndSynchronizedUpdate)?;
        Ok(())
    })
}
