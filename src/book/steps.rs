//! Steps: commands, undo, redo and restore; short ones run inline, long ones on a thread with progress.
//!
//! Must not know what a command does.

use std::sync::Arc;

use super::command::{Applied, AttendanceChange, Command, Thing};
use super::{Book, BookError, Job, Jobs, Progress, apply, labels};
use crate::domain::ids::{OpId, PersonId};
use crate::domain::text;
use crate::domain::words::Outcome;
use crate::store::{Done, Stamp, Store, journal, meetups, revert, schema};

/// Above this many people or rows, a step takes longer than a frame.
const LONG: u64 = 500;

/// One transaction, recorded as one step of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A command.
    Run(Box<Command>),
    /// Undo of the newest step that is still in force, with whether it was confirmed that somebody may be mailed again.
    Undo(Confirmed),
    /// Redo of the step that was undone last.
    Redo(Confirmed),
    /// Restores the roster to its state after a step.
    BackTo(OpId),
}

/// Whether the lead confirmed what a step would end or grant: a suppression, a withdrawal, a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// It was.
    Yes,
    /// Not asked yet.
    No,
}

impl Step {
    /// Returns the word for the step while it runs.
    #[must_use]
    pub const fn doing(&self) -> &'static str {
        match self {
            Self::Run(_) => "Changing",
            Self::Undo(_) => "Undoing",
            Self::Redo(_) => "Redoing",
            Self::BackTo(_) => "Restoring",
        }
    }
}

/// Refuses to record who came, or didn't, before the day of a meetup.
fn refuse_too_early(store: &Store, stamp: Stamp, command: &Command) -> Result<(), BookError> {
    let Command::Attend { meetup, change: AttendanceChange::Outcome(Outcome::Attended | Outcome::NoShow), .. } = command else {
        return Ok(());
    };
    match meetups::meetup_rows(store.reader(), &[*meetup])?.first() {
        Some(m) if m.starts.date() > stamp.today => Err(BookError::Refused(format!(
            "{} is still to come, on {}; record who came once it has taken place",
            text::safe(&m.title),
            m.starts.date()
        ))),
        _ => Ok(()),
    }
}

/// Applies a step to a store.
fn take(store: &mut Store, stamp: Stamp, step: &Step) -> Result<Applied, BookError> {
    let applied = |label: String, done: Done, select: Option<Thing>| Applied {
        label,
        touched: done.touched,
        select,
        changes: done.changes,
        kept: done.kept,
        unreached: Vec::new(),
    };
    let from_journal = |(op, done): (journal::Op, Done)| applied(op.label, done, None);
    Ok(match step {
        Step::Run(command) => {
            command.check().map_err(BookError::Refused)?;
            refuse_too_early(store, stamp, command)?;
            let (select, done) = store.write(stamp, |write| {
                let label = labels::before(write.reader(), command)?;
                let select = apply::apply(write, command)?;
                let label = labels::after(write, command, label)?;
                write.set_label(label);
                Ok(select)
            })?;
            applied(done.label.clone(), done, select)
        }
        Step::Undo(confirmed) => from_journal(revert::undo(store, stamp, *confirmed == Confirmed::Yes)?),
        Step::Redo(confirmed) => from_journal(revert::redo(store, stamp, *confirmed == Confirmed::Yes)?),
        Step::BackTo(op) => {
            let done = revert::back_to(store, *op, stamp)?;
            applied(done.label.clone(), done, None)
        }
    })
}

impl Book {
    /// Takes a step on this thread.
    ///
    /// # Errors
    /// What is wrong, in words; nothing has changed then.
    pub fn step(&mut self, step: &Step) -> Result<Applied, BookError> {
        let stamp = self.stamp();
        let before = self.meetup_before_step(step)?;
        let mut applied = take(&mut self.store, stamp, step)?;
        self.follow(&applied.touched)?;
        if let Some(before) = before {
            applied.unreached = self.unreached(&before)?;
        }
        Ok(applied)
    }

