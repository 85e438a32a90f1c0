//! The writer and the checker of the promise that an acknowledged save is kept: `guildhall selftest`.
//!
//! Must not know how it is killed.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::{Book, BookError, Clock, Command};
use crate::domain::person::PersonFacts;

/// Saves one person after the other for ever, and says `ACK n` after each commit.
///
/// # Errors
/// If a save fails, or nobody listens any more.
pub fn write(file: &Path, clock: Arc<dyn Clock>, out: &mut dyn Write) -> Result<(), BookError> {
    let mut book = if file.exists() { Book::open(file, clock)? } else { Book::create(file, clock)? };
    book.make_ready()?;
    // What a killed writer had committed and not acknowledged yet: on a busy machine two in a row may be killed there.
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

/// Checks that the first `n` saves are there, that at most one more is, and that the file is sound.
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
    // A save between its commit and its acknowledgement may be there as well.
    if found > n + 1 {
        return Err(BookError::Refused(format!("there are {found} people, but only {n} saves were acknowledged")));
    }
    Ok(format!("{found} people, all {n} acknowledged saves are there"))
}
