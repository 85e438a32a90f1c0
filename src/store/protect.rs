//! Keeps in force what a step may not end: compares what [`super::guard`] recorded with the state at the end of the step.
//!
//! Must not know which command or import the step is.

use rusqlite::OptionalExtension;
use rusqlite::types::Value;

use super::StoreError;
use super::guard::{Held, Protection, of_value};
use super::lookup::holder_of;
use super::schema::{ADDRESS, CONSENT, PERSON, SUPPRESSION, Table};
use super::suppressions::{IN_FORCE, RequestSource, is_suppressed};
use super::write::Write;
use crate::domain::address;
use crate::domain::ids::PersonId;
use crate::domain::words::{ConsentState, Purpose, Stored};

impl Write<'_> {
    /// Lets the step end suppressions and withdrawals, which somebody has confirmed.
    pub(super) fn may_lift(&mut self) {
        self.guard.may_lift = true;
    }

    /// Marks the step as one that reverts others.
    pub(super) fn is_reverting(&mut self) {
        self.guard.reverting = true;
    }

    /// Records the state of a consent, suppression or address before it is changed.
    pub(super) fn guard_update(
        &mut self,
        table: &'static Table,
        id: i64,
        changed: &[(&'static str, Value, Value)],
    ) -> Result<(), StoreError> {
        if table.name == PERSON.name || table.name == ADDRESS.name {
            return self.guard_address(table, id, changed);
        }
        if table.name == SUPPRESSION.name {
            return self.guard_suppression(id, changed);
        }
        if table.name != CONSENT.name {
            return Ok(());
        }
        let Some((_, row)) = self.read_columns(table, id, table.names())? else { return Ok(()) };
        let granted = changed.iter().any(|(column, _, new)| *column == "state" && of_value(new) == ConsentState::Granted.word());
        self.guard.changed_consent(&row, granted);
        Ok(())
    }

    /// Records the state of a suppression before it is lifted or put in force again.
    fn guard_suppression(&mut self, id: i64, changed: &[(&'static str, Value, Value)]) -> Result<(), StoreError> {
        let Some((_, row)) = self.read_columns(&SUPPRESSION, id, SUPPRESSION.names())? else { return Ok(()) };
        let cell = |column: &str, new: bool| {
            let changed = changed.iter().find(|(c, ..)| *c == column).filter(|_| new).map(|(_, _, value)| value);
            changed.or_else(|| SUPPRESSION.position(column).and_then(|at| row.get(at))).cloned().unwrap_or(Value::Null)
        };
        let in_force = |new| {
            let (asked, lifted) = (cell("asked", new), cell("lifted", new));
            lifted == Value::Null || of_value(&asked) >= of_value(&lifted)
        };
        self.guard.changed_suppression(&row, in_force(false), in_force(true));
        Ok(())
    }

    /// Records the address that a person loses by a change, and the one that they gain.
    fn guard_address(&mut self, table: &'static Table, id: i64, changed: &[(&'static str, Value, Value)]) -> Result<(), StoreError> {
        let was = changed.iter().find(|(column, ..)| matches!(*column, "email" | "address"));
        let Some((_, was, _)) = was else { return Ok(()) };
        let person = if table.name == PERSON.name {
            Some(id)
        } else {
            self.read_columns(table, id, ["person_id"].into_iter())?.and_then(|(_, row)| match row.first() {
                Some(Value::Integer(person)) => Some(*person),
                _ => None,
            })
        };
        let now = changed.iter().find(|(column, ..)| matches!(*column, "email" | "address")).map(|(_, _, new)| of_value(new).to_owned());
        if let Some(person) = person {
            self.guard.came.extend(now.filter(|a| !a.is_empty()).map(|a| (person, a)));
            self.guard.gone.entry(person).or_default().extend(Some(of_value(was).to_owned()).filter(|a| !a.is_empty()));
        }
        Ok(())
    }

    /// Suppresses addresses that were lost by people who withdrew consent to mail: an old list could bring them back as somebody else's.
    fn suppress_lost_addresses(&mut self) -> Result<(), StoreError> {
        self.suppress_people_with_suppressed_addresses()?;
        for (person, addresses) in std::mem::take(&mut self.guard.gone) {
            let sql = "SELECT state, given_on, source FROM consent WHERE person_id=?1 AND purpose=?2";
            let consent: Option<(String, Value, String)> = self
                .reader()
                .prepare_cached(sql)?
                .query_row((person, Purpose::Mail.word()), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
                .optional()?;
            let is_open = |state: &str| matches!(ConsentState::stored(state), ConsentState::Granted | ConsentState::Unknown);
            let (since, why) = match consent {
                Some((state, since, why)) if !is_open(&state) => (since, why),
                None if self.guard.unclear.contains(&person) => (Value::Null, String::new()),
                _ => continue,
            };
            let left = addresses.into_iter().filter_map(|a| match holder_of(self.reader(), &a) {
                Ok(None) => Some(Ok(a)),
                Ok(Some(_)) => None,
                Err(e) => Some(Err(e)),
            });
            let left = left.collect::<Result<Vec<_>, _>>()?;
            self.suppress_those_gone(&left, (&since, &why))?;
        }
        Ok(())
    }

    /// Suppresses people who gained an address that was already suppressed: none of their other addresses is mailed either.
    fn suppress_people_with_suppressed_addresses(&mut self) -> Result<(), StoreError> {
        let (mut came, added) = (std::mem::take(&mut self.guard.came), std::mem::take(&mut self.guard.added));
        if self.guard.reverting || !self.reader().prepare_cached("SELECT 1 FROM suppression")?.exists([])? {
            return Ok(());
        }
        let mut statement = self.reader().prepare_cached("SELECT id, email FROM person WHERE id BETWEEN ?1 AND ?2 AND email<>''")?;
        for (first, last) in added {
            for row in statement.query_map([first, last], |r| Ok((r.get(0)?, r.get(1)?)))? {
                came.push(row?);
            }
        }
        drop(statement);
        for (person, typed) in came {
            let key = address::key(&typed);
            // The step's own suppressions are intentional.
            if self.guard.before.get(&Protection::Suppressed(key)).is_some_and(Option::is_none) || !is_suppressed(self.reader(), &typed)? {
                continue;
            }
            let is_there = self.reader().prepare_cached("SELECT 1 FROM person WHERE id=?1")?.exists([person])?;
            if is_there {
                self.suppress_person(PersonId(person), None, "has an address that was suppressed", RequestSource::Earlier)?;
            }
        }
        Ok(())
    }

    /// Returns whether the step grants consent to anything.
    pub(super) fn grants(&self) -> bool {
        self.guard.granted > 0
    }

    /// Returns what was in force when the step began and no longer is.
    fn lost(&self) -> Result<Vec<(Protection, Held)>, StoreError> {
        let mut out = Vec::new();
        for (what, was) in &self.guard.before {
            let Some(held) = was else { continue };
            let stands = match what {
                Protection::Suppressed(key) => {
                    let sql = format!("SELECT 1 FROM suppression WHERE address_key=?1 AND {IN_FORCE}");
                    self.reader().prepare_cached(&sql)?.exists([key])?
                }
                Protection::Withdrawn(person, purpose) => self
                    .reader()
                    .prepare_cached("SELECT 1 FROM consent WHERE person_id=?1 AND purpose=?2 AND state=?3")?
                    .exists((person, purpose, ConsentState::Withdrawn.word()))?,
            };
            let guarded = match what {
                Protection::Suppressed(_) => true,
                Protection::Withdrawn(_, purpose) => self.guard.reverting || purpose == Purpose::Mail.word(),
            };
            if !stands && guarded {
                out.push((what.clone(), held.clone()));
            }
        }
        out.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(out)
    }

    /// Returns what the step would end, in words; empty if nothing.
    pub(super) fn would_end(&self) -> Result<Vec<String>, StoreError> {
        self.lost()?.iter().map(|(what, _)| self.words_of(what)).collect()
    }

    /// Records something that was left unchanged.
    pub(crate) fn record_kept(&mut self, words: String) {
        self.guard.kept.push(words);
    }

    /// Takes the list of what was left unchanged, in words.
    pub(super) fn take_kept(&mut self) -> Vec<String> {
        std::mem::take(&mut self.guard.kept)
    }

    /// Restores what the step may not end. For a removed person, suppresses the addresses.
    pub(super) fn keep_protections(&mut self) -> Result<(), StoreError> {
        if self.guard.may_lift {
            return Ok(());
        }
        for (what, (since, why)) in self.lost()? {
            match &what {
                Protection::Suppressed(key) => {
                    self.suppress_key(key, &since, &why)?;
                    self.guard.kept.push(self.words_of(&what)?);
                }
                Protection::Withdrawn(person, purpose) => {
                    if self.reader().prepare_cached("SELECT 1 FROM person WHERE id=?1")?.exists([person])? {
                        self.withdraw_again(*person, purpose, (&since, &why))?;
                        self.guard.kept.push(self.words_of(&what)?);
                    } else if purpose == Purpose::Mail.word() {
                        let gone = self.guard.gone.get(person).cloned().unwrap_or_default();
                        self.suppress_those_gone(&gone, (&since, &why))?;
                    }
                }
            }
        }
        self.suppress_lost_addresses()
    }

    fn withdraw_again(&mut self, person: i64, purpose: &str, (since, why): (&Value, &str)) -> Result<(), StoreError> {
        let withdrawn = ConsentState::Withdrawn.word();
        let row: Option<i64> = self
            .reader()
            .prepare_cached("SELECT id FROM consent WHERE person_id=?1 AND purpose=?2")?
            .query_row((person, purpose), |r| r.get(0))
            .optional()?;
        match row {
            Some(row) => self.update(&CONSENT, row, &[("state", &withdrawn), ("given_on", since), ("source", &why)]).map(|_| ()),
            None => self
                .add(
                    &CONSENT,
                    &[("person_id", &person), ("purpose", &purpose), ("state", &withdrawn), ("given_on", since), ("source", &why)],
                )
                .map(|_| ()),
        }
    }

    /// Puts a suppression in force again, with its old date and reason.
    fn suppress_key(&mut self, key: &str, since: &Value, why: &str) -> Result<(), StoreError> {
        let since = if let Value::Text(t) = since { t.parse().ok() } else { None };
        let sql = "SELECT id FROM suppression WHERE address_key=?1";
        let row: Option<i64> = self.reader().prepare_cached(sql)?.query_row([key], |r| r.get(0)).optional()?;
        match row {
            Some(row) => self.ask_row(row, since, why),
            None => self.suppress_address(key, since, why, RequestSource::Earlier).map(|_| ()),
        }
    }

    fn suppress_those_gone(&mut self, addresses: &[String], (since, why): (&Value, &str)) -> Result<(), StoreError> {
        let why = if why.is_empty() { "withdrew consent to mail" } else { why };
        for address in addresses {
            let since = if let Value::Text(t) = since { t.parse().ok() } else { None };
            if self.suppress_address(address, since, why, RequestSource::Earlier)? {
                self.guard.kept.push(format!("{address} stays suppressed"));
            }
        }
        Ok(())
    }

    fn words_of(&self, what: &Protection) -> Result<String, StoreError> {
        Ok(match what {
            Protection::Suppressed(key) => format!("{key} stays suppressed"),
            Protection::Withdrawn(person, purpose) => {
                let sql = "SELECT coalesce(nullif(name,''), email) FROM person WHERE id=?1";
                let name: Option<String> = self.reader().prepare_cached(sql)?.query_row([person], |r| r.get(0)).optional()?;
                format!("{} stays withdrawn from {purpose}", name.unwrap_or_else(|| "somebody who was removed".to_owned()))
            }
        })
    }
}
