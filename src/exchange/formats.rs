//! The formats that people are written in.
//!
//! Adding one: a line in [`FORMATS`], a variant of [`Format`], a `match` arm in each of its three methods.
//! Must not know who is written, or where to.

use std::io::Write;

use chrono::NaiveDate;

use super::{ExchangeError, consents, memberships};
use crate::domain::address::{self, OtherAddress};
use crate::domain::listed::Listed;
use crate::domain::text;
use crate::domain::words::{AddressState, ConsentState, PersonKind, Purpose};

/// A format, as `guildhall formats` lists it.
pub struct FormatInfo {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// What it carries.
    pub carries: &'static str,
    /// What the target limits.
    pub limits: &'static str,
}

/// Every format.
pub const FORMATS: &[FormatInfo] = &[
    FormatInfo {
        name: "roster",
        doc: "everything kept about people, to be imported into another Guildhall or opened in a spreadsheet",
        carries: "all columns, memberships and your own fields; UTF-8 without a byte order mark",
        limits: "none",
    },
    FormatInfo {
        name: "notify",
        doc: "recipients for GOV.UK Notify",
        carries: "email address, name",
        limits: "100,000 rows, 10 MB; only addresses that Notify accepts and that work",
    },
];

/// The most rows that GOV.UK Notify takes in one file.
pub const NOTIFY_ROWS: u64 = 100_000;

/// A person on the way out, with suppressed addresses already taken away.
pub struct Outgoing<'a> {
    /// The person.
    pub person: &'a Listed<'a>,
    /// The first address that may leave; empty if none may.
    pub email: &'a str,
    /// What is known of it.
    pub email_state: AddressState,
    /// The further ones that may leave.
    pub others: &'a [OtherAddress],
    /// The memberships: the community's name and the rest, by name.
    pub memberships: &'a [(&'a str, &'a crate::domain::community::MembershipFacts)],
}

/// What became of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A row was written.
    Row,
    /// Left out, and why.
    LeftOut(&'static str),
}

/// A format at work.
pub enum Format {
    /// Ours.
    Roster {
        /// The custom fields, in order.
        fields: Vec<String>,
    },
    /// GOV.UK Notify's list of recipients.
    Notify,
}

impl Format {
    /// The format of this name.
    ///
    /// # Errors
    /// A sentence that names the formats there are.
    pub fn named(name: &str, fields: Vec<String>) -> Result<Self, ExchangeError> {
        match name {
            "roster" => Ok(Self::Roster { fields }),
            "notify" => Ok(Self::Notify),
            other => {
                let hint =
                    text::nearest(other, FORMATS.iter().map(|f| f.name)).map_or_else(String::new, |n| format!(" — did you mean {n}?"));
                Err(ExchangeError::UnknownFormat(format!("there is no format {}{hint}; `guildhall formats` lists them", text::safe(other))))
            }
        }
    }

    /// Writes what stands before the people.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn head<W: Write>(&self, to: &mut csv::Writer<W>) -> Result<(), ExchangeError> {
        match self {
            Self::Roster { fields } => {
                to.write_record(ROSTER_COLUMNS.iter().copied().chain(fields.iter().map(String::as_str))).map_err(failed)
            }
            Self::Notify => to.write_record(["email address", "name"]).map_err(failed),
        }
    }

    /// Writes a person, or says why not.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn person<W: Write>(&self, p: &Outgoing<'_>, to: &mut csv::Writer<W>) -> Result<Written, ExchangeError> {
        match self {
            Self::Roster { fields } => roster_row(p, fields, to),
            Self::Notify => notify_row(p, to),
        }
    }

    /// Whether the file is for sending mail: then only working addresses of people are wanted.
    #[must_use]
    pub const fn is_mailing(&self) -> bool {
        matches!(self, Self::Notify)
    }

    /// The most rows that the target takes.
    #[must_use]
    pub const fn most_rows(&self) -> Option<u64> {
        match self {
            Self::Roster { .. } => None,
            Self::Notify => Some(NOTIFY_ROWS),
        }
    }
}

/// The columns of our own format; its import knows each by name.
pub const ROSTER_COLUMNS: &[&str] = &[
    "Name",
    "E-mail",
    "E-mail state",
    "Other e-mails",
    "Kind",
    "Organisation",
    "Job title",
    "Discipline",
    "Tags",
    "Joined",
    "Communities",
    "Consents",
    "Note",
];

