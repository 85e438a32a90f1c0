//! The rules of the house, checked on the source: who may name whom, how long things may be, what must not stay behind.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A layer, and what no line of its code may contain.
const MUST_NOT_NAME: &[(&str, &[&str])] = &[
    (
        "src/domain",
        &[
            "ratatui",
            "crossterm",
            "rusqlite",
            "csv::",
            "std::fs",
            "std::io",
            "now()",
            "crate::store",
            "crate::search",
            "crate::exchange",
            "crate::book",
            "crate::tui",
            "crate::cli",
        ],
    ),
    ("src/search", &["rusqlite", "ratatui", "crossterm", "crate::store", "crate::exchange", "crate::book", "crate::tui", "crate::cli"]),
    ("src/store", &["ratatui", "crossterm", "crate::exchange", "crate::search", "crate::book", "crate::tui", "crate::cli"]),
    ("src/exchange", &["rusqlite", "ratatui", "crossterm", "crate::store", "crate::search", "crate::book", "crate::tui", "crate::cli"]),
    ("src/book", &["ratatui", "crossterm", "rusqlite", "crate::tui", "crate::cli"]),
    ("src/cli", &["rusqlite", "ratatui", "crossterm", "crate::store", "crate::tui"]),
    ("src/tui", &["rusqlite", "crate::store", "crate::cli", "std::fs", "SELECT "]),
    ("src/actions.rs", &["crate::", "ratatui", "rusqlite"]),
    ("src/paths.rs", &["crate::", "ratatui", "rusqlite"]),
    ("src/config", &["ratatui", "rusqlite", "crate::store", "crate::search", "crate::exchange", "crate::book", "crate::tui", "crate::cli"]),
    ("src/log.rs", &["crate::", "ratatui", "rusqlite"]),
    ("src/remembered.rs", &["crate::", "ratatui", "rusqlite"]),
];

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 60;

fn sources(under: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    sources(&root.join("src"), &mut paths);
    paths.sort();
    paths.into_iter().map(|p| (p.strip_prefix(root).unwrap().to_string_lossy().into_owned(), fs::read_to_string(&p).unwrap())).collect()
}

/// The code of a file without its tests and its comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().enumerate().map(|(i, l)| (i + 1, l)).filter(|(_, l)| !l.trim_start().starts_with("//"))
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs")
}

#[test]
fn no_module_names_one_above_it() {
    let mut found = String::new();
    for (name, text) in all().iter().filter(|(n, _)| !is_test(n)) {
        for (layer, forbidden) in MUST_NOT_NAME.iter().filter(|(l, _)| name.starts_with(l)) {
            for (line, content) in code(text) {
                for word in forbidden.iter().filter(|w| content.contains(**w)) {
                    writeln!(found, "{name}:{line}: {} must not name {word}", layer.trim_start_matches("src/")).unwrap();
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn files_and_functions_stay_short() {
    let mut found = String::new();
    for (name, text) in all().iter().filter(|(n, _)| !is_test(n)) {
        let lines: Vec<(usize, &str)> = code(text).collect();
        let length = lines.last().map_or(0, |(n, _)| *n);
        if length > LONGEST_FILE {
            writeln!(found, "{name}: {length} lines, {LONGEST_FILE} at most").unwrap();
        }
        let mut begun: Option<(usize, usize)> = None;
        for (line, content) in text.lines().enumerate().take(length).map(|(i, l)| (i + 1, l)) {
            let indent = content.len() - content.trim_start().len();
            let words = content.trim_start();
            let is_fn =
                ["fn ", "pub fn ", "pub const fn ", "const fn ", "pub(super) fn ", "pub(crate) fn "].iter().any(|w| words.starts_with(w));
            if is_fn && begun.is_none() && !content.trim_end().ends_with('}') && !content.trim_end().ends_with(';') {
                begun = Some((line, indent));
            } else if let Some((start, depth)) = begun
                && indent == depth
                && words.starts_with('}')
            {
                if line - start > LONGEST_FUNCTION {
                    writeln!(found, "{name}:{start}: a function of {} lines, {LONGEST_FUNCTION} at most", line - start).unwrap();
                }
                begun = None;
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn every_module_says_what_it_is_and_what_it_must_not_know() {
    let mut found = String::new();
    for (name, text) in all().iter().filter(|(n, _)| !is_test(n)) {
        let head: String = text.lines().take_while(|l| l.starts_with("//!")).collect::<Vec<_>>().join("\n");
        let entry = name.ends_with("main.rs")
            || name.ends_with("lib.rs")
            || name.ends_with("panes/mod.rs")
            || name.ends_with("overlays/mod.rs")
            || name.ends_with("forms/mod.rs");
        if head.is_empty() {
            writeln!(found, "{name}:1: a module says what it is: //!").unwrap();
        } else if !entry && !head.to_lowercase().contains("must not") {
            writeln!(found, "{name}:1: a module says what it must not know").unwrap();
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn nothing_is_left_for_later() {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat(), ["coming ", "soon"].concat()];
    for (name, text) in all() {
        for (i, line) in text.lines().enumerate() {
            assert!(!words.iter().any(|w| line.contains(w.as_str())), "{name}:{}: {line}", i + 1);
        }
    }
}

#[test]
fn the_key_table_of_the_readme_is_that_of_the_program() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- keys: generated by `guildhall keys --format markdown` -->\n").expect("the start mark");
    let (table, _) = rest.split_once("<!-- end of keys -->").expect("the end mark");
    assert_eq!(table.trim(), guildhall::actions::markdown().trim(), "run `guildhall keys --format markdown` and paste it into the README");
}

#[test]
fn every_layer_is_in_the_architecture() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    for layer in ["domain", "store", "search", "exchange", "book", "cli", "tui", "actions", "config", "log", "paths", "remembered"] {
        assert!(page.contains(&format!("`{layer}`")), "{layer}");
    }
}
