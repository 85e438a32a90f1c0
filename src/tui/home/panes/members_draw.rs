//! Drawing the members: columns to fit the width, with marks and search hits in the rows.
//!
//! Must not know how the rows are found.

use ratatui::layout::Rect;

use super::members::Members;
use crate::book::PersonRow;
use crate::domain::text;
use crate::domain::words::{AddressState, PersonKind};
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::paint;
use crate::tui::table::{Cell, Placed};
use crate::tui::theme::Tone;

impl Members {
    /// Draws the pane.
    pub(super) fn draw_all(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Pane(PaneId::Members));
        let of = self.community.as_ref().map_or_else(|| "Everybody".to_owned(), |(_, name)| format!("Members of {name}"));
        let count = match self.all {
            Some(all) if self.marks.is_empty() => format!("{} of {}", text::thousands(self.list.ids.len() as u64), text::thousands(all)),
            Some(_) => self.marked(),
            None => "…".to_owned(),
        };
        let inside = paint::frame(on, area, &format!("2 {of}"), &count, focused);
        if inside.height == 0 {
            return;
        }
        // Dates are written in full only if there is much room.
        let width = if inside.width > 90 { u16::MAX } else { 0 };
        let widest = self.table.widest(&self.list.rows, |row, column| cell(row, column, width, on));
        let placed = self.table.layout(inside.width, &widest, !on.theme.is_plain());
        self.table.draw_heads(PaneId::Members, inside, &placed, on);
        let find = self.find.height();
        let body = Rect::new(inside.x, inside.y + 1, inside.width, inside.height.saturating_sub(1 + find));
        for (line, row) in self.list.rows.iter().take(usize::from(body.height)).enumerate() {
            let at = self.list.from + line;
            let area = Rect::new(body.x, body.y + u16::try_from(line).unwrap_or(0), body.width, 1);
            on.drawn.hit(area, Target::Row(PaneId::Members, at));
            self.draw_row(row, at, area, &placed, focused, on);
        }
        if self.list.ids.is_empty() {
            self.draw_empty(body, on);
        }
        paint::scroll_bar(on, body, self.list.cursor.offset, self.list.ids.len(), Some(PaneId::Members));
        self.find.draw_below(on, inside);
    }

    /// Returns how many are marked, and how many of those the search hides.
    fn marked(&self) -> String {
        let number = |n: usize| text::thousands(n as u64);
        let hidden = if self.hidden > 0 { format!(", {} hidden", number(self.hidden)) } else { String::new() };
        format!("{} marked{hidden} of {}", number(self.marks.len()), number(self.list.ids.len()))
    }

    fn draw_empty(&self, body: Rect, on: &mut Canvas<'_>) {
        let hint = if !self.find.query.is_empty() {
            "Nobody found. {back} ends the search."
        } else if self.community.is_some() {
            "No members yet: {new} adds one, {import} imports a list. Or press {show all} for everybody, mark some with {mark}, and {add to community} adds them."
        } else {
            "Nobody is on the roster yet: press {new} to add somebody or {import} to import a list."
        };
        for (i, line) in text::wrap(&on.keys.say(hint), usize::from(body.width.saturating_sub(4))).iter().enumerate() {
            let y = body.y + 1 + u16::try_from(i).unwrap_or(0);
            if y < body.bottom() {
                paint::pieces(on, (body.x + 2, y), body.width.saturating_sub(2), &[(line, Tone::Dim)]);
            }
        }
    }

    fn draw_row(&self, row: &PersonRow, at: usize, area: Rect, placed: &[Placed], focused: bool, on: &mut Canvas<'_>) {
        let here = at == self.list.cursor.at;
        let marked = self.marks.contains(&row.id);
        let plain = on.theme.style(Tone::Plain);
        let sign = match (here, marked) {
            (true, true) => ">*",
            (true, false) => "> ",
            (false, true) => " *",
            (false, false) => "  ",
        };
        paint::put(on, (area.x + 1, area.y), 2, sign, plain);
        let values: Vec<Cell> = placed.iter().map(|p| cell(row, &self.table.all[p.column].name, p.width, on)).collect();
        let tone = if marked { Tone::Marked } else { Tone::Plain };
        self.table.draw_row(area, placed, &values, tone, &self.find.words, on);
        if here {
            paint::at_cursor(on, area, focused);
        } else if marked {
            let style = on.theme.style(Tone::Resting);
            paint::tint(on, area, style);
        }
    }
}

/// Returns the value of a column.
fn cell(row: &PersonRow, column: &str, width: u16, on: &Canvas<'_>) -> Cell {
    match column {
        "name" => {
            let mut name = row.title().to_owned();
            if row.kind == PersonKind::TeamMailbox {
                name.push_str(" (mailbox)");
            }
            if row.email_state != AddressState::Ok {
                return Cell::toned(format!("{name} [{}]", row.email_state), Tone::Warning);
            }
            name
        }
        "organisation" => row.organisation.clone(),
        "discipline" => row.discipline.clone(),
        "job title" => row.job_title.clone(),
        "status" => row.status.clone(),
        "seen" => {
            let say = |d| if width < 12 { on.calendar.brief_distance(d) } else { on.calendar.distance(d) };
            row.seen.map_or_else(String::new, say)
        }
        "joined" => row.joined.map_or_else(String::new, |d| on.calendar.short(d)),
        "e-mail" => row.email.clone(),
        "tags" => row.tags.join(", "),
        own => row.fields.iter().find(|(name, _)| name == own).map(|(_, value)| value.replace('\n', " ")).unwrap_or_default(),
    }
    .into()
}
