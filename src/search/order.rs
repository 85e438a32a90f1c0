//! Orders: permutations of the entries, each built on first use.
//!
//! Must not know what the orders are used for.

use std::cmp::Reverse;

use super::everybody::Everybody;
use super::record::{Field, NO_DAY, PART_SEPARATOR};
use crate::domain::ids::PersonId;
use crate::domain::words::MembershipStatus;

/// What people are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is a column")]
pub enum SortBy {
    Name,
    Organisation,
    Discipline,
    JobTitle,
    Status,
    Seen,
    Joined,
    Email,
}

impl SortBy {
    /// All sort keys, in the order in which a lead cycles through them.
    pub const ALL: &'static [Self] =
        &[Self::Name, Self::Organisation, Self::Discipline, Self::JobTitle, Self::Status, Self::Seen, Self::Joined, Self::Email];

    /// Returns the word for the sort key.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Organisation => "organisation",
            Self::Discipline => "discipline",
            Self::JobTitle => "job title",
            Self::Status => "status",
            Self::Seen => "seen",
            Self::Joined => "joined",
            Self::Email => "e-mail",
        }
    }

    /// Reads the word for a sort key.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.word() == word)
    }
}

/// The key that decides a person's position. Of two people with equal keys, the one with the lower id comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    /// People without a value come last.
    is_missing: bool,
    status: Option<MembershipStatus>,
    /// The latest day first.
    day: Reverse<i32>,
    text: &'a str,
    name: &'a str,
    id: u32,
}

impl<'a> Key<'a> {
    fn of(all: &'a Everybody, by: SortBy, at: u32) -> Self {
        let entry = &all.entries[at as usize];
        let name = all.sort_name(at as usize);
        let key = Key { is_missing: false, status: None, day: Reverse(0), text: "", name, id: entry.id };
        let field = |field: Field| {
            // An organisation is sorted by its short name, which is the last part; addresses are sorted by the first.
            let mut parts = all.record(at as usize).field(field).split(PART_SEPARATOR);
            let text = if field == Field::Emails { parts.next() } else { parts.next_back() }.unwrap_or("");
            Key { is_missing: text.is_empty(), text, ..key }
        };
        let day = |day: i32| Key { is_missing: day == NO_DAY, day: Reverse(day), ..key };
        match by {
            SortBy::Name => key,
            SortBy::Organisation => field(Field::Organisation),
            SortBy::Discipline => field(Field::Discipline),
            SortBy::JobTitle => field(Field::JobTitle),
            SortBy::Email => field(Field::Emails),
            SortBy::Status => {
                let status = all.places_of(entry).iter().map(|p| all.status_of(p)).min();
                Key { is_missing: status.is_none(), status, ..key }
            }
            SortBy::Seen => day(entry.seen),
            SortBy::Joined => day(entry.joined),
        }
    }
}

/// Returns the first bytes of a name as a number that sorts in the same order, and the rest. No folded text contains a byte 0.
fn beginning(name: &str) -> (u128, &[u8]) {
    let mut first = [0; 16];
    let (head, rest) = name.as_bytes().split_at(name.len().min(first.len()));
    first[..head.len()].copy_from_slice(head);
    (u128::from_be_bytes(first), rest)
}

/// A permutation of the entries that existed when it was built, and the positions of later entries among them.
#[derive(Debug)]
pub(super) struct Order {
    by: SortBy,
    /// The entry at each rank, its id, and the rank of each entry.
    at_rank: Vec<u32>,
    id_at: Vec<u32>,
    rank_of: Vec<u32>,
    /// The later entries, in order: the rank before which each belongs, and the entry.
    late: Vec<(u32, u32)>,
}

/// The number of later entries above which the whole order is rebuilt.
const MANY_LATE: usize = 4_096;

