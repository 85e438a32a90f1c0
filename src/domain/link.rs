//! Links: which may be opened, and how one starts a mail.
//!
//! Must not know who opens them.

use crate::domain::{address, text};

/// The schemes that may be opened; anything else stays plain text.
const OPENED: [&str; 3] = ["https://", "http://", "mailto:"];

/// Reads a link that may be opened: http, https or mailto, or a bare e-mail address. Returns `None` for everything else, such as
/// `javascript:`, a file or a command.
#[must_use]
pub(crate) fn read(typed: &str) -> Option<String> {
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

/// Returns the first link in a text.
#[must_use]
pub(crate) fn first_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || "<>()\",;".contains(c)).map(|w| w.trim_end_matches(['.', ':', '!'])).find_map(read)
}

/// Returns a `mailto:` link (RFC 6068).
#[must_use]
pub(crate) fn mailto(to: &str, subject: &str) -> String {
    let mut out = format!("mailto:{}", percent(to, b"@"));
    if !subject.is_empty() {
        out.push_str("?subject=");
        out.push_str(&percent(subject, b""));
    }
    out
}

/// Returns a `mailto:` link with a body (RFC 6068).
#[must_use]
pub(crate) fn mail(to: &str, subject: &str, body: &str) -> String {
    let mut out = mailto(to, subject);
    if !body.is_empty() {
        out.push(if subject.is_empty() { '?' } else { '&' });
        out.push_str("body=");
        out.push_str(&percent(&body.replace('\n', "\r\n"), b""));
    }
    out
}

/// Encodes everything but letters, digits, `-._~` and the `kept` characters as `%XX` (RFC 3986).
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

/// Returns the recipients of a `mailto:` link in plain text, however they are escaped: its path, `to`, `cc` and `bcc` (RFC 6068). Returns
/// `None` for any other link.
#[must_use]
pub(crate) fn recipients(link: &str) -> Option<String> {
    let rest = link.get(.."mailto:".len()).filter(|s| s.eq_ignore_ascii_case("mailto:")).map(|s| &link[s.len()..])?;
    let (to, fields) = rest.split_once('?').unwrap_or((rest, ""));
    let named =
        fields.split('&').filter_map(|f| f.split_once('=')).filter(|(n, _)| ["to", "cc", "bcc"].iter().any(|k| n.eq_ignore_ascii_case(k)));
    let all: Vec<String> = std::iter::once(to).chain(named.map(|(_, value)| value)).map(unescaped).collect();
    Some(all.join(" "))
}

/// Decodes `%XX` escapes (RFC 3986); everything else stays unchanged.
#[must_use]
pub(crate) fn unescaped(escaped: &str) -> String {
    let (mut out, bytes, mut at) = (Vec::with_capacity(escaped.len()), escaped.as_bytes(), 0);
    while let Some(&byte) = bytes.get(at) {
        let code = if byte == b'%' { escaped.get(at + 1..at + 3).and_then(|h| u8::from_str_radix(h, 16).ok()) } else { None };
        out.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
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
    fn it_is_known_to_whom_a_link_begins_a_mail_however_it_is_written() {
        for (link, expected) in [
            ("mailto:ann@example.org", Some("ann@example.org")),
            ("MAILTO:a%2Bb@example.org?subject=x@y.example", Some("a+b@example.org")),
            ("mailto:?to=ann@example.org&Cc=bo%40example.org", Some(" ann@example.org bo@example.org")),
            ("mailto:zo%C3%AB@example.org,b%", Some("zoë@example.org,b%")),
            ("https://x.example/?to=ann@example.org", None),
        ] {
            assert_eq!(recipients(link).as_deref(), expected, "{link}");
        }
        for address in ["o'neil+news@x.example", "zoë@bücher.example", "a%41b@x.example", "a&b=c@x.example"] {
            assert_eq!(recipients(&mailto(address, "Hello & to=x")).as_deref(), Some(address));
        }
    }

    #[test]
    fn a_subject_is_escaped() {
        assert_eq!(mailto("a+b@example.org", "Joining: tea & cake?"), "mailto:a%2Bb@example.org?subject=Joining%3A%20tea%20%26%20cake%3F");
    }
}
