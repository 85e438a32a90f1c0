//! The writer of rows: to a delimited text, or to the sheet of a workbook.
//!
//! Must not know what the rows mean.

use std::cell::Cell;
use std::io::Write;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::ExchangeError;

/// The largest number of rows in a sheet (the limit of the format).
const MOST_ROWS: u32 = 1_048_576;
/// The largest number of characters in a cell, in UTF-16 units (the limit of the format).
const MOST_LETTERS: usize = 32_767;

/// A writer of rows to `W`.
pub(crate) struct RowWriter<W: Write>(Kind<W>);

enum Kind<W: Write> {
    /// A delimited text, and whether a value that could be a formula gets an apostrophe before it.
    Text(Box<csv::Writer<Counted<W>>>, bool),
    Sheet(Box<Sheet>, W),
}

/// A writer that counts the bytes that pass through it.
struct Counted<W> {
    to: W,
    sent: Cell<u64>,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.sent.set(self.sent.get() + n as u64);
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

/// The only sheet of a workbook, with its first row frozen.
struct Sheet {
    book: Workbook,
    row: u32,
    bold: Format,
}

/// Returns whether a spreadsheet may take a value for a formula (OWASP's list of characters that can begin one).
#[must_use]
pub(super) fn could_be_a_formula(value: &str) -> bool {
    value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

impl<W: Write> RowWriter<W> {
    /// Returns a pen for a delimited text.
    pub(super) fn text(csv: &csv::WriterBuilder, neutral: bool, to: W) -> Self {
        Self(Kind::Text(Box::new(csv.from_writer(Counted { to, sent: Cell::new(0) })), neutral))
    }

    /// Returns a pen for a workbook of one sheet. Every cell is text, so that a spreadsheet neither runs nor alters it.
    ///
    /// # Errors
    /// If the sheet can't be started.
    pub(crate) fn sheet(name: &str, widths: &[u16], to: W) -> Result<Self, ExchangeError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory().map_err(spoilt)?;
        sheet.set_name(name).map_err(spoilt)?;
        sheet.set_freeze_panes(1, 0).map_err(spoilt)?;
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, f64::from(*width)).map_err(spoilt)?;
        }
        Ok(Self(Kind::Sheet(Box::new(Sheet { book, row: 0, bold: Format::new().set_bold() }), to)))
    }

    /// Returns how many bytes have been written, without those still in the buffer.
    #[must_use]
    pub(crate) fn sent(&self) -> u64 {
        match &self.0 {
            Kind::Text(csv, _) => csv.get_ref().sent.get(),
            Kind::Sheet(..) => 0,
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// If it can't be written, or the row doesn't fit into a workbook.
    pub(crate) fn record<'v>(&mut self, values: impl Iterator<Item = &'v str>) -> Result<(), ExchangeError> {
        match &mut self.0 {
            Kind::Text(csv, false) => csv.write_record(values).map_err(failed),
            Kind::Text(csv, true) => {
                for value in values {
                    let guarded = if could_be_a_formula(value) { format!("'{value}") } else { String::new() };
                    csv.write_field(if guarded.is_empty() { value } else { &guarded }).map_err(failed)?;
                }
                csv.write_record(None::<&[u8]>).map_err(failed)
            }
            Kind::Sheet(sheet, _) => sheet.record(values),
        }
    }

    /// Writes one value of a row; [`RowWriter::end_row`] ends the row. Only for delimited texts.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn value(&mut self, value: &str) -> Result<(), ExchangeError> {
        match &mut self.0 {
            Kind::Text(csv, _) => csv.write_field(value).map_err(failed),
            Kind::Sheet(..) => Err(no_workbook()),
        }
    }

    /// Ends a row that was written value by value.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn end_row(&mut self) -> Result<(), ExchangeError> {
        match &mut self.0 {
            Kind::Text(csv, _) => csv.write_record(None::<&[u8]>).map_err(failed),
            Kind::Sheet(..) => Err(no_workbook()),
        }
    }

    /// Flushes the buffer and resets the count of bytes: what follows goes to another file.
    ///
    /// # Errors
    /// If it can't be written, or it is a workbook, which is one file.
    pub(crate) fn start_next_file(&mut self) -> Result<(), ExchangeError> {
        match &mut self.0 {
            Kind::Text(csv, _) => {
                csv.flush().map_err(ExchangeError::Write)?;
                csv.get_ref().sent.set(0);
                Ok(())
            }
            Kind::Sheet(..) => Err(no_workbook()),
        }
    }

    /// Writes everything that is still in the buffer.
    ///
    /// # Errors
    /// If it can't be written.
    pub(crate) fn finish(self) -> Result<(), ExchangeError> {
        match self.0 {
            Kind::Text(mut csv, _) => csv.flush().map_err(ExchangeError::Write),
            Kind::Sheet(mut sheet, mut to) => to.write_all(&sheet.book.save_to_buffer().map_err(spoilt)?).map_err(ExchangeError::Write),
        }
    }
}

impl Sheet {
    fn record<'v>(&mut self, values: impl Iterator<Item = &'v str>) -> Result<(), ExchangeError> {
        if self.row >= MOST_ROWS {
            return Err(ExchangeError::Refused(
                "a sheet takes 1,048,575 people, and there are more: narrow the search, or write a .csv".into(),
            ));
        }
        let sheet = self.book.worksheet_from_index(0).map_err(spoilt)?;
        for (column, value) in (0..).zip(values) {
            let value = &value[..end_of(value, MOST_LETTERS)];
            match self.row {
                0 => sheet.write_string_with_format(0, column, value, &self.bold).map_err(spoilt)?,
                row if !value.is_empty() => sheet.write_string(row, column, value).map_err(spoilt)?,
                _ => continue,
            };
        }
        self.row += 1;
        Ok(())
    }
}

/// Returns where to cut a text to at most this many UTF-16 units, which is how spreadsheets count characters.
fn end_of(text: &str, most: usize) -> usize {
    if text.len() <= most {
        return text.len();
    }
    let mut units = 0;
    let over = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    over.map_or(text.len(), |(at, _)| at)
}

fn no_workbook() -> ExchangeError {
    ExchangeError::Refused("this format is not written as a workbook".into())
}

/// Returns a failure to write, with the operating system's reason.
#[must_use]
pub(crate) fn failed(e: csv::Error) -> ExchangeError {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => ExchangeError::Write(e),
        other => ExchangeError::Write(std::io::Error::other(format!("{other:?}"))),
    }
}

fn spoilt(e: XlsxError) -> ExchangeError {
    match e {
        XlsxError::IoError(e) => ExchangeError::Write(e),
        other => ExchangeError::Write(std::io::Error::other(other.to_string())),
    }
}
