//! The members of what is selected: found, marked, sorted, changed by the dozen. Only the rows that show are read.
//!
//! Must not know the other panes.

use std::collections::{BTreeSet, HashSet};

use ratatui::layout::Rect;

use crate::actions::Action;
use crate::book::{BookError, Command, PeopleQuery, PersonRow, SortBy, Thing, Words};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::words::{AddressState, MembershipStatus, PersonKind};
use crate::domain::{dates, text};
use crate::tui::core::{Canvas, Cx, Outcome, PaneId, Request, Subject, Target};
use crate::tui::edit::FindLine;
use crate::tui::list::Cursor;
use crate::tui::overlays::{Choose, Confirm, Prompt};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many people are shown before the index is ready.
const FIRST_PAGE: usize = 200;

/// The pane.
pub struct Members {
    ids: Vec<PersonId>,
    rows: Vec<PersonRow>,
    rows_from: usize,
    cursor: Cursor,
    marks: BTreeSet<PersonId>,
    last_mark: Option<usize>,
    /// The community whose members are shown, and its name.
    pub community: Option<(CommunityId, String)>,
    /// The search.
    pub find: FindLine,
    sort: SortBy,
    reverse: bool,
    all: Option<u64>,
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
        if !self.marks.is_empty() && self.find.query.is_empty() {
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
        } else {
            self.ids = cx.book.first_page(community, FIRST_PAGE)?;
        }
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
            return Outcome::ask(Request::Toast("There is nobody under the cursor; n adds somebody".into()));
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
        let address = detail.facts.email.clone();
        if detail.suppressed.contains(&address) {
            return Outcome::ask(Request::Run(Command::LiftSuppression { address }));
        }
        Outcome::ask(Request::Run(Command::Suppress { address, reason: "asked the lead".into() }))
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

    /// Draws the pane.
    pub fn draw(&self, area: Rect, focused: bool, today: chrono::NaiveDate, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Members));
        let of = self.community.as_ref().map_or_else(|| "Everybody".to_owned(), |(_, name)| format!("Members of {name}"));
        let count = match self.all {
            Some(all) if self.marks.is_empty() => format!("{} of {}", text::thousands(self.ids.len() as u64), text::thousands(all)),
            Some(_) => format!("{} marked of {}", text::thousands(self.marks.len() as u64), text::thousands(self.ids.len() as u64)),
            None => "…".to_owned(),
        };
        let inside = paint::frame(on, area, &format!("2 {of}"), &count, focused);
        if inside.height == 0 {
            return;
        }
        let columns = Columns::new(inside.width, self.community.is_some());
        let head = on.theme.style(Tone::Dim);
        let titles = ["Name", "Organisation", "Discipline", columns.fourth_title(), "Last seen"];
        for (i, title) in titles.iter().enumerate() {
            let sorted = title.eq_ignore_ascii_case(self.sort.word());
            let arrow = if self.reverse { "↑" } else { "↓" };
            let title = if sorted { format!("{title} {arrow}") } else { (*title).to_owned() };
            paint::put(on, (inside.x + columns.at[i], inside.y), columns.width[i], &title, head);
        }
        let find = u16::from(self.find.is_active());
        let body = Rect::new(inside.x, inside.y + 1, inside.width, inside.height.saturating_sub(1 + find));
        for (line, row) in self.rows.iter().take(usize::from(body.height)).enumerate() {
            let at = self.rows_from + line;
            let area = Rect::new(body.x, body.y + u16::try_from(line).unwrap_or(0), body.width, 1);
            on.drawn.hit(area, Target::Row(PaneId::Members, at));
            self.draw_row(row, at, area, &columns, focused, today, on);
        }
        if self.ids.is_empty() {
            self.draw_empty(body, on);
        }
        paint::scroll_bar(on, body, self.cursor.offset, usize::from(body.height), self.ids.len());
        if find == 1 && inside.height > 0 {
            self.find.draw(on, (inside.x, inside.bottom() - 1), inside.width);
        }
    }

    fn draw_empty(&self, body: Rect, on: &mut Canvas<'_>) {
        let hint = if !self.find.query.is_empty() {
            "Nobody is found. Esc ends the search."
        } else if self.community.is_some() {
            "No members yet: n adds one, i imports a list. From Everybody (0), p puts people in."
        } else {
            "Nobody is on the roster yet: n adds somebody, i imports a list."
        };
        for (i, line) in text::wrap(hint, usize::from(body.width.saturating_sub(4))).iter().enumerate() {
            let y = body.y + 1 + u16::try_from(i).unwrap_or(0);
            if y < body.bottom() {
                paint::pieces(on, (body.x + 2, y), body.width.saturating_sub(2), &[(line, Tone::Dim)]);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a row is drawn from all of them, in one place")]
    fn draw_row(
        &self,
        row: &PersonRow,
        at: usize,
        area: Rect,
        columns: &Columns,
        focused: bool,
        today: chrono::NaiveDate,
        on: &mut Canvas<'_>,
    ) {
        let here = at == self.cursor.at;
        let marked = self.marks.contains(&row.id);
        let plain = on.theme.style(Tone::Plain);
        let sign = match (here, marked) {
            (true, true) => ">*",
            (true, false) => "> ",
            (false, true) => " *",
            (false, false) => "  ",
        };
        paint::put(on, (area.x + 1, area.y), 2, sign, plain);
        let mut name = row.title().to_owned();
        if row.kind == PersonKind::TeamMailbox {
            name.push_str(" (mailbox)");
        }
        if row.email_state != AddressState::Ok {
            name.push_str(&format!(" [{}]", row.email_state));
        }
        let fourth = if columns.with_status { row.status.as_str() } else { row.job_title.as_str() };
        let seen = row.seen.map_or_else(String::new, |d| dates::distance(d, today));
        for (i, value) in [name.as_str(), &row.organisation, &row.discipline, fourth, &seen].iter().enumerate() {
            let place = (area.x + columns.at[i], area.y);
            paint::put(on, place, columns.width[i], value, plain);
            paint::highlight(on, place, value, columns.width[i], &self.find.words);
        }
        if here {
            let tone = if focused { Tone::Selected } else { Tone::Resting };
            let style = on.theme.style(tone);
            paint::tint(on, area, style);
        } else if marked {
            let style = on.theme.style(Tone::Resting);
            paint::tint(on, area, style);
        }
    }
}

/// Where the columns stand: the last ones go first where there is no room.
struct Columns {
    at: [u16; 5],
    width: [u16; 5],
    with_status: bool,
}

impl Columns {
    fn new(width: u16, with_status: bool) -> Self {
        let room = width.saturating_sub(4);
        // Shares in hundredths: name, organisation, discipline, status or job title, last seen.
        let shares: [u16; 5] = match room {
            0..28 => [100, 0, 0, 0, 0],
            28..44 => [60, 40, 0, 0, 0],
            44..60 => [44, 28, 28, 0, 0],
            _ => [34, 22, 20, 12, 12],
        };
        let (mut at, mut widths) = ([0; 5], [0; 5]);
        let mut x = 3;
        for i in 0..5 {
            let share = room * shares[i] / 100;
            at[i] = x;
            widths[i] = share.saturating_sub(u16::from(i < 4 && shares[i] < 100));
            x += share;
        }
        Self { at, width: widths, with_status }
    }

    const fn fourth_title(&self) -> &'static str {
        if self.with_status { "Status" } else { "Job title" }
    }
}
