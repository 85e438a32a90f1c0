//! Drawing a form: labels, values, matches, errors, hints.
//!
//! Must not know what the fields mean, nor how they change.

use ratatui::layout::Rect;

use super::form::{Form, ROOM};
use crate::actions::Action;
use crate::config::Keys;
use crate::domain::text;
use crate::forms::Kind;
use crate::tui::canvas::{Canvas, Target, hint, remark};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many matches of a list are offered below a field at once.
const OFFERED: usize = 6;
/// How many lines of a note are shown while it isn't edited.
const NOTE: usize = 4;
/// The actions of a form, and their labels.
const HINTS: [(Action, &str); 4] =
    [(Action::Save, "save"), (Action::NextField, "next"), (Action::Down, "choices"), (Action::Back, "close")];
/// The width of the labels.
const LABEL: u16 = 20;

impl Form {
    /// Returns the lines to draw: the field that each belongs to, its label, the text, the tone.
    fn rows(&self, keys: &Keys) -> Vec<(Option<usize>, String, Tone)> {
        let mut out = Vec::new();
        for (i, field) in self.fields.iter().enumerate() {
            out.push((Some(i), String::new(), Tone::Plain));
            if matches!(field.kind, Kind::Note) {
                let (mut rows, _) = field.line.rows(ROOM);
                if i != self.at && rows.len() > NOTE {
                    let more = rows.len() - NOTE + 1;
                    rows.truncate(NOTE - 1);
                    rows.push(format!("… {}", text::count(more as u64, "more line", "more lines")));
                }
                out.extend(rows.into_iter().skip(1).map(|row| (None, row, Tone::Plain)));
            }
            if let Some(theirs) = &field.theirs {
                let takes = if i == self.at { keys.say(" · {use theirs} uses it") } else { String::new() };
                let now = if theirs.is_empty() { "now empty".to_owned() } else { format!("now there: {theirs}") };
                out.push((None, format!("{now}{takes}"), Tone::Warning));
            }
            let unconfirmed = (self.offer.is_none() || i != self.at) && field.is_choice() && field.value() != field.original;
            if let Some(new) = unconfirmed.then(|| field.makes_new()).flatten() {
                out.push((None, format!("new: {new}"), Tone::Good));
            }
            if i == self.at {
                for (n, offer) in self.offers().iter().enumerate().skip(self.offer.unwrap_or(0).saturating_sub(OFFERED - 1)).take(OFFERED) {
                    let here = self.offer == Some(n);
                    let new = if offer.is_new { "new: " } else { "" };
                    let said = format!("{} {new}{}", if here { ">" } else { " " }, offer.text);
                    out.push((None, said, if here { Tone::Selected } else { Tone::Dim }));
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

    /// Returns the available actions, and their labels.
    fn hints(&self) -> impl Iterator<Item = (Action, &'static str)> {
        let chooses = self.fields[self.at].is_choice();
        HINTS.into_iter().filter(move |(action, _)| chooses || *action != Action::Down)
    }

    fn draw_foot(&self, inside: Rect, on: &mut Canvas<'_>) {
        let y = inside.bottom() - 1;
        let width = inside.width.saturating_sub(2);
        if self.leaving {
            let back = on.keys.word(Action::Back);
            let parts = [(&*back, Tone::Key), (" again discards your changes; or keep typing", Tone::Warning)];
            paint::pieces(on, (inside.x + 1, y), width, &parts);
        } else if self.asked && self.fields.iter().any(|f| f.theirs.is_some()) {
            let save = on.keys.word(Action::Save);
            let parts =
                [("changed by another program too: ", Tone::Warning), (&*save, Tone::Key), (" again saves yours over it", Tone::Warning)];
            paint::pieces(on, (inside.x + 1, y), width, &parts);
        } else if let Some(error) = self.error.as_ref().filter(|e| e.chars().count() <= 56) {
            paint::pieces(on, (inside.x + 1, y), width, &[(error, Tone::Error)]);
        } else if !on.theme.is_plain() {
            let words = self.hints().map(|(action, word)| (on.keys.word(action), format!(" {word}  ")));
            let words: Vec<_> = words.collect();
            let parts: Vec<_> =
                words.iter().filter(|(key, _)| !key.is_empty()).flat_map(|(k, w)| [(&**k, Tone::Key), (&**w, Tone::Dim)]).collect();
            paint::pieces(on, (inside.x + 1, y), width, &parts);
        }
    }

    /// Draws the form in the middle of an area.
    pub(super) fn draw_all(&self, area: Rect, on: &mut Canvas<'_>) {
        let rows = self.rows(on.keys);
        let place = paint::centred(area, 78, u16::try_from(rows.len() + 4).unwrap_or(u16::MAX));
        on.drawn.hit(place, Target::Overlay);
        let inside = paint::window(on, place, &self.title, &[]);
        on.drawn.hints = if self.leaving {
            vec![hint(Action::Back, "again discards your changes"), remark("or keep typing")]
        } else {
            self.hints().map(|(action, word)| hint(action, word)).collect()
        };
        if inside.height == 0 {
            return;
        }
        let height = usize::from(inside.height.saturating_sub(2)).max(1);
        // The focused field and the lines below it should be visible.
        let focus = rows.iter().position(|(f, ..)| *f == Some(self.at)).unwrap_or(0);
        let tail = rows[focus + 1..].iter().take_while(|(f, ..)| f.is_none()).count();
        let note = matches!(self.fields[self.at].kind, Kind::Note).then(|| self.fields[self.at].line.rows(ROOM).1);
        // If that is longer than the window, the line with the cursor should be.
        let cursor = focus + note.map_or(0, |(row, _)| row);
        let last = if tail < height { focus + tail + 1 } else { (cursor + 1).max(focus + height) };
        let top = last.saturating_sub(height).min(cursor);
        if let Some((_, column)) = note.filter(|_| cursor < top + height) {
            let left = inside.x + 1 + LABEL.min(inside.width / 3);
            let (x, y) = (left + u16::try_from(column).unwrap_or(0), inside.y + u16::try_from(cursor - top).unwrap_or(0));
            on.drawn.cursor = Some((x.min(inside.right().saturating_sub(1)), y.min(inside.bottom().saturating_sub(1))));
        }
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
            if matches!(self.fields[*at].kind, Kind::Note) {
                let (rows, _) = self.fields[*at].line.rows(ROOM);
                paint::pieces(on, value, room, &[(rows.first().map_or("", String::as_str), Tone::Plain)]);
            } else {
                self.fields[*at].line.draw(on, value, room, here);
            }
        }
        if inside.height > 1 {
            self.draw_foot(inside, on);
        }
    }
}
