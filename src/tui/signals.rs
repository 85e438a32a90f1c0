//! Signals: whatever ends the program gives the terminal back first, whatever puts it to sleep does so too and takes it over again after.
//!
//! Must not know what is drawn.

use std::io;
use std::sync::Mutex;

use signal_hook::consts as c;
use signal_hook::low_level;

use crate::tui::terminal;

/// The signals that end a program and can be listened to.
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

/// Held while a picture is drawn, and while the terminal isn't ours.
static PICTURE: Mutex<()> = Mutex::new(());

/// Draws something, unless the terminal is being given back: then afterwards.
pub(super) fn drawing<T>(draw: impl FnOnce() -> T) -> T {
    let _held = PICTURE.lock();
    draw()
}

/// Gives the terminal back on a panic, before the message is printed, on every signal that ends the program, and on a hang-up that no
/// signal tells of: the process ends there and then. Nothing is lost, for what was acknowledged is committed.
///
/// # Errors
/// If the signals can't be listened to.
pub(super) fn watch() -> io::Result<()> {
    let before = std::panic::take_hook();
    let main = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        tracing::error!(place, "panic");
        // Of work that breaks down on another thread the screen says so, and goes on.
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
                // Somebody stopped us in a way that can't be seen coming, and the terminal may be as they left it.
                c::SIGCONT => draw_anew(terminal::take_again()),
                _ => {
                    // A terminal that takes nothing any more must not hold up what ends the program.
                    let _held = terminal::soon(&PICTURE);
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
            // Without any events asked for, poll returns only when the terminal has hung up.
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

/// Has the loop draw everything anew, as after a resize.
fn draw_anew(taken: io::Result<bool>) {
    if matches!(taken, Ok(true)) {
        let _ = low_level::raise(c::SIGWINCH);
    }
}

/// Puts the process to sleep with the terminal given back, and takes it over again when it is woken. Where nobody could wake it, it doesn't
/// sleep.
///
/// # Errors
/// If the terminal can't be switched.
pub(super) fn sleep() -> io::Result<()> {
    if is_orphaned() {
        return Ok(());
    }
    let held = terminal::soon(&PICTURE);
    let was_ours = terminal::leave();
    low_level::emulate_default_handler(c::SIGTSTP)?;
    if was_ours {
        terminal::take()?;
    }
    drop(held);
    draw_anew(Ok(was_ours));
    Ok(())
}

/// Whether nobody outside of the process group is there to wake it: then the system, too, stops none of its processes (POSIX, *orphaned
/// process group*).
fn is_orphaned() -> bool {
    // Where that can't be found out, a parent is somebody.
    let Some(ours) = Kin::of(std::process::id()) else { return false };
    let mut next = ours.parent;
    while next != 0 {
        let Some(kin) = Kin::of(next) else { return false };
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

/// Where a process belongs. Each number is 0 if it belongs to something that can't be seen from here, as in a container whose first process
/// was begun in a session outside of it.
#[derive(PartialEq, Debug)]
struct Kin {
    parent: u32,
    group: u32,
    session: u32,
}

impl Kin {
    /// Of the process of a number; none if that can't be found out here. The system's file is read, because its calls, as `rustix` wraps
    /// them, take for granted that no number is 0.
    fn of(process: u32) -> Option<Self> {
        let file = format!("/proc/{process}/stat");
        let file = rustix::fs::open(file, rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).ok()?;
        let mut buffer = [0; 1024];
        let n = rustix::io::read(&file, &mut buffer).ok()?;
        Self::from_stat(&String::from_utf8_lossy(&buffer[..n]))
    }

    /// From `pid (name) state parent group session …` (proc(5)); a name may have brackets and blanks in it.
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
        let outside = Kin { parent: 0, group: 0, session: 0 };
        assert_eq!(Kin::from_stat("1 (a) b) (c) S 0 0 0 34816 7 4194560 1"), Some(outside));
        let inside = Kin { parent: 4, group: 7, session: 4 };
        assert_eq!(Kin::from_stat("7 (guildhall) R 4 7 4 34816 7 0"), Some(inside));
        for broken in ["", "7 (guildhall", "7 (guildhall) R 4 7", "7 (guildhall) R 4 x 4"] {
            assert_eq!(Kin::from_stat(broken), None, "{broken}");
        }
    }
}
