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

/// A path as people type it: `~` is the home folder, a pasted one may be in quotes.
#[must_use]
pub fn expand(typed: &str) -> PathBuf {
    let plain = typed.trim().trim_matches(['\'', '"']);
    match (plain.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(plain),
    }
}

/// How many names of a folder are looked at to complete one.
const MOST_NAMES: usize = 5_000;

/// What is typed of a path, completed as far as all names agree that begin so; `None` if there is nothing to add.
#[must_use]
pub fn complete(typed: &str) -> Option<String> {
    let (folder, begun) = typed.rfind('/').map_or(("", typed), |at| typed.split_at(at + 1));
    let real = if folder.is_empty() { PathBuf::from(".") } else { expand(folder) };
    let names = std::fs::read_dir(real).ok()?.take(MOST_NAMES).flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let wanted = name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
        wanted.then(|| if entry.path().is_dir() { format!("{name}/") } else { name })
    });
    let all = names.reduce(|a, b| a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x).collect())?;
    (all.len() > begun.len()).then(|| format!("{folder}{all}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_the_names_agree() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["list-june.csv", "list-july.csv", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("sent")).unwrap();
        let under = format!("{}/", folder.path().display());
        let completed = |typed: &str| complete(&format!("{under}{typed}")).map(|c| c.trim_start_matches(&under).to_owned());
        assert_eq!(completed("li").as_deref(), Some("list-ju"));
        assert_eq!(completed("list-jun").as_deref(), Some("list-june.csv"));
        assert_eq!(completed("s").as_deref(), Some("sent/"));
        assert_eq!(completed(".h").as_deref(), Some(".hidden"));
        assert_eq!((completed("x"), completed("list-ju"), complete("/no/such/folder/x")), (None, None, None));
    }
}
