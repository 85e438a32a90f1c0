//! Writes text to the screen. Only this module does, so that nothing unsafe gets there and columns fit by display width.
//!
//! Must not know what the text is about.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::actions::changes_roster;
use crate::domain::text;
use crate::tui::canvas::{Canvas, Hint, PaneId, Target};
use crate::tui::theme::Tone;

/// A piece of text with its tone.
pub(super) type Piece<'a> = (&'a str, Tone);

/// Writes a text, cut to `width`; returns how many columns it takes.
pub(super) fn put(on: &mut Canvas<'_>, (x, y): (u16, u16), width: u16, what: &str, style: Style) -> u16 {
    let area = on.buf.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() || width == 0 {
        return 0;
    }
    let width = width.min(area.right() - x);
    let safe = text::safe(what);
    let cut = text::clip(&safe, usize::from(width));
    let (end, _) = on.buf.set_stringn(x, y, &cut, usize::from(width), style);
    end - x
}

/// Writes pieces one after the other.
pub(super) fn pieces(on: &mut Canvas<'_>, (x, y): (u16, u16), width: u16, parts: &[Piece<'_>]) -> u16 {
    let mut used = 0;
    for (what, tone) in parts {
        let style = on.theme.style(*tone);
        used += put(on, (x + used, y), width.saturating_sub(used), what, style);
    }
    used
}

/// Gives a line of cells a style, and keeps their text.
pub(super) fn tint(on: &mut Canvas<'_>, area: Rect, style: Style) {
    on.buf.set_style(area.intersection(on.buf.area), style);
}

/// Underlines the folded words in the text that was written at a position.
pub(super) fn highlight(on: &mut Canvas<'_>, (x, y): (u16, u16), what: &str, width: u16, words: &[String]) {
    if words.is_empty() {
        return;
    }
    let safe = text::safe(what);
    let shown = text::clip(&safe, usize::from(width));
    // The column of each letter of the folded text. Folding can turn one letter into several, or none.
    let (mut folded, mut columns, mut at) = (String::new(), Vec::new(), 0);
    for c in shown.chars() {
        let before = folded.len();
        text::fold_into(&mut folded, c.encode_utf8(&mut [0; 4]));
        columns.extend(std::iter::repeat_n(at, folded.len() - before));
        at += text::width(c.encode_utf8(&mut [0; 4]));
    }
    columns.push(at);
    let style = on.theme.style(Tone::Match);
    for word in words.iter().filter(|w| !w.is_empty()) {
        for (start, found) in folded.match_indices(word.as_str()) {
            let (from, to) = (columns[start], columns[start + found.len()]);
            let (from, to) = (u16::try_from(from).unwrap_or(width), u16::try_from(to).unwrap_or(width));
            let right = (x + to.max(from + 1)).min(x + width);
            tint(on, Rect::new(x + from, y, right.saturating_sub(x + from), 1), style);
        }
    }
}

/// Draws a box with a title on the left and one on the right; returns the inside.
pub(super) fn frame(on: &mut Canvas<'_>, area: Rect, left: &str, right: &str, focused: bool) -> Rect {
    let area = area.intersection(on.buf.area);
    if on.theme.is_plain() {
        return plain_frame(on, area, left, right);
    }
    if area.width < 2 || area.height < 2 {
        return Rect::new(area.x, area.y, area.width, 0);
    }
    let style = on.theme.style(if focused { Tone::Focus } else { Tone::Border });
    let block = Block::bordered().border_type(BorderType::Rounded).border_style(style);
    let inside = block.inner(area);
    block.render(area, on.buf);
    let room = area.width.saturating_sub(4);
    let title_style = on.theme.style(if focused { Tone::Heading } else { Tone::Plain });
    let right = text::safe(right).into_owned();
    let right_width = u16::try_from(text::width(&right)).unwrap_or(room);
    let fits = !right.is_empty() && right_width + 2 < room;
    let left_room = if fits { room - right_width - 2 } else { room };
    let left = format!(" {} ", text::clip(&text::safe(left), usize::from(left_room)));
    if !left.trim().is_empty() {
        put(on, (area.x + 1, area.y), left_room + 2, &left, title_style);
    }
    if fits {
        let x = area.right() - right_width - 3;
        let dim = on.theme.style(Tone::Dim);
        put(on, (x, area.y), right_width + 2, &format!(" {right} "), dim);
    }
    inside
}

/// Draws a heading in words in place of a box, for screen readers.
fn plain_frame(on: &mut Canvas<'_>, area: Rect, left: &str, right: &str) -> Rect {
    let heading = if right.is_empty() { left.to_owned() } else { format!("{left}. {right}") };
    pieces(on, (area.x, area.y), area.width, &[(&heading, Tone::Heading)]);
    Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area }
}

