//! Copying from the home screen: the marked people's addresses, a line of the detail, one part of what is under the cursor.
//!
//! Must not know which address may be copied; the book decides that.

use super::hall::Home;
use crate::actions::Action;
use crate::book::{BookError, MailLine, Thing};
use crate::domain::ids::PersonId;
use crate::domain::mail::{self, Answer, Way, Why};
use crate::domain::{address, text};
use crate::tui::canvas::PaneId;
use crate::tui::core::{Cx, Pane, Request};
use crate::tui::overlays::{Choose, Confirm};
use crate::tui::works;

/// Up to this many people, as many as a tall screen shows, are checked at once, without a task.
const FEW: usize = 200;

/// Copies without asking: the marked people's addresses, the address under the cursor, or the line of the detail.
pub(super) fn copy_here(home: &Home, cx: &mut Cx<'_>) {
    if home.focus == PaneId::Detail
        && let Some(line) = home.detail.line_text()
    {
        return copy_line(home, line, cx);
    }
    if home.list == PaneId::Members {
        return copy_people(home, cx);
    }
    copy_part(home, cx);
}

/// Copies a line of the detail, with addresses withheld as the rules require.
fn copy_line(home: &Home, line: String, cx: &mut Cx<'_>) {
    let decision = match home.detail.thing() {
        Some(Thing::Person(id)) => cx.book.decide_text(id, &line, Way::Copy),
        _ => cx.book.decide_anyones(&line, Way::Copy),
    };
    let Some(decision) = cx.note(decision) else { return };
    match decision {
        Some(d) if d.answer == Answer::Asks => {
            let question = format!("{line}: {}.\n\nCopy it anyway?", d.words());
            let then = Request::copy(line);
            cx.push(Confirm::asking("Copy", &question, Action::Yes, "copy", then));
        }
        Some(d) if d.answer > Answer::Asks => cx.say(format!("Nothing copied: {}. {{copy a part}} copies another part", d.words())),
        _ => cx.copy(format!("Copied {line}"), line),
    }
}

/// Copies the addresses of the chosen people.
fn copy_people(home: &Home, cx: &mut Cx<'_>) {
    let people = home.members.chosen();
    let community = home.members.community.as_ref().map(|(id, _)| *id).filter(|_| people.len() > 1);
    let query = &home.members.find.query;
    if people.len() > FEW {
        return cx.ask(Request::Begin(works::mail_line(people, community, query.clone())));
    }
    let found = cx.book.mail_line(&people, community, query);
    if let Some(found) = cx.note(found) {
        take_line(found, people.len(), cx);
    }
}

/// Copies the addresses that were found; `several` is how many people were chosen.
pub(super) fn take_line(found: MailLine, several: usize, cx: &mut Cx<'_>) {
    if !found.asks.is_empty() {
        let question = found.question();
        let without = found.clone();
        let all = found.confirmed();
        let offers = vec![format!("with them: {}", text::count(all.written, "address", "addresses")), "without them".to_owned()];
        let plain = several == 1;
        let choose = Choose::asking(&format!("Copy too? {question}"), offers, false, move |chosen| {
            let line = if chosen.starts_with("with them") { &all.line } else { &without.line };
            Request::copy(if plain { address::read(line).unwrap_or(line).to_owned() } else { line.clone() })
        });
        cx.push(choose);
    } else if found.written == 0 && several > 1 {
        cx.say(format!("Nothing copied: {}", found.sentence()));
    } else if found.written == 0 && several == 1 {
        let reason = found.left_out.keys().next().copied().unwrap_or("no e-mail address");
        cx.say(format!("Nothing copied: {reason}. {{copy a part}} copies another part"));
    } else if several == 1 {
        let plain = address::read(&found.line).unwrap_or(&found.line).to_owned();
        cx.copy(format!("Copied {plain}"), plain);
    } else {
        cx.copy(found.sentence(), found.line);
    }
}

