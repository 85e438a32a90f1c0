//! A list's own export: its members, as the mailing service writes them.
//!
//! Google Groups, Mailchimp, GAM and similar write tables; Mailman, Sympa and LISTSERV write a line for each. Must not know the roster.

use std::path::Path;

use super::columns::{Role, role_of};
use super::{ExchangeError, Row, Rows, SourceFile, pasted};
use crate::bounded;
use crate::domain::{address, text};

/// A member of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The address, as exported.
    pub email: String,
    /// The name, if there is one.
    pub name: String,
}

/// The contents of a list's own export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dump {
    /// The members.
    pub people: Vec<Listed>,
    /// How many rows had no valid address.
    pub unread: u64,
}

/// How many rows to search for the header of a table: some exports begin with a line or two about themselves.
const HEADER_WITHIN: usize = 20;

/// Headers that only occur in exports of contacts that are no longer on a Mailchimp audience.
const GONE: &[&str] = &["unsubtime", "cleantime", "unsubcampaignid", "cleancampaignid"];

/// Reads a list's own export, in any of the formats.
///
/// # Errors
/// If it can't be read, has no address, or contains contacts that left the list.
pub(crate) fn read(path: &Path) -> Result<Dump, ExchangeError> {
    let mut source = SourceFile::open(path)?;
    let dump = match table(Rows::new(source.decoded()?)?)? {
        Some(dump) => dump,
        None => lines(&mut source)?,
    };
    if dump.people.is_empty() {
        return Err(ExchangeError::Refused(format!("{} has no e-mail address in it; is it the list's own file?", path.display())));
    }
    Ok(dump)
}

/// The columns of the address and of the parts of the name.
struct Columns {
    email: usize,
    names: Vec<usize>,
}

fn columns(row: Row<'_>) -> Result<Option<Columns>, ExchangeError> {
    let roles: Vec<Option<Role>> = (0..row.len())
        .map(|at| match text::header_key(row.field(at)).as_str() {
            "memberemail" | "email1value" => Some(Role::Email),
            _ => role_of(row.field(at)),
        })
        .collect();
    let of = |role: Role| roles.iter().position(|r| *r == Some(role));
    let Some(email) = of(Role::Email) else { return Ok(None) };
    if (0..row.len()).any(|at| GONE.contains(&text::header_key(row.field(at)).as_str())) {
        return Err(ExchangeError::Refused(
            "this is the part of the audience that unsubscribed or was cleaned: compare with the subscribed part".into(),
        ));
    }
    let names = match of(Role::Name) {
        Some(name) => vec![name],
        None => [of(Role::FirstName), of(Role::LastName)].into_iter().flatten().collect(),
    };
    Ok(Some(Columns { email, names }))
}

fn table(mut rows: Rows<'_>) -> Result<Option<Dump>, ExchangeError> {
    let mut found = None;
    for _ in 0..HEADER_WITHIN {
        let Some(row) = rows.next_row()? else { break };
        found = columns(row)?;
        if found.is_some() {
            break;
        }
    }
    let Some(columns) = found else { return Ok(None) };
    let mut dump = Dump::default();
    while let Some(row) = rows.next_row()? {
        let name: Vec<&str> = columns.names.iter().map(|at| row.field(*at).trim()).filter(|n| !n.is_empty()).collect();
        dump.note(row.field(columns.email), &name.join(" "));
    }
    Ok(Some(dump))
}

/// The largest list of plain addresses that is accepted, in bytes.
const LONGEST: u64 = 256 << 20;

fn lines(source: &mut SourceFile) -> Result<Dump, ExchangeError> {
    let mut dump = Dump::default();
    let all = bounded::read(source.decoded()?, LONGEST).and_then(bounded::text);
    let all = all.map_err(|source| ExchangeError::Read { line: 1, source })?;
    // A comment is a `#` followed by a blank; a name may begin with `#`.
    for line in all.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("# ") && *l != "#") {
        if line.matches('@').count() > 1 && !line.contains('<') {
            pasted::read(line).iter().for_each(|one| dump.note(&one.email, &one.name));
        } else {
            let one = pasted::one(line);
            dump.note(&one.email, &one.name);
        }
    }
    Ok(dump)
}

impl Dump {
    fn note(&mut self, typed: &str, name: &str) {
        match address::read(typed) {
            Ok(email) => {
                self.people.push(Listed { email: email.to_owned(), name: text::clean_line(name).text.trim().to_owned() });
            }
            Err(_) => self.unread += 1,
        }
    }
}
