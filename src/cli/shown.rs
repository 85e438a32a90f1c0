//! `show`: everything about one member, community or meetup.
//!
//! Must not know how it is found out.

use std::io::Write;

use super::CliError;
use super::args::{ShowFormat, Shown};
use super::table::write_json;
use crate::book::{Book, CommunityDetail, MeetupDetail, MeetupSort, PeopleQuery, PersonDetail, Thing};
use crate::domain::dates::Calendar;
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::text;
use crate::domain::words::AddressState;
use crate::exchange::memberships;

/// Returns the one member who is named by a name, address or UUID, or whom a search for it finds as the only one: to look at, that is enough.
pub(super) fn one_person(book: &mut Book, which: &str) -> Result<PersonId, CliError> {
    if which.trim().is_empty() {
        return Err(CliError::Usage("a name is empty; name a person by address, name or UUID".into()));
    }
    if let [only] = book.resolve_people(which)?.as_slice() {
        return Ok(*only);
    }
    let phrase = format!("name:\"{}\"", which.replace(['\\', '"'], ""));
    let mut found = book.find(&PeopleQuery { text: &phrase, ..PeopleQuery::default() })?;
    if found.ids.is_empty() {
        found = book.find(&PeopleQuery { text: which, ..PeopleQuery::default() })?;
    }
    match found.ids.as_slice() {
        [only] => Ok(*only),
        [] => {
            let hint = found.did_you_mean.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            Err(CliError::Which(format!("nobody on the roster is called {which}{hint}")))
        }
        several => {
            let rows = book.people(&several[..several.len().min(10)], None)?;
            let exact: Vec<PersonId> = rows.iter().filter(|p| text::are_same(&p.name, which)).map(|p| p.id).collect();
            if let [only] = exact.as_slice() {
                return Ok(*only);
            }
            let mut names = Vec::new();
            for p in &rows {
                let by = if p.email.is_empty() { book.uuid(Thing::Person(p.id))? } else { format!("<{}>", p.email) };
                names.push(format!("\n  {} {by}", p.title()));
            }
            let more = several.len().saturating_sub(rows.len());
            names.extend((more > 0).then(|| format!("\n  and {more} more")));
            Err(CliError::Which(format!("{} people match {which}; use an address or UUID:{}", several.len(), names.concat())))
        }
    }
}

/// Shows one thing, whole.
pub(super) fn show(book: &mut Book, what: Shown, which: &str, format: ShowFormat, out: &mut dyn Write) -> Result<(), CliError> {
    let gone = || CliError::Which(format!("{which} is gone"));
    match what {
        Shown::Member => {
            let id = one_person(book, which)?;
            let detail = book.person(id)?.ok_or_else(gone)?;
            if format == ShowFormat::Json { write_json(&detail, out) } else { show_person(&detail, &book.calendar(), out) }
        }
        Shown::Community => {
            let id = book.resolve_community(which)?;
            let detail = book.community(id)?.ok_or_else(gone)?;
            if format == ShowFormat::Json { write_json(&detail, out) } else { show_community(&detail, &book.calendar(), out) }
        }
        Shown::Meetup => {
            let id = one_meetup(book, which)?;
            let detail = book.meetup(id)?.ok_or_else(gone)?;
            if format == ShowFormat::Json { write_json(&detail, out) } else { show_meetup(&detail, &book.calendar(), out) }
        }
    }
}

fn one_meetup(book: &mut Book, which: &str) -> Result<MeetupId, CliError> {
    if let [only] = book.resolve_meetups(which)?.as_slice() {
        return Ok(*only);
    }
    let found = book.find_meetups(&format!("name:\"{}\"", which.replace(['\\', '"'], "")), None, MeetupSort::When, false)?;
    match found.ids.as_slice() {
        [only] => Ok(*only),
        [] => match book.find_meetups(which, None, MeetupSort::When, false)?.ids.as_slice() {
            [only] => Ok(*only),
            _ => Err(CliError::Which(format!("no meetup is called {which}; `guildhall list meetups` lists them"))),
        },
        several => {
            let rows = book.meetups(&several[..several.len().min(10)])?;
            let names: Vec<String> = rows.iter().map(|m| format!("  {} on:{}", m.title, m.starts.date())).collect();
            Err(CliError::Which(format!("{} meetups match {which}; add the day:\n{}", several.len(), names.join("\n"))))
        }
    }
}

fn line(out: &mut dyn Write, head: &str, value: &str) -> Result<(), CliError> {
    if !value.is_empty() {
        writeln!(out, "{} {}", text::pad(head, 16), text::safe_lines(value).replace('\n', &format!("\n{}", " ".repeat(17))))?;
    }
    Ok(())
}

