//! The members of the selected community: find, mark, sort, change many at once. Only the visible rows are read.
//!
//! Must not know the other panes.

use std::collections::{BTreeSet, HashSet};

use crate::actions::Action;
use crate::book::{BookError, PeopleQuery, PersonRow, SortBy, Thing, Touched, Words};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::text;
use ratatui::layout::Rect;

use super::{List, down_bar, rows_in};
use crate::tui::canvas::{Canvas, PaneId};
use crate::tui::core::{Cx, Outcome, Pane, Request, Subject, Touch, Wish};
use crate::tui::edit::FindLine;
use crate::tui::list::Listing;
use crate::tui::table::{Column, Table};

/// How many people are shown before the index is ready.
const FIRST_PAGE: usize = 200;

/// The pane of members.
pub(crate) struct Members {
    /// The listed people.
    pub list: Listing<PersonId, PersonRow>,
    pub(super) marks: BTreeSet<PersonId>,
    last_mark: Option<usize>,
    /// The community whose members are shown, and its name.
    pub community: Option<(CommunityId, String)>,
    /// The search.
    pub find: FindLine,
    /// Its columns.
    pub table: Table,
    pub(super) all: Option<u64>,
    /// The search that found the listed people.
    listed: String,
    /// How many of the marked people aren't listed, and the list for which that was counted.
    pub(super) hidden: usize,
    counted: Option<(String, usize)>,
    /// Whether the cursor hasn't been moved yet, so that the list stays at its top, whatever its order.
    is_untouched: bool,
}

/// The columns that are visible by default.
const OWN: &[&str] = &["name", "organisation", "discipline", "status", "seen"];

/// Returns every column, including the custom fields.
fn columns(fields: &[String]) -> Vec<Column> {
    let mut all = vec![
        Column::new("name", 14, 26).growing(),
        Column::new("organisation", 8, 12).growing(),
        Column::new("status", 6, 10),
        Column::new("seen", 6, 13),
        Column::new("discipline", 10, 20).growing(),
        Column::new("job title", 10, 22).growing(),
        Column::new("joined", 11, 11),
        Column::new("e-mail", 16, 30).growing(),
        Column::new("tags", 8, 20).growing().unsorted(),
    ];
    let known = |f: &String| !all.iter().any(|c| text::are_same(&c.name, f));
    let own: Vec<Column> = fields.iter().filter(|f| known(f)).map(|f| Column::new(f, 6, 16).unsorted()).collect();
    all.extend(own);
    all
}

impl Default for Members {
    fn default() -> Self {
        Self {
            list: Listing::default(),
            marks: BTreeSet::new(),
            last_mark: None,
            community: None,
            find: FindLine::default(),
            table: Table::new(columns(&[]), OWN, "name").without(&["status"]),
            all: None,
            listed: String::new(),
            hidden: 0,
            counted: None,
            is_untouched: true,
        }
    }
}

impl Members {
    /// Returns the person under the cursor.
    #[must_use]
    pub(crate) fn selected(&self) -> Option<PersonId> {
        self.list.selected()
    }

    /// Returns the people that a verb applies to: the marked ones in the order of the list, otherwise the one under the cursor.
    #[must_use]
    pub(crate) fn chosen(&self) -> Vec<PersonId> {
        if self.marks.is_empty() {
            return self.selected().into_iter().collect();
        }
        let mut chosen: Vec<PersonId> = self.list.ids.iter().copied().filter(|id| self.marks.contains(id)).collect();
        if chosen.len() < self.marks.len() {
            // These people were marked in an earlier search.
            let listed: HashSet<PersonId> = chosen.iter().copied().collect();
            chosen.extend(self.marks.iter().filter(|id| !listed.contains(id)));
        }
        chosen
    }

    /// Returns whether there is nobody that a verb could apply to.
    #[must_use]
    pub(crate) fn is_nobody(&self) -> bool {
        self.marks.is_empty() && self.selected().is_none()
    }

    /// Returns the marked people; if there are none, the community and the search of the list.
    #[must_use]
    pub(crate) fn for_export(&self) -> (Option<Vec<PersonId>>, Option<CommunityId>, String) {
        if self.marks.is_empty() {
            return (None, self.community.as_ref().map(|(id, _)| *id), self.find.query.clone());
        }
        (Some(self.marks.iter().copied().collect()), None, String::new())
    }

    fn keep_reading(&mut self, result: Result<(), BookError>) -> Result<(), BookError> {
        match result {
            Err(BookError::Query { error, .. }) => {
                self.find.error = Some((error.at, error.message));
                Ok(())
            }
            other => other,
        }
    }

