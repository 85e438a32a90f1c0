//! Evaluates a query: prepares it once (folded, dated), then tests one subject after the other.
//!
//! Must not know what the subjects are: each implements [`Subject`].

use chrono::{Datelike, NaiveDate};

use super::{Compare, Expr, Key, Test};
use crate::domain::text;

/// Anything that a query can be tested against. All needles are folded.
pub(crate) trait Subject {
    /// Returns whether the needle occurs in any field.
    fn anywhere(&self, needle: &str) -> bool;
    /// Returns whether a text field contains the needle, equals it, or is a domain below it.
    fn has(&self, key: &Key, needle: &str) -> bool;
    /// Returns whether a field is empty.
    fn lacks(&self, key: &Key) -> bool;
    /// Returns the value of a date field, in days since the start of the common era (day 1 is 1 January of year 1).
    fn day(&self, key: &Key) -> Option<i32>;
    /// Returns the value of a count field.
    fn count(&self, key: &Key) -> u32;
    /// Returns whether a single membership meets every part of the test.
    fn membership(&self, test: &MembershipTest) -> bool;
}

/// The conditions that a single membership has to meet: `community:research status:active` means active *in* research.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MembershipTest {
    /// Part of the community's name, folded.
    pub community: Option<String>,
    /// The status, folded.
    pub status: Option<String>,
    /// The source, folded.
    pub source: Option<String>,
    /// The community whose members are searched, if the query names no other.
    pub within: Option<i64>,
}

/// A query prepared for a given day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Everything.
    All,
    /// A folded needle in any field.
    Anywhere(String),
    /// A folded needle in one field.
    Has(Key, String),
    /// A day within inclusive bounds, in days since the start of the common era.
    Day(Key, i32, i32),
    /// A count within inclusive bounds.
    Count(Key, u32, u32),
    /// An empty field.
    Lacks(Key),
    /// A single membership that meets every part of the test.
    Membership(MembershipTest),
    /// Everything that the inner plan doesn't match.
    Not(Box<Plan>),
    /// All of them.
    And(Vec<Plan>),
    /// At least one of them.
    Or(Vec<Plan>),
}

impl Plan {
    /// Prepares a query. `memberships` says whether community, status and source belong together (they do for people).
    #[must_use]
    pub(crate) fn new(expr: &Expr, today: NaiveDate, memberships: bool) -> Self {
        let ready = |e: &Expr| Self::new(e, today, memberships);
        match expr {
            Expr::All => Self::All,
            Expr::Word(w) => Self::Anywhere(text::fold(w)),
            Expr::Not(inner) => Self::Not(Box::new(ready(inner))),
            Expr::Or(any) => Self::Or(any.iter().map(ready).collect()),
            Expr::And(all) => Self::And(gather(all.iter().map(ready).collect())),
            Expr::Field(key, test) => match test {
                Test::Text(t) if memberships && matches!(key, Key::Community | Key::Status | Key::Source) => {
                    Self::Membership(MembershipTest::of(key, text::fold(t)))
                }
                Test::Text(t) => Self::Has(key.clone(), text::fold(t)),
                Test::Count(a, b) => Self::Count(key.clone(), a.unwrap_or(0), b.unwrap_or(u32::MAX)),
                Test::Missing(field) => Self::Lacks((**field).clone()),
                Test::Date(compare, when) => {
                    let (first, last) = when.span(today);
                    let (first, last) = (first.num_days_from_ce(), last.num_days_from_ce());
                    let age = matches!(when, super::When::Ago(..));
                    let (from, to) = match (compare, age) {
                        (Compare::In, false) => (first, last),
                        (Compare::In, true) | (Compare::UpTo, true) | (Compare::From, false) => (first, i32::MAX),
                        (Compare::Before, true) | (Compare::After, false) => (last.saturating_add(1), i32::MAX),
                        (Compare::After, true) | (Compare::Before, false) => (i32::MIN, first.saturating_sub(1)),
                        (Compare::From, true) | (Compare::UpTo, false) => (i32::MIN, last),
                    };
                    Self::Day(key.clone(), from, to)
                }
                Test::Between(a, b) => {
                    let a = a.map(|w| w.span(today));
                    let b = b.map(|w| w.span(today));
                    // Ages run backwards: 30d..90d means from 90 to 30 days ago.
                    let from = a.map_or(NaiveDate::MIN, |s| s.0);
                    let to = b.map_or(NaiveDate::MAX, |s| s.1);
                    let (from, to) = match (a, b) {
                        (Some(a), Some(b)) if a.0 > b.1 => (b.0, a.1),
                        _ => (from, to),
                    };
                    Self::Day(key.clone(), from.num_days_from_ce(), to.num_days_from_ce())
                }
            },
        }
    }

