//! What a lead should do this week: one line for each thing to do, the most urgent first.
//!
//! Each kind of line is a function in one table. Must not know where a line is shown, or which key opens it.

use std::cell::OnceCell;
use std::io::sink;
use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::{Book, BookError, ExportOptions, Since};
use crate::domain::ids::{CommunityId, MeetupId, PersonId, SeatId};
use crate::domain::text;
use crate::exchange::Single;
use crate::exchange::formats::FORMATS;
use crate::store::changes::TouchedBy;
use crate::store::due::{self, MeetupDue, PersonDue};
use crate::store::eligible::EligibilityChecker;
use crate::store::{Touched, changes, lookup, organisations, pages};

/// How many days ahead meetups are considered.
const AHEAD: u64 = 14;
/// How many days after joining somebody is a newcomer.
const NEW: u64 = 30;
/// How many days after a meetup its write-up is due.
const WRITE_UP: u64 = 14;
/// The most people with a bounced address who get a line each.
const MOST_BOUNCED: usize = 50;
/// The most touched people who are compared with a list one by one; above this, the whole list is compared again.
const MOST_TOUCHED: usize = 5_000;
/// From this many people of a kind, one line covers them all.
const MANY: usize = 6;

/// A thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToDo {
    /// What kind of thing it is.
    pub kind: ToDoKind,
    /// What it refers to, in words.
    pub what: String,
    /// The date it refers to, such as that of the meetup or since when.
    pub on: Option<NaiveDate>,
    /// When it is due.
    pub by: NaiveDate,
    /// The place to do it.
    pub at: ToDoPlace,
}

/// The kinds of things to do; the equally urgent ones are sorted in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToDoKind {
    /// An upcoming meetup has no host.
    NoHost,
    /// People haven't answered for an upcoming meetup, or said maybe.
    OpenAnswers,
    /// A meetup is over and people came, but it isn't marked as held.
    NotHeld,
    /// A write-up is owed.
    WriteUp,
    /// A seat's holder is overdue to be confirmed.
    Confirm,
    /// An exception is due for review.
    Review,
    /// A primary address bounced.
    Bounced,
    /// A seat is vacant.
    Vacant,
    /// A new member hasn't been to a meetup yet.
    Newcomer,
    /// Changes aren't on the public page yet.
    Unpublished,
    /// The recipients of a list have changed since it was exported.
    ListChanged,
}

impl ToDoKind {
    /// Returns the words for the kind.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoHost => "no host",
            Self::OpenAnswers => "answers open",
            Self::NotHeld => "was it held?",
            Self::WriteUp => "write-up owed",
            Self::Confirm => "seat to confirm",
            Self::Review => "exception due for review",
            Self::Bounced => "bounced address",
            Self::Vacant => "seat vacant",
            Self::Newcomer => "welcome newcomer",
            Self::Unpublished => "not published",
            Self::ListChanged => "list changed",
        }
    }
}

/// The place to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToDoPlace {
    /// A meetup.
    Meetup(MeetupId),
    /// A seat of a community.
    Seat(CommunityId, SeatId),
    /// Somebody's membership.
    Membership(PersonId, CommunityId),
    /// A person.
    Person(PersonId),
    /// The people whom a search finds.
    People(String),
    /// A public page, by its file's name.
    Page(String),
    /// The export of a list, with the options of its last export.
    List(Box<ExportOptions>),
}

/// What the kinds of lines share.
struct Look<'b> {
    book: &'b mut Book,
    today: NaiveDate,
    /// Newcomers and people with bounced addresses, read in one pass.
    people: OnceCell<Vec<PersonDue>>,
}

/// A kind of line: adds its things to do.
type Line = fn(&mut Look<'_>, &mut Vec<ToDo>) -> Result<(), BookError>;

/// Every kind of line.
const LINES: &[Line] = &[meetups_to_come, not_held, write_ups, seats, reviews, bounced, newcomers, not_published, lists_that_changed];

impl Book {
    /// Returns what to do, the most urgent first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn to_do(&mut self) -> Result<Vec<ToDo>, BookError> {
        let today = self.today();
        let mut look = Look { book: self, today, people: OnceCell::new() };
        let mut out = Vec::new();
        for line in LINES {
            line(&mut look, &mut out)?;
        }
        out.sort_by_key(|d| (d.by, d.kind, d.on));
        Ok(out)
    }
}

