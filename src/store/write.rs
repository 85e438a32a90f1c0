//! The only way to write: every row that is added, changed or removed leaves its inverse in the journal.
//!
//! Must not know what the rows mean; [`super::journal`] reads back what is written here.

use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Statement, ToSql};
use serde_json::{Map, Value as Json};

use super::cell::{from_json, integer, owned, text, to_json};
use super::guard::Guard;
use super::lookup::{holder_of_key, ids_where, last_written, person_of};
use super::schema::{About, Column, Fallback, Gone, Identity, Merge, Table};
use super::touched::Touched;
use super::uuids::uuid_of;
use super::{Reader, Stamp, StoreError};
use crate::domain::label::{Label, Verb};

/// The maximum number of columns of a table.
const MOST_COLUMNS: usize = 24;
static NOTHING: Fallback = Fallback::Null;

/// A row before or after a change, in the form of the journal.
type Image<'i> = Option<&'i Map<String, Json>>;

/// Rows of one table that were added with consecutive ids.
struct Range {
    table: &'static Table,
    seq: i64,
    first: i64,
    last: i64,
    op_column: i64,
    /// The person that all of them are about.
    person: Option<i64>,
}

/// An open step: everything written through it is one undo step, or nothing.
pub(crate) struct Write<'c> {
    watch: Option<&'c Watch>,
    conn: &'c Connection,
    op: i64,
    stamp: Stamp,
    uuids: u32,
    seq: i64,
    ranges: Vec<Range>,
    inserts: Vec<(&'static str, Statement<'c>)>,
    next_ids: Vec<(&'static str, i64)>,
    pub(super) guard: Guard,
    /// The number of rows written.
    pub changes: u64,
    /// What was touched, for refreshing screens.
    pub touched: Touched,
    label: Label,
}

/// Receives the number of people or rows done, and decides whether to go on.
pub(crate) type Watch = dyn Fn(u64) -> ControlFlow<()> + Send;

impl<'c> Write<'c> {
    pub(super) fn new(conn: &'c Connection, op: i64, stamp: Stamp, watch: Option<&'c Watch>) -> Self {
        Self {
            watch,
            conn,
            op,
            stamp,
            uuids: 0,
            seq: 0,
            ranges: Vec::new(),
            inserts: Vec::new(),
            next_ids: Vec::new(),
            guard: Guard::default(),
            changes: 0,
            touched: Touched::default(),
            label: Label::new(Verb::Change, 0),
        }
    }

    /// Continues a step that was written to before, from these counters: the last change and the number of UUIDs.
    pub(super) const fn resume_from(&mut self, (seq, uuids): (i64, u32)) {
        (self.seq, self.uuids) = (seq, uuids);
    }

    /// Returns the last change and the number of UUIDs so far.
    pub(super) const fn counters(&self) -> (i64, u32) {
        (self.seq, self.uuids)
    }

    /// Sets the label of the step.
    pub(crate) fn set_label(&mut self, label: Label) {
        self.label = label;
    }

    pub(super) fn take_label(&mut self) -> Label {
        let mut label = std::mem::replace(&mut self.label, Label::new(Verb::Change, 0));
        if label.verb == Verb::Change {
            label.n = self.changes;
        }
        label
    }

    /// Returns the id of the last row that the step added to a table.
    #[must_use]
    pub(crate) fn last_added(&self, table: &Table) -> Option<i64> {
        self.next_ids.iter().find(|(name, _)| *name == table.name).map(|(_, next)| next - 1)
    }

