//! Search: keeps the index of people up to date and finds people, communities and organisations.
//!
//! Must not know what the hits are used for.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::found::{Found, words};
use super::searchable::{Searchable, build};
use super::{Book, BookError, Job, Jobs, Progress};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::query::{self, Expr, Key, Known, Plan, Scope};
use crate::search::{Card, Index, IndexBuilder, SortBy, Wanted};
use crate::store::rows::{CommunityRow, OrganisationRow};
use crate::store::slices::PersonExtras;
use crate::store::{Touched, communities, lookup, meetups, people, schema, slices};

/// Above this many changed people, running the query again is quicker than updating the list.
const FEW: usize = 64;

/// Which people to find, and in which order.
#[derive(Debug, Clone)]
pub struct PeopleQuery<'a> {
    /// The query as typed; empty for everybody.
    pub text: &'a str,
    /// Only members of this community.
    pub community: Option<CommunityId>,
    /// The column to sort by.
    pub sort: SortBy,
    /// Whether to reverse the order.
    pub reverse: bool,
}

impl Default for PeopleQuery<'_> {
    fn default() -> Self {
        Self { text: "", community: None, sort: SortBy::Name, reverse: false }
    }
}

impl Book {
    /// Builds the search index on a thread; pass the result to [`Book::install`].
    pub fn index_job(&mut self, jobs: Jobs) -> Job<Result<Option<Searchable>, BookError>> {
        let path = self.path().to_owned();
        self.missed = Touched::default();
        jobs.spawn(move |progress| build(&path, progress))
    }

