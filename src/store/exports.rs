//! What was exported: when, in which format, for which search, and a digest of each address, so that the next time only what
//! has changed need be sent.
//!
//! Must not know how a format is written, nor what a digest is made of.

use std::io::{self, Write as _};
use std::path::Path;

use chrono::NaiveDateTime;
use rusqlite::OptionalExtension;
use rusqlite::blob::ZeroBlob;
use serde_json::{Map, Value as Json};

use super::TIMESTAMP;
use super::journal::OpKind;
use super::{Reader, Stamp, Store, StoreError};
use crate::domain::ids::CommunityId;
use crate::domain::label::Label;

/// Of how many exports of one kind the digests are kept; of older ones it is kept that they were made.
const KEPT: i64 = 12;

/// Which exports follow each other: the same format, for the same people, to the same list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportKind {
    /// The format.
    pub format: String,
    /// The query.
    pub query: String,
    /// The community, if there was one.
    pub community: Option<CommunityId>,
    /// The group's or list's own address.
    pub list: String,
    /// What else says who is on it, as its maker writes that; empty as a rule.
    pub options: String,
}

/// An export that is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What kind it was.
    pub kind: ExportKind,
    /// The name that the lead gave it; empty if none.
    pub name: String,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// What each address was mixed with before its digest was taken.
    pub salt: Vec<u8>,
    /// The digests; empty while it is being made.
    pub digests: Vec<u64>,
    /// The files that were written: the path, and a digest of what was written there.
    pub files: Vec<(String, String)>,
}

/// Remembers an export; it is a step of the history that undo passes over. `read` hands over its digests, which are `length` bytes.
///
/// # Errors
/// If the file can't be written.
pub(crate) fn remember(
    store: &mut Store,
    label: Label,
    export: &Exported,
    length: u64,
    read: impl FnOnce(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>,
    stamp: Stamp,
) -> Result<(), StoreError> {
    store.step(OpKind::Note, None, stamp, true, |write| {
        write.set_label(label);
        let kind = &export.kind;
        let community = kind.community.map(|c| c.0);
        let files = if export.files.is_empty() { String::new() } else { serde_json::to_string(&export.files).unwrap_or_default() };
        let conn = write.reader().conn();
        conn.execute(
            "INSERT INTO export(op,name,format,query,community_id,list,at,salt,digests,options,files) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
            (
                write.op(),
                &export.name,
                &kind.format,
                &kind.query,
                community,
                &kind.list,
                export.at.format(TIMESTAMP).to_string(),
                &export.salt,
                ZeroBlob(length),
                &kind.options,
                &files,
            ),
        )?;
        let mut blob = conn.blob_open(rusqlite::MAIN_DB, "export", "digests", conn.last_insert_rowid(), false)?;
        read(&mut |piece| blob.write_all(piece)).map_err(|e| StoreError::io("remembering the export in", Path::new("the roster"), e))?;
        blob.close()?;
        conn.execute(
            "UPDATE export SET digests=x'' WHERE name='' AND length(digests)>0 AND id IN (SELECT id FROM export \
             WHERE format=?1 AND query=?2 AND community_id IS ?3 AND list=?4 AND options=?6 ORDER BY id DESC LIMIT -1 OFFSET ?5)",
            (&kind.format, &kind.query, community, &kind.list, KEPT, &kind.options),
        )?;
        write.changes += 1;
        Ok(())
    })?;
    Ok(())
}

const COLUMNS: &str = "format, query, community_id, list, name, at, salt, digests, options, files";
/// The rows of one kind.
const OF_KIND: &str = "format=?1 AND query=?2 AND community_id IS ?3 AND list=?4 AND options=?5";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Exported> {
    let (at, bytes, files): (String, Vec<u8>, String) = (row.get(5)?, row.get(7)?, row.get(9)?);
    Ok(Exported {
        kind: ExportKind {
            format: row.get(0)?,
            query: row.get(1)?,
            community: row.get::<_, Option<i64>>(2)?.map(CommunityId),
            list: row.get(3)?,
            options: row.get(8)?,
        },
        name: row.get(4)?,
        at: NaiveDateTime::parse_from_str(&at, TIMESTAMP).unwrap_or_default(),
        salt: row.get(6)?,
        digests: bytes.chunks_exact(8).filter_map(|c| c.try_into().ok()).map(u64::from_be_bytes).collect(),
        files: serde_json::from_str(&files).unwrap_or_default(),
    })
}

/// The newest export of a kind.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn last(conn: Reader<'_>, kind: &ExportKind) -> Result<Option<Exported>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM export WHERE {OF_KIND} ORDER BY id DESC LIMIT 1");
    let args = (&kind.format, &kind.query, kind.community.map(|c| c.0), &kind.list, &kind.options);
    Ok(conn.prepare_cached(&sql)?.query_row(args, read).optional()?)
}

/// When the newest export of a kind was, UTC; its digests are not read.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn last_at(conn: Reader<'_>, kind: &ExportKind) -> Result<Option<NaiveDateTime>, StoreError> {
    let sql = format!("SELECT at FROM export WHERE {OF_KIND} ORDER BY id DESC LIMIT 1");
    let args = (&kind.format, &kind.query, kind.community.map(|c| c.0), &kind.list, &kind.options);
    let at: Option<String> = conn.prepare_cached(&sql)?.query_row(args, |r| r.get(0)).optional()?;
    Ok(at.and_then(|at| NaiveDateTime::parse_from_str(&at, TIMESTAMP).ok()))
}

/// The newest export of a name.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn named(conn: Reader<'_>, name: &str) -> Result<Option<Exported>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM export WHERE name=?1 ORDER BY id DESC LIMIT 1");
    Ok(conn.prepare_cached(&sql)?.query_row([name], read).optional()?)
}

/// The names that exports have been given, the newest first.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn names(conn: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare("SELECT name FROM export WHERE name<>'' GROUP BY name ORDER BY max(id) DESC")?;
    Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
}

/// Hands over every address that somebody once had and that the journal still knows.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn former_addresses(conn: Reader<'_>, mut take: impl FnMut(&str)) -> Result<(), StoreError> {
    let mut statement = conn.prepare("SELECT entity, before FROM op_change WHERE entity IN ('person','address') AND before IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (entity, before): (String, String) = (row.get(0)?, row.get(1)?);
        let image: Map<String, Json> = serde_json::from_str(&before).unwrap_or_default();
        let column = if entity == "person" { "email" } else { "address" };
        if let Some(address) = image.get(column).and_then(Json::as_str).filter(|a| !a.is_empty()) {
            take(address);
        }
    }
    Ok(())
}
