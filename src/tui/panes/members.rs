//! The members of what is selected: found, marked, sorted, changed by the dozen. Only the rows that show are read.
//!
//! Must not know the other panes.

use std::collections::{BTreeSet, HashSet};

use crate::actions::Action;
use crate::book::{BookError, Command, PeopleQuery, PersonRow, SortBy, Thing, Words};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::text;
use crate::domain::words::MembershipStatus;
use crate::tui::core::{Cx, Outcome, PaneId, Request, Subject};
use crate::tui::edit::FindLine;
use crate::tui::list::Cursor;
use crate::tui::overlays::{Choose, Confirm, Prompt};

/// How many people are shown before the index is ready.
const FIRST_PAGE: usize = 200;

/// The pane.
pub struct Members {
    pub(super) ids: Vec<PersonId>,
    pub(super) rows: Vec<PersonRow>,
    pub(super) rows_from: usize,
    pub(super) cursor: Cursor,
    pub(super) marks: BTreeSet<PersonId>,
    last_mark: Option<usize>,
    /// The community whose members are shown, and its name.
    pub community: Option<(CommunityId, String)>,
    /// The search.
    pub find: FindLine,
    pub(super) sort: SortBy,
    pub(super) reverse: bool,
    pub(super) all: Option<u64>,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            rows: Vec::new(),
            rows_from: 0,
            cursor: Cursor::default(),
            marks: BTreeSet::new(),
            last_mark: None,
            community: None,
            find: FindLine::default(),
            sort: SortBy::Name,
            reverse: false,
            all: None,
        }
    }
}

