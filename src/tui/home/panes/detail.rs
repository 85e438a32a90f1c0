//! The item under the cursor in full: a person, a community or a meetup, with the things that belong to it as lines to move through.
//!
//! Must not know the other panes.

use ratatui::layout::Rect;

use super::detail_lines::{Item, Line, community_lines, meetup_lines, person_lines};
use super::{down_bar, mark_held};
use crate::actions::Action;
use crate::book::{AttendanceChange, BookError, Command, Thing, Touched};
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::meetup::AttendanceFacts;
use crate::domain::person::ConsentFacts;
use crate::domain::words::ConsentState;
use crate::tui::attendance;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::{Cx, Here, Outcome, Pane, Request, Subject, Touch, Wish, place_of};
use crate::tui::list::Cursor;
use crate::tui::overlays::Choose;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The pane of details.
#[derive(Default)]
pub(crate) struct Detail {
    thing: Option<Thing>,
    title: String,
    /// Its lines as they were read, and as wrapped to the width.
    whole: Vec<Line>,
    lines: Vec<Line>,
    /// Whether it has to be read before it is used.
    is_stale: bool,
    cursor: Cursor,
    width: u16,
    /// The item to put the cursor on once the lines have been wrapped.
    keep: Option<Item>,
}

impl Detail {
    /// Shows a thing; it is read when it is drawn or used.
    pub(crate) fn look(&mut self, thing: Option<Thing>) {
        if self.thing != thing {
            self.cursor = Cursor { height: self.cursor.height, ..Cursor::default() };
            self.whole.clear();
            self.lines.clear();
            self.keep = None;
            self.thing = thing;
            self.is_stale = true;
        }
    }

    /// Reads what is shown, unless it is up to date, and wraps it to the width.
    fn read(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if !std::mem::take(&mut self.is_stale) {
            return Ok(());
        }
        let calendar = cx.book.calendar();
        (self.title, self.whole) = match self.thing {
            Some(Thing::Person(id)) => match cx.book.person(id)? {
                Some(p) => {
                    (p.facts.title().to_owned(), person_lines(&p, &calendar, cx.keys, &cx.book.recent_history(Thing::Person(id), 5)?))
                }
                None => (String::new(), Vec::new()),
            },
            Some(Thing::Community(id)) => match cx.book.community(id)? {
                Some(c) => (c.facts.name.clone(), community_lines(&c, &calendar, cx.keys)),
                None => (String::new(), Vec::new()),
            },
            Some(Thing::Meetup(id)) => match cx.book.meetup(id)? {
                Some(m) => (m.facts.title.clone(), meetup_lines(&m, &calendar, cx.keys)),
                None => (String::new(), Vec::new()),
            },
            _ => (String::new(), Vec::new()),
        };
        self.wrap();
        Ok(())
    }

    /// Wraps long lines to the width; the cursor stays on its item.
    fn wrap(&mut self) {
        let room = usize::from(self.width.saturating_sub(3)).max(8);
        self.lines = self.whole.iter().cloned().flat_map(|l| l.wrapped(room)).collect();
        if let Some(place) = self.keep.take().and_then(|item| self.lines.iter().position(|l| l.item == Some(item))) {
            self.cursor.at = place;
        }
        self.cursor.fit(self.lines.len(), self.cursor.height);
    }

    fn item(&self) -> Option<&Item> {
        self.lines.get(self.cursor.at)?.item.as_ref()
    }

