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

use crate::book::Command;
use crate::domain::ids::MeetupId;
use crate::domain::meetup::MeetupFacts;
use crate::domain::words::MeetupStatus;
use crate::tui::canvas::Target;
use crate::tui::core::{Cx, Outcome, Pane, Request, Touch};
use crate::tui::edit::FindLine;
use crate::tui::table::Table;

/// A pane that lists things, with a search, an order, and columns that the user can choose.
pub(super) trait List: Pane {
    /// Returns its search.
    fn find(&self) -> &FindLine;
    /// Returns its search, to change it.
    fn find_mut(&mut self) -> &mut FindLine;
    /// Returns its columns.
    fn table(&self) -> &Table;
    /// Returns its columns, to change them.
    fn table_mut(&mut self) -> &mut Table;
    /// Handles a change of the search.
    fn searched(&mut self, cx: &mut Cx<'_>) -> Outcome;
}

/// Marks a meetup as held, or says why it can't be.
fn mark_held(id: MeetupId, cx: &mut Cx<'_>) -> Outcome {
    let Some(detail) = cx.note(cx.book.meetup(id)).flatten() else { return Outcome::Done };
    if detail.facts.starts.date() > cx.book.today() {
        return Outcome::ask(Request::say(format!("{} is still to come", detail.facts.title)));
    }
    if !detail.facts.status.is_open() {
        return Outcome::ask(Request::say(format!("{} is already {}", detail.facts.title, detail.facts.status)));
    }
    let facts = MeetupFacts { status: MeetupStatus::Held, ..detail.facts };
    Outcome::ask(Request::Run(Command::PutMeetup { id: Some(id), facts, was: Some(detail.op) }))
}

/// Returns how many rows fit inside a pane's frame.
fn rows_in(area: Rect, cx: &Cx<'_>) -> usize {
    usize::from(area.height.saturating_sub(if cx.plain { 1 } else { 2 }))
}

/// Returns where a scroll bar was pressed or dragged to, in thousandths from the top, if it was one.
fn down_bar(touch: Touch) -> Option<usize> {
    let (Touch::Press { on: Target::Bar(_, top, height), at: (_, y), .. } | Touch::Drag(Target::Bar(_, top, height), (_, y))) = touch
    else {
        return None;
    };
    Some(usize::from(y.saturating_sub(top)) * 1000 / usize::from(height.saturating_sub(1).max(1)))
}
