//! Finds the people who match a query, and ranks how well they match.
//!
//! Must not know the order in which hits are listed.

use chrono::NaiveDate;
use memchr::memmem::Finder;

use super::arena;
use super::everybody::{Everybody, Members};
use super::order::SortBy;
use crate::domain::ids::CommunityId;
use crate::domain::query::{Expr, Plan};

/// Which people to find, and in which order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'q> {
    pub query: &'q Expr,
    pub today: NaiveDate,
    /// Only members of this community.
    pub community: Option<CommunityId>,
    pub sort: SortBy,
    /// Whether the order is reversed.
    pub reverse: bool,
}

/// A query prepared for a search through everybody.
pub(super) struct Search {
    plan: Plan,
    /// The words that each hit contains, longest first.
    words: Vec<Finder<'static>>,
    /// Whether a record matches if it contains all of the words.
    is_simple: bool,
    /// Whether better hits come first.
    is_tiered: bool,
    community: Option<CommunityId>,
    /// Whether to include people whose membership of the community is over.
    pub over_too: bool,
}

impl Search {
    pub(super) fn new(wanted: &Wanted<'_>) -> Self {
        let plan = Plan::new(wanted.query, wanted.today, true).within(wanted.community.map(|c| c.0));
        let words: Vec<Finder<'static>> = plan.words().iter().map(|w| Finder::new(w.as_bytes()).into_owned()).collect();
        let is_simple =
            matches!(plan, Plan::Anywhere(_)) || matches!(&plan, Plan::And(all) if all.iter().all(|p| matches!(p, Plan::Anywhere(_))));
        Self {
            is_simple,
            is_tiered: !words.is_empty() && wanted.sort == SortBy::Name,
            community: wanted.community,
            over_too: mentions_status(&plan),
            words,
            plan,
        }
    }

    /// Returns whether the query has no condition, so that everybody is a hit.
    pub(super) fn finds_everybody(&self) -> bool {
        self.plan == Plan::All && self.community.is_none()
    }

    /// Returns the number of tiers that hits are ranked in.
    pub(super) const fn tiers(&self) -> usize {
        if self.is_tiered { 3 } else { 1 }
    }

    /// Returns the tier of an entry, 0 being the best; `None` if it isn't a hit.
    pub(super) fn tier(&self, all: &Everybody, at: usize) -> Option<usize> {
        let is_hit =
            !all.entries[at].dead && self.community.is_none_or(|c| all.is_in(at, c, self.over_too)) && self.plan.holds(&all.record(at));
        is_hit.then(|| self.rank(all, at, None))
    }

    /// Returns the tier of a hit: 0 if a word of the name begins with the search word, 1 if the name contains it, 2 otherwise. With several
    /// search words the worst decides. `first` is the first position of the longest word in the record, if it is known.
    fn rank(&self, all: &Everybody, at: usize, first: Option<usize>) -> usize {
        if !self.is_tiered {
            return 0;
        }
        let name = all.name_bytes(at);
        let begins_word = |place: usize| place == 0 || matches!(name[place - 1], b' ' | b'-' | b'\'');
        let of = |word: &Finder<'_>, first: Option<usize>| {
            let mut found = if first.is_some() { first } else { word.find(name) };
            // A match after the end of the name doesn't count.
            let mut best = 2;
            while let Some(place) = found.filter(|place| *place < name.len()) {
                if begins_word(place) {
                    return 0;
                }
                best = 1;
                found = word.find(&name[place + 1..]).map(|next| place + 1 + next);
            }
            best
        };
        let longest = of(&self.words[0], first);
        self.words[1..].iter().fold(longest, |worst, word| worst.max(of(word, None)))
    }

    /// Passes each hit to `take`, with its tier. Removed people are skipped.
    pub(super) fn each_hit(&self, all: &Everybody, mut take: impl FnMut(usize, usize)) {
        // For a small community it is cheaper to check each member; otherwise the arena is searched from end to end for the longest word.
        let none = Members::default();
        let members = self.community.map(|c| all.members_of(c).unwrap_or(&none));
        if let Some(members) = members.filter(|m| self.words.is_empty() || m.counting.len() < all.entries.len() / 16) {
            let over = if self.over_too { members.over.as_slice() } else { &[] };
            for at in members.counting.iter().chain(over) {
                let at = *at as usize;
                if !all.entries[at].dead && (self.plan == Plan::All || self.plan.holds(&all.record(at))) {
                    take(at, self.rank(all, at, None));
                }
            }
            return;
        }
        let Some(longest) = self.words.first().filter(|w| !w.needle().is_empty()) else {
            for at in 0..all.entries.len() {
                if let Some(tier) = self.tier(all, at) {
                    take(at, tier);
                }
            }
            return;
        };
        arena::each_with(
            longest,
            &all.arena,
            all.entries.len(),
            |at| all.entries[at].start as usize,
            |at, place| {
                let holds = if self.is_simple {
                    self.words.len() == 1 || self.words[1..].iter().all(|f| f.find(all.record(at).text.as_bytes()).is_some())
                } else {
                    self.plan.holds(&all.record(at))
                };
                if holds && !all.entries[at].dead && self.community.is_none_or(|c| all.is_in(at, c, self.over_too)) {
                    take(at, self.rank(all, at, Some(place - all.entries[at].start as usize)));
                }
            },
        );
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
