//! The head line and the tabs of the home screen: the open roster, the totals, the panes.
//!
//! Must not know what is in the panes.

use chrono::NaiveDateTime;
use ratatui::layout::Rect;

use crate::domain::text;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::Cx;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The values of the head line.
#[derive(Default)]
pub(super) struct Head {
    read_only: bool,
    /// Whether it is the sample, by its file's name.
    is_sample: bool,
    people: Option<u64>,
    next: Option<(NaiveDateTime, String)>,
}

impl Head {
    /// Reads the values.
    pub(super) fn read(cx: &Cx<'_>) -> Self {
        Self {
            read_only: cx.book.read_only().is_some(),
            is_sample: cx.book.path().file_name().is_some_and(|n| n == "sample.guildhall" || n == "sample-2.guildhall"),
            people: cx.book.people_count(),
            next: cx.book.next_meetup().unwrap_or_default(),
        }
    }
}

/// Draws the head line: name on the left, totals on the right.
pub(super) fn header(head: &Head, communities: usize, area: Rect, on: &mut Canvas<'_>) {
    let name = if head.is_sample { " Guildhall: the sample" } else { " Guildhall" };
    let mut used = paint::pieces(on, (area.x, area.y), area.width, &[(name, Tone::Heading)]);
    if head.read_only {
        used += paint::pieces(on, (area.x + used, area.y), area.width.saturating_sub(used), &[(" (read-only)", Tone::Warning)]);
    }
    let mut parts = Vec::new();
    if let Some(people) = head.people {
        parts.push(text::count(people, "person", "people"));
    }
    parts.push(text::count(communities as u64, "community", "communities"));
    if let Some((starts, title)) = &head.next {
        parts.push(format!("next: {}, {}", on.calendar.short(starts.date()).replace("  ", " "), text::clip(title, 40)));
    }
    let line = parts.join(" · ");
    let room = usize::from(area.width.saturating_sub(used + 2));
    let line = text::clip(&line, room);
    let width = u16::try_from(text::width(&line)).unwrap_or(0);
    paint::pieces(on, (area.right().saturating_sub(width + 1), area.y), width, &[(&line, Tone::Dim)]);
}

/// Draws the tabs, where only one pane is visible.
pub(super) fn tabs(focus: PaneId, area: Rect, on: &mut Canvas<'_>) {
    let names = [
        (PaneId::Communities, "1 Communities", "1 Com"),
        (PaneId::Members, "2 Members", "2 Mem"),
        (PaneId::Meetups, "3 Meetups", "3 Meet"),
        (PaneId::Detail, "4 Detail", "4 Det"),
    ];
    let long = area.width >= 50;
    let mut x = area.x + 1;
    for (pane, full, brief) in names {
        let name = if long { full } else { brief };
        let here = pane == focus;
        let shown = if here { format!("[{name}]") } else { format!(" {name} ") };
        let room = area.right().saturating_sub(x);
        let used = paint::pieces(on, (x, area.y), room, &[(&shown, if here { Tone::Heading } else { Tone::Dim })]);
        on.drawn.hit(Rect::new(x, area.y, used, 1), Target::Pane(pane));
        x += used;
    }
}
