//! Buffers people that an import has changed but not written yet, so that the journal has one change for each person, however many rows are
//! about them.
//!
//! Must not know what the rows are.

use std::collections::HashMap;

use crate::domain::ids::PersonId;
use crate::domain::person::PersonFacts;

/// The approximate number of bytes above which the buffer has to be written.
const MOST: usize = 8 << 20;

/// The buffered people.
#[derive(Debug, Default)]
pub(super) struct Held {
    people: HashMap<PersonId, PersonFacts>,
    bytes: usize,
}

impl Held {
    /// Returns whether a person is buffered, so that their row in the file is out of date.
    pub(super) fn has(&self, id: PersonId) -> bool {
        self.people.contains_key(&id)
    }

    /// Removes and returns a person.
    pub(super) fn take(&mut self, id: PersonId) -> Option<PersonFacts> {
        let facts = self.people.remove(&id)?;
        self.bytes -= size(&facts);
        Some(facts)
    }

    /// Adds a person who isn't buffered.
    pub(super) fn hold(&mut self, id: PersonId, facts: PersonFacts) {
        self.bytes += size(&facts);
        self.people.insert(id, facts);
    }

    pub(super) const fn is_full(&self) -> bool {
        self.bytes > MOST
    }

    /// Removes and returns everybody, by ascending id.
    pub(super) fn release(&mut self) -> Vec<(PersonId, PersonFacts)> {
        self.bytes = 0;
        let mut all: Vec<(PersonId, PersonFacts)> = self.people.drain().collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}

/// Returns whether a change can be written after the next rows: lookups and references don't depend on what it changes.
pub(super) fn can_wait(before: &PersonFacts, after: &PersonFacts) -> bool {
    let (b, a) = (before, after);
    (b.kind, b.email_state, &b.name, &b.email, &b.others) == (a.kind, a.email_state, &a.name, &a.email, &a.others)
        && (&b.organisation, &b.discipline) == (&a.organisation, &a.discipline)
}

/// Returns the approximate memory that a person's facts take, in bytes.
fn size(facts: &PersonFacts) -> usize {
    let texts = [&facts.name, &facts.email, &facts.organisation, &facts.job_title, &facts.discipline, &facts.note];
    size_of::<PersonFacts>()
        + texts.map(String::len).iter().sum::<usize>()
        + facts.tags.iter().map(String::len).sum::<usize>()
        + facts.fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
}
