//! The terminal, taken over and given back: on quit, error, panic and signal alike.
//!
//! Must not know what is drawn.

use std::io::{self, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange, EnableMouseCapture,
};
use ratatui::crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::crossterm::{Command, cursor, execute};

use crate::tui::sink::Sink;
use crate::tui::theme::Colours;

/// Whether the terminal is ours at the moment.
static OURS: AtomicBool = AtomicBool::new(false);

/// The screen to draw on.
pub(super) type Screen = Terminal<CrosstermBackend<Sink>>;

/// Holds the terminal; gives it back when dropped.
pub(super) struct Guard;

/// What of the terminal is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uses {
    /// A screen of its own, gone when the program ends.
    pub alternate: bool,
    /// The mouse.
    pub mouse: bool,
    /// Its sixteen colours and no more.
    pub sixteen: bool,
    /// Focus, to look for other programs' changes.
    pub focus: bool,
}

impl Uses {
    /// What this terminal has, less what the lead does not want.
    #[must_use]
    pub(super) fn detect(plain: bool, mouse: bool, colours: Colours) -> Self {
        let alternate = !plain && has_alternate(&std::env::var("TERM").unwrap_or_default());
        Self { alternate, sixteen: colours == Colours::Sixteen, mouse: mouse && !plain, focus: !plain }
    }
}

/// Whether the terminal says that it can do next to nothing: then everything is drawn plainly.
#[must_use]
pub(super) fn is_dumb() -> bool {
    std::env::var("TERM").is_ok_and(|kind| kind == "dumb")
}

/// Whether a kind of terminal has a second screen: those of the last thirty years do, but for consoles and the old ones.
fn has_alternate(kind: &str) -> bool {
    let without = ["dumb", "vt52", "vt100", "vt102", "vt220", "vt320", "linux", "ansi", "cons25", "sun", "unknown"];
    !kind.is_empty() && !without.iter().any(|w| kind == *w || kind.strip_prefix(w).is_some_and(|rest| rest.starts_with('-')))
}

/// Whether there is a screen of its own to leave.
static ALTERNATE: AtomicBool = AtomicBool::new(false);
/// Whether the terminal has its sixteen colours and no more.
static SIXTEEN: AtomicBool = AtomicBool::new(false);

/// Takes the terminal over.
///
/// # Errors
/// If there is none, or it can't be switched.
pub(super) fn enter(uses: Uses) -> io::Result<(Guard, Screen)> {
    enable_raw_mode()?;
    OURS.store(true, Ordering::SeqCst);
    ALTERNATE.store(uses.alternate, Ordering::SeqCst);
    SIXTEEN.store(uses.sixteen, Ordering::SeqCst);
    let guard = Guard;
    let mut out = stdout();
    if uses.alternate {
        execute!(out, EnterAlternateScreen)?;
    } else {
        execute!(out, Clear(ClearType::All), cursor::MoveTo(0, 0))?;
    }
    if uses.mouse {
        execute!(out, EnableMouseCapture)?;
    }
    if uses.focus {
        // A paste comes as one text, so that what is pasted beside a field is never taken for keys.
        execute!(out, EnableFocusChange, EnableBracketedPaste)?;
    }
    execute!(out, cursor::Hide)?;
    let screen = Terminal::new(CrosstermBackend::new(Sink::new(SIXTEEN.load(Ordering::SeqCst))))?;
    Ok((guard, screen))
}

/// Wipes the screen and begins with an empty picture: after a resize, or when something else has written to it.
///
/// # Errors
/// If the terminal is gone.
pub(super) fn anew() -> io::Result<Screen> {
    execute!(stdout(), Clear(ClearType::All))?;
    Terminal::new(CrosstermBackend::new(Sink::new(SIXTEEN.load(Ordering::SeqCst))))
}

/// Gives the terminal back, once. A terminal that is gone is no error: there is nobody to tell.
pub(super) fn leave() {
    if OURS.swap(false, Ordering::SeqCst) {
        let mut out = stdout();
        let _ = execute!(out, DisableBracketedPaste, DisableFocusChange, DisableMouseCapture);
        if ALTERNATE.load(Ordering::SeqCst) {
            let _ = execute!(out, LeaveAlternateScreen);
        } else {
            // What was drawn would stand among the shell's own lines.
            let _ = execute!(out, Clear(ClearType::All), cursor::MoveTo(0, 0));
        }
        let _ = execute!(out, cursor::Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Puts a text on the clipboard of the machine where the terminal runs, through any ssh: OSC 52. Inside tmux or screen it is
/// also wrapped to be handed through, for those that don't take it themselves.
///
/// # Errors
/// If the terminal is gone.
pub(super) fn copy(text: &str) -> io::Result<()> {
    let mut sequence = String::new();
    CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence).map_err(io::Error::other)?;
    let mut out = stdout();
    out.write_all(sequence.as_bytes())?;
    if std::env::var_os("TMUX").is_some() {
        write!(out, "\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))?;
    } else if std::env::var_os("STY").is_some() {
        // screen takes 768 bytes at a time.
        // Its own wrapping ends where ESC \ stands, so that the sequence inside must end with BEL.
        let inner = format!("{}\x07", sequence.trim_end_matches("\x1b\\").trim_end_matches('\x07'));
        for part in inner.as_bytes().chunks(700) {
            out.write_all(b"\x1bP")?;
            out.write_all(part)?;
            out.write_all(b"\x1b\\")?;
        }
    }
    out.flush()
}

/// Gives the terminal back on a panic, before the message is printed, and on SIGTERM, SIGHUP and a hang-up that no
/// signal tells of: the process ends there and then. Nothing is lost, for what was acknowledged is committed.
///
/// # Errors
/// If the signals can't be listened to.
pub(super) fn watch() -> io::Result<()> {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        leave();
        let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        tracing::error!(place, "panic");
        before(info);
    }));
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            leave();
            tracing::info!(signal, "ended by a signal");
            #[expect(clippy::exit, reason = "the main thread may be waiting for a key that never comes")]
            std::process::exit(128 + signal);
        }
    });
    if let Ok(tty) = rustix::fs::open("/dev/tty", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty()) {
        std::thread::spawn(move || {
            // Without any events asked for, poll returns only when the terminal has hung up.
            let mut fds = [rustix::event::PollFd::new(&tty, rustix::event::PollFlags::empty())];
            if rustix::event::poll(&mut fds, None).is_ok() {
                leave();
                #[expect(clippy::exit, reason = "the terminal is gone, and reading from it would spin")]
                std::process::exit(129);
            }
        });
    }
    Ok(())
}

/// Puts the process to sleep as Ctrl-Z does, and takes the terminal over again when it is woken.
///
/// # Errors
/// If the terminal can't be switched.
pub(super) fn suspend(guard: Guard, uses: Uses) -> io::Result<(Guard, Screen)> {
    drop(guard);
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
    enter(uses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_terminals_and_consoles_have_no_second_screen() {
        for (kind, has) in [("xterm-256color", true), ("tmux-256color", true), ("screen", true), ("alacritty", true), ("foot", true)] {
            assert_eq!(has_alternate(kind), has, "{kind}");
        }
        for kind in ["dumb", "vt100", "vt220", "linux", "linux-16color", "ansi", ""] {
            assert!(!has_alternate(kind), "{kind}");
        }
    }
}
