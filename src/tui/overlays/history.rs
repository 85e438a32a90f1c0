//! What was done, newest first: what, when, how many rows.
//!
//! Must not know how a step is taken back.

use ratatui::layout::Rect;

use super::picker;
use crate::actions::{Action, Scope};
use crate::book::{BookError, Op, OpKind, Thing, Touched};
use crate::domain::text;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request};
use crate::tui::list::Cursor;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many steps are shown.
const MOST: usize = 500;

/// The overlay.
pub(crate) struct History {
    title: String,
    of: Option<Thing>,
    ops: Vec<Op>,
    cursor: Cursor,
}

impl History {
    /// The history of everything, or of one thing.
    #[must_use]
    pub(crate) fn new(title: &str, of: Option<Thing>, cx: &mut Cx<'_>) -> Self {
        let mut history = Self { title: title.to_owned(), of, ops: Vec::new(), cursor: Cursor::default() };
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
}

impl Layer for History {
    fn scope(&self) -> Scope {
        Scope::History
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        if self.cursor.act(action, self.ops.len()) {
            return Outcome::Done;
        }
        match action {
            Action::Undo | Action::Redo if self.of.is_some() => {
                let said = "The last step may be about something else: {history} shows all steps, and takes them back";
                Outcome::ask(Request::say(said))
            }
            Action::BackToHere if self.of.is_some() => {
                Outcome::ask(Request::say("Going back is for everything at once: {history} shows all steps"))
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

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        let place = picker::place(area, self.ops.len().max(3), 90);
        self.cursor.fit(self.ops.len(), usize::from(place.height.saturating_sub(2)));
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let place = picker::place(area, self.ops.len().max(3), 90);
        on.drawn.hit(place, Target::Overlay);
        let all = [
            hint(Action::Undo, "undoes"),
            hint(Action::Redo, "redoes"),
            hint(Action::BackToHere, "goes back to here"),
            hint(Action::Back, ""),
        ];
        let inside = paint::window(on, place, &self.title, if self.of.is_some() { &all[3..] } else { &all });
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
                OpKind::Redo => "done again: ",
            };
            let here = at == cursor.at;
            let when = format!(
                "{} {} {} ",
                if here { ">" } else { " " },
                text::pad(on.calendar.short(op.at.date()).trim(), 11),
                op.at.format("%H:%M")
            );
            let count = text::count(op.changes, "row", "rows");
            let right = u16::try_from(text::width(&count)).unwrap_or(0);
            let label_width = row.width.saturating_sub(u16::try_from(when.len()).unwrap_or(0) + right + 2);
            let label = text::pad(&format!("{kind}{}", op.label), usize::from(label_width));
            let tone = if op.kind == OpKind::Undo { Tone::Dim } else { Tone::Plain };
            paint::pieces(on, (row.x, row.y), row.width, &[(&when, Tone::Dim), (&label, tone), (" ", Tone::Plain), (&count, Tone::Dim)]);
            if here {
                paint::at_cursor(on, row, true);
            }
        }
        paint::scroll_bar(on, inside, cursor.offset, self.ops.len(), None);
    }
}
