//! Row ids, one type for each thing, so that a meetup's id is never taken for a person's.
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
    /// Names a person's row.
    PersonId,
    /// Names an organisation's row.
    OrganisationId,
    /// Names a discipline's row.
    DisciplineId,
    /// Names a community's row.
    CommunityId,
    /// Names a membership's row.
    MembershipId,
    /// Names a seat's row.
    SeatId,
    /// Names a meetup's row.
    MeetupId,
    /// Names an attendance's row.
    AttendanceId,
    /// Names one step in the journal.
    OpId,
}

/// A map by ids, which are numbers already: a multiplication spreads them over the buckets. Only for numbers that nobody else chooses.
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
