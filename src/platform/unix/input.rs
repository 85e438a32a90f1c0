//! A filter between the terminal and the event reader, through a pseudo-terminal.
//!
//! The event reader buffers everything from the start of a paste, or of any sequence, until its end arrives. If a connection or a
//! multiplexer loses the end, every later key is lost, even Ctrl-C. So this module ends a paste that is silent for a second, and passes on
//! a sequence only when it is complete. Must not know what a key means.

use std::io;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ratatui::crossterm::terminal::enable_raw_mode;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;

/// How long a paste may be silent before it is ended.
const SILENCE: Duration = Duration::from_secs(1);
const BEGINS: &[u8] = b"\x1b[200~";
const ENDS: &[u8] = b"\x1b[201~";

/// The real terminal.
static TERMINAL: OnceLock<OwnedFd> = OnceLock::new();

/// Returns the real terminal, to switch its modes.
pub(super) fn terminal() -> Option<&'static OwnedFd> {
    TERMINAL.get()
}

/// Inserts the filter between the terminal and the event reader, once.
///
/// # Errors
/// If there is no terminal, or the reader's end can't be switched to raw mode.
pub(crate) fn begin() -> io::Result<()> {
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
        // Without a pseudo-terminal the terminal is read directly; only a paste without an end still blocks the keys.
        let _ = TERMINAL.set(terminal);
        return Ok(());
    };
    rustix::stdio::dup2_stdin(&theirs)?;
    // The reader's end stays raw while the program runs, whatever the modes of the real terminal are.
    enable_raw_mode()?;
    let read = terminal.try_clone()?;
    let _ = TERMINAL.set(terminal);
    std::thread::Builder::new().spawn(move || {
        // The terminal is gone, or the program ends. In both cases the event reader notices that its other end was closed.
        let _ = pass_on(&read, &ours);
    })?;
    Ok(())
}

/// Opens a pseudo-terminal; returns our end, and the event reader's.
fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::pty::grantpt(&ours)?;
    rustix::pty::unlockpt(&ours)?;
    let name = rustix::pty::ptsname(&ours, Vec::new())?;
    let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    Ok((ours, theirs))
}

