//! Consents in one cell: `mail granted 2026-01-02 form | photo withdrawn`.
//!
//! Must not know whose they are.

use chrono::NaiveDate;

use crate::domain::person::ConsentFacts;
use crate::domain::words::{ConsentState, Purpose, Stored};

/// Writes consents, separated by `|`.
#[must_use]
pub(crate) fn write(consents: &[ConsentFacts]) -> String {
    let one = |c: &ConsentFacts| {
        let on = c.on.map_or_else(String::new, |d| format!(" {d}"));
        let source = c.source.replace('|', "/");
        format!("{} {}{on} {source}", plain(c.purpose), plain(c.state)).trim_end().to_owned()
    };
    consents.iter().map(one).collect::<Vec<_>>().join(" | ")
}

/// Returns a word for the cell: an unknown one in brackets, so that it is read back whole.
fn plain<T: Stored>(word: T) -> String {
    if word.is_recognised() { word.text().to_owned() } else { format!("[{}]", word.text().replace(['|', ';', ']'], "/")) }
}

/// Reads what [`write()`] wrote, or another system's words in a file that isn't ours: a plain yes or no is about mail.
///
/// # Errors
/// The part that can't be read.
pub(crate) fn read(cell: &str, is_ours: bool) -> Result<Vec<ConsentFacts>, String> {
    let parts = |signs: &'static [char]| cell.split(signs).map(str::trim).filter(|p| !p.is_empty());
    let written = |p: &str| {
        let mut words = p.split_whitespace();
        words.next().is_some_and(|w| Purpose::parse(w).is_some()) && words.next().is_some_and(|w| ConsentState::parse(w).is_some())
    };
    if is_ours || parts(&['|']).all(written) {
        return parts(&['|']).map(one).collect();
    }
    // Words after a yes may revoke it, so a person has to read them.
    let alone = |part: &str| one(part).and_then(|facts| if facts.source.is_empty() { Ok(facts) } else { Err(part.to_owned()) });
    parts(&['|', ';', ',']).map(alone).collect()
}

fn one(part: &str) -> Result<ConsentFacts, String> {
    let mut rest = part;
    let mut purpose = bracketed(&mut rest).map(Purpose::stored);
    if purpose.is_none() {
        let first = rest.split_whitespace().next().unwrap_or_default();
        purpose = Purpose::parse(first);
        if purpose.is_some() {
            rest = rest[first.len()..].trim_start();
        }
    }
    let odd = if purpose.is_some() { bracketed(&mut rest).map(ConsentState::stored) } else { None };
    let mut words = rest.split_whitespace().peekable();
    let state = match odd {
        Some(odd) => odd,
        None => match words.next() {
            None if purpose.is_some() => ConsentState::Granted,
            Some(word) => state(word).ok_or_else(|| part.to_owned())?,
            None => return Err(part.to_owned()),
        },
    };
    let on = words.peek().and_then(|w| NaiveDate::parse_from_str(w, "%Y-%m-%d").ok());
    if on.is_some() {
        words.next();
    }
    let source = words.collect::<Vec<_>>().join(" ");
    Ok(ConsentFacts { purpose: purpose.unwrap_or(Purpose::Mail), state, on, source })
}

/// Takes a word in brackets off the beginning.
fn bracketed<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let (word, behind) = rest.strip_prefix('[')?.split_once(']')?;
    *rest = behind.trim_start();
    Some(word)
}

fn state(word: &str) -> Option<ConsentState> {
    match word.to_lowercase().trim_end_matches([',', '.']) {
        "yes" | "y" | "true" | "1" | "agree" | "agreed" => Some(ConsentState::Granted),
        "no" | "n" | "false" | "0" => Some(ConsentState::Withdrawn),
        other => ConsentState::parse(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_plain_answers_are_understood() {
        let facts = |purpose, state, on: Option<&str>, source: &str| ConsentFacts {
            purpose,
            state,
            on: on.map(|d| d.parse().unwrap()),
            source: source.to_owned(),
        };
        let both = vec![
            facts(Purpose::Mail, ConsentState::Granted, Some("2026-01-02"), "sign-up form"),
            facts(Purpose::Photo, ConsentState::Withdrawn, None, ""),
        ];
        assert_eq!(write(&both), "mail granted 2026-01-02 sign-up form | photo withdrawn");
        assert_eq!(read(&write(&both), true), Ok(both));
        let odd = vec![ConsentFacts {
            purpose: Purpose::stored("sms news"),
            state: ConsentState::stored("refused by phone"),
            on: Some("2026-01-02".parse().unwrap()),
            source: "a call".into(),
        }];
        assert_eq!(read(&write(&odd), true), Ok(odd));
        assert_eq!(read("Yes", false), Ok(vec![facts(Purpose::Mail, ConsentState::Granted, None, "")]));
        assert_eq!(
            read("photo no; directory", false),
            Ok(vec![facts(Purpose::Photo, ConsentState::Withdrawn, None, ""), facts(Purpose::Directory, ConsentState::Granted, None, "")])
        );
        for unclear in ["perhaps", "Yes for photos, not for mail", "yes but not by mail"] {
            assert!(read(unclear, false).is_err(), "{unclear}");
        }
        assert_eq!(
            read("photo yes, mail no", false),
            Ok(vec![facts(Purpose::Photo, ConsentState::Granted, None, ""), facts(Purpose::Mail, ConsentState::Withdrawn, None, "")])
        );
        let odd_source = vec![facts(Purpose::Mail, ConsentState::Withdrawn, None, "asked; by phone, twice")];
        assert_eq!(read(&write(&odd_source), true), Ok(odd_source.clone()));
        assert_eq!(read(&write(&odd_source), false), Ok(odd_source));
    }
}
