//! Who may be mailed: for one person, for a list, for a search, and why an address may not be.
//!
//! Decides nothing: `domain::mail` does. Must not know where the answer is shown.

use std::ops::ControlFlow;

use super::{Book, BookError};
use crate::domain::address;
use crate::domain::ids::PersonId;
use crate::domain::listed::Listed;
use crate::domain::mail::{self, Decision, Suppressions, Use, Way, Why};
use crate::domain::query::{Expr, Key};
use crate::domain::text;
use crate::domain::words::{AddressState, Purpose};
use crate::store::rows::PersonRow;
use crate::store::slices::PersonExtras;
use crate::store::{ReadOnly, lookup, people, schema, slices, suppressions};

/// A person's address, and whether it may be used for a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usable {
    /// The address, as typed.
    pub address: String,
    /// Whether it is the primary one.
    pub primary: bool,
    /// The decision of the mail rules.
    pub decision: Decision,
    /// Every reason against it, in the order of the rules.
    pub reasons: Vec<Why>,
}

/// Lists people with whether each may be mailed, in batches; what they have in common is read only once.
pub struct WithMail {
    file: ReadOnly,
    suppressions: Suppressions,
}

impl WithMail {
    /// Returns the people with these ids, in order; `mail` is `yes`, or the reason why not.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn people(&self, ids: &[PersonId]) -> Result<Vec<PersonRow>, BookError> {
        let mut rows = Vec::with_capacity(ids.len());
        self.each(ids, |p, mail| rows.push(PersonRow { mail: mail.to_owned(), ..people::row_of(p) }))?;
        Ok(rows)
    }

    /// Returns the UUIDs of the people with these ids, in order.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn uuids(&self, ids: &[PersonId]) -> Result<Vec<String>, BookError> {
        let ids: Vec<i64> = ids.iter().map(|p| p.0).collect();
        Ok(lookup::uuids(self.file.reader(), &schema::PERSON, &ids)?)
    }

    /// Passes the people with these ids to `take`, in order, each as stored in the file, with `yes` or the reason why not.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn each(&self, ids: &[PersonId], mut take: impl FnMut(&Listed<'_>, &'static str)) -> Result<(), BookError> {
        let to = Use::of(Way::Notify);
        let ids: Vec<i64> = ids.iter().map(|p| p.0).collect();
        Ok(slices::everybody(self.file.reader(), Some(&ids), PersonExtras::MembershipsAndVisits, |p| {
            take(p, mail::choose(p, &self.suppressions, &to).left_out.map_or("yes", Why::words));
            ControlFlow::Continue(())
        })?)
    }
}

