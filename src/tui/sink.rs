//! Where the pictures go: gathered, so that each leaves in one piece, and for terminals of sixteen colours in their own words.
//!
//! Must not know what is drawn.

use std::io::{self, Stdout, Write};

/// Gathers what is drawn until it is flushed.
#[derive(Debug)]
pub(super) struct Sink {
    out: Stdout,
    gathered: Vec<u8>,
    /// Whether colours go out as those that every colour terminal knows (ECMA-48: 30 to 37, and 90 to 97), not as the first
    /// sixteen of 256, which old ones take for something else.
    sixteen: bool,
}

impl Sink {
    /// Gathers for standard output.
    #[must_use]
    pub(super) fn new(sixteen: bool) -> Self {
        Self { out: io::stdout(), gathered: Vec::with_capacity(16 * 1024), sixteen }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        if self.sixteen { self.out.write_all(&in_sixteen(&gathered)) } else { self.out.write_all(&gathered) }?;
        self.gathered = gathered;
        self.gathered.clear();
        self.out.flush()
    }
}

/// The same with `38;5;n` and `48;5;n` in the short words, for the first sixteen colours.
fn in_sixteen(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, b"\x1b[") {
        out.extend_from_slice(&rest[..at + 2]);
        rest = &rest[at + 2..];
        let end = rest.iter().position(|b| !(b.is_ascii_digit() || *b == b';')).unwrap_or(rest.len());
        if rest.get(end) == Some(&b'm') {
            out.extend_from_slice(short(&rest[..end]).as_bytes());
        } else {
            out.extend_from_slice(&rest[..end]);
        }
        rest = &rest[end..];
    }
    out.extend_from_slice(rest);
    out
}

fn short(parameters: &[u8]) -> String {
    let text = String::from_utf8_lossy(parameters);
    let words: Vec<&str> = text.split(';').collect();
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let colour = words.get(at + 2).and_then(|n| n.parse::<u16>().ok()).filter(|n| *n < 16);
        match (words[at], words.get(at + 1), colour) {
            (place @ ("38" | "48"), Some(&"5"), Some(n)) => {
                let base = if place == "38" { 30 } else { 40 };
                out.push((if n < 8 { base + n } else { base + 60 + n - 8 }).to_string());
                at += 3;
            }
            (word, ..) => {
                out.push(word.to_owned());
                at += 1;
            }
        }
    }
    out.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_said_in_the_words_of_a_terminal_of_sixteen() {
        let say = |s: &str| String::from_utf8(in_sixteen(s.as_bytes())).unwrap();
        assert_eq!(say("a\x1b[38;5;1;49mb\x1b[1mc"), "a\x1b[31;49mb\x1b[1mc");
        assert_eq!(say("\x1b[1;38;5;14;48;5;9m"), "\x1b[1;96;101m");
        assert_eq!(say("\x1b[38;5;208m\x1b[38;2;1;5;3m"), "\x1b[38;5;208m\x1b[38;2;1;5;3m");
        assert_eq!(say("\x1b[10;38H\x1b[?25l\x1b["), "\x1b[10;38H\x1b[?25l\x1b[");
    }
}
