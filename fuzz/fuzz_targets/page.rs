//! A Markdown page: each part stands where it is said to, what isn't changed stays byte for byte, and a page that is written can be read.
#![no_main]

use guildhall::domain::text::same_key;
use guildhall::exchange::page::{Edits, Hints, Layout, apply, fresh, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // Headings are communities also where their names are known.
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
});
