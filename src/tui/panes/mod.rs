//! The four panes, each in one file: its state, its handling, its drawing.

mod communities;
mod detail;
mod detail_lines;
mod meetups;
mod members;
mod members_draw;

pub use communities::Communities;
pub use detail::Detail;
pub use meetups::Meetups;
pub use members::Members;
