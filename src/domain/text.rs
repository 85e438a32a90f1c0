//! Text: folded for search, cleaned for storage, made safe for display, measured for alignment.
//!
//! Nothing else in the program does any of these four. Must not know what the text is about.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Appends `text` to `out` in the form that search uses: lower case, Latin letters without accents, no control characters.
pub fn fold_into(out: &mut String, text: &str) {
    if is_plain_ascii(text) {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
        return;
    }
    for c in text.chars() {
        if c.is_ascii() {
            out.push(if c.is_ascii_control() { ' ' } else { c.to_ascii_lowercase() });
        } else if is_harmful(c) {
            continue;
        } else if let Some(plain) = deunicode::deunicode_char(c) {
            out.extend(plain.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            out.push(c);
        }
    }
}

/// Returns whether a text has only printable ASCII characters. Most texts do, so the loop checks every byte without a branch.
pub(crate) fn is_plain_ascii(text: &str) -> bool {
    text.bytes().fold(true, |plain, b| plain & (0x20..0x7f).contains(&b))
}

/// Returns the text in the form that search uses; see [`fold_into`].
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text);
    out
}

/// Returns whether two names have the same [`same_key`], without making the keys where both names are plain ASCII.
pub(crate) fn are_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let is_plain_key = |t: &str| is_plain_ascii(t) && !t.contains("  ") && t.trim().len() == t.len();
    if is_plain_key(one) && is_plain_key(other) {
        return one.eq_ignore_ascii_case(other);
    }
    same_key(one) == same_key(other)
}

/// Returns the key under which two names of an organisation, a community, a tag or a discipline are the same: folded, with single blanks.
#[must_use]
pub fn same_key(name: &str) -> String {
    let folded = fold(name);
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Returns the key that identifies a column's header: compatibility forms resolved, trailing `?`, `:` and `*` dropped, lower case, without
/// blanks, `_`, `-` and full stops. This is Notify's rule for its columns, slightly extended.
#[must_use]
pub fn header_key(header: &str) -> String {
    let plain: String = header.nfkc().collect();
    plain
        .trim()
        .trim_end_matches(['?', ':', '*'])
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '\u{2010}' | '\u{2011}') && !is_harmful(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns whether a character could drive a terminal, reorder text, or be invisible: C0 and C1 controls, DEL, bidirectional marks and
/// overrides, zero-width marks, line and paragraph separators, tag characters.
///
/// The zero-width joiner and non-joiner are allowed: Persian, Indic names and emoji need them.
#[must_use]
pub const fn is_harmful(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}'
        | '\u{2028}' | '\u{2029}'
        | '\u{e0000}'..='\u{e007f}'
        | '\u{fff9}'..='\u{fffb}')
}

/// Returns the text in a form that is safe to show: U+FFFD for every [`is_harmful`] character, a blank for a line break or tab.
///
/// Every string for the screen, a message or a log passes through here.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|b| b < 0x20 || b == 0x7f) || !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if matches!(c, '\n' | '\t' | '\r') { ' ' } else { shown(c) }).collect())
}

/// Returns the text as [`safe`] does, but keeps line breaks: for texts of several lines.
#[must_use]
pub fn safe_lines(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\n' {
                c
            } else if c == '\t' {
                ' '
            } else {
                shown(c)
            }
        })
        .collect()
}

pub(crate) const fn shown(c: char) -> char {
    if is_harmful(c) { '\u{fffd}' } else { c }
}

/// A text cleaned for storage, with the number of characters removed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned<'a> {
    /// The cleaned text: NFC, trimmed, without harmful characters.
    pub text: Cow<'a, str>,
    /// The number of harmful characters removed. Line breaks and tabs that became blanks don't count.
    pub removed: usize,
}

/// Cleans a text of one line: a name, a title, an organisation. Line breaks and tabs become blanks.
#[must_use]
pub fn clean_line(text: &str) -> Cleaned<'_> {
    clean(text, false)
}

