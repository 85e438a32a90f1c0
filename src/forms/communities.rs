//! The forms for a community and its parts: seat, way to join, rule, channel.
//!
//! Must not know where a form is shown.

use super::chosen::{chosen_word, chosen_word_or_none, gone};
use super::field::{Field, Kind};
use super::people::{choice, name_and_address};
use super::{Sheet, Subject};
use crate::book::{Book, BookError, Command, CommunityDetail, PeopleQuery, PersonRow, SeatRow, Words};
use crate::domain::community::{ChannelFacts, CommunityFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::dates::Lean;
use crate::domain::eligibility::read_suffixes;
use crate::domain::ids::{CommunityId, PersonId, SeatId};
use crate::domain::person::PersonFacts;
use crate::domain::words::{ChannelKind, CommunityStatus, RouteKind, RuleEffect, RunBy, SeatFunction, Stage};
use crate::domain::{address, text};

/// The most people offered as holders of a seat; anybody else's name must be typed in full.
const OFFERED: usize = 5_000;

fn detail(id: CommunityId, book: &Book) -> Result<CommunityDetail, BookError> {
    book.community(id)?.ok_or_else(|| gone("the community"))
}

/// Returns the form for a community, new or existing.
pub(super) fn community(id: Option<CommunityId>, book: &mut Book) -> Result<Sheet, BookError> {
    let (facts, was) = match id {
        Some(id) => {
            let d = detail(id, book)?;
            (d.facts, Some(d.op))
        }
        None => (CommunityFacts::named(""), None),
    };
    let mut families: Vec<String> = book.communities()?.into_iter().map(|c| c.family).filter(|f| !f.is_empty()).collect();
    families.sort();
    families.dedup();
    let others: Vec<String> = book.communities()?.into_iter().filter(|c| Some(c.id) != id).map(|c| c.name).collect();
    let fields = vec![
        Field::new("name", "Name", Kind::Required("a community needs a name"), &facts.name),
        Field::new("family", "Job family", Kind::Choice { options: families, new: true }, &facts.family),
        Field::new(
            "disciplines",
            "Disciplines",
            Kind::Choices { options: book.words(Words::Disciplines)?, new: true },
            &facts.disciplines.join("; "),
        ),
        Field::new("purpose", "Purpose", Kind::Note, &facts.purpose),
        Field::new("run_by", "Run by", choice(RunBy::ALL), facts.run_by.word()),
        Field::new("runner", "  who", Kind::Text, &facts.runner).hint("who runs it, if not us"),
        Field::new("status", "Status", choice(CommunityStatus::ALL), facts.status.word()),
        Field::new("stage", "Stage", choice(Stage::ALL), facts.stage.map_or("", |s| s.word())),
        Field::new("status_on", "  since", Kind::Date(Lean::Back), &facts.status_on.map(|d| d.to_string()).unwrap_or_default()),
        Field::new("evidence", "  evidence", Kind::Text, &facts.evidence).hint("what status and stage are based on"),
        Field::new("successor", "Merged into", Kind::Choice { options: others.clone(), new: false }, &facts.successor)
            .hint("where it was merged or closed into"),
        Field::new("related", "Related communities", Kind::Choices { options: others, new: false }, &facts.related.join("; ")),
    ];
    let words = (facts.run_by, facts.status, facts.stage);
    let title = if id.is_some() { facts.name } else { "New community".into() };
    Ok(Sheet::new(&title, Subject::Community(id), fields, was, book.calendar(), move |v| {
        let facts = CommunityFacts {
            name: v.text("name"),
            family: v.text("family"),
            disciplines: v.parts("disciplines"),
            purpose: v.text("purpose"),
            run_by: chosen_word(&v.text("run_by"), words.0, RunBy::parse),
            runner: v.text("runner"),
            status: chosen_word(&v.text("status"), words.1, CommunityStatus::parse),
            stage: chosen_word_or_none(&v.text("stage"), words.2, Stage::parse),
            status_on: v.date("status_on"),
            evidence: v.text("evidence"),
            successor: v.text("successor"),
            related: v.parts("related"),
        };
        Ok(Command::PutCommunity { id, facts, was: v.was })
    }))
}

/// Returns the form for a seat and its holder; `chosen` is always among the people offered.
pub(crate) fn seat(community: CommunityId, id: Option<SeatId>, chosen: Option<PersonId>, book: &mut Book) -> Result<Sheet, BookError> {
    let d = detail(community, book)?;
    let known = id.and_then(|id| d.seats.iter().find(|s| s.id == id));
    // The person chosen already, members of the community, then everybody; an address with each name makes it unique.
    let mut ids: Vec<PersonId> = chosen.into_iter().collect();
    ids.extend(book.find(&PeopleQuery { community: Some(community), ..PeopleQuery::default() })?.ids);
    let everybody = book.find(&PeopleQuery::default())?.ids;
    ids.extend(everybody.iter().take(OFFERED).filter(|p| !ids.contains(p)).copied().collect::<Vec<_>>());
    ids.truncate(OFFERED);
    let holder = known.and_then(|s| s.holder.as_ref().map(|(id, _)| *id));
    ids.extend(holder.filter(|h| !ids.contains(h)));
    let people: Vec<_> = book.people(&ids, None)?.into_iter().map(|p| (p.id, person_label(&p))).collect();
    let options = people.iter().map(|(_, label)| label.clone()).collect();
    let held_by = people.iter().find(|(p, _)| Some(*p) == holder).map_or("", |(_, label)| label.as_str()).to_owned();
    let fields = seat_fields(known, options, &held_by);
    let function = known.and_then(|s| s.function);
    let held_since = known.and_then(|s| s.since);
    let held_confirmed = known.and_then(|s| s.confirmed);
    let title = format!("Seat of {}", d.facts.name);
    Ok(Sheet::new(&title, Subject::Seat(community, id), fields, None, book.calendar(), move |v| {
        let wanted = v.text("holder");
        let same = |label: &str| text::are_same(label, &wanted);
        let chosen = people.iter().find(|(_, label)| same(label)).map(|(id, _)| *id);
        let mut since = v.date("since");
        if chosen.is_some() && chosen != holder && since == held_since {
            // The date of the previous holder doesn't apply to the new one.
            since = Some(v.calendar.today);
        }
        let months = v.text("months");
        let confirm_months = months.parse().ok().filter(|n| (1..=600).contains(n));
        if confirm_months.is_none() && !months.is_empty() {
            return Err(("months".into(), "enter a number of months, such as 12".into()));
        }
        let facts = SeatFacts {
            title: v.text("title"),
            holder: chosen,
            since,
            interim: v.text("interim") == "yes",
            function: chosen_word_or_none(&v.text("function"), function, SeatFunction::parse),
            confirm_months,
            // A new holder hasn't been confirmed in the seat yet.
            confirmed: v.date("confirmed").filter(|day| chosen == holder || Some(*day) != held_confirmed),
        };
        if chosen.is_none() && !wanted.is_empty() {
            let mut person = newcomer(&wanted)?;
            person.joined = Some(v.calendar.today);
            let facts = SeatFacts { since: facts.since.or(Some(v.calendar.today)), ..facts };
            return Ok(Command::SeatNewcomer { community, id, facts, person });
        }
        Ok(Command::PutSeat { community, id, facts })
    }))
}

/// Returns the label of a person in a list to choose from.
#[must_use]
pub(crate) fn person_label(p: &PersonRow) -> String {
    if p.name.is_empty() || p.email.is_empty() { p.title().to_owned() } else { format!("{} <{}>", p.name, p.email) }
}

/// Returns somebody who isn't on the roster yet, as typed: a name, an address, or both.
fn newcomer(typed: &str) -> Result<PersonFacts, (String, String)> {
    let (name, email) = name_and_address(typed);
    if !email.is_empty() {
        address::read(email).map_err(|e| ("holder".to_owned(), e.to_string()))?;
    }
    Ok(PersonFacts::named(name, email))
}

fn seat_fields(known: Option<&SeatRow>, options: Vec<String>, held_by: &str) -> Vec<Field> {
    vec![
        Field::new("title", "Title", Kind::Required("a seat needs a title"), known.map_or("", |s| s.title.as_str()))
            .hint("as it appears on the page, such as Head of Delivery"),
        Field::new("holder", "Held by", Kind::Choice { options, new: true }, held_by).hint("leave empty if vacant: shown as person TBC"),
        Field::new("since", "Since", Kind::Date(Lean::Back), &known.and_then(|s| s.since).map(|d| d.to_string()).unwrap_or_default())
            .hint("leave empty to keep the date; a new holder gets today's"),
        Field::new("interim", "Interim", choice(&["no", "yes"]), if known.is_some_and(|s| s.interim) { "yes" } else { "no" }),
        Field::new("function", "Function", choice(SeatFunction::ALL), known.and_then(|s| s.function).map_or("", |f| f.word()))
            .hint("empty: derived from the title"),
        Field::new(
            "confirmed",
            "Confirmed on",
            Kind::Date(Lean::Back),
            &known.and_then(|s| s.confirmed).map(|d| d.to_string()).unwrap_or_default(),
        ),
        Field::new("months", "Confirm every", Kind::Text, &known.and_then(|s| s.confirm_months).map(|n| n.to_string()).unwrap_or_default())
            .hint("months; empty for never"),
    ]
}

/// Returns the form for a way to join.
pub(super) fn route(community: CommunityId, id: Option<i64>, book: &mut Book) -> Result<Sheet, BookError> {
    let d = detail(community, book)?;
    let known = d.routes.iter().find(|(r, _)| Some(*r) == id).map(|(_, f)| f);
    let was = known.map_or(RouteKind::Mailto, |r| r.kind);
    let fields = vec![
        Field::new("kind", "Kind", choice(RouteKind::ALL), was.word()),
        Field::new("target", "Where", Kind::Text, known.map_or("", |r| r.target.as_str())).hint("the address, link, channel or command"),
        Field::new("subject", "Subject", Kind::Text, known.map_or("", |r| r.subject.as_str())).hint("of the mail, if it is one"),
        Field::new("body", "Text", Kind::Text, known.map_or("", |r| r.body.as_str())).hint("of the mail"),
        Field::new("words", "Link text", Kind::Text, known.map_or("", |r| r.words.as_str())).hint("as a page prints them"),
    ];
    let title = format!("How to join {}", d.facts.name);
    Ok(Sheet::new(&title, Subject::Route(community, id), fields, None, book.calendar(), move |v| {
        let kind = chosen_word(&v.text("kind"), was, RouteKind::parse);
        let facts = RouteFacts { kind, target: v.text("target"), subject: v.text("subject"), body: v.text("body"), words: v.text("words") };
        if facts.target.is_empty() && !matches!(kind, RouteKind::NotSet | RouteKind::Attend) {
            return Err(("target".into(), "enter an address, a link or a channel".into()));
        }
        if kind == RouteKind::Mailto {
            let target = facts.target.split('?').next().unwrap_or_default();
            address::read(target).map_err(|e| ("target".to_owned(), e.to_string()))?;
        }
        Ok(Command::PutRoute { community, id, facts })
    }))
}

/// Returns the form for a rule on who may join.
pub(super) fn rule(community: CommunityId, id: Option<i64>, book: &mut Book) -> Result<Sheet, BookError> {
    let d = detail(community, book)?;
    let known = d.rules.iter().find(|(r, ..)| Some(*r) == id);
    let facts = known.map(|(_, f, _)| f);
    let was = facts.map_or(RuleEffect::Allow, |r| r.effect);
    let fields = vec![
        Field::new("effect", "Effect", choice(&["allow", "deny"]), was.word()),
        Field::new("suffix", "E-mail suffix", Kind::Text, facts.map_or("", |r| r.suffix.as_str())).hint("gov.uk includes x.gov.uk"),
        Field::new("words", "Words", Kind::Text, facts.map_or("", |r| r.words.as_str())).hint("as printed"),
        Field::new("all", "All communities", choice(&["no", "yes"]), if known.is_some_and(|(_, _, all)| *all) { "yes" } else { "no" }),
    ];
    let printed = facts.map(|r| r.printed.clone()).unwrap_or_default();
    let title = format!("Who may join {}", d.facts.name);
    Ok(Sheet::new(&title, Subject::Rule(community, id), fields, None, book.calendar(), move |v| {
        let facts = RuleFacts {
            effect: chosen_word(&v.text("effect"), was, RuleEffect::parse),
            suffix: read_suffixes(&v.text("suffix")).map_err(|e| ("suffix".to_owned(), e))?,
            words: v.text("words"),
            printed: printed.clone(),
        };
        Ok(Command::PutRule { community, page_wide: v.text("all") == "yes", id, facts })
    }))
}

/// Returns the form for a channel.
pub(super) fn channel(community: CommunityId, id: Option<i64>, book: &mut Book) -> Result<Sheet, BookError> {
    let d = detail(community, book)?;
    let known = d.channels.iter().find(|(c, _)| Some(*c) == id).map(|(_, f)| f);
    let was = known.map_or(ChannelKind::Chat, |c| c.kind);
    let fields = vec![
        Field::new("kind", "Kind", choice(ChannelKind::ALL), was.word()),
        Field::new("name", "Name", Kind::Required("a channel needs a name"), known.map_or("", |c| c.name.as_str()))
            .hint("such as #research, a list's address, a link"),
        Field::new("members", "Members there", Kind::Text, &known.and_then(|c| c.members).map(|n| n.to_string()).unwrap_or_default()),
        Field::new(
            "counted",
            "  counted on",
            Kind::Date(Lean::Back),
            &known.and_then(|c| c.counted).map(|d| d.to_string()).unwrap_or_default(),
        ),
    ];
    let title = format!("Channel of {}", d.facts.name);
    Ok(Sheet::new(&title, Subject::Channel(community, id), fields, None, book.calendar(), move |v| {
        let typed = v.text("members").replace(',', "");
        let members = typed.parse::<u32>().ok();
        if members.is_none() && !typed.is_empty() {
            return Err(("members".into(), "enter a number".into()));
        }
        let counted = v.date("counted").or_else(|| members.map(|_| v.calendar.today));
        let kind = chosen_word(&v.text("kind"), was, ChannelKind::parse);
        let facts = ChannelFacts { kind, name: v.text("name"), members, counted };
        Ok(Command::PutChannel { community, id, facts })
    }))
}