    /// Returns the line under the cursor, rejoined if it was wrapped.
    #[must_use]
    pub(crate) fn line_text(&self) -> Option<String> {
        let line = self.lines.get(self.cursor.at)?;
        let text = line.whole.as_deref().unwrap_or(&line.text).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    fn community(&self) -> Option<CommunityId> {
        match self.thing {
            Some(Thing::Community(id)) => Some(id),
            _ => None,
        }
    }

    fn whole(&self) -> Option<Subject> {
        match self.thing? {
            Thing::Person(id) => Some(Subject::Person(Some(id))),
            Thing::Community(id) => Some(Subject::Community(Some(id))),
            Thing::Meetup(id) => Some(Subject::Meetup(Some(id))),
            Thing::Organisation(id) => Some(Subject::Organisation(Some(id))),
        }
    }

    /// Opens the form for the line under the cursor, or for the whole item.
    fn edit(&self) -> Outcome {
        let subject = match (self.item(), self.thing) {
            (Some(Item::Membership(community)), Some(Thing::Person(person))) => Some(Subject::Membership(person, Some(*community))),
            (Some(Item::Visit(meetup)), Some(Thing::Person(person))) => Some(Subject::Attendance(*meetup, person)),
            (Some(Item::Roll(person)), Some(Thing::Meetup(meetup))) => Some(Subject::Attendance(meetup, *person)),
            (Some(Item::Consent(purpose)), Some(Thing::Person(person))) => Some(Subject::Consent(person, *purpose)),
            (Some(Item::Seat(id)), Some(Thing::Community(c))) => Some(Subject::Seat(c, Some(*id))),
            (Some(Item::Route(id)), Some(Thing::Community(c))) => Some(Subject::Route(c, Some(*id))),
            (Some(Item::Rule(id)), Some(Thing::Community(c))) => Some(Subject::Rule(c, Some(*id))),
            (Some(Item::Channel(id)), Some(Thing::Community(c))) => Some(Subject::Channel(c, Some(*id))),
            _ => self.whole(),
        };
        subject.map_or(Outcome::Done, |s| Outcome::ask(Request::Form(s)))
    }

    /// Moves to what the line under the cursor is about.
    fn open(&self) -> Outcome {
        match self.item() {
            Some(Item::Membership(id)) => Outcome::ask(Request::Wish(Wish::Select(Thing::Community(*id)))),
            Some(Item::Visit(id)) => Outcome::ask(Request::Wish(Wish::Select(Thing::Meetup(*id)))),
            Some(Item::Roll(id) | Item::Holder(id)) => Outcome::ask(Request::Wish(Wish::Select(Thing::Person(*id)))),
            _ => self.edit(),
        }
    }

    fn add(&self, cx: &mut Cx<'_>) -> Outcome {
        match self.thing {
            Some(Thing::Community(c)) => {
                let kinds = ["seat", "way to join", "rule on who may join", "channel"].map(str::to_owned).to_vec();
                Outcome::ask(Request::Push(Box::new(Choose::asking("Add to this community", kinds, false, move |kind| {
                    Request::Form(match kind {
                        "seat" => Subject::Seat(c, None),
                        "way to join" => Subject::Route(c, None),
                        "rule on who may join" => Subject::Rule(c, None),
                        _ => Subject::Channel(c, None),
                    })
                }))))
            }
            Some(Thing::Person(id)) => Outcome::ask(Request::Form(Subject::Membership(id, None))),
            Some(Thing::Meetup(id)) => {
                crate::tui::overlays::Roll::new(id, cx).map_or(Outcome::Done, |roll| Outcome::ask(Request::Push(Box::new(roll))))
            }
            _ => Outcome::Done,
        }
    }

    /// Returns the meetup and person whose attendance the line under the cursor is about.
    #[must_use]
    pub(crate) fn attendance(&self) -> Option<(MeetupId, PersonId)> {
        match (self.item()?, self.thing?) {
            (Item::Visit(meetup), Thing::Person(person)) => Some((*meetup, person)),
            (Item::Roll(person), Thing::Meetup(meetup)) => Some((meetup, *person)),
            _ => None,
        }
    }

    /// Records an answer or a role of the person under the cursor.
    fn record(&self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        let Some((meetup, person)) = self.attendance() else { return Outcome::Ignored };
        let Some(detail) = cx.note(cx.book.meetup(meetup)).flatten() else { return Outcome::Done };
        let known = detail.roll.iter().find(|r| r.person_id == person).map(|r| r.facts.clone()).unwrap_or_default();
        attendance::change(action, &known)
            .map_or(Outcome::Ignored, |change| Outcome::ask(Request::Run(attendance::command(meetup, person, change))))
    }

    /// Offers to mark a meetup as held.
    fn hold(&self, cx: &mut Cx<'_>) -> Outcome {
        match self.thing {
            Some(Thing::Meetup(id)) => mark_held(id, cx),
            _ => Outcome::Ignored,
        }
    }

    fn remove(&self) -> Outcome {
        let blank = AttendanceChange::Facts(AttendanceFacts::default());
        let command = match (self.item(), self.thing, self.community()) {
            (Some(Item::Membership(community)), Some(Thing::Person(person)), _) => {
                Command::TakeOut { people: vec![person], community: *community }
            }
            (Some(Item::Consent(purpose)), Some(Thing::Person(person)), _) => {
                let consent = ConsentFacts { purpose: *purpose, state: ConsentState::Unknown, on: None, source: String::new() };
                Command::SetConsent { people: vec![person], consent }
            }
            (Some(Item::Visit(meetup)), Some(Thing::Person(person)), _) => {
                Command::Attend { meetup: *meetup, people: vec![person], change: blank }
            }
            (Some(Item::Roll(person)), Some(Thing::Meetup(meetup)), _) => Command::Attend { meetup, people: vec![*person], change: blank },
            (Some(Item::Seat(id)), _, Some(c)) => Command::RemoveSeat(c, *id),
            (Some(Item::Route(id)), _, Some(c)) => Command::RemoveRoute(c, *id),
            (Some(Item::Rule(id)), _, Some(c)) => Command::RemoveRule(c, *id),
            (Some(Item::Channel(id)), _, Some(c)) => Command::RemoveChannel(c, *id),
            _ => return Outcome::ask(Request::say("Select a seat, membership or other line that you can remove")),
        };
        Outcome::ask(Request::Run(command))
    }
}

impl Pane for Detail {
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        if let Err(e) = self.read(cx) {
            return Outcome::ask(Request::Complain(e.to_string()));
        }
        if self.cursor.act(action, self.lines.len()) {
            return Outcome::Done;
        }
        match action {
            Action::Edit => self.edit(),
            Action::Open => self.open(),
            Action::New => self.add(cx),
            Action::Remove => self.remove(),
            Action::Roll => match self.thing {
                Some(Thing::Meetup(id)) => {
                    crate::tui::overlays::Roll::new(id, cx).map_or(Outcome::Done, |roll| Outcome::ask(Request::Push(Box::new(roll))))
                }
                _ => Outcome::Ignored,
            },
            Action::MarkHeld => self.hold(cx),
            // The home screen handles the others.
            _ => self.record(action, cx),
        }
    }

