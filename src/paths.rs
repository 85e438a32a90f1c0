//! Where things lie: the roster, the log.
//!
//! Must not know what is in them.

use std::path::{Path, PathBuf};

/// The files of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The roster.
    pub roster: PathBuf,
    /// The log; it holds no personal data.
    pub log: PathBuf,
}

impl Paths {
    /// The given roster, else the one in the platform's data folder; the log in its state or cache folder.
    #[must_use]
    pub fn find(roster: Option<&Path>) -> Self {
        let dirs = directories::ProjectDirs::from("", "", "guildhall");
        let roster = roster.map(Path::to_owned);
        let roster = roster.or_else(|| dirs.as_ref().map(|d| d.data_dir().join("roster.guildhall")));
        let log = dirs.as_ref().map(|d| d.state_dir().unwrap_or_else(|| d.cache_dir()).join("guildhall.log"));
        Self { roster: roster.unwrap_or_else(|| "roster.guildhall".into()), log: log.unwrap_or_else(|| "guildhall.log".into()) }
    }
}
