//! The one door for writes: every row that is added, changed or removed leaves its inverse in the journal.
//!
//! Must not know what the rows mean; [`super::journal`] reads back what is written here.

use std::ops::ControlFlow;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Statement, ToSql};
use serde_json::{Map, Value as Json};

use super::guard::Guard;
use super::schema::Table;
use super::{Stamp, StoreError};

/// What a step touched, so that a screen reads again only what it must.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The people whose row, addresses, memberships or attendance changed; incomplete if `many`.
    pub people: Vec<i64>,
    /// More people than are worth naming.
    pub many: bool,
    /// Communities, or what belongs to them.
    pub communities: bool,
    /// Meetups, or attendance.
    pub meetups: bool,
    /// Organisations, disciplines, fields, tags.
    pub words: bool,
    /// Saved views.
    pub views: bool,
}

/// From this many people on, a step has touched "many".
const MANY: usize = 2_000;

impl Touched {
    /// Whether nothing was touched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn note(&mut self, table: &Table, person: Option<i64>) {
        match table.name {
            "organisation" | "organisation_domain" | "discipline" | "field" | "tag" => self.words = true,
            "view" => self.views = true,
            "meetup" | "meetup_community" => self.meetups = true,
            "attendance" => self.meetups = true,
            "community"
            | "community_discipline"
            | "seat"
            | "tenure"
            | "join_route"
            | "rule"
            | "channel"
            | "page"
            | "listing"
            | "related" => self.communities = true,
            "membership" => self.communities = true,
            _ => {}
        }
        if let Some(id) = person.filter(|_| !self.many)
            && self.people.last() != Some(&id)
        {
            self.people.push(id);
            if self.people.len() > MANY {
                self.people.sort_unstable();
                self.people.dedup();
                self.many = self.people.len() > MANY;
            }
        }
    }
}

/// Rows of one table that were added one after the other.
struct Range {
    table: &'static Table,
    seq: i64,
    first: i64,
    last: i64,
    op_column: i64,
}

/// An open step: everything written through it is one undo step, or nothing.
pub struct Write<'c> {
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
    /// How many rows were written.
    pub changes: u64,
    /// What was touched.
    pub touched: Touched,
}

