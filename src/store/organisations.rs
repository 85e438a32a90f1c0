//! Reads and writes organisations and their e-mail domains.
//!
//! Must not know who calls it.

use rusqlite::{OptionalExtension, ToSql};

use super::lookup::{ids_where, named, organisation_called};
use super::rows::OrganisationRow;
use super::schema::{ORGANISATION, ORGANISATION_DOMAIN};
use super::write::Write;
use super::{Reader, StoreError};
use crate::domain::domains::Domains;
use crate::domain::ids::OrganisationId;
use crate::domain::person::OrganisationFacts;
use crate::domain::text;

/// Returns the organisations by name, each with the number of its people.
pub(crate) fn organisations(conn: Reader<'_>) -> Result<Vec<OrganisationRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT o.id, o.name, o.short_name, o.sector, o.note, coalesce((SELECT group_concat(domain, ',') FROM organisation_domain WHERE organisation_id=o.id), ''), \
         coalesce(n.people, 0) FROM organisation o LEFT JOIN (SELECT organisation_id, count(*) AS people FROM person GROUP BY organisation_id) n ON n.organisation_id=o.id \
         ORDER BY o.name_key",
    )?;
    let rows = statement
        .query_map([], |r| {
            let domains: String = r.get(5)?;
            Ok(OrganisationRow {
                id: OrganisationId(r.get(0)?),
                facts: OrganisationFacts {
                    name: r.get(1)?,
                    short_name: r.get(2)?,
                    sector: r.get(3)?,
                    note: r.get(4)?,
                    domains: domains.split(',').filter(|d| !d.is_empty()).map(str::to_owned).collect(),
                },
                people: r.get::<_, i64>(6)?.unsigned_abs(),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Returns the e-mail domains, grouped by organisation.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn domains(conn: Reader<'_>) -> Result<Domains, StoreError> {
    let mut statement = conn.prepare_cached("SELECT organisation_id, domain FROM organisation_domain ORDER BY organisation_id, id")?;
    let mut rows = statement.query([])?;
    let (mut domains, mut of, mut last) = (Domains::default(), Vec::new(), None);
    while let Some(row) = rows.next()? {
        let organisation: i64 = row.get(0)?;
        if last.replace(organisation).is_some_and(|l| l != organisation) {
            domains.add(std::mem::take(&mut of));
        }
        of.push(row.get::<_, String>(1)?);
    }
    if !of.is_empty() {
        domains.add(of);
    }
    Ok(domains)
}

/// Whether an organisation has several domains: then a suppressed address stops mail to its like at the others.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn is_any_of_several_domains(conn: Reader<'_>) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM organisation_domain GROUP BY organisation_id HAVING count(*)>1)";
    Ok(conn.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

impl Write<'_> {
    /// Returns the organisation with this full or short name, and creates it if it doesn't exist; `None` for an empty name.
    pub(crate) fn organisation(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        if let Some(id) = named(self.reader(), &ORGANISATION, name)? {
            return Ok(Some(id));
        }
        let called = organisation_called(self.reader(), name)?;
        self.organisation_or(name, |_| called)
    }

    /// Returns the organisation with this full name, otherwise the one that `called` finds by short name, otherwise a new one.
    pub(super) fn organisation_or(&mut self, name: &str, called: impl FnOnce(&str) -> Option<i64>) -> Result<Option<i64>, StoreError> {
        let key = text::same_key(name);
        if key.is_empty() {
            return Ok(None);
        }
        if let Some(id) = named(self.reader(), &ORGANISATION, name)? {
            return Ok(Some(id));
        }
        if let Some(id) = called(name.trim()) {
            return Ok(Some(id));
        }
        self.add(&ORGANISATION, &[("name", &name.trim()), ("name_key", &key)]).map(Some)
    }

    /// Adds or changes an organisation.
    ///
    /// # Errors
    /// If the name is empty or taken, or a domain belongs to another organisation.
    pub(crate) fn put_organisation(&mut self, id: Option<OrganisationId>, facts: &OrganisationFacts) -> Result<OrganisationId, StoreError> {
        let key = text::same_key(&facts.name);
        if key.is_empty() {
            return Err(StoreError::Refused("an organisation needs a name".into()));
        }
        if named(self.reader(), &ORGANISATION, &facts.name)?.is_some_and(|other| Some(other) != id.map(|i| i.0)) {
            return Err(StoreError::Refused(format!("there is an organisation called {} already", facts.name)));
        }
        let columns: [(&'static str, &dyn ToSql); 5] = [
            ("name", &facts.name),
            ("name_key", &key),
            ("short_name", &facts.short_name),
            ("sector", &facts.sector),
            ("note", &facts.note),
        ];
        let id = match id {
            Some(id) => {
                self.update(&ORGANISATION, id.0, &columns)?;
                id.0
            }
            None => self.add(&ORGANISATION, &columns)?,
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
                    self.add(&ORGANISATION_DOMAIN, &[("organisation_id", &id), ("domain", &domain)])?;
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

    /// Removes an organisation; its people and meetups stay, without an organisation.
    pub(crate) fn remove_organisation(&mut self, id: OrganisationId) -> Result<(), StoreError> {
        self.remove(&ORGANISATION, id.0)
    }
}
