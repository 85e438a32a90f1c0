//! Checking the file: what is damaged, and what this program doesn't understand.
//!
//! Must not know how it is shown.

use super::{Book, BookError, Job, Jobs};
use crate::store::{ReadOnly, Reader, backup, check, roster_id};

/// What a check of the file found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What SQLite finds damaged.
    pub damage: Vec<String>,
    /// Rows with a word that this program doesn't know: they count as nothing that they could mean.
    pub unrecognised: Vec<String>,
    /// The roster's own id, the same in each of its copies; `None` if nothing was ever done in it.
    pub roster: Option<String>,
}

impl Checked {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.unrecognised.is_empty()
    }
}

fn checked(conn: Reader<'_>) -> Result<Checked, BookError> {
    Ok(Checked { damage: backup::problems(conn)?, unrecognised: check::unrecognised(conn)?, roster: roster_id(conn)? })
}

impl Book {
    /// What is wrong with the file: nothing if it is sound.
    ///
    /// # Errors
    /// If it can't be read at all.
    pub fn check(&self) -> Result<Checked, BookError> {
        checked(self.store.reader())
    }

    /// A check of the file on a thread: the problems found.
    #[must_use]
    pub fn check_job(&self, jobs: Jobs) -> Job<Result<Checked, BookError>> {
        let path = self.path().to_owned();
        jobs.spawn(move |_| {
            let file = ReadOnly::open(&path)?;
            checked(file.reader())
        })
    }
}
