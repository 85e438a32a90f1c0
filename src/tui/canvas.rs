//! What is drawn on, and what a picture notes: what was drawn where, for the mouse, and what can be done, for the footer.
//!
//! Must not know any screen, pane or overlay.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::MouseEvent;
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::tui::theme::Theme;

/// The panes of the home screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaneId {
    /// Communities, by job family.
    Communities,
    /// Members of what is selected.
    Members,
    /// Meetups of what is selected.
    Meetups,
    /// What is under the cursor.
    Detail,
}

impl PaneId {
    /// All, in the order of the keys 1 to 4.
    pub const ALL: [Self; 4] = [Self::Communities, Self::Members, Self::Meetups, Self::Detail];

    /// The name under which its look is remembered and its views are kept.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Communities => "communities",
            Self::Members => "members",
            Self::Meetups => "meetups",
            Self::Detail => "detail",
        }
    }

    /// The action that moves to it.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Communities => Action::PaneCommunities,
            Self::Members => Action::PaneMembers,
            Self::Meetups => Action::PaneMeetups,
            Self::Detail => Action::PaneDetail,
        }
    }

    /// The scope of its own keys.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Communities => Scope::Communities,
            Self::Members => Scope::Members,
            Self::Meetups => Scope::Meetups,
            Self::Detail => Scope::Detail,
        }
    }
}

/// Where something was drawn that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A row of a pane, by its place in the list.
    Row(PaneId, usize),
    /// Anywhere else in a pane.
    Pane(PaneId),
    /// The head of a column, by its place among all of the list.
    Head(PaneId, usize),
    /// The scroll bar of a pane: its top line and its height.
    Bar(PaneId, u16, u16),
    /// A border that can be dragged.
    Border(Edge),
    /// A hint in the footer.
    Action(Action),
    /// A row of the overlay on top.
    OverlayRow(usize),
    /// Anywhere else in the overlay on top.
    Overlay,
    /// The scroll bar of the overlay on top: a page up (-1) or down (1).
    Page(i8),
}

impl Target {
    /// Whether it belongs to an overlay.
    pub(super) const fn is_of_overlay(self) -> bool {
        matches!(self, Self::OverlayRow(_) | Self::Overlay | Self::Page(_))
    }
}

/// A border between panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// At the right of the communities.
    Left,
    /// At the left of the detail.
    Right,
    /// Above the meetups.
    Low,
}

/// What was drawn where, for the mouse; and where the cursor stands, for text.
#[derive(Debug, Default, Clone)]
pub struct Drawn {
    hits: Vec<(Rect, Target)>,
    /// Where the terminal's cursor belongs.
    pub cursor: Option<(u16, u16)>,
    /// What can be done in the overlay on top, for the footer.
    pub(super) hints: Vec<Hint>,
}

impl Drawn {
    /// Notes that a target was drawn.
    pub fn hit(&mut self, area: Rect, target: Target) {
        self.hits.push((area, target));
    }

    /// The scroll bars that were drawn.
    #[must_use]
    pub fn bars(&self) -> Vec<(Rect, Target)> {
        self.hits.iter().filter(|(_, t)| matches!(t, Target::Bar(..))).copied().collect()
    }

    /// What was drawn last at a place.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        self.hits.iter().rev().find(|(r, _)| r.contains((x, y).into())).map(|(_, t)| *t)
    }
}

/// What the footer and a window's border say that can be done: an action in a word of its own, with whatever key it has; or a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// The action, if it is about one.
    pub action: Option<Action>,
    /// What it does here; empty where the key says enough.
    pub word: Cow<'static, str>,
}

/// Hints at an action.
pub(super) fn hint(action: Action, word: impl Into<Cow<'static, str>>) -> Hint {
    Hint { action: Some(action), word: word.into() }
}

/// A remark among hints.
pub(super) const fn remark(word: &'static str) -> Hint {
    Hint { action: None, word: Cow::Borrowed(word) }
}

/// Somewhere to draw: buffer, colours, and the notes of what was drawn.
pub struct Canvas<'a> {
    /// The cells.
    pub buf: &'a mut Buffer,
    /// The colours.
    pub theme: &'a Theme,
    /// The keys, for sentences that name them.
    pub keys: &'a Keys,
    /// The day it is, and how dates are written.
    pub calendar: Calendar,
    /// Whether the roster is open read-only: nothing that changes it is offered.
    pub read_only: bool,
    /// What was drawn where.
    pub drawn: &'a mut Drawn,
}

/// Whether a mouse event is one that is handled.
#[must_use]
pub(super) const fn is_wheel(event: &MouseEvent) -> Option<i32> {
    use ratatui::crossterm::event::MouseEventKind as K;
    match event.kind {
        K::ScrollDown => Some(3),
        K::ScrollUp => Some(-3),
        _ => None,
    }
}