/// Cleans a text of several lines: a note. Line ends become `\n`, tabs stay.
#[must_use]
pub fn clean_lines(text: &str) -> Cleaned<'_> {
    clean(text, true)
}

fn clean(text: &str, lines: bool) -> Cleaned<'_> {
    let trimmed = text.trim();
    if is_plain_ascii(trimmed) || (!trimmed.chars().any(is_harmful) && is_nfc_quick(trimmed.chars()) == IsNormalized::Yes) {
        return Cleaned { text: Cow::Borrowed(trimmed), removed: 0 };
    }
    let mut out = String::with_capacity(trimmed.len());
    let mut removed = 0;
    let mut chars = trimmed.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' if lines => out.push('\n'),
            '\t' if lines => out.push('\t'),
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_harmful(c) => removed += 1,
            c => out.push(c),
        }
    }
    let text: String = out.trim().nfc().collect();
    Cleaned { text: Cow::Owned(text), removed }
}

/// Returns how many terminal columns a text takes. Harmful characters count as their replacement.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { UnicodeWidthStr::width(text) }
}

/// Cuts a text to at most `columns`, ending in `…` if anything was cut. Never splits a grapheme.
#[must_use]
pub fn clip(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut out = String::new();
    let mut used = 0;
    for letter in text.graphemes(true) {
        let w = UnicodeWidthStr::width(letter);
        if used + w > columns - 1 {
            break;
        }
        out.push_str(letter);
        used += w;
    }
    out.push('…');
    Cow::Owned(out)
}

/// Returns the text cut or padded with blanks to exactly `columns`.
#[must_use]
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = clip(text, columns).into_owned();
    let used = width(&out);
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    out
}

/// Returns the text as [`pad`] does, but padded on the left: for numbers.
#[must_use]
pub fn pad_left(text: &str, columns: usize) -> String {
    let cut = clip(text, columns);
    let mut out = " ".repeat(columns.saturating_sub(width(&cut)));
    out.push_str(&cut);
    out
}

/// Breaks a text into lines of at most `columns`, between words where possible. Breaks a long address or link before a punctuation mark.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ') {
            let w = width(word);
            if used > 0 && used + 1 + w > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else if used > 0 {
                line.push(' ');
                used += 1;
            }
            for c in word.chars() {
                let w = UnicodeWidthChar::width(c).unwrap_or(0);
                if used + w > columns && used > 0 {
                    // A punctuation mark in the last two thirds of the line: the line breaks before it.
                    let late = |at: &usize| *at > line.len() / 3;
                    let sign = line.rfind('@').filter(late).or_else(|| line.rfind(['/', '?', '&', '=', '-', '.']).filter(late));
                    let rest = sign.map_or_else(String::new, |at| line.split_off(at));
                    lines.push(std::mem::replace(&mut line, rest));
                    used = line.chars().filter_map(UnicodeWidthChar::width).sum();
                }
                line.push(c);
                used += w;
            }
        }
        lines.push(line);
    }
    lines
}

/// Returns a count with the right form of its noun and thousands separated: `1 person`, `3 people`.
#[must_use]
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// Returns a clause as a sentence, with a capital and a full stop.
#[must_use]
pub fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
}

/// The maximum length of a text of one line, in characters: nobody types more on purpose.
const LONGEST_LINE: usize = 500;

/// Checks that a text of one line isn't longer than anybody types on purpose.
///
/// # Errors
/// Returns a message for the user.
pub fn check_length(line: &str) -> Result<(), String> {
    match line.chars().count() {
        ..=LONGEST_LINE => Ok(()),
        length => Err(format!("use at most {LONGEST_LINE} characters; there are {}", thousands(length as u64))),
    }
}

/// Returns a number with its thousands separated by commas.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Returns whether one edit (a letter added, removed, changed, or two neighbours swapped) turns `a` into `b`.
#[must_use]
pub fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long.iter()).take_while(|(x, y)| x == y).count();
    if short.len() < long.len() {
        return short[same..] == long[same + 1..];
    }
    if same == long.len() {
        return true;
    }
    let swapped = same + 1 < long.len() && short[same] == long[same + 1] && short[same + 1] == long[same];
    short[same + 1..] == long[same + 1..] || (swapped && short[same + 2..] == long[same + 2..])
}

