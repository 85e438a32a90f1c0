//! Several steps as one: all steps of a batch share one transaction and one entry of the journal.
//!
//! Must not know what the steps are.

use super::journal::OpKind;
use super::{Done, Stamp, Store, StoreError, Write, connect, labels};
use crate::domain::ids::OpId;
use crate::domain::label::Label;

/// What has been written so far.
pub(super) struct Batch {
    op: i64,
    stamp: Stamp,
    /// The counters from which the next step continues.
    counters: (i64, u32),
    done: Done,
    /// Whether a step was refused; then nothing of the batch may be kept.
    has_failed: bool,
}

impl Store {
    /// Returns the words of a label within the open batch; `None` if no batch is open.
    pub(crate) fn words_in_batch(&self, label: Label) -> Option<String> {
        self.batch.as_ref().map(|batch| labels::words(self.reader(), batch.op, label))
    }

    /// Whether a batch is open.
    pub(crate) const fn is_batching(&self) -> bool {
        self.batch.is_some()
    }

    /// Begins a batch; every step until its end is a part of it.
    ///
    /// # Errors
    /// If the file can't be written to, or a batch is open already.
    pub(crate) fn begin_batch(&mut self, stamp: Stamp) -> Result<(), StoreError> {
        if let Some(why) = self.read_only {
            return Err(StoreError::ReadOnly { path: self.path.clone(), why });
        }
        if self.batch.is_some() {
            return Err(StoreError::Refused("a batch is open already".into()));
        }
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(|e| connect::damage(&self.path, e))?;
        let op = match self.insert_op(OpKind::Do, None, stamp) {
            Ok(op) => op,
            Err(e) => {
                self.roll_back()?;
                return Err(e);
            }
        };
        self.batch = Some(Batch { op, stamp, counters: (0, 0), done: Done::default(), has_failed: false });
        Ok(())
    }

    /// Writes one step of the open batch.
    pub(super) fn write_part<T>(
        &mut self,
        mut batch: Batch,
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Done), StoreError> {
        let written = self.fill_op(batch.op, batch.stamp, &mut batch.counters, body);
        match &written {
            Ok((_, (done, _))) => batch.done.add(done),
            Err(_) => batch.has_failed = true,
        }
        let op = batch.op;
        self.batch = Some(batch);
        let (value, (mut done, label)) = written?;
        done.label = labels::words(self.reader(), op, label);
        Ok((value, done))
    }

    /// Ends the batch and keeps everything that was written in it as one step with this label. Keeps nothing if `keep` is false, if a step
    /// was refused or if nothing was changed.
    ///
    /// # Errors
    /// If the file can't be written to, or a step was refused; then nothing was changed.
    pub(crate) fn end_batch(&mut self, label: Label, keep: bool) -> Result<Done, StoreError> {
        let Some(mut batch) = self.batch.take() else {
            return Err(StoreError::Refused("no batch is open".into()));
        };
        if !keep || batch.has_failed || batch.done.changes == 0 {
            self.roll_back()?;
            return match batch.has_failed && keep {
                true => Err(StoreError::Refused("a step of the batch was refused".into())),
                false => Ok(batch.done),
            };
        }
        batch.done.op = Some(OpId(batch.op));
        let ended = self.close_op(batch.op, batch.done.changes, &label);
        if let Err(e) = ended {
            self.roll_back()?;
            return Err(e);
        }
        batch.done.label = labels::words(self.reader(), batch.op, label);
        match self.conn.execute_batch("COMMIT") {
            Ok(()) => Ok(batch.done),
            Err(e) => self.after_failed_commit(e, batch.stamp).map(|()| batch.done),
        }
    }
}

impl Done {
    /// Adds the result of a further step.
    fn add(&mut self, more: &Self) {
        self.changes += more.changes;
        self.kept.extend(more.kept.iter().cloned());
        self.touched.add(&more.touched);
    }
}
