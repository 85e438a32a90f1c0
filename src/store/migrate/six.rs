//! To version 6: an identity for every row, a journal that knows which person a change is about and has no names in its labels,
//! suppressions that are never removed. Also the code of the step to version 3.
//!
//! Recreates tables rather than altering them, so that a migrated file has the same schema text as a new one. Must not know how the rows
//! are used.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::{identity, labels, old};
use crate::domain::address;
use crate::store::StoreError;
use crate::store::schema::{self, About, TABLES, Table};

/// The tables that get a UUID.
const NEW: [&str; 6] = ["seat", "tenure", "join_route", "rule", "channel", "page"];

/// The tables whose UUIDs repeated in a step that added more rows than this to all four together.
const OLD: [&str; 4] = ["organisation", "person", "community", "meetup"];
const REPEATED_AFTER: i64 = 16_384;

/// The condition for a change that removed a row and whose image can be parsed.
const REMOVAL: &str = "before IS NOT NULL AND after IS NULL AND json_valid(before)";

/// Pairs that were meant to be unique: table, columns, the index that the unique one replaces, and the name in reports.
const PAIRS: [(&str, &str, &str, &str); 3] = [
    ("community_discipline", "community_id, discipline_id", "community_discipline_community", "the disciplines of communities"),
    ("meetup_community", "meetup_id, community_id", "meetup_community_meetup", "the communities of meetups"),
    ("listing", "page_id, community_id", "listing_page", "the places on pages"),
];

/// Migrates to version 3.
pub(super) fn to_three(conn: &Connection) -> Result<Vec<String>, StoreError> {
    rekey(conn)?;
    conn.execute_batch(old::PAGES)?;
    Ok(Vec::new())
}

/// Migrates to version 6.
pub(super) fn to_six(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut reports = mend_journal(conn)?;
    remake(conn, "op", "schema", "5")?;
    remake(conn, "op_change", "person_id", "NULL")?;
    conn.execute_batch(
        "CREATE TEMP TABLE derived(entity TEXT NOT NULL, id INTEGER NOT NULL, uuid BLOB NOT NULL, PRIMARY KEY(entity, id)) WITHOUT ROWID",
    )?;
    reports.extend(pairs(conn)?);
    derive(conn)?;
    for table in NEW {
        remake(conn, table, "uuid", &format!("(SELECT uuid FROM temp.derived d WHERE d.entity='{table}' AND d.id=o.id)"))?;
    }
    for table in OLD {
        let told = "UPDATE {t} SET uuid=(SELECT uuid FROM temp.derived d WHERE d.entity='{t}' AND d.id={t}.id) WHERE id IN (SELECT id FROM temp.derived WHERE entity='{t}')";
        conn.execute_batch(&told.replace("{t}", table))?;
        make_uuids_unique(conn, table)?;
        conn.execute_batch(schema::statement("INDEX", &format!("{table}_uuid")))?;
    }
    images(conn)?;
    conn.execute_batch("DROP TABLE temp.derived")?;
    suppressions(conn)?;
    for table in TABLES {
        whose(conn, table)?;
    }
    labels::rewrite(conn)?;
    Ok(reports)
}

/// Repairs what the new tables refuse and no program of ours wrote: duplicate action ids, ids of another length, reversed ranges.
fn mend_journal(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT id, action_id FROM op WHERE length(action_id)<>16 OR id NOT IN (SELECT min(id) FROM op GROUP BY action_id)";
    let wrong: Vec<(i64, Vec<u8>)> = conn.prepare(sql)?.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
    for (id, action) in &wrong {
        conn.execute("UPDATE op SET action_id=?2 WHERE id=?1", (id, identity::of_stray(action, "op", *id)))?;
    }
    let turned = conn.execute("UPDATE op_change SET entity_id=last_id, last_id=entity_id WHERE last_id<entity_id", [])?;
    let mended = wrong.len() + turned;
    Ok((mended > 0).then(|| format!("{mended} entries of the history were repaired")).into_iter().collect())
}

