//! The records of all people in one arena, with their other searchable facts. Orders are built from them, and queries search them.
//!
//! Must not know the order in which people are listed, nor what is searched for.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::record::{Entry, Field, Keys, NO_DAY, PART_SEPARATOR, short, write};
use crate::domain::ids::{CommunityId, IdMap, PersonId};
use crate::domain::listed::Listed;
use crate::domain::words::{MembershipStatus, Source};

/// A membership. Its status and source are indices into [`Everybody::statuses`] and [`Everybody::sources`], one byte each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub community: u32,
    status: u8,
    source: u8,
}

/// Returns the index of a word in a list, and adds it if it is new. The list holds 256 words; any further ones share the last index.
fn code<T: PartialEq>(met: &mut Vec<T>, word: T) -> u8 {
    let at = met.iter().position(|m| *m == word).unwrap_or_else(|| {
        if met.len() <= usize::from(u8::MAX) {
            met.push(word);
        }
        met.len() - 1
    });
    u8::try_from(at).unwrap_or(u8::MAX)
}

/// The present and past members of a community, as indices of entries. They include dead entries, but no live person twice.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// The members who count.
    pub counting: Vec<u32>,
    /// The members whose membership is over.
    pub over: Vec<u32>,
    /// How many of the counting members have a live entry.
    alive: u64,
}

/// Everybody, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    pub arena: String,
    pub entries: Vec<Entry>,
    /// How many entries were added while the index was built: these are sorted by id.
    filled: usize,
    /// The indices of entries that were added later, by id.
    later: IdMap<u32, u32>,
    /// The dead entries, in the order in which they were removed.
    pub buried: Vec<u32>,
    keys: Keys,
    places: Vec<Place>,
    statuses: Vec<MembershipStatus>,
    sources: Vec<Source>,
    members: IdMap<u32, Members>,
    /// The communities' folded names.
    pub communities: HashMap<u32, String>,
    /// The ids of people who came to the meetups that match a folded needle, ascending.
    pub attendees: HashMap<String, Vec<u32>>,
    /// The ids of people who match a needle of `eligible:` or `exception:`, ascending.
    pub judged: HashMap<String, Vec<u32>>,
    /// The ids of people who may be mailed, ascending.
    pub mailable: Vec<u32>,
}

impl Everybody {
    /// Adds a person at the end, with their memberships.
    pub(super) fn push(&mut self, p: &Listed<'_>) {
        let start = short(i64::try_from(self.arena.len()).unwrap_or(i64::MAX));
        let places = short(i64::try_from(self.places.len()).unwrap_or(i64::MAX));
        let name = write(&mut self.arena, &mut self.keys, p);
        let at = short(i64::try_from(self.entries.len()).unwrap_or(i64::MAX));
        let mut entry = Entry::new(p, start, name);
        entry.places = places;
        entry.place_count = u16::try_from(p.memberships.len()).unwrap_or(u16::MAX);
        for m in p.memberships {
            let place = self.place(m.community, m.facts.status, m.facts.source);
            self.join(at, place);
            self.places.push(place);
        }
        self.entries.push(entry);
    }

    /// Returns a membership in compact form.
    pub(super) fn place(&mut self, community: CommunityId, status: MembershipStatus, source: Source) -> Place {
        Place { community: short(community.0), status: code(&mut self.statuses, status), source: code(&mut self.sources, source) }
    }

    fn join(&mut self, at: u32, place: Place) {
        let counts = self.status_of(&place).counts();
        let members = self.members.entry(place.community).or_default();
        if counts { &mut members.counting } else { &mut members.over }.push(at);
        members.alive += u64::from(counts);
    }

    /// Ends the part of the entries that is sorted by id.
    pub(super) const fn seal(&mut self) {
        self.filled = self.entries.len();
    }

    /// Adds memberships, in any order, to their people. Call it only while the index is built.
    pub(super) fn fill(&mut self, mut memberships: Vec<(u32, Place)>) {
        memberships.sort_by_key(|(at, _)| *at);
        self.places = Vec::with_capacity(memberships.len());
        let mut rest = memberships.as_slice();
        for at in 0..self.entries.len() {
            let mine = rest.iter().take_while(|(of, _)| *of as usize == at).count();
            let entry = &mut self.entries[at];
            entry.places = short(i64::try_from(self.places.len()).unwrap_or(i64::MAX));
            entry.place_count = u16::try_from(mine).unwrap_or(u16::MAX);
            for (of, place) in &rest[..mine] {
                self.places.push(*place);
                self.join(*of, *place);
            }
            rest = &rest[mine..];
        }
    }

    /// Counts a person's visit to a meetup. Call it only while the index is built.
    pub(super) fn came(&mut self, at: u32, day: NaiveDate) {
        let entry = &mut self.entries[at as usize];
        entry.attended += 1;
        let day = day.num_days_from_ce();
        entry.seen = if entry.seen == NO_DAY { day } else { entry.seen.max(day) };
    }

