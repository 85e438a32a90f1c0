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
