//! The journal: the history of everything and of one row, and the targets of undo and redo. Append-only.
//!
//! Must not know what the rows mean, only what they were.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDateTime;
use rusqlite::OptionalExtension;

use super::lookup::ids_where;
use super::schema::{About, TABLES, Table};
use super::{Reader, StoreError, TIMESTAMP, labels};
use crate::domain::ids::OpId;
use crate::domain::label::Label;

/// The kind of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpKind {
    /// A change by the lead.
    Do,
    /// The undo of a step.
    Undo,
    /// The redo of an undone step.
    Redo,
    /// A record, such as of an export; it can't be undone.
    Note,
}

impl OpKind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Do => "do",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::Note => "note",
        }
    }

    pub(super) fn parse(word: &str) -> Self {
        match word {
            "undo" => Self::Undo,
            "redo" => Self::Redo,
            "note" => Self::Note,
            _ => Self::Do,
        }
    }
}

/// A step of the journal, as the history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// The number.
    pub id: OpId,
    /// The kind.
    pub kind: OpKind,
    /// What was done, in words.
    pub label: String,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// How many rows it wrote.
    pub changes: u64,
    /// The step that it undoes.
    pub undoes: Option<OpId>,
    /// What was done, as data.
    pub(super) data: Label,
    /// The schema version of its images.
    pub(super) schema: i32,
}

/// The columns of `op` that [`op_of`] reads.
pub(super) const OP_COLUMNS: &str = "id, kind, label, at, changes, undoes, schema";

/// Reads a step from the file; its label isn't worded yet.
pub(super) fn op_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Op> {
    let (kind, label, at): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(Op {
        id: OpId(row.get(0)?),
        kind: OpKind::parse(&kind),
        label: String::new(),
        at: NaiveDateTime::parse_from_str(&at, TIMESTAMP).unwrap_or_default(),
        changes: row.get::<_, i64>(4)?.unsigned_abs(),
        undoes: row.get::<_, Option<i64>>(5)?.map(OpId),
        data: Label::read(&label),
        schema: row.get(6)?,
    })
}

impl Op {
    /// Returns the step with its label in words.
    pub(super) fn worded(mut self, conn: Reader<'_>) -> Self {
        self.label = labels::words(conn, self.id.0, self.data.clone());
        self
    }
}

/// Returns the newest steps, newest first.
pub(crate) fn history(conn: Reader<'_>, limit: usize) -> Result<Vec<Op>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op ORDER BY id DESC LIMIT ?1"))?;
    let ops = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], op_of)?;
    ops.map(|op| Ok(op?.worded(conn))).collect()
}

/// Returns the newest step.
pub(crate) fn newest(conn: Reader<'_>) -> Result<Option<OpId>, StoreError> {
    Ok(conn.prepare_cached("SELECT max(id) FROM op")?.query_row([], |r| r.get::<_, Option<i64>>(0))?.map(OpId))
}

/// Returns the steps that touched a row, or a row of another table that is or was about it, newest first.
///
/// For a person, finds everything. For anything else, finds rows that have been removed only if `deep`: that reads every removal in the
/// journal, which is too slow for each move of a cursor.
pub(crate) fn history_of(conn: Reader<'_>, table: &'static Table, id: i64, limit: usize, deep: bool) -> Result<Vec<Op>, StoreError> {
    let _at_once = conn.begin_read()?;
    let mut found = Found { conn, limit, rows: BTreeSet::from([(table.name, id)]), steps: BTreeSet::new() };
    if table.about == About::Itself {
        found.about_person(id)?;
    } else {
        found.about_thing(table, id, deep)?;
    }
    for (entity, row) in std::mem::take(&mut found.rows) {
        found.steps_on(entity, row)?;
    }
    let mut one = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op WHERE id=?1"))?;
    // A row that another program wrote may name a step that never existed.
    let steps = found.steps.iter().rev().filter_map(|id| one.query_row([id], op_of).optional().transpose());
    steps.take(limit).map(|op| Ok(op?.worded(conn))).collect()
}

/// A history that is being collected: the steps, and the rows that may have more.
struct Found<'c> {
    conn: Reader<'c>,
    /// The maximum number of steps, newest first.
    limit: usize,
    rows: BTreeSet<(&'static str, i64)>,
    steps: BTreeSet<i64>,
}

