//! Searching: the index, built behind the screen and kept true, and the lists that it gives.
//!
//! Must not know what is done with the hits.

use std::ops::ControlFlow;
use std::path::Path;

use chrono::NaiveDate;

use super::{Book, BookError, Job, Jobs, Progress};
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::query::{self, Expr, Key, Known, Plan, Scope};
use crate::search::{Card, Index, IndexBuilder, SortBy};
use crate::store::rows::{CommunityRow, MeetupRow, OrganisationRow};
use crate::store::{ReadOnly, Touched, communities, lookup, meetups, people, schema, slices};

/// Which people are wanted, and in which order.
#[derive(Debug, Clone)]
pub struct PeopleQuery<'a> {
    /// What was typed; empty for everybody.
    pub text: &'a str,
    /// Only members of this community.
    pub community: Option<CommunityId>,
    /// The column to sort by.
    pub sort: SortBy,
    /// Whether to turn the order round.
    pub reverse: bool,
}

impl Default for PeopleQuery<'_> {
    fn default() -> Self {
        Self { text: "", community: None, sort: SortBy::Name, reverse: false }
    }
}

/// What meetups are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "each is a column")]
pub enum MeetupSort {
    #[default]
    When,
    Title,
    Format,
    Host,
    Status,
    WriteUp,
    Came,
}

