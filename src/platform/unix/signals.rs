//! Signals, and what suspends and resumes a process.
//!
//! Must not know what a signal is answered with.

use std::io;

use signal_hook::consts as c;
use signal_hook::low_level;

use crate::platform::Signal;

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

/// Calls `handle` on a thread for every signal that ends, suspends or resumes the program, and when the terminal hangs up without one.
///
/// # Errors
/// If the signals can't be caught.
pub(crate) fn watch(handle: fn(Signal)) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new(ENDING.iter().chain(&[c::SIGTSTP, c::SIGCONT]))?;
    std::thread::Builder::new().spawn(move || {
        for signal in &mut signals {
            handle(match signal {
                c::SIGTSTP => Signal::Suspend,
                c::SIGCONT => Signal::Resumed,
                number => Signal::End(number),
            });
        }
    })?;
    if let Ok(tty) = rustix::fs::open("/dev/tty", rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty()) {
        std::thread::Builder::new().spawn(move || {
            // With no events requested, poll returns only when the terminal has hung up.
            let mut fds = [rustix::event::PollFd::new(&tty, rustix::event::PollFlags::empty())];
            if rustix::event::poll(&mut fds, None).is_ok() {
                handle(Signal::HungUp);
            }
        })?;
    }
    Ok(())
}

/// Suspends this process until another one resumes it.
///
/// # Errors
/// If the signal can't be raised.
pub(crate) fn suspend() -> io::Result<()> {
    low_level::emulate_default_handler(c::SIGTSTP)
}

/// Makes the event loop redraw everything, as after a resize.
pub(crate) fn redraw() {
    let _ = low_level::raise(c::SIGWINCH);
}

/// Returns whether a process outside the process group could resume this one. The system doesn't stop a group that none could resume
/// either (POSIX, *orphaned process group*). Where there is no `/proc` (macOS, the BSDs) this can't be determined, and counts as true.
pub(crate) fn can_suspend() -> bool {
    let Some(ours) = ProcessIds::of(std::process::id()) else { return true };
    let mut next = ours.parent;
    while next != 0 {
        let Some(kin) = ProcessIds::of(next) else { return true };
        if kin.session != ours.session {
            return false;
        }
        if kin.group != ours.group {
            return true;
        }
        next = kin.parent;
    }
    false
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
