//! Lists, counts, meetups and histories that are updated step by step are the same as if they were read again. After each step of random
//! histories of all commands, undo and redo included, the book that took the steps is compared with one that has just opened the file.

use std::collections::BTreeSet;

use guildhall::book::{Applied, Book, MeetupSort, PeopleQuery, SortBy, Thing};
use guildhall::domain::ids::{CommunityId, PersonId};
use proptest::prelude::*;
use rusqlite::Connection;

use super::histories::{Move, go, moves};
use crate::common::{World, clock_after};

const QUERIES: [&str; 9] =
    ["", "person", "p1", "organisation 1", "tag:t1", "status:active", "missing:organisation", "attended:>0", "seen:<10y person"];

/// A query, with its order and community, and the list of its results, which is updated step by step.
struct Look {
    text: &'static str,
    sort: SortBy,
    reverse: bool,
    of_community: bool,
    list: Vec<PersonId>,
}

impl Look {
    fn wanted(&self, community: Option<CommunityId>) -> PeopleQuery<'_> {
        PeopleQuery { text: self.text, community: community.filter(|_| self.of_community), sort: self.sort, reverse: self.reverse }
    }
}

fn looks() -> Vec<Look> {
    let sorts = SortBy::ALL.iter().cycle();
    let texts = QUERIES.iter().chain(QUERIES.iter());
    texts
        .zip(sorts)
        .enumerate()
        .map(|(n, (text, sort))| Look { text, sort: *sort, reverse: n % 3 == 1, of_community: n % 2 == 1, list: Vec::new() })
        .collect()
}

/// Updates a look's list as a pane does. Returns whether the list could be updated without a new search.
fn follow(book: &mut Book, look: &mut Look, community: Option<CommunityId>, applied: &Applied) -> bool {
    let mut list = std::mem::take(&mut look.list);
    let known = book.is_ready() && book.update_results(&look.wanted(community), &applied.touched, &mut list).unwrap();
    if !known {
        list = book.find(&look.wanted(community)).unwrap().ids;
    }
    look.list = list;
    known
}

/// Finds the steps of a person's history by searching the whole journal.
fn history(file: &Connection, person: PersonId) -> BTreeSet<i64> {
    let mut rows: BTreeSet<(String, i64)> = BTreeSet::from([("person".to_owned(), person.0)]);
    let mut read = |sql: &str| {
        let mut statement = file.prepare(sql).unwrap();
        let found = statement.query_map([person.0], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.extend(found.map(Result::unwrap));
    };
    read("SELECT entity, entity_id FROM op_change WHERE person_id=?1");
    for table in ["membership", "attendance", "address", "consent", "tenure", "exception"] {
        read(&format!("SELECT '{table}', id FROM {table} WHERE person_id=?1"));
    }
    read(
        "SELECT 'suppression', id FROM suppression WHERE address_key IN (SELECT email_key FROM person WHERE id=?1 UNION SELECT address_key FROM address WHERE person_id=?1)",
    );
    let mut covering = file.prepare("SELECT op FROM op_change WHERE entity=?1 AND entity_id<=?2 AND last_id>=?2").unwrap();
    rows.iter()
        .flat_map(|row| covering.query_map((&row.0, row.1), |r| r.get(0)).unwrap().map(Result::unwrap).collect::<Vec<i64>>())
        .collect()
}

fn compare(world: &mut World, looks: &[Look], community: Option<CommunityId>) {
    let mut fresh = Book::open(&world.path(), clock_after(&world.path())).unwrap();
    fresh.make_ready().unwrap();
    for look in looks {
        let wanted = look.wanted(community);
        assert_eq!(look.list, fresh.find(&wanted).unwrap().ids, "{wanted:?}");
    }
    assert_eq!(world.book.community_counts(), fresh.community_counts().filter(|_| world.book.is_ready()));
    for (text, sort) in [
        ("", MeetupSort::When),
        ("meetup", MeetupSort::Came),
        ("host:organisation", MeetupSort::Title),
        ("community:community", MeetupSort::Host),
    ] {
        for of in [None, community] {
            let found = world.book.find_meetups(text, of, sort, false).unwrap();
            assert_eq!(found, fresh.find_meetups(text, of, sort, false).unwrap(), "{text} {of:?}");
            assert_eq!(world.book.meetups(&found.ids).unwrap(), fresh.meetups(&found.ids).unwrap());
        }
    }
    assert_eq!(fresh.find_meetups("", None, MeetupSort::When, false).unwrap().ids, fresh.meetup_ids(None, 1_000).unwrap());
    // Answers without an index are the same as with one.
    let mut unready = Book::open(&world.path(), clock_after(&world.path())).unwrap();
    assert_eq!(Some(unready.count_members().unwrap()), fresh.community_counts());
    assert_eq!(unready.find(&PeopleQuery::default()).unwrap().ids, fresh.find(&PeopleQuery::default()).unwrap().ids);
    let mut unready = Book::open(&world.path(), clock_after(&world.path())).unwrap();
    assert_eq!(unready.find_ids("", community).unwrap(), fresh.find_ids("", community).unwrap());
    let file = Connection::open(world.path()).unwrap();
    for person in fresh.find(&PeopleQuery::default()).unwrap().ids {
        let wanted: Vec<i64> = history(&file, person).into_iter().rev().collect();
        let whole: Vec<i64> = world.book.history(Some(Thing::Person(person)), 1_000).unwrap().iter().map(|op| op.id.0).collect();
        assert_eq!(whole, wanted, "the history of {person}");
        let recent_history: Vec<i64> = world.book.recent_history(Thing::Person(person), 3).unwrap().iter().map(|op| op.id.0).collect();
        assert_eq!(recent_history, wanted.into_iter().take(3).collect::<Vec<_>>(), "a glance at {person}");
    }
}

fn take(world: &mut World, step: Move) -> Option<Applied> {
    // The first number of a move sometimes makes it an undo or a redo instead.
    match step {
        (_, 0..=30, _) => world.book.undo().ok(),
        (_, 31..=50, _) => world.book.redo().ok(),
        _ => {
            let mut applied = go(world, step)?;
            // For an imported file, `go` doesn't report which people it was about.
            applied.touched.many |= applied.touched.is_empty();
            Some(applied)
        }
    }
}

fn run(world: &mut World, all: &[Move]) -> usize {
    let mut looks = looks();
    let mut community = None;
    let mut patched = 0;
    for step in all {
        let Some(applied) = take(world, *step) else { continue };
        let before = community;
        community = world.book.communities().unwrap().first().map(|c| c.id);
        for look in &mut looks {
            if before == community {
                patched += usize::from(follow(&mut world.book, look, community, &applied));
            } else {
                look.list = world.book.find(&look.wanted(community)).unwrap().ids;
            }
        }
        compare(world, &looks, community);
    }
    patched
}

proptest! {
    #[test]
    fn what_is_kept_true_is_what_is_read_anew(all in moves(4..14)) {
        run(&mut World::empty(), &all);
    }
}

/// A book that always searches again would pass the property above, so this test counts the updated lists.
#[test]
fn lists_are_mostly_kept_and_not_read_again() {
    let mut world = World::empty();
    let steps: Vec<Move> = (0..40_u8).map(|n| ([0, 3, 10, 26, 24, 14][usize::from(n) % 6], 60 + n, n)).collect();
    let patched = run(&mut world, &steps);
    assert!(patched > 200, "{patched}");
}
