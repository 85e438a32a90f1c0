//! Signals: one that ends the program first restores the terminal; one that suspends it also takes the terminal over again afterwards.
//!
//! Must not know what is drawn, or how a platform sends signals.

use std::io;
use std::sync::Mutex;

use crate::platform::{self, Signal};
use crate::tui::terminal;

/// Held while a frame is drawn, and while the terminal isn't ours.
static PICTURE: Mutex<()> = Mutex::new(());

/// Draws a frame; waits while the terminal is being restored.
pub(super) fn drawing<T>(draw: impl FnOnce() -> T) -> T {
    let _held = PICTURE.lock();
    draw()
}

/// Restores the terminal on a panic, before the message is printed, on every signal that ends the program, and on a hang-up without a
/// signal. The process then ends at once. Nothing is lost, because everything acknowledged is committed.
///
/// # Errors
/// If the signals can't be caught.
pub(super) fn watch() -> io::Result<()> {
    let before = std::panic::take_hook();
    let main = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        tracing::error!(place, "panic");
        // The screen reports a panic on another thread, and the program goes on.
        if std::thread::current().id() == main {
            terminal::leave();
            before(info);
        }
    }));
    platform::watch(handle)
}

fn handle(signal: Signal) {
    match signal {
        Signal::Suspend => {
            let _ = sleep();
        }
        // We were stopped by SIGSTOP, which can't be caught, and the shell may have changed the terminal.
        Signal::Resumed => draw_anew(terminal::take_again()),
        Signal::End(number) => {
            // A terminal that no longer accepts output must not delay the end of the program.
            let _held = terminal::try_lock_for(&PICTURE);
            terminal::leave();
            tracing::info!(signal = number, "ended by a signal");
            #[expect(clippy::exit, reason = "the main thread may be waiting for a key that never comes")]
            std::process::exit(128 + number);
        }
        Signal::HungUp => {
            terminal::leave();
            #[expect(clippy::exit, reason = "the terminal is gone, and reading from it would spin")]
            std::process::exit(129);
        }
    }
}

/// Makes the event loop redraw everything, as after a resize.
fn draw_anew(taken: io::Result<bool>) {
    if matches!(taken, Ok(true)) {
        platform::redraw();
    }
}

/// Restores the terminal and suspends the process; takes the terminal over again when it continues. Returns false, and does nothing, if no
/// process could resume it.
///
/// # Errors
/// If the terminal can't be switched.
pub(super) fn sleep() -> io::Result<bool> {
    if !platform::can_suspend() {
        return Ok(false);
    }
    let held = terminal::try_lock_for(&PICTURE);
    let was_ours = terminal::leave();
    platform::suspend()?;
    if was_ours {
        terminal::take()?;
    }
    drop(held);
    draw_anew(Ok(was_ours));
    Ok(true)
}
