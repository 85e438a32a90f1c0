//! The parts of an entry and the rules, in words, for plans, differences and complaints alike.
//!
//! Must not know which of them is made.

use crate::domain::community::RuleFacts;
use crate::domain::directory::{Part, rule_words};

/// What a part is called.
pub(super) const fn word(part: Part) -> &'static str {
    match part {
        Part::Name => "name",
        Part::Family => "job family",
        Part::Disciplines => "disciplines",
        Part::Purpose => "purpose",
        Part::Seats => "seats",
        Part::Routes => "how to join",
        Part::Rules => "who may join",
        Part::RunBy => "run by",
    }
}

/// Rules in words.
pub(super) fn rules_words(rules: &[RuleFacts]) -> String {
    if rules.is_empty() { "nothing".to_owned() } else { rules.iter().map(rule_words).collect::<Vec<_>>().join("; ") }
}
