//! Reading: the only view of the connection outside the store.
//!
//! A reader can run the store's own queries and no others. Must not know what is queried.

use rusqlite::{CachedStatement, Connection, Params, Row, Statement, Transaction};

use super::StoreError;

/// Read access to a roster.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'c> {
    conn: &'c Connection,
}

impl<'c> Reader<'c> {
    pub(super) const fn new(conn: &'c Connection) -> Self {
        Self { conn }
    }

    /// Returns the connection itself, for what isn't a query.
    pub(super) const fn conn(self) -> &'c Connection {
        self.conn
    }

    /// Prepares a statement that is cached for the next use.
    pub(super) fn prepare_cached(self, sql: &str) -> rusqlite::Result<CachedStatement<'c>> {
        self.conn.prepare_cached(sql)
    }

    /// Prepares a statement for one use.
    pub(super) fn prepare(self, sql: &str) -> rusqlite::Result<Statement<'c>> {
        self.conn.prepare(sql)
    }

    /// Starts a read transaction that lasts until the returned value is dropped: faster than checking at each read whether another program
    /// has written. Others can't save meanwhile. Within a step, which is a transaction anyway, it does nothing.
    pub(super) fn begin_read(self) -> rusqlite::Result<Option<Transaction<'c>>> {
        if self.conn.is_autocommit() { self.conn.unchecked_transaction().map(Some) } else { Ok(None) }
    }

    /// Returns the single row of a query.
    pub(super) fn query_row<T>(
        self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.conn.query_row(sql, params, read)
    }
}

/// A separate read-only connection, for use on another thread than the writer's.
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

    /// Opens one for reading people in another order than the file's. Its page cache is up to 128 MiB, since nearly every person would
    /// otherwise need a page to be read again.
    ///
    /// # Errors
    /// As [`ReadOnly::open`].
    pub(crate) fn open_for_any_order(path: &std::path::Path) -> Result<Self, StoreError> {
        let file = Self::open(path)?;
        file.conn.execute_batch("PRAGMA cache_size=-131072")?;
        Ok(file)
    }

    /// Returns a reader of the roster.
    #[must_use]
    pub(crate) const fn reader(&self) -> Reader<'_> {
        Reader::new(&self.conn)
    }
}
