//! The reasons why the operating system refused something, in plain words.
//!
//! Must not know what was being done.

use std::io::{Error, ErrorKind};

/// Returns the reason in plain words, without the system's error number.
#[must_use]
pub(crate) fn why(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "the file or folder doesn't exist".into(),
        ErrorKind::PermissionDenied => "you don't have permission to do that".into(),
        ErrorKind::AlreadyExists => "it already exists".into(),
        ErrorKind::IsADirectory => "it is a folder, not a file".into(),
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder".into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".into(),
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".into(),
        ErrorKind::InvalidFilename => "the name is too long, or isn't a valid file name".into(),
        _ => {
            let said = error.to_string();
            let plain = said.rfind(" (os error ").map_or(&*said, |at| &said[..at]);
            plain.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reason_has_the_systems_number() {
        for number in 1..=133 {
            let said = why(&Error::from_raw_os_error(number));
            assert!(!said.contains("os error") && !said.is_empty(), "{number}: {said}");
        }
        assert_eq!(why(&Error::from_raw_os_error(2)), "the file or folder doesn't exist");
        assert_eq!(why(&Error::other("nobody is at home")), "nobody is at home");
    }
}