impl MeetupSort {
    /// The word for each.
    pub const ALL: [(&'static str, Self); 7] = [
        ("when", Self::When),
        ("title", Self::Title),
        ("format", Self::Format),
        ("host", Self::Host),
        ("status", Self::Status),
        ("write-up", Self::WriteUp),
        ("came", Self::Came),
    ];

    /// Equal ones stay in their order, those to come first; whatever is empty stands last.
    fn sort(self, rows: &mut [MeetupRow], reverse: bool) {
        let text = |s: &str| (s.is_empty(), crate::domain::text::same_key(s));
        match self {
            Self::When if reverse => rows.sort_by_key(|m| std::cmp::Reverse(m.starts)),
            Self::When => {}
            Self::Title => rows.sort_by_cached_key(|m| text(&m.title)),
            Self::Format => rows.sort_by_key(|m| m.format.word()),
            Self::Host => rows.sort_by_cached_key(|m| text(&m.host)),
            Self::Status => rows.sort_by_key(|m| m.status.word()),
            Self::WriteUp => rows.sort_by_key(|m| m.write_up.word() != "owed"),
            Self::Came => rows.sort_by_key(|m| std::cmp::Reverse((m.attended, m.yes))),
        }
        if reverse && self != Self::When {
            rows.reverse();
        }
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found<Id> {
    /// The hits, in order.
    pub ids: Vec<Id>,
    /// The folded words to highlight.
    pub words: Vec<String>,
    /// A spelling that would have found somebody.
    pub did_you_mean: Option<String>,
}

fn build(path: &Path, progress: &Progress) -> Result<Option<Index>, BookError> {
    let file = ReadOnly::open(path)?;
    let conn = file.reader();
    let total = slices::count(conn)?;
    progress.expect(total);
    let mut builder = IndexBuilder::with_room(usize::try_from(total).unwrap_or(0));
    let (mut done, mut stopped) = (0, false);
    slices::everybody(conn, None, true, |person| {
        builder.push(person);
        done += 1;
        if done % 1024 == 0 && progress.reach(done).is_break() {
            stopped = true;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    if stopped {
        return Ok(None);
    }
    let names = communities::communities(conn)?.into_iter().map(|c| (c.id, c.name));
    Ok(Some(builder.finish(names)))
}

impl Book {
    /// Builds the search index on a thread; [`Book::install`] takes it.
    pub fn index_job(&mut self, jobs: Jobs) -> Job<Result<Option<Index>, BookError>> {
        let path = self.path().to_owned();
        self.missed = Touched::default();
        jobs.spawn(move |progress| build(&path, progress))
    }

    /// Takes an index that was built elsewhere, with what was changed meanwhile. Says whether it is good for use.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn install(&mut self, index: Index) -> Result<bool, BookError> {
        if self.index.is_some() {
            // One has been built here and now meanwhile, and has been kept true since.
            return Ok(true);
        }
        let missed = std::mem::take(&mut self.missed);
        if missed.many {
            return Ok(false);
        }
        self.index = Some(index);
        self.follow(&missed)?;
        Ok(self.index.is_some())
    }

    /// Whether search is ready.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.index.is_some()
    }

    /// How many people there are; `None` before the index is ready.
    #[must_use]
    pub fn people_count(&self) -> Option<u64> {
        self.index.as_ref().map(|i| i.len() as u64)
    }

    /// How many members each community has; `None` before the index is ready.
    #[must_use]
    pub fn community_counts(&self) -> Option<std::collections::HashMap<CommunityId, u64>> {
        self.index.as_ref().map(Index::community_counts)
    }

    /// Builds the index here and now if it isn't there.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn make_ready(&mut self) -> Result<(), BookError> {
        if self.index.is_none() {
            self.index = build(self.path(), &Progress::default())?;
            self.missed = Touched::default();
        }
        Ok(())
    }

    /// Brings the index up to date with what a step touched.
    pub(super) fn follow(&mut self, touched: &Touched) -> Result<(), BookError> {
        self.mailable = None;
        let conn = self.store.reader();
        let Some(index) = &mut self.index else {
            self.missed.people.extend(&touched.people);
            self.missed.many |= touched.many || touched.words;
            self.missed.communities |= touched.communities;
            return Ok(());
        };
        if touched.many || index.is_worn() {
            self.index = None;
            self.missed = Touched { many: true, ..Touched::default() };
            return Ok(());
        }
        if touched.communities {
            index.set_communities(communities::communities(conn)?.into_iter().map(|c| (c.id, c.name)));
        }
        let mut ids = touched.people.clone();
        if touched.words {
            // A renamed organisation or discipline is in its people's records.
            ids.extend(people::ids_of_words_written_last(conn)?);
        }
        if touched.meetups {
            ids.extend(meetups::people_of_meetups_written_last(conn)?);
        }
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        let mut there = Vec::with_capacity(ids.len());
        slices::everybody(conn, Some(&ids), true, |person| {
            there.push(person.id.0);
            index.replace(person);
            ControlFlow::Continue(())
        })?;
        let gone: Vec<PersonId> = ids.iter().filter(|id| there.binary_search(id).is_err()).map(|id| PersonId(*id)).collect();
        index.settle(&gone);
        Ok(())
    }

    /// Reads a query about people, communities, meetups or organisations.
    ///
    /// # Errors
    /// Where it can't be read, and what was expected there.
    pub fn parse(&self, text: &str, scope: Scope) -> Result<Expr, BookError> {
        let fields = if scope == Scope::People { lookup::names(self.store.reader(), &schema::FIELD)? } else { Vec::new() };
        query::parse(text, Known { scope, fields: &fields }).map_err(|error| BookError::Query { query: text.to_owned(), error })
    }

    fn look_up_attendees(&mut self, expr: &Expr) -> Result<(), BookError> {
        for needle in expr.attended_texts() {
            let ids = meetups::attendees(self.store.reader(), needle)?;
            if let Some(index) = &mut self.index {
                index.set_attendees(needle, &ids);
            }
        }
        Ok(())
    }

    /// Finds people. The index must be ready, or is made so.
    ///
    /// # Errors
    /// If the query can't be read, or the file.
    pub fn find(&mut self, wanted: &PeopleQuery<'_>) -> Result<Found<PersonId>, BookError> {
        let expr = self.parse(wanted.text, Scope::People)?;
        self.make_ready()?;
        self.look_up_attendees(&expr)?;
        self.judge(&expr, wanted.community)?;
        self.judge_mail(&expr)?;
        let today = self.today();
        let Some(index) = &mut self.index else { return Ok(Found { ids: Vec::new(), words: Vec::new(), did_you_mean: None }) };
        let ids = index.find(&expr, today, wanted.community, wanted.sort, wanted.reverse);
        let did_you_mean = if ids.is_empty() { index.did_you_mean(&expr) } else { None };
        Ok(Found { ids, words: words(&expr, today), did_you_mean })
    }

    /// The ids of those whom a query finds, ascending: for exports.
    ///
    /// # Errors
    /// As [`Book::find`].
    pub fn find_ids(&mut self, text: &str, community: Option<CommunityId>) -> Result<Vec<PersonId>, BookError> {
        self.find_ids_of(text, community, false)
    }

    /// As [`Book::find_ids`]; `over_too` says whether those are meant too whose membership of the community is over.
    pub(super) fn find_ids_of(&mut self, text: &str, community: Option<CommunityId>, over_too: bool) -> Result<Vec<PersonId>, BookError> {
        let expr = self.parse(text, Scope::People)?;
        self.make_ready()?;
        self.look_up_attendees(&expr)?;
        self.judge(&expr, community)?;
        self.judge_mail(&expr)?;
        Ok(self.index.as_ref().map_or_else(Vec::new, |i| i.find_ids(&expr, self.today(), community, over_too)))
    }

    /// Those of the communities that a query finds.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn find_communities(&self, text: &str, all: &[CommunityRow]) -> Result<Found<CommunityId>, BookError> {
        let expr = self.parse(text, Scope::Communities)?;
        let plan = Plan::new(&expr, self.today(), false);
        let ids = all.iter().filter(|c| plan.holds(&community_card(c))).map(|c| c.id).collect();
        Ok(Found { ids, words: words(&expr, self.today()), did_you_mean: None })
    }

    /// Those of the organisations that a query finds.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn find_organisations(&self, text: &str) -> Result<Vec<OrganisationRow>, BookError> {
        let plan = Plan::new(&self.parse(text, Scope::Organisations)?, self.today(), false);
        let mut all = self.organisations()?;
        all.retain(|o| plan.holds(&organisation_card(o)));
        Ok(all)
    }

    /// The meetups that a query finds, of a community or of all: sorted, or those to come first, soonest first, then the past,
    /// latest first.
    ///
    /// # Errors
    /// If the query can't be read, or the file.
    pub fn find_meetups(
        &self,
        text: &str,
        community: Option<CommunityId>,
        sort: MeetupSort,
        reverse: bool,
    ) -> Result<Found<MeetupId>, BookError> {
        let expr = self.parse(text, Scope::Meetups)?;
        let mut ids = self.meetup_ids(community, usize::MAX)?;
        if expr != Expr::All || sort != MeetupSort::When || reverse {
            let plan = Plan::new(&expr, self.today(), false);
            let mut rows = self.meetups(&ids)?;
            rows.retain(|m| plan.holds(&meetup_card(m)));
            sort.sort(&mut rows, reverse);
            ids = rows.iter().map(|m| m.id).collect();
        }
        Ok(Found { ids, words: words(&expr, self.today()), did_you_mean: None })
    }
}

fn words(expr: &Expr, today: NaiveDate) -> Vec<String> {
    Plan::new(expr, today, true).words().into_iter().map(str::to_owned).collect()
}

fn community_card(c: &CommunityRow) -> Card {
    Card::default()
        .with(Key::Name, &c.name)
        .with(Key::Family, &c.family)
        .with(Key::Discipline, &c.disciplines)
        .with(Key::Note, &c.purpose)
        .with(Key::RunBy, c.run_by.word())
        .with(Key::RunBy, &c.runner)
        .with(Key::Status, c.status.word())
        .with(Key::Stage, c.stage.map_or("", |s| s.word()))
        .with(Key::Seat, &c.seats)
}

fn meetup_card(m: &MeetupRow) -> Card {
    Card::default()
        .with(Key::Name, &m.title)
        .with(Key::Format, m.format.word())
        .with(Key::Host, &m.host)
        .with(Key::Community, &m.communities)
        .with(Key::Venue, &m.venue)
        .with(Key::Status, m.status.word())
        .with(Key::WriteUp, m.write_up.word())
        .with(Key::Note, &m.note)
        .on(Key::Date, m.starts.date())
        .counting(m.attended)
}

fn organisation_card(o: &OrganisationRow) -> Card {
    let card = Card::default()
        .with(Key::Name, &o.facts.name)
        .with(Key::Name, &o.facts.short_name)
        .with(Key::Sector, &o.facts.sector)
        .with(Key::Note, &o.facts.note);
    o.facts.domains.iter().fold(card, |card, d| card.with(Key::Domain, d))
}
