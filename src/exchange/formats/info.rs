//! What is known of a format: what it is for, what a row is made of, what its target takes.
//!
//! Must not know which formats there are, nor how they are written.

use super::outgoing::Outgoing;
use super::template::Placeholder;
use crate::domain::listed::Listed;
use crate::domain::mail::{Column, Way};

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
    /// Whether those who are written are to leave the list: the rows are what takes them off it.
    pub removing: bool,
    /// Whether only what has changed on a list is written: then there may be nobody.
    pub in_step: bool,
}

/// How the rows of a format look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// The sign between the columns.
    pub delimiter: u8,
    /// Whether lines end with CR LF.
    pub crlf: bool,
    /// Whether each row is written as it stands, quoting and all.
    pub raw: bool,
    /// What stands before everything, such as a byte order mark.
    pub before: &'static str,
    /// Whether a value that a spreadsheet could take for a formula begins with an apostrophe.
    pub neutral: bool,
}

/// Commas, LF, UTF-8 without a mark: what mailing programs take.
pub(super) const PLAIN: Look = Look { delimiter: b',', crlf: false, raw: false, before: "", neutral: false };
/// One line a person, written as it stands.
pub(super) const RAW: Look = Look { raw: true, ..PLAIN };

/// What a row is made of.
pub(super) type Row = fn(&Outgoing<'_>, &Settings) -> Vec<String>;

/// What has to hold, and what is said where it does not.
pub(super) type Only<T> = (fn(&T) -> bool, &'static str);

/// What somebody has instead of an address.
pub(super) type InPlace = fn(&Listed<'_>) -> Option<String>;

/// What a target does to a row that it takes, if it alters anything.
pub(super) type Alters = fn(&Outgoing<'_>) -> Option<&'static str>;

/// How a format is made.
#[derive(Clone, Copy)]
pub(super) enum Shape {
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
    /// The way out that it is: its name on the command line, and what the rules say of it.
    pub way: Way,
    /// What it is for.
    pub doc: &'static str,
    /// What it carries.
    pub carries: &'static str,
    /// What the target limits.
    pub limits: &'static str,
    /// How its file's name ends.
    pub extension: &'static str,
    /// Whether the target takes an address, if not all.
    pub(super) takes: Option<Only<str>>,
    /// Whether domains leave in their ASCII form.
    pub(super) ascii: bool,
    /// The least rows that the target takes in a file, and the most.
    pub(super) rows: (u64, u64),
    /// The most bytes that the target takes in a file.
    pub(super) bytes: u64,
    pub(super) look: Look,
    pub(super) shape: Shape,
    /// How wide the columns of a workbook are, in letters; none if it isn't written as one.
    pub(super) widths: &'static [u16],
    /// How somebody is taken off the target's list, where that is not the row that puts them on it.
    pub(super) removal: Option<Shape>,
    /// What is written in place of the address, if the target keeps something else.
    pub(super) in_place: Option<InPlace>,
    /// What the target alters in a row, if it does.
    pub(super) alters: Option<Alters>,
    /// Which settings it can't do without, and what they are.
    pub(super) needs: Option<Only<Settings>>,
    /// Whether the target fills in a template.
    pub(super) templates: bool,
    /// What the lead is asked for, on the screen.
    pub asks: Option<Asked>,
}

impl FormatInfo {
    /// The name on the command line.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.way.name()
    }

    /// Whether the file is for sending mail.
    #[must_use]
    pub fn is_mailing(&self) -> bool {
        self.way.column() == Column::Mailing
    }
}

/// What a format is told besides who is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The group's or list's own address or name.
    Group,
    /// Where somebody who is invited comes to.
    Link,
}

/// Most formats are like this one: a mailing.
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
    asks: None,
};
