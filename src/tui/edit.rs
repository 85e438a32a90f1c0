//! A line of text that is being edited, and the search line of a list.
//!
//! Must not know what the text is for.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use tui_input::{Input, InputRequest};

use crate::domain::text;
use crate::tui::canvas::Canvas;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// Returns whether a key is a character, with any modifiers.
#[must_use]
pub(super) const fn is_sign(key: KeyEvent) -> bool {
    matches!(key.code, KeyCode::Char(_))
}

/// Returns whether a key is Esc, which leaves a text field whatever it is bound to.
#[must_use]
pub(super) const fn is_escape(key: KeyEvent) -> bool {
    matches!(key.code, KeyCode::Esc)
}

/// Returns whether a key types a character.
#[must_use]
pub(super) fn is_letter(key: KeyEvent) -> bool {
    is_sign(key) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
}

/// Returns whether a key or pasted text starts a new path, which replaces a suggested one.
#[must_use]
pub(super) fn begins_path(key: KeyEvent) -> bool {
    matches!(key.code, KeyCode::Char('/' | '~')) && is_letter(key)
}

/// Returns whether a key opens help instead of being typed: a question mark in an empty line.
#[must_use]
pub(super) fn asks_for_help(key: KeyEvent, line: &Line) -> bool {
    matches!(key.code, KeyCode::Char('?')) && line.text().is_empty()
}

/// A line of text with a cursor.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    input: Input,
}

impl Line {
    /// Returns a line with this text and the cursor at its end.
    #[must_use]
    pub(super) fn new(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()) }
    }

    /// Returns the text.
    #[must_use]
    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    /// Replaces the text, and puts the cursor at its end.
    pub(super) fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// Returns whether the line uses a key. In an empty line, and for Del at the end, there is nothing to edit; and no name begins with a
    /// blank or a question mark.
    #[must_use]
    pub(super) fn has_use_for(&self, key: KeyEvent) -> bool {
        let at_end = self.input.cursor() >= self.text().chars().count();
        match key.code {
            KeyCode::Char(' ' | '?') => !self.text().is_empty(),
            KeyCode::Char(_) => true,
            KeyCode::Delete => !at_end,
            _ => !self.text().is_empty(),
        }
    }

    /// Handles a key; returns whether it was one for a line of text.
    pub(super) fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let request = match key.code {
            KeyCode::Char('w') if ctrl => InputRequest::DeletePrevWord,
            KeyCode::Char('u') if ctrl => InputRequest::DeleteLine,
            KeyCode::Char('k') if ctrl => InputRequest::DeleteTillEnd,
            KeyCode::Char('a') if ctrl => InputRequest::GoToStart,
            KeyCode::Char('e') if ctrl => InputRequest::GoToEnd,
            KeyCode::Char(c) if !ctrl && !alt && !text::is_harmful(c) => InputRequest::InsertChar(c),
            KeyCode::Backspace if alt || ctrl => InputRequest::DeletePrevWord,
            KeyCode::Backspace => InputRequest::DeletePrevChar,
            KeyCode::Delete => InputRequest::DeleteNextChar,
            KeyCode::Left if ctrl || alt => InputRequest::GoToPrevWord,
            KeyCode::Right if ctrl || alt => InputRequest::GoToNextWord,
            KeyCode::Left => InputRequest::GoToPrevChar,
            KeyCode::Right => InputRequest::GoToNextChar,
            KeyCode::Home => InputRequest::GoToStart,
            KeyCode::End => InputRequest::GoToEnd,
            _ => return false,
        };
        self.input.handle(request);
        true
    }

    /// Inserts a line break at the cursor.
    pub(super) fn break_line(&mut self) {
        self.input.handle(InputRequest::InsertChar('\n'));
    }

    /// Inserts pasted text at the cursor: cleaned, with `newline` for each line break.
    pub(super) fn paste(&mut self, pasted: &str, newline: char) {
        let cleaned = text::clean_lines(pasted);
        let room = 100_000_usize.saturating_sub(self.text().len());
        let add: String = cleaned.text.chars().take(room).map(|c| if matches!(c, '\n' | '\t') { newline } else { c }).collect();
        // Inserting letter by letter would take a second for a long paste.
        let at = self.input.cursor();
        let mut whole: String = self.text().chars().take(at).collect();
        whole.push_str(&add);
        let cursor = whole.chars().count();
        whole.extend(self.text().chars().skip(at));
        self.input = Input::new(whole).with_cursor(cursor);
    }

    /// Returns the text in rows no wider than `room`, and the cursor's row and column in them, both from 0.
    #[must_use]
    pub(super) fn rows(&self, room: usize) -> (Vec<String>, (usize, usize)) {
        let (places, rows) = self.places(room);
        let cursor = places[self.input.cursor().min(places.len() - 1)];
        (rows, cursor)
    }

    /// Returns the row and column of each letter and of the end, and the rows.
    fn places(&self, room: usize) -> (Vec<(usize, usize)>, Vec<String>) {
        let (mut places, mut rows, mut column) = (Vec::new(), vec![String::new()], 0);
        for c in self.text().chars() {
            let wide = text::width(c.encode_utf8(&mut [0; 4]));
            if c != '\n' && column + wide > room.max(2) {
                rows.push(String::new());
                column = 0;
            }
            places.push((rows.len() - 1, column));
            if c == '\n' {
                rows.push(String::new());
                column = 0;
            } else if let Some(row) = rows.last_mut() {
                row.push(c);
                column += wide;
            }
        }
        places.push((rows.len() - 1, column));
        (places, rows)
    }

    /// Moves the cursor a row up or down; returns whether there was one.
    pub(super) fn move_row(&mut self, step: isize, room: usize) -> bool {
        let (places, rows) = self.places(room);
        let (row, column) = places[self.input.cursor().min(places.len() - 1)];
        let Some(wanted) = row.checked_add_signed(step).filter(|r| *r < rows.len()) else { return false };
        let at = places.iter().rposition(|(r, c)| *r == wanted && *c <= column);
        if let Some(at) = at {
            self.input = Input::new(self.text().to_owned()).with_cursor(at);
        }
        at.is_some()
    }

    /// Returns by how many columns the text is scrolled in a line of this width.
    fn scrolled(&self, width: u16) -> usize {
        self.input.visual_scroll(usize::from(width.saturating_sub(1)))
    }

    /// Draws the text in one line, with the cursor in view; `\n` is shown as a sign.
    pub(super) fn draw(&self, on: &mut Canvas<'_>, (x, y): (u16, u16), width: u16, focused: bool) {
        let shown = self.text().replace('\n', "⏎");
        if width == 0 {
            return;
        }
        let scroll = if focused { self.scrolled(width) } else { 0 };
        let visible = skip_columns(&shown, scroll);
        let style = on.theme.style(Tone::Plain);
        paint::put(on, (x, y), width, visible, style);
        if focused {
            let column = self.input.visual_cursor().saturating_sub(scroll);
            let column = u16::try_from(column).unwrap_or(0).min(width.saturating_sub(1));
            on.drawn.cursor = Some((x + column, y));
        }
    }
}

