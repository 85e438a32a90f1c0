//! The history, newest first: what, when, for how many people; and what the step under the cursor changed, from what to what.
//!
//! Must not know how a step is undone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ratatui::layout::Rect;

use super::message::Message;
use super::picker;
use crate::actions::{Action, Scope};
use crate::book::{BookError, Change, Op, OpKind, Thing, Touched};
use crate::domain::ids::OpId;
use crate::domain::text;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request};
use crate::tui::list::Cursor;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The maximum number of steps listed.
const MOST: usize = 500;

/// The history overlay.
pub(crate) struct History {
    title: String,
    of: Option<Thing>,
    ops: Vec<Op>,
    cursor: Cursor,
    /// How many people each step affected, for the visible steps.
    people: HashMap<OpId, String>,
    /// The step whose changes were read, and its first changes.
    changes: (Option<OpId>, Vec<Change>),
}

/// How many changes of the step under the cursor are shown.
const SHOWN: usize = 5;
/// How many changes are shown in a message of their own.
const ALL: usize = 1_000;

impl History {
    /// Returns the history of everything, or of one thing.
    #[must_use]
    pub(crate) fn new(title: &str, of: Option<Thing>, cx: &mut Cx<'_>) -> Self {
        let mut history = Self {
            title: title.to_owned(),
            of,
            ops: Vec::new(),
            cursor: Cursor::default(),
            people: HashMap::new(),
            changes: (None, Vec::new()),
        };
        history.read(cx);
        history
    }

    fn read(&mut self, cx: &mut Cx<'_>) {
        let here = self.ops.get(self.cursor.at).map(|op| op.id);
        self.ops = cx.book.history(self.of, MOST).unwrap_or_default();
        // The cursor stays on its step when another is added above it.
        self.cursor.at = self.ops.iter().position(|op| Some(op.id) == here).unwrap_or(0);
        for op in &mut self.ops {
            op.at = cx.book.local(op.at);
        }
    }

    /// Shows all changes of the step under the cursor.
    fn show(&self, cx: &mut Cx<'_>) -> Outcome {
        let Some(op) = self.ops.get(self.cursor.at) else { return Outcome::Done };
        let Some(found) = cx.note(cx.book.changes(op.id, None, ALL + 1)) else { return Outcome::Done };
        if found.is_empty() {
            return Outcome::ask(Request::say("This step changed nothing in the roster"));
        }
        let mut lines: Vec<String> = found.iter().take(ALL).map(Change::words).collect();
        if found.len() > ALL {
            lines.push("and more".into());
        }
        Outcome::ask(Request::push(Message::new(&op.label, &lines.join("\n"))))
    }

    /// Returns the area of the list, and the height of the changes below it.
    fn places(&self, area: Rect) -> (Rect, u16) {
        let below = u16::try_from(self.changes.1.len().min(SHOWN + 1) + 1).unwrap_or(0);
        let place = picker::place(area, self.ops.len().max(3) + usize::from(below), 96);
        // With little room, the list takes all of it.
        (place, if place.height >= below + 6 { below } else { 0 })
    }

    fn draw_changes(&self, area: Rect, on: &mut Canvas<'_>) {
        let line = "─".repeat(usize::from(area.width.saturating_sub(2)));
        let rule = if on.theme.is_plain() { "Changes:" } else { &*line };
        paint::pieces(on, (area.x + 1, area.y), area.width.saturating_sub(2), &[(rule, Tone::Border)]);
        for (i, change) in self.changes.1.iter().take(SHOWN + 1).enumerate() {
            let y = area.y + 1 + u16::try_from(i).unwrap_or(0);
            let more = on.keys.say("… {take} shows all");
            let words = if i == SHOWN { more } else { change.words() };
            paint::pieces(on, (area.x + 2, y), area.width.saturating_sub(3), &[(&words, Tone::Dim)]);
        }
    }
}

