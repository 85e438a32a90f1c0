//! The whole application without a screen: commands in, `Applied` and rows out, undo, queries, jobs.
//!
//! The terminal and the command line use nothing else. Must not know about screens, keys or arguments.

mod apply;
mod batch;
mod checking;
mod command;
mod copying;
mod directory;
mod drafts;
mod eligible;
mod error;
mod exported;
mod exporting;
mod finding;
mod found;
mod heard;
mod imported;
mod importing;
mod in_step;
mod job;
mod labels;
mod lint;
mod mailable;
mod meant;
mod meetup_search;
mod outgoing;
mod reports;
mod sample;
mod searchable;
mod seats;
pub mod selftest;
mod steps;
mod targets;
mod time;
mod today;
mod unreached;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, Weekday};

pub use batch::{Batch, Keep};
pub use checking::Checked;
pub use command::{Applied, AttendanceChange, Command, Thing};
pub use copying::MailLine;
pub use directory::{DirectoryPlan, PageDiff, PlanLine, PublishOptions, Published};
pub use drafts::{Draft, DraftField};
pub use eligible::RuleEffect;
pub use error::BookError;
pub use exported::{Explained, ExportSummary, Remark};
pub use exporting::{ExportOptions, Since};
pub use finding::PeopleQuery;
pub use found::Found;
pub use imported::{ImportReport, Refusal};
pub use importing::ImportOptions;
pub use job::{Job, Jobs, Progress};
pub use lint::Finding;
pub use mailable::{Usable, WithMail};
pub use meetup_search::MeetupSort;
pub use searchable::Searchable;
pub use seats::{channel_line, seat_line, seat_warnings};
pub use steps::{Confirmed, Step};
pub use targets::refuse_roster_target;
pub use time::{Clock, FixedClock, SystemClock};
pub use today::{ToDo, ToDoKind, ToDoPlace};

pub use crate::exchange::formats::{ExtraInput, FORMATS, FormatInfo, Placeholder, Settings, each_once, file_name, placeholders};
pub use crate::exchange::page::Layout;
pub use crate::search::SortBy;
pub use crate::store::changes::Change;
pub use crate::store::exports::Exported;
pub use crate::store::journal::{Op, OpKind};
pub use crate::store::rows::{
    CommunityDetail, CommunityRow, MeetupDetail, MeetupRow, MembershipRow, OrganisationRow, PersonDetail, PersonRow, RollRow, SeatRow,
    ViewRow, VisitRow,
};
pub use crate::store::{StoreError, Touched};

use crate::domain::dates::{Calendar, Order};
use crate::domain::framework::{Framework, role_key};
use crate::domain::ids::{CommunityId, MeetupId, OpId, PersonId};
use crate::search::{Index, MeetupIndex};
use crate::store::{Stamp, Store, backup, changes, communities, journal, lookup, meetups, organisations, people, person, schema, views};

/// An open roster and everything that can be done with it.
pub struct Book {
    store: Store,
    clock: Arc<dyn Clock>,
    order: Order,
    week_start: Weekday,
    framework: Framework,
    index: Option<Index>,
    meetup_index: Option<MeetupIndex>,
    /// People who may be mailed, cached by the first search that needs them; cleared by each change.
    mailable: Option<Vec<PersonId>>,
    /// What was touched while the index was being built on a thread.
    missed: Touched,
    /// The newest step before the one that another thread is taking.
    newest_before: Option<OpId>,
    /// The progress of work that this book does, for whatever waits for it.
    progress: Arc<Progress>,
}

