//! How well typed text matches what is offered: one measure for the palette, help, choices and the fields of forms.
//!
//! Must not know what is offered.

use std::cell::RefCell;
use std::cmp::Reverse;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::domain::text;

/// The quality of a match; a smaller value is a better match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    kind: Kind,
    score: Reverse<u32>,
}

/// How the typed word was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Whole,
    Beginning,
    Letters,
}

thread_local! {
    /// A matcher keeps its buffers from one match to the next.
    static MATCHER: RefCell<Matcher> = RefCell::new(Matcher::new(Config::DEFAULT));
}

/// Returns how well each word typed matches a name: as a word of it, as the beginning of one, as the beginnings of several (`pic` is *put
/// into community*), or, from three letters on, as letters inside it.
#[must_use]
pub(crate) fn fit(typed: &str, name: &str) -> Option<Fit> {
    fit_as(typed, name, Kind::Letters)
}

/// Returns how well each word typed matches a sentence: only as a whole word or the beginning of one, because letters inside words mean
/// nothing there.
#[must_use]
pub(crate) fn fit_sentence(typed: &str, sentence: &str) -> Option<Fit> {
    fit_as(typed, sentence, Kind::Beginning)
}

/// Returns whether typed text matches a name.
#[must_use]
pub(crate) fn fits(typed: &str, name: &str) -> bool {
    fit(typed, name).is_some()
}

fn fit_as(typed: &str, offered: &str, worst: Kind) -> Option<Fit> {
    let offered = text::same_key(offered);
    let mut all = Fit { kind: Kind::Whole, score: Reverse(0) };
    for word in text::same_key(typed).split_whitespace() {
        let one = MATCHER.with_borrow_mut(|matcher| fit_word(word, &offered, matcher)).filter(|f| f.kind <= worst)?;
        all = Fit { kind: all.kind.max(one.kind), score: Reverse(all.score.0 + one.score.0) };
    }
    Some(all)
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '(' | ')' | '/' | '@' | '.' | ',' | ':' | ';')
}

fn fit_word(typed: &str, offered: &str, matcher: &mut Matcher) -> Option<Fit> {
    let (mut letters, mut at) = (Vec::new(), Vec::new());
    let atom = Atom::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
    let score = Reverse(u32::from(atom.indices(Utf32Str::new(offered, &mut letters), matcher, &mut at)?));
    let begun = |i: usize| offered[..i].chars().next_back().is_none_or(is_between);
    let ended = |i: usize| offered[i..].chars().next().is_none_or(is_between);
    let found = || offered.match_indices(typed).map(|(i, _)| i).filter(|i| begun(*i));
    // A name that starts with the word comes first; the others rank alike.
    let first = Reverse(u32::from(offered.starts_with(typed)));
    if found().any(|i| ended(i + typed.len())) {
        return Some(Fit { kind: Kind::Whole, score: first });
    }
    if found().next().is_some() {
        return Some(Fit { kind: Kind::Beginning, score: first });
    }
    // Otherwise each run of letters begins a word, or there is one run that is long enough not to be chance.
    let chars: Vec<char> = offered.chars().collect();
    let before = |i: u32| (i as usize).checked_sub(1).and_then(|b| chars.get(b)).copied();
    let begins_run = |n: usize| n == 0 || at[n - 1] + 1 != at[n];
    let runs = (0..at.len()).filter(|n| begins_run(*n)).count();
    let begin_words = (0..at.len()).filter(|n| begins_run(*n)).all(|n| before(at[n]).is_none_or(is_between));
    let inside = typed.chars().count() > 2 && (runs == 1 || offered.contains(typed));
    (begin_words || inside).then_some(Fit { kind: Kind::Letters, score })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_of_words_are_enough() {
        for typed in ["put", "put into", "pic", "puinco", "community", "into put", "munity", "Pút"] {
            assert!(fits(typed, "put into community"), "{typed}");
        }
        for typed in ["ut", "pcx", "xput", "cip", "theme"] {
            assert!(!fits(typed, "put into community"), "{typed}");
        }
        // Long words against many must not be slow.
        assert!(!fits("aaaaab", &"a ".repeat(500)));
    }

    #[test]
    fn whole_words_come_before_beginnings_and_those_before_letters_inside() {
        let mut names = ["unimport", "import map", "reimport", "importance", "imp of rt"];
        names.sort_by_key(|n| fit("import", n));
        assert_eq!(names[..2], ["import map", "importance"]);
        assert!(fit("rt", "imp of rt") < fit("rt", "rtimp"));
    }

    #[test]
    fn letters_inside_the_words_of_a_sentence_fit_nothing() {
        assert_eq!(fit_sentence("theme", "Moves to the members"), None);
        assert_eq!(fit_sentence("embers", "Moves to the members"), None);
        assert!(fit_sentence("mem", "Moves to the members").is_some());
        assert!(fit_sentence("members moves", "Moves to the members").is_some());
    }
}
