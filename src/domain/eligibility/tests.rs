//! The table of rules about who may join, row by row.

use proptest::prelude::*;

use super::*;
use crate::domain::words::Stored;

fn rule(effect: RuleEffect, suffix: &str, words: &str) -> RuleFacts {
    RuleFacts { effect, suffix: suffix.into(), words: words.into(), printed: String::new() }
}

fn allow(suffix: &str) -> (RuleFacts, bool) {
    (rule(RuleEffect::Allow, suffix, ""), false)
}

fn deny(suffix: &str) -> (RuleFacts, bool) {
    (rule(RuleEffect::Deny, suffix, ""), false)
}

fn page((rule, _): (RuleFacts, bool)) -> (RuleFacts, bool) {
    (rule, true)
}

fn words(text: &str) -> (RuleFacts, bool) {
    (rule(RuleEffect::Allow, "", text), true)
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 27).unwrap()
}

/// Organisations with two domains each.
fn domains() -> Domains {
    let mut all = Domains::default();
    all.add(["x.gov.uk", "x.gsi.gov.uk"].map(str::to_owned));
    all.add(["contractors.gov.uk", "contractors.example"].map(str::to_owned));
    all.add(["nhs.uk", "nhs.net"].map(str::to_owned));
    all
}

fn judged(addresses: &[(&str, AddressState)], rules: &[(RuleFacts, bool)], exception: Option<&ExceptionFacts>) -> Verdict {
    let candidates: Vec<Candidate<'_>> = addresses.iter().map(|(address, state)| Candidate { address, state: *state }).collect();
    verdict(&candidates, rules, Circumstances { domains: &domains(), exception, today: today() })
}

fn of(address: &str, rules: &[(RuleFacts, bool)]) -> Verdict {
    judged(&[(address, AddressState::Ok)], rules, None)
}

#[test]
fn each_row_of_the_table_decides_as_it_says() {
    use Eligibility::{CantTell, Eligible, Exception, Not};
    let exception = ExceptionFacts { reason: "on loan".into(), by: "Noor".into(), on: None, review: today().pred_opt() };
    let ok = AddressState::Ok;
    let case = |addresses: &[(&str, AddressState)], rules: &[(RuleFacts, bool)]| judged(addresses, rules, None).answer;
    // An exception overrides the rules and the address.
    assert_eq!(judged(&[], &[deny("x.example")], Some(&exception)).answer, Exception);
    // A (allow), D (deny) and W (words) are all empty: no address is needed.
    assert_eq!(case(&[], &[]), Eligible);
    // No address counts.
    assert_eq!(case(&[], &[allow("x.example")]), CantTell);
    assert_eq!(case(&[("a@x.example", AddressState::Retired)], &[allow("x.example")]), CantTell);
    assert_eq!(case(&[("a@x.example", AddressState::stored("odd"))], &[allow("x.example")]), CantTell);
    // Some address is allowed, although another is denied.
    assert_eq!(case(&[("a@x.example", ok), ("a@y.example", ok)], &[allow("x.example"), deny("y.example")]), Eligible);
    // A isn't empty, and a W is an alternative to it.
    let either = (rule(RuleEffect::Allow, "gov.uk", "a gov.uk address, or ask your lead"), false);
    assert_eq!(case(&[("a@y.example", ok)], std::slice::from_ref(&either)), CantTell);
    assert_eq!(case(&[("a@x.gov.uk", ok)], &[either]), Eligible);
    // A isn't empty: words that are no alternative don't help.
    assert_eq!(case(&[("a@y.example", ok)], &[allow("x.example"), words("staff only")]), Not);
    // Every address that counts is denied.
    assert_eq!(case(&[("a@y.example", ok)], &[deny("y.example"), words("staff only")]), Not);
    // W isn't empty.
    assert_eq!(case(&[("a@y.example", ok)], &[words("staff only")]), CantTell);
    assert_eq!(case(&[("a@y.example", ok), ("a@z.example", ok)], &[deny("y.example"), words("staff only")]), CantTell);
    // Otherwise.
    assert_eq!(case(&[("a@z.example", ok)], &[deny("y.example")]), Eligible);
    assert_eq!(case(&[("a@y.example", ok), ("a@z.example", ok)], &[deny("y.example")]), Eligible);
    // A rule whose effect isn't recognised admits nobody and refuses nobody: somebody has to read it.
    let odd = (RuleFacts { effect: RuleEffect::stored("permit"), ..rule(RuleEffect::Allow, "x.example", "") }, false);
    assert_eq!(case(&[("a@x.example", ok)], &[odd]), CantTell);
}

