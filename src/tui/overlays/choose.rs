//! Picks a name from a list; optionally, the typed text can be a new name.
//!
//! Must not know what the name is for.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::picker::{self, Picked, Picker};
use crate::actions::{Action, Scope};
use crate::book::{BookError, Command};
use crate::domain::text;
use crate::tui::canvas::{Canvas, hint};
use crate::tui::core::{Cx, Layer, NOT_HERE, Outcome, Request};
use crate::tui::matching::fit;
use crate::tui::theme::Tone;

type Then = Box<dyn Fn(&str) -> Option<Request>>;

/// An overlay to pick a name from a list.
pub(crate) struct Choose {
    title: String,
    names: Vec<String>,
    shown: Vec<usize>,
    new_too: bool,
    picker: Picker,
    then: Then,
    /// The request that Del makes for the name under the cursor, if any.
    remove: Option<Then>,
}

impl Choose {
    /// Offers names; the chosen one becomes a command. With `new_too`, the typed text can be a new name.
    pub(crate) fn new(title: &str, names: Vec<String>, new_too: bool, then: impl Fn(&str) -> Option<Command> + 'static) -> Self {
        Self::with(title, names, new_too, Box::new(move |name| then(name).map(Request::Run)))
    }

    /// Offers names; the chosen one becomes a request that replaces this overlay.
    pub(crate) fn asking(title: &str, names: Vec<String>, new_too: bool, then: impl Fn(&str) -> Request + 'static) -> Self {
        Self::with(title, names, new_too, Box::new(move |name| Some(Request::Instead(Box::new(then(name))))))
    }

    fn with(title: &str, names: Vec<String>, new_too: bool, then: Then) -> Self {
        let shown = (0..names.len()).collect();
        Self { title: title.to_owned(), names, shown, new_too, picker: Picker::default(), then, remove: None }
    }

    /// Sets the request that Del makes for the name under the cursor.
    #[must_use]
    pub(crate) fn removing(mut self, remove: impl Fn(&str) -> Option<Request> + 'static) -> Self {
        self.remove = Some(Box::new(remove));
        self
    }

    fn typed(&self) -> String {
        text::clean_line(self.picker.line.text()).text.into_owned()
    }

    fn narrow(&mut self) {
        let typed = self.typed();
        let mut fitting: Vec<_> = self.names.iter().enumerate().filter_map(|(i, name)| Some((fit(&typed, name)?, i))).collect();
        fitting.sort();
        self.shown = fitting.into_iter().map(|(_, i)| i).collect();
    }

    fn offers_new(&self) -> bool {
        let typed = self.typed();
        self.new_too && !typed.is_empty() && !self.names.iter().any(|n| text::are_same(n, &typed))
    }

    fn take(&self) -> Outcome {
        let name = match self.shown.get(self.picker.cursor.at) {
            Some(at) => self.names[*at].clone(),
            None if self.offers_new() => self.typed(),
            None => return Outcome::Done,
        };
        (self.then)(&name).map_or(Outcome::Done, Outcome::ask)
    }

    fn len(&self) -> usize {
        self.shown.len() + usize::from(self.offers_new())
    }
}

impl Layer for Choose {
    fn scope(&self) -> Scope {
        Scope::Names
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if !self.picker.type_key(key) {
            return Outcome::Ignored;
        }
        self.narrow();
        Outcome::Done
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        (action == Action::RemoveThis && self.remove.is_none()).then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        if let (Action::RemoveThis, Some(remove), Some(at)) = (action, &self.remove, self.shown.get(self.picker.cursor.at)) {
            return remove(&self.names[*at]).map_or(Outcome::Done, Outcome::ask);
        }
        match self.picker.act(action, self.len()) {
            Picked::Taken => self.take(),
            Picked::Moved => Outcome::Done,
            Picked::Left => Outcome::ask(Request::Close),
            Picked::Ignored => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, _: &mut Cx<'_>) -> Outcome {
        self.picker.line.paste(pasted, ' ');
        self.narrow();
        Outcome::Done
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        self.picker.cursor.at = row;
        self.take()
    }

    fn scroll(&mut self, lines: i32) {
        self.picker.cursor.scroll(lines, self.len());
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        let len = self.len();
        self.picker.prepare(picker::place(area, self.len().max(1), 56), len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let typed = self.typed();
        let mut rows: Vec<_> = self.shown.iter().map(|i| vec![(self.names[*i].as_str(), Tone::Plain)]).collect();
        if self.offers_new() {
            rows.push(vec![("new: ", Tone::Dim), (typed.as_str(), Tone::Plain)]);
        }
        if rows.is_empty() {
            rows.push(vec![(if self.new_too { "type a name" } else { "no match" }, Tone::Dim)]);
        }
        let place = picker::place(area, rows.len(), 56);
        let all = [hint(Action::RemoveThis, "remove it"), hint(Action::Take, "choose"), hint(Action::Back, "")];
        self.picker.draw(place, &self.title, if self.remove.is_some() { &all } else { &all[1..] }, &rows, on);
    }
}
