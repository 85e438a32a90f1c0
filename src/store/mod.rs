//! The roster's file: SQLite, its settings, its rows and its journal.
//!
//! The only module that uses SQL. Must not know of screens, files in and out, or the book above it.

pub(crate) mod backup;
mod batch;
pub(crate) mod bulk;
mod cell;
pub(crate) mod changes;
pub(crate) mod check;
mod columns;
pub(crate) mod communities;
mod communities_write;
mod connect;
pub(crate) mod due;
pub(crate) mod eligible;
mod error;
pub(crate) mod exports;
mod files;
mod guard;
mod held;
pub(crate) mod journal;
pub(crate) mod labels;
pub(crate) mod lookup;
pub(crate) mod meetups;
mod meetups_write;
mod memberships;
mod migrate;
mod open;
pub(crate) mod organisations;
pub(crate) mod pages;
pub(crate) mod people;
mod people_write;
pub(crate) mod person;
mod protect;
mod reader;
pub(crate) mod revert;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod slices;
pub(crate) mod suppressions;
#[cfg(test)]
mod tests;
mod touched;
mod uuids;
pub(crate) mod views;
mod write;

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension};

pub use error::StoreError;
pub(crate) use files::backups;
pub(crate) use migrate::{Migrated, roster_id};
pub(crate) use people_write::ConsentOutcome;
pub(crate) use reader::{ReadOnly, Reader};
pub use touched::Touched;
pub(crate) use write::{Watch, Write};

use crate::domain::ids::OpId;
use crate::domain::label::Label;
use journal::OpKind;

/// The time and permanent id of a step; passed in, so that tests are deterministic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    /// The step's permanent id, by which it is found again after a failure.
    pub action: [u8; 16],
    /// The time, UTC.
    pub at: NaiveDateTime,
    /// The current date in the lead's time zone.
    pub today: chrono::NaiveDate,
}

impl Stamp {
    /// Formats the time as the file stores it.
    pub(crate) fn instant(self) -> String {
        self.at.format(TIMESTAMP).to_string()
    }
}

/// The format of instants in the file: UTC and of fixed length, so that they sort as text.
pub(crate) const TIMESTAMP: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// The result of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// The step in the journal; `None` if nothing had to be changed.
    pub op: Option<OpId>,
    /// What was done, in words.
    pub label: String,
    /// What it touched, for refreshing screens.
    pub touched: Touched,
    /// How many rows it wrote.
    pub changes: u64,
    /// What it left unchanged, in words: suppressions and withdrawals that it may not end.
    pub kept: Vec<String>,
}

/// An open roster.
pub(crate) struct Store {
    conn: Connection,
    path: PathBuf,
    read_only: Option<&'static str>,
    unclean: bool,
    migrated: Option<Migrated>,
    seen_version: i64,
    watch: Option<Box<Watch>>,
    batch: Option<batch::Batch>,
}

