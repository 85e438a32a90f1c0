//! Writes people: facts in, rows and journal entries out.
//!
//! Must not know who calls it.

use std::borrow::Cow;

use rusqlite::{OptionalExtension, ToSql};

use super::StoreError;
use super::columns::{name_key, write_fields};
use super::lookup::{holder_of, ids_where, named, title};
use super::schema::{ADDRESS, CONSENT, DISCIPLINE, FIELD, PERSON, TAG, Table};
use super::write::Write;
use crate::domain::address::{self, OtherAddress};
use crate::domain::ids::PersonId;
use crate::domain::person::{ConsentFacts, PersonFacts};
use crate::domain::words::{AddressState, ConsentState, Purpose, Stored};
use crate::domain::{dates, tags, text};

/// The outcome of a consent from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsentOutcome {
    /// It was written.
    Written,
    /// It says nothing new.
    Same,
    /// It grants what was withdrawn, and isn't dated later; nothing was written.
    Ignored,
    /// It grants consent to mail after a withdrawal; nothing was written, and the lead has to decide.
    NeedsDecision,
}

/// A person's row by column; the only place that maps facts to cells.
pub(super) struct Cells<'f> {
    pub kind: &'static str,
    pub name: &'f str,
    pub name_key: String,
    pub email: &'f str,
    pub email_key: Option<String>,
    pub email_state: &'static str,
    pub organisation: Option<i64>,
    pub job_title: &'f str,
    pub discipline: Option<i64>,
    pub tags: Cow<'f, str>,
    pub fields: String,
    pub joined: Option<String>,
    pub note: &'f str,
}

impl<'f> Cells<'f> {
    fn of(facts: &'f PersonFacts, organisation: Option<i64>, discipline: Option<i64>) -> Self {
        Self {
            kind: facts.kind.word(),
            name: &facts.name,
            name_key: name_key(&facts.name, &facts.email),
            email: &facts.email,
            email_key: (!facts.email.is_empty()).then(|| address::key(&facts.email)),
            email_state: facts.email_state.word(),
            organisation,
            job_title: &facts.job_title,
            discipline,
            tags: Cow::Owned(tags::write(&facts.tags)),
            fields: write_fields(&facts.fields),
            joined: facts.joined.map(dates::stored),
            note: &facts.note,
        }
    }

    /// Returns each column with its value, in table order.
    pub(super) fn columns(&self) -> [(&'static str, &dyn ToSql); 13] {
        [
            ("kind", &self.kind),
            ("name", &self.name),
            ("name_key", &self.name_key),
            ("email", &self.email),
            ("email_key", &self.email_key),
            ("email_state", &self.email_state),
            ("organisation_id", &self.organisation),
            ("job_title", &self.job_title),
            ("discipline_id", &self.discipline),
            ("tags", &self.tags),
            ("fields", &self.fields),
            ("joined", &self.joined),
            ("note", &self.note),
        ]
    }
}

impl Write<'_> {
    /// Returns the discipline with this name, and creates it if it doesn't exist; `None` for an empty name.
    pub(crate) fn discipline(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        self.word(&DISCIPLINE, name)
    }

    /// Returns the row of a name in a table of names, and adds it if it doesn't exist; `None` for an empty name.
    pub(super) fn word(&mut self, table: &'static Table, name: &str) -> Result<Option<i64>, StoreError> {
        let key = text::same_key(name);
        if key.is_empty() {
            return Ok(None);
        }
        match named(self.reader(), table, name)? {
            Some(id) => Ok(Some(id)),
            None => self.add(table, &[("name", &name.trim()), ("name_key", &key)]).map(Some),
        }
    }

    fn known_words(&mut self, facts: &PersonFacts) -> Result<(), StoreError> {
        for tag in &facts.tags {
            self.word(&TAG, tag)?;
        }
        for (name, _) in &facts.fields {
            self.word(&FIELD, name)?;
        }
        Ok(())
    }

