//! The bodies of the fuzz targets in `fuzz/`, which can't reach private items: each checks what must be true for any untrusted input.
//!
//! Compiled only for fuzzing and for tests. Must not know who generates the input.
#![allow(clippy::expect_used, clippy::panic, reason = "a target that fails should stop there")]

use std::cell::RefCell;
use std::fs;

use chrono::{Datelike, NaiveDate, Weekday};
use tempfile::NamedTempFile;

use crate::config::Config;
use crate::domain::dates::{Calendar, Lean, Order, iso, time};
use crate::domain::listed::Incoming;
use crate::domain::query::{FIELDS, Known, LONGEST, Plan, Scope, When, parse};
use crate::domain::text::same_key;
use crate::exchange::columns::{Mapping, Reading};
use crate::exchange::page::{Edits, Hints, Layout, apply, fresh, read};
use crate::exchange::reports::Report;
use crate::exchange::{Rows, SourceFile};
use crate::search::Card;

thread_local! {
    // The same file for the whole run, rewritten each time, because the encoding is detected from a file.
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a temporary file"));
}

/// Reads rows of a CSV file in any encoding, as people or as a report from a mailing service.
pub fn rows(bytes: &[u8]) {
    FILE.with_borrow(|file| {
        fs::write(file.path(), bytes).expect("the temporary file");
        if let Ok(source) = SourceFile::open(file.path()) {
            read_rows(source);
        }
    });
}

fn read_rows(mut source: SourceFile) {
    let Ok(encoded) = source.decoded() else { return };
    let Ok(mut rows) = Rows::new(encoded) else { return };
    let known = ["Team".to_owned(), "Büro".to_owned()];
    let Ok(Some(header)) = rows.next_row() else { return };
    let mut before = header.line;
    let (report, mapping) = (Report::recognise(header), Mapping::new(header, &known));
    let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
    let mut incoming = Incoming::default();
    while let Ok(Some(row)) = rows.next_row() {
        // A blank row before it, or a quoted line end in it, only moves the line forward.
        assert!(row.line >= before, "line {} after line {before}", row.line);
        before = row.line;
        assert_eq!(row.field(row.len()), "");
        if let Some(report) = &report {
            let _ = report.read(row);
        }
        if let Ok(mapping) = &mapping {
            let _ = mapping.read(row, Reading { today, community: None }, &mut incoming);
            let _ = mapping.read(row, Reading { today, community: Some("Cartographers") }, &mut incoming);
        }
    }
}

/// Parses a query: a valid one prints with the same meaning, and an error points into the query.
pub fn query(query: &str) {
    let fields = ["team".to_owned(), "Start Date".to_owned()];
    let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
    let card = FIELDS.iter().fold(Card::default(), |card, f| card.with(f.key.clone(), "Ada of the maps"));
    for scope in [Scope::People, Scope::Communities, Scope::Meetups, Scope::Organisations] {
        let known = Known { scope, fields: &fields };
        match parse(query, known) {
            Ok(expr) => {
                let printed = expr.to_string();
                // Printing adds characters, which may make it longer than a query may be.
                if printed.chars().count() > LONGEST {
                    continue;
                }
                let again = parse(&printed, known);
                assert!(again.as_ref() == Ok(&expr), "{query:?} is printed as {printed:?}, which is {again:?}, not {expr:?}");
                for memberships in [true, false] {
                    let plan = Plan::new(&expr, today, memberships).within(Some(1));
                    let _ = (plan.holds(&card), plan.words());
                }
            }
            Err(e) => {
                assert!(e.at <= query.chars().count(), "{} of {query:?}", e.at);
                assert_eq!(e.pointed(query).lines().count(), 3);
            }
        }
    }
}

