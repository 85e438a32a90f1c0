//! To version 6: an identity for every row, a journal that knows whom a change is about and holds no names in its labels, suppressions
//! that are never removed. And the one thing that the step to version 3 does beside its statements.
//!
//! Tables are made anew rather than altered, so that a migrated file's text is that of a new one. Must not know how the rows are used.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{identity, labels, old};
use crate::domain::address;
use crate::store::StoreError;
use crate::store::schema::{self, About, TABLES, Table};

/// The tables that get a UUID.
const NEW: [&str; 6] = ["seat", "tenure", "join_route", "rule", "channel", "page"];

/// The tables that had one, which repeated within a step that added more rows than this to all of them together.
const OLD: [&str; 4] = ["organisation", "person", "community", "meetup"];
const REPEATED_AFTER: i64 = 16_384;

/// Pairs that were meant to be unique, with their columns and the index that the new one takes the place of.
const PAIRS: [(&str, &str, &str, &str); 3] = [
    ("community_discipline", "community_id, discipline_id", "community_discipline_community", "disciplines of communities"),
    ("meetup_community", "meetup_id, community_id", "meetup_community_meetup", "communities of meetups"),
    ("listing", "page_id, community_id", "listing_page", "places on pages"),
];

/// The step to version 3.
pub(super) fn to_three(conn: &Connection) -> Result<Vec<String>, StoreError> {
    rekey(conn)?;
    conn.execute_batch(old::PAGES)?;
    Ok(Vec::new())
}

