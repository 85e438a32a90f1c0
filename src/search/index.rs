//! The index itself: filling it, keeping it true, asking it.
//!
//! Must not know how hits are shown.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use memchr::memmem::Finder;

use super::everybody::Everybody;
use super::order::{Order, Ranks, SortBy};
use super::record::{Entry, Field, short};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::query::{Expr, Plan};
use crate::domain::text;

/// Everybody, ready to be searched.
#[derive(Debug, Default)]
pub struct Index {
    all: Everybody,
    by_id: HashMap<u32, u32>,
    /// The distinct words of names, made when a search first finds nobody.
    name_words: Option<Vec<String>>,
    orders: HashMap<SortBy, Order>,
    dead: usize,
}

/// Fills an [`Index`] from people in any order.
#[derive(Debug, Default)]
pub(crate) struct IndexBuilder {
    index: Index,
}

impl IndexBuilder {
    /// An empty one with room for so many people.
    #[must_use]
    pub(crate) fn with_room(people: usize) -> Self {
        let mut index = Index::default();
        index.all.entries.reserve_exact(people);
        index.all.arena.reserve(people.saturating_mul(180));
        Self { index }
    }

    /// Adds a person.
    pub(crate) fn push(&mut self, person: &Listed<'_>) {
        self.index.all.push(person);
    }

    /// Names the communities and puts everybody in order.
    #[must_use]
    pub(crate) fn finish(mut self, communities: impl IntoIterator<Item = (CommunityId, String)>) -> Index {
        self.index.all.arena.shrink_to_fit();
        self.index.set_communities(communities);
        self.index.by_id = (0_u32..).zip(&self.index.all.entries).map(|(at, e)| (e.id, at)).collect();
        self.index.order(SortBy::Name);
        self.index
    }
}

impl Index {
    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.entries.len() - self.dead
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether so much has changed that it should be built anew.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.dead > 1_000 && self.dead * 2 > self.all.entries.len()
    }

    /// Takes the communities' names, for `community:`.
    pub fn set_communities(&mut self, communities: impl IntoIterator<Item = (CommunityId, String)>) {
        self.all.communities = communities.into_iter().map(|(id, name)| (short(id.0), text::fold(&name))).collect();
    }

    /// Says who came to the meetups that `attended:"needle"` means; asked before each search that names one.
    pub fn set_attendees(&mut self, needle: &str, people: &[PersonId]) {
        let mut ids: Vec<u32> = people.iter().map(|p| short(p.0)).collect();
        ids.sort_unstable();
        self.all.attendees.insert(text::fold(needle), ids);
    }

    /// Says of whom `eligible:needle` (or, as `exception needle`, `exception:needle`) holds; asked before each search that names one.
    pub fn set_judged(&mut self, needle: &str, people: &[PersonId]) {
        let mut ids: Vec<u32> = people.iter().map(|p| short(p.0)).collect();
        ids.sort_unstable();
        ids.dedup();
        self.all.judged.insert(needle.to_owned(), ids);
    }

    /// Says who may be mailed; asked before each search that asks for it. The others are those for whom `mail:no` holds.
    pub fn set_mailable(&mut self, people: &[PersonId]) {
        self.all.mailable = people.iter().map(|p| short(p.0)).collect();
    }

    /// Takes a person as they are now. [`Index::settle`] must follow.
    pub fn replace(&mut self, person: &Listed<'_>) {
        let id = short(person.id.0);
        self.bury(id);
        self.all.push(person);
        self.by_id.insert(id, short(i64::try_from(self.all.entries.len() - 1).unwrap_or(i64::MAX)));
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
        if let Some(entry) = self.all.entries.get_mut(at as usize) {
            entry.dead = true;
            self.dead += 1;
        }
    }

    fn order(&mut self, by: SortBy) {
        if !self.orders.contains_key(&by) {
            let order = Order::new(&self.all, by);
            self.orders.insert(by, order);
        }
    }

    fn in_community(&self, entry: &Entry, community: CommunityId, over_too: bool) -> bool {
        self.all.places_of(entry).iter().any(|p| p.community == short(community.0) && (over_too || self.all.status_of(p).counts()))
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
        let mut hits: Vec<Ranks> = (0..tiers).map(|_| Ranks::new(self.all.entries.len())).collect();
        self.each_hit(&plan, &words, |at| {
            let entry = &self.all.entries[at];
            if community.is_none_or(|c| self.in_community(entry, c, over_too)) {
                let tier = if tiers == 1 { 0 } else { self.all.record(at).tier(&finders) };
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
            if community.is_none_or(|c| self.in_community(&self.all.entries[at], c, over_too)) {
                out.push(PersonId(i64::from(self.all.entries[at].id)));
            }
        });
        out.sort_unstable();
        out
    }

    fn each_hit(&self, plan: &Plan, words: &[&str], mut take: impl FnMut(usize)) {
        let simple =
            matches!(plan, Plan::Anywhere(_)) || matches!(plan, Plan::And(all) if all.iter().all(|p| matches!(p, Plan::Anywhere(_))));
        let Some(longest) = words.first().filter(|w| !w.is_empty()) else {
            for at in 0..self.all.entries.len() {
                if !self.all.entries[at].dead && plan.holds(&self.all.record(at)) {
                    take(at);
                }
            }
            return;
        };
        let finder = Finder::new(longest.as_bytes());
        let rest: Vec<Finder<'_>> = words[1..].iter().map(|w| Finder::new(w.as_bytes())).collect();
        let bytes = self.all.arena.as_bytes();
        let (mut at, mut from) = (0, 0);
        while let Some(found) = finder.find(&bytes[from..]) {
            let place = from + found;
            at = self.entry_at(at, place);
            let end = self.all.end(at);
            let record = &bytes[self.all.entries[at].start as usize..end];
            let holds = if simple { rest.iter().all(|f| f.find(record).is_some()) } else { plan.holds(&self.all.record(at)) };
            if holds && !self.all.entries[at].dead {
                take(at);
            }
            from = end;
            at += 1;
            if at >= self.all.entries.len() {
                break;
            }
        }
    }

    /// The entry in whose record a place lies; looked for from `from` on, near places first.
    fn entry_at(&self, from: usize, place: usize) -> usize {
        let starts_after = |at: usize| self.all.entries.get(at).is_none_or(|e| e.start as usize > place);
        let mut step = 1;
        let mut low = from;
        while !starts_after(low + step) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.all.entries.len());
        low + self.all.entries[low..high].partition_point(|e| e.start as usize <= place) - 1
    }

    /// The word of somebody's name that is nearest to one that finds nothing; `None` if every word finds something.
    #[must_use]
    pub fn did_you_mean(&mut self, query: &Expr) -> Option<String> {
        let plan = Plan::new(query, NaiveDate::MIN, true);
        let missing =
            plan.words().into_iter().find(|w| w.len() >= 3 && memchr::memmem::find(self.all.arena.as_bytes(), w.as_bytes()).is_none())?;
        let words = match self.name_words.take() {
            Some(words) => words,
            None => {
                let live = (0..self.all.entries.len()).filter(|at| !self.all.entries[*at].dead);
                let distinct: HashSet<&str> = live.flat_map(|at| self.all.record(at).field(Field::Name).split([' ', '-'])).collect();
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
        for entry in self.all.entries.iter().filter(|e| !e.dead) {
            for place in self.all.places_of(entry).iter().filter(|p| self.all.status_of(p).counts()) {
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
