//! Row ids, one type per table, so that a meetup's id is never mistaken for a person's.
//!
//! Must not know how the ids are stored.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// The id of a person's row.
    PersonId,
    /// The id of an organisation's row.
    OrganisationId,
    /// The id of a discipline's row.
    DisciplineId,
    /// The id of a community's row.
    CommunityId,
    /// The id of a membership's row.
    MembershipId,
    /// The id of a seat's row.
    SeatId,
    /// The id of a meetup's row.
    MeetupId,
    /// The id of an attendance's row.
    AttendanceId,
    /// The id of a step in the journal.
    OpId,
}

/// A map keyed by ids. Ids are numbers, so one multiplication spreads them over the buckets. Only for keys that no outsider can choose.
pub(crate) type IdMap<K, V> = std::collections::HashMap<K, V, std::hash::BuildHasherDefault<IdHasher>>;

/// Hashes one number.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct IdHasher(u64);

impl std::hash::Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        // 2^64 divided by the golden ratio (Knuth, "The Art of Computer Programming", 6.4).
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i64(&mut self, n: i64) {
        self.write_u64(n.cast_unsigned());
    }
}
