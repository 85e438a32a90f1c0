//! A person on the way out: what of them may leave, and what may go wrong with it.
//!
//! Must not know the formats.

use crate::domain::address::{self, OtherAddress};
use crate::domain::listed::{Listed, Suppression};
use crate::domain::text;
use crate::domain::words::AddressState;

/// A person on the way out, with nothing but the addresses that the rules let out.
pub(crate) struct Outgoing<'a> {
    /// The person.
    pub person: &'a Listed<'a>,
    /// The first address that may leave; empty if none may.
    pub email: &'a str,
    /// What is known of it.
    pub email_state: AddressState,
    /// The further ones that may leave.
    pub others: &'a [OtherAddress],
    /// Those that are carried as suppressed, in our own format alone.
    pub suppressed: &'a [Suppression],
    /// The memberships: the community's name and the rest, by name.
    pub memberships: &'a [(&'a str, &'a crate::domain::community::MembershipFacts)],
}

impl Outgoing<'_> {
    /// The name without what a mail or a terminal must not carry.
    pub(super) fn name(&self) -> String {
        text::clean_line(self.person.name).text.into_owned()
    }

    /// First and last name, as far as one can tell: `Hallam, Noor` is Noor Hallam, and the last word is the last name.
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

    /// The address with what is known of it, for people to read.
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

/// What may go wrong with a row that the target takes: mailings write every value exactly, so it is told instead.
pub(super) fn doubt(p: &Outgoing<'_>) -> Option<&'static str> {
    let formula = crate::exchange::pen::could_be_a_formula(p.email) || crate::exchange::pen::could_be_a_formula(p.person.name);
    let formula = formula.then_some("a spreadsheet would take the name or address for a formula");
    address::why_not_portable(p.email).or(formula)
}
