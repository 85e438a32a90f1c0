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
use crate::tui::edit::{Line, asks_for_help, begins_path};
use crate::tui::files::Files;
use crate::tui::paint;
use crate::tui::subjects::LIST;
use crate::tui::theme::Tone;

/// An overlay that asks for one line of text.
pub(crate) struct Prompt {
    title: String,
    line: Line,
    /// The text it began with.
    start: String,
    error: Option<String>,
    /// Whether line breaks in pasted text are kept.
    lines: bool,
    /// The files at the typed path, if a path is asked for.
    files: Option<Files>,
    then: Box<dyn Fn(&str) -> Request>,
}

impl Prompt {
    /// Asks for a line that begins with `start`.
    pub(crate) fn new(title: &str, start: &str, then: impl Fn(&str) -> Request + 'static) -> Self {
        Self {
            title: title.to_owned(),
            line: Line::new(start),
            start: start.to_owned(),
            error: None,
            lines: false,
            files: None,
            then: Box::new(then),
        }
    }

    /// Asks for the path of a file of these kinds; lists the files below it, and Tab completes it.
    pub(crate) fn of_path(title: &str, start: &str, kinds: &'static [&'static str], then: impl Fn(&str) -> Request + 'static) -> Self {
        Self { files: Some(Files::new(start, kinds)), ..Self::new(title, start, then) }
    }

    /// Returns whether the path is still the suggested one.
    fn is_suggested(&self) -> bool {
        self.files.is_some() && self.line.text() == self.start
    }

    fn look(&mut self) {
        self.error = None;
        if let Some(files) = &mut self.files {
            files.look(self.line.text());
        }
    }

    /// Takes the typed path or the selected file; opens a folder.
    fn take_path(&mut self, cx: &mut Cx<'_>) -> Outcome {
        if self.files.as_mut().and_then(|files| files.take(&mut self.line)) == Some(true) {
            return Outcome::Done;
        }
        if self.line.text().trim().is_empty() {
            self.error = Some("a file needs a name".into());
            return Outcome::Done;
        }
        if let Some(folder) = paths::folder_of(self.line.text()) {
            cx.remembered.folder = folder;
            cx.remember();
        }
        self.go_on()
    }

    fn go_on(&self) -> Outcome {
        let request = (self.then)(self.line.text());
        Outcome::ask(if request.may_be_refused() { request } else { Request::Instead(Box::new(request)) })
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
        if asks_for_help(key, &self.line) {
            return Outcome::Ignored;
        }
        if self.is_suggested() && begins_path(key) {
            self.line.set("");
        }
        if !self.line.key(key) {
            return Outcome::Ignored;
        }
        self.look();
        Outcome::Done
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        let lacks = match action {
            Action::NewLine => !self.lines,
            Action::NextField => self.files.is_none(),
            Action::Down | Action::Up => self.files.is_none(),
            Action::PreviousField => true,
            _ => crate::actions::info(action).scope == Scope::Moving,
        };
        lacks.then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        match (action, &mut self.files) {
            (Action::Take | Action::Save, Some(_)) => self.take_path(cx),
            (Action::Take | Action::Save, None) => self.go_on(),
            (Action::NextField, Some(files)) => {
                files.complete(&mut self.line);
                Outcome::Done
            }
            (Action::Down | Action::Up, Some(files)) => {
                files.turn(action == Action::Up);
                Outcome::Done
            }
            (Action::NewLine, _) if self.lines => {
                self.line.break_line();
                Outcome::Done
            }
            _ => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, _: &mut Cx<'_>) -> Outcome {
        if self.is_suggested() && pasted.trim_start().starts_with(['/', '~', '\'', '"']) {
            self.line.set("");
        }
        self.line.paste(pasted, if self.lines { '\n' } else { ' ' });
        self.look();
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

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        if let Some(files) = &mut self.files {
            files.choose(row);
            files.take(&mut self.line);
        }
        Outcome::Done
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
        let files = self.files.as_ref().map_or(0, Files::height);
        let place = paint::centred(area, width, u16::try_from(errors.len() + 3).unwrap_or(5) + files);
        on.drawn.hit(place, Target::Overlay);
        let all =
            [hint(Action::Down, "choose"), hint(Action::NextField, "complete"), hint(Action::Take, "continue"), hint(Action::Back, "")];
        // If the title needs the room, only the foot line shows the hints.
        let hints = if self.files.is_some() { &all[..] } else { &all[2..] };
        let inside = paint::window(on, place, &self.title, hints);
        if inside.height == 0 {
            return;
        }
        self.line.draw(on, (inside.x + 1, inside.y), inside.width.saturating_sub(2), true);
        if let Some(files) = &self.files {
            let y = inside.y + 1 + u16::try_from(errors.len()).unwrap_or(0);
            let height = inside.bottom().saturating_sub(y);
            files.draw(Rect::new(inside.x + 1, y.min(inside.bottom()), inside.width.saturating_sub(1), height), on);
        }
        for (i, line) in errors.iter().enumerate() {
            let y = inside.y + 1 + u16::try_from(i).unwrap_or(0);
            if y < inside.bottom() {
                paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, Tone::Error)]);
            }
        }
    }
}
