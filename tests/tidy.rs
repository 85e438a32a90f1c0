//! The rules of the code base, checked on its source: which module may name which, maximum lengths, what must not be left behind.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop there")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers whose files import each other in one direction.
const NO_CIRCLES: &[&str] = &["search", "store", "book", "exchange", "tui"];

const LONGEST_FILE: usize = 500;
/// Half of the files are no longer than this.
const MEDIAN_FILE: usize = 170;
/// A type with more methods has to be split.
const MOST_METHODS: usize = 40;
/// The most files that the `impl` blocks of one type may be in.
const MOST_FILES: usize = 3;
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

/// Returns the numbered lines of a file without its tests and its comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end].lines().enumerate().map(|(i, l)| (i + 1, l)).filter(|(_, l)| !l.trim_start().starts_with("//"))
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs")
}

/// A line of the table in ARCHITECTURE.md: a module, what it may name, and what no line of it may contain.
struct Rule {
    module: String,
    may_name: Vec<String>,
    never: Vec<String>,
}

/// Reads which module may name which from ARCHITECTURE.md, the only source of these rules.
fn rules() -> Vec<Rule> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let marked = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows = page.lines().skip_while(|l| !l.starts_with("| module |")).skip(2).take_while(|l| l.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        Rule { module: marked(cells[0]).remove(0), may_name: marked(cells[2]), never: marked(cells[3]) }
    })
    .collect()
}

/// Returns the crates that this one depends on, as code names them.
fn dependencies() -> Vec<String> {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    // Those of one platform only are dependencies too.
    let sections = manifest.split("\n[").filter_map(|s| s.split_once("]\n"));
    let of_ours = sections.filter(|(head, _)| *head == "dependencies" || head.ends_with(".dependencies"));
    of_ours.flat_map(|(_, lines)| lines.lines().filter_map(|l| Some(l.split_once('=')?.0.trim().replace('-', "_")))).collect()
}

/// Returns what a line of code names: modules of this crate, and other crates.
fn named<'l>(line: &'l str, modules: &[String], crates: &[String]) -> Vec<&'l str> {
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')).collect();
    let mut out = Vec::new();
    for word in words {
        let mut parts = word.split("::");
        match (parts.next(), parts.next()) {
            (Some("crate"), Some(module)) if modules.iter().any(|m| m == module) => out.push(module),
            (Some(first), Some(_)) if crates.iter().any(|c| c == first) => out.push(first),
            _ => {}
        }
    }
    out
}

