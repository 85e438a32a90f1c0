//! Rows as an aligned table, as CSV and as JSON.
//!
//! Must not know what is in them.

use std::io::Write;

use serde::Serialize;

use super::CliError;
use super::args::ListFormat;
use super::out::json;
use crate::book::BookError;
use crate::domain::text;

/// A column.
pub(super) struct Head {
    /// Its heading.
    pub name: String,
    /// The value that isn't worth showing in a table when every row has it.
    pub usual: &'static str,
    /// Whether only CSV has it.
    pub csv_only: bool,
}

impl Head {
    /// Returns a column that is shown if a row has a value there.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), usual: "", csv_only: false }
    }
}

/// Rows for a table: headings, and lines of the same length.
pub(super) struct Table {
    pub heads: Vec<Head>,
    pub lines: Vec<Vec<String>>,
}

/// Returns columns with these headings, which are separated by ` | `.
pub(super) fn heads(names: &str) -> Vec<Head> {
    names.split(" | ").map(Head::new).collect()
}

/// Writes a table in parts: its first rows decide which columns are shown, and how wide they are.
pub(super) struct Aligned {
    heads: Vec<Head>,
    /// The columns that are shown, each with its width.
    shown: Option<Vec<(usize, usize)>>,
    /// The columns that aren't shown although later rows have values there.
    missed: Vec<bool>,
}

/// The widest that a column becomes; longer values are cut.
const WIDEST: usize = 48;

impl Aligned {
    pub(super) fn new(heads: Vec<Head>) -> Self {
        let missed = vec![false; heads.len()];
        Self { heads, shown: None, missed }
    }

    /// Writes some rows, and the headings before the first.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub(super) fn write(&mut self, lines: &[Vec<String>], out: &mut dyn Write) -> Result<(), CliError> {
        let is_first = self.shown.is_none();
        let shown = self.shown.get_or_insert_with(|| {
            let has_value = |at: &usize| lines.iter().any(|l| !l[*at].is_empty() && l[*at] != self.heads[*at].usual);
            let width = |at: usize| {
                let longest = lines.iter().map(|l| text::width(&text::safe(&l[at]))).max().unwrap_or(0);
                (at, longest.max(text::width(&text::safe(&self.heads[at].name))).min(WIDEST))
            };
            // Without rows, the headings say what there could be.
            let is_shown = |at: &usize| !self.heads[*at].csv_only && (lines.is_empty() || has_value(at));
            (0..self.heads.len()).filter(is_shown).map(width).collect()
        });
        let line = |cell: &dyn Fn(usize) -> String| -> String {
            let last = shown.last().map(|(at, _)| *at);
            // The last column has no neighbour that it could push away.
            let padded = shown.iter().map(|(at, w)| if last == Some(*at) { cell(*at) } else { text::pad(&cell(*at), *w) });
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        if is_first {
            writeln!(out, "{}", line(&|at| text::safe(&self.heads[at].name).into_owned()))?;
        }
        for cells in lines {
            writeln!(out, "{}", line(&|at| text::safe(&cells[at]).into_owned()))?;
            for (at, cell) in cells.iter().enumerate() {
                let head = &self.heads[at];
                self.missed[at] |= !head.csv_only && !cell.is_empty() && *cell != head.usual && !shown.iter().any(|(s, _)| *s == at);
            }
        }
        Ok(())
    }

    /// Returns the columns that aren't shown although a row has a value there.
    pub(super) fn missed(&self) -> Vec<&str> {
        self.heads.iter().zip(&self.missed).filter(|(_, missed)| **missed).map(|(h, _)| h.name.as_str()).collect()
    }
}

/// Writes rows as CSV, with nothing in them that drives a spreadsheet or a terminal.
///
/// # Errors
/// If `out` can't be written to.
pub(super) fn write_csv(lines: impl Iterator<Item = Vec<String>>, out: &mut dyn Write) -> Result<(), CliError> {
    let mut csv = csv::Writer::from_writer(out);
    for line in lines {
        let clean = line.iter().map(|cell| text::safe_lines(cell));
        csv.write_record(clean).map_err(|e| BookError::from(crate::exchange::failed(e)))?;
    }
    csv.flush()?;
    Ok(())
}

/// Writes all rows at once.
///
/// # Errors
/// If `out` can't be written to.
pub(super) fn write_rows<T: Serialize>(rows: &[T], table: Table, format: ListFormat, out: &mut dyn Write) -> Result<(), CliError> {
    match format {
        ListFormat::Json => write_json(rows, out),
        ListFormat::Table => Aligned::new(table.heads).write(&table.lines, out),
        ListFormat::Csv => {
            let heads = table.heads.into_iter().map(|h| h.name).collect();
            write_csv(std::iter::once(heads).chain(table.lines), out)
        }
    }
}

/// Writes a value as JSON.
///
/// # Errors
/// If `out` can't be written to.
pub(super) fn write_json<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "{}", json(value)?)?;
    Ok(())
}

/// A JSON array that is written row by row, in the form that [`write_json`] gives a whole one.
pub(super) struct JsonList<'w> {
    out: &'w mut dyn Write,
    is_empty: bool,
}

impl<'w> JsonList<'w> {
    pub(super) fn begin(out: &'w mut dyn Write) -> Self {
        Self { out, is_empty: true }
    }

    pub(super) fn row<T: Serialize>(&mut self, row: &T) -> Result<(), CliError> {
        self.out.write_all(if self.is_empty { b"[\n  " } else { b",\n  " })?;
        self.is_empty = false;
        let text = json(row)?;
        // One level deeper. A line break within a value is escaped, so that each of these is the form's own.
        self.out.write_all(text.replace('\n', "\n  ").as_bytes())?;
        Ok(())
    }

    pub(super) fn end(self) -> Result<(), CliError> {
        self.out.write_all(if self.is_empty { b"[]\n" } else { b"\n]\n" })?;
        Ok(())
    }
}
