//! The meetups of the selected community: those to come first.
//!
//! Must not know the other panes.

use ratatui::layout::Rect;

use super::{List, down_bar, mark_held, rows_in};
use crate::actions::Action;
use crate::book::{BookError, Command, MeetupRow, MeetupSort, Thing, Touched};
use crate::domain::ids::{CommunityId, MeetupId};
use crate::domain::words::{MeetupStatus, WriteUp};
use crate::domain::{meetup, text};
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::{Cx, Outcome, Pane, Request, Subject, Touch, Wish};
use crate::tui::edit::FindLine;
use crate::tui::list::Listing;
use crate::tui::overlays::{Confirm, Roll};
use crate::tui::paint;
use crate::tui::table::{Cell, Column, Placed, Table};
use crate::tui::theme::Tone;

/// How many meetups are read for the first frame.
const FIRST_PAGE: usize = 100;

/// The columns that are visible by default.
const OWN: &[&str] = &["when", "title", "host", "write-up", "came"];

fn columns() -> Vec<Column> {
    vec![
        Column::new("when", 17, 17),
        Column::new("title", 16, 40).growing(),
        Column::new("came", 9, 9).right(),
        Column::new("write-up", 8, 9),
        Column::new("host", 7, 12),
        Column::new("format", 8, 14),
        Column::new("status", 9, 9),
        Column::new("communities", 10, 24).growing().unsorted(),
        Column::new("venue", 10, 24).growing().unsorted(),
    ]
}

/// The pane of meetups.
pub(crate) struct Meetups {
    /// The listed meetups.
    pub list: Listing<MeetupId, MeetupRow>,
    community: Option<CommunityId>,
    /// The search.
    pub find: FindLine,
    /// Its columns.
    pub table: Table,
    heads: bool,
    /// How many there are without the search.
    all: usize,
    /// The search that found the listed meetups.
    listed: String,
    /// Whether the cursor hasn't been moved yet, so that the list stays at its top, whatever its order.
    is_untouched: bool,
}

impl Default for Meetups {
    fn default() -> Self {
        // Meetups to come are first, the next on top; then those that are over, the latest on top.
        let mut table = Table::new(columns(), OWN, "when");
        table.undirected = Some("when");
        Self {
            list: Listing::default(),
            community: None,
            find: FindLine::default(),
            table,
            heads: false,
            all: 0,
            listed: String::new(),
            is_untouched: true,
        }
    }
}

impl Meetups {
    /// Returns the meetup under the cursor.
    #[must_use]
    pub(crate) fn selected(&self) -> Option<MeetupId> {
        self.list.selected()
    }

    fn read(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let sort = MeetupSort::ALL.iter().find(|(w, _)| *w == self.table.sort).map(|(_, s)| *s).unwrap_or_default();
        if !cx.book.is_ready() {
            // The list stays until the index is ready; it isn't built here.
            if self.find.query != self.listed {
                self.list.ids.clear();
            } else if self.list.ids.is_empty() && self.find.query.is_empty() {
                self.list.ids = cx.book.meetup_ids(self.community, FIRST_PAGE)?;
            }
        } else {
            match cx.book.find_meetups(&self.find.query, self.community, sort, self.table.reverse) {
                Ok(found) => {
                    self.list.ids = found.ids;
                    self.listed.clone_from(&self.find.query);
                    self.find.words = found.words;
                }
                Err(BookError::Query { error, .. }) => {
                    self.find.error = Some((error.at, error.message));
                    return Ok(());
                }
                Err(other) => return Err(other),
            }
        }
        self.find.error = None;
        self.all = match self.find.query.as_str() {
            "" => self.list.ids.len(),
            _ if !cx.book.is_ready() => self.all,
            _ => cx.book.find_meetups("", self.community, MeetupSort::When, false)?.ids.len(),
        };
        Ok(())
    }

    /// Shows the meetups of another community, or all.
    pub(crate) fn filter(&mut self, community: Option<CommunityId>, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if self.community != community {
            self.list.cursor.at = 0;
            self.list.ids.clear();
        }
        self.community = community;
        self.read(cx)?;
        self.list.fit();
        Ok(())
    }