    /// Replaces a person's entry with their current details.
    pub(super) fn replace(&mut self, person: &Listed<'_>) {
        self.bury(person.id);
        let at = short(i64::try_from(self.entries.len()).unwrap_or(i64::MAX));
        self.push(person);
        self.later.insert(short(person.id.0), at);
    }

    /// Marks a person's entry as dead.
    pub(super) fn bury(&mut self, id: PersonId) {
        let Some(at) = self.find(id) else { return };
        self.entries[at as usize].dead = true;
        self.buried.push(at);
        self.later.remove(&short(id.0));
        let entry = self.entries[at as usize];
        let from = entry.places as usize;
        for place in &self.places[from..from + usize::from(entry.place_count)] {
            let counts = self.statuses[usize::from(place.status)].counts();
            if let Some(members) = self.members.get_mut(&place.community) {
                members.alive -= u64::from(counts);
            }
        }
    }

    /// Returns the index of a person's live entry.
    pub(super) fn find(&self, id: PersonId) -> Option<u32> {
        let id = short(id.0);
        if let Some(at) = self.later.get(&id) {
            return Some(*at);
        }
        let filled = &self.entries[..self.filled.min(self.entries.len())];
        // Ids mostly have no gaps, so the index can be guessed from the id.
        let guess = filled.first().and_then(|first| usize::try_from(id.checked_sub(first.id)?).ok());
        let at = match guess.filter(|at| filled.get(*at).is_some_and(|e| e.id == id)) {
            Some(at) => at,
            None => filled.binary_search_by_key(&id, |e| e.id).ok()?,
        };
        (!filled[at].dead).then(|| short(i64::try_from(at).unwrap_or(i64::MAX)))
    }

    /// Returns the present and past members of a community.
    pub(super) fn members_of(&self, community: CommunityId) -> Option<&Members> {
        self.members.get(&short(community.0))
    }

    /// Returns how many people count as members of a community.
    pub(super) fn counting_in(&self, community: CommunityId) -> u64 {
        self.members.get(&short(community.0)).map_or(0, |m| m.alive)
    }

    /// Returns how many people count as members of each community.
    pub(super) fn counts(&self) -> impl Iterator<Item = (CommunityId, u64)> {
        self.members.iter().filter(|(_, m)| m.alive > 0).map(|(id, m)| (CommunityId(i64::from(*id)), m.alive))
    }

    /// Returns whether a person is a member of a community. `over_too` includes memberships that are over.
    pub(super) fn is_in(&self, at: usize, community: CommunityId, over_too: bool) -> bool {
        let community = short(community.0);
        self.places_of(&self.entries[at]).iter().any(|p| p.community == community && (over_too || self.status_of(p).counts()))
    }

    /// Returns the end of an entry's record in the arena.
    pub(super) fn end(&self, at: usize) -> usize {
        self.entries.get(at + 1).map_or(self.arena.len(), |e| e.start as usize)
    }

    pub(super) fn record(&self, at: usize) -> Record<'_> {
        let entry = &self.entries[at];
        Record { all: self, entry, text: &self.arena[entry.start as usize..self.end(at)] }
    }

    /// Returns a person's folded name.
    pub(super) fn name(&self, at: usize) -> &str {
        let entry = &self.entries[at];
        if entry.name == u16::MAX {
            // The length doesn't fit into 16 bits, so the name is read from the record.
            return self.record(at).field(Field::Name);
        }
        let start = entry.start as usize;
        &self.arena[start..start + usize::from(entry.name)]
    }

    /// Returns the folded name as bytes, which is faster.
    pub(super) fn name_bytes(&self, at: usize) -> &[u8] {
        let entry = &self.entries[at];
        if entry.name == u16::MAX {
            return self.name(at).as_bytes();
        }
        let start = entry.start as usize;
        &self.arena.as_bytes()[start..start + usize::from(entry.name)]
    }

    /// Returns the text that a person is sorted by: the name, or the first address if there is none.
    pub(super) fn sort_name(&self, at: usize) -> &str {
        match self.name(at) {
            "" => self.record(at).field(Field::Emails).split(PART_SEPARATOR).next().unwrap_or(""),
            name => name,
        }
    }

    pub(super) fn status_of(&self, place: &Place) -> MembershipStatus {
        self.statuses[usize::from(place.status)]
    }

    pub(super) fn source_of(&self, place: &Place) -> Source {
        self.sources[usize::from(place.source)]
    }

    pub(super) fn places_of(&self, entry: &Entry) -> &[Place] {
        let from = entry.places as usize;
        &self.places[from..from + usize::from(entry.place_count)]
    }
}

/// One person's record, with access to everybody's.
pub(super) struct Record<'a> {
    pub all: &'a Everybody,
    pub entry: &'a Entry,
    pub text: &'a str,
}

impl<'a> Record<'a> {
    /// Returns the text of a field.
    pub(super) fn field(&self, wanted: Field) -> &'a str {
        wanted.of(self.text)
    }
}
