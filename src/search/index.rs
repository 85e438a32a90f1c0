//! The index itself: building, updating and searching it.
//!
//! Must not know how hits are shown.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::everybody::{Everybody, Place};
use super::hits::{Search, Wanted};
use super::order::{Hits, Order, SortBy};
use super::record::short;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::query::{Expr, Plan};
use crate::domain::text;
use crate::domain::words::{MembershipStatus, Source};

/// The search index of all people.
#[derive(Debug, Default)]
pub(crate) struct Index {
    all: Everybody,
    /// The distinct words of names, collected when a search first finds nobody.
    name_words: Option<Vec<String>>,
    orders: HashMap<SortBy, Order>,
}

/// Builds an [`Index`]: first from people by ascending id, then from their memberships and visits, in any order.
#[derive(Debug, Default)]
pub(crate) struct IndexBuilder {
    all: Everybody,
    memberships: Vec<(u32, Place)>,
}

impl IndexBuilder {
    /// Returns an empty builder with room for this many people.
    #[must_use]
    pub(crate) fn with_room(people: usize) -> Self {
        let mut all = Everybody::default();
        all.entries.reserve_exact(people);
        all.arena.reserve(people.saturating_mul(180));
        Self { all, memberships: Vec::new() }
    }

    /// Adds a person without memberships and visits; [`IndexBuilder::join`] and [`IndexBuilder::came`] add those.
    pub(crate) fn push(&mut self, person: &Listed<'_>) {
        self.all.push(&Listed { memberships: &[], ..*person });
    }

    /// Ends the list of people. Memberships and visits follow.
    pub(crate) fn finish_people(&mut self) {
        self.all.arena.shrink_to_fit();
        self.all.seal();
    }

    /// Adds a person's present or past membership of a community.
    pub(crate) fn join(&mut self, person: PersonId, community: CommunityId, status: MembershipStatus, source: Source) {
        if let Some(at) = self.all.find(person) {
            let place = self.all.place(community, status, source);
            self.memberships.push((at, place));
        }
    }

    /// Adds a person's visit to a meetup.
    pub(crate) fn came(&mut self, person: PersonId, day: NaiveDate) {
        if let Some(at) = self.all.find(person) {
            self.all.came(at, day);
        }
    }

    /// Adds the communities' names, sorts the people by name and returns the index.
    #[must_use]
    pub(crate) fn finish(mut self, communities: impl IntoIterator<Item = (CommunityId, String)>) -> Index {
        self.all.fill(self.memberships);
        let mut index = Index { all: self.all, ..Index::default() };
        index.set_communities(communities);
        index.order(SortBy::Name);
        index
    }
}