    fn free_address(&self, address: &str, owner: Option<PersonId>) -> Result<(), StoreError> {
        if let Some(holder) = holder_of(self.reader(), address)?.filter(|h| Some(*h) != owner) {
            let name = title(self.reader(), holder)?;
            return Err(StoreError::Refused(format!("{address} belongs to {name} already; edit them, or use another address")));
        }
        Ok(())
    }

    /// Adds a person.
    ///
    /// # Errors
    /// If the facts are inconsistent or an address belongs to somebody else.
    pub(crate) fn add_person(&mut self, facts: &PersonFacts) -> Result<PersonId, StoreError> {
        facts.check().map_err(StoreError::Refused)?;
        self.known_words(facts)?;
        let organisation = self.organisation(&facts.organisation)?;
        let discipline = self.discipline(&facts.discipline)?;
        if !facts.email.is_empty() {
            self.free_address(&facts.email, None)?;
        }
        let id = self.add(&PERSON, &Cells::of(facts, organisation, discipline).columns())?;
        for other in &facts.others {
            self.add_free_address(PersonId(id), other)?;
        }
        Ok(PersonId(id))
    }

    fn add_free_address(&mut self, person: PersonId, other: &OtherAddress) -> Result<(), StoreError> {
        self.free_address(&other.address, None)?;
        self.add_address(person, other)
    }

