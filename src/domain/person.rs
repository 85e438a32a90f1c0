//! A person on the roster: what a lead records, and which records are valid.
//!
//! Must not know how a person is stored or shown.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::address::{self, OtherAddress};
use crate::domain::eligibility::Candidate;
use crate::domain::words::{AddressState, PersonKind};

/// A custom field's name and its value for one person.
pub type FieldValue = (String, String);

/// What a lead records about a person, with organisation and discipline by name.
///
/// INVARIANT (checked by [`PersonFacts::check`]): there is a name or a primary address, and no address twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonFacts {
    /// A human being, or a team's mailbox.
    pub kind: PersonKind,
    /// The name as written.
    pub name: String,
    /// The primary e-mail address; empty if none is known.
    pub email: String,
    /// The state of the primary address.
    pub email_state: AddressState,
    /// The further addresses.
    pub others: Vec<OtherAddress>,
    /// The organisation's name; empty if not known.
    pub organisation: String,
    /// The job title as they write it.
    pub job_title: String,
    /// The discipline's name; empty if not known.
    pub discipline: String,
    /// The tags, in the order given.
    pub tags: Vec<String>,
    /// The custom fields that have a value.
    pub fields: Vec<FieldValue>,
    /// The day they joined us.
    pub joined: Option<NaiveDate>,
    /// Anything else.
    pub note: String,
}

impl Default for PersonFacts {
    fn default() -> Self {
        Self {
            kind: PersonKind::Person,
            name: String::new(),
            email: String::new(),
            email_state: AddressState::Ok,
            others: Vec::new(),
            organisation: String::new(),
            job_title: String::new(),
            discipline: String::new(),
            tags: Vec::new(),
            fields: Vec::new(),
            joined: None,
            note: String::new(),
        }
    }
}

impl PersonFacts {
    /// Returns a person with this name and address, and nothing else filled in.
    #[must_use]
    pub fn named(name: &str, email: &str) -> Self {
        Self { name: name.to_owned(), email: email.to_owned(), ..Self::default() }
    }

    /// Returns the name to show: the name, or the address if there is none.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// Returns the addresses that eligibility rules may match, the primary one first.
    #[must_use]
    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        let first = (!self.email.is_empty()).then_some(Candidate { address: &self.email, state: self.email_state });
        first.into_iter().chain(self.others.iter().map(|o| Candidate { address: &o.address, state: o.state })).collect()
    }

    /// Checks that there is a name or a primary address, and that no address is listed twice.
    ///
    /// # Errors
    /// Returns a message for the user.
    pub fn check(&self) -> Result<(), String> {
        if self.name.trim().is_empty() && self.email.trim().is_empty() {
            return Err("a person needs a name or an e-mail address".into());
        }
        let mut seen: Vec<String> = Vec::new();
        if !self.email.is_empty() {
            address::read(&self.email).map_err(|e| format!("{}: {e}", self.email))?;
            seen.push(address::key(&self.email));
        } else if !self.others.is_empty() {
            return Err("the first address must be the primary one".into());
        }
        for other in &self.others {
            address::read(&other.address).map_err(|e| format!("{}: {e}", other.address))?;
            let key = address::key(&other.address);
            if seen.contains(&key) {
                return Err(format!("the address {} is listed twice", other.address));
            }
            seen.push(key);
        }
        Ok(())
    }

    /// Returns the value of a custom field, ignoring case and accents in its name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| crate::domain::text::are_same(n, name)).map(|(_, v)| v.as_str())
    }
}

/// What a lead records about an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct OrganisationFacts {
    /// The full name.
    pub name: String,
    /// The short name: `MOD`.
    pub short_name: String,
    /// Central government, local government, company, charity …; free text.
    pub sector: String,
    /// The e-mail domains that it uses or used.
    pub domains: Vec<String>,
    /// Anything else.
    pub note: String,
}

/// Somebody's consent for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentFacts {
    /// The purpose.
    pub purpose: crate::domain::words::Purpose,
    /// The state of the consent.
    pub state: crate::domain::words::ConsentState,
    /// The date of the consent.
    pub on: Option<NaiveDate>,
    /// Where the consent comes from.
    pub source: String,
}

impl ConsentFacts {
    /// Returns consent to mail, without a date and a source.
    #[must_use]
    pub const fn of_mail(state: crate::domain::words::ConsentState) -> Self {
        Self { purpose: crate::domain::words::Purpose::Mail, state, on: None, source: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_needs_a_name_or_an_address() {
        assert!(PersonFacts::default().check().is_err());
        assert!(PersonFacts::named("Ann", "").check().is_ok());
        assert!(PersonFacts::named("", "ann@example.org").check().is_ok());
        assert!(PersonFacts::named("Ann", "nonsense").check().is_err());
    }

    #[test]
    fn no_address_stands_twice() {
        let mut p = PersonFacts::named("Ann", "ann@example.org");
        p.others = vec![OtherAddress { address: "ANN@example.org".into(), state: AddressState::Ok }];
        assert_eq!(p.check(), Err("the address ANN@example.org is listed twice".into()));
    }
}