#[test]
fn the_examples_of_the_rules_come_out_as_they_say() {
    use Eligibility::{Eligible, Not};
    let one = [page(allow("anvil.example")), deny("contractors.anvil.example")];
    let two = [page(deny("contractors.gov.uk")), allow("gov.uk")];
    let three = [page(deny("contractors.gov.uk")), allow("gov.uk"), allow("team.contractors.gov.uk")];
    for (address, rules, expected) in [
        ("x@elsewhere.example", &one[..], Not),
        ("x@anvil.example", &one, Eligible),
        ("x@contractors.anvil.example", &one, Not),
        ("x@contractors.gov.uk", &two, Not),
        ("x@contractors.example", &two, Not),
        ("x@team.contractors.gov.uk", &three, Eligible),
    ] {
        assert_eq!(of(address, rules).answer, expected, "{address}");
    }
}

#[test]
fn a_suffix_admits_whole_labels_whatever_the_case_or_form() {
    let rules = [allow("gov.au")];
    for (address, expected) in [
        ("a@x.nsw.gov.au", Eligibility::Eligible),
        ("a@GOV.AU", Eligibility::Eligible),
        ("a@notgov.au", Eligibility::Not),
        ("a@gov.au.example", Eligibility::Not),
    ] {
        assert_eq!(of(address, &rules).answer, expected, "{address}");
    }
    assert_eq!(of("hal@post.xn--bcher-kva.example", &[allow("b\u{fc}cher.example")]).answer, Eligibility::Eligible);
    let two = [allow("x.example, y.example")];
    assert_eq!((of("a@y.example", &two).answer, of("a@z.example", &two).answer), (Eligibility::Eligible, Eligibility::Not));
    assert_eq!(of("a@x.example", &[allow("x.example"), deny("x.example")]).answer, Eligibility::Not, "a tie denies");
}

#[test]
fn another_domain_of_the_organisation_admits_and_never_denies_and_is_named_last() {
    let through = of("p@x.gsi.gov.uk", &[allow("x.gov.uk")]);
    assert_eq!(through.words(), "eligible: x.gov.uk admits p@x.gsi.gov.uk (its organisation uses x.gov.uk too)");
    assert_eq!(of("p@x.gov.uk", &[deny("x.gsi.gov.uk")]).answer, Eligibility::Eligible);
    assert_eq!(of("p@x.nhs.uk", &[allow("nhs.net, nhs.uk")]).words(), "eligible: nhs.uk admits p@x.nhs.uk");
    let both = judged(&[("p@nhs.net", AddressState::Ok), ("p@nhs.uk", AddressState::Ok)], &[allow("nhs.uk")], None);
    assert_eq!(both.words(), "eligible: nhs.uk admits p@nhs.uk");
}

