//! The formats in which people are exported.
//!
//! To add one, add an entry to [`FORMATS`], in `tables` (rows of a table), `lines` (a line each), `contacts` (address books) or here.
//! Must not know who is written, nor to which file.

mod contacts;
mod info;
mod lines;
mod ours;
mod outgoing;
mod tables;
pub(crate) mod takes;
mod template;

use std::borrow::Cow;
use std::io::Write;

use chrono::NaiveDate;

use super::{ExchangeError, RowWriter};
use crate::domain::listed::Listed;
use crate::domain::mail::Way;
use crate::domain::{address, text};

pub use info::{ExtraInput, FormatInfo, Settings};
use info::{MAILING, RAW, Shape};
pub(crate) use outgoing::Outgoing;
use outgoing::doubt;
pub use template::{Placeholder, each_once, placeholders};

/// All formats.
pub const FORMATS: &[FormatInfo] = &[
    FormatInfo {
        way: Way::Roster,
        doc: "everything kept about people, to be imported into another Guildhall or opened in a spreadsheet",
        carries: "all columns, memberships, consents and your own fields; UTF-8 without a byte order mark",
        ascii: false,
        shape: Shape::Ours,
        ..MAILING
    },
    tables::NOTIFY,
    tables::NOTIFY_CONTACTS,
    FormatInfo {
        way: Way::Bcc,
        doc: "addresses on a line, for the Bcc of a mail",
        carries: "e-mail addresses, separated by commas; with --names the names too",
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
        way: Way::Json,
        doc: "people for a program of your own",
        carries: "name, e-mail, organisation, job title, discipline, tags",
        extension: "json",
        ascii: false,
        look: RAW,
        shape: Shape::Json,
        ..MAILING
    },
];

/// The size of a writer's buffer, in bytes.
const BUFFER: usize = 64 * 1024;

const NOTHING_LEFT: &str = "no name, and no address that may be used";

/// A format with its settings and its progress in the current file.
pub(crate) struct Format {
    info: &'static FormatInfo,
    settings: Settings,
    shape: Shape,
    /// The roster's custom fields, in order.
    fields: Vec<String>,
    /// The number of rows in the current file.
    written: u64,
    /// The line that is being built.
    line: String,
    /// For each of the placeholders, how many people have no value for it.
    nothing: Vec<u64>,
}

impl Format {
    /// Returns the format of this name.
    ///
    /// # Errors
    /// There is no such format (the message names the nearest), or it lacks a setting that it needs.
    pub(crate) fn named(name: &str, fields: Vec<String>, settings: Settings) -> Result<Self, ExchangeError> {
        let Some(info) = FORMATS.iter().find(|f| f.name() == name) else {
            let hint =
                text::nearest(name, FORMATS.iter().map(FormatInfo::name)).map_or_else(String::new, |n| format!(" — did you mean {n}?"));
            return Err(ExchangeError::UnknownFormat(format!(
                "there is no format called {}{hint}; `guildhall formats` lists them",
                text::safe(name)
            )));
        };
        if let Some((_, what)) = info.needs.filter(|(has, _)| !has(&settings)) {
            return Err(ExchangeError::Refused(format!("{name} needs {what}")));
        }
        if !settings.placeholders.is_empty() && !info.templates {
            return Err(ExchangeError::Refused(format!("{name} doesn't use a template: leave out --template and --placeholders")));
        }
        if let Some(unknown) = settings.placeholders.iter().find(|p| p.fallback.is_empty() && !p.is_known(&fields)) {
            let named = text::safe(&unknown.name);
            return Err(ExchangeError::Refused(format!(
                "the template asks for (({named})), which nobody has: give members a field of that name, or add --fallback '{named}=…'"
            )));
        }
        let nothing = vec![0; settings.placeholders.len()];
        let shape = info.removal.filter(|_| settings.removing).unwrap_or(info.shape);
        Ok(Self { info, settings, shape, fields, written: 0, line: String::new(), nothing })
    }

