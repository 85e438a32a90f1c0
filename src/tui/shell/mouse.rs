//! The state of the mouse: the last press, and what is held.
//!
//! Must not know what a press does.

use std::time::{Duration, Instant};

use crate::tui::canvas::Target;

/// The maximum time between the two clicks of a double click.
pub(super) const DOUBLE: Duration = Duration::from_millis(500);

/// The state of the mouse.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct MouseState {
    /// The last press, and when it was.
    pub(super) last: Option<(Target, Instant)>,
    /// The target that is held.
    pub(super) holds: Option<Target>,
}
