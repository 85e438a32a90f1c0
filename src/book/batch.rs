//! Several commands as one undo step, or as none: to carry out a list of them, and to see what a command would do.
//!
//! Must not know which commands, nor where they come from.

use super::{Applied, Book, BookError};
use crate::domain::label::{Label, Verb};

/// What becomes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It is kept, as one step.
    Yes,
    /// It is taken back at once: it was to be seen what it would do.
    No,
}

impl Book {
    /// Runs commands as one undo step, named after the file that they come from; `body` returns how many they were. Each sees what those before
    /// it have done. If `body` fails, or any command in it, nothing is kept.
    ///
    /// # Errors
    /// What `body` says, or what the file says; nothing was changed then.
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
            // The index has followed what was taken back.
            self.forget_index();
        }
        let (value, _) = done?;
        let ended = ended?;
        let (changes, kept) = (ended.changes, ended.kept);
        Ok((value, Applied { label: ended.label, touched: ended.touched, select: None, changes, kept, unreached: Vec::new() }))
    }
}
