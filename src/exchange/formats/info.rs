//! The properties of a format: its purpose, its rows, and what its target accepts.
//!
//! Must not know which formats there are, nor how they are written.

use super::outgoing::Outgoing;
use super::template::Placeholder;
use crate::domain::listed::Listed;
use crate::domain::mail::{Column, Way};

/// The settings of an export that a format may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The group's or list's own address, for formats that name it.
    pub group: String,
    /// The link to which an invitation leads.
    pub redirect: String,
    /// Whether names are written with the addresses.
    pub names: bool,
    /// The separator of addresses on one line.
    pub separator: String,
    /// The number of addresses on one line; 0 for all.
    pub chunk: usize,
    /// Whether team mailboxes are included.
    pub mailboxes: bool,
    /// Whether only people who granted consent to mail are included.
    pub require_consent: bool,
    /// The placeholders of the mail's template.
    pub placeholders: Vec<Placeholder>,
    /// Whether the rows remove people from the list instead of adding them.
    pub removing: bool,
    /// Whether only the changes to a list are written; then no rows are valid too.
    pub in_step: bool,
}

/// How the rows of a format look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The character between the columns.
    pub delimiter: u8,
    /// Whether lines end with CR LF.
    pub crlf: bool,
    /// Whether each row is written as it is, without any quoting.
    pub raw: bool,
    /// What comes before the first row, such as a byte order mark.
    pub before: &'static str,
    /// Whether a value that a spreadsheet could take for a formula gets an apostrophe before it.
    pub neutral: bool,
}

/// Commas, LF, UTF-8 without a byte order mark: what most mailing services accept.
pub(super) const PLAIN: Look = Look { delimiter: b',', crlf: false, raw: false, before: "", neutral: false };
/// One line for each person, written as it is.
pub(super) const RAW: Look = Look { raw: true, ..PLAIN };

/// Returns the fields of a row.
pub(super) type Row = fn(&Outgoing<'_>, &Settings) -> Vec<String>;

/// A condition, and the message if it isn't met.
pub(super) type Only<T> = (fn(&T) -> bool, &'static str);

/// Returns what is written in place of a person's address.
pub(super) type InPlace = fn(&Listed<'_>) -> Option<String>;

/// Returns what the target changes in a row that it accepts, if anything.
pub(super) type Alters = fn(&Outgoing<'_>) -> Option<&'static str>;

/// The structure of a format's file.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Everything that a roster has about people.
    Ours,
    /// A row or line for each person, below these header rows.
    Rows(&'static [&'static [&'static str]], Row),
    /// All addresses on one line, or a fixed number on each.
    Joined,
    /// A JSON array.
    Json,
}

/// A format, as `guildhall formats` lists it.
pub struct FormatInfo {
    /// The export route: its name on the command line, and what the rules say about it.
    pub way: Way,
    /// Its purpose.
    pub doc: &'static str,
    /// What it carries about a person.
    pub carries: &'static str,
    /// The limits of the target.
    pub limits: &'static str,
    /// The extension of its files.
    pub extension: &'static str,
    /// Whether the target accepts an address, if it doesn't accept all.
    pub(super) takes: Option<Only<str>>,
    /// Whether domains are written in their ASCII form.
    pub(super) ascii: bool,
    /// The smallest and the largest number of rows that the target accepts in a file.
    pub(super) rows: (u64, u64),
    /// The largest number of bytes that the target accepts in a file.
    pub(super) bytes: u64,
    pub(super) look: Look,
    pub(super) shape: Shape,
    /// The widths of a workbook's columns, in characters; empty if it isn't written as a workbook.
    pub(super) widths: &'static [u16],
    /// The rows that remove people from the target's list, if they differ from those that add them.
    pub(super) removal: Option<Shape>,
    /// What is written in place of the address, if the target keeps something else.
    pub(super) in_place: Option<InPlace>,
    /// What the target changes in a row, if anything.
    pub(super) alters: Option<Alters>,
    /// The settings that it requires, and their description.
    pub(super) needs: Option<Only<Settings>>,
    /// Whether the target fills in a template.
    pub(super) templates: bool,
    /// What the user is asked for on the screen.
    pub extra_input: Option<ExtraInput>,
}

impl FormatInfo {
    /// Returns the name on the command line.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.way.name()
    }

    /// Returns whether the file is for sending mail.
    #[must_use]
    pub fn is_mailing(&self) -> bool {
        self.way.column() == Column::Mailing
    }
}

/// What a format needs besides the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtraInput {
    /// The group's or list's own address or name.
    Group,
    /// The link to which an invitation leads.
    Link,
}

/// The defaults of most formats: a mailing.
pub(super) const MAILING: FormatInfo = FormatInfo {
    way: Way::Json,
    doc: "",
    carries: "",
    limits: "none",
    extension: "csv",
    takes: None,
    ascii: true,
    rows: (0, u64::MAX),
    bytes: u64::MAX,
    look: PLAIN,
    shape: Shape::Joined,
    widths: &[],
    removal: None,
    in_place: None,
    alters: None,
    needs: None,
    templates: false,
    extra_input: None,
};
