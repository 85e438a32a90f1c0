//! The communities, grouped by job family, those run by others last.
//!
//! Must not know the other panes.

use std::collections::{HashMap, HashSet};

use ratatui::layout::Rect;

use super::{List, down_bar, rows_in};
use crate::actions::Action;
use crate::book::{BookError, CommunityRow, Thing, Touched};
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::domain::words::RunBy;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::{Cx, Outcome, Pane, Request, Subject, Touch, Wish};
use crate::tui::edit::FindLine;
use crate::tui::list::Cursor;
use crate::tui::paint;
use crate::tui::table::{Cell, Column, Placed, Table};
use crate::tui::theme::Tone;

/// A line of the pane.
enum Item {
    Everybody,
    Heading(String),
    Community(usize),
}

/// The pane of communities.
pub(crate) struct Communities {
    all: Vec<CommunityRow>,
    /// The communities that the search has found.
    hits: HashSet<CommunityId>,
    items: Vec<Item>,
    counts: HashMap<CommunityId, u64>,
    people: Option<u64>,
    cursor: Cursor,
    /// The search.
    pub find: FindLine,
    /// Its columns.
    pub table: Table,
}

/// The columns that are visible by default.
const OWN: &[&str] = &["name", "standing", "members"];

/// Returns the columns. `standing` and `count` are the widths of their values, which are known only after reading.
fn columns(standing: u16, count: u16) -> Vec<Column> {
    vec![
        Column::new("name", 8, 24).growing(),
        Column::new("members", count, count).right(),
        Column::new("standing", standing, standing).unsorted(),
        Column::new("stage", 8, 15),
        Column::new("runner", 8, 16).unsorted(),
        Column::new("disciplines", 10, 30).growing().unsorted(),
        Column::new("page order", 3, 3).right(),
    ]
}

/// Returns the standing of a community in a word.
fn standing(c: &CommunityRow) -> &'static str {
    match c.run_by {
        RunBy::Others => "↗",
        _ if !c.status.is_open() => c.status.word(),
        _ if c.vacant => "TBC",
        _ => "",
    }
}

impl Default for Communities {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            hits: HashSet::new(),
            items: Vec::new(),
            counts: HashMap::new(),
            people: None,
            cursor: Cursor::default(),
            find: FindLine::default(),
            table: Table::new(columns(3, 4), OWN, "page order"),
        }
    }
}

impl Communities {
    /// Returns how many there are.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Reads the communities again; the cursor stays on the same one.
    fn refresh(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let here = self.selected();
        self.all = cx.book.communities()?;
        if let Some(counts) = cx.book.community_counts() {
            self.counts = counts;
        }
        self.people = cx.book.people_count();
        let count = u16::try_from(text::thousands(self.people.unwrap_or(0)).len()).unwrap_or(4).max(4);
        let widest = self.all.iter().map(|c| text::width(standing(c))).max().unwrap_or(0);
        self.table.all = columns(u16::try_from(widest).unwrap_or(3), count);
        self.table.absent = if widest > 0 { &[] } else { &["standing"] };
        self.arrange(cx);
        if let Some(id) = here {
            self.go_to(id);
        }
        Ok(())
    }

    /// Counts the members again; nothing else has changed.
    fn recount(&mut self, cx: &mut Cx<'_>) {
        if let Some(counts) = cx.book.community_counts() {
            self.counts = counts;
        }
        self.people = cx.book.people_count();
        if self.table.sort == "members" {
            let here = self.selected();
            self.arrange(cx);
            here.into_iter().for_each(|id| self.go_to(id));
        }
    }

    fn arrange(&mut self, cx: &mut Cx<'_>) {
        match cx.book.find_communities(&self.find.query, &self.all) {
            Ok(found) => {
                self.find.error = None;
                self.find.words = found.words;
                self.hits = found.ids.into_iter().collect();
            }
            // The last hits stay, as far as they still exist.
            Err(BookError::Query { error, .. }) => self.find.error = Some((error.at, error.message)),
            Err(_) => {}
        }
        let hits = &self.hits;
        let mut order: Vec<usize> = (0..self.all.len()).filter(|at| hits.contains(&self.all[*at].id)).collect();
        self.items.clear();
        if self.find.query.is_empty() {
            self.items.push(Item::Everybody);
        }
        if self.table.sort != "page order" {
            // In any other order than the page's, there are no groups and so no headings.
            self.sort(&mut order);
            self.items.extend(order.into_iter().map(Item::Community));
            self.clamp_cursor();
            return;
        }
        if self.table.reverse {
            order.reverse();
        }
        let mut family: Option<String> = None;
        for at in order {
            let c = &self.all[at];
            let heading = if c.run_by == RunBy::Others { "Run by others".to_owned() } else { c.family.clone() };
            let heading = if heading.is_empty() { "No job family".to_owned() } else { heading };
            if family.as_ref() != Some(&heading) {
                self.items.push(Item::Heading(heading.clone()));
                family = Some(heading);
            }
            self.items.push(Item::Community(at));
        }
        self.clamp_cursor();
    }