/// Offers the parts of what is under the cursor, to copy one.
pub(super) fn copy_part(home: &Home, cx: &mut Cx<'_>) {
    let Some(thing) = home.detail.thing() else {
        cx.say("There is nothing under the cursor");
        return;
    };
    let parts = parts_of(thing, cx);
    let Some(parts) = cx.note(parts) else { return };
    let names = parts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
    cx.push(Choose::asking("Copy", names, false, move |name| {
        let value = parts.iter().find(|(l, v)| format!("{l}: {v}") == name).map(|(_, v)| v.clone()).unwrap_or_default();
        Request::copy(value)
    }));
}

fn parts_of(thing: Thing, cx: &Cx<'_>) -> Result<Vec<(String, String)>, BookError> {
    let mut out: Vec<(String, String)> = Vec::new();
    let may = |a: &str| cx.book.decide_anyones(a, Way::CopyPart).is_ok_and(|d| d.is_none_or(|d| d.answer <= Answer::Asks));
    let mut add = |label: &str, value: &str| {
        // A person's parts are filtered already, with the exception that only this key makes.
        let value = if matches!(thing, Thing::Person(_)) { value.into() } else { mail::withhold(value, may) };
        if !value.trim().is_empty() {
            out.push((label.to_owned(), value.into_owned()));
        }
    };
    let days = cx.book.calendar();
    match thing {
        Thing::Person(id) => {
            for (label, value) in parts_of_person(id, cx)? {
                add(&label, &value);
            }
        }
        Thing::Community(id) => {
            if let Some(c) = cx.book.community(id)? {
                add("Name", &c.facts.name);
                add("Purpose", &c.facts.purpose);
                c.routes.iter().for_each(|(_, r)| add("Join", &r.target));
                c.channels.iter().for_each(|(_, ch)| add("Channel", &ch.name));
                for s in &c.seats {
                    add("Seat", &format!("{}: {}", s.title, s.holder.as_ref().map_or("person TBC", |(_, n)| n)));
                }
            }
        }
        Thing::Meetup(id) => {
            if let Some(m) = cx.book.meetup(id)? {
                let f = &m.facts;
                add("Title", &f.title);
                add("When", &format!("{}, {} to {}", days.in_full(f.starts.date()), f.starts.format("%H:%M"), f.ends().format("%H:%M")));
                add("Where", &f.venue);
                add("Write-up", &f.write_up_link);
                add("Note", &f.note);
            }
        }
        Thing::Organisation(_) => {}
    }
    Ok(out)
}

/// Returns the parts of a person, without addresses that may not be copied, even within other parts. It includes one whose holder withdrew
/// consent to mail, because this key copies it on purpose.
fn parts_of_person(id: PersonId, cx: &Cx<'_>) -> Result<Vec<(String, String)>, BookError> {
    let Some(p) = cx.book.person(id)? else { return Ok(Vec::new()) };
    let usable = cx.book.usable(id, Way::CopyPart)?;
    let allowed = |typed: &str| match cx.book.decide_text(id, typed, Way::CopyPart) {
        Ok(decision) => decision.is_none_or(|d| d.answer <= Answer::Asks || d.why == Some(Why::WithdrewMail)),
        Err(_) => false,
    };
    let plain = |value: &str| mail::withhold(value, allowed).into_owned();
    let f = &p.facts;
    let mut out = vec![("Name".to_owned(), plain(&f.name))];
    for u in usable.iter().filter(|u| allowed(&u.address)) {
        let what = if u.primary { "E-mail" } else { "Other e-mail" };
        let label = if u.decision.why.is_some() { format!("{what} ({})", u.decision.words()) } else { what.to_owned() };
        out.push((label, u.address.clone()));
    }
    for (label, value) in [("Organisation", &f.organisation), ("Job title", &f.job_title), ("Discipline", &f.discipline)] {
        out.push((label.to_owned(), plain(value)));
    }
    out.extend(f.fields.iter().map(|(name, value)| (name.clone(), plain(value))));
    out.push(("Note".to_owned(), plain(&f.note)));
    let row = [&f.name, &f.email, &f.organisation, &f.job_title, &f.discipline].map(|s| plain(s).replace('\t', " "));
    out.push(("Row".to_owned(), row.join("\t")));
    Ok(out)
}
