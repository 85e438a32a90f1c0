//! Rows of a delimited text, each of bounded size, each with its line.
//!
//! Must not know what the columns mean.

use std::io::Read;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{Encoded, ExchangeError};

/// The largest row that is taken, in bytes.
pub(crate) const LARGEST_ROW: usize = 1024 * 1024;
/// The most columns that a row may have.
pub(crate) const MOST_COLUMNS: usize = 200;

/// A reader of rows.
pub(crate) struct Rows<'f> {
    from: Encoded<'f>,
    reader: Reader,
    input: Vec<u8>,
    start: usize,
    end: usize,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// The sign between the columns.
    pub delimiter: u8,
    line: u64,
    quotes: usize,
    done: bool,
}

/// A row: its line, counted from 1, and its fields.
#[derive(Clone, Copy)]
pub(crate) struct Row<'r> {
    /// The line in the file where it starts.
    pub line: u64,
    /// Whether the quotes in it don't come in pairs: one was probably left open.
    pub odd_quotes: bool,
    text: &'r [u8],
    ends: &'r [usize],
}

impl<'r> Row<'r> {
    /// How many fields it has.
    #[must_use]
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field; the empty text where the row is too short. The text is UTF-8, for what was decoded is.
    #[must_use]
    pub(crate) fn field(&self, at: usize) -> &'r str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        std::str::from_utf8(&self.text[start..*end]).unwrap_or("")
    }

    /// Whether nothing but blanks is in it.
    #[must_use]
    pub(crate) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }
}

impl<'f> Rows<'f> {
    /// Begins to read. The delimiter is the one of comma, tab and semicolon that parts the first line into most columns;
    /// a first line `sep=;`, as Excel writes it, says so itself.
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
        let told = first.strip_prefix(b"sep=").filter(|rest| rest.len() == 1).map(|rest| rest[0]);
        let (start, line) = if told.is_some() { (input[..end].iter().position(|b| *b == b'\n').map_or(end, |p| p + 1), 2) } else { (0, 1) };
        let delimiter = told.unwrap_or_else(|| likeliest(&input[..end]));
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Ok(Self { from, reader, input, start, end, output: vec![0; 4096], ends: vec![0; 64], delimiter, line, quotes: 0, done: false })
    }

    /// How many bytes of the file are still to be read.
    #[must_use]
    pub(crate) fn left(&self) -> u64 {
        self.from.left()
    }

    /// The name of the encoding.
    #[must_use]
    pub(crate) const fn encoding(&self) -> &'static str {
        self.from.encoding
    }

    /// The next row that is not blank; `None` at the end.
    ///
    /// # Errors
    /// If a row is too long or has too many columns, or reading fails.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ExchangeError> {
        loop {
            let Some((line, written, ends)) = self.record()? else { return Ok(None) };
            let odd_quotes = self.quotes % 2 == 1;
            let row = Row { line, odd_quotes, text: &self.output[..written], ends: &self.ends[..ends] };
            if !row.is_blank() {
                // The borrow checker can't see that a blank row is not kept; the row is made once more.
                return Ok(Some(Row { line, odd_quotes, text: &self.output[..written], ends: &self.ends[..ends] }));
            }
        }
    }

    /// Reads on in the file when all that was read is used. An empty input means the end to the reader: there is one only then.
    fn fill(&mut self) -> Result<(), ExchangeError> {
        if self.start == self.end {
            self.start = 0;
            self.end = self.from.read(&mut self.input).map_err(|source| ExchangeError::Read { line: self.line, source })?;
        }
        Ok(())
    }

    /// Passes over what is left of the last line's end and over empty lines, so that a row's line is the one where it starts.
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

/// The sign that parts the first record into most columns, quotes minded; a comma if none does.
fn likeliest(start: &[u8]) -> u8 {
    let columns = |delimiter: u8| {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (mut out, mut ends) = (vec![0; start.len() + 1], vec![0; MOST_COLUMNS + 1]);
        let (_, _, _, fields) = reader.read_record(start, &mut out, &mut ends);
        fields
    };
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|d| columns(*d)).unwrap_or(b',')
}
