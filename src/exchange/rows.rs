//! The rows of a delimited text, each of bounded size and with its line number.
//!
//! Must not know what the columns mean.

use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{Encoded, ExchangeError};

/// The largest row that is accepted, in bytes.
pub(crate) const LARGEST_ROW: usize = 1024 * 1024;
/// The largest number of columns in a row.
pub(crate) const MOST_COLUMNS: usize = 200;

/// A reader of rows from a delimited text.
pub(crate) struct Rows<'f> {
    from: Encoded<'f>,
    reader: Reader,
    input: Vec<u8>,
    start: usize,
    end: usize,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// The character that separates the columns.
    pub delimiter: u8,
    line: u64,
    quotes: usize,
    done: bool,
}

/// A row: the line where it starts, and its fields.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r> {
    /// The line in the file where it starts, counted from 1.
    pub line: u64,
    /// Whether it has an odd number of quotes: one was probably never closed.
    pub odd_quotes: bool,
    text: &'r [u8],
    ends: &'r [usize],
}

impl<'r> Row<'r> {
    /// Returns the number of fields.
    #[must_use]
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a field, or the empty text if the row is too short. The decoded text is always UTF-8.
    #[must_use]
    pub(crate) fn field(&self, at: usize) -> &'r str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        std::str::from_utf8(&self.text[start..*end]).unwrap_or("")
    }

    /// Returns whether the row has nothing but blanks in it.
    #[must_use]
    pub(crate) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }
}

impl<'f> Rows<'f> {
    /// Starts reading. The delimiter is whichever of comma, tab and semicolon splits the first line into the most columns, unless that line
    /// names it, as in `sep=;`, which Excel writes.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn new(mut from: Encoded<'f>) -> Result<Self, ExchangeError> {
        let mut input = vec![0; 64 * 1024];
        let mut end = 0;
        while end < input.len() && !input[..end].contains(&b'\n') {
            let read = from.read(&mut input[end..]).map_err(|source| ExchangeError::Read { line: 1, source })?;
            if read == 0 {
                break;
            }
            end += read;
            if input.len() - end < 16 {
                break;
            }
        }
        let first = input[..end].split(|b| *b == b'\n').next().unwrap_or_default();
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        let declared = first.strip_prefix(b"sep=").filter(|rest| rest.len() == 1).map(|rest| rest[0]);
        let (start, line) =
            if declared.is_some() { (input[..end].iter().position(|b| *b == b'\n').map_or(end, |p| p + 1), 2) } else { (0, 1) };
        let delimiter = declared.unwrap_or_else(|| guess_delimiter(&input[..end]));
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Ok(Self { from, reader, input, start, end, output: vec![0; 4096], ends: vec![0; 64], delimiter, line, quotes: 0, done: false })
    }

    /// Returns how many bytes of the file are still to be read.
    #[must_use]
    pub(crate) fn left(&self) -> u64 {
        self.from.left()
    }

    /// Returns the name of the encoding.
    #[must_use]
    pub(crate) const fn encoding(&self) -> &'static str {
        self.from.encoding
    }

    /// Returns the next row that isn't blank, or `None` at the end.
    ///
    /// # Errors
    /// If a row is too long or has too many columns, or reading fails.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ExchangeError> {
        loop {
            let Some((line, written, ends)) = self.record()? else { return Ok(None) };
            let odd_quotes = self.quotes % 2 == 1;
            let row = Row { line, odd_quotes, text: &self.output[..written], ends: &self.ends[..ends] };
            if !row.is_blank() {
                // The borrow checker can't see that a blank row isn't kept, so the row is built a second time.
                return Ok(Some(Row { line, odd_quotes, text: &self.output[..written], ends: &self.ends[..ends] }));
            }
        }
    }

    /// Reads more of the file once the buffer is used up. The CSV reader takes an empty input for the end, so it must get one only there.
    fn fill(&mut self) -> Result<(), ExchangeError> {
        if self.start == self.end {
            self.start = 0;
            self.end = self.from.read(&mut self.input).map_err(|source| ExchangeError::Read { line: self.line, source })?;
        }
        Ok(())
    }

    /// Skips the rest of the last line's end and any empty lines, so that a row's line is the one where it starts.
    fn skip_line_ends(&mut self) -> Result<(), ExchangeError> {
        loop {
            self.fill()?;
            match self.input[self.start..self.end].first() {
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                _ => return Ok(()),
            }
            self.start += 1;
        }
    }

    fn record(&mut self) -> Result<Option<(u64, usize, usize)>, ExchangeError> {
        if self.done {
            return Ok(None);
        }
        let (mut written, mut ends) = (0, 0);
        self.skip_line_ends()?;
        let line = self.line;
        self.quotes = 0;
        loop {
            self.fill()?;
            let (result, read, out, fields) =
                self.reader.read_record(&self.input[self.start..self.end], &mut self.output[written..], &mut self.ends[ends..]);
            let taken = &self.input[self.start..self.start + read];
            self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
            self.quotes += memchr::memchr_iter(b'"', taken).count();
            self.start += read;
            written += out;
            ends += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() >= LARGEST_ROW => return Err(ExchangeError::RowTooLong { line }),
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() > MOST_COLUMNS => return Err(ExchangeError::TooManyColumns { line }),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record if ends > MOST_COLUMNS => return Err(ExchangeError::TooManyColumns { line }),
                ReadRecordResult::Record => return Ok(Some((line, written, ends))),
                ReadRecordResult::End => {
                    self.done = true;
                    return Ok(None);
                }
            }
        }
    }
}

/// Returns the delimiter that splits the first record into the most columns, respecting quotes; a comma if none does.
fn guess_delimiter(start: &[u8]) -> u8 {
    let columns = |delimiter: u8| {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (mut out, mut ends) = (vec![0; start.len() + 1], vec![0; MOST_COLUMNS + 1]);
        let (_, _, _, fields) = reader.read_record(start, &mut out, &mut ends);
        fields
    };
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|d| columns(*d)).unwrap_or(b',')
}