    /// Adds a further address to a person; nobody may have it yet.
    pub(super) fn add_address(&mut self, person: PersonId, other: &OtherAddress) -> Result<(), StoreError> {
        let columns: [(&'static str, &dyn ToSql); 4] = [
            ("person_id", &person.0),
            ("address", &other.address),
            ("address_key", &address::key(&other.address)),
            ("state", &other.state.word()),
        ];
        self.add(&ADDRESS, &columns).map(|_| ())
    }

    /// Changes whatever differs between a person and the facts.
    ///
    /// # Errors
    /// As [`Write::add_person`], or if the person is gone.
    pub(crate) fn update_person(&mut self, id: PersonId, facts: &PersonFacts) -> Result<bool, StoreError> {
        facts.check().map_err(StoreError::Refused)?;
        self.known_words(facts)?;
        let organisation = self.organisation(&facts.organisation)?;
        let discipline = self.discipline(&facts.discipline)?;
        let before = self.changes;
        self.drop_addresses(id, facts)?;
        if !facts.email.is_empty() {
            self.free_address(&facts.email, Some(id))?;
        }
        self.update(&PERSON, id.0, &Cells::of(facts, organisation, discipline).columns())?;
        self.keep_addresses(id, facts)?;
        Ok(self.changes > before)
    }

    /// Removes further addresses that aren't in the facts; done first, so that one of them can become the primary address.
    fn drop_addresses(&mut self, id: PersonId, facts: &PersonFacts) -> Result<(), StoreError> {
        let wanted: Vec<String> = facts.others.iter().map(|o| address::key(&o.address)).collect();
        for row in ids_where(self.reader(), &ADDRESS, "person_id", id.0)? {
            let key: String =
                self.reader().prepare_cached("SELECT address_key FROM address WHERE id=?1")?.query_row([row], |r| r.get(0))?;
            if !wanted.contains(&key) {
                self.delete(&ADDRESS, row)?;
            }
        }
        Ok(())
    }

    fn keep_addresses(&mut self, id: PersonId, facts: &PersonFacts) -> Result<(), StoreError> {
        for other in &facts.others {
            let key = address::key(&other.address);
            let row: Option<i64> = self
                .reader()
                .prepare_cached("SELECT id FROM address WHERE person_id=?1 AND address_key=?2")?
                .query_row((id.0, &key), |r| r.get(0))
                .optional()?;
            match row {
                Some(row) => {
                    self.update(&ADDRESS, row, &[("address", &other.address), ("state", &other.state.word())])?;
                }
                None => self.add_free_address(id, other)?,
            }
        }
        Ok(())
    }

    /// Removes a person with everything that belongs to them; the journal keeps it.
    ///
    /// # Errors
    /// If the person is gone.
    pub(crate) fn remove_person(&mut self, id: PersonId) -> Result<(), StoreError> {
        self.remove(&PERSON, id.0)
    }

    /// Writes a person's consent for a purpose; an unknown state removes it. Returns whether anything changed.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn put_consent(&mut self, person: PersonId, facts: &ConsentFacts) -> Result<bool, StoreError> {
        let purpose = facts.purpose.word();
        let row: Option<i64> = self
            .reader()
            .prepare_cached("SELECT id FROM consent WHERE person_id=?1 AND purpose=?2")?
            .query_row((person.0, purpose), |r| r.get(0))
            .optional()?;
        let (state, on) = (facts.state.word(), facts.on.map(|d| d.to_string()));
        match row {
            Some(row) if facts.state == ConsentState::Unknown => self.delete(&CONSENT, row).map(|()| true),
            Some(row) => self.update(&CONSENT, row, &[("state", &state), ("given_on", &on), ("source", &facts.source)]),
            None if facts.state == ConsentState::Unknown => Ok(false),
            None => {
                let columns: [(&'static str, &dyn ToSql); 5] =
                    [("person_id", &person.0), ("purpose", &purpose), ("state", &state), ("given_on", &on), ("source", &facts.source)];
                self.add(&CONSENT, &columns).map(|_| true)
            }
        }
    }

    /// Applies what a file says about a person's consent. A grant never ends a withdrawal or suppression of mail automatically; if it is
    /// dated later, the lead has to decide. For other purposes, a later grant is accepted.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn import_consent(&mut self, person: PersonId, facts: &ConsentFacts) -> Result<ConsentOutcome, StoreError> {
        let known = super::people::consents(self.reader(), person)?.into_iter().find(|c| c.purpose == facts.purpose);
        let mut refused = known.filter(|k| k.state == ConsentState::Withdrawn || !k.state.is_recognised()).map(|k| k.on);
        if refused.is_none() && facts.purpose == Purpose::Mail && facts.state != ConsentState::Withdrawn {
            refused = self.suppressed_since(person)?;
        }
        if let Some(since) = refused.filter(|_| facts.state != ConsentState::Withdrawn) {
            let later = facts.on.is_some() && (since.is_none() || facts.on > since);
            if facts.purpose == Purpose::Mail {
                let grants = facts.state == ConsentState::Granted;
                return Ok(if grants && later {
                    ConsentOutcome::NeedsDecision
                } else if grants {
                    ConsentOutcome::Ignored
                } else {
                    ConsentOutcome::Same
                });
            }
            if !later || since.is_none() {
                return Ok(ConsentOutcome::Ignored);
            }
        }
        let known = super::people::consents(self.reader(), person)?.into_iter().find(|c| c.purpose == facts.purpose);
        if known.is_some_and(|k| k.state == facts.state) {
            return Ok(ConsentOutcome::Same);
        }
        Ok(if self.put_consent(person, facts)? { ConsentOutcome::Written } else { ConsentOutcome::Same })
    }

    /// Marks an address as bounced or retired. Returns whether that was new; `None` if nobody has the address.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn mark_address(&mut self, typed: &str, state: AddressState) -> Result<Option<bool>, StoreError> {
        let Some(person) = holder_of(self.reader(), typed)? else { return Ok(None) };
        let Some((mut facts, _)) = super::people::facts(self.reader(), person)? else { return Ok(None) };
        let key = address::key(typed);
        if address::key(&facts.email) == key {
            facts.email_state = state;
        }
        for other in facts.others.iter_mut().filter(|o| address::key(&o.address) == key) {
            other.state = state;
        }
        self.update_person(person, &facts).map(Some)
    }
}
