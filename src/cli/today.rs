//! `today`: what to do this week.
//!
//! Must not know how it is found.

use std::io::Write;

use serde::Serialize;

use super::CliError;
use super::args::{ListFormat, TodayFormat};
use super::table::{Table, heads, write_rows};
use crate::book::{Book, ToDo, ToDoPlace};

/// A thing to do as JSON has it.
#[derive(Serialize)]
struct Row {
    kind: &'static str,
    what: String,
    /// The day that it is about.
    on: Option<String>,
    /// By when it should be done.
    by: String,
    overdue: bool,
    /// Where it is done: the thing that `show` shows, a search, a page or a format.
    at: String,
}

/// Writes what is to be done, the most pressing first.
pub(super) fn today(book: &mut Book, format: TodayFormat, out: &mut dyn Write) -> Result<(), CliError> {
    let today = book.today();
    let mut rows = Vec::new();
    for to_do in book.to_do()? {
        let at = place(book, &to_do)?;
        let ToDo { kind, what, on, by, .. } = to_do;
        rows.push(Row { kind: kind.word(), what, on: on.map(|d| d.to_string()), by: by.to_string(), overdue: by < today, at });
    }
    if rows.is_empty() && format == TodayFormat::Table {
        writeln!(out, "Nothing to do.")?;
        return Ok(());
    }
    let line = |r: &Row| {
        let by = if r.overdue { format!("{} overdue", r.by) } else { r.by.clone() };
        vec![by, r.kind.to_owned(), r.on.clone().unwrap_or_default(), r.what.clone()]
    };
    let table = Table { heads: heads("Due | Task | Date | About"), lines: rows.iter().map(line).collect() };
    let format = match format {
        TodayFormat::Table => ListFormat::Table,
        TodayFormat::Json => ListFormat::Json,
    };
    write_rows(&rows, table, format, out)
}

fn place(book: &Book, to_do: &ToDo) -> Result<String, CliError> {
    use crate::book::Thing;
    let name = |thing, word: &str| Ok(format!("{word} {}", book.name_of(thing)?.unwrap_or_default()));
    match &to_do.at {
        ToDoPlace::Meetup(id) => name(Thing::Meetup(*id), "meetup"),
        ToDoPlace::Seat(community, _) => name(Thing::Community(*community), "community"),
        ToDoPlace::Membership(person, _) | ToDoPlace::Person(person) => name(Thing::Person(*person), "member"),
        ToDoPlace::People(query) => Ok(format!("members {query}")),
        ToDoPlace::Page(name) => Ok(format!("page {name}")),
        ToDoPlace::List(list) => Ok(format!("export {}", list.format)),
    }
}
