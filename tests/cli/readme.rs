//! The README: each command in it runs, and each option that it mentions exists.

use std::collections::BTreeSet;

use crate::{Desk, code, err, out};

const README: &str = include_str!("../../README.md");

/// The commands of the README that open the screen or build the program: `tests/terminal.rs` runs the first, and CI the others.
const ELSEWHERE: &[&str] = &["cargo run --release", "cargo test"];

/// Returns the lines of the blocks of shell commands, without their comments.
fn commands() -> Vec<&'static str> {
    let blocks = README.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let lines = blocks.flat_map(str::lines);
    lines.map(|line| line.split(" # ").next().unwrap().trim()).filter(|line| !line.is_empty()).collect()
}

/// Splits a command as a shell does, as far as single quotes go: the README uses no others.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[test]
fn every_command_runs() {
    let desk = Desk::new();
    desk.file("survey.csv", "Name,E-mail,Organisation\nCy Young,cy@example.org,DWP\n");
    desk.file("speakers.txt", "ann@example.org\nBo Smith\n");
    desk.file("changes.jsonl", "{\"do\": \"tag\", \"who\": \"ann@example.org\", \"tag\": \"a11y\"}\n");
    desk.file("communities.md", include_str!("../data/guilds-table.md"));
    let mut ran = 0;
    for line in commands().into_iter().filter(|line| !ELSEWHERE.contains(line)) {
        let words = words(line);
        assert_eq!(words[0], "guildhall", "{line}");
        let run = desk.run(&words[1..].iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(code(&run), 0, "{line}: {}{}", out(&run), err(&run));
        assert!(!out(&run).is_empty() || !err(&run).is_empty(), "{line} says nothing");
        ran += 1;
    }
    assert!(ran > 30, "{ran}");
}

#[test]
fn every_option_and_command_that_is_mentioned_exists() {
    let desk = Desk::new();
    let manual = out(&desk.run(&["man"])).replace("\\-", "-");
    let verbs: BTreeSet<&str> = manual.lines().filter_map(|l| l.strip_prefix(".SS guildhall ")).collect();
    assert!(verbs.contains("directory publish") && verbs.len() > 40, "{verbs:?}");
    let spans = README.split('`').skip(1).step_by(2).filter(|s| !s.contains('\n'));
    let mut options = 0;
    for span in spans {
        for word in span.split(&[' ', '|', '(', ')'][..]).filter(|w| w.starts_with("--") && w.len() > 3) {
            // The options of other programs stand in the table of figures.
            assert!(span.contains("cargo") || manual.contains(word), "{word} in `{span}`");
            options += 1;
        }
        if let Some(verb) = span.strip_prefix("guildhall ").and_then(|rest| rest.split(' ').next())
            && !verb.starts_with('-')
        {
            assert!(verbs.contains(verb), "`{span}`");
        }
    }
    assert!(options > 10, "{options}");
}
