//! Tags and custom fields: what a lead records about a person under names of their own.
//!
//! Must not know how either is stored.

use crate::domain::text;

/// Reads tags separated by `;`, `,` or line breaks: trimmed, without duplicates, in the order typed.
#[must_use]
pub(crate) fn read(line: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in line.split([';', ',', '\n']) {
        let tag = text::clean_line(part).text.into_owned();
        if !tag.is_empty() && !out.iter().any(|t| text::are_same(t, &tag)) {
            out.push(tag);
        }
    }
    out
}

/// Writes tags on one line, separated by `;`.
#[must_use]
pub(crate) fn write(tags: &[String]) -> String {
    tags.join(";")
}

/// Returns the key of a custom field in a search: folded, blanks as hyphens (`Pay grade` is `pay-grade:`).
#[must_use]
pub(crate) fn field_key(name: &str) -> String {
    let mut out = String::new();
    for c in text::same_key(name).chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_kept_once() {
        assert_eq!(read("a11y; speaker,A11Y;; "), ["a11y", "speaker"]);
        assert_eq!(write(&read("b;a")), "b;a");
    }

    #[test]
    fn fields_are_searched_by_a_key_without_blanks() {
        assert_eq!(field_key("Pay  grade?"), "pay-grade");
        assert_eq!(field_key("Größe"), "grosse");
    }
}
