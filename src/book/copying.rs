//! What goes to the clipboard: addresses for a mail, leaving out whom nobody may write to; and people that come from it.
//!
//! Must not know of clipboards.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use super::{Book, BookError};
use crate::domain::address;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::text;
use crate::domain::words::{AddressState, ConsentState, MembershipStatus, Purpose};
use crate::exchange::pasted::{self, Pasted};
use crate::store::{people, slices};

/// Addresses for the `To:` of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailLine {
    /// `Name <address>`, parted by commas.
    pub line: String,
    /// How many there are.
    pub written: u64,
    /// Who was left out, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl MailLine {
    /// One sentence: how many, and who was left out.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut out = format!("{} copied", text::count(self.written, "address", "addresses"));
        for (reason, n) in &self.left_out {
            out.push_str(&format!("; {} left out: {reason}", text::thousands(*n)));
        }
        out
    }
}

impl Book {
    /// The primary addresses of people, in their order, for a mail; nobody who asked not to be mailed, no address that is no
    /// longer good, and of a community, if one is named, only the active members.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn mail_line(&self, ids: &[PersonId], community: Option<CommunityId>) -> Result<MailLine, BookError> {
        let conn = self.store.reader();
        let suppressed: HashSet<String> = people::suppressed_keys(conn)?;
        let mut sorted: Vec<i64> = ids.iter().map(|p| p.0).collect();
        sorted.sort_unstable();
        let mut found = MailLine::default();
        let mut mailboxes: HashMap<PersonId, String> = HashMap::with_capacity(ids.len());
        slices::everybody(conn, Some(&sorted), true, |p| {
            let why = match p.email_state {
                _ if p.email.is_empty() => Some("no address"),
                _ if suppressed.contains(&address::key(p.email)) => Some("asked not to be mailed"),
                _ if p.consent(Purpose::Mail) == ConsentState::Withdrawn => Some("withdrew consent to mail"),
                AddressState::Ok
                    if community
                        .is_some_and(|c| !p.memberships.iter().any(|m| m.community == c && m.facts.status == MembershipStatus::Active)) =>
                {
                    Some("not an active member")
                }
                AddressState::Ok => None,
                AddressState::Bounced => Some("the address bounced"),
                AddressState::Retired => Some("the address is retired"),
            };
            match why {
                Some(reason) => *found.left_out.entry(reason).or_default() += 1,
                None => {
                    mailboxes.insert(p.id, address::mailbox(p.name, p.email));
                }
            }
            ControlFlow::Continue(())
        })?;
        found.written = mailboxes.len() as u64;
        found.line = ids.iter().filter_map(|id| mailboxes.remove(id)).collect::<Vec<_>>().join(", ");
        Ok(found)
    }

    /// A pasted list as rows for an import. Who is there by name alone and is one person on the roster is that person.
    ///
    /// # Errors
    /// If there is nobody in it, or a name alone fits several people.
    pub fn pasted_rows(&mut self, typed: &str) -> Result<String, BookError> {
        let mut list: Vec<Pasted> = pasted::read(typed);
        if list.is_empty() {
            return Err(BookError::Refused("there is nobody in the list; paste addresses, or names".into()));
        }
        for p in list.iter_mut().filter(|p| p.email.is_empty()) {
            let ids = people::named_so(self.store.reader(), &p.name)?;
            match self.people(&ids, None)?.as_slice() {
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
}
