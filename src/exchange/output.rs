//! A file that is written as a whole or not at all.
//!
//! Must not know what is written.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ExchangeError;
use crate::platform;

/// A file under a temporary name, in the folder of its target. Dropping it unfinished deletes it.
pub(crate) struct AtomicFile {
    temporary: BufWriter<tempfile::NamedTempFile>,
    target: PathBuf,
}

impl AtomicFile {
    /// Creates a file that will replace `target`. An existing file stays until [`AtomicFile::finish`].
    ///
    /// # Errors
    /// If the folder doesn't exist or can't be written to, or `target` isn't a regular file.
    pub(crate) fn create(target: &Path) -> Result<Self, ExchangeError> {
        let err = |source| ExchangeError::Io { doing: "writing to", path: target.to_owned(), source };
        if target.is_dir() {
            return Err(ExchangeError::NotAFile { path: target.to_owned(), what: "a folder" });
        }
        if std::fs::metadata(target).is_ok_and(|m| !m.is_file()) {
            return Err(ExchangeError::NotAFile { path: target.to_owned(), what: "a device or a pipe" });
        }
        // A link is followed, so that the file behind it is replaced rather than the link.
        let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(ExchangeError::Refused(format!(
                "the folder {} does not exist; make it first, or write somewhere else",
                folder.display()
            )));
        }
        let temporary = tempfile::Builder::new().prefix(".guildhall-").suffix(".part").tempfile_in(folder).map_err(err)?;
        Ok(Self { temporary: BufWriter::with_capacity(128 * 1024, temporary), target })
    }

    /// Syncs the file to disk and renames it to its target, whose path it returns.
    ///
    /// # Errors
    /// If the disk is full or the file can't be renamed; the old file is then untouched.
    pub(crate) fn finish(self) -> Result<PathBuf, ExchangeError> {
        let target = self.target;
        let err = |source| ExchangeError::Io { doing: "writing", path: target.clone(), source };
        let temporary = self.temporary.into_inner().map_err(|e| err(e.into_error()))?;
        temporary.as_file().sync_all().map_err(err)?;
        temporary.persist(&target).map_err(|e| err(e.error))?;
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        platform::sync_folder(folder).map_err(err)?;
        Ok(target)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

/// Where the rows of an export go: to one writer, or to several files in turn.
pub(crate) trait Outlet: Write {
    /// Switches to another file; returns whether there can be one.
    ///
    /// # Errors
    /// If the next file can't be created.
    fn start_next_file(&mut self) -> Result<bool, ExchangeError>;
}

/// A single writer, which can't be continued in another file.
pub(crate) struct Single<'a>(pub &'a mut dyn Write);

impl Write for Single<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Outlet for Single<'_> {
    fn start_next_file(&mut self) -> Result<bool, ExchangeError> {
        Ok(false)
    }
}

/// A file, continued in `name-2`, `name-3` and so on when it is full. No file gets its name before all are written.
pub(crate) struct Numbered {
    target: PathBuf,
    done: Vec<AtomicFile>,
    open: AtomicFile,
}

impl Numbered {
    /// Creates the first file.
    ///
    /// # Errors
    /// The same as [`AtomicFile::create`].
    pub(crate) fn create(target: &Path) -> Result<Self, ExchangeError> {
        Ok(Self { target: target.to_owned(), done: Vec::new(), open: AtomicFile::create(target)? })
    }

    /// Gives all files their names; returns their paths.
    ///
    /// # Errors
    /// The same as [`AtomicFile::finish`].
    pub(crate) fn finish(self) -> Result<Vec<PathBuf>, ExchangeError> {
        self.done.into_iter().chain([self.open]).map(AtomicFile::finish).collect()
    }
}

/// Returns the path with a suffix after the file's name, before its extension.
#[must_use]
pub(crate) fn beside(target: &Path, behind: &str) -> PathBuf {
    let mut name = target.file_stem().unwrap_or_default().to_owned();
    name.push(behind);
    if let Some(extension) = target.extension() {
        name.push(".");
        name.push(extension);
    }
    target.with_file_name(name)
}

impl Write for Numbered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.flush()
    }
}

impl Outlet for Numbered {
    fn start_next_file(&mut self) -> Result<bool, ExchangeError> {
        let next = AtomicFile::create(&beside(&self.target, &format!("-{}", self.done.len() + 2)))?;
        self.done.push(std::mem::replace(&mut self.open, next));
        Ok(true)
    }
}