/// Clears an area and draws a box in it; without boxes, clears the whole screen but the foot line.
pub(super) fn window(on: &mut Canvas<'_>, area: Rect, left: &str, hints: &[Hint]) -> Rect {
    let whole = on.buf.area;
    let area = if on.theme.is_plain() { Rect { height: whole.height.saturating_sub(1).max(1), ..whole } } else { area };
    let area = area.intersection(on.buf.area);
    Clear.render(area, on.buf);
    let can_be_done = |h: &&Hint| !(on.read_only && h.action.is_some_and(changes_roster));
    let hints: Vec<Hint> = hints.iter().filter(can_be_done).cloned().collect();
    hints.clone_into(&mut on.drawn.hints);
    let part = |h: &Hint| {
        let key = h.action.map(|a| on.keys.word(a));
        let said = [key.as_deref().unwrap_or_default(), &*h.word].join(" ");
        (key.as_deref() != Some("")).then(|| said.trim().to_owned())
    };
    let right = hints.iter().filter_map(part).collect::<Vec<_>>().join(" · ");
    // The title takes precedence, because the foot line shows the hints too.
    let fits = text::width(left) + text::width(&right) + 8 <= usize::from(area.width);
    frame(on, area, left, if fits { &right } else { "" }, true)
}

/// Clears an area.
pub(super) fn empty(on: &mut Canvas<'_>, area: Rect) {
    Clear.render(area.intersection(on.buf.area), on.buf);
}

/// Returns a rectangle of this size in the middle of `area`, no larger than it.
#[must_use]
pub(super) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// Marks the row under the cursor: reversed where the focus is. In plain drawing the terminal's own cursor is there.
pub(super) fn at_cursor(on: &mut Canvas<'_>, row: Rect, focused: bool) {
    let style = on.theme.style(if focused { Tone::Selected } else { Tone::Resting });
    tint(on, row, style);
    if focused && on.theme.is_plain() {
        on.drawn.cursor = Some((row.x, row.y));
    }
}

/// Draws a scroll bar at the right edge of a list, unless all of it is visible. It belongs to a pane, or to the top overlay.
pub(super) fn scroll_bar(on: &mut Canvas<'_>, inside: Rect, offset: usize, all: usize, pane: Option<PaneId>) {
    let shown = usize::from(inside.height);
    if on.theme.is_plain() && all > shown + offset && inside.height > 1 {
        let more = format!(" {} more below", text::thousands((all - shown - offset) as u64));
        let width = u16::try_from(text::width(&more)).unwrap_or(0);
        // The line above the list, where it covers nothing.
        pieces(on, (inside.right().saturating_sub(width), inside.y.saturating_sub(1)), width, &[(&more, Tone::Dim)]);
    }
    if all <= shown || inside.height < 3 || inside.right() >= on.buf.area.right() || on.theme.is_plain() {
        return;
    }
    let height = usize::from(inside.height);
    let size = (shown * height / all).max(1);
    let top = (offset * (height - size)).div_ceil((all - shown).max(1)).min(height - size);
    let style = on.theme.style(Tone::Dim);
    for i in top..top + size {
        let y = inside.y + u16::try_from(i).unwrap_or(0);
        put(on, (inside.right(), y), 1, "┃", style);
    }
    let column = |y: u16, height: u16| Rect::new(inside.right(), y, 1, height);
    match pane {
        Some(pane) => on.drawn.hit(column(inside.y, inside.height), Target::Bar(pane, inside.y, inside.height)),
        None => {
            let middle = inside.y + u16::try_from(top + size / 2).unwrap_or(0);
            on.drawn.hit(column(inside.y, middle - inside.y), Target::Page(-1));
            on.drawn.hit(column(middle, inside.bottom() - middle), Target::Page(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::actions::Action;
    use crate::config::{Keys, ThemeName};
    use crate::domain::dates::Calendar;
    use crate::tui::canvas::{Drawn, hint};
    use crate::tui::theme::{Colours, Theme};

    #[test]
    fn what_changes_the_roster_is_offered_only_where_it_can_be_changed() {
        let (theme, keys) = (Theme::new(ThemeName::Terminal, Colours::None), Keys::default());
        let area = Rect::new(0, 0, 60, 10);
        for read_only in [false, true] {
            let (mut buf, mut drawn) = (Buffer::empty(area), Drawn::default());
            let calendar = Calendar::on(chrono::NaiveDate::default());
            let mut on = Canvas { buf: &mut buf, theme: &theme, keys: &keys, calendar, read_only, drawn: &mut drawn };
            window(&mut on, area, "History", &[hint(Action::Undo, "undo"), hint(Action::Back, "")]);
            let offered: Vec<_> = drawn.hints.iter().filter_map(|h| h.action).collect();
            assert_eq!(offered.contains(&Action::Undo), !read_only);
            assert!(offered.contains(&Action::Back));
        }
    }
}
