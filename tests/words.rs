//! The program's wording: no phrase of `tests/data/refused-phrases.txt` is in a text that people read.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

use std::path::{Path, PathBuf};

use regex::Regex;

/// A refused phrase, and what to write instead.
struct Phrase {
    pattern: Regex,
    better: String,
}

fn phrases() -> Vec<Phrase> {
    let text = include_str!("data/refused-phrases.txt");
    let lines = text.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
    let read = |line: &str| {
        let (pattern, better) = line.split_once('\t').unwrap_or_else(|| panic!("{line}: a tab and a better wording are missing"));
        Phrase { pattern: Regex::new(pattern).unwrap(), better: better.to_owned() }
    };
    lines.map(read).collect()
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Returns the string literals of a source, each with its line number; leaves out the test module.
fn literals(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let escape = Regex::new(r"\\\n\s*").unwrap();
    let string = Regex::new(r#"^"(?s:[^"\\]|\\.)*""#).unwrap();
    let letter = Regex::new(r"^'(\\.[^']*|[^'\\])'").unwrap();
    let (mut out, mut rest, mut line) = (Vec::new(), source, 1);
    while let Some(c) = rest.chars().next() {
        let raw = rest.strip_prefix("r#\"").map(|r| (r, "\"#")).or_else(|| rest.strip_prefix("r\"").map(|r| (r, "\"")));
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some((text, end)) = raw {
            let length = text.find(end).unwrap();
            out.push((line, text[..length].to_owned()));
            rest.len() - text.len() + length + end.len()
        } else if c == '"' {
            let end = string.find(rest).unwrap().len() - 1;
            // An escaped line break isn't part of the text.
            let text = escape.replace_all(&rest[1..end], "").into_owned();
            out.push((line, text));
            end + 1
        } else if let Some(quoted) = letter.find(rest) {
            quoted.len()
        } else {
            c.len_utf8()
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    out
}

/// Returns the texts of a source that people read: its strings, and in `args.rs` the doc comments that clap prints as help.
fn read_of(path: &Path) -> Vec<(usize, String)> {
    let source = std::fs::read_to_string(path).unwrap();
    let mut out = literals(&source);
    if path.file_name().is_some_and(|n| n.to_string_lossy().ends_with("args.rs")) {
        let help = source.lines().enumerate().filter_map(|(n, l)| Some((n + 1, l.trim().strip_prefix("/// ")?.to_owned())));
        out.extend(help);
    }
    // People don't read SQL statements.
    out.retain(|(_, text)| !["SELECT ", "UPDATE ", "INSERT ", "DELETE ", "CREATE ", "WHERE "].iter().any(|w| text.contains(w)));
    out
}

#[test]
fn what_is_shown_has_none_of_the_refused_phrases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let phrases = phrases();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    // These files quote answers and words of other systems.
    files.retain(|f| !["answers.rs", "foreign.rs", "fuzzing.rs", "tests.rs"].iter().any(|n| f.ends_with(n)));
    let mut found = Vec::new();
    let mut check = |file: &Path, line: usize, text: &str| {
        for phrase in phrases.iter().filter(|p| p.pattern.is_match(text)) {
            let place = file.strip_prefix(root).unwrap().display();
            found.push(format!("{place}:{line}: {text:?}: instead of {}: {}", phrase.pattern, phrase.better));
        }
    };
    for file in &files {
        read_of(file).iter().for_each(|(line, text)| check(file, *line, text));
    }
    for name in ["README.md", "ARCHITECTURE.md"] {
        let file = root.join(name);
        std::fs::read_to_string(&file).unwrap().lines().enumerate().for_each(|(n, text)| check(&file, n + 1, text));
    }
    assert!(found.is_empty(), "{}\n{}", found.len(), found.join("\n"));
}

#[test]
fn strings_are_found_wherever_they_are() {
    let source =
        "fn a() {\n    let s = \"one \\\n        two\"; // \"no\"\n    let c = '\"'; f(r#\"three \"four\"\"#, \"five \\\" six\");\n}\n";
    let texts: Vec<String> = literals(source).into_iter().map(|(_, t)| t).collect();
    assert_eq!(texts, ["one two", "three \"four\"", "five \\\" six"]);
}
