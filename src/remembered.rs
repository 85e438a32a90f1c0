//! How the lead left the screen: columns, sort, borders, recent commands. Kept between runs, never in the roster, and no
//! personal data in it.
//!
//! Must not know how any of it is used. A file that can't be read or written is passed over: nothing depends on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::bounded;

/// How a list was left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLook {
    /// The names of its columns, in their order; empty for its own.
    pub columns: Vec<String>,
    /// What it is sorted by, with a `-` before it for the other way round; empty for its own.
    pub sort: String,
}

/// Where the borders between the panes stand, in thousandths of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Borders {
    /// The width of the communities.
    pub left: Option<u16>,
    /// The width of the detail.
    pub right: Option<u16>,
    /// The height of the meetups.
    pub low: Option<u16>,
}

/// More than this many bytes are never kept.
const LONGEST: u64 = 1 << 20;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The names of the commands asked for last, the newest at the end.
    pub recent: Vec<String>,
    /// The format that was exported last; empty before the first.
    pub format: String,
    /// The folder of the file that was read or written last, as it was typed.
    pub folder: String,
    /// Where the borders stand.
    pub borders: Borders,
    /// The lists, by the name of their pane.
    pub lists: BTreeMap<String, ListLook>,
}

impl Remembered {
    /// What was kept; nothing where nothing can be read.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let text = bounded::read_file(path, LONGEST).and_then(bounded::text);
        text.ok().and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn keep(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
        std::fs::create_dir_all(folder)?;
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    }

    /// How a list was left.
    #[must_use]
    pub fn list(&self, pane: &str) -> ListLook {
        self.lists.get(pane).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_what_is_broken_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/screen.toml");
        assert_eq!(Remembered::read(&path), Remembered::default());
        let mut kept = Remembered { recent: vec!["undo".into()], ..Remembered::default() };
        kept.borders.left = Some(250);
        kept.lists.insert("members".into(), ListLook { columns: vec!["name".into()], sort: "-joined".into() });
        kept.keep(&path).unwrap();
        assert_eq!(Remembered::read(&path), kept);
        std::fs::write(&path, "recent = 7").unwrap();
        assert_eq!(Remembered::read(&path), Remembered::default());
    }
}
