//! A file that is written whole or not at all.
//!
//! Must not know what is written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ExchangeError;

/// A file under a temporary name, in the folder where it will stand. Dropped unfinished, it is gone.
pub(crate) struct AtomicFile {
    temporary: BufWriter<tempfile::NamedTempFile>,
    target: PathBuf,
}

impl AtomicFile {
    /// Begins a file that will stand at `target`. What stands there now stays until [`AtomicFile::finish`].
    ///
    /// # Errors
    /// If the folder isn't there or can't be written to, or `target` is a folder.
    pub(crate) fn create(target: &Path) -> Result<Self, ExchangeError> {
        let err = |source| ExchangeError::Io { doing: "writing to", path: target.to_owned(), source };
        if target.is_dir() {
            return Err(ExchangeError::NotAFile { path: target.to_owned(), what: "a folder" });
        }
        if std::fs::metadata(target).is_ok_and(|m| !m.is_file()) {
            return Err(ExchangeError::NotAFile { path: target.to_owned(), what: "a device or a pipe" });
        }
        // A link is followed, so that the file behind it is replaced and not the link.
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

    /// Makes the file durable and gives it its name, which is returned.
    ///
    /// # Errors
    /// If the disk is full or the name can't be given; the old file is untouched then.
    pub(crate) fn finish(self) -> Result<PathBuf, ExchangeError> {
        let target = self.target;
        let err = |source| ExchangeError::Io { doing: "writing", path: target.clone(), source };
        let temporary = self.temporary.into_inner().map_err(|e| err(e.into_error()))?;
        temporary.as_file().sync_all().map_err(err)?;
        temporary.persist(&target).map_err(|e| err(e.error))?;
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|f| f.sync_all()).map_err(err)?;
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

/// Where the rows of an export go: one writer, or files one after the other.
pub(crate) trait Outlet: Write {
    /// Goes on with another file; says whether there can be one.
    ///
    /// # Errors
    /// If it can't be begun.
    fn turn_over(&mut self) -> Result<bool, ExchangeError>;
}

/// A writer that is all there is.
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
    fn turn_over(&mut self) -> Result<bool, ExchangeError> {
        Ok(false)
    }
}

/// A file, and where that is full `name-2`, `name-3` and so on beside it: all of them, or none.
pub(crate) struct Numbered {
    target: PathBuf,
    done: Vec<AtomicFile>,
    open: AtomicFile,
}

impl Numbered {
    /// Begins the first file.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub(crate) fn create(target: &Path) -> Result<Self, ExchangeError> {
        Ok(Self { target: target.to_owned(), done: Vec::new(), open: AtomicFile::create(target)? })
    }

    /// Gives all files their names; returns the names.
    ///
    /// # Errors
    /// As [`AtomicFile::finish`].
    pub(crate) fn finish(self) -> Result<Vec<PathBuf>, ExchangeError> {
        self.done.into_iter().chain([self.open]).map(AtomicFile::finish).collect()
    }
}

/// The path with something put behind the name, before its ending.
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
    fn turn_over(&mut self) -> Result<bool, ExchangeError> {
        let next = AtomicFile::create(&beside(&self.target, &format!("-{}", self.done.len() + 2)))?;
        self.done.push(std::mem::replace(&mut self.open, next));
        Ok(true)
    }
}
