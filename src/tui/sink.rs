//! The output of the drawing: buffered, so that each frame leaves in one piece, and rewritten for terminals with sixteen colours.
//!
//! Must not know what is drawn.

use std::io::{self, Stdout, Write};

/// A buffer for drawing output until it is flushed.
#[derive(Debug)]
pub(super) struct Sink {
    out: Stdout,
    gathered: Vec<u8>,
    /// Whether colours are sent as those that every colour terminal knows (ECMA-48: 30 to 37, and 90 to 97), not as the first sixteen of
    /// 256, which old terminals misread.
    sixteen: bool,
}

impl Sink {
    /// Returns a buffer for standard output.
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
        let sent = with_short_moves(&gathered);
        if self.sixteen { self.out.write_all(&in_sixteen(&sent)) } else { self.out.write_all(&sent) }?;
        self.gathered = gathered;
        self.gathered.clear();
        self.out.flush()
    }
}

/// Returns the bytes with short moves to the right within a line (ECMA-48: `CUF` for `CUP`), so that a slow connection shows a frame
/// sooner.
fn with_short_moves(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    // The cursor's position, until something is written whose width is unknown.
    let mut at: Option<(u16, u16)> = None;
    let mut rest = bytes;
    while let Some(byte) = rest.first() {
        let Some(sequence) = rest.strip_prefix(b"\x1b[") else {
            at = at.filter(|_| (0x20..0x7f).contains(byte)).map(|(line, column)| (line, column.saturating_add(1)));
            out.push(*byte);
            rest = &rest[1..];
            continue;
        };
        let end = sequence.iter().position(|b| (0x40..0x7f).contains(b)).map_or(sequence.len(), |end| end + 1);
        let (sequence, behind) = sequence.split_at(end);
        match (sequence.last(), place(sequence)) {
            (Some(b'H'), Some((line, column))) => {
                match at.filter(|(l, c)| *l == line && *c <= column).map(|(_, c)| column - c) {
                    Some(0) => {}
                    Some(1) => out.extend_from_slice(b"\x1b[C"),
                    Some(by) => out.extend_from_slice(format!("\x1b[{by}C").as_bytes()),
                    None => {
                        out.extend_from_slice(b"\x1b[");
                        out.extend_from_slice(sequence);
                    }
                }
                at = Some((line, column));
            }
            (last, _) => {
                // Colours don't move the cursor.
                at = at.filter(|_| last == Some(&b'm'));
                out.extend_from_slice(b"\x1b[");
                out.extend_from_slice(sequence);
            }
        }
        rest = behind;
    }
    out
}

/// Parses the line and column of `line;columnH`.
fn place(sequence: &[u8]) -> Option<(u16, u16)> {
    let (line, column) = std::str::from_utf8(sequence).ok()?.strip_suffix('H')?.split_once(';')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// Returns the bytes with short sequences in place of `38;5;n` and `48;5;n` for the first sixteen colours.
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
    fn moves_are_said_in_the_shortest_words_that_lead_to_the_same_place() {
        let say = |s: &str| String::from_utf8(with_short_moves(s.as_bytes())).unwrap();
        assert_eq!(say("\x1b[3;5Hab\x1b[3;8Hc\x1b[3;9Hd\x1b[1m\x1b[3;20He"), "\x1b[3;5Hab\x1b[Ccd\x1b[1m\x1b[10Ce");
        assert_eq!(say("\x1b[3;5Hab\x1b[4;8Hc\x1b[4;2Hd"), "\x1b[3;5Hab\x1b[4;8Hc\x1b[4;2Hd");
        assert_eq!(say("\x1b[3;5H\u{4f60}\x1b[3;8Hc\x1b[3;12Hd"), "\x1b[3;5H\u{4f60}\x1b[3;8Hc\x1b[3Cd");
        assert_eq!(say("\x1b[3;5H\x1b[K\x1b[3;8Hc\x1b["), "\x1b[3;5H\x1b[K\x1b[3;8Hc\x1b[");
    }

    proptest::proptest! {
        #[test]
        fn a_picture_in_short_words_is_the_same_picture(
            cells in proptest::collection::vec((1..12_u16, 1..40_u16, "[a-z \u{e9}\u{4f60}]{0,6}", 0..4_u8), 0..30),
        ) {
            let words: String = cells.iter().map(|(y, x, text, colour)| format!("\x1b[{y};{x}H\x1b[3{colour}m{text}")).collect();
            let screen = |bytes: &[u8]| {
                let size = |n: u16| std::num::NonZero::new(n).unwrap();
                let mut terminal = vt100::Parser::new(size(12), size(40), 0);
                terminal.process(bytes);
                terminal.screen().contents_formatted()
            };
            proptest::prop_assert_eq!(screen(words.as_bytes()), screen(&with_short_moves(words.as_bytes())));
        }
    }

    #[test]
    fn colours_are_said_in_the_words_of_a_terminal_of_sixteen() {
        let say = |s: &str| String::from_utf8(in_sixteen(s.as_bytes())).unwrap();
        assert_eq!(say("a\x1b[38;5;1;49mb\x1b[1mc"), "a\x1b[31;49mb\x1b[1mc");
        assert_eq!(say("\x1b[1;38;5;14;48;5;9m"), "\x1b[1;96;101m");
        assert_eq!(say("\x1b[38;5;208m\x1b[38;2;1;5;3m"), "\x1b[38;5;208m\x1b[38;2;1;5;3m");
        assert_eq!(say("\x1b[10;38H\x1b[?25l\x1b["), "\x1b[10;38H\x1b[?25l\x1b[");
    }
}
