//! Imports a page: adds and updates communities from it, in one step that can be rehearsed first.
//!
//! Must not know how the page is written.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::super::eligible::effect_of;
use super::super::{Book, BookError, Progress};
use super::words::{rules_words, word};
use super::{Known, Side, text_of};
use crate::domain::address::{self, OtherAddress};
use crate::domain::community::{CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::directory::{Part, PrintedPerson, PrintedSeat};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::label::{Label, Verb};
use crate::domain::person::PersonFacts;
use crate::domain::text;
use crate::domain::words::{AddressState, MembershipStatus, RunBy, Source};
use crate::store::pages::{self, ListingRow, RulesOf};
use crate::store::{StoreError, Touched, Write, communities, lookup, people};

/// What a page would change in one community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanLine {
    /// `new`, `changed`, `known` or `gone`.
    pub what: &'static str,
    /// The community's name.
    pub community: String,
    /// Whether the name was derived because the page has none.
    pub derived: bool,
    /// The line on the page; 0 if the community is gone from it.
    pub line: u64,
    /// The changes, part by part.
    pub changes: Vec<String>,
}

/// What the import of a page changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DirectoryPlan {
    /// The page's name.
    pub page: String,
    /// The communities.
    pub lines: Vec<PlanLine>,
    /// People who are new on the roster because they hold a seat.
    pub people: Vec<String>,
    /// Notes on what couldn't be read as expected: the line (0 if there is none) and the note.
    pub notes: Vec<(u64, String)>,
    /// Text damaged by a wrong encoding: the line, the word, and what it probably was.
    pub damaged: Vec<(u64, String, String)>,
    /// Members who are no longer eligible, or newly eligible, by the page's rules; nobody is removed.
    pub effect: Vec<String>,
    /// Whether this was a rehearsal.
    pub dry_run: bool,
    /// What was touched on the roster.
    #[serde(skip)]
    pub touched: Touched,
}

impl DirectoryPlan {
    /// Returns one sentence: what the import changed, or would change.
    #[must_use]
    pub fn summary(&self) -> String {
        let of = |what: &str| self.lines.iter().filter(|l| l.what == what).count() as u64;
        let would = if self.dry_run { "would be " } else { "" };
        let mut out = format!(
            "{} {would}added, {} {would}changed, {} as before",
            text::count(of("new"), "community", "communities"),
            of("changed"),
            of("known")
        );
        if of("gone") > 0 {
            out.push_str(&format!("; {} gone from the page", of("gone")));
        }
        if !self.people.is_empty() {
            out.push_str(&format!("; {} new on the roster", text::count(self.people.len() as u64, "person", "people")));
        }
        out
    }

    /// Returns each community with its changes, then the notes; `mend` names the option or key that mends damaged text.
    #[must_use]
    pub fn in_words(&self, mend: &str) -> Vec<String> {
        let mut out = Vec::new();
        for line in self.lines.iter().filter(|l| l.what != "known" || !l.changes.is_empty()) {
            let derived = if line.derived { " (a name made from the page, which has none)" } else { "" };
            let at = if line.line > 0 { format!(", line {}", line.line) } else { String::new() };
            out.push(format!("{}: {}{derived}{at}", line.what, line.community));
            out.extend(line.changes.iter().map(|c| format!("– {c}")));
        }
        out.extend(self.people.iter().map(|p| format!("new on the roster: {p}")));
        out.extend(self.effect.iter().cloned());
        out.extend(self.notes.iter().map(|(line, note)| if *line > 0 { format!("line {line}: {note}") } else { note.clone() }));
        for (line, word, probably) in &self.damaged {
            let was = format!("line {line}: {word} was damaged by a wrong encoding; it was probably {probably}.");
            out.push(format!("{was} It is kept as printed; {mend} mends it"));
        }
        out
    }
}