    fn clamp_cursor(&mut self) {
        self.cursor.fit(self.items.len(), self.cursor.height);
        self.skip_headings(1);
    }

    fn sort(&self, order: &mut [usize]) {
        let count = |at: &usize| self.counts.get(&self.all[*at].id).copied().unwrap_or(0);
        match self.table.sort.as_str() {
            "members" => order.sort_by_key(|at| std::cmp::Reverse(count(at))),
            "stage" => order.sort_by_key(|at| (self.all[*at].stage.is_none(), self.all[*at].stage)),
            _ => order.sort_by_cached_key(|at| text::same_key(&self.all[*at].name)),
        }
        if self.table.reverse {
            order.reverse();
        }
    }

    /// Returns the community under the cursor; `None` for everybody.
    #[must_use]
    pub(crate) fn selected(&self) -> Option<CommunityId> {
        match self.items.get(self.cursor.at)? {
            Item::Community(at) => self.all.get(*at).map(|c| c.id),
            _ => None,
        }
    }

    /// Returns the name of a community.
    #[must_use]
    pub(crate) fn name_of(&self, id: CommunityId) -> Option<&str> {
        self.all.iter().find(|c| c.id == id).map(|c| c.name.as_str())
    }

    /// Moves the cursor to a community.
    fn go_to(&mut self, id: CommunityId) {
        let place = self.items.iter().position(|i| matches!(i, Item::Community(at) if self.all[*at].id == id));
        if let Some(place) = place {
            self.cursor.at = place;
            self.cursor.fit(self.items.len(), self.cursor.height);
        }
    }

    /// Moves the cursor to the top line, everybody.
    pub(crate) fn select_everybody(&mut self) {
        self.cursor.at = 0;
        self.skip_headings(1);
        self.cursor.fit(self.items.len(), self.cursor.height);
    }

    fn skip_headings(&mut self, step: isize) {
        let is_heading = |at: usize| matches!(self.items.get(at), Some(Item::Heading(_)));
        let mut at = self.cursor.at;
        while is_heading(at) {
            match at.checked_add_signed(step) {
                Some(next) if next < self.items.len() => at = next,
                _ => break,
            }
        }
        if is_heading(at) {
            // There is none in that direction, so the nearest in the other is taken.
            at = (0..self.items.len())
                .rev()
                .find(|a| *a < at && !is_heading(*a))
                .or_else(|| (0..self.items.len()).find(|a| !is_heading(*a)))
                .unwrap_or(at);
        }
        self.cursor.at = at;
        self.cursor.fit(self.items.len(), self.cursor.height);
    }

    fn moved(&self) -> Outcome {
        Outcome::Ask(vec![Request::Wish(Wish::Filter(self.selected())), Request::Wish(Wish::Look)])
    }

    /// Returns the count in the title: while a search is in use, how many of how many were found.
    fn count(&self) -> String {
        if self.find.query.is_empty() { String::new() } else { format!("{} of {}", self.hits.len(), self.all.len()) }
    }

    fn draw_item(&self, at: usize, row: Rect, placed: &[Placed], focused: bool, on: &mut Canvas<'_>) {
        let here = at == self.cursor.at;
        if let Item::Heading(name) = &self.items[at] {
            paint::pieces(on, (row.x + 1, row.y), row.width.saturating_sub(1), &[(name, Tone::Heading)]);
            return;
        }
        let style = on.theme.style(Tone::Plain);
        paint::put(on, (row.x + 1, row.y), 2, if here { "> " } else { "  " }, style);
        let values: Vec<Cell> = placed.iter().map(|p| self.cell(&self.items[at], &self.table.all[p.column].name)).collect();
        self.table.draw_row(row, placed, &values, Tone::Plain, &self.find.words, on);
        if here {
            paint::at_cursor(on, row, focused);
        }
    }

    /// Returns the value of a column.
    fn cell(&self, item: &Item, column: &str) -> Cell {
        let Item::Community(i) = item else {
            return match column {
                "name" => "Everybody".to_owned(),
                "members" => self.people.map_or_else(String::new, text::thousands),
                _ => String::new(),
            }
            .into();
        };
        let c = &self.all[*i];
        match column {
            "name" => c.name.clone(),
            "standing" if c.run_by == RunBy::Others => standing(c).to_owned(),
            "standing" => return Cell::toned(standing(c), Tone::Warning),
            "members" if c.run_by == RunBy::Others || self.people.is_none() => String::new(),
            "members" => text::thousands(self.counts.get(&c.id).copied().unwrap_or(0)),
            "stage" => c.stage.map_or("", |s| s.word()).to_owned(),
            "runner" => c.runner.clone(),
            "disciplines" => c.disciplines.clone(),
            _ => (i + 1).to_string(),
        }
        .into()
    }

    /// Returns the positions of the columns, for the visible rows.
    fn layout(&self, width: u16, on: &Canvas<'_>) -> Vec<Placed> {
        let shown = &self.items[self.cursor.window(self.items.len())];
        let rows: Vec<&Item> = shown.iter().filter(|i| !matches!(i, Item::Heading(_))).collect();
        self.table.layout(width, &self.table.widest(&rows, |item, column| self.cell(item, column)), !on.theme.is_plain())
    }
}

