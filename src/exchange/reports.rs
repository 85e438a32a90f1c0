//! Reports from mailing services: who unsubscribed, and which addresses don't exist.
//!
//! The headers and statuses are those of GOV.UK Notify (its unsubscribe report, and the report of a job) and of Mailchimp (the unsubscribed
//! and the cleaned contacts of an audience). Must not know the roster.

use chrono::NaiveDate;

use super::Row;
use super::foreign::day;
use crate::domain::{address, text};

/// The kind of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportKind {
    /// Notify's list of people who unsubscribed.
    Unsubscribes,
    /// Notify's delivery results for each mail of a job.
    Job,
    /// The unsubscribed contacts of a Mailchimp audience.
    MailchimpUnsubscribed,
    /// The contacts of a Mailchimp audience whose addresses don't work.
    MailchimpCleaned,
}

impl ReportKind {
    /// Returns its name, for people.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Unsubscribes => "Notify's unsubscribe report",
            Self::Job => "Notify's job report",
            Self::MailchimpUnsubscribed => "Mailchimp's unsubscribed contacts",
            Self::MailchimpCleaned => "Mailchimp's cleaned contacts",
        }
    }
}

/// A report, recognised by its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// The kind of report.
    pub kind: ReportKind,
    email: usize,
    template: Option<usize>,
    what: usize,
}

/// What a row of a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReportedOutcome {
    /// The person unsubscribed.
    Unsubscribed {
        /// The address.
        email: String,
        /// The day.
        on: Option<NaiveDate>,
        /// Where they unsubscribed, for the record.
        source: String,
    },
    /// The address doesn't exist.
    Gone {
        /// The address.
        email: String,
    },
    /// The mail was delivered, or failed only temporarily: nothing follows from it.
    Nothing,
}

impl Report {
    /// Recognises a report by its header.
    #[must_use]
    pub(crate) fn recognise(header: Row<'_>) -> Option<Self> {
        let keys: Vec<String> = (0..header.len()).map(|at| text::header_key(header.field(at))).collect();
        let at = |name: &str| keys.iter().position(|k| k == name);
        let email = at("emailaddress")?;
        if let (Some(what), Some(template)) = (at("unsubscriberequestreceivedat"), at("templatename")) {
            return Some(Self { kind: ReportKind::Unsubscribes, email, template: Some(template), what });
        }
        // Mailchimp exports both from an audience. Its own id columns distinguish them from other files with a column of that name.
        if at("leid").is_some() || at("euid").is_some() || at("memberrating").is_some() {
            for (header, kind) in [("unsubtime", ReportKind::MailchimpUnsubscribed), ("cleantime", ReportKind::MailchimpCleaned)] {
                if let Some(what) = at(header) {
                    return Some(Self { kind, email, template: None, what });
                }
            }
        }
        let is_job = ["rownumber", "template", "type", "job", "status", "time"].iter().all(|n| at(n).is_some());
        is_job.then(|| Self { kind: ReportKind::Job, email, template: at("template"), what: at("status").unwrap_or(0) })
    }

    /// Reads a row.
    ///
    /// # Errors
    /// If its address isn't valid.
    pub(crate) fn read(&self, row: Row<'_>) -> Result<ReportedOutcome, String> {
        let typed = row.field(self.email);
        let email = address::read(typed).map_err(|e| format!("{}: {e}", text::safe(typed)))?.to_owned();
        let what = row.field(self.what).trim();
        match self.kind {
            ReportKind::Unsubscribes => {
                let template = self.template.map_or("", |at| row.field(at));
                let source = format!("Notify unsubscribe: {}", text::clean_line(template).text);
                Ok(ReportedOutcome::Unsubscribed { email, on: day(what), source })
            }
            ReportKind::MailchimpUnsubscribed => {
                Ok(ReportedOutcome::Unsubscribed { email, on: day(what), source: "Mailchimp unsubscribe".to_owned() })
            }
            ReportKind::MailchimpCleaned => Ok(ReportedOutcome::Gone { email }),
            ReportKind::Job if text::same_key(what) == "email address does not exist" => Ok(ReportedOutcome::Gone { email }),
            ReportKind::Job => Ok(ReportedOutcome::Nothing),
        }
    }
}
