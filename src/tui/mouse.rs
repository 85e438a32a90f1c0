//! The mouse: clicks and the wheel, by what was drawn where.
//!
//! Must not know how anything is drawn.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::actions::Action;
use crate::tui::core::{Outcome, PaneId, Target, is_wheel};
use crate::tui::root::Root;

impl Root {
    pub(super) fn mouse(&mut self, event: &MouseEvent) {
        let target = self.drawn.at(event.column, event.row);
        if let Some(lines) = is_wheel(event) {
            self.wheel(target, lines);
        } else if event.kind == MouseEventKind::Down(MouseButton::Left) {
            self.toast = None;
            let again = self.last_click == target;
            self.last_click = target;
            self.click(target, again);
        }
    }

    pub(super) fn wheel(&mut self, target: Option<Target>, lines: i32) {
        if let Some(top) = self.overlays.last_mut() {
            top.scroll(lines);
            return;
        }
        let outcome = match target {
            Some(Target::Row(pane, _) | Target::Pane(pane)) => match pane {
                PaneId::Communities => self.communities.scroll(lines),
                PaneId::Members => self.members.scroll(lines),
                PaneId::Meetups => self.meetups.scroll(lines),
                PaneId::Detail => self.detail.scroll(lines),
            },
            _ => Outcome::Done,
        };
        self.settle(outcome);
    }

    pub(super) fn click(&mut self, target: Option<Target>, again: bool) {
        if let Some(mut top) = self.overlays.pop() {
            let outcome = match target {
                Some(Target::OverlayRow(row)) => top.click(row, &mut self.cx()),
                Some(Target::Action(_)) | None | Some(Target::Overlay | Target::Row(..) | Target::Pane(_)) => Outcome::Done,
            };
            self.overlays.push(top);
            self.settle(outcome);
            return;
        }
        match target {
            Some(Target::Action(action)) => self.act(action),
            Some(Target::Pane(pane)) => self.go(pane),
            Some(Target::Row(pane, row)) => {
                self.go(pane);
                let outcome = match pane {
                    PaneId::Communities => self.communities.click(row),
                    PaneId::Members => self.members.click(row),
                    PaneId::Meetups => self.meetups.click(row),
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
}
