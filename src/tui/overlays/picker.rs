//! A list that is filtered by typing: the common part of help, palette, choices and the roll.
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

/// The maximum length of the text, in bytes.
const LONGEST: usize = 200;

/// A line of text above a list.
#[derive(Default)]
pub(super) struct Picker {
    /// The typed text.
    pub line: Line,
    /// The position in the list.
    pub cursor: Cursor,
}

/// The result of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picked {
    /// The action isn't one for a picker.
    Ignored,
    /// The cursor moved.
    Moved,
    /// The row under the cursor was chosen.
    Taken,
    /// The user goes back.
    Left,
}

impl Picker {
    /// Passes a key to the line; returns whether the line used it. With nothing to edit, a blank, Del, Home and End may be for the list.
    pub(super) fn type_key(&mut self, key: KeyEvent) -> bool {
        if !self.line.has_use_for(key) {
            return false;
        }
        if is_letter(key) && self.line.text().len() >= LONGEST {
            // No name is longer, and the limit keeps a burst of keys cheap.
            return true;
        }
        if !self.line.key(key) {
            return false;
        }
        self.cursor.at = 0;
        true
    }

    /// Performs an action on a list of this length.
    pub(super) fn act(&mut self, action: Action, len: usize) -> Picked {
        match action {
            Action::Take => Picked::Taken,
            Action::Back | Action::Quit => Picked::Left,
            _ if self.cursor.act(action, len) => Picked::Moved,
            _ => Picked::Ignored,
        }
    }

    /// Fits the list to the window that will be drawn.
    pub(super) fn prepare(&mut self, place: Rect, len: usize) {
        self.cursor.fit(len, usize::from(place.height.saturating_sub(3)));
    }

    /// Draws a window with the line on top and the rows below it; returns the area below the rows.
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
        // Without boxes there is more room than `prepare` assumed.
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
                // Text is typed here, so the terminal's cursor stays in the line.
                on.drawn.cursor = cursor;
            }
        }
        let body = Rect::new(inside.x, inside.y + 1, inside.width, inside.height - 1);
        paint::scroll_bar(on, body, cursor.offset, rows.len(), None);
    }
}

/// Returns the window of a picker: centred, and no larger than it needs to be.
#[must_use]
pub(super) fn place(area: Rect, rows: usize, width: u16) -> Rect {
    let height = u16::try_from(rows + 3).unwrap_or(u16::MAX).clamp(6, area.height.saturating_sub(2).max(6));
    paint::centred(area, width, height)
}
