//! Drawing the shell, and the mouse. Each visible layer prepares, draws itself, and notes its targets, which clicks are matched to.
//!
//! Must not know what is on a screen or in an overlay.

use std::time::Instant;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::mouse::DOUBLE;
use super::{Shell, menus};
use crate::actions::Action;
use crate::tui::bars::{self, Foot};
use crate::tui::canvas::{Canvas, Drawn, Target, wheel_lines};
use crate::tui::core::{Outcome, Touch};

impl Shell {
    /// Draws the frame.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let cursor = self.draw_on(area, frame.buffer_mut());
        if let Some(at) = cursor {
            frame.set_cursor_position(at);
        }
    }

    /// Draws the frame into a buffer; returns where the text cursor belongs.
    pub fn draw_on(&mut self, area: Rect, buf: &mut Buffer) -> Option<(u16, u16)> {
        self.size = area;
        let (body, foot) = bars::divided(area);
        self.prepare(area, body);
        let steps = self.common.steps();
        let why_not = menus::reasons(&mut self.common, &self.layers, steps);
        self.newest = steps.0;
        let mut drawn = Drawn::default();
        let setup = &self.common.setup;
        let calendar = self.common.book.calendar();
        let read_only = self.common.book.read_only().is_some();
        let mut on = Canvas { buf, theme: &setup.theme, keys: &setup.config.keys, calendar, read_only, drawn: &mut drawn };
        if area.height == 1 {
            bars::one_line(self.common.book.people_count(), self.toast.as_ref(), area, &mut on);
        } else {
            self.layers.screen().draw(body, self.layers.is_bare(), &mut on);
        }
        for overlay in self.layers.overlays() {
            on.drawn.cursor = None;
            overlay.draw(area, true, &mut on);
        }
        if let Some(place) = foot {
            let keep = on.drawn.cursor;
            let screen = self.layers.screen();
            let foot = Foot {
                under_way: self.tasks.line().map(|line| (line, self.is_stopped_by_back())),
                toast: self.toast.as_ref(),
                pending: &self.pending,
                scope: self.layers.top_ref().scope(),
                bare: self.layers.is_bare(),
                remark: screen.remark(&setup.config.keys),
                hints: screen.hints(),
                why_not: &why_not,
            };
            bars::footer(&foot, place, &mut on);
            on.drawn.cursor = keep;
        }
        let cursor = drawn.cursor.filter(|(x, y)| area.contains((*x, *y).into()));
        self.drawn = drawn;
        cursor
    }

    pub(super) fn prepare(&mut self, area: Rect, body: Rect) {
        let mut results = Vec::new();
        let screen = self.layers.screen_id();
        for (id, layer) in self.layers.showing_mut() {
            results.push(layer.prepare(if id == screen { body } else { area }, &mut self.common.cx()));
        }
        // While our own task writes, what can't be read now is read when the task is done.
        if self.tasks.waits().is_none() {
            for result in results {
                self.note_for(0, result);
            }
        }
        self.perform_all(0, Outcome::Done);
    }

    /// Handles the mouse.
    pub(super) fn mouse(&mut self, event: &MouseEvent) {
        if !self.common.setup.config.mouse {
            return;
        }
        let at = (event.column, event.row);
        let target = self.drawn.at(event.column, event.row);
        if let Some(lines) = wheel_lines(event) {
            let on = target.unwrap_or(Target::Overlay);
            self.on_top(|top, cx| top.touch(Touch::Wheel(on, lines), cx));
            return;
        }
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.press(target, at),
            MouseEventKind::Drag(MouseButton::Left) => {
                if let Some(held) = self.mouse.holds {
                    self.on_top(|top, cx| top.touch(Touch::Drag(held, at), cx));
                }
            }
            MouseEventKind::Up(MouseButton::Left) => {
                if let Some(held) = self.mouse.holds.take() {
                    self.on_top(|top, cx| top.touch(Touch::Drop(held), cx));
                }
            }
            _ => {}
        }
    }

    fn press(&mut self, target: Option<Target>, at: (u16, u16)) {
        self.toast = None;
        self.pending.clear();
        let now = Instant::now();
        let again = target.is_some() && self.mouse.last.is_some_and(|(t, then)| Some(t) == target && now - then < DOUBLE);
        // A third click doesn't count as a second double click.
        self.mouse.last = target.filter(|_| !again).map(|t| (t, now));
        self.mouse.holds = target.filter(|t| matches!(t, Target::Border(_) | Target::Bar(..)));
        match target {
            Some(Target::Action(action)) => {
                self.act(action);
            }
            // A click beside an overlay goes one step back. A form asks before its text is lost.
            Some(on) if self.layers.is_bare() || on.is_of_overlay() => {
                self.on_top(|top, cx| top.touch(Touch::Press { on, at, again }, cx));
            }
            _ if !self.layers.is_bare() => {
                self.act(Action::Back);
            }
            _ => {}
        }
    }
}
