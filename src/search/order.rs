//! Orders: permutations of the entries, made when first asked for.
//!
//! Must not know what is done with them.

use super::everybody::Everybody;
use super::record::{Field, NO_DAY, PART_SEPARATOR};

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
    /// All of them, as a lead steps through them.
    pub const ALL: &'static [Self] =
        &[Self::Name, Self::Organisation, Self::Discipline, Self::JobTitle, Self::Status, Self::Seen, Self::Joined, Self::Email];

    /// The word for it.
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

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.word() == word)
    }
}

/// A permutation: the person at each rank, and the rank of each entry.
#[derive(Debug)]
pub(super) struct Order {
    id_at: Vec<u32>,
    rank_of: Vec<u32>,
}

impl Order {
    pub(super) fn new(all: &Everybody, by: SortBy) -> Self {
        let mut entry_at: Vec<u32> = (0_u32..).take(all.entries.len()).collect();
        let name = |at: u32| all.record(at as usize).field(Field::Name);
        let entry = |at: u32| &all.entries[at as usize];
        match by {
            SortBy::Name => {
                // The names are looked up once, not with every comparison.
                let mut keyed: Vec<(&str, u32, u32)> = entry_at.iter().map(|at| (name(*at), entry(*at).id, *at)).collect();
                keyed.sort_unstable();
                entry_at = keyed.into_iter().map(|(_, _, at)| at).collect();
            }
            SortBy::Organisation => by_field(all, &mut entry_at, Field::Organisation),
            SortBy::Discipline => by_field(all, &mut entry_at, Field::Discipline),
            SortBy::JobTitle => by_field(all, &mut entry_at, Field::JobTitle),
            SortBy::Email => by_field(all, &mut entry_at, Field::Emails),
            SortBy::Status => {
                let key = |at: u32| {
                    (all.places_of(entry(at)).iter().map(|p| all.status_of(p)).min().map_or((true, None), |s| (false, Some(s))), name(at))
                };
                entry_at.sort_by(|a, b| key(*a).cmp(&key(*b)));
            }
            // The latest first; who was never seen stands last.
            SortBy::Seen | SortBy::Joined => {
                let day = |at: u32| if by == SortBy::Seen { entry(at).seen } else { entry(at).joined };
                let key = |at: u32| (day(at) == NO_DAY, std::cmp::Reverse(day(at)), name(at));
                entry_at.sort_by(|a, b| key(*a).cmp(&key(*b)));
            }
        }
        let mut rank_of = vec![0; entry_at.len()];
        for (rank, at) in (0_u32..).zip(&entry_at) {
            rank_of[*at as usize] = rank;
        }
        // Hits are read off in the order of ranks: their ids lie in that order too.
        for at in &mut entry_at {
            *at = all.entries[*at as usize].id;
        }
        Self { id_at: entry_at, rank_of }
    }

    pub(super) fn rank_of(&self, at: usize) -> usize {
        self.rank_of[at] as usize
    }

    pub(super) fn id_at(&self, rank: usize) -> u32 {
        self.id_at[rank]
    }
}

/// Sorts by what a field says; who has none stands last.
fn by_field(all: &Everybody, entry_at: &mut [u32], field: Field) {
    let key = |at: u32| {
        let record = all.record(at as usize);
        // An organisation is shown by its short name, which stands last; of addresses the first counts.
        let mut parts = record.field(field).split(PART_SEPARATOR);
        let shown = if field == Field::Emails { parts.next() } else { parts.next_back() }.unwrap_or("");
        (shown.is_empty(), shown, record.field(Field::Name))
    };
    entry_at.sort_by(|a, b| key(*a).cmp(&key(*b)));
}

/// A set of ranks that gives them back in order: sorting without sorting.
pub(super) struct Ranks {
    bits: Vec<u64>,
}

impl Ranks {
    pub(super) fn new(size: usize) -> Self {
        Self { bits: vec![0; size.div_ceil(64)] }
    }

    pub(super) fn set(&mut self, rank: usize) {
        self.bits[rank / 64] |= 1 << (rank % 64);
    }

    pub(super) fn count(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn each(&self, mut take: impl FnMut(usize)) {
        for (i, word) in self.bits.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                take(i * 64 + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
    }
}
