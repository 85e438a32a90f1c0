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
    /// Its name: what is remembered, and shown at its head.
    pub name: String,
    /// With less room than this it isn't shown.
    pub least: u16,
    /// More room than this is of no use to it, unless it grows.
    pub best: u16,
    /// Takes what room is left.
    pub grows: bool,
    /// Numbers stand at the right.
    pub right: bool,
    /// Whether the list can be sorted by it.
    pub sorts: bool,
}

impl Column {
    /// A column of text that the list can be sorted by.
    #[must_use]
    pub(super) fn new(name: &str, least: u16, best: u16) -> Self {
        Self { name: name.to_owned(), least, best, grows: false, right: false, sorts: true }
    }

    /// The same, taking what room is left.
    #[must_use]
    pub(super) fn growing(mut self) -> Self {
        self.grows = true;
        self
    }

    /// The same, its values at the right.
    #[must_use]
    pub(super) fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// The same, but the list can't be sorted by it.
    #[must_use]
    pub(super) fn unsorted(mut self) -> Self {
        self.sorts = false;
        self
    }

    /// What stands at its head.
    #[must_use]
    pub(super) fn title(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    }
}

/// What stands in a column of a row, and what it means, if it is more than text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The words.
    pub text: String,
    /// What they mean.
    pub tone: Option<Tone>,
}

impl Cell {
    /// Words that mean something.
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
    /// All that there are; those that come first are the last to give way.
    pub all: Vec<Column>,
    /// The names of those that show, in their order.
    pub chosen: Vec<String>,
    /// The name of the column that the list is sorted by.
    pub sort: String,
    /// Whether the order is turned round.
    pub reverse: bool,
    /// Those that have nothing to say at the moment: they don't show.
    pub absent: &'static [&'static str],
    /// The column whose order has no direction: no arrow stands at its head.
    pub undirected: Option<&'static str>,
    own: &'static [&'static str],
    own_sort: &'static str,
}

/// A column in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its place among all.
    pub column: usize,
    /// Where it begins, from the left of the list.
    pub x: u16,
    /// How wide it is.
    pub width: u16,
}

/// Before the first column stand the sign of the cursor and that of a mark.
const LEAD: u16 = 3;

impl Table {
    /// These columns, of which `own` show by themselves, and by which of them the list is sorted by itself.
    #[must_use]
    pub(super) fn new(all: Vec<Column>, own: &'static [&'static str], own_sort: &'static str) -> Self {
        let chosen: Vec<String> = own.iter().map(|n| (*n).to_owned()).collect();
        Self { all, sort: own_sort.to_owned(), chosen, reverse: false, absent: &[], undirected: None, own, own_sort }
    }

    /// The same, some of its columns with nothing to say for now.
    #[must_use]
    pub(super) const fn without(mut self, absent: &'static [&'static str]) -> Self {
        self.absent = absent;
        self
    }

    /// How it looks, to be remembered; what it has by itself is left out.
    #[must_use]
    pub(super) fn look(&self) -> ListLook {
        let is_own = self.chosen.iter().map(String::as_str).eq(self.own.iter().copied());
        let by_itself = self.own_sort == self.sort && !self.reverse;
        ListLook {
            columns: if is_own { Vec::new() } else { self.chosen.clone() },
            sort: if by_itself { String::new() } else { self.sort_word() },
        }
    }

    /// The column it is sorted by, with a `-` before it for the other way round.
    #[must_use]
    pub(super) fn sort_word(&self) -> String {
        format!("{}{}", if self.reverse { "-" } else { "" }, self.sort)
    }

    /// Looks as it was remembered; names that mean nothing are passed over.
    pub(super) fn take(&mut self, look: &ListLook) {
        let known: Vec<String> = look.columns.iter().filter(|c| self.column(c).is_some()).cloned().collect();
        self.chosen = if known.is_empty() { self.own.iter().map(|n| (*n).to_owned()).collect() } else { known };
        let name = look.sort.trim_start_matches('-');
        let sorts = self.column(name).is_some_and(|c| c.sorts);
        self.reverse = sorts && look.sort.starts_with('-');
        self.sort = if sorts { name } else { self.own_sort }.to_owned();
    }

    /// The column of a name.
    #[must_use]
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.all.iter().find(|c| c.name == name)
    }

    /// Sorts by a column; by the same again, reversed. Says so in words.
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

    /// Sorts by the next of the columns that show.
    pub(super) fn sort_next(&mut self) -> String {
        let shown: Vec<&String> =
            self.chosen.iter().filter(|n| !self.absent.contains(&n.as_str()) && self.column(n).is_some_and(|c| c.sorts)).collect();
        let at = shown.iter().position(|n| **n == self.sort).map_or(0, |p| p + 1);
        if let Some(next) = shown.get(at % shown.len().max(1)) {
            self.sort = (*next).clone();
        }
        self.sorted()
    }

    /// Turns the order round.
    pub(super) fn turn_round(&mut self) -> String {
        self.reverse = !self.reverse;
        self.sorted()
    }

    /// How it is sorted, in words.
    #[must_use]
    pub(super) fn sorted(&self) -> String {
        format!("Sorted by {}{}", self.sort, if self.reverse { ", reversed" } else { "" })
    }

    /// The columns that show, by their places among all.
    fn shown(&self) -> impl Iterator<Item = usize> {
        let present = self.chosen.iter().filter(|n| !self.absent.contains(&n.as_str()));
        present.filter_map(|n| self.all.iter().position(|c| c.name == *n))
    }

    /// How wide the widest of what shows is in each column, its head too; `cell` gives what stands in a column of a row.
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

    /// Where the columns stand in a list of this width, for values as wide as `widest` says; where none `grows`, they stand close together.
    #[must_use]
    pub(super) fn layout(&self, width: u16, widest: &[u16], grows: bool) -> Vec<Placed> {
        let room = width.saturating_sub(LEAD + 1);
        let gap = if room > 90 { 2 } else { 1 };
        let mut shown: Vec<usize> = self.shown().collect();
        // What a column has no values for, the others may have.
        let wide = |i: usize| widest.get(i).copied().unwrap_or(u16::MAX);
        let least = |i: usize| self.all[i].least.min(wide(i));
        let needed = |shown: &[usize]| shown.iter().map(|i| least(*i) + gap).sum::<u16>().saturating_sub(gap);
        while shown.len() > 1 && needed(&shown) > room {
            // The one that matters least goes.
            let last = shown.iter().copied().max().unwrap_or(0);
            shown.retain(|i| *i != last);
        }
        let mut widths: Vec<u16> = shown.iter().map(|i| least(*i)).collect();
        let mut left = room.saturating_sub(needed(&shown));
        let mut by_rank: Vec<usize> = (0..shown.len()).collect();
        by_rank.sort_by_key(|at| shown[*at]);
        // A sign each in turn, until all have what does them good, then until their values show whole; the rest goes to those that grow.
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

    /// Draws the heads of the columns, each to be clicked.
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

    /// Draws the values of a row in their places, the words searched for marked in them. A long one may reach over those that
    /// are empty beside it.
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
