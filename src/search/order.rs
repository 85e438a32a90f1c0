//! Orders: permutations of the entries, made when first asked for.
//!
//! Must not know what is done with them.

use super::index::{Index, NO_DAY};

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
    pub(super) fn new(index: &Index, by: SortBy) -> Self {
        let mut entry_at: Vec<u32> = (0_u32..).take(index.entries.len()).collect();
        let name = |at: u32| index.record(at as usize).field(0);
        let entry = |at: u32| &index.entries[at as usize];
        match by {
            SortBy::Name => {
                // The names are looked up once, not with every comparison.
                let mut keyed: Vec<(&str, u32, u32)> = entry_at.iter().map(|at| (name(*at), entry(*at).id, *at)).collect();
                keyed.sort_unstable();
                entry_at = keyed.into_iter().map(|(_, _, at)| at).collect();
            }
            SortBy::Organisation | SortBy::Discipline | SortBy::JobTitle | SortBy::Email => {
                let field = match by {
                    SortBy::Organisation => 2,
                    SortBy::JobTitle => 3,
                    SortBy::Email => 1,
                    _ => 4,
                };
                // Who has none stands last.
                let key = |at: u32| {
                    let value = index.record(at as usize).field(field);
                    // An organisation is shown by its short name, which stands last; of addresses the first counts.
                    let mut parts = value.split(super::subject::PART_SEPARATOR);
                    let shown = if field == 1 { parts.next() } else { parts.next_back() }.unwrap_or("");
                    (shown.is_empty(), shown, name(at))
                };
                entry_at.sort_by(|a, b| key(*a).cmp(&key(*b)));
            }
            SortBy::Status => {
                let key = |at: u32| {
                    (
                        index.places_of(entry(at)).iter().map(|p| index.status_of(p)).min().map_or((true, None), |s| (false, Some(s))),
                        name(at),
                    )
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
            *at = index.entries[*at as usize].id;
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
