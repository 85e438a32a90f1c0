//! Asks for one line of text.
//!
//! Must not know what it is for.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::{Draft, DraftField};
use crate::domain::text;
use crate::paths;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Layer, NOT_HERE, Outcome, Request};
use crate::tui::edit::Line;
use crate::tui::paint;
use crate::tui::subjects::LIST;
use crate::tui::theme::Tone;

/// The overlay.
pub(crate) struct Prompt {
    title: String,
    line: Line,
    error: Option<String>,
    /// Whether line breaks of what is pasted are kept.
    lines: bool,
    /// Whether it is a path, which Tab completes.
    path: bool,
    then: Box<dyn Fn(&str) -> Request>,
}

impl Prompt {
    /// Asks for a line that begins with `start`.
    pub(crate) fn new(title: &str, start: &str, then: impl Fn(&str) -> Request + 'static) -> Self {
        Self { title: title.to_owned(), line: Line::new(start), error: None, lines: false, path: false, then: Box::new(then) }
    }

    /// Asks for a path; Tab completes it.
    pub(crate) fn of_path(title: &str, start: &str, then: impl Fn(&str) -> Request + 'static) -> Self {
        Self { path: true, ..Self::new(title, start, then) }
    }

    /// Asks for a text that may have several lines.
    pub(crate) fn of_lines(title: &str, start: &str, then: impl Fn(&str) -> Request + 'static) -> Self {
        Self { lines: true, ..Self::new(title, start, then) }
    }
}

impl Layer for Prompt {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if !self.line.key(key) {
            return Outcome::Ignored;
        }
        self.error = None;
        Outcome::Done
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        let lacks = match action {
            Action::NewLine => !self.lines,
            Action::NextField => !self.path,
            Action::PreviousField => true,
            _ => crate::actions::info(action).scope == Scope::Moving,
        };
        lacks.then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        match action {
            Action::Take | Action::Save if self.path && self.line.text().trim().is_empty() => {
                self.error = Some("a file needs a name".into());
                Outcome::Done
            }
            Action::Take | Action::Save => {
                let request = (self.then)(self.line.text());
                Outcome::ask(if request.may_be_refused() { request } else { Request::Instead(Box::new(request)) })
            }
            Action::NextField if self.path => {
                if let Some(whole) = paths::complete(self.line.text()) {
                    self.line.set(&whole);
                }
                Outcome::Done
            }
            Action::NewLine if self.lines => {
                self.line.break_line();
                Outcome::Done
            }
            _ => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, _: &mut Cx<'_>) -> Outcome {
        self.line.paste(pasted, if self.lines { '\n' } else { ' ' });
        Outcome::Done
    }

    fn draft(&self) -> Option<Draft> {
        let text = self.line.text().to_owned();
        let field = DraftField { key: "list".into(), text, original: String::new() };
        (self.lines && !field.text.trim().is_empty()).then(|| Draft {
            subject: LIST.into(),
            title: "people to add".into(),
            community: None,
            fields: vec![field],
        })
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn refuse(&mut self, message: &str) -> bool {
        self.error = Some(message.to_owned());
        true
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let width = 78.min(area.width);
        let errors = self.error.as_ref().map_or_else(Vec::new, |e| text::wrap(e, usize::from(width.saturating_sub(4))));
        let place = paint::centred(area, width, u16::try_from(errors.len() + 3).unwrap_or(5));
        on.drawn.hit(place, Target::Overlay);
        let all = [hint(Action::NextField, "completes"), hint(Action::Take, "goes on"), hint(Action::Back, "")];
        let inside = paint::window(on, place, &self.title, if self.path { &all } else { &all[1..] });
        if inside.height == 0 {
            return;
        }
        self.line.draw(on, (inside.x + 1, inside.y), inside.width.saturating_sub(2), true);
        for (i, line) in errors.iter().enumerate() {
            let y = inside.y + 1 + u16::try_from(i).unwrap_or(0);
            if y < inside.bottom() {
                paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, Tone::Error)]);
            }
        }
    }
}
