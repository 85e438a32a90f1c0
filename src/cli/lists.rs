//! `list` and `show`.
//!
//! Must not know how the rows are found.

use std::collections::HashSet;
use std::io::Write;

use clap::ValueEnum;
use serde::Serialize;

use super::CliError;
use super::args::{ListFormat, ShowFormat, Shown, What};
use super::out::json;
use crate::book::{Book, BookError, CommunityDetail, MeetupDetail, MeetupSort, PeopleQuery, PersonDetail, SortBy};
use crate::domain::dates::Calendar;
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::text;
use crate::exchange::memberships;

/// How many people are read at once.
const PAGE: usize = 500;

/// Rows for a table: headings, and lines of the same length.
pub(super) struct Table {
    pub heads: Vec<&'static str>,
    pub lines: Vec<Vec<String>>,
}

/// Lists what the query finds.
pub(super) fn list(
    book: &mut Book,
    what: What,
    (query, view): (&str, Option<&str>),
    format: ListFormat,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let viewed = view.map(|name| viewed(book, what, query, name)).transpose()?;
    let (query, order) = viewed.as_ref().map_or((query, None), |v| (v.0.as_str(), v.1));
    match what {
        What::Members => members(book, query, order, format, out),
        What::Communities => {
            let all = book.communities()?;
            let found = book.find_communities(query, &all)?;
            let counts = book.count_members()?;
            let hits: HashSet<_> = found.ids.into_iter().collect();
            let rows: Vec<_> = all.into_iter().filter(|c| hits.contains(&c.id)).collect();
            let lines = rows.iter().map(|c| {
                let members = counts.get(&c.id).copied().unwrap_or(0).to_string();
                vec![c.name.clone(), c.family.clone(), members, c.seats.clone(), c.status.to_string(), c.run_by.to_string()]
            });
            let heads = vec!["Name", "Job family", "Members", "Seats", "Status", "Run by"];
            write_rows(&rows, Table { heads, lines: lines.collect() }, format, out)
        }
        What::Meetups => {
            let found = book.find_meetups(query, None, MeetupSort::When, false)?;
            let rows = book.meetups(&found.ids)?;
            let lines = rows.iter().map(|m| {
                let count = |n: Option<u64>| n.unwrap_or(0).to_string();
                let (when, yes, came) = (m.starts.format("%Y-%m-%d %H:%M").to_string(), count(m.yes), count(m.attended));
                vec![when, m.title.clone(), m.format.to_string(), m.host.clone(), m.communities.clone(), m.status.to_string(), yes, came]
            });
            let heads = vec!["Starts", "Title", "Format", "Host", "Communities", "Status", "Yes", "Attended"];
            write_rows(&rows, Table { heads, lines: lines.collect() }, format, out)
        }
        What::Organisations => {
            let rows = book.find_organisations(query)?;
            let lines = rows.iter().map(|o| {
                vec![
                    o.facts.name.clone(),
                    o.facts.short_name.clone(),
                    o.facts.sector.clone(),
                    o.facts.domains.join(" "),
                    o.people.to_string(),
                ]
            });
            let heads = vec!["Name", "Short name", "Sector", "Domains", "People"];
            write_rows(&rows, Table { heads, lines: lines.collect() }, format, out)
        }
    }
}

/// The column that a list is sorted by, and whether from its end.
type Order = (SortBy, bool);

/// The query of a view, narrowed by another, and the order of its people.
fn viewed(book: &Book, what: What, query: &str, name: &str) -> Result<(String, Option<Order>), CliError> {
    let views = book.views()?;
    let Some(view) = views.iter().find(|v| text::are_same(&v.name, name)) else {
        let names: Vec<&str> = views.iter().map(|v| v.name.as_str()).collect();
        let hint = match text::nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None if names.is_empty() => "none is saved yet".to_owned(),
            None => format!("the saved views are {}", names.join(", ")),
        };
        return Err(CliError::Which(format!("there is no view called {}; {hint}", text::safe(name))));
    };
    let listed = what.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned());
    if view.pane != listed {
        return Err(CliError::Usage(format!("the view {} is of {}; use `list {}`", view.name, view.pane, view.pane)));
    }
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let sort = SortBy::ALL.iter().find(|s| letters(s.word()) == letters(&view.sort));
    let both = if query.trim().is_empty() { view.query.clone() } else { format!("({}) {query}", view.query) };
    Ok((both, sort.map(|s| (*s, view.sort.starts_with('-')))))
}

