//! Says something that needs more than a line: an error, a report.
//!
//! Must not know where it came from.

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use crate::domain::text;
use crate::tui::core::{Canvas, Cx, Outcome, Overlay, Request, Target};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The overlay.
pub(crate) struct Message {
    title: String,
    body: String,
    top: usize,
    hint: String,
    /// The keys that go on, and with what.
    then: Vec<(KeyCode, Box<dyn Fn() -> Request>)>,
}

impl Message {
    /// Shows a text.
    #[must_use]
    pub(crate) fn new(title: &str, body: &str) -> Self {
        Self { title: title.to_owned(), body: text::safe_lines(body), top: 0, hint: "Enter or Esc closes".into(), then: Vec::new() }
    }

    /// Goes on with a request when a key is pressed; `what` says so in the hint.
    #[must_use]
    pub(crate) fn then(mut self, key: KeyCode, what: &str, request: impl Fn() -> Request + 'static) -> Self {
        if self.then.is_empty() {
            self.hint = format!("{what} · Esc leaves it");
        } else {
            self.hint = format!("{what} · {}", self.hint);
        }
        self.then.push((key, Box::new(request)));
        self
    }
}

impl Overlay for Message {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if let Some((_, request)) = self.then.iter().find(|(k, _)| *k == key.code) {
            return Outcome::ask(Request::Instead(Box::new(request())));
        }
        match key.code {
            KeyCode::Down | KeyCode::Char('j') => self.top += 1,
            KeyCode::PageDown | KeyCode::Char(' ') => self.top += 10,
            KeyCode::Up | KeyCode::Char('k') => self.top = self.top.saturating_sub(1),
            KeyCode::PageUp => self.top = self.top.saturating_sub(10),
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => return Outcome::ask(Request::Close),
            // Any other key is not lost on a message that was not noticed: it says again how to close it.
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn scroll(&mut self, lines: i32) {
        let by = usize::try_from(lines.unsigned_abs()).unwrap_or(0);
        self.top = if lines < 0 { self.top.saturating_sub(by) } else { self.top + by };
    }

    fn draw(&self, area: Rect, on: &mut Canvas<'_>) {
        let width = 76.min(area.width);
        let lines = text::wrap(&self.body, usize::from(width.saturating_sub(4)));
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).clamp(3, area.height.max(3));
        let place = paint::centred(area, width, height);
        on.drawn.hit(place, Target::Overlay);
        let inside = paint::window(on, place, &self.title, &self.hint);
        let top = self.top.min(lines.len().saturating_sub(usize::from(inside.height)));
        for (i, line) in lines.iter().skip(top).take(usize::from(inside.height)).enumerate() {
            let y = inside.y + u16::try_from(i).unwrap_or(0);
            paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, Tone::Plain)]);
        }
        paint::scroll_bar(on, inside, top, lines.len(), None);
    }
}
