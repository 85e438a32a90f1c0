//! Links: which may be opened, and how a mail is begun by one.
//!
//! Must not know who opens them.

use crate::domain::{address, text};

/// The schemes that may be opened; anything else stays text.
const OPENED: [&str; 3] = ["https://", "http://", "mailto:"];

/// Reads a link that may be opened: http, https or mailto, or a bare e-mail address. `None` for everything else, such as
/// `javascript:`, a file or a command.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let is_one_word = !typed.is_empty() && !typed.chars().any(|c| c.is_whitespace() || text::is_harmful(c) || "\"'<>`\\^{|}".contains(c));
    if !is_one_word {
        return None;
    }
    let scheme = OPENED.iter().find(|s| typed.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)));
    match scheme {
        Some(scheme) => (typed.len() > scheme.len()).then(|| typed.to_owned()),
        None => address::read(typed).ok().map(|a| mailto(a, "")),
    }
}

/// The first link in a text.
#[must_use]
pub fn first_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || "<>()\",;".contains(c)).map(|w| w.trim_end_matches(['.', ':', '!'])).find_map(read)
}

/// A link that begins a mail (RFC 6068).
#[must_use]
pub fn mailto(to: &str, subject: &str) -> String {
    let mut out = format!("mailto:{}", percent(to, b"@"));
    if !subject.is_empty() {
        out.push_str("?subject=");
        out.push_str(&percent(subject, b""));
    }
    out
}

/// A link that begins a mail with a text (RFC 6068).
#[must_use]
pub fn mail(to: &str, subject: &str, body: &str) -> String {
    let mut out = mailto(to, subject);
    if !body.is_empty() {
        out.push(if subject.is_empty() { '?' } else { '&' });
        out.push_str("body=");
        out.push_str(&percent(&body.replace('\n', "\r\n"), b""));
    }
    out
}

/// Everything but letters, digits, `-._~` and what is `kept` as `%XX` (RFC 3986).
fn percent(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) || kept.contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_and_mail_are_opened() {
        for (typed, expected) in [
            ("https://forms.example/join?x=1&y=2", Some("https://forms.example/join?x=1&y=2")),
            ("HTTP://example.org", Some("HTTP://example.org")),
            ("ann@example.org", Some("mailto:ann@example.org")),
            ("mailto:ann@example.org?subject=Hello", Some("mailto:ann@example.org?subject=Hello")),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("https://", None),
            ("https://a b", None),
            ("https://x/$(reboot)`", None),
            ("--help", None),
            ("#prodmgmt", None),
            ("", None),
        ] {
            assert_eq!(read(typed).as_deref(), expected, "{typed}");
        }
        assert_eq!(first_in("Write to (ann@example.org), or see https://x.example/a.").as_deref(), Some("mailto:ann@example.org"));
        assert_eq!(first_in("no link here"), None);
    }

    #[test]
    fn a_subject_is_escaped() {
        assert_eq!(mailto("a+b@example.org", "Joining: tea & cake?"), "mailto:a%2Bb@example.org?subject=Joining%3A%20tea%20%26%20cake%3F");
    }
}
