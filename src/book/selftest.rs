//! `guildhall selftest`: a writer, and a checker that every save it acknowledged was kept.
//!
//! Must not know how the writer is killed.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::{Book, BookError, Clock, Command};
use crate::domain::person::PersonFacts;

/// Saves one person after another without end, and writes `ACK n` after each commit.
///
/// # Errors
/// If a save fails, or the reader of `out` has gone.
pub fn write(file: &Path, clock: Arc<dyn Clock>, out: &mut dyn Write) -> Result<(), BookError> {
    let mut book = if file.exists() { Book::open(file, clock)? } else { Book::create(file, clock)? };
    book.make_ready()?;
    // A writer that was killed may have committed a save without acknowledging it. Acknowledge it now: another kill may follow here.
    let there = book.people_count().unwrap_or(0);
    let mut acknowledge = |n: u64| writeln!(out, "ACK {n}").and_then(|()| out.flush()).map_err(crate::exchange::ExchangeError::Write);
    if there > 0 {
        acknowledge(there)?;
    }
    for n in there + 1.. {
        let facts = PersonFacts::named(&format!("Person {n}"), &format!("person{n}@example.org"));
        book.run(&Command::AddPerson { facts, community: None })?;
        if n % 3 == 0 {
            book.undo()?;
            book.redo()?;
        }
        acknowledge(n)?;
    }
    Ok(())
}

/// Checks that the first `n` saves exist, that at most one more does, and that the file isn't damaged.
///
/// # Errors
/// What is missing or wrong.
pub fn check(file: &Path, n: u64, clock: Arc<dyn Clock>) -> Result<String, BookError> {
    let mut book = Book::open(file, clock)?;
    if let Some(problem) = book.check()?.damage.first() {
        return Err(BookError::Refused(format!("the file is damaged: {problem}")));
    }
    book.make_ready()?;
    let found = book.people_count().unwrap_or(0);
    for i in 1..=n {
        if book.holder_of(&format!("person{i}@example.org"))?.is_none() {
            return Err(BookError::Refused(format!("save {i} of {n} was acknowledged but is lost")));
        }
    }
    // A save that was committed but not yet acknowledged may exist as well.
    if found > n + 1 {
        return Err(BookError::Refused(format!("there are {found} people, but only {n} saves were acknowledged")));
    }
    Ok(format!("{found} people, all {n} acknowledged saves are there"))
}
