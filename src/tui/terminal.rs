//! Taking the terminal over, and restoring it on quit, error, panic and signal alike.
//!
//! Must not know what is drawn.

use std::io::{self, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange, EnableMouseCapture,
};
use ratatui::crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, size};
use ratatui::crossterm::{Command, cursor, execute};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::platform::{self, Modes};
use crate::tui::sink::Sink;
use crate::tui::theme::Colours;

/// Whether the terminal is ours now. It changes only while [`SAVED`] is held.
static IS_ACTIVE: AtomicBool = AtomicBool::new(false);

/// Whether the terminal was restored for good, so that a late signal doesn't take it over again.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// The screen to draw on.
pub(super) type Screen = Terminal<CrosstermBackend<Sink>>;

/// A guard that restores the terminal when dropped.
pub(super) struct Guard;

/// The features of the terminal that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TerminalFeatures {
    /// The alternate screen, which disappears when the program ends.
    pub alternate: bool,
    /// The mouse.
    pub mouse: bool,
    /// Only its own sixteen colours.
    pub sixteen: bool,
    /// Focus events, to poll for changes by other programs.
    pub focus: bool,
}

impl TerminalFeatures {
    /// Returns what this terminal supports, without what the user has turned off.
    #[must_use]
    pub(super) fn detect(plain: bool, mouse: bool, colours: Colours) -> Self {
        let alternate = !plain && has_alternate(&platform::terminal_kind());
        Self { alternate, sixteen: colours == Colours::Sixteen, mouse: mouse && !plain, focus: !plain }
    }
}

/// Returns whether the terminal declares itself `dumb`, so that drawing is plain.
#[must_use]
pub(super) fn is_dumb() -> bool {
    platform::terminal_kind() == "dumb"
}

/// Returns whether a kind of terminal has an alternate screen. All but consoles and very old terminals have one.
fn has_alternate(kind: &str) -> bool {
    let without = ["dumb", "vt52", "vt100", "vt102", "vt220", "vt320", "linux", "ansi", "cons25", "sun", "unknown"];
    !kind.is_empty() && !without.iter().any(|w| kind == *w || kind.strip_prefix(w).is_some_and(|rest| rest.starts_with('-')))
}

/// The features in use, and the terminal's modes before it was taken over.
static SAVED: Mutex<Option<(TerminalFeatures, Option<Modes>)>> = Mutex::new(None);

/// The maximum size of a frame, so that a terminal that claims to be huge doesn't exhaust the memory.
const LARGEST: (u16, u16) = (1000, 300);

/// Takes the terminal over.
///
/// # Errors
/// If there is none, or it can't be switched.
pub(super) fn enter(uses: TerminalFeatures) -> io::Result<(Guard, Screen)> {
    platform::begin()?;
    IS_CLOSED.store(false, Ordering::SeqCst);
    if let Ok(mut taken) = SAVED.lock() {
        *taken = Some((uses, None));
    }
    let guard = Guard;
    take()?;
    Ok((guard, screen(uses)?))
}

/// Takes the terminal over again with the same features.
///
/// # Errors
/// If it can't be switched.
pub(super) fn take() -> io::Result<()> {
    let Ok(mut taken) = SAVED.lock() else { return Ok(()) };
    switch(taken.as_mut())
}

fn switch(taken: Option<&mut (TerminalFeatures, Option<Modes>)>) -> io::Result<()> {
    let Some((uses, before)) = taken.filter(|_| !IS_CLOSED.load(Ordering::SeqCst)) else { return Ok(()) };
    if let Some(modes) = platform::make_raw()?
        && (!IS_ACTIVE.swap(true, Ordering::SeqCst) || before.is_none())
    {
        *before = Some(modes);
    }
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
        // Bracketed paste delivers a paste as one text, so that it is never read as keys outside a field.
        execute!(out, EnableFocusChange, EnableBracketedPaste)?;
    }
    execute!(out, cursor::Hide)
}

/// Takes the terminal over once more if it is ours; returns whether it is.
///
/// # Errors
/// If it can't be switched.
pub(super) fn take_again() -> io::Result<bool> {
    let Ok(mut taken) = SAVED.lock() else { return Ok(false) };
    let ours = IS_ACTIVE.load(Ordering::SeqCst);
    if ours {
        switch(taken.as_mut())?;
    }
    Ok(ours)
}

fn screen(uses: TerminalFeatures) -> io::Result<Screen> {
    let (width, height) = size()?;
    let area = Rect::new(0, 0, width.min(LARGEST.0), height.min(LARGEST.1));
    let backend = CrosstermBackend::new(Sink::new(uses.sixteen));
    Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Fixed(area) })
}

/// Clears the screen and starts with an empty frame: after a resize, or when something else has written to it.
///
/// # Errors
/// If the terminal is gone.
pub(super) fn anew(uses: TerminalFeatures) -> io::Result<Screen> {
    execute!(stdout(), Clear(ClearType::All))?;
    screen(uses)
}

/// Restores the terminal, once; returns whether it was ours. A terminal that is gone is no error.
pub(super) fn leave() -> bool {
    // A panic may have happened while the lock was held.
    let held = try_lock_for(&SAVED);
    let was_ours = IS_ACTIVE.swap(false, Ordering::SeqCst);
    if was_ours {
        let taken = held.as_ref().and_then(|t| (**t).clone());
        let mut out = stdout();
        let _ = execute!(out, DisableBracketedPaste, DisableFocusChange, DisableMouseCapture);
        if taken.as_ref().is_none_or(|(uses, _)| uses.alternate) {
            let _ = execute!(out, LeaveAlternateScreen);
        } else {
            // Otherwise the frame would stay among the lines of the user's shell.
            let _ = execute!(out, Clear(ClearType::All), cursor::MoveTo(0, 0));
        }
        let _ = execute!(out, cursor::Show);
        let _ = out.flush();
        if let Some((_, Some(before))) = taken {
            platform::restore(&before);
        }
    }
    was_ours
}

/// Tries to take a lock for half a second; returns `None` if that fails.
pub(super) fn try_lock_for<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for _ in 0..50 {
        match lock.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    None
}

impl Drop for Guard {
    fn drop(&mut self) {
        IS_CLOSED.store(true, Ordering::SeqCst);
        leave();
    }
}

/// Copies a text to the clipboard of the machine where the terminal runs, even through ssh: OSC 52. In tmux or screen it is also sent
/// wrapped, for versions that don't handle it themselves.
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
        // screen accepts 768 bytes at a time. Its own wrapping ends at ESC \, so the sequence inside must end with BEL.
        let inner = format!("{}\x07", sequence.trim_end_matches("\x1b\\").trim_end_matches('\x07'));
        for part in inner.as_bytes().chunks(700) {
            out.write_all(b"\x1bP")?;
            out.write_all(part)?;
            out.write_all(b"\x1b\\")?;
        }
    }
    out.flush()
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
