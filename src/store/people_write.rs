//! People and organisations, written: facts in, rows and journal out.
//!
//! Must not know who asks for it.

use rusqlite::OptionalExtension;

use super::StoreError;
use super::people::{holder_of, name_key, named, rows, write_fields};
use super::schema::{
    self, ADDRESS, ATTENDANCE, CONSENT, DISCIPLINE, EXCEPTION, FIELD, MEMBERSHIP, ORGANISATION, ORGANISATION_DOMAIN, PERSON, TAG, TENURE,
    Table,
};
use super::write::{Write, ids_where};
use crate::domain::address::{self, OtherAddress};
use crate::domain::ids::{OrganisationId, PersonId};
use crate::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use crate::domain::words::{AddressState, ConsentState, Purpose, Stored};
use crate::domain::{tags, text};

/// What became of a consent that a file brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learned {
    /// It is kept.
    Written,
    /// It says nothing new.
    Same,
    /// It grants what was withdrawn, and isn't dated later: nothing was written.
    Ignored,
    /// It grants consent to mail after a withdrawal: nothing was written, somebody has to say.
    NeedsDecision,
}

impl Write<'_> {
    /// The organisation of this full or short name, made if it isn't there; `None` for no name.
    pub fn organisation(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        let key = text::same_key(name);
        if key.is_empty() {
            return Ok(None);
        }
        if let Some(id) = named(self.reader(), &ORGANISATION, name)? {
            return Ok(Some(id));
        }
        let mut short =
            self.reader().prepare_cached("SELECT id FROM organisation WHERE short_name<>'' AND lower(short_name)=lower(?1) LIMIT 2")?;
        let ids: Vec<i64> = short.query_map([name.trim()], |r| r.get(0))?.collect::<Result<_, _>>()?;
        if let [only] = ids.as_slice() {
            return Ok(Some(*only));
        }
        drop(short);
        let uuid = self.uuid();
        self.insert(&ORGANISATION, &[&uuid, &name.trim(), &key, &"", &"", &""]).map(Some)
    }

    /// The discipline of this name, made if it isn't there; `None` for no name.
    pub fn discipline(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        self.word(&DISCIPLINE, name)
    }

    /// Makes sure that a custom field or tag is known.
    pub(super) fn word(&mut self, table: &'static Table, name: &str) -> Result<Option<i64>, StoreError> {
        let key = text::same_key(name);
        if key.is_empty() {
            return Ok(None);
        }
        match named(self.reader(), table, name)? {
            Some(id) => Ok(Some(id)),
            None => self.insert(table, &[&name.trim(), &key]).map(Some),
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
            let name = rows(self.reader(), &[holder], None)?.first().map_or_else(String::new, |p| p.title().to_owned());
            return Err(StoreError::Refused(format!("{address} belongs to {name} already; edit them, or use another address")));
        }
        Ok(())
    }

    /// Adds a person.
    ///
    /// # Errors
    /// If the facts don't hold together or an address is somebody else's.
    pub fn add_person(&mut self, facts: &PersonFacts) -> Result<PersonId, StoreError> {
        facts.check().map_err(StoreError::Refused)?;
        self.known_words(facts)?;
        let organisation = self.organisation(&facts.organisation)?;
        let discipline = self.discipline(&facts.discipline)?;
        if !facts.email.is_empty() {
            self.free_address(&facts.email, None)?;
        }
        let uuid = self.uuid();
        let email_key = (!facts.email.is_empty()).then(|| address::key(&facts.email));
        let id = self.insert(
            &PERSON,
            &[
                &uuid,
                &facts.kind.word(),
                &facts.name,
                &name_key(&facts.name, &facts.email),
                &facts.email,
                &email_key,
                &facts.email_state.word(),
                &organisation,
                &facts.job_title,
                &discipline,
                &tags::write(&facts.tags),
                &write_fields(&facts.fields),
                &facts.joined.map(|d| d.to_string()),
                &facts.note,
            ],
        )?;
        for other in &facts.others {
            self.add_address(PersonId(id), other)?;
        }
        Ok(PersonId(id))
    }

    fn add_address(&mut self, person: PersonId, other: &OtherAddress) -> Result<(), StoreError> {
        self.free_address(&other.address, None)?;
        self.insert(&ADDRESS, &[&person.0, &other.address, &address::key(&other.address), &other.state.word()])?;
        Ok(())
    }

    /// Changes what differs between a person and the facts given.
    ///
    /// # Errors
    /// As [`Write::add_person`], or if the person is gone.
    pub fn update_person(&mut self, id: PersonId, facts: &PersonFacts) -> Result<bool, StoreError> {
        facts.check().map_err(StoreError::Refused)?;
        self.known_words(facts)?;
        let organisation = self.organisation(&facts.organisation)?;
        let discipline = self.discipline(&facts.discipline)?;
        let before = self.changes;
        self.drop_addresses(id, facts)?;
        if !facts.email.is_empty() {
            self.free_address(&facts.email, Some(id))?;
        }
        let email_key = (!facts.email.is_empty()).then(|| address::key(&facts.email));
        self.update(
            &PERSON,
            id.0,
            &[
                ("kind", &facts.kind.word()),
                ("name", &facts.name),
                ("name_key", &name_key(&facts.name, &facts.email)),
                ("email", &facts.email),
                ("email_key", &email_key),
                ("email_state", &facts.email_state.word()),
                ("organisation_id", &organisation),
                ("job_title", &facts.job_title),
                ("discipline_id", &discipline),
                ("tags", &tags::write(&facts.tags)),
                ("fields", &write_fields(&facts.fields)),
                ("joined", &facts.joined.map(|d| d.to_string())),
                ("note", &facts.note),
            ],
        )?;
        self.keep_addresses(id, facts)?;
        Ok(self.changes > before)
    }

    /// Removes those further addresses that are not in the facts; first, so that one can become the primary.
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
                None => self.add_address(id, other)?,
            }
        }
        Ok(())
    }

    /// Removes a person with everything that belongs to them; the journal keeps it.
    ///
    /// # Errors
    /// If the person is gone.
    pub fn remove_person(&mut self, id: PersonId) -> Result<(), StoreError> {
        for table in [&ATTENDANCE, &MEMBERSHIP, &TENURE, &CONSENT, &EXCEPTION, &ADDRESS] {
            self.delete_where(table, "person_id", id.0)?;
        }
        self.delete(&PERSON, id.0)
    }

    /// Notes what somebody agrees to, or not; an unknown state takes the note away. Whether that was new.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn put_consent(&mut self, person: PersonId, facts: &ConsentFacts) -> Result<bool, StoreError> {
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
            None => self.insert(&CONSENT, &[&person.0, &purpose, &state, &on, &facts.source]).map(|_| true),
        }
    }

    /// What a file says of somebody's consent. A grant never ends a withdrawal or a suppression by itself: of mail, one that is dated
    /// later needs a decision; of anything else, it holds.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn learn_consent(&mut self, person: PersonId, facts: &ConsentFacts) -> Result<Learned, StoreError> {
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
                    Learned::NeedsDecision
                } else if grants {
                    Learned::Ignored
                } else {
                    Learned::Same
                });
            }
            if !later || since.is_none() {
                return Ok(Learned::Ignored);
            }
        }
        let known = super::people::consents(self.reader(), person)?.into_iter().find(|c| c.purpose == facts.purpose);
        if known.is_some_and(|k| k.state == facts.state) {
            return Ok(Learned::Same);
        }
        Ok(if self.put_consent(person, facts)? { Learned::Written } else { Learned::Same })
    }

    /// Marks an address as bounced or retired, whoever has it; whether that was new. `None` if nobody has it.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn mark_address(&mut self, typed: &str, state: AddressState) -> Result<Option<bool>, StoreError> {
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

    /// Adds or changes an organisation.
    ///
    /// # Errors
    /// If the name is empty or taken, or a domain is another organisation's.
    pub fn put_organisation(&mut self, id: Option<OrganisationId>, facts: &OrganisationFacts) -> Result<OrganisationId, StoreError> {
        let key = text::same_key(&facts.name);
        if key.is_empty() {
            return Err(StoreError::Refused("an organisation needs a name".into()));
        }
        if named(self.reader(), &ORGANISATION, &facts.name)?.is_some_and(|other| Some(other) != id.map(|i| i.0)) {
            return Err(StoreError::Refused(format!("there is an organisation called {} already", facts.name)));
        }
        let id = match id {
            Some(id) => {
                let columns: [(&'static str, &dyn rusqlite::ToSql); 5] = [
                    ("name", &facts.name),
                    ("name_key", &key),
                    ("short_name", &facts.short_name),
                    ("sector", &facts.sector),
                    ("note", &facts.note),
                ];
                self.update(&ORGANISATION, id.0, &columns)?;
                id.0
            }
            None => {
                let uuid = self.uuid();
                self.insert(&ORGANISATION, &[&uuid, &facts.name, &key, &facts.short_name, &facts.sector, &facts.note])?
            }
        };
        self.keep_domains(id, &facts.domains)?;
        Ok(OrganisationId(id))
    }

    fn keep_domains(&mut self, id: i64, domains: &[String]) -> Result<(), StoreError> {
        let wanted: Vec<String> =
            domains.iter().map(|d| d.trim().trim_start_matches('@').to_lowercase()).filter(|d| !d.is_empty()).collect();
        for row in ids_where(self.reader(), &ORGANISATION_DOMAIN, "organisation_id", id)? {
            let domain: String = self.reader().query_row("SELECT domain FROM organisation_domain WHERE id=?1", [row], |r| r.get(0))?;
            if !wanted.contains(&domain) {
                self.delete(&ORGANISATION_DOMAIN, row)?;
            }
        }
        for domain in wanted {
            let holder: Option<i64> = self
                .reader()
                .query_row("SELECT organisation_id FROM organisation_domain WHERE domain=?1", [&domain], |r| r.get(0))
                .optional()?;
            match holder {
                None => {
                    self.insert(&ORGANISATION_DOMAIN, &[&id, &domain])?;
                }
                Some(other) if other != id => {
                    let name: String = self.reader().query_row("SELECT name FROM organisation WHERE id=?1", [other], |r| r.get(0))?;
                    return Err(StoreError::Refused(format!("the domain {domain} belongs to {name} already")));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Removes an organisation; its people and meetups stay, without one.
    pub fn remove_organisation(&mut self, id: OrganisationId) -> Result<(), StoreError> {
        self.delete_where(&ORGANISATION_DOMAIN, "organisation_id", id.0)?;
        for table in [&PERSON, &schema::MEETUP] {
            for row in ids_where(self.reader(), table, "organisation_id", id.0)? {
                self.update(table, row, &[("organisation_id", &None::<i64>)])?;
            }
        }
        self.delete(&ORGANISATION, id.0)
    }
}
