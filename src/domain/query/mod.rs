//! The search language: what a query is, and how it is parsed, printed and evaluated.
//!
//! Must not know where the people, communities and meetups that it searches come from.

mod decide;
mod parse;

pub(crate) use decide::{MembershipTest, Plan, Subject};
#[cfg(any(test, fuzzing))]
pub(crate) use parse::LONGEST;
pub(crate) use parse::{Known, QueryError, parse};

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::domain::{dates, words};

/// What a query is about. Each has its own fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// People and their memberships.
    People,
    /// Communities.
    Communities,
    /// Meetups.
    Meetups,
    /// Organisations.
    Organisations,
}

/// A field that a query can name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the word that is typed; FIELDS describes it")]
pub enum Key {
    Name,
    Email,
    Domain,
    Org,
    Title,
    Role,
    Discipline,
    Community,
    Status,
    Source,
    Tag,
    Kind,
    Note,
    Joined,
    Seen,
    Attended,
    Consent,
    Mail,
    Eligible,
    Exception,
    Missing,
    Family,
    Stage,
    RunBy,
    Seat,
    Format,
    Host,
    Venue,
    Date,
    WriteUp,
    Sector,
    /// A custom field, by its search key.
    Custom(String),
}

/// One field of the language: its keywords, how its value is read, which scopes have it, and what it finds.
pub(crate) struct Field {
    /// The field.
    pub key: Key,
    /// The keywords for it; the first is the one printed.
    pub words: &'static [&'static str],
    /// How its value is read.
    pub value: ValueKind,
    /// The scopes that have it.
    pub scopes: &'static [Scope],
    /// What it finds, for help.
    pub doc: &'static str,
}

/// How a field's value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// A text.
    Text,
    /// A day, a month, a year, a range or an age.
    Date,
    /// A number, a range of numbers, or a text.
    Count,
    /// The name of another field.
    FieldName,
}

use Scope::{Communities as C, Meetups as M, Organisations as O, People as P};