#[test]
fn a_verdict_says_which_rule_where_it_was_printed_and_what_else_is_asked() {
    let printed = RuleFacts { printed: "page.md, line 7".into(), ..rule(RuleEffect::Allow, "x.gov.uk", "you need an x.gov.uk address") };
    let none = of("ann@y.example", &[(printed.clone(), false)]);
    assert_eq!(none.words(), "not eligible: ann@y.example isn't within x.gov.uk (“you need an x.gov.uk address”, page.md, line 7)");
    let more = of("ann@x.gov.uk", &[(printed.clone(), false), words("designers only")]);
    assert_eq!(
        more.words(),
        "eligible: x.gov.uk admits ann@x.gov.uk (“you need an x.gov.uk address”, page.md, line 7); and the page also asks: “designers only”"
    );
    let refused = of("a@out.x.gov.uk", &[(printed, false), deny("out.x.gov.uk")]);
    assert_eq!(
        refused.words(),
        "not eligible: out.x.gov.uk refuses a@out.x.gov.uk; members need an address within x.gov.uk (“you need an x.gov.uk address”, page.md, line 7)"
    );
    let dead = judged(&[("a@x.gov.uk", AddressState::Bounced)], &[allow("x.gov.uk")], None);
    assert_eq!(dead.words(), "can't tell: no working e-mail address to check (a@x.gov.uk is bounced)");
    let exception = ExceptionFacts { reason: "on loan".into(), by: "Noor".into(), on: None, review: today().pred_opt() };
    let excepted = judged(&[], &[], Some(&exception));
    assert_eq!(excepted.words(), "eligible by exception: on loan, decided by Noor, review on 26 Nov 2026 (overdue)");
    assert!(exception.is_due(today()) && !ExceptionFacts::default().is_due(today()));
}

#[test]
fn suffixes_are_read_as_people_type_them_and_nothing_else_is_one() {
    for (typed, read) in [
        ("gov.uk.", Ok("gov.uk")),
        ("@Gov.UK", Ok("gov.uk")),
        ("*.gov.uk; .mil", Ok("gov.uk, mil")),
        ("x.gov.uk x.gov.uk", Ok("x.gov.uk")),
        ("b\u{fc}cher.example", Ok("b\u{fc}cher.example")),
        ("", Ok("")),
        ("https://example.gov.uk", Err(())),
        ("ann@example.gov.uk", Err(())),
        ("example/gov", Err(())),
        ("gov..uk", Err(())),
        ("-x.example", Err(())),
    ] {
        assert_eq!(read_suffixes(typed).map_err(|_| ()), read.map(str::to_owned), "{typed}");
    }
}

#[test]
fn a_suffix_of_signs_opens_no_door_and_a_public_provider_is_nobodys_organisation() {
    for signs in ["@", " ; ", "*.", ","] {
        let rules = [page(allow("anvil.example")), allow(signs)];
        assert_eq!(of("ann@out.example", &rules).answer, Eligibility::Not, "{signs:?}");
    }
    let mut shared = Domains::default();
    shared.add(["anvil.example".to_owned(), "gmail.com".to_owned()]);
    let beside = Circumstances { domains: &shared, exception: None, today: today() };
    for (address, suffix) in [("ann@gmail.com", "anvil.example"), ("ann@anvil.example", "gmail.com")] {
        let candidate = [Candidate { address, state: AddressState::Ok }];
        assert_eq!(verdict(&candidate, &[allow(suffix)], beside).answer, Eligibility::Not, "{address}");
    }
    let due = ExceptionFacts { reason: String::new(), by: String::new(), on: None, review: Some(today()) };
    assert!(due.is_due(today()) && !due.words(today()).contains("overdue"));
}

#[test]
fn another_way_in_is_seen_however_it_is_put() {
    for words in [
        "A gov.uk address, or a letter from your manager",
        "You need a gov.uk address (or your head of profession agrees)",
        "a gov.uk address, or ring us",
        "You need a gov.uk address. If you don’t have one, ask Ann.",
        "Otherwise, ask your lead",
        "a gov.uk address; anyone else by arrangement with Ann",
    ] {
        assert!(offers_another_way(words), "{words}");
    }
    for words in ["You need a gov.uk or nhs.uk email account", "a gov.uk address or above", "an address at gov.uk or equivalent", "gov.uk"]
    {
        assert!(!offers_another_way(words), "{words}");
    }
}

