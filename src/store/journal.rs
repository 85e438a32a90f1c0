//! The journal: undo, redo and history. Append-only; an undo is a step of its own.
//!
//! Must not know what the rows mean, only what they were.

use chrono::NaiveDateTime;
use rusqlite::OptionalExtension;
use serde_json::{Map, Value as Json};

use super::cell::to_json;
use super::lookup::{describe, ids_where};
use super::schema::{self, Table};
use super::write::Write;
use super::{Done, Reader, Stamp, Store, StoreError};
use crate::domain::ids::OpId;
use crate::domain::words::ConsentState;

/// What kind of step one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpKind {
    /// Something that the lead did.
    Do,
    /// Taken back.
    Undo,
    /// Taken back and done again.
    Redo,
    /// Noted, such as an export: nothing that could be taken back.
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

    fn parse(word: &str) -> Self {
        match word {
            "undo" => Self::Undo,
            "redo" => Self::Redo,
            "note" => Self::Note,
            _ => Self::Do,
        }
    }
}

/// A step of the journal, as history shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Its number.
    pub id: OpId,
    /// What kind of step.
    pub kind: OpKind,
    /// What was done, in words.
    pub label: String,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// How many rows it wrote.
    pub changes: u64,
    /// The step that it takes back.
    pub undoes: Option<OpId>,
}

/// How timestamps stand in the file.
pub const TIMESTAMP: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

fn op_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Op> {
    let (kind, at): (String, String) = (row.get(1)?, row.get(3)?);
    Ok(Op {
        id: OpId(row.get(0)?),
        kind: OpKind::parse(&kind),
        label: row.get(2)?,
        at: NaiveDateTime::parse_from_str(&at, TIMESTAMP).unwrap_or_default(),
        changes: row.get::<_, i64>(4)?.unsigned_abs(),
        undoes: row.get::<_, Option<i64>>(5)?.map(OpId),
    })
}

const OP_COLUMNS: &str = "id, kind, label, at, changes, undoes";

/// The newest steps, newest first.
pub fn history(conn: Reader<'_>, limit: usize) -> Result<Vec<Op>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op ORDER BY id DESC LIMIT ?1"))?;
    let ops = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], op_of)?.collect::<Result<_, _>>()?;
    Ok(ops)
}