/// Is told how many people or rows are done, and says whether to go on.
pub type Watch = dyn Fn(u64) -> ControlFlow<()> + Send;

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
        }
    }

    /// The connection, for reading inside the step.
    #[must_use]
    pub fn reader(&self) -> &'c Connection {
        self.conn
    }

    /// Tells how many people or rows are done.
    ///
    /// # Errors
    /// If the step is to stop; it leaves nothing behind then.
    pub fn reach(&self, done: u64) -> Result<(), StoreError> {
        match self.watch {
            Some(watch) if done.is_multiple_of(64) && watch(done).is_break() => Err(StoreError::Stopped),
            _ => Ok(()),
        }
    }

    /// The step's own number.
    pub(super) const fn op(&self) -> i64 {
        self.op
    }

    /// How many rows have been written.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.changes
    }

    /// A new UUIDv7: the step's time, the step's random tail, and a counter, so that equal steps give equal ids.
    pub fn uuid(&mut self) -> [u8; 16] {
        let mut tail = [0; 10];
        tail[..4].copy_from_slice(&self.uuids.to_be_bytes());
        tail[4..].copy_from_slice(&self.stamp.action[10..]);
        self.uuids += 1;
        let millis = u64::try_from(self.stamp.at.and_utc().timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().into_bytes()
    }

    /// The day on which the step is taken, UTC.
    #[must_use]
    pub const fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Adds a row; `values` stand in the order of the table's columns. Returns its id.
    pub fn insert(&mut self, table: &'static Table, values: &[&dyn ToSql]) -> Result<i64, StoreError> {
        let id = self.next_id(table)?;
        self.insert_row(table, id, self.op, values)?;
        Ok(id)
    }

    /// Adds a row as the journal kept it: under its old id, with the step that last wrote it.
    pub(super) fn insert_image(&mut self, table: &'static Table, id: i64, image: &Map<String, Json>) -> Result<(), StoreError> {
        let values: Vec<Value> = table.columns.iter().map(|c| from_json(image.get(*c))).collect();
        let values: Vec<&dyn ToSql> = values.iter().map(|v| v as &dyn ToSql).collect();
        let op = image.get("op").and_then(Json::as_i64).unwrap_or(self.op);
        self.insert_row(table, id, op, &values)
    }

    fn insert_row(&mut self, table: &'static Table, id: i64, op_column: i64, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        debug_assert_eq!(values.len(), table.columns.len(), "{}", table.name);
        let person = match table.person {
            Some("id") => Some(id),
            Some(column) => table.columns.iter().position(|c| *c == column).and_then(|i| integer(values[i])),
            None => None,
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
        } else {
            self.seq += 1;
            self.ranges.push(Range { table, seq: self.seq, first: id, last: id, op_column });
            // Scattered rows (a redo) must not make the search above long.
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
                let columns = table.columns.join(",");
                let marks = ",?".repeat(table.columns.len() + 1);
                let sql = format!("INSERT INTO {}(id,{columns},op) VALUES(?{marks})", table.name);
                self.inserts.push((table.name, self.conn.prepare(&sql)?));
                self.inserts.len() - 1
            }
        };
        Ok(&mut self.inserts[at].1)
    }

    /// The next free id: never one that the journal knows, so that a history is never of two things.
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

    /// Changes those of the columns that differ. Returns whether any did.
    ///
    /// # Errors
    /// If there is no such row.
    pub fn update(&mut self, table: &'static Table, id: i64, columns: &[(&'static str, &dyn ToSql)]) -> Result<bool, StoreError> {
        let before = self.read_columns(table, id, columns.iter().map(|(c, _)| *c))?;
        let Some((old_op, before)) = before else {
            return Err(StoreError::Refused(format!("the {} is gone; somebody else has removed it", table.noun)));
        };
        let mut changed: Vec<(&'static str, Value, Value)> = Vec::new();
        for ((column, new), old) in columns.iter().zip(before) {
            let new = owned(new.to_sql()?);
            if new != old {
                changed.push((column, old, new));
            }
        }
        if changed.is_empty() {
            return Ok(false);
        }
        self.apply_update(table, id, (old_op, self.op), changed)?;
        Ok(true)
    }

    /// Puts columns back as the journal kept them, the step that last wrote them included.
    pub(super) fn update_image(&mut self, table: &'static Table, id: i64, image: &Map<String, Json>) -> Result<(), StoreError> {
        let columns: Vec<&'static str> = table.columns.iter().copied().filter(|c| image.contains_key(*c)).collect();
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
        let person = self.person_of(table, id)?;
        self.touched.note(table, person);
        self.changes += 1;
        self.journal(table, (id, id), Some(&before), Some(&after))
    }

    /// Removes a row, keeping all of it in the journal.
    ///
    /// # Errors
    /// If there is no such row, or something refers to it.
    pub fn delete(&mut self, table: &'static Table, id: i64) -> Result<(), StoreError> {
        let person = self.person_of(table, id)?;
        let Some((old_op, values)) = self.read_columns(table, id, table.columns.iter().copied())? else {
            return Err(StoreError::Refused(format!("the {} is gone; somebody else has removed it", table.noun)));
        };
        self.guard.deleting(table, id, &values);
        let mut image = Map::new();
        for (column, value) in table.columns.iter().zip(&values) {
            image.insert((*column).to_owned(), to_json(value));
        }
        image.insert("op".to_owned(), old_op.into());
        self.conn.prepare_cached(&format!("DELETE FROM {} WHERE id=?1", table.name))?.execute([id])?;
        self.touched.note(table, person);
        self.changes += 1;
        self.journal(table, (id, id), Some(&image), None)
    }

    /// Removes every row of a table that refers to `id` in `column`.
    pub fn delete_where(&mut self, table: &'static Table, column: &str, id: i64) -> Result<usize, StoreError> {
        let ids = ids_where(self.conn, table, column, id)?;
        for id in &ids {
            self.delete(table, *id)?;
            self.reach(self.written())?;
        }
        Ok(ids.len())
    }

    fn person_of(&self, table: &Table, id: i64) -> Result<Option<i64>, StoreError> {
        match table.person {
            None => Ok(None),
            Some("id") => Ok(Some(id)),
            Some(column) => Ok(self
                .conn
                .prepare_cached(&format!("SELECT {column} FROM {} WHERE id=?1", table.name))?
                .query_row([id], |r| r.get(0))
                .optional()?),
        }
    }

    /// The newest step that wrote a row or what its form edits with it; `None` if the row is gone.
    pub fn last_written(&self, table: &Table, id: i64) -> Result<Option<i64>, StoreError> {
        last_written(self.conn, table, id)
    }

    /// The row's `op` and the wanted columns, in their order.
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

    fn journal(
        &mut self,
        table: &Table,
        (first, last): (i64, i64),
        before: Option<&Map<String, Json>>,
        after: Option<&Map<String, Json>>,
    ) -> Result<(), StoreError> {
        self.seq += 1;
        self.journal_at(self.seq, table, (first, last), before, after)
    }

    fn journal_at(
        &self,
        seq: i64,
        table: &Table,
        (first, last): (i64, i64),
        before: Option<&Map<String, Json>>,
        after: Option<&Map<String, Json>>,
    ) -> Result<(), StoreError> {
        let text = |image: Option<&Map<String, Json>>| image.map(|i| serde_json::to_string(i).unwrap_or_default());
        self.conn
            .prepare_cached("INSERT INTO op_change(op,seq,entity,entity_id,last_id,before,after) VALUES(?1,?2,?3,?4,?5,?6,?7)")?
            .execute((self.op, seq, table.name, first, last, text(before), text(after)))?;
        Ok(())
    }

    /// Writes down the rows that were added; nothing may be written after it without calling it again.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        for range in std::mem::take(&mut self.ranges) {
            let mut after = Map::new();
            after.insert("op".to_owned(), range.op_column.into());
            let image = (range.op_column != self.op).then_some(&after);
            self.journal_at(range.seq, range.table, (range.first, range.last), None, image)?;
        }
        Ok(())
    }
}

