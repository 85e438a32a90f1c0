//! The keys that work here: typing filters them, Enter runs one.
//!
//! Must not know what the actions do.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::picker::{self, Picked, Picker};
use crate::actions::{ACTIONS, Action, ActionInfo, Scope, key_word};
use crate::book::BookError;
use crate::config::Keys;
use crate::domain::query::{FIELDS, Field};
use crate::domain::text;
use crate::tui::canvas::{Canvas, hint, remark};
use crate::tui::core::{Cx, Layer, Outcome, Request};
use crate::tui::matching::{fit_sentence, fits};
use crate::tui::theme::Tone;

/// The help overlay.
pub(crate) struct Help {
    scopes: Vec<Scope>,
    /// Actions that aren't available here, though their scope works here.
    hidden: Vec<Action>,
    about: Vec<String>,
    picker: Picker,
    keys: Keys,
    /// Whether something was typed since the last match. Matching runs once for all that is typed in one go.
    is_stale: bool,
}

enum Row {
    Heading(&'static str),
    Action(&'static ActionInfo),
    Field(&'static Field),
    About(usize),
}

impl Help {
    /// Returns help for these scopes, in order, without `hidden`; `about` are lines on the program itself.
    #[must_use]
    pub(crate) fn new(scopes: Vec<Scope>, hidden: Vec<Action>, about: Vec<String>, keys: Keys) -> Self {
        let mut help = Self { scopes, hidden, about, picker: Picker::default(), keys, is_stale: false };
        help.first_action();
        help
    }

    fn rows(&self) -> Vec<Row> {
        let typed = self.picker.line.text();
        let mut out = Vec::new();
        for scope in &self.scopes {
            let fits = |a: &&ActionInfo| {
                a.scope == *scope
                    && !self.hidden.contains(&a.action)
                    && !self.keys.of(a.action).is_empty()
                    && (typed.is_empty()
                        || self.keys.of(a.action).iter().any(|b| b.text == typed || key_word(&b.text).eq_ignore_ascii_case(typed))
                        || fits(typed, a.name)
                        || fit_sentence(typed, a.doc).is_some())
            };
            let mut actions = ACTIONS.iter().filter(fits).peekable();
            if actions.peek().is_some() {
                out.push(Row::Heading(scope.heading()));
                out.extend(actions.map(Row::Action));
            }
        }
        let fields = FIELDS.iter().filter(|f| typed.is_empty() || fits(typed, f.words[0]) || fit_sentence(typed, f.doc).is_some());
        let mut fields = fields.peekable();
        if fields.peek().is_some() {
            out.push(Row::Heading("In a search: word, field:value, -not, a | b, ( ), \"a phrase\""));
            out.extend(fields.map(Row::Field));
        }
        if typed.is_empty() {
            out.push(Row::Heading("About"));
            out.extend((0..self.about.len()).map(Row::About));
        }
        out
    }

    fn refresh_matches(&mut self) {
        if std::mem::take(&mut self.is_stale) {
            self.first_action();
        }
    }

    fn first_action(&mut self) {
        self.picker.cursor.at = self.rows().iter().position(|r| matches!(r, Row::Action(_))).unwrap_or(0);
    }

    fn take(&self) -> Outcome {
        match self.rows().get(self.picker.cursor.at) {
            Some(Row::Action(a)) => Outcome::ask(Request::Instead(Box::new(Request::Act(a.action)))),
            _ => Outcome::Done,
        }
    }
}

impl Layer for Help {
    fn scope(&self) -> Scope {
        Scope::Window
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if !self.picker.type_key(key) {
            return Outcome::Ignored;
        }
        self.is_stale = true;
        Outcome::Done
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        self.refresh_matches();
        match self.picker.act(action, self.rows().len()) {
            Picked::Taken => self.take(),
            Picked::Moved => Outcome::Done,
            Picked::Left => Outcome::ask(Request::Close),
            // The key that opened it closes it.
            Picked::Ignored if action == Action::Help => Outcome::ask(Request::Close),
            Picked::Ignored => Outcome::Ignored,
        }
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        self.picker.cursor.at = row;
        self.take()
    }

    fn scroll(&mut self, lines: i32) {
        let len = self.rows().len();
        self.picker.cursor.scroll(lines, len);
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        self.refresh_matches();
        let len = self.rows().len();
        self.picker.prepare(picker::place(area, self.rows().len(), 84), len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let rows = self.rows();
        let texts: Vec<(String, String)> = rows
            .iter()
            .map(|row| match row {
                Row::Heading(h) => ((*h).to_owned(), String::new()),
                Row::Action(a) => {
                    let keys = self.keys.words(a.action);
                    (text::pad(&keys, 14), a.doc.to_owned())
                }
                Row::Field(f) => (text::pad(&format!("{}:", f.words[0]), 14), f.doc.to_owned()),
                Row::About(i) => (String::new(), self.about[*i].clone()),
            })
            .collect();
        let pieces: Vec<Vec<(&str, Tone)>> = rows
            .iter()
            .zip(&texts)
            .map(|(row, (left, right))| match row {
                Row::Heading(_) => vec![(left.as_str(), Tone::Heading)],
                Row::Action(_) | Row::Field(_) => vec![(left.as_str(), Tone::Key), (right.as_str(), Tone::Plain)],
                Row::About(_) => vec![(right.as_str(), Tone::Dim)],
            })
            .collect();
        let place = picker::place(area, pieces.len(), 84);
        self.picker.draw(place, "Help", &[remark("type to narrow"), hint(Action::Take, "run"), hint(Action::Back, "")], &pieces, on);
    }
}