/// The steps that touched a row, or a row of another table that refers (or referred) to it, newest first.
///
/// `column` names the person or community in the other tables. What has been removed again is found only if `deep`: that reads
/// every removal in the journal, too much for each move of a cursor.
pub fn history_of(conn: Reader<'_>, table: &Table, column: &str, id: i64, limit: usize, deep: bool) -> Result<Vec<Op>, StoreError> {
    let mut suppressions: Vec<i64> = Vec::new();
    if table.name == "person" {
        let mut stopped = conn.prepare_cached(
            "SELECT s.id FROM suppression s WHERE s.address_key IN (SELECT email_key FROM person WHERE id=?1 UNION SELECT address_key FROM address WHERE person_id=?1)",
        )?;
        suppressions = stopped.query_map([id], |r| r.get(0))?.collect::<Result<_, _>>()?;
        if deep {
            let mut lifted = conn.prepare_cached(
                "SELECT DISTINCT entity_id FROM op_change WHERE entity='suppression' AND json_extract(before, '$.address_key') IN (SELECT email_key FROM person WHERE id=?1 UNION SELECT address_key FROM address WHERE person_id=?1)",
            )?;
            let gone: Vec<i64> = lifted.query_map([id], |r| r.get(0))?.collect::<Result<_, _>>()?;
            suppressions.extend(gone);
        }
    }
    let mut ids: Vec<i64> = Vec::new();
    // Single rows by the index on them; ranges, of which there are few, by an index of their own.
    let mut covering = conn.prepare_cached(
        "SELECT op FROM op_change WHERE entity=?1 AND last_id=?2 \
         UNION SELECT op FROM op_change WHERE entity=?1 AND entity_id<last_id AND entity_id<=?2 AND last_id>=?2",
    )?;
    let mut collect = |entity: &str, row: i64| -> Result<(), StoreError> {
        for op in covering.query_map((entity, row), |r| r.get::<_, i64>(0))? {
            ids.push(op?);
        }
        Ok(())
    };
    collect(table.name, id)?;
    for row in suppressions {
        collect("suppression", row)?;
    }
    let mut gone = conn.prepare_cached("SELECT DISTINCT op, entity_id FROM op_change WHERE entity=?1 AND json_extract(before, ?2)=?3")?;
    for other in schema::TABLES.iter().filter(|t| t.has(column)) {
        for row in ids_where(conn, other, column, id)? {
            collect(other.name, row)?;
        }
        if !deep {
            continue;
        }
        let removed: Vec<i64> =
            gone.query_map((other.name, format!("$.{column}"), id), |r| r.get(1))?.collect::<Result<Vec<i64>, rusqlite::Error>>()?;
        for row in removed {
            collect(other.name, row)?;
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let mut one = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op WHERE id=?1"))?;
    ids.iter().rev().take(limit).map(|id| one.query_row([id], op_of).map_err(StoreError::from)).collect()
}

/// The step that undo would take back.
pub fn undo_target(conn: Reader<'_>) -> Result<Option<Op>, StoreError> {
    let mut cancelled: Vec<OpId> = Vec::new();
    let mut statement = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op ORDER BY id DESC"))?;
    for op in statement.query_map([], op_of)? {
        let op = op?;
        let was_cancelled = cancelled.contains(&op.id);
        match (op.kind, op.undoes) {
            (OpKind::Undo, Some(target)) => cancelled.push(target),
            (OpKind::Note, _) => {}
            _ if !was_cancelled => return Ok(Some(op)),
            _ => {}
        }
    }
    Ok(None)
}

/// The undo step that redo would take back: only while nothing new was done since.
pub fn redo_target(conn: Reader<'_>) -> Result<Option<Op>, StoreError> {
    let mut redone: Vec<OpId> = Vec::new();
    let mut statement = conn.prepare_cached(&format!("SELECT {OP_COLUMNS} FROM op ORDER BY id DESC"))?;
    for op in statement.query_map([], op_of)? {
        let op = op?;
        match op.kind {
            OpKind::Do => return Ok(None),
            OpKind::Redo => redone.extend(op.undoes),
            OpKind::Undo if !redone.contains(&op.id) => return Ok(Some(op)),
            OpKind::Undo | OpKind::Note => {}
        }
    }
    Ok(None)
}

/// Undoes the newest step that is still in force. A step that did nothing but suppress addresses or withdraw consents is undone only if
/// that was confirmed; of one that also did other things, these stay.
pub fn undo(store: &mut Store, stamp: Stamp, confirmed: bool) -> Result<(Op, Done), StoreError> {
    let target = undo_target(store.reader())?.ok_or(StoreError::Nothing("undo"))?;
    let done = revert(store, &target, OpKind::Undo, stamp, confirmed)?;
    Ok((target, done))
}

/// Redoes the step that was undone last. What it would lift or grant has to be confirmed.
pub fn redo(store: &mut Store, stamp: Stamp, confirmed: bool) -> Result<(Op, Done), StoreError> {
    let target = redo_target(store.reader())?.ok_or(StoreError::Nothing("redo"))?;
    let done = revert(store, &target, OpKind::Redo, stamp, confirmed)?;
    Ok((target, done))
}

/// How many rows were written after a step: what going back to it would have to look at.
pub fn rows_after(conn: Reader<'_>, point: OpId) -> Result<u64, StoreError> {
    let rows: i64 = conn.prepare_cached("SELECT coalesce(sum(changes),0) FROM op WHERE id>?1")?.query_row([point.0], |r| r.get(0))?;
    Ok(rows.unsigned_abs())
}

/// Puts everything back to how it stood after a step, as one new step. What was done since is taken back in turn, the newest
/// first, undo and redo steps like all others; the label says to which step.
pub fn back_to(store: &mut Store, point: OpId, stamp: Stamp) -> Result<(String, Done), StoreError> {
    let one = format!("SELECT {OP_COLUMNS} FROM op WHERE id=?1");
    let target = store.conn.query_row(&one, [point.0], op_of).optional()?;
    let target = target.ok_or_else(|| StoreError::Refused("there is no such step in the history".into()))?;
    let label = match target.kind {
        OpKind::Do | OpKind::Note => format!("Went back to: {}", target.label),
        OpKind::Undo => format!("Went back to when this was undone: {}", target.label),
        OpKind::Redo => format!("Went back to when this was done again: {}", target.label),
    };
    let ((), done) = store.step(&label, OpKind::Do.word(), None, stamp, true, |write| {
        write.is_reverting();
        write.reader().conn().execute_batch("PRAGMA defer_foreign_keys=ON")?;
        // Looked up inside the step: nobody else can write one in between.
        let since: Vec<Op> = {
            let mut statement = write.reader().prepare(&format!("SELECT {OP_COLUMNS} FROM op WHERE id>?1 AND id<?2 ORDER BY id DESC"))?;
            statement.query_map([point.0, write.op()], op_of)?.collect::<Result<_, _>>()?
        };
        if since.is_empty() {
            return Err(StoreError::Refused("this is how everything stands already".into()));
        }
        since.iter().try_for_each(|op| revert_op(write, op))
    })?;
    Ok((label, done))
}

fn revert_op(write: &mut Write<'_>, target: &Op) -> Result<(), StoreError> {
    let mut statement =
        write.reader().prepare("SELECT entity, entity_id, last_id, before, after FROM op_change WHERE op=?1 ORDER BY seq DESC")?;
    let mut rows = statement.query([target.id.0])?;
    while let Some(row) = rows.next()? {
        let entity: String = row.get(0)?;
        let table = schema::table(&entity).ok_or_else(|| StoreError::Refused(format!("the journal names an unknown table {entity}")))?;
        let change = Change { table, first: row.get(1)?, last: row.get(2)?, before: image(row.get(3)?)?, after: image(row.get(4)?)? };
        revert_change(write, target, &change)?;
        write.reach(write.written())?;
    }
    // A row that another of these steps takes away again must not be in one range with those that come after.
    write.flush()
}

fn revert(store: &mut Store, target: &Op, kind: OpKind, stamp: Stamp, confirmed: bool) -> Result<Done, StoreError> {
    let label = target.label.clone();
    let ((), done) = store
        .step(&label, kind.word(), Some(target.id), stamp, true, |write| {
            // Checked when the step ends: rows that refer to each other come back in any order.
            write.reader().conn().execute_batch("PRAGMA defer_foreign_keys=ON")?;
            write.is_reverting();
            revert_op(write, target)?;
            let ends = write.would_end()?;
            let asks = match kind {
                OpKind::Undo => !ends.is_empty() && protects_only(write.reader(), target.id)?,
                _ => !ends.is_empty() || write.grants(),
            };
            if asks && !confirmed {
                return Err(StoreError::AsksFirst {
                    doing: if kind == OpKind::Undo { "undo" } else { "redo" },
                    label: target.label.clone(),
                });
            }
            if asks {
                write.may_lift();
            }
            Ok(())
        })
        .map_err(|e| match e {
            // Found at the end of the step: a row that came later refers to one that would go.
            StoreError::Sql(rusqlite::Error::SqliteFailure(failure, _)) if failure.code == rusqlite::ErrorCode::ConstraintViolation => {
                StoreError::ChangedSince { what: "something that belongs to it".into(), label: target.label.clone() }
            }
            other => other,
        })?;
    Ok(done)
}

/// Whether a step did nothing but suppress addresses and record consents.
fn protects_only(conn: Reader<'_>, op: OpId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM op_change WHERE op=?1 AND entity NOT IN (?2, ?3)";
    Ok(!conn.prepare_cached(sql)?.exists((op.0, schema::SUPPRESSION.name, schema::CONSENT.name))?)
}

struct Change {
    table: &'static Table,
    first: i64,
    last: i64,
    before: Option<Map<String, Json>>,
    after: Option<Map<String, Json>>,
}

fn image(text: Option<String>) -> Result<Option<Map<String, Json>>, StoreError> {
    text.map(|t| serde_json::from_str(&t).map_err(|_| StoreError::Refused("the journal is damaged: a row in it can't be read".into())))
        .transpose()
}

/// Whether a row is a withdrawal of mail that an undo kept as it was: no later undo may stumble over it.
fn is_kept(write: &Write<'_>, table: &Table, id: i64) -> Result<bool, StoreError> {
    if table.name != schema::CONSENT.name {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM consent c JOIN op o ON o.id=c.op WHERE c.id=?1 AND c.state=?2 AND o.kind=?3";
    Ok(write.reader().prepare_cached(sql)?.exists((id, ConsentState::Withdrawn.word(), OpKind::Undo.word()))?)
}

/// Takes the withdrawals that an undo kept off somebody who goes: their addresses are suppressed instead.
fn release_kept(write: &mut Write<'_>, table: &Table, id: i64) -> Result<(), StoreError> {
    if table.name != schema::PERSON.name {
        return Ok(());
    }
    let consents = ids_where(write.reader(), &schema::CONSENT, "person_id", id)?;
    for consent in consents {
        if is_kept(write, &schema::CONSENT, consent)? {
            write.delete(&schema::CONSENT, consent)?;
        }
    }
    Ok(())
}

fn revert_change(write: &mut Write<'_>, target: &Op, change: &Change) -> Result<(), StoreError> {
    let Change { table, first, last, before, after } = change;
    if is_kept(write, table, *first)? {
        let what = describe(write.reader(), table, *first);
        write.keep_as_is(format!("{what} stays withdrawn"));
        return Ok(());
    }
    let conflict = |write: &Write<'_>, id: i64| -> StoreError {
        let what = describe(write.reader(), table, id);
        StoreError::ChangedSince { what, label: target.label.clone() }
    };
    match (before, after) {
        (None, after) => {
            let expected = after.as_ref().and_then(|a| a.get("op")).and_then(Json::as_i64).unwrap_or(target.id.0);
            for id in (*first..=*last).rev() {
                let found = write.read_columns(table, id, std::iter::empty())?;
                if found.map(|(op, _)| op) != Some(expected) {
                    return Err(conflict(write, id));
                }
                release_kept(write, table, id)?;
                write.delete(table, id)?;
                write.reach(write.written())?;
            }
        }
        (Some(before), Some(after)) => {
            let columns: Vec<&str> = table.names().filter(|c| after.contains_key(*c)).collect();
            let found = write.read_columns(table, *first, columns.iter().copied())?;
            let same = found.is_some_and(|(op, values)| {
                after.get("op").and_then(Json::as_i64) == Some(op)
                    && columns.iter().zip(&values).all(|(c, v)| after.get(*c) == Some(&to_json(v)))
            });
            if !same {
                return Err(conflict(write, *first));
            }
            write.update_image(table, *first, before)?;
        }
        (Some(before), None) => {
            if write.read_columns(table, *first, std::iter::empty())?.is_some() {
                return Err(conflict(write, *first));
            }
            write.insert_image(table, *first, before)?;
        }
    }
    Ok(())
}
