//! Reads what is searched from the file, in the background: one pass over each table, in its own order.
//!
//! Must not know what is searched for.

use std::ops::ControlFlow;
use std::path::Path;

use super::{BookError, Progress};
use crate::search::{Index, IndexBuilder, MeetupIndex};
use crate::store::slices::PersonExtras;
use crate::store::{ReadOnly, Reader, StoreError, communities, meetups, slices};

/// The search indexes of all people and all meetups.
pub struct Searchable {
    pub(super) people: Index,
    pub(super) meetups: MeetupIndex,
}

/// Builds the indexes on a separate connection; `None` if the work was stopped.
pub(super) fn build(path: &Path, progress: &Progress) -> Result<Option<Searchable>, BookError> {
    let file = ReadOnly::open(path)?;
    let conn = file.reader();
    let total = slices::count(conn)?;
    progress.expect(total);
    let mut builder = IndexBuilder::with_room(usize::try_from(total).unwrap_or(0));
    let mut reached = Reached { progress, people: 0, rows: 0, stopped: false };
    slices::everybody(conn, None, PersonExtras::Nothing, |person| {
        builder.push(person);
        reached.people += 1;
        reached.row()
    })?;
    builder.finish_people();
    slices::memberships(conn, |person, community, status, source| {
        builder.join(person, community, status, source);
        reached.row()
    })?;
    let mut meetups = uncounted(conn)?;
    slices::visits(conn, |person, meetup, said_yes, came| {
        if let Some(day) = meetups.count(meetup, said_yes, came).filter(|_| came) {
            builder.came(person, day);
        }
        reached.row()
    })?;
    if reached.stopped {
        return Ok(None);
    }
    let names = communities::communities(conn)?.into_iter().map(|c| (c.id, c.name));
    Ok(Some(Searchable { people: builder.finish(names), meetups }))
}

/// The progress of the reading, and whether it has to stop.
struct Reached<'p> {
    progress: &'p Progress,
    /// The number that is reported: progress counts people.
    people: u64,
    rows: u64,
    stopped: bool,
}

impl Reached<'_> {
    /// Counts a row of any table; returns whether to go on.
    fn row(&mut self) -> ControlFlow<()> {
        self.rows += 1;
        if self.rows.is_multiple_of(1024) {
            self.stopped |= self.progress.reach(self.people).is_break();
        }
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Returns the index of all meetups, without attendance counts.
pub(super) fn uncounted(conn: Reader<'_>) -> Result<MeetupIndex, StoreError> {
    let mut index = MeetupIndex::default();
    meetups::each(conn, |meetup| index.put(meetup))?;
    Ok(index)
}
