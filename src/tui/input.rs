//! What is typed, on its way from the terminal to the event reader, through a pseudo-terminal of our own.
//!
//! The event reader keeps all that follows the beginning of a paste until its end comes. If that never comes, because a connection or a
//! multiplexer has swallowed it, every key would be lost, Ctrl-C too. So a paste that is silent for a second is ended here. Must not know
//! what a key means.

use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use ratatui::crossterm::terminal::enable_raw_mode;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;

/// How long a paste may be silent before it is taken to be over.
const SILENCE: Duration = Duration::from_secs(1);
const BEGINS: &[u8] = b"\x1b[200~";
const ENDS: &[u8] = b"\x1b[201~";

/// The terminal itself.
static TERMINAL: OnceLock<OwnedFd> = OnceLock::new();

/// The terminal that is read, for switching it.
pub(super) fn terminal() -> Option<&'static OwnedFd> {
    TERMINAL.get()
}

/// Puts ourselves between the terminal and the event reader; once.
///
/// # Errors
/// If there is no terminal, or no pseudo-terminal is to be had.
pub(super) fn begin() -> io::Result<()> {
    if TERMINAL.get().is_some() {
        return Ok(());
    }
    let stdin = rustix::stdio::stdin();
    let terminal = if rustix::termios::isatty(stdin) {
        rustix::io::fcntl_dupfd_cloexec(stdin, 3)?
    } else {
        rustix::fs::open("/dev/tty", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?
    };
    let Ok((ours, theirs)) = pair() else {
        // Without one the terminal is read as it is; only a paste that never ends goes on then.
        let _ = TERMINAL.set(terminal);
        return Ok(());
    };
    rustix::stdio::dup2_stdin(&theirs)?;
    // The reader's end is raw as long as the program runs, whatever becomes of the terminal.
    enable_raw_mode()?;
    let read = terminal.try_clone()?;
    let _ = TERMINAL.set(terminal);
    std::thread::spawn(move || {
        // The terminal is gone, or the program ends: in both cases the event reader is told by its end being closed.
        let _ = pass_on(&read, &ours);
    });
    Ok(())
}

/// A pseudo-terminal: our end, and the event reader's.
fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::pty::grantpt(&ours)?;
    rustix::pty::unlockpt(&ours)?;
    let name = rustix::pty::ptsname(&ours, Vec::new())?;
    let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    Ok((ours, theirs))
}

/// Passes on what is typed until there is no more.
fn pass_on(from: &OwnedFd, to: &OwnedFd) -> io::Result<()> {
    let mut paste = Paste::default();
    // Whether a paste was ended here, and its own end may still come.
    let mut was_cut = false;
    let mut buffer = [0; 4096];
    loop {
        let wait = paste.is_open.then(|| Timespec { tv_sec: i64::try_from(SILENCE.as_secs()).unwrap_or(1), tv_nsec: 0 });
        let came = poll(&mut [PollFd::new(from, PollFlags::IN)], wait.as_ref());
        match came {
            Ok(0) if paste.is_open => {
                paste = Paste::default();
                was_cut = true;
                write_all(to, ENDS)?;
                continue;
            }
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(e) => return Err(e.into()),
        }
        match rustix::io::read(from, &mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                let came = &buffer[..n];
                if was_cut && let Some(late) = rest_of_paste(came) {
                    was_cut = !late.contains_end;
                    write_all(to, &[BEGINS, late.pasted, ENDS].concat())?;
                    write_all(to, late.typed)?;
                    paste.pass(late.typed);
                    continue;
                }
                paste.pass(came);
                was_cut &= !paste.is_open;
                write_all(to, came)?;
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

fn write_all(to: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(&to, bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// What came after a paste was cut: what still belongs to it, and what was typed after it.
struct Late<'b> {
    pasted: &'b [u8],
    typed: &'b [u8],
    contains_end: bool,
}

/// More bytes at once than anybody types.
const TYPED: usize = 16;

/// What is still a part of a paste that was cut; `None` if it is typed. What is pasted must never run as keys.
fn rest_of_paste(came: &[u8]) -> Option<Late<'_>> {
    if let Some(at) = came.windows(ENDS.len()).position(|w| w == ENDS) {
        return Some(Late { pasted: &came[..at], typed: &came[at + ENDS.len()..], contains_end: true });
    }
    let is_text = came.len() > TYPED && came[0] != ENDS[0];
    is_text.then_some(Late { pasted: came, typed: &[], contains_end: false })
}

/// Whether a paste has begun and not ended, told by the bytes that pass.
#[derive(Debug, Default, PartialEq, Eq)]
struct Paste {
    is_open: bool,
    /// How much of the mark that would change this has passed.
    matched: usize,
}

impl Paste {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let mark = if self.is_open { ENDS } else { BEGINS };
            if *byte == mark[self.matched] {
                self.matched += 1;
            } else {
                // A mark begins with the one byte that stands nowhere else in it.
                self.matched = usize::from(*byte == mark[0]);
            }
            if self.matched == mark.len() {
                *self = Self { is_open: !self.is_open, matched: 0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_late_of_a_paste_is_pasted_and_keys_are_keys() {
        let late = rest_of_paste(b"of it\x1b[201~q").unwrap();
        assert_eq!((late.pasted, late.typed, late.contains_end), (&b"of it"[..], &b"q"[..], true));
        assert!(rest_of_paste(b"a long line that nobody types at once").is_some_and(|l| l.typed.is_empty() && !l.contains_end));
        assert!(rest_of_paste(b"q").is_none());
        assert!(rest_of_paste(b"\x1b[<0;10;10M\x1b[<0;10;10m").is_none());
    }

    #[test]
    fn a_paste_is_known_however_its_bytes_arrive() {
        let whole = b"ab\x1b\x1b[200~one\x1b[201\x1b[201~c\x1b[200~two";
        for size in 1..whole.len() {
            let mut paste = Paste::default();
            whole.chunks(size).for_each(|part| paste.pass(part));
            assert!(paste.is_open, "{size}");
            paste.pass(b"\x1b[201~");
            assert!(!paste.is_open, "{size}");
        }
    }
}