/// Recreates a table with its indexes from the current statements, with one more column whose value is an SQL expression.
fn remake(conn: &Connection, table: &str, column: &str, value: &str) -> Result<(), StoreError> {
    remake_with(conn, table, &[(column, value)])
}

fn remake_with(conn: &Connection, table: &str, more: &[(&str, &str)]) -> Result<(), StoreError> {
    let mut columns: Vec<String> = Vec::new();
    let mut read = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
    for name in read.query_map([table], |r| r.get(0))? {
        columns.push(name?);
    }
    drop(read);
    let new: String = more.iter().map(|(name, _)| format!(",{name}")).collect();
    let values: String = more.iter().map(|(_, value)| format!(",{value}")).collect();
    let columns = columns.join(",");
    conn.execute_batch(&format!(
        "ALTER TABLE {table} RENAME TO old_{table}; {}; INSERT INTO {table}({columns}{new}) SELECT {columns}{values} FROM old_{table} o; DROP TABLE old_{table}",
        schema::statement("TABLE", table)
    ))?;
    let on = format!(" ON {table}(");
    for index in schema::SCHEMA.iter().filter(|s| s.contains(&on) && !s.starts_with("CREATE TABLE")) {
        conn.execute_batch(index)?;
    }
    Ok(())
}

/// Makes the three pairs unique; of duplicates, keeps the lowest id.
fn pairs(conn: &Connection) -> Result<Vec<String>, StoreError> {
    // The other form of the index on listings; see `old::FORMS`.
    conn.execute_batch("DROP INDEX IF EXISTS listing_community")?;
    let mut reports = Vec::new();
    for (table, columns, index, what) in PAIRS {
        let gone = conn.execute(&format!("DELETE FROM {table} WHERE id NOT IN (SELECT min(id) FROM {table} GROUP BY {columns})"), [])?;
        if gone > 0 {
            reports.push(format!("{gone} duplicates among {what} were removed"));
        }
        conn.execute_batch(&format!("DROP INDEX IF EXISTS {index}; {}", schema::statement("INDEX", &format!("{table}_pair"))))?;
    }
    Ok(reports)
}

/// Derives the UUID of each row that needs one, also of rows that have been removed.
fn derive(conn: &Connection) -> Result<(), StoreError> {
    let list = |tables: &[&str]| tables.iter().map(|t| format!("'{t}'")).collect::<Vec<_>>().join(",");
    // The rule depends only on the step's inserts into all four tables, so that each copy of the roster decides the same.
    let large = format!(
        "SELECT op FROM op_change WHERE before IS NULL AND entity IN ({}) GROUP BY op HAVING sum(last_id-entity_id+1)>{REPEATED_AFTER}",
        list(&OLD)
    );
    let any_large = conn.prepare(&large)?.exists([])?;
    let mut tables = NEW.to_vec();
    tables.extend(OLD.iter().filter(|_| any_large));
    let sql = format!(
        "SELECT c.entity, c.entity_id, c.last_id, o.action_id, c.entity IN ({}) OR c.op IN ({large}), c.op FROM op_change c JOIN op o ON o.id=c.op \
         WHERE c.before IS NULL AND c.entity IN ({}) ORDER BY c.op, c.seq",
        list(&NEW),
        list(&tables)
    );
    let mut read = conn.prepare(&sql)?;
    let mut rows = read.query([])?;
    let mut put = conn.prepare("INSERT OR IGNORE INTO temp.derived(entity, id, uuid) VALUES(?1, ?2, ?3)")?;
    // The first insert of an id decides, also when the row keeps its UUID.
    let mut kept: HashSet<(String, i64)> = HashSet::new();
    // Counts a step's rows of one table through, even across several ranges.
    let mut before: (i64, HashMap<String, i64>) = (0, HashMap::new());
    while let Some(row) = rows.next()? {
        let (entity, first, last): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (action, needs, op): (Vec<u8>, bool, i64) = (row.get(3)?, row.get(4)?, row.get(5)?);
        if before.0 != op {
            before = (op, HashMap::new());
        }
        let counted = before.1.entry(entity.clone()).or_default();
        for id in existing_ids(conn, &entity, first, last)? {
            if !needs {
                kept.insert((entity.clone(), id));
            } else if kept.is_empty() || !kept.contains(&(entity.clone(), id)) {
                put.execute((&entity, id, identity::of_row(&action, &entity, counted.saturating_add(id - first))))?;
            }
        }
        *counted = counted.saturating_add(last.saturating_sub(first)).saturating_add(1);
    }
    let first = identity::first_action(conn)?.unwrap_or_default();
    for table in NEW {
        let sql = format!(
            "SELECT id FROM {table} WHERE id NOT IN (SELECT id FROM temp.derived WHERE entity='{table}') \
             UNION SELECT entity_id FROM op_change WHERE entity='{table}' AND {REMOVAL} AND entity_id NOT IN (SELECT id FROM temp.derived WHERE entity='{table}')"
        );
        let strays: Vec<i64> = conn.prepare(&sql)?.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
        for id in strays {
            put.execute((table, id, identity::of_stray(&first, table, id)))?;
        }
    }
    Ok(())
}

