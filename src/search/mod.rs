//! Search: a folded copy of everybody in memory, and the matching in it.
//!
//! Records follow each other in one arena, in the order in which they were added; orders (by name, by organisation …) are permutations of
//! them. Must not know where the people come from, nor who searches.

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
