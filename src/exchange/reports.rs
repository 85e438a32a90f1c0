//! Reports of mailing programs: who unsubscribed, and which addresses don't exist.
//!
//! Headers and statuses as GOV.UK Notify writes them (its unsubscribe report, and the report of a job), and Mailchimp (the unsubscribed and
//! the cleaned part of an audience). Must not know the roster.

use chrono::NaiveDate;

use super::Row;
use super::foreign::day;
use crate::domain::{address, text};

/// What a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportKind {
    /// Who asked not to be mailed again.
    Unsubscribes,
    /// What became of each mail of a job.
    Job,
    /// Mailchimp's part of an audience that unsubscribed.
    MailchimpUnsubscribed,
    /// Mailchimp's part of an audience whose addresses don't work.
    MailchimpCleaned,
}

impl ReportKind {
    /// What it is called.
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

/// A report, by its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// Which one.
    pub kind: ReportKind,
    email: usize,
    template: Option<usize>,
    what: usize,
}

/// What a row of a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// The address asked not to be mailed: since when, and by which template.
    Unsubscribed {
        /// The address.
        email: String,
        /// The day.
        on: Option<NaiveDate>,
        /// Where they said it, for the record.
        source: String,
    },
    /// There is no such address.
    Gone {
        /// The address.
        email: String,
    },
    /// Delivered, or not for good: nothing follows from it.
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
        // Mailchimp writes both from an export of an audience; its own ids tell them from anybody's column of that name.
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
    /// If its address can't be one.
    pub(crate) fn read(&self, row: Row<'_>) -> Result<Said, String> {
        let typed = row.field(self.email);
        let email = address::read(typed).map_err(|e| format!("{}: {e}", text::safe(typed)))?.to_owned();
        let what = row.field(self.what).trim();
        match self.kind {
            ReportKind::Unsubscribes => {
                let template = self.template.map_or("", |at| row.field(at));
                let source = format!("Notify unsubscribe: {}", text::clean_line(template).text);
                Ok(Said::Unsubscribed { email, on: day(what), source })
            }
            ReportKind::MailchimpUnsubscribed => {
                Ok(Said::Unsubscribed { email, on: day(what), source: "Mailchimp unsubscribe".to_owned() })
            }
            ReportKind::MailchimpCleaned => Ok(Said::Gone { email }),
            ReportKind::Job if text::same_key(what) == "email address does not exist" => Ok(Said::Gone { email }),
            ReportKind::Job => Ok(Said::Nothing),
        }
    }
}
