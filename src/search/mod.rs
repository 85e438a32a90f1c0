//! Finding people: a folded copy of everybody in memory, and the matching in it.
//!
//! Records lie one after the other in one arena, in the order in which they came; orders (by name, by organisation …)
//! are permutations beside it. Must not know where the people come from, nor who looks.

mod card;
mod everybody;
mod index;
mod order;
mod record;
mod subject;

pub(crate) use card::Card;
pub(crate) use index::{Index, IndexBuilder};
pub use order::SortBy;
