//! The fixture of the tests: a roster in a temporary folder, with a fixed clock.
#![allow(dead_code, missing_docs, reason = "each test binary uses a part")]

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use guildhall::book::{Applied, Book, Clock, Command, FixedClock, Jobs, PeopleQuery, Thing};
use guildhall::domain::community::CommunityFacts;
use guildhall::domain::ids::{CommunityId, MeetupId, PersonId};
use guildhall::domain::meetup::MeetupFacts;
use guildhall::domain::person::PersonFacts;
use guildhall::domain::words::{Format, MembershipStatus};

pub(crate) struct World {
    pub folder: tempfile::TempDir,
    pub book: Book,
    pub clock: Arc<dyn Clock>,
}

pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(FixedClock::on(today()))
}

/// Returns the clock for opening a roster that already has steps, so that it repeats none of their ids.
pub(crate) fn clock_after(roster: &std::path::Path) -> Arc<dyn Clock> {
    let conn = rusqlite::Connection::open(roster).unwrap();
    let newest: Option<Vec<u8>> = conn.query_row("SELECT max(action_id) FROM op", [], |r| r.get(0)).unwrap();
    let steps = newest.map_or(0, |id| u64::from_be_bytes(id[8..].try_into().unwrap()));
    Arc::new(FixedClock::after(today(), steps))
}

impl World {
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = clock();
        let book = Book::create(&folder.path().join("roster.guildhall"), Arc::clone(&clock)).unwrap();
        Self { folder, book, clock }
    }

    pub(crate) fn sample() -> Self {
        let mut world = Self::empty();
        world.run(Command::LoadSample);
        world
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.book.path().to_owned()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn run(&mut self, command: Command) -> Applied {
        self.book.run(&command).unwrap_or_else(|e| panic!("{command:?}: {e}"))
    }

    pub(crate) fn person(&mut self, name: &str, email: &str) -> PersonId {
        self.facts(PersonFacts::named(name, email))
    }

    pub(crate) fn facts(&mut self, facts: PersonFacts) -> PersonId {
        match self.run(Command::AddPerson { facts, community: None }).select {
            Some(Thing::Person(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn community(&mut self, name: &str) -> CommunityId {
        match self.run(Command::PutCommunity { id: None, facts: CommunityFacts::named(name), was: None }).select {
            Some(Thing::Community(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn meetup(&mut self, title: &str, days: i64) -> MeetupId {
        let day = today() + chrono::TimeDelta::days(days);
        let facts = MeetupFacts::planned(title, Format::ShowAndTell, day.and_hms_opt(18, 0, 0).unwrap());
        match self.run(Command::PutMeetup { id: None, facts, was: None }).select {
            Some(Thing::Meetup(id)) => id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn put_in(&mut self, people: &[PersonId], community: CommunityId) -> Applied {
        self.run(Command::PutIn { people: people.to_vec(), community, status: MembershipStatus::Active })
    }

    pub(crate) fn find(&mut self, text: &str) -> Vec<String> {
        let ids = self.book.find(&PeopleQuery { text, ..PeopleQuery::default() }).unwrap().ids;
        self.book.people(&ids, None).unwrap().into_iter().map(|p| p.title().to_owned()).collect()
    }

    pub(crate) fn import(&mut self, name: &str, content: impl AsRef<[u8]>) -> guildhall::book::ImportReport {
        self.import_into(name, content, None)
    }

    pub(crate) fn import_into(&mut self, name: &str, content: impl AsRef<[u8]>, community: Option<&str>) -> guildhall::book::ImportReport {
        let file = self.file(name, content);
        let options = guildhall::book::ImportOptions { file, text: None, community: community.map(str::to_owned), dry_run: false };
        let report = self.book.import_job(options, Jobs::Inline).wait().unwrap().unwrap_or_else(|e| panic!("{e}"));
        self.book.after_step(&report.touched).unwrap();
        report
    }

    pub(crate) fn export(&mut self, format: &str, query: &str) -> String {
        let options = guildhall::book::ExportOptions { format: format.into(), query: query.into(), ..Default::default() };
        let mut out = Vec::new();
        self.book.export_to(&options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}
