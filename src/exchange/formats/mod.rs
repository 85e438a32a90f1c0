//! The formats that people are written in.
//!
//! Adding one: an entry in [`FORMATS`], in `tables` (rows of a table), `lines` (a line each), `contacts` (address books) or here. Must not know who is
//! written, or where to.

mod contacts;
mod lines;
mod ours;
mod tables;
pub mod takes;
mod template;

use std::io::Write;

use chrono::NaiveDate;

use super::ExchangeError;
use crate::domain::address::{self, OtherAddress};
use crate::domain::listed::Listed;
use crate::domain::text;
use crate::domain::words::{AddressState, ConsentState, PersonKind, Purpose};

pub use ours::{ROSTER_COLUMNS, failed};
pub use template::{Placeholder, each_once, placeholders};

/// What a format may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The group's or list's own address, for formats that name it.
    pub group: String,
    /// Where somebody who is invited comes to.
    pub redirect: String,
    /// Whether names stand with the addresses.
    pub names: bool,
    /// What parts addresses on one line.
    pub separator: String,
    /// How many addresses stand on one line; 0 for all.
    pub chunk: usize,
    /// Whether team mailboxes are wanted too.
    pub mailboxes: bool,
    /// Whether only those are wanted who have granted consent to mail.
    pub require_consent: bool,
    /// What the mail's template asks for.
    pub placeholders: Vec<Placeholder>,
}

/// How the rows of a format look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The sign between the columns.
    pub delimiter: u8,
    /// Whether lines end with CR LF.
    pub crlf: bool,
    /// Whether each row is written as it stands, quoting and all.
    pub raw: bool,
    /// What stands before everything, such as a byte order mark.
    pub before: &'static str,
}

/// Commas, LF, UTF-8 without a mark: what mailing programs take.
const PLAIN: Look = Look { delimiter: b',', crlf: false, raw: false, before: "" };
/// One line a person, written as it stands.
const RAW: Look = Look { raw: true, ..PLAIN };

