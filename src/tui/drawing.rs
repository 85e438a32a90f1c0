//! How the hall is drawn: what shows is read, then each part draws itself and notes what it drew where.
//!
//! Must not know what is in a pane or overlay.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::bars;
use crate::tui::core::{Canvas, Cx, Drawn, PaneId};
use crate::tui::layout::{Places, places};
use crate::tui::root::Root;

impl Root {
    fn prepare(&mut self, area: Rect, at: &Places) {
        for overlay in self.overlays.iter_mut() {
            overlay.prepare(area);
        }
        let frame = if self.setup.theme.is_plain() { 1 } else { 2 };
        let inside = |r: Option<Rect>| r.map_or(0, |r| usize::from(r.height.saturating_sub(frame)));
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        self.communities.prepare(inside(at.pane(PaneId::Communities)));
        let members = self.members.prepare(inside(at.pane(PaneId::Members)), &mut cx);
        let meetups = self.meetups.prepare(inside(at.pane(PaneId::Meetups)), &mut cx);
        let detail = at
            .pane(PaneId::Detail)
            .map_or(Ok(()), |r| self.detail.prepare(r.width.saturating_sub(2), usize::from(r.height.saturating_sub(2)), &mut cx));
        for result in [members, meetups, detail] {
            self.note(result);
        }
    }

    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let cursor = self.draw_on(area, frame.buffer_mut());
        if let Some(at) = cursor {
            frame.set_cursor_position(at);
        }
    }

    /// Draws everything into a buffer; returns where the text cursor belongs.
    pub fn draw_on(&mut self, area: Rect, buf: &mut Buffer) -> Option<(u16, u16)> {
        self.size = area;
        let at = places(area, self.focus, &self.setup.remembered.borders, self.setup.theme.is_plain());
        self.prepare(area, &at);
        let mut drawn = Drawn::default();
        let mut on =
            Canvas { buf, theme: &self.setup.theme, keys: &self.setup.config.keys, calendar: self.book.calendar(), drawn: &mut drawn };
        if area.height == 1 {
            bars::one_line(self, area, &mut on);
        } else {
            for pane in PaneId::ALL {
                let Some(place) = at.pane(pane) else { continue };
                let focused = pane == self.focus && self.overlays.is_empty();
                match pane {
                    PaneId::Communities => self.communities.draw(place, focused, &mut on),
                    PaneId::Members => self.members.draw(place, focused, &mut on),
                    PaneId::Meetups => self.meetups.draw(place, focused, &mut on),
                    PaneId::Detail => self.detail.draw(place, focused, &mut on),
                }
            }
            Self::note_borders(&at, on.drawn);
            if let Some(place) = at.header {
                bars::header(self, place, &mut on);
            }
            if let Some(place) = at.tabs {
                bars::tabs(self.focus, place, &mut on);
            }
        }
        for overlay in self.overlays.iter() {
            on.drawn.cursor = None;
            overlay.draw(area, &mut on);
        }
        if let Some(place) = at.footer {
            let keep = on.drawn.cursor;
            bars::footer(self, place, &mut on);
            on.drawn.cursor = keep;
        }
        let cursor = drawn.cursor.filter(|(x, y)| area.contains((*x, *y).into()));
        self.drawn = drawn;
        cursor
    }
}