    /// Binds membership tests that name no community to the given one: among the members of a community, `status:active` means active in
    /// it.
    #[must_use]
    pub(crate) fn within(self, community: Option<i64>) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(|p| p.within(community)).collect();
        match self {
            Self::Membership(test) if test.community.is_none() => Self::Membership(MembershipTest { within: community, ..test }),
            Self::Not(inner) => Self::Not(Box::new(inner.within(community))),
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
            other => other,
        }
    }

    /// Returns whether the subject matches the query.
    pub(crate) fn holds<S: Subject>(&self, subject: &S) -> bool {
        match self {
            Self::All => true,
            Self::Anywhere(needle) => subject.anywhere(needle),
            Self::Has(key, needle) => subject.has(key, needle),
            Self::Day(key, from, to) => subject.day(key).is_some_and(|d| (*from..=*to).contains(&d)),
            Self::Count(key, from, to) => (*from..=*to).contains(&subject.count(key)),
            Self::Lacks(key) => subject.lacks(key),
            Self::Membership(test) => subject.membership(test),
            Self::Not(inner) => !inner.holds(subject),
            Self::And(all) => all.iter().all(|p| p.holds(subject)),
            Self::Or(any) => any.iter().any(|p| p.holds(subject)),
        }
    }

    /// Returns the words that every hit contains in some field, longest first: the search looks for the first, and the screen highlights
    /// them all.
    #[must_use]
    pub(crate) fn words(&self) -> Vec<&str> {
        let mut out: Vec<&str> = match self {
            Self::Anywhere(w) => vec![w],
            Self::And(all) => all.iter().flat_map(|p| if matches!(p, Self::Anywhere(_)) { p.words() } else { Vec::new() }).collect(),
            _ => Vec::new(),
        };
        out.sort_by_key(|w| std::cmp::Reverse(w.len()));
        out
    }
}

impl MembershipTest {
    fn of(key: &Key, needle: String) -> Self {
        let mut test = Self::default();
        match key {
            Key::Community => test.community = Some(needle),
            Key::Status => test.status = Some(needle),
            _ => test.source = Some(needle),
        }
        test
    }

    /// Merges the conditions of `other` and returns true, unless both have a condition on the same field.
    fn merge(&mut self, other: &Self) -> bool {
        let free = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none();
        if !(free(&self.community, &other.community) && free(&self.status, &other.status) && free(&self.source, &other.source)) {
            return false;
        }
        for (mine, theirs) in
            [(&mut self.community, &other.community), (&mut self.status, &other.status), (&mut self.source, &other.source)]
        {
            if let Some(t) = theirs {
                *mine = Some(t.clone());
            }
        }
        true
    }
}

/// Merges the membership tests of one conjunction where they don't overlap.
fn gather(parts: Vec<Plan>) -> Vec<Plan> {
    let mut out: Vec<Plan> = Vec::with_capacity(parts.len());
    for part in parts {
        if let Plan::Membership(test) = &part {
            let joined = out.iter_mut().any(|p| if let Plan::Membership(mine) = p { mine.merge(test) } else { false });
            if joined {
                continue;
            }
        }
        out.push(part);
    }
    out
}
