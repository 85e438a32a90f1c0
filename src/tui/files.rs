//! The files below a path that is being typed: list, choose with the arrows, complete.
//!
//! Must not know what the path is for.

use ratatui::layout::Rect;

use crate::paths::{self, Found};
use crate::tui::canvas::{Canvas, Target};
use crate::tui::edit::Line;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many entries are shown at once.
const SHOWN: usize = 8;

/// The files at the typed path.
pub(super) struct Files {
    kinds: &'static [&'static str],
    found: Vec<Found>,
    at: Option<usize>,
}

impl Files {
    /// Lists the files at the typed path. Names that end in one of `kinds` come first.
    #[must_use]
    pub(super) fn new(typed: &str, kinds: &'static [&'static str]) -> Self {
        let mut files = Self { kinds, found: Vec::new(), at: None };
        files.look(typed);
        files
    }

    /// Updates the list for the text typed now.
    pub(super) fn look(&mut self, typed: &str) {
        self.found = paths::below(typed, self.kinds);
        self.at = None;
    }

    /// Moves the selection down or up.
    pub(super) fn turn(&mut self, back: bool) {
        let len = self.found.len();
        self.at = match (self.at, back) {
            _ if len == 0 => None,
            (None, false) => Some(0),
            (None, true) => Some(len - 1),
            (Some(at), false) => Some((at + 1) % len),
            (Some(at), true) => Some((at + len - 1) % len),
        };
    }

    /// Selects a row.
    pub(super) fn choose(&mut self, row: usize) {
        self.at = (row < self.found.len()).then_some(row);
    }

    /// Puts the selected entry into the line; returns whether it is a folder, whose files are then listed.
    pub(super) fn take(&mut self, line: &mut Line) -> Option<bool> {
        let found = self.found.get(self.at?)?.clone();
        line.set(&found.path);
        self.look(&found.path);
        Some(found.is_folder)
    }

    /// Takes the selected entry, or completes the text as far as all names agree; returns whether anything was added.
    pub(super) fn complete(&mut self, line: &mut Line) -> bool {
        if self.take(line).is_some() {
            return true;
        }
        let Some(whole) = paths::complete(line.text()) else { return false };
        line.set(&whole);
        self.look(&whole);
        true
    }

    /// Returns how many lines the list takes.
    #[must_use]
    pub(super) fn height(&self) -> u16 {
        u16::try_from(self.found.len().min(SHOWN)).unwrap_or(0)
    }

    /// Draws the list.
    pub(super) fn draw(&self, area: Rect, on: &mut Canvas<'_>) {
        let height = usize::from(area.height).min(SHOWN);
        let top = self.at.map_or(0, |at| (at + 1).saturating_sub(height));
        for (line, (at, found)) in self.found.iter().enumerate().skip(top).take(height).enumerate() {
            let row = Rect::new(area.x, area.y + u16::try_from(line).unwrap_or(0), area.width, 1);
            on.drawn.hit(row, Target::OverlayRow(at));
            let here = self.at == Some(at);
            let tone = if found.is_folder || found.fits { Tone::Plain } else { Tone::Dim };
            paint::pieces(on, (row.x, row.y), row.width, &[(if here { "> " } else { "  " }, Tone::Plain), (&found.name, tone)]);
            if here {
                let cursor = on.drawn.cursor;
                paint::at_cursor(on, row, true);
                on.drawn.cursor = cursor;
            }
        }
    }
}