impl Pane for Communities {
    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        let before = self.cursor.at;
        if self.cursor.act(action, self.items.len()) {
            self.skip_headings(if self.cursor.at < before { -1 } else { 1 });
            return self.moved();
        }
        match action {
            Action::Open => Outcome::ask(Request::Wish(Wish::Focus(PaneId::Members))),
            Action::New => Outcome::ask(Request::Form(Subject::Community(None))),
            Action::Edit => match self.selected() {
                Some(id) => Outcome::ask(Request::Form(Subject::Community(Some(id)))),
                None => Outcome::ask(Request::say("Everybody isn't a community; move to one, or press {new} to add one")),
            },
            Action::Remove => match self.selected() {
                Some(id) => {
                    let name = self.name_of(id).unwrap_or_default();
                    let members = self.counts.get(&id).copied().unwrap_or(0);
                    let question =
                        format!("Remove the community {name}? Its {} stay on the roster.", text::count(members, "member", "members"));
                    let command = crate::book::Command::RemoveCommunity(id);
                    Outcome::ask(Request::Push(Box::new(crate::tui::overlays::Confirm::new(
                        &question,
                        Action::Yes,
                        "remove",
                        Request::Run(command),
                    ))))
                }
                None => Outcome::ask(Request::say("There is no community under the cursor")),
            },
            // The home screen handles the others.
            _ => Outcome::Ignored,
        }
    }

    fn thing(&self) -> Option<Thing> {
        self.selected().map(Thing::Community)
    }

    fn select(&mut self, thing: Thing, _: &mut Cx<'_>) -> Result<bool, BookError> {
        let Thing::Community(id) = thing else { return Ok(false) };
        self.go_to(id);
        Ok(self.selected() == Some(id))
    }

    fn back(&mut self, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        let was = self.find.clear();
        if was {
            self.refresh(cx)?;
        }
        Ok(was)
    }

    fn touch(&mut self, touch: Touch) -> Outcome {
        match touch {
            Touch::Press { on: Target::Row(_, row), .. } => {
                if !matches!(self.items.get(row), Some(Item::Everybody | Item::Community(_))) {
                    return Outcome::Done;
                }
                self.cursor.at = row;
            }
            Touch::Wheel(_, lines) => {
                self.cursor.scroll(lines, self.items.len());
                self.skip_headings(if lines < 0 { -1 } else { 1 });
            }
            Touch::Press { .. } | Touch::Drag(..) | Touch::Drop(_) => match down_bar(touch) {
                Some(thousandths) => {
                    self.cursor.jump(thousandths, self.items.len());
                    self.skip_headings(1);
                }
                None => return Outcome::Done,
            },
        }
        self.moved()
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if touched.many || touched.communities || !cx.book.is_ready() || cx.book.has_seat(&touched.people)? {
            return self.refresh(cx);
        }
        if touched.members || !touched.people.is_empty() {
            self.recount(cx);
        }
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let height = rows_in(area, cx).saturating_sub(usize::from(self.find.height()));
        self.cursor.fit(self.items.len(), height);
        // The heading above the first community should be visible with it.
        if self.cursor.offset > 0
            && self.cursor.at == self.cursor.offset
            && matches!(self.items.get(self.cursor.offset - 1), Some(Item::Heading(_)))
        {
            self.cursor.offset -= 1;
        }
        Ok(())
    }

    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Communities));
        let inside = paint::frame(on, area, "1 Communities", &self.count(), focused);
        let rows = usize::from(inside.height).saturating_sub(usize::from(self.find.height()));
        let placed = self.layout(inside.width, on);
        for (line, at) in (self.cursor.offset..self.items.len()).take(rows).enumerate() {
            let y = inside.y + u16::try_from(line).unwrap_or(0);
            let row = Rect::new(inside.x, y, inside.width, 1);
            on.drawn.hit(row, Target::Row(PaneId::Communities, at));
            self.draw_item(at, row, &placed, focused, on);
        }
        if self.all.is_empty() && self.find.query.is_empty() && inside.height > 2 {
            for (i, hint) in ["No communities yet:".to_owned(), on.keys.say("press {new} to add one")].iter().enumerate() {
                paint::pieces(
                    on,
                    (inside.x + 2, inside.y + 2 + u16::try_from(i).unwrap_or(0)),
                    inside.width.saturating_sub(2),
                    &[(hint, Tone::Dim)],
                );
            }
        }
        let body = Rect { height: u16::try_from(rows).unwrap_or(0), ..inside };
        paint::scroll_bar(on, body, self.cursor.offset, self.items.len(), Some(PaneId::Communities));
        self.find.draw_below(on, inside);
    }
}

impl List for Communities {
    fn find(&self) -> &FindLine {
        &self.find
    }

    fn find_mut(&mut self) -> &mut FindLine {
        &mut self.find
    }

    fn table(&self) -> &Table {
        &self.table
    }

    fn table_mut(&mut self) -> &mut Table {
        &mut self.table
    }

    fn searched(&mut self, cx: &mut Cx<'_>) -> Outcome {
        self.arrange(cx);
        self.moved()
    }
}
