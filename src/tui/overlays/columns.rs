//! The columns of a list: which are visible, in which order, and which the list is sorted by. Changes show at once in the list behind.
//!
//! Must not know what is listed.

use ratatui::layout::Rect;

use super::picker;
use crate::actions::{Action, Scope};
use crate::book::BookError;
use crate::domain::text;
use crate::tui::canvas::{Canvas, PaneId, Target, hint};
use crate::tui::core::{Cx, Layer, Outcome, Request, Wish};
use crate::tui::list::Cursor;
use crate::tui::paint;
use crate::tui::table::Table;
use crate::tui::theme::Tone;

/// An overlay to choose columns.
pub(crate) struct Columns {
    pane: PaneId,
    table: Table,
    /// The names: the visible ones first, in order, then the others.
    names: Vec<String>,
    cursor: Cursor,
}

impl Columns {
    /// Returns the overlay for the columns of a pane's list.
    #[must_use]
    pub(crate) fn new(pane: PaneId, table: Table) -> Self {
        let mut names = table.chosen.clone();
        names.extend(table.all.iter().map(|c| c.name.clone()).filter(|n| !table.chosen.contains(n)));
        Self { pane, table, names, cursor: Cursor::default() }
    }

    fn shows(&self, name: &str) -> bool {
        self.table.chosen.iter().any(|c| c == name)
    }

    /// Applies the order of the names to the visible columns.
    fn changed(&mut self) -> Outcome {
        self.table.chosen = self.names.iter().filter(|n| self.shows(n)).cloned().collect();
        Outcome::ask(Request::Wish(Wish::Columns(self.pane, self.table.look())))
    }

    fn toggle(&mut self) -> Outcome {
        let Some(name) = self.names.get(self.cursor.at).cloned() else { return Outcome::Done };
        if self.shows(&name) {
            if self.table.chosen.len() == 1 {
                return Outcome::ask(Request::say("One column has to remain"));
            }
            self.table.chosen.retain(|c| *c != name);
        } else {
            self.table.chosen.push(name);
        }
        self.changed()
    }

    fn shift(&mut self, step: isize) -> Outcome {
        let from = self.cursor.at;
        let to = from.saturating_add_signed(step);
        if to == from || to >= self.names.len() {
            return Outcome::Done;
        }
        self.names.swap(from, to);
        self.cursor.at = to;
        self.changed()
    }

    fn sort(&mut self) -> Outcome {
        let Some(name) = self.names.get(self.cursor.at).cloned() else { return Outcome::Done };
        let said = self.table.sort_by(&name);
        Outcome::Ask(vec![Request::Wish(Wish::Columns(self.pane, self.table.look())), Request::say(said)])
    }
}

impl Layer for Columns {
    fn scope(&self) -> Scope {
        Scope::Columns
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        match action {
            Action::ShowColumn | Action::Take => self.toggle(),
            Action::SortByThis => self.sort(),
            Action::ColumnLater => self.shift(1),
            Action::ColumnEarlier => self.shift(-1),
            _ if self.cursor.act(action, self.names.len()) => Outcome::Done,
            _ => Outcome::Ignored,
        }
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        self.cursor.at = row;
        self.toggle()
    }

    fn scroll(&mut self, lines: i32) {
        self.cursor.scroll(lines, self.names.len());
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        let place = picker::place(area, self.names.len(), 72);
        self.cursor.fit(self.names.len(), usize::from(place.height.saturating_sub(2)));
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let place = picker::place(area, self.names.len(), 72);
        on.drawn.hit(place, Target::Overlay);
        let title = format!("Columns of {}", self.pane.word());
        let hints = [
            hint(Action::ShowColumn, "show"),
            hint(Action::ColumnLater, "down"),
            hint(Action::ColumnEarlier, "up"),
            hint(Action::SortByThis, "sort"),
            hint(Action::Back, ""),
        ];
        let inside = paint::window(on, place, &title, &hints);
        for (line, at) in self.cursor.window(self.names.len()).enumerate() {
            let name = &self.names[at];
            let row = Rect::new(inside.x, inside.y + u16::try_from(line).unwrap_or(0), inside.width, 1);
            on.drawn.hit(row, Target::OverlayRow(at));
            let here = at == self.cursor.at;
            let sorted = match (self.table.sort == *name, self.table.reverse) {
                (true, false) => "sort column",
                (true, true) => "sort column, reversed",
                _ => "",
            };
            let parts = [
                (if here { " > " } else { "   " }, Tone::Plain),
                (if self.shows(name) { "[x] " } else { "[ ] " }, Tone::Plain),
                (&*text::pad(name, 20), Tone::Plain),
                (sorted, Tone::Dim),
            ];
            paint::pieces(on, (row.x, row.y), row.width, &parts);
            if here {
                paint::at_cursor(on, row, true);
            }
        }
        paint::scroll_bar(on, inside, self.cursor.offset, self.names.len(), None);
    }
}
