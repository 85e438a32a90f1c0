//! The one way out: what goes to a terminal, and all JSON, passes here, and nothing that drives a terminal, reorders a line or hides gets through.
//!
//! Must not know what is written.

use std::io::{self, Write};

use serde::Serialize;

use crate::domain::text::{is_harmful, shown};

/// Returns a value as JSON that can be shown: what is harmful is escaped, so that reading it gives back what it was.
///
/// # Errors
/// If the value can't be JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> io::Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    // A line break within a text is escaped already: each that is left is between values.
    let is_raw = |c: char| is_harmful(c) && c != '\n';
    if !text.chars().any(is_raw) {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_raw(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Ok(out)
}

/// Passes text on with whatever is harmful shown as U+FFFD; line breaks and tabs stay.
pub(super) struct Clean<W: Write> {
    to: W,
    /// The beginning of a letter, or a carriage return, whose end hasn't come yet.
    held: Vec<u8>,
}

impl<W: Write> Clean<W> {
    pub(super) const fn new(to: W) -> Self {
        Self { to, held: Vec::new() }
    }

    fn pass(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(|c| is_harmful(c) && c != '\n' && c != '\t') {
            let (fine, harmful) = rest.split_at(at);
            self.to.write_all(fine.as_bytes())?;
            if let Some(after) = harmful.strip_prefix("\r\n") {
                self.to.write_all(b"\r\n")?;
                rest = after;
                continue;
            }
            let mut letters = harmful.chars();
            if let Some(c) = letters.next() {
                self.to.write_all(shown(c).encode_utf8(&mut [0; 4]).as_bytes())?;
            }
            rest = letters.as_str();
        }
        self.to.write_all(rest.as_bytes())
    }
}

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let mut rest = all.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    let whole = text.strip_suffix('\r').unwrap_or(text);
                    self.held.extend_from_slice(&text.as_bytes()[whole.len()..]);
                    self.pass(whole)?;
                    return Ok(bytes.len());
                }
                Err(e) => {
                    let (fine, broken) = rest.split_at(e.valid_up_to());
                    self.pass(std::str::from_utf8(fine).unwrap_or_default())?;
                    let Some(length) = e.error_len() else {
                        self.held.extend_from_slice(broken);
                        return Ok(bytes.len());
                    };
                    self.pass("\u{fffd}")?;
                    rest = &broken[length..];
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.held.is_empty() {
            self.held.clear();
            self.pass("\u{fffd}")?;
        }
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(pieces: &[&[u8]]) -> String {
        let mut out = Vec::new();
        let mut clean = Clean::new(&mut out);
        pieces.iter().for_each(|p| clean.write_all(p).unwrap());
        clean.flush().unwrap();
        drop(clean);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_drives_a_terminal_is_shown_and_what_lays_out_stays() {
        assert_eq!(cleaned(&[b"a\x1b[31mb\r\n\tc\n"]), "a\u{fffd}[31mb\r\n\tc\n");
        assert_eq!(cleaned(&["\u{9b}1m \u{202e}x \u{e0041} \u{7f}".as_bytes()]), "\u{fffd}1m \u{fffd}x \u{fffd} \u{fffd}");
        assert_eq!(cleaned(&[b"a\r", b"b\r", b"\nc"]), "a\u{fffd}b\r\nc");
        assert_eq!(cleaned(&[&[0xc3], &[0xa9, 0xff], b"x", &[0xe2, 0x80]]), "é\u{fffd}x\u{fffd}");
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_same_comes_out_and_json_reads_back(text in any::<String>(), harmful in "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{e0001}-\u{e007f}é😀\n]{0,12}", cut in any::<prop::sample::Index>()) {
            let text = format!("{text}{harmful}");
            let at = cut.index(text.len() + 1);
            let (one, other) = text.as_bytes().split_at(at);
            let whole = cleaned(&[text.as_bytes()]);
            prop_assert_eq!(&whole, &cleaned(&[one, other]));
            prop_assert!(!whole.replace("\r\n", "").chars().any(|c| is_harmful(c) && c != '\n' && c != '\t'));
            let written = json(&text).unwrap();
            prop_assert!(!written.chars().any(is_harmful));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
