//! Several commands as one undo step, or as a rehearsal that shows what they would do.
//!
//! Must not know which commands they are, or where they come from.

use super::{Applied, Book, BookError};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::label::{Label, Verb};
use crate::domain::words::MembershipStatus;
use crate::store::labels;
use crate::store::schema::{COMMUNITY, PERSON};

/// Whether a batch is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is kept as one step.
    Yes,
    /// It is rolled back at once: it was a rehearsal.
    No,
}

/// What a batch is called in the history.
#[derive(Debug, Clone, Copy)]
pub enum Batch<'a> {
    /// Actions from a file of this name; it counts the actions.
    File(&'a str),
    /// A change of several people; it counts them.
    People,
    /// A status of people in a community; it counts them, or names the only one.
    Status(CommunityId, MembershipStatus, &'a [PersonId]),
}

impl Book {
    /// Runs commands as one undo step. `body` returns what `name` counts; each command sees the effects of those before it. If `body` or any
    /// command in it fails, nothing is kept. Within another batch, the commands become a part of that one.
    ///
    /// # Errors
    /// Returns the error of `body`, or an error if the roster can't be written; nothing has changed then.
    pub fn batch<T, E: From<BookError>>(
        &mut self,
        name: Batch<'_>,
        keep: Keep,
        body: impl FnOnce(&mut Self) -> Result<(T, u64), E>,
    ) -> Result<(T, Applied), E> {
        if self.store.is_batching() {
            let (value, n) = body(self)?;
            let label = self.label_of(name, n)?;
            let label = self.store.words_in_batch(label).unwrap_or_default();
            return Ok((value, Applied { label, changes: n, ..Applied::default() }));
        }
        let stamp = self.stamp();
        self.store.begin_batch(stamp).map_err(BookError::from)?;
        let done = body(self);
        let n = done.as_ref().map_or(0, |(_, n)| *n);
        let is_kept = keep == Keep::Yes && done.is_ok();
        let ended = self.label_of(name, n).and_then(|label| Ok(self.store.end_batch(label, is_kept)?));
        if !is_kept || ended.is_err() {
            // The index has followed changes that are now rolled back.
            self.forget_index();
        }
        let (value, _) = done?;
        let ended = ended?;
        let (changes, kept) = (ended.changes, ended.kept);
        Ok((value, Applied { label: ended.label, touched: ended.touched, select: None, changes, kept, unreached: Vec::new() }))
    }

    fn label_of(&self, name: Batch<'_>, n: u64) -> Result<Label, BookError> {
        Ok(match name {
            Batch::File(file) => Label::new(Verb::Apply, n).what(file),
            Batch::People => Label::new(Verb::Edit, n),
            Batch::Status(community, status, people) => {
                let conn = self.store.reader();
                let label = Label::new(Verb::SetStatus, n).about(COMMUNITY.name, labels::uuid_of(conn, &COMMUNITY, community.0)?);
                let label = match people {
                    [only] => label.about(PERSON.name, labels::uuid_of(conn, &PERSON, only.0)?),
                    _ => label,
                };
                label.what(status.word())
            }
        })
    }
}
