//! Where things lie: the roster.
//!
//! Must not know what is in them.

use std::path::{Path, PathBuf};

/// The files of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The roster.
    pub roster: PathBuf,
}

impl Paths {
    /// The given roster, else the one in the platform's data folder.
    #[must_use]
    pub fn find(roster: Option<&Path>) -> Self {
        let dirs = directories::ProjectDirs::from("", "", "guildhall");
        let roster = roster.map(Path::to_owned);
        let roster = roster.or_else(|| dirs.as_ref().map(|d| d.data_dir().join("roster.guildhall")));
        Self { roster: roster.unwrap_or_else(|| "roster.guildhall".into()) }
    }
}
