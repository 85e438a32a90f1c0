//! Checks what a lead should fix before others read the public page: communities, seats, ways to join, rules, counts.
//!
//! Each finding has its place on the page. Must not know where it is shown.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::seats::seat_warnings;
use super::{Book, BookError, CommunityDetail, PersonDetail};
use crate::domain::community::RuleFacts;
use crate::domain::eligibility::{Candidate, Circumstances, verdict};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::text;
use crate::domain::words::{AddressState, CommunityStatus, ConsentState, Eligibility, Purpose, RouteKind, RunBy};
use crate::exchange::page;
use crate::store::eligible::{EligibilityChecker, each_membership};
use crate::store::{lookup, organisations, pages};

/// Counts that are older than this many days are reported.
const OLD_COUNT: i64 = 180;
/// A person who holds at least this many seats is reported.
const MANY_SEATS: usize = 3;

/// A problem that a lead should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The community; empty if the finding is about the page.
    pub community: String,
    /// The problem, in words.
    pub what: String,
    /// The name of the page and the line; empty if the community is on no page.
    pub place: String,
}

impl Finding {
    /// Returns the finding in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let community = if self.community.is_empty() { String::new() } else { format!("{}: ", self.community) };
        let place = if self.place.is_empty() { String::new() } else { format!(" ({})", self.place) };
        format!("{community}{}{place}", self.what)
    }
}

