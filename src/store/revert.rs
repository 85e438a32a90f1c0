//! Undo, redo and going back. Each is a step of its own that writes the inverse of other steps' changes, newest first. If a row isn't as
//! the journal left it, the whole step is refused. Suppressions and withdrawals never cause a refusal, and are never ended silently.
//!
//! Must not know what the rows mean, only what they were.

use rusqlite::OptionalExtension;
use serde_json::{Map, Value as Json};

use super::cell::{from_json, to_json};
use super::journal::{OP_COLUMNS, Op, OpKind, op_of, redo_target, undo_target};
use super::lookup::{describe, ids_where};
use super::schema::{self, Identity, Table};
use super::write::Write;
use super::{Done, Reader, Stamp, Store, StoreError, labels};
use crate::domain::ids::OpId;
use crate::domain::label::{Label, Verb};
use crate::domain::words::ConsentState;

/// From this version on, the rows of a table with a natural key are unique; of earlier duplicates, one was kept.
const UNIQUE_SINCE: i32 = 6;

/// Undoes the newest step that is still in force. A step that did nothing but suppress addresses or withdraw consents is undone only if
/// confirmed; for other steps, suppressions and withdrawals stay.
pub(crate) fn undo(store: &mut Store, stamp: Stamp, confirmed: bool) -> Result<(Op, Done), StoreError> {
    let target = undo_target(store.reader())?.ok_or(StoreError::Nothing("undo"))?;
    let done = revert(store, &target, OpKind::Undo, stamp, confirmed)?;
    Ok((target, done))
}

/// Redoes the step that was undone last. Needs confirmation if it lifts a suppression or withdrawal, or grants consent.
pub(crate) fn redo(store: &mut Store, stamp: Stamp, confirmed: bool) -> Result<(Op, Done), StoreError> {
    let target = redo_target(store.reader())?.ok_or(StoreError::Nothing("redo"))?;
    let done = revert(store, &target, OpKind::Redo, stamp, confirmed)?;
    Ok((target, done))
}

/// Restores everything to its state after a step, as one new step: reverts all later steps, newest first, undo and redo steps included. The
/// label names the target step.
pub(crate) fn back_to(store: &mut Store, point: OpId, stamp: Stamp) -> Result<Done, StoreError> {
    let one = format!("SELECT {OP_COLUMNS} FROM op WHERE id=?1");
    let target = store.conn.query_row(&one, [point.0], op_of).optional()?;
    let target = target.ok_or_else(|| StoreError::Refused("there is no such step in the history".into()))?;
    let verb = match target.kind {
        OpKind::Do | OpKind::Note => Verb::BackTo,
        OpKind::Undo => Verb::BackToUndone,
        OpKind::Redo => Verb::BackToRedone,
    };
    let action: Vec<u8> = store.conn.query_row("SELECT action_id FROM op WHERE id=?1", [point.0], |r| r.get(0))?;
    let ((), done) = store.step(OpKind::Do, None, stamp, true, |write| {
        write.is_reverting();
        write.set_label(Label::new(verb, 1).what(&labels::hex(&action)));
        write.reader().conn().execute_batch("PRAGMA defer_foreign_keys=ON")?;
        // Read inside the step, so that no other program can add one in between.
        let since: Vec<Op> = {
            let mut statement = write.reader().prepare(&format!("SELECT {OP_COLUMNS} FROM op WHERE id>?1 AND id<?2 ORDER BY id DESC"))?;
            statement.query_map([point.0, write.op()], op_of)?.collect::<Result<_, _>>()?
        };
        if since.is_empty() {
            return Err(StoreError::Refused("everything is already as it was then".into()));
        }
        since.iter().try_for_each(|op| revert_op(write, op))
    })?;
    Ok(done)
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
    // A row that another of these steps removes again must not share a range with rows that are added later.
    write.flush()
}

fn revert(store: &mut Store, target: &Op, kind: OpKind, stamp: Stamp, confirmed: bool) -> Result<Done, StoreError> {
    let ((), done) = store
        .step(kind, Some(target.id), stamp, true, |write| {
            write.set_label(target.data.clone());
            // Foreign keys are checked when the step ends, as rows that refer to each other are restored in any order.
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
            // Found at the end of the step: a newer row refers to one that would be removed.
            StoreError::Sql(rusqlite::Error::SqliteFailure(failure, _)) if failure.code == rusqlite::ErrorCode::ConstraintViolation => {
                StoreError::ChangedSince { what: "something that belongs to it".into(), label: target.label.clone() }
            }
            other => other,
        })?;
    Ok(done)
}

/// Returns whether a step did nothing but suppress addresses and record consents.
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

