//! What a step touched, so that a screen refreshes only what it must.
//!
//! Must not know how a row is written, nor who refreshes.

use super::schema::{Refresh, Table};

/// What a step touched, so that a screen refreshes only what it must.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The people about whom a row was written; incomplete if `many` is true.
    pub people: Vec<i64>,
    /// Whether more people were touched than are listed.
    pub many: bool,
    /// Communities, or what belongs to them.
    pub communities: bool,
    /// Who is in which community.
    pub members: bool,
    /// Meetups, or attendance.
    pub meetups: bool,
    /// Organisations, disciplines, fields, tags.
    pub words: bool,
    /// Saved views.
    pub views: bool,
    /// Who may be mailed.
    pub mail: bool,
}

/// The number of people above which a step has touched "many".
const MANY: usize = 2_000;

impl Touched {
    /// Returns a value that refreshes everything, for when it isn't known what has changed.
    #[must_use]
    pub fn everything() -> Self {
        Self { people: Vec::new(), many: true, communities: true, members: true, meetups: true, words: true, views: true, mail: true }
    }

    /// Adds what a further step touched.
    pub(super) fn add(&mut self, more: &Self) {
        self.people.extend(&more.people);
        self.people.sort_unstable();
        self.people.dedup();
        self.many |= more.many || self.people.len() > MANY;
        self.communities |= more.communities;
        self.members |= more.members;
        self.meetups |= more.meetups;
        self.words |= more.words;
        self.views |= more.views;
        self.mail |= more.mail;
    }

    /// Returns whether nothing was touched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Records that a row was written: what its table refreshes, and the person that it is about.
    pub(super) fn note(&mut self, table: &Table, person: Option<i64>) {
        for refresh in table.refreshes {
            match refresh {
                Refresh::Communities => self.communities = true,
                Refresh::Members => self.members = true,
                Refresh::Meetups => self.meetups = true,
                Refresh::Words => self.words = true,
                Refresh::Views => self.views = true,
                Refresh::Mail => self.mail = true,
            }
        }
        if let Some(id) = person.filter(|_| !self.many)
            && self.people.last() != Some(&id)
        {
            self.people.push(id);
            if self.people.len() > MANY {
                self.people.sort_unstable();
                self.people.dedup();
                self.many = self.people.len() > MANY;
            }
        }
    }
}
