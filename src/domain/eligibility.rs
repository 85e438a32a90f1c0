//! Who may join a community: by which rule, and where that was printed.
//!
//! Must not know where rules and addresses are kept. Nobody is removed by a rule: a verdict is something to argue with.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::address;
use crate::domain::community::RuleFacts;
use crate::domain::words::{Eligibility, RuleEffect};

/// Somebody who may join, or may not, whatever the rules say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExceptionFacts {
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub by: String,
    /// When.
    pub on: Option<NaiveDate>,
    /// When it is to be looked at again.
    pub review: Option<NaiveDate>,
}

impl ExceptionFacts {
    /// Whether it is to be looked at again by now.
    #[must_use]
    pub fn is_due(&self, today: NaiveDate) -> bool {
        self.review.is_some_and(|day| day <= today)
    }
}

/// An address, and the domains that it stands for: its own, and the others of the organisation that uses that one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// The address.
    pub address: String,
    /// The other domains of the organisation, such as the one that replaced an old one.
    pub also: Vec<String>,
}

/// Whether somebody may join, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Whether.
    pub answer: Eligibility,
    /// Why, in words: the rule, the suffix that matched, where it was printed.
    pub because: String,
}

impl Verdict {
    fn new(answer: Eligibility, because: String) -> Self {
        Self { answer, because }
    }

    /// The whole in words.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}: {}", self.answer, self.because)
    }
}

/// A suffix that matches an address.
struct Match<'r> {
    rule: &'r RuleFacts,
    suffix: &'r str,
    address: &'r str,
    /// The domain by which it matches, if that is not the address's own.
    via: Option<&'r str>,
}

/// Whether somebody may join. `rules` are those of the community, and those for all (`true`): if the community has a suffix of its own,
/// that decides, else the ones for all do. The longest suffix that matches decides; of two alike, the one that refuses.
#[must_use]
pub fn verdict(candidates: &[Candidate], rules: &[(RuleFacts, bool)], exception: Option<&ExceptionFacts>) -> Verdict {
    if let Some(e) = exception {
        let by = if e.by.is_empty() { String::new() } else { format!(", decided by {}", e.by) };
        let review = e.review.map_or_else(String::new, |d| format!(", to be looked at again on {d}"));
        let reason = if e.reason.is_empty() { "no reason is given" } else { &e.reason };
        return Verdict::new(Eligibility::Exception, format!("{reason}{by}{review}"));
    }
    let with_suffix = |all: bool| rules.iter().filter(move |(r, a)| *a == all && !r.suffix.is_empty()).map(|(r, _)| r).collect::<Vec<_>>();
    let own = with_suffix(false);
    let deciding = if own.is_empty() { with_suffix(true) } else { own };
    let words: Vec<&RuleFacts> = rules.iter().map(|(r, _)| r).filter(|r| r.suffix.is_empty() && !r.words.is_empty()).collect();
    if deciding.is_empty() {
        return match words.first() {
            None => Verdict::new(Eligibility::Eligible, "no rule limits who may join".into()),
            Some(rule) => Verdict::new(Eligibility::CantTell, format!("only words say who may join: {}", told(rule))),
        };
    }
    if candidates.is_empty() {
        return Verdict::new(Eligibility::CantTell, "no e-mail address to go by".into());
    }
    let found: Vec<Option<Match<'_>>> = candidates.iter().map(|c| best(c, &deciding)).collect();
    let admitted = found.iter().flatten().find(|m| m.rule.effect == RuleEffect::Allow);
    if let Some(m) = admitted {
        let more = words.first().map_or_else(String::new, |r| format!("; words ask more: {}", told(r)));
        return Verdict::new(Eligibility::Eligible, format!("{}{more}", matched(m, "admits")));
    }
    if let Some(m) = found.iter().flatten().next() {
        return Verdict::new(Eligibility::Not, matched(m, "refuses"));
    }
    let allowing: Vec<&RuleFacts> = deciding.iter().copied().filter(|r| r.effect == RuleEffect::Allow).collect();
    match allowing.first() {
        None => Verdict::new(Eligibility::Eligible, "no rule refuses the address".into()),
        Some(first) => {
            let all: Vec<&str> = allowing.iter().flat_map(|r| suffixes(r)).collect();
            let whose: Vec<&str> = candidates.iter().map(|c| c.address.as_str()).collect();
            Verdict::new(Eligibility::Not, format!("{} is not within {}{}", whose.join(", "), all.join(" or "), behind(first)))
        }
    }
}

/// The longest suffix that an address lies within.
fn best<'r>(candidate: &'r Candidate, rules: &[&'r RuleFacts]) -> Option<Match<'r>> {
    let own = ascii(address::domain(&candidate.address));
    let within = |suffix: &str| -> Option<Option<&'r str>> {
        let suffix = ascii(suffix);
        if address::domain_within(&own, &suffix) {
            return Some(None);
        }
        candidate.also.iter().find(|d| address::domain_within(&ascii(d), &suffix)).map(|d| Some(d.as_str()))
    };
    let each = rules.iter().flat_map(|rule| suffixes(rule).map(move |suffix| (*rule, suffix)));
    let matches = each.filter_map(|(rule, suffix)| within(suffix).map(|via| Match { rule, suffix, address: &candidate.address, via }));
    matches.max_by_key(|m| (m.suffix.split('.').count(), m.rule.effect == RuleEffect::Deny))
}

