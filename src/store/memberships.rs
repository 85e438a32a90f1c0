//! Writes who is in which community.
//!
//! Must not know who calls it.

use rusqlite::{OptionalExtension, ToSql};

use super::schema::MEMBERSHIP;
use super::write::Write;
use super::{StoreError, people};
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, MembershipId, PersonId};
use crate::domain::words::MembershipStatus;

impl Write<'_> {
    /// Returns the membership of a person in a community, if there is one.
    pub(crate) fn membership_of(&self, person: PersonId, community: CommunityId) -> Result<Option<MembershipId>, StoreError> {
        Ok(self
            .reader()
            .prepare_cached("SELECT id FROM membership WHERE person_id=?1 AND community_id=?2")?
            .query_row((person.0, community.0), |r| r.get(0).map(MembershipId))
            .optional()?)
    }

    /// Returns whether a person is not in a community: they never were, or have left.
    pub(crate) fn membership_is_over(&self, person: PersonId, community: CommunityId) -> Result<bool, StoreError> {
        Ok(!people::is_member(self.reader(), person, community)?)
    }

    /// Adds a membership, or changes the existing one. Returns whether anything changed.
    pub(crate) fn put_membership(&mut self, person: PersonId, community: CommunityId, facts: &MembershipFacts) -> Result<bool, StoreError> {
        let (joined, left) = (facts.joined.map(|d| d.to_string()), facts.left.map(|d| d.to_string()));
        let (status, source) = (facts.status.word(), facts.source.word());
        match self.membership_of(person, community)? {
            Some(id) => {
                self.update(&MEMBERSHIP, id.0, &[("status", &status), ("joined", &joined), ("left_on", &left), ("source", &source)])
            }
            None => {
                let columns: [(&'static str, &dyn ToSql); 6] = [
                    ("person_id", &person.0),
                    ("community_id", &community.0),
                    ("status", &status),
                    ("joined", &joined),
                    ("left_on", &left),
                    ("source", &source),
                ];
                self.add(&MEMBERSHIP, &columns).map(|_| true)
            }
        }
    }

    /// Changes only the status of a membership, and the date of leaving if the new status ends it.
    pub(crate) fn set_status(&mut self, person: PersonId, community: CommunityId, status: MembershipStatus) -> Result<bool, StoreError> {
        let Some(id) = self.membership_of(person, community)? else { return Ok(false) };
        if status.is_over() && self.membership_is_over(person, community)? {
            // It was over already, so the date of leaving stays.
            return self.update(&MEMBERSHIP, id.0, &[("status", &status.word())]);
        }
        let today = status.is_over().then(|| self.stamp().today.to_string());
        self.update(&MEMBERSHIP, id.0, &[("status", &status.word()), ("left_on", &today)])
    }

    /// Removes a person's membership of a community.
    pub(crate) fn remove_membership(&mut self, person: PersonId, community: CommunityId) -> Result<bool, StoreError> {
        let Some(id) = self.membership_of(person, community)? else { return Ok(false) };
        self.delete(&MEMBERSHIP, id.0)?;
        Ok(true)
    }
}