impl Order {
    pub(super) fn new(all: &Everybody, by: SortBy) -> Self {
        let entries = (0_u32..).take(all.entries.len());
        let at_rank: Vec<u32> = if by == SortBy::Name {
            // Each name is looked up once rather than at every comparison, and most comparisons are then between two numbers.
            let mut keyed: Vec<(u128, &[u8], u32, u32)> = entries
                .map(|at| {
                    let (first, rest) = beginning(all.sort_name(at as usize));
                    (first, rest, all.entries[at as usize].id, at)
                })
                .collect();
            keyed.sort_unstable();
            keyed.into_iter().map(|(.., at)| at).collect()
        } else {
            let mut keyed: Vec<(Key<'_>, u32)> = entries.map(|at| (Key::of(all, by, at), at)).collect();
            keyed.sort_unstable();
            keyed.into_iter().map(|(_, at)| at).collect()
        };
        let mut rank_of = vec![0; at_rank.len()];
        for (rank, at) in (0_u32..).zip(&at_rank) {
            rank_of[*at as usize] = rank;
        }
        // Hits are read in the order of their ranks, so their ids are kept in that order too.
        let id_at = at_rank.iter().map(|at| all.entries[*at as usize].id).collect();
        Self { by, at_rank, id_at, rank_of, late: Vec::new() }
    }

    /// Adds the entries that are new since the last call. Each is inserted into a separate list, so that no rank changes.
    pub(super) fn catch_up(&mut self, all: &Everybody) {
        if all.entries.len() - self.rank_of.len() > MANY_LATE {
            *self = Self::new(all, self.by);
            return;
        }
        for at in (0_u32..).take(all.entries.len()).skip(self.rank_of.len() + self.late.len()) {
            let key = Key::of(all, self.by, at);
            let before = self.at_rank.partition_point(|other| Key::of(all, self.by, *other) < key);
            let before = u32::try_from(before).unwrap_or(u32::MAX);
            let place =
                self.late.partition_point(|(rank, other)| (*rank, Key::of(all, self.by, *other)) < (before, Key::of(all, self.by, at)));
            self.late.insert(place, (before, at));
        }
    }

    /// Returns whether an entry comes before another one.
    pub(super) fn is_before(&self, all: &Everybody, one: u32, other: u32) -> bool {
        Key::of(all, self.by, one) < Key::of(all, self.by, other)
    }

    /// Returns an empty set of entries.
    pub(super) fn nobody(&self) -> Hits {
        Hits { bits: vec![0; self.rank_of.len().div_ceil(64)], late: Vec::new() }
    }

    /// Adds an entry to a set.
    pub(super) fn add(&self, hits: &mut Hits, at: usize) {
        match self.rank_of.get(at) {
            Some(rank) => {
                let rank = *rank as usize;
                hits.bits[rank / 64] |= 1 << (rank % 64);
            }
            None => hits.late.push(u32::try_from(at).unwrap_or(u32::MAX)),
        }
    }

    /// Adds the ids of a set to a list, in order.
    pub(super) fn append_ids(&self, hits: &mut Hits, all: &Everybody, out: &mut Vec<PersonId>) {
        hits.late.sort_unstable();
        let mut late = self.late.iter().filter(|(_, at)| hits.late.binary_search(at).is_ok()).peekable();
        let id_of = |at: u32| PersonId(i64::from(all.entries[at as usize].id));
        for (word, mut bits) in hits.bits.iter().copied().enumerate() {
            while bits != 0 {
                let rank = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                while let Some((_, at)) = late.next_if(|(before, _)| *before as usize <= rank) {
                    out.push(id_of(*at));
                }
                out.push(PersonId(i64::from(self.id_at[rank])));
            }
        }
        out.extend(late.map(|(_, at)| id_of(*at)));
    }

    /// Returns the set of all live entries.
    pub(super) fn everybody(&self, all: &Everybody) -> Hits {
        let mut hits = Hits { bits: vec![u64::MAX; self.rank_of.len().div_ceil(64)], late: Vec::new() };
        if let Some(last) = hits.bits.last_mut().filter(|_| !self.rank_of.len().is_multiple_of(64)) {
            *last = (1 << (self.rank_of.len() % 64)) - 1;
        }
        for rank in all.buried.iter().filter_map(|at| self.rank_of.get(*at as usize)) {
            hits.bits[*rank as usize / 64] &= !(1 << (rank % 64));
        }
        hits.late.extend(self.late.iter().map(|(_, at)| *at).filter(|at| !all.entries[*at as usize].dead));
        hits
    }
}

/// A set of entries that an order returns sorted, without sorting: a bit for each rank, and the later entries.
pub(super) struct Hits {
    bits: Vec<u64>,
    late: Vec<u32>,
}

impl Hits {
    pub(super) fn count(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum::<usize>() + self.late.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginnings_of_names_sort_as_the_names_do() {
        let names = [
            "",
            "a",
            "ab",
            "ab b",
            "abcdefghijklmnop",
            "abcdefghijklmnopa",
            "abcdefghijklmno\u{df}",
            "abcdefghijklmno\u{df}b",
            "abcdefghijklmno",
            "\u{df}",
        ];
        for one in names {
            for other in names {
                assert_eq!(beginning(one).cmp(&beginning(other)), one.cmp(other), "{one} {other}");
            }
        }
    }
}
