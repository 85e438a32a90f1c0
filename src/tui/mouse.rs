//! The mouse: clicks, double clicks, the wheel, dragged borders and scroll bars, by what was drawn where.
//!
//! Must not know how anything is drawn.

use std::time::{Duration, Instant};

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use crate::actions::Action;
use crate::tui::core::{Edge, Outcome, PaneId, Request, Target, is_wheel};
use crate::tui::root::Root;

/// Two clicks on one thing within this time are one double click.
const DOUBLE: Duration = Duration::from_millis(500);

/// What the mouse has done so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hand {
    last: Option<(Target, Instant)>,
    drags: Option<Target>,
}

impl Root {
    pub(super) fn mouse(&mut self, event: &MouseEvent) {
        if !self.setup.config.mouse {
            return;
        }
        let target = self.drawn.at(event.column, event.row);
        if let Some(lines) = is_wheel(event) {
            self.wheel(target, lines);
            return;
        }
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.toast = None;
                self.pending.clear();
                let now = Instant::now();
                let again = target.is_some() && self.hand.last.is_some_and(|(t, at)| Some(t) == target && now - at < DOUBLE);
                // A third click is not a second double click.
                self.hand.last = target.filter(|_| !again).map(|t| (t, now));
                self.hand.drags = target.filter(|t| matches!(t, Target::Border(_) | Target::Bar(..)));
                self.click(target, again, (event.column, event.row));
            }
            MouseEventKind::Drag(MouseButton::Left) => match self.hand.drags {
                Some(Target::Border(edge)) => self.drag(edge, event.column, event.row),
                Some(Target::Bar(pane, top, height)) => self.jump(pane, top, height, event.row),
                _ => {}
            },
            MouseEventKind::Up(MouseButton::Left) => {
                if let Some(Target::Border(_)) = self.hand.drags.take() {
                    self.remember();
                }
            }
            _ => {}
        }
    }

    fn wheel(&mut self, target: Option<Target>, lines: i32) {
        if let Some(top) = self.overlays.last_mut() {
            top.scroll(lines);
            return;
        }
        let Some(Target::Row(pane, _) | Target::Pane(pane) | Target::Head(pane, _) | Target::Bar(pane, ..)) = target else { return };
        let outcome = match pane {
            PaneId::Communities => self.communities.scroll(lines),
            PaneId::Members => {
                self.members.list.scroll(lines);
                Outcome::ask(Request::Look)
            }
            PaneId::Meetups => {
                self.meetups.list.scroll(lines);
                Outcome::ask(Request::Look)
            }
            PaneId::Detail => self.detail.scroll(lines),
        };
        self.settle(outcome);
    }

    fn click(&mut self, target: Option<Target>, again: bool, (column, row): (u16, u16)) {
        if !self.overlays.is_empty() {
            self.click_overlay(target);
            return;
        }
        match target {
            Some(Target::Action(action)) => self.act(action),
            Some(Target::Pane(pane)) => self.go(pane),
            Some(Target::Border(_)) => {
                if let Some(pane) = self.pane_at(column, row) {
                    self.go(pane);
                }
            }
            Some(Target::Head(pane, column)) => {
                self.go(pane);
                let name = self.table_of(pane).and_then(|t| t.all.get(column)).map(|c| c.name.clone());
                if let Some(name) = name {
                    self.resort(pane, |table| table.sort_by(&name));
                }
            }
            Some(Target::Bar(pane, top, height)) => {
                self.go(pane);
                self.jump(pane, top, height, row);
            }
            Some(Target::Row(pane, row)) => {
                self.go(pane);
                let outcome = match pane {
                    PaneId::Communities => self.communities.click(row),
                    PaneId::Members => {
                        self.members.list.click(row);
                        Outcome::ask(Request::Look)
                    }
                    PaneId::Meetups => {
                        self.meetups.list.click(row);
                        Outcome::ask(Request::Look)
                    }
                    PaneId::Detail => self.detail.click(row),
                };
                self.settle(outcome);
                if again {
                    self.act(Action::Open);
                }
            }
            _ => {}
        }
    }

    fn click_overlay(&mut self, target: Option<Target>) {
        match target {
            Some(Target::Action(action)) => return self.act(action),
            Some(Target::Overlay) => return,
            Some(Target::OverlayRow(_) | Target::Page(_)) => {}
            // Beside it: one step back. What is typed in a form is asked about.
            _ => return self.act(Action::Back),
        }
        self.in_overlay(|top, cx| match target {
            Some(Target::OverlayRow(row)) => top.click(row, cx),
            Some(Target::Page(step)) => {
                top.scroll(i32::from(step) * 10);
                Outcome::Done
            }
            _ => Outcome::Done,
        });
    }

    /// Moves to where a scroll bar was clicked or dragged to.
    fn jump(&mut self, pane: PaneId, top: u16, height: u16, row: u16) {
        let down = usize::from(row.saturating_sub(top)) * 1000 / usize::from(height.saturating_sub(1).max(1));
        let outcome = match pane {
            PaneId::Communities => self.communities.jump(down),
            PaneId::Members => {
                let len = self.members.list.ids.len();
                self.members.list.cursor.jump(down, len);
                Outcome::ask(Request::Look)
            }
            PaneId::Meetups => {
                let len = self.meetups.list.ids.len();
                self.meetups.list.cursor.jump(down, len);
                Outcome::ask(Request::Look)
            }
            PaneId::Detail => self.detail.jump(down),
        };
        self.settle(outcome);
    }

    /// Puts a border where the mouse is.
    fn drag(&mut self, edge: Edge, x: u16, y: u16) {
        let share = |part: u16, whole: u16| u16::try_from(u32::from(part) * 1000 / u32::from(whole.max(1))).unwrap_or(1000);
        let Rect { width, height, .. } = self.size;
        let borders = &mut self.setup.remembered.borders;
        match edge {
            Edge::Left => borders.left = Some(share(x, width)),
            Edge::Right => borders.right = Some(share(width.saturating_sub(x), width)),
            Edge::Low => borders.low = Some(share(height.saturating_sub(y + 1), height.saturating_sub(2))),
        }
    }

    /// The pane at a place of the screen.
    fn pane_at(&self, x: u16, y: u16) -> Option<PaneId> {
        let at = crate::tui::layout::places(self.size, self.focus, &self.setup.remembered.borders, self.setup.theme.is_plain());
        PaneId::ALL.into_iter().find(|p| at.pane(*p).is_some_and(|r| r.contains((x, y).into())))
    }

    /// Gives the focused pane more room, or less.
    pub(super) fn widen(&mut self, step: i16) {
        let Some(place) = crate::tui::layout::places(self.size, self.focus, &self.setup.remembered.borders, false).pane(self.focus) else {
            return;
        };
        let share = |part: u16, whole: u16| i16::try_from(u32::from(part) * 1000 / u32::from(whole.max(1))).unwrap_or(1000);
        let grown = |share: i16| Some(u16::try_from((share + step).clamp(0, 1000)).unwrap_or(0));
        let Rect { width, height, .. } = self.size;
        let borders = &mut self.setup.remembered.borders;
        match self.focus {
            PaneId::Communities => borders.left = grown(share(place.width, width)),
            PaneId::Detail => borders.right = grown(share(place.width, width)),
            PaneId::Meetups => borders.low = grown(share(place.height, height.saturating_sub(2))),
            PaneId::Members => {
                let low = 1000 - share(place.height, height.saturating_sub(2));
                borders.low = Some(u16::try_from((low - step).clamp(0, 1000)).unwrap_or(0));
            }
        }
        self.remember();
    }

    /// Notes where the borders can be taken hold of.
    pub(super) fn note_borders(at: &crate::tui::layout::Places, drawn: &mut crate::tui::core::Drawn) {
        // Where a scroll bar stands, that is what is clicked.
        let bars = drawn.bars();
        let mut column = |x: u16, y: u16, height: u16, edge: Edge| drawn.hit(Rect::new(x, y, 1, height), Target::Border(edge));
        let all = [PaneId::Communities, PaneId::Members, PaneId::Meetups, PaneId::Detail].map(|p| at.pane(p));
        let [communities, members, meetups, detail] = all;
        if let (Some(c), Some(m)) = (communities, members.or(meetups).or(detail)) {
            column(c.right().saturating_sub(1), c.y, c.height, Edge::Left);
            column(m.x, c.y, c.height, Edge::Left);
        }
        if let (Some(d), Some(m)) = (detail, members.or(meetups)) {
            column(m.right().saturating_sub(1), d.y, d.height, Edge::Right);
            column(d.x, d.y, d.height, Edge::Right);
        }
        if let (Some(above), Some(below)) = (members, meetups) {
            let width = below.width.saturating_sub(2);
            drawn.hit(Rect::new(below.x + 1, below.y, width, 1), Target::Border(Edge::Low));
            drawn.hit(Rect::new(below.x + 1, above.bottom().saturating_sub(1), width, 1), Target::Border(Edge::Low));
        }
        for (place, bar) in bars {
            drawn.hit(place, bar);
        }
    }
}
