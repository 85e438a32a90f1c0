//! Shows a text that needs more than a line: an error, a report.
//!
//! Must not know where the text came from.

use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::BookError;
use crate::domain::text;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Layer, NOT_HERE, Outcome, Request};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// An action that continues, its label, and its request.
type Then = (Action, &'static str, Box<dyn Fn() -> Request>);

/// The message overlay.
pub(crate) struct Message {
    title: String,
    body: String,
    /// The body, wrapped to the last width.
    lines: Vec<String>,
    width: u16,
    top: usize,
    scope: Scope,
    /// The actions that continue, with their labels and requests.
    then: Vec<Then>,
}

impl Message {
    /// Shows a text.
    #[must_use]
    pub(crate) fn new(title: &str, body: &str) -> Self {
        Self {
            title: title.to_owned(),
            body: text::safe_lines(body),
            lines: Vec::new(),
            width: 0,
            top: 0,
            scope: Scope::Message,
            then: Vec::new(),
        }
    }

    /// Adds an action that continues with a request; `what` is its label.
    #[must_use]
    pub(crate) fn then(mut self, action: Action, what: &'static str, request: impl Fn() -> Request + 'static) -> Self {
        self.scope = crate::actions::info(action).scope;
        if self.scope == Scope::Window {
            self.scope = Scope::Plan;
        }
        self.then.insert(0, (action, what, Box::new(request)));
        self
    }
}

/// Scrolls a text that is longer than its window.
pub(super) fn scroll_text(top: &mut usize, action: Action) -> Outcome {
    *top = match action {
        Action::Down => *top + 1,
        Action::Up => top.saturating_sub(1),
        Action::PageDown | Action::NextPage => *top + 10,
        Action::PageUp => top.saturating_sub(10),
        Action::First => 0,
        Action::Last => usize::MAX / 2,
        _ => return Outcome::Ignored,
    };
    Outcome::Done
}

impl Layer for Message {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        let goes_on = matches!(action, Action::LeaveOut | Action::Mend | Action::CopyText);
        (goes_on && !self.then.iter().any(|(a, ..)| *a == action)).then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        if let Some((_, _, request)) = self.then.iter().find(|(a, ..)| *a == action) {
            return Outcome::ask(Request::Instead(Box::new(request())));
        }
        match action {
            Action::Take => Outcome::ask(Request::Close),
            _ => scroll_text(&mut self.top, action),
        }
    }

    fn scroll(&mut self, lines: i32) {
        let by = usize::try_from(lines.unsigned_abs()).unwrap_or(0);
        self.top = if lines < 0 { self.top.saturating_sub(by) } else { self.top + by };
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        let width = 76.min(area.width);
        if self.width != width {
            self.lines = text::wrap(&self.body, usize::from(width.saturating_sub(4)));
            self.width = width;
        }
        self.top = self.top.min(self.lines.len().saturating_sub(usize::from(area.height.saturating_sub(2))));
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let (width, lines) = (76.min(area.width), &self.lines);
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).clamp(3, area.height.max(3));
        let place = paint::centred(area, width, height);
        on.drawn.hit(place, Target::Overlay);
        let mut hints: Vec<_> = self.then.iter().map(|(action, what, _)| hint(*action, *what)).collect();
        if hints.is_empty() {
            hints.push(hint(Action::Take, "close"));
        }
        hints.push(hint(Action::Back, if self.then.is_empty() { "" } else { "cancel" }));
        let inside = paint::window(on, place, &self.title, &hints);
        let top = self.top.min(lines.len().saturating_sub(usize::from(inside.height)));
        for (i, line) in lines.iter().skip(top).take(usize::from(inside.height)).enumerate() {
            let y = inside.y + u16::try_from(i).unwrap_or(0);
            paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, Tone::Plain)]);
        }
        paint::scroll_bar(on, inside, top, lines.len(), None);
    }
}
