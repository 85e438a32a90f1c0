//! Reads a query. Must not know anything about its subjects beyond the fields of the scope.

use super::{Compare, Expr, FIELDS, Field, Key, LATER, Scope, Test, ValueKind, When};
use crate::domain::{tags, text};

/// Why a query can't be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Where the problem starts, in characters from the left, counted from 0.
    pub at: usize,
    /// What was expected there.
    pub message: String,
}

impl QueryError {
    /// Returns three lines: the query, a caret below the problem, and the message.
    #[must_use]
    pub fn pointed(&self, query: &str) -> String {
        let before: String = query.chars().take(self.at).collect();
        format!("{}\n{}^\n{}", text::safe(query), " ".repeat(text::width(&text::safe(&before))), self.message)
    }
}

/// What the parser has to know about this roster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// What the query is about.
    pub scope: Scope,
    /// The names of the custom fields.
    pub fields: &'a [String],
}

/// The greatest depth of a query. A deeper one is refused, so that no input can exhaust the stack.
const DEEPEST: usize = 40;
/// The maximum length of a query, in characters.
pub(crate) const LONGEST: usize = 4_000;

/// Reads a query.
///
/// # Errors
/// Returns where the query can't be read, and what was expected there.
pub(crate) fn parse(query: &str, known: Known<'_>) -> Result<Expr, QueryError> {
    let chars: Vec<char> = query.chars().collect();
    if chars.len() > LONGEST {
        return Err(QueryError { at: LONGEST, message: format!("a query can have {LONGEST} characters at most") });
    }
    let mut p = Parser { chars, at: 0, depth: 0, known };
    let expr = p.any()?;
    p.blanks();
    if p.at < p.chars.len() {
        return Err(p.error("this ) has no matching ("));
    }
    Ok(expr)
}

struct Parser<'a> {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    known: Known<'a>,
}

