//! The overlays, each in one file: its state, its handling, its drawing.

mod choose;
mod columns;
mod confirm;
mod export;
mod help;
mod history;
mod message;
mod organisations;
mod palette;
mod picker;
mod prompt;
mod review;
mod roll;

pub(crate) use choose::Choose;
pub(crate) use columns::Columns;
pub(crate) use confirm::Confirm;
pub(crate) use export::{ExportBox, Who};
pub(crate) use help::Help;
pub(crate) use history::History;
pub(crate) use message::Message;
pub(crate) use organisations::Organisations;
pub(crate) use palette::{Entry, Palette};
pub(crate) use prompt::Prompt;
pub(crate) use review::Review;
pub(crate) use roll::{Roll, ask_whether_held};
