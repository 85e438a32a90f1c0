//! The form itself: moving between fields, errors where they are, saving, leaving.
//!
//! Must not know what the fields mean.

use chrono::NaiveDate;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::field::{Field, Kind};
use crate::actions::{Action, Scope};
use crate::book::{BookError, Command, Draft, DraftField};
use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::domain::text;
use crate::tui::canvas::{Canvas, Target, hint, remark};
use crate::tui::core::{Cx, Layer, Outcome, Request, Subject};
use crate::tui::edit::is_letter;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many of a list are offered below a field at once.
const OFFERED: usize = 6;
/// How wide a note is while it is written.
const ROOM: usize = 54;
/// What can be done, in words.
const HINTS: [(Action, &str); 4] =
    [(Action::Save, "saves"), (Action::NextField, "next"), (Action::Down, "choices"), (Action::Back, "leaves")];
/// How wide the labels are.
const LABEL: u16 = 17;

type Reopen = Box<dyn Fn(&mut Cx<'_>) -> Result<Form, BookError>>;
type Build = Box<dyn Fn(&Values<'_>) -> Result<Command, (String, String)>>;

/// The overlay.
pub(crate) struct Form {
    title: String,
    subject: Subject,
    fields: Vec<Field>,
    at: usize,
    offer: Option<usize>,
    /// Nothing has been typed since the field was entered: a letter replaces a choice, a date or a number.
    fresh: bool,
    build: Build,
    error: Option<String>,
    leaving: bool,
    was: Option<i64>,
    calendar: Calendar,
    reopen: Option<Reopen>,
}

/// The values of a form, for its maker.
pub(crate) struct Values<'f> {
    fields: &'f [Field],
    /// The day it is, and how dates are written.
    pub calendar: Calendar,
    /// The step that last wrote the row when the form was opened.
    pub was: Option<i64>,
}

impl Values<'_> {
    fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// The text of a field.
    #[must_use]
    pub(crate) fn text(&self, key: &str) -> String {
        self.field(key).map(Field::value).unwrap_or_default()
    }

    /// The date in a field.
    #[must_use]
    pub(crate) fn date(&self, key: &str) -> Option<NaiveDate> {
        self.field(key).and_then(|f| f.date(&self.calendar))
    }

    /// The parts of a field that is a list.
    #[must_use]
    pub(crate) fn parts(&self, key: &str) -> Vec<String> {
        super::field::parts(&self.text(key)).map(str::to_owned).collect()
    }

    /// The fields whose key begins so: key without that beginning, value.
    pub(crate) fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
        self.fields.iter().filter_map(move |f| Some((f.key.strip_prefix(prefix)?.to_owned(), f.value())))
    }
}