impl Store {
    /// Opens an existing roster.
    ///
    /// # Errors
    /// Names the reason why it can't be opened; then nothing was written.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Self::from_opened(open::open(path)?)
    }

    /// Opens a roster that this process already has open again, for work on another thread.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub(crate) fn open_again(path: &Path) -> Result<Self, StoreError> {
        Self::from_opened(open::connect(path.to_owned(), false)?)
    }

    /// Makes a new roster and opens it. Makes a missing folder, too.
    ///
    /// # Errors
    /// If a file with that name exists, or it can't be written.
    pub(crate) fn create(path: &Path) -> Result<Self, StoreError> {
        Self::from_opened(open::create(path)?)
    }

    fn from_opened(opened: open::Opened) -> Result<Self, StoreError> {
        let mut store = Self {
            conn: opened.conn,
            path: opened.path,
            read_only: opened.read_only,
            unclean: opened.unclean,
            migrated: opened.migrated,
            seen_version: 0,
            watch: None,
            batch: None,
        };
        store.seen_version = store.data_version()?;
        Ok(store)
    }

    /// Returns the file's real path.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns why the roster is read-only, if it is.
    #[must_use]
    pub(crate) const fn read_only(&self) -> Option<&'static str> {
        self.read_only
    }

    /// Returns whether the last program that wrote to the file was interrupted, so that the file should be checked.
    #[must_use]
    pub(crate) const fn was_unclean(&self) -> bool {
        self.unclean
    }

    /// Returns the migration that was run when the file was opened, if any.
    #[must_use]
    pub(crate) const fn migrated(&self) -> Option<&Migrated> {
        self.migrated.as_ref()
    }

    /// Returns a reader of the roster.
    #[must_use]
    pub(crate) const fn reader(&self) -> Reader<'_> {
        Reader::new(&self.conn)
    }

    /// Calls `watch` with the progress of each step; it decides whether to go on.
    pub(crate) fn watch(&mut self, watch: Box<Watch>) {
        self.watch = Some(watch);
    }

    /// Sets how long a read waits for another program's lock (a commit, or a large write that no longer fits into memory); `None` for the
    /// default.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub(crate) fn set_busy_timeout(&self, patience: Option<std::time::Duration>) -> Result<(), StoreError> {
        Ok(self.conn.busy_timeout(patience.unwrap_or(connect::PATIENCE))?)
    }

    /// Interrupts whatever the connection is doing as soon as `stop` returns true; called every 4,000 SQLite instructions.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub(crate) fn stop_when(&mut self, stop: impl FnMut() -> bool + Send + 'static) -> Result<(), StoreError> {
        Ok(self.conn.progress_handler(4_000, Some(stop))?)
    }

    fn data_version(&self) -> Result<i64, StoreError> {
        Ok(self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |r| r.get(0))?)
    }

    /// Returns whether another program has written to the file since the last call.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn poll_external_changes(&mut self) -> Result<bool, StoreError> {
        let now = self.data_version()?;
        Ok(std::mem::replace(&mut self.seen_version, now) != now)
    }

    /// Runs one step in a transaction: keeps everything that `body` writes, or nothing. A step that writes nothing leaves no trace.
    ///
    /// # Errors
    /// The error of `body` or of the file; then nothing was changed.
    pub(crate) fn write<T>(
        &mut self,
        stamp: Stamp,
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Done), StoreError> {
        self.step(OpKind::Do, None, stamp, true, body)
    }

    /// Runs a step and rolls it back, to find out what it would do.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub(crate) fn rehearse<T>(
        &mut self,
        stamp: Stamp,
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Done), StoreError> {
        self.step(OpKind::Do, None, stamp, false, body)
    }

    pub(crate) fn step<T>(
        &mut self,
        kind: OpKind,
        undoes: Option<OpId>,
        stamp: Stamp,
        keep: bool,
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Done), StoreError> {
        if let Some(batch) = self.batch.take() {
            if kind != OpKind::Do || !keep {
                self.batch = Some(batch);
                return Err(StoreError::Refused("this can't be a part of a batch".into()));
            }
            return self.write_part(batch, body);
        }
        if let Some(why) = self.read_only {
            return Err(StoreError::ReadOnly { path: self.path.clone(), why });
        }
        self.conn.execute_batch("BEGIN IMMEDIATE").map_err(|e| connect::damage(&self.path, e))?;
        match self.fill(kind, undoes, stamp, body) {
            // An undo that changes nothing is still recorded; otherwise the next undo would have the same target again.
            Ok((value, done)) if keep && (done.changes > 0 || undoes.is_some()) => match self.conn.execute_batch("COMMIT") {
                Ok(()) => Ok((value, done)),
                Err(e) => self.after_failed_commit(e, stamp).map(|()| (value, done)),
            },
            Ok((value, mut done)) => {
                self.roll_back()?;
                done.op = None;
                Ok((value, done))
            }
            Err(e) => {
                self.roll_back()?;
                Err(e)
            }
        }
    }

    fn fill<T>(
        &self,
        kind: OpKind,
        undoes: Option<OpId>,
        stamp: Stamp,
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Done), StoreError> {
        let op = self.insert_op(kind, undoes, stamp)?;
        let (value, (mut done, label)) = self.fill_op(op, stamp, &mut (0, 0), body)?;
        self.close_op(op, done.changes, &label)?;
        done.label = labels::words(self.reader(), op, label);
        Ok((value, done))
    }

    fn insert_op(&self, kind: OpKind, undoes: Option<OpId>, stamp: Stamp) -> Result<i64, StoreError> {
        let row = "INSERT INTO op(action_id,kind,label,at,undoes,changes,schema) VALUES(?1,?2,'',?3,?4,0,?5)";
        self.conn.prepare_cached(row)?.execute((stamp.action, kind.word(), stamp.instant(), undoes.map(|o| o.0), schema::VERSION))?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Writes into an entry of the journal, continuing from `counters`. Returns the result and its label.
    fn fill_op<T>(
        &self,
        op: i64,
        stamp: Stamp,
        counters: &mut (i64, u32),
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, (Done, Label)), StoreError> {
        let mut write = Write::new(&self.conn, op, stamp, self.watch.as_deref());
        write.resume_from(*counters);
        let value = body(&mut write)?;
        write.keep_protections()?;
        write.flush()?;
        *counters = write.counters();
        let kept = write.take_kept();
        let (changes, mut touched) = (write.changes, std::mem::take(&mut write.touched));
        let label = write.take_label();
        drop(write);
        touched.people.sort_unstable();
        touched.people.dedup();
        Ok((value, (Done { op: Some(OpId(op)), label: String::new(), touched, changes, kept }, label)))
    }

    fn close_op(&self, op: i64, changes: u64, label: &Label) -> Result<(), StoreError> {
        let done = "UPDATE op SET changes=?2, label=?3 WHERE id=?1";
        self.conn.prepare_cached(done)?.execute((op, i64::try_from(changes).unwrap_or(i64::MAX), label.stored()))?;
        Ok(())
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        if self.conn.is_autocommit() || self.conn.execute_batch("ROLLBACK").is_ok() {
            return Ok(());
        }
        self.reopen()
    }

    /// Reopens the file after a failed commit and checks for the step, since the commit may have succeeded all the same.
    fn after_failed_commit(&mut self, e: rusqlite::Error, stamp: Stamp) -> Result<(), StoreError> {
        self.roll_back()?;
        self.reopen()?;
        if self.has_action(stamp)? { Ok(()) } else { Err(e.into()) }
    }

    fn has_action(&self, stamp: Stamp) -> Result<bool, StoreError> {
        let found: Option<i64> = self.conn.query_row("SELECT id FROM op WHERE action_id=?1", [stamp.action], |r| r.get(0)).optional()?;
        Ok(found.is_some())
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        let opened = open::connect(self.path.clone(), false)?;
        self.conn = opened.conn;
        self.seen_version = self.data_version()?;
        Ok(())
    }

    /// Returns every row of every table that the journal covers, as text; equal dumps mean equal rosters.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn dump(&self) -> Result<String, StoreError> {
        let mut out = String::new();
        for table in schema::TABLES {
            let mut statement = self.conn.prepare(&format!("SELECT * FROM {} ORDER BY id", table.name))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                out.push_str(table.name);
                for i in 0..columns {
                    out.push('\t');
                    out.push_str(&cell::to_json(&row.get::<_, rusqlite::types::Value>(i)?).to_string());
                }
                out.push('\n');
            }
        }
        Ok(out)
    }
}
