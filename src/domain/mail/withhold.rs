//! Finds addresses inside other text: a name that is an address, a note that contains one.
//!
//! Must not know which addresses may be exported.

use std::borrow::Cow;

use crate::domain::address;

/// Returns whether a character can't be part of an address, so that an address begins or ends there.
fn separates(c: char) -> bool {
    c.is_whitespace()
        || (!c.is_ascii() && !is_of_a_word(c))
        || matches!(c, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\\' | '|')
}

/// Returns whether a character is a letter, a digit or a combining mark.
fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

/// Returns the possible addresses around an `@`, longest first. Punctuation before the `@` may be part of the address (`o'neil@…`) or not
/// (`e-mail=ann@…`, `ann@…/bo@…`, the `n` of a line break in JSON).
fn meant(text: &str, at: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let behind = &text[at + 1..];
    let domain = behind.find(|c: char| !(is_of_a_word(c) || matches!(c, '-' | '.'))).unwrap_or(behind.len());
    let end = at + 1 + behind[..domain].trim_end_matches(['.', '-']).len();
    let before = &text[..at];
    let first = before.rfind(|c| separates(c) || c == '@').map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    let inside = before[first..]
        .char_indices()
        .filter(|(_, c)| !is_of_a_word(*c) && !matches!(c, '.' | '-'))
        .map(move |(i, c)| first + i + c.len_utf8());
    // A line break in JSON is written as a backslash and a letter.
    let escaped = (before[..first].ends_with('\\') && before[first..].starts_with(['n', 'r', 't', 'b', 'f'])).then_some(first + 1);
    let starts: Vec<usize> = std::iter::once(first).chain(escaped).chain(inside).filter(|s| *s < at).collect();
    starts.into_iter().map(move |start| start..end)
}

/// Returns the text without the addresses that `may` refuses.
pub fn withhold<'t>(text: &'t str, may: impl Fn(&str) -> bool) -> Cow<'t, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut from = 0;
    for (at, _) in text.match_indices('@') {
        let mut candidates = meant(text, at).filter(|r| r.start >= from && address::read(&text[r.clone()]).is_ok());
        if let Some(refused) = candidates.find(|r| !may(&text[r.clone()])) {
            out.push_str(&text[from..refused.start]);
            from = refused.end;
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    // Removes the empty brackets that remain where a name was followed by an address.
    Cow::Owned(out.replace(" <>", "").replace("<>", "").replace(" ()", "").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::withhold;

    #[test]
    fn addresses_are_taken_out_wherever_they_stand_and_nothing_else_is() {
        let may = |a: &str| a != "no@x.example";
        for (text, expected) in [
            ("Ann Hallam", "Ann Hallam"),
            ("no@x.example", ""),
            ("yes@x.example", "yes@x.example"),
            ("Ann <no@x.example>", "Ann"),
            ("write to mailto:no@x.example.", "write to mailto:."),
            ("mailto:no@x.example?subject=Joining", "mailto:?subject=Joining"),
            ("no@x.example; yes@x.example", "; yes@x.example"),
            ("e-mail=no@x.example", "e-mail="),
            ("“no@x.example”", "“”"),
            ("`no@x.example`", "``"),
            ("«no@x.example»", "«»"),
            ("no@x.example/yes@x.example", "/yes@x.example"),
            ("yes@x.example/no@x.example", "yes@x.example/"),
            ("https://x.example/?m=no@x.example", "https://x.example/?m="),
            ("no@x.example—old", "—old"),
            ("no@x.example's list", "'s list"),
            ("no@x.example…", "…"),
            ("no@x.example/PA", "/PA"),
            ("{\"Ref\":\"one\\nno@x.example\"}", "{\"Ref\":\"one\\n\"}"),
            ("o'hara+no@x.example", "o'hara+"),
            ("@no@x.example", "@"),
            ("{\"UPN\":\"no@x.example\",\"n\":\"1\"}", "{\"UPN\":\"\",\"n\":\"1\"}"),
            ("@ home, a@b", "@ home, a@b"),
        ] {
            assert_eq!(withhold(text, may), expected, "{text}");
        }
    }
}