#[test]
fn another_way_in_is_seen_in_the_words_of_a_rule() {
    for (text, expected) in [
        ("a gov.uk address, or ask your lead", true),
        ("You need a gov.uk address, or be a contractor sponsored by one", true),
        ("you need a gov.uk or nhs.uk address", false),
        ("a gov.uk address or an address at example.org, which you ask for", false),
        ("an email or e-mail address that ends in gov.uk", false),
        ("a gov.uk address. Contact us or come along", true),
        ("", false),
    ] {
        assert_eq!(offers_another_way(text), expected, "{text}");
    }
}

/// Implements the table a second time, from its wording rather than from the code under test.
fn model(addresses: &[(String, AddressState)], rules: &[(RuleFacts, bool)]) -> Eligibility {
    let listed = |effect: RuleEffect, wide: Option<bool>| -> Vec<String> {
        let fits = rules.iter().filter(|(r, w)| r.effect == effect && wide.is_none_or(|x| x == *w) && !r.suffix.is_empty());
        fits.map(|(r, _)| r.suffix.clone()).collect()
    };
    let own = listed(RuleEffect::Allow, Some(false));
    let a = if own.is_empty() { listed(RuleEffect::Allow, Some(true)) } else { own };
    let d = listed(RuleEffect::Deny, None);
    let w = rules.iter().any(|(r, _)| r.suffix.is_empty());
    let inside = |domain: &str, suffix: &str| domain == suffix || domain.ends_with(&format!(".{suffix}"));
    let says = |domain: &str| -> Option<bool> {
        let allowed = a.iter().filter(|s| inside(domain, s)).map(String::len).max();
        let denied = d.iter().filter(|s| inside(domain, s)).map(String::len).max();
        if allowed.is_none() && denied.is_none() { None } else { Some(allowed > denied) }
    };
    let of_one = |domain: &str| -> Option<bool> {
        let together = ["p.example", "q.example"];
        says(domain).or_else(|| {
            let own = together.iter().find(|m| inside(domain, m))?;
            together.iter().filter(|other| *other != own).any(|other| says(other) == Some(true)).then_some(true)
        })
    };
    let ok: Vec<Option<bool>> =
        addresses.iter().filter(|(_, s)| *s == AddressState::Ok).map(|(a, _)| of_one(a.split('@').nth(1).unwrap())).collect();
    match () {
        () if a.is_empty() && d.is_empty() && !w => Eligibility::Eligible,
        () if ok.is_empty() => Eligibility::CantTell,
        () if ok.contains(&Some(true)) => Eligibility::Eligible,
        () if !a.is_empty() => Eligibility::Not,
        () if ok.iter().all(|o| *o == Some(false)) => Eligibility::Not,
        () if w => Eligibility::CantTell,
        () => Eligibility::Eligible,
    }
}

proptest! {
    #[test]
    fn every_verdict_is_the_one_of_the_table(
        addresses in proptest::collection::vec(("[ab]@(p|q|z|s\\.p|t\\.s\\.p)\\.example", 0..3_usize), 0..4),
        rules in proptest::collection::vec((any::<bool>(), "((s\\.)?[pq]\\.example)?", any::<bool>()), 0..5),
    ) {
        let addresses: Vec<(String, AddressState)> = addresses.into_iter().map(|(a, s)| (a, AddressState::ALL[s])).collect();
        let rules: Vec<(RuleFacts, bool)> = rules
            .into_iter()
            .map(|(denies, suffix, wide)| {
                let words = if suffix.is_empty() { "words" } else { "" };
                (rule(if denies { RuleEffect::Deny } else { RuleEffect::Allow }, &suffix, words), wide)
            })
            .collect();
        let mut together = Domains::default();
        together.add(["p.example".to_owned(), "q.example".to_owned()]);
        let candidates: Vec<Candidate<'_>> = addresses.iter().map(|(address, state)| Candidate { address, state: *state }).collect();
        let found = verdict(&candidates, &rules, Circumstances { domains: &together, exception: None, today: today() });
        prop_assert_eq!(found.answer, model(&addresses, &rules), "{}", found.because);
    }
}
