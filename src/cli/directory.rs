//! `directory`: the public page taken in, written, compared.
//!
//! Must not know how a page is read or written.

use std::io::Write;
use std::path::Path;

use super::args::{Directory, PageLayout};
use super::{CliError, clock, say};
use crate::book::{Book, BookError, DirectoryPlan, Layout, PublishOptions, StoreError};
use crate::domain::text;

/// Runs one of its verbs.
pub(super) fn run(
    what: &Directory,
    open: impl FnOnce() -> Result<Book, CliError>,
    roster: &Path,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    match what {
        Directory::Import { page, dry_run, repair } => {
            let nowhere = tempfile::tempdir()?;
            let mut book = match open() {
                Err(CliError::Book(BookError::Store(StoreError::Absent(_)))) if *dry_run => {
                    Book::create(&nowhere.path().join("rehearsal.guildhall"), clock())?
                }
                Err(CliError::Book(BookError::Store(StoreError::Absent(_)))) => {
                    // A page that can't be read leaves no new roster behind.
                    Book::create(&nowhere.path().join("rehearsal.guildhall"), clock())?.import_page(page, *repair, true)?;
                    let book = Book::create(roster, clock())?;
                    say(&format!("created a new roster at {}", roster.display()));
                    book
                }
                other => other?,
            };
            let plan = book.import_page(page, *repair, *dry_run)?;
            describe(&plan, out)
        }
        Directory::Publish { page, layout, counts, repair, dry_run } => {
            let layout = layout.map(|l| match l {
                PageLayout::Table => Layout::Table,
                PageLayout::Sections => Layout::Sections,
            });
            publish(&mut open()?, page, &PublishOptions { layout, counts: *counts, repair: *repair, dry_run: *dry_run }, out)
        }
        Directory::Diff { page } => {
            let diff = open()?.diff_page(page)?;
            if diff.from_roster.is_empty() {
                writeln!(out, "The page and the roster agree.")?;
            }
            for sentence in &diff.from_roster {
                writeln!(out, "{}", text::safe(sentence))?;
            }
            match &diff.from_before {
                Some(sentences) if !sentences.is_empty() => {
                    writeln!(out, "Since the page was last read or written:")?;
                    sentences.iter().try_for_each(|s| writeln!(out, "  {}", text::safe(s)))?;
                }
                _ => {}
            }
            Ok(())
        }
    }
}

fn describe(plan: &DirectoryPlan, out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "{}: {}", text::safe(&plan.page), text::safe(&plan.summary()))?;
    for line in plan.in_words("--repair") {
        writeln!(out, "  {}", text::safe(&line))?;
    }
    Ok(())
}

/// Writes the page, after it is said whose names are withheld.
fn publish(book: &mut Book, page: &Path, options: &PublishOptions, out: &mut dyn Write) -> Result<(), CliError> {
    let planned = book.publish_page(page, &PublishOptions { dry_run: true, ..options.clone() })?;
    for withheld in &planned.withheld {
        writeln!(out, "{}", text::safe(withheld))?;
    }
    out.flush()?;
    let done = if options.dry_run { planned } else { book.publish_page(page, options)? };
    for change in &done.changes {
        writeln!(out, "{}", text::safe(change))?;
    }
    for kept in &done.kept {
        writeln!(out, "left as it is: {}", text::safe(kept))?;
    }
    let place = page.display();
    say(&if options.dry_run {
        let n = text::count(done.changes.len() as u64, "change", "changes");
        if done.written { format!("dry run: {n} would be written to {place}") } else { format!("dry run: {place} is already up to date") }
    } else if done.written {
        format!("written to {place}")
    } else {
        format!("{place} is already up to date; it was not changed")
    });
    Ok(())
}