impl Book {
    /// Returns all findings.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn lint(&self) -> Result<Vec<Finding>, BookError> {
        let mut places: HashMap<CommunityId, String> = HashMap::new();
        let mut findings = Vec::new();
        for stored in pages::pages(self.store.reader())? {
            let Ok(read) = page::read(&stored.text, &stored.name, &page::Hints::default()) else { continue };
            let place = |line: u64| format!("{}, line {line}", stored.name);
            for listing in pages::listings(self.store.reader(), stored.id)? {
                places.insert(listing.community, place(page::line_of(&stored.text, listing.position)));
            }
            let of_page = |(line, what): (u64, String)| Finding { community: String::new(), what, place: place(line) };
            findings.extend(
                read.misleading.into_iter().map(|(line, words, target)| of_page((line, format!("the link {words} goes to {target}")))),
            );
            findings.extend(read.damaged.into_iter().map(|(line, word, probably)| {
                of_page((line, format!("{word} was damaged by a wrong encoding; it was probably {probably}")))
            }));
        }
        let mut all = Vec::new();
        for row in self
            .communities()?
            .into_iter()
            .filter(|c| c.status.is_open() && c.status != CommunityStatus::Proposed && c.run_by != RunBy::Others)
        {
            all.extend(self.community(row.id)?);
        }
        let domains = organisations::domains(self.store.reader())?;
        for c in &all {
            let place = places.get(&c.id).cloned().unwrap_or_default();
            let beside = Circumstances { domains: &domains, exception: None, today: self.today() };
            let found = ways_in(c, beside).into_iter().chain(self.seats_of(c)?).chain(counts(c, self.today()));
            findings.extend(found.map(|what| Finding { community: c.facts.name.clone(), what, place: place.clone() }));
        }
        let placed = |(id, mut finding): (CommunityId, Finding)| {
            finding.place = places.get(&id).cloned().unwrap_or_default();
            finding
        };
        findings.extend(self.overdue_exceptions()?.into_iter().map(placed));
        findings.extend(self.not_eligible(&all)?.into_iter().map(placed));
        findings.extend(self.shared_disciplines(&all).into_iter().map(placed));
        findings.extend(many_seats(&all));
        Ok(findings)
    }

    fn seats_of(&self, c: &CommunityDetail) -> Result<Vec<String>, BookError> {
        let mut out = Vec::new();
        for seat in &c.seats {
            out.extend(seat_warnings(seat, &self.calendar()).into_iter().map(|w| format!("{}: {w}", seat.title)));
            if let Some((holder, name)) = &seat.holder
                && let Some(p) = self.person(*holder)?
            {
                if p.facts.email.is_empty() {
                    out.push(format!("{name}, {}, has no e-mail address", seat.title));
                }
                if pages::is_withheld(self.store.reader(), *holder)? {
                    out.push(format!("{name}, {}, withdrew consent to be in a directory: the page withholds name and address", seat.title));
                } else if let Some(why) = privacy_warning(&p) {
                    out.push(format!("{name}, {}: the page prints {}, {why}", seat.title, p.facts.email));
                }
            }
            if let Some(better) = better_title(&seat.title) {
                out.push(format!("{}: should that be {better}?", seat.title));
            }
        }
        Ok(out)
    }

    /// Reports disciplines that two communities share, even if they are spelt differently.
    fn shared_disciplines(&self, all: &[CommunityDetail]) -> Vec<(CommunityId, Finding)> {
        let mut first: HashMap<String, &str> = HashMap::new();
        let mut out = Vec::new();
        for c in all {
            for discipline in &c.facts.disciplines {
                let role = self.framework.meaning(discipline);
                let other = *first.entry(role).or_insert(&c.facts.name);
                if other != c.facts.name {
                    let what = format!("{discipline} is a discipline of {other} too");
                    out.push((c.id, Finding { community: c.facts.name.clone(), what, place: String::new() }));
                }
            }
        }
        out
    }

    /// Returns the exceptions whose review is due, including those in communities that others run.
    fn overdue_exceptions(&self) -> Result<Vec<(CommunityId, Finding)>, BookError> {
        let conn = self.store.reader();
        let (mut out, all) = (Vec::new(), self.communities()?);
        for (person, community, exception) in EligibilityChecker::new(conn, self.today())?.exceptions() {
            let Some(c) = all.iter().find(|c| c.id == community && exception.is_due(self.today())) else { continue };
            let what = format!("exception of {}: {}", lookup::title(conn, person)?, exception.words(self.today()));
            out.push((community, Finding { community: c.name.clone(), what, place: String::new() }));
        }
        Ok(out)
    }

    /// Returns members whom the rules of their community don't admit: a rule removes nobody, but the lead should know.
    fn not_eligible(&self, all: &[CommunityDetail]) -> Result<Vec<(CommunityId, Finding)>, BookError> {
        let conn = self.store.reader();
        let mut judge = EligibilityChecker::new(conn, self.today())?;
        let mut found: HashMap<CommunityId, Vec<String>> = HashMap::new();
        each_membership(conn, None, |person, community, name, addresses| {
            if judge.verdict(conn, person, addresses, community)?.answer == Eligibility::Not {
                found.entry(community).or_default().push(name.to_owned());
            }
            Ok(())
        })?;
        let named = all.iter().filter_map(|c| found.get(&c.id).map(|who| (c, who)));
        let findings = named.map(|(c, who)| {
            let more = if who.len() > 5 { format!(" and {} more", who.len() - 5) } else { String::new() };
            let names = who.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let what = format!("{} not eligible by its rules: {names}{more}", text::count(who.len() as u64, "member is", "members are"));
            (c.id, Finding { community: c.facts.name.clone(), what, place: String::new() })
        });
        Ok(findings.collect())
    }
}

/// Returns why a person might not expect the page to print their address.
fn privacy_warning(p: &PersonDetail) -> Option<&'static str> {
    let withdrew = p.consents.iter().any(|c| c.purpose == Purpose::Mail && c.state == ConsentState::Withdrawn);
    match p.suppressed.contains(&p.facts.email) {
        _ if p.facts.email.is_empty() => None,
        true => Some("which is suppressed"),
        false => withdrew.then_some("although they withdrew consent to mail"),
    }
}

fn ways_in(c: &CommunityDetail, beside: Circumstances<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if !c.routes.iter().any(|(_, r)| r.kind != RouteKind::NotSet && (!r.target.is_empty() || r.kind == RouteKind::Attend)) {
        out.push("no way to join is recorded".to_owned());
    }
    let rules: Vec<(RuleFacts, bool)> = c.rules.iter().map(|(_, r, all)| (r.clone(), *all)).collect();
    for (rule, _) in &rules {
        let said = page::suffix_in(&rule.words);
        if !said.is_empty() && !rule.suffix.is_empty() && said != rule.suffix.to_lowercase() {
            out.push(format!("the words of the rule say {said}, the rule is {} {}", rule.effect, rule.suffix));
        }
    }
    for (_, route) in c.routes.iter().filter(|(_, r)| r.kind == RouteKind::Mailto) {
        let candidate = Candidate { address: &route.target, state: AddressState::Ok };
        let found = verdict(std::slice::from_ref(&candidate), &rules, beside);
        if found.answer == Eligibility::Not {
            out.push(format!("people join by mail to {}, an address that the rule itself refuses", route.target));
        }
    }
    for (_, route) in &c.routes {
        let target = route.target.trim_start_matches("mailto:");
        if (route.words.contains('@') || route.words.contains("://")) && !route.target.is_empty() && route.words != target {
            out.push(format!("the link {} goes to {}", route.words, route.target));
        }
    }
    out
}

