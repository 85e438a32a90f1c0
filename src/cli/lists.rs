//! `list`: what a query or a view finds, with every column that JSON has.
//!
//! Must not know how the rows are found.

use std::collections::HashSet;
use std::io::Write;

use clap::ValueEnum;
use serde::Serialize;

use super::CliError;
use super::args::{ListFormat, What};
use super::table::{Aligned, Head, JsonList, Table, heads, write_csv, write_rows};
use crate::book::{Book, CommunityRow, MeetupSort, PeopleQuery, PersonRow, SortBy, Thing, WithMail, Words};
use crate::domain::ids::PersonId;
use crate::domain::text;
use crate::domain::words::{AddressState, PersonKind, WriteUp};

/// How many people are read at once.
const PAGE: usize = 500;

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
        What::Communities => communities(book, query, format, out),
        What::Meetups => meetups(book, query, format, out),
        What::Organisations => organisations(book, query, format, out),
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
    let people = book.with_mail()?;
    if format == ListFormat::Json {
        let mut list = JsonList::begin(out);
        for page in found.ids.chunks(PAGE) {
            identified(&people, page)?.into_iter().try_for_each(|row| list.row(&row))?;
        }
        return list.end();
    }
    let own = book.words(Words::Fields)?;
    let mut columns =
        heads("Name | E-mail | State | Kind | Organisation | Discipline | Job title | Tags | With us since | Last seen | Mail");
    (columns[2].usual, columns[3].usual) = (AddressState::Ok.word(), PersonKind::Person.word());
    columns.extend(own.iter().map(|name| Head::new(name)));
    let columns = with_uuid(columns);
    if format == ListFormat::Csv {
        write_csv(std::iter::once(columns.iter().map(|h| h.name.clone()).collect()), out)?;
    }
    // A million people are written page by page.
    let mut table = Aligned::new(columns);
    for page in found.ids.chunks(PAGE) {
        match format {
            ListFormat::Table => {
                let lines: Vec<_> = people.people(page)?.into_iter().map(|p| member_line(p, &own, String::new())).collect();
                table.write(&lines, out)?;
            }
            _ => write_csv(identified(&people, page)?.into_iter().map(|WithId { uuid, row }| member_line(row, &own, uuid)), out)?,
        }
    }
    let missed = table.missed();
    if !missed.is_empty() {
        super::say(&format!("not shown: {}; --format csv has every column", missed.join(", ")));
    }
    Ok(())
}

/// Returns people with their UUIDs.
fn identified(people: &WithMail, page: &[PersonId]) -> Result<Vec<WithId<PersonRow>>, CliError> {
    let rows = people.people(page)?;
    // Somebody may have been removed since the search: the rows say who is there.
    let ids: Vec<PersonId> = rows.iter().map(|row| row.id).collect();
    let uuids = people.uuids(&ids)?;
    Ok(rows.into_iter().zip(uuids).map(|(row, uuid)| WithId { uuid, row }).collect())
}

fn member_line(p: PersonRow, own: &[String], uuid: String) -> Vec<String> {
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let words = [p.name, p.email, p.email_state.to_string(), p.kind.to_string(), p.organisation, p.discipline, p.job_title];
    let rest = [p.tags.join("; "), day(p.joined), day(p.seen), p.mail];
    let mut line: Vec<String> = words.into_iter().chain(rest).collect();
    line.extend(own.iter().map(|name| p.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default()));
    line.push(uuid);
    line
}

