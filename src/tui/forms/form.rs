//! The form overlay: moving between fields, errors at their fields, saving, leaving.
//!
//! Must not know what the fields mean.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::field::{Field, Offer};
use crate::actions::{Action, Scope};
use crate::book::{BookError, Draft, DraftField};
use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::domain::text;
use crate::forms::{Build, Filled, Kind, OWN, Sheet, Subject, Values};
use crate::tui::canvas::Canvas;
use crate::tui::core::{Cx, Layer, Outcome, Request};
use crate::tui::edit::{asks_for_help, is_letter};

/// The width of a note while it is edited.
pub(super) const ROOM: usize = 54;
type Reopen = Box<dyn Fn(&mut Cx<'_>) -> Result<Form, BookError>>;

/// The form overlay.
pub(crate) struct Form {
    pub(super) title: String,
    subject: Subject,
    pub(super) fields: Vec<Field>,
    pub(super) at: usize,
    pub(super) offer: Option<usize>,
    /// Whether nothing has been typed since the field got the focus, so that a letter replaces a choice, a date or a number.
    fresh: bool,
    build: Build,
    pub(super) error: Option<String>,
    pub(super) leaving: bool,
    /// Whether the user was asked, on saving, about fields that another program has changed too.
    pub(super) asked: bool,
    was: Option<i64>,
    calendar: Calendar,
    reopen: Option<Reopen>,
}

impl Form {
    /// Returns a form for a sheet.
    pub(super) fn of(sheet: Sheet, keys: &Keys) -> Self {
        let Sheet { title, subject, fields, was, calendar, build } = sheet;
        let mut fields: Vec<Field> = fields.into_iter().map(|f| Field::of(f, keys)).collect();
        for field in &mut fields {
            if matches!(field.kind, Kind::Date(_) | Kind::Moment) && !field.value().is_empty() {
                field.check(&calendar);
            }
        }
        let (offer, error, reopen) = (None, None, None);
        Self { title, subject, fields, at: 0, offer, fresh: true, build, error, leaving: false, asked: false, was, calendar, reopen }
    }

    /// Sets how the form is rebuilt, to see what another program has changed since.
    #[must_use]
    pub(crate) fn reopened_by(mut self, open: impl Fn(&mut Cx<'_>) -> Result<Self, BookError> + 'static) -> Self {
        self.reopen = Some(Box::new(open));
        self
    }

    fn is_changed(&self) -> bool {
        self.fields.iter().any(|f| f.line.text() != f.original)
    }

    /// Restores a draft; if the row has changed since, both values are shown. Returns the text of fields that no longer exist.
    pub(crate) fn restore(&mut self, draft: &Draft, keys: &Keys) -> String {
        for kept in &draft.fields {
            if let Some(name) = kept.key.strip_prefix(OWN).filter(|_| !self.fields.iter().any(|f| f.key == kept.key)) {
                self.add_field(name);
            }
        }
        for field in &mut self.fields {
            let Some(kept) = draft.fields.iter().find(|k| k.key == field.key).filter(|k| k.text != k.original) else { continue };
            let changed = field.original != kept.original && field.original != kept.text;
            field.theirs = changed.then(|| field.original.clone());
            field.line.set(&kept.text);
            field.check(&self.calendar);
        }
        if self.fields.iter().any(|f| f.theirs.is_some()) {
            self.error = Some(keys.say("changed since you typed this: {use theirs} uses what is there now"));
        }
        let gone = |k: &&DraftField| !self.fields.iter().any(|f| f.key == k.key);
        Draft { fields: draft.fields.iter().filter(gone).cloned().collect(), ..draft.clone() }.typed()
    }

    fn go(&mut self, step: isize) {
        self.fields[self.at].check(&self.calendar);
        self.offer = None;
        self.fresh = true;
        let len = self.fields.len();
        self.at = (self.at + len).saturating_add_signed(step) % len.max(1);
    }

    fn save(&mut self) -> Outcome {
        let calendar = self.calendar;
        let checked: Vec<bool> = self.fields.iter_mut().map(|f| f.check(&calendar)).collect();
        if let Some(at) = checked.iter().position(|fine| !fine) {
            self.at = at;
            return Outcome::Done;
        }
        if let Some(at) = self.fields.iter().position(|f| f.theirs.is_some())
            && !self.asked
        {
            // A change by another program is overwritten only after the user was asked.
            (self.at, self.offer, self.asked) = (at, None, true);
            return Outcome::Done;
        }
        let fields = self.fields.iter().map(|f| Filled { key: &f.key, kind: &f.kind, value: f.value() }).collect();
        let values = Values { fields, calendar, was: self.was };
        match (self.build)(&values) {
            Ok(command) => Outcome::ask(Request::Run(command)),
            Err((key, message)) => {
                match self.fields.iter().position(|f| f.key == key) {
                    Some(at) => {
                        self.at = at;
                        self.fields[at].error = Some(message);
                    }
                    None => self.error = Some(message),
                }
                Outcome::Done
            }
        }
    }

    pub(super) fn offers(&self) -> Vec<Offer> {
        if self.offer.is_some() { self.fields[self.at].offers() } else { Vec::new() }
    }

    fn enter(&mut self) {
        let many = matches!(self.fields[self.at].kind, Kind::Choices { .. });
        match self.take_offer() {
            // The user can add another value, or type the value of the new field.
            Some(added) if many || added => {}
            _ => self.go(1),
        }
    }

    /// Takes the highlighted choice, if there is one; returns whether it added a field.
    fn take_offer(&mut self) -> Option<bool> {
        let offer = self.offers().get(self.offer?)?.clone();
        self.offer = None;
        if !matches!(self.fields[self.at].kind, Kind::AddField { .. }) {
            self.fields[self.at].take(&offer.text);
            return Some(false);
        }
        self.add_field(&offer.text);
        Some(true)
    }

    /// Adds a custom field before the line that asks for one, and moves to it.
    fn add_field(&mut self, name: &str) {
        let Some(at) = self.fields.iter().position(|f| matches!(f.kind, Kind::AddField { .. })) else { return };
        if let Kind::AddField { options } = &mut self.fields[at].kind {
            options.retain(|o| !text::are_same(o, name));
        }
        self.fields[at].line.set("");
        let known = self.fields.iter().position(|f| f.key.strip_prefix(OWN).is_some_and(|known| text::are_same(known, name)));
        self.at = known.unwrap_or_else(|| {
            let field = crate::forms::Field::new(&format!("{OWN}{name}"), name, Kind::Text, "");
            self.fields.insert(at, Field::of(field, &Keys::default()));
            at
        });
        self.fresh = true;
    }

    /// Completes a field on leaving: takes the highlighted choice, or the only match in a closed list. Returns whether that added a field,
    /// which then has the cursor.
    fn complete(&mut self) -> bool {
        if let Some(added) = self.take_offer() {
            return added;
        }
        let field = &mut self.fields[self.at];
        if matches!(field.kind, Kind::Choice { new: false, .. })
            && let [only] = field.offers().as_slice()
            && !field.value().is_empty()
        {
            field.take(&only.text);
        }
        false
    }

    fn typed(&mut self) {
        let field = &mut self.fields[self.at];
        field.error = None;
        self.error = None;
        if matches!(field.kind, Kind::Date(_) | Kind::Moment) {
            field.check(&self.calendar);
            // While one types, only the echo changes; an error is shown on leaving the field.
            if field.error.take().is_some() {
                field.echo.clear();
            }
        }
        let field = &self.fields[self.at];
        // Nothing is highlighted until a part of a name has been typed.
        let is_typed = !field.line.text().trim_end().is_empty() && !field.line.text().trim_end().ends_with(';');
        self.offer = (field.is_choice() && is_typed && !field.offers().is_empty()).then_some(0);
    }

    fn arrow(&mut self, step: isize) {
        if matches!(self.fields[self.at].kind, Kind::Note) && self.fields[self.at].line.move_row(step, ROOM) {
            return;
        }
        let offers = self.fields[self.at].offers().len();
        match self.offer {
            Some(at) if offers > 0 => self.offer = Some((at + offers).saturating_add_signed(step) % offers),
            None if step > 0 && offers > 0 => self.offer = Some(0),
            // With nothing to choose from, an arrow does nothing.
            _ => {}
        }
    }
}

impl Layer for Form {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        let field = &mut self.fields[self.at];
        if asks_for_help(key, &field.line) {
            return Outcome::Ignored;
        }
        let replaced = matches!(field.kind, Kind::Choice { .. } | Kind::Date(_) | Kind::Moment | Kind::Number);
        if self.fresh && replaced && is_letter(key) {
            field.line.set("");
        }
        if !field.line.key(key) {
            return Outcome::Ignored;
        }
        self.leaving = false;
        self.fresh = false;
        self.typed();
        Outcome::Done
    }

    fn other_key(&mut self, _: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        self.leaving = false;
        Outcome::Ignored
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        if matches!(action, Action::Back | Action::Quit) {
            if self.offer.take().is_some() {
                return Outcome::Done;
            }
            if self.is_changed() && !self.leaving {
                self.leaving = true;
                return Outcome::Done;
            }
            return Outcome::ask(Request::Close);
        }
        self.leaving = false;
        match action {
            Action::Save => {
                // A new field has no value yet.
                if self.complete() {
                    return Outcome::Done;
                }
                return self.save();
            }
            Action::NewLine if matches!(self.fields[self.at].kind, Kind::Note) => self.fields[self.at].line.break_line(),
            Action::NewLine | Action::Take => self.enter(),
            Action::NextField => {
                if !self.complete() {
                    self.go(1);
                }
            }
            Action::PreviousField => {
                self.complete();
                self.go(-1);
            }
            Action::UseTheirs => {
                if let Some(theirs) = self.fields[self.at].theirs.take() {
                    self.fields[self.at].line.set(&theirs);
                    self.fields[self.at].check(&self.calendar);
                    self.asked = false;
                }
            }
            Action::Down => self.arrow(1),
            Action::Up => self.arrow(-1),
            _ => return Outcome::Ignored,
        }
        Outcome::Done
    }

    fn paste(&mut self, pasted: &str, _: &mut Cx<'_>) -> Outcome {
        let newline = match self.fields[self.at].kind {
            Kind::Note => '\n',
            Kind::Emails | Kind::Choices { .. } => ';',
            _ => ' ',
        };
        self.fields[self.at].line.paste(pasted, newline);
        self.typed();
        Outcome::Done
    }

    fn click(&mut self, row: usize, _: &mut Cx<'_>) -> Outcome {
        if row < self.fields.len() && row != self.at {
            self.go(0);
            self.at = row;
        }
        Outcome::Done
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn refuse(&mut self, message: &str) -> bool {
        // An error that mentions a field's value is shown at that field.
        let named = |f: &Field| f.value().len() > 3 && message.contains(&f.value());
        if let Some(at) = self.fields.iter().position(named) {
            self.at = at;
            self.fields[at].error = Some(message.to_owned());
            return true;
        }
        self.error = Some(message.to_owned());
        true
    }

    fn compare(&mut self, cx: &mut Cx<'_>) -> bool {
        let Some(Ok(now)) = self.reopen.as_ref().map(|open| open(cx)) else { return false };
        for field in &mut self.fields {
            // A field that was added here is empty in the other version.
            let there = now.fields.iter().find(|f| f.key == field.key);
            let value = there.map(Field::value).unwrap_or_default();
            if let Some(there) = there {
                field.kind.clone_from(&there.kind);
            }
            if value == field.original {
                continue;
            }
            let is_mine = field.line.text() != field.original;
            if !is_mine {
                field.line.set(&value);
                field.check(&self.calendar);
            }
            // If both have changed a field, the user is asked; a field that they didn't change takes the new value.
            field.theirs = (is_mine && value != field.value()).then(|| value.clone());
            field.original = value;
            self.asked = false;
        }
        let added: Vec<Field> = now.fields.iter().filter(|f| !self.fields.iter().any(|mine| mine.key == f.key)).cloned().collect();
        for field in added {
            let at = now.fields.iter().position(|f| f.key == field.key).unwrap_or_default().min(self.fields.len());
            self.fields.insert(at, field);
            self.at += usize::from(at <= self.at);
        }
        (self.was, self.build) = (now.was, now.build);
        self.fields.iter().any(|f| f.theirs.is_some())
    }

    fn draft(&self) -> Option<Draft> {
        let field = |f: &Field| DraftField { key: f.key.clone(), text: f.line.text().to_owned(), original: f.original.clone() };
        self.is_changed().then(|| Draft {
            subject: self.subject.write(),
            title: self.title.clone(),
            community: None,
            fields: self.fields.iter().map(field).collect(),
        })
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        self.draw_all(area, on);
    }
}