/// Passes on the input until it ends.
fn pass_on(from: &OwnedFd, to: &OwnedFd) -> io::Result<()> {
    let mut stream = Stream::default();
    let mut buffer = [0; 4096];
    let mut last = Instant::now();
    loop {
        let wait = stream.patience().map(|p| Timespec { tv_sec: p.as_secs().try_into().unwrap_or(1), tv_nsec: p.subsec_nanos().into() });
        let mut out = Vec::new();
        match poll(&mut [PollFd::new(from, PollFlags::IN)], wait.as_ref()) {
            Ok(0) => stream.silent(&mut out),
            Ok(_) => match rustix::io::read(from, &mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => {
                    stream.pass(&buffer[..n], last.elapsed(), &mut out);
                    last = Instant::now();
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(e) => return Err(e.into()),
            },
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        write_all(to, &out)?;
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

/// The state of the byte stream: in a paste, or with a sequence held back until it is complete.
#[derive(Debug, Default)]
struct Stream {
    in_paste: bool,
    /// Whether a paste was ended here, so that its real end may still arrive.
    was_cut: bool,
    /// How many bytes of the end mark have matched.
    matched: usize,
    held: Vec<u8>,
    /// Whether the last byte passed on was a single Esc, as a key.
    was_esc: bool,
}

/// The most bytes that typing sends at once.
const TYPED: usize = 16;
/// The maximum length of a sequence, in bytes.
const LONGEST: usize = 64;

/// Whether the held bytes are complete.
enum Completeness {
    Yes,
    NotYet,
    /// They can't become a sequence.
    Never,
}

impl Stream {
    /// Returns how long to wait for more bytes; `None` is without limit, because nothing has begun.
    fn patience(&self) -> Option<Duration> {
        match self.held.as_slice() {
            _ if self.in_paste => Some(SILENCE),
            [] => None,
            // A key, or the beginning of a mark that was sent in two parts.
            [0x1b] => Some(Duration::from_millis(20)),
            _ => Some(Duration::from_millis(250)),
        }
    }

    /// Handles the end of that wait without input.
    fn silent(&mut self, out: &mut Vec<u8>) {
        if self.in_paste {
            self.in_paste = false;
            self.was_cut = true;
            self.matched = 0;
            out.extend_from_slice(ENDS);
        } else if self.held == [0x1b] {
            out.append(&mut self.held);
            self.was_esc = true;
        } else {
            // The rest of the sequence is lost, and the event reader would add the next keys to it.
            self.held.clear();
        }
    }

    /// Handles bytes that arrived `after` a pause.
    fn pass(&mut self, bytes: &[u8], after: Duration, out: &mut Vec<u8>) {
        if self.in_paste && bytes.len() == 1 && bytes[0] < b' ' && !b"\t\n\r\x1b".contains(&bytes[0]) && after > SILENCE / 5 {
            // A single control character after a pause is a key: somebody wants to get out.
            self.silent(out);
        }
        let mut bytes = bytes;
        if std::mem::take(&mut self.was_esc) && bytes.starts_with(&BEGINS[1..]) {
            // The Esc was the first part of a late mark. Pasted text must never run as keys.
            self.take(BEGINS[0], out);
        }
        if self.was_cut && !self.in_paste {
            if let Some(at) = bytes.windows(ENDS.len()).position(|w| w == ENDS) {
                // Pasted text must never run as keys, however late it arrives.
                out.extend([BEGINS, &bytes[..at], ENDS].concat());
                bytes = &bytes[at + ENDS.len()..];
                self.was_cut = false;
            } else if bytes.len() > TYPED && bytes[0] != 0x1b {
                out.extend([BEGINS, bytes, ENDS].concat());
                return;
            }
        }
        bytes.iter().for_each(|byte| self.take(*byte, out));
    }

    fn take(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.in_paste {
            out.push(byte);
            // The mark begins with a byte that occurs nowhere else in it.
            self.matched = if byte == ENDS[self.matched] { self.matched + 1 } else { usize::from(byte == ENDS[0]) };
            if self.matched == ENDS.len() {
                (self.in_paste, self.matched) = (false, 0);
            }
            return;
        }
        self.held.push(byte);
        match completeness(&self.held) {
            Completeness::Yes => {
                if self.held == BEGINS {
                    (self.in_paste, self.was_cut) = (true, false);
                }
                out.append(&mut self.held);
            }
            Completeness::NotYet => {}
            Completeness::Never => {
                let alone = self.held.len() == 1;
                let before = std::mem::take(&mut self.held);
                if alone || before == [0x1b, 0x1b] {
                    out.push(before[0]);
                }
                if !alone {
                    self.take(byte, out);
                }
            }
        }
    }
}

/// Returns whether bytes are a complete key or sequence (ECMA-48; the old mouse form has three bytes after its end, the console's function
/// keys one).
fn completeness(held: &[u8]) -> Completeness {
    match held {
        [0x1b] | [0x1b, b'[' | b'O'] => Completeness::NotYet,
        [0x1b, 0x1b] => Completeness::Never,
        [0x1b, b'O', ..] => Completeness::Yes,
        [0x1b, b'[', b'M', rest @ ..] if rest.len() < 3 => Completeness::NotYet,
        [0x1b, b'[', b'['] => Completeness::NotYet,
        [0x1b, b'[', b'M' | b'[', ..] => Completeness::Yes,
        [0x1b, b'[', .., 0x40..=0x7e] => Completeness::Yes,
        [0x1b, b'[', .., 0x20..=0x3f] if held.len() < LONGEST => Completeness::NotYet,
        [0x1b, b'[', ..] => Completeness::Never,
        [0x1b, rest @ ..] => letter(rest),
        _ => letter(held),
    }
}

/// Returns whether bytes are a complete character in UTF-8.
fn letter(bytes: &[u8]) -> Completeness {
    let wanted = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    if bytes[1..].iter().any(|b| b & 0xc0 != 0x80) {
        return Completeness::Never;
    }
    if bytes.len() < wanted { Completeness::NotYet } else { Completeness::Yes }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn passed(parts: &[&[u8]]) -> (Vec<u8>, Stream) {
        let (mut stream, mut out) = (Stream::default(), Vec::new());
        parts.iter().for_each(|part| stream.pass(part, NOW, &mut out));
        (out, stream)
    }

    #[test]
    fn whole_keys_pass_as_they_are_however_they_arrive() {
        let all = "aé😀\x1b[A\x1b[5~\x1bOP\x1b[<0;10;10M\x1b[M abq\x1b[[A\x1bx\x1b[200~a\x1b[201\x1b[201~c\x1b[1;5C\x03".as_bytes();
        for size in 1..all.len() {
            let (out, stream) = passed(&all.chunks(size).collect::<Vec<_>>());
            assert_eq!((out.as_slice(), stream.in_paste, stream.held.len()), (all, false, 0), "{size}");
        }
    }

    #[test]
    fn half_a_sequence_takes_no_key_with_it() {
        for half in [&b"\x1b[5"[..], b"\x1b[200", b"\x1b[<", b"\x1b[?", b"\x1b[", b"\x1bO", b"\x1b[M", &[0xf0]] {
            // Once with nothing after it, and once with a key at once.
            let (mut out, mut stream) = passed(&[half]);
            stream.silent(&mut out);
            stream.pass(b"\x03", NOW, &mut out);
            assert_eq!(out.last(), Some(&3), "{half:?}");
        }
        let (out, _) = passed(&[b"\x1b[5\x03q"]);
        assert_eq!(out, b"\x03q");
        // A single Esc is a key, a moment later.
        let (mut out, mut stream) = passed(&[b"\x1b"]);
        assert!(out.is_empty());
        stream.silent(&mut out);
        assert_eq!(out, b"\x1b");
    }

    #[test]
    fn what_comes_late_of_a_paste_is_pasted_and_keys_are_keys() {
        let (mut out, mut stream) = passed(&[b"\x1b[200~half"]);
        stream.silent(&mut out);
        stream.pass(b"of it\x1b[201~q", NOW, &mut out);
        assert_eq!(out, b"\x1b[200~half\x1b[201~\x1b[200~of it\x1b[201~q");
        let (mut out, mut stream) = passed(&[b"\x1b"]);
        stream.silent(&mut out);
        stream.pass(b"[200~dy\x1b[201~q", NOW, &mut out);
        assert_eq!(out, b"\x1b\x1b[200~dy\x1b[201~q");
        let (mut out, mut stream) = passed(&[b"\x1b[200~half"]);
        stream.silent(&mut out);
        out.clear();
        stream.pass(b"a long line that nobody types at once", NOW, &mut out);
        assert!(out.starts_with(BEGINS) && out.ends_with(ENDS));
        out.clear();
        stream.pass(b"q", NOW, &mut out);
        assert_eq!(out, b"q");
    }

    #[test]
    fn a_key_that_leaves_ends_a_paste_that_never_ends() {
        let (mut out, mut stream) = passed(&[b"\x1b[200~half"]);
        stream.pass(b"\x03", Duration::from_millis(500), &mut out);
        assert_eq!(out, b"\x1b[200~half\x1b[201~\x03");
        // Within a paste it is part of the paste.
        let (mut out, mut stream) = passed(&[b"\x1b[200~half"]);
        stream.pass(b"\x03", NOW, &mut out);
        assert_eq!(out, b"\x1b[200~half\x03");
    }
}
