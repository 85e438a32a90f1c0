//! The domain model of a community of practice and its rules.
//!
//! Pure: no clock, no input or output, no SQL, no screen. A function that needs today's date takes it as an argument. Must not name any
//! other module of this crate.

pub mod address;
pub mod community;
pub mod dates;
pub(crate) mod directory;
pub(crate) mod domains;
pub mod eligibility;
pub(crate) mod fields;
pub(crate) mod framework;
pub mod ids;
pub(crate) mod label;
pub(crate) mod likeness;
pub(crate) mod link;
pub(crate) mod listed;
pub mod mail;
pub mod meetup;
pub mod person;
pub(crate) mod query;
pub(crate) mod tags;
pub mod text;
pub mod words;
