//! Imports the reports of mailing programs: people who unsubscribed are never mailed again, and addresses that don't exist are marked. Each
//! report is one step; importing it again changes nothing.
//!
//! Must not know how a report is written.

use std::ops::ControlFlow;

use super::BookError;
use super::imported::{ImportReport, MOST_NAMED, refuse};
use crate::domain::text;
use crate::domain::words::AddressState;
use crate::exchange::Rows;
use crate::exchange::reports::{Report, ReportKind, ReportedOutcome};
use crate::store::suppressions::RequestSource;
use crate::store::{StoreError, Write, lookup};

#[derive(Default)]
struct Counts {
    unsubscribed: u64,
    bounced: u64,
    strangers: u64,
    before: u64,
}

/// Imports a report, row by row. `reach` takes how much is left to read and returns whether to go on.
pub(super) fn take_all(
    write: &mut Write<'_>,
    mut rows: Rows<'_>,
    known: &Report,
    mut report: ImportReport,
    reach: &dyn Fn(u64) -> ControlFlow<()>,
) -> Result<ImportReport, BookError> {
    let mut counts = Counts::default();
    loop {
        let left = rows.left();
        let Some(row) = rows.next_row()? else { break };
        report.rows += 1;
        if report.rows.is_multiple_of(512) && reach(left).is_break() {
            return Err(StoreError::Stopped.into());
        }
        let line = row.line;
        match known.read(row) {
            Ok(said) => {
                if let Some((what, who)) = take(write, &said, &mut counts)?
                    && report.people.len() < MOST_NAMED
                {
                    report.people.push((what, who));
                }
            }
            Err(reason) => refuse(&mut report, line, reason),
        }
    }
    report.updated = counts.unsubscribed + counts.bounced;
    report.unchanged = counts.before;
    report.notes.push(format!("read as {}", known.kind.word()));
    report.said = Some(sentence(known.kind, &counts, &report));
    Ok(report)
}

fn take(write: &mut Write<'_>, said: &ReportedOutcome, counts: &mut Counts) -> Result<Option<(&'static str, String)>, BookError> {
    match said {
        ReportedOutcome::Unsubscribed { email, on, source } => {
            let holder = lookup::holder_of(write.reader(), email)?;
            let changed = write.suppress(email, *on, source, RequestSource::Earlier)?;
            if holder.is_none() && changed {
                counts.strangers += 1;
            }
            *(if changed { &mut counts.unsubscribed } else { &mut counts.before }) += 1;
            Ok(changed.then(|| ("stopped", email.clone())))
        }
        ReportedOutcome::Gone { email } => match write.mark_address(email, AddressState::Bounced)? {
            Some(true) => {
                counts.bounced += 1;
                Ok(Some(("bounced", email.clone())))
            }
            Some(false) => {
                counts.before += 1;
                Ok(None)
            }
            None => {
                counts.strangers += 1;
                Ok(None)
            }
        },
        ReportedOutcome::Nothing => Ok(None),
    }
}

fn sentence(kind: ReportKind, counts: &Counts, report: &ImportReport) -> String {
    let unsubscribes = matches!(kind, ReportKind::Unsubscribes | ReportKind::MailchimpUnsubscribed);
    let strangers = match counts.strangers {
        0 => String::new(),
        n => {
            let all_the_same = if unsubscribes { ", suppressed anyway" } else { "" };
            format!("; {} of nobody on the roster{all_the_same}", text::count(n, "address", "addresses"))
        }
    };
    let before = if counts.before > 0 { format!("; {} known before", text::thousands(counts.before)) } else { String::new() };
    let refused =
        if report.refused_count > 0 { format!("; {} refused", text::count(report.refused_count, "row", "rows")) } else { String::new() };
    let done = if unsubscribes {
        format!("{} suppressed", text::count(counts.unsubscribed, "address", "addresses"))
    } else {
        format!("{} marked as bounced", text::count(counts.bounced, "address", "addresses"))
    };
    format!("{done}{before}{strangers}{refused}")
}
