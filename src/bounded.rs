//! Reads files that are expected to be short: an endless or unexpectedly large one is refused before it fills the memory.
//!
//! Must not know what the files contain.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Returns the bytes of a regular file, if there are at most `most`.
///
/// # Errors
/// If it can't be read, is a folder, a device or a pipe, or is longer than `most`.
pub(crate) fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Opening a pipe without a writer would block.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it isn't a file"));
    }
    read(File::open(path)?, most)
}

/// Returns everything that is left to read, if it is at most `most` bytes.
///
/// # Errors
/// If it can't be read, or is longer than `most`.
pub(crate) fn read(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is longer than {} bytes", crate::domain::text::thousands(most))));
    }
    Ok(bytes)
}

/// Returns bytes as text.
///
/// # Errors
/// If they aren't UTF-8.
pub(crate) fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::other("it isn't text in UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_or_too_long_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_file(&path, 5).unwrap(), b"12345");
        assert_eq!(read_file(&path, 4).unwrap_err().to_string(), "it is longer than 4 bytes");
        assert!(read_file(folder.path(), 5).is_err() && read_file(&folder.path().join("b"), 5).is_err());
        for device in ["/dev/zero", "/dev/null"].iter().filter(|d| Path::new(d).exists()) {
            assert_eq!(read_file(Path::new(device), 5).unwrap_err().to_string(), "it isn't a file");
        }
        assert!(read(io::repeat(0), 1_000).is_err());
        assert!(text(vec![0xff]).is_err());
    }
}
