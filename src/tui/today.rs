//! What to do this week: one line for each item, the most pressing first, with the key that goes there.
//!
//! Must not know how the items are found.

use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::{BookError, Thing, ToDo, ToDoKind, ToDoPlace, Touched};
use crate::domain::text;
use crate::tui::answer::Answer;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request, Screen, Subject, Touch, Wish};
use crate::tui::list::Cursor;
use crate::tui::overlays::{Roll, ask_whether_held};
use crate::tui::paint;
use crate::tui::theme::Tone;
use crate::tui::works;

/// The screen of items to do.
#[derive(Default)]
pub(crate) struct Today {
    /// The items; `None` until they have been read.
    found: Option<Vec<ToDo>>,
    cursor: Cursor,
}

impl Today {
    fn selected(&self) -> Option<&ToDo> {
        self.found.as_deref()?.get(self.cursor.at)
    }

    /// Goes to the item on the home screen.
    fn go(&self) -> Outcome {
        let Some(to_do) = self.selected() else { return Outcome::Done };
        let select = |thing| vec![Request::Wish(Wish::Select(thing))];
        let search = |query: &str| Request::Wish(Wish::Search(PaneId::Members, query.to_owned(), None));
        let everybody = || vec![Request::Wish(Wish::Focus(PaneId::Members)), Request::Act(Action::ShowAll)];
        Outcome::Ask(match &to_do.at {
            ToDoPlace::Meetup(id) => select(Thing::Meetup(*id)),
            ToDoPlace::Seat(community, _) => {
                let mut out = select(Thing::Community(*community));
                out.push(Request::Wish(Wish::Focus(PaneId::Detail)));
                out
            }
            ToDoPlace::Membership(person, _) | ToDoPlace::Person(person) => select(Thing::Person(*person)),
            ToDoPlace::People(query) => {
                let mut out = everybody();
                out.push(search(query));
                out
            }
            ToDoPlace::Page(_) => vec![Request::Wish(Wish::AskForPage)],
            ToDoPlace::List(list) => {
                let mut out = list.community.map_or_else(everybody, |c| select(Thing::Community(c)));
                out.push(search(&list.query));
                out.push(Request::Wish(Wish::ExportList(list.clone())));
                out
            }
        })
    }

    /// Opens what deals with the item, on this screen if possible.
    fn deal(&self, cx: &mut Cx<'_>) -> Outcome {
        let Some(to_do) = self.selected() else { return Outcome::Done };
        let form = |subject| Outcome::ask(Request::Form(subject));
        match (&to_do.at, to_do.kind) {
            (ToDoPlace::Meetup(id), ToDoKind::OpenAnswers) => {
                Roll::new(*id, cx).map_or(Outcome::Done, |roll| Outcome::ask(Request::push(roll)))
            }
            (ToDoPlace::Meetup(id), ToDoKind::NotHeld) => {
                let detail = cx.note(cx.book.meetup(*id)).flatten();
                let asks = detail.and_then(|d| ask_whether_held(*id, &d, 0));
                asks.map_or(Outcome::Done, |asks| Outcome::ask(Request::push(asks)))
            }
            (ToDoPlace::Meetup(id), _) => form(Subject::Meetup(Some(*id))),
            (ToDoPlace::Seat(community, seat), _) => form(Subject::Seat(*community, Some(*seat))),
            (ToDoPlace::Membership(person, community), _) => form(Subject::Membership(*person, Some(*community))),
            (ToDoPlace::Person(id), _) => form(Subject::Person(Some(*id))),
            (ToDoPlace::People(_) | ToDoPlace::Page(_) | ToDoPlace::List(_), _) => self.go(),
        }
    }

    fn draw_row(&self, (at, to_do): (usize, &ToDo), (when_width, hints): (usize, usize), row: Rect, on: &mut Canvas<'_>) {
        let here = at == self.cursor.at;
        let overdue = to_do.by < on.calendar.today;
        let tone = if overdue { Tone::Warning } else { Tone::Plain };
        let sign = format!("{} {} ", if here { ">" } else { " " }, if overdue { "!" } else { " " });
        let kind = text::pad(to_do.kind.word(), 20);
        let wide = row.width >= 104;
        let when = when(to_do, row.width, on);
        let goes = if row.width >= 50 { format!("{} · ", on.keys.word(Action::GoThere)) } else { String::new() };
        let key = if goes.is_empty() { String::new() } else { on.keys.word(Action::DoThis) };
        let hint = if wide && !key.is_empty() { format!(" {}", deals(to_do)) } else { String::new() };
        let keys_width = text::width(&goes) + text::width(&key) + if hint.is_empty() { 0 } else { hints };
        let what_width = usize::from(row.width).saturating_sub(27 + keys_width + when_width);
        let (what, when) = (text::pad(&to_do.what, what_width), text::pad(&when, when_width));
        let parts = [
            (&*sign, tone),
            (&*kind, tone),
            (" ", Tone::Plain),
            (&*what, Tone::Plain),
            (" ", Tone::Plain),
            (&*when, Tone::Dim),
            (&*goes, Tone::Key),
            (&*key, Tone::Key),
            (&*hint, Tone::Dim),
        ];
        paint::pieces(on, (row.x, row.y), row.width, &parts);
        if here {
            paint::at_cursor(on, row, true);
        }
    }
}

/// Returns the date of an item, in a form that fits the width.
fn when(to_do: &ToDo, width: u16, on: &Canvas<'_>) -> String {
    to_do.on.filter(|_| width >= 64).map_or_else(String::new, |day| {
        let distance = on.calendar.distance(day);
        if width >= 104 { format!("{}, {distance}", on.calendar.short(day).trim()) } else { distance }
    })
}