/// What a row is made of.
type Row = fn(&Outgoing<'_>, &Settings) -> Vec<String>;

/// What has to hold, and what is said where it does not.
type Only<T> = (fn(&T) -> bool, &'static str);

/// How a format is made.
#[derive(Clone, Copy)]
enum Shape {
    /// Everything that we keep.
    Ours,
    /// A row or line for each person, below these lines.
    Rows(&'static [&'static [&'static str]], Row),
    /// All addresses on one line, or on several of so many.
    Joined,
    /// A JSON array.
    Json,
}

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
    /// How its file's name ends.
    pub extension: &'static str,
    /// Whether the file is for sending mail: then only working addresses of people who may be mailed are wanted.
    pub mailing: bool,
    /// Whether the target takes an address, if not all.
    takes: Option<Only<str>>,
    /// Whether domains leave in their ASCII form.
    ascii: bool,
    /// The most rows that the target takes, and the least.
    rows: (u64, u64),
    look: Look,
    shape: Shape,
    /// Which settings it can't do without, and what they are.
    needs: Option<Only<Settings>>,
    /// Whether the target fills in a template.
    templates: bool,
}

/// Most formats are so.
const MAILING: FormatInfo = FormatInfo {
    name: "",
    doc: "",
    carries: "",
    limits: "none",
    extension: "csv",
    mailing: true,
    takes: None,
    ascii: true,
    rows: (0, u64::MAX),
    look: PLAIN,
    shape: Shape::Joined,
    needs: None,
    templates: false,
};

/// Every format.
pub const FORMATS: &[FormatInfo] = &[
    FormatInfo {
        name: "roster",
        doc: "everything kept about people, to be imported into another Guildhall or opened in a spreadsheet",
        carries: "all columns, memberships, consents and your own fields; UTF-8 without a byte order mark",
        mailing: false,
        ascii: false,
        shape: Shape::Ours,
        ..MAILING
    },
    tables::NOTIFY,
    tables::NOTIFY_CONTACTS,
    FormatInfo {
        name: "bcc",
        doc: "addresses on a line, for the Bcc of a mail",
        carries: "e-mail addresses, parted by commas; with --names the names too",
        limits: "--chunk N writes N to a line; --separator ';' is for Outlook",
        extension: "txt",
        look: RAW,
        shape: Shape::Joined,
        ..MAILING
    },
    tables::PEOPLE,
    tables::GOOGLE_GROUPS,
    tables::ENTRA_MEMBERS,
    tables::ENTRA_GUESTS,
    tables::GOVDELIVERY,
    tables::MAILCHIMP,
    tables::BREVO,
    tables::BUTTONDOWN,
    lines::MAILMAN,
    lines::LISTSERV,
    tables::LISTMONK,
    lines::SYMPA,
    tables::PHPLIST,
    contacts::VCARD,
    contacts::VCARD_3,
    contacts::GOOGLE_CONTACTS,
    contacts::OUTLOOK_CONTACTS,
    contacts::THUNDERBIRD,
    contacts::THUNDERBIRD_IN_US,
    contacts::LDIF,
    tables::DISCOURSE,
    lines::MUTT,
    FormatInfo {
        name: "json",
        doc: "people for a program of your own",
        carries: "name, e-mail, organisation, job title, discipline, tags",
        extension: "json",
        ascii: false,
        look: RAW,
        shape: Shape::Json,
        ..MAILING
    },
];

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

impl Outgoing<'_> {
    /// The name without what a mail or a terminal must not carry.
    fn name(&self) -> String {
        text::clean_line(self.person.name).text.into_owned()
    }

    /// First and last name, as far as one can tell: `Hallam, Noor` is Noor Hallam, and the last word is the last name.
    fn names(&self) -> (String, String) {
        let name = self.name();
        if let Some((last, first)) = name.split_once(',') {
            return (first.trim().to_owned(), last.trim().to_owned());
        }
        match name.rsplit_once(' ') {
            Some((first, last)) => (first.to_owned(), last.to_owned()),
            None => (name, String::new()),
        }
    }

    fn tags(&self) -> impl Iterator<Item = &str> {
        self.person.tags.split(';').map(str::trim).filter(|t| !t.is_empty())
    }
}

/// What became of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A row was written; and what the lead should know of it, if anything.
    Row(Option<&'static str>),
    /// Left out, and why.
    LeftOut(&'static str),
}

/// Why nobody may write to a person, if so; in the order in which it is told.
fn unmailable(p: &Outgoing<'_>, settings: &Settings) -> Option<&'static str> {
    let consent = p.person.consent(Purpose::Mail);
    match p.email_state {
        _ if p.email.is_empty() && !p.person.email.is_empty() => Some("asked not to be mailed"),
        _ if p.email.is_empty() => Some("no e-mail address"),
        _ if consent == ConsentState::Withdrawn => Some("withdrew consent to mail"),
        _ if settings.require_consent && consent != ConsentState::Granted => Some("has not granted consent to mail"),
        AddressState::Bounced => Some("the address bounced"),
        AddressState::Retired => Some("the address is retired"),
        AddressState::Ok if p.person.kind == PersonKind::TeamMailbox && !settings.mailboxes => Some("a team mailbox"),
        AddressState::Ok => None,
    }
}

/// What may go wrong with a row that the target takes: mailings write every value exactly, so it is told instead.
fn doubt(p: &Outgoing<'_>) -> Option<&'static str> {
    let formula = tables::could_be_a_formula(p.email) || tables::could_be_a_formula(p.person.name);
    let formula = formula.then_some("a spreadsheet would take the name or address for a formula");
    address::why_not_portable(p.email).or(formula)
}

/// A format at work.
pub struct Format {
    info: &'static FormatInfo,
    settings: Settings,
    /// The lead's own fields, in order.
    fields: Vec<String>,
    written: u64,
    /// The line that is being put together.
    line: String,
    /// How many people have nothing for each of the placeholders.
    nothing: Vec<u64>,
}

impl Format {
    /// The format of this name.
    ///
    /// # Errors
    /// A sentence that names the nearest format, or what this one has to be told.
    pub fn named(name: &str, fields: Vec<String>, settings: Settings) -> Result<Self, ExchangeError> {
        let Some(info) = FORMATS.iter().find(|f| f.name == name) else {
            let hint = text::nearest(name, FORMATS.iter().map(|f| f.name)).map_or_else(String::new, |n| format!(" — did you mean {n}?"));
            return Err(ExchangeError::UnknownFormat(format!(
                "there is no format {}{hint}; `guildhall formats` lists them",
                text::safe(name)
            )));
        };
        if let Some((_, what)) = info.needs.filter(|(has, _)| !has(&settings)) {
            return Err(ExchangeError::Refused(format!("{name} needs {what}")));
        }
        if !settings.placeholders.is_empty() && !info.templates {
            return Err(ExchangeError::Refused(format!("{name} fills in no template: leave out --template and --placeholders")));
        }
        if let Some(unknown) = settings.placeholders.iter().find(|p| p.fallback.is_empty() && !p.is_known(&fields)) {
            let named = text::safe(&unknown.name);
            return Err(ExchangeError::Refused(format!(
                "the template asks for (({named})), which nobody has: give members a field of that name, or say --fallback '{named}=…'"
            )));
        }
        let nothing = vec![0; settings.placeholders.len()];
        Ok(Self { info, settings, fields, written: 0, line: String::new(), nothing })
    }

    /// The writer that its rows go through.
    #[must_use]
    pub fn writer<W: Write>(&self, to: W) -> csv::Writer<W> {
        let look = self.info.look;
        csv::WriterBuilder::new()
            .buffer_capacity(64 * 1024)
            .delimiter(look.delimiter)
            .terminator(if look.crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .quote_style(if look.raw { csv::QuoteStyle::Never } else { csv::QuoteStyle::Necessary })
            .flexible(true)
            .from_writer(to)
    }

    /// What stands before the first row, byte for byte.
    #[must_use]
    pub const fn before(&self) -> &'static str {
        self.info.look.before
    }

    /// Writes what stands before the people.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn head<W: Write>(&mut self, to: &mut csv::Writer<W>) -> Result<(), ExchangeError> {
        match self.info.shape {
            Shape::Ours => ours::head(&self.fields, to),
            Shape::Rows(heads, _) if !self.settings.placeholders.is_empty() => {
                let asked = self.settings.placeholders.iter().map(|p| p.name.as_str());
                let first = heads.first().and_then(|h| h.first()).copied();
                to.write_record(first.into_iter().chain(asked)).map_err(failed)
            }
            Shape::Rows(heads, _) => heads.iter().try_for_each(|h| to.write_record(*h).map_err(failed)),
            Shape::Json => to.write_record(["["]).map_err(failed),
            Shape::Joined => Ok(()),
        }
    }

    /// Writes a person, or says why not.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn person<W: Write>(&mut self, p: &Outgoing<'_>, to: &mut csv::Writer<W>) -> Result<Written, ExchangeError> {
        if matches!(self.info.shape, Shape::Ours) {
            return ours::row(p, &self.fields, to);
        }
        let ascii;
        let mut p = Outgoing { ..*p };
        if self.info.mailing
            && let Some(why) = unmailable(&p, &self.settings)
        {
            return Ok(Written::LeftOut(why));
        }
        if self.info.ascii && !p.email.is_ascii() {
            ascii = takes::in_ascii(p.email).unwrap_or_else(|| p.email.to_owned());
            p.email = &ascii;
        }
        if let Some((_, why)) = self.info.takes.filter(|(takes, _)| !takes(p.email)) {
            return Ok(Written::LeftOut(why));
        }
        if p.email.is_empty() && p.person.name.is_empty() {
            return Ok(Written::LeftOut("no name, and every address asked not to be used"));
        }
        self.written += 1;
        if self.written > self.info.rows.0.max(1) && self.written > self.info.rows.1 {
            let most = text::thousands(self.info.rows.1);
            return Err(ExchangeError::Refused(format!(
                "{} takes {most} rows in one file, and there are more: narrow the search",
                self.info.name
            )));
        }
        match self.info.shape {
            Shape::Rows(..) if !self.settings.placeholders.is_empty() => {
                let values: Vec<String> = self.settings.placeholders.iter().map(|asked| asked.value(&p)).collect();
                for (n, value) in self.nothing.iter_mut().zip(&values) {
                    *n += u64::from(value.is_empty());
                }
                to.write_record(std::iter::once(p.email).chain(values.iter().map(String::as_str))).map_err(failed)?;
            }
            Shape::Rows(_, row) => to.write_record(row(&p, &self.settings)).map_err(failed)?,
            Shape::Joined => self.join(&p, to)?,
            Shape::Json => {
                let comma = if self.written > 1 { "," } else { " " };
                to.write_record([format!("{comma}{}", lines::json(&p))]).map_err(failed)?;
            }
            Shape::Ours => {}
        }
        Ok(Written::Row(if self.info.mailing { doubt(&p) } else { None }))
    }

    fn join<W: Write>(&mut self, p: &Outgoing<'_>, to: &mut csv::Writer<W>) -> Result<(), ExchangeError> {
        let one = if self.settings.names { lines::quoted(&p.name(), p.email) } else { p.email.to_owned() };
        let sign = if self.settings.separator.is_empty() { "," } else { self.settings.separator.trim() };
        if !self.line.is_empty() {
            self.line.push_str(sign);
            self.line.push(' ');
        }
        self.line.push_str(&one);
        let chunk = self.settings.chunk as u64;
        if chunk > 0 && self.written.is_multiple_of(chunk) { self.end_line(to) } else { Ok(()) }
    }

    fn end_line<W: Write>(&mut self, to: &mut csv::Writer<W>) -> Result<(), ExchangeError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() { Ok(()) } else { to.write_record([line]).map_err(failed) }
    }

    /// Writes what stands behind the people.
    ///
    /// # Errors
    /// If it can't be written, there are fewer people than the target takes, or some have nothing for what a template asks.
    pub fn end<W: Write>(&mut self, to: &mut csv::Writer<W>) -> Result<(), ExchangeError> {
        if self.written < self.info.rows.0 {
            let least = text::thousands(self.info.rows.0);
            return Err(ExchangeError::Refused(format!(
                "{} takes no file of fewer than {least} people, and there are {}",
                self.info.name, self.written
            )));
        }
        let lacking: Vec<_> = self.settings.placeholders.iter().zip(&self.nothing).filter(|(_, n)| **n > 0).collect();
        if let Some((first, _)) = lacking.first() {
            let all: Vec<String> =
                lacking.iter().map(|(p, n)| format!("(({})) for {}", text::safe(&p.name), text::count(**n, "person", "people"))).collect();
            return Err(ExchangeError::Refused(format!(
                "there is nothing to put in {}; fill it in, or say what stands there instead: --fallback '{}=…'",
                all.join(", "),
                text::safe(&first.name)
            )));
        }
        match self.info.shape {
            Shape::Joined => self.end_line(to),
            Shape::Json => to.write_record(["]"]).map_err(failed),
            _ => Ok(()),
        }
    }

    /// Whether the file is for sending mail: then only working addresses of people are wanted.
    #[must_use]
    pub const fn is_mailing(&self) -> bool {
        self.info.mailing
    }
}

/// A name for a file of this format on a day.
#[must_use]
pub fn file_name(format: &str, today: NaiveDate) -> String {
    let extension = FORMATS.iter().find(|f| f.name == format).map_or("csv", |f| f.extension);
    format!("guildhall-{format}-{today}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_that_is_listed_is_told_in_words_and_exists() {
        for info in FORMATS {
            assert!(!info.doc.is_empty() && !info.carries.is_empty() && !info.limits.is_empty(), "{}", info.name);
            assert_eq!(FORMATS.iter().filter(|f| f.name == info.name).count(), 1, "{}", info.name);
            let told = Settings { group: "cop@example.gov.uk".into(), redirect: "https://example.gov.uk".into(), ..Settings::default() };
            assert!(Format::named(info.name, Vec::new(), told).is_ok(), "{}", info.name);
        }
        let wrong = Format::named("notfy", Vec::new(), Settings::default()).err().map(|e| e.to_string());
        assert!(wrong.is_some_and(|e| e.contains("did you mean notify")));
        let untold = Format::named("google-groups", Vec::new(), Settings::default()).err().map(|e| e.to_string());
        assert!(untold.is_some_and(|e| e.contains("needs the group's own address")));
    }
}
