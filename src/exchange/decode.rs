//! Decodes bytes to UTF-8; finds out a file's encoding before its first row is read.
//!
//! Must not know what is in the rows.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::ExchangeError;
use crate::platform;

/// How many bytes are used to guess the encoding of a file without a byte order mark.
const HEAD: usize = 64 * 1024;

/// A file that doesn't change while it is read: it has a fixed length and can be read twice.
pub(crate) struct SourceFile {
    file: File,
    length: u64,
    path: std::path::PathBuf,
}

impl SourceFile {
    /// Opens a file. A pipe, or `-` for standard input, is copied to an unnamed temporary file first.
    ///
    /// # Errors
    /// If it can't be read, or is a folder or a device.
    pub(crate) fn open(path: &Path) -> Result<Self, ExchangeError> {
        let err = |source| ExchangeError::Io { doing: "reading", path: path.to_owned(), source };
        if path.as_os_str() == "-" {
            return Self::spool(path, &mut io::stdin().lock());
        }
        let kind = std::fs::metadata(path).map_err(err)?.file_type();
        if kind.is_dir() {
            return Err(ExchangeError::NotAFile { path: path.to_owned(), what: "a folder" });
        }
        let mut file = File::open(path).map_err(err)?;
        if kind.is_file() {
            // Later additions aren't read: half a row is worse than a row that comes with the next import.
            let length = file.metadata().map_err(err)?.len();
            return Ok(Self { file, length, path: path.to_owned() });
        }
        if platform::is_pipe(&kind) {
            return Self::spool(path, &mut file);
        }
        Err(ExchangeError::NotAFile { path: path.to_owned(), what: "a device" })
    }

    fn spool(path: &Path, from: &mut dyn Read) -> Result<Self, ExchangeError> {
        let err = |source| ExchangeError::Io { doing: "reading", path: path.to_owned(), source };
        let mut file = tempfile::tempfile().map_err(err)?;
        let length = io::copy(from, &mut file).map_err(err)?;
        Ok(Self { file, length, path: path.to_owned() })
    }

    /// Returns a text as if it were in a file of this name.
    ///
    /// # Errors
    /// If the temporary file can't be written.
    pub(crate) fn of_text(called: &Path, text: &str) -> Result<Self, ExchangeError> {
        Self::spool(called, &mut text.as_bytes())
    }

    /// Returns its length, in bytes.
    #[must_use]
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    fn rewound(&mut self, from: u64) -> io::Result<io::Take<&mut File>> {
        self.file.seek(SeekFrom::Start(from))?;
        Ok((&mut self.file).take(self.length.saturating_sub(from)))
    }

    /// Finds out the encoding and returns the text as UTF-8.
    ///
    /// A byte order mark decides; then NUL bytes in every other position (UTF-16 without a mark); then strict UTF-8. Anything else is
    /// guessed, and is Windows-1252 for nearly every Western file.
    ///
    /// # Errors
    /// If the file is empty or can't be read.
    pub(crate) fn decoded(&mut self) -> Result<Encoded<'_>, ExchangeError> {
        let path = self.path.clone();
        let err = |source| ExchangeError::Io { doing: "reading", path: path.clone(), source };
        let mut head = Vec::with_capacity(HEAD);
        self.rewound(0).and_then(|f| f.take(HEAD as u64).read_to_end(&mut head)).map_err(err)?;
        if head.is_empty() {
            return Err(ExchangeError::Empty(path));
        }
        if head.starts_with(b"PK\x03\x04") {
            return Err(ExchangeError::Refused(format!("{} is a spreadsheet or a zip; save it as CSV first", path.display())));
        }
        let (encoding, mark) = match Encoding::for_bom(&head) {
            Some((encoding, _)) if encoding == UTF_8 && !self.is_utf8().map_err(err)? => {
                let what = "is marked as UTF-8 but isn't; save it again as CSV UTF-8";
                return Err(ExchangeError::Refused(format!("{} {what}", path.display())));
            }
            Some((encoding, mark)) => (encoding, mark),
            None => match wide(&head) {
                Some(encoding) => (encoding, 0),
                None if self.is_utf8().map_err(err)? => (UTF_8, 0),
                None if memchr::memchr_iter(0, &head).count() * 20 > head.len() => {
                    return Err(ExchangeError::Refused(format!("{} isn't text; save it as CSV first", path.display())));
                }
                None => (guess(&head), 0),
            },
        };
        let bytes = self.rewound(mark as u64).map_err(err)?;
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        Ok(Encoded { bytes, decoder, encoding: encoding.name(), raw: vec![0; HEAD], from: 0, to: 0, ended: false, finished: false })
    }

    fn is_utf8(&mut self) -> io::Result<bool> {
        let mut from = self.rewound(0)?;
        let mut buffer = vec![0; HEAD];
        let mut kept = 0;
        loop {
            let read = from.read(&mut buffer[kept..])?;
            if read == 0 {
                return Ok(kept == 0);
            }
            let filled = kept + read;
            match std::str::from_utf8(&buffer[..filled]) {
                Ok(_) => kept = 0,
                Err(e) if e.error_len().is_none() && filled - e.valid_up_to() < 4 => {
                    buffer.copy_within(e.valid_up_to()..filled, 0);
                    kept = filled - e.valid_up_to();
                }
                Err(_) => return Ok(false),
            }
        }
    }
}

/// Recognises UTF-16 without a byte order mark: in Western text, every other byte is NUL.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.chunks_exact(2).take(2_000);
    let (mut high, mut low, mut all) = (0, 0, 0);
    for pair in pairs {
        all += 1;
        high += usize::from(pair[0] == 0);
        low += usize::from(pair[1] == 0);
    }
    match (all, high, low) {
        (0, ..) => None,
        (_, 0, low) if low * 10 >= all * 6 => Some(UTF_16LE),
        (_, high, 0) if high * 10 >= all * 6 => Some(UTF_16BE),
        _ => None,
    }
}

fn guess(head: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(head, true);
    // The whole file has already been found not to be UTF-8.
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

/// A text that is decoded while it is read: UTF-8, whatever the file's encoding.
pub(crate) struct Encoded<'f> {
    bytes: io::Take<&'f mut File>,
    decoder: Option<Decoder>,
    /// The encoding's name.
    pub encoding: &'static str,
    raw: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
    finished: bool,
}

impl Encoded<'_> {
    /// Returns how many bytes of the file are still to be read.
    #[must_use]
    pub(crate) fn left(&self) -> u64 {
        self.bytes.limit()
    }
}

impl Read for Encoded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.bytes.read(out) };
        if self.finished {
            return Ok(0);
        }
        // A decoder needs room for the longest character.
        if out.len() < 16 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the buffer is too small"));
        }
        loop {
            if self.from == self.to && !self.ended {
                self.from = 0;
                self.to = self.bytes.read(&mut self.raw)?;
                self.ended = self.to == 0;
            }
            let (result, read, written, _) = decoder.decode_to_utf8(&self.raw[self.from..self.to], out, self.ended);
            self.from += read;
            self.finished = self.ended && result == encoding_rs::CoderResult::InputEmpty;
            if written > 0 || self.finished {
                return Ok(written);
            }
        }
    }
}