impl Look<'_> {
    fn days_ago(&self, days: u64) -> NaiveDate {
        self.today.checked_sub_days(Days::new(days)).unwrap_or(self.today)
    }

    fn people(&self) -> Result<&[PersonDue], BookError> {
        if let Some(known) = self.people.get() {
            return Ok(known);
        }
        let found = due::people(self.book.store.reader(), self.days_ago(NEW))?;
        Ok(self.people.get_or_init(|| found))
    }
}

/// Creates a line about a meetup, due the given number of days after it (negative: before it).
fn of_meetup(kind: ToDoKind, m: &MeetupDue, what: String, days: i64) -> ToDo {
    let on = m.starts.date();
    let by = on.checked_add_signed(chrono::Duration::days(days)).unwrap_or(on);
    ToDo { kind, what, on: Some(on), by, at: ToDoPlace::Meetup(m.id) }
}

fn meetups_to_come(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    let until = look.today + Days::new(AHEAD + 1);
    for m in due::coming(look.book.store.reader(), look.today, until)? {
        if !m.is_hosted {
            out.push(of_meetup(ToDoKind::NoHost, &m, m.title.clone(), -7));
        }
        let (invited, maybe) = m.open;
        if invited + maybe > 0 {
            let parts = [(invited, "without an answer"), (maybe, "maybe")];
            let said: Vec<String> =
                parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", text::thousands(*n))).collect();
            out.push(of_meetup(ToDoKind::OpenAnswers, &m, format!("{}: {}", m.title, said.join(", ")), -3));
        }
    }
    Ok(())
}

fn not_held(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    for m in due::not_held(look.book.store.reader(), look.days_ago(365), look.today)? {
        let what = format!("{}: {} came", m.title, text::count(m.came, "person", "people"));
        out.push(of_meetup(ToDoKind::NotHeld, &m, what, 7));
    }
    Ok(())
}

fn write_ups(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    let owed = due::write_ups(look.book.store.reader(), look.today)?;
    out.extend(owed.iter().map(|m| of_meetup(ToDoKind::WriteUp, m, m.title.clone(), i64::try_from(WRITE_UP).unwrap_or(14))));
    Ok(())
}

fn seats(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    for seat in due::seats(look.book.store.reader(), look.today)? {
        let (community, name) = seat.community;
        let at = ToDoPlace::Seat(community, seat.id);
        out.push(match seat.holder {
            Some((holder, by)) => {
                let what = format!("{}, {name}: is it still {holder}?", seat.title);
                ToDo { kind: ToDoKind::Confirm, what, on: Some(by), by, at }
            }
            None => {
                let what = format!("{}, {name}", seat.title);
                ToDo { kind: ToDoKind::Vacant, what, on: seat.vacant_since, by: look.today, at }
            }
        });
    }
    Ok(())
}

fn reviews(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    let conn = look.book.store.reader();
    for (person, community, exception) in EligibilityChecker::new(conn, look.today)?.exceptions() {
        let Some(by) = exception.review.filter(|_| exception.is_due(look.today)) else { continue };
        let who = lookup::title(conn, person)?;
        let name = lookup::name(conn, &crate::store::schema::COMMUNITY, community.0)?.unwrap_or_default();
        let what = format!("{who} in {name}: {}", exception.reason);
        out.push(ToDo { kind: ToDoKind::Review, what, on: Some(by), by, at: ToDoPlace::Membership(person, community) });
    }
    Ok(())
}

/// Adds a line for each person, or a single one if there are many.
fn each_or_all(kind: ToDoKind, people: &[&PersonDue], by: NaiveDate, all: (&str, &str), out: &mut Vec<ToDo>) {
    if people.len() >= MANY {
        let what = format!("{} {}", text::count(people.len() as u64, "person", "people"), all.0);
        out.push(ToDo { kind, what, on: None, by, at: ToDoPlace::People(all.1.to_owned()) });
        return;
    }
    out.extend(people.iter().map(|p| ToDo { kind, what: p.name.clone(), on: p.joined, by, at: ToDoPlace::Person(p.id) }));
}