    /// Returns the pen for its rows.
    pub(crate) fn pen<W: Write>(&self, to: W) -> RowWriter<W> {
        let look = self.info.look;
        let mut csv = csv::WriterBuilder::new();
        csv.buffer_capacity(BUFFER)
            .delimiter(look.delimiter)
            .terminator(if look.crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .quote_style(if look.raw { csv::QuoteStyle::Never } else { csv::QuoteStyle::Necessary })
            .flexible(true);
        RowWriter::text(&csv, look.neutral, to)
    }

    /// Returns the pen for a workbook, if this format is also written as one.
    ///
    /// # Errors
    /// If it isn't.
    pub(crate) fn sheet<W: Write>(&self, to: W) -> Result<RowWriter<W>, ExchangeError> {
        match self.info.widths {
            [] => Err(ExchangeError::Refused(format!("{} is not written as a workbook: give the file another ending", self.info.name()))),
            widths => RowWriter::sheet(self.info.name(), widths, to),
        }
    }

    /// Returns what comes before the first row, byte for byte.
    #[must_use]
    pub(crate) const fn before(&self) -> &'static str {
        self.info.look.before
    }

    /// Writes what comes before the people.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn head<W: Write>(&mut self, to: &mut RowWriter<W>) -> Result<(), ExchangeError> {
        self.written = 0;
        match self.shape {
            Shape::Ours => ours::head(&self.fields, to),
            Shape::Rows(heads, _) if !self.settings.placeholders.is_empty() => {
                let asked = self.settings.placeholders.iter().map(|p| p.name.as_str());
                let first = heads.first().and_then(|h| h.first()).copied();
                to.record(first.into_iter().chain(asked))
            }
            Shape::Rows(heads, _) => heads.iter().try_for_each(|h| to.record(h.iter().copied())),
            Shape::Json => to.record(std::iter::once("[")),
            Shape::Joined => Ok(()),
        }
    }

    /// Returns the address to write for a person, in the form that the target expects.
    ///
    /// # Errors
    /// Why the target doesn't accept the person.
    pub(crate) fn admit<'p>(&self, p: &Outgoing<'p>) -> Result<Cow<'p, str>, &'static str> {
        if matches!(self.shape, Shape::Ours) {
            return Ok(Cow::Borrowed(p.email));
        }
        let email = match p.email {
            email if self.info.ascii && !email.is_ascii() => address::in_ascii(email).map_or(Cow::Borrowed(email), Cow::Owned),
            email => Cow::Borrowed(email),
        };
        if let Some((_, why)) = self.info.takes.filter(|(takes, _)| !self.settings.removing && !takes(&email)) {
            return Err(why);
        }
        if email.is_empty() && p.person.name.is_empty() { Err(NOTHING_LEFT) } else { Ok(email) }
    }

    /// Writes a person with the address that [`Format::admit`] returned. If the file is full, `next` starts another and returns whether it
    /// could. Returns what the user should know about the row, if anything.
    ///
    /// # Errors
    /// If it can't be written, or the file is full and there is no other.
    pub(crate) fn person<W: Write>(
        &mut self,
        p: &Outgoing<'_>,
        email: &str,
        to: &mut RowWriter<W>,
        next: &mut dyn FnMut(&mut RowWriter<W>) -> Result<bool, ExchangeError>,
    ) -> Result<Option<&'static str>, ExchangeError> {
        let p = Outgoing { email, ..*p };
        let row = match self.shape {
            Shape::Ours => {
                self.written += 1;
                return ours::row(&p, &self.fields, to).map(|()| None);
            }
            Shape::Rows(..) if !self.settings.placeholders.is_empty() => {
                let values: Vec<String> = self.settings.placeholders.iter().map(|asked| asked.value(&p)).collect();
                for (n, value) in self.nothing.iter_mut().zip(&values) {
                    *n += u64::from(value.is_empty());
                }
                std::iter::once(email.to_owned()).chain(values).collect()
            }
            Shape::Rows(_, row) => row(&p, &self.settings),
            Shape::Joined => Vec::new(),
            Shape::Json => {
                let comma = if self.written > 0 { "," } else { " " };
                vec![format!("{comma}{}", lines::json(&p))]
            }
        };
        if self.is_full(&row, to.sent()) {
            if !next(to)? {
                return Err(self.too_many());
            }
            self.head(to)?;
        }
        self.written += 1;
        if matches!(self.shape, Shape::Joined) {
            self.join(&p, to)?;
        } else {
            to.record(row.iter().map(String::as_str))?;
        }
        if self.settings.removing {
            return Ok(None);
        }
        let altered = self.info.alters.and_then(|alters| alters(&p));
        Ok(altered.or_else(|| if self.is_mailing() { doubt(&p) } else { None }))
    }

    /// Returns whether one more row would exceed the target's limit of rows or bytes.
    fn is_full(&self, row: &[String], sent: u64) -> bool {
        // Each quote may be doubled, and each value is quoted and separated; the count of bytes doesn't include the buffer.
        let longest: usize = row.iter().map(|v| 2 * v.len() + 3).sum();
        self.written >= self.info.rows.1 || sent.saturating_add((longest + BUFFER) as u64) > self.info.bytes
    }

    fn too_many(&self) -> ExchangeError {
        let most = text::thousands(self.written);
        ExchangeError::Refused(format!(
            "{} takes no more than {most} of these rows in one file, and there are more: with a file to write to, several are written",
            self.info.name()
        ))
    }

    /// Returns whether the target's limits may turn out to be violated only while writing or at the end.
    #[must_use]
    pub(crate) fn may_refuse(&self) -> bool {
        self.info.rows != MAILING.rows || self.info.bytes != MAILING.bytes || !self.settings.placeholders.is_empty()
    }

    fn join<W: Write>(&mut self, p: &Outgoing<'_>, to: &mut RowWriter<W>) -> Result<(), ExchangeError> {
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

    fn end_line<W: Write>(&mut self, to: &mut RowWriter<W>) -> Result<(), ExchangeError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() { Ok(()) } else { to.record(std::iter::once(line.as_str())) }
    }

    /// Writes what comes after the people.
    ///
    /// # Errors
    /// If it can't be written, there are fewer people than the target accepts, or somebody has no value for a placeholder.
    pub(crate) fn end<W: Write>(&mut self, to: &mut RowWriter<W>) -> Result<(), ExchangeError> {
        if self.written < self.info.rows.0 && !(self.settings.in_step && self.written == 0) {
            let least = text::thousands(self.info.rows.0);
            return Err(ExchangeError::Refused(format!(
                "{} doesn't accept a file of fewer than {least} people, and there are {}",
                self.info.name(),
                self.written
            )));
        }
        let lacking: Vec<_> = self.settings.placeholders.iter().zip(&self.nothing).filter(|(_, n)| **n > 0).collect();
        if let Some((first, _)) = lacking.first() {
            let all: Vec<String> =
                lacking.iter().map(|(p, n)| format!("(({})) for {}", text::safe(&p.name), text::count(**n, "person", "people"))).collect();
            return Err(ExchangeError::Refused(format!(
                "there is nothing to fill in for {}; add it, or use --fallback '{}=…'",
                all.join(", "),
                text::safe(&first.name)
            )));
        }
        match self.shape {
            Shape::Joined => self.end_line(to),
            Shape::Json => to.record(std::iter::once("]")),
            _ => Ok(()),
        }
    }

    /// Returns whether the file is for sending mail.
    #[must_use]
    pub(crate) fn is_mailing(&self) -> bool {
        self.info.is_mailing()
    }

    /// Returns the export route of the format.
    #[must_use]
    pub(crate) const fn way(&self) -> Way {
        self.info.way
    }

    /// Returns what is written in place of a person's address, if they have such a value.
    #[must_use]
    pub(crate) fn in_place(&self, person: &Listed<'_>) -> Option<String> {
        self.info.in_place.and_then(|value| value(person))
    }
}