/// The step to version 6.
pub(super) fn to_six(conn: &Connection) -> Result<Vec<String>, StoreError> {
    remake(conn, "op", "schema", "5")?;
    remake(conn, "op_change", "person_id", "NULL")?;
    conn.execute_batch(
        "CREATE TEMP TABLE derived(entity TEXT NOT NULL, id INTEGER NOT NULL, uuid BLOB NOT NULL, PRIMARY KEY(entity, id)) WITHOUT ROWID",
    )?;
    let reports = pairs(conn)?;
    derive(conn)?;
    for table in NEW {
        remake(conn, table, "uuid", &format!("(SELECT uuid FROM temp.derived d WHERE d.entity='{table}' AND d.id=o.id)"))?;
    }
    for table in OLD {
        let told = "UPDATE {t} SET uuid=(SELECT uuid FROM temp.derived d WHERE d.entity='{t}' AND d.id={t}.id) WHERE id IN (SELECT id FROM temp.derived WHERE entity='{t}')";
        conn.execute_batch(&told.replace("{t}", table))?;
        no_doubles(conn, table)?;
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

/// Makes a table anew under today's statements, with its indexes: a column more, with the value that is given in SQL.
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

/// Makes the three pairs unique. Of doubles the lowest id stays.
fn pairs(conn: &Connection) -> Result<Vec<String>, StoreError> {
    // The other form of the index on listings.
    conn.execute_batch("DROP INDEX IF EXISTS listing_community")?;
    let mut reports = Vec::new();
    for (table, columns, index, what) in PAIRS {
        let gone = conn.execute(&format!("DELETE FROM {table} WHERE id NOT IN (SELECT min(id) FROM {table} GROUP BY {columns})"), [])?;
        if gone > 0 {
            reports.push(format!("of {what}, {gone} stood twice; one of each was kept"));
        }
        conn.execute_batch(&format!("DROP INDEX IF EXISTS {index}; {}", schema::statement("INDEX", &format!("{table}_pair"))))?;
    }
    Ok(reports)
}

/// Works out the UUID of each row that needs one, also of rows that were removed since.
fn derive(conn: &Connection) -> Result<(), StoreError> {
    let list = |tables: &[&str]| tables.iter().map(|t| format!("'{t}'")).collect::<Vec<_>>().join(",");
    // By a step's inserts into all four together: a rule about the step, so that each copy of the roster finds the same.
    let large = format!(
        "SELECT op FROM op_change WHERE before IS NULL AND entity IN ({}) GROUP BY op HAVING sum(last_id-entity_id+1)>{REPEATED_AFTER}",
        list(&OLD)
    );
    let any_large = conn.prepare(&large)?.exists([])?;
    let mut tables = NEW.to_vec();
    tables.extend(OLD.iter().filter(|_| any_large));
    let sql = format!(
        "SELECT c.entity, c.entity_id, c.last_id, o.action_id, c.entity IN ({}) OR c.op IN ({large}) FROM op_change c JOIN op o ON o.id=c.op \
         WHERE c.before IS NULL AND c.entity IN ({}) ORDER BY c.op, c.seq",
        list(&NEW),
        list(&tables)
    );
    let mut read = conn.prepare(&sql)?;
    let mut rows = read.query([])?;
    let mut put = conn.prepare("INSERT OR IGNORE INTO temp.derived(entity, id, uuid) VALUES(?1, ?2, ?3)")?;
    // The first insert of an id decides, also where it says that the row keeps the UUID that it has.
    let mut kept: HashSet<(String, i64)> = HashSet::new();
    while let Some(row) = rows.next()? {
        let (entity, first, last): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (action, needs): (Vec<u8>, bool) = (row.get(3)?, row.get(4)?);
        for id in first..=last {
            if !needs {
                kept.insert((entity.clone(), id));
            } else if kept.is_empty() || !kept.contains(&(entity.clone(), id)) {
                put.execute((&entity, id, identity::of_row(&action, &entity, id - first)))?;
            }
        }
    }
    let first = identity::first_action(conn)?.unwrap_or_default();
    for table in NEW {
        let mut strays =
            conn.prepare(&format!("SELECT id FROM {table} WHERE id NOT IN (SELECT id FROM temp.derived WHERE entity='{table}')"))?;
        let strays: Vec<i64> = strays.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
        for id in strays {
            put.execute((table, id, identity::of_stray(&first, table, id)))?;
        }
    }
    Ok(())
}

/// Rows that still share a UUID, which no step of the program can have written: all but the first get one of their own.
fn no_doubles(conn: &Connection, table: &str) -> Result<(), StoreError> {
    let sql = format!("SELECT id FROM {table} WHERE length(uuid)<>16 OR id NOT IN (SELECT min(id) FROM {table} GROUP BY uuid)");
    let mut read = conn.prepare(&sql)?;
    let ids: Vec<i64> = read.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let first = identity::first_action(conn)?.unwrap_or_default();
    for id in ids {
        conn.execute(&format!("UPDATE {table} SET uuid=?2 WHERE id=?1"), (id, identity::of_stray(&first, table, id)))?;
    }
    Ok(())
}

/// Puts the UUIDs into the journal's images of rows that were removed, so that undo brings them back with it.
fn images(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "UPDATE op_change SET before=json_set(before, '$.uuid', json_array((SELECT lower(hex(uuid)) FROM temp.derived d WHERE d.entity=op_change.entity AND d.id=op_change.entity_id))) \
         WHERE before IS NOT NULL AND after IS NULL AND EXISTS(SELECT 1 FROM temp.derived d WHERE d.entity=op_change.entity AND d.id=op_change.entity_id)",
    )?;
    Ok(())
}

/// A suppression knows when it was asked for: on the day that it names, otherwise when the step that wrote it was taken.
fn suppressions(conn: &Connection) -> Result<(), StoreError> {
    let asked = "coalesce(since||'T00:00:00.000Z', (SELECT at FROM op WHERE op.id=o.op), '1970-01-01T00:00:00.000Z')";
    remake_with(conn, "suppression", &[("asked", asked), ("lifted", "NULL"), ("lifted_why", "NULL")])?;
    rekey(conn)
}

/// Says of each change in the journal which person it is about: by its image, by the row, by the image of the row's removal.
fn whose(conn: &Connection, table: &Table) -> Result<(), StoreError> {
    let name = table.name;
    let single = format!("entity='{name}' AND entity_id=last_id");
    match table.about {
        About::Nobody => {}
        About::Itself => conn.execute_batch(&format!("UPDATE op_change SET person_id=entity_id WHERE {single}"))?,
        About::Person(column) => {
            let image = |side: &str| format!("json_extract({side}, '$.{column}')");
            conn.execute_batch(&format!(
                "UPDATE op_change SET person_id=coalesce({}, {}, (SELECT {column} FROM {name} r WHERE r.id=op_change.entity_id), \
                 (SELECT {} FROM op_change c WHERE c.entity='{name}' AND c.last_id=op_change.entity_id AND {} IS NOT NULL ORDER BY c.op, c.seq LIMIT 1)) WHERE {single}; \
                 UPDATE op_change SET person_id=(SELECT CASE WHEN min({column})=max({column}) AND count(*)=op_change.last_id-op_change.entity_id+1 THEN min({column}) END \
                 FROM {name} r WHERE r.id BETWEEN op_change.entity_id AND op_change.last_id) WHERE entity='{name}' AND entity_id<last_id",
                image("before"),
                image("after"),
                image("c.before"),
                image("c.before")
            ))?;
        }
        About::Holder(column) => {
            let image = |side: &str| format!("json_extract({side}, '$.{column}')");
            let key = format!(
                "coalesce({}, (SELECT {column} FROM {name} r WHERE r.id=op_change.entity_id), \
                 (SELECT {} FROM op_change c WHERE c.entity='{name}' AND c.last_id=op_change.entity_id AND {} IS NOT NULL ORDER BY c.op, c.seq LIMIT 1))",
                image("before"),
                image("c.before"),
                image("c.before")
            );
            conn.execute_batch(&format!(
                "UPDATE op_change SET person_id=coalesce((SELECT id FROM person WHERE email_key={key}), (SELECT person_id FROM address WHERE address_key={key})) WHERE {single}"
            ))?;
        }
    }
    Ok(())
}

/// Brings the keys of addresses up to date, by which they are compared: an internationalised domain is one address in both its forms.
/// Where that makes two people's addresses one, they stay as they are.
fn rekey(conn: &Connection) -> Result<(), StoreError> {
    for (table, column, from) in
        [("person", "email_key", "email"), ("address", "address_key", "address"), ("suppression", "address_key", "address_key")]
    {
        let mut read = conn.prepare(&format!("SELECT id, {from} FROM {table} WHERE {column} GLOB '*[^ -~]*'"))?;
        let rows: Vec<(i64, String)> = read.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        for (id, written) in rows {
            let key = match written.split_once(' ') {
                Some((one, other)) => format!("{} {}", address::key(one), address::key(other)),
                None => address::key(&written),
            };
            conn.execute(&format!("UPDATE OR IGNORE {table} SET {column}=?2 WHERE id=?1"), (id, key))?;
        }
    }
    Ok(())
}
