//! The home screen. `hall` is its state, `screen` its interface to the shell, `panes` its parts.
//!
//! Must not know what is in a pane.

mod answers;
mod copying;
mod hall;
mod head;
mod layout;
mod links;
mod lists;
mod panes;
mod screen;

pub(crate) use hall::Home;
