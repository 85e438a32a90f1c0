//! One record of the index, as the subject of a query.
//!
//! Must not know its position in any order.

use super::everybody::Record;
use super::record::{Field, GRANTED, NO_DAY, PART_SEPARATOR, UNRECOGNISED, WITHDRAWN};
use crate::domain::address;
use crate::domain::query::{Key, MembershipTest, Subject};
use crate::domain::words::Purpose;

impl<'a> Record<'a> {
    fn field_of(key: &Key) -> Option<Field> {
        Some(match key {
            Key::Name => Field::Name,
            Key::Email | Key::Domain => Field::Emails,
            Key::Org => Field::Organisation,
            Key::Title => Field::JobTitle,
            Key::Discipline => Field::Discipline,
            Key::Tag => Field::Tags,
            Key::Kind => Field::Kind,
            Key::Custom(_) => Field::Custom,
            Key::Note => Field::Note,
            _ => return None,
        })
    }

    fn custom(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.field(Field::Custom).split(PART_SEPARATOR).filter_map(move |p| p.strip_prefix(key)?.strip_prefix('='))
    }
}

/// Returns whether the consents match a needle: `mail` (granted), `mail-withdrawn` or `mail-unknown`.
fn consent_holds(bits: u16, needle: &str) -> bool {
    let (purpose, state) = needle.split_once(['-', ' ']).unwrap_or((needle, "granted"));
    Purpose::ALL.iter().filter(|p| p.word().starts_with(purpose)).any(|p| {
        let set = |first: u16| bits & (first << p.place()) != 0;
        // The state may be only begun: `mail-` is both withdrawn and unknown.
        ("granted".starts_with(state) && !state.is_empty() && set(GRANTED))
            || ("withdrawn".starts_with(state) && set(WITHDRAWN))
            || ("unknown".starts_with(state) && !set(GRANTED) && !set(WITHDRAWN) && !set(UNRECOGNISED))
    })
}

impl Subject for Record<'_> {
    fn anywhere(&self, needle: &str) -> bool {
        self.text.contains(needle)
    }

    fn has(&self, key: &Key, needle: &str) -> bool {
        match key {
            Key::Domain => self.field(Field::Emails).split(PART_SEPARATOR).any(|a| address::domain_within(address::domain(a), needle)),
            Key::Tag => self.field(Field::Tags).split(PART_SEPARATOR).any(|t| t == needle),
            Key::Role => self.field(Field::JobTitle).contains(needle) || self.field(Field::Discipline).contains(needle),
            Key::Kind => {
                let kind = self.field(Field::Kind);
                if kind.is_empty() { "person".starts_with(needle) } else { kind.contains(needle) }
            }
            Key::Consent => consent_holds(self.entry.consents, needle),
            Key::Custom(name) => self.custom(name).any(|v| v.contains(needle)),
            Key::Mail => self.all.mailable.binary_search(&self.entry.id).is_ok() == "yes".starts_with(needle),
            Key::Eligible => self.all.judged.get(needle).is_some_and(|ids| ids.binary_search(&self.entry.id).is_ok()),
            Key::Exception => {
                self.all.judged.get(&format!("exception {needle}")).is_some_and(|ids| ids.binary_search(&self.entry.id).is_ok())
            }
            Key::Attended => self.all.attendees.get(needle).is_some_and(|ids| ids.binary_search(&self.entry.id).is_ok()),
            _ => Self::field_of(key).is_some_and(|f| self.field(f).contains(needle)),
        }
    }

    fn lacks(&self, key: &Key) -> bool {
        match key {
            Key::Community | Key::Status | Key::Source => self.all.places_of(self.entry).is_empty(),
            Key::Joined => self.entry.joined == NO_DAY,
            Key::Seen => self.entry.seen == NO_DAY,
            Key::Attended => self.entry.attended == 0,
            Key::Role => self.field(Field::JobTitle).is_empty() && self.field(Field::Discipline).is_empty(),
            Key::Consent => self.entry.consents == 0,
            Key::Custom(name) => self.custom(name).all(str::is_empty),
            _ => Self::field_of(key).is_some_and(|f| self.field(f).is_empty()),
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
        self.all.places_of(self.entry).iter().any(|p| {
            let community = self.all.communities.get(&p.community).map_or("", String::as_str);
            test.within.is_none_or(|id| i64::from(p.community) == id)
                && test.community.as_ref().is_none_or(|t| community.contains(t.as_str()))
                && test.status.as_ref().is_none_or(|t| self.all.status_of(p).word().starts_with(t.as_str()))
                && test.source.as_ref().is_none_or(|t| self.all.source_of(p).word().starts_with(t.as_str()))
        })
    }
}
