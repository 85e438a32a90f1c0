//! Seats, channels and the handover of a community, in words; and warnings about seats.
//!
//! Must not know where it is shown.

use chrono::NaiveDate;

use super::{Book, BookError, CommunityDetail, SeatRow};
use crate::domain::community::ChannelFacts;
use crate::domain::dates::Calendar;
use crate::domain::directory::{route_words, rule_words};
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::domain::words::WriteUp;
use crate::store::pages;

/// A seat that is vacant for more than this many days is reported.
pub(super) const LONG_VACANT: i64 = 90;

/// Returns a seat in one line: title, function, holder, since when, when last confirmed, and warnings.
#[must_use]
pub fn seat_line(seat: &SeatRow, days: &Calendar) -> String {
    let function = seat.purpose().filter(|f| !seat.title.to_lowercase().contains(f.word())).map_or_else(String::new, |f| format!(" ({f})"));
    let holder = seat.holder.as_ref().map_or("person TBC", |(_, name)| name.as_str());
    let since = seat.since.map_or_else(String::new, |d| format!(", since {}", days.plain(d)));
    let interim = if seat.interim { ", interim" } else { "" };
    let confirmed = seat.confirmed.map_or_else(String::new, |d| format!(", confirmed {}", days.plain(d)));
    let warnings: String = seat_warnings(seat, days).into_iter().map(|w| format!("; {w}")).collect();
    format!("{}{function}: {holder}{since}{interim}{confirmed}{warnings}", seat.title)
}

/// Returns the warnings about a seat: vacant for too long, or overdue to be confirmed.
#[must_use]
pub fn seat_warnings(seat: &SeatRow, days: &Calendar) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(since) = seat.vacant_since().filter(|d| (days.today - *d).num_days() > LONG_VACANT) {
        out.push(format!("vacant for {} days", (days.today - since).num_days()));
    }
    if let Some(by) = seat.confirm_by().filter(|d| *d < days.today) {
        out.push(format!("was to be confirmed by {}", days.plain(by)));
    }
    out
}

/// Returns a channel in one line, with its number of members and when they were counted.
#[must_use]
pub fn channel_line(channel: &ChannelFacts, days: &Calendar) -> String {
    let on = channel.counted.map_or_else(String::new, |d| format!(" on {}", days.plain(d)));
    let members = channel.members.map_or_else(String::new, |n| format!(", {}{on}", text::count(u64::from(n), "member", "members")));
    format!("{} {}{members}", channel.kind, channel.name)
}

impl Book {
    /// Returns what the next lead of a community should know, as Markdown.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn handover(&mut self, id: CommunityId) -> Result<String, BookError> {
        let days = self.calendar();
        let Some(mut c) = self.community(id)? else { return Err(BookError::Refused("the community is gone".into())) };
        let former = pages::withheld_holders(self.store.reader(), id)?;
        for seat in &mut c.seats {
            for (name, ..) in seat.before.iter_mut().filter(|(name, ..)| former.contains(name)) {
                "name withheld".clone_into(name);
            }
            if let Some((person, name)) = &mut seat.holder
                && pages::is_withheld(self.store.reader(), *person)?
            {
                "name withheld".clone_into(name);
            }
        }
        let mut out = format!("# Handing over {}\n\nAs of {}.\n", c.facts.name, days.in_full(days.today));
        let mut part = |heading: &str, lines: Vec<String>| {
            out.push_str(&format!("\n## {heading}\n\n"));
            if lines.is_empty() {
                out.push_str("None recorded.\n");
            }
            lines.iter().for_each(|l| out.push_str(&format!("- {}\n", text::clean_line(l).text)));
        };
        part("What it is for", what_for(&c));
        part("Seats and who held them", seats(&c, &days));
        let mut ways: Vec<String> = c.routes.iter().map(|(_, r)| route_words(r)).collect();
        ways.extend(c.rules.iter().map(|(_, r, all)| format!("{}{}", rule_words(r), if *all { " (for all communities)" } else { "" })));
        part("How to join, and who may join", ways);
        part("Channels", c.channels.iter().map(|(_, ch)| channel_line(ch, &days)).collect());
        let ids = self.meetup_ids(Some(id), 200)?;
        let meetups = self.meetups(&ids)?;
        let line = |m: &super::MeetupRow| {
            format!("{} {}: {}, {} yes", days.short(m.starts.date()).trim(), m.starts.format("%H:%M"), m.title, m.yes.unwrap_or(0))
        };
        part("Next meetups", meetups.iter().filter(|m| m.starts.date() >= days.today).take(6).map(line).collect());
        let owed = meetups.iter().filter(|m| matches!(m.write_up, WriteUp::Owed | WriteUp::Drafted));
        part("Write-ups owed", owed.map(|m| format!("{} {}: {}", days.short(m.starts.date()).trim(), m.title, m.write_up)).collect());
        part("New in the last 90 days", self.recent_members(id, days.today)?);
        let counted: Vec<String> = c.statuses.iter().map(|(status, n)| format!("{} {status}", text::thousands(*n))).collect();
        part("Members", counted);
        Ok(out)
    }

    fn recent_members(&mut self, id: CommunityId, today: NaiveDate) -> Result<Vec<String>, BookError> {
        let found = self.find(&super::PeopleQuery { community: Some(id), ..super::PeopleQuery::default() })?;
        let mut out = Vec::new();
        for person in found.ids.iter().take(5_000) {
            let Some(detail) = self.person(*person)? else { continue };
            let joined = detail.memberships.iter().find(|m| m.community_id == id && !m.facts.status.is_over()).and_then(|m| m.facts.joined);
            if let Some(joined) = joined.filter(|d| (0..=90).contains(&(today - *d).num_days())) {
                let withheld = pages::is_withheld(self.store.reader(), *person)?;
                let name = if withheld { "name withheld" } else { detail.facts.title() };
                out.push((joined, format!("{name}, since {joined}")));
            }
        }
        out.sort_by(|a, b| b.cmp(a));
        Ok(out.into_iter().map(|(_, line)| line).collect())
    }
}

fn what_for(c: &CommunityDetail) -> Vec<String> {
    let f = &c.facts;
    let mut out = Vec::new();
    for (what, value) in [
        ("", f.purpose.clone()),
        ("Job family: ", f.family.clone()),
        ("Disciplines: ", f.disciplines.join(", ")),
        ("Related communities: ", f.related.join(", ")),
        ("Stage: ", f.stage.map_or_else(String::new, |s| s.to_string())),
        ("Evidence: ", f.evidence.clone()),
    ] {
        if !value.is_empty() {
            out.push(format!("{what}{value}"));
        }
    }
    out
}

fn seats(c: &CommunityDetail, days: &Calendar) -> Vec<String> {
    let day = |d: Option<NaiveDate>| d.map_or_else(|| "?".to_owned(), |d| days.plain(d));
    let mut out = Vec::new();
    for seat in &c.seats {
        out.push(seat_line(seat, days));
        out.extend(
            seat.before.iter().map(|(name, since, until)| format!("{}, before: {name}, {} to {}", seat.title, day(*since), day(*until))),
        );
    }
    out
}
