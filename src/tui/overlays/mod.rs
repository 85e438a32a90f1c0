//! What can lie on top of the panes, each in one file: its state, its handling, its drawing.

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

pub use choose::Choose;
pub use columns::Columns;
pub use confirm::Confirm;
pub use export::{ExportBox, Who};
pub use help::Help;
pub use history::History;
pub use message::Message;
pub use organisations::Organisations;
pub use palette::{Entry, Palette};
pub use picker::{fits, rank};
pub use prompt::Prompt;
pub use review::Review;
pub use roll::Roll;
