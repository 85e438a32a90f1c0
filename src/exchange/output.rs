//! A file that is written whole or not at all.
//!
//! Must not know what is written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ExchangeError;

/// A file under a temporary name, in the folder where it will stand. Dropped unfinished, it is gone.
pub struct AtomicFile {
    temporary: BufWriter<tempfile::NamedTempFile>,
    target: PathBuf,
}

impl AtomicFile {
    /// Begins a file that will stand at `target`. What stands there now stays until [`AtomicFile::finish`].
    ///
    /// # Errors
    /// If the folder isn't there or can't be written to, or `target` is a folder.
    pub fn create(target: &Path) -> Result<Self, ExchangeError> {
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

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    /// If the disk is full or the name can't be given; the old file is untouched then.
    pub fn finish(self) -> Result<(), ExchangeError> {
        let target = self.target;
        let err = |source| ExchangeError::Io { doing: "writing", path: target.clone(), source };
        let temporary = self.temporary.into_inner().map_err(|e| err(e.into_error()))?;
        temporary.as_file().sync_all().map_err(err)?;
        temporary.persist(&target).map_err(|e| err(e.error))?;
        let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|f| f.sync_all()).map_err(err)
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