/// Every field of the language. Help, the parser and the suggestions read this table.
pub(crate) const FIELDS: &[Field] = &[
    Field { key: Key::Name, words: &["name"], value: ValueKind::Text, scopes: &[P, C, M, O], doc: "the name or title" },
    Field { key: Key::Email, words: &["email", "e-mail", "address"], value: ValueKind::Text, scopes: &[P], doc: "any e-mail address" },
    Field {
        key: Key::Domain,
        words: &["domain"],
        value: ValueKind::Text,
        scopes: &[P, O],
        doc: "the domain of an address; gov.uk also finds x.gov.uk",
    },
    Field {
        key: Key::Org,
        words: &["org", "organisation", "organization"],
        value: ValueKind::Text,
        scopes: &[P],
        doc: "the organisation, full or short name",
    },
    Field { key: Key::Role, words: &["role"], value: ValueKind::Text, scopes: &[P], doc: "the job title or the discipline" },
    Field { key: Key::Title, words: &["title", "job"], value: ValueKind::Text, scopes: &[P], doc: "the job title" },
    Field { key: Key::Discipline, words: &["discipline"], value: ValueKind::Text, scopes: &[P, C], doc: "the discipline" },
    Field { key: Key::Community, words: &["community"], value: ValueKind::Text, scopes: &[P, M], doc: "a community that they are in" },
    Field { key: Key::Status, words: &["status"], value: ValueKind::Text, scopes: &[P, C, M], doc: "the status" },
    Field { key: Key::Source, words: &["source"], value: ValueKind::Text, scopes: &[P], doc: "how they joined" },
    Field { key: Key::Tag, words: &["tag"], value: ValueKind::Text, scopes: &[P], doc: "a tag, whole" },
    Field { key: Key::Kind, words: &["kind"], value: ValueKind::Text, scopes: &[P], doc: "person or team mailbox" },
    Field { key: Key::Note, words: &["note", "purpose"], value: ValueKind::Text, scopes: &[P, C, M, O], doc: "the note or purpose" },
    Field {
        key: Key::Joined,
        words: &["joined", "since"],
        value: ValueKind::Date,
        scopes: &[P],
        doc: "the day from which they have been with us",
    },
    Field { key: Key::Seen, words: &["seen"], value: ValueKind::Date, scopes: &[P], doc: "when they last came to a meetup" },
    Field {
        key: Key::Attended,
        words: &["attended"],
        value: ValueKind::Count,
        scopes: &[P, M],
        doc: "number or title of meetups attended",
    },
    Field {
        key: Key::Consent,
        words: &["consent"],
        value: ValueKind::Text,
        scopes: &[P],
        doc: "what they agreed to: mail, mail-withdrawn, mail-unknown",
    },
    Field {
        key: Key::Mail,
        words: &["mail", "mailable"],
        value: ValueKind::Text,
        scopes: &[P],
        doc: "whether they may be mailed: yes, no",
    },
    Field {
        key: Key::Eligible,
        words: &["eligible"],
        value: ValueKind::Text,
        scopes: &[P],
        doc: "whether they are eligible by the rules: yes, no, unknown",
    },
    Field {
        key: Key::Exception,
        words: &["exception"],
        value: ValueKind::Text,
        scopes: &[P],
        doc: "an exception to the rules: yes, no, due (needs review)",
    },
    Field { key: Key::Missing, words: &["missing"], value: ValueKind::FieldName, scopes: &[P, C, M, O], doc: "a field that is empty" },
    Field { key: Key::Family, words: &["family"], value: ValueKind::Text, scopes: &[C], doc: "the job family" },
    Field { key: Key::Stage, words: &["stage"], value: ValueKind::Text, scopes: &[C], doc: "the stage" },
    Field { key: Key::RunBy, words: &["runby", "run-by"], value: ValueKind::Text, scopes: &[C], doc: "who runs it" },
    Field { key: Key::Seat, words: &["seat", "head"], value: ValueKind::Text, scopes: &[C], doc: "a seat's title or holder; seat:vacant" },
    Field { key: Key::Format, words: &["format"], value: ValueKind::Text, scopes: &[M], doc: "the format" },
    Field { key: Key::Host, words: &["host"], value: ValueKind::Text, scopes: &[M], doc: "the host organisation" },
    Field { key: Key::Venue, words: &["venue", "where"], value: ValueKind::Text, scopes: &[M], doc: "the place or link" },
    Field { key: Key::Date, words: &["date", "on"], value: ValueKind::Date, scopes: &[M], doc: "when it is" },
    Field { key: Key::WriteUp, words: &["writeup", "write-up"], value: ValueKind::Text, scopes: &[M], doc: "the state of the write-up" },
    Field { key: Key::Sector, words: &["sector"], value: ValueKind::Text, scopes: &[O], doc: "the sector" },
];

/// Returns the words that a field with a closed list can have; `None` for a field of free text.
#[must_use]
pub(crate) fn closed_words(key: &Key, scope: Scope) -> Option<Vec<&'static str>> {
    fn all<T: Copy>(of: &[T], word: impl Fn(T) -> &'static str) -> Option<Vec<&'static str>> {
        Some(of.iter().map(|t| word(*t)).collect())
    }
    match (key, scope) {
        (Key::Status, Scope::People) => all(words::MembershipStatus::ALL, words::MembershipStatus::word),
        (Key::Status, Scope::Communities) => all(words::CommunityStatus::ALL, words::CommunityStatus::word),
        (Key::Status, Scope::Meetups) => all(words::MeetupStatus::ALL, words::MeetupStatus::word),
        (Key::Source, _) => all(words::Source::ALL, words::Source::word),
        (Key::Consent, _) => Some(CONSENTS.to_vec()),
        (Key::Mail, _) => Some(vec!["yes", "no"]),
        (Key::Eligible, _) => Some(vec!["yes", "no", "unknown"]),
        (Key::Exception, _) => Some(vec!["yes", "no", "due"]),
        (Key::Kind, _) => all(words::PersonKind::ALL, words::PersonKind::word),
        (Key::Stage, _) => all(words::Stage::ALL, words::Stage::word),
        (Key::WriteUp, _) => all(words::WriteUp::ALL, words::WriteUp::word),
        (Key::Format, _) => all(words::Format::ALL, words::Format::word),
        _ => None,
    }
}