#[test]
fn each_module_names_only_what_its_line_of_the_architecture_allows() {
    let (rules, crates) = (rules(), dependencies());
    let modules: Vec<String> = rules.iter().map(|r| r.module.clone()).collect();
    let files = all();
    let mut found = String::new();
    for rule in &rules {
        let (file, folder) = (format!("src/{}.rs", rule.module), format!("src/{}/", rule.module));
        let own: Vec<&(String, String)> = files.iter().filter(|(n, _)| (*n == file || n.starts_with(&folder)) && !is_test(n)).collect();
        assert!(!own.is_empty(), "{} is no module", rule.module);
        // In a module that has a file with a crate's name, the bare name is the file.
        let is_file = |name: &str| own.iter().any(|(n, _)| *n == format!("{folder}{name}.rs"));
        for (name, text) in &own {
            for (line, content) in code(text) {
                // A list would hide what it names from this test.
                if content.contains("crate::{") {
                    writeln!(found, "{name}:{line}: name each module on a line of its own").unwrap();
                }
                let wrong = named(content, &modules, &crates).into_iter();
                for word in wrong.filter(|w| *w != rule.module && !is_file(w) && !rule.may_name.iter().any(|m| m == w)) {
                    writeln!(found, "{name}:{line}: {} must not name {word}", rule.module).unwrap();
                }
                for word in rule.never.iter().filter(|w| content.contains(w.as_str())) {
                    writeln!(found, "{name}:{line}: {} must not contain {word}", rule.module).unwrap();
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn what_is_allowed_is_named_and_every_module_has_a_line() {
    let (rules, crates) = (rules(), dependencies());
    let modules: Vec<String> = rules.iter().map(|r| r.module.clone()).collect();
    let files = all();
    for rule in &rules {
        let (file, folder) = (format!("src/{}.rs", rule.module), format!("src/{}/", rule.module));
        let own = files.iter().filter(|(n, _)| *n == file || n.starts_with(&folder));
        let used: BTreeSet<String> = own
            .flat_map(|(_, text)| code(text).flat_map(|(_, l)| named(l, &modules, &crates)).map(str::to_owned).collect::<Vec<_>>())
            .collect();
        for name in &rule.may_name {
            assert!(used.contains(name), "{} does not name {name}: take it off its line in ARCHITECTURE.md", rule.module);
        }
    }
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for module in lib.lines().filter_map(|l| l.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')) {
        assert!(modules.iter().any(|m| m == module), "{module} has no line in ARCHITECTURE.md");
    }
}

#[test]
fn no_files_of_a_layer_import_each_other_in_a_circle() {
    let all = all();
    let found: Vec<String> = NO_CIRCLES.iter().flat_map(|layer| Layer::new(layer, &all).circles()).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_circle_is_named_however_it_is_written() {
    let file = |name: &str, text: &str| (format!("src/town/{name}.rs"), text.to_owned());
    let files = [
        file("mod", "mod baker;\nmod mill;\nmod farm;\nmod mayor;\nmod clerk;\npub use mill::Flour;\npub struct Town;\n"),
        // An import through the root, which only re-exports, and a use through a module's name.
        file("baker", "use super::{Flour, Town};\nuse crate::domain::words;\n"),
        file("mill", "use super::farm;\npub struct Flour;\nfn grind() { farm::reap() }\n"),
        file("farm/mod", "mod field;\npub use field::reap;\npub struct Corn;\n"),
        file("farm/field", "use super::Corn;\npub fn reap() { let _ = crate::town::baker::bread(); }\n"),
        // Imports to and from the root, names in comments and imports in tests don't make a circle.
        file("mayor", "use super::Town;\n// As super::clerk::Clerk.\n#[cfg(test)]\nmod tests {\n    use super::super::clerk;\n}\n"),
        file("clerk", "use super::mayor::{\n    Chain as Gold,\n};\n"),
    ];
    assert_eq!(Layer::new("town", &files).circles(), ["town: baker → mill → farm/field → baker"]);
}

/// The files of a layer: the imports of each, and the rest of its code. The key of a file is its module's path within the layer.
struct Layer {
    name: String,
    files: BTreeMap<Vec<String>, (Vec<Import>, String)>,
}

/// A name that a file imports.
struct Import {
    path: Vec<String>,
    name: String,
    /// Whether the import is a re-export (`pub use`).
    passed_on: bool,
}

impl Layer {
    fn new(name: &str, all: &[(String, String)]) -> Self {
        let root = format!("src/{name}/");
        let mut files = BTreeMap::new();
        for (path, text) in all.iter().filter(|(p, _)| !is_test(p)) {
            let Some(path) = path.strip_prefix(&root) else { continue };
            let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            module.pop_if(|last| last == "mod");
            files.insert(module, imports_and_rest(text));
        }
        Self { name: name.to_owned(), files }
    }

    /// Returns the file that defines what a path means in a module; `None` if no file of this layer does.
    fn defined_in(&self, module: &[String], path: &[String], passed: usize) -> Option<Vec<String>> {
        let first = path.first()?;
        let (mut at, mut rest) = (module.to_vec(), path);
        match first.as_str() {
            "crate" if path.get(1) == Some(&self.name) => (at, rest) = (Vec::new(), &path[2..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|s| s == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            // Any other path begins with a child module or with an import of this file.
            name if !self.is_child(module, name) && !self.files[module].0.iter().any(|i| i.name == name) => return None,
            _ => {}
        }
        while let Some(name) = rest.first() {
            if self.is_child(&at, name) {
                at.push(name.clone());
            } else if let Some(import) = self.files.get(&at)?.0.iter().find(|i| i.name == *name && passed < 9) {
                return self.defined_in(&at, &[&import.path, &rest[1..]].concat(), passed + 1);
            } else {
                break;
            }
            rest = &rest[1..];
        }
        Some(at)
    }

    fn is_child(&self, module: &[String], name: &str) -> bool {
        self.files.contains_key(&[module, &[name.to_owned()]].concat())
    }

    /// Returns the files whose names a file uses. The root re-exports names of the files below it, so it never counts as part of a circle.
    fn used_by(&self, module: &[String]) -> BTreeSet<Vec<String>> {
        let (imports, rest) = &self.files[module];
        let has_children = |m: &Vec<String>| self.files.keys().any(|k| k.len() > m.len() && k.starts_with(m));
        let imported = imports.iter().filter(|i| !i.passed_on).filter_map(|i| {
            let file = self.defined_in(module, &i.path, 0)?;
            // Importing a module that has children isn't a use yet: the paths in the code show what the file uses of it.
            (!(has_children(&file) && file.last() == i.path.last())).then_some(file)
        });
        let inline = paths(rest).into_iter().filter_map(|path| self.defined_in(module, &path, 0));
        imported.chain(inline).filter(|file| file != module && !file.is_empty()).collect()
    }

    /// Returns the shortest circle through each file, each circle once.
    fn circles(&self) -> Vec<String> {
        let uses: BTreeMap<_, _> = self.files.keys().filter(|m| !m.is_empty()).map(|m| (m.clone(), self.used_by(m))).collect();
        let mut found = BTreeSet::new();
        for start in uses.keys() {
            let mut ways = VecDeque::from([vec![start]]);
            let mut seen = BTreeSet::new();
            while let Some(mut way) = ways.pop_front() {
                let next = &uses[way[way.len() - 1]];
                if next.contains(start) {
                    let least = (0..way.len()).min_by_key(|at| way[*at]).unwrap();
                    way.rotate_left(least);
                    let names: Vec<String> = way.iter().chain([&way[0]]).map(|m| m.join("/")).collect();
                    found.insert(format!("{}: {}", self.name, names.join(" → ")));
                    break;
                }
                ways.extend(next.iter().filter(|n| seen.insert(*n)).map(|n| way.iter().copied().chain([n]).collect()));
            }
        }
        found.into_iter().collect()
    }
}

/// Returns the imports of a file, and the rest of its code.
fn imports_and_rest(text: &str) -> (Vec<Import>, String) {
    let (mut imports, mut rest) = (Vec::new(), String::new());
    let mut lines = code(text).map(|(_, line)| line);
    while let Some(line) = lines.next() {
        let words = line.trim_start();
        let passed_on = words.starts_with("pub");
        let Some(mut import) = words.split_once("use ").filter(|(b, _)| b.is_empty() || b.starts_with("pub")).map(|(_, t)| t.to_owned())
        else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        while !import.contains(';') {
            import.push_str(lines.next().expect("an import ends"));
        }
        flatten(&[], import.trim_end().trim_end_matches(';'), passed_on, &mut imports);
    }
    (imports, rest)
}

/// Appends the paths of `a::{b, c::{d as e}}` to `out`, one by one.
fn flatten(before: &[String], tree: &str, passed_on: bool, out: &mut Vec<Import>) {
    let (head, inner) = tree.split_once('{').map_or((tree, None), |(head, inner)| (head, Some(inner)));
    let (head, name) = head.split_once(" as ").map_or((head, None), |(head, name)| (head, Some(name.trim().to_owned())));
    let mut path = before.to_vec();
    path.extend(head.split("::").map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned));
    let Some(inner) = inner else {
        path.pop_if(|last| last == "self" && !before.is_empty());
        let Some(last) = path.last().cloned() else { return };
        out.push(Import { path, name: name.unwrap_or(last), passed_on });
        return;
    };
    let (mut depth, mut from) = (0, 0);
    let inner = &inner[..inner.rfind('}').expect("a tree is closed")];
    for (at, sign) in inner.char_indices().chain([(inner.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                flatten(&path, inner[from..at].trim(), passed_on, out);
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// Returns the paths of two names or more in code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    words
        .filter(|w| w.contains("::") && !w.starts_with(':'))
        .map(|w| w.split("::").filter(|s| !s.is_empty()).map(str::to_owned).collect())
        .collect()
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
fn no_type_grows_without_end_and_half_of_the_files_are_short() {
    let mut lengths = Vec::new();
    let mut types: BTreeMap<(String, String), (usize, BTreeSet<String>)> = BTreeMap::new();
    for (name, text) in all().iter().filter(|(n, _)| !is_test(n)) {
        let lines: Vec<(usize, &str)> = code(text).collect();
        lengths.push(lines.last().map_or(0, |(n, _)| *n));
        let mut of: Option<String> = None;
        for (_, content) in lines {
            if let Some(rest) = content.strip_prefix("impl") {
                let rest = rest.strip_prefix('<').and_then(|r| r.split_once("> ")).map_or(rest, |(_, r)| r);
                // The trait decides how many methods its implementation has, so they don't count.
                of = (!rest.contains(" for ")).then(|| rest.trim().split(['<', ' ']).next().unwrap_or_default().to_owned());
            } else if content.starts_with('}') {
                of = None;
            } else if let Some(of) = &of {
                let layer = name.trim_start_matches("src/").split('/').next().unwrap_or_default().to_owned();
                let words = content.trim_start();
                let indent = content.len() - words.len();
                let entry = types.entry((layer, of.clone())).or_default();
                entry.1.insert(name.clone());
                let is_fn = [
                    "fn ",
                    "pub fn ",
                    "pub const fn ",
                    "const fn ",
                    "pub(super) fn ",
                    "pub(crate) fn ",
                    "pub(super) const fn ",
                    "pub(crate) const fn ",
                ];
                if indent == 4 && is_fn.iter().any(|w| words.starts_with(w)) {
                    entry.0 += 1;
                }
            }
        }
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= MEDIAN_FILE, "half of the files have more than {} lines", lengths[lengths.len() / 2]);
    let mut found = String::new();
    for ((layer, of), (methods, files)) in types.iter().filter(|((layer, _), _)| layer == "tui") {
        if *methods > MOST_METHODS || files.len() > MOST_FILES {
            writeln!(found, "{layer}: {of} has {methods} methods in {} files: {files:?}", files.len()).unwrap();
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

/// Hints, help and configuration know the keys in the table of actions only, so other code must not name a key. Text fields are the
/// exception: the keys that edit a text aren't actions.
#[test]
fn keys_are_named_in_the_table_of_actions_and_in_text_fields_alone() {
    let mut found = String::new();
    for (name, text) in
        all().iter().filter(|(name, _)| !is_test(name) && !["src/tui/edit.rs", "src/config/keys.rs"].contains(&name.as_str()))
    {
        for (line, _) in code(text).filter(|(_, content)| content.contains("KeyCode::")) {
            writeln!(found, "{name}:{line}: a key belongs into src/actions.rs").unwrap();
        }
    }
    assert!(found.is_empty(), "{found}");
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
