//! Decides who may join a community, by which rule, and where that rule was printed.
//!
//! Must not know where rules and addresses are stored. No rule removes anybody: a verdict is only advice to the lead.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::address;
use crate::domain::community::RuleFacts;
use crate::domain::domains::{Domains, ascii, is_public};
use crate::domain::words::{AddressState, Eligibility, RuleEffect};

/// An exception for one person, whatever the rules say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExceptionFacts {
    /// The reason.
    pub reason: String,
    /// Who decided it.
    pub by: String,
    /// The date of the decision.
    pub on: Option<NaiveDate>,
    /// The date of the next review.
    pub review: Option<NaiveDate>,
}

impl ExceptionFacts {
    /// Returns whether the review is due by `today`.
    #[must_use]
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.review.is_some_and(|day| day <= today)
    }

    /// Returns the exception in words, with an overdue review marked.
    #[must_use]
    pub fn words(&self, today: NaiveDate) -> String {
        let reason = if self.reason.is_empty() { "no reason is given" } else { &self.reason };
        let by = if self.by.is_empty() { String::new() } else { format!(", decided by {}", self.by) };
        let overdue = if self.review.is_some_and(|day| day < today) { " (overdue)" } else { "" };
        let review = self.review.map_or_else(String::new, |d| format!(", review on {}{overdue}", d.format("%-d %b %Y")));
        format!("{reason}{by}{review}")
    }
}

/// An address that the rules are checked against. It counts only if its state is ok.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The address.
    pub address: &'a str,
    /// The state of the address.
    pub state: AddressState,
}

/// Whether somebody may join, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The answer.
    pub answer: Eligibility,
    /// The reason, in words: the rule, the suffix that matched, where it was printed.
    pub because: String,
}

impl Verdict {
    fn new(answer: Eligibility, because: String) -> Self {
        Self { answer, because }
    }

    /// Returns the verdict in words.
    #[must_use]
    pub fn words(&self) -> String {
        let answer = if self.answer == Eligibility::Exception { "eligible by exception" } else { self.answer.word() };
        format!("{answer}: {}", self.because)
    }
}

/// What a verdict depends on, apart from the addresses and rules.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The domains of each organisation.
    pub domains: &'a Domains,
    /// The exception for this person, if there is one.
    pub exception: Option<&'a ExceptionFacts>,
    /// Today's date.
    pub today: NaiveDate,
}

/// A suffix of a rule, with the form that is compared.
struct Suffix<'r> {
    rule: &'r RuleFacts,
    written: &'r str,
    ascii: String,
}

/// The suffixes and words that decide.
struct Rules<'r> {
    /// Allow: the community's own if it has any, otherwise the page's.
    allow: Vec<Suffix<'r>>,
    /// Deny: the page's and the community's own together.
    deny: Vec<Suffix<'r>>,
    /// Words that no suffix expresses, the page's and the community's own together.
    words: Vec<&'r RuleFacts>,
    /// Rules with a suffix whose words also offer another way to join.
    alternatives: Vec<&'r RuleFacts>,
}

impl<'r> Rules<'r> {
    fn new(rules: &'r [(RuleFacts, bool)]) -> Self {
        let with = |effect: RuleEffect| rules.iter().filter(move |(r, _)| r.effect == effect && !r.suffix.trim().is_empty());
        let has_own = with(RuleEffect::Allow).any(|(_, page_wide)| !page_wide);
        let allowing = with(RuleEffect::Allow).filter(|(_, page_wide)| *page_wide != has_own);
        // A suffix of punctuation only is kept and matches nothing, so that the rule admits nobody.
        let of = |rule: &'r RuleFacts| {
            let readable = suffixes(rule).next().is_some();
            let all = suffixes(rule).chain((!readable).then_some(rule.suffix.as_str()));
            all.map(move |written| Suffix { rule, written, ascii: ascii(written) })
        };
        let known = |r: &RuleFacts| matches!(r.effect, RuleEffect::Allow | RuleEffect::Deny);
        Self {
            allow: allowing.flat_map(|(r, _)| of(r)).collect(),
            deny: with(RuleEffect::Deny).flat_map(|(r, _)| of(r)).collect(),
            // A rule whose effect isn't recognised decides nothing, so a person has to read it.
            words: rules.iter().map(|(r, _)| r).filter(|r| !known(r) || (r.suffix.trim().is_empty() && !r.words.is_empty())).collect(),
            alternatives: rules.iter().map(|(r, _)| r).filter(|r| !r.suffix.trim().is_empty() && offers_another_way(&r.words)).collect(),
        }
    }

    /// Returns the longest suffix that a domain lies within, and whether it allows. If both kinds are equally long, the one that denies is
    /// returned.
    fn longest(&self, domain: &str) -> Option<(&Suffix<'r>, bool)> {
        let domain = ascii(domain);
        let all = self.allow.iter().map(|s| (s, true)).chain(self.deny.iter().map(|s| (s, false)));
        let within = all.filter(|(s, _)| !plain_suffix(&s.ascii).is_empty() && address::domain_within(&domain, &s.ascii));
        within.max_by_key(|(s, allows)| (s.ascii.split('.').count(), !allows))
    }
}