impl Book {
    /// Opens an existing roster.
    ///
    /// # Errors
    /// If the roster can't be opened; nothing is written then.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, BookError> {
        Ok(Self::on(Store::open(path)?, clock))
    }

    /// Creates a new, empty roster and opens it.
    ///
    /// # Errors
    /// If the file already exists, or can't be written.
    pub fn create(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, BookError> {
        Ok(Self::on(Store::create(path)?, clock))
    }

    fn on(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            order: Order::default(),
            week_start: Weekday::Mon,
            framework: Framework::default(),
            index: None,
            meetup_index: None,
            mailable: None,
            missed: Touched::default(),
            newest_before: None,
            progress: Arc::default(),
        }
    }

    /// Sets the order in which dates are written and read, and the first day of the week.
    pub const fn write_dates(&mut self, order: Order, week_start: Weekday) {
        self.order = order;
        self.week_start = week_start;
    }

    /// Sets the framework of job families and roles that disciplines are matched with.
    pub fn use_framework(&mut self, framework: Framework) {
        self.framework = framework;
    }

    /// Returns today's date with the settings for dates.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar { today: self.today(), order: self.order, week_start: self.week_start }
    }

    /// Converts a UTC time from the journal to local time.
    #[must_use]
    pub fn local(&self, at: NaiveDateTime) -> NaiveDateTime {
        self.clock.local(at)
    }

    /// Returns the path of the roster's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Returns the folder of the automatic backups.
    #[must_use]
    pub fn backup_folder(&self) -> PathBuf {
        crate::store::backups(self.path())
    }

    /// Returns why nothing can be written; `None` if it can.
    #[must_use]
    pub const fn read_only(&self) -> Option<&'static str> {
        self.store.read_only()
    }

    /// Returns whether the last program that wrote to the file was interrupted, so that the file should be checked.
    #[must_use]
    pub const fn was_unclean(&self) -> bool {
        self.store.was_unclean()
    }

    /// Returns what was done to upgrade the file when it was opened, one sentence each; empty if it was up to date.
    #[must_use]
    pub fn migrated(&self) -> Vec<String> {
        let Some(done) = self.store.migrated() else { return Vec::new() };
        let kept = self.backup_folder();
        let first = format!("the roster was brought up to date for this Guildhall; a copy of how it was is in {}", kept.display());
        std::iter::once(first).chain(done.reports.iter().cloned()).collect()
    }

    /// Returns today's date.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.clock.today()
    }

    /// Returns the clock, to pass on.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    fn stamp(&self) -> Stamp {
        Stamp { action: self.clock.action_id(), at: self.clock.now(), today: self.clock.today() }
    }

    /// Runs a command: one transaction, one undo step.
    ///
    /// # Errors
    /// What is wrong, in words; nothing has changed then.
    pub fn run(&mut self, command: &Command) -> Result<Applied, BookError> {
        self.step(&Step::Run(Box::new(command.clone())))
    }

    /// Undoes the newest step that is still in force.
    ///
    /// # Errors
    /// If there is none, or another program has changed one of its rows since.
    pub fn undo(&mut self) -> Result<Applied, BookError> {
        self.step(&Step::Undo(Confirmed::No))
    }

    /// Redoes the step that was undone last.
    ///
    /// # Errors
    /// If there is none.
    pub fn redo(&mut self) -> Result<Applied, BookError> {
        self.step(&Step::Redo(Confirmed::No))
    }

    /// Returns the steps that undo and redo would act on.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn undoable(&self) -> Result<(Option<Op>, Option<Op>), BookError> {
        Ok((journal::undo_target(self.store.reader())?, journal::redo_target(self.store.reader())?))
    }

    /// Returns the newest steps, newest first; only those of one record if it is given.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn history(&self, of: Option<Thing>, limit: usize) -> Result<Vec<Op>, BookError> {
        match of {
            None => Ok(journal::history(self.store.reader(), limit)?),
            Some(thing) => self.history_of(thing, limit, true),
        }
    }

    /// Returns what a step changed, from → to; only for one person if given; at most `most` lines.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn changes(&self, op: OpId, about: Option<PersonId>, most: usize) -> Result<Vec<Change>, BookError> {
        Ok(changes::of_step(self.store.reader(), op, about, most)?)
    }

    /// Returns how many people a step touched; `None` if there are too many to count quickly.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn people_of(&self, op: OpId) -> Result<Option<u64>, BookError> {
        const MOST: usize = 20_000;
        let touched = changes::touched_by(self.store.reader(), (op.0 - 1, op.0), MOST)?;
        Ok(touched.map(|t| t.people.len() as u64))
    }

    /// Returns the recent history of one record: faster than [`Book::history`], but without rows that were removed from it since.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn recent_history(&self, of: Thing, limit: usize) -> Result<Vec<Op>, BookError> {
        self.history_of(of, limit, false)
    }

    fn history_of(&self, of: Thing, limit: usize, deep: bool) -> Result<Vec<Op>, BookError> {
        let (table, id) = match of {
            Thing::Person(id) => (&schema::PERSON, id.0),
            Thing::Community(id) => (&schema::COMMUNITY, id.0),
            Thing::Meetup(id) => (&schema::MEETUP, id.0),
            Thing::Organisation(id) => (&schema::ORGANISATION, id.0),
        };
        Ok(journal::history_of(self.store.reader(), table, id, limit, deep)?)
    }

    /// Returns whether another program has written to the file since the last call. If so, everything on the screen has to be read again.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn poll_external_changes(&mut self) -> Result<bool, BookError> {
        let changed = self.store.poll_external_changes()?;
        if changed {
            self.forget_index();
        }
        Ok(changed)
    }

    /// Drops the index, and any that is being built: the data that it was built from is out of date.
    fn forget_index(&mut self) {
        self.index = None;
        self.meetup_index = None;
        self.mailable = None;
        self.missed = Touched { many: true, ..Touched::default() };
    }

    /// Returns the people with these ids, in order; each with their status in `community`, if it is given.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn people(&self, ids: &[PersonId], community: Option<CommunityId>) -> Result<Vec<PersonRow>, BookError> {
        let Some(index) = &self.index else { return Ok(people::rows(self.store.reader(), ids, community, None)?) };
        Ok(people::rows(self.store.reader(), ids, community, Some(&|id| index.seen(id)))?)
    }

    /// Returns the people with exactly this name, ignoring case and accents; at most `limit`.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn called(&self, name: &str, limit: usize) -> Result<Vec<PersonId>, BookError> {
        Ok(people::called(self.store.reader(), name, limit)?)
    }

    /// Returns the first people by name, to show before the index is ready.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn first_page(&self, community: Option<CommunityId>, limit: usize) -> Result<Vec<PersonId>, BookError> {
        Ok(people::first_page(self.store.reader(), community, limit)?)
    }

    /// Returns a person with all details; `None` if they no longer exist.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn person(&self, id: PersonId) -> Result<Option<PersonDetail>, BookError> {
        Ok(person::detail(self.store.reader(), id, self.today())?)
    }

    /// Returns the person who has this address.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn holder_of(&self, address: &str) -> Result<Option<PersonId>, BookError> {
        Ok(lookup::holder_of(self.store.reader(), address)?)
    }

    /// Returns all communities, in the order of the list.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn communities(&self) -> Result<Vec<CommunityRow>, BookError> {
        Ok(communities::communities(self.store.reader())?)
    }

    /// Returns a community with all details; `None` if it no longer exists.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn community(&self, id: CommunityId) -> Result<Option<CommunityDetail>, BookError> {
        Ok(communities::community(self.store.reader(), id)?)
    }

    /// Returns the meetups of a community, or all: upcoming first, soonest first, then past ones, latest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn meetup_ids(&self, community: Option<CommunityId>, limit: usize) -> Result<Vec<MeetupId>, BookError> {
        Ok(meetups::meetup_ids(self.store.reader(), community, self.today(), limit)?)
    }

    /// Returns a meetup with all details; `None` if it no longer exists.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn meetup(&self, id: MeetupId) -> Result<Option<MeetupDetail>, BookError> {
        Ok(meetups::meetup(self.store.reader(), id)?)
    }

    /// Returns the start and title of the next meetup that isn't cancelled.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn next_meetup(&self) -> Result<Option<(NaiveDateTime, String)>, BookError> {
        Ok(meetups::next_meetup(self.store.reader(), self.today())?)
    }

    /// Returns the organisations, by name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn organisations(&self) -> Result<Vec<OrganisationRow>, BookError> {
        Ok(organisations::organisations(self.store.reader())?)
    }

    /// Returns the names in one of the lists, such as the disciplines or the tags.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn words(&self, which: Words) -> Result<Vec<String>, BookError> {
        let table = match which {
            Words::Organisations => &schema::ORGANISATION,
            Words::Disciplines => &schema::DISCIPLINE,
            Words::Fields => &schema::FIELD,
            Words::Tags => &schema::TAG,
            Words::Communities => &schema::COMMUNITY,
        };
        let mut names = lookup::names(self.store.reader(), table)?;
        if which == Words::Disciplines {
            // Roles of the framework that nobody has yet come after the disciplines in use.
            let known: Vec<String> = names.iter().map(|n| role_key(n)).collect();
            names.extend(self.framework.roles().filter(|r| !known.contains(&role_key(r))).map(str::to_owned));
        }
        Ok(names)
    }

    /// Returns the saved views.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn views(&self) -> Result<Vec<ViewRow>, BookError> {
        Ok(views::views(self.store.reader())?)
    }

    /// Makes the backup that is due, on a thread; the result is its path, or `None` if none was due.
    #[must_use]
    pub fn backup_job(&self, jobs: Jobs) -> Job<Result<Option<PathBuf>, BookError>> {
        let (path, now) = (self.path().to_owned(), self.clock.now());
        let writable = self.read_only().is_none();
        jobs.spawn(move |_| if writable { Ok(backup::due(&path, now)?) } else { Ok(None) })
    }

    /// Copies the roster to another file and verifies the copy.
    ///
    /// # Errors
    /// If the file already exists, or can't be written.
    pub fn backup(&self, to: &Path) -> Result<(), BookError> {
        Ok(backup::copy(self.store.reader(), to)?)
    }

    /// Returns the whole roster as text: two rosters with equal dumps are the same.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn dump(&self) -> Result<String, BookError> {
        Ok(self.store.dump()?)
    }
}

/// The lists of names that forms use for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each names a list of section 2's words")]
pub enum Words {
    Organisations,
    Disciplines,
    Fields,
    Tags,
    Communities,
}