/// Returns the entry nearest to `typed`: the first that is one edit away, otherwise the first that begins with it. For "did you mean".
pub fn nearest<'a>(typed: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = same_key(typed);
    let all: Vec<&str> = among.into_iter().collect();
    all.iter()
        .find(|w| one_edit_apart(&same_key(w), &typed))
        .or_else(|| all.iter().find(|w| typed.chars().count() >= 2 && same_key(w).starts_with(&typed)))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn names_are_the_same_just_if_their_keys_are(one in "[aA\u{e4} \t]{0,4}", other in "[aA\u{e4} \t]{0,4}") {
            proptest::prop_assert_eq!(are_same(&one, &other), same_key(&one) == same_key(&other));
        }
    }

    #[test]
    fn folding_drops_case_and_accents() {
        for (text, folded) in [
            ("Łukasz", "lukasz"),
            ("Straße", "strasse"),
            ("Zoë Þór", "zoe thor"),
            ("ÅSE ØSTER", "ase oster"),
            ("O'Brien", "o'brien"),
            ("a\u{202e}b\tc", "ab c"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn nothing_that_drives_a_terminal_is_shown() {
        let shown = safe("\u{1b}[2Jred\u{9b}31m\u{202e}\u{e0041}\u{7f}x");
        assert!(!shown.chars().any(is_harmful));
        assert_eq!(shown, "\u{fffd}[2Jred\u{fffd}31m\u{fffd}\u{fffd}\u{fffd}x");
    }

    #[test]
    fn joiners_and_emoji_are_left_alone() {
        let family = "👩\u{200d}💻 نیما\u{200c}ها";
        assert_eq!(safe(family), family);
        assert_eq!(clean_line(family).text, family);
    }

    #[test]
    fn cleaning_says_how_much_it_took() {
        let cleaned = clean_line("  Ann\u{1b}\u{0}  B\nC ");
        assert_eq!((cleaned.text.as_ref(), cleaned.removed), ("Ann  B C", 2));
        assert_eq!(clean_lines("one\r\ntwo\u{7}").text, "one\ntwo");
        assert_eq!(clean_line("Zoe\u{308}").text, "Zoë");
    }

    #[test]
    fn cutting_and_filling_go_by_display_width() {
        assert_eq!(pad("日本語", 5), "日本…");
        assert_eq!(pad("日本", 5), "日本 ");
        assert_eq!(pad("abc", 2), "a…");
        assert_eq!(pad_left("7", 3), "  7");
        assert_eq!(clip("abc", 0), "");
        for columns in 0..12 {
            assert_eq!(width(&pad("e\u{301}日x👩\u{200d}💻yz", columns)), columns);
        }
    }

    #[test]
    fn wrapping_never_exceeds_the_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 10), ["a", "", "b"]);
    }

    #[test]
    fn headers_match_whatever_their_case_and_hyphens() {
        assert_eq!(header_key("E-mail_Address: "), "emailaddress");
        assert_eq!(header_key("What is your work email?\u{a0}"), "whatisyourworkemail");
        assert_eq!(header_key("\u{feff}Full  Name"), "fullname");
    }

    #[test]
    fn the_nearest_word_is_one_edit_away() {
        assert!(one_edit_apart("silvia", "silva"));
        assert!(one_edit_apart("silvia", "sivlia"));
        assert!(!one_edit_apart("silvia", "sylvya"));
        assert_eq!(nearest("gard", ["grade", "guard"]), Some("guard"));
        assert_eq!(nearest("xyz", ["grade"]), None);
    }

    #[test]
    fn counts_have_the_right_noun() {
        assert_eq!(count(1, "person", "people"), "1 person");
        assert_eq!(count(12_345, "person", "people"), "12,345 people");
        assert_eq!(count(0, "person", "people"), "0 people");
    }
}
