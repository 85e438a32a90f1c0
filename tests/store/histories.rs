//! Random histories of all commands, imports, pages and reports: undoing them restores every earlier state in reverse order, redoing
//! restores every later state in order, and restoring any point is one step.
//!
//! The comparison leaves out suppressions and withdrawals, because undo keeps them. That they stay in force is asserted instead.

use std::collections::BTreeSet;

use guildhall::book::{Applied, AttendanceChange, Batch, Book, BookError, Command, CommunityDetail, Confirmed, Keep, Step, StoreError};
use guildhall::domain::address::OtherAddress;
use guildhall::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts};
use guildhall::domain::eligibility::ExceptionFacts;
use guildhall::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId};
use guildhall::domain::meetup::{AttendanceFacts, MeetupFacts};
use guildhall::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use guildhall::domain::words::{
    AddressState, ChannelKind, ConsentState, Format, MembershipStatus, Outcome, Purpose, RouteKind, Rsvp, RuleEffect, SeatFunction, Source,
};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::common::{World, today};

/// The number of kinds of command. The kinds of imported files come after these.
const COMMANDS: u8 = 39;
const KINDS: u8 = COMMANDS + 3;

/// The number of a command's kind. A new command doesn't compile until it has one, and
/// [`every_kind_of_command_is_in_the_histories`] fails until [`command`] makes it.
fn kind_of(command: &Command) -> u8 {
    match command {
        Command::AddPerson { .. } => 0,
        Command::EditPerson { .. } => 1,
        Command::RemovePeople(_) => 2,
        Command::PutIn { .. } => 3,
        Command::TakeOut { .. } => 4,
        Command::SetStatus { .. } => 5,
        Command::EditMembership { .. } => 6,
        Command::SetOrganisation { .. } => 7,
        Command::SetDiscipline { .. } => 8,
        Command::SetField { .. } => 9,
        Command::AddTag { .. } => 10,
        Command::RemoveTag { .. } => 11,
        Command::PutOrganisation { .. } => 12,
        Command::RemoveOrganisation(_) => 13,
        Command::PutCommunity { .. } => 14,
        Command::RemoveCommunity(_) => 15,
        Command::PutSeat { .. } => 16,
        Command::RemoveSeat(..) => 17,
        Command::PutRoute { .. } => 18,
        Command::RemoveRoute(..) => 19,
        Command::PutRule { .. } => 20,
        Command::RemoveRule(..) => 21,
        Command::PutChannel { .. } => 22,
        Command::RemoveChannel(..) => 23,
        Command::PutMeetup { .. } => 24,
        Command::RemoveMeetup(_) => 25,
        Command::Attend { .. } => 26,
        Command::WalkIn { .. } => 27,
        Command::SetConsent { .. } => 28,
        Command::NeverMail { .. } => 29,
        Command::Suppress { .. } => 30,
        Command::MailAgain { .. } => 31,
        Command::Allow { .. } => 32,
        Command::SaveView { .. } => 33,
        Command::RemoveView(_) => 34,
        Command::LoadSample => 35,
        Command::SeatNewcomer { .. } => 36,
        // `command` also makes the two most frequent commands under the numbers 37 and 38.
    }
}

/// One step of a history: its kind, and two numbers that select from the existing rows and values.
pub(crate) type Move = (u8, u8, u8);