    /// Returns a reader of the roster as it is inside the step.
    #[must_use]
    pub(crate) const fn reader(&self) -> Reader<'c> {
        Reader::new(self.conn)
    }

    /// Reports how many people or rows are done.
    ///
    /// # Errors
    /// If the step is to stop; then nothing is kept.
    pub(crate) fn reach(&self, done: u64) -> Result<(), StoreError> {
        match self.watch {
            Some(watch) if done.is_multiple_of(64) && watch(done).is_break() => Err(StoreError::Stopped),
            _ => Ok(()),
        }
    }

    /// Returns the step's number.
    pub(super) const fn op(&self) -> i64 {
        self.op
    }

    /// Returns the number of rows written so far.
    #[must_use]
    pub(crate) const fn written(&self) -> u64 {
        self.changes
    }

    /// Returns a new UUIDv7 from the step's time, a counter and the step's random tail, so that equal steps give equal ids.
    pub(crate) fn uuid(&mut self) -> [u8; 16] {
        let millis = u64::try_from(self.stamp.at.and_utc().timestamp_millis()).unwrap_or(0);
        let uuid = uuid_of(millis, self.uuids, &self.stamp.action[10..]);
        self.uuids += 1;
        uuid
    }

    /// Returns the time and id of the step.
    #[must_use]
    pub(crate) const fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Adds a row and returns its id. A column that isn't given has its default; a `uuid` column gets a new UUID.
    ///
    /// # Errors
    /// If the file can't be written, or the row exists already.
    pub(crate) fn add(&mut self, table: &'static Table, columns: &[(&'static str, &dyn ToSql)]) -> Result<i64, StoreError> {
        let uuid = if table.identity == Identity::Uuid { self.uuid() } else { [0; 16] };
        let mut values: [&dyn ToSql; MOST_COLUMNS] = [&NOTHING; MOST_COLUMNS];
        let mut named = 0;
        for (value, column) in values.iter_mut().zip(table.columns) {
            // They are usually given in the table's order.
            let next = columns.get(named).filter(|(name, _)| *name == column.name);
            match next.or_else(|| columns.iter().find(|(name, _)| *name == column.name)) {
                Some((_, given)) => {
                    *value = *given;
                    named += 1;
                }
                None if column.merge == Merge::Identity => *value = &uuid,
                None => *value = &column.default,
            }
        }
        debug_assert_eq!(named, columns.len(), "a column that {} doesn't have", table.name);
        let id = self.next_id(table)?;
        self.insert_row(table, id, self.op, &values[..table.columns.len()])?;
        Ok(id)
    }

    /// Inserts a row from the journal's image, with its old id and the step that last wrote it. Columns missing from an image of an older
    /// schema have their defaults.
    pub(super) fn insert_image(&mut self, table: &'static Table, id: i64, image: &Map<String, Json>) -> Result<(), StoreError> {
        let value = |c: &Column| image.get(c.name).map_or_else(|| c.default.value(), |json| from_json(Some(json)));
        let values: Vec<Value> = table.columns.iter().map(value).collect();
        let values: Vec<&dyn ToSql> = values.iter().map(|v| v as &dyn ToSql).collect();
        let op = image.get("op").and_then(Json::as_i64).unwrap_or(self.op);
        self.insert_row(table, id, op, &values)
    }

    fn insert_row(&mut self, table: &'static Table, id: i64, op_column: i64, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        let cell = |column| table.position(column).map(|i| values[i]);
        let person = match table.about {
            About::Nobody => None,
            About::Itself => Some(id),
            About::Person(column) => cell(column).and_then(integer),
            About::Holder(column) => cell(column).map(text).map_or(Ok(None), |key| holder_of_key(self.reader(), &key))?,
        };
        self.guard.inserting(table, values, person);
        let statement = self.insert_statement(table)?;
        statement.raw_bind_parameter(1, id)?;
        for (i, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(i + 2, value)?;
        }
        statement.raw_bind_parameter(values.len() + 2, op_column)?;
        statement.raw_execute()?;
        self.touched.note(table, person);
        self.changes += 1;
        let same = |r: &&mut Range| r.table == table && r.last + 1 == id && r.op_column == op_column;
        if let Some(range) = self.ranges.iter_mut().find(same) {
            range.last = id;
            range.person = range.person.filter(|_| range.person == person);
        } else {
            self.seq += 1;
            self.ranges.push(Range { table, seq: self.seq, first: id, last: id, op_column, person });
            // Keeps the search above short when rows are scattered, as in a redo.
            if self.ranges.len() > 64 {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn insert_statement(&mut self, table: &'static Table) -> Result<&mut Statement<'c>, StoreError> {
        let at = match self.inserts.iter().position(|(name, _)| *name == table.name) {
            Some(at) => at,
            None => {
                let columns = table.names().collect::<Vec<_>>().join(",");
                let marks = ",?".repeat(table.columns.len() + 1);
                let sql = format!("INSERT INTO {}(id,{columns},op) VALUES(?{marks})", table.name);
                self.inserts.push((table.name, self.conn.prepare(&sql)?));
                self.inserts.len() - 1
            }
        };
        Ok(&mut self.inserts[at].1)
    }

    /// Returns the next free id. It never reuses an id in the journal, so that a history never mixes two things.
    fn next_id(&mut self, table: &'static Table) -> Result<i64, StoreError> {
        if let Some((_, next)) = self.next_ids.iter_mut().find(|(name, _)| *name == table.name) {
            *next += 1;
            return Ok(*next - 1);
        }
        let rows: Option<i64> = self.conn.query_row(&format!("SELECT max(id) FROM {}", table.name), [], |r| r.get(0))?;
        let known: Option<i64> = self.conn.query_row("SELECT max(last_id) FROM op_change WHERE entity=?1", [table.name], |r| r.get(0))?;
        let id = rows.max(known).unwrap_or(0) + 1;
        self.next_ids.push((table.name, id + 1));
        Ok(id)
    }

    /// Changes the given columns that differ. Returns whether any did.
    ///
    /// # Errors
    /// If there is no such row.
    pub(crate) fn update(&mut self, table: &'static Table, id: i64, columns: &[(&'static str, &dyn ToSql)]) -> Result<bool, StoreError> {
        let before = self.read_columns(table, id, columns.iter().map(|(c, _)| *c))?;
        let Some((old_op, before)) = before else {
            return Err(StoreError::Refused(format!("the {} is gone; another program has removed it", table.noun)));
        };
        let mut changed: Vec<(&'static str, Value, Value)> = Vec::new();
        let mut differs = false;
        for ((column, new), old) in columns.iter().zip(before) {
            let new = owned(new.to_sql()?);
            differs |= new != old;
            if new != old || table.is_lasting() {
                changed.push((column, old, new));
            }
        }
        if !differs {
            return Ok(false);
        }
        self.apply_update(table, id, (old_op, self.op), changed)?;
        Ok(true)
    }

    /// Restores columns from the journal's image, along with the step that last wrote them.
    pub(super) fn update_image(&mut self, table: &'static Table, id: i64, image: &Map<String, Json>) -> Result<(), StoreError> {
        let columns: Vec<&'static str> = table.names().filter(|c| image.contains_key(*c)).collect();
        let Some((old_op, before)) = self.read_columns(table, id, columns.iter().copied())? else {
            return Err(StoreError::Refused(format!("the {} is gone", table.noun)));
        };
        let changed = columns.iter().zip(before).map(|(c, old)| (*c, old, from_json(image.get(*c)))).collect();
        let op = image.get("op").and_then(Json::as_i64).unwrap_or(self.op);
        self.apply_update(table, id, (old_op, op), changed)
    }

    fn apply_update(
        &mut self,
        table: &'static Table,
        id: i64,
        (old_op, new_op): (i64, i64),
        changed: Vec<(&'static str, Value, Value)>,
    ) -> Result<(), StoreError> {
        self.guard_update(table, id, &changed)?;
        let mut sql = format!("UPDATE {} SET op=?1", table.name);
        for (i, (column, _, _)) in changed.iter().enumerate() {
            sql.push_str(&format!(",{column}=?{}", i + 3));
        }
        sql.push_str(" WHERE id=?2");
        let mut statement = self.conn.prepare_cached(&sql)?;
        statement.raw_bind_parameter(1, new_op)?;
        statement.raw_bind_parameter(2, id)?;
        for (i, (_, _, new)) in changed.iter().enumerate() {
            statement.raw_bind_parameter(i + 3, new)?;
        }
        statement.raw_execute()?;
        let (mut before, mut after) = (Map::new(), Map::new());
        for (column, old, new) in changed {
            before.insert(column.to_owned(), to_json(&old));
            after.insert(column.to_owned(), to_json(&new));
        }
        before.insert("op".to_owned(), old_op.into());
        after.insert("op".to_owned(), new_op.into());
        let person = person_of(self.reader(), table, id)?;
        self.touched.note(table, person);
        self.changes += 1;
        self.journal(table, id, person, Some(&before), Some(&after))
    }

    /// Removes a row and keeps all of it in the journal.
    ///
    /// # Errors
    /// If there is no such row, or something refers to it.
    pub(crate) fn delete(&mut self, table: &'static Table, id: i64) -> Result<(), StoreError> {
        let person = person_of(self.reader(), table, id)?;
        let Some((old_op, values)) = self.read_columns(table, id, table.names())? else {
            return Err(StoreError::Refused(format!("the {} is gone; another program has removed it", table.noun)));
        };
        self.guard.deleting(table, id, &values);
        // A row that is added again later must not share a range with rows added before this removal: undo reverts them in turn.
        if self.ranges.iter().any(|r| r.table == table) {
            self.flush()?;
        }
        let mut image = Map::new();
        for (column, value) in table.names().zip(&values) {
            image.insert(column.to_owned(), to_json(value));
        }
        image.insert("op".to_owned(), old_op.into());
        self.conn.prepare_cached(&format!("DELETE FROM {} WHERE id=?1", table.name))?.execute([id])?;
        self.touched.note(table, person);
        self.changes += 1;
        self.journal(table, id, person, Some(&image), None)
    }

    /// Removes a row with everything that belongs to it; loose references to it are emptied.
    ///
    /// # Errors
    /// If there is no such row.
    pub(crate) fn remove(&mut self, table: &'static Table, id: i64) -> Result<(), StoreError> {
        for (child, column, gone) in table.referred_by() {
            match gone {
                Gone::Emptied => {
                    for row in ids_where(self.reader(), child, column, id)? {
                        self.update(child, row, &[(column, &None::<i64>)])?;
                    }
                }
                Gone::RowToo if child.referred_by().next().is_none() => {
                    self.delete_where(child, column, id)?;
                }
                Gone::RowToo => {
                    for row in ids_where(self.reader(), child, column, id)? {
                        self.remove(child, row)?;
                    }
                }
            }
        }
        self.delete(table, id)
    }

    /// Removes every row of a table that refers to `id` in `column`. Returns how many.
    pub(crate) fn delete_where(&mut self, table: &'static Table, column: &str, id: i64) -> Result<usize, StoreError> {
        let ids = ids_where(self.reader(), table, column, id)?;
        for id in &ids {
            self.delete(table, *id)?;
            self.reach(self.written())?;
        }
        Ok(ids.len())
    }

    /// Returns the newest step that wrote a row or what its form edits with it; `None` if the row is gone.
    pub(crate) fn last_written(&self, table: &Table, id: i64) -> Result<Option<i64>, StoreError> {
        last_written(self.reader(), table, id)
    }

    /// Returns a row's `op` and the requested columns, in order.
    pub(super) fn read_columns<'n>(
        &self,
        table: &Table,
        id: i64,
        columns: impl Iterator<Item = &'n str>,
    ) -> Result<Option<(i64, Vec<Value>)>, StoreError> {
        let mut sql = String::from("SELECT op");
        let mut n = 0;
        for column in columns {
            sql.push(',');
            sql.push_str(column);
            n += 1;
        }
        sql.push_str(&format!(" FROM {} WHERE id=?1", table.name));
        let mut statement: CachedStatement<'_> = self.conn.prepare_cached(&sql)?;
        let row = statement
            .query_row([id], |r| {
                let values = (1..=n).map(|i| r.get::<_, Value>(i)).collect::<Result<Vec<_>, _>>()?;
                Ok((r.get(0)?, values))
            })
            .optional()?;
        Ok(row)
    }

    fn journal(&mut self, table: &Table, id: i64, person: Option<i64>, before: Image<'_>, after: Image<'_>) -> Result<(), StoreError> {
        self.seq += 1;
        self.journal_at(self.seq, table, (id, id), person, (before, after))
    }

    fn journal_at(
        &self,
        seq: i64,
        table: &Table,
        (first, last): (i64, i64),
        person: Option<i64>,
        (before, after): (Image<'_>, Image<'_>),
    ) -> Result<(), StoreError> {
        let text = |image: Image<'_>| image.map(|i| serde_json::to_string(i).unwrap_or_default());
        self.conn
            .prepare_cached(
                "INSERT INTO op_change(op,seq,entity,entity_id,last_id,person_id,before,after) VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
            )?
            .execute((self.op, seq, table.name, first, last, person, text(before), text(after)))?;
        Ok(())
    }

    /// Writes pending inserts to the journal. Must be called again after further inserts.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        for range in std::mem::take(&mut self.ranges) {
            let mut after = Map::new();
            after.insert("op".to_owned(), range.op_column.into());
            let image = (range.op_column != self.op).then_some(&after);
            self.journal_at(range.seq, range.table, (range.first, range.last), range.person, (None, image))?;
        }
        Ok(())
    }
}
