//! Reading: the only face of the connection that leaves the store.
//!
//! Whoever holds one can ask the store's own questions and no others. Must not know what is asked.

use rusqlite::{CachedStatement, Connection, Params, Row, Statement, Transaction};

use super::StoreError;

/// A roster that can be read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'c> {
    conn: &'c Connection,
}

impl<'c> Reader<'c> {
    pub(super) const fn new(conn: &'c Connection) -> Self {
        Self { conn }
    }

    /// The connection itself, for what is no question.
    pub(super) const fn conn(self) -> &'c Connection {
        self.conn
    }

    /// A statement that is kept for the next time.
    pub(super) fn prepare_cached(self, sql: &str) -> rusqlite::Result<CachedStatement<'c>> {
        self.conn.prepare_cached(sql)
    }

    /// A statement for once.
    pub(super) fn prepare(self, sql: &str) -> rusqlite::Result<Statement<'c>> {
        self.conn.prepare(sql)
    }

    /// Reads what follows as it stands at one moment, until what this returns is dropped: quicker than to look each time whether another
    /// program has written. Others can't save meanwhile. Within a step, which is one moment anyhow, it does nothing.
    pub(super) fn at_once(self) -> rusqlite::Result<Option<Transaction<'c>>> {
        if self.conn.is_autocommit() { self.conn.unchecked_transaction().map(Some) } else { Ok(None) }
    }

    /// The one row that a statement gives.
    pub(super) fn query_row<T>(
        self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.conn.query_row(sql, params, read)
    }
}

/// A connection of its own for reading, on another thread than the one that writes.
pub(crate) struct ReadOnly {
    conn: Connection,
}

impl ReadOnly {
    /// Opens one more connection to a file that [`super::Store::open`] has accepted.
    ///
    /// # Errors
    /// If the file can't be opened.
    pub(crate) fn open(path: &std::path::Path) -> Result<Self, StoreError> {
        Ok(Self { conn: super::connect::open_reader(path)? })
    }

    /// The same, for reading people in another order than that of the file: what has been read once of it is kept, up to 128 MiB, for else
    /// nearly every person would be a page that is read anew.
    ///
    /// # Errors
    /// As [`ReadOnly::open`].
    pub(crate) fn open_for_any_order(path: &std::path::Path) -> Result<Self, StoreError> {
        let file = Self::open(path)?;
        file.conn.execute_batch("PRAGMA cache_size=-131072")?;
        Ok(file)
    }

    /// The roster, for reading.
    #[must_use]
    pub(crate) const fn reader(&self) -> Reader<'_> {
        Reader::new(&self.conn)
    }
}
