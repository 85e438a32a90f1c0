//! What was typed into a form and not saved yet: kept beside the roster, so that a killed program loses none of it.
//!
//! Must not know what the fields mean.

use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Book;
use crate::bounded;

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
    /// The community whose members were shown: what is new goes into it.
    pub community: Option<i64>,
    /// Its fields.
    pub fields: Vec<DraftField>,
}

impl Draft {
    /// What was typed into its only field.
    #[must_use]
    pub fn typed_text(&self) -> String {
        self.fields.first().map(|f| f.text.clone()).unwrap_or_default()
    }

    /// What was typed, in lines, for somebody to read.
    #[must_use]
    pub fn typed(&self) -> String {
        let changed = self.fields.iter().filter(|f| f.text != f.original);
        changed.map(|f| format!("{}: {}", f.key.trim_start_matches("field:"), f.text)).collect::<Vec<_>>().join("\n")
    }
}

/// More than this many bytes of unsaved forms nobody types.
const LONGEST: u64 = 16 << 20;

impl Book {
    /// The file of this program's own drafts: each that runs has one, so that two on one roster leave each other's alone.
    fn draft_path(&self) -> PathBuf {
        self.draft_path_of(std::process::id())
    }

    fn draft_path_of(&self, process: u32) -> PathBuf {
        let mut name = self.path().as_os_str().to_owned();
        name.push(format!(".draft-{process}"));
        name.into()
    }

    /// The unsaved forms of programs that no longer run, the newest last; from here on this one keeps them.
    #[must_use]
    pub fn take_over_drafts(&self) -> Vec<Draft> {
        let Some(folder) = self.path().parent() else { return Vec::new() };
        let prefix = self.path().file_name().map(|n| format!("{}.draft-", n.to_string_lossy())).unwrap_or_default();
        let mut found: Vec<(std::time::SystemTime, PathBuf, Vec<Draft>)> = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(process) = name.strip_prefix(&prefix).and_then(|p| p.parse::<u32>().ok()) else { continue };
            // One of our own number was left by an earlier program: this one has only begun.
            if process != std::process::id() && runs(process) {
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
                // One that can't be taken away is offered once more, no worse.
                let _ = std::fs::remove_file(path);
            }
        }
        all
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

/// Whether a process of this number runs; one of somebody else's does.
fn runs(process: u32) -> bool {
    let pid = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| match rustix::process::test_kill_process(pid) {
        Ok(()) => true,
        Err(e) => e != rustix::io::Errno::SRCH,
    })
}
