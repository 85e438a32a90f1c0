//! One record of the index, answering for itself.
//!
//! Must not know in which order it stands.

use memchr::memmem::Finder;

use super::index::{Entry, GRANTED, Index, NO_DAY, UNRECOGNISED, WITHDRAWN};
use crate::domain::address;
use crate::domain::query::{Key, MembershipTest, Subject};
use crate::domain::words::Purpose;

/// Ends each field of a record. No folded text contains it.
pub(super) const FIELD_SEPARATOR: char = '\u{1f}';
/// Parts the addresses, the tags, the custom fields of one field.
pub(super) const PART_SEPARATOR: char = '\u{1e}';

/// A person in the index.
pub(super) struct Record<'a> {
    pub index: &'a Index,
    pub entry: &'a Entry,
    pub text: &'a str,
}

impl<'a> Record<'a> {
    /// A field by its place: name, addresses, organisation, job title, discipline, tags, kind, custom fields, note.
    pub(super) fn field(&self, wanted: usize) -> &'a str {
        let mut rest = self.text;
        for _ in 0..wanted {
            let Some(end) = memchr::memchr(FIELD_SEPARATOR as u8, rest.as_bytes()) else { return "" };
            rest = &rest[end + 1..];
        }
        memchr::memchr(FIELD_SEPARATOR as u8, rest.as_bytes()).map_or(rest, |end| &rest[..end])
    }

    /// How good a hit the words are: 0 a word of the name begins so, 1 the name contains it, 2 anything else. The worst word decides.
    pub(super) fn tier(&self, words: &[Finder<'_>]) -> usize {
        let name = self.field(0).as_bytes();
        let one = |word: &Finder<'_>| {
            let mut best = 2;
            for at in word.find_iter(name) {
                if at == 0 || matches!(name[at - 1], b' ' | b'-' | b'\'') {
                    return 0;
                }
                best = 1;
            }
            best
        };
        words.iter().map(one).max().unwrap_or(0)
    }

    fn place(key: &Key) -> Option<usize> {
        Some(match key {
            Key::Name => 0,
            Key::Email | Key::Domain => 1,
            Key::Org => 2,
            Key::Title => 3,
            Key::Discipline => 4,
            Key::Tag => 5,
            Key::Kind => 6,
            Key::Custom(_) => 7,
            Key::Note => 8,
            _ => return None,
        })
    }

    fn custom(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.field(7).split(PART_SEPARATOR).filter_map(move |p| p.strip_prefix(key)?.strip_prefix('='))
    }
}

/// `mail`: granted; `mail-withdrawn`, `mail-unknown`.
fn consent_holds(bits: u16, needle: &str) -> bool {
    let (purpose, state) = needle.split_once(['-', ' ']).unwrap_or((needle, "granted"));
    Purpose::ALL.iter().filter(|p| p.word().starts_with(purpose)).any(|p| {
        let set = |first: u16| bits & (first << p.place()) != 0;
        match state {
            "withdrawn" => set(WITHDRAWN),
            "unknown" => !set(GRANTED) && !set(WITHDRAWN) && !set(UNRECOGNISED),
            _ => set(GRANTED),
        }
    })
}

impl Subject for Record<'_> {
    fn anywhere(&self, needle: &str) -> bool {
        self.text.contains(needle)
    }

    fn has(&self, key: &Key, needle: &str) -> bool {
        match key {
            Key::Domain => self.field(1).split(PART_SEPARATOR).any(|a| address::domain_within(address::domain(a), needle)),
            Key::Tag => self.field(5).split(PART_SEPARATOR).any(|t| t == needle),
            Key::Role => self.field(3).contains(needle) || self.field(4).contains(needle),
            Key::Kind => {
                let kind = self.field(6);
                if kind.is_empty() { "person".starts_with(needle) } else { kind.contains(needle) }
            }
            Key::Consent => consent_holds(self.entry.consents, needle),
            Key::Custom(name) => self.custom(name).any(|v| v.contains(needle)),
            Key::Mail => self.index.mailable.binary_search(&self.entry.id).is_ok() == (needle == "yes"),
            Key::Eligible => self.index.judged.get(needle).is_some_and(|ids| ids.binary_search(&self.entry.id).is_ok()),
            Key::Exception => {
                self.index.judged.get(&format!("exception {needle}")).is_some_and(|ids| ids.binary_search(&self.entry.id).is_ok())
            }
            Key::Attended => self.index.attendees.get(needle).is_some_and(|ids| ids.binary_search(&self.entry.id).is_ok()),
            _ => Self::place(key).is_some_and(|at| self.field(at).contains(needle)),
        }
    }

    fn lacks(&self, key: &Key) -> bool {
        match key {
            Key::Community | Key::Status | Key::Source => self.index.places_of(self.entry).is_empty(),
            Key::Joined => self.entry.joined == NO_DAY,
            Key::Seen => self.entry.seen == NO_DAY,
            Key::Attended => self.entry.attended == 0,
            Key::Role => self.field(3).is_empty() && self.field(4).is_empty(),
            Key::Consent => self.entry.consents == 0,
            Key::Custom(name) => self.custom(name).all(str::is_empty),
            _ => Self::place(key).is_some_and(|at| self.field(at).is_empty()),
        }
    }

    fn day(&self, key: &Key) -> Option<i32> {
        let day = match key {
            Key::Seen => self.entry.seen,
            Key::Joined => self.entry.joined,
            _ => NO_DAY,
        };
        (day != NO_DAY).then_some(day)
    }

    fn count(&self, _: &Key) -> u32 {
        self.entry.attended
    }

    fn membership(&self, test: &MembershipTest) -> bool {
        self.index.places_of(self.entry).iter().any(|p| {
            let community = self.index.communities.get(&p.community).map_or("", String::as_str);
            test.within.is_none_or(|id| i64::from(p.community) == id)
                && test.community.as_ref().is_none_or(|t| community.contains(t.as_str()))
                && test.status.as_ref().is_none_or(|t| self.index.status_of(p).word().starts_with(t.as_str()))
                && test.source.as_ref().is_none_or(|t| self.index.source_of(p).word().starts_with(t.as_str()))
        })
    }
}
