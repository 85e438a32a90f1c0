//! Finding people: a folded copy of everybody in memory, and the matching in it.
//!
//! Records lie one after the other in one arena, in the order in which they came; orders (by name, by organisation …)
//! are permutations beside it. Must not know where the people come from, nor who looks.

mod arena;
mod card;
mod everybody;
mod hits;
mod index;
mod meetups;
mod order;
mod record;
mod subject;

pub(crate) use card::Card;
pub(crate) use hits::Wanted;
pub(crate) use index::{Index, IndexBuilder};
pub(crate) use meetups::{MeetupIndex, MeetupText, Turnout};
pub use order::SortBy;
