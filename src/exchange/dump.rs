//! What a list says of itself: who is on it, as the mailing program writes it out.
//!
//! Google Groups, Mailchimp, GAM and the like write tables; Mailman, Sympa and LISTSERV a line each. Must not know the roster.

use std::path::Path;

use super::columns::{Role, role_of};
use super::{ExchangeError, Row, Rows, SourceFile, pasted};
use crate::bounded;
use crate::domain::{address, text};

/// Somebody on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The address, as it stands there.
    pub email: String,
    /// The name, if there is one.
    pub name: String,
}

/// A list as it says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dump {
    /// Who is on it.
    pub people: Vec<Listed>,
    /// How many rows had no address that could be read.
    pub unread: u64,
}

/// Where the header of a table may stand: some begin with a line or two about themselves.
const HEADER_WITHIN: usize = 20;

/// Headers that only the part of a Mailchimp audience has that is *not* on the list any more.
const GONE: &[&str] = &["unsubtime", "cleantime", "unsubcampaignid", "cleancampaignid"];

/// Reads a dump, whatever wrote it.
///
/// # Errors
/// If it can't be read, holds no address, or is a list of those who left.
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

/// The columns of the address, and of the name in its parts.
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

/// More than this many bytes no list has that is only addresses.
const LONGEST: u64 = 256 << 20;

fn lines(source: &mut SourceFile) -> Result<Dump, ExchangeError> {
    let mut dump = Dump::default();
    let all = bounded::read(source.decoded()?, LONGEST).and_then(bounded::text);
    let all = all.map_err(|source| ExchangeError::Read { line: 1, source })?;
    // A comment is a `#` and a blank: a name may begin with the sign.
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
