//! What was typed into a form and not saved yet: kept beside the roster, so that a killed program loses none of it.
//!
//! Must not know what the fields mean.

use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Book;

/// A field of an unsaved form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftField {
    /// Its key in the form.
    pub key: String,
    /// What was typed.
    pub text: String,
    /// What it held when the form was opened.
    pub original: String,
}

/// An unsaved form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What the form is about, as the screen writes it.
    pub subject: String,
    /// The form's title.
    pub title: String,
    /// Its fields.
    pub fields: Vec<DraftField>,
}

impl Draft {
    /// What was typed, in lines, for somebody to read.
    #[must_use]
    pub fn typed(&self) -> String {
        let changed = self.fields.iter().filter(|f| f.text != f.original);
        changed.map(|f| format!("{}: {}", f.key.trim_start_matches("field:"), f.text)).collect::<Vec<_>>().join("\n")
    }
}

impl Book {
    fn draft_path(&self) -> PathBuf {
        let mut name = self.path().as_os_str().to_owned();
        name.push(".drafts");
        name.into()
    }

    /// The unsaved forms that were kept, the newest last.
    #[must_use]
    pub fn drafts(&self) -> Vec<Draft> {
        std::fs::read(self.draft_path()).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Keeps unsaved forms, readable by the lead alone; none takes the file away.
    ///
    /// # Errors
    /// If the folder can't be written to.
    pub fn keep_drafts(&self, drafts: &[Draft]) -> std::io::Result<()> {
        let path = self.draft_path();
        if drafts.is_empty() {
            return match std::fs::remove_file(path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            };
        }
        let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
        // A temporary file has mode 0600, and keeps it.
        let mut file = tempfile::Builder::new().prefix(".guildhall-").tempfile_in(folder)?;
        file.write_all(&serde_json::to_vec(drafts)?)?;
        file.persist(path)?;
        Ok(())
    }
}
