//! Signals: one that ends the program first restores the terminal; one that suspends it also takes the terminal over again afterwards.
//!
//! Must not know what is drawn.

use std::io;
use std::sync::Mutex;

use signal_hook::consts as c;
use signal_hook::low_level;

use crate::tui::terminal;

/// The signals that end a program and can be caught.
const ENDING: &[i32] = &[
    c::SIGTERM,
    c::SIGHUP,
    c::SIGINT,
    c::SIGQUIT,
    c::SIGALRM,
    c::SIGUSR1,
    c::SIGUSR2,
    c::SIGVTALRM,
    c::SIGPROF,
    c::SIGXCPU,
    c::SIGXFSZ,
    c::SIGSYS,
    c::SIGTRAP,
    c::SIGABRT,
];

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
    let mut signals = signal_hook::iterator::Signals::new(ENDING.iter().chain(&[c::SIGTSTP, c::SIGCONT]))?;
    std::thread::Builder::new().spawn(move || {
        for signal in &mut signals {
            match signal {
                c::SIGTSTP => {
                    let _ = sleep();
                }
                // We were stopped by SIGSTOP, which can't be caught, and the shell may have changed the terminal.
                c::SIGCONT => draw_anew(terminal::take_again()),
                _ => {
                    // A terminal that no longer accepts output must not delay the end of the program.
                    let _held = terminal::try_lock_for(&PICTURE);
                    terminal::leave();
                    tracing::info!(signal, "ended by a signal");
                    #[expect(clippy::exit, reason = "the main thread may be waiting for a key that never comes")]
                    std::process::exit(128 + signal);
                }
            }
        }
    })?;
    if let Ok(tty) = rustix::fs::open("/dev/tty", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty()) {
        std::thread::Builder::new().spawn(move || {
            // With no events requested, poll returns only when the terminal has hung up.
            let mut fds = [rustix::event::PollFd::new(&tty, rustix::event::PollFlags::empty())];
            if rustix::event::poll(&mut fds, None).is_ok() {
                terminal::leave();
                #[expect(clippy::exit, reason = "the terminal is gone, and reading from it would spin")]
                std::process::exit(129);
            }
        })?;
    }
    Ok(())
}

/// Makes the event loop redraw everything, as after a resize.
fn draw_anew(taken: io::Result<bool>) {
    if matches!(taken, Ok(true)) {
        let _ = low_level::raise(c::SIGWINCH);
    }
}

/// Restores the terminal and suspends the process; takes the terminal over again when it continues. Does nothing if no process could resume
/// it.
///
/// # Errors
/// If the terminal can't be switched.
pub(super) fn sleep() -> io::Result<()> {
    if is_orphaned() {
        return Ok(());
    }
    let held = terminal::try_lock_for(&PICTURE);
    let was_ours = terminal::leave();
    low_level::emulate_default_handler(c::SIGTSTP)?;
    if was_ours {
        terminal::take()?;
    }
    drop(held);
    draw_anew(Ok(was_ours));
    Ok(())
}

/// Returns whether no process outside the process group could resume it. The system doesn't stop such a group either (POSIX, *orphaned
/// process group*).
fn is_orphaned() -> bool {
    // If that can't be determined, the parent counts as one that can.
    let Some(ours) = ProcessIds::of(std::process::id()) else { return false };
    let mut next = ours.parent;
    while next != 0 {
        let Some(kin) = ProcessIds::of(next) else { return false };
        if kin.session != ours.session {
            return true;
        }
        if kin.group != ours.group {
            return false;
        }
        next = kin.parent;
    }
    true
}

/// The parent, group and session of a process. A number is 0 if it can't be seen from here, as in a container whose first process was
/// started in a session outside it.
#[derive(PartialEq, Debug)]
struct ProcessIds {
    parent: u32,
    group: u32,
    session: u32,
}

impl ProcessIds {
    /// Reads the numbers of a process; `None` if they are unknown. It reads `/proc`, because the system calls, as `rustix` wraps them,
    /// assume that no number is 0.
    fn of(process: u32) -> Option<Self> {
        let file = format!("/proc/{process}/stat");
        let file = rustix::fs::open(file, rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).ok()?;
        let mut buffer = [0; 1024];
        let n = rustix::io::read(&file, &mut buffer).ok()?;
        Self::from_stat(&String::from_utf8_lossy(&buffer[..n]))
    }

    /// Parses `pid (name) state parent group session …` (proc(5)); a name may contain brackets and blanks.
    fn from_stat(text: &str) -> Option<Self> {
        let mut numbers = text.rsplit_once(')')?.1.split_whitespace().skip(1).map(|n| n.parse().ok());
        Some(Self { parent: numbers.next()??, group: numbers.next()??, session: numbers.next()?? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_whose_session_is_outside_of_its_container_has_none_to_be_seen() {
        let outside = ProcessIds { parent: 0, group: 0, session: 0 };
        assert_eq!(ProcessIds::from_stat("1 (a) b) (c) S 0 0 0 34816 7 4194560 1"), Some(outside));
        let inside = ProcessIds { parent: 4, group: 7, session: 4 };
        assert_eq!(ProcessIds::from_stat("7 (guildhall) R 4 7 4 34816 7 0"), Some(inside));
        for broken in ["", "7 (guildhall", "7 (guildhall) R 4 7", "7 (guildhall) R 4 x 4"] {
            assert_eq!(ProcessIds::from_stat(broken), None, "{broken}");
        }
    }
}