    /// Returns why the meetup under the cursor can't be marked as held, if so.
    #[must_use]
    pub(crate) fn why_not_held(&self, today: chrono::NaiveDate) -> Option<&'static str> {
        let Some(row) = self.selected().and_then(|id| self.list.rows.iter().find(|r| r.id == id)) else {
            return Some("there is no meetup");
        };
        if row.starts.date() > today {
            return Some("it is still to come");
        }
        (!row.status.is_open()).then_some("it isn't planned any more")
    }

    /// Returns the first visible row after the border between meetups to come and those that are over.
    fn divider(&self, today: chrono::NaiveDate) -> Option<usize> {
        let upcoming = |row: &MeetupRow| meetup::is_upcoming(row.starts, today);
        let is_between = |pair: &[MeetupRow]| upcoming(&pair[0]) != upcoming(&pair[1]);
        (self.table.sort == "when").then(|| self.list.rows.windows(2).position(is_between)).flatten().map(|at| at + 1)
    }

    fn draw_row(&self, row: &MeetupRow, at: usize, area: Rect, placed: &[Placed], focused: bool, on: &mut Canvas<'_>) {
        let here = at == self.list.cursor.at;
        let upcoming = meetup::is_upcoming(row.starts, on.calendar.today);
        let tone = if upcoming || here { Tone::Plain } else { Tone::Dim };
        let style = on.theme.style(tone);
        paint::put(on, (area.x + 1, area.y), 2, if here { "> " } else { "  " }, style);
        let values: Vec<Cell> = placed.iter().map(|p| cell(row, &self.table.all[p.column].name, upcoming, on)).collect();
        self.table.draw_row(area, placed, &values, tone, &self.find.words, on);
        if here {
            paint::at_cursor(on, area, focused);
        }
    }
}

impl Pane for Meetups {
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        self.is_untouched = false;
        if self.list.act(action) {
            return Outcome::ask(Request::Wish(Wish::Look));
        }
        match action {
            Action::Open => Outcome::ask(Request::Wish(Wish::Focus(PaneId::Detail))),
            Action::New => Outcome::ask(Request::Form(Subject::Meetup(None))),
            Action::Edit => self.selected().map_or(Outcome::Done, |id| Outcome::ask(Request::Form(Subject::Meetup(Some(id))))),
            Action::Roll => match self.selected().and_then(|id| Roll::new(id, cx)) {
                Some(roll) => Outcome::ask(Request::Push(Box::new(roll))),
                None => Outcome::ask(Request::say("There is no meetup under the cursor; {new} adds one")),
            },
            Action::Remove => match self.selected() {
                Some(id) => {
                    let name = self.list.rows.iter().find(|r| r.id == id).map_or("this meetup", |r| r.title.as_str());
                    let question = format!("Remove {name} and its attendance?");
                    Outcome::ask(Request::Push(Box::new(Confirm::new(
                        &question,
                        Action::Yes,
                        "remove",
                        Request::Run(Command::RemoveMeetup(id)),
                    ))))
                }
                None => Outcome::ask(Request::say("There is no meetup under the cursor")),
            },
            Action::MarkHeld => match self.selected() {
                Some(id) => mark_held(id, cx),
                None => Outcome::ask(Request::say("There is no meetup under the cursor")),
            },
            // The home screen handles the others.
            _ => Outcome::Ignored,
        }
    }

    fn thing(&self) -> Option<Thing> {
        self.selected().map(Thing::Meetup)
    }

    fn select(&mut self, thing: Thing, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        let Thing::Meetup(id) = thing else { return Ok(false) };
        self.is_untouched = false;
        if !self.list.ids.contains(&id) && self.find.clear() {
            self.read(cx)?;
        }
        Ok(self.list.go_to(id))
    }

    fn back(&mut self, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        let was = self.find.clear();
        if was {
            self.read(cx)?;
            self.list.top();
        }
        Ok(was)
    }

    fn touch(&mut self, touch: Touch) -> Outcome {
        self.is_untouched = false;
        if !self.list.touch(touch, down_bar(touch)) {
            return Outcome::Done;
        }
        Outcome::ask(Request::Wish(Wish::Look))
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if touched.many || touched.communities || touched.meetups || touched.words || !cx.book.is_ready() {
            let here = self.selected();
            self.read(cx)?;
            self.list.stay_on(here.filter(|_| !self.is_untouched));
        }
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let height = rows_in(area, cx);
        // The titles of the columns are worth a line only if there are enough rows.
        self.heads = height >= 5;
        let height = height.saturating_sub(usize::from(self.find.height()) + usize::from(self.heads));
        self.list.prepare(height, |ids| cx.book.meetups_shown(ids), |row| row.id)?;
        if self.divider(cx.book.today()).is_some() && height > 1 {
            self.list.prepare(height - 1, |ids| cx.book.meetups_shown(ids), |row| row.id)?;
        }
        Ok(())
    }

    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Meetups));
        let number = |n: usize| text::thousands(n as u64);
        let count = match (self.find.query.is_empty(), self.all) {
            (true, 0) => String::new(),
            (true, all) => number(all),
            (false, all) => format!("{} of {}", number(self.list.ids.len()), number(all)),
        };
        let inside = paint::frame(on, area, "3 Meetups", &count, focused);
        if inside.height == 0 {
            return;
        }
        let find = self.find.height();
        let heads = u16::from(self.heads);
        let today = on.calendar.today;
        let widest = self.table.widest(&self.list.rows, |row, column| cell(row, column, meetup::is_upcoming(row.starts, today), on));
        let placed = self.table.layout(inside.width, &widest, !on.theme.is_plain());
        if self.heads {
            self.table.draw_heads(PaneId::Meetups, inside, &placed, on);
        }
        let body = Rect::new(inside.x, inside.y + heads, inside.width, inside.height.saturating_sub(find + heads));
        let divider = self.divider(today).filter(|at| *at < usize::from(body.height));
        let below = |line: usize| line + usize::from(divider.is_some_and(|at| line >= at));
        if let Some(at) = divider {
            let line = format!("   past {}", "─".repeat(usize::from(body.width.saturating_sub(10))));
            let line = if on.theme.is_plain() { "   past" } else { &*line };
            paint::pieces(on, (body.x, body.y + u16::try_from(at).unwrap_or(0)), body.width, &[(line, Tone::Border)]);
        }
        for (line, row) in self.list.rows.iter().enumerate().filter(|(line, _)| below(*line) < usize::from(body.height)) {
            let at = self.list.from + line;
            let area = Rect::new(body.x, body.y + u16::try_from(below(line)).unwrap_or(0), body.width, 1);
            on.drawn.hit(area, Target::Row(PaneId::Meetups, at));
            self.draw_row(row, at, area, &placed, focused, on);
        }
        if self.list.ids.is_empty() && body.height > 1 {
            let hint =
                if self.find.query.is_empty() { "No meetups yet: {new} adds one." } else { "No meetup found. {back} ends the search." };
            let hint = on.keys.say(hint);
            paint::pieces(on, (body.x + 2, body.y + 1), body.width.saturating_sub(2), &[(&hint, Tone::Dim)]);
        }
        paint::scroll_bar(on, body, self.list.cursor.offset, self.list.ids.len(), Some(PaneId::Meetups));
        self.find.draw_below(on, inside);
    }
}