/// The suffixes of a rule: several are parted by commas or blanks.
fn suffixes(rule: &RuleFacts) -> impl Iterator<Item = &str> {
    rule.suffix.split([',', ';', ' ']).map(|s| s.trim().trim_start_matches(['@', '.', '*'])).filter(|s| !s.is_empty())
}

/// A domain in the form that is compared (IDNA, lower case).
fn ascii(domain: &str) -> String {
    address::in_ascii(&format!("a@{}", domain.to_lowercase())).map_or_else(|| domain.to_owned(), |a| address::domain(&a).to_owned())
}

fn matched(m: &Match<'_>, verb: &str) -> String {
    let via = m.via.map_or_else(String::new, |d| format!(" (it is {d} too)"));
    format!("{} {verb} {}{via}{}", m.suffix, m.address, behind(m.rule))
}

/// A rule by its words and its place.
fn told(rule: &RuleFacts) -> String {
    let words = if rule.words.is_empty() { format!("{} {}", rule.effect, rule.suffix) } else { format!("“{}”", rule.words) };
    if rule.printed.is_empty() { words } else { format!("{words}, {}", rule.printed) }
}

fn behind(rule: &RuleFacts) -> String {
    if rule.words.is_empty() && rule.printed.is_empty() { String::new() } else { format!(" ({})", told(rule)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(effect: RuleEffect, suffix: &str, words: &str) -> RuleFacts {
        RuleFacts { effect, suffix: suffix.into(), words: words.into(), printed: String::new() }
    }

    fn of(address: &str) -> Vec<Candidate> {
        vec![Candidate { address: address.into(), also: Vec::new() }]
    }

    fn answer(address: &str, rules: &[(RuleFacts, bool)]) -> Eligibility {
        verdict(&of(address), rules, None).answer
    }

    #[test]
    fn a_suffix_admits_whole_labels_whatever_the_case_or_form() {
        let rules = [(rule(RuleEffect::Allow, "gov.au", ""), false)];
        for (address, expected) in [
            ("a@x.nsw.gov.au", Eligibility::Eligible),
            ("a@GOV.AU", Eligibility::Eligible),
            ("a@notgov.au", Eligibility::Not),
            ("a@gov.au.example", Eligibility::Not),
        ] {
            assert_eq!(answer(address, &rules), expected, "{address}");
        }
        let idn = [(rule(RuleEffect::Allow, "b\u{fc}cher.example", ""), false)];
        assert_eq!(answer("hal@post.xn--bcher-kva.example", &idn), Eligibility::Eligible);
        let two = [(rule(RuleEffect::Allow, "x.example, y.example", ""), false)];
        assert_eq!((answer("a@y.example", &two), answer("a@z.example", &two)), (Eligibility::Eligible, Eligibility::Not));
    }

    #[test]
    fn the_community_overrides_the_page_the_longer_suffix_the_shorter_and_no_beats_yes() {
        let page = (rule(RuleEffect::Allow, "gov.au", ""), true);
        let own = (rule(RuleEffect::Allow, "nsw.gov.au", ""), false);
        assert_eq!(answer("a@vic.gov.au", std::slice::from_ref(&page)), Eligibility::Eligible);
        assert_eq!(answer("a@vic.gov.au", &[page.clone(), own.clone()]), Eligibility::Not);
        let deny = (rule(RuleEffect::Deny, "contractors.nsw.gov.au", ""), false);
        assert_eq!(answer("a@contractors.nsw.gov.au", &[own.clone(), deny]), Eligibility::Not);
        let same = (rule(RuleEffect::Deny, "nsw.gov.au", ""), false);
        assert_eq!(answer("a@nsw.gov.au", &[own, same]), Eligibility::Not);
        assert_eq!(answer("a@x.example", &[(rule(RuleEffect::Deny, "y.example", ""), false)]), Eligibility::Eligible);
    }

    #[test]
    fn a_verdict_says_which_rule_where_it_was_printed_and_by_which_domain() {
        let printed =
            RuleFacts { printed: "page.md, line 7".into(), ..rule(RuleEffect::Allow, "x.gov.uk", "you need an x.gov.uk address") };
        let old = [Candidate { address: "ann@x.gsi.gov.uk".into(), also: vec!["x.gov.uk".into()] }];
        let found = verdict(&old, &[(printed.clone(), false)], None);
        assert_eq!(
            found.words(),
            "eligible: x.gov.uk admits ann@x.gsi.gov.uk (it is x.gov.uk too) (“you need an x.gov.uk address”, page.md, line 7)"
        );
        let none = verdict(&of("ann@y.example"), &[(printed.clone(), false)], None);
        assert_eq!(none.words(), "not eligible: ann@y.example is not within x.gov.uk (“you need an x.gov.uk address”, page.md, line 7)");
        assert_eq!(verdict(&[], &[(printed.clone(), false)], None).answer, Eligibility::CantTell);
        assert_eq!(answer("a@b.example", &[(rule(RuleEffect::Allow, "", "staff only"), false)]), Eligibility::CantTell);
        assert_eq!(answer("a@b.example", &[]), Eligibility::Eligible);
        let review = NaiveDate::from_ymd_opt(2026, 3, 1);
        let exception = ExceptionFacts { reason: "on loan".into(), by: "Noor".into(), on: None, review };
        let excepted = verdict(&of("a@b.example"), &[(printed, false)], Some(&exception));
        assert_eq!(excepted.words(), "exception: on loan, decided by Noor, to be looked at again on 2026-03-01");
        assert!(exception.is_due(review.unwrap()) && !ExceptionFacts::default().is_due(review.unwrap()));
    }
}