impl Layer for History {
    fn scope(&self) -> Scope {
        Scope::History
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        if self.cursor.act(action, self.ops.len()) {
            return Outcome::Done;
        }
        match action {
            Action::Take => self.show(cx),
            Action::Undo | Action::Redo if self.of.is_some() => {
                let said = "The last change may be about something else: {history} shows all changes, to undo or restore";
                Outcome::ask(Request::say(said))
            }
            Action::BackToHere if self.of.is_some() => {
                Outcome::ask(Request::say("Restoring is for the whole roster: {history} shows all changes"))
            }
            Action::BackToHere => self.ops.get(self.cursor.at).map_or(Outcome::Done, |op| Outcome::ask(Request::BackTo(op.id))),
            _ => Outcome::Ignored,
        }
    }

    fn here(&self) -> Here {
        self.ops.get(self.cursor.at).map(|op| ("step", op.id.0))
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        self.cursor.at = row;
        Outcome::Done
    }

    fn scroll(&mut self, lines: i32) {
        self.cursor.scroll(lines, self.ops.len());
    }

    fn follow(&mut self, _: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.read(cx);
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let here = self.ops.get(self.cursor.at).map(|op| op.id);
        if self.changes.0 != here {
            self.changes = (here, here.map_or(Ok(Vec::new()), |op| cx.book.changes(op, None, SHOWN + 1))?);
        }
        let (place, below) = self.places(area);
        self.cursor.fit(self.ops.len(), usize::from(place.height.saturating_sub(2 + below)));
        for at in self.cursor.window(self.ops.len()) {
            let op = self.ops[at].id;
            if let Entry::Vacant(free) = self.people.entry(op) {
                let people = cx.book.people_of(op)?.map_or_else(|| "many people".to_owned(), |n| text::count(n, "person", "people"));
                free.insert(if people.starts_with("0 ") { String::new() } else { people });
            }
        }
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let (place, below) = self.places(area);
        on.drawn.hit(place, Target::Overlay);
        let all = [
            hint(Action::Undo, "undo"),
            hint(Action::Redo, "redo"),
            hint(Action::BackToHere, "restore to here"),
            hint(Action::Take, "show its changes"),
            hint(Action::Back, ""),
        ];
        let whole = paint::window(on, place, &self.title, if self.of.is_some() { &all[3..] } else { &all });
        let inside = Rect { height: whole.height.saturating_sub(below), ..whole };
        if below > 0 && !self.changes.1.is_empty() {
            self.draw_changes(Rect { y: inside.bottom(), height: below, ..whole }, on);
        }
        let cursor = self.cursor;
        if self.ops.is_empty() && inside.height > 0 {
            paint::pieces(on, (inside.x + 2, inside.y), inside.width.saturating_sub(2), &[("Nothing has been done yet.", Tone::Dim)]);
        }
        for (line, at) in cursor.window(self.ops.len()).enumerate() {
            let op = &self.ops[at];
            let row = Rect::new(inside.x, inside.y + u16::try_from(line).unwrap_or(0), inside.width, 1);
            on.drawn.hit(row, Target::OverlayRow(at));
            let kind = match op.kind {
                OpKind::Do | OpKind::Note => "",
                OpKind::Undo => "undone: ",
                OpKind::Redo => "redone: ",
            };
            let here = at == cursor.at;
            let when = format!(
                "{} {} {} ",
                if here { ">" } else { " " },
                text::pad(on.calendar.short(op.at.date()).trim(), 11),
                op.at.format("%H:%M")
            );
            let count = self.people.get(&op.id).map_or("", String::as_str);
            let right = u16::try_from(text::width(count)).unwrap_or(0);
            let label_width = row.width.saturating_sub(u16::try_from(when.len()).unwrap_or(0) + right + 2);
            let label = text::pad(&format!("{kind}{}", op.label), usize::from(label_width));
            let tone = if op.kind == OpKind::Undo { Tone::Dim } else { Tone::Plain };
            paint::pieces(on, (row.x, row.y), row.width, &[(&when, Tone::Dim), (&label, tone), (" ", Tone::Plain), (count, Tone::Dim)]);
            if here {
                paint::at_cursor(on, row, true);
            }
        }
        paint::scroll_bar(on, inside, cursor.offset, self.ops.len(), None);
    }
}
