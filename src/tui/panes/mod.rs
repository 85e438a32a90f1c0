//! The four panes, each in one file: its state, its handling, its drawing.

mod communities;
mod detail;
mod detail_lines;
mod meetups;
mod members;
mod members_draw;

pub(crate) use communities::Communities;
pub(crate) use detail::Detail;
pub(crate) use meetups::Meetups;
pub(crate) use members::Members;
