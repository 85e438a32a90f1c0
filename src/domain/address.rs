//! E-mail addresses: which texts are valid, which two addresses are the same, and which mail systems accept them.
//!
//! Must not know whose they are.

use unicode_normalization::UnicodeNormalization;

use crate::domain::text;
use crate::domain::words::{AddressState, Stored};

/// The maximum length of an address, in bytes: 64 for the local part, one for the `@`, 255 for the domain.
pub const LONGEST: usize = 320;

/// Why a text cannot be an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is empty.
    #[error("there is no address")]
    Empty,
    /// The `@` is missing.
    #[error("an address needs an @")]
    NoAt,
    /// More than one `@`.
    #[error("an address can have only one @")]
    ManyAts,
    /// The part before the `@` is empty.
    #[error("something is missing before the @")]
    NoLocal,
    /// The domain after the `@` is empty or has an empty label.
    #[error("a domain such as example.gov.uk is missing after the @")]
    NoDomain,
    /// It contains a blank, a comma, a bracket or the like.
    #[error("an address can't contain {}", if .0.is_whitespace() { "a space".to_owned() } else { format!("{}", .0) })]
    BadCharacter(char),
    /// It contains a control character or an invisible one.
    #[error("the address contains an invisible character")]
    Invisible,
    /// Longer than [`LONGEST`].
    #[error("the address is longer than {LONGEST} letters")]
    TooLong,
}

/// Reads an address as people paste it: trimmed, without `mailto:`, without a name and angle brackets around it.
///
/// # Errors
/// Returns why the text isn't an address. Unusual but possible addresses are accepted; see [`why_not_portable`].
pub fn read(typed: &str) -> Result<&str, AddressError> {
    let mut text = typed.trim();
    if let Some(open) = if text.ends_with('>') { text.rfind('<') } else { None } {
        text = text[open + 1..text.len() - 1].trim();
    }
    if text.get(..7).is_some_and(|p| p.eq_ignore_ascii_case("mailto:")) {
        text = &text[7..];
    }
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.len() > LONGEST {
        return Err(AddressError::TooLong);
    }
    // Nearly all addresses have only these characters, which are always valid.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+');
    if !text.bytes().all(is_plain) {
        if text.chars().any(text::is_harmful) {
            return Err(AddressError::Invisible);
        }
        let is_bad = |c: &char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\\');
        if let Some(bad) = text.chars().find(is_bad) {
            return Err(AddressError::BadCharacter(bad));
        }
    }
    let (local, domain) = text.split_once('@').ok_or(AddressError::NoAt)?;
    if domain.contains('@') {
        return Err(AddressError::ManyAts);
    }
    if local.is_empty() {
        return Err(AddressError::NoLocal);
    }
    if domain.is_empty() || domain.split('.').any(str::is_empty) {
        return Err(AddressError::NoDomain);
    }
    Ok(text)
}