fn skip_columns(what: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in what.char_indices() {
        if used >= columns {
            return &what[at..];
        }
        used += text::width(c.encode_utf8(&mut [0; 4]));
    }
    ""
}

/// The search of one list: the text being typed, the query in use, and its error.
#[derive(Debug, Clone, Default)]
pub(super) struct FindLine {
    /// The query in use.
    pub query: String,
    /// The line that is being edited, while one types.
    pub typing: Option<Line>,
    /// Whether the query is selected, so that typing replaces it.
    selected: bool,
    /// The error in the typed query, with the letter where it is.
    pub error: Option<(usize, String)>,
    /// A suggested spelling that finds something.
    pub did_you_mean: Option<String>,
    /// The folded words to highlight.
    pub words: Vec<String>,
    earlier: Vec<String>,
    back: usize,
}

/// The maximum length of a search, in bytes.
const LONGEST_SEARCH: usize = 2_000;

/// The effect of a key on a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    /// The key isn't one for a search.
    Ignored,
    /// The text has changed.
    Changed,
    /// The key was for the search, but changed nothing.
    Kept,
}

impl FindLine {
    /// Starts editing, beginning with the query in use.
    pub(super) fn begin(&mut self) {
        self.typing = Some(Line::new(&self.query));
        self.selected = !self.query.is_empty();
        self.back = 0;
    }

    /// Stops editing, and keeps the query in use.
    pub(super) fn keep(&mut self) {
        self.typing = None;
        self.remember();
    }

    /// Returns whether a query is in use.
    #[must_use]
    pub(super) fn is_active(&self) -> bool {
        self.typing.is_some() || !self.query.is_empty()
    }

    /// Ends the search; returns whether there was one.
    pub(super) fn clear(&mut self) -> bool {
        let was = self.is_active();
        self.remember();
        self.typing = None;
        self.query.clear();
        self.error = None;
        self.did_you_mean = None;
        self.words.clear();
        was
    }

    /// Sets the query, as if it had been typed.
    pub(super) fn set(&mut self, query: &str) {
        self.clear();
        query.clone_into(&mut self.query);
    }

    fn remember(&mut self) {
        if !self.query.trim().is_empty() && self.earlier.last() != Some(&self.query) {
            self.earlier.retain(|q| *q != self.query);
            self.earlier.push(self.query.clone());
        }
    }

