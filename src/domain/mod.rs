//! The words of a community of practice and their rules.
//!
//! Pure: no clock, no input or output, no SQL, no screen. Whatever needs to know
//! what day it is gets the day as an argument. Must not name any other module of
//! this crate.

pub mod address;
pub mod community;
pub mod dates;
pub mod directory;
pub mod domains;
pub mod eligibility;
pub mod framework;
pub mod ids;
pub mod label;
pub mod link;
pub mod listed;
pub mod mail;
pub mod meetup;
pub mod person;
pub mod query;
pub mod tags;
pub mod text;
pub mod words;
