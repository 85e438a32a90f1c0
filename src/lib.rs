//! Guildhall: the membership book of a community of practice, in the terminal.
//!
//! The layers, each of which may only use those below it: `tui` and `cli`, the two interfaces; `book`, the application without a screen;
//! `store`, `search` and `exchange`; `domain`, the terms and rules. ARCHITECTURE.md has a diagram.

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
mod platform;
mod reasons;
mod remembered;
mod search;
mod store;
pub mod tui;
