//! The roster's file in the file system: its real path, its folder, and the files beside it.
//!
//! Must not know what is in a file.

use std::path::{Path, PathBuf};

use super::StoreError;
use crate::platform;

/// Returns the folder of the program's own backups, beside the roster.
#[must_use]
pub(crate) fn backups(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(|| "roster".into(), |n| n.to_string_lossy().into_owned());
    path.with_file_name(format!("{name}.backups"))
}

/// Returns the real path of a file that may not exist yet: resolves its folder, and the file itself if it is a link.
pub(super) fn real_path(path: &Path) -> Result<PathBuf, StoreError> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    let name = path.file_name().ok_or(StoreError::NotAFile { path: path.to_owned(), what: "a folder" })?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => StoreError::Absent(path.to_owned()),
        _ => StoreError::io("finding the folder of", path, e),
    })?;
    Ok(folder.join(name))
}

/// Makes a folder and its parents, accessible to their owner only.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    platform::make_private_folder(folder).map_err(|e| StoreError::io("making the folder", folder, e))
}

/// Returns the path of a file that SQLite keeps beside the roster.
pub(super) fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Makes a rename in a folder durable (fsync).
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    platform::sync_folder(folder).map_err(|e| StoreError::io("writing the folder", folder, e))
}

/// The prefix of the program's temporary files.
const TEMPORARY: &str = ".guildhall-";

/// A temporary file, and a lock that says that it is in use. The lock is a separate file: SQLite puts locks of another kind on the file
/// itself, and the two kinds may exclude each other.
pub(crate) struct Temporary {
    file: tempfile::NamedTempFile,
    // Deleted when the work ends, and not before.
    _lock: tempfile::NamedTempFile,
}

impl Temporary {
    /// Returns its path.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Returns the open file.
    pub(crate) fn as_file(&self) -> &std::fs::File {
        self.file.as_file()
    }

    /// Renames it to its final name, unless a file with that name exists.
    pub(crate) fn persist_noclobber(self, to: &Path) -> Result<std::fs::File, tempfile::PersistError> {
        self.file.persist_noclobber(to)
    }
}

/// The suffix of a temporary file's lock.
const LOCK: &str = ".lock";

/// Makes a temporary file in a folder, accessible to its owner only. [`sweep`] leaves it alone while it is in use.
pub(crate) fn temporary(folder: &Path, ending: &str) -> Result<Temporary, StoreError> {
    let failed = |e| StoreError::io("making a file in", folder, e);
    loop {
        let lock = tempfile::Builder::new().prefix(TEMPORARY).suffix(&format!("{ending}{LOCK}")).tempfile_in(folder).map_err(failed)?;
        // A concurrent sweep may have found the lock before it was taken; then another is made. Where files can't be locked, none is swept.
        let is_met = matches!(lock.as_file().try_lock(), Err(std::fs::TryLockError::WouldBlock));
        if is_met || !lock.path().exists() {
            continue;
        }
        let name = lock.path().file_name().map(|n| n.to_string_lossy().trim_end_matches(LOCK).to_owned()).unwrap_or_default();
        match tempfile::Builder::new().prefix(&name).rand_bytes(0).tempfile_in(folder) {
            Ok(file) => return Ok(Temporary { file, _lock: lock }),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(failed(e)),
        }
    }
}

/// Removes temporary files with this ending that a killed program left in a folder, with their locks and SQLite's journals.
pub(crate) fn sweep(folder: &Path, ending: &str) {
    let mut locks = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let base = name.strip_suffix("-journal").or_else(|| name.strip_suffix(LOCK)).unwrap_or(&name);
        if base.starts_with(TEMPORARY) && base.ends_with(ending) && is_left(&folder.join(format!("{base}{LOCK}"))) {
            if name.ends_with(LOCK) {
                locks.push(entry.path());
            } else {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
    // Locks are removed last, so that no file is ever found without its lock.
    for lock in locks {
        let _ = std::fs::remove_file(lock);
    }
}

/// Returns whether a temporary file is no longer in use: a program that uses it holds its lock.
fn is_left(lock: &Path) -> bool {
    match std::fs::File::open(lock) {
        Ok(file) => file.try_lock().is_ok(),
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    }
}