impl Book {
    /// Imports a page, or rehearses the import. `repair` mends text that a wrong encoding has damaged.
    ///
    /// # Errors
    /// If the page can't be read or a name is already in use; nothing has changed then.
    pub fn import_page(&mut self, file: &Path, repair: bool, dry_run: bool) -> Result<DirectoryPlan, BookError> {
        let (content, name) = text_of(file, repair)?;
        let known = self.known(&content, &name)?;
        let (stamp, progress) = (self.stamp(), Arc::clone(&self.progress));
        progress.expect(known.page.entries.len() as u64);
        let body = |write: &mut Write<'_>| {
            let (mut plan, effect) = effect_of(write, &progress, |write| take(write, &known, &progress))?;
            plan.effect = effect.in_words();
            write.set_label(Label::new(Verb::ImportPage, 1).what(&name));
            Ok(plan)
        };
        let (mut plan, done) = if dry_run { self.store.rehearse(stamp, body)? } else { self.store.write(stamp, body)? };
        plan.dry_run = dry_run;
        if !dry_run {
            self.after_step(&done.touched)?;
            plan.touched = done.touched;
        }
        Ok(plan)
    }
}

fn take(write: &mut Write<'_>, known: &Known, progress: &Progress) -> Result<DirectoryPlan, StoreError> {
    let mut plan = DirectoryPlan {
        page: known.name.clone(),
        notes: known.page.notes.clone(),
        damaged: known.page.damaged.clone(),
        ..DirectoryPlan::default()
    };
    let page = write.put_page(&known.name, &known.page.text)?;
    let mut listings = Vec::new();
    for (at, entry) in known.page.entries.iter().enumerate() {
        if progress.reach(at as u64).is_break() {
            return Err(StoreError::Stopped);
        }
        let derived = if entry.printed.name.is_none() { entry.printed.derived_name() } else { String::new() };
        let twin = known.page.twin(at).filter(|other| *other < at);
        let (community, line) =
            match known.of[at].0.or_else(|| twin.and_then(|other| listings.get(other)).map(|l: &ListingRow| l.community)) {
                Some(community) if known.of[at].1.is_none() && twin.is_some() => {
                    check_duplicate_entry(write, known, (at, twin.unwrap_or(at)), community)?;
                    (community, update(write, known, at, community, &mut plan)?)
                }
                Some(community) => (community, update(write, known, at, community, &mut plan)?),
                None => add(write, known, at, &mut plan)?,
            };
        let before = known.listed.iter().find(|l| l.community == community).map(|l| l.derived.clone());
        listings.push(ListingRow {
            community,
            position: entry.range.start,
            derived: before.filter(|_| !derived.is_empty()).unwrap_or(derived),
        });
        plan.lines.push(line);
    }
    for gone in known.listed.iter().filter(|l| !listings.iter().any(|n| n.community == l.community)) {
        let Some(detail) = communities::community(write.reader(), gone.community)? else { continue };
        let old = known.old.entries.iter().position(|e| e.range.start == gone.position).unwrap_or(usize::MAX);
        let into = known.merged_into(old).map_or_else(String::new, |name| format!("; its disciplines are in {name} now"));
        let changes = vec![format!("no longer on the page; the community stays in the roster{into}")];
        plan.lines.push(PlanLine { what: "gone", community: detail.facts.name, derived: false, line: 0, changes });
    }
    write.put_listings(page, &listings)?;
    write.keep_order(&listings.iter().map(|l| l.community).collect::<Vec<_>>())?;
    take_page_rules(write, known, page, &mut plan)?;
    Ok(plan)
}

/// Refuses a page that describes a community twice in different ways: the roster couldn't be printed as both.
fn check_duplicate_entry(write: &Write<'_>, known: &Known, (at, twin): (usize, usize), community: CommunityId) -> Result<(), StoreError> {
    let (entry, other) = (&known.page.entries[at], &known.page.entries[twin]);
    let account = pages::account(write.reader(), community, &entry.printed)?.unwrap_or_default();
    match entry.printed.differences(&account).into_iter().find(|d| other.printed.has(d.part)) {
        None => Ok(()),
        Some(d) => Err(StoreError::Refused(format!(
            "lines {} and {} describe the same community differently: {} is {} and {}; make them agree, or rename one of them",
            other.line,
            entry.line,
            word(d.part),
            d.second,
            d.first
        ))),
    }
}

