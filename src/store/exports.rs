//! What was exported: when, in which format, for which search, with a digest of each address, so that the next export need send only what
//! has changed.
//!
//! Must not know how a format is written, nor what a digest consists of.

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

/// How many exports of one kind keep their digests; older ones without a name keep only the record that they were made.
const KEPT: i64 = 12;

/// What makes exports comparable: the same format, for the same people, to the same list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportKind {
    /// The format.
    pub format: String,
    /// The query.
    pub query: String,
    /// The community, if there was one.
    pub community: Option<CommunityId>,
    /// The address of the group or list.
    pub list: String,
    /// Other options that decide who is included, as the exporter writes them; usually empty.
    pub options: String,
}

/// A recorded export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What kind it was.
    pub kind: ExportKind,
    /// The name that the lead gave it; empty if none.
    pub name: String,
    /// When, UTC.
    pub at: NaiveDateTime,
    /// The salt that each address was hashed with.
    pub salt: Vec<u8>,
    /// The digests; empty while the export is in progress.
    pub digests: Vec<u64>,
    /// The files that were written: path and digest of the content.
    pub files: Vec<(String, String)>,
}

/// Records an export, as a step of the history that undo skips. `read` supplies its digests, `length` bytes in all.
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
/// The condition for the rows of one kind.
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

/// Returns the newest export of a kind.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn last(conn: Reader<'_>, kind: &ExportKind) -> Result<Option<Exported>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM export WHERE {OF_KIND} ORDER BY id DESC LIMIT 1");
    let args = (&kind.format, &kind.query, kind.community.map(|c| c.0), &kind.list, &kind.options);
    Ok(conn.prepare_cached(&sql)?.query_row(args, read).optional()?)
}

/// Returns when the newest export of a kind was made, UTC, without reading its digests.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn last_at(conn: Reader<'_>, kind: &ExportKind) -> Result<Option<NaiveDateTime>, StoreError> {
    let sql = format!("SELECT at FROM export WHERE {OF_KIND} ORDER BY id DESC LIMIT 1");
    let args = (&kind.format, &kind.query, kind.community.map(|c| c.0), &kind.list, &kind.options);
    let at: Option<String> = conn.prepare_cached(&sql)?.query_row(args, |r| r.get(0)).optional()?;
    Ok(at.and_then(|at| NaiveDateTime::parse_from_str(&at, TIMESTAMP).ok()))
}

/// Returns the newest export with a name.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn named(conn: Reader<'_>, name: &str) -> Result<Option<Exported>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM export WHERE name=?1 ORDER BY id DESC LIMIT 1");
    Ok(conn.prepare_cached(&sql)?.query_row([name], read).optional()?)
}

/// Returns the names of exports, newest first.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn names(conn: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare("SELECT name FROM export WHERE name<>'' GROUP BY name ORDER BY max(id) DESC")?;
    Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
}

/// Passes on every former address that the journal still has.
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