pub(crate) fn moves(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Move>> {
    proptest::collection::vec((0..KINDS, any::<u8>(), any::<u8>()), length)
}

struct Things {
    people: Vec<PersonId>,
    communities: Vec<CommunityId>,
    meetups: Vec<MeetupId>,
    organisations: Vec<OrganisationId>,
}

fn things(book: &mut Book) -> Things {
    Things {
        people: book.find(&Default::default()).unwrap().ids,
        communities: book.communities().unwrap().into_iter().map(|c| c.id).collect(),
        meetups: book.meetup_ids(None, 1000).unwrap(),
        organisations: book.organisations().unwrap().into_iter().map(|o| o.id).collect(),
    }
}

fn pick<T: Copy>(all: &[T], n: u8) -> Option<T> {
    (!all.is_empty()).then(|| all[usize::from(n) % all.len()])
}

fn some(all: &[PersonId], n: u8) -> Vec<PersonId> {
    all.iter().copied().skip(usize::from(n) % 3).take(1 + usize::from(n) % 4).collect()
}

fn person(n: u8) -> PersonFacts {
    let n = n % 24;
    PersonFacts {
        organisation: format!("Organisation {}", n % 4),
        discipline: format!("Discipline {}", n % 3),
        others: if n.is_multiple_of(3) {
            vec![OtherAddress { address: format!("other{n}@example.net"), state: AddressState::Bounced }]
        } else {
            Vec::new()
        },
        tags: vec![format!("tag{}", n % 5)],
        fields: vec![("Grade".into(), format!("G{}", n % 7))],
        joined: Some(today()),
        ..PersonFacts::named(&format!("Person {n}"), &format!("p{n}@example.org"))
    }
}

/// Makes a command of a kind about existing rows; `None` if there is no row that it could be about.
fn command(book: &Book, (kind, a, b): Move, all: &Things) -> Option<Command> {
    let people = || Some(some(&all.people, a)).filter(|p| !p.is_empty());
    let (community, meetup) = (pick(&all.communities, b), pick(&all.meetups, b));
    Some(match kind {
        0 | 37 => Command::AddPerson { facts: person(a), community: community.filter(|_| b.is_multiple_of(2)) },
        1 => Command::EditPerson { id: pick(&all.people, a)?, facts: person(b), was: None },
        2 => Command::RemovePeople(people()?),
        3 | 38 => Command::PutIn { people: people()?, community: community?, status: MembershipStatus::ALL[usize::from(a) % 5] },
        4 => Command::TakeOut { people: people()?, community: community? },
        5 => Command::SetStatus { people: people()?, community: community?, status: MembershipStatus::ALL[usize::from(b) % 5] },
        6 => Command::EditMembership {
            person: pick(&all.people, a)?,
            community: community?,
            facts: MembershipFacts { status: MembershipStatus::Active, joined: Some(today()), left: None, source: Source::Referral },
            exception: (b % 3 == 0).then(|| ExceptionFacts { reason: "founder".into(), by: "us".into(), on: Some(today()), review: None }),
        },
        7 => Command::SetOrganisation {
            people: people()?,
            name: if b.is_multiple_of(4) { String::new() } else { format!("Organisation {}", b % 6) },
        },
        8 => Command::SetDiscipline {
            people: people()?,
            name: if b.is_multiple_of(4) { String::new() } else { format!("Discipline {}", b % 6) },
        },
        9 => Command::SetField {
            people: people()?,
            field: "Floor".into(),
            value: if b.is_multiple_of(3) { String::new() } else { b.to_string() },
        },
        10 => Command::AddTag { people: people()?, tag: format!("t{}", b % 4) },
        11 => Command::RemoveTag { people: people()?, tag: format!("tag{}", b % 5) },
        12 => Command::PutOrganisation {
            id: pick(&all.organisations, b).filter(|_| a.is_multiple_of(2)),
            facts: OrganisationFacts {
                name: format!("Organisation {}", a % 9),
                domains: vec![format!("d{}.example", a % 5)],
                ..OrganisationFacts::default()
            },
        },
        13 => Command::RemoveOrganisation(pick(&all.organisations, a)?),
        14..=23 | 36 => of_community(book, (kind, a, b), all)?,
        24 => Command::PutMeetup { id: meetup.filter(|_| a.is_multiple_of(2)), facts: gathering(book, a, b, all), was: None },
        25 => Command::RemoveMeetup(meetup?),
        26 => Command::Attend { meetup: meetup?, people: people()?, change: change(a) },
        27 => Command::WalkIn { meetup: meetup?, facts: PersonFacts::named(&format!("Walker {}", a % 7), ""), community },
        35 => Command::LoadSample,
        _ => of_mail_and_views(book, (kind, a, b), all)?,
    })
}

fn change(n: u8) -> AttendanceChange {
    match n % 3 {
        0 => AttendanceChange::Outcome(Outcome::ALL[usize::from(n) % 4]),
        1 => AttendanceChange::Rsvp(n.is_multiple_of(2).then_some(Rsvp::Yes)),
        _ => AttendanceChange::Facts(AttendanceFacts::came()),
    }
}

fn gathering(book: &Book, a: u8, b: u8, all: &Things) -> MeetupFacts {
    let starts = (today() + chrono::TimeDelta::days(i64::from(a) - 100)).and_hms_opt(18, 0, 0).unwrap();
    let name = |id| book.community(id).unwrap().unwrap().facts.name;
    MeetupFacts {
        communities: all.communities.iter().take(usize::from(b) % 3).map(|id| name(*id)).collect(),
        host: if b.is_multiple_of(2) { "Organisation 1".into() } else { String::new() },
        ..MeetupFacts::planned(&format!("Meetup {}", a % 9), Format::Call, starts)
    }
}

fn of_seats(whole: &CommunityDetail, (kind, a, b): Move, all: &Things) -> Option<Command> {
    let (community, seats) = (whole.id, whole.seats.iter().map(|s| s.id).collect::<Vec<_>>());
    Some(match kind {
        16 => Command::PutSeat {
            community,
            id: pick(&seats, a).filter(|_| b.is_multiple_of(2)),
            facts: SeatFacts {
                title: format!("Head {}", a % 4),
                holder: pick(&all.people, b).filter(|_| a % 4 != 0),
                since: Some(today()),
                interim: a % 2 == 0,
                function: (a % 3 == 0).then_some(SeatFunction::ALL[0]),
                ..SeatFacts::default()
            },
        },
        36 => Command::SeatNewcomer {
            community,
            id: pick(&seats, a).filter(|_| b.is_multiple_of(2)),
            facts: SeatFacts { title: format!("Head {}", a % 4), since: Some(today()), ..SeatFacts::default() },
            person: PersonFacts::named(&format!("Newcomer {}", a % 7), ""),
        },
        _ => Command::RemoveSeat(community, pick(&seats, a)?),
    })
}

fn of_community(book: &Book, (kind, a, b): Move, all: &Things) -> Option<Command> {
    let id = pick(&all.communities, b);
    if kind == 14 {
        let names: Vec<String> = all.communities.iter().map(|id| book.community(*id).unwrap().unwrap().facts.name).collect();
        let mut facts = CommunityFacts::named(&format!("Community {}", a % 6));
        facts.disciplines = (0..a % 3).map(|d| format!("Discipline {d}")).collect();
        facts.related = names.iter().filter(|n| **n != facts.name).take(usize::from(b) % 2).cloned().collect();
        facts.successor = names.iter().find(|n| **n != facts.name && a.is_multiple_of(5)).cloned().unwrap_or_default();
        return Some(Command::PutCommunity { id: id.filter(|_| a % 2 == 0), facts, was: None });
    }
    let community = id?;
    let whole = book.community(community).unwrap()?;
    let row = |rows: &[i64]| pick(rows, a).filter(|_| b.is_multiple_of(2));
    let routes: Vec<i64> = whole.routes.iter().map(|(id, _)| *id).collect();
    let rules: Vec<i64> = whole.rules.iter().map(|(id, ..)| *id).collect();
    let channels: Vec<i64> = whole.channels.iter().map(|(id, _)| *id).collect();
    Some(match kind {
        15 => Command::RemoveCommunity(community),
        16 | 17 | 36 => return of_seats(&whole, (kind, a, b), all),
        18 => Command::PutRoute {
            community,
            id: row(&routes),
            facts: RouteFacts {
                kind: RouteKind::ALL[0],
                target: format!("join{a}@example.org"),
                subject: String::new(),
                body: String::new(),
                words: String::new(),
            },
        },
        19 => Command::RemoveRoute(community, pick(&routes, a)?),
        20 => Command::PutRule {
            community,
            page_wide: a % 4 == 0,
            id: row(&rules),
            facts: RuleFacts {
                effect: RuleEffect::Allow,
                suffix: format!("d{}.example", a % 5),
                words: String::new(),
                printed: String::new(),
            },
        },
        21 => Command::RemoveRule(community, pick(&rules, a)?),
        22 => Command::PutChannel {
            community,
            id: row(&channels),
            facts: ChannelFacts { kind: ChannelKind::ALL[0], name: format!("#c{a}"), members: Some(u32::from(b)), counted: Some(today()) },
        },
        _ => Command::RemoveChannel(community, pick(&channels, a)?),
    })
}

fn of_mail_and_views(book: &Book, (kind, a, b): Move, all: &Things) -> Option<Command> {
    let people = || Some(some(&all.people, a)).filter(|p| !p.is_empty());
    // An address of a person, and one that nobody has.
    let addresses = || vec![format!("p{}@example.org", a % 24), format!("nobody{}@example.org", b % 4)];
    Some(match kind {
        28 => {
            let (purpose, state) = (
                Purpose::ALL[usize::from(a) % 4],
                [ConsentState::Granted, ConsentState::Withdrawn, ConsentState::Unknown][usize::from(b) % 3],
            );
            Command::SetConsent { people: people()?, consent: ConsentFacts { purpose, state, on: Some(today()), source: "form".into() } }
        }
        29 => Command::NeverMail { people: people()?, reason: "asked".into() },
        30 => Command::Suppress { addresses: addresses(), reason: "asked".into() },
        31 => Command::MailAgain { person: pick(&all.people, a)?, source: "a letter".into(), on: today() },
        32 => Command::Allow { addresses: addresses(), source: "a letter".into(), on: today() },
        33 => Command::SaveView {
            name: format!("View {}", a % 3),
            pane: "members".into(),
            query: format!("tag:t{}", b % 4),
            sort: "name".into(),
            columns: "name".into(),
        },
        34 => Command::RemoveView(pick(&book.views().unwrap().into_iter().map(|v| v.id).collect::<Vec<_>>(), a)?),
        _ => return None,
    })
}

#[test]
fn every_kind_of_command_is_in_the_histories() {
    let mut world = World::sample();
    world.run(Command::SaveView {
        name: "Mine".into(),
        pane: "members".into(),
        query: String::new(),
        sort: "name".into(),
        columns: "name".into(),
    });
    let all = things(&mut world.book);
    let mut made = BTreeSet::new();
    for kind in 0..COMMANDS {
        let found = (0..=u8::MAX).find_map(|n| command(&world.book, (kind, n, n), &all));
        let found = found.unwrap_or_else(|| panic!("no command of kind {kind}"));
        made.insert(kind_of(&found));
        assert!(kind >= 37 || kind_of(&found) == kind, "{kind}: {found:?}");
    }
    assert_eq!(made.len(), 37);
}

/// Applies a move. Returns what it did; `None` if it changed nothing.
pub(crate) fn go(world: &mut World, step: Move) -> Option<Applied> {
    let (kind, a, b) = step;
    let before = dump(&world.book);
    let applied = match kind.checked_sub(COMMANDS) {
        None => {
            let all = things(&mut world.book);
            command(&world.book, step, &all).and_then(|command| world.book.run(&command).ok())
        }
        Some(0) => {
            let rows: String = (0..12).map(|i| format!("Person {i},p{}@example.org,Org {},G{a}\n", i + a % 20, i % 3)).collect();
            let report = world.import_into("list.csv", format!("Name,E-mail,Company,Grade\n{rows}"), Some("Imported"));
            applied(world, report.added + report.updated)
        }
        Some(1) => {
            let header = "Email address,Template name,Uploaded spreadsheet file name,Template sent at,Unsubscribe request received at";
            let row = format!("p{}@example.org,News,x.csv,2026-11-20 09:00:00,2026-11-21 10:00:00", a % 24);
            let before = steps(&world.book);
            world.import("report.csv", format!("{header}\n{row}\n"));
            applied(world, steps(&world.book) - before)
        }
        Some(_) => {
            let page = format!(
                "# Communities\n\nOnly people with a `d{}.example` address may join.\n\n## Digital\n\n### Community {}\n\nHead: Person {}, p{0}@example.org\n\n### Community {}\n\nHead: person TBC\n",
                a % 5,
                a % 6,
                a % 24,
                b % 6
            );
            let file = world.file("communities.md", page);
            let before = steps(&world.book);
            let _ = world.book.import_page(&file, false, false);
            applied(world, steps(&world.book) - before)
        }
    };
    world.book.poll_external_changes().unwrap();
    // A refused step, for example because a name is taken, changes nothing.
    if applied.is_none() {
        assert_eq!(before, dump(&world.book), "{step:?}");
    }
    applied.filter(|a| a.changes > 0)
}

fn steps(book: &Book) -> u64 {
    book.history(None, 100_000).unwrap().len() as u64
}

fn applied(world: &World, changes: u64) -> Option<Applied> {
    let label = world.book.history(None, 1).unwrap().first().map(|op| op.label.clone()).unwrap_or_default();
    (changes > 0).then(|| Applied { label, touched: Default::default(), select: None, changes, kept: Vec::new(), unreached: Vec::new() })
}

fn dump(book: &Book) -> String {
    book.dump().unwrap()
}

/// Returns everything that blocks mail or other uses: suppressed addresses, and withdrawn consents by person and purpose.
fn protections(book: &Book) -> BTreeSet<String> {
    let conn = Connection::open(book.path()).unwrap();
    let mut out = BTreeSet::new();
    for sql in [
        "SELECT address_key FROM suppression WHERE address_key NOT LIKE '% %' AND (lifted IS NULL OR asked>=lifted)",
        "SELECT person_id||' '||purpose FROM consent WHERE state='withdrawn'",
    ] {
        for row in conn.prepare(sql).unwrap().query_map([], |r| r.get::<_, String>(0)).unwrap() {
            out.insert(row.unwrap());
        }
    }
    out
}

/// Compares two dumps without suppressions, and without consents that are withdrawn in either: undo keeps those.
fn same_but_for_protections(one: &str, other: &str) -> Result<(), TestCaseError> {
    let cells = |line: &str| -> Vec<String> { line.split('\t').map(str::to_owned).collect() };
    let withdrawn: BTreeSet<(String, String)> = one
        .lines()
        .chain(other.lines())
        .filter(|l| l.starts_with("consent\t") && l.contains("\"withdrawn\""))
        .map(|l| (cells(l)[2].clone(), cells(l)[3].clone()))
        .collect();
    let rest = |dump: &str| -> Vec<String> {
        let kept = |l: &&str| {
            let is_withdrawn = l.starts_with("consent\t") && withdrawn.contains(&(cells(l)[2].clone(), cells(l)[3].clone()));
            !l.starts_with("suppression\t") && !is_withdrawn
        };
        dump.lines().filter(kept).map(str::to_owned).collect()
    };
    prop_assert_eq!(rest(one), rest(other));
    Ok(())
}

/// Undoes or redoes a step, with confirmation where required. Returns whether confirmation was required.
fn turn(book: &mut Book, back: bool) -> Result<bool, BookError> {
    let (first, sure) = if back {
        (Step::Undo(Confirmed::No), Step::Undo(Confirmed::Yes))
    } else {
        (Step::Redo(Confirmed::No), Step::Redo(Confirmed::Yes))
    };
    match book.step(&first) {
        Ok(_) => Ok(false),
        Err(e) if e.asks_first() => book.step(&sure).map(|_| true),
        Err(e) => Err(e),
    }
}

/// Asserts that the newest step's stored label is that of the step that it undoes.
fn labels_agree(book: &Book) {
    let conn = Connection::open(book.path()).unwrap();
    let sql = "SELECT o.label, t.label FROM op o JOIN op t ON t.id=o.undoes ORDER BY o.id DESC LIMIT 1";
    let (of_this, of_that): (String, String) = conn.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    assert_eq!(of_this, of_that);
}

/// Asserts that in the journal every change of a single row about a person names the person.
fn assert_changes_name_their_person(book: &Book) {
    let conn = Connection::open(book.path()).unwrap();
    let sql = "SELECT count(*) FROM op_change WHERE entity IN ('person','address','tenure','exception','membership','attendance','consent') \
               AND entity_id=last_id AND (person_id IS NULL OR entity='person' AND person_id<>entity_id)";
    assert_eq!(conn.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap(), 0);
}

/// A step, the dump after it, and the protections in force then.
type Point = (guildhall::domain::ids::OpId, String, BTreeSet<String>);

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undoing_all_gives_every_earlier_state_and_redoing_gives_them_forward(moves in moves(1..14)) {
        let mut world = World::empty();
        let mut states = vec![dump(&world.book)];
        for step in moves {
            if go(&mut world, step).is_some() {
                states.push(dump(&world.book));
            }
        }
        let mut held = protections(&world.book);
        let top = held.clone();
        for expected in states.iter().rev().skip(1) {
            let confirmed = turn(&mut world.book, true).unwrap();
            labels_agree(&world.book);
            same_but_for_protections(&dump(&world.book), expected)?;
            let now = protections(&world.book);
            // When a person is removed, a suppression of their addresses replaces their withdrawal.
            let lost: Vec<&String> = held.iter().filter(|p| !now.contains(*p) && !p.contains(' ')).collect();
            prop_assert!(confirmed || lost.is_empty(), "{lost:?} hold no more");
            held = now;
        }
        prop_assert!(matches!(world.book.undo(), Err(BookError::Store(StoreError::Nothing("undo")))));
        let at_last: BTreeSet<String> = top.into_iter().filter(|p| !p.contains(' ')).collect();
        for expected in states.iter().skip(1) {
            turn(&mut world.book, false).unwrap();
            labels_agree(&world.book);
            same_but_for_protections(&dump(&world.book), expected)?;
        }
        prop_assert!(protections(&world.book).is_superset(&at_last), "what held at last holds again");
        prop_assert!(matches!(world.book.redo(), Err(BookError::Store(StoreError::Nothing("redo")))));
        assert_changes_name_their_person(&world.book);
        prop_assert!(world.book.check().unwrap().is_sound());
    }

    #[test]
    fn a_batch_is_one_step_that_undo_takes_back_and_redo_gives_again_or_nothing(
        before in moves(1..8), within in proptest::collection::vec((0..COMMANDS, any::<u8>(), any::<u8>()), 1..10), strict in any::<bool>()
    ) {
        let mut world = World::empty();
        for step in before {
            go(&mut world, step);
        }
        let (was, steps_before) = (dump(&world.book), steps(&world.book));
        let run = |book: &mut Book| -> Result<((), u64), BookError> {
            let mut n = 0;
            for step in &within {
                let all = things(book);
                if let Some(command) = command(book, *step, &all) {
                    match book.run(&command) {
                        Err(e) if strict => return Err(e),
                        _ => n += 1,
                    }
                }
            }
            Ok(((), n))
        };
        let seen = world.book.batch(Batch::File("actions.jsonl"), Keep::No, run);
        prop_assert_eq!(&dump(&world.book), &was);
        let done = world.book.batch(Batch::File("actions.jsonl"), Keep::Yes, run);
        let Ok(((), done)) = done else {
            prop_assert_eq!((dump(&world.book), steps(&world.book)), (was, steps_before));
            return Ok(());
        };
        prop_assert_eq!(seen.unwrap().1.changes, done.changes, "a rehearsal says what will be done");
        prop_assert_eq!(steps(&world.book), steps_before + u64::from(done.changes > 0));
        prop_assert!(world.book.check().unwrap().is_sound());
        assert_changes_name_their_person(&world.book);
        // A search finds the same people as in a newly opened roster: the index was updated after each part.
        let found = world.book.find(&Default::default()).unwrap().ids;
        let fresh = Book::open(world.book.path(), crate::common::clock_after(world.book.path())).unwrap().find(&Default::default()).unwrap().ids;
        prop_assert_eq!(found, fresh);
        if done.changes > 0 {
            let then = dump(&world.book);
            turn(&mut world.book, true).unwrap();
            same_but_for_protections(&dump(&world.book), &was)?;
            // A file that allows mail to somebody and stops it again leaves their no in force when it is undone, and then may not be redone.
            let kinds: BTreeSet<u8> = within.iter().map(|(kind, ..)| *kind).collect();
            let both = kinds.iter().any(|k| [28, 31, 32].contains(k)) && kinds.iter().any(|k| [28, 29, 30].contains(k));
            let undone = dump(&world.book);
            match turn(&mut world.book, false) {
                Err(BookError::Store(StoreError::ChangedSince { .. })) if both => prop_assert_eq!(dump(&world.book), undone),
                redone => {
                    redone.unwrap();
                    same_but_for_protections(&dump(&world.book), &then)?;
                }
            }
        }
    }

    #[test]
    fn undo_and_redo_of_asking_and_allowing_give_what_held_then(turns in proptest::collection::vec(0..4_u8, 1..10), is_somebodys in any::<bool>()) {
        let mut world = World::empty();
        let address = "ann@example.org".to_owned();
        if is_somebodys {
            world.person("Ann", &address);
        }
        let is_mailable = |world: &mut World| {
            let held = protections(&world.book);
            held.is_empty() && (!is_somebodys || !world.export("bcc", "").is_empty())
        };
        // Whether mail was allowed after each step that is done or can be redone, and the roster's position among these steps.
        let (mut states, mut at) = (vec![is_mailable(&mut world)], 0);
        for turn_ in turns {
            let command = match turn_ {
                0 => Some(Command::Suppress { addresses: vec![address.clone()], reason: "asked".into() }),
                1 => Some(Command::Allow { addresses: vec![address.clone()], source: "a letter".into(), on: today() }),
                _ => None,
            };
            match command {
                Some(command) if world.run(command.clone()).changes > 0 => {
                    states.truncate(at + 1);
                    states.push(turn_ == 1);
                    at += 1;
                }
                // The step that added the person is never undone.
                None if turn_ == 2 && at > 0 => {
                    turn(&mut world.book, true).unwrap();
                    at -= 1;
                }
                None if turn_ == 3 && at + 1 < states.len() => {
                    turn(&mut world.book, false).unwrap();
                    at += 1;
                }
                _ => {}
            }
            prop_assert_eq!(is_mailable(&mut world), states[at], "{:?} at {}", states, at);
        }
    }

    #[test]
    fn going_back_to_any_point_is_one_step_and_is_itself_undone(
        moves in moves(2..12),
        turns in 0..3_usize,
        pick in any::<prop::sample::Index>(),
    ) {
        let mut world = World::empty();
        world.person("First", "first@example.org");
        world.person("Second", "second@example.org");
        let mut points: Vec<Point> = Vec::new();
        let note = |world: &World, points: &mut Vec<Point>| {
            let newest = world.book.history(None, 1).unwrap();
            if let Some(op) = newest.first().filter(|op| points.last().is_none_or(|(id, ..)| *id != op.id)) {
                points.push((op.id, dump(&world.book), protections(&world.book)));
            }
        };
        note(&world, &mut points);
        for (n, step) in moves.into_iter().enumerate() {
            if go(&mut world, step).is_some() {
                note(&world, &mut points);
            }
            // Undo and redo happen between the steps, too, not only after them.
            for way in 0..(turns + n) % 4 {
                let _ = turn(&mut world.book, way != 1);
                note(&world, &mut points);
            }
        }
        // The newest step is the current state, so there is nothing to restore there.
        let (now, held) = (dump(&world.book), protections(&world.book));
        let newest = world.book.history(None, 1).unwrap()[0].id;
        points.retain(|(id, ..)| *id != newest);
        if points.is_empty() {
            return Ok(());
        }
        let (point, then, held_then) = pick.get(&points).clone();
        let before = steps(&world.book);
        world.book.step(&Step::BackTo(point)).unwrap();
        same_but_for_protections(&dump(&world.book), &then)?;
        let suppressed = |all: &BTreeSet<String>| all.iter().filter(|p| !p.contains(' ')).cloned().collect::<BTreeSet<_>>();
        let after = suppressed(&protections(&world.book));
        prop_assert!(after.is_superset(&suppressed(&held)), "going back lifts nothing");
        prop_assert!(after.is_superset(&suppressed(&held_then)), "what held then holds again");
        let after = steps(&world.book);
        prop_assert!(after <= before + 1);
        if after > before {
            turn(&mut world.book, true).unwrap();
            same_but_for_protections(&dump(&world.book), &now)?;
        }
    }
}