fn bounced(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    let by = look.today;
    let found: Vec<&PersonDue> = look.people()?.iter().filter(|p| p.bounced).collect();
    let line = |what: String, at| ToDo { kind: ToDoKind::Bounced, what, on: None, by, at };
    out.extend(found.iter().take(MOST_BOUNCED).map(|p| line(p.name.clone(), ToDoPlace::Person(p.id))));
    // No search finds exactly these people, so this uses the one for everybody who can't be mailed.
    if let Some(more @ 1..) = found.len().checked_sub(MOST_BOUNCED) {
        let what = format!("{} more", text::count(more as u64, "person", "people"));
        out.push(line(what, ToDoPlace::People("mail:no".to_owned())));
    }
    Ok(())
}

fn newcomers(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    let (today, since) = (look.today, look.days_ago(NEW));
    let is_new = |p: &&PersonDue| !p.has_come && p.joined.is_some_and(|d| d >= since && d <= today);
    let found: Vec<&PersonDue> = look.people()?.iter().filter(is_new).collect();
    let query = format!("joined:>={since} attended:0 kind:person");
    let by = today + Days::new(7);
    each_or_all(ToDoKind::Newcomer, &found, by, ("joined in the last 30 days and have been to no meetup yet", &query), out);
    Ok(())
}

fn not_published(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    for page in pages::pages(look.book.store.reader())? {
        // The page check reports a page that can't be read any more.
        let Ok(changes) = look.book.not_on_page(&page.text, &page.name) else { continue };
        if changes > 0 {
            let what = format!("{}: {}", page.name, text::count(changes, "change", "changes"));
            let by = look.today + Days::new(1);
            out.push(ToDo { kind: ToDoKind::Unpublished, what, on: None, by, at: ToDoPlace::Page(page.name) });
        }
    }
    Ok(())
}

fn lists_that_changed(look: &mut Look<'_>, out: &mut Vec<ToDo>) -> Result<(), BookError> {
    for (kind, op, at) in due::lists(look.book.store.reader())? {
        let is_list = FORMATS.iter().any(|f| f.name() == kind.format && f.is_mailing());
        if !is_list {
            continue;
        }
        let options = ExportOptions::of_list(&kind);
        // There is nothing to compare if the query can't be read any more or the community is gone.
        let Ok(changed) = look.book.changed_since(&options, op) else { continue };
        if changed.0 + changed.1 > 0 {
            let name = match kind.community {
                Some(c) => lookup::name(look.book.store.reader(), &crate::store::schema::COMMUNITY, c.0)?.unwrap_or_default(),
                None => "everybody".to_owned(),
            };
            let found = if kind.query.is_empty() { String::new() } else { format!(", {}", kind.query) };
            let what =
                format!("{}, {name}{found}: {} to add, {} to remove", kind.format, text::thousands(changed.0), text::thousands(changed.1));
            let on = look.book.local(at).date();
            let place = ToDoPlace::List(Box::new(ExportOptions { since: Since::Ever, ..options }));
            out.push(ToDo { kind: ToDoKind::ListChanged, what, on: Some(on), by: look.today + Days::new(1), at: place });
        }
    }
    Ok(())
}

impl Book {
    /// Returns how many recipients to add to and remove from a list since its last export.
    fn changed_since(&mut self, options: &ExportOptions, op: i64) -> Result<(u64, u64), BookError> {
        let progress = Arc::clone(&self.progress);
        if let Some(touched) = changes::touched_by(self.store.reader(), (op, i64::MAX), MOST_TOUCHED)?
            && let Some(asked) = self.asked_of(&touched, options)?
        {
            if touched.people.is_empty() && touched.former.is_empty() {
                return Ok((0, 0));
            }
            return self.prepare(options, Some(Vec::new()))?.count(touched, asked, &progress);
        }
        let summary = self.prepare(options, None)?.look(&mut Single(&mut sink()), &progress)?;
        Ok(summary.changed.map_or((0, 0), |c| (c.added, c.removed + c.nameless)))
    }

    /// Which of the people touched by steps an export is about now; `None` if the steps, or the day, may have changed it for others too.
    fn asked_of(&self, touched: &TouchedBy, options: &ExportOptions) -> Result<Option<Vec<i64>>, BookError> {
        let conn = self.store.reader();
        if touched.domains || (touched.suppressions && organisations::is_any_of_several_domains(conn)?) {
            return Ok(None);
        }
        let over_too = options.statuses.iter().any(|s| s.is_over());
        let people: Vec<i64> = touched.people.iter().copied().collect();
        let steps = Touched { words: touched.words, communities: touched.communities, ..Touched::default() };
        self.find_among(&options.query, options.community, over_too, &people, &steps)
    }
}