fn roster_row<W: Write>(p: &Outgoing<'_>, fields: &[String], to: &mut csv::Writer<W>) -> Result<Written, ExchangeError> {
    let person = p.person;
    if person.name.is_empty() && p.email.is_empty() {
        return Ok(Written::LeftOut("no name, and every address asked not to be used"));
    }
    let state = if p.email_state == AddressState::Ok { "" } else { p.email_state.word() };
    let kind = if person.kind == PersonKind::Person { "" } else { person.kind.word() };
    let others = if p.others.is_empty() { String::new() } else { address::write_list(p.others) };
    let mut communities = String::new();
    for (name, facts) in p.memberships {
        memberships::write(&mut communities, name, facts);
    }
    for value in [
        person.name,
        p.email,
        state,
        &others,
        kind,
        person.organisation,
        person.job_title,
        person.discipline,
        person.tags,
        person.joined,
        &communities,
        &consents::write(person.consents),
        person.note,
    ] {
        field(to, value)?;
    }
    if !fields.is_empty() {
        let mut values: serde_json::Map<String, serde_json::Value> =
            if person.fields.is_empty() { serde_json::Map::new() } else { serde_json::from_str(person.fields).unwrap_or_default() };
        for name in fields {
            let value = values.remove(name);
            field(to, value.as_ref().and_then(serde_json::Value::as_str).unwrap_or(""))?;
        }
    }
    to.write_record(None::<&[u8]>).map_err(failed)?;
    Ok(Written::Row)
}

fn notify_row<W: Write>(p: &Outgoing<'_>, to: &mut csv::Writer<W>) -> Result<Written, ExchangeError> {
    if p.person.kind == PersonKind::TeamMailbox {
        return Ok(Written::LeftOut("a team mailbox"));
    }
    if p.email.is_empty() {
        let had_one = !p.person.email.is_empty();
        return Ok(Written::LeftOut(if had_one { "asked not to be mailed" } else { "no e-mail address" }));
    }
    if p.person.consent(Purpose::Mail) == ConsentState::Withdrawn {
        return Ok(Written::LeftOut("withdrew consent to mail"));
    }
    match p.email_state {
        AddressState::Bounced => return Ok(Written::LeftOut("the address bounced")),
        AddressState::Retired => return Ok(Written::LeftOut("the address is retired")),
        AddressState::Ok => {}
    }
    if !notify_takes(p.email) {
        return Ok(Written::LeftOut("Notify refuses such an address"));
    }
    // Notify takes a cell's text as it stands: what a name must not carry is taken out here too.
    to.write_record([p.email, &text::clean_line(p.person.name).text]).map_err(failed)?;
    Ok(Written::Row)
}

/// Whether GOV.UK Notify takes an address: its own pattern, no two full stops in a row, at least two labels, the last of letters.
#[must_use]
pub fn notify_takes(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else { return false };
    let local_fine = !local.is_empty() && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fine = |l: &&str| {
        !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-') && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = labels.last().copied().unwrap_or("");
    let last_fine = last.starts_with("xn--") || (last.chars().count() >= 2 && last.chars().all(char::is_alphabetic));
    email.len() <= 320 && !email.contains("..") && local_fine && labels.len() >= 2 && labels.iter().all(label_fine) && last_fine
}

/// A value of our own format: exact, but for what would drive a terminal in a file edited by hand.
fn field<W: Write>(to: &mut csv::Writer<W>, value: &str) -> Result<(), ExchangeError> {
    to.write_field(value).map_err(failed)
}

/// A failure to write, with the operating system's reason kept.
pub fn failed(e: csv::Error) -> ExchangeError {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => ExchangeError::Write(e),
        other => ExchangeError::Write(std::io::Error::other(format!("{other:?}"))),
    }
}

/// A name for a file of this format on a day.
#[must_use]
pub fn file_name(format: &str, today: NaiveDate) -> String {
    format!("guildhall-{format}-{today}.csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notify_refuses_what_it_says_it_refuses() {
        for (address, takes) in [
            (".ann@example.gov.uk", true),
            ("an..n@example.gov.uk", false),
            ("ann^bob@example.gov.uk", true),
            ("hal@bücher.example", true),
            ("zoë@example.gov.uk", false),
            ("ann@localhost", false),
            ("a@under_score.gov.uk", false),
            ("o’brien@example.gov.uk", false),
            ("=ann@example.gov.uk", true),
            ("ann@example.c0m", false),
        ] {
            assert_eq!(notify_takes(address), takes, "{address}");
        }
    }

    #[test]
    fn every_format_that_is_listed_exists() {
        for info in FORMATS {
            assert!(Format::named(info.name, Vec::new()).is_ok(), "{}", info.name);
        }
        assert!(Format::named("notfy", Vec::new()).is_err_and(|e| e.to_string().contains("did you mean notify")));
    }
}