/// The newest step that wrote a row, or one of the rows that are edited in the same form: a person's addresses, a community's
/// disciplines, a meetup's communities. `None` if the row is gone.
pub(super) fn last_written(conn: &Connection, table: &Table, id: i64) -> Result<Option<i64>, StoreError> {
    let parts = match table.name {
        "person" => " UNION ALL SELECT op FROM address WHERE person_id=?1",
        "community" => " UNION ALL SELECT op FROM community_discipline WHERE community_id=?1",
        "meetup" => " UNION ALL SELECT op FROM meetup_community WHERE meetup_id=?1",
        _ => "",
    };
    let sql =
        format!("SELECT max(op) FROM (SELECT op FROM {0} WHERE id=?1{parts}) WHERE EXISTS(SELECT 1 FROM {0} WHERE id=?1)", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0))?)
}

/// The ids of the rows of a table that refer to `id` in `column`.
pub(super) fn ids_where(conn: &Connection, table: &Table, column: &str, id: i64) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT id FROM {} WHERE {column}=?1 ORDER BY id", table.name))?;
    let ids = statement.query_map([id], |r| r.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    Ok(ids)
}

fn integer(value: &dyn ToSql) -> Option<i64> {
    match value.to_sql().ok()? {
        ToSqlOutput::Owned(Value::Integer(i)) | ToSqlOutput::Borrowed(ValueRef::Integer(i)) => Some(i),
        _ => None,
    }
}

fn owned(value: ToSqlOutput<'_>) -> Value {
    match value {
        ToSqlOutput::Borrowed(v) => Value::try_from(v).unwrap_or(Value::Null),
        ToSqlOutput::Owned(v) => v,
        _ => Value::Null,
    }
}

/// A value as the journal keeps it; bytes are a list that holds their hexadecimal digits.
pub(super) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(i) => (*i).into(),
        Value::Real(r) => (*r).into(),
        Value::Text(t) => t.as_str().into(),
        Value::Blob(b) => Json::Array(vec![b.iter().map(|b| format!("{b:02x}")).collect::<String>().into()]),
    }
}

pub(super) fn from_json(json: Option<&Json>) -> Value {
    match json {
        None | Some(Json::Null | Json::Object(_)) => Value::Null,
        Some(Json::Bool(b)) => Value::Integer(i64::from(*b)),
        Some(Json::Number(n)) => n.as_i64().map_or_else(|| Value::Real(n.as_f64().unwrap_or(0.0)), Value::Integer),
        Some(Json::String(s)) => Value::Text(s.clone()),
        Some(Json::Array(a)) => {
            let hex = a.first().and_then(Json::as_str).unwrap_or("");
            let bytes = hex.as_bytes().chunks(2).filter_map(|p| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok());
            Value::Blob(bytes.collect())
        }
    }
}