impl Members {
    /// The person under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<PersonId> {
        self.ids.get(self.cursor.at).copied()
    }

    /// What stands under the cursor, for the detail.
    #[must_use]
    pub fn thing(&self) -> Option<Thing> {
        self.selected().map(Thing::Person)
    }

    /// Whom a verb applies to: the marked, else the one under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Vec<PersonId> {
        if self.marks.is_empty() { self.selected().into_iter().collect() } else { self.marks.iter().copied().collect() }
    }

    /// The marked people; if none are, and something is searched for or a community is shown, all in the list.
    #[must_use]
    pub fn for_export(&self) -> (Option<Vec<PersonId>>, Option<CommunityId>, String) {
        if self.marks.is_empty() {
            return (None, self.community.as_ref().map(|(id, _)| *id), self.find.query.clone());
        }
        (Some(self.marks.iter().copied().collect()), None, String::new())
    }

    /// The sort, as a view keeps it.
    #[must_use]
    pub fn sort_word(&self) -> String {
        format!("{}{}", if self.reverse { "-" } else { "" }, self.sort.word())
    }

    /// Takes a view's query and sort.
    pub fn set_search(&mut self, query: &str, sort: &str, cx: &mut Cx<'_>) -> Outcome {
        self.find.clear();
        query.clone_into(&mut self.find.query);
        self.reverse = sort.starts_with('-');
        self.sort = SortBy::parse(sort.trim_start_matches('-')).unwrap_or(SortBy::Name);
        self.cursor.at = 0;
        self.searched(cx)
    }

    fn keep_reading(&mut self, result: Result<(), BookError>) -> Result<(), BookError> {
        match result {
            Err(BookError::Query { error, .. }) => {
                self.find.error = Some(error.message);
                Ok(())
            }
            other => other,
        }
    }

    /// Reads the list again; the cursor stays on the same person, or where it was.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let here = self.selected();
        let result = self.read(cx);
        self.keep_reading(result)?;
        if let Some(place) = here.and_then(|id| self.ids.iter().position(|i| *i == id)) {
            self.cursor.at = place;
        }
        self.cursor.fit(self.ids.len(), self.cursor.height);
        // Marks outlive a search, so that one can mark the hits of several; those who have gone are dropped.
        if !self.marks.is_empty() && self.find.query.is_empty() && cx.book.is_ready() {
            let there: HashSet<PersonId> = self.ids.iter().copied().collect();
            self.marks.retain(|m| there.contains(m));
        }
        self.rows.clear();
        Ok(())
    }

    fn read(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let community = self.community.as_ref().map(|(id, _)| *id);
        if cx.book.is_ready() {
            let wanted = PeopleQuery { text: &self.find.query, community, sort: self.sort, reverse: self.reverse };
            let found = cx.book.find(&wanted)?;
            self.ids = found.ids;
            self.find.words = found.words;
            self.find.did_you_mean = found.did_you_mean;
        } else if self.find.query.is_empty() || self.ids.is_empty() {
            self.ids = cx.book.first_page(community, FIRST_PAGE)?;
        }
        // Else the hits of the search stay until the index is there again: unrelated rows would be worse than old ones.
        self.find.error = None;
        self.all = cx.book.people_count();
        Ok(())
    }

    /// The search has changed: the best hit is on top.
    pub fn searched(&mut self, cx: &mut Cx<'_>) -> Outcome {
        let result = self.read(cx);
        if let Err(e) = self.keep_reading(result) {
            return Outcome::ask(Request::Toast(e.to_string()));
        }
        if self.find.error.is_none() {
            self.cursor.at = 0;
            self.cursor.fit(self.ids.len(), self.cursor.height);
        }
        self.rows.clear();
        Outcome::ask(Request::Look)
    }

    /// Shows the members of another community, or everybody.
    pub fn filter(&mut self, community: Option<(CommunityId, String)>, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if self.community.as_ref().map(|(id, _)| *id) != community.as_ref().map(|(id, _)| *id) {
            self.cursor.at = 0;
            self.marks.clear();
        }
        self.community = community;
        self.rows.clear();
        let result = self.read(cx);
        self.keep_reading(result)?;
        self.cursor.fit(self.ids.len(), self.cursor.height);
        Ok(())
    }

    /// Moves the cursor to a person, ending the search if it hides them. Whether they are in the list.
    pub fn select(&mut self, id: PersonId, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        if !self.ids.contains(&id) && self.find.clear() {
            let result = self.read(cx);
            self.keep_reading(result)?;
        }
        let place = self.ids.iter().position(|i| *i == id);
        if let Some(place) = place {
            self.cursor.at = place;
            self.cursor.fit(self.ids.len(), self.cursor.height);
            self.rows.clear();
        }
        Ok(place.is_some())
    }

    /// Drops the marks.
    pub fn unmark(&mut self) {
        self.marks.clear();
    }

    /// One step back: the marks, then the search. Whether there was one.
    pub fn back(&mut self, cx: &mut Cx<'_>) -> bool {
        if !self.marks.is_empty() {
            self.marks.clear();
            return true;
        }
        if self.find.clear() {
            let here = self.selected();
            if self.read(cx).is_ok() {
                let place = here.and_then(|id| self.ids.iter().position(|i| *i == id));
                self.cursor.at = place.unwrap_or(0);
                self.cursor.fit(self.ids.len(), self.cursor.height);
                self.rows.clear();
            }
            return true;
        }
        false
    }

    /// Does what an action says.
    pub fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        if self.cursor.act(action, self.ids.len()) {
            return Outcome::ask(Request::Look);
        }
        match action {
            Action::Mark => self.mark(),
            Action::MarkRange => self.mark_range(),
            Action::MarkAll => self.mark_all(),
            Action::SortNext | Action::SortReverse => self.resort(action, cx),
            Action::Open => Outcome::ask(Request::Focus(PaneId::Detail)),
            Action::New => Outcome::ask(Request::Form(Subject::Person(None))),
            Action::Edit => self.selected().map_or(Outcome::Done, |id| Outcome::ask(Request::Form(Subject::Person(Some(id))))),
            Action::Remove
            | Action::PutInto
            | Action::TakeOut
            | Action::SetStatus
            | Action::SetOrganisation
            | Action::SetDiscipline
            | Action::AddTag
            | Action::RemoveTag
            | Action::SetField
            | Action::StopMail => self.verb(action, cx),
            _ => Outcome::Ignored,
        }
    }

    fn mark(&mut self) -> Outcome {
        if let Some(id) = self.selected() {
            if !self.marks.remove(&id) {
                self.marks.insert(id);
            }
            self.last_mark = Some(self.cursor.at);
            self.cursor.act(Action::Down, self.ids.len());
        }
        Outcome::ask(Request::Look)
    }

    fn mark_range(&mut self) -> Outcome {
        let from = self.last_mark.unwrap_or(self.cursor.at).min(self.ids.len().saturating_sub(1));
        let (low, high) = (from.min(self.cursor.at), from.max(self.cursor.at));
        self.marks.extend(self.ids.iter().skip(low).take(high + 1 - low));
        self.last_mark = Some(self.cursor.at);
        Outcome::Done
    }

    fn mark_all(&mut self) -> Outcome {
        if self.marks.len() == self.ids.len() {
            self.marks.clear();
        } else {
            self.marks = self.ids.iter().copied().collect();
        }
        Outcome::Done
    }

    fn resort(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        if action == Action::SortReverse {
            self.reverse = !self.reverse;
        } else {
            let at = SortBy::ALL.iter().position(|s| *s == self.sort).unwrap_or(0);
            self.sort = SortBy::ALL[(at + 1) % SortBy::ALL.len()];
        }
        if let Err(e) = self.refresh(cx) {
            return Outcome::ask(Request::Toast(e.to_string()));
        }
        let way = if self.reverse { ", the other way round" } else { "" };
        Outcome::Ask(vec![Request::Toast(format!("Sorted by {}{way}", self.sort.word())), Request::Look])
    }

    /// A verb that applies to the marked people as one step.
    fn verb(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        let people = self.chosen();
        if people.is_empty() {
            return Outcome::ask(Request::Toast("There is nobody under the cursor; {new} adds somebody".into()));
        }
        let who = text::count(people.len() as u64, "person", "people");
        let words = |which: Words, cx: &mut Cx<'_>| cx.book.words(which).unwrap_or_default();
        let overlay: Box<dyn crate::tui::core::Overlay> = match action {
            Action::Remove => return self.remove(people, &who),
            Action::StopMail => return self.stop_mail(cx),
            Action::TakeOut | Action::SetStatus => return self.in_community(action, people, &who),
            Action::PutInto => {
                let communities = cx.book.communities().unwrap_or_default();
                let names = communities.iter().map(|c| c.name.clone()).collect();
                Box::new(Choose::new(&format!("Put {who} into"), names, false, move |name| {
                    let community = communities.iter().find(|c| c.name == name)?.id;
                    Some(Command::PutIn { people: people.clone(), community, status: MembershipStatus::Active })
                }))
            }
            Action::SetOrganisation => {
                Box::new(Choose::new(&format!("Organisation of {who}"), words(Words::Organisations, cx), true, move |name| {
                    Some(Command::SetOrganisation { people: people.clone(), name: name.to_owned() })
                }))
            }
            Action::SetDiscipline => {
                Box::new(Choose::new(&format!("Discipline of {who}"), words(Words::Disciplines, cx), true, move |name| {
                    Some(Command::SetDiscipline { people: people.clone(), name: name.to_owned() })
                }))
            }
            Action::AddTag => Box::new(Choose::new(&format!("Tag for {who}"), words(Words::Tags, cx), true, move |tag| {
                Some(Command::AddTag { people: people.clone(), tag: tag.to_owned() })
            })),
            Action::RemoveTag => Box::new(Choose::new(&format!("Tag to take off {who}"), words(Words::Tags, cx), false, move |tag| {
                Some(Command::RemoveTag { people: people.clone(), tag: tag.to_owned() })
            })),
            _ => {
                let fields = words(Words::Fields, cx);
                Box::new(Choose::asking(&format!("Field of {who}"), fields, true, move |field| {
                    let (people, field) = (people.clone(), field.to_owned());
                    let title = format!("{field}, empty to clear it");
                    Request::Push(Box::new(Prompt::new(&title, "", move |value| {
                        Request::Run(Command::SetField { people: people.clone(), field: field.clone(), value: value.trim().to_owned() })
                    })))
                }))
            }
        };
        Outcome::ask(Request::Push(overlay))
    }

    fn remove(&self, people: Vec<PersonId>, who: &str) -> Outcome {
        let name = match people.as_slice() {
            [only] => self.rows.iter().find(|r| r.id == *only).map_or_else(|| who.to_owned(), |r| r.title().to_owned()),
            _ => who.to_owned(),
        };
        let question = format!("Remove {name} from the roster, with memberships and attendance?");
        Outcome::ask(Request::Push(Box::new(Confirm::new(&question, "y", "remove", Request::Run(Command::RemovePeople(people))))))
    }

    fn in_community(&self, action: Action, people: Vec<PersonId>, who: &str) -> Outcome {
        let Some((community, name)) = self.community.clone() else {
            return Outcome::ask(Request::Toast("Select a community first: this is about its members".into()));
        };
        if action == Action::TakeOut {
            return Outcome::ask(Request::Run(Command::TakeOut { people, community }));
        }
        let words = MembershipStatus::ALL.iter().map(|s| s.word().to_owned()).collect();
        Outcome::ask(Request::Push(Box::new(Choose::new(&format!("Status of {who} in {name}"), words, false, move |word| {
            Some(Command::SetStatus { people: people.clone(), community, status: MembershipStatus::parse(word)? })
        }))))
    }

    fn stop_mail(&self, cx: &mut Cx<'_>) -> Outcome {
        let detail = self.selected().and_then(|id| cx.book.person(id).ok().flatten());
        let Some(detail) = detail.filter(|d| !d.facts.email.is_empty()) else {
            return Outcome::ask(Request::Toast("There is no address here to stop".into()));
        };
        if !detail.suppressed.is_empty() {
            return Outcome::ask(Request::Run(Command::LiftSuppression { addresses: detail.suppressed }));
        }
        let addresses = std::iter::once(detail.facts.email).chain(detail.facts.others.into_iter().map(|o| o.address)).collect();
        Outcome::ask(Request::Run(Command::Suppress { addresses, reason: "asked the lead".into() }))
    }

    /// A row was clicked.
    pub fn click(&mut self, row: usize) -> Outcome {
        self.cursor.at = row.min(self.ids.len().saturating_sub(1));
        Outcome::ask(Request::Look)
    }

    /// The wheel was turned.
    pub fn scroll(&mut self, lines: i32) -> Outcome {
        self.cursor.scroll(lines, self.ids.len());
        Outcome::ask(Request::Look)
    }

    /// Reads the rows that will show.
    pub fn prepare(&mut self, height: usize, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let height = height.saturating_sub(1 + usize::from(self.find.is_active()));
        self.cursor.fit(self.ids.len(), height);
        let window = self.cursor.window(self.ids.len());
        if self.rows.is_empty() || self.rows_from != window.start || self.rows.len() < window.len() {
            self.rows_from = window.start;
            self.rows = cx.book.people(&self.ids[window], self.community.as_ref().map(|(id, _)| *id))?;
        }
        Ok(())
    }
}
