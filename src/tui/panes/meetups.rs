//! The meetups of what is selected: those to come first.
//!
//! Must not know the other panes.

use ratatui::layout::Rect;

use crate::actions::Action;
use crate::book::{BookError, Command, MeetupRow, Thing};
use crate::domain::ids::{CommunityId, MeetupId};
use crate::domain::words::{MeetupStatus, WriteUp};
use crate::domain::{meetup, text};
use crate::tui::core::{Canvas, Cx, Outcome, PaneId, Request, Subject, Target};
use crate::tui::edit::FindLine;
use crate::tui::list::Cursor;
use crate::tui::overlays::{Confirm, Roll};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many meetups are read for the first picture.
const FIRST_PAGE: usize = 100;

/// The pane.
#[derive(Default)]
pub struct Meetups {
    ids: Vec<MeetupId>,
    rows: Vec<MeetupRow>,
    rows_from: usize,
    cursor: Cursor,
    community: Option<CommunityId>,
    /// The search.
    pub find: FindLine,
}

impl Meetups {
    /// The meetup under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<MeetupId> {
        self.ids.get(self.cursor.at).copied()
    }

    /// What stands under the cursor, for the detail.
    #[must_use]
    pub fn thing(&self) -> Option<Thing> {
        self.selected().map(Thing::Meetup)
    }

    fn read(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.rows.clear();
        if self.find.query.is_empty() {
            let limit = if cx.book.is_ready() { usize::MAX } else { FIRST_PAGE };
            self.ids = cx.book.meetup_ids(self.community, limit)?;
        } else {
            match cx.book.find_meetups(&self.find.query, self.community) {
                Ok(found) => {
                    self.ids = found.ids;
                    self.find.words = found.words;
                }
                Err(BookError::Query { error, .. }) => {
                    self.find.error = Some(error.message);
                    return Ok(());
                }
                Err(other) => return Err(other),
            }
        }
        self.find.error = None;
        Ok(())
    }

    /// Reads the list again; the cursor stays on the same meetup.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let here = self.selected();
        self.read(cx)?;
        if let Some(place) = here.and_then(|id| self.ids.iter().position(|i| *i == id)) {
            self.cursor.at = place;
        }
        self.cursor.fit(self.ids.len(), self.cursor.height);
        Ok(())
    }

    /// Shows the meetups of another community, or all.
    pub fn filter(&mut self, community: Option<CommunityId>, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if self.community != community {
            self.cursor.at = 0;
        }
        self.community = community;
        self.read(cx)?;
        self.cursor.fit(self.ids.len(), self.cursor.height);
        Ok(())
    }

    /// Moves the cursor to a meetup; whether it is in the list.
    pub fn select(&mut self, id: MeetupId, cx: &mut Cx<'_>) -> Result<bool, BookError> {
        if !self.ids.contains(&id) && self.find.clear() {
            self.read(cx)?;
        }
        let place = self.ids.iter().position(|i| *i == id);
        if let Some(place) = place {
            self.cursor.at = place;
            self.cursor.fit(self.ids.len(), self.cursor.height);
            self.rows.clear();
        }
        Ok(place.is_some())
    }

    /// Does what an action says.
    pub fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        if self.cursor.act(action, self.ids.len()) {
            return Outcome::ask(Request::Look);
        }
        match action {
            Action::Open => Outcome::ask(Request::Focus(PaneId::Detail)),
            Action::New => Outcome::ask(Request::Form(Subject::Meetup(None))),
            Action::Edit => self.selected().map_or(Outcome::Done, |id| Outcome::ask(Request::Form(Subject::Meetup(Some(id))))),
            Action::Roll => match self.selected().and_then(|id| Roll::new(id, cx)) {
                Some(roll) => Outcome::ask(Request::Push(Box::new(roll))),
                None => Outcome::ask(Request::Toast("There is no meetup under the cursor; {new} plans one".into())),
            },
            Action::Remove => match self.selected() {
                Some(id) => {
                    let name = self.rows.iter().find(|r| r.id == id).map_or("this meetup", |r| r.title.as_str());
                    let question = format!("Remove {name} with its roll?");
                    Outcome::ask(Request::Push(Box::new(Confirm::new(&question, "y", "remove", Request::Run(Command::RemoveMeetup(id))))))
                }
                None => Outcome::ask(Request::Toast("There is no meetup under the cursor".into())),
            },
            _ => Outcome::Ignored,
        }
    }

    /// The search has changed.
    pub fn searched(&mut self, cx: &mut Cx<'_>) -> Outcome {
        if let Err(e) = self.read(cx) {
            return Outcome::ask(Request::Toast(e.to_string()));
        }
        if self.find.error.is_none() {
            self.cursor.at = 0;
        }
        self.cursor.fit(self.ids.len(), self.cursor.height);
        Outcome::ask(Request::Look)
    }

    /// A row was clicked.
    pub fn click(&mut self, row: usize) -> Outcome {
        self.cursor.at = row.min(self.ids.len().saturating_sub(1));
        Outcome::ask(Request::Look)
    }

    /// The wheel was turned.
    pub fn scroll(&mut self, lines: i32) -> Outcome {
        self.cursor.scroll(lines, self.ids.len());
        Outcome::ask(Request::Look)
    }

    /// Reads the rows that will show.
    pub fn prepare(&mut self, height: usize, cx: &mut Cx<'_>) -> Result<(), BookError> {
        let height = height.saturating_sub(usize::from(self.find.is_active()));
        self.cursor.fit(self.ids.len(), height);
        let window = self.cursor.window(self.ids.len());
        if self.rows.is_empty() || self.rows_from != window.start || self.rows.len() < window.len() {
            self.rows_from = window.start;
            self.rows = cx.book.meetups(&self.ids[window])?;
        }
        Ok(())
    }

    /// Draws the pane.
    pub fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Meetups));
        let count = if self.ids.is_empty() { String::new() } else { text::thousands(self.ids.len() as u64) };
        let inside = paint::frame(on, area, "3 Meetups", &count, focused);
        if inside.height == 0 {
            return;
        }
        let find = u16::from(self.find.is_active());
        let body = Rect::new(inside.x, inside.y, inside.width, inside.height - find.min(inside.height));
        for (line, row) in self.rows.iter().take(usize::from(body.height)).enumerate() {
            let at = self.rows_from + line;
            let area = Rect::new(body.x, body.y + u16::try_from(line).unwrap_or(0), body.width, 1);
            on.drawn.hit(area, Target::Row(PaneId::Meetups, at));
            self.draw_row(row, at, area, focused, on);
        }
        if self.ids.is_empty() && body.height > 1 {
            let hint =
                if self.find.query.is_empty() { "No meetups yet: {new} plans one." } else { "No meetup is found. {back} ends the search." };
            let hint = on.keys.say(hint);
            paint::pieces(on, (body.x + 2, body.y + 1), body.width.saturating_sub(2), &[(&hint, Tone::Dim)]);
        }
        paint::scroll_bar(on, body, self.cursor.offset, usize::from(body.height), self.ids.len());
        if find == 1 {
            self.find.draw(on, (inside.x, inside.bottom() - 1), inside.width);
        }
    }

    fn draw_row(&self, row: &MeetupRow, at: usize, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        let here = at == self.cursor.at;
        let upcoming = meetup::is_upcoming(row.starts, on.calendar.today);
        let tone = if upcoming || here { Tone::Plain } else { Tone::Dim };
        let style = on.theme.style(tone);
        paint::put(on, (area.x + 1, area.y), 2, if here { "> " } else { "  " }, style);
        let when = text::pad(&format!("{} {}", on.calendar.short(row.starts.date()), row.starts.format("%H:%M")), 18);
        let count = match (row.status, upcoming) {
            (MeetupStatus::Cancelled, _) => "cancelled".to_owned(),
            (_, true) if row.attended == 0 => format!("{} yes", row.yes),
            _ => {
                let owed = if row.write_up == WriteUp::Owed { "write-up owed · " } else { "" };
                format!("{owed}{} came", row.attended)
            }
        };
        let right = u16::try_from(text::width(&count)).unwrap_or(0);
        let width = area.width.saturating_sub(4);
        let used = paint::put(on, (area.x + 3, area.y), width.min(18), &when, style);
        let left = width.saturating_sub(used + 1);
        let title_width = left.saturating_sub(right + 1);
        let host_width = if title_width > 44 { 14 } else { 0 };
        let title_width = title_width - host_width;
        let x = area.x + 3 + used + 1;
        let title = if row.title.to_lowercase().contains(row.format.word()) {
            row.title.clone()
        } else {
            format!("{} · {}", row.title, row.format)
        };
        paint::put(on, (x, area.y), title_width.saturating_sub(1), &title, style);
        paint::highlight(on, (x, area.y), &title, title_width.saturating_sub(1), &self.find.words);
        if host_width > 0 {
            paint::put(on, (x + title_width, area.y), host_width - 1, &row.host, style);
            paint::highlight(on, (x + title_width, area.y), &row.host, host_width - 1, &self.find.words);
        }
        if left > right {
            paint::put(on, (area.right() - 1 - right, area.y), right, &count, style);
        }
        if here {
            let style = on.theme.style(if focused { Tone::Selected } else { Tone::Resting });
            paint::tint(on, area, style);
        }
    }
}
