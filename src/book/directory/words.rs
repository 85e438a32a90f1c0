//! The parts of an entry and the rules, in words, for plans, differences and error messages.
//!
//! Must not know which of these uses them.

use crate::domain::community::RuleFacts;
use crate::domain::directory::{Part, rule_words};

/// Returns the name of a part.
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

/// Returns rules in words.
pub(super) fn rules_words(rules: &[RuleFacts]) -> String {
    if rules.is_empty() { "nothing".to_owned() } else { rules.iter().map(rule_words).collect::<Vec<_>>().join("; ") }
}