    /// Installs an index that was built on a thread, and applies the changes made since. Returns whether search is ready.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn install(&mut self, built: Searchable) -> Result<bool, BookError> {
        if self.index.is_some() {
            // Another index was built on this thread since, and has been kept up to date.
            return Ok(true);
        }
        let missed = std::mem::take(&mut self.missed);
        if missed.many {
            return Ok(false);
        }
        self.index = Some(built.people);
        self.meetup_index = Some(built.meetups);
        self.follow(&missed)?;
        Ok(self.index.is_some())
    }

    /// Returns whether search is ready.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.index.is_some()
    }

    /// Returns how many people there are; `None` before the index is ready.
    #[must_use]
    pub fn people_count(&self) -> Option<u64> {
        self.index.as_ref().map(|i| i.len() as u64)
    }

    /// Returns how many members each community has, counted in the file until the index is ready.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn count_members(&self) -> Result<HashMap<CommunityId, u64>, BookError> {
        Ok(match self.community_counts() {
            Some(counts) => counts,
            None => people::member_counts(self.store.reader())?,
        })
    }

    /// Returns how many members each community has; `None` before the index is ready.
    #[must_use]
    pub fn community_counts(&self) -> Option<HashMap<CommunityId, u64>> {
        self.index.as_ref().map(Index::community_counts)
    }

    /// Returns how many members a community has; `None` before the index is ready.
    #[must_use]
    pub fn member_count(&self, community: CommunityId) -> Option<u64> {
        self.index.as_ref().map(|i| i.member_count(community))
    }

    /// Returns whether one of these people holds a seat: other rows then show their name too.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn has_seat(&self, people: &[i64]) -> Result<bool, BookError> {
        Ok(people::has_seat(self.store.reader(), people)?)
    }

    /// Builds the index on this thread if there is none.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn make_ready(&mut self) -> Result<(), BookError> {
        if self.index.is_none() {
            if let Some(built) = build(self.path(), &Progress::default())? {
                self.index = Some(built.people);
                self.meetup_index = Some(built.meetups);
            }
            self.missed = Touched::default();
        }
        Ok(())
    }

    /// Updates the indexes with what a step changed.
    pub(super) fn follow(&mut self, touched: &Touched) -> Result<(), BookError> {
        self.mailable = None;
        if touched.many || self.index.as_ref().is_some_and(Index::needs_rebuild) {
            self.forget_index();
            return Ok(());
        }
        self.follow_meetups(touched)?;
        let conn = self.store.reader();
        let Some(index) = &mut self.index else {
            self.missed.people.extend(&touched.people);
            // The store can list changed names and meetups only for the newest step, and others may follow before the index is ready.
            self.missed.many |= touched.words || touched.meetups || touched.communities;
            return Ok(());
        };
        if touched.communities {
            index.set_communities(communities::communities(conn)?.into_iter().map(|c| (c.id, c.name)));
        }
        let mut ids = touched.people.clone();
        if touched.words {
            // The records of people include the names of their organisation and discipline.
            ids.extend(people::ids_of_words_changed_last(conn)?);
        }
        if touched.meetups {
            ids.extend(meetups::people_of_meetups_moved_last(conn)?);
        }
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        let mut there = Vec::with_capacity(ids.len());
        slices::everybody(conn, Some(&ids), PersonExtras::MembershipsAndVisits, |person| {
            there.push(person.id.0);
            index.replace(person);
            ControlFlow::Continue(())
        })?;
        ids.iter().filter(|id| there.binary_search(id).is_err()).for_each(|id| index.remove(PersonId(*id)));
        Ok(())
    }

    /// Parses a query about people, communities, meetups or organisations.
    ///
    /// # Errors
    /// Where the query can't be read, and what was expected there.
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

    /// Finds people. Builds the index first if the query needs it.
    ///
    /// # Errors
    /// If the query or the file can't be read.
    pub fn find(&mut self, wanted: &PeopleQuery<'_>) -> Result<Found<PersonId>, BookError> {
        let expr = self.parse(wanted.text, Scope::People)?;
        if expr == Expr::All && wanted.community.is_none() && wanted.sort == SortBy::Name && !wanted.reverse && !self.is_ready() {
            return Ok(Found { ids: people::by_name(self.store.reader())?, words: Vec::new(), did_you_mean: None });
        }
        self.make_ready()?;
        self.look_up_attendees(&expr)?;
        self.judge(&expr, wanted.community)?;
        self.judge_mail(&expr)?;
        let today = self.today();
        let Some(index) = &mut self.index else { return Ok(Found { ids: Vec::new(), words: Vec::new(), did_you_mean: None }) };
        let PeopleQuery { community, sort, reverse, .. } = *wanted;
        let ids = index.find(&Wanted { query: &expr, today, community, sort, reverse });
        let did_you_mean = if ids.is_empty() { index.did_you_mean(&expr) } else { None };
        Ok(Found { ids, words: words(&expr, today), did_you_mean })
    }

    /// Updates a list from [`Book::find`] after a step, if that is possible without running the query again. Returns whether it was.
    ///
    /// # Errors
    /// If the query or the file can't be read.
    pub fn update_results(&mut self, wanted: &PeopleQuery<'_>, touched: &Touched, list: &mut Vec<PersonId>) -> Result<bool, BookError> {
        let expr = self.parse(wanted.text, Scope::People)?;
        let today = self.today();
        // The answers to these terms may have changed for people whom the step didn't touch.
        let asks_elsewhere = [Key::Attended, Key::Mail, Key::Eligible, Key::Exception].iter().any(|key| !expr.texts_of(key).is_empty())
            || (touched.communities && !expr.texts_of(&Key::Community).is_empty());
        let conn = self.store.reader();
        let names_changed = (touched.words && !people::ids_of_words_changed_last(conn)?.is_empty())
            || (touched.meetups && !meetups::people_of_meetups_moved_last(conn)?.is_empty());
        let Some(index) = self.index.as_mut().filter(|_| !touched.many && touched.people.len() <= FEW) else { return Ok(false) };
        if asks_elsewhere || names_changed {
            return Ok(false);
        }
        let people: Vec<PersonId> = touched.people.iter().map(|id| PersonId(*id)).collect();
        let PeopleQuery { community, sort, reverse, .. } = *wanted;
        index.update_results(&Wanted { query: &expr, today, community, sort, reverse }, &people, list);
        Ok(true)
    }

    /// Returns the ids of the people whom a query finds, in ascending order, for exports.
    ///
    /// # Errors
    /// As [`Book::find`].
    pub fn find_ids(&mut self, text: &str, community: Option<CommunityId>) -> Result<Vec<PersonId>, BookError> {
        self.find_ids_of(text, community, false)
    }

    /// Like [`Book::find_ids`]; `over_too` includes people whose membership of the community is over.
    pub(super) fn find_ids_of(&mut self, text: &str, community: Option<CommunityId>, over_too: bool) -> Result<Vec<PersonId>, BookError> {
        let expr = self.parse(text, Scope::People)?;
        if let (Expr::All, Some(community), false) = (&expr, community, self.is_ready()) {
            return Ok(people::members_of(self.store.reader(), community, over_too)?);
        }
        self.make_ready()?;
        self.look_up_attendees(&expr)?;
        self.judge(&expr, community)?;
        self.judge_mail(&expr)?;
        Ok(self.index.as_ref().map_or_else(Vec::new, |i| i.find_ids(&expr, self.today(), community, over_too)))
    }

    /// Returns which of these people a query finds, by ascending id, at a cost that doesn't grow with the others. `steps` is what was changed.
    /// Returns `None` if today's date or these changes may alter the answer for other people too.
    pub(super) fn find_among(
        &self,
        text: &str,
        community: Option<CommunityId>,
        over_too: bool,
        people: &[i64],
        steps: &Touched,
    ) -> Result<Option<Vec<i64>>, BookError> {
        let expr = self.parse(text, Scope::People)?;
        let asks_elsewhere =
            [Key::Attended, Key::Mail, Key::Eligible, Key::Exception, Key::Joined, Key::Seen].iter().any(|key| expr.mentions(key))
                || (steps.communities && expr.mentions(&Key::Community))
                || (steps.words && expr != Expr::All);
        if asks_elsewhere {
            return Ok(None);
        }
        let conn = self.store.reader();
        let named = if expr.mentions(&Key::Community) { communities::communities(conn)? } else { Vec::new() };
        let names = named.into_iter().map(|c| (c.id, c.name));
        let mut index = IndexBuilder::with_room(people.len()).finish(names);
        slices::everybody(conn, Some(people), PersonExtras::MembershipsAndVisits, |person| {
            index.replace(person);
            ControlFlow::Continue(())
        })?;
        Ok(Some(index.find_ids(&expr, self.today(), community, over_too).into_iter().map(|p| p.0).collect()))
    }

    /// Finds communities among those in `all`.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn find_communities(&self, text: &str, all: &[CommunityRow]) -> Result<Found<CommunityId>, BookError> {
        let expr = self.parse(text, Scope::Communities)?;
        let plan = Plan::new(&expr, self.today(), false);
        // Without a query every community is a hit, so no text has to be folded.
        let ids = all.iter().filter(|c| plan == Plan::All || plan.holds(&community_card(c))).map(|c| c.id).collect();
        Ok(Found { ids, words: words(&expr, self.today()), did_you_mean: None })
    }

    /// Finds organisations.
    ///
    /// # Errors
    /// If the query or the file can't be read.
    pub fn find_organisations(&self, text: &str) -> Result<Vec<OrganisationRow>, BookError> {
        let plan = Plan::new(&self.parse(text, Scope::Organisations)?, self.today(), false);
        let mut all = self.organisations()?;
        all.retain(|o| plan.holds(&organisation_card(o)));
        Ok(all)
    }
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

fn organisation_card(o: &OrganisationRow) -> Card {
    let card = Card::default()
        .with(Key::Name, &o.facts.name)
        .with(Key::Name, &o.facts.short_name)
        .with(Key::Sector, &o.facts.sector)
        .with(Key::Note, &o.facts.note);
    o.facts.domains.iter().fold(card, |card, d| card.with(Key::Domain, d))
}
