//! The log: what the program did and when, for people who investigate a failure. It never has personal data: no names, addresses, queries
//! or labels; of an error, only its kind.
//!
//! Must not know what is logged.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;

use crate::platform;

/// The size, in bytes, from which a log is renamed to `.old` and a new one started.
const LARGEST: u64 = 1_000_000;

/// Starts logging to a file that only the user can read. The program starts even if the log can't be written.
pub(crate) fn start(path: &Path) {
    if let Ok(file) = open(path) {
        let writer = tracing_subscriber::fmt().with_writer(Mutex::new(file)).with_ansi(false).with_target(false);
        // Only tests start it twice in one process; the first log continues.
        let _ = tracing::subscriber::set_global_default(writer.finish());
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if std::fs::metadata(path).is_ok_and(|m| m.len() > LARGEST) {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    let mut options = OpenOptions::new();
    platform::private_file(options.create(true).append(true)).open(path)
}

/// Returns the kind of an error: the names of its variants, without their contents.
#[must_use]
pub(crate) fn kind(error: &dyn Debug) -> String {
    let all = format!("{error:?}");
    let end = all.find(|c: char| !(c.is_ascii_alphanumeric() || c == '(')).unwrap_or(all.len());
    all[..end].trim_end_matches('(').replace('(', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_error_only_its_kind_is_told() {
        #[derive(Debug)]
        #[allow(dead_code, reason = "seen through Debug alone")]
        enum Sample {
            Refused(String),
            Io { path: std::path::PathBuf },
            Busy,
        }
        assert_eq!(kind(&Some(Sample::Refused("Ann Example".into()))), "Some.Refused");
        assert_eq!(kind(&Sample::Io { path: "/home/ann".into() }), "Io");
        assert_eq!(kind(&Sample::Busy), "Busy");
    }

    #[test]
    fn a_log_that_has_grown_large_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/guildhall.log");
        drop(open(&path).unwrap());
        std::fs::write(&path, vec![b'x'; 1_000_001]).unwrap();
        drop(open(&path).unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        assert!(folder.path().join("state/guildhall.log.old").exists());
    }
}
