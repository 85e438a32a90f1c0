//! What the mouse has done so far: what was pressed last, and what is held.
//!
//! Must not know what a press does.

use std::time::{Duration, Instant};

use crate::tui::canvas::Target;

/// Two clicks on one thing within this time are one double click.
pub(super) const DOUBLE: Duration = Duration::from_millis(500);

/// What the mouse has done so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hand {
    /// What was pressed last, and when.
    pub(super) last: Option<(Target, Instant)>,
    /// What is held.
    pub(super) holds: Option<Target>,
}
