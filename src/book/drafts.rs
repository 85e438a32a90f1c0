//! Unsaved forms: what was typed and not saved yet is kept beside the roster, so that nothing is lost if the program is killed.
//!
//! Must not know what the fields mean.

use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Book;
use crate::bounded;
use crate::platform;

/// A field of an unsaved form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftField {
    /// Its key in the form.
    pub key: String,
    /// What was typed.
    pub text: String,
    /// The field's value when the form was opened.
    pub original: String,
}

/// An unsaved form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What the form is about, as the screen encodes it.
    pub subject: String,
    /// The form's title.
    pub title: String,
    /// The community whose members were shown: new records are added to it.
    pub community: Option<i64>,
    /// Its fields.
    pub fields: Vec<DraftField>,
}

impl Draft {
    /// Returns what was typed into the only field.
    #[must_use]
    pub fn typed_text(&self) -> String {
        self.fields.first().map(|f| f.text.clone()).unwrap_or_default()
    }

    /// Returns the changed fields as lines of text.
    #[must_use]
    pub fn typed(&self) -> String {
        let changed = self.fields.iter().filter(|f| f.text != f.original);
        changed.map(|f| format!("{}: {}", f.key.trim_start_matches("field:"), f.text)).collect::<Vec<_>>().join("\n")
    }
}

/// The largest drafts file that is read, in bytes: more than anybody types.
const LONGEST: u64 = 16 << 20;

impl Book {
    /// Returns the path of this process's own drafts: each process has one, so that two on the same roster don't overwrite each other's.
    fn draft_path(&self) -> PathBuf {
        self.draft_path_of(std::process::id())
    }

    fn draft_path_of(&self, process: u32) -> PathBuf {
        let mut name = self.path().as_os_str().to_owned();
        name.push(format!(".draft-{process}"));
        name.into()
    }

    /// Takes over the unsaved forms of processes that no longer run; returns them, newest last. From here on this process keeps them.
    #[must_use]
    pub fn take_over_drafts(&self) -> Vec<Draft> {
        platform::mark_as_running();
        let Some(folder) = self.path().parent() else { return Vec::new() };
        let prefix = self.path().file_name().map(|n| format!("{}.draft-", n.to_string_lossy())).unwrap_or_default();
        let mut found: Vec<(std::time::SystemTime, PathBuf, Vec<Draft>)> = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(process) = name.strip_prefix(&prefix).and_then(|p| p.parse::<u32>().ok()) else { continue };
            // A file with our own process number was left by an earlier process: this one has only just started.
            if process != std::process::id() && platform::is_running(process) {
                continue;
            }
            let drafts = bounded::read_file(&entry.path(), LONGEST).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let at = entry.metadata().and_then(|m| m.modified()).unwrap_or(std::time::UNIX_EPOCH);
            found.extend(drafts.map(|d| (at, entry.path(), d)));
        }
        found.sort_by_key(|(at, ..)| *at);
        let all: Vec<Draft> = found.iter().flat_map(|(_, _, drafts)| drafts.clone()).collect();
        if self.keep_drafts(&all).is_ok() {
            for (_, path, _) in found.iter().filter(|(_, path, _)| *path != self.draft_path()) {
                // If a file can't be removed, the worst that happens is that it is offered once more.
                let _ = std::fs::remove_file(path);
            }
        }
        all
    }

    /// Saves unsaved forms in a file that only its owner can read; removes the file if there are none.
    ///
    /// # Errors
    /// If the file can't be written or removed.
    pub fn keep_drafts(&self, drafts: &[Draft]) -> std::io::Result<()> {
        let path = self.draft_path();
        if drafts.is_empty() {
            return match std::fs::remove_file(path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            };
        }
        let folder = path.parent().ok_or(std::io::ErrorKind::NotFound)?;
        // A temporary file has mode 0600, which `persist` keeps.
        let mut file = tempfile::Builder::new().prefix(".guildhall-").tempfile_in(folder)?;
        file.write_all(&serde_json::to_vec(drafts)?)?;
        file.persist(path)?;
        Ok(())
    }
}
