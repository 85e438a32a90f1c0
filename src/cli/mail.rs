//! `suppress` and `allow`: never mail somebody again, and the way back.
//!
//! Must not know who may be mailed; the book says.

use std::io::Write;
use std::path::Path;

use super::report::LeftOut;
use super::{CliError, Ended, deeds, who};
use crate::book::{Applied, Book, Command};
use crate::domain::mail::{Way, Why};
use crate::domain::{address, text};

/// Reads addresses as they are typed; one that can't be an address is wrong usage. Of a list, such lines are left out and named.
fn read(typed: &[String]) -> Result<(Vec<String>, Vec<LeftOut>), CliError> {
    if typed != ["-"] {
        return Ok((deeds::addresses(typed)?, Vec::new()));
    }
    let (mut addresses, mut left_out) = (Vec::new(), Vec::new());
    for (line, who) in who::lines(Path::new("-"))? {
        match address::read(&who) {
            Ok(address) => addresses.push(address.to_owned()),
            Err(e) => left_out.push(LeftOut { line: Some(line), why: e.to_string(), who }),
        }
    }
    if addresses.is_empty() {
        let lines: Vec<String> = left_out.iter().take(10).map(|l| format!("\n  {}", l.words())).collect();
        return Err(CliError::Usage(format!("standard input has no addresses{}", lines.concat())));
    }
    Ok((addresses, left_out))
}

/// Names the lines of a list that were left out.
fn ended(left_out: &[LeftOut], out: &mut dyn Write) -> Result<Ended, CliError> {
    for one in left_out {
        writeln!(out, "  left out: {}", text::safe(&one.words()))?;
    }
    Ok(if left_out.is_empty() { Ended::Done } else { Ended::SomeRefused })
}

/// Suppresses addresses, and every other address of those who have them.
pub(super) fn suppress(book: &mut Book, typed: &[String], reason: &str, out: &mut dyn Write) -> Result<Ended, CliError> {
    let (addresses, left_out) = read(typed)?;
    let applied = book.run(&Command::Suppress { addresses: addresses.clone(), reason: reason.to_owned() })?;
    said(&applied, "already suppressed", out)?;
    what_else(book, &addresses, &[Why::Suppressed, Why::WithdrewMail], out)?;
    ended(&left_out, out)
}

/// Records that people said they may be mailed.
pub(super) fn allow(book: &mut Book, typed: &[String], source: &str, date: &str, out: &mut dyn Write) -> Result<Ended, CliError> {
    let (addresses, left_out) = read(typed)?;
    let on = deeds::day(book, date)?;
    if source.trim().is_empty() {
        return Err(CliError::Usage("--source says where they said so; it can't be empty".into()));
    }
    let applied = book.run(&Command::Allow { addresses: addresses.clone(), source: source.to_owned(), on })?;
    said(&applied, "these addresses aren't suppressed", out)?;
    what_else(book, &addresses, &[], out)?;
    ended(&left_out, out)
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
            writeln!(out, "  {} still can't be mailed: {}", text::safe(&address), reasons.join(", "))?;
        }
    }
    Ok(())
}
