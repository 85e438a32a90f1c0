//! Signals: whatever ends the program gives the terminal back first, whatever puts it to sleep does so too and takes it over again after.
//!
//! Must not know what is drawn.

use std::io;
use std::sync::Mutex;

use rustix::process::{Pid, getpgid, getpgrp, getppid, getsid};
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
    let (group, Ok(session)) = (getpgrp(), getsid(None)) else { return false };
    let mut next = getppid();
    while let Some(pid) = next {
        if getsid(Some(pid)) != Ok(session) {
            return true;
        }
        if getpgid(Some(pid)) != Ok(group) {
            return false;
        }
        match parent_of(pid) {
            Some(parent) => next = parent,
            // Where that can't be found out, a parent in our own session is somebody.
            None => return false,
        }
    }
    true
}

/// The parent of a process: `Some(None)` if it has none, `None` if that can't be found out here.
fn parent_of(pid: Pid) -> Option<Option<Pid>> {
    let file = format!("/proc/{}/stat", pid.as_raw_nonzero());
    let file = rustix::fs::open(file, rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty()).ok()?;
    let mut buffer = [0; 1024];
    let n = rustix::io::read(&file, &mut buffer).ok()?;
    // `pid (name) state parent …`; a name may have brackets and blanks in it.
    let text = String::from_utf8_lossy(&buffer[..n]);
    let parent: i32 = text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
    Some(Pid::from_raw(parent))
}
