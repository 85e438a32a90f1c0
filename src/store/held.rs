//! People whom an import has changed and not written yet, so that the journal has one change of each person, however many rows are about
//! them.
//!
//! Must not know what the rows are.

use std::collections::HashMap;

use crate::domain::ids::PersonId;
use crate::domain::person::PersonFacts;

/// When so many bytes are held, about, they are to be written.
const MOST: usize = 8 << 20;

/// Who is held.
#[derive(Debug, Default)]
pub(super) struct Held {
    people: HashMap<PersonId, PersonFacts>,
    bytes: usize,
}

impl Held {
    /// Whether somebody is held, so that their row in the file isn't what is known of them.
    pub(super) fn has(&self, id: PersonId) -> bool {
        self.people.contains_key(&id)
    }

    /// Takes somebody out.
    pub(super) fn take(&mut self, id: PersonId) -> Option<PersonFacts> {
        let facts = self.people.remove(&id)?;
        self.bytes -= size(&facts);
        Some(facts)
    }

    /// Holds somebody who isn't held.
    pub(super) fn hold(&mut self, id: PersonId, facts: PersonFacts) {
        self.bytes += size(&facts);
        self.people.insert(id, facts);
    }

    pub(super) const fn is_full(&self) -> bool {
        self.bytes > MOST
    }

    /// Hands over everybody, by ascending id.
    pub(super) fn release(&mut self) -> Vec<(PersonId, PersonFacts)> {
        self.bytes = 0;
        let mut all: Vec<(PersonId, PersonFacts)> = self.people.drain().collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}

/// Whether what a row changes of somebody can be written later than what the next rows do: nobody is found by it, no other row refers to it.
pub(super) fn can_wait(before: &PersonFacts, after: &PersonFacts) -> bool {
    let (b, a) = (before, after);
    (b.kind, b.email_state, &b.name, &b.email, &b.others) == (a.kind, a.email_state, &a.name, &a.email, &a.others)
        && (&b.organisation, &b.discipline) == (&a.organisation, &a.discipline)
}

/// How much memory somebody's facts take, about.
fn size(facts: &PersonFacts) -> usize {
    let texts = [&facts.name, &facts.email, &facts.organisation, &facts.job_title, &facts.discipline, &facts.note];
    size_of::<PersonFacts>()
        + texts.map(String::len).iter().sum::<usize>()
        + facts.tags.iter().map(String::len).sum::<usize>()
        + facts.fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
}
