//! Rows that report a status in the words of other systems: unsubscribed, bounced, declined, a bot.
//!
//! Such a row never makes anyone a member, or adds a person who could be mailed. Must not know how a file is read.

use std::collections::BTreeMap;

use super::BookError;
use super::imported::{ImportReport, MOST_REFUSALS, Refusal};
use crate::domain::listed::{Incoming, ListStatus};
use crate::domain::text;
use crate::domain::words::AddressState;
use crate::exchange::columns::Mapping;
use crate::store::bulk::{ImportOutcome, Loader};
use crate::store::suppressions::RequestSource;
use crate::store::{ConsentOutcome, Write};

/// The largest number of different unrecognised values that are counted.
const MOST_VALUES: usize = 200;

/// The counts of one import.
#[derive(Default)]
pub(super) struct StatusRows {
    /// Rows that didn't add a person, by reason.
    not_added: BTreeMap<&'static str, u64>,
    /// Addresses of people on the roster that were marked, by state.
    marked: BTreeMap<&'static str, u64>,
    /// Unrecognised values, by column and value.
    unknown: BTreeMap<(usize, String), u64>,
    /// Consents that were ignored because they don't date from after the withdrawal.
    ignored: u64,
}

impl StatusRows {
    /// Imports a row, as far as its status allows.
    pub(super) fn take(
        &mut self,
        write: &mut Write<'_>,
        loader: &mut Loader,
        (line, row): (u64, &Incoming),
        report: &mut ImportReport,
    ) -> Result<(), BookError> {
        for (column, value) in &row.unknown {
            let key = (*column, text::clip(value, 60).into_owned());
            if self.unknown.len() < MOST_VALUES || self.unknown.contains_key(&key) {
                *self.unknown.entry(key).or_default() += 1;
            }
        }
        if row.name.is_empty() && row.email.is_empty() {
            // The row only reports suppressed addresses.
            loader.flush_pending(write)?;
            loader.index(write)?;
            for one in &row.suppressed {
                // The address may belong to somebody on the roster: then their other addresses are suppressed too.
                let is_new = match one.apart_from {
                    Some(_) => write.take_suppression(one)?,
                    None => write.suppress(&one.address, one.since, &one.reason, RequestSource::Earlier)?,
                };
                report.suppressed += u64::from(is_new && one.apart_from.is_none());
            }
            return Ok(());
        }
        match row.standing {
            ListStatus::Active | ListStatus::Unknown => self.person(write, loader, (line, row), report),
            ListStatus::Unsubscribed if !row.email.is_empty() => {
                self.person(write, loader, (line, row), report)?;
                loader.index(write)?;
                let source = "unsubscribed, by the file that was imported";
                for address in std::iter::once(&row.email).chain(row.others.iter().map(|o| &o.address)) {
                    report.suppressed += u64::from(write.suppress(address, row.standing_since, source, RequestSource::Earlier)?);
                }
                Ok(())
            }
            ListStatus::Bounced => self.mark(write, loader, row, (AddressState::Bounced, "bounced"), report),
            ListStatus::Deactivated => self.mark(write, loader, row, (AddressState::Retired, "deactivated"), report),
            ListStatus::Over => self.pass_over(write, loader, row, "no longer a member", report),
            ListStatus::SaidNo => self.pass_over(write, loader, row, "said no", report),
            ListStatus::Void => self.pass_over(write, loader, row, "cancelled or refunded", report),
            ListStatus::Bot => self.pass_over(write, loader, row, "a bot", report),
            ListStatus::Unsubscribed => self.pass_over(write, loader, row, "unsubscribed, without an address", report),
        }
    }

    fn person(
        &mut self,
        write: &mut Write<'_>,
        loader: &mut Loader,
        (line, row): (u64, &Incoming),
        report: &mut ImportReport,
    ) -> Result<(), BookError> {
        let before = write.written();
        let (taken, learned) = loader.take(write, row)?;
        report.suppressed += row.suppressed.iter().filter(|s| s.apart_from.is_none()).count() as u64 * u64::from(write.written() > before);
        report.count(&taken, row);
        match learned {
            ConsentOutcome::NeedsDecision if report.decisions.len() < MOST_REFUSALS => {
                let who = if row.email.is_empty() { &row.name } else { &row.email };
                let reason = format!(
                    "{who} grants consent to mail after they withdrew it or were suppressed; it wasn't written. If it is their own word: \
                     guildhall allow, with its source and date"
                );
                report.decisions.push(Refusal { line, reason });
            }
            ConsentOutcome::Ignored => self.ignored += 1,
            _ => {}
        }
        Ok(())
    }

    /// Marks the address of somebody on the roster; never adds a person.
    fn mark(
        &mut self,
        write: &mut Write<'_>,
        loader: &mut Loader,
        row: &Incoming,
        (state, words): (AddressState, &'static str),
        report: &mut ImportReport,
    ) -> Result<(), BookError> {
        let there = !row.email.is_empty() && loader.find(write, row)?.is_some();
        if there {
            loader.flush_pending(write)?;
            loader.index(write)?;
        }
        let marked = if there { write.mark_address(&row.email, state)? } else { None };
        match marked {
            Some(true) => {
                *self.marked.entry(words).or_default() += 1;
                report.updated += 1;
            }
            Some(false) => report.unchanged += 1,
            None => *self.not_added.entry(words).or_default() += 1,
        }
        Ok(())
    }

    /// Skips a row; somebody who is already on the roster stays unchanged.
    fn pass_over(
        &mut self,
        write: &Write<'_>,
        loader: &Loader,
        row: &Incoming,
        words: &'static str,
        report: &mut ImportReport,
    ) -> Result<(), BookError> {
        match loader.find(write, row)? {
            Some(id) => report.count(&ImportOutcome::Same(id), row),
            None => *self.not_added.entry(words).or_default() += 1,
        }
        Ok(())
    }

    /// Adds the counts to the report.
    pub(super) fn tell(self, mapping: &Mapping, with_community: bool, report: &mut ImportReport) {
        for (words, n) in self.not_added {
            report.notes.push(format!("{} not added: {words}", text::count(n, "row", "rows")));
        }
        for (words, n) in self.marked {
            report.notes.push(format!("{} of people on the roster: {words}", text::count(n, "address", "addresses")));
        }
        if self.ignored > 0 {
            report.notes.push(format!(
                "{} consent to mail again, but not after the withdrawal or suppression; not written",
                text::count(self.ignored, "row grants", "rows grant")
            ));
        }
        for ((column, value), n) in self.unknown {
            let header = mapping.headers.get(column).cloned().unwrap_or_default();
            let means = if mapping.holds_status(column) && with_community {
                "not a status that this program knows, so it made nobody an active member"
            } else if mapping.holds_status(column) {
                "not a status that this program knows"
            } else {
                "not a yes or a no, so it grants nothing"
            };
            report.notes.push(format!("{header} “{value}” in {}: {means}", text::count(n, "row", "rows")));
            report.unknown.push((header, value, n));
        }
    }
}
