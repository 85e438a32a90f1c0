//! Checks the file for damage, and for values that this program doesn't recognise.
//!
//! Must not know how the result is shown.

use super::{Book, BookError, Job, Jobs};
use crate::store::{ReadOnly, Reader, backup, check, roster_id};

/// The result of a check of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The damage that SQLite reports.
    pub damage: Vec<String>,
    /// Rows with a word that this program doesn't recognise, and therefore ignores.
    pub unrecognised: Vec<String>,
    /// The roster's id, the same in each of its copies; `None` until the roster is first changed.
    pub roster: Option<String>,
}

impl Checked {
    /// Returns whether the check found nothing.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty() && self.unrecognised.is_empty()
    }
}

fn checked(conn: Reader<'_>) -> Result<Checked, BookError> {
    Ok(Checked { damage: backup::problems(conn)?, unrecognised: check::unrecognised(conn)?, roster: roster_id(conn)? })
}

impl Book {
    /// Checks the file for damage and unrecognised values.
    ///
    /// # Errors
    /// If the file can't be read at all.
    pub fn check(&self) -> Result<Checked, BookError> {
        checked(self.store.reader())
    }

    /// Checks the file on a thread.
    #[must_use]
    pub fn check_job(&self, jobs: Jobs) -> Job<Result<Checked, BookError>> {
        let path = self.path().to_owned();
        jobs.spawn(move |_| {
            let file = ReadOnly::open(&path)?;
            checked(file.reader())
        })
    }
}
