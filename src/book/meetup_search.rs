//! Search for meetups: keeps their index up to date and finds them.
//!
//! Must not know what the hits are used for.

use std::ops::ControlFlow;

use super::found::{Found, words};
use super::searchable::uncounted;
use super::{Book, BookError};
use crate::domain::ids::{CommunityId, MeetupId};
use crate::domain::query::Scope;
use crate::search::{MeetupIndex, MeetupText, Turnout};
use crate::store::rows::MeetupRow;
use crate::store::{Reader, StoreError, Touched, meetups, slices};

/// The column that meetups are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each is a column")]
pub enum MeetupSort {
    #[default]
    When,
    Title,
    Format,
    Host,
    Status,
    WriteUp,
    Came,
}

impl MeetupSort {
    /// The word for each column.
    pub const ALL: [(&'static str, Self); 7] = [
        ("when", Self::When),
        ("title", Self::Title),
        ("format", Self::Format),
        ("host", Self::Host),
        ("status", Self::Status),
        ("write-up", Self::WriteUp),
        ("came", Self::Came),
    ];

    /// Sorts stably, so that equal meetups stay in order: upcoming first. Empty values come last, or first if reversed.
    fn sort(self, ids: &mut [MeetupId], index: &MeetupIndex, reverse: bool) {
        let mut by_text = |which: MeetupText| {
            ids.sort_by_key(|id| {
                let text = index.text(*id, which);
                (text.is_empty(), text)
            });
        };
        match self {
            Self::When if reverse => ids.sort_by_key(|id| std::cmp::Reverse(index.starts(*id))),
            Self::When => {}
            Self::Title => by_text(MeetupText::Title),
            Self::Format => by_text(MeetupText::Format),
            Self::Host => by_text(MeetupText::Host),
            Self::Status => by_text(MeetupText::Status),
            Self::WriteUp => ids.sort_by_key(|id| index.text(*id, MeetupText::WriteUp) != "owed"),
            Self::Came => ids.sort_by_key(|id| std::cmp::Reverse(index.turnout(*id))),
        }
        if reverse && self != Self::When {
            ids.reverse();
        }
    }
}

fn count(conn: Reader<'_>, id: MeetupId) -> Result<Turnout, StoreError> {
    let mut turnout = Turnout::default();
    meetups::counted(conn, id, |said_yes, came| turnout.count(said_yes, came))?;
    Ok(turnout)
}

impl Book {
    /// Updates the index of meetups with what a step changed.
    pub(super) fn follow_meetups(&mut self, touched: &Touched) -> Result<(), BookError> {
        let Some(index) = self.meetup_index.as_mut().filter(|_| touched.meetups || touched.communities || touched.words) else {
            return Ok(());
        };
        let conn = self.store.reader();
        let (written, names_changed) = meetups::written_last(conn)?;
        if names_changed {
            // Any meetup may show the name, so all their texts are read again; attendance needn't be counted again.
            meetups::each(conn, |meetup| index.put(meetup))?;
        }
        for id in written {
            if meetups::one(conn, id, |meetup| index.put(meetup))? {
                index.set_turnout(id, count(conn, id)?);
            } else {
                index.remove(id);
            }
        }
        Ok(())
    }

    fn make_meetups_ready(&mut self) -> Result<&MeetupIndex, BookError> {
        if self.meetup_index.is_none() {
            let mut index = uncounted(self.store.reader())?;
            slices::visits(self.store.reader(), |_, meetup, said_yes, came| {
                index.count(meetup, said_yes, came);
                ControlFlow::Continue(())
            })?;
            self.meetup_index = Some(index);
        }
        Ok(self.meetup_index.get_or_insert_default())
    }

    /// Finds meetups, of one community or of all, sorted by a column; by default upcoming meetups first, soonest first, then past ones,
    /// latest first.
    ///
    /// # Errors
    /// If the query or the file can't be read.
    pub fn find_meetups(
        &mut self,
        text: &str,
        community: Option<CommunityId>,
        sort: MeetupSort,
        reverse: bool,
    ) -> Result<Found<MeetupId>, BookError> {
        let expr = self.parse(text, Scope::Meetups)?;
        let today = self.today();
        let index = self.make_meetups_ready()?;
        let mut ids = index.find(&expr, today, community);
        sort.sort(&mut ids, index, reverse);
        Ok(Found { ids, words: words(&expr, today), did_you_mean: None })
    }

    /// Returns the meetups with these ids, in order.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn meetups(&self, ids: &[MeetupId]) -> Result<Vec<MeetupRow>, BookError> {
        let mut rows = self.meetups_uncounted(ids)?;
        for row in &mut rows {
            let turnout = match &self.meetup_index {
                Some(index) => index.turnout(row.id),
                None => count(self.store.reader(), row.id)?,
            };
            (row.yes, row.attended) = (Some(turnout.yes), Some(turnout.came));
        }
        Ok(rows)
    }

    /// Like [`Book::meetups`], but without attendance counts until search is ready: counting takes longer than a frame.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn meetups_shown(&self, ids: &[MeetupId]) -> Result<Vec<MeetupRow>, BookError> {
        if self.meetup_index.is_some() { self.meetups(ids) } else { self.meetups_uncounted(ids) }
    }

    fn meetups_uncounted(&self, ids: &[MeetupId]) -> Result<Vec<MeetupRow>, BookError> {
        Ok(meetups::meetup_rows(self.store.reader(), ids)?)
    }
}
