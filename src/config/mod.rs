//! The user's settings: `config.toml`, which is read but never written. Every mistake is reported, and the rest applies.
//!
//! Must not know the screen, nor what the settings do there.

mod keys;
mod read;

use std::path::{Path, PathBuf};

pub use keys::{Binding, Clash, Keys, Lookup, combination};

use crate::actions::{self, ACTIONS};
use crate::bounded;
use crate::domain::dates::Order;
use crate::domain::framework::Framework;

/// The name of a colour theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// The terminal's own palette.
    #[default]
    Terminal,
    /// For a light background.
    Light,
    /// For a dark background.
    Dark,
    /// Nothing faint, and everything important bold.
    HighContrast,
    /// No colours.
    Mono,
}

impl ThemeName {
    /// All themes, each with its name in the configuration.
    pub const ALL: [(&'static str, Self); 5] = [
        ("terminal", Self::Terminal),
        ("light", Self::Light),
        ("dark", Self::Dark),
        ("high-contrast", Self::HighContrast),
        ("mono", Self::Mono),
    ];
}

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// One of the terminal's 256; the first sixteen are its own palette.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// What is drawn in colour, by its name under `[theme]`.
pub const COLOURED: &[&str] = &["heading", "key", "match", "error", "warning", "good", "focus", "border", "dim"];

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The largest configuration or framework that is accepted, in bytes.
const LONGEST: u64 = 1 << 20;

/// Returns the text of a configuration or a framework.
fn short_text(path: &Path) -> std::io::Result<String> {
    bounded::text(bounded::read_file(path, LONGEST)?)
}

/// The default framework.
const DDAT: &str = include_str!("../../assets/frameworks/ddat.toml");

/// The settings of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The path of the file.
    pub path: PathBuf,
    /// The key bindings.
    pub keys: Keys,
    /// The colour theme.
    pub theme: ThemeName,
    /// Colours that replace single ones of the theme: a name from [`COLOURED`], and the colour.
    pub colours: Vec<(String, Colour)>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// How dates are written.
    pub date_order: Order,
    /// The first day of a week.
    pub week_start: chrono::Weekday,
    /// Job families and roles.
    pub framework: Framework,
    /// Whether the file's valid settings were applied.
    pub is_taken: bool,
    /// What is wrong with the file.
    pub problems: Vec<Problem>,
}

impl Config {
    /// Returns the defaults, for a file at this path.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            keys: Keys::default(),
            theme: ThemeName::default(),
            colours: Vec::new(),
            mouse: true,
            date_order: Order::default(),
            week_start: chrono::Weekday::Mon,
            framework: toml::from_str(DDAT).unwrap_or_default(),
            is_taken: true,
            problems: Vec::new(),
        }
    }

    /// Reads the file. Mistakes are reported in `problems`, and the rest applies. A missing file is a problem only if it `must` exist.
    #[must_use]
    pub fn read(path: &Path, must: bool) -> Self {
        let mut config = Self::at(path);
        let trouble = |message: String| Problem { line: 0, column: 0, message };
        match short_text(path) {
            Ok(text) => read::read(&text, &mut config),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !must => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => config.problems.push(trouble("there is no such file".into())),
            Err(e) => config.problems.push(trouble(format!("it can't be read: {e}"))),
        }
        config.is_taken &= !config.problems.iter().any(|p| p.line == 0);
        config
    }

    /// Returns the problems, one on each line: file, line, column, what is wrong.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let place = |p: &Problem| match p.line {
            0 => self.path.display().to_string(),
            _ => format!("{}:{}:{}", self.path.display(), p.line, p.column),
        };
        self.problems.iter().map(|p| format!("{}: {}", place(p), p.message)).collect()
    }
}

/// Returns a configuration to start from: every action with its keys, all commented out.
#[must_use]
pub fn template() -> String {
    let words = |all: &[&str]| all.join(", ");
    let mut out = format!(
        "# Guildhall's configuration. Lines that are commented out show the defaults; remove the # to change one.\n\n\
         # mouse = true\n\
         # date_format = \"day-first\"    # {}\n\
         # week_start = \"monday\"\n\
         # framework = \"\"                # job families and roles: a file beside this one; empty for the built-in list\n\n\
         [theme]\n# name = \"terminal\"        # {}\n# key = \"cyan\"             # also {}: a colour's name, 0 to 255, or #rrggbb\n\n\
         # Several keys each; two in a row with a space between them, as in \"g g\"; [] for none.\n[keys]\n",
        words(&Order::ALL.map(|(w, _)| w)),
        words(&ThemeName::ALL.map(|(w, _)| w)),
        words(COLOURED),
    );
    for scope in actions::Scope::ALL {
        if !ACTIONS.iter().any(|a| a.scope == *scope) {
            continue;
        }
        out.push_str(&format!("\n# {}\n", scope.heading()));
        for a in ACTIONS.iter().filter(|a| a.scope == *scope) {
            let keys = a.keys.iter().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ");
            let line = format!("# {} = [{keys}]", read::kebab(a.name));
            // Longer lines keep their full length, because a name that was cut off could not be read.
            out.push_str(&format!("{line:<46}  # {}\n", a.doc));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_framework_can_be_read_and_its_aliases_mean_roles() {
        let framework: Framework = toml::from_str(DDAT).unwrap();
        assert_eq!((framework.families.len(), framework.roles().count()), (8, 53));
        for (word, role) in &framework.aliases {
            assert_eq!(framework.role(word).map(|(_, r)| r), Some(role.as_str()), "{word}");
        }
        assert_eq!(
            framework.role("Quality Assurance Testing Analyst").map(|(f, _)| f.name.as_str()),
            Some("Quality assurance testing (QAT)")
        );
    }

    #[test]
    fn a_framework_of_the_leads_own_lies_beside_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(folder.path().join("roles.toml"), "[[family]]\nname = \"Harbour\"\nroles = [\"Pilot\"]\n").unwrap();
        std::fs::write(&path, "framework = \"roles.toml\"\n").unwrap();
        let config = Config::read(&path, true);
        assert!(config.problems.is_empty() && config.framework.role("pilots").is_some(), "{:?}", config.problems);
        std::fs::write(folder.path().join("roles.toml"), "family = 3\n").unwrap();
        let config = Config::read(&path, true);
        assert_eq!(config.problems.len(), 1);
        assert!(config.problems[0].message.contains("roles.toml: "), "{:?}", config.problems);
        assert!(config.framework.role("Service designer").is_some());
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused_without_reading_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "framework = \"/dev/zero\"\n").unwrap();
        let config = Config::read(&path, true);
        assert!(config.problems[0].message.starts_with("/dev/zero: it isn't a file"), "{:?}", config.problems);
        std::fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
        for (file, why) in [(path.as_path(), "it is longer than 1,048,576 bytes"), (folder.path(), "it isn't a file")] {
            let config = Config::read(file, true);
            assert!(!config.is_taken && config.problems[0].message.contains(why), "{:?}", config.problems);
        }
    }
}
