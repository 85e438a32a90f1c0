//! Differences between a page and the roster, and between a page and its earlier version, in sentences.
//!
//! Must not know how a page is written.

use std::path::Path;

use super::super::{Book, BookError};
use super::words::{rules_words, word};
use super::{Known, Side, text_of};
use crate::domain::community::RuleFacts;
use crate::domain::directory::{Difference, PageEntry, Part, PrintedSeat};
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::domain::words::CommunityStatus;
use crate::store::pages;

/// The differences of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageDiff {
    /// Between the page and the roster.
    pub from_roster: Vec<String>,
    /// Between the page and its last read or written version; `None` if there is none.
    pub from_before: Option<Vec<String>>,
}

impl Book {
    /// Compares a page with the roster, in both directions, and with its earlier version.
    ///
    /// # Errors
    /// If the page can't be read.
    pub fn diff_page(&self, file: &Path) -> Result<PageDiff, BookError> {
        let (content, name) = text_of(file, false)?;
        let known = self.known(&content, &name)?;
        let mut diff = PageDiff { from_roster: Vec::new(), from_before: known.before.as_ref().map(|_| since_before(&known)) };
        for (at, entry) in known.page.entries.iter().enumerate() {
            let printed = entry.printed.called();
            let Some(community) = known.of[at].0 else {
                diff.from_roster.push(match known.of[at].1 {
                    Some(_) => format!("{printed} (line {}) is on the page and was removed from the roster", entry.line),
                    None => format!("{printed} (line {}) is on the page and not in the roster", entry.line),
                });
                continue;
            };
            let Some(detail) = self.community(community)? else { continue };
            if matches!(detail.facts.status, CommunityStatus::Closed | CommunityStatus::Merged) {
                diff.from_roster
                    .push(format!("{} (line {}) is on the page and {} in the roster", detail.facts.name, entry.line, detail.facts.status));
            }
            let account = pages::account(self.store.reader(), community, &entry.printed)?.unwrap_or_default();
            for (difference, side) in known.differences(at, &account) {
                let whose = match side {
                    Side::Page => " — changed on the page",
                    Side::Roster => " — changed in the roster",
                    Side::Both => "",
                };
                let sentences = self.sentences(community, &detail.facts.name, &difference, (&entry.printed, &account))?;
                diff.from_roster.extend(sentences.into_iter().map(|s| format!("{s}{whose}")));
            }
        }
        for listed in known.listed.iter().filter(|l| !known.of.iter().any(|(c, _)| *c == Some(l.community))) {
            if let Some(detail) = self.community(listed.community)? {
                diff.from_roster.push(format!("{} is in the roster and no longer on the page", detail.facts.name));
            }
        }
        if let Some(before) = &known.before {
            let ours: Vec<RuleFacts> = pages::page_rules(self.store.reader(), before.id)?.into_iter().map(|(_, r)| r).collect();
            let (_, there) = known.page_rules();
            let same = ours.len() == there.len() && ours.iter().zip(&there).all(|(a, b)| a.words == b.words);
            if !same {
                diff.from_roster.push(format!(
                    "who may join any of them is {} on the page, {} in the roster",
                    rules_words(&there),
                    rules_words(&ours)
                ));
            }
            for community in pages::unlisted(self.store.reader())?.into_iter().filter(|c| c.0 > before.newest_community) {
                if let Some(detail) = self.community(community)?.filter(|_| !known.of.iter().any(|(c, _)| *c == Some(community))) {
                    diff.from_roster.push(format!("{} is new in the roster and not on the page yet", detail.facts.name));
                }
            }
        }
        Ok(diff)
    }

