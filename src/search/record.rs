//! A person's record: the fields of its folded text, and what is kept beside it.
//!
//! Must not know the other records, nor what is asked.

use chrono::Datelike;

use crate::domain::listed::Listed;
use crate::domain::person::ConsentFacts;
use crate::domain::words::{ConsentState, PersonKind};
use crate::domain::{dates, tags, text};

/// A day that is not known.
pub(super) const NO_DAY: i32 = i32::MIN;

/// Ends each field of a record. No folded text contains it.
const FIELD_SEPARATOR: char = '\u{1f}';
/// Parts the addresses, the tags, the custom fields of one field.
pub(super) const PART_SEPARATOR: char = '\u{1e}';

/// The first bit of the purposes that were granted; five for each state: four purposes, and one for those that aren't recognised.
pub(super) const GRANTED: u16 = 1;
/// The first bit of those that were withdrawn.
pub(super) const WITHDRAWN: u16 = 1 << 5;
/// The first bit of those whose state isn't recognised.
pub(super) const UNRECOGNISED: u16 = 1 << 10;

/// A field of a record's text; they lie in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    /// The name.
    Name,
    /// The addresses, the primary one first.
    Emails,
    /// The organisation, then its short name.
    Organisation,
    /// The job title.
    JobTitle,
    /// The discipline.
    Discipline,
    /// The tags.
    Tags,
    /// The kind, if it isn't a person.
    Kind,
    /// The custom fields, as `key=value`.
    Custom,
    /// The note.
    Note,
}

impl Field {
    /// All of them, in their order.
    const ALL: [Self; 9] =
        [Self::Name, Self::Emails, Self::Organisation, Self::JobTitle, Self::Discipline, Self::Tags, Self::Kind, Self::Custom, Self::Note];

    /// What a record says in it.
    pub(super) fn of(self, record: &str) -> &str {
        let mut rest = record;
        for _ in 0..self as u8 {
            let Some(end) = memchr::memchr(FIELD_SEPARATOR as u8, rest.as_bytes()) else { return "" };
            rest = &rest[end + 1..];
        }
        memchr::memchr(FIELD_SEPARATOR as u8, rest.as_bytes()).map_or(rest, |end| &rest[..end])
    }

    fn write(self, out: &mut String, p: &Listed<'_>) {
        match self {
            Self::Name => text::fold_into(out, p.name),
            Self::Emails => {
                text::fold_into(out, p.email);
                for other in p.others {
                    out.push(PART_SEPARATOR);
                    text::fold_into(out, &other.address);
                }
            }
            Self::Organisation => {
                text::fold_into(out, p.organisation);
                if !p.short_name.is_empty() {
                    out.push(PART_SEPARATOR);
                    text::fold_into(out, p.short_name);
                }
            }
            Self::JobTitle => text::fold_into(out, p.job_title),
            Self::Discipline => text::fold_into(out, p.discipline),
            Self::Tags => {
                for (i, tag) in p.tags.split(';').filter(|t| !t.is_empty()).enumerate() {
                    if i > 0 {
                        out.push(PART_SEPARATOR);
                    }
                    text::fold_into(out, tag);
                }
            }
            Self::Kind => {
                if p.kind == PersonKind::TeamMailbox {
                    out.push_str(p.kind.word());
                }
            }
            Self::Custom => write_custom(out, p.fields),
            Self::Note => text::fold_into(out, p.note),
        }
    }
}

/// Writes a person's record.
pub(super) fn write(out: &mut String, p: &Listed<'_>) {
    for field in Field::ALL {
        field.write(out, p);
        out.push(FIELD_SEPARATOR);
    }
}

/// Custom fields as `key=value`: the stored JSON object, read as it lies.
fn write_custom(out: &mut String, stored: &str) {
    if stored.is_empty() {
        return;
    }
    let pairs: serde_json::Map<String, serde_json::Value> = serde_json::from_str(stored).unwrap_or_default();
    for (name, value) in &pairs {
        out.push(PART_SEPARATOR);
        out.push_str(&tags::field_key(name));
        out.push('=');
        text::fold_into(out, value.as_str().unwrap_or(""));
    }
}

/// What is kept of a person beside their record's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub id: u32,
    pub start: u32,
    pub places: u32,
    pub place_count: u16,
    pub dead: bool,
    pub joined: i32,
    pub seen: i32,
    pub attended: u32,
    /// A bit for each purpose that was granted, then for each that was withdrawn, then for each whose state isn't recognised.
    pub consents: u16,
}

impl Entry {
    /// The entry of a person whose text and whose memberships begin at these places.
    pub(super) fn new(p: &Listed<'_>, start: u32, places: u32) -> Self {
        let joined = dates::iso(p.joined);
        Self {
            id: short(p.id.0),
            start,
            places,
            place_count: u16::try_from(p.memberships.len()).unwrap_or(u16::MAX),
            dead: false,
            joined: joined.map_or(NO_DAY, |d| d.num_days_from_ce()),
            seen: p.seen.map_or(NO_DAY, |d| d.num_days_from_ce()),
            attended: p.attended,
            consents: consent_bits(p),
        }
    }
}

/// Ids and places are kept in 32 bits: four thousand million people are enough for a community.
pub(super) fn short(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A consent whose purpose isn't recognised sets a bit of its own, which no search asks for.
fn consent_bits(p: &Listed<'_>) -> u16 {
    let bit = |c: &ConsentFacts| match c.state {
        ConsentState::Granted => GRANTED << c.purpose.place(),
        ConsentState::Withdrawn => WITHDRAWN << c.purpose.place(),
        ConsentState::Unrecognised(_) => UNRECOGNISED << c.purpose.place(),
        ConsentState::Unknown => 0,
    };
    p.consents.iter().map(bit).fold(0, |all, one| all | one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_found_where_it_lies() {
        let record: String = Field::ALL.iter().flat_map(|f| [format!("{f:?}"), FIELD_SEPARATOR.to_string()]).collect();
        for (place, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!((field as usize, field.of(&record)), (place, format!("{field:?}").as_str()));
        }
        assert_eq!(Field::Note.of("ada"), "");
    }
}
