//! `suppress` and `allow`: never mail somebody again, and the way back.
//!
//! Must not know who may be mailed; the book says.

use std::io::Write;
use std::path::Path;

use super::change::carry_out;
use super::change_args::{AllowArgs, SuppressArgs};
use super::deeds::{self, Deed};
use super::report::LeftOut;
use super::{CliError, Ended, who};
use crate::book::{Applied, Book};
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

/// Suppresses addresses, and every other address of the people who have them.
pub(super) fn suppress(book: &mut Book, args: &SuppressArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let (addresses, left_out) = read(&args.addresses)?;
    carry_out(book, (args.how, false), left_out, out, |_| Ok(Deed::Suppress(addresses, args.reason.clone())))
}

/// Records that people said they may be mailed.
pub(super) fn allow(book: &mut Book, args: &AllowArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let (addresses, left_out) = read(&args.addresses)?;
    let on = deeds::day(book, &args.date)?;
    if args.source.trim().is_empty() {
        return Err(CliError::Usage("--source says where they said so; it can't be empty".into()));
    }
    carry_out(book, (args.how, false), left_out, out, |_| Ok(Deed::Allow(addresses, args.source.clone(), on)))
}

/// What a step left as it is.
pub(super) fn kept(applied: &Applied, out: &mut dyn Write) -> Result<(), CliError> {
    applied.kept.iter().try_for_each(|k| writeln!(out, "  {}", text::safe(k)))?;
    Ok(())
}

/// Returns what still keeps addresses from being mailed, a line each, apart from some reasons.
///
/// # Errors
/// If the file can't be read.
pub(super) fn still_blocked(book: &Book, addresses: &[String], apart_from: &[Why]) -> Result<Vec<String>, CliError> {
    // Every address of the people who have these.
    let mut all: Vec<String> = Vec::new();
    for typed in addresses {
        let holders = book.holder_of(typed)?.map(|id| book.usable(id, Way::Notify)).transpose()?.unwrap_or_default();
        all.extend(holders.into_iter().map(|u| u.address));
        all.push(typed.clone());
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|a| seen.insert(address::key(a)));
    let mut lines = Vec::new();
    for (address, reasons) in book.blocked(&all)? {
        let reasons: Vec<&str> = reasons.iter().filter(|r| !apart_from.contains(r)).map(|r| r.words()).collect();
        if !reasons.is_empty() {
            lines.push(format!("{address} still can't be mailed: {}", reasons.join(", ")));
        }
    }
    Ok(lines)
}
