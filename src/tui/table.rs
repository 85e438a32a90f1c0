//! The columns of a list: which ones, in which order, how wide, and by which the list is sorted.
//!
//! Must not know what is listed.

use ratatui::layout::Rect;

use crate::domain::text;
use crate::remembered::ListLook;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// A column that a list can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name, both remembered and shown as its title.
    pub name: String,
    /// The minimum width; with less room the column is hidden.
    pub least: u16,
    /// The maximum width, unless the column grows.
    pub best: u16,
    /// Whether the column takes the remaining room.
    pub grows: bool,
    /// Whether values are aligned right, as numbers are.
    pub right: bool,
    /// Whether the list can be sorted by it.
    pub sorts: bool,
}

impl Column {
    /// Returns a text column that the list can be sorted by.
    #[must_use]
    pub(super) fn new(name: &str, least: u16, best: u16) -> Self {
        Self { name: name.to_owned(), least, best, grows: false, right: false, sorts: true }
    }

    /// Makes the column take the remaining room.
    #[must_use]
    pub(super) fn growing(mut self) -> Self {
        self.grows = true;
        self
    }

    /// Aligns the values right.
    #[must_use]
    pub(super) fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// Makes the column one that the list can't be sorted by.
    #[must_use]
    pub(super) fn unsorted(mut self) -> Self {
        self.sorts = false;
        self
    }

    /// Returns its title.
    #[must_use]
    pub(super) fn title(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    }
}

/// The value of a row in a column, with a tone if it means more than its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The text.
    pub text: String,
    /// The tone.
    pub tone: Option<Tone>,
}

impl Cell {
    /// Returns a cell with a tone.
    #[must_use]
    pub(super) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone: Some(tone) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, tone: None }
    }
}

/// The columns of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// All available columns. When there is little room, the last ones are hidden first.
    pub all: Vec<Column>,
    /// The names of the columns to show, in order.
    pub chosen: Vec<String>,
    /// The name of the column that the list is sorted by.
    pub sort: String,
    /// Whether the order is reversed.
    pub reverse: bool,
    /// The columns that have no values at the moment; they are hidden.
    pub absent: &'static [&'static str],
    /// The column whose order has no direction, so that it has no arrow.
    pub undirected: Option<&'static str>,
    own: &'static [&'static str],
    own_sort: &'static str,
}

/// A column with its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its index in [`Table::all`].
    pub column: usize,
    /// Where it begins, from the left of the list.
    pub x: u16,
    /// How wide it is.
    pub width: u16,
}

/// The columns for the signs of the cursor and of a mark, before the first column.
const LEAD: u16 = 3;

