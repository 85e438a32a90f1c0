//! Asks before something that many rows go with, on a key that did not open it.
//!
//! Must not know what is confirmed.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::domain::text;
use crate::tui::core::{Canvas, Cx, Outcome, Overlay, Request, Target};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The overlay.
pub(crate) struct Confirm {
    title: String,
    question: String,
    key: String,
    verb: String,
    then: Option<Request>,
}

impl Confirm {
    /// Asks a question; only `key` says yes.
    #[must_use]
    pub(crate) fn new(question: &str, key: &str, verb: &str, then: Request) -> Self {
        Self::asking("Are you sure?", question, key, verb, then)
    }

    /// Asks a question under a title of its own.
    #[must_use]
    pub(crate) fn asking(title: &str, question: &str, key: &str, verb: &str, then: Request) -> Self {
        Self { title: title.to_owned(), question: question.to_owned(), key: key.to_owned(), verb: verb.to_owned(), then: Some(then) }
    }
}

impl Overlay for Confirm {
    fn key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if matches!(key.code, KeyCode::Char(c) if c.to_string() == self.key)
            && let Some(then) = self.then.take()
        {
            return Outcome::ask(Request::Instead(Box::new(then)));
        }
        Outcome::ask(Request::Close)
    }

    fn draw(&self, area: Rect, on: &mut Canvas<'_>) {
        let width = 60.min(area.width);
        let lines = text::wrap(&self.question, usize::from(width.saturating_sub(4)));
        let place = paint::centred(area, width, u16::try_from(lines.len() + 4).unwrap_or(8));
        on.drawn.hit(place, Target::Overlay);
        let inside = paint::window(on, place, &self.title, "");
        on.drawn.hint = format!("{} {} · Esc leaves it", self.key, self.verb);
        for (i, line) in lines.iter().enumerate() {
            let y = inside.y + u16::try_from(i).unwrap_or(0);
            if y < inside.bottom() {
                paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, Tone::Plain)]);
            }
        }
        if inside.height > 0 {
            let verb = format!(" {}   ", self.verb);
            let hints =
                [(self.key.as_str(), Tone::Key), (verb.as_str(), Tone::Plain), ("any other key", Tone::Key), (" leaves it", Tone::Plain)];
            paint::pieces(on, (inside.x + 1, inside.bottom() - 1), inside.width.saturating_sub(1), &hints);
            if let Some(key) = self.key.chars().next() {
                let width = u16::try_from(text::width(&self.verb)).unwrap_or(0) + 2;
                let press = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
                on.drawn.hit(Rect::new(inside.x + 1, inside.bottom() - 1, width.min(inside.width), 1), Target::Press(press));
            }
        }
    }
}
