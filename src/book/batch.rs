//! Several commands as one undo step, or as a rehearsal that shows what they would do.
//!
//! Must not know which commands they are, or where they come from.

use super::{Applied, Book, BookError};
use crate::domain::label::{Label, Verb};

/// Whether a batch is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is kept as one step.
    Yes,
    /// It is rolled back at once: it was a rehearsal.
    No,
}

impl Book {
    /// Runs commands as one undo step, named after the file that they come from. `body` returns how many there were; each command sees the
    /// effects of those before it. If `body` or any command in it fails, nothing is kept.
    ///
    /// # Errors
    /// Returns the error of `body`, or an error if the roster can't be written; nothing has changed then.
    pub fn batch<T, E: From<BookError>>(
        &mut self,
        name: &str,
        keep: Keep,
        body: impl FnOnce(&mut Self) -> Result<(T, u64), E>,
    ) -> Result<(T, Applied), E> {
        let stamp = self.stamp();
        self.store.begin_batch(stamp).map_err(BookError::from)?;
        let done = body(self);
        let n = done.as_ref().map_or(0, |(_, n)| *n);
        let is_kept = keep == Keep::Yes && done.is_ok();
        let ended = self.store.end_batch(Label::new(Verb::Apply, n).what(name), is_kept).map_err(BookError::from);
        if !is_kept || ended.is_err() {
            // The index has followed changes that are now rolled back.
            self.forget_index();
        }
        let (value, _) = done?;
        let ended = ended?;
        let (changes, kept) = (ended.changes, ended.kept);
        Ok((value, Applied { label: ended.label, touched: ended.touched, select: None, changes, kept, unreached: Vec::new() }))
    }
}
