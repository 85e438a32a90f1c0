//! What a step may not end unasked: a suppression, and a consent that somebody withdrew.
//!
//! Whatever was in force when a step began is in force when it ends, unless the step may lift it: `allow` on the person's own word, and
//! undo and redo where they were confirmed. It lies in the one door for writes, so that no way around it can be written. Must not know
//! which command or import the step is.

use std::collections::HashMap;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{OptionalExtension, ToSql};

use super::StoreError;
use super::schema::{ADDRESS, CONSENT, PERSON, SUPPRESSION, Table};
use super::write::Write;
use crate::domain::words::{ConsentState, Purpose};

/// Something that protects somebody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Protection {
    /// An address, by its key.
    Suppressed(String),
    /// A person's consent for a purpose.
    Withdrawn(i64, String),
}

/// How it was: since when, and why.
type Held = (Value, String);

/// What a step has touched of it so far.
#[derive(Default)]
pub(super) struct Guard {
    may_lift: bool,
    /// Whether the step goes back to what was: then no withdrawal is ended, whatever it is for.
    reverting: bool,
    /// How each stood before the step: `None` if it was not in force.
    before: HashMap<Protection, Option<Held>>,
    /// The addresses of people who were removed in this step.
    gone: HashMap<i64, Vec<String>>,
    /// How many consents the step grants, and how many addresses it tells apart from suppressed ones.
    granted: u64,
    /// What it could not end, in words.
    kept: Vec<String>,
}

fn text(value: &dyn ToSql) -> String {
    match value.to_sql() {
        Ok(ToSqlOutput::Owned(Value::Text(t))) => t,
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(t))) => String::from_utf8_lossy(t).into_owned(),
        _ => String::new(),
    }
}

fn of_value(value: &Value) -> &str {
    if let Value::Text(t) = value { t } else { "" }
}

impl Guard {
    /// Notes how something stood, the first time that the step touches it.
    fn touch(&mut self, what: Protection, was: Option<Held>) {
        self.before.entry(what).or_insert(was);
    }

    /// A row is added.
    pub(super) fn inserting(&mut self, table: &Table, values: &[&dyn ToSql], person: Option<i64>) {
        if table.name == SUPPRESSION.name {
            let key = text(values[0]);
            // Two addresses that are told apart: that lets one of them be mailed.
            if key.contains(' ') {
                self.granted += 1;
            } else {
                self.touch(Protection::Suppressed(key), None);
            }
        } else if table.name == CONSENT.name {
            self.touch(Protection::Withdrawn(person.unwrap_or(0), text(values[1])), None);
            self.granted += u64::from(text(values[2]) == ConsentState::Granted.word());
        }
    }

    /// A row of consent was changed: `row` is how it was.
    fn changed_consent(&mut self, row: &[Value], granted: bool) {
        if let (Some(Value::Integer(person)), Some(purpose)) = (row.first(), row.get(1)) {
            self.touch(Protection::Withdrawn(*person, of_value(purpose).to_owned()), withdrawn(row));
            self.granted += u64::from(granted);
        }
    }

    /// A row is removed: `row` holds its columns in their order.
    pub(super) fn deleting(&mut self, table: &Table, id: i64, row: &[Value]) {
        match table.name {
            name if name == SUPPRESSION.name && of_value(&row[0]).contains(' ') => {}
            name if name == SUPPRESSION.name => {
                self.touch(Protection::Suppressed(of_value(&row[0]).to_owned()), Some((row[1].clone(), of_value(&row[2]).to_owned())));
            }
            name if name == CONSENT.name => self.changed_consent(row, false),
            name if name == PERSON.name => {
                let at = table.columns.iter().position(|c| *c == "email").unwrap_or(0);
                self.gone.entry(id).or_default().extend(Some(of_value(&row[at]).to_owned()).filter(|a| !a.is_empty()));
            }
            name if name == ADDRESS.name => {
                if let Value::Integer(person) = row[0] {
                    self.gone.entry(person).or_default().push(of_value(&row[1]).to_owned());
                }
            }
            _ => {}
        }
    }
}