impl Index {
    /// Returns how many people there are.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.all.entries.len() - self.all.buried.len()
    }

    /// Returns whether so many entries are dead that the index should be rebuilt.
    #[must_use]
    pub(crate) fn needs_rebuild(&self) -> bool {
        self.all.buried.len() > 1_000 && self.all.buried.len() * 2 > self.all.entries.len()
    }

    /// Sets the communities' names, for `community:`.
    pub(crate) fn set_communities(&mut self, communities: impl IntoIterator<Item = (CommunityId, String)>) {
        self.all.communities = communities.into_iter().map(|(id, name)| (short(id.0), text::fold(&name))).collect();
    }

    /// Sets who came to the meetups that `attended:"needle"` matches. Must be called before each search that contains it.
    pub(crate) fn set_attendees(&mut self, needle: &str, people: &[PersonId]) {
        let mut ids: Vec<u32> = people.iter().map(|p| short(p.0)).collect();
        ids.sort_unstable();
        self.all.attendees.insert(text::fold(needle), ids);
    }

    /// Sets who matches `eligible:needle`, or `exception:needle` if `needle` is `exception needle`. Must be called before each search that
    /// contains it.
    pub(crate) fn set_judged(&mut self, needle: &str, people: &[PersonId]) {
        let mut ids: Vec<u32> = people.iter().map(|p| short(p.0)).collect();
        ids.sort_unstable();
        ids.dedup();
        self.all.judged.insert(needle.to_owned(), ids);
    }

    /// Sets who may be mailed, by ascending id; all others match `mail:no`. Must be called before each search that contains `mail:`.
    pub(crate) fn set_mailable(&mut self, people: &[PersonId]) {
        self.all.mailable = people.iter().map(|p| short(p.0)).collect();
    }

    /// Adds a person, or replaces their entry.
    pub(crate) fn replace(&mut self, person: &Listed<'_>) {
        self.all.replace(person);
        self.name_words = None;
    }

    /// Removes a person.
    pub(crate) fn remove(&mut self, id: PersonId) {
        self.all.bury(id);
        self.name_words = None;
    }

    /// Returns the requested order, brought up to date with everybody.
    fn order(&mut self, by: SortBy) -> &Order {
        let all = &self.all;
        let order = self.orders.entry(by).or_insert_with(|| Order::new(all, by));
        order.catch_up(all);
        order
    }

    /// Returns the people whom the query finds, in order. If they are sorted by name, better hits come first: a word of the name that
    /// begins with the search word, then the middle of a name, then anything else.
    pub(crate) fn find(&mut self, wanted: &Wanted<'_>) -> Vec<PersonId> {
        self.order(wanted.sort);
        let Some(order) = self.orders.get(&wanted.sort) else { return Vec::new() };
        let search = Search::new(wanted);
        let tiers = search.tiers();
        let mut hits: Vec<Hits> = (0..tiers).map(|_| order.nobody()).collect();
        if search.finds_everybody() {
            hits = vec![order.everybody(&self.all)];
        } else {
            search.each_hit(&self.all, |at, tier| order.add(&mut hits[tier], at));
        }
        let mut out = Vec::with_capacity(hits.iter().map(Hits::count).sum());
        for some in &mut hits {
            order.append_ids(some, &self.all, &mut out);
        }
        if wanted.reverse {
            out.reverse();
        }
        out
    }

    /// Updates a result of [`Index::find`] after a change to some people. Only those people are searched again; the rest of the list is
    /// only scanned. Nothing that the query depends on may have changed for anybody else.
    pub(crate) fn update_results(&mut self, wanted: &Wanted<'_>, people: &[PersonId], list: &mut Vec<PersonId>) {
        self.order(wanted.sort);
        let Some(order) = self.orders.get(&wanted.sort) else { return };
        let search = Search::new(wanted);
        for id in people {
            if let Some(place) = list.iter().position(|other| other == id) {
                list.remove(place);
            }
        }
        for id in people {
            let Some(at) = self.all.find(*id) else { continue };
            let Some(tier) = search.tier(&self.all, at as usize) else { continue };
            let is_before = |other: &PersonId| {
                let Some(other) = self.all.find(*other) else { return true };
                let rank = search.tier(&self.all, other as usize).unwrap_or(0);
                if rank == tier { order.is_before(&self.all, other, at) } else { rank < tier }
            };
            let place = list.partition_point(|other| is_before(other) != wanted.reverse);
            list.insert(place, *id);
        }
    }

    /// Returns the people whom a query finds, by ascending id: for exports. `over_too` includes people whose membership is over.
    #[must_use]
    pub(crate) fn find_ids(&self, query: &Expr, today: NaiveDate, community: Option<CommunityId>, over_too: bool) -> Vec<PersonId> {
        let mut search = Search::new(&Wanted { query, today, community, sort: SortBy::Joined, reverse: false });
        search.over_too |= over_too;
        let mut out = Vec::new();
        search.each_hit(&self.all, |at, _| out.push(PersonId(i64::from(self.all.entries[at].id))));
        out.sort_unstable();
        out
    }

    /// Returns a word from a name that is one edit away from a search word that finds nothing. `None` if every word finds something or no
    /// name is near.
    #[must_use]
    pub(crate) fn did_you_mean(&mut self, query: &Expr) -> Option<String> {
        let plan = Plan::new(query, NaiveDate::MIN, true);
        let missing =
            plan.words().into_iter().find(|w| w.len() >= 3 && memchr::memmem::find(self.all.arena.as_bytes(), w.as_bytes()).is_none())?;
        let words = match self.name_words.take() {
            Some(words) => words,
            None => {
                let live = (0..self.all.entries.len()).filter(|at| !self.all.entries[*at].dead);
                let distinct: HashSet<&str> = live.flat_map(|at| self.all.name(at).split([' ', '-'])).collect();
                let mut words: Vec<String> = distinct.into_iter().map(str::to_owned).collect();
                words.sort_unstable();
                words
            }
        };
        let near = words.iter().find(|word| word.len().abs_diff(missing.len()) <= 2 && text::one_edit_apart(word, missing)).cloned();
        self.name_words = Some(words);
        near
    }

    /// Returns when a person last came to a meetup.
    #[must_use]
    pub(crate) fn seen(&self, id: PersonId) -> Option<NaiveDate> {
        let day = self.all.entries[self.all.find(id)? as usize].seen;
        NaiveDate::from_num_days_from_ce_opt(day)
    }

    /// Returns how many people count as members of a community.
    #[must_use]
    pub(crate) fn member_count(&self, community: CommunityId) -> u64 {
        self.all.counting_in(community)
    }

    /// Returns how many people count as members of each community.
    #[must_use]
    pub(crate) fn community_counts(&self) -> HashMap<CommunityId, u64> {
        self.all.counts().collect()
    }
}