impl Found<'_> {
    /// Adds the steps that wrote one row.
    ///
    /// The step that added it may have added others with it, in a range of ids. There may be many ranges, so they aren't searched: the row
    /// names the step that wrote it last, and each change the step before. Only a row that was removed and restored may have come back in a
    /// range that nothing else names.
    fn steps_on(&mut self, entity: &'static str, row: i64) -> Result<(), StoreError> {
        let there: Option<i64> =
            self.conn.prepare_cached(&format!("SELECT op FROM {entity} WHERE id=?1"))?.query_row([row], |r| r.get(0)).optional()?;
        self.steps.extend(there);
        let mut changes = self.conn.prepare_cached(
            "SELECT op, CASE WHEN json_valid(before) THEN json_extract(before, '$.op') END, before IS NOT NULL AND after IS NULL FROM op_change \
             WHERE entity=?1 AND last_id=?2 ORDER BY op DESC, seq DESC LIMIT ?3",
        )?;
        let mut rows = changes.query((entity, row, i64::try_from(self.limit).unwrap_or(i64::MAX)))?;
        let (mut came_back, mut is_newest) = (false, true);
        while let Some(change) = rows.next()? {
            self.steps.insert(change.get(0)?);
            self.steps.extend(change.get::<_, Option<i64>>(1)?);
            // A removal after which the row came back.
            came_back |= change.get(2)? && (there.is_some() || !is_newest);
            is_newest = false;
        }
        if came_back {
            let mut covering = self.conn.prepare_cached(
                "SELECT op FROM op_change INDEXED BY op_change_range WHERE entity=?1 AND entity_id<last_id AND entity_id<=?2 AND last_id>=?2",
            )?;
            for op in covering.query_map((entity, row), |r| r.get::<_, i64>(0))? {
                self.steps.insert(op?);
            }
        }
        Ok(())
    }

    /// Adds the rows that are or were about a person.
    fn about_person(&mut self, id: i64) -> Result<(), StoreError> {
        let mut written = self.conn.prepare_cached("SELECT DISTINCT entity, entity_id, last_id FROM op_change WHERE person_id=?1")?;
        let mut named = written.query([id])?;
        while let Some(row) = named.next()? {
            let (entity, first, last): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if let Some(table) = super::schema::table(&entity) {
                self.rows.extend((first..=last).map(|row| (table.name, row)));
            }
        }
        for table in TABLES {
            match table.about {
                About::Nobody | About::Itself => {}
                // Rows added together with other people's, in a range that names nobody, and not written since.
                About::Person(column) => {
                    let mut statement = self.conn.prepare_cached(&format!("SELECT op FROM {} WHERE {column}=?1", table.name))?;
                    for op in statement.query_map([id], |r| r.get::<_, i64>(0))? {
                        self.steps.insert(op?);
                    }
                }
                // Rows written before the person had the address.
                About::Holder(column) => {
                    let sql = format!(
                        "SELECT id FROM {} WHERE {column} IN (SELECT email_key FROM person WHERE id=?1 UNION SELECT address_key FROM address WHERE person_id=?1)",
                        table.name
                    );
                    for row in self.conn.prepare_cached(&sql)?.query_map([id], |r| r.get::<_, i64>(0))? {
                        self.rows.insert((table.name, row?));
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the rows that refer to a row other than a person, or (if `deep`) did so before they were removed.
    fn about_thing(&mut self, table: &'static Table, id: i64, deep: bool) -> Result<(), StoreError> {
        let mut gone =
            self.conn.prepare_cached("SELECT DISTINCT entity_id FROM op_change WHERE entity=?1 AND json_extract(before, ?2)=?3")?;
        for (other, column, _) in table.referred_by() {
            self.rows.extend(ids_where(self.conn, other, column, id)?.into_iter().map(|row| (other.name, row)));
            if deep {
                for row in gone.query_map((other.name, format!("$.{column}"), id), |r| r.get::<_, i64>(0))? {
                    self.rows.insert((other.name, row?));
                }
            }
        }
        Ok(())
    }
}

/// Returns the step that undo would undo.
pub(crate) fn undo_target(conn: Reader<'_>) -> Result<Option<Op>, StoreError> {
    let mut cancelled: HashSet<OpId> = HashSet::new();
    let mut statement = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op ORDER BY id DESC"))?;
    for op in statement.query_map([], op_of)? {
        let op = op?;
        let was_cancelled = cancelled.contains(&op.id);
        match (op.kind, op.undoes) {
            (OpKind::Undo, Some(target)) => {
                cancelled.insert(target);
            }
            (OpKind::Note, _) => {}
            _ if !was_cancelled => return Ok(Some(op.worded(conn))),
            _ => {}
        }
    }
    Ok(None)
}

/// Returns the undo step that redo would revert; `None` if something was changed since.
pub(crate) fn redo_target(conn: Reader<'_>) -> Result<Option<Op>, StoreError> {
    let mut redone: HashSet<OpId> = HashSet::new();
    let mut statement = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op ORDER BY id DESC"))?;
    for op in statement.query_map([], op_of)? {
        let op = op?;
        match op.kind {
            OpKind::Do => return Ok(None),
            OpKind::Redo => redone.extend(op.undoes),
            OpKind::Undo if !redone.contains(&op.id) => return Ok(Some(op.worded(conn))),
            OpKind::Undo | OpKind::Note => {}
        }
    }
    Ok(None)
}

/// Returns how many rows were written after a step, which going back to it would have to revert. Counts at most `most` steps.
pub(crate) fn rows_after(conn: Reader<'_>, point: OpId, most: u64) -> Result<u64, StoreError> {
    let rows: i64 = conn
        .prepare_cached("SELECT coalesce(sum(changes),0) FROM (SELECT changes FROM op WHERE id>?1 LIMIT ?2)")?
        .query_row((point.0, i64::try_from(most).unwrap_or(i64::MAX)), |r| r.get(0))?;
    Ok(rows.unsigned_abs())
}
