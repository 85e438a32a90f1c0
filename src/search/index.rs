//! The index itself: filling it, keeping it true, asking it.
//!
//! Must not know how hits are shown.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use memchr::memmem::Finder;

use super::order::{Order, Ranks, SortBy};
use super::subject::{FIELD_SEPARATOR, PART_SEPARATOR, Record};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::person::ConsentFacts;
use crate::domain::query::{Expr, Plan};
use crate::domain::words::{ConsentState, MembershipStatus, PersonKind, Source};
use crate::domain::{dates, tags, text};

/// A day that is not known.
pub(super) const NO_DAY: i32 = i32::MIN;

/// What is kept of a person beside their record's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub id: u32,
    pub start: u32,
    pub places: u32,
    pub place_count: u16,
    pub dead: bool,
    pub joined: i32,
    pub seen: i32,
    pub attended: u32,
    /// A bit for each purpose that was granted, then for each that was withdrawn, then for each whose state isn't recognised.
    pub consents: u16,
}

/// A membership in the index. Its words are places in [`Index::statuses`] and [`Index::sources`]: a byte each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub community: u32,
    pub status: u8,
    pub source: u8,
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

/// Everybody, ready to be searched.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) arena: String,
    pub(super) entries: Vec<Entry>,
    pub(super) places: Vec<Place>,
    pub(super) statuses: Vec<MembershipStatus>,
    pub(super) sources: Vec<Source>,
    pub(super) communities: HashMap<u32, String>,
    pub(super) attendees: HashMap<String, Vec<u32>>,
    pub(super) judged: HashMap<String, Vec<u32>>,
    /// Those who may be mailed, ascending.
    pub(super) mailable: Vec<u32>,
    by_id: HashMap<u32, u32>,
    /// The distinct words of names, made when a search first finds nobody.
    name_words: Option<Vec<String>>,
    orders: HashMap<SortBy, Order>,
    dead: usize,
}

/// Fills an [`Index`] from people in any order.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    index: Index,
}

impl IndexBuilder {
    /// An empty one with room for so many people.
    #[must_use]
    pub fn with_room(people: usize) -> Self {
        let mut index = Index::default();
        index.entries.reserve_exact(people);
        index.arena.reserve(people.saturating_mul(180));
        Self { index }
    }

    /// Adds a person.
    pub fn push(&mut self, person: &Listed<'_>) {
        self.index.push(person);
    }

    /// Names the communities and puts everybody in order.
    #[must_use]
    pub fn finish(mut self, communities: impl IntoIterator<Item = (CommunityId, String)>) -> Index {
        self.index.arena.shrink_to_fit();
        self.index.set_communities(communities);
        self.index.by_id = (0_u32..).zip(&self.index.entries).map(|(at, e)| (e.id, at)).collect();
        self.index.order(SortBy::Name);
        self.index
    }
}