/// Takes the page-wide rules from the page, unless only the roster has changed them.
fn take_page_rules(write: &mut Write<'_>, known: &Known, page: i64, plan: &mut DirectoryPlan) -> Result<(), StoreError> {
    let printed = |(rule, range): &(RuleFacts, std::ops::Range<usize>)| place(rule, known, range);
    let rules: Vec<RuleFacts> = known.page.rules.iter().map(printed).collect();
    let ours: Vec<RuleFacts> = pages::page_rules(write.reader(), page)?.into_iter().map(|(_, r)| r).collect();
    let words = |all: &[RuleFacts]| all.iter().map(|r| r.words.clone()).collect::<Vec<_>>();
    let (before, now) = known.page_rules();
    if words(&rules) == words(&ours) {
        // Only the places where they are printed may have changed.
        return write.keep_rules(RulesOf::Page(page), &rules);
    }
    if known.before.is_some() && words(&before) == words(&now) {
        return Ok(());
    }
    if known.before.is_some() {
        let changes = vec![format!("who may join any of them: {} (was: {})", rules_words(&now), rules_words(&ours))];
        plan.lines.push(PlanLine { what: "changed", community: "the whole page".into(), derived: false, line: 0, changes });
    }
    write.keep_rules(RulesOf::Page(page), &rules)
}

/// Returns the rule with the place where it was printed.
fn place(rule: &RuleFacts, known: &Known, range: &std::ops::Range<usize>) -> RuleFacts {
    // A paragraph may have several lines: this finds the one with the suffix.
    let text = known.page.text.get(range.clone()).unwrap_or_default().to_ascii_lowercase();
    let first = rule.suffix.split(',').next().map(str::trim).filter(|s| !s.is_empty());
    let at = first.and_then(|s| text.find(s)).unwrap_or(0);
    let line = crate::exchange::page::line_of(&known.page.text, range.start + at);
    RuleFacts { printed: format!("{}, line {line}", known.name), ..rule.clone() }
}

fn add(write: &mut Write<'_>, known: &Known, at: usize, plan: &mut DirectoryPlan) -> Result<(CommunityId, PlanLine), StoreError> {
    let entry = &known.page.entries[at];
    let derived = entry.printed.name.is_none();
    let wanted = entry.printed.called();
    let mut name = wanted.clone();
    if derived {
        // Another community may already have the derived name.
        let mut n = 2;
        while lookup::named(write.reader(), &crate::store::schema::COMMUNITY, &name)?.is_some() {
            name = format!("{wanted} {n}");
            n += 1;
        }
    }
    if lookup::named(write.reader(), &crate::store::schema::COMMUNITY, &name)?.is_some() {
        let line = entry.line;
        return Err(StoreError::Refused(format!(
            "line {line}: there is a community called {name} already, and this is another; give one of them another name"
        )));
    }
    let facts = CommunityFacts { run_by: RunBy::Us, ..CommunityFacts::named(&name) };
    let community = write.put_community(None, &facts)?;
    let parts = [Part::Family, Part::Disciplines, Part::Purpose, Part::Seats, Part::Routes, Part::Rules, Part::RunBy];
    update_parts(write, known, at, community, &parts, plan)?;
    let mut changes = Vec::new();
    let p = &entry.printed;
    changes.extend(p.seats.iter().flatten().map(crate::domain::directory::seat_words));
    changes.extend(p.routes.iter().flatten().map(crate::domain::directory::route_words));
    changes.extend(p.rules.iter().flatten().map(crate::domain::directory::rule_words));
    Ok((community, PlanLine { what: "new", community: name, derived, line: entry.line, changes }))
}

fn update(
    write: &mut Write<'_>,
    known: &Known,
    at: usize,
    community: CommunityId,
    plan: &mut DirectoryPlan,
) -> Result<PlanLine, StoreError> {
    let entry = &known.page.entries[at];
    let account = pages::account(write.reader(), community, &entry.printed)?.unwrap_or_default();
    let mut line = PlanLine { what: "known", community: String::new(), derived: false, line: entry.line, changes: Vec::new() };
    let mut parts = Vec::new();
    for (difference, side) in known.differences(at, &account) {
        // Reading the page again doesn't undo what was changed in the roster since.
        if side == Side::Roster {
            line.changes.push(format!("{} stays as it is here; the page still says {}", word(difference.part), difference.first));
        } else {
            parts.push(difference.part);
            line.changes.push(format!("{}: {} (was: {})", word(difference.part), difference.first, difference.second));
        }
    }
    let theirs = communities::community(write.reader(), community)?.is_some_and(|d| d.facts.run_by == RunBy::Others);
    let was_theirs = known.said_before(at).is_some_and(|p| p.run_by_others.is_some());
    if entry.printed.run_by_others.is_some() != theirs && (entry.printed.run_by_others.is_some() || was_theirs) {
        parts.push(Part::RunBy);
        line.changes.push(format!("run by {}", if theirs { RunBy::Us } else { RunBy::Others }));
    }
    if !parts.is_empty() {
        line.what = "changed";
        update_parts(write, known, at, community, &parts, plan)?;
    }
    let facts = communities::community(write.reader(), community)?.map(|d| d.facts);
    line.community = facts.map(|f| f.name).unwrap_or_default();
    line.derived = communities::is_derived(write.reader(), community, &line.community)?;
    Ok(line)
}