    /// Reads the list again; the cursor stays on the same person, or keeps its position.
    fn refresh(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let here = self.selected();
        self.counted = None;
        self.table.all = columns(&cx.book.words(Words::Fields)?);
        let result = self.read(cx);
        self.keep_reading(result)?;
        self.list.stay_on(here.filter(|_| !self.is_untouched));
        // Marks outlive a search, so that the hits of several can be marked; marks of people who no longer exist are dropped.
        if !self.marks.is_empty() && self.find.query.is_empty() && cx.book.is_ready() {
            let there: HashSet<PersonId> = self.list.ids.iter().copied().collect();
            self.marks.retain(|m| there.contains(m));
        }
        Ok(())
    }

    fn read(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let community = self.community.as_ref().map(|(id, _)| *id);
        if cx.book.is_ready() {
            let sort = SortBy::parse(&self.table.sort).unwrap_or(SortBy::Name);
            let wanted = PeopleQuery { text: &self.find.query, community, sort, reverse: self.table.reverse };
            let found = cx.book.find(&wanted)?;
            self.list.ids = found.ids;
            self.listed.clone_from(&self.find.query);
            self.find.words = found.words;
            self.find.did_you_mean = found.did_you_mean;
        } else if self.find.query != self.listed {
            // The listed people don't match this search; an empty list is better than a wrong one.
            self.list.ids.clear();
        } else if self.list.ids.is_empty() && self.find.query.is_empty() {
            self.list.ids = cx.book.first_page(community, FIRST_PAGE)?;
        }
        // Otherwise the list stays until the index is ready; people who no longer exist are noticed when their rows are read.
        self.find.error = None;
        self.count(cx);
        Ok(())
    }

    /// Counts the members of the community while a search is in use.
    fn count(&mut self, cx: &Cx<'_>) {
        let community = self.community.as_ref().map(|(id, _)| *id).filter(|_| !self.find.query.is_empty());
        self.all = community.and_then(|c| cx.book.member_count(c)).or_else(|| cx.book.people_count());
    }

    /// Shows the members of another community, or everybody. Marks belong to one list: returns how many were dropped.
    pub(crate) fn filter(&mut self, community: Option<(CommunityId, String)>, cx: &mut Cx<'_>) -> Result<usize, BookError> {
        let mut dropped = 0;
        if self.community.as_ref().map(|(id, _)| *id) != community.as_ref().map(|(id, _)| *id) {
            self.list.cursor.at = 0;
            self.list.ids.clear();
            dropped = self.marks.len();
            self.unmark();
        }
        self.table.absent = if community.is_some() { &[] } else { &["status"] };
        self.community = community;
        let result = self.read(cx);
        self.keep_reading(result)?;
        self.list.fit();
        Ok(dropped)
    }

    /// Counts the marked people who aren't listed, once per list, because that reads all of it. Marking and unmarking affects only listed
    /// people.
    fn count_hidden(&mut self) {
        if self.marks.is_empty() {
            self.hidden = 0;
            self.counted = None;
            return;
        }
        let now = (self.listed.clone(), self.list.ids.len());
        if self.counted.as_ref() != Some(&now) {
            self.hidden = self.marks.len() - self.list.ids.iter().filter(|id| self.marks.contains(id)).count();
            self.counted = Some(now);
        }
    }

    /// Drops the marks.
    pub(crate) fn unmark(&mut self) {
        self.last_mark = None;
        self.marks.clear();
    }

    /// Drops the marks of people that a step has removed.
    fn drop_marks(&mut self, touched: &Touched, cx: &Cx<'_>) {
        let marked: Vec<PersonId> = touched.people.iter().map(|p| PersonId(*p)).filter(|p| self.marks.contains(p)).collect();
        if !marked.is_empty()
            && let Ok(there) = cx.book.people(&marked, None)
        {
            let there: HashSet<PersonId> = there.iter().map(|p| p.id).collect();
            self.marks.retain(|id| there.contains(id) || !marked.contains(id));
        }
    }

    fn mark(&mut self) -> Outcome {
        if let Some(id) = self.selected() {
            if !self.marks.remove(&id) {
                self.marks.insert(id);
            }
            self.last_mark = Some(self.list.cursor.at);
            self.list.act(Action::Down);
        }
        Outcome::ask(Request::Wish(Wish::Look))
    }

    fn mark_range(&mut self) -> Outcome {
        let from = self.last_mark.unwrap_or(self.list.cursor.at).min(self.list.ids.len().saturating_sub(1));
        let (low, high) = (from.min(self.list.cursor.at), from.max(self.list.cursor.at));
        self.marks.extend(self.list.ids.iter().skip(low).take(high + 1 - low));
        self.last_mark = Some(self.list.cursor.at);
        Outcome::Done
    }

