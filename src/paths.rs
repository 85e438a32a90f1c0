//! The paths of the roster, the configuration, the saved state and the log: in the platform's usual folders (on Linux, the XDG folders),
//! unless the user chooses others.
//!
//! Must not know what the files contain.

use std::path::{Path, PathBuf};

/// The files of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The roster.
    pub roster: PathBuf,
    /// The configuration.
    pub config: PathBuf,
    /// Whether the user named the configuration, which must then exist.
    pub config_is_named: bool,
    /// The state of the screen: columns, borders, recent commands. No personal data.
    pub state: PathBuf,
    /// The log. No personal data.
    pub log: PathBuf,
}

/// Returns a path as people type it: `~` is the home folder, and a pasted path may be in quotes.
#[must_use]
pub fn expand(typed: &str) -> PathBuf {
    let plain = typed.trim().trim_matches(['\'', '"']);
    match (plain.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(plain),
    }
}

/// How many names in a folder are read to complete one.
const MOST_NAMES: usize = 5_000;

/// A file or folder that completes a path being typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Whether it isn't a folder, because folders are sorted first.
    is_file: bool,
    /// Whether it is a file of another kind, because files of the wanted kinds are sorted before them.
    is_other: bool,
    /// Its name, ending in `/` for a folder.
    pub name: String,
    /// The path to type for it.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Whether it is a file of a wanted kind.
    pub fits: bool,
}

/// Returns the files and folders that complete a typed path: folders first, then files with an extension in `kinds` (any, if it is empty),
/// then other files. Names that begin with a dot are listed only once a dot is typed.
#[must_use]
pub fn below(typed: &str, kinds: &[&str]) -> Vec<Found> {
    let (folder, begun) = typed.rfind('/').map_or(("", typed), |at| typed.split_at(at + 1));
    let real = if folder.is_empty() { PathBuf::from(".") } else { expand(folder) };
    let Ok(entries) = std::fs::read_dir(real) else { return Vec::new() };
    let lower = begun.to_lowercase();
    let found = entries.take(MOST_NAMES).flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let wanted = name.to_lowercase().starts_with(&lower) && (begun.starts_with('.') || !name.starts_with('.'));
        let is_folder = entry.path().is_dir();
        let ends = |kind: &&str| Path::new(&name).extension().is_some_and(|e| e.eq_ignore_ascii_case(kind));
        let fits = !is_folder && (kinds.is_empty() || kinds.iter().any(ends));
        let name = if is_folder { format!("{name}/") } else { name };
        let path = format!("{folder}{name}");
        wanted.then_some(Found { is_file: !is_folder, is_other: !is_folder && !fits, name, path, is_folder, fits })
    });
    let mut all: Vec<Found> = found.collect();
    all.sort();
    all
}

/// Returns the folder part of a path as typed, to start the next path with; `None` if there is no such folder.
#[must_use]
pub fn folder_of(typed: &str) -> Option<String> {
    let plain = typed.trim().trim_matches(['\'', '"']);
    let folder = plain.rfind('/').map_or("", |at| &plain[..=at]);
    (folder.is_empty() || expand(folder).is_dir()).then(|| folder.to_owned())
}

/// Returns a typed path, completed as far as all matching names agree; `None` if there is nothing to add.
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
    /// Returns the given paths, or otherwise those in the platform's folders.
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

    /// Returns the paths with all files in one folder, for the demo and for tests.
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

    /// Returns the path of the sample roster: next to the user's own, and never the same.
    #[must_use]
    pub fn sample(&self) -> PathBuf {
        let sample = self.roster.with_file_name("sample.guildhall");
        if sample == self.roster { self.roster.with_file_name("sample-2.guildhall") } else { sample }
    }

    /// Returns each path with its description, for the help.
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

    #[test]
    fn what_lies_below_a_path_has_folders_first_then_what_fits() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.txt", "A.CSV", ".hidden.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("sent")).unwrap();
        let under = format!("{}/", folder.path().display());
        let names = |typed: &str, kinds: &[&str]| below(&format!("{under}{typed}"), kinds).into_iter().map(|f| f.name).collect::<Vec<_>>();
        assert_eq!(names("", &["csv"]), ["sent/", "A.CSV", "b.csv", "a.txt"]);
        assert_eq!(names("a", &[]), ["A.CSV", "a.txt"]);
        assert_eq!(names(".", &[]), [".hidden.csv"]);
        assert_eq!(below("/no/such/folder/", &[]), []);
        assert_eq!((folder_of(&format!("{under}x.csv")), folder_of("x.csv")), (Some(under), Some(String::new())));
        assert_eq!(folder_of("/no/such/folder/x.csv"), None);
    }
}