/// Returns a name and an address as mail programs expect them: `Ann Example <ann@example.org>`, with quotes around the name where it needs
/// them (RFC 5322 section 3.4).
#[must_use]
pub fn mailbox(name: &str, address: &str) -> String {
    let name = text::clean_line(name).text;
    if name.trim().is_empty() {
        return address.to_owned();
    }
    if name.chars().any(|c| "()<>[]:;@\\,.\"".contains(c)) {
        return format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    format!("{name} <{address}>")
}

/// Returns the form in which addresses are compared: NFC, lower case, an internationalised domain in its ASCII form. Tags (`+news`) and
/// full stops are significant.
#[must_use]
pub fn key(address: &str) -> String {
    if address.is_ascii() {
        return address.to_ascii_lowercase();
    }
    let composed: String = address.nfc().collect();
    let lower: String = composed.to_lowercase().nfc().collect();
    in_ascii(&lower).unwrap_or(lower)
}

/// Returns the address with an internationalised domain in its ASCII form; `None` if the domain has no such form.
#[must_use]
pub fn in_ascii(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    if domain.is_ascii() {
        return Some(email.to_owned());
    }
    idna::domain_to_ascii(domain).ok().map(|d| format!("{local}@{d}"))
}

/// Returns the domain of an address, as written.
#[must_use]
pub fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Returns whether `domain` is `suffix` or lies below it, on whole labels: `gov.au` includes `nsw.gov.au`, not `notgov.au`.
#[must_use]
pub fn domain_within(domain: &str, suffix: &str) -> bool {
    let suffix = suffix.trim_start_matches(['@', '.', '*']);
    if suffix.is_empty() || domain.len() < suffix.len() {
        return false;
    }
    let (d, s) = (domain.as_bytes(), suffix.as_bytes());
    let tail = &d[d.len() - s.len()..];
    tail.eq_ignore_ascii_case(s) && (d.len() == s.len() || d[d.len() - s.len() - 1] == b'.')
}

/// Returns why some mail systems refuse a valid address; `None` if all of the usual ones accept it.
///
/// The rule is what GOV.UK Notify, listmonk, Mailman and the forms of browsers all accept.
#[must_use]
pub fn why_not_portable(address: &str) -> Option<&'static str> {
    let (local, domain) = address.rsplit_once('@')?;
    if !address.is_ascii() {
        return Some("letters outside A to Z are refused by many mail systems");
    }
    if local.len() > 64 || address.len() > 254 {
        return Some("it is longer than many mail systems take");
    }
    if local.split('.').any(str::is_empty) {
        return Some("a full stop at an end, or two in a row, is refused by many mail systems");
    }
    if !local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?_`{}~.-".contains(&b)) {
        return Some("a sign before the @ is refused by some mail systems");
    }
    let labels: Vec<&str> = domain.split('.').collect();
    if labels.len() < 2 {
        return Some("the domain has no dot");
    }
    let label_fine =
        |l: &&str| l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-') && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let last = labels.last().copied().unwrap_or("");
    let tld_fine = last.len() >= 2 && (last.bytes().all(|b| b.is_ascii_alphabetic()) || last.starts_with("xn--"));
    if !labels.iter().all(label_fine) || !tld_fine {
        return Some("mail systems don't accept this domain");
    }
    None
}

/// Returns whether an address mixes letters of several scripts, which is a sign of a spoofed address.
#[must_use]
pub fn mixes_scripts(address: &str) -> bool {
    let latin = address.chars().any(|c| c.is_ascii_alphabetic());
    let other = address.chars().any(|c| matches!(c, '\u{370}'..='\u{52f}' | '\u{531}'..='\u{587}' | '\u{13a0}'..='\u{13ff}'));
    latin && other
}

/// An e-mail address in addition to the primary one, with its state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OtherAddress {
    /// The address as typed.
    pub address: String,
    /// The state of the address.
    pub state: AddressState,
}

/// Writes several addresses on one line: `a@x.org; b@y.org (bounced)`. [`read_list`] is the inverse.
#[must_use]
pub fn write_list(addresses: &[OtherAddress]) -> String {
    let mut out = String::new();
    for a in addresses {
        if !out.is_empty() {
            out.push_str("; ");
        }
        out.push_str(&a.address);
        if a.state != AddressState::Ok {
            out.push_str(" (");
            out.push_str(a.state.word());
            out.push(')');
        }
    }
    out
}

/// Reads a line of addresses separated by `;`, `,` or line breaks, each with its state in brackets if it has one.
///
/// # Errors
/// Returns the first text that isn't an address, and why.
pub fn read_list(line: &str) -> Result<Vec<OtherAddress>, (String, AddressError)> {
    read_list_with(line, AddressState::parse)
}

/// Reads a line of addresses as our own files store it: as [`read_list`], but an unknown state is kept as [`AddressState::Unrecognised`].
///
/// # Errors
/// Returns the same as [`read_list`].
pub fn read_stored_list(line: &str) -> Result<Vec<OtherAddress>, (String, AddressError)> {
    read_list_with(line, |word| Some(AddressState::stored(word)))
}

fn read_list_with(line: &str, state: impl Fn(&str) -> Option<AddressState>) -> Result<Vec<OtherAddress>, (String, AddressError)> {
    let mut out: Vec<OtherAddress> = Vec::new();
    for part in line.split([';', ',', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
        let (text, known) = part
            .strip_suffix(')')
            .and_then(|p| p.rsplit_once('('))
            .and_then(|(a, s)| state(s).map(|s| (a.trim(), s)))
            .unwrap_or((part, AddressState::Ok));
        let address = read(text).map_err(|e| (part.to_owned(), e))?;
        if !out.iter().any(|o| key(&o.address) == key(address)) {
            out.push(OtherAddress { address: address.to_owned(), state: known });
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_is_read() {
        assert_eq!(read(" mailto:ann@example.org "), Ok("ann@example.org"));
        assert_eq!(read("Ann Example <ann@example.org>"), Ok("ann@example.org"));
        assert_eq!(read("o'neil+news@x.example"), Ok("o'neil+news@x.example"));
        assert_eq!(read("zoë@bücher.example"), Ok("zoë@bücher.example"));
    }

    #[test]
    fn what_can_be_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("", AddressError::Empty),
            ("ann", AddressError::NoAt),
            ("@example.org", AddressError::NoLocal),
            ("ann@", AddressError::NoDomain),
            ("ann@example..org", AddressError::NoDomain),
            ("a@b@c.org", AddressError::ManyAts),
            ("ann b@c.org", AddressError::BadCharacter(' ')),
            ("a@c.org,b@c.org", AddressError::BadCharacter(',')),
            ("a\u{1b}@c.org", AddressError::Invisible),
        ] {
            assert_eq!(read(text), Err(why), "{text:?}");
        }
        assert_eq!(read(&format!("{}@x.org", "a".repeat(400))), Err(AddressError::TooLong));
    }

    #[test]
    fn an_address_is_the_same_however_its_letters_are_composed() {
        assert_eq!(key("Zoe\u{308}@B\u{fc}cher.example"), key("zo\u{eb}@xn--bcher-kva.example"));
        assert_eq!(key("ZO\u{cb}@x.example"), "zo\u{eb}@x.example");
        assert_ne!(key("zoe@x.example"), key("zo\u{eb}@x.example"));
    }

    #[test]
    fn suffixes_match_on_whole_labels() {
        assert!(domain_within("x.nsw.gov.au", "gov.au"));
        assert!(domain_within("GOV.AU", "gov.au"));
        assert!(!domain_within("notgov.au", "gov.au"));
        assert!(domain_within("digital.mod.uk", "@mod.uk"));
    }

    #[test]
    fn portability_is_what_all_the_usual_systems_take() {
        for (address, portable) in [
            ("ann@example.gov.uk", true),
            ("=ann@example.gov.uk", true),
            ("-ann@example.gov.uk", true),
            (".ann@example.gov.uk", false),
            ("an..n@example.gov.uk", false),
            ("ann^bob@example.gov.uk", false),
            ("hal@bücher.example", false),
            ("ann@localhost", false),
            ("a@under_score.gov.uk", false),
            ("a@xn--bcher-kva.example", true),
        ] {
            assert_eq!(why_not_portable(address).is_none(), portable, "{address}");
        }
    }

    #[test]
    fn a_list_of_addresses_reads_back_as_written() {
        let list = read_list("a@x.org; b@y.org (bounced), A@X.ORG").unwrap();
        assert_eq!(write_list(&list), "a@x.org; b@y.org (bounced)");
        assert_eq!(read_list(&write_list(&list)).unwrap(), list);
        assert!(read_list("a@x.org; nonsense").is_err());
    }

    #[test]
    fn counterfeits_are_noticed() {
        assert!(mixes_scripts("аnn@example.org"));
        assert!(!mixes_scripts("ann@example.org"));
    }
}