impl Table {
    /// Returns a table of these columns. By default it shows `own`, and is sorted by `own_sort`.
    #[must_use]
    pub(super) fn new(all: Vec<Column>, own: &'static [&'static str], own_sort: &'static str) -> Self {
        let chosen: Vec<String> = own.iter().map(|n| (*n).to_owned()).collect();
        Self { all, sort: own_sort.to_owned(), chosen, reverse: false, absent: &[], undirected: None, own, own_sort }
    }

    /// Hides columns that have no values at the moment.
    #[must_use]
    pub(super) const fn without(mut self, absent: &'static [&'static str]) -> Self {
        self.absent = absent;
        self
    }

    /// Returns the look to be remembered, without what is the default.
    #[must_use]
    pub(super) fn look(&self) -> ListLook {
        let is_own = self.chosen.iter().map(String::as_str).eq(self.own.iter().copied());
        let by_itself = self.own_sort == self.sort && !self.reverse;
        ListLook {
            columns: if is_own { Vec::new() } else { self.chosen.clone() },
            sort: if by_itself { String::new() } else { self.sort_word() },
        }
    }

    /// Returns the column that the list is sorted by, with a `-` before it if the order is reversed.
    #[must_use]
    pub(super) fn sort_word(&self) -> String {
        format!("{}{}", if self.reverse { "-" } else { "" }, self.sort)
    }

    /// Applies a remembered look; unknown names are ignored.
    pub(super) fn take(&mut self, look: &ListLook) {
        let known: Vec<String> = look.columns.iter().filter(|c| self.column(c).is_some()).cloned().collect();
        self.chosen = if known.is_empty() { self.own.iter().map(|n| (*n).to_owned()).collect() } else { known };
        let name = look.sort.trim_start_matches('-');
        let sorts = self.column(name).is_some_and(|c| c.sorts);
        self.reverse = sorts && look.sort.starts_with('-');
        self.sort = if sorts { name } else { self.own_sort }.to_owned();
    }

    /// Returns the column with a name.
    #[must_use]
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.all.iter().find(|c| c.name == name)
    }

    /// Sorts by a column; reverses the order if it is sorted by that already. Returns the order in words.
    pub(super) fn sort_by(&mut self, name: &str) -> String {
        match self.column(name) {
            Some(c) if c.sorts && self.sort == c.name => self.reverse = !self.reverse,
            Some(c) if c.sorts => {
                self.sort = c.name.clone();
                self.reverse = false;
            }
            _ => return format!("A list can't be sorted by {name}"),
        }
        self.sorted()
    }

    /// Sorts by the next visible column; returns the order in words.
    pub(super) fn sort_next(&mut self) -> String {
        let shown: Vec<&String> =
            self.chosen.iter().filter(|n| !self.absent.contains(&n.as_str()) && self.column(n).is_some_and(|c| c.sorts)).collect();
        let at = shown.iter().position(|n| **n == self.sort).map_or(0, |p| p + 1);
        if let Some(next) = shown.get(at % shown.len().max(1)) {
            self.sort = (*next).clone();
        }
        self.sorted()
    }

    /// Reverses the order; returns it in words.
    pub(super) fn turn_round(&mut self) -> String {
        self.reverse = !self.reverse;
        self.sorted()
    }

    /// Returns the order in words.
    #[must_use]
    pub(super) fn sorted(&self) -> String {
        format!("Sorted by {}{}", self.sort, if self.reverse { ", reversed" } else { "" })
    }

    /// Returns the indices of the visible columns.
    fn shown(&self) -> impl Iterator<Item = usize> {
        let present = self.chosen.iter().filter(|n| !self.absent.contains(&n.as_str()));
        present.filter_map(|n| self.all.iter().position(|c| c.name == *n))
    }

    /// Returns the width of the widest visible value in each column, including its title; `cell` returns a row's value in a column.
    #[must_use]
    pub(super) fn widest<R>(&self, rows: &[R], cell: impl Fn(&R, &str) -> Cell) -> Vec<u16> {
        let mut widest = vec![0; self.all.len()];
        for column in self.shown() {
            let name = &self.all[column].name;
            let values = rows.iter().map(|row| text::width(&cell(row, name).text)).max().unwrap_or_default();
            widest[column] = u16::try_from(values.max(text::width(name) + 1)).unwrap_or(u16::MAX);
        }
        widest
    }

    /// Returns the positions of the columns in a list of this width. `widest` is the width of their values; without `grows`, they stay
    /// close together.
    #[must_use]
    pub(super) fn layout(&self, width: u16, widest: &[u16], grows: bool) -> Vec<Placed> {
        let room = width.saturating_sub(LEAD + 1);
        let gap = if room > 90 { 2 } else { 1 };
        let mut shown: Vec<usize> = self.shown().collect();
        // Room that a column's values don't need goes to the others.
        let wide = |i: usize| widest.get(i).copied().unwrap_or(u16::MAX);
        let least = |i: usize| self.all[i].least.min(wide(i));
        let needed = |shown: &[usize]| shown.iter().map(|i| least(*i) + gap).sum::<u16>().saturating_sub(gap);
        while shown.len() > 1 && needed(&shown) > room {
            // The least important column is hidden.
            let last = shown.iter().copied().max().unwrap_or(0);
            shown.retain(|i| *i != last);
        }
        let mut widths: Vec<u16> = shown.iter().map(|i| least(*i)).collect();
        let mut left = room.saturating_sub(needed(&shown));
        let mut by_rank: Vec<usize> = (0..shown.len()).collect();
        by_rank.sort_by_key(|at| shown[*at]);
        // Each column in turn gets one more cell: first up to its best width, then up to its widest value; the rest goes to those that
        // grow.
        for stage in 0..3 {
            loop {
                let before = left;
                for at in &by_rank {
                    let (column, wide) = (&self.all[shown[*at]], wide(shown[*at]));
                    let wants = match stage {
                        0 => widths[*at] < column.best.min(wide),
                        1 => widths[*at] < wide && wide < u16::MAX,
                        _ => grows && column.grows,
                    };
                    if left > 0 && wants {
                        widths[*at] += 1;
                        left -= 1;
                    }
                }
                if left == before || left == 0 {
                    break;
                }
            }
        }
        let mut x = LEAD;
        let mut out = Vec::with_capacity(shown.len());
        for (column, width) in shown.into_iter().zip(widths) {
            let width = width.min(room.saturating_sub(x - LEAD));
            out.push(Placed { column, x, width });
            x += width + gap;
        }
        out
    }

    /// Draws the titles of the columns; each can be clicked.
    pub(super) fn draw_heads(&self, pane: PaneId, row: Rect, placed: &[Placed], on: &mut Canvas<'_>) {
        let style = on.theme.style(Tone::Dim);
        for p in placed {
            let column = &self.all[p.column];
            let arrow = match (self.sort == column.name, self.reverse) {
                _ if self.undirected.is_some_and(|name| name == column.name) => "",
                (true, false) => "↓",
                (true, true) => "↑",
                _ => "",
            };
            let room = usize::from(p.width).saturating_sub(text::width(arrow));
            let title = format!("{}{arrow}", text::clip(&column.title(), room));
            let title = if column.right { text::pad_left(&title, usize::from(p.width)) } else { title };
            paint::put(on, (row.x + p.x, row.y), p.width, &title, style);
            on.drawn.hit(Rect::new(row.x + p.x, row.y, p.width, 1), Target::Head(pane, p.column));
        }
    }

    /// Draws the values of a row, with the words of the search highlighted. A long value may extend over empty ones beside it.
    pub(super) fn draw_row(&self, row: Rect, placed: &[Placed], values: &[Cell], tone: Tone, words: &[String], on: &mut Canvas<'_>) {
        for (i, (p, value)) in placed.iter().zip(values).enumerate() {
            let at = (row.x + p.x, row.y);
            let style = on.theme.style(value.tone.unwrap_or(tone));
            let value = &value.text;
            if self.all[p.column].right {
                let value = text::pad_left(&text::clip(value, usize::from(p.width)), usize::from(p.width));
                paint::put(on, at, p.width, &value, style);
                continue;
            }
            let empty = placed.iter().zip(values).skip(i + 1).take_while(|(_, v)| v.text.is_empty());
            let end = empty.last().map_or(p.x + p.width, |(q, _)| q.x + q.width);
            paint::put(on, at, end - p.x, value, style);
            paint::highlight(on, at, value, end - p.x, words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let all = vec![
            Column::new("name", 10, 20).growing(),
            Column::new("office", 6, 10),
            Column::new("came", 4, 4).right(),
            Column::new("tags", 8, 8).unsorted(),
        ];
        Table::new(all, &["name", "came", "office"], "name")
    }

    #[test]
    fn columns_that_matter_least_give_way_and_none_leaves_the_list() {
        let t = table();
        let names = |width| t.layout(width, &[], true).iter().map(|p| t.all[p.column].name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(40), ["name", "came", "office"]);
        assert_eq!(names(24), ["name", "office"]);
        assert_eq!(names(3), ["name"]);
        for width in 0..300 {
            for p in t.layout(width, &[], true) {
                assert!(p.width == 0 || p.x + p.width <= width, "{width}: {p:?}");
            }
        }
        let wide = t.without(&["office"]).layout(200, &[], true);
        assert_eq!(wide.len(), 2);
        assert!(wide[0].width > 150 && wide[1].width == 4, "{wide:?}");
    }

    #[test]
    fn a_look_is_remembered_and_what_is_unknown_passed_over() {
        let mut t = table();
        assert_eq!(t.look(), ListLook::default());
        assert_eq!(t.sort_by("office"), "Sorted by office");
        assert_eq!(t.sort_by("office"), "Sorted by office, reversed");
        assert_eq!(t.sort_by("tags"), "A list can't be sorted by tags");
        t.chosen = vec!["tags".into(), "name".into()];
        let look = t.look();
        assert_eq!((look.columns.join(" "), look.sort.as_str()), ("tags name".into(), "-office"));
        let mut other = table();
        other.take(&ListLook { columns: vec!["tags".into(), "shoe size".into(), "name".into()], ..look });
        assert_eq!(other, t);
        other.take(&ListLook { columns: vec!["shoe size".into()], sort: "-tags".into() });
        assert_eq!(other, table());
    }
}