fn show_person(p: &PersonDetail, days: &Calendar, out: &mut dyn Write) -> Result<(), CliError> {
    let f = &p.facts;
    writeln!(out, "{}", text::safe(f.title()))?;
    let state = if f.email_state == AddressState::Ok { String::new() } else { format!(" ({})", f.email_state) };
    line(out, "E-mail", &format!("{}{state}", f.email))?;
    line(out, "Kind", f.kind.word())?;
    line(out, "Other e-mails", &crate::domain::address::write_list(&f.others))?;
    for one in &p.mail {
        line(out, "May be mailed", &one.words())?;
    }
    for c in &p.consents {
        let on = c.on.map_or_else(String::new, |d| format!(", {}", days.plain(d)));
        let source = if c.source.is_empty() { String::new() } else { format!(" ({})", c.source) };
        line(out, "Consent", &format!("{}: {}{on}{source}", c.purpose, c.state))?;
    }
    line(out, "Organisation", &f.organisation)?;
    line(out, "Job title", &f.job_title)?;
    line(out, "Discipline", &f.discipline)?;
    line(out, "Tags", &f.tags.join("; "))?;
    line(out, "With us since", &f.joined.map(|d| days.plain(d)).unwrap_or_default())?;
    for (name, value) in &f.fields {
        line(out, name, value)?;
    }
    line(out, "Note", &f.note)?;
    for (title, community, since) in &p.seats {
        line(out, "Holds", &format!("{title}, {community}{}", since.map_or_else(String::new, |d| format!(", since {}", days.plain(d)))))?;
    }
    for m in &p.memberships {
        let mut cell = String::new();
        memberships::write(&mut cell, &m.community, &m.facts);
        line(out, "Community", &cell)?;
        line(out, "", &m.verdict.as_ref().map(crate::domain::eligibility::Verdict::words).unwrap_or_default())?;
    }
    for v in &p.visits {
        let rsvp = v.facts.rsvp.map_or_else(String::new, |r| format!(", answered {r}"));
        let parts: String = v.facts.parts.iter().map(|p| format!(", {p}")).collect();
        line(out, "Meetup", &format!("{} {}: {}{rsvp}{parts}", v.starts.format("%Y-%m-%d %H:%M"), v.title, v.facts.outcome))?;
    }
    line(out, "UUID", &p.uuid)?;
    Ok(())
}

fn show_community(c: &CommunityDetail, days: &Calendar, out: &mut dyn Write) -> Result<(), CliError> {
    let f = &c.facts;
    let derived = if c.derived { " (a name made from the page, which has none)" } else { "" };
    writeln!(out, "{}{derived}", text::safe(&f.name))?;
    line(out, "Job family", &f.family)?;
    line(out, "Disciplines", &f.disciplines.join(", "))?;
    line(out, "Purpose", &f.purpose)?;
    line(out, "Run by", &format!("{}{}", f.run_by, if f.runner.is_empty() { String::new() } else { format!(": {}", f.runner) }))?;
    let on = f.status_on.map_or_else(String::new, |d| format!(", since {}", days.plain(d)));
    let into = if f.successor.is_empty() { String::new() } else { format!(", into {}", f.successor) };
    line(out, "Status", &format!("{}{into}{on}", f.status))?;
    line(out, "Stage", f.stage.map_or("", |s| s.word()))?;
    line(out, "Evidence", &f.evidence)?;
    line(out, "Related", &f.related.join(", "))?;
    for s in &c.seats {
        line(out, "Seat", &crate::book::seat_line(s, days))?;
        let day = |what: &str, d: Option<chrono::NaiveDate>| d.map(|d| format!("{what} {}", days.plain(d)));
        let every = s.confirm_months.map(|n| format!("to be confirmed every {n} months"));
        let facts: Vec<String> = [day("added", s.made), every, Some(s.uuid.clone())].into_iter().flatten().collect();
        line(out, "", &facts.join(", "))?;
        for (name, since, until) in &s.before {
            let span: Vec<String> = [day("from", *since), day("until", *until)].into_iter().flatten().collect();
            line(out, "", &format!("before: {name} {}", span.join(" ")))?;
        }
    }
    for (_, r) in &c.routes {
        let subject = if r.subject.is_empty() { String::new() } else { format!(" (subject: {})", r.subject) };
        let words = if r.words.is_empty() { String::new() } else { format!(" “{}”", r.words) };
        line(out, "Join", &format!("{} {}{subject}{words}", r.kind, r.target))?;
        line(out, "", &r.body)?;
    }
    for (_, r, page_wide) in &c.rules {
        let scope = if *page_wide { " (for all of them)" } else { "" };
        let printed = if r.printed.is_empty() { String::new() } else { format!(" ({})", r.printed) };
        let parts: Vec<&str> = [r.effect.word(), &r.suffix, &r.words].into_iter().filter(|p| !p.is_empty()).collect();
        line(out, "Rule", &format!("{}{scope}{printed}", parts.join(" ")))?;
    }
    for (_, ch) in &c.channels {
        line(out, "Channel", &crate::book::channel_line(ch, days))?;
    }
    for (status, n) in &c.statuses {
        line(out, "Members", &format!("{n} {status}"))?;
    }
    line(out, "UUID", &c.uuid)?;
    Ok(())
}

fn show_meetup(m: &MeetupDetail, days: &Calendar, out: &mut dyn Write) -> Result<(), CliError> {
    let f = &m.facts;
    writeln!(out, "{}", text::safe(&f.title))?;
    line(
        out,
        "When",
        &format!("{}, {} to {} {}", days.in_full(f.starts.date()), f.starts.format("%H:%M"), f.ends().format("%H:%M"), f.zone),
    )?;
    line(out, "Minutes", &f.minutes.to_string())?;
    line(out, "Format", f.format.word())?;
    line(out, "Status", f.status.word())?;
    line(out, "Communities", &f.communities.join(", "))?;
    line(out, "Host", &f.host)?;
    line(out, "Where", &f.venue)?;
    line(out, "Room for", &f.capacity.map_or_else(String::new, |n| n.to_string()))?;
    line(out, "Write-up", format!("{} {}", f.write_up, f.write_up_link).trim_end())?;
    line(out, "Note", &f.note)?;
    for r in &m.roll {
        let rsvp = r.facts.rsvp.map_or("", |r| r.word());
        let parts = r.facts.parts.iter().map(|p| p.word()).collect::<Vec<_>>().join(", ");
        line(
            out,
            "Roll",
            format!("{}  {}  {rsvp}  {}  {parts}", text::pad(&r.name, 26), text::pad(&r.organisation, 14), r.facts.outcome).trim_end(),
        )?;
    }
    line(out, "UUID", &m.uuid)?;
    Ok(())
}
