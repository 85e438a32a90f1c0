//! `suppress` and `allow`: never mail somebody again, and the way back.
//!
//! Must not know who may be mailed; the book says.

use std::io::Write;
use std::path::Path;

use super::{CliError, deeds, who};
use crate::book::{Applied, Book, Command};
use crate::domain::mail::{Way, Why};
use crate::domain::{address, text};

/// Reads addresses as they are typed; one that can't be an address is wrong usage.
fn read(typed: &[String]) -> Result<Vec<String>, CliError> {
    if typed != ["-"] {
        return deeds::addresses(typed);
    }
    let listed: Vec<String> = who::lines(Path::new("-"))?.into_iter().map(|(_, address)| address).collect();
    if listed.is_empty() {
        return Err(CliError::Usage("standard input has no addresses".into()));
    }
    deeds::addresses(&listed)
}

/// Suppresses addresses, and every other address of those who have them.
pub(super) fn suppress(book: &mut Book, typed: &[String], reason: &str, out: &mut dyn Write) -> Result<(), CliError> {
    let addresses = read(typed)?;
    let applied = book.run(&Command::Suppress { addresses: addresses.clone(), reason: reason.to_owned() })?;
    said(&applied, "not mailed already", out)?;
    what_else(book, &addresses, &[Why::Suppressed, Why::WithdrewMail], out)
}

/// Records that people said they may be mailed.
pub(super) fn allow(book: &mut Book, typed: &[String], source: &str, date: &str, out: &mut dyn Write) -> Result<(), CliError> {
    let addresses = read(typed)?;
    let on = deeds::day(book, date)?;
    if source.trim().is_empty() {
        return Err(CliError::Usage("--source says where they said so; it can't be empty".into()));
    }
    let applied = book.run(&Command::Allow { addresses: addresses.clone(), source: source.to_owned(), on })?;
    said(&applied, "nothing kept mail from these addresses", out)?;
    what_else(book, &addresses, &[], out)
}

fn said(applied: &Applied, unchanged: &str, out: &mut dyn Write) -> Result<(), CliError> {
    if applied.changes == 0 {
        writeln!(out, "Nothing to change: {unchanged}")?;
    } else {
        writeln!(out, "{}", text::safe(&applied.label))?;
    }
    kept(applied, out)
}

/// What a step left as it is.
pub(super) fn kept(applied: &Applied, out: &mut dyn Write) -> Result<(), CliError> {
    applied.kept.iter().try_for_each(|k| writeln!(out, "  {}", text::safe(k)))?;
    Ok(())
}

/// What else keeps addresses from being mailed.
fn what_else(book: &Book, addresses: &[String], besides: &[Why], out: &mut dyn Write) -> Result<(), CliError> {
    // Every address of the people who have these.
    let mut all: Vec<String> = Vec::new();
    for typed in addresses {
        let holders = book.holder_of(typed)?.map(|id| book.usable(id, Way::Notify)).transpose()?.unwrap_or_default();
        all.extend(holders.into_iter().map(|u| u.address));
        all.push(typed.clone());
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|a| seen.insert(address::key(a)));
    for (address, reasons) in book.blocked(&all)? {
        let reasons: Vec<&str> = reasons.iter().filter(|r| !besides.contains(r)).map(|r| r.words()).collect();
        if !reasons.is_empty() {
            writeln!(out, "  {} isn't mailed for another reason: {}", text::safe(&address), reasons.join(", "))?;
        }
    }
    Ok(())
}
