//! A list that is narrowed by typing: what help, palette, choices and the roll have in common.
//!
//! Must not know what is picked.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::actions::Action;
use crate::tui::canvas::{Canvas, Hint, Target};
use crate::tui::edit::{Line, is_letter};
use crate::tui::list::Cursor;
use crate::tui::paint::{self, Piece};
use crate::tui::theme::Tone;

/// How many bytes are typed into it at most.
const LONGEST: usize = 200;

/// A line of text above a list.
#[derive(Default)]
pub(super) struct Picker {
    /// What is typed.
    pub line: Line,
    /// Where one is in the list.
    pub cursor: Cursor,
}

/// What an action came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picked {
    /// Nothing.
    Ignored,
    /// The cursor moved.
    Moved,
    /// The row under the cursor is meant.
    Taken,
    /// Back.
    Left,
}

impl Picker {
    /// Takes a key into the line; whether it was one for it. Where there is nothing to edit, a key may mean something in the list: a
    /// blank, Del, Home and End.
    pub(super) fn type_key(&mut self, key: KeyEvent) -> bool {
        if !self.line.has_use_for(key) {
            return false;
        }
        if is_letter(key) && self.line.text().len() >= LONGEST {
            // Nothing is called so; a burst of keys costs no more than the first of them.
            return true;
        }
        if !self.line.key(key) {
            return false;
        }
        self.cursor.at = 0;
        true
    }

    /// Does what an action says, over a list of this length.
    pub(super) fn act(&mut self, action: Action, len: usize) -> Picked {
        match action {
            Action::Take => Picked::Taken,
            Action::Back | Action::Quit => Picked::Left,
            _ if self.cursor.act(action, len) => Picked::Moved,
            _ => Picked::Ignored,
        }
    }

    /// Makes the list fit the window that will be drawn.
    pub(super) fn prepare(&mut self, place: Rect, len: usize) {
        self.cursor.fit(len, usize::from(place.height.saturating_sub(3)));
    }

    /// Draws a window with the line on top and the rows below it; returns the inside below the rows' end.
    pub(super) fn draw(&self, area: Rect, title: &str, hints: &[Hint], rows: &[Vec<Piece<'_>>], on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Overlay);
        let inside = paint::window(on, area, title, hints);
        if inside.height == 0 {
            return;
        }
        let key = on.theme.style(Tone::Key);
        paint::put(on, (inside.x + 1, inside.y), 2, "› ", key);
        self.line.draw(on, (inside.x + 3, inside.y), inside.width.saturating_sub(4), true);
        let mut cursor = self.cursor;
        // Without boxes there is more room than was thought.
        cursor.fit(rows.len(), usize::from(inside.height.saturating_sub(1)));
        for (line, at) in cursor.window(rows.len()).enumerate() {
            let row = Rect::new(inside.x, inside.y + 1 + u16::try_from(line).unwrap_or(0), inside.width, 1);
            on.drawn.hit(row, Target::OverlayRow(at));
            let here = at == cursor.at;
            let plain = on.theme.style(Tone::Plain);
            paint::put(on, (row.x + 1, row.y), 2, if here { "> " } else { "  " }, plain);
            paint::pieces(on, (row.x + 3, row.y), row.width.saturating_sub(4), &rows[at]);
            if here {
                let cursor = on.drawn.cursor;
                paint::at_cursor(on, row, true);
                // Here one types: the terminal's cursor stays in the line.
                on.drawn.cursor = cursor;
            }
        }
        let body = Rect::new(inside.x, inside.y + 1, inside.width, inside.height - 1);
        paint::scroll_bar(on, body, cursor.offset, rows.len(), None);
    }
}

/// A window for a picker: in the middle, no larger than it needs to be.
#[must_use]
pub(super) fn place(area: Rect, rows: usize, width: u16) -> Rect {
    let height = u16::try_from(rows + 3).unwrap_or(u16::MAX).clamp(6, area.height.saturating_sub(2).max(6));
    paint::centred(area, width, height)
}
