//! Whom and what a script means: by address, exact name or UUID, in the arguments or one a line; and the people of a query.
//!
//! Must not know what is done with them.

use std::path::Path;

use super::CliError;
use super::change_args::Which;
use super::report::LeftOut;
use crate::book::{Book, BookError, PeopleQuery};
use crate::bounded;
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::text;
use crate::forms::person_label;
use crate::reasons::why;

/// How many bytes of a list of people are read: a million addresses.
const LONGEST_LIST: u64 = 64 << 20;
/// How many of those who may be meant are listed.
const MOST: usize = 10;

/// The people whom a verb is about.
pub(super) struct People {
    pub ids: Vec<PersonId>,
    /// Lines of a list that name nobody, or several.
    pub left_out: Vec<LeftOut>,
}

/// Returns the one person who is meant by an address, an exact name or a UUID.
///
/// # Errors
/// If nobody is, or several are: then they are listed with their addresses.
pub(super) fn one_person(book: &mut Book, who: &str) -> Result<PersonId, CliError> {
    if who.trim().is_empty() {
        return Err(CliError::Usage("a name is empty; name a person by address, exact name or UUID".into()));
    }
    match book.resolve_people(who)?.as_slice() {
        [only] => Ok(*only),
        [] => {
            let who = text::safe(who.trim());
            let missing = if who.contains('@') { "has the address" } else { "is called" };
            Err(CliError::Which(format!("nobody on the roster {missing} {who}{}", nearest(book, &who)?)))
        }
        several => {
            let mut names = Vec::new();
            for id in several.iter().take(MOST) {
                let Some(p) = book.person(*id)? else { continue };
                // Without an address, only the UUID says which of them.
                let by = if p.facts.email.is_empty() { p.uuid } else { format!("<{}>", p.facts.email) };
                names.push(format!("\n  {} {by}", p.facts.title()));
            }
            let more = if several.len() > MOST { "\n  and more" } else { "" };
            let n = several.len();
            Err(CliError::Which(format!("{n} people are called {}; use an address or a UUID:{}{more}", who.trim(), names.concat())))
        }
    }
}

fn nearest(book: &mut Book, who: &str) -> Result<String, CliError> {
    if who.contains('@') {
        return Ok(String::new());
    }
    let phrase = format!("name:\"{}\"", who.replace(['\\', '"'], ""));
    let found = book.find(&PeopleQuery { text: &phrase, ..PeopleQuery::default() })?;
    let rows = book.people(&found.ids[..found.ids.len().min(3)], None)?;
    let names: Vec<String> = rows.iter().map(person_label).collect();
    Ok(match (names.is_empty(), found.did_you_mean) {
        (false, _) => format!("; did you mean {}?", names.join(" or ")),
        (true, Some(near)) => format!("; did you mean {near}?"),
        (true, None) => String::new(),
    })
}

/// Returns the one meetup that is meant by its title, title and day, or UUID.
///
/// # Errors
/// If there is none, or several: then they are listed with their days.
pub(super) fn one_meetup(book: &Book, which: &str) -> Result<MeetupId, CliError> {
    match book.resolve_meetups(which)?.as_slice() {
        [only] => Ok(*only),
        [] => {
            let which = text::safe(which.trim());
            Err(CliError::Which(format!("there is no meetup called {which}; `guildhall list meetups` lists them")))
        }
        several => {
            let mut names = Vec::new();
            for id in several.iter().take(MOST) {
                let Some(m) = book.meetup(*id)? else { continue };
                names.push(format!("\n  '{} on:{}' {}", m.facts.title, m.facts.starts.date(), m.uuid));
            }
            let n = several.len();
            Err(CliError::Which(format!("{n} meetups are called {}; add the day, or use a UUID:{}", which.trim(), names.concat())))
        }
    }
}

/// Returns those who are meant by a name of the arguments: one, or with `-` each line of standard input.
///
/// # Errors
/// If nobody is, or it can't be read.
pub(super) fn people(book: &mut Book, who: &str) -> Result<People, CliError> {
    if who == "-" {
        return listed(book, Path::new("-"));
    }
    Ok(People { ids: vec![one_person(book, who)?], left_out: Vec::new() })
}

/// Returns the people of a query or a list.
///
/// # Errors
/// If neither is given, nobody is found, or it can't be read.
pub(super) fn which(book: &mut Book, which: &Which) -> Result<People, CliError> {
    if let Some(file) = &which.who {
        return listed(book, file);
    }
    let query = which.query.join(" ");
    if query.trim().is_empty() {
        return Err(CliError::Usage("name the people: a query such as org:mod, or --who FILE".into()));
    }
    let found = book.find(&PeopleQuery { text: &query, ..PeopleQuery::default() })?;
    if found.ids.is_empty() {
        let hint = found.did_you_mean.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        return Err(CliError::Which(format!("the query {} finds nobody{hint}", text::safe(&query))));
    }
    Ok(People { ids: found.ids, left_out: Vec::new() })
}

fn listed(book: &mut Book, file: &Path) -> Result<People, CliError> {
    let (mut ids, mut left_out) = (Vec::new(), Vec::new());
    for (line, who) in lines(file)? {
        match one_person(book, &who) {
            Ok(id) => ids.push(id),
            Err(CliError::Which(why)) => {
                left_out.push(LeftOut { line: Some(line), who, why: why.lines().map(str::trim).collect::<Vec<_>>().join(" ") })
            }
            Err(e) => return Err(e),
        }
    }
    ids.sort_unstable_by_key(|p| p.0);
    ids.dedup();
    if ids.is_empty() && left_out.is_empty() {
        return Err(CliError::Which("the list is empty".to_owned()));
    }
    if ids.is_empty() {
        let why: Vec<String> = left_out.iter().take(MOST).map(|l| format!("\n  {}", l.words())).collect();
        return Err(CliError::Which(format!("nobody on the list is on the roster{}", why.concat())));
    }
    Ok(People { ids, left_out })
}

/// Returns the lines of a list that aren't empty, with their numbers; `-` is standard input.
///
/// # Errors
/// If it can't be read, or is no text.
pub(super) fn lines(file: &Path) -> Result<Vec<(u64, String)>, CliError> {
    let text = read_text(file, LONGEST_LIST)?;
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    Ok(lines.map(|(l, n)| (n, l.trim().to_owned())).filter(|(_, l)| !l.is_empty()).collect())
}

/// Reads a text of no absurd size; `-` is standard input.
///
/// # Errors
/// If it can't be read, is no text, or is too long.
pub(super) fn read_text(file: &Path, most: u64) -> Result<String, CliError> {
    let name = if file == Path::new("-") { "standard input".to_owned() } else { text::safe(&file.display().to_string()).into_owned() };
    let read = if file == Path::new("-") {
        bounded::read(std::io::stdin().lock(), most)
    } else {
        std::fs::File::open(file).and_then(|f| bounded::read(f, most))
    };
    read.and_then(bounded::text).map_err(|e| CliError::Book(BookError::Refused(format!("{name} can't be read: {}", why(&e)))))
}