/// Updates the given parts of a community to what the page says.
fn update_parts(
    write: &mut Write<'_>,
    known: &Known,
    at: usize,
    community: CommunityId,
    parts: &[Part],
    plan: &mut DirectoryPlan,
) -> Result<(), StoreError> {
    let entry = &known.page.entries[at];
    let printed = &entry.printed;
    let Some(detail) = communities::community(write.reader(), community)? else { return Ok(()) };
    let mut facts = detail.facts.clone();
    let has = |part: Part| parts.contains(&part);
    let set = |to: &mut String, part: Part, value: &Option<String>| {
        if let (true, Some(value)) = (has(part), value) {
            to.clone_from(value);
        }
    };
    set(&mut facts.name, Part::Name, &printed.name);
    set(&mut facts.family, Part::Family, &printed.family);
    set(&mut facts.purpose, Part::Purpose, &printed.purpose);
    if let (true, Some(disciplines)) = (has(Part::Disciplines), &printed.disciplines) {
        facts.disciplines.clone_from(disciplines);
    }
    if has(Part::RunBy) && printed.run_by_others.is_none() && detail.facts.run_by == RunBy::Others {
        facts.run_by = RunBy::Us;
        facts.runner.clear();
    }
    if let (true, Some(runner)) = (has(Part::RunBy), &printed.run_by_others) {
        facts.run_by = RunBy::Others;
        if !runner.is_empty() {
            facts.runner.clone_from(runner);
        }
    }
    if facts != detail.facts {
        write.put_community(Some(community), &facts)?;
    }
    if let (true, Some(seats)) = (has(Part::Seats), &printed.seats) {
        keep_seats(write, community, seats, plan)?;
    }
    if let (true, Some(routes)) = (has(Part::Routes), &printed.routes) {
        keep_routes(write, community, &detail.routes, routes)?;
    }
    if let (true, Some(rules)) = (has(Part::Rules), &printed.rules) {
        let whole = entry.range.start..entry.range.start;
        let ranges = entry.places.rules.iter().chain(std::iter::repeat(&whole));
        let rules: Vec<RuleFacts> = rules.iter().zip(ranges).map(|(r, range)| place(r, known, range)).collect();
        write.keep_rules(RulesOf::Community(community), &rules)?;
    }
    Ok(())
}

fn keep_routes(
    write: &mut Write<'_>,
    community: CommunityId,
    there: &[(i64, RouteFacts)],
    wanted: &[RouteFacts],
) -> Result<(), StoreError> {
    for (at, route) in wanted.iter().enumerate() {
        write.put_route(community, there.get(at).map(|(id, _)| *id), route)?;
    }
    there.iter().skip(wanted.len()).try_for_each(|(id, _)| write.delete(&crate::store::schema::JOIN_ROUTE, *id))
}