fn withdrawn(row: &[Value]) -> Option<Held> {
    (of_value(&row[2]) == ConsentState::Withdrawn.word()).then(|| (row[3].clone(), of_value(&row[4]).to_owned()))
}

impl Write<'_> {
    /// Lets the step end suppressions and withdrawals: somebody has said so.
    pub(super) fn may_lift(&mut self) {
        self.guard.may_lift = true;
    }

    /// Says that the step goes back to what was.
    pub(super) fn is_reverting(&mut self) {
        self.guard.reverting = true;
    }

    /// Notes how a consent stood before it is changed.
    pub(super) fn guard_update(
        &mut self,
        table: &'static Table,
        id: i64,
        changed: &[(&'static str, Value, Value)],
    ) -> Result<(), StoreError> {
        if table.name != CONSENT.name {
            return Ok(());
        }
        let Some((_, row)) = self.read_columns(table, id, table.columns.iter().copied())? else { return Ok(()) };
        let granted = changed.iter().any(|(column, _, new)| *column == "state" && of_value(new) == ConsentState::Granted.word());
        self.guard.changed_consent(&row, granted);
        Ok(())
    }

    /// Whether the step grants consent to anything.
    pub(super) fn grants(&self) -> bool {
        self.guard.granted > 0
    }

    /// What was in force when the step began and isn't now.
    fn lost(&self) -> Result<Vec<(Protection, Held)>, StoreError> {
        let mut out = Vec::new();
        for (what, was) in &self.guard.before {
            let Some(held) = was else { continue };
            let stands = match what {
                Protection::Suppressed(key) => {
                    self.reader().prepare_cached("SELECT 1 FROM suppression WHERE address_key=?1")?.exists([key])?
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

    /// What the step would end, in words: empty if nothing.
    pub(super) fn would_end(&self) -> Result<Vec<String>, StoreError> {
        self.lost()?.iter().map(|(what, _)| self.words_of(what)).collect()
    }

    /// Notes something that was left as it is.
    pub fn keep_as_is(&mut self, words: String) {
        self.guard.kept.push(words);
    }

    /// What was kept, in words.
    pub(super) fn take_kept(&mut self) -> Vec<String> {
        std::mem::take(&mut self.guard.kept)
    }

    /// Brings back what the step may not end. Of somebody who is gone, the addresses are suppressed.
    pub(super) fn keep_protections(&mut self) -> Result<(), StoreError> {
        if self.guard.may_lift {
            return Ok(());
        }
        for (what, (since, why)) in self.lost()? {
            match &what {
                Protection::Suppressed(key) => {
                    self.insert(&SUPPRESSION, &[key, &since, &why])?;
                    self.guard.kept.push(self.words_of(&what)?);
                }
                Protection::Withdrawn(person, purpose) => {
                    if self.reader().prepare_cached("SELECT 1 FROM person WHERE id=?1")?.exists([person])? {
                        self.withdraw_again(*person, purpose, (&since, &why))?;
                        self.guard.kept.push(self.words_of(&what)?);
                    } else if purpose == Purpose::Mail.word() {
                        self.suppress_those_gone(*person, (&since, &why))?;
                    }
                }
            }
        }
        Ok(())
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
            None => self.insert(&CONSENT, &[&person, &purpose, &withdrawn, since, &why]).map(|_| ()),
        }
    }

    fn suppress_those_gone(&mut self, person: i64, (since, why): (&Value, &str)) -> Result<(), StoreError> {
        let why = if why.is_empty() { "withdrew consent to mail" } else { why };
        for address in self.guard.gone.get(&person).cloned().unwrap_or_default() {
            let since = if let Value::Text(t) = since { t.parse().ok() } else { None };
            if self.suppress_address(&address, since, why)? {
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