impl Parser<'_> {
    fn error(&self, message: impl Into<String>) -> QueryError {
        QueryError { at: self.at, message: message.into() }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn any(&mut self) -> Result<Expr, QueryError> {
        let mut parts = vec![self.all()?];
        loop {
            self.blanks();
            if self.peek() != Some('|') {
                break;
            }
            if parts.last() == Some(&Expr::All) {
                return Err(self.error("something is missing before |"));
            }
            self.at += 1;
            parts.push(self.all()?);
            if parts.last() == Some(&Expr::All) {
                return Err(self.error("something is missing after |"));
            }
        }
        Ok(join(parts, Expr::Or, |e| match e {
            Expr::Or(inner) => Ok(inner),
            other => Err(other),
        }))
    }

    fn all(&mut self) -> Result<Expr, QueryError> {
        let mut parts = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None | Some('|' | ')') => break,
                _ => parts.push(self.one()?),
            }
        }
        parts.retain(|p| *p != Expr::All);
        Ok(join(parts, Expr::And, |e| match e {
            Expr::And(inner) => Ok(inner),
            other => Err(other),
        }))
    }

    fn one(&mut self) -> Result<Expr, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("this is nested too deeply"));
        }
        let expr = match self.peek() {
            Some('-') if self.chars.get(self.at + 1).is_some_and(|c| !c.is_whitespace()) => {
                self.at += 1;
                if matches!(self.peek(), Some('|' | ')')) {
                    return Err(self.error("something is missing after -"));
                }
                match self.one()? {
                    Expr::All => return Err(self.error("something is missing after -")),
                    Expr::Not(inner) => *inner,
                    inner => Expr::Not(Box::new(inner)),
                }
            }
            Some('(') => {
                let open = self.at;
                self.at += 1;
                let inner = self.any()?;
                self.blanks();
                if self.peek() != Some(')') {
                    return Err(QueryError { at: open, message: "this ( is never closed".into() });
                }
                self.at += 1;
                inner
            }
            _ => self.term()?,
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn term(&mut self) -> Result<Expr, QueryError> {
        let start = self.at;
        if self.peek() == Some('"') {
            let phrase = self.quoted()?;
            return Ok(if phrase.trim().is_empty() { Expr::All } else { Expr::Word(phrase) });
        }
        let mut word = String::new();
        while let Some(c) = self.peek() {
            match c {
                ':' if !word.is_empty() => {
                    self.at += 1;
                    return self.field(&word, start);
                }
                c if c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"') => break,
                c => word.push(c),
            }
            self.at += 1;
        }
        // A lone hyphen is an unfinished term, not a word.
        Ok(if word == "-" { Expr::All } else { Expr::Word(word) })
    }

    fn quoted(&mut self) -> Result<String, QueryError> {
        let open = self.at;
        self.at += 1;
        let mut out = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '"' => return Ok(out),
                '\\' => {
                    if let Some(next) = self.peek() {
                        out.push(next);
                        self.at += 1;
                    }
                }
                c => out.push(c),
            }
        }
        Err(QueryError { at: open, message: "this quote is never closed".into() })
    }

    fn field(&mut self, word: &str, start: usize) -> Result<Expr, QueryError> {
        let (key, kind) = self.key(word, start)?;
        let value_at = self.at;
        let was_quoted = self.peek() == Some('"');
        let value = if was_quoted { self.quoted()? } else { self.bare() };
        if value.trim().is_empty() {
            return Err(QueryError { at: value_at, message: format!("enter a value after {}:", word.to_lowercase()) });
        }
        let wrong = |message: String| QueryError { at: value_at, message };
        let test = match kind {
            ValueKind::Text => Test::Text(self.whole_word(&key, value).map_err(wrong)?),
            ValueKind::FieldName => {
                let (field, _) = self.key(&value, value_at)?;
                Test::Missing(Box::new(field))
            }
            ValueKind::Date => date_test(&value)
                .ok_or_else(|| wrong("enter a day such as 2026-03-04, a month, a year, >2026-01-01, <90d or 2026-01..2026-03".into()))?,
            ValueKind::Count if was_quoted => Test::Text(value),
            ValueKind::Count => match count_test(&value) {
                Some(test) => test,
                None if value.contains("..") || value.starts_with(['<', '>']) => {
                    return Err(wrong("enter a number such as 3, 3.., ..5 or >2, or a meetup's title".into()));
                }
                None => Test::Text(value),
            },
        };
        Ok(Expr::Field(key, test))
    }

    /// Returns the value of a field. With a closed list it must be the beginning of a word on the list, and becomes that word if there is only
    /// one: what compares values needn't know about beginnings.
    fn whole_word(&self, key: &Key, value: String) -> Result<String, String> {
        let Some(words) = super::closed_words(key, self.known.scope) else { return Ok(value) };
        let folded = text::fold(&value);
        // A custom field may have the name of a built-in one, with values of its own.
        let own = self.known.fields.iter().any(|f| tags::field_key(f) == key.word());
        let begun: Vec<&str> = words.iter().copied().filter(|w| w.starts_with(&folded)).collect();
        match begun.as_slice() {
            _ if own => return Ok(value),
            [only] => return Ok((*only).to_owned()),
            [_, ..] => return Ok(value),
            [] => {}
        }
        let near = text::nearest(&value, words.iter().copied()).map_or_else(|| words.join(", "), |near| format!("did you mean {near}?"));
        Err(format!("{} isn't a {} — {near}", text::safe(&value), key.word()))
    }

    fn bare(&mut self) -> String {
        let mut out = String::new();
        while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '|' | '"')) {
            out.push(c);
            self.at += 1;
        }
        out
    }

    fn key(&self, word: &str, at: usize) -> Result<(Key, ValueKind), QueryError> {
        let lower = word.to_lowercase();
        let scope = self.known.scope;
        let found = |f: &&Field| f.words.contains(&lower.as_str());
        if let Some(field) = FIELDS.iter().filter(found).find(|f| f.scopes.contains(&scope)) {
            return Ok((field.key.clone(), field.value));
        }
        let custom = tags::field_key(word);
        if scope == Scope::People && !custom.is_empty() && self.known.fields.iter().any(|f| tags::field_key(f) == custom) {
            return Ok((Key::Custom(custom), ValueKind::Text));
        }
        if LATER.contains(&lower.as_str()) {
            return Err(QueryError { at, message: format!("{lower}: comes with a later version and can't be searched yet") });
        }
        if FIELDS.iter().any(|f| found(&f)) {
            return Err(QueryError { at, message: format!("{lower}: isn't a field of {}", scope_word(scope)) });
        }
        let here = FIELDS.iter().filter(|f| f.scopes.contains(&scope)).flat_map(|f| f.words.iter().copied());
        let customs: Vec<String> = self.known.fields.iter().map(|f| tags::field_key(f)).collect();
        let hint = text::nearest(&lower, here.chain(customs.iter().map(String::as_str)))
            .map_or_else(|| "put quotes around text with a colon in it".to_owned(), |near| format!("did you mean {near}: ?"));
        Err(QueryError { at, message: format!("there is no field {}: — {hint}", text::safe(&lower)) })
    }
}

const fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::People => "people",
        Scope::Communities => "communities",
        Scope::Meetups => "meetups",
        Scope::Organisations => "organisations",
    }
}

/// Joins parts and flattens nested ones of the same kind. One part is returned as it is; no parts mean everything.
fn join(parts: Vec<Expr>, make: impl Fn(Vec<Expr>) -> Expr, lift: impl Fn(Expr) -> Result<Vec<Expr>, Expr>) -> Expr {
    let mut flat = Vec::new();
    for part in parts {
        match lift(part) {
            Ok(inner) => flat.extend(inner),
            Err(other) => flat.push(other),
        }
    }
    if flat.len() > 1 {
        return make(flat);
    }
    flat.pop().unwrap_or(Expr::All)
}

fn date_test(value: &str) -> Option<Test> {
    if let Some((from, to)) = value.split_once("..") {
        let read = |t: &str| if t.is_empty() { Some(None) } else { When::read(t).map(Some) };
        let (from, to) = (read(from)?, read(to)?);
        return (from.is_some() || to.is_some()).then_some(Test::Between(from, to));
    }
    for (sign, compare) in [("<=", Compare::UpTo), (">=", Compare::From), ("<", Compare::Before), (">", Compare::After)] {
        if let Some(rest) = value.strip_prefix(sign) {
            return When::read(rest).map(|w| Test::Date(compare, w));
        }
    }
    When::read(value).map(|w| Test::Date(Compare::In, w))
}

fn count_test(value: &str) -> Option<Test> {
    if let Some((from, to)) = value.split_once("..") {
        let read = |t: &str| if t.is_empty() { Some(None) } else { t.parse().ok().map(Some) };
        let (from, to): (Option<u32>, Option<u32>) = (read(from)?, read(to)?);
        return (from.is_some() || to.is_some()).then_some(Test::Count(from, to));
    }
    let number = |rest: &str| rest.parse::<u32>().ok();
    if let Some(n) = value.strip_prefix(">=").and_then(number) {
        return Some(Test::Count(Some(n), None));
    }
    if let Some(n) = value.strip_prefix("<=").and_then(number) {
        return Some(Test::Count(None, Some(n)));
    }
    if let Some(n) = value.strip_prefix('>').and_then(number) {
        return Some(Test::Count(Some(n.saturating_add(1)), None));
    }
    if let Some(n) = value.strip_prefix('<').and_then(number) {
        // No count is below 0, so the range is empty.
        return Some(if n == 0 { Test::Count(Some(1), Some(0)) } else { Test::Count(None, Some(n - 1)) });
    }
    number(value).map(|n| Test::Count(Some(n), Some(n)))
}