/// Returns the ids in a range that are rows, or were rows whose removal is in the journal. The range may be of any length.
fn existing_ids(conn: &Connection, table: &str, first: i64, last: i64) -> Result<Vec<i64>, StoreError> {
    let sql = format!(
        "SELECT id FROM {table} WHERE id BETWEEN ?1 AND ?2 \
         UNION SELECT entity_id FROM op_change WHERE entity='{table}' AND last_id BETWEEN ?1 AND ?2 AND {REMOVAL} ORDER BY 1"
    );
    let ids = conn.prepare_cached(&sql)?.query_map([first, last], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Gives rows that still share a UUID their own, except the first. No step of the program can have written such rows.
fn make_uuids_unique(conn: &Connection, table: &str) -> Result<(), StoreError> {
    let sql = format!("SELECT id FROM {table} WHERE length(uuid)<>16 OR id NOT IN (SELECT min(id) FROM {table} GROUP BY uuid)");
    let mut read = conn.prepare(&sql)?;
    let ids: Vec<i64> = read.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let first = identity::first_action(conn)?.unwrap_or_default();
    for id in ids {
        conn.execute(&format!("UPDATE {table} SET uuid=?2 WHERE id=?1"), (id, identity::of_stray(&first, table, id)))?;
    }
    Ok(())
}

/// Adds the UUIDs to the journal's images of removed rows, so that undo restores them.
fn images(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(&format!(
        "UPDATE op_change SET before=json_set(before, '$.uuid', json_array((SELECT lower(hex(uuid)) FROM temp.derived d WHERE d.entity=op_change.entity AND d.id=op_change.entity_id))) \
         WHERE {REMOVAL} AND EXISTS(SELECT 1 FROM temp.derived d WHERE d.entity=op_change.entity AND d.id=op_change.entity_id)",
    ))?;
    Ok(())
}

/// Gives each suppression the time of the request: the date in `since`, if valid, otherwise the time of the step that wrote it.
fn suppressions(conn: &Connection) -> Result<(), StoreError> {
    let asked = "coalesce(CASE WHEN date(since)=since THEN since||'T00:00:00.000Z' END, (SELECT at FROM op WHERE op.id=o.op), '1970-01-01T00:00:00.000Z')";
    remake_with(conn, "suppression", &[("asked", asked), ("lifted", "NULL"), ("lifted_why", "NULL")])?;
    rekey(conn)?;
    // Where an address was suppressed in both forms of its domain, the row with the current key stays in force and the other is lifted.
    let sql = "SELECT id, address_key, asked FROM suppression WHERE address_key GLOB '*[^ -~]*'";
    let rows: Vec<(i64, String, String)> =
        conn.prepare(sql)?.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect::<Result<_, _>>()?;
    for (id, key, asked) in rows.iter().filter(|(_, key, _)| key_of(key) != *key) {
        let spoken_for = conn.prepare("SELECT 1 FROM suppression WHERE address_key=?1")?.exists([key_of(key)])?;
        if spoken_for {
            let lifted = crate::store::suppressions::after(asked);
            conn.execute("UPDATE suppression SET lifted=?2, lifted_why='the same address as another' WHERE id=?1", (id, lifted))?;
        }
    }
    Ok(())
}

/// Returns the current key of an address; for a pair marked as different people's, the keys of both.
fn key_of(written: &str) -> String {
    match written.split_once(' ') {
        Some((one, other)) => format!("{} {}", address::key(one), address::key(other)),
        None => address::key(written),
    }
}

/// Records for each change in the journal which person it is about: from its image, the row, or the image of the row's removal.
fn whose(conn: &Connection, table: &Table) -> Result<(), StoreError> {
    let name = table.name;
    let single = format!("entity='{name}' AND entity_id=last_id");
    let (About::Person(column) | About::Holder(column)) = table.about else {
        if table.about == About::Itself {
            conn.execute_batch(&format!("UPDATE op_change SET person_id=entity_id WHERE {single}"))?;
        }
        return Ok(());
    };
    // The person or address in the images of removed rows, read once for all their changes.
    conn.execute_batch(&format!(
        "CREATE TEMP TABLE gone(id INTEGER PRIMARY KEY, said); \
         INSERT OR IGNORE INTO temp.gone SELECT entity_id, json_extract(before, '$.{column}') FROM op_change WHERE entity='{name}' AND {REMOVAL} ORDER BY op, seq"
    ))?;
    let image = |side: &str| format!("CASE WHEN json_valid({side}) THEN json_extract({side}, '$.{column}') END");
    let said = format!(
        "coalesce({}, {}, (SELECT {column} FROM {name} r WHERE r.id=op_change.entity_id), (SELECT said FROM temp.gone g WHERE g.id=op_change.entity_id))",
        image("before"),
        image("after")
    );
    if table.about == About::Person(column) {
        conn.execute_batch(&format!(
            "UPDATE op_change SET person_id=(SELECT CASE WHEN typeof(v)='integer' THEN v END FROM (SELECT {said} AS v)) WHERE {single}; \
             UPDATE op_change SET person_id=(SELECT CASE WHEN min({column})=max({column}) AND count(*)=op_change.last_id-op_change.entity_id+1 THEN min({column}) END \
             FROM {name} r WHERE r.id BETWEEN op_change.entity_id AND op_change.last_id) WHERE entity='{name}' AND entity_id<last_id"
        ))?;
    } else {
        conn.execute_batch(&format!(
            "UPDATE op_change SET person_id=coalesce((SELECT id FROM person WHERE email_key={said}), (SELECT person_id FROM address WHERE address_key={said})) WHERE {single}"
        ))?;
    }
    conn.execute_batch("DROP TABLE temp.gone")?;
    Ok(())
}

/// Updates the keys by which addresses are compared: both forms of an internationalised domain have one key. Leaves keys alone where two
/// people's addresses would become the same.
fn rekey(conn: &Connection) -> Result<(), StoreError> {
    for (table, column, from) in
        [("person", "email_key", "email"), ("address", "address_key", "address"), ("suppression", "address_key", "address_key")]
    {
        let mut read = conn.prepare(&format!("SELECT id, {from} FROM {table} WHERE {column} GLOB '*[^ -~]*'"))?;
        let rows: Vec<(i64, String)> = read.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        for (id, written) in rows {
            let key = key_of(&written);
            conn.execute(&format!("UPDATE OR IGNORE {table} SET {column}=?2 WHERE id=?1"), (id, key))?;
        }
    }
    Ok(())
}