    /// Handles a key while the search is being edited.
    pub(super) fn key(&mut self, key: KeyEvent) -> Typed {
        let Some(line) = &mut self.typing else { return Typed::Ignored };
        let erases = matches!(key.code, KeyCode::Backspace | KeyCode::Delete);
        if std::mem::take(&mut self.selected) && (is_letter(key) || erases) {
            line.set("");
            if erases {
                self.query.clear();
                return Typed::Changed;
            }
        }
        match key.code {
            KeyCode::Enter => {
                self.keep();
                Typed::Kept
            }
            KeyCode::Tab if self.did_you_mean.is_some() => {
                let near = self.did_you_mean.take().unwrap_or_default();
                line.set(&near);
                self.query = near;
                Typed::Changed
            }
            KeyCode::Up | KeyCode::Down if !self.earlier.is_empty() => {
                let step: isize = if key.code == KeyCode::Up { 1 } else { -1 };
                self.back = self.back.saturating_add_signed(step).clamp(1, self.earlier.len());
                let earlier = self.earlier[self.earlier.len() - self.back].clone();
                line.set(&earlier);
                self.query = earlier;
                Typed::Changed
            }
            // No real search is longer, and the limit keeps a burst of keys cheap.
            _ if is_letter(key) && line.text().len() >= LONGEST_SEARCH => Typed::Kept,
            _ if line.key(key) => {
                if line.text() == self.query {
                    return Typed::Kept;
                }
                line.text().clone_into(&mut self.query);
                Typed::Changed
            }
            _ => Typed::Ignored,
        }
    }

    /// Handles pasted text.
    pub(super) fn paste(&mut self, pasted: &str) {
        if let Some(line) = &mut self.typing {
            if std::mem::take(&mut self.selected) {
                line.set("");
            }
            line.paste(pasted, ' ');
            line.text().clone_into(&mut self.query);
        }
    }

    /// Returns how many lines the search takes at the foot of its list: one more if there is a message.
    #[must_use]
    pub(super) fn height(&self) -> u16 {
        u16::from(self.is_active()) * (1 + u16::from(self.error.is_some() || self.did_you_mean.is_some()))
    }

    /// Draws the lines at the foot of a list: the query, and below it a caret under the error, or a better spelling.
    pub(super) fn draw_below(&self, on: &mut Canvas<'_>, inside: Rect) {
        let height = self.height().min(inside.height);
        if height == 0 {
            return;
        }
        let y = inside.bottom() - height;
        let key = on.theme.style(Tone::Key);
        let used = paint::put(on, (inside.x, y), inside.width, "/", key);
        let width = inside.width.saturating_sub(used);
        let scrolled = self.draw_text(on, (inside.x + used, y), width);
        if height < 2 {
            return;
        }
        let below = (inside.x + used, y + 1);
        if let Some((at, error)) = &self.error {
            let before: String = self.query.chars().take(*at).collect();
            let column = text::width(&text::safe(&before)).saturating_sub(scrolled).min(usize::from(width.saturating_sub(1)));
            // The message is after the caret, or before it where there is more room.
            let (room, needs) = (usize::from(width).saturating_sub(column + 2), text::width(error));
            let parts = if needs > room && column > room {
                let sentence = text::clip(error, column.saturating_sub(1));
                format!("{}{sentence} ^", " ".repeat(column.saturating_sub(text::width(&sentence) + 1)))
            } else {
                format!("{}^ {error}", " ".repeat(column))
            };
            paint::pieces(on, below, width, &[(&parts, Tone::Error)]);
        } else if let Some(near) = &self.did_you_mean {
            // The suggested name is never cut to make room for the words around it.
            let around = [("did you mean ", "? Tab accepts"), ("", "? Tab accepts"), ("", "? Tab"), ("", "")];
            let needs = |(before, after): &(&str, &str)| text::width(before) + text::width(near) + text::width(after);
            let (before, after) = around.into_iter().find(|a| needs(a) <= usize::from(width)).unwrap_or_default();
            paint::pieces(on, below, width, &[(before, Tone::Dim), (near.as_str(), Tone::Key), (after, Tone::Dim)]);
        }
    }

    /// Draws the text; returns by how many columns it is scrolled.
    fn draw_text(&self, on: &mut Canvas<'_>, at: (u16, u16), width: u16) -> usize {
        match &self.typing {
            Some(line) => {
                line.draw(on, at, width, true);
                let scrolled = line.scrolled(width);
                if self.selected {
                    let used = u16::try_from(text::width(line.text()).saturating_sub(scrolled)).unwrap_or(width).min(width);
                    let style = on.theme.style(Tone::Selected);
                    paint::tint(on, Rect::new(at.0, at.1, used, 1), style);
                }
                scrolled
            }
            None => {
                paint::pieces(on, at, width, &[(&self.query, Tone::Plain)]);
                0
            }
        }
    }
}
