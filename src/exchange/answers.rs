//! Answers in another system's words: whether a cell says yes, no, nothing, or something unknown.
//!
//! Must not know whose answer it is, nor what follows from it.

use chrono::NaiveDate;

use super::foreign::{NEGATIONS, NO_MAIL, REFUSALS, flag, has, spaced, status};
use crate::domain::listed::ListStatus;

/// An answer to a question of yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Yes, a tick, or a repetition of the words to agree to.
    Yes,
    /// No, or a cross.
    No,
    /// No answer.
    Nothing,
    /// An answer that is neither.
    Unknown,
}

/// The beginnings of answers that mean no.
const NOS: &[&str] = &[
    "no",
    "n",
    "false",
    "0",
    "off",
    "never",
    "not",
    "unchecked",
    "disagree",
    "withdrawn",
    "declined",
    "decline",
    "refused",
    "opt out",
    "opted out",
    "unsubscribed",
    "dont",
    "do not",
    "nein",
    "non",
];

/// Answers that mean yes.
const YESES: &[&str] = &[
    "yes",
    "y",
    "true",
    "1",
    "x",
    "on",
    "ok",
    "checked",
    "agree",
    "agreed",
    "consent",
    "consented",
    "granted",
    "i agree",
    "i consent",
    "opt in",
    "opted in",
    "subscribed",
    "ja",
    "oui",
    "si",
    "sí",
    "wahr",
    "vrai",
];

/// The beginnings of sentences that mean yes.
const AGREEMENTS: &[&str] =
    &["i agree", "i consent", "i am happy", "im happy", "i would like", "id like", "please add me", "please sign me up"];

fn begins(plain: &str, words: &[&str]) -> bool {
    words.iter().any(|w| plain.starts_with(&format!(" {w} ")))
}

/// Reads an answer without letters and digits: a tick, a cross, a dash.
fn sign(value: &str) -> Answer {
    match value.trim() {
        "✓" | "✔" | "☑" | "✅" => Answer::Yes,
        "✗" | "✘" | "☐" | "❌" => Answer::No,
        "" | "-" | "–" | "—" => Answer::Nothing,
        _ => Answer::Unknown,
    }
}

/// Reads an answer to a question of consent.
#[must_use]
pub(crate) fn answer(value: &str, header: &str) -> Answer {
    let plain = spaced(value);
    let word = plain.trim();
    if word.is_empty() {
        return sign(value);
    }
    if ["n a", "na", "none", "null", "unknown"].contains(&word) || day(value).is_some() {
        return Answer::Nothing;
    }
    let begins_with_yes = begins(&plain, &["yes"]);
    if has(&plain, NEGATIONS) || begins(&plain, NOS) {
        // A yes that continues with a no is left for a person to read, unless it asks for no more mail.
        let is_mixed =
            !has(&plain, REFUSALS) && !has(&plain, NO_MAIL) && (begins_with_yes || (plain.contains(" but ") && begins(&plain, AGREEMENTS)));
        return if is_mixed { Answer::Unknown } else { Answer::No };
    }
    let is_the_question = plain == spaced(header) || (word.split(' ').count() > 2 && spaced(header).contains(word));
    if YESES.contains(&word) || begins_with_yes || is_the_question || begins(&plain, AGREEMENTS) {
        return Answer::Yes;
    }
    Answer::Unknown
}

/// Reads an answer in a column that is negative about a person, such as *Unsubscribed* or "I do not want any e-mail": a yes, a tick, a
/// time, or the words of the column itself.
#[must_use]
pub(crate) fn against(value: &str, header: &str) -> Answer {
    let (plain, asked) = (spaced(value), spaced(header));
    let word = plain.trim();
    if word.is_empty() {
        return sign(value);
    }
    if ["n a", "na", "none", "null", "unknown"].contains(&word) {
        return Answer::Nothing;
    }
    if ["no", "n", "false", "0", "off", "never", "unchecked", "nein", "non", "falsch", "faux", "subscribed", "active", "allow", "allowed"]
        .contains(&word)
    {
        return Answer::No;
    }
    let is_time = value.chars().filter(char::is_ascii_digit).count() >= 6;
    let is_the_column = plain == asked || (word.split(' ').count() > 1 && asked.contains(&plain)) || plain.contains(asked.trim_end());
    let gives_a_reason = asked.contains(" reason ") || asked.contains(" unsub reason");
    let says_so = has(&plain, REFUSALS) || status(value) == Some(ListStatus::Unsubscribed) || flag(value).is_some();
    if YESES.contains(&word)
        || begins(&plain, &["yes"])
        || is_time
        || is_the_column
        || gives_a_reason
        || says_so
        || has(&plain, &[" do not ", " dont "])
    {
        return Answer::Yes;
    }
    Answer::Unknown
}

/// Returns the day of a time as other systems write it: `2026/11/21 2:03:45 pm GMT`, `2026-08-08T00:16:45.813Z`, `21/11/2026 14:03`, `21
/// Nov 2026`. Returns `None` for an ambiguous day (`01/03/2026`).
#[must_use]
pub(crate) fn day(value: &str) -> Option<NaiveDate> {
    let value = value.trim();
    if let Some(first) = value.get(..10)
        && let Ok(day) = NaiveDate::parse_from_str(first, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(first, "%Y/%m/%d"))
    {
        return Some(day);
    }
    let words: Vec<&str> = value.split([' ', 'T', ',']).filter(|w| !w.is_empty()).collect();
    let spelled = words.get(..3).map(|w| w.join(" ")).unwrap_or_default();
    if let Ok(day) = NaiveDate::parse_from_str(&spelled, "%d %B %Y").or_else(|_| NaiveDate::parse_from_str(&spelled, "%B %d %Y")) {
        return Some(day);
    }
    let numbers: Vec<u32> = words.first()?.split('/').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let [one, two, year] = numbers[..] else { return None };
    let year = i32::try_from(if year < 100 { year + 2000 } else { year }).ok()?;
    match (NaiveDate::from_ymd_opt(year, two, one), NaiveDate::from_ymd_opt(year, one, two)) {
        (Some(day), None) | (None, Some(day)) => Some(day),
        (Some(day), Some(same)) if day == same => Some(day),
        _ => None,
    }
}
