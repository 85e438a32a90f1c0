//! A cursor in a list of any length, and its viewport.
//!
//! Must not know what is listed.

use crate::actions::Action;
use crate::tui::canvas::Target;
use crate::tui::core::Touch;

/// The position in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The row under the cursor.
    pub at: usize,
    /// The first visible row.
    pub offset: usize,
    /// How many rows are visible.
    pub height: usize,
}

impl Cursor {
    /// Keeps the cursor inside a list of this length, and the viewport around the cursor.
    pub(super) fn fit(&mut self, len: usize, height: usize) {
        self.height = height;
        self.at = self.at.min(len.saturating_sub(1));
        if height == 0 {
            // Not drawn yet: the viewport is set when its height is known.
            return;
        }
        if self.at < self.offset {
            self.offset = self.at;
        } else if self.at >= self.offset + height {
            self.offset = self.at + 1 - height;
        }
        self.offset = self.offset.min(len.saturating_sub(height));
    }

    /// Returns the range of visible rows.
    #[must_use]
    pub(super) fn window(&self, len: usize) -> std::ops::Range<usize> {
        self.offset.min(len)..(self.offset + self.height).min(len)
    }

    /// Moves the cursor by an action; returns whether the action moves it.
    pub(super) fn act(&mut self, action: Action, len: usize) -> bool {
        let page = self.height.saturating_sub(1).max(1);
        self.at = match action {
            Action::Down => self.at + 1,
            Action::Up => self.at.saturating_sub(1),
            Action::PageDown => self.at + page,
            Action::PageUp => self.at.saturating_sub(page),
            Action::First => 0,
            Action::Last => len,
            // Other actions don't move the cursor; the caller handles them.
            _ => return false,
        };
        self.fit(len, self.height);
        true
    }

    /// Moves to where a scroll bar was clicked, in thousandths from the top.
    pub(super) fn jump(&mut self, thousandths: usize, len: usize) {
        self.at = len.saturating_sub(1) * thousandths.min(1000) / 1000;
        self.fit(len, self.height);
    }

    /// Scrolls by lines, as the wheel does; the cursor stays on its row while that is visible.
    pub(super) fn scroll(&mut self, lines: i32, len: usize) {
        let by = usize::try_from(lines.unsigned_abs()).unwrap_or(0);
        let offset = if lines < 0 { self.offset.saturating_sub(by) } else { self.offset + by };
        self.offset = offset.min(len.saturating_sub(self.height));
        self.at = self.at.clamp(self.offset, self.offset + self.height.saturating_sub(1));
        self.fit(len, self.height);
    }
}

/// A list that reads only the visible rows.
#[derive(Debug, Clone)]
pub(super) struct Listing<Id, Row> {
    /// All listed items, in order.
    pub ids: Vec<Id>,
    /// The rows that were read.
    pub rows: Vec<Row>,
    /// The position of the first of `rows` in the list.
    pub from: usize,
    /// The position in the list.
    pub cursor: Cursor,
}

impl<Id, Row> Default for Listing<Id, Row> {
    fn default() -> Self {
        Self { ids: Vec::new(), rows: Vec::new(), from: 0, cursor: Cursor::default() }
    }
}

impl<Id: Copy + Eq, Row> Listing<Id, Row> {
    /// Returns the item under the cursor.
    #[must_use]
    pub(super) fn selected(&self) -> Option<Id> {
        self.ids.get(self.cursor.at).copied()
    }

    /// Keeps the cursor on an item after the list has changed; if it isn't listed, the cursor keeps its position.
    pub(super) fn stay_on(&mut self, id: Option<Id>) {
        if let Some(place) = id.and_then(|id| self.ids.iter().position(|i| *i == id)) {
            self.cursor.at = place;
        }
        self.fit();
    }

    /// Moves the cursor to an item; returns whether it is listed.
    pub(super) fn go_to(&mut self, id: Id) -> bool {
        let found = self.ids.contains(&id);
        if found {
            self.stay_on(Some(id));
        }
        found
    }

    /// Moves to the top.
    pub(super) fn top(&mut self) {
        self.cursor.at = 0;
        self.fit();
    }

    /// Drops the rows that were read.
    pub(super) fn fit(&mut self) {
        self.cursor.fit(self.ids.len(), self.cursor.height);
        self.rows.clear();
    }

    /// Moves the cursor by an action; returns whether the action moves it.
    pub(super) fn act(&mut self, action: Action) -> bool {
        self.cursor.act(action, self.ids.len())
    }

    /// Moves the cursor by the mouse; returns whether the touch moves it. `down` is where its scroll bar was pressed, in thousandths.
    pub(super) fn touch(&mut self, touch: Touch, down: Option<usize>) -> bool {
        match (touch, down) {
            (Touch::Press { on: Target::Row(_, row), .. }, _) => self.click(row),
            (Touch::Wheel(_, lines), _) => self.scroll(lines),
            (_, Some(thousandths)) => self.cursor.jump(thousandths, self.ids.len()),
            _ => return false,
        }
        true
    }

    /// Moves to a row that was clicked.
    fn click(&mut self, row: usize) {
        self.cursor.at = row.min(self.ids.len().saturating_sub(1));
    }

    /// Scrolls by lines, as the wheel does.
    fn scroll(&mut self, lines: i32) {
        self.cursor.scroll(lines, self.ids.len());
    }

    /// Reads the rows that will be visible, unless they have been read. Items that no longer exist are removed from the list.
    pub(super) fn prepare<E>(
        &mut self,
        height: usize,
        read: impl Fn(&[Id]) -> Result<Vec<Row>, E>,
        id_of: impl Fn(&Row) -> Id,
    ) -> Result<(), E> {
        loop {
            self.cursor.fit(self.ids.len(), height);
            let window = self.cursor.window(self.ids.len());
            if !self.rows.is_empty() && self.from == window.start && self.rows.len() >= window.len() {
                return Ok(());
            }
            // If this fails, the rows that were read before stay.
            let rows = read(&self.ids[window.clone()])?;
            (self.from, self.rows) = (window.start, rows);
            if self.rows.len() >= window.len() {
                return Ok(());
            }
            let there: Vec<Id> = self.rows.iter().map(&id_of).collect();
            self.ids.splice(window, there);
            self.rows.clear();
            if self.ids.is_empty() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_the_list_and_in_the_window() {
        let mut c = Cursor::default();
        c.fit(100, 10);
        assert!(c.act(Action::Last, 100));
        assert_eq!((c.at, c.offset), (99, 90));
        c.act(Action::PageUp, 100);
        assert_eq!((c.at, c.offset), (90, 90));
        c.act(Action::Up, 100);
        assert_eq!((c.at, c.offset), (89, 89));
        c.fit(3, 10);
        assert_eq!((c.at, c.offset), (2, 0));
        c.fit(0, 10);
        assert_eq!((c.at, c.offset), (0, 0));
        assert!(c.window(0).is_empty());
        c.fit(5, 0);
        c.act(Action::Down, 5);
        assert_eq!((c.at, c.offset), (1, 0));
    }
}
