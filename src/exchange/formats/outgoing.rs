//! A person to be exported: which of their details may leave, and what could go wrong with them.
//!
//! Must not know the formats.

use crate::domain::address::{self, OtherAddress};
use crate::domain::listed::{Listed, Suppression};
use crate::domain::text;
use crate::domain::words::AddressState;

/// A person to be exported, with only the addresses that the rules allow.
pub(crate) struct Outgoing<'a> {
    /// The person.
    pub person: &'a Listed<'a>,
    /// The first address that may leave; empty if none may.
    pub email: &'a str,
    /// The state of that address.
    pub email_state: AddressState,
    /// Their further addresses that may leave.
    pub others: &'a [OtherAddress],
    /// Their suppressed addresses, which only Guildhall's own format carries.
    pub suppressed: &'a [Suppression],
    /// The memberships, each with the community's name, sorted by it.
    pub memberships: &'a [(&'a str, &'a crate::domain::community::MembershipFacts)],
}

impl Outgoing<'_> {
    /// Returns the name without characters that a mail or a terminal must not carry.
    pub(super) fn name(&self) -> String {
        text::clean_line(self.person.name).text.into_owned()
    }

    /// Returns first and last name as well as can be told: `Hallam, Noor` is Noor Hallam; otherwise the last word is the last name.
    pub(super) fn names(&self) -> (String, String) {
        let name = self.name();
        if let Some((last, first)) = name.split_once(',') {
            return (first.trim().to_owned(), last.trim().to_owned());
        }
        match name.rsplit_once(' ') {
            Some((first, last)) => (first.to_owned(), last.to_owned()),
            None => (name, String::new()),
        }
    }

    /// Returns the address with its state, for people to read.
    pub(super) fn marked_email(&self) -> String {
        match self.email_state {
            _ if self.email.is_empty() => String::new(),
            AddressState::Ok => self.email.to_owned(),
            state => format!("{} ({state})", self.email),
        }
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        self.person.tags.split(';').map(str::trim).filter(|t| !t.is_empty())
    }
}

/// Returns a warning about a row that the target accepts. Mailings write every value exactly, so such a value is reported, not changed.
pub(super) fn doubt(p: &Outgoing<'_>) -> Option<&'static str> {
    let formula = crate::exchange::pen::could_be_a_formula(p.email) || crate::exchange::pen::could_be_a_formula(p.person.name);
    let formula = formula.then_some("a spreadsheet would take the name or address for a formula");
    address::why_not_portable(p.email).or(formula)
}
