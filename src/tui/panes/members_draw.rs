//! How the members are drawn: columns by the room there is, marks and hits in the rows.
//!
//! Must not know how the rows are found.

use ratatui::layout::Rect;

use super::members::Members;
use crate::book::PersonRow;
use crate::domain::text;
use crate::domain::words::{AddressState, PersonKind};
use crate::tui::core::{Canvas, PaneId, Target};
use crate::tui::paint;
use crate::tui::theme::Tone;

impl Members {
    /// Draws the pane.
    pub fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Members));
        let of = self.community.as_ref().map_or_else(|| "Everybody".to_owned(), |(_, name)| format!("Members of {name}"));
        let count = match self.all {
            Some(all) if self.marks.is_empty() => format!("{} of {}", text::thousands(self.ids.len() as u64), text::thousands(all)),
            Some(_) => format!("{} marked of {}", text::thousands(self.marks.len() as u64), text::thousands(self.ids.len() as u64)),
            None => "…".to_owned(),
        };
        let inside = paint::frame(on, area, &format!("2 {of}"), &count, focused);
        if inside.height == 0 {
            return;
        }
        let columns = Columns::new(inside.width, self.community.is_some());
        let head = on.theme.style(Tone::Dim);
        let titles = ["Name", "Organisation", "Discipline", columns.fourth_title(), "Last seen"];
        let wide = columns.width[4] >= 12;
        for (i, title) in titles.iter().enumerate() {
            let sorted = title.eq_ignore_ascii_case(self.sort.word());
            let arrow = if self.reverse { "↑" } else { "↓" };
            let title = if *title == "Last seen" && !wide { "Seen" } else { title };
            let title = if sorted { format!("{arrow}{title}") } else { title.to_owned() };
            paint::put(on, (inside.x + columns.at[i], inside.y), columns.width[i], &title, head);
        }
        let find = u16::from(self.find.is_active());
        let body = Rect::new(inside.x, inside.y + 1, inside.width, inside.height.saturating_sub(1 + find));
        for (line, row) in self.rows.iter().take(usize::from(body.height)).enumerate() {
            let at = self.rows_from + line;
            let area = Rect::new(body.x, body.y + u16::try_from(line).unwrap_or(0), body.width, 1);
            on.drawn.hit(area, Target::Row(PaneId::Members, at));
            self.draw_row(row, at, area, &columns, focused, on);
        }
        if self.ids.is_empty() {
            self.draw_empty(body, on);
        }
        paint::scroll_bar(on, body, self.cursor.offset, usize::from(body.height), self.ids.len());
        if find == 1 && inside.height > 0 {
            self.find.draw(on, (inside.x, inside.bottom() - 1), inside.width);
        }
    }

    fn draw_empty(&self, body: Rect, on: &mut Canvas<'_>) {
        let hint = if !self.find.query.is_empty() {
            "Nobody is found. {back} ends the search."
        } else if self.community.is_some() {
            "No members yet: {new} adds one, {import} imports a list. From Everybody ({show all}), {put into community} puts people in."
        } else {
            "Nobody is on the roster yet: {new} adds somebody, {import} imports a list."
        };
        for (i, line) in text::wrap(&on.keys.say(hint), usize::from(body.width.saturating_sub(4))).iter().enumerate() {
            let y = body.y + 1 + u16::try_from(i).unwrap_or(0);
            if y < body.bottom() {
                paint::pieces(on, (body.x + 2, y), body.width.saturating_sub(2), &[(line, Tone::Dim)]);
            }
        }
    }

    fn draw_row(&self, row: &PersonRow, at: usize, area: Rect, columns: &Columns, focused: bool, on: &mut Canvas<'_>) {
        let here = at == self.cursor.at;
        let marked = self.marks.contains(&row.id);
        let plain = on.theme.style(Tone::Plain);
        let sign = match (here, marked) {
            (true, true) => ">*",
            (true, false) => "> ",
            (false, true) => " *",
            (false, false) => "  ",
        };
        paint::put(on, (area.x + 1, area.y), 2, sign, plain);
        let mut name = row.title().to_owned();
        if row.kind == PersonKind::TeamMailbox {
            name.push_str(" (mailbox)");
        }
        if row.email_state != AddressState::Ok {
            name.push_str(&format!(" [{}]", row.email_state));
        }
        let fourth = if columns.with_status { row.status.as_str() } else { row.job_title.as_str() };
        let mut seen = row.seen.map_or_else(String::new, |d| on.calendar.distance(d));
        if columns.width[4] < 12 {
            seen = seen.trim_end_matches(" ago").to_owned();
        }
        for (i, value) in [name.as_str(), &row.organisation, &row.discipline, fourth, &seen].iter().enumerate() {
            let place = (area.x + columns.at[i], area.y);
            paint::put(on, place, columns.width[i], value, plain);
            paint::highlight(on, place, value, columns.width[i], &self.find.words);
        }
        if here {
            let tone = if focused { Tone::Selected } else { Tone::Resting };
            let style = on.theme.style(tone);
            paint::tint(on, area, style);
        } else if marked {
            let style = on.theme.style(Tone::Resting);
            paint::tint(on, area, style);
        }
    }
}

/// Where the columns stand: the last ones go first where there is no room.
struct Columns {
    at: [u16; 5],
    width: [u16; 5],
    with_status: bool,
}

impl Columns {
    fn new(width: u16, with_status: bool) -> Self {
        let room = width.saturating_sub(4);
        // Shares in hundredths: name, organisation, discipline, status or job title, last seen.
        let shares: [u16; 5] = match room {
            0..28 => [100, 0, 0, 0, 0],
            28..40 => [60, 40, 0, 0, 0],
            40..50 => [44, 26, 0, 30, 0],
            50..72 if with_status => [32, 17, 23, 14, 14],
            50..72 => [35, 21, 26, 0, 18],
            _ => [30, 22, 22, 13, 13],
        };
        let (mut at, mut widths) = ([0; 5], [0; 5]);
        let mut x = 3;
        for i in 0..5 {
            let share = room * shares[i] / 100;
            at[i] = x;
            widths[i] = share.saturating_sub(u16::from(i < 4 && shares[i] < 100));
            x += share;
        }
        Self { at, width: widths, with_status }
    }

    const fn fourth_title(&self) -> &'static str {
        if self.with_status { "Status" } else { "Job title" }
    }
}