    fn thing(&self) -> Option<Thing> {
        self.thing
    }

    fn here(&self) -> Here {
        let (kind, id) = place_of(self.thing?);
        Some(match self.item() {
            None => (kind, id),
            Some(Item::Membership(c)) => ("membership", c.0),
            Some(Item::Visit(m)) => ("visit", m.0),
            Some(Item::Roll(p)) => ("roll", p.0),
            Some(Item::Seat(s)) => ("seat", s.0),
            Some(Item::Holder(p)) => ("holder", p.0),
            Some(Item::Route(r)) => ("route", *r),
            Some(Item::Rule(r)) => ("rule", *r),
            Some(Item::Channel(c)) => ("channel", *c),
            Some(Item::Consent(p)) => (p.word(), id),
        })
    }

    fn touch(&mut self, touch: Touch) -> Outcome {
        match touch {
            Touch::Press { on: Target::Row(_, row), .. } => self.cursor.at = row.min(self.lines.len().saturating_sub(1)),
            Touch::Wheel(_, lines) => self.cursor.scroll(lines, self.lines.len()),
            Touch::Press { .. } | Touch::Drag(..) | Touch::Drop(_) => {
                if let Some(thousandths) = down_bar(touch) {
                    self.cursor.jump(thousandths, self.lines.len());
                }
            }
        }
        Outcome::Done
    }

    fn follow(&mut self, _: &Touched, _: &mut Cx<'_>) -> Result<(), BookError> {
        // The item is read when it is drawn next; one item is cheap to read.
        self.keep = self.item().copied().or(self.keep);
        self.is_stale = true;
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let width = area.width.saturating_sub(2);
        if self.width != width {
            self.width = width;
            self.keep = self.item().copied().or(self.keep);
            self.wrap();
        }
        self.read(cx)?;
        self.cursor.fit(self.lines.len(), usize::from(area.height.saturating_sub(2)));
        Ok(())
    }

    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Detail));
        let title = if self.title.is_empty() { "4 Detail".to_owned() } else { format!("4 {}", self.title) };
        let inside = paint::frame(on, area, &title, "", focused);
        for (line, at) in (self.cursor.offset..self.lines.len()).take(usize::from(inside.height)).enumerate() {
            let row = Rect::new(inside.x, inside.y + u16::try_from(line).unwrap_or(0), inside.width, 1);
            on.drawn.hit(row, Target::Row(PaneId::Detail, at));
            let here = focused && at == self.cursor.at;
            let shown = &self.lines[at];
            let plain = on.theme.style(Tone::Plain);
            paint::put(on, (row.x, row.y), 1, if here { ">" } else { " " }, plain);
            paint::pieces(on, (row.x + 1, row.y), row.width.saturating_sub(1), &[(&shown.text, shown.tone)]);
            if here {
                paint::at_cursor(on, row, true);
            }
        }
        paint::scroll_bar(on, inside, self.cursor.offset, self.lines.len(), Some(PaneId::Detail));
    }
}