/// Parses a typed date or time: the result is between 1900 and 2200, and its written form parses to the same day.
pub fn dates(input: (u16, &str)) {
    let (day, typed) = input;
    // Today's date: a day in the 180 years from 1950.
    let first = NaiveDate::from_ymd_opt(1950, 1, 1).expect("a date");
    let today = first + chrono::Days::new(u64::from(day));
    for (order, week_start) in Order::ALL.into_iter().map(|(_, o)| o).zip([Weekday::Mon, Weekday::Sun, Weekday::Sat]) {
        let calendar = Calendar { today, order, week_start };
        for lean in [Lean::Ahead, Lean::Back] {
            let Ok((date, _)) = calendar.read_with_time(typed, lean) else { continue };
            assert!((1900..=2200).contains(&date.year()), "{typed:?} is {date}");
            for written in [calendar.plain(date), date.to_string()] {
                assert_eq!(calendar.read(&written, lean), Ok(date), "{typed:?}, written {written:?}");
            }
            let _ = (calendar.in_full(date), calendar.short(date), calendar.distance(date), calendar.brief_distance(date));
        }
    }
    let _ = (iso(typed), time(typed));
    if let Some(when) = When::read(typed) {
        let (from, to) = when.span(today);
        assert!(from <= to, "{typed:?} is from {from} to {to}");
        assert_eq!(When::read(&when.to_string()), Some(when), "{typed:?}");
    }
}

/// Reads a Markdown page: entries lie within the text, a page without edits is unchanged byte for byte, and writing a page never panics.
pub fn page(text: &str) {
    // Headings are also communities if their names are known.
    let names = text.lines().take(3).map(|l| same_key(l.trim_start_matches('#'))).filter(|n| !n.is_empty()).collect();
    for hints in [Hints::default(), Hints { names, places: Vec::new() }] {
        let Ok(page) = read(text, "page.md", &hints) else { continue };
        assert_eq!(page.text, text);
        assert_eq!(apply(&page, &Edits::default()), text, "nothing was to be changed");
        for entry in &page.entries {
            assert!(text.get(entry.range.clone()).is_some(), "{:?} is no part of the page", entry.range);
        }
        let removed = Edits { removed: vec![0], added: vec![page.entries[0].printed.clone()], ..Edits::default() };
        let _ = apply(&page, &removed);
        let all: Vec<_> = page.entries.iter().map(|e| (e.printed.clone(), Some("3".to_owned()))).collect();
        for layout in [Layout::Table, Layout::Sections] {
            let _ = read(&fresh("Communities", &all, layout), "page.md", &Hints::default());
        }
    }
}

/// Reads a configuration: every mistake is reported with a position in the file, and none makes the program fail.
pub fn config(bytes: &[u8]) {
    // It names another file, which would be read from anywhere on the disk.
    if bytes.windows(9).any(|w| w == b"framework") {
        return;
    }
    FILE.with_borrow(|file| {
        fs::write(file.path(), bytes).expect("the temporary file");
        let config = Config::read(file.path(), true);
        let lines = bytes.iter().filter(|b| **b == b'\n').count() + 1;
        for problem in &config.problems {
            assert!(problem.line <= lines && (problem.line == 0) == (problem.column == 0), "{problem:?}");
        }
        assert_eq!(config.complaints().len(), config.problems.len());
        assert!(config == Config::read(file.path(), true), "it reads otherwise the second time");
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_targets_hold_of_what_one_would_try_first() {
        super::rows(b"Name;E-mail\nAnn;ann@example.org\n\"Bo\nSmith\";bo@example.org\n");
        super::rows(b"\xff\xfeN\0a\0m\0e\0\n\0");
        for query in ["ann org:maps -tag:x | (status:left seen:<90d)", "org:", "seen:+33030-2-2", "((", ""] {
            super::query(query);
        }
        for typed in ["next tue 18:30", "1/3/2026", "2026-02-30", "", "in 3 days", "0-01-01Tnoon", "0001-01-01T10:00", "2026-11-27T10:00"] {
            super::dates((28_000, typed));
        }
        super::page("# Communities\n\n## Data\n\nHead of Data: person TBC\n");
        super::page("");
        super::page("# C\n\n## Data\n\n| Community | Head |\n| --- | --- |\n| Data | , |\n| Maps | ,, |\n\nHead of Data: ,\n");
        super::config(b"[keys]\nquit = \"ctrl-\"\nmouse = 3\n\xff");
    }
}
