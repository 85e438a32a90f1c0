//! The roster's file among others: its real path, the folder that it lies in, what stands beside it.
//!
//! Must not know what is in a file.

use std::path::{Path, PathBuf};

use super::StoreError;

/// Where the program's own backups of a roster lie: a folder beside it.
#[must_use]
pub(crate) fn backups(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(|| "roster".into(), |n| n.to_string_lossy().into_owned());
    path.with_file_name(format!("{name}.backups"))
}

/// The real path of a file that may not exist yet: its folder resolved, and itself if it is a link.
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

/// Makes a folder and those above it, for its owner alone.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt;
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| StoreError::io("making the folder", folder, e))
}

/// The name of a file that SQLite keeps beside the roster.
pub(super) fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Makes a rename in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(|e| StoreError::io("writing the folder", folder, e))
}

/// How the program's temporary files begin.
const TEMPORARY: &str = ".guildhall-";

/// A temporary file in a folder, for its owner alone. It is locked as long as it is open, so that [`sweep`] leaves it.
pub(super) fn temporary(folder: &Path, ending: &str) -> Result<tempfile::NamedTempFile, StoreError> {
    loop {
        let made = tempfile::Builder::new().prefix(TEMPORARY).suffix(ending).tempfile_in(folder);
        let made = made.map_err(|e| StoreError::io("making a file in", folder, e))?;
        // Somebody who sweeps may have met it before it was locked: then another is made. Where files can't be locked, none is swept.
        let is_met = matches!(made.as_file().try_lock(), Err(std::fs::TryLockError::WouldBlock));
        if !is_met && made.path().exists() {
            return Ok(made);
        }
    }
}

/// Removes temporary files with this ending that a program which was killed has left in a folder, with what SQLite kept beside them.
pub(super) fn sweep(folder: &Path, ending: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let base = name.strip_suffix("-journal").unwrap_or(&name);
        if base.starts_with(TEMPORARY) && base.ends_with(ending) && is_left(&folder.join(base)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether nobody works on a temporary file any more: whoever does holds its lock.
fn is_left(path: &Path) -> bool {
    match std::fs::File::open(path) {
        Ok(file) => file.try_lock().is_ok(),
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    }
}