impl Index {
    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() - self.dead
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether so much has changed that it should be built anew.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.dead > 1_000 && self.dead * 2 > self.entries.len()
    }

    /// Takes the communities' names, for `community:`.
    pub fn set_communities(&mut self, communities: impl IntoIterator<Item = (CommunityId, String)>) {
        self.communities = communities.into_iter().map(|(id, name)| (short(id.0), text::fold(&name))).collect();
    }

    /// Says who came to the meetups that `attended:"needle"` means; asked before each search that names one.
    pub fn set_attendees(&mut self, needle: &str, people: &[PersonId]) {
        let mut ids: Vec<u32> = people.iter().map(|p| short(p.0)).collect();
        ids.sort_unstable();
        self.attendees.insert(text::fold(needle), ids);
    }

    /// Says of whom `eligible:needle` (or, as `exception needle`, `exception:needle`) holds; asked before each search that names one.
    pub fn set_judged(&mut self, needle: &str, people: &[PersonId]) {
        let mut ids: Vec<u32> = people.iter().map(|p| short(p.0)).collect();
        ids.sort_unstable();
        ids.dedup();
        self.judged.insert(needle.to_owned(), ids);
    }

    /// Says who may be mailed; asked before each search that asks for it. The others are those for whom `mail:no` holds.
    pub fn set_mailable(&mut self, people: &[PersonId]) {
        self.mailable = people.iter().map(|p| short(p.0)).collect();
    }

    fn push(&mut self, p: &Listed<'_>) {
        let start = short(i64::try_from(self.arena.len()).unwrap_or(i64::MAX));
        let places = short(i64::try_from(self.places.len()).unwrap_or(i64::MAX));
        write_record(&mut self.arena, p);
        for m in p.memberships {
            let status = code(&mut self.statuses, m.facts.status);
            let source = code(&mut self.sources, m.facts.source);
            self.places.push(Place { community: short(m.community.0), status, source });
        }
        let joined = dates::iso(p.joined);
        self.entries.push(Entry {
            id: short(p.id.0),
            start,
            places,
            place_count: u16::try_from(p.memberships.len()).unwrap_or(u16::MAX),
            dead: false,
            joined: joined.map_or(NO_DAY, |d| d.num_days_from_ce()),
            seen: p.seen.map_or(NO_DAY, |d| d.num_days_from_ce()),
            attended: p.attended,
            consents: consent_bits(p),
        });
    }

    /// Takes a person as they are now. [`Index::settle`] must follow.
    pub fn replace(&mut self, person: &Listed<'_>) {
        let id = short(person.id.0);
        self.bury(id);
        self.push(person);
        self.by_id.insert(id, short(i64::try_from(self.entries.len() - 1).unwrap_or(i64::MAX)));
    }

    /// Drops those who are gone and puts everybody in order again.
    pub fn settle(&mut self, gone: &[PersonId]) {
        for id in gone {
            self.bury(short(id.0));
        }
        self.orders.clear();
        self.name_words = None;
    }

    fn bury(&mut self, id: u32) {
        let Some(at) = self.by_id.remove(&id) else { return };
        if let Some(entry) = self.entries.get_mut(at as usize) {
            entry.dead = true;
            self.dead += 1;
        }
    }

    fn order(&mut self, by: SortBy) {
        if !self.orders.contains_key(&by) {
            let order = Order::new(self, by);
            self.orders.insert(by, order);
        }
    }

    pub(super) fn record(&self, at: usize) -> Record<'_> {
        let end = self.entries.get(at + 1).map_or(self.arena.len(), |e| e.start as usize);
        Record { index: self, entry: &self.entries[at], text: &self.arena[self.entries[at].start as usize..end] }
    }

    fn in_community(&self, entry: &Entry, community: CommunityId, over_too: bool) -> bool {
        self.places_of(entry).iter().any(|p| p.community == short(community.0) && (over_too || self.status_of(p).counts()))
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

    /// Those whom the query finds, in order. Sorted by name, better hits come first: a word of the name that begins so,
    /// then the middle of a name, then anything else.
    pub fn find(&mut self, query: &Expr, today: NaiveDate, community: Option<CommunityId>, sort: SortBy, reverse: bool) -> Vec<PersonId> {
        self.order(sort);
        let plan = Plan::new(query, today, true).within(community.map(|c| c.0));
        let over_too = mentions_status(&plan);
        let Some(order) = self.orders.get(&sort) else { return Vec::new() };
        let words = plan.words();
        let tiers = if words.is_empty() || sort != SortBy::Name { 1 } else { 3 };
        let finders: Vec<Finder<'_>> = words.iter().map(|w| Finder::new(w.as_bytes())).collect();
        let mut hits: Vec<Ranks> = (0..tiers).map(|_| Ranks::new(self.entries.len())).collect();
        self.each_hit(&plan, &words, |at| {
            let entry = &self.entries[at];
            if community.is_none_or(|c| self.in_community(entry, c, over_too)) {
                let tier = if tiers == 1 { 0 } else { self.record(at).tier(&finders) };
                hits[tier].set(order.rank_of(at));
            }
        });
        let mut out = Vec::with_capacity(hits.iter().map(Ranks::count).sum());
        for ranks in &hits {
            ranks.each(|rank| out.push(PersonId(i64::from(order.id_at(rank)))));
        }
        if reverse {
            out.reverse();
        }
        out
    }

    /// Whom a query finds, by ascending id: for exports. `over_too` says whether those are meant too whose membership is over.
    #[must_use]
    pub fn find_ids(&self, query: &Expr, today: NaiveDate, community: Option<CommunityId>, over_too: bool) -> Vec<PersonId> {
        let plan = Plan::new(query, today, true).within(community.map(|c| c.0));
        let over_too = over_too || mentions_status(&plan);
        let mut out = Vec::new();
        self.each_hit(&plan, &plan.words(), |at| {
            if community.is_none_or(|c| self.in_community(&self.entries[at], c, over_too)) {
                out.push(PersonId(i64::from(self.entries[at].id)));
            }
        });
        out.sort_unstable();
        out
    }

    fn each_hit(&self, plan: &Plan, words: &[&str], mut take: impl FnMut(usize)) {
        let simple =
            matches!(plan, Plan::Anywhere(_)) || matches!(plan, Plan::And(all) if all.iter().all(|p| matches!(p, Plan::Anywhere(_))));
        let Some(longest) = words.first().filter(|w| !w.is_empty()) else {
            for at in 0..self.entries.len() {
                if !self.entries[at].dead && plan.holds(&self.record(at)) {
                    take(at);
                }
            }
            return;
        };
        let finder = Finder::new(longest.as_bytes());
        let rest: Vec<Finder<'_>> = words[1..].iter().map(|w| Finder::new(w.as_bytes())).collect();
        let bytes = self.arena.as_bytes();
        let (mut at, mut from) = (0, 0);
        while let Some(found) = finder.find(&bytes[from..]) {
            let place = from + found;
            at = self.entry_at(at, place);
            let end = self.entries.get(at + 1).map_or(bytes.len(), |e| e.start as usize);
            let record = &bytes[self.entries[at].start as usize..end];
            let holds = if simple { rest.iter().all(|f| f.find(record).is_some()) } else { plan.holds(&self.record(at)) };
            if holds && !self.entries[at].dead {
                take(at);
            }
            from = end;
            at += 1;
            if at >= self.entries.len() {
                break;
            }
        }
    }

    /// The entry in whose record a place lies; looked for from `from` on, near places first.
    fn entry_at(&self, from: usize, place: usize) -> usize {
        let starts_after = |at: usize| self.entries.get(at).is_none_or(|e| e.start as usize > place);
        let mut step = 1;
        let mut low = from;
        while !starts_after(low + step) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.entries.len());
        low + self.entries[low..high].partition_point(|e| e.start as usize <= place) - 1
    }

    /// The word of somebody's name that is nearest to one that finds nothing; `None` if every word finds something.
    #[must_use]
    pub fn did_you_mean(&mut self, query: &Expr) -> Option<String> {
        let plan = Plan::new(query, NaiveDate::MIN, true);
        let missing =
            plan.words().into_iter().find(|w| w.len() >= 3 && memchr::memmem::find(self.arena.as_bytes(), w.as_bytes()).is_none())?;
        let words = match self.name_words.take() {
            Some(words) => words,
            None => {
                let live = (0..self.entries.len()).filter(|at| !self.entries[*at].dead);
                let distinct: HashSet<&str> = live.flat_map(|at| self.record(at).field(0).split([' ', '-'])).collect();
                let mut words: Vec<String> = distinct.into_iter().map(str::to_owned).collect();
                words.sort_unstable();
                words
            }
        };
        let near = words.iter().find(|word| word.len().abs_diff(missing.len()) <= 2 && text::one_edit_apart(word, missing)).cloned();
        self.name_words = Some(words);
        near
    }

    /// How many people count as members of each community.
    #[must_use]
    pub fn community_counts(&self) -> HashMap<CommunityId, u64> {
        let mut out = HashMap::new();
        for entry in self.entries.iter().filter(|e| !e.dead) {
            for place in self.places_of(entry).iter().filter(|p| self.status_of(p).counts()) {
                *out.entry(CommunityId(i64::from(place.community))).or_insert(0) += 1;
            }
        }
        out
    }
}

