//! The placeholders of a mail's template, GOV.UK Notify's `((placeholders))`, and their values for a person.
//!
//! Must not know who is written, nor to which file.

use serde_json::{Map, Value};

use super::Outgoing;
use crate::domain::text;

/// A placeholder of a template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placeholder {
    /// Its name, as printed in the template.
    pub name: String,
    /// Whether it is `((name??text))`: the mail has the text if the column says yes.
    pub yes_or_no: bool,
    /// The value for people who have none; empty if no fallback was given.
    pub fallback: String,
}

impl Placeholder {
    /// Returns a placeholder of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.trim().to_owned(), ..Self::default() }
    }

    /// Returns the key by which the template and a column are matched.
    fn key(&self) -> String {
        text::header_key(&self.name)
    }

    /// Returns whether a person can have a value for it: it is one of ours, or a custom field.
    pub(super) fn is_known(&self, own: &[String]) -> bool {
        let key = self.key();
        self.yes_or_no || OURS.contains(&key.as_str()) || own.iter().any(|f| text::header_key(f) == key)
    }

    /// Returns the value for this person; empty if there is none.
    pub(super) fn value(&self, p: &Outgoing<'_>) -> String {
        let key = self.key();
        let own = || -> String {
            let fields: Map<String, Value> = serde_json::from_str(p.person.fields).unwrap_or_default();
            let found = fields.iter().find(|(name, _)| text::header_key(name) == key);
            found.and_then(|(_, v)| v.as_str()).unwrap_or_default().to_owned()
        };
        if self.yes_or_no {
            let tagged = p.tags().any(|t| text::header_key(t) == key);
            let no = ["", "no", "n", "false", "0"].contains(&own().trim().to_lowercase().as_str());
            return if tagged || !no { "yes" } else { "no" }.to_owned();
        }
        let found = match key.as_str() {
            "name" | "fullname" => p.name(),
            "firstname" | "givenname" => p.names().0,
            "lastname" | "surname" | "familyname" => p.names().1,
            "organisation" | "organization" => p.person.organisation.to_owned(),
            "jobtitle" => p.person.job_title.to_owned(),
            "discipline" => p.person.discipline.to_owned(),
            _ => own(),
        };
        let found = text::clean_line(&found).text.trim().to_owned();
        if found.is_empty() { self.fallback.clone() } else { found }
    }
}

/// The keys of the values that every person has.
const OURS: &[&str] = &[
    "name",
    "fullname",
    "firstname",
    "givenname",
    "lastname",
    "surname",
    "familyname",
    "organisation",
    "organization",
    "jobtitle",
    "discipline",
];

/// Returns the placeholders of a template, in order and each once, without the address, which is always there.
#[must_use]
pub fn placeholders(template: &str) -> Vec<Placeholder> {
    let mut all = Vec::new();
    for piece in template.split("((").skip(1) {
        let Some((inside, _)) = piece.split_once("))") else { continue };
        let (name, yes_or_no) = inside.split_once("??").map_or((inside, false), |(name, _)| (name, true));
        all.push(Placeholder { yes_or_no, ..Placeholder::named(name) });
    }
    each_once(all)
}

/// Removes duplicates by the rule with which Notify compares columns, and also the address and placeholders without a name.
#[must_use]
pub fn each_once(all: Vec<Placeholder>) -> Vec<Placeholder> {
    let mut seen = vec!["emailaddress".to_owned(), String::new()];
    let mut out = Vec::new();
    for one in all {
        let key = one.key();
        if !seen.contains(&key) {
            seen.push(key);
            out.push(one);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_for_what_it_asks() {
        let text = "Hello ((First name)),\n((first_name)), ((a11y??Captions will be on)) at ((Venue))((email address)) ((never ends";
        let found: Vec<(String, bool)> = placeholders(text).into_iter().map(|p| (p.name, p.yes_or_no)).collect();
        assert_eq!(found, [("First name".into(), false), ("a11y".into(), true), ("Venue".into(), false)]);
    }
}