fn counts(c: &CommunityDetail, today: NaiveDate) -> Vec<String> {
    let old = |on: &NaiveDate| (today - *on).num_days() > OLD_COUNT;
    let counted = c.channels.iter().filter_map(|(_, ch)| ch.counted.filter(old).map(|on| (ch, on)));
    counted.map(|(ch, on)| format!("the members of {} were counted {} days ago", ch.name, (today - on).num_days())).collect()
}

fn many_seats(all: &[CommunityDetail]) -> Vec<Finding> {
    let mut held: Vec<(PersonId, &str, Vec<String>)> = Vec::new();
    for c in all {
        for seat in &c.seats {
            let Some((id, name)) = &seat.holder else { continue };
            let title = format!("{} of {}", seat.title, c.facts.name);
            match held.iter_mut().find(|(who, ..)| who == id) {
                Some((_, _, titles)) => titles.push(title),
                None => held.push((*id, name, vec![title])),
            }
        }
    }
    let many = held.into_iter().filter(|(_, _, titles)| titles.len() >= MANY_SEATS);
    many.map(|(_, name, titles)| Finding {
        community: String::new(),
        what: format!("{name} holds {} seats: {}", titles.len(), titles.join(", ")),
        place: String::new(),
    })
    .collect()
}

/// Words that are common in titles of seats: a word that is one letter away from one of them is probably a misspelling.
const TITLE_WORDS: &[&str] = &[
    "head",
    "principal",
    "lead",
    "chair",
    "director",
    "chief",
    "senior",
    "deputy",
    "delivery",
    "product",
    "service",
    "design",
    "designer",
    "development",
    "developer",
    "research",
    "researcher",
    "content",
    "manager",
    "management",
    "architect",
    "architecture",
    "engineer",
    "engineering",
    "analyst",
    "analysis",
    "performance",
    "technology",
    "technical",
    "digital",
    "community",
    "practice",
    "secretary",
    "facilitator",
    "officer",
    "profession",
    "operations",
    "security",
    "accessibility",
    "interaction",
];

/// Returns the title with its likely misspellings corrected; `None` if there are none.
fn better_title(title: &str) -> Option<String> {
    let mended = |word: &str| -> Option<String> {
        let plain = word.to_lowercase();
        // “Principle” is a common misspelling of “principal”, but more than one letter away.
        let right = match plain.as_str() {
            "principle" | "principles" => "principal",
            _ if plain.len() < 5 || TITLE_WORDS.contains(&plain.as_str()) || TITLE_WORDS.contains(&plain.trim_end_matches('s')) => {
                return None;
            }
            _ => TITLE_WORDS.iter().find(|w| text::one_edit_apart(&plain, w))?,
        };
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        Some(if capital { right[..1].to_uppercase() + &right[1..] } else { right.to_owned() })
    };
    let words: Vec<String> = title.split(' ').map(|w| mended(w).unwrap_or_else(|| w.to_owned())).collect();
    let better = words.join(" ");
    (better != title).then_some(better)
}

#[cfg(test)]
mod tests {
    use super::better_title;

    #[test]
    fn likely_misspellings_of_titles_are_mended_and_nothing_else() {
        for (title, better) in [
            ("Principle Developer", Some("Principal Developer")),
            ("Head of Delivary", Some("Head of Delivery")),
            ("Head of Desing", Some("Head of Design")),
            ("Head of User Research", None),
            ("Lead of Operations", None),
            ("Head of Ships", None),
        ] {
            assert_eq!(better_title(title).as_deref(), better, "{title}");
        }
    }
}