fn mentions_status(plan: &Plan) -> bool {
    match plan {
        Plan::Membership(test) => test.status.is_some(),
        Plan::Not(inner) => mentions_status(inner),
        Plan::And(all) | Plan::Or(all) => all.iter().any(mentions_status),
        _ => false,
    }
}

/// The first bit of the purposes that were granted; five for each state: four purposes, and one for those that aren't recognised.
pub(super) const GRANTED: u16 = 1;
/// The first bit of those that were withdrawn.
pub(super) const WITHDRAWN: u16 = 1 << 5;
/// The first bit of those whose state isn't recognised.
pub(super) const UNRECOGNISED: u16 = 1 << 10;

/// Ids and places are kept in 32 bits: four thousand million people are enough for a community.
pub(super) fn short(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A consent whose purpose isn't recognised sets a bit of its own, which no search asks for.
fn consent_bits(p: &Listed<'_>) -> u16 {
    let bit = |c: &ConsentFacts| match c.state {
        ConsentState::Granted => GRANTED << c.purpose.place(),
        ConsentState::Withdrawn => WITHDRAWN << c.purpose.place(),
        ConsentState::Unrecognised(_) => UNRECOGNISED << c.purpose.place(),
        ConsentState::Unknown => 0,
    };
    p.consents.iter().map(bit).fold(0, |all, one| all | one)
}

/// The order of the fields in a record; [`Record::field`] counts them.
fn write_record(out: &mut String, p: &Listed<'_>) {
    text::fold_into(out, p.name);
    out.push(FIELD_SEPARATOR);
    text::fold_into(out, p.email);
    for other in p.others {
        out.push(PART_SEPARATOR);
        text::fold_into(out, &other.address);
    }
    out.push(FIELD_SEPARATOR);
    text::fold_into(out, p.organisation);
    if !p.short_name.is_empty() {
        out.push(PART_SEPARATOR);
        text::fold_into(out, p.short_name);
    }
    for plain in [p.job_title, p.discipline] {
        out.push(FIELD_SEPARATOR);
        text::fold_into(out, plain);
    }
    out.push(FIELD_SEPARATOR);
    for (i, tag) in p.tags.split(';').filter(|t| !t.is_empty()).enumerate() {
        if i > 0 {
            out.push(PART_SEPARATOR);
        }
        text::fold_into(out, tag);
    }
    out.push(FIELD_SEPARATOR);
    if p.kind == PersonKind::TeamMailbox {
        out.push_str(p.kind.word());
    }
    out.push(FIELD_SEPARATOR);
    write_fields(out, p.fields);
    out.push(FIELD_SEPARATOR);
    text::fold_into(out, p.note);
    out.push(FIELD_SEPARATOR);
}

/// Custom fields as `key=value`: the stored JSON object, read as it lies.
fn write_fields(out: &mut String, stored: &str) {
    if stored.is_empty() {
        return;
    }
    let pairs: serde_json::Map<String, serde_json::Value> = serde_json::from_str(stored).unwrap_or_default();
    for (name, value) in &pairs {
        out.push(PART_SEPARATOR);
        out.push_str(&tags::field_key(name));
        out.push('=');
        text::fold_into(out, value.as_str().unwrap_or(""));
    }
}