/// Fields of the language that this version can't search yet.
pub(crate) const LATER: &[&str] = &["level"];

/// The values of `consent:`: each purpose granted, withdrawn or unknown.
const CONSENTS: &[&str] = &[
    "mail",
    "mail-withdrawn",
    "mail-unknown",
    "directory",
    "directory-withdrawn",
    "directory-unknown",
    "introductions",
    "introductions-withdrawn",
    "introductions-unknown",
    "photo",
    "photo-withdrawn",
    "photo-unknown",
];

impl Key {
    /// Returns the keyword that is printed for the field.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Custom(name) => name,
            _ => FIELDS.iter().find(|f| f.key == *self).map_or("", |f| f.words[0]),
        }
    }
}

/// A parsed query, in normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Everything.
    All,
    /// A word or phrase, in any field.
    Word(String),
    /// A field compared with a value.
    Field(Key, Test),
    /// Everything that the inner query doesn't match.
    Not(Box<Expr>),
    /// All of them.
    And(Vec<Expr>),
    /// At least one of them.
    Or(Vec<Expr>),
}

impl Expr {
    /// Returns whether the query compares a field anywhere.
    #[must_use]
    pub fn mentions(&self, key: &Key) -> bool {
        match self {
            Self::Field(k, _) => k == key,
            Self::Not(inner) => inner.mentions(key),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|p| p.mentions(key)),
            Self::All | Self::Word(_) => false,
        }
    }

    /// Returns the texts that `attended:` is compared with. The caller must look up the meetups they match before the search.
    #[must_use]
    pub fn attended_texts(&self) -> Vec<&str> {
        self.texts_of(&Key::Attended)
    }

    /// Returns the texts that the query wants a field to match, without those that it excludes.
    #[must_use]
    pub fn wanted_texts_of(&self, key: &Key) -> Vec<&str> {
        match self {
            Self::Not(inner) => inner.texts_wanted_if_negated(key),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(|p| p.wanted_texts_of(key)).collect(),
            Self::Field(found, Test::Text(text)) if found == key => vec![text],
            _ => Vec::new(),
        }
    }

    /// Returns the texts that are wanted when this part is negated: those that it excludes itself.
    fn texts_wanted_if_negated(&self, key: &Key) -> Vec<&str> {
        match self {
            Self::Not(inner) => inner.wanted_texts_of(key),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(|p| p.texts_wanted_if_negated(key)).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the texts that a field is compared with.
    #[must_use]
    pub fn texts_of(&self, key: &Key) -> Vec<&str> {
        match self {
            Self::Field(found, Test::Text(text)) if found == key => vec![text],
            Self::Not(inner) => inner.texts_of(key),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(|p| p.texts_of(key)).collect(),
            _ => Vec::new(),
        }
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The field contains the text, equals it, or is a domain below it, depending on the field.
    Text(String),
    /// A count within inclusive bounds.
    Count(Option<u32>, Option<u32>),
    /// A day compared with a period.
    Date(Compare, When),
    /// A day from the start of one period to the end of another.
    Between(Option<When>, Option<When>),
    /// The named field is empty.
    Missing(Box<Key>),
}

/// The operator before a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// No operator: within the period; for an age, since that day.
    In,
    /// `<`
    Before,
    /// `<=`
    UpTo,
    /// `>`
    After,
    /// `>=`
    From,
}

impl Compare {
    const fn sign(self) -> &'static str {
        match self {
            Self::In => "",
            Self::Before => "<",
            Self::UpTo => "<=",
            Self::After => ">",
            Self::From => ">=",
        }
    }
}

/// A period in a query: a year, a month or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `2026`
    Year(i32),
    /// `2026-03`
    Month(i32, u32),
    /// `2026-03-04`
    Day(NaiveDate),
    /// `90d`, `6w`, `3m`, `1y` ago.
    Ago(u32, char),
}