/// A suffix that matches an address.
struct Match<'r> {
    suffix: &'r Suffix<'r>,
    address: &'r str,
    /// The domain by which it matches, if that isn't the address's own.
    via: Option<&'r str>,
    allows: bool,
}

impl Match<'_> {
    fn words(&self) -> String {
        let verb = if self.allows { "admits" } else { "refuses" };
        let via = self.via.map_or_else(String::new, |d| format!(" (its organisation uses {d} too)"));
        format!("{} {verb} {}{via}{}", self.suffix.written, self.address, behind(self.suffix.rule))
    }
}

/// Returns the suffix that decides about one address. A suffix that matches only another domain of the same organisation can admit, but
/// never refuse.
fn judge<'r>(address: &'r str, rules: &'r Rules<'r>, domains: &'r Domains) -> Option<Match<'r>> {
    let domain = address::domain(address);
    if let Some((suffix, allows)) = rules.longest(domain) {
        return Some(Match { suffix, address, via: None, allows });
    }
    // Anybody can have an address at a public provider, so it says nothing about their organisation.
    if is_public(domain) {
        return None;
    }
    let through = domains
        .others(domain)
        .filter(|o| !is_public(o))
        .filter_map(|other| Some((rules.longest(other).filter(|(_, allows)| *allows)?.0, other)));
    let (suffix, via) = through.max_by_key(|(s, _)| s.ascii.split('.').count())?;
    Some(Match { suffix, address, via: Some(via), allows: true })
}

