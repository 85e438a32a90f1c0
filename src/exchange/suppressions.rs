//! Suppressed addresses in one cell: `ann@example.org (bounced) 2026-01-02 sign-up form | bo@example.org`.
//!
//! A line can also say that an address only resembles a suppressed one: `ann@a.example is not ann@b.example`. Must not know whose they are.

use chrono::NaiveDate;

use crate::domain::address;
use crate::domain::listed::Suppression;
use crate::domain::words::{AddressState, Stored};

/// The words between an address and the suppressed address that it only resembles.
const IS_NOT: &str = "is not";

/// Writes suppressed addresses, separated by `|`.
#[must_use]
pub(crate) fn write(all: &[Suppression]) -> String {
    let one = |s: &Suppression| {
        if let Some(other) = &s.apart_from {
            return format!("{} {IS_NOT} {}", escaped(&s.address), escaped(other));
        }
        // Without a state before it, a reason that begins with a bracket would be read as one.
        let state = s.state.filter(|s| *s != AddressState::Ok).or(s.reason.starts_with('(').then_some(AddressState::Ok));
        let state = state.map_or_else(String::new, |s| format!(" ({s})"));
        let since = s.since.map_or_else(String::new, |d| format!(" {d}"));
        format!("{}{state}{since} {}", escaped(&s.address), s.reason.replace('|', "/")).trim_end().to_owned()
    };
    all.iter().map(one).collect::<Vec<_>>().join(" | ")
}

/// Escapes the bars in an address, because a bar separates entries here.
fn escaped(address: &str) -> String {
    address.replace('%', "%25").replace('|', "%7C")
}

fn unescaped(written: &str) -> String {
    written.replace("%7C", "|").replace("%25", "%")
}

/// Reads what [`write()`] wrote, and plain addresses separated by `|`, `;` or `,`.
///
/// # Errors
/// The part that can't be read, and why.
pub(crate) fn read(cell: &str) -> Result<Vec<Suppression>, String> {
    let parts = |signs: &'static [char]| cell.split(signs).map(str::trim).filter(|p| !p.is_empty());
    if parts(&['|', ';', ',']).all(|p| address::read(p).is_ok()) {
        return parts(&['|', ';', ',']).map(one).collect();
    }
    parts(&['|']).map(one).collect()
}

fn one(part: &str) -> Result<Suppression, String> {
    let wrong = |e: address::AddressError, what: &str| format!("{what}: {e}");
    let (first, rest) = part.split_once(' ').unwrap_or((part, ""));
    let address = address::read(&unescaped(first)).map_err(|e| wrong(e, first))?.to_owned();
    if let Some(other) = rest.trim().strip_prefix(IS_NOT) {
        let other = address::read(&unescaped(other)).map_err(|e| wrong(e, other.trim()))?.to_owned();
        return Ok(Suppression { address, apart_from: Some(other), ..Suppression::default() });
    }
    let mut rest = rest.trim();
    let mut state = None;
    if let Some((word, behind)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) {
        state = Some(AddressState::stored(word));
        rest = behind.trim();
    }
    let since = rest.get(..10).and_then(|d| NaiveDate::parse_from_str(d, "%Y-%m-%d").ok());
    let reason = if since.is_some() { rest[10..].trim() } else { rest };
    Ok(Suppression { address, state, since, reason: reason.to_owned(), apart_from: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let all = vec![
            Suppression {
                address: "ann@x.example".into(),
                state: Some(AddressState::Bounced),
                since: "2026-01-02".parse().ok(),
                reason: "Notify unsubscribe: News / 2".into(),
                apart_from: None,
            },
            Suppression { address: "bo@x.example".into(), ..Suppression::default() },
            Suppression { address: "cy@new.example".into(), apart_from: Some("cy@old.example".into()), ..Suppression::default() },
            Suppression { address: "di@x.example".into(), reason: "asked; by phone".into(), ..Suppression::default() },
            Suppression { address: "a|b%7C@x.example".into(), ..Suppression::default() },
            Suppression { address: "a|b@x.example".into(), apart_from: Some("c|d@x.example".into()), ..Suppression::default() },
        ];
        assert_eq!(read(&write(&all)), Ok(all));
        assert_eq!(read("a@x.example; b@x.example").unwrap().len(), 2);
        assert!(read("nonsense").is_err() && read("a@x.example is not b").is_err());
        assert_eq!(read(""), Ok(Vec::new()));
    }
}
