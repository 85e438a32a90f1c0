//! Where an export may be written: never over a roster, and over another file only if that was its last export, or was asked.
//!
//! Must not know what is written.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BookError;
use crate::domain::words::MembershipStatus;
use crate::store::schema::APPLICATION_ID;

/// The options of an export that decide who is on its list, beside format, search, community and group. Defaults aren't stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Who {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
    #[serde(skip_serializing_if = "is_not")]
    pub every_address: bool,
    #[serde(skip_serializing_if = "is_not")]
    pub mailboxes: bool,
    #[serde(skip_serializing_if = "is_not")]
    pub require_consent: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_not(flag: &bool) -> bool {
    !*flag
}

impl Who {
    /// Returns it as the file keeps it; empty for the usual.
    pub(super) fn stored(&self) -> String {
        if *self == Self::default() { String::new() } else { serde_json::to_string(self).unwrap_or_default() }
    }

    /// Reads what [`Who::stored`] wrote.
    pub(super) fn read(stored: &str) -> Self {
        serde_json::from_str(stored).unwrap_or_default()
    }

    /// The statuses of members; the usual if there are none.
    pub(super) fn statuses(&self) -> Vec<MembershipStatus> {
        self.status.iter().filter_map(|s| MembershipStatus::parse(s)).collect()
    }
}

/// Returns where a file lies, as the roster notes it: a copy of the roster needn't say whose home folder it was written from.
pub(super) fn place(file: &Path) -> String {
    let file = file.canonicalize().or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned());
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|h| h.is_absolute());
    let below = home.and_then(|h| file.strip_prefix(h).ok().map(|rest| format!("~/{}", rest.display())));
    below.unwrap_or_else(|| file.display().to_string())
}

/// Returns a digest of what a file holds (SHA-256, in hexadecimal digits).
pub(super) fn digest_of(file: &Path) -> std::io::Result<String> {
    let mut open = std::fs::File::open(file)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match open.read(&mut buffer)? {
            0 => break,
            n => hash.update(&buffer[..n]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns those of some files that are there and aren't what was `written` last, as the roster noted it: their place, and a digest.
pub(super) fn in_the_way(targets: Vec<PathBuf>, written: &[(String, String)]) -> Vec<PathBuf> {
    let is_ours = |file: &Path| {
        let (place, digest) = (place(file), digest_of(file).unwrap_or_default());
        written.iter().any(|(p, d)| *p == place && *d == digest && !d.is_empty())
    };
    targets.into_iter().filter(|t| t.exists() && !is_ours(t)).collect()
}

/// Refuses to write over a roster, or over what belongs to one: its journal, its backups, its unsaved forms.
///
/// # Errors
/// If `target` is one.
pub fn spare_the_roster(roster: &Path, target: &Path) -> Result<(), BookError> {
    let real = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_owned());
    let (roster, target) = (real(roster), real(target));
    let refuse = |what: &str| Err(BookError::Refused(format!("{} is {what}; write to another file", target.display())));
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let owners = ["-journal", "-wal", "-shm"].iter().filter_map(|ending| name.strip_suffix(ending));
    let owners = owners.chain(name.rsplit_once(".draft-").map(|(owner, _)| owner));
    if roster == target || target.to_string_lossy().starts_with(&format!("{}-", roster.to_string_lossy())) {
        return refuse("the roster itself");
    }
    if is_roster(&target) {
        return refuse("a roster");
    }
    if owners.map(|owner| target.with_file_name(owner)).any(|owner| is_roster(&owner)) {
        return refuse("a part of a roster");
    }
    let folder = target.parent().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match folder.strip_suffix(".backups") {
        Some(owner) if target.parent().is_some_and(|f| is_roster(&f.with_file_name(owner))) => {
            refuse("in the folder of a roster's backups")
        }
        _ => Ok(()),
    }
}

/// Whether a file is a roster of ours, by its first bytes (SQLite's header, and the id of the application in it).
fn is_roster(file: &Path) -> bool {
    let mut head = [0; 72];
    let is_file = std::fs::metadata(file).is_ok_and(|m| m.is_file());
    is_file
        && std::fs::File::open(file).and_then(|mut f| f.read_exact(&mut head)).is_ok()
        && head.starts_with(b"SQLite format 3\0")
        && head[68..72] == APPLICATION_ID.to_be_bytes()
}
