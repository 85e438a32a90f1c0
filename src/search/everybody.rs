//! Everybody's records in one arena, with what is known of each: what orders are made of and queries are answered from.
//!
//! Must not know in which order people stand, nor what is asked.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::record::{Entry, Field, Keys, NO_DAY, PART_SEPARATOR, short, write};
use crate::domain::ids::{CommunityId, IdMap, PersonId};
use crate::domain::listed::Listed;
use crate::domain::words::{MembershipStatus, Source};

/// A membership. Its words are places in [`Everybody::statuses`] and [`Everybody::sources`]: a byte each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub community: u32,
    status: u8,
    source: u8,
}

/// The place of a word among those met so far. Of more than a list has, with hundreds that aren't recognised, the last few share one.
fn code<T: PartialEq>(met: &mut Vec<T>, word: T) -> u8 {
    let at = met.iter().position(|m| *m == word).unwrap_or_else(|| {
        if met.len() <= usize::from(u8::MAX) {
            met.push(word);
        }
        met.len() - 1
    });
    u8::try_from(at).unwrap_or(u8::MAX)
}

/// Those who are or were in a community, as places of entries; the dead among them too, but nobody twice who lives.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Those who count.
    pub counting: Vec<u32>,
    /// The others.
    pub over: Vec<u32>,
    /// How many of those who count are alive.
    alive: u64,
}

/// Everybody, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Everybody {
    pub arena: String,
    pub entries: Vec<Entry>,
    /// How many of the entries came while the index was filled: these are by ascending id.
    filled: usize,
    /// Where those are who came later, by their ids.
    later: IdMap<u32, u32>,
    /// The entries that are no longer anybody's, in the order in which they were buried.
    pub buried: Vec<u32>,
    keys: Keys,
    places: Vec<Place>,
    statuses: Vec<MembershipStatus>,
    sources: Vec<Source>,
    members: IdMap<u32, Members>,
    /// The communities' folded names.
    pub communities: HashMap<u32, String>,
    /// Who came to the meetups that a folded needle means, ascending.
    pub attendees: HashMap<String, Vec<u32>>,
    /// Of whom a needle of `eligible:` or `exception:` holds, ascending.
    pub judged: HashMap<String, Vec<u32>>,
    /// Those who may be mailed, ascending.
    pub mailable: Vec<u32>,
}

impl Everybody {
    /// Adds somebody at the end, with their memberships.
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

    /// A membership, with its words as they are kept.
    pub(super) fn place(&mut self, community: CommunityId, status: MembershipStatus, source: Source) -> Place {
        Place { community: short(community.0), status: code(&mut self.statuses, status), source: code(&mut self.sources, source) }
    }

    fn join(&mut self, at: u32, place: Place) {
        let counts = self.status_of(&place).counts();
        let members = self.members.entry(place.community).or_default();
        if counts { &mut members.counting } else { &mut members.over }.push(at);
        members.alive += u64::from(counts);
    }

    /// Everybody is there who came by ascending id.
    pub(super) const fn seal(&mut self) {
        self.filled = self.entries.len();
    }

    /// Puts memberships beside those whose they are; they come in any order. Only while the index is filled.
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

    /// Somebody came to a meetup. Only while the index is filled.
    pub(super) fn came(&mut self, at: u32, day: NaiveDate) {
        let entry = &mut self.entries[at as usize];
        entry.attended += 1;
        let day = day.num_days_from_ce();
        entry.seen = if entry.seen == NO_DAY { day } else { entry.seen.max(day) };
    }

    /// Puts a person as they are now in the place of the one that was known.
    pub(super) fn replace(&mut self, person: &Listed<'_>) {
        self.bury(person.id);
        let at = short(i64::try_from(self.entries.len()).unwrap_or(i64::MAX));
        self.push(person);
        self.later.insert(short(person.id.0), at);
    }

    /// Forgets somebody.
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

    /// Where somebody's entry is.
    pub(super) fn find(&self, id: PersonId) -> Option<u32> {
        let id = short(id.0);
        if let Some(at) = self.later.get(&id) {
            return Some(*at);
        }
        let filled = &self.entries[..self.filled.min(self.entries.len())];
        // Ids mostly follow each other without a gap.
        let guess = filled.first().and_then(|first| usize::try_from(id.checked_sub(first.id)?).ok());
        let at = match guess.filter(|at| filled.get(*at).is_some_and(|e| e.id == id)) {
            Some(at) => at,
            None => filled.binary_search_by_key(&id, |e| e.id).ok()?,
        };
        (!filled[at].dead).then(|| short(i64::try_from(at).unwrap_or(i64::MAX)))
    }

    /// Those who are or were in a community.
    pub(super) fn members_of(&self, community: CommunityId) -> Option<&Members> {
        self.members.get(&short(community.0))
    }

    /// How many count as members of a community.
    pub(super) fn counting_in(&self, community: CommunityId) -> u64 {
        self.members.get(&short(community.0)).map_or(0, |m| m.alive)
    }

    /// How many count as members of each community.
    pub(super) fn counts(&self) -> impl Iterator<Item = (CommunityId, u64)> {
        self.members.iter().filter(|(_, m)| m.alive > 0).map(|(id, m)| (CommunityId(i64::from(*id)), m.alive))
    }

    /// Whether somebody is in a community; `over_too` says whether it may be over.
    pub(super) fn is_in(&self, at: usize, community: CommunityId, over_too: bool) -> bool {
        let community = short(community.0);
        self.places_of(&self.entries[at]).iter().any(|p| p.community == community && (over_too || self.status_of(p).counts()))
    }

    /// Where an entry's record ends.
    pub(super) fn end(&self, at: usize) -> usize {
        self.entries.get(at + 1).map_or(self.arena.len(), |e| e.start as usize)
    }

    pub(super) fn record(&self, at: usize) -> Record<'_> {
        let entry = &self.entries[at];
        Record { all: self, entry, text: &self.arena[entry.start as usize..self.end(at)] }
    }

    /// Somebody's folded name.
    pub(super) fn name(&self, at: usize) -> &str {
        let entry = &self.entries[at];
        if entry.name == u16::MAX {
            // Longer than can be noted: looked for.
            return self.record(at).field(Field::Name);
        }
        let start = entry.start as usize;
        &self.arena[start..start + usize::from(entry.name)]
    }

    /// The same as bytes: quicker to have.
    pub(super) fn name_bytes(&self, at: usize) -> &[u8] {
        let entry = &self.entries[at];
        if entry.name == u16::MAX {
            return self.name(at).as_bytes();
        }
        let start = entry.start as usize;
        &self.arena.as_bytes()[start..start + usize::from(entry.name)]
    }

    /// What somebody is sorted by: the name, or else the first address.
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

/// A person among everybody.
pub(super) struct Record<'a> {
    pub all: &'a Everybody,
    pub entry: &'a Entry,
    pub text: &'a str,
}

impl<'a> Record<'a> {
    /// What it says in a field.
    pub(super) fn field(&self, wanted: Field) -> &'a str {
        wanted.of(self.text)
    }
}
