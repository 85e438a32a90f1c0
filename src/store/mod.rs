//! The roster's file: SQLite, its settings, its rows and its journal.
//!
//! The only module that speaks SQL. Must not know of screens, files in and out, or the book above it.

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
pub(crate) use people_write::Learned;
pub(crate) use reader::{ReadOnly, Reader};
pub use touched::Touched;
pub(crate) use write::{Watch, Write};

use crate::domain::ids::OpId;
use crate::domain::label::Label;
use journal::OpKind;

/// When a step is taken and what it is called for good: given from outside, so that tests are exact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    /// The step's own id, by which it is found again after a failure.
    pub action: [u8; 16],
    /// The time, UTC.
    pub at: NaiveDateTime,
    /// The day, where the lead sits.
    pub today: chrono::NaiveDate,
}

impl Stamp {
    /// The time as it stands in the file.
    pub(crate) fn instant(self) -> String {
        self.at.format(TIMESTAMP).to_string()
    }
}

/// How instants stand in the file: UTC, of one length, so that they compare as text.
pub(crate) const TIMESTAMP: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// What a step did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// The step in the journal; `None` if nothing had to be changed.
    pub op: Option<OpId>,
    /// What was done, in words.
    pub label: String,
    /// What it touched.
    pub touched: Touched,
    /// How many rows it wrote.
    pub changes: u64,
    /// What it left as it is, in words: suppressions and withdrawals that it may not end.
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
    /// Says what keeps it from being opened; nothing is written then.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Self::from_opened(open::open(path)?)
    }

    /// Opens a roster once more that this process has open already, for work on another thread.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub(crate) fn open_again(path: &Path) -> Result<Self, StoreError> {
        Self::from_opened(open::connect(path.to_owned(), false)?)
    }

    /// Makes a new roster and opens it. A missing folder is made.
    ///
    /// # Errors
    /// If something stands there already, or nothing can be written there.
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

    /// The file's real path.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Why the roster can only be read, if so.
    #[must_use]
    pub(crate) const fn read_only(&self) -> Option<&'static str> {
        self.read_only
    }

    /// Whether the last program that wrote to the file was cut off, so that it should be checked.
    #[must_use]
    pub(crate) const fn was_unclean(&self) -> bool {
        self.unclean
    }

    /// What was done to bring the file up to date when it was opened, if it was older.
    #[must_use]
    pub(crate) const fn migrated(&self) -> Option<&Migrated> {
        self.migrated.as_ref()
    }

    /// The roster, for reading.
    #[must_use]
    pub(crate) const fn reader(&self) -> Reader<'_> {
        Reader::new(&self.conn)
    }

    /// Has `watch` told how far each step is, and asked whether to go on.
    pub(crate) fn watch(&mut self, watch: Box<Watch>) {
        self.watch = Some(watch);
    }

    /// How long a read waits while somebody else writes what no longer fits into memory.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub(crate) fn wait_for_others(&self, patience: Option<std::time::Duration>) -> Result<(), StoreError> {
        Ok(self.conn.busy_timeout(patience.unwrap_or(connect::PATIENCE))?)
    }

    /// Has whatever the connection is at given up as soon as `stop` says so; asked every few thousand steps of SQLite's.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub(crate) fn stop_when(&mut self, stop: impl FnMut() -> bool + Send + 'static) -> Result<(), StoreError> {
        Ok(self.conn.progress_handler(4_000, Some(stop))?)
    }

    fn data_version(&self) -> Result<i64, StoreError> {
        Ok(self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |r| r.get(0))?)
    }

    /// Whether another program has written to the file since the last time this was asked.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn changed_elsewhere(&mut self) -> Result<bool, StoreError> {
        let now = self.data_version()?;
        Ok(std::mem::replace(&mut self.seen_version, now) != now)
    }

    /// Takes one step: everything that `body` writes, or nothing. A step that writes nothing leaves no trace.
    ///
    /// # Errors
    /// What `body` says, or what the file says; nothing was changed then.
    pub(crate) fn write<T>(
        &mut self,
        stamp: Stamp,
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Done), StoreError> {
        self.step(OpKind::Do, None, stamp, true, body)
    }

    /// Takes a step and takes it back at once: to see what it would do.
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
            // An undo of what stays as it is writes nothing, and is a step all the same: otherwise it would be the next one's target again.
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

    /// Writes into a line of the journal; `counters` are from where its changes and its UUIDs go on. Returns what was done, and its label.
    fn fill_op<T>(
        &self,
        op: i64,
        stamp: Stamp,
        counters: &mut (i64, u32),
        body: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, (Done, Label)), StoreError> {
        let mut write = Write::new(&self.conn, op, stamp, self.watch.as_deref());
        write.go_on_from(*counters);
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

    /// A commit that failed may have landed: the file is opened anew and asked.
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

    /// Every row of every table that the journal covers, as text: two equal dumps are the same roster.
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
