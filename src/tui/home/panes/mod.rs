//! The four panes, each in one file: its state, its handling, its drawing.

mod communities;
mod detail;
mod detail_lines;
mod meetups;
mod members;
mod members_draw;
mod members_verbs;

pub(super) use communities::Communities;
pub(super) use detail::Detail;
pub(super) use meetups::Meetups;
pub(super) use members::Members;

use ratatui::layout::Rect;

use crate::tui::canvas::Target;
use crate::tui::core::{Cx, Outcome, Pane, Touch};
use crate::tui::edit::FindLine;
use crate::tui::table::Table;

/// A pane that lists things: searched, sorted, with columns of the lead's choosing.
pub(super) trait List: Pane {
    /// Its search.
    fn find(&self) -> &FindLine;
    /// Its search, to change it.
    fn find_mut(&mut self) -> &mut FindLine;
    /// Its columns.
    fn table(&self) -> &Table;
    /// Its columns, to change them.
    fn table_mut(&mut self) -> &mut Table;
    /// Takes in that the search has changed.
    fn searched(&mut self, cx: &mut Cx<'_>) -> Outcome;
}

/// How many rows there are room for inside a pane's frame.
fn rows_in(area: Rect, cx: &Cx<'_>) -> usize {
    usize::from(area.height.saturating_sub(if cx.plain { 1 } else { 2 }))
}

/// How many thousandths down a scroll bar was pressed, or dragged to, if it was one.
fn down_bar(touch: Touch) -> Option<usize> {
    let (Touch::Press { on: Target::Bar(_, top, height), at: (_, y), .. } | Touch::Drag(Target::Bar(_, top, height), (_, y))) = touch
    else {
        return None;
    };
    Some(usize::from(y.saturating_sub(top)) * 1000 / usize::from(height.saturating_sub(1).max(1)))
}
