//! Finds rows by name, by address or by what they belong to, and names them.
//!
//! Must not know what the rows are needed for.

use std::collections::HashMap;

use rusqlite::OptionalExtension;

use super::columns::{name_key, uuid_text};
use super::schema::{self, About, Identity, Table};
use super::{Reader, StoreError};
use crate::domain::ids::PersonId;
use crate::domain::{address, text};

/// Returns a person's name, or their address if they have no name.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn title(conn: Reader<'_>, id: PersonId) -> Result<String, StoreError> {
    Ok(titled(conn, id.0)?.unwrap_or_else(|| "somebody".to_owned()))
}

/// Returns the person who has an address, primary or not.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn holder_of(conn: Reader<'_>, address: &str) -> Result<Option<PersonId>, StoreError> {
    Ok(holder_of_key(conn, &address::key(address))?.map(PersonId))
}

/// Returns the person who has the address with this key. Of two addresses separated by a space, the first counts.
pub(super) fn holder_of_key(conn: Reader<'_>, key: &str) -> Result<Option<i64>, StoreError> {
    let key = key.split_once(' ').map_or(key, |(first, _)| first);
    let found = conn.prepare_cached("SELECT id FROM person WHERE email_key=?1")?.query_row([key], |r| r.get(0)).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    Ok(conn.prepare_cached("SELECT person_id FROM address WHERE address_key=?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// Returns the row with a name in a table of names (organisation, discipline, field, tag), if it exists.
pub(crate) fn named(conn: Reader<'_>, table: &Table, name: &str) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT id FROM {} WHERE name_key=?1", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([text::same_key(name)], |r| r.get(0)).optional()?)
}

/// Returns the UUID of a row, as it is written; `None` if the row is gone.
pub(crate) fn uuid(conn: Reader<'_>, table: &Table, id: i64) -> Result<Option<String>, StoreError> {
    let sql = format!("SELECT uuid FROM {} WHERE id=?1", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([id], |r| uuid_text(r, 0)).optional()?)
}

/// Returns the UUIDs of rows, in the same order, empty where a row is gone; reads them at once, so that the file is locked once.
pub(crate) fn uuids(conn: Reader<'_>, table: &Table, ids: &[i64]) -> Result<Vec<String>, StoreError> {
    let _at_once = conn.begin_read()?;
    ids.iter().map(|id| Ok(uuid(conn, table, *id)?.unwrap_or_default())).collect()
}

/// Returns the row with this UUID, given as hexadecimal digits.
pub(crate) fn with_uuid(conn: Reader<'_>, table: &Table, digits: &str) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT id FROM {} WHERE uuid=unhex(?1)", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([digits], |r| r.get(0)).optional()?)
}

/// Returns the name of a row in a table of names; `None` if it is gone.
pub(crate) fn name(conn: Reader<'_>, table: &Table, id: i64) -> Result<Option<String>, StoreError> {
    cell(conn, table, "name", id)
}

/// Returns the organisation with this short name, ignoring case; `None` if several have it.
pub(crate) fn organisation_called(conn: Reader<'_>, short: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT id FROM organisation WHERE short_name<>'' AND lower(short_name)=lower(?1) LIMIT 2";
    let mut read = conn.prepare_cached(sql)?;
    let ids: Vec<i64> = read.query_map([short.trim()], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(if let [only] = ids.as_slice() { Some(*only) } else { None })
}

/// Returns the organisations by short name in lower case; `None` where several share one.
pub(super) fn organisations_called(conn: Reader<'_>) -> Result<HashMap<String, Option<i64>>, StoreError> {
    let mut out = HashMap::new();
    let mut read = conn.prepare_cached("SELECT id, lower(short_name) FROM organisation WHERE short_name<>''")?;
    for row in read.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))? {
        let (id, short) = row?;
        out.entry(short).and_modify(|one| *one = None).or_insert(Some(id));
    }
    Ok(out)
}

/// Returns all names in a table of names, sorted.
pub(crate) fn names(conn: Reader<'_>, table: &Table) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT name FROM {} ORDER BY name_key", table.name))?;
    let names = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

/// Returns how many rows of a table refer to `id` in `column`; counts at most `most`.
pub(crate) fn rows_of(conn: Reader<'_>, table: &Table, column: &str, id: i64, most: u64) -> Result<u64, StoreError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} WHERE {column}=?1 LIMIT ?2)", table.name);
    let n: i64 = conn.prepare_cached(&sql)?.query_row((id, i64::try_from(most).unwrap_or(i64::MAX)), |r| r.get(0))?;
    Ok(n.unsigned_abs())
}

/// Returns the people with exactly this name, ignoring case.
pub(crate) fn ids_with_exact_name(conn: Reader<'_>, name: &str) -> Result<Vec<PersonId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id FROM person WHERE name_key=?1 ORDER BY id")?;
    let ids = statement.query_map([name_key(name, "")], |r| r.get(0).map(PersonId))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Returns all names in a table of names, in the order in which they were added.
pub(crate) fn names_by_age(conn: Reader<'_>, table: &Table) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT name FROM {} ORDER BY id", table.name))?;
    let names = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}
/// Returns the newest step that wrote a row, or one of the rows that are edited in its form; `None` if the row is gone.
pub(super) fn last_written(conn: Reader<'_>, table: &Table, id: i64) -> Result<Option<i64>, StoreError> {
    let parts: String = schema::TABLES
        .iter()
        .filter_map(|t| t.part_of.filter(|(of, _)| *of == table.name).map(|(_, column)| (t.name, column)))
        .map(|(name, column)| format!(" UNION ALL SELECT op FROM {name} WHERE {column}=?1"))
        .collect();
    let sql =
        format!("SELECT max(op) FROM (SELECT op FROM {0} WHERE id=?1{parts}) WHERE EXISTS(SELECT 1 FROM {0} WHERE id=?1)", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0))?)
}

/// Returns the ids of the rows of a table that refer to `id` in `column`.
pub(super) fn ids_where(conn: Reader<'_>, table: &Table, column: &str, id: i64) -> Result<Vec<i64>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT id FROM {} WHERE {column}=?1 ORDER BY id", table.name))?;
    let ids = statement.query_map([id], |r| r.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    Ok(ids)
}

/// Returns the person that a row is about; `None` if it is about nobody on the roster, or gone.
pub(super) fn person_of(conn: Reader<'_>, table: &Table, id: i64) -> Result<Option<i64>, StoreError> {
    match table.about {
        About::Nobody => Ok(None),
        About::Itself => Ok(Some(id)),
        About::Person(column) => {
            let sql = format!("SELECT {column} FROM {} WHERE id=?1", table.name);
            Ok(conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()?)
        }
        About::Holder(column) => {
            let sql = format!("SELECT {column} FROM {} WHERE id=?1", table.name);
            let key: Option<String> = conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()?;
            key.map_or(Ok(None), |key| holder_of_key(conn, &key))
        }
    }
}

/// Returns a phrase for a row: by the person it is about, otherwise by its own name or that of the row that it refers to.
pub(super) fn describe(conn: Reader<'_>, table: &Table, id: i64) -> String {
    name_of(conn, table, id).ok().flatten().unwrap_or_else(|| format!("the {} that this step wrote", table.noun))
}

fn name_of(conn: Reader<'_>, table: &Table, id: i64) -> Result<Option<String>, StoreError> {
    if table.about == About::Itself {
        return titled(conn, id);
    }
    if let Some(person) = person_of(conn, table, id)? {
        return Ok(titled(conn, person)?.map(|name| format!("the {} of {name}", table.noun)));
    }
    if let Some(column) = table.title() {
        return Ok(cell(conn, table, column, id)?.map(|name| format!("the {} {name}", table.noun)));
    }
    for (column, of, _) in table.references() {
        let Some((of, title)) = schema::table(of).and_then(|t| Some((t, t.title()?))) else { continue };
        let sql = format!("SELECT t.{title} FROM {} r JOIN {} t ON t.id=r.{column} WHERE r.id=?1", table.name, of.name);
        let name: Option<String> = conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()?;
        if let Some(name) = name {
            return Ok(Some(format!("the {} of {name}", table.noun)));
        }
    }
    let Identity::Natural([column]) = table.identity else { return Ok(None) };
    Ok(cell(conn, table, column, id)?.map(|key| format!("the {} {key}", table.noun)))
}

/// Returns the text in a column that names the row; `None` if the row is gone.
pub(super) fn text(conn: Reader<'_>, table: &Table, column: &str, id: i64) -> Result<Option<String>, StoreError> {
    cell(conn, table, column, id)
}

/// Returns the number in a column of a row; `None` if there is none, or the row is gone.
pub(super) fn number(conn: Reader<'_>, table: &Table, column: &str, id: i64) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT {column} FROM {} WHERE id=?1", table.name);
    Ok(conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()?.flatten())
}

fn cell(conn: Reader<'_>, table: &Table, column: &str, id: i64) -> Result<Option<String>, StoreError> {
    Ok(conn.prepare_cached(&format!("SELECT {column} FROM {} WHERE id=?1", table.name))?.query_row([id], |r| r.get(0)).optional()?)
}

fn titled(conn: Reader<'_>, id: i64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT coalesce(nullif(name,''), email) FROM person WHERE id=?1";
    Ok(conn.prepare_cached(sql)?.query_row([id], |r| r.get(0)).optional()?)
}
