//! A person's record: the fields of its folded text, and the facts stored beside it.
//!
//! Must not know the other records, nor what is searched for.

use chrono::Datelike;

use crate::domain::listed::Listed;
use crate::domain::person::ConsentFacts;
use crate::domain::words::{ConsentState, PersonKind};
use crate::domain::{dates, fields, tags, text};

/// The value for an unknown day.
pub(super) const NO_DAY: i32 = i32::MIN;

/// Ends each field of a record. Folded text never contains it.
pub(super) const FIELD_SEPARATOR: char = '\u{1f}';
/// Separates the addresses, the tags or the custom fields within one field.
pub(super) const PART_SEPARATOR: char = '\u{1e}';

/// The first bit of the purposes that were granted. Each state has five bits: four purposes, and one for unrecognised ones.
pub(super) const GRANTED: u16 = 1;
/// The first bit of the purposes that were withdrawn.
pub(super) const WITHDRAWN: u16 = 1 << 5;
/// The first bit of the purposes whose state isn't recognised.
pub(super) const UNRECOGNISED: u16 = 1 << 10;

/// A field of a record's text. A record has them in this order.
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
    /// All fields, in order.
    const ALL: [Self; 9] =
        [Self::Name, Self::Emails, Self::Organisation, Self::JobTitle, Self::Discipline, Self::Tags, Self::Kind, Self::Custom, Self::Note];

    /// Returns the text of this field in a record.
    pub(super) fn of(self, record: &str) -> &str {
        nth_field(record, self as usize)
    }

    fn write(self, out: &mut String, keys: &mut Keys, p: &Listed<'_>) {
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
            Self::Custom => write_custom(out, keys, p.fields),
            Self::Note => text::fold_into(out, p.note),
        }
    }
}

/// Returns the text of the nth field of a record, counted from 0.
pub(super) fn nth_field(record: &str, nth: usize) -> &str {
    let mut rest = record;
    for _ in 0..nth {
        let Some(end) = memchr::memchr(FIELD_SEPARATOR as u8, rest.as_bytes()) else { return "" };
        rest = &rest[end + 1..];
    }
    memchr::memchr(FIELD_SEPARATOR as u8, rest.as_bytes()).map_or(rest, |end| &rest[..end])
}

/// Writes a person's record, and returns the length in bytes of the name, which it begins with.
pub(super) fn write(out: &mut String, keys: &mut Keys, p: &Listed<'_>) -> usize {
    let (start, mut name) = (out.len(), 0);
    for field in Field::ALL {
        field.write(out, keys, p);
        if field == Field::Name {
            name = out.len() - start;
        }
        out.push(FIELD_SEPARATOR);
    }
    name
}

/// Writes custom fields as `key=value`, directly from the stored JSON object.
fn write_custom(out: &mut String, keys: &mut Keys, stored: &str) {
    fields::each(stored, |name, value| {
        out.push(PART_SEPARATOR);
        out.push_str(keys.of(name));
        out.push('=');
        text::fold_into(out, value);
    });
}

/// The search keys of the custom fields met so far, by name. There are few, and most people have the same ones.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<(String, String)>);

impl Keys {
    fn of(&mut self, name: &str) -> &str {
        let at = self.0.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), tags::field_key(name)));
            self.0.len() - 1
        });
        &self.0[at].1
    }
}

/// The facts about a person that are stored beside their record's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub id: u32,
    pub start: u32,
    /// The index of the first membership, and the number of them.
    pub places: u32,
    pub place_count: u16,
    /// The length of the folded name in bytes; `u16::MAX` if it doesn't fit.
    pub name: u16,
    pub dead: bool,
    pub joined: i32,
    pub seen: i32,
    pub attended: u32,
    /// A bit for each purpose that was granted, then for each that was withdrawn, then for each whose state isn't recognised.
    pub consents: u16,
}

impl Entry {
    /// Returns the entry of a person whose record begins at `start` with a name of this many bytes; it has no memberships yet.
    pub(super) fn new(p: &Listed<'_>, start: u32, name: usize) -> Self {
        let joined = dates::iso(p.joined);
        Self {
            id: short(p.id.0),
            start,
            places: 0,
            place_count: 0,
            name: u16::try_from(name).unwrap_or(u16::MAX),
            dead: false,
            joined: joined.map_or(NO_DAY, |d| d.num_days_from_ce()),
            seen: p.seen.map_or(NO_DAY, |d| d.num_days_from_ce()),
            attended: p.attended,
            consents: consent_bits(p),
        }
    }
}

/// Returns an id or index in 32 bits: four thousand million people are enough for a community. Larger values become `u32::MAX`.
pub(super) fn short(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Returns the bits for a person's consents. A purpose that isn't recognised has a bit of its own, which no search uses.
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
