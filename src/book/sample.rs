//! The sample roster: fictional people in typical communities, as data in `assets/`.
//!
//! Its dates count from today, so that there is always a next meetup. Must not know which part of the screen loads it.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;

use crate::domain::address;
use crate::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::person::{OrganisationFacts, PersonFacts};
use crate::domain::words::{
    ChannelKind, Format, MeetupStatus, MembershipStatus, Outcome, Part, PersonKind, RouteKind, Rsvp, RunBy, Source, Stage, WriteUp,
};
use crate::domain::{dates, tags};
use crate::store::{StoreError, Write};

const SAMPLE: &str = include_str!("../../assets/sample.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    organisation: Vec<Organisation>,
    community: Vec<Community>,
    person: Vec<Person>,
    meetup: Vec<Meetup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisation {
    name: String,
    short: String,
    sector: String,
    domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Community {
    name: String,
    family: String,
    disciplines: Vec<String>,
    purpose: String,
    run_by: String,
    runner: String,
    stage: String,
    seats: Vec<Seat>,
    join: Vec<Vec<String>>,
    rules: Vec<Vec<String>>,
    channels: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seat {
    title: String,
    #[serde(default)]
    holder: String,
    #[serde(default)]
    since_days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    name: String,
    org: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    discipline: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    grade: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    mailbox: bool,
    joined_days: i64,
    #[serde(default)]
    communities: HashMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meetup {
    title: String,
    format: String,
    weeks: i64,
    weekday: String,
    time: String,
    minutes: u32,
    #[serde(default)]
    venue: String,
    #[serde(default)]
    host: String,
    communities: Vec<String>,
    #[serde(default)]
    write_up: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    came: Vec<String>,
    #[serde(default)]
    yes: Vec<String>,
    #[serde(default)]
    missed: Vec<String>,
    #[serde(default)]
    spoke: Vec<String>,
}

fn wrong(what: impl std::fmt::Display) -> StoreError {
    StoreError::Refused(format!("the sample roster can't be read: {what}"))
}

/// Writes the sample to a roster.
pub(super) fn load(write: &mut Write<'_>) -> Result<(), StoreError> {
    let sample: Sample = toml::from_str(SAMPLE).map_err(wrong)?;
    let today = write.stamp().today;
    let mut domains = HashMap::new();
    for o in &sample.organisation {
        domains.insert(o.short.clone(), (o.name.clone(), o.domains.first().cloned().unwrap_or_default()));
        let facts = OrganisationFacts {
            name: o.name.clone(),
            short_name: o.short.clone(),
            sector: o.sector.clone(),
            domains: o.domains.clone(),
            note: String::new(),
        };
        write.put_organisation(None, &facts)?;
    }
    let mut communities = HashMap::new();
    for c in &sample.community {
        communities.insert(c.name.clone(), community(write, c)?);
    }
    let mut people = HashMap::new();
    for p in &sample.person {
        let (organisation, domain) = domains.get(&p.org).ok_or_else(|| wrong(&p.org))?;
        people.insert(p.name.clone(), person(write, p, organisation, domain, &communities, today)?);
    }
    for c in &sample.community {
        let id = communities[&c.name];
        for seat in &c.seats {
            let holder = people.get(&seat.holder).copied();
            let since = holder.map(|_| back(today, seat.since_days));
            write.put_seat(id, None, &SeatFacts { title: seat.title.clone(), holder, since, ..SeatFacts::default() })?;
        }
    }
    for m in &sample.meetup {
        meetup(write, m, &people, &domains, today)?;
    }
    Ok(())
}

fn back(today: NaiveDate, days: i64) -> NaiveDate {
    today.checked_sub_days(Days::new(days.unsigned_abs())).unwrap_or(today)
}

fn community(write: &mut Write<'_>, c: &Community) -> Result<CommunityId, StoreError> {
    let facts = CommunityFacts {
        family: c.family.clone(),
        disciplines: c.disciplines.clone(),
        purpose: c.purpose.clone(),
        run_by: RunBy::parse(&c.run_by).unwrap_or(RunBy::Us),
        runner: c.runner.clone(),
        stage: Stage::parse(&c.stage),
        ..CommunityFacts::named(&c.name)
    };
    let id = write.put_community(None, &facts)?;
    for parts in &c.join {
        let [kind, target, subject] = parts.as_slice() else { return Err(wrong(&c.name)) };
        let kind = RouteKind::parse(kind).ok_or_else(|| wrong(kind))?;
        write.put_route(id, None, &RouteFacts { kind, target: target.clone(), subject: subject.clone(), ..RouteFacts::default() })?;
    }
    for parts in &c.rules {
        let [suffix, words] = parts.as_slice() else { return Err(wrong(&c.name)) };
        write.put_rule(Some(id), None, None, &RuleFacts { suffix: suffix.clone(), words: words.clone(), ..RuleFacts::default() })?;
    }
    for parts in &c.channels {
        let [kind, name] = parts.as_slice() else { return Err(wrong(&c.name)) };
        let kind = ChannelKind::parse(kind).ok_or_else(|| wrong(kind))?;
        write.put_channel(id, None, &ChannelFacts { kind, name: name.clone(), members: None, counted: None })?;
    }
    Ok(id)
}

fn person(
    write: &mut Write<'_>,
    p: &Person,
    organisation: &str,
    domain: &str,
    communities: &HashMap<String, CommunityId>,
    today: NaiveDate,
) -> Result<PersonId, StoreError> {
    let email = if p.email.is_empty() {
        let local: Vec<String> = crate::domain::text::fold(&p.name)
            .split_whitespace()
            .map(|w| w.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect())
            .collect();
        format!("{}@{domain}", local.join("."))
    } else {
        p.email.clone()
    };
    address::read(&email).map_err(|e| wrong(format!("{email}: {e}")))?;
    let joined = back(today, p.joined_days);
    let facts = PersonFacts {
        kind: if p.mailbox { PersonKind::TeamMailbox } else { PersonKind::Person },
        organisation: organisation.to_owned(),
        job_title: p.title.clone(),
        discipline: p.discipline.clone(),
        tags: tags::read(&p.tags),
        fields: if p.grade.is_empty() { Vec::new() } else { vec![("Grade".to_owned(), p.grade.clone())] },
        joined: Some(joined),
        note: p.note.clone(),
        ..PersonFacts::named(&p.name, &email)
    };
    let id = write.add_person(&facts)?;
    let mut wanted: Vec<(&String, &String)> = p.communities.iter().collect();
    wanted.sort();
    for (name, status) in wanted {
        let community = communities.get(name).ok_or_else(|| wrong(name))?;
        let status = MembershipStatus::parse(status).ok_or_else(|| wrong(status))?;
        let left = status.is_over().then(|| back(today, p.joined_days / 3));
        write.put_membership(id, *community, &MembershipFacts { status, joined: Some(joined), left, source: Source::Form })?;
    }
    Ok(id)
}

fn meetup(
    write: &mut Write<'_>,
    m: &Meetup,
    people: &HashMap<String, PersonId>,
    domains: &HashMap<String, (String, String)>,
    today: NaiveDate,
) -> Result<(), StoreError> {
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let shifted = if m.weeks >= 0 {
        monday.checked_add_days(Days::new(m.weeks.unsigned_abs() * 7))
    } else {
        monday.checked_sub_days(Days::new(m.weeks.unsigned_abs() * 7))
    };
    let from = shifted.and_then(|d| d.pred_opt()).ok_or_else(|| wrong(m.weeks))?;
    let day = dates::read(&format!("next {}", m.weekday), from, dates::Lean::Ahead).map_err(wrong)?;
    let at = dates::time(&m.time).ok_or_else(|| wrong(&m.time))?;
    let past = day < today;
    let facts = MeetupFacts {
        communities: m.communities.clone(),
        minutes: m.minutes,
        venue: m.venue.clone(),
        host: domains.get(&m.host).map(|(name, _)| name.clone()).unwrap_or_default(),
        status: if past { MeetupStatus::Held } else { MeetupStatus::Confirmed },
        write_up: WriteUp::parse(&m.write_up).unwrap_or(WriteUp::None),
        note: m.note.clone(),
        ..MeetupFacts::planned(&m.title, Format::parse(&m.format).ok_or_else(|| wrong(&m.format))?, day.and_time(at))
    };
    let id = write.put_meetup(None, &facts)?;
    let lists = [
        (&m.came, Some(Rsvp::Yes), Outcome::Attended),
        (&m.missed, Some(Rsvp::Yes), Outcome::NoShow),
        (&m.yes, Some(Rsvp::Yes), Outcome::Unknown),
    ];
    for (names, rsvp, outcome) in lists {
        for name in names {
            let person = people.get(name).ok_or_else(|| wrong(name))?;
            let parts = if m.spoke.contains(name) { vec![Part::Speaker] } else { Vec::new() };
            write.put_attendance(id, *person, &AttendanceFacts { rsvp, outcome, parts })?;
        }
    }
    Ok(())
}
