//! The state of the screen: columns, sort, borders, recent commands. Saved between runs, outside the roster and without personal data.
//!
//! Must not know how any of it is used. A file that can't be read or written is ignored, because nothing depends on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::bounded;

/// The columns and sort of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLook {
    /// The names of its columns, in order; empty for the defaults.
    pub columns: Vec<String>,
    /// The sort key, with a `-` before it for descending order; empty for the default.
    pub sort: String,
}

/// The positions of the borders between panes, in thousandths of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Borders {
    /// The width of the communities pane.
    pub left: Option<u16>,
    /// The width of the detail pane.
    pub right: Option<u16>,
    /// The height of the meetups pane.
    pub low: Option<u16>,
}

/// The largest file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The saved state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// The names of the commands used last, the newest at the end.
    pub recent: Vec<String>,
    /// The format of the last export; empty before the first.
    pub format: String,
    /// The folder of the file that was read or written last, as typed.
    pub folder: String,
    /// The positions of the borders.
    pub borders: Borders,
    /// The columns and sort of each list, by the name of its pane.
    pub lists: BTreeMap<String, ListLook>,
}

impl Remembered {
    /// Reads the saved state; returns the defaults if it can't be read.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let text = bounded::read_file(path, LONGEST).and_then(bounded::text);
        text.ok().and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Saves the state, as a whole or not at all.
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

    /// Returns the columns and sort of a list.
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
