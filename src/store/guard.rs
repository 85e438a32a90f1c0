//! Guards what a step may not end without confirmation: suppressions and withdrawn consents.
//!
//! What was in force when a step began is in force when it ends, unless the step may lift it: `allow`, at the person's own request, and
//! confirmed undo and redo. Every write passes through the guard, so nothing can bypass it. Must not know which command or import the step
//! is.

use std::collections::{HashMap, HashSet};

use rusqlite::ToSql;
use rusqlite::types::Value;

use super::cell::text;
use super::schema::{ADDRESS, CONSENT, PERSON, SUPPRESSION, Table};
use crate::domain::words::{ConsentState, Purpose, Stored};

/// Something that protects a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Protection {
    /// A suppressed address, by its key.
    Suppressed(String),
    /// A person's withdrawn consent for a purpose.
    Withdrawn(i64, String),
}

/// The state before the step: since when, and why.
pub(super) type Held = (Value, String);

/// The protections that a step has touched so far.
#[derive(Default)]
pub(super) struct Guard {
    pub(super) may_lift: bool,
    /// Whether the step reverts others; then no withdrawal is ended, whatever its purpose.
    pub(super) reverting: bool,
    /// The state of each before the step; `None` if it wasn't in force.
    pub(super) before: HashMap<Protection, Option<Held>>,
    /// Addresses that people lost in this step, by removal or by change.
    pub(super) gone: HashMap<i64, Vec<String>>,
    /// Addresses that people gained in this step.
    pub(super) came: Vec<(i64, String)>,
    /// People who were added, as ranges of ids: an import adds up to a million, so their addresses aren't kept.
    pub(super) added: Vec<(i64, i64)>,
    /// People whose consent to mail was removed while its state was a word that this program doesn't know.
    pub(super) unclear: HashSet<i64>,
    /// How many consents the step grants, and how many addresses it marks as different from suppressed ones.
    pub(super) granted: u64,
    /// What the step could not end, in words.
    pub(super) kept: Vec<String>,
}

pub(super) fn of_value(value: &Value) -> &str {
    if let Value::Text(t) = value { t } else { "" }
}

impl Guard {
    /// Records the state of a protection the first time that the step touches it.
    fn touch(&mut self, what: Protection, was: Option<Held>) {
        self.before.entry(what).or_insert(was);
    }

    /// Records an insert.
    pub(super) fn inserting(&mut self, table: &Table, values: &[&dyn ToSql], person: Option<i64>) {
        if let (true, Some(person)) = (table.name == PERSON.name, person) {
            match self.added.last_mut().filter(|(_, last)| last + 1 == person) {
                Some((_, last)) => *last = person,
                None => self.added.push((person, person)),
            }
            return;
        }
        if let (true, Some(person)) = (table.name == ADDRESS.name, person) {
            let at = table.position("address");
            self.came.extend(at.map(|at| (person, text(values[at]))));
            return;
        }
        if table.name == SUPPRESSION.name {
            let key = text(values[0]);
            // A pair of addresses marked as different people's: that allows mail to one of them.
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

    /// Records a change of a suppression: `row` is its old state, `was` and `will` whether it was and will be in force.
    pub(super) fn changed_suppression(&mut self, row: &[Value], was: bool, will: bool) {
        let key = of_value(&row[0]).to_owned();
        // A pair of addresses marked as different people's: that allows mail to one of them.
        if key.contains(' ') {
            self.granted += u64::from(will && !was);
        } else {
            self.touch(Protection::Suppressed(key), was.then(|| (row[1].clone(), of_value(&row[2]).to_owned())));
        }
    }

    /// Records a change of a consent: `row` is its old state.
    pub(super) fn changed_consent(&mut self, row: &[Value], granted: bool) {
        if let (Some(Value::Integer(person)), Some(purpose)) = (row.first(), row.get(1)) {
            self.touch(Protection::Withdrawn(*person, of_value(purpose).to_owned()), withdrawn(row));
            self.granted += u64::from(granted);
        }
    }

    /// Records a removal: `row` has the columns in their order.
    pub(super) fn deleting(&mut self, table: &Table, id: i64, row: &[Value]) {
        match table.name {
            name if name == SUPPRESSION.name && of_value(&row[0]).contains(' ') => {}
            name if name == SUPPRESSION.name => {
                self.touch(Protection::Suppressed(of_value(&row[0]).to_owned()), Some((row[1].clone(), of_value(&row[2]).to_owned())));
            }
            name if name == CONSENT.name => {
                self.changed_consent(row, false);
                let is_unclear = of_value(&row[1]) == Purpose::Mail.word() && !ConsentState::stored(of_value(&row[2])).is_recognised();
                if let (Value::Integer(person), true) = (&row[0], is_unclear) {
                    self.unclear.insert(*person);
                }
            }
            name if name == PERSON.name => {
                let at = table.position("email").unwrap_or(0);
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
