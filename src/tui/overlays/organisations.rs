//! The organisations: add or edit one, or see its people.
//!
//! Must not know the panes.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::picker::{self, Picked, Picker};
use crate::actions::{Action, Scope};
use crate::book::{BookError, Command, OrganisationRow, Touched};
use crate::domain::text;
use crate::tui::canvas::{Canvas, PaneId, hint};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request, Subject, Wish};
use crate::tui::matching::fits;
use crate::tui::overlays::Confirm;
use crate::tui::theme::Tone;

/// The overlay of organisations.
pub(crate) struct Organisations {
    all: Vec<OrganisationRow>,
    picker: Picker,
}

impl Organisations {
    /// Returns the overlay, with the organisations read.
    #[must_use]
    pub(crate) fn new(cx: &mut Cx<'_>) -> Self {
        Self { all: cx.book.organisations().unwrap_or_default(), picker: Picker::default() }
    }

    fn shown(&self) -> Vec<&OrganisationRow> {
        let typed = self.picker.line.text();
        self.all.iter().filter(|o| typed.is_empty() || fits(typed, &format!("{} {}", o.facts.name, o.facts.short_name))).collect()
    }

    fn selected(&self) -> Option<&OrganisationRow> {
        self.shown().get(self.picker.cursor.at).copied()
    }
}

impl Layer for Organisations {
    fn scope(&self) -> Scope {
        Scope::Organisations
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if self.picker.type_key(key) { Outcome::Done } else { Outcome::Ignored }
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        match action {
            Action::AddOrganisation => return Outcome::ask(Request::Form(Subject::Organisation(None))),
            Action::FindPeople => {
                let query = self.selected().map(|o| format!("org:\"{}\"", o.facts.name.replace('"', "")));
                return query.map_or(Outcome::Done, |q| {
                    Outcome::ask(Request::Instead(Box::new(Request::Wish(Wish::Search(PaneId::Members, q, None)))))
                });
            }
            Action::RemoveThis => {
                let Some(o) = self.selected() else { return Outcome::Done };
                let question =
                    format!("Remove {}? Its {} stay, without an organisation.", o.facts.name, text::count(o.people, "person", "people"));
                let then = Request::Run(Command::RemoveOrganisation(o.id));
                return Outcome::ask(Request::Push(Box::new(Confirm::new(&question, Action::Yes, "remove", then))));
            }
            _ => {}
        }
        match self.picker.act(action, self.shown().len()) {
            Picked::Taken => self.selected().map_or(Outcome::Done, |o| Outcome::ask(Request::Form(Subject::Organisation(Some(o.id))))),
            Picked::Moved => Outcome::Done,
            Picked::Left => Outcome::ask(Request::Close),
            Picked::Ignored => Outcome::Ignored,
        }
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        self.picker.cursor.at = row;
        Outcome::Done
    }

    fn scroll(&mut self, lines: i32) {
        let len = self.shown().len();
        self.picker.cursor.scroll(lines, len);
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn here(&self) -> Here {
        self.selected().map(|o| ("organisation", o.id.0))
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if touched.many || touched.words || !touched.people.is_empty() {
            let on = self.here();
            self.all = cx.book.organisations()?;
            // The cursor stays on its organisation when others come before it.
            if let Some(at) = self.shown().iter().position(|o| Some(("organisation", o.id.0)) == on) {
                self.picker.cursor.at = at;
            }
        }
        Ok(())
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        let len = self.shown().len();
        self.picker.prepare(picker::place(area, self.shown().len().max(1), 92), len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let shown = self.shown();
        let texts: Vec<(String, String, String)> = shown
            .iter()
            .map(|o| {
                let people = text::pad_left(&text::count(o.people, "person", "people"), 12);
                (
                    text::pad(&o.facts.name, 34),
                    format!(" {} ", text::pad(&o.facts.short_name, 12)),
                    format!("{people}  {}", o.facts.domains.join(" ")),
                )
            })
            .collect();
        let mut rows: Vec<Vec<(&str, Tone)>> =
            texts.iter().map(|(a, b, c)| vec![(a.as_str(), Tone::Plain), (b.as_str(), Tone::Dim), (c.as_str(), Tone::Dim)]).collect();
        let none = on.keys.say("none; {add organisation} adds one");
        if rows.is_empty() {
            rows.push(vec![(&*none, Tone::Dim)]);
        }
        let place = picker::place(area, rows.len(), 92);
        let hints = [
            hint(Action::Take, "edit"),
            hint(Action::AddOrganisation, "add"),
            hint(Action::FindPeople, "find its people"),
            hint(Action::RemoveThis, "remove"),
            hint(Action::Back, ""),
        ];
        self.picker.draw(place, "Organisations", &hints, &rows, on);
    }
}