/// Returns the suggested name for a file, with the community that it is about, so that two lists of one day get different names.
#[must_use]
pub fn file_name(format: &str, community: &str, today: NaiveDate) -> String {
    let extension = FORMATS.iter().find(|f| f.name() == format).map_or("csv", |f| f.extension);
    let words: Vec<String> =
        text::fold(community).split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    let of: String = words.join("-").chars().take(40).collect();
    let of = if of.is_empty() { of } else { format!("-{of}") };
    format!("guildhall-{format}{of}-{today}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_that_is_listed_is_told_in_words_and_exists() {
        for info in FORMATS {
            assert!(!info.doc.is_empty() && !info.carries.is_empty() && !info.limits.is_empty(), "{}", info.name());
            assert_eq!(FORMATS.iter().filter(|f| f.way == info.way).count(), 1, "{}", info.name());
            let settings =
                Settings { group: "cop@example.gov.uk".into(), redirect: "https://example.gov.uk".into(), ..Settings::default() };
            assert!(Format::named(info.name(), Vec::new(), settings).is_ok(), "{}", info.name());
        }
        let wrong = Format::named("notfy", Vec::new(), Settings::default()).err().map(|e| e.to_string());
        assert!(wrong.is_some_and(|e| e.contains("did you mean notify")));
        let untold = Format::named("google-groups", Vec::new(), Settings::default()).err().map(|e| e.to_string());
        assert!(untold.is_some_and(|e| e.contains("needs the group's own address")));
    }
}