impl When {
    /// Returns the first and last day of the period. An age is a single day.
    #[must_use]
    pub fn span(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let ymd = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or(today);
        match self {
            Self::Year(y) => (ymd(y, 1, 1), ymd(y, 12, 31)),
            Self::Month(y, m) => {
                let next = if m == 12 { ymd(y + 1, 1, 1) } else { ymd(y, m + 1, 1) };
                (ymd(y, m, 1), next.pred_opt().unwrap_or(next))
            }
            Self::Day(d) => (d, d),
            Self::Ago(n, unit) => {
                let day = match unit {
                    'w' => today.checked_sub_days(Days::new(u64::from(n) * 7)),
                    'm' => today.checked_sub_months(Months::new(n)),
                    'y' => today.checked_sub_months(Months::new(n.saturating_mul(12))),
                    _ => today.checked_sub_days(Days::new(u64::from(n))),
                }
                .unwrap_or(NaiveDate::MIN);
                (day, day)
            }
        }
    }

    /// Reads `2026`, `2026-03`, `2026-03-04` or an age such as `90d`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.len() == 10
            && let Some(d) = dates::iso(text)
        {
            return (d.year() > 0).then_some(Self::Day(d));
        }
        if let Some((y, m)) = text.split_once('-') {
            let (y, m) = (y.parse().ok().filter(|_| y.len() == 4)?, m.parse().ok().filter(|_| m.len() == 2)?);
            return NaiveDate::from_ymd_opt(y, m, 1).filter(|_| y > 0).map(|_| Self::Month(y, m));
        }
        let last = text.chars().last()?.to_ascii_lowercase();
        if matches!(last, 'd' | 'w' | 'm' | 'y') {
            return text[..text.len() - 1].parse().ok().filter(|n| *n < 100_000).map(|n| Self::Ago(n, last));
        }
        text.parse().ok().filter(|y| text.len() == 4 && *y > 0).map(Self::Year)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(y) => write!(f, "{y:04}"),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::Day(d) => write!(f, "{}", d.format("%Y-%m-%d")),
            Self::Ago(n, unit) => write!(f, "{n}{unit}"),
        }
    }
}

/// Returns whether a text needs quotes to be parsed as one value.
fn needs_quotes(text: &str) -> bool {
    text.is_empty() || text.starts_with('-') || text.chars().any(|c| c.is_whitespace() || matches!(c, '"' | '(' | ')' | '|' | ':' | '\\'))
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str, quote: bool) -> fmt::Result {
    if !quote {
        return f.write_str(text);
    }
    f.write_str("\"")?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Word(w) => write_text(f, w, needs_quotes(w)),
            Self::Field(key, test) => {
                write!(f, "{}:", key.word())?;
                match test {
                    // Without quotes, the text might be read as a number or a range.
                    Test::Text(t) => write_text(f, t, needs_quotes(t) || *key == Key::Attended),
                    Test::Count(Some(a), Some(b)) if a == b => write!(f, "{a}"),
                    Test::Count(a, b) => write_span(f, a.as_ref(), b.as_ref()),
                    Test::Date(compare, when) => write!(f, "{}{when}", compare.sign()),
                    Test::Between(a, b) => write_span(f, a.as_ref(), b.as_ref()),
                    Test::Missing(field) => f.write_str(field.word()),
                }
            }
            Self::Not(inner) => match **inner {
                Self::And(_) | Self::Or(_) => write!(f, "-({inner})"),
                _ => write!(f, "-{inner}"),
            },
            Self::And(all) => write_all(f, all, " ", |e| matches!(e, Self::Or(_))),
            Self::Or(any) => write_all(f, any, " | ", |_| false),
        }
    }
}

fn write_span<T: fmt::Display>(f: &mut fmt::Formatter<'_>, from: Option<&T>, to: Option<&T>) -> fmt::Result {
    if let Some(a) = from {
        write!(f, "{a}")?;
    }
    f.write_str("..")?;
    to.map_or(Ok(()), |b| write!(f, "{b}"))
}

fn write_all(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str, bracket: impl Fn(&Expr) -> bool) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if bracket(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
