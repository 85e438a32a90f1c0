//! The search index of meetups: their folded texts in one arena, sorted by time, with the number of people who said yes and who came.
//!
//! Must not know where they come from, nor how they are shown.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use memchr::memmem::Finder;

use super::arena;
use super::record::{FIELD_SEPARATOR, nth_field, short};
use crate::domain::ids::{CommunityId, IdMap, MeetupId};
use crate::domain::listed::ListedMeetup;
use crate::domain::query::{Expr, Key, MembershipTest, Plan, Subject};
use crate::domain::text;

/// A text of a meetup. A record has them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MeetupText {
    /// The title.
    Title,
    /// The format.
    Format,
    /// The host.
    Host,
    /// The communities.
    Communities,
    /// The venue.
    Venue,
    /// The status.
    Status,
    /// The state of the write-up.
    WriteUp,
    /// The note.
    Note,
}

/// The number of people who answered yes to a meetup, and who came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turnout {
    /// How many came.
    pub came: u64,
    /// How many answered yes.
    pub yes: u64,
}

impl Turnout {
    /// Counts one person.
    pub(crate) fn count(&mut self, said_yes: bool, came: bool) {
        self.yes += u64::from(said_yes);
        self.came += u64::from(came);
    }
}

#[derive(Debug)]
struct Entry {
    id: u32,
    start: u32,
    starts: NaiveDateTime,
    communities: Vec<u32>,
    turnout: Turnout,
    dead: bool,
}

/// Every meetup.
#[derive(Debug, Default)]
pub(crate) struct MeetupIndex {
    arena: String,
    entries: Vec<Entry>,
    by_id: IdMap<u32, u32>,
    /// The live entries, by time.
    in_time: Vec<u32>,
}

impl MeetupIndex {
    /// Adds a meetup, or replaces its entry; keeps the turnout.
    pub(crate) fn put(&mut self, meetup: &ListedMeetup<'_>) {
        let id = short(meetup.id.0);
        let turnout = self.turnout(meetup.id);
        self.remove(meetup.id);
        let at = short(i64::try_from(self.entries.len()).unwrap_or(i64::MAX));
        let start = short(i64::try_from(self.arena.len()).unwrap_or(i64::MAX));
        for text in [
            meetup.title,
            meetup.format.word(),
            meetup.host,
            meetup.communities,
            meetup.venue,
            meetup.status.word(),
            meetup.write_up.word(),
            meetup.note,
        ] {
            text::fold_into(&mut self.arena, text);
            self.arena.push(FIELD_SEPARATOR);
        }
        let communities = meetup.community_ids.iter().map(|c| short(c.0)).collect();
        self.entries.push(Entry { id, start, starts: meetup.starts, communities, turnout, dead: false });
        let place = self.in_time.partition_point(|other| self.when(*other) < (meetup.starts, id));
        self.in_time.insert(place, at);
        self.by_id.insert(id, at);
        if self.needs_rebuild() {
            self.tidy();
        }
    }

    /// Returns whether so many entries are dead that it is worth copying the live ones.
    fn needs_rebuild(&self) -> bool {
        self.entries.len() > 1_024 + 2 * self.in_time.len()
    }

    /// Copies the live entries and drops the dead ones.
    fn tidy(&mut self) {
        let mut fresh = Self::default();
        for at in &self.in_time {
            let (entry, record) = (&self.entries[*at as usize], self.record(*at as usize));
            let start = short(i64::try_from(fresh.arena.len()).unwrap_or(i64::MAX));
            let to = short(i64::try_from(fresh.entries.len()).unwrap_or(i64::MAX));
            fresh.arena.push_str(record.text);
            fresh.entries.push(Entry { start, communities: entry.communities.clone(), ..*entry });
            fresh.by_id.insert(entry.id, to);
            fresh.in_time.push(to);
        }
        *self = fresh;
    }

    fn when(&self, at: u32) -> (NaiveDateTime, u32) {
        let entry = &self.entries[at as usize];
        (entry.starts, entry.id)
    }

    /// Sets the turnout of a meetup.
    pub(crate) fn set_turnout(&mut self, id: MeetupId, turnout: Turnout) {
        if let Some(at) = self.by_id.get(&short(id.0)) {
            self.entries[*at as usize].turnout = turnout;
        }
    }

    /// Counts one person at a meetup. Returns the date of the meetup, if it is known.
    pub(crate) fn count(&mut self, id: MeetupId, said_yes: bool, came: bool) -> Option<NaiveDate> {
        let at = self.by_id.get(&short(id.0))?;
        let entry = &mut self.entries[*at as usize];
        entry.turnout.count(said_yes, came);
        Some(entry.starts.date())
    }

    /// Removes a meetup.
    pub(crate) fn remove(&mut self, id: MeetupId) {
        let Some(at) = self.by_id.remove(&short(id.0)) else { return };
        let when = self.when(at);
        self.entries[at as usize].dead = true;
        let place = self.in_time.partition_point(|other| self.when(*other) < when);
        self.in_time.remove(place);
    }

    /// Returns the turnout of a meetup; zero if the meetup isn't known.
    #[must_use]
    pub(crate) fn turnout(&self, id: MeetupId) -> Turnout {
        self.by_id.get(&short(id.0)).map_or_else(Turnout::default, |at| self.entries[*at as usize].turnout)
    }

    /// Returns a text of a meetup, folded; empty if the meetup isn't known.
    #[must_use]
    pub(crate) fn text(&self, id: MeetupId, which: MeetupText) -> &str {
        self.by_id.get(&short(id.0)).map_or("", |at| nth_field(self.record(*at as usize).text, which as usize))
    }

