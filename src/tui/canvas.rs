//! The canvas, and what is noted while drawing: targets for the mouse, and hints for the footer.
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
    /// The members of the selected community.
    Members,
    /// The meetups of the selected community.
    Meetups,
    /// The item under the cursor.
    Detail,
}

impl PaneId {
    /// All panes, in the order of the keys 1 to 4.
    pub const ALL: [Self; 4] = [Self::Communities, Self::Members, Self::Meetups, Self::Detail];

    /// Returns the name under which the pane's look is remembered and its views are saved.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Communities => "communities",
            Self::Members => "members",
            Self::Meetups => "meetups",
            Self::Detail => "detail",
        }
    }

    /// Returns the action that moves to the pane.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Communities => Action::PaneCommunities,
            Self::Members => Action::PaneMembers,
            Self::Meetups => Action::PaneMeetups,
            Self::Detail => Action::PaneDetail,
        }
    }

    /// Returns the scope of the pane's own keys.
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

/// Something that was drawn and can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A row of a pane, by its position in the list.
    Row(PaneId, usize),
    /// Anywhere else in a pane.
    Pane(PaneId),
    /// The head of a column, by its position among all columns of the list.
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
    /// The scroll bar of the top overlay: a page up (-1) or down (1).
    Page(i8),
}

impl Target {
    /// Returns whether the target belongs to an overlay.
    pub(super) const fn is_of_overlay(self) -> bool {
        matches!(self, Self::OverlayRow(_) | Self::Overlay | Self::Page(_))
    }
}

/// A border between panes, named by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The right edge of the communities.
    Left,
    /// The left edge of the detail.
    Right,
    /// The top edge of the meetups.
    Low,
}

/// The targets of the last frame, for the mouse, and the position of the text cursor.
#[derive(Debug, Default, Clone)]
pub struct Drawn {
    hits: Vec<(Rect, Target)>,
    /// Where to put the terminal's cursor.
    pub cursor: Option<(u16, u16)>,
    /// The hints of the top overlay, for the footer.
    pub(super) hints: Vec<Hint>,
}

impl Drawn {
    /// Notes that a target was drawn.
    pub fn hit(&mut self, area: Rect, target: Target) {
        self.hits.push((area, target));
    }

    /// Returns the scroll bars that were drawn.
    #[must_use]
    pub fn bars(&self) -> Vec<(Rect, Target)> {
        self.hits.iter().filter(|(_, t)| matches!(t, Target::Bar(..))).copied().collect()
    }

    /// Returns the topmost target at a position.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        self.hits.iter().rev().find(|(r, _)| r.contains((x, y).into())).map(|(_, t)| *t)
    }
}

/// A hint in the footer or on a window's border: an action with a label of its own and its key, or only a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// The action, unless the hint is a remark.
    pub action: Option<Action>,
    /// What the action does here; empty where the key says enough.
    pub word: Cow<'static, str>,
}

/// Returns a hint for an action.
pub(super) fn hint(action: Action, word: impl Into<Cow<'static, str>>) -> Hint {
    Hint { action: Some(action), word: word.into() }
}

/// Returns a remark, to be shown among the hints.
pub(super) const fn remark(word: &'static str) -> Hint {
    Hint { action: None, word: Cow::Borrowed(word) }
}

/// What a frame is drawn with: the buffer, the theme, and the notes of what was drawn.
pub struct Canvas<'a> {
    /// The cells.
    pub buf: &'a mut Buffer,
    /// The colours.
    pub theme: &'a Theme,
    /// The keys, for sentences that mention them.
    pub keys: &'a Keys,
    /// Today, and how dates are written.
    pub calendar: Calendar,
    /// Whether the roster is open read-only, so that nothing that changes it is offered.
    pub read_only: bool,
    /// The targets and hints that were drawn.
    pub drawn: &'a mut Drawn,
}

/// Returns how many lines the wheel was turned, if the event is of the wheel: positive is down.
#[must_use]
pub(super) const fn wheel_lines(event: &MouseEvent) -> Option<i32> {
    use ratatui::crossterm::event::MouseEventKind as K;
    match event.kind {
        K::ScrollDown => Some(3),
        K::ScrollUp => Some(-3),
        _ => None,
    }
}