fn communities(book: &mut Book, query: &str, format: ListFormat, out: &mut dyn Write) -> Result<(), CliError> {
    let all = book.communities()?;
    let found = book.find_communities(query, &all)?;
    let counts = book.count_members()?;
    let hits: HashSet<_> = found.ids.into_iter().collect();
    let rows: Vec<_> = all.into_iter().filter(|c| hits.contains(&c.id)).collect();
    let mut listed = Vec::with_capacity(rows.len());
    for row in &rows {
        let members = counts.get(&row.id).copied().unwrap_or(0);
        listed.push(WithId { row: CountedCommunity { row, members }, uuid: book.uuid(Thing::Community(row.id))? });
    }
    let lines = listed.iter().map(|WithId { row: CountedCommunity { row: c, members }, uuid }| {
        let stage = c.stage.map_or("", |s| s.word()).to_owned();
        let vacant = if c.vacant { "a seat" } else { "" }.to_owned();
        let (run_by, status) = (c.run_by.to_string(), c.status.to_string());
        let texts = [&c.name, &c.family, &c.disciplines, &c.purpose].map(Clone::clone);
        let rest = [members.to_string(), c.seats.clone(), vacant, status, stage, run_by, c.runner.clone(), uuid.clone()];
        texts.into_iter().chain(rest).collect()
    });
    let heads = with_uuid(heads("Name | Job family | Disciplines | Purpose | Members | Seats | Vacant | Status | Stage | Run by | Runner"));
    write_rows(&listed, Table { heads, lines: lines.collect() }, format, out)
}

fn meetups(book: &mut Book, query: &str, format: ListFormat, out: &mut dyn Write) -> Result<(), CliError> {
    let found = book.find_meetups(query, None, MeetupSort::When, false)?;
    let rows = book.meetups(&found.ids)?;
    let listed = with_ids(book, rows, |m| Thing::Meetup(m.id))?;
    let lines = listed.iter().map(|WithId { row: m, uuid }| {
        let count = |n: Option<u64>| n.unwrap_or(0).to_string();
        let when = m.starts.format("%Y-%m-%d %H:%M").to_string();
        let room = m.capacity.map_or_else(String::new, |n| n.to_string());
        let words = [m.format.to_string(), m.host.clone(), m.communities.clone(), m.venue.clone(), m.status.to_string()];
        let counts = [count(m.yes), room, count(m.attended), m.write_up.to_string(), m.note.clone(), uuid.clone()];
        [when, m.title.clone()].into_iter().chain(words).chain(counts).collect()
    });
    let mut heads =
        with_uuid(heads("Starts | Title | Format | Host | Communities | Where | Status | Yes | Room for | Attended | Write-up | Note"));
    heads[10].usual = WriteUp::None.word();
    write_rows(&listed, Table { heads, lines: lines.collect() }, format, out)
}

fn organisations(book: &mut Book, query: &str, format: ListFormat, out: &mut dyn Write) -> Result<(), CliError> {
    let rows = book.find_organisations(query)?;
    let listed = with_ids(book, rows, |o| Thing::Organisation(o.id))?;
    let lines = listed.iter().map(|WithId { row: o, uuid }| {
        let f = &o.facts;
        let texts = [&f.name, &f.short_name, &f.sector].map(Clone::clone);
        texts.into_iter().chain([f.domains.join(" "), o.people.to_string(), f.note.clone(), uuid.clone()]).collect()
    });
    let heads = with_uuid(heads("Name | Short name | Sector | Domains | People | Note"));
    write_rows(&listed, Table { heads, lines: lines.collect() }, format, out)
}

/// A row with the id that it has in every copy of the roster.
#[derive(Serialize)]
struct WithId<T> {
    uuid: String,
    #[serde(flatten)]
    row: T,
}

/// A community with the number of its members.
#[derive(Serialize)]
struct CountedCommunity<'a> {
    #[serde(flatten)]
    row: &'a CommunityRow,
    members: u64,
}

fn with_ids<T>(book: &Book, rows: Vec<T>, thing: impl Fn(&T) -> Thing) -> Result<Vec<WithId<T>>, CliError> {
    rows.into_iter().map(|row| Ok(WithId { uuid: book.uuid(thing(&row))?, row })).collect()
}

/// Adds the column of UUIDs. Tables don't show it: it is as wide as the names and addresses together.
fn with_uuid(mut heads: Vec<Head>) -> Vec<Head> {
    heads.push(Head { csv_only: true, ..Head::new("UUID") });
    heads
}
