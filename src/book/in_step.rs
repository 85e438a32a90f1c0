//! Compares a mailing list with the roster: who has to be added to the list, and who has to be removed, to bring it up to date.
//!
//! Must not know how a format is written.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use super::Exported;
use crate::domain::address;
use crate::exchange::dump::{Dump, Listed};

/// The earlier recipients of a list. An export takes out the ones that it finds again; the rest have to be removed, or aren't known here.
pub(super) enum PreviousList {
    /// From an earlier export: only digests of the addresses, salted.
    Export { earlier: Box<Exported>, left: HashSet<u64> },
    /// From the list's own export.
    Dump { left: HashMap<String, Listed>, unread: u64 },
}

impl PreviousList {
    /// Reads the recipients of an earlier export.
    pub(super) fn of_export(earlier: Exported) -> Self {
        let left = earlier.digests.iter().copied().collect();
        Self::Export { earlier: Box::new(earlier), left }
    }

    /// Reads the recipients from the list's own export.
    pub(super) fn of_dump(dump: Dump) -> Self {
        Self::Dump { left: dump.people.into_iter().map(|p| (address::key(&p.email), p)).collect(), unread: dump.unread }
    }

    /// Returns the salt of the earlier export's digests.
    pub(super) fn salt(&self) -> Option<&[u8]> {
        match self {
            Self::Export { earlier, .. } => Some(&earlier.salt),
            Self::Dump { .. } => None,
        }
    }

    /// Returns whether an address was on the list, and takes it out.
    pub(super) fn take(&mut self, email: &str) -> bool {
        match self {
            Self::Export { earlier, left } => left.remove(&digest(&earlier.salt, email)),
            Self::Dump { left, .. } => left.remove(&address::key(email)).is_some(),
        }
    }

    /// Returns the remaining recipients, by address; none if only digests are known.
    pub(super) fn strangers(self) -> Vec<Listed> {
        match self {
            Self::Export { .. } => Vec::new(),
            Self::Dump { left, .. } => {
                let mut all: Vec<Listed> = left.into_values().collect();
                all.sort_by(|a, b| a.email.cmp(&b.email));
                all
            }
        }
    }
}

/// The digests of an export, in the order of writing. All but the last few are kept in an unnamed temporary file, so that a large export
/// takes no more memory than a small one.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    held: Vec<u8>,
    file: Option<Arc<Mutex<File>>>,
    /// The total length, in bytes.
    pub length: u64,
}

/// The most bytes of digests that are held in memory.
const HELD: usize = 512 * 1024;

impl Sent {
    /// Adds a digest.
    pub(super) fn push(&mut self, digest: u64) -> io::Result<()> {
        self.held.extend_from_slice(&digest.to_be_bytes());
        self.length += 8;
        if self.held.len() < HELD {
            return Ok(());
        }
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(self.file.insert(Arc::new(Mutex::new(tempfile::tempfile()?)))),
        };
        let mut file = file.lock().map_err(|_| io::Error::other("the digests were left half-written"))?;
        file.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }

    /// Passes the digests to `take`, in pieces.
    pub(super) fn read(&self, take: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if let Some(file) = &self.file {
            let mut file = file.lock().map_err(|_| io::Error::other("the digests were left half-written"))?;
            file.seek(SeekFrom::Start(0))?;
            let mut piece = vec![0; 64 * 1024];
            loop {
                let n = file.read(&mut piece)?;
                if n == 0 {
                    break;
                }
                take(&piece[..n])?;
            }
        }
        take(&self.held)
    }
}

/// Returns a salted digest of an address: enough to recognise the address, but not to read it.
pub(super) fn digest(salt: &[u8], email: &str) -> u64 {
    let hash = Sha256::new().chain_update(salt).chain_update(address::key(email).as_bytes()).finalize();
    u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_come_back_as_they_went_in_however_many() {
        for n in [0_u64, 3, 200_000] {
            let mut sent = Sent::default();
            (0..n).for_each(|d| sent.push(d).unwrap());
            let mut back = Vec::new();
            sent.read(&mut |piece| {
                back.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
            assert_eq!((back.len() as u64, sent.length, sent.held.len() < HELD), (n * 8, n * 8, true));
            assert!(back.chunks_exact(8).zip(0..n).all(|(bytes, d)| bytes == d.to_be_bytes()));
        }
    }

    #[test]
    fn an_address_is_the_same_in_whatever_case_or_form() {
        let of = |email: &str| digest(b"salt", email);
        assert_eq!(of("Hal@B\u{fc}cher.example"), of("hal@xn--bcher-kva.example"));
        assert_ne!(of("hal@example.org"), of("hal@example.com"));
        assert_ne!(of("hal@example.org"), digest(b"other", "hal@example.org"));
    }
}