    fn sentences(
        &self,
        community: CommunityId,
        name: &str,
        difference: &Difference,
        (printed, account): (&PageEntry, &PageEntry),
    ) -> Result<Vec<String>, BookError> {
        if difference.part == Part::Name {
            return Ok(vec![format!("{} on the page is called {} in the roster", difference.first, difference.second)]);
        }
        let (Part::Seats, Some(there), Some(ours)) = (difference.part, &printed.seats, &account.seats) else {
            return Ok(vec![format!(
                "{name}: {} is {} on the page, {} in the roster",
                word(difference.part),
                difference.first,
                difference.second
            )]);
        };
        let detail = self.community(community)?;
        let since = |title: &str| {
            let seat = detail.as_ref().and_then(|d| d.seats.iter().find(|s| s.title == title));
            seat.and_then(|s| s.since).map_or_else(String::new, |day| format!(" since {}", self.calendar().plain(day)))
        };
        Ok(seat_sentences(name, there, ours, ("on the page", "in the roster"), &since))
    }
}

/// Describes the differences between two lists of seats, one sentence each.
fn seat_sentences(
    name: &str,
    a: &[PrintedSeat],
    b: &[PrintedSeat],
    (at_a, at_b): (&str, &str),
    since: &dyn Fn(&str) -> String,
) -> Vec<String> {
    let held = |seat: &PrintedSeat| match &seat.holder {
        Some(p) => format!("held by {}", p.name),
        None if seat.withheld => "held by somebody whose name is withheld".to_owned(),
        None => "vacant".to_owned(),
    };
    let twin = |seat: &PrintedSeat, among: &[PrintedSeat]| among.iter().find(|o| text::are_same(&o.title, &seat.title)).cloned();
    let mut out = Vec::new();
    for seat in a {
        match twin(seat, b) {
            None => out.push(format!("{name}: {} is a seat {at_a}, not {at_b}", seat.title)),
            Some(other) if other.holder == seat.holder && other.title != seat.title => {
                out.push(format!("{name}: the seat is printed {} {at_a}, {} {at_b}", seat.title, other.title));
            }
            Some(other) if other.holder != seat.holder => {
                let since = if other.holder.is_some() { since(&other.title) } else { String::new() };
                let verb = if at_a == "before" { "was" } else { "is" };
                out.push(format!("{name}: {} {verb} {} {at_a}, {} {at_b}{since}", seat.title, held(seat), held(&other)));
            }
            Some(_) => {}
        }
    }
    out.extend(b.iter().filter(|s| twin(s, a).is_none()).map(|s| format!("{name}: {} is a seat {at_b}, not {at_a}", s.title)));
    if out.is_empty() { vec![format!("{name}: the seats are in a different order")] } else { out }
}

/// Describes what has changed on the page since its earlier version.
fn since_before(known: &Known) -> Vec<String> {
    let mut out = Vec::new();
    for (at, entry) in known.page.entries.iter().enumerate() {
        let Some(before) = known.said_before(at) else {
            out.push(format!("{} (line {}) is new", entry.printed.called(), entry.line));
            continue;
        };
        for difference in before.differences(&entry.printed) {
            match (difference.part, &before.seats, &entry.printed.seats) {
                (Part::Name, ..) => out.push(format!("{} is called {} now", difference.first, difference.second)),
                (Part::Seats, Some(a), Some(b)) => {
                    out.extend(seat_sentences(&before.called(), a, b, ("before", "now"), &|_| String::new()))
                }
                (part, ..) => {
                    out.push(format!("{}: {} was {} and is {}", before.called(), word(part), difference.first, difference.second))
                }
            }
        }
    }
    for (at, old) in known.old.entries.iter().enumerate().filter(|(at, _)| !known.of.iter().any(|(_, o)| *o == Some(*at))) {
        match known.merged_into(at) {
            Some(into) => out.push(format!("{} is gone; its disciplines are in {into} now", old.printed.called())),
            None => out.push(format!("{} is gone", old.printed.called())),
        }
    }
    let (before, now) = known.page_rules();
    if before != now {
        out.push(format!("who may join any of them was {} and is {}", rules_words(&before), rules_words(&now)));
    }
    out
}
