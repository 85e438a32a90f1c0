//! Where an export may be written: never over a roster, and over another file only if it is the last export or this was confirmed.
//!
//! Must not know what is written.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BookError;
use crate::domain::words::MembershipStatus;
use crate::store::schema::APPLICATION_ID;

/// The options of an export that decide who is on its list, besides format, query, community and group. Defaults aren't stored.
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
    /// Returns the options as the roster stores them; empty for the defaults.
    pub(super) fn stored(&self) -> String {
        if *self == Self::default() { String::new() } else { serde_json::to_string(self).unwrap_or_default() }
    }

    /// Reads what [`Who::stored`] wrote.
    pub(super) fn read(stored: &str) -> Self {
        serde_json::from_str(stored).unwrap_or_default()
    }

    /// Returns the statuses of members to export; empty for the default.
    pub(super) fn statuses(&self) -> Vec<MembershipStatus> {
        self.status.iter().filter_map(|s| MembershipStatus::parse(s)).collect()
    }
}

/// Returns the path of a file as the roster records it, with `~` for the home folder so that a copy of the roster doesn't reveal it.
pub(super) fn place(file: &Path) -> String {
    let file = file.canonicalize().or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned());
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|h| h.is_absolute());
    let below = home.and_then(|h| file.strip_prefix(h).ok().map(|rest| format!("~/{}", rest.display())));
    below.unwrap_or_else(|| file.display().to_string())
}

/// Returns the SHA-256 digest of a file's content, in hexadecimal digits.
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

/// Returns the targets that exist and differ from the last export; `written` has its recorded paths and digests.
pub(super) fn conflicting_targets(targets: Vec<PathBuf>, written: &[(String, String)]) -> Vec<PathBuf> {
    let is_ours = |file: &Path| {
        let (place, digest) = (place(file), digest_of(file).unwrap_or_default());
        written.iter().any(|(p, d)| *p == place && *d == digest && !d.is_empty())
    };
    targets.into_iter().filter(|t| t.exists() && !is_ours(t)).collect()
}

/// Refuses to write over a roster, or over a file that belongs to one: its journal, its backups, its unsaved forms.
///
/// # Errors
/// If `target` is one of these.
pub fn refuse_roster_target(roster: &Path, target: &Path) -> Result<(), BookError> {
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

/// Returns whether a file is a roster, by its first bytes (SQLite's header, and the application id in it).
fn is_roster(file: &Path) -> bool {
    let mut head = [0; 72];
    let is_file = std::fs::metadata(file).is_ok_and(|m| m.is_file());
    is_file
        && std::fs::File::open(file).and_then(|mut f| f.read_exact(&mut head)).is_ok()
        && head.starts_with(b"SQLite format 3\0")
        && head[68..72] == APPLICATION_ID.to_be_bytes()
}
