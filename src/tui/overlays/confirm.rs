//! Asks before a step that changes many rows. The key that confirms isn't the one that opened the question.
//!
//! Must not know what is confirmed.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::domain::text;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Layer, NOT_HERE, Outcome, Request};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// An overlay that asks for confirmation.
pub(crate) struct Confirm {
    title: String,
    question: String,
    yes: Action,
    verb: String,
    then: Option<Request>,
}

impl Confirm {
    /// Asks a question; only `yes` continues.
    #[must_use]
    pub(crate) fn new(question: &str, yes: Action, verb: &str, then: Request) -> Self {
        Self::asking("Are you sure?", question, yes, verb, then)
    }

    /// Asks a question under its own title.
    #[must_use]
    pub(crate) fn asking(title: &str, question: &str, yes: Action, verb: &str, then: Request) -> Self {
        Self { title: title.to_owned(), question: question.to_owned(), yes, verb: verb.to_owned(), then: Some(then) }
    }
}

impl Layer for Confirm {
    fn scope(&self) -> Scope {
        Scope::Question
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        (matches!(action, Action::Yes | Action::Replace) && action != self.yes).then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        match action {
            _ if action == self.yes => self.then.take().map_or(Outcome::Done, |then| Outcome::ask(Request::Instead(Box::new(then)))),
            // These actions are about the program, not about the question.
            Action::Help | Action::Palette | Action::Suspend | Action::Reload | Action::QuitAtOnce => Outcome::Ignored,
            _ => Outcome::ask(Request::Close),
        }
    }

    fn other_key(&mut self, _: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        Outcome::ask(Request::Close)
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let width = 60.min(area.width);
        let lines = text::wrap(&self.question, usize::from(width.saturating_sub(4)));
        let place = paint::centred(area, width, u16::try_from(lines.len() + 4).unwrap_or(8));
        on.drawn.hit(place, Target::Overlay);
        let inside = paint::window(on, place, &self.title, &[]);
        on.drawn.hints = vec![hint(self.yes, self.verb.clone()), hint(Action::Back, "cancel")];
        for (i, line) in lines.iter().enumerate() {
            let y = inside.y + u16::try_from(i).unwrap_or(0);
            if y < inside.bottom() {
                paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, Tone::Plain)]);
            }
        }
        if inside.height > 0 {
            let key = on.keys.word(self.yes);
            let verb = format!(" {}   ", self.verb);
            let hints = [(key.as_str(), Tone::Key), (verb.as_str(), Tone::Plain), ("any other key", Tone::Key), (" cancels", Tone::Plain)];
            paint::pieces(on, (inside.x + 1, inside.bottom() - 1), inside.width.saturating_sub(1), &hints);
            let width = u16::try_from(text::width(&key) + text::width(&self.verb)).unwrap_or(0) + 1;
            on.drawn.hit(Rect::new(inside.x + 1, inside.bottom() - 1, width.min(inside.width), 1), Target::Action(self.yes));
        }
    }
}