    fn mark_all(&mut self) -> Outcome {
        if self.list.ids.iter().all(|id| self.marks.contains(id)) {
            self.list.ids.iter().for_each(|id| _ = self.marks.remove(id));
        } else {
            self.marks.extend(self.list.ids.iter().copied());
        }
        Outcome::Done
    }
}

impl Pane for Members {
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        self.is_untouched = false;
        if self.list.act(action) {
            return Outcome::ask(Request::Wish(Wish::Look));
        }
        match action {
            Action::Mark => self.mark(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll if !cx.book.is_ready() => {
                Outcome::ask(Request::say("Not everybody is listed yet: search is getting ready. Try again in a moment"))
            }
            Action::MarkAll => self.mark_all(),
            Action::Open => Outcome::ask(Request::Wish(Wish::Focus(PaneId::Detail))),
            Action::New => Outcome::ask(Request::Form(Subject::Person(None))),
            Action::Edit => self.selected().map_or(Outcome::Done, |id| Outcome::ask(Request::Form(Subject::Person(Some(id))))),
            Action::Remove => self.verb(cx, Self::remove),
            Action::PutInto => self.verb(cx, Self::put_into),
            Action::TakeOut => self.verb(cx, Self::take_out),
            Action::SetStatus => self.verb(cx, Self::set_status),
            Action::SetOrganisation => self.verb(cx, Self::set_organisation),
            Action::SetDiscipline => self.verb(cx, Self::set_discipline),
            Action::AddTag => self.verb(cx, Self::add_tag),
            Action::RemoveTag => self.verb(cx, Self::remove_tag),
            Action::SetField => self.verb(cx, Self::set_field),
            Action::SetConsent => self.verb(cx, Self::set_consent),
            Action::StopMail => self.verb(cx, Self::stop_mail),
            // The home screen handles the others.
            _ => Outcome::Ignored,
        }
    }

    fn thing(&self) -> Option<Thing> {
        self.selected().map(Thing::Person)
    }

    fn select(&mut self, thing: Thing, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        let Thing::Person(id) = thing else { return Ok(false) };
        self.is_untouched = false;
        if !self.list.ids.contains(&id) && self.find.clear() {
            let result = self.read(cx);
            self.keep_reading(result)?;
        }
        Ok(self.list.go_to(id))
    }

    fn back(&mut self, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        if !self.marks.is_empty() {
            self.unmark();
            return Ok(true);
        }
        if self.find.clear() {
            let here = self.selected();
            self.read(cx)?;
            self.list.cursor.at = 0;
            self.list.stay_on(here);
            return Ok(true);
        }
        Ok(false)
    }

    fn touch(&mut self, touch: Touch) -> Outcome {
        self.is_untouched = false;
        if !self.list.touch(touch, down_bar(touch)) {
            return Outcome::Done;
        }
        Outcome::ask(Request::Wish(Wish::Look))
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if touched.many || touched.communities || !cx.book.is_ready() {
            return self.refresh(cx);
        }
        self.drop_marks(touched, cx);
        self.counted = None;
        if touched.people.is_empty() && !touched.words && !touched.meetups && !touched.mail {
            self.list.fit();
            return Ok(());
        }
        let here = self.selected();
        let (text, community) = (std::mem::take(&mut self.find.query), self.community.as_ref().map(|(id, _)| *id));
        let sort = SortBy::parse(&self.table.sort).unwrap_or(SortBy::Name);
        let wanted = PeopleQuery { text: &text, community, sort, reverse: self.table.reverse };
        let known = cx.book.update_results(&wanted, touched, &mut self.list.ids);
        self.find.query = text;
        if !matches!(known, Ok(true)) || self.list.ids.is_empty() {
            return self.refresh(cx);
        }
        self.table.all = columns(&cx.book.words(Words::Fields)?);
        self.count(cx);
        self.list.stay_on(here);
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let height = rows_in(area, cx).saturating_sub(1 + usize::from(self.find.height()));
        self.count_hidden();
        let community = self.community.as_ref().map(|(id, _)| *id);
        self.list.prepare(height, |ids| cx.book.people(ids, community), |row| row.id)
    }

    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        self.draw_all(area, focused, on);
    }
}

impl List for Members {
    fn find(&self) -> &FindLine {
        &self.find
    }

    fn find_mut(&mut self) -> &mut FindLine {
        &mut self.find
    }

    fn table(&self) -> &Table {
        &self.table
    }

    fn table_mut(&mut self) -> &mut Table {
        &mut self.table
    }

    fn searched(&mut self, cx: &mut Cx<'_>) -> Outcome {
        let result = self.read(cx);
        if let Err(e) = self.keep_reading(result) {
            return Outcome::ask(Request::Complain(e.to_string()));
        }
        if self.find.error.is_none() {
            self.list.top();
        }
        self.list.rows.clear();
        Outcome::ask(Request::Wish(Wish::Look))
    }
}
