//! Where things lie: the roster, the configuration, what the program remembers, the log. By the platform's custom, on Linux
//! the XDG folders, unless the lead says otherwise.
//!
//! Must not know what is in them.

use std::path::{Path, PathBuf};

/// The files of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The roster.
    pub roster: PathBuf,
    /// The configuration.
    pub config: PathBuf,
    /// Whether the lead named the configuration, so that it must be there.
    pub config_is_named: bool,
    /// How the screen was left: columns, borders, recent commands. No personal data.
    pub state: PathBuf,
    /// The log. No personal data.
    pub log: PathBuf,
}

impl Paths {
    /// The files that are named, else those in the platform's folders.
    #[must_use]
    pub fn find(roster: Option<&Path>, config: Option<&Path>) -> Self {
        let dirs = directories::ProjectDirs::from("", "", "guildhall");
        let folder = |of: fn(&directories::ProjectDirs) -> PathBuf| dirs.as_ref().map(of).unwrap_or_default();
        let state = folder(|d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_owned());
        Self {
            roster: roster.map_or_else(|| folder(|d| d.data_dir().to_owned()).join("roster.guildhall"), Path::to_owned),
            config: config.map_or_else(|| folder(|d| d.config_dir().to_owned()).join("config.toml"), Path::to_owned),
            config_is_named: config.is_some(),
            state: state.join("screen.toml"),
            log: state.join("guildhall.log"),
        }
    }

    /// The same files, all in one folder: for the demo and for tests.
    #[must_use]
    pub fn under(folder: &Path, roster: &str) -> Self {
        Self {
            roster: folder.join(roster),
            config: folder.join("config.toml"),
            config_is_named: false,
            state: folder.join("screen.toml"),
            log: folder.join("guildhall.log"),
        }
    }

    /// Each with what it is, for the help.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let all = [("roster", &self.roster), ("configuration", &self.config), ("screen", &self.state), ("log", &self.log)];
        all.iter().map(|(what, path)| format!("{what:<14} {}", path.display())).collect()
    }
}
