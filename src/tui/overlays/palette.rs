//! The command palette: every action by name, with its key, and, if it can't run now, why.
//!
//! Must not know what the actions do.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::picker::{self, Picked, Picker};
use crate::actions::ActionInfo;
use crate::config::Keys;
use crate::domain::text;
use crate::tui::core::{Canvas, Cx, Outcome, Overlay, PaneId, Request};
use crate::tui::theme::Tone;

/// A line of the palette.
pub struct Entry {
    /// The action.
    pub info: &'static ActionInfo,
    /// Why it can't run now, if so.
    pub why_not: Option<&'static str>,
}

/// The overlay.
pub struct Palette {
    entries: Vec<Entry>,
    picker: Picker,
    keys: Keys,
}

impl Palette {
    /// Offers these, in their order.
    #[must_use]
    pub fn new(entries: Vec<Entry>, keys: Keys) -> Self {
        Self { entries, picker: Picker::default(), keys }
    }

    fn shown(&self) -> Vec<&Entry> {
        let typed = self.picker.line.text();
        let mut out: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|e| typed.trim().is_empty() || picker::fits(typed, e.info.name) || picker::fits(typed, e.info.doc))
            .collect();
        // What has the words in its name comes before what has them in its description.
        out.sort_by_key(|e| !picker::fits(typed, e.info.name));
        out
    }

    /// `find org:dwp` and `go silvia`: verbs with text.
    fn verb(&self) -> Option<Request> {
        let (verb, rest) = self.picker.line.text().trim().split_once(' ')?;
        matches!(verb, "find" | "go").then(|| Request::Search(PaneId::Members, rest.trim().to_owned(), None))
    }

    fn take(&self) -> Outcome {
        let shown = self.shown();
        if let (Some(request), true) = (self.verb(), shown.is_empty()) {
            return Outcome::ask(Request::Instead(Box::new(request)));
        }
        match shown.get(self.picker.cursor.at) {
            Some(e) => match e.why_not {
                Some(why) => Outcome::ask(Request::Toast(format!("{}: {why}", e.info.name))),
                None => Outcome::ask(Request::Instead(Box::new(Request::Act(e.info.action)))),
            },
            None => Outcome::Done,
        }
    }
}

impl Overlay for Palette {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        match self.picker.key(key, self.shown().len()) {
            Picked::Left => Outcome::ask(Request::Close),
            Picked::Taken => self.take(),
            Picked::Typed | Picked::Moved => Outcome::Done,
            Picked::Ignored => Outcome::Ignored,
        }
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        self.picker.cursor.at = row;
        self.take()
    }

    fn scroll(&mut self, lines: i32) {
        let len = self.shown().len();
        self.picker.cursor.scroll(lines, len);
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn prepare(&mut self, area: Rect) {
        let len = self.shown().len();
        self.picker.prepare(picker::place(area, len.clamp(1, 16), 96), len);
    }

    fn draw(&self, area: Rect, on: &mut Canvas<'_>) {
        let shown = self.shown();
        let texts: Vec<(String, String)> = shown
            .iter()
            .map(|e| {
                let keys = self.keys.words(e.info.action);
                (text::pad(e.info.name, 24), text::pad(&keys, 14))
            })
            .collect();
        let mut rows: Vec<Vec<(&str, Tone)>> = shown
            .iter()
            .zip(&texts)
            .map(|(e, (name, keys))| match e.why_not {
                Some(why) => vec![(name.as_str(), Tone::Dim), (keys.as_str(), Tone::Dim), (why, Tone::Dim)],
                None => vec![(name.as_str(), Tone::Plain), (keys.as_str(), Tone::Key), (e.info.doc, Tone::Dim)],
            })
            .collect();
        if rows.is_empty() {
            let hint =
                if self.verb().is_some() { "Enter searches the members" } else { "no command fits; find WORDS searches the members" };
            rows.push(vec![(hint, Tone::Dim)]);
        }
        let place = picker::place(area, rows.len().min(16), 96);
        self.picker.draw(place, "Commands", "Enter runs · Esc", &rows, on);
    }
}
