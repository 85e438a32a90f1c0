//! A person on the roster: the facts that a lead keeps, and what makes them acceptable.
//!
//! Must not know how a person is stored or shown.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::address::{self, OtherAddress};
use crate::domain::eligibility::Candidate;
use crate::domain::words::{AddressState, PersonKind};

/// A custom field's name and its value for one person.
pub type FieldValue = (String, String);

/// What a lead keeps about a person, with organisation and discipline by name.
///
/// INVARIANT (kept by [`PersonFacts::check`]): there is a name or a primary address, and no address twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonFacts {
    /// A human being, or a team's mailbox.
    pub kind: PersonKind,
    /// The name as written.
    pub name: String,
    /// The primary e-mail address; empty if none is known.
    pub email: String,
    /// What is known of the primary address.
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
    /// Custom fields with a value.
    pub fields: Vec<FieldValue>,
    /// Since when they have been with us.
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
    /// A person of this name and address, and nothing else known.
    #[must_use]
    pub fn named(name: &str, email: &str) -> Self {
        Self { name: name.to_owned(), email: email.to_owned(), ..Self::default() }
    }

    /// What to call them: the name, else the address.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// The addresses by which rules may admit them, the primary one first.
    #[must_use]
    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        let first = (!self.email.is_empty()).then_some(Candidate { address: &self.email, state: self.email_state });
        first.into_iter().chain(self.others.iter().map(|o| Candidate { address: &o.address, state: o.state })).collect()
    }

    /// Checks the invariant.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
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

    /// The value of a custom field, whatever the case of its name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// What a lead keeps about an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct OrganisationFacts {
    /// The full name.
    pub name: String,
    /// The short name that people use: `MOD`.
    pub short_name: String,
    /// Central government, local government, company, charity …; free text.
    pub sector: String,
    /// The e-mail domains that it uses or used.
    pub domains: Vec<String>,
    /// Anything else.
    pub note: String,
}

/// What is known of somebody's consent for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentFacts {
    /// For what.
    pub purpose: crate::domain::words::Purpose,
    /// What they said.
    pub state: crate::domain::words::ConsentState,
    /// When.
    pub on: Option<NaiveDate>,
    /// Where they said it.
    pub source: String,
}

impl ConsentFacts {
    /// Consent to mail, without a day and a source.
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