impl Form {
    /// A form of these fields; `build` makes the command, or says which field is wrong and why.
    pub(crate) fn new(
        title: &str,
        subject: Subject,
        fields: Vec<Field>,
        was: Option<i64>,
        calendar: Calendar,
        build: impl Fn(&Values<'_>) -> Result<Command, (String, String)> + 'static,
    ) -> Self {
        let mut form = Self {
            title: title.to_owned(),
            subject,
            fields,
            at: 0,
            offer: None,
            fresh: true,
            build: Box::new(build),
            error: None,
            leaving: false,
            was,
            calendar,
            reopen: None,
        };
        for field in &mut form.fields {
            if matches!(field.kind, Kind::Date(_) | Kind::Moment) && !field.value().is_empty() {
                field.check(&calendar);
            }
        }
        form
    }

    /// With how it is made anew, to see what somebody else has changed meanwhile.
    #[must_use]
    pub(crate) fn reopened_by(mut self, open: impl Fn(&mut Cx<'_>) -> Result<Self, BookError> + 'static) -> Self {
        self.reopen = Some(Box::new(open));
        self
    }

    fn is_changed(&self) -> bool {
        self.fields.iter().any(|f| f.line.text() != f.original)
    }

    /// Puts back what was typed earlier; where the row has changed since, both are shown.
    /// Returns the text of fields that there are no longer.
    pub(crate) fn restore(&mut self, draft: &Draft, keys: &Keys) -> String {
        for field in &mut self.fields {
            let Some(kept) = draft.fields.iter().find(|k| k.key == field.key).filter(|k| k.text != k.original) else { continue };
            let changed = field.original != kept.original && field.original != kept.text;
            field.theirs = changed.then(|| field.original.clone());
            field.line.set(&kept.text);
        }
        if self.fields.iter().any(|f| f.theirs.is_some()) {
            self.error = Some(keys.say("changed since you typed this: {save} saves yours over it, {back} drops yours"));
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
        let values = Values { fields: &self.fields, calendar, was: self.was };
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

    fn offers(&self) -> Vec<String> {
        if self.offer.is_some() { self.fields[self.at].offers() } else { Vec::new() }
    }

    fn enter(&mut self) {
        if let (Some(at), offers) = (self.offer, self.offers())
            && let Some(offer) = offers.get(at)
        {
            let many = matches!(self.fields[self.at].kind, Kind::Choices { .. });
            self.fields[self.at].take(offer);
            self.offer = None;
            if many {
                return;
            }
        }
        self.go(1);
    }

    /// Leaves a field whose list lets nothing else in: what fits best is taken.
    fn complete(&mut self) {
        let field = &mut self.fields[self.at];
        if matches!(field.kind, Kind::Choice { new: false, .. }) && !field.value().is_empty() {
            let offers = field.offers();
            let exact = offers.iter().any(|o| text::same_key(o) == text::same_key(&field.value()));
            // Only where there is no doubt: the one that fits, or the one that was moved to.
            let chosen = self.offer.filter(|at| *at > 0).or_else(|| (offers.len() == 1 && !exact).then_some(0));
            if let Some(best) = chosen.and_then(|at| offers.get(at)) {
                field.take(&best.clone());
            }
        }
    }

    fn typed(&mut self) {
        let field = &mut self.fields[self.at];
        field.error = None;
        self.error = None;
        if matches!(field.kind, Kind::Date(_) | Kind::Moment) {
            field.check(&self.calendar);
            // While it is being typed, only what is understood is echoed; the mistake is told on leaving.
            if field.error.take().is_some() {
                field.echo.clear();
            }
        }
        self.offer = if self.fields[self.at].is_choice() && !self.fields[self.at].offers().is_empty() { Some(0) } else { None };
    }

    fn arrow(&mut self, step: isize) {
        if matches!(self.fields[self.at].kind, Kind::Note) && self.fields[self.at].line.move_row(step, ROOM) {
            return;
        }
        let offers = self.fields[self.at].offers().len();
        match self.offer {
            Some(at) if offers > 0 => self.offer = Some((at + offers).saturating_add_signed(step) % offers),
            None if step > 0 && offers > 0 && self.fields[self.at].is_choice() => self.offer = Some(0),
            _ => self.go(step),
        }
    }

    /// The lines to draw: the field that each belongs to, what stands before it, the text, the tone.
    fn rows(&self) -> Vec<(Option<usize>, String, Tone)> {
        let mut out = Vec::new();
        for (i, field) in self.fields.iter().enumerate() {
            out.push((Some(i), String::new(), Tone::Plain));
            if i == self.at && matches!(field.kind, Kind::Note) {
                let (rows, _) = field.line.rows(ROOM);
                out.extend(rows.into_iter().skip(1).map(|row| (None, row, Tone::Plain)));
            }
            if let Some(theirs) = &field.theirs {
                out.push((None, format!("now there: {theirs}"), Tone::Warning));
            }
            if i == self.at {
                for (n, offer) in self.offers().iter().enumerate().skip(self.offer.unwrap_or(0).saturating_sub(OFFERED - 1)).take(OFFERED) {
                    let here = self.offer == Some(n);
                    out.push((None, format!("{} {offer}", if here { ">" } else { " " }), if here { Tone::Selected } else { Tone::Dim }));
                }
            }
            if let Some(error) = &field.error {
                out.extend(text::wrap(error, ROOM).into_iter().map(|line| (None, line, Tone::Error)));
            } else if !field.echo.is_empty() && (i == self.at || matches!(field.kind, Kind::Date(_) | Kind::Moment)) {
                out.extend(text::wrap(&field.echo, ROOM).into_iter().map(|line| (None, line, Tone::Dim)));
            }
        }
        if let Some(error) = self.error.as_ref().filter(|e| e.chars().count() > 56) {
            out.extend(text::wrap(error, 56).into_iter().map(|line| (None, line, Tone::Error)));
        }
        out
    }

    fn draw_foot(&self, inside: Rect, on: &mut Canvas<'_>) {
        let y = inside.bottom() - 1;
        let width = inside.width.saturating_sub(2);
        if self.leaving {
            let back = on.keys.word(Action::Back);
            let parts = [(&*back, Tone::Key), (" again drops what you typed · any other key goes on", Tone::Warning)];
            paint::pieces(on, (inside.x + 1, y), width, &parts);
        } else if let Some(error) = self.error.as_ref().filter(|e| e.chars().count() <= 56) {
            paint::pieces(on, (inside.x + 1, y), width, &[(error, Tone::Error)]);
        } else if !on.theme.is_plain() {
            let words = HINTS.map(|(action, word)| (on.keys.word(action), format!(" {word}  ")));
            let parts: Vec<_> =
                words.iter().filter(|(key, _)| !key.is_empty()).flat_map(|(k, w)| [(&**k, Tone::Key), (&**w, Tone::Dim)]).collect();
            paint::pieces(on, (inside.x + 1, y), width, &parts);
        }
    }
}

impl Layer for Form {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        let field = &mut self.fields[self.at];
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
                self.complete();
                return self.save();
            }
            Action::NewLine if matches!(self.fields[self.at].kind, Kind::Note) => self.fields[self.at].line.break_line(),
            Action::NewLine | Action::Take => self.enter(),
            Action::NextField => {
                self.complete();
                self.go(1);
            }
            Action::PreviousField => {
                self.complete();
                self.go(-1);
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
        // What names the value of a field is told there.
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
        let Some(Ok(theirs)) = self.reopen.as_ref().map(|open| open(cx)) else { return false };
        if theirs.fields.iter().map(|f| &f.original).eq(self.fields.iter().map(|f| &f.original)) {
            return false;
        }
        for (field, now) in self.fields.iter_mut().zip(theirs.fields.iter().map(Field::value)) {
            field.theirs = (now != field.original && now != field.value()).then(|| now.clone());
            // Compared with from here on, so that the same change is not told twice.
            field.original = now;
        }
        self.was = theirs.was;
        self.error = Some(cx.keys.say("changed meanwhile by somebody else: {save} again saves yours over it, {back} drops yours"));
        true
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
        let rows = self.rows();
        let place = paint::centred(area, 78, u16::try_from(rows.len() + 4).unwrap_or(u16::MAX));
        on.drawn.hit(place, Target::Overlay);
        let inside = paint::window(on, place, &self.title, &[]);
        on.drawn.hints = if self.leaving {
            vec![hint(Action::Back, "again drops what you typed"), remark("any other key goes on")]
        } else {
            HINTS.map(|(action, word)| hint(action, word)).to_vec()
        };
        if inside.height == 0 {
            return;
        }
        let height = usize::from(inside.height.saturating_sub(2)).max(1);
        // The focused field and what is below it should show.
        let focus = rows.iter().position(|(f, ..)| *f == Some(self.at)).unwrap_or(0);
        let tail = rows[focus + 1..].iter().take_while(|(f, ..)| f.is_none()).count();
        let top = (focus + tail + 1).saturating_sub(height).min(focus);
        for (line, (field, what, tone)) in rows.iter().skip(top).take(height).enumerate() {
            let y = inside.y + u16::try_from(line).unwrap_or(0);
            if y >= inside.bottom() {
                break;
            }
            let value = (inside.x + 1 + LABEL.min(inside.width / 3), y);
            let room = inside.right().saturating_sub(value.0 + 1);
            let Some(at) = field else {
                paint::pieces(on, value, room, &[(what, *tone)]);
                continue;
            };
            on.drawn.hit(Rect::new(inside.x, y, inside.width, 1), Target::OverlayRow(*at));
            let here = *at == self.at;
            let label = format!("{} {}", if here { ">" } else { " " }, self.fields[*at].label);
            let label_tone = if here { Tone::Heading } else { Tone::Dim };
            paint::pieces(on, (inside.x, y), value.0 - inside.x - 1, &[(&label, label_tone)]);
            if here && matches!(self.fields[*at].kind, Kind::Note) {
                let (rows, (row, column)) = self.fields[*at].line.rows(ROOM);
                paint::pieces(on, value, room, &[(rows.first().map_or("", String::as_str), Tone::Plain)]);
                let (x, y) = (value.0 + u16::try_from(column).unwrap_or(0), y + u16::try_from(row).unwrap_or(0));
                on.drawn.cursor = Some((x.min(inside.right().saturating_sub(1)), y.min(inside.bottom().saturating_sub(1))));
            } else {
                self.fields[*at].line.draw(on, value, room, here);
            }
        }
        if inside.height > 1 {
            self.draw_foot(inside, on);
        }
    }
}