/// Returns whether somebody may join. `rules` holds the community's rules, and those for all communities (`true`).
#[must_use]
pub fn verdict(candidates: &[Candidate<'_>], rules: &[(RuleFacts, bool)], beside: Circumstances<'_>) -> Verdict {
    if let Some(exception) = beside.exception {
        return Verdict::new(Eligibility::Exception, exception.words(beside.today));
    }
    let rules = Rules::new(rules);
    if rules.allow.is_empty() && rules.deny.is_empty() && rules.words.is_empty() {
        return Verdict::new(Eligibility::Eligible, "no rule limits who may join".into());
    }
    let counting: Vec<&str> = candidates.iter().filter(|c| c.state == AddressState::Ok).map(|c| c.address).collect();
    if counting.is_empty() {
        let dead: Vec<String> = candidates.iter().map(|c| format!("{} is {}", c.address, c.state)).collect();
        let dead = if dead.is_empty() { String::new() } else { format!(" ({})", dead.join(", ")) };
        return Verdict::new(Eligibility::CantTell, format!("no working e-mail address to check{dead}"));
    }
    decided(&counting, &rules, beside.domains)
}

/// Decides the cases that need an address.
fn decided(counting: &[&str], rules: &Rules<'_>, domains: &Domains) -> Verdict {
    let mut found: Vec<Match<'_>> = counting.iter().filter_map(|address| judge(address, rules, domains)).collect();
    // A direct match is named before one through another domain.
    found.sort_by_key(|m| m.via.is_some());
    let denied = found.iter().find(|m| !m.allows);
    if let Some(allowed) = found.iter().find(|m| m.allows) {
        let but = denied.map_or_else(String::new, |d| format!("; {}", d.words()));
        let more = if rules.words.is_empty() { String::new() } else { format!("; and the page also asks: {}", all_quoted(&rules.words)) };
        return Verdict::new(Eligibility::Eligible, format!("{}{but}{more}", allowed.words()));
    }
    if let Some(first) = rules.allow.first() {
        let refused = denied.map_or_else(String::new, |d| format!("; {}", d.words()));
        if let Some(other) = rules.alternatives.first() {
            return Verdict::new(Eligibility::CantTell, format!("there is another way in: {}{refused}", quoted(other)));
        }
        let asked: Vec<&str> = rules.allow.iter().map(|s| s.written).collect();
        let asked = format!("{}{}", asked.join(" or "), behind(first.rule));
        return Verdict::new(
            Eligibility::Not,
            match denied {
                Some(denied) => format!("{}; members need an address within {asked}", denied.words()),
                None => format!("{} isn't within {asked}", counting.join(", ")),
            },
        );
    }
    let words = (!rules.words.is_empty()).then_some(&rules.words);
    match (denied, words) {
        (Some(denied), _) if found.len() == counting.len() => Verdict::new(Eligibility::Not, denied.words()),
        (_, Some(words)) => Verdict::new(Eligibility::CantTell, format!("who may join is described only in words: {}", all_quoted(words))),
        _ => Verdict::new(Eligibility::Eligible, "no rule refuses the address".into()),
    }
}

/// Returns the suffixes of a rule: several are separated by commas or blanks.
fn suffixes(rule: &RuleFacts) -> impl Iterator<Item = &str> {
    rule.suffix.split([',', ';', ' ']).map(plain_suffix).filter(|s| !s.is_empty())
}

/// Returns a suffix without the punctuation that people write around it.
fn plain_suffix(typed: &str) -> &str {
    typed.trim().trim_start_matches(['@', '.', '*']).trim_end_matches('.')
}

/// Reads e-mail suffixes as people type them, and returns them in one form: lower case, separated by commas.
///
/// # Errors
/// Returns a message with the first text that can't be a suffix, and an example of one.
pub fn read_suffixes(typed: &str) -> Result<String, String> {
    let mut out: Vec<String> = Vec::new();
    for one in typed.split([',', ';', ' ', '\n']).map(str::trim).filter(|s| !s.is_empty()) {
        let suffix = plain_suffix(one).to_lowercase();
        let label =
            |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-') && !l.starts_with('-') && !l.ends_with('-');
        // A top-level domain has two letters or more and isn't a number: `e.g.` and `2.0` aren't suffixes.
        let is_top = |l: &str| l.chars().count() > 1 && !l.chars().all(|c| c.is_ascii_digit());
        if !suffix.split('.').all(label) || !suffix.rsplit('.').next().is_some_and(is_top) {
            return Err(format!("{one} isn't the end of an e-mail address; one looks like gov.uk or example.gov.uk"));
        }
        if !out.contains(&suffix) {
            out.push(suffix);
        }
    }
    Ok(out.join(", "))
}

/// The phrases that introduce another way to join.
const OTHERWISE: &[&str] = &[
    " or ",
    " unless ",
    " otherwise",
    " alternatively",
    " if you do not have ",
    " if you dont have ",
    " if not ",
    " anyone else ",
    " everyone else ",
    " by arrangement ",
];

/// The first words of clauses after *or* that don't name another way to join.
const THE_SAME: &[&str] = &["above", "below", "equivalent", "similar", "more", "less", "other", "not"];

/// Returns whether the words of a rule offer another way to join besides an address: "a gov.uk address, or ask your lead". Doubtful cases
/// return true, so that a person decides.
#[must_use]
pub fn offers_another_way(words: &str) -> bool {
    let plain = format!(
        " {} ",
        words.to_lowercase().replace(['’', '\''], "").replace(['(', ')', ',', ':'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let names_a_domain = |clause: &str| clause.split_whitespace().any(|w| w.trim_end_matches('.').contains('.'));
    OTHERWISE.iter().any(|sign| {
        plain.split(sign).skip(1).any(|behind| {
            let clause = behind.split([';', '!', '?']).next().unwrap_or_default().split(". ").next().unwrap_or_default();
            let mut of_it = clause.split_whitespace();
            let first = of_it.next().unwrap_or_default();
            // "or an e-mail account", "user or content researcher": these only reword the same condition.
            let is_short = of_it.next().is_none() || clause.contains("account") || clause.contains("address");
            !(names_a_domain(clause) || *sign == " or " && (is_short || THE_SAME.contains(&first)))
        })
    })
}

fn all_quoted(rules: &[&RuleFacts]) -> String {
    rules.iter().map(|r| quoted(r)).collect::<Vec<_>>().join("; ")
}

/// Returns the words of a rule, and where they were printed.
fn quoted(rule: &RuleFacts) -> String {
    let words = if rule.words.is_empty() { format!("{} {}", rule.effect, rule.suffix) } else { format!("“{}”", rule.words) };
    if rule.printed.is_empty() { words } else { format!("{words}, {}", rule.printed) }
}

fn behind(rule: &RuleFacts) -> String {
    if rule.words.is_empty() && rule.printed.is_empty() { String::new() } else { format!(" ({})", quoted(rule)) }
}

#[cfg(test)]
mod tests;
