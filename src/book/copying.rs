//! Copy and paste: addresses for the clipboard or a mail program, as far as the mail rules allow, and pasted lists of people.
//!
//! Must not know about clipboards.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::mailable::decided;
use super::{Book, BookError};
use crate::domain::address;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::mail::{self, Answer, Audience, Use, Way, Why};
use crate::domain::text;
use crate::exchange::pasted::{self, Pasted};
use crate::store::slices::PersonExtras;
use crate::store::{Reader, lookup, people, slices, suppressions};

/// Addresses for the `To:` of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailLine {
    /// `Name <address>`, separated by commas: the addresses that need no confirmation.
    pub line: String,
    /// How many addresses are in `line`.
    pub written: u64,
    /// How many people were left out, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// The line that also includes the addresses that need confirmation.
    pub with_asked: String,
    /// How many addresses need confirmation, by reason.
    pub asks: BTreeMap<&'static str, u64>,
}

impl MailLine {
    /// Returns one sentence: how many addresses were copied, and how many people were left out.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut out = format!("{} copied", text::count(self.written, "address", "addresses"));
        for (reason, n) in &self.left_out {
            out.push_str(&format!("; {} left out: {reason}", text::thousands(*n)));
        }
        out
    }

    /// Returns what needs confirmation, in words: `2: the address bounced, 1: a team mailbox`.
    #[must_use]
    pub fn question(&self) -> String {
        self.asks.iter().map(|(reason, n)| format!("{}: {reason}", text::thousands(*n))).collect::<Vec<_>>().join(", ")
    }

    /// Returns the line with all addresses, after the lead has confirmed it.
    #[must_use]
    pub fn confirmed(mut self) -> Self {
        self.written += self.asks.values().sum::<u64>();
        self.line = std::mem::take(&mut self.with_asked);
        self.asks.clear();
        self
    }
}

impl Book {
    /// Returns the primary addresses of people, in order, as far as the mail rules allow. If a community is given, only its active members
    /// count, or those with the statuses that `query` names.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn mail_line(&self, ids: &[PersonId], community: Option<CommunityId>, query: &str) -> Result<MailLine, BookError> {
        let conn = self.store.reader();
        let suppressions = suppressions::read_whole(conn)?;
        let to = Use {
            audience: community.map_or(Audience::Everybody, Audience::Community),
            several: ids.len() > 1,
            statuses: self.statuses_named(query)?,
            ..Use::of(Way::Copy)
        };
        let mut sorted: Vec<i64> = ids.iter().map(|p| p.0).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut found = MailLine::default();
        let mut mailboxes: HashMap<PersonId, (String, bool)> = HashMap::with_capacity(ids.len());
        slices::everybody(conn, Some(&sorted), PersonExtras::Memberships, |p| {
            let choice = mail::choose(p, &suppressions, &to);
            match (choice.left_out, choice.addresses.first()) {
                (Some(why), _) => *found.left_out.entry(why.words()).or_default() += 1,
                (None, Some(chosen)) => {
                    let asks = chosen.decision.answer == Answer::Asks;
                    if asks {
                        *found.asks.entry(chosen.decision.words()).or_default() += 1;
                    }
                    let name = mail::withhold(p.name, |a| decided(p, a, &suppressions, &to).answer <= Answer::Asks).into_owned();
                    mailboxes.insert(p.id, (address::mailbox(&name, chosen.address), asks));
                }
                (None, None) => *found.left_out.entry(Why::NoAddress.words()).or_default() += 1,
            }
            ControlFlow::Continue(())
        })?;
        let mut seen = Vec::new();
        for id in ids {
            seen.extend(mailboxes.remove(id));
        }
        found.written = seen.iter().filter(|(_, asks)| !asks).count() as u64;
        let line = |all: &mut dyn Iterator<Item = &(String, bool)>| all.map(|(m, _)| m.as_str()).collect::<Vec<_>>().join(", ");
        found.line = line(&mut seen.iter().filter(|(_, asks)| !asks));
        found.with_asked = line(&mut seen.iter());
        Ok(found)
    }
}

/// Converts a pasted list to rows for an import. A name without an address is matched to the one person on the roster with that name.
///
/// # Errors
/// If the list is empty, or a name without an address matches several people.
pub(super) fn pasted_rows(conn: Reader<'_>, typed: &str) -> Result<String, BookError> {
    let mut list: Vec<Pasted> = pasted::read(typed);
    if list.is_empty() {
        return Err(BookError::Refused("there is nobody in the list; paste addresses, or names".into()));
    }
    for p in list.iter_mut().filter(|p| p.email.is_empty()) {
        let ids = lookup::ids_with_exact_name(conn, &p.name)?;
        match people::rows(conn, &ids, None, None)?.as_slice() {
            [] => {}
            [one] => {
                p.email.clone_from(&one.email);
                p.name.clone_from(&one.name);
            }
            several => {
                return Err(BookError::Refused(format!(
                    "{} are called {}; give the address of the one you mean",
                    text::thousands(several.len() as u64),
                    text::safe(&p.name)
                )));
            }
        }
    }
    Ok(pasted::rows(&list))
}