fn members(book: &mut Book, query: &str, order: Option<Order>, format: ListFormat, out: &mut dyn Write) -> Result<(), CliError> {
    let (sort, reverse) = order.unwrap_or((SortBy::Name, false));
    let found = book.find(&PeopleQuery { text: query, sort, reverse, ..PeopleQuery::default() })?;
    match &found.did_you_mean {
        Some(near) => super::say(&format!("nobody found; did you mean {near}?")),
        None if found.ids.is_empty() => super::say("nobody found"),
        None => {}
    }
    let heads = vec!["Name", "E-mail", "Organisation", "Discipline", "Job title", "Last seen", "Mail"];
    let people = book.with_mail()?;
    if format == ListFormat::Json {
        let mut list = JsonList::begin(out);
        for page in found.ids.chunks(PAGE) {
            people.people(page)?.iter().try_for_each(|row| list.row(row))?;
        }
        return list.end();
    }
    // A million people are written page by page; the first page sets a table's widths.
    let mut widths = None;
    if format == ListFormat::Csv {
        write_csv(std::iter::once(heads.iter().map(|h| (*h).to_owned()).collect()), out)?;
    }
    for page in found.ids.chunks(PAGE) {
        let mut lines: Vec<Vec<String>> = Vec::with_capacity(page.len());
        people.each(page, |p, mail| {
            let organisation = if p.short_name.is_empty() { p.organisation } else { p.short_name };
            let seen = p.seen.map(|d| d.to_string()).unwrap_or_default();
            let texts = [p.name, p.email, organisation, p.discipline, p.job_title, &seen, mail];
            lines.push(texts.map(str::to_owned).to_vec());
        })?;
        if format == ListFormat::Csv {
            write_csv(lines.into_iter(), out)?;
            continue;
        }
        let table = Table { heads: heads.clone(), lines };
        let first = widths.is_none();
        write_table(&table, widths.get_or_insert_with(|| widths_of(&table)), first, out)?;
    }
    Ok(())
}

fn write_csv(lines: impl Iterator<Item = Vec<String>>, out: &mut dyn Write) -> Result<(), CliError> {
    let mut csv = csv::Writer::from_writer(out);
    for line in lines {
        // Spreadsheets and terminals read this too: nothing that drives them leaves.
        let clean = line.iter().map(|cell| text::safe_lines(cell));
        csv.write_record(clean).map_err(|e| BookError::from(crate::exchange::failed(e)))?;
    }
    csv.flush()?;
    Ok(())
}

fn widths_of(table: &Table) -> Vec<usize> {
    (0..table.heads.len())
        .map(|at| {
            let longest = table.lines.iter().map(|l| text::width(&text::safe(&l[at]))).max().unwrap_or(0);
            longest.max(text::width(table.heads[at])).min(48)
        })
        .collect()
}

