//! Makes rosters like those after years of use, through the book, for the measurements of `benches/run`.
//!
//! `cargo bench --bench rosters -- KIND PEOPLE.csv ROSTER`, with the people of `benches/roster.py`. Kinds for `n` people:
//! `bare` has only people; `lived-in` has 12 communities, `n`/208 meetups, 1.5 `n` memberships, 2.5 `n` attendances; `wide` has `n`/20
//! communities, `n`/5 meetups, 5 `n` memberships, 10 `n` attendances, and one person in up to 500 communities; `edited` has 100 `n`
//! steps in its journal. Rows of memberships and attendances are in random order, as in real rosters. The same people give the same roster.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench stops where it fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use guildhall::book::{AttendanceChange, Book, Command, FixedClock, ImportOptions, Jobs, PeopleQuery, Thing};
use guildhall::domain::community::CommunityFacts;
use guildhall::domain::ids::{CommunityId, MeetupId, PersonId};
use guildhall::domain::meetup::MeetupFacts;
use guildhall::domain::words::{Format, MembershipStatus, Outcome};

/// A small random generator (xorshift64), so that a roster is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    /// Returns up to `n` of them at random, each once, in random order.
    fn some(&mut self, of: &[PersonId], n: usize) -> Vec<PersonId> {
        let mut out: Vec<PersonId> = (0..n).map(|_| of[self.below(of.len())]).collect();
        out.sort_unstable();
        out.dedup();
        for i in (1..out.len()).rev() {
            out.swap(i, self.below(i + 1));
        }
        out
    }
}

struct Maker {
    book: Book,
    people: Vec<PersonId>,
    dice: Dice,
}

impl Maker {
    fn new(people: &Path, roster: &Path) -> Self {
        let today = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let mut book = Book::create(roster, Arc::new(FixedClock::on(today))).unwrap();
        let options = ImportOptions { file: people.to_owned(), text: None, community: None, dry_run: false };
        book.import_job(options, Jobs::Inline).wait().unwrap().unwrap();
        let people = book.find(&PeopleQuery::default()).unwrap().ids;
        // Reopening drops the index, which each step would otherwise have to update.
        let path = book.path().to_owned();
        drop(book);
        let book = Book::open(&path, Arc::new(FixedClock::after(today, 10))).unwrap();
        Self { book, people, dice: Dice(88_172_645_463_325_252) }
    }

    fn run(&mut self, command: &Command) -> Option<Thing> {
        self.book.run(command).unwrap().select
    }

    fn communities(&mut self, n: usize) -> Vec<CommunityId> {
        (0..n)
            .map(|i| {
                let mut facts = CommunityFacts::named(&format!("Community {i} of practice"));
                facts.family = format!("Family {}", i / 12);
                match self.run(&Command::PutCommunity { id: None, facts, was: None }) {
                    Some(Thing::Community(id)) => id,
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    }

    fn meetups(&mut self, n: usize, communities: usize) -> Vec<MeetupId> {
        let first = NaiveDate::from_ymd_opt(2016, 1, 4).unwrap();
        (0..n)
            .map(|i| {
                let day = first + TimeDelta::days(i64::try_from(i * 4_018 / n).unwrap());
                let format = [Format::ShowAndTell, Format::Unconference, Format::Talk][i % 3];
                let mut facts = MeetupFacts::planned(&format!("Meetup {i} in spring"), format, day.and_hms_opt(18, 0, 0).unwrap());
                facts.communities = vec![format!("Community {} of practice", self.dice.below(communities))];
                facts.venue = format!("Room {}", i % 40);
                match self.run(&Command::PutMeetup { id: None, facts, was: None }) {
                    Some(Thing::Meetup(id)) => id,
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    }

    /// Adds about this number of memberships, in rounds over the communities.
    fn join(&mut self, communities: &[CommunityId], memberships: usize) {
        let rounds = 8;
        let each = (memberships / rounds / communities.len()).max(1);
        for _ in 0..rounds {
            for community in communities {
                let people = self.dice.some(&self.people.clone(), each);
                self.run(&Command::PutIn { people, community: *community, status: MembershipStatus::Active });
            }
        }
    }

    fn attend(&mut self, meetups: &[MeetupId], visits: usize) {
        let rounds = 2;
        let each = (visits / rounds / meetups.len()).max(1);
        for _ in 0..rounds {
            for meetup in meetups {
                let people = self.dice.some(&self.people.clone(), each);
                let change = AttendanceChange::Outcome(Outcome::Attended);
                self.run(&Command::Attend { meetup: *meetup, people, change });
            }
        }
    }

    fn life(&mut self, communities: usize, meetups: usize, memberships: usize, visits: usize) -> Vec<CommunityId> {
        let ids = self.communities(communities);
        let meetups = self.meetups(meetups, communities);
        self.join(&ids, memberships);
        self.attend(&meetups, visits);
        ids
    }

    fn edits(&mut self, steps: usize) {
        for i in 0..steps {
            let person = self.people[self.dice.below(self.people.len())];
            let facts = self.book.person(person).unwrap().unwrap().facts;
            let command = match i % 3 {
                0 => Command::SetField { people: vec![person], field: "location".into(), value: format!("Desk {i}") },
                1 if facts.tags.iter().any(|t| t == "checked") => Command::RemoveTag { people: vec![person], tag: "checked".into() },
                1 => Command::AddTag { people: vec![person], tag: "checked".into() },
                _ => {
                    let facts = guildhall::domain::person::PersonFacts { job_title: format!("Post {i}"), ..facts };
                    Command::EditPerson { id: person, facts, was: None }
                }
            };
            self.run(&command);
        }
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let [kind, people, roster] = words.as_slice() else {
        println!("cargo bench --bench rosters -- bare|lived-in|wide|edited PEOPLE.csv ROSTER");
        return;
    };
    let mut maker = Maker::new(&PathBuf::from(people), &PathBuf::from(roster));
    let n = maker.people.len();
    match kind.as_str() {
        "lived-in" => {
            maker.life(12, (n / 208).max(4), n * 3 / 2, n * 5 / 2);
        }
        "wide" => {
            let all = maker.life((n / 20).max(8), (n / 5).max(8), n * 5, n * 10);
            let joiner = maker.people[n / 2];
            for community in all.iter().take(500) {
                maker.run(&Command::PutIn { people: vec![joiner], community: *community, status: MembershipStatus::Active });
            }
        }
        "edited" => maker.edits(n * 100),
        _ => {}
    }
}