impl Book {
    /// Returns the addresses of a person, and whether each may be used in this way for this person only.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn usable(&self, id: PersonId, way: Way) -> Result<Vec<Usable>, BookError> {
        let to = Use { several: false, ..Use::of(way) };
        let suppressions = suppressions::read(self.store.reader())?;
        let mut out = Vec::new();
        slices::everybody(self.store.reader(), Some(&[id.0]), PersonExtras::Memberships, |p| {
            for (at, (address, state)) in p.addresses().enumerate() {
                let decision = mail::decide(p, address, state, &suppressions, &to);
                let reasons = mail::reasons(p, address, state, &suppressions, &to);
                out.push(Usable { address: address.to_owned(), primary: at == 0, decision, reasons });
            }
            ControlFlow::Break(())
        })?;
        Ok(out)
    }

    /// Returns the strictest decision about the addresses in a text about a person; `None` if it contains no address.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn decide_text(&self, id: PersonId, typed: &str, way: Way) -> Result<Option<Decision>, BookError> {
        let to = Use { several: false, ..Use::of(way) };
        let suppressions = suppressions::read_whole(self.store.reader())?;
        let mut strictest: Option<Decision> = None;
        slices::everybody(self.store.reader(), Some(&[id.0]), PersonExtras::Memberships, |p| {
            let found = std::cell::RefCell::new(&mut strictest);
            let _ = mail::withhold(typed, |a| {
                let decision = decided(p, a, &suppressions, &to);
                let mut strictest = found.borrow_mut();
                if strictest.is_none_or(|s| decision.answer > s.answer) {
                    **strictest = Some(decision);
                }
                true
            });
            ControlFlow::Break(())
        })?;
        Ok(strictest)
    }

    /// Returns the strictest decision about the addresses in a text about no particular person, each judged for its holder; `None` if it
    /// contains no address.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn decide_anyones(&self, typed: &str, way: Way) -> Result<Option<Decision>, BookError> {
        let conn = self.store.reader();
        let (to, suppressions) = (Use { several: false, ..Use::of(way) }, suppressions::read(conn)?);
        let found = std::cell::RefCell::new(Vec::new());
        let _ = mail::withhold(typed, |a| {
            found.borrow_mut().push(a.to_owned());
            true
        });
        let mut strictest: Option<Decision> = None;
        for typed in found.into_inner() {
            let plain = address::read(&typed).unwrap_or(&typed);
            let decision = match lookup::holder_of(conn, plain)? {
                Some(id) => self.decide_text(id, plain, way)?,
                None => Some(mail::decide(&Listed::nobody(plain), plain, AddressState::Ok, &suppressions, &to)),
            };
            strictest = match (strictest, decision) {
                (Some(s), Some(d)) if d.answer <= s.answer => Some(s),
                (s, d) => d.or(s),
            };
        }
        Ok(strictest)
    }

    /// Opens the file to list people with whether each may be mailed.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn with_mail(&self) -> Result<WithMail, BookError> {
        let file = ReadOnly::open_for_any_order(self.path())?;
        Ok(WithMail { suppressions: suppressions::read(file.reader())?, file })
    }

    /// Evaluates `mail:yes` and `mail:no` for the index, if a query contains them.
    pub(super) fn judge_mail(&mut self, expr: &Expr) -> Result<(), BookError> {
        let asked: Vec<String> = expr.texts_of(&Key::Mail).into_iter().map(text::fold).collect();
        if asked.is_empty() {
            return Ok(());
        }
        if self.mailable.is_none() {
            let suppressions = suppressions::read(self.store.reader())?;
            let to = Use::of(Way::Notify);
            let mut ids = Vec::new();
            slices::everybody(self.store.reader(), None, PersonExtras::Memberships, |p| {
                if mail::choose(p, &suppressions, &to).left_out.is_none() {
                    ids.push(p.id);
                }
                ControlFlow::Continue(())
            })?;
            self.mailable = Some(ids);
        }
        if let (Some(index), Some(ids)) = (&mut self.index, &self.mailable) {
            index.set_mailable(ids);
        }
        Ok(())
    }

    /// Returns the addresses that may not be mailed, each with every reason.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn blocked(&self, addresses: &[String]) -> Result<Vec<(String, Vec<Why>)>, BookError> {
        let conn = self.store.reader();
        let suppressions = suppressions::read(conn)?;
        let to = Use::of(Way::Notify);
        let mut out = Vec::new();
        for typed in addresses {
            let reasons = match lookup::holder_of(conn, typed)? {
                Some(id) => {
                    let all = self.usable(id, Way::Notify)?;
                    let same = |u: &&Usable| address::key(&u.address) == address::key(typed);
                    all.iter().find(same).map(|u| u.reasons.clone()).unwrap_or_default()
                }
                None => mail::reasons(&Listed::nobody(typed), typed, AddressState::Ok, &suppressions, &to),
            };
            if !reasons.is_empty() {
                out.push((typed.clone(), reasons));
            }
        }
        Ok(out)
    }

    /// Returns whether a person withdrew consent for a purpose.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn withdrew(&self, id: PersonId, purpose: Purpose) -> Result<bool, BookError> {
        Ok(people::withdrew(self.store.reader(), id, purpose)?)
    }

    /// Returns the addresses of a person that may not be mailed, each with every reason.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn blocked_for(&self, id: PersonId) -> Result<Vec<(String, Vec<Why>)>, BookError> {
        let all = self.usable(id, Way::Notify)?;
        Ok(all.into_iter().filter(|u| !u.reasons.is_empty()).map(|u| (u.address, u.reasons)).collect())
    }
}

/// Returns the decision about an address in a text about a person.
pub(super) fn decided(p: &Listed<'_>, typed: &str, suppressions: &Suppressions, to: &Use) -> Decision {
    let state = p.addresses().find(|(a, _)| address::key(a) == address::key(typed)).map_or(AddressState::Ok, |(_, s)| s);
    mail::decide(p, typed, state, suppressions, to)
}