    /// Returns whether a step touches so many people or rows that it should run on a thread. Counts no further than needed.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn is_long(&self, step: &Step) -> Result<bool, BookError> {
        Ok(self.size_of(step, LONG + 1)? > LONG)
    }

    /// Returns how many people or rows a step touches; counts at most `most` of those it has to count in the file.
    fn size_of(&self, step: &Step, most: u64) -> Result<u64, BookError> {
        let conn = self.store.reader();
        Ok(match step {
            Step::Run(command) => match command.about() {
                About::People(people) => people.len() as u64,
                About::Rows(table, column, id) => crate::store::lookup::rows_of(conn, table, column, id, most)?,
                About::Little => 0,
            },
            Step::Undo(_) => self.undoable()?.0.map_or(0, |op| op.changes),
            Step::Redo(_) => self.undoable()?.1.map_or(0, |op| op.changes),
            Step::BackTo(op) => journal::rows_after(conn, *op, most)?,
        })
    }

    /// Takes a step on a thread; pass the result to [`Book::after_step`].
    #[must_use]
    pub fn step_job(&mut self, step: Step, jobs: Jobs) -> Job<Result<Applied, BookError>> {
        let stamp = self.stamp();
        self.spawn_writing_job(jobs, move |book, progress| {
            progress.expect(book.size_of(&step, u64::MAX)?);
            let watched = Arc::clone(&book.progress);
            book.store.watch(Box::new(move |done| watched.reach(done)));
            take(&mut book.store, stamp, &step)
        })
    }

    /// Sets whether reads fail at once instead of waiting, while a job of ours writes: what can't be read is read when the job ends.
    ///
    /// # Errors
    /// If SQLite refuses.
    pub fn set_nonblocking_reads(&self, on: bool) -> Result<(), BookError> {
        Ok(self.store.set_busy_timeout(on.then_some(std::time::Duration::ZERO))?)
    }

    /// Like [`Book::spawn_job`], for work that writes; pass what it touched to [`Book::after_step`].
    pub fn spawn_writing_job<T: Send + 'static>(
        &mut self,
        jobs: Jobs,
        work: impl FnOnce(&mut Self, &Progress) -> Result<T, BookError> + Send + 'static,
    ) -> Job<Result<T, BookError>> {
        self.note_newest();
        self.spawn_job(jobs, work)
    }

    /// Runs work that may take longer than a frame on a thread, with its own book on the same roster. A request to stop takes effect
    /// wherever the work reads or writes.
    pub fn spawn_job<T: Send + 'static>(
        &mut self,
        jobs: Jobs,
        work: impl FnOnce(&mut Self, &Progress) -> Result<T, BookError> + Send + 'static,
    ) -> Job<Result<T, BookError>> {
        let (path, clock, framework) = (self.path().to_owned(), self.clock(), self.framework.clone());
        let (order, week_start) = (self.order, self.week_start);
        jobs.spawn(move |progress| {
            let mut store = Store::open_again(&path)?;
            let asked = Arc::clone(progress);
            store.stop_when(move || asked.is_stopped())?;
            let mut book = Self { order, week_start, framework, progress: Arc::clone(progress), ..Self::on(store, clock) };
            work(&mut book, progress)
        })
    }

    /// Remembers the newest step before another thread takes one.
    pub(super) fn note_newest(&mut self) {
        self.newest_before = self.newest();
    }

    fn newest(&self) -> Option<OpId> {
        journal::newest(self.store.reader()).ok().flatten()
    }

    /// Updates this book after a step or an import that ran on another thread. Returns whether another program has also written meanwhile:
    /// then everything on the screen has to be read again and the index rebuilt.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn after_step(&mut self, touched: &crate::store::Touched) -> Result<bool, BookError> {
        // Don't report our own change as another program's.
        self.store.poll_external_changes()?;
        let steps = self.newest().map_or(0, |op| op.0) - self.newest_before.map_or(0, |op| op.0);
        if steps > 1 {
            self.forget_index();
            return Ok(true);
        }
        self.follow(touched)?;
        Ok(false)
    }
}

/// What a command touches, as far as that may be a lot.
enum About<'c> {
    /// The people, if the command does the same to each of them.
    People(&'c [PersonId]),
    /// The rows that belong to the record that it removes: their table, the column that refers to it, and its id.
    Rows(&'static schema::Table, &'static str, i64),
    /// A handful of rows.
    Little,
}

impl Command {
    /// Returns whether the command changes who may join.
    #[must_use]
    pub const fn changes_rules(&self) -> bool {
        matches!(self, Self::PutRule { .. } | Self::RemoveRule(..))
    }

    /// Returns whether the command makes somebody a member without an exception.
    #[must_use]
    pub const fn admits(&self) -> bool {
        match self {
            Self::PutIn { status, .. } => !status.is_over(),
            Self::EditMembership { facts, exception: None, .. } => !facts.status.is_over(),
            Self::AddPerson { community, .. } => community.is_some(),
            Self::SeatNewcomer { .. } => true,
            _ => false,
        }
    }

    /// Returns the people, if the command does the same to each of them.
    pub(super) fn people(&self) -> &[PersonId] {
        if let About::People(people) = self.about() { people } else { &[] }
    }

    #[deny(clippy::wildcard_enum_match_arm, reason = "what is long and isn't named here would hold up the screen")]
    fn about(&self) -> About<'_> {
        match self {
            Self::RemovePeople(people)
            | Self::PutIn { people, .. }
            | Self::TakeOut { people, .. }
            | Self::SetStatus { people, .. }
            | Self::SetOrganisation { people, .. }
            | Self::SetDiscipline { people, .. }
            | Self::SetField { people, .. }
            | Self::SetConsent { people, .. }
            | Self::NeverMail { people, .. }
            | Self::AddTag { people, .. }
            | Self::RemoveTag { people, .. }
            | Self::Attend { people, .. } => About::People(people),
            Self::RemoveCommunity(id) => About::Rows(&schema::MEMBERSHIP, "community_id", id.0),
            Self::RemoveMeetup(id) => About::Rows(&schema::ATTENDANCE, "meetup_id", id.0),
            Self::RemoveOrganisation(id) => About::Rows(&schema::PERSON, "organisation_id", id.0),
            Self::AddPerson { .. } | Self::EditPerson { .. } | Self::EditMembership { .. } | Self::WalkIn { .. } => About::Little,
            Self::PutOrganisation { .. } | Self::PutCommunity { .. } | Self::PutMeetup { .. } => About::Little,
            Self::PutSeat { .. } | Self::SeatNewcomer { .. } | Self::PutRoute { .. } | Self::PutRule { .. } | Self::PutChannel { .. } => {
                About::Little
            }
            Self::RemoveSeat(..) | Self::RemoveRoute(..) | Self::RemoveRule(..) | Self::RemoveChannel(..) => About::Little,
            Self::Suppress { .. } | Self::MailAgain { .. } | Self::Allow { .. } => About::Little,
            Self::SaveView { .. } | Self::RemoveView(_) | Self::LoadSample => About::Little,
        }
    }
}
