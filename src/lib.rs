//! Guildhall: the membership book of a community of practice, in the terminal.
//!
//! Layers, each naming only those below it: `tui` and `cli`, two faces of one book; `book`, the app without a screen;
//! `store`, `search` and `exchange`; `domain`, the words and the rules. ARCHITECTURE.md draws the picture.

pub mod actions;
pub mod book;
mod bounded;
pub mod cli;
pub mod config;
pub mod domain;
mod exchange;
mod forms;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod log;
pub mod paths;
mod reasons;
mod remembered;
mod search;
mod store;
pub mod tui;