fn write_table(table: &Table, widths: &[usize], heads: bool, out: &mut dyn Write) -> Result<(), CliError> {
    let line = |cells: &mut dyn Iterator<Item = &str>| -> String {
        let cells: Vec<String> = cells.zip(widths).map(|(c, w)| text::pad(&text::safe(c), *w)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    if heads {
        writeln!(out, "{}", line(&mut table.heads.iter().copied()))?;
    }
    for cells in &table.lines {
        writeln!(out, "{}", line(&mut cells.iter().map(String::as_str)))?;
    }
    Ok(())
}

pub(super) fn write_rows<T: Serialize>(rows: &[T], table: Table, format: ListFormat, out: &mut dyn Write) -> Result<(), CliError> {
    match format {
        ListFormat::Json => write_json(rows, out),
        ListFormat::Table => write_table(&table, &widths_of(&table), true, out),
        ListFormat::Csv => {
            let heads = table.heads.iter().map(|h| (*h).to_owned()).collect();
            write_csv(std::iter::once(heads).chain(table.lines), out)
        }
    }
}

pub(super) fn write_json<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> Result<(), CliError> {
    writeln!(out, "{}", json(value)?)?;
    Ok(())
}

/// A JSON array that is written row by row, in the form that [`write_json`] gives a whole one.
struct JsonList<'w> {
    out: &'w mut dyn Write,
    is_empty: bool,
}

impl<'w> JsonList<'w> {
    fn begin(out: &'w mut dyn Write) -> Self {
        Self { out, is_empty: true }
    }

    fn row<T: Serialize>(&mut self, row: &T) -> Result<(), CliError> {
        self.out.write_all(if self.is_empty { b"[\n  " } else { b",\n  " })?;
        self.is_empty = false;
        let text = json(row)?;
        // One level deeper. A line break within a value is escaped, so that each of these is the form's own.
        self.out.write_all(text.replace('\n', "\n  ").as_bytes())?;
        Ok(())
    }

    fn end(self) -> Result<(), CliError> {
        self.out.write_all(if self.is_empty { b"[]\n" } else { b"\n]\n" })?;
        Ok(())
    }
}

/// The one member whom a name or address means; to look at, also one whom only they can mean.
pub(super) fn one_person(book: &mut Book, which: &str) -> Result<PersonId, CliError> {
    if which.trim().is_empty() {
        return Err(CliError::Usage("a name is empty; name a person by address, name or UUID".into()));
    }
    if let [only] = book.people_meant(which)?.as_slice() {
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
            let names: Vec<String> = rows.iter().map(|p| format!("  {} <{}>", p.title(), p.email)).collect();
            Err(CliError::Which(format!("{} people match {which}; use an address:\n{}", several.len(), names.join("\n"))))
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
            let id = book.community_meant(which)?;
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
    if let [only] = book.meetups_meant(which)?.as_slice() {
        return Ok(*only);
    }
    let found = book.find_meetups(&format!("name:\"{}\"", which.replace(['\\', '"'], "")), None, MeetupSort::When, false)?;
    match found.ids.as_slice() {
        [only] => Ok(*only),
        [] => match book.find_meetups(which, None, MeetupSort::When, false)?.ids.as_slice() {
            [only] => Ok(*only),
            _ => Err(CliError::Which(format!("no single meetup matches {which}; `guildhall list meetups` lists them"))),
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
    let state = if f.email_state == crate::domain::words::AddressState::Ok { String::new() } else { format!(" ({})", f.email_state) };
    line(out, "E-mail", &format!("{}{state}", f.email))?;
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
        line(out, "Meetup", &format!("{} {}: {}{rsvp}", v.starts.date(), v.title, v.facts.outcome))?;
    }
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
    }
    for (_, r) in &c.routes {
        let subject = if r.subject.is_empty() { String::new() } else { format!(" (subject: {})", r.subject) };
        line(out, "Join", &format!("{} {}{subject}", r.kind, r.target))?;
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
    line(out, "Format", f.format.word())?;
    line(out, "Status", f.status.word())?;
    line(out, "Communities", &f.communities.join(", "))?;
    line(out, "Host", &f.host)?;
    line(out, "Where", &f.venue)?;
    line(out, "Write-up", &format!("{} {}", f.write_up, f.write_up_link))?;
    line(out, "Note", &f.note)?;
    for r in &m.roll {
        let rsvp = r.facts.rsvp.map_or("", |r| r.word());
        let parts = r.facts.parts.iter().map(|p| p.word()).collect::<Vec<_>>().join(", ");
        line(
            out,
            "Roll",
            &format!("{}  {}  {rsvp}  {}  {parts}", text::pad(&r.name, 26), text::pad(&r.organisation, 14), r.facts.outcome),
        )?;
    }
    Ok(())
}