/// Returns what the key does that deals with an item.
const fn deals(to_do: &ToDo) -> &'static str {
    match (&to_do.at, to_do.kind) {
        (ToDoPlace::Meetup(_), ToDoKind::OpenAnswers) => "open the roll",
        (ToDoPlace::Meetup(_), ToDoKind::NotHeld) => "mark as held",
        (ToDoPlace::Meetup(_), _) => "edit the meetup",
        (ToDoPlace::Seat(..), _) => "edit the seat",
        (ToDoPlace::Membership(..), _) => "edit the exception",
        (ToDoPlace::Person(_), _) => "edit the person",
        (ToDoPlace::People(_), _) => "list them",
        (ToDoPlace::Page(_), _) => "publish it",
        (ToDoPlace::List(_), _) => "export it",
    }
}

impl Layer for Today {
    fn scope(&self) -> Scope {
        Scope::Today
    }

    fn opened(&mut self, _: &mut Cx<'_>) -> Outcome {
        Outcome::ask(Request::Begin(works::to_do()))
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        let len = self.found.as_deref().map_or(0, <[_]>::len);
        match action {
            Action::GoThere => self.go(),
            Action::DoThis => self.deal(cx),
            _ if self.cursor.act(action, len) => Outcome::Done,
            _ => Outcome::Ignored,
        }
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        let needs = matches!(action, Action::GoThere | Action::DoThis);
        (needs && self.selected().is_none()).then_some("there is nothing to do")
    }

    fn touch(&mut self, touch: Touch, _: &mut Cx<'_>) -> Outcome {
        let len = self.found.as_deref().map_or(0, <[_]>::len);
        match touch {
            Touch::Press { on: Target::Row(_, row), again, .. } => {
                self.cursor.at = row.min(len.saturating_sub(1));
                if again {
                    return self.go();
                }
            }
            Touch::Wheel(_, lines) => self.cursor.scroll(lines, len),
            Touch::Press { .. } | Touch::Drag(..) | Touch::Drop(_) => {}
        }
        Outcome::Done
    }

    fn answer(&mut self, answer: Answer, _: &mut Cx<'_>) -> Result<Outcome, Answer> {
        let Answer::ToDo(found) = answer else { return Err(answer) };
        // The cursor stays on its item, or keeps its position if the item is done.
        let here = self.selected().map(|d| (d.kind, d.at.clone()));
        let place = here.and_then(|(kind, at)| found.iter().position(|d| d.kind == kind && d.at == at));
        self.cursor.at = place.unwrap_or(self.cursor.at);
        self.cursor.fit(found.len(), self.cursor.height);
        self.found = Some(found);
        Ok(Outcome::Done)
    }

    fn here(&self) -> Here {
        self.selected().map(|d| match &d.at {
            ToDoPlace::Meetup(id) => ("meetup", id.0),
            ToDoPlace::Seat(_, id) => ("seat", id.0),
            ToDoPlace::Membership(id, _) | ToDoPlace::Person(id) => ("person", id.0),
            ToDoPlace::People(_) => ("people", 0),
            ToDoPlace::Page(_) => ("page", 0),
            ToDoPlace::List(list) => ("list", list.community.map_or(0, |c| c.0)),
        })
    }

    fn follow(&mut self, _: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        cx.ask(Request::Begin(works::to_do()));
        Ok(())
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        let len = self.found.as_deref().map_or(0, <[_]>::len);
        self.cursor.fit(len, usize::from(area.height.saturating_sub(2)));
        Ok(())
    }

    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        let count = self.found.as_deref().map_or_else(String::new, |found| text::count(found.len() as u64, "thing to do", "things to do"));
        let title = format!("Today, {}", on.calendar.in_full(on.calendar.today));
        let inside = paint::frame(on, area, &title, &count, focused);
        let Some(found) = &self.found else {
            paint::pieces(on, (inside.x + 1, inside.y), inside.width.saturating_sub(1), &[("Looking …", Tone::Dim)]);
            return;
        };
        if found.is_empty() {
            let said = "Nothing to do: nothing is owed, vacant, due, unpublished or waiting for an answer.";
            for (i, line) in text::wrap(said, usize::from(inside.width.saturating_sub(4))).iter().enumerate() {
                let y = inside.y + 1 + u16::try_from(i).unwrap_or(0);
                if y < inside.bottom() {
                    paint::pieces(on, (inside.x + 2, y), inside.width.saturating_sub(2), &[(line, Tone::Good)]);
                }
            }
            return;
        }
        // Columns are as wide as the visible values; the description takes the rest.
        let shown: Vec<usize> = self.cursor.window(found.len()).take(usize::from(inside.height)).collect();
        let widest = |of: &dyn Fn(&ToDo) -> usize| shown.iter().map(|at| of(&found[*at])).max().unwrap_or(0);
        let widths = (widest(&|d| text::width(&when(d, inside.width, on)) + 2), widest(&|d| text::width(deals(d)) + 1));
        for (line, at) in shown.into_iter().enumerate() {
            let row = Rect::new(inside.x, inside.y + u16::try_from(line).unwrap_or(0), inside.width, 1);
            on.drawn.hit(row, Target::Row(PaneId::Members, at));
            self.draw_row((at, &found[at]), widths, row, on);
        }
        paint::scroll_bar(on, inside, self.cursor.offset, found.len(), None);
    }
}

impl Screen for Today {
    fn wish(&mut self, wish: Wish, _: &mut Cx<'_>) -> Result<Outcome, Wish> {
        match wish {
            // The list is read again after each step, so there is no need to go to the home screen.
            Wish::Show(_) | Wish::Look | Wish::Unmark => Ok(Outcome::Done),
            other => Err(other),
        }
    }
}