/// Returns whether a row is a withdrawal that an undo kept, which no later undo may treat as a conflict.
fn is_kept(write: &Write<'_>, table: &Table, id: i64) -> Result<bool, StoreError> {
    if table.name != schema::CONSENT.name {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM consent c JOIN op o ON o.id=c.op WHERE c.id=?1 AND c.state=?2 AND o.kind=?3";
    Ok(write.reader().prepare_cached(sql)?.exists((id, ConsentState::Withdrawn.word(), OpKind::Undo.word()))?)
}

/// Returns the withdrawal that an undo kept, if it has the person and purpose of the consent to be restored.
fn kept_instead(write: &Write<'_>, table: &Table, image: &Map<String, Json>) -> Result<Option<i64>, StoreError> {
    if table.name != schema::CONSENT.name {
        return Ok(None);
    }
    let sql = "SELECT id FROM consent WHERE person_id=?1 AND purpose=?2";
    let of = (from_json(image.get("person_id")), from_json(image.get("purpose")));
    let there: Option<i64> = write.reader().prepare_cached(sql)?.query_row(of, |r| r.get(0)).optional()?;
    Ok(match there {
        Some(id) if is_kept(write, table, id)? => Some(id),
        _ => None,
    })
}

/// Deletes kept withdrawals of a person who is being removed; their addresses are suppressed instead.
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
    if change.table.name == schema::SUPPRESSION.name {
        return revert_suppression(write, change);
    }
    if is_kept(write, change.table, change.first)? {
        let what = describe(write.reader(), change.table, change.first);
        write.record_kept(format!("{what} stays withdrawn"));
        return Ok(());
    }
    match (&change.before, &change.after) {
        (None, after) => take_out(write, target, change, after.as_ref()),
        (Some(before), Some(after)) => restore_columns(write, target, change, (before, after)),
        (Some(before), None) => {
            let (table, id) = (change.table, change.first);
            if write.read_columns(table, id, std::iter::empty())?.is_some() {
                return Err(conflict(write, target, table, id));
            }
            if target.schema < UNIQUE_SINCE && has_duplicate_pair(write, table, before)? {
                return Ok(());
            }
            if let Some(kept) = kept_instead(write, table, before)? {
                let what = describe(write.reader(), table, kept);
                write.record_kept(format!("{what} stays withdrawn"));
                return Ok(());
            }
            write.insert_image(table, id, before)
        }
    }
}

fn conflict(write: &Write<'_>, target: &Op, table: &Table, id: i64) -> StoreError {
    // Worded only here: going back passes over many steps and, if all goes well, names none of them.
    let label = labels::words(write.reader(), target.id.0, target.data.clone());
    StoreError::ChangedSince { what: describe(write.reader(), table, id), label }
}

/// Removes the rows that a change added; they must be as it left them.
fn take_out(write: &mut Write<'_>, target: &Op, change: &Change, after: Option<&Map<String, Json>>) -> Result<(), StoreError> {
    let table = change.table;
    let expected = after.and_then(|a| a.get("op")).and_then(Json::as_i64).unwrap_or(target.id.0);
    for id in (change.first..=change.last).rev() {
        match write.read_columns(table, id, std::iter::empty())? {
            Some((op, _)) if op == expected => {
                release_kept(write, table, id)?;
                write.delete(table, id)?;
            }
            // A duplicate that the migration to version 6 removed.
            None if target.schema < UNIQUE_SINCE && is_pair(table) => {}
            _ => return Err(conflict(write, target, table, id)),
        }
        write.reach(write.written())?;
    }
    Ok(())
}

/// Restores the columns of a row to their values before a change; they must be as the change left them. If a newer step has written other
/// columns since, the row keeps that step's number.
fn restore_columns(
    write: &mut Write<'_>,
    target: &Op,
    change: &Change,
    (before, after): (&Map<String, Json>, &Map<String, Json>),
) -> Result<(), StoreError> {
    let (table, id) = (change.table, change.first);
    let columns: Vec<&str> = table.names().filter(|c| after.contains_key(*c)).collect();
    let Some((op, values)) = write.read_columns(table, id, columns.iter().copied())? else {
        return Err(conflict(write, target, table, id));
    };
    if !columns.iter().zip(&values).all(|(c, v)| after.get(*c) == Some(&to_json(v))) {
        return Err(conflict(write, target, table, id));
    }
    if after.get("op").and_then(Json::as_i64) == Some(op) {
        return write.update_image(table, id, before);
    }
    let mut image = before.clone();
    image.insert("op".to_owned(), op.into());
    write.update_image(table, id, &image)
}

fn is_pair(table: &Table) -> bool {
    matches!(table.identity, Identity::Natural([_, _])) && table.references().count() == 2
}

/// Returns whether a pair, which older schemas allowed twice, exists under another id.
fn has_duplicate_pair(write: &Write<'_>, table: &Table, image: &Map<String, Json>) -> Result<bool, StoreError> {
    let Identity::Natural([one, other]) = table.identity else { return Ok(false) };
    if !is_pair(table) {
        return Ok(false);
    }
    let sql = format!("SELECT 1 FROM {} WHERE {one}=?1 AND {other}=?2", table.name);
    Ok(write.reader().prepare_cached(&sql)?.exists((from_json(image.get(*one)), from_json(image.get(*other))))?)
}

/// Reverts a change of a suppression: lifts it, or puts it in force again. The row stays in either case.
fn revert_suppression(write: &mut Write<'_>, change: &Change) -> Result<(), StoreError> {
    match &change.before {
        None => (change.first..=change.last).try_for_each(|id| write.lift_row(id, "undone")),
        Some(before) => write.restore_suppression(change.first, before),
    }
}
