//! Matches the entries of two lists that describe the same communities.
//!
//! Must not know where the lists come from, nor what a match is used for.

use std::collections::{BTreeSet, HashMap};

use crate::domain::community::RouteFacts;
use crate::domain::directory::{PageEntry, PrintedSeat, name_key};
use crate::domain::{address, text};

impl PageEntry {
    /// Returns the features that [`PageEntry::likeness`] compares: two entries without a common feature have no likeness.
    fn features(&self) -> Vec<Feature> {
        let mut out = Vec::new();
        if let Some(name) = &self.name {
            let key = name_key(name);
            out.extend(key.split(' ').map(|w| Feature::Word(w.to_owned())));
            out.push(Feature::Name(key));
        }
        for route in self.routes.iter().flatten().filter(|r| !r.target.is_empty()) {
            out.push(Feature::Target(text::same_key(&route.target)));
        }
        for seat in self.seats.iter().flatten() {
            out.extend((!seat.title.is_empty()).then(|| Feature::Title(text::same_key(&seat.title))));
            let holder = seat.holder.as_ref().map(|h| address::key(&h.email)).filter(|e| !e.is_empty());
            out.extend(holder.map(Feature::Holder));
        }
        out.extend(self.disciplines.iter().flatten().map(|d| Feature::Discipline(text::same_key(d))));
        out.extend(self.purpose.iter().filter(|p| !p.is_empty()).map(|p| Feature::Purpose(p.clone())));
        if out.is_empty() {
            out.push(Feature::Nothing);
        }
        out
    }

    /// Returns a score for how likely two entries describe the same community; 0 if nothing suggests it.
    #[must_use]
    pub(crate) fn likeness(&self, other: &Self) -> u32 {
        if self == other {
            return 200;
        }
        let mut score = 0;
        if let (Some(a), Some(b)) = (&self.name, &other.name) {
            let (a, b) = (name_key(a), name_key(b));
            score += if a == b { 100 } else { overlap(a.split(' '), b.split(' ')) * 30 / 100 };
        }
        if let (Some(a), Some(b)) = (&self.routes, &other.routes) {
            let target = |r: &&RouteFacts| !r.target.is_empty();
            let same = a.iter().filter(target).any(|r| b.iter().any(|o| text::are_same(&o.target, &r.target)));
            score += u32::from(same) * 45;
        }
        if let (Some(a), Some(b)) = (&self.seats, &other.seats) {
            let same = |a: &PrintedSeat, b: &PrintedSeat| !a.title.is_empty() && text::are_same(&a.title, &b.title);
            score += u32::from(a.iter().any(|s| b.iter().any(|o| same(s, o)))) * 45;
            let held = |s: &PrintedSeat| s.holder.as_ref().map(|h| address::key(&h.email)).filter(|e| !e.is_empty());
            score += u32::from(a.iter().filter_map(held).any(|h| b.iter().filter_map(held).any(|o| o == h))) * 25;
        }
        if let (Some(a), Some(b)) = (&self.disciplines, &other.disciplines) {
            let keys = |all: &[String]| all.iter().map(|d| text::same_key(d)).collect::<Vec<_>>();
            let (a, b) = (keys(a), keys(b));
            score += overlap(a.iter().map(String::as_str), b.iter().map(String::as_str)) * 50 / 100;
        }
        if let (Some(a), Some(b)) = (&self.purpose, &other.purpose)
            && !a.is_empty()
            && a == b
        {
            score += 40;
        }
        score
    }
}

/// Returns the number of common items, as a percentage of all distinct items.
fn overlap<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> u32 {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.collect(), b.collect());
    let both = a.iter().filter(|w| b.contains(w)).count();
    let either = a.len() + b.len() - both;
    (both * 100).checked_div(either).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// Returns the matching entry of the second list for each of the first, if any. The best matches come first, and no entry matches twice.
#[must_use]
pub(crate) fn matched(first: &[PageEntry], second: &[PageEntry]) -> Vec<Option<usize>> {
    let scored = candidate_pairs(first, second).into_iter().map(|(i, j)| (first[i].likeness(&second[j]), i, j));
    let mut pairs: Vec<(u32, usize, usize)> = scored.filter(|(score, ..)| *score >= ALIKE).collect();
    pairs.sort_by_key(|(score, i, j)| (u32::MAX - score, *i, *j));
    let (mut out, mut taken) = (vec![None; first.len()], vec![false; second.len()]);
    for (_, i, j) in pairs {
        if out[i].is_none() && !taken[j] {
            (out[i], taken[j]) = (Some(j), true);
        }
    }
    out
}

/// Returns the pairs of entries from the two lists that have a common feature and so are worth comparing, in order.
///
/// Skips features that too many entries of the second list have.
#[must_use]
pub(crate) fn candidate_pairs(first: &[PageEntry], second: &[PageEntry]) -> Vec<(usize, usize)> {
    let mut with: HashMap<Feature, Vec<usize>> = HashMap::new();
    for (j, b) in second.iter().enumerate() {
        for feature in b.features() {
            with.entry(feature).or_default().push(j);
        }
    }
    let mut out = Vec::new();
    for (i, a) in first.iter().enumerate() {
        let common = a.features().into_iter().filter_map(|f| with.get(&f)).filter(|some| some.len() <= COMMON).flatten();
        out.extend(common.copied().collect::<BTreeSet<usize>>().into_iter().map(|j| (i, j)));
    }
    out
}

/// A feature that suggests, if two entries have it, that they describe the same community.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Feature {
    Name(String),
    Word(String),
    Target(String),
    Title(String),
    Holder(String),
    Discipline(String),
    Purpose(String),
    /// No features: such an entry resembles only others without features.
    Nothing,
}

/// A feature that more entries than this have doesn't distinguish them. No page maintained by hand lists as many communities.
const COMMON: usize = 64;

/// The score from which two entries count as the same community.
const ALIKE: u32 = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn account(n: usize) -> PageEntry {
        let seat = PrintedSeat { title: "Head".into(), ..PrintedSeat::default() };
        PageEntry {
            name: Some(format!("Topic {n} number")),
            purpose: Some(format!("For topic {n}.")),
            seats: Some(vec![seat]),
            ..PageEntry::default()
        }
    }

    #[test]
    fn in_a_list_of_thousands_no_more_is_compared_than_has_something_of_its_own_in_common() {
        let before: Vec<PageEntry> = (0..2_000).map(account).collect();
        let after: Vec<PageEntry> = before.iter().rev().cloned().collect();
        assert_eq!(matched(&before, &after), (0..2_000).rev().map(Some).collect::<Vec<_>>());
        let compared = candidate_pairs(&before, &after).len();
        assert!(compared < 3 * before.len(), "{compared} comparisons");
    }

    #[test]
    fn those_that_are_alike_have_something_in_common() {
        let mut all: Vec<PageEntry> = (0..30).map(account).collect();
        all.push(PageEntry::default());
        all.push(PageEntry { name: Some("Number 7".into()), ..PageEntry::default() });
        all.push(PageEntry { purpose: Some("For topic 3.".into()), ..PageEntry::default() });
        let pairs = candidate_pairs(&all, &all);
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert!(a.likeness(b) < ALIKE || pairs.contains(&(i, j)), "{a:?} and {b:?}");
            }
        }
    }
}