/// Updates the seats to those on the page, matched by title, then by order. Adds holders who aren't on the roster.
fn keep_seats(write: &mut Write<'_>, community: CommunityId, wanted: &[PrintedSeat], plan: &mut DirectoryPlan) -> Result<(), StoreError> {
    let Some(detail) = communities::community(write.reader(), community)? else { return Ok(()) };
    let mut there = detail.seats;
    let mut which: Vec<Option<crate::store::rows::SeatRow>> = Vec::new();
    for seat in wanted {
        let at = there.iter().position(|s| text::are_same(&s.title, &seat.title));
        which.push(at.map(|at| there.remove(at)));
    }
    for slot in which.iter_mut().filter(|w| w.is_none()) {
        *slot = if there.is_empty() { None } else { Some(there.remove(0)) };
    }
    for (seat, row) in wanted.iter().zip(which) {
        let sits = row.as_ref().and_then(|r| r.holder.as_ref()).map(|(id, _)| *id);
        if let (Some(id), Some(printed)) = (sits, &seat.holder) {
            rewrite(write, id, printed)?;
        }
        let holder = match &seat.holder {
            // A holder whom the page doesn't name still holds the seat.
            None if seat.withheld => sits,
            None => None,
            Some(printed) => Some(holder(write, community, printed, plan)?),
        };
        let there = row.as_ref().map(crate::store::rows::SeatRow::facts).unwrap_or_default();
        let stays = there.holder == holder;
        let (since, interim, confirmed) = if stays { (there.since, there.interim, there.confirmed) } else { (None, false, None) };
        let title = if seat.title.is_empty() { "Head".to_owned() } else { seat.title.clone() };
        write.put_seat(community, row.map(|r| r.id), &SeatFacts { title, holder, since, interim, confirmed, ..there })?;
    }
    there.iter().try_for_each(|seat| write.remove_seat(seat.id))
}

/// Updates a holder whom the page prints with a new name or a new address: it is the same person, and the page is newer.
fn rewrite(write: &mut Write<'_>, id: PersonId, printed: &PrintedPerson) -> Result<(), StoreError> {
    let Some((mut facts, _)) = people::facts(write.reader(), id)? else { return Ok(()) };
    let same_address = address::key(&facts.email) == address::key(&printed.email) && !printed.email.is_empty();
    if same_address && facts.name != printed.name && !printed.name.is_empty() {
        facts.name.clone_from(&printed.name);
    } else if facts.name == printed.name
        && !same_address
        && !printed.email.is_empty()
        && !facts.email.is_empty()
        && lookup::holder_of(write.reader(), &printed.email)?.is_none()
    {
        // The state belongs to the address: the new address hasn't bounced, and the old one keeps its state.
        let state = std::mem::replace(&mut facts.email_state, AddressState::Ok);
        let old = OtherAddress { address: std::mem::replace(&mut facts.email, printed.email.clone()), state };
        facts.others.push(old);
    } else {
        return Ok(());
    }
    write.update_person(id, &facts).map(|_| ())
}

/// Returns the person printed on a page, found by address, then by name. Adds them if they aren't on the roster, and to the community.
fn holder(
    write: &mut Write<'_>,
    community: CommunityId,
    printed: &PrintedPerson,
    plan: &mut DirectoryPlan,
) -> Result<PersonId, StoreError> {
    let by_address = if printed.email.is_empty() { None } else { lookup::holder_of(write.reader(), &printed.email)? };
    let found = match by_address {
        Some(id) => Some(id),
        // A name is enough only if no other address contradicts it.
        None => match lookup::ids_with_exact_name(write.reader(), &printed.name)?.as_slice() {
            [one] if printed.email.is_empty() || people::facts(write.reader(), *one)?.is_some_and(|(f, _)| f.email.is_empty()) => {
                Some(*one)
            }
            _ => None,
        },
    };
    if let Some((facts, _)) = found.map(|id| people::facts(write.reader(), id)).transpose()?.flatten()
        && facts.name != printed.name
        && !printed.name.is_empty()
        && !facts.name.is_empty()
    {
        plan.notes
            .push((0, format!("{} is {} on the page and {} on the roster, where that stays", printed.email, printed.name, facts.name)));
    }
    let id = match found {
        Some(id) => {
            if let Some((mut facts, _)) = people::facts(write.reader(), id)?
                && facts.email.is_empty()
                && !printed.email.is_empty()
            {
                facts.email.clone_from(&printed.email);
                write.update_person(id, &facts)?;
            }
            id
        }
        None => {
            plan.people.push(address::mailbox(&printed.name, &printed.email));
            write.add_person(&PersonFacts::named(&printed.name, &printed.email))?
        }
    };
    if write.membership_of(id, community)?.is_none() {
        let facts = MembershipFacts { status: MembershipStatus::Active, joined: None, left: None, source: Source::Import };
        write.put_membership(id, community, &facts)?;
    }
    Ok(id)
}
