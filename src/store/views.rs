//! Reads and writes saved views.
//!
//! Must not know what a view's query finds.

use rusqlite::ToSql;

use super::lookup::named;
use super::rows::ViewRow;
use super::schema::VIEW;
use super::write::Write;
use super::{Reader, StoreError};
use crate::domain::text;

/// Returns the saved views by name.
pub(crate) fn views(conn: Reader<'_>) -> Result<Vec<ViewRow>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT id, name, pane, query, sort, columns FROM view ORDER BY name_key")?;
    let rows = statement
        .query_map([], |r| {
            Ok(ViewRow { id: r.get(0)?, name: r.get(1)?, pane: r.get(2)?, query: r.get(3)?, sort: r.get(4)?, columns: r.get(5)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

impl Write<'_> {
    /// Saves a view, or changes the existing one with that name.
    pub(crate) fn put_view(&mut self, name: &str, pane: &str, query: &str, sort: &str, columns: &str) -> Result<(), StoreError> {
        let key = text::same_key(name);
        if key.is_empty() {
            return Err(StoreError::Refused("a view needs a name".into()));
        }
        let view: [(&'static str, &dyn ToSql); 6] =
            [("name", &name), ("name_key", &key), ("pane", &pane), ("query", &query), ("sort", &sort), ("columns", &columns)];
        match named(self.reader(), &VIEW, name)? {
            Some(id) => self.update(&VIEW, id, &view).map(|_| ()),
            None => self.add(&VIEW, &view).map(|_| ()),
        }
    }
}