impl List for Meetups {
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
        if let Err(e) = self.read(cx) {
            return Outcome::ask(Request::Complain(e.to_string()));
        }
        if self.find.error.is_none() {
            self.list.cursor.at = 0;
        }
        self.list.fit();
        Outcome::ask(Request::Wish(Wish::Look))
    }
}

/// Returns the value of a column.
fn cell(row: &MeetupRow, column: &str, upcoming: bool, on: &Canvas<'_>) -> Cell {
    match column {
        "when" => format!("{} {}", on.calendar.short(row.starts.date()), row.starts.format("%H:%M")),
        "title" => row.title.clone(),
        "format" => row.format.word().to_owned(),
        "host" => row.host.clone(),
        "status" => row.status.word().to_owned(),
        "write-up" => match row.write_up {
            WriteUp::None => String::new(),
            WriteUp::Owed => return Cell::toned(row.write_up.word(), Tone::Warning),
            other => other.word().to_owned(),
        },
        "communities" => row.communities.clone(),
        "venue" => row.venue.clone(),
        _ => match (row.status, upcoming, row.attended, row.yes) {
            (MeetupStatus::Cancelled, ..) => return Cell::toned("cancelled", Tone::Warning),
            (_, true, Some(0), Some(yes)) => match row.capacity.map(u64::from).filter(|room| yes > *room) {
                Some(room) => return Cell::toned(format!("{yes}/{room} yes"), Tone::Warning),
                None => format!("{yes} yes"),
            },
            (_, _, Some(came), _) => format!("{came} came"),
            // Nobody was counted yet.
            _ => String::new(),
        },
    }
    .into()
}
