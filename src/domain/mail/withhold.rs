//! Addresses inside other text: a name that is one, a note that has one in it.
//!
//! Must not know which addresses may be written.

use std::borrow::Cow;

use crate::domain::address;

/// What stands between the words of a text in which an address may be one: blanks, and the signs that an address can't have.
fn parts_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\\' | '|')
}

/// The text without those addresses in it that may not be written.
pub fn withhold<'t>(text: &'t str, may: impl Fn(&str) -> bool) -> Cow<'t, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut from = 0;
    for word in text.split(parts_words).filter(|w| w.contains('@')) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let plain = word.trim_end_matches(['.', '!', '?', '\'', '’', '*', '_']).trim_start_matches(['\'', '‘', '*']);
        // A link to an address may go on with a subject.
        let linked = word.split('?').next().unwrap_or(word);
        let refused = [word, plain, linked].into_iter().any(|w| address::read(w).is_ok() && !may(w));
        if refused {
            out.push_str(&text[from..start]);
            from = start + word.len();
        }
    }
    if from == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    // What is left around an address that was a name's second half.
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
            ("write to mailto:no@x.example.", "write to mailto:"),
            ("mailto:no@x.example?subject=Joining", "mailto:"),
            ("no@x.example; yes@x.example", "; yes@x.example"),
            ("{\"UPN\":\"no@x.example\",\"n\":\"1\"}", "{\"UPN\":\"\",\"n\":\"1\"}"),
            ("@ home, a@b", "@ home, a@b"),
        ] {
            assert_eq!(withhold(text, may), expected, "{text}");
        }
    }
}