    /// Returns when a meetup starts.
    #[must_use]
    pub(crate) fn starts(&self, id: MeetupId) -> Option<NaiveDateTime> {
        self.by_id.get(&short(id.0)).map(|at| self.entries[*at as usize].starts)
    }

    fn record(&self, at: usize) -> Record<'_> {
        let entry = &self.entries[at];
        let end = self.entries.get(at + 1).map_or(self.arena.len(), |next| next.start as usize);
        Record { entry, text: &self.arena[entry.start as usize..end] }
    }

    /// Returns the meetups of a community, or of all, that a query finds: first those to come on `today` or later, soonest first, then the
    /// past, latest first.
    #[must_use]
    pub(crate) fn find(&self, query: &Expr, today: NaiveDate, community: Option<CommunityId>) -> Vec<MeetupId> {
        let plan = Plan::new(query, today, false);
        let mut hits = vec![plan == Plan::All; self.entries.len()];
        match plan.words().first().filter(|w| !w.is_empty()) {
            Some(word) => {
                let is_all = matches!(plan, Plan::Anywhere(_));
                let start = |at: usize| self.entries[at].start as usize;
                arena::each_with(&Finder::new(word), &self.arena, self.entries.len(), start, |at, _| {
                    hits[at] = is_all || plan.holds(&self.record(at));
                });
            }
            None if plan == Plan::All => {}
            None => self.in_time.iter().for_each(|at| hits[*at as usize] = plan.holds(&self.record(*at as usize))),
        }
        let community = community.map(|c| short(c.0));
        let is_hit = |at: &&u32| {
            let entry = &self.entries[**at as usize];
            hits[**at as usize] && !entry.dead && community.is_none_or(|c| entry.communities.contains(&c))
        };
        let id = |at: &u32| MeetupId(i64::from(self.entries[*at as usize].id));
        let first = self.in_time.partition_point(|at| self.entries[*at as usize].starts.date() < today);
        let (past, to_come) = self.in_time.split_at(first);
        to_come.iter().filter(is_hit).map(id).chain(past.iter().rev().filter(is_hit).map(id)).collect()
    }
}

/// One meetup's record, as the subject of a query.
struct Record<'a> {
    entry: &'a Entry,
    text: &'a str,
}

impl Record<'_> {
    fn field(&self, key: &Key) -> &str {
        let which = match key {
            Key::Name => MeetupText::Title,
            Key::Format => MeetupText::Format,
            Key::Host => MeetupText::Host,
            Key::Community => MeetupText::Communities,
            Key::Venue => MeetupText::Venue,
            Key::Status => MeetupText::Status,
            Key::WriteUp => MeetupText::WriteUp,
            Key::Note => MeetupText::Note,
            _ => return "",
        };
        nth_field(self.text, which as usize)
    }
}

impl Subject for Record<'_> {
    fn anywhere(&self, needle: &str) -> bool {
        self.text.contains(needle)
    }

    fn has(&self, key: &Key, needle: &str) -> bool {
        let field = self.field(key);
        match key {
            Key::Status | Key::WriteUp => field.starts_with(needle),
            _ => field.contains(needle),
        }
    }

    fn lacks(&self, key: &Key) -> bool {
        self.field(key).is_empty()
    }

    fn day(&self, key: &Key) -> Option<i32> {
        (*key == Key::Date).then(|| self.entry.starts.date().num_days_from_ce())
    }

    fn count(&self, _: &Key) -> u32 {
        u32::try_from(self.entry.turnout.came).unwrap_or(u32::MAX)
    }

    fn membership(&self, _: &MembershipTest) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::{Known, Scope, parse};
    use crate::domain::words::{Format, MeetupStatus, WriteUp};

    #[test]
    fn a_meetup_that_is_written_often_takes_no_more_room_and_stays_what_it_is() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 4).unwrap();
        let mut index = MeetupIndex::default();
        let put = |index: &mut MeetupIndex, id: i64, title: &str| {
            index.put(&ListedMeetup {
                id: MeetupId(id),
                title,
                starts: (day + chrono::TimeDelta::days(id)).and_hms_opt(18, 0, 0).unwrap(),
                format: Format::Call,
                host: "",
                communities: "",
                community_ids: &[CommunityId(id % 3)],
                venue: "",
                status: MeetupStatus::Planned,
                write_up: WriteUp::None,
                note: "",
            });
        };
        (0..20).for_each(|id| put(&mut index, id, "Spring"));
        index.set_turnout(MeetupId(7), Turnout { came: 3, yes: 4 });
        (0..5_000).for_each(|n| put(&mut index, 7, &format!("Autumn {n}")));
        index.remove(MeetupId(9));
        assert!(index.entries.len() < 2_000, "{}", index.entries.len());
        let find = |query: &str, community| {
            let query = parse(query, Known { scope: Scope::Meetups, fields: &[] }).unwrap();
            index.find(&query, day + chrono::TimeDelta::days(5), community).iter().map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(find("", None), [(5..9).collect::<Vec<_>>(), (10..20).collect(), (0..5).rev().collect()].concat());
        assert_eq!((find("autumn 4999", None), find("autumn 17", None)), (vec![7], vec![]));
        assert_eq!(find("spring", Some(CommunityId(1))), [10, 13, 16, 19, 4, 1]);
        assert_eq!(index.turnout(MeetupId(7)), Turnout { came: 3, yes: 4 });
        assert_eq!((index.text(MeetupId(7), MeetupText::Title), index.turnout(MeetupId(9))), ("autumn 4999", Turnout::default()));
    }
}
