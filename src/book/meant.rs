//! Resolves what a script names to records: by address, exact name, or the UUID, which stays the same in every copy of the roster.
//!
//! Must not know where the name was typed, or how a person chooses among several records.

use super::{Book, BookError};
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId, SeatId};
use crate::domain::text;
use crate::store::schema::{COMMUNITY, MEETUP, ORGANISATION, PERSON, SEAT, Table};
use crate::store::{labels, lookup, meetups, people};

/// The most records of one name that are returned.
const MOST: usize = 50;

impl Book {
    /// Returns the people whom `who` names: the holder of an address, the person with a UUID, or everybody with exactly this name.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn resolve_people(&self, who: &str) -> Result<Vec<PersonId>, BookError> {
        let who = who.trim();
        if let Some(id) = self.with_uuid(&PERSON, who)? {
            return Ok(vec![PersonId(id)]);
        }
        match self.holder_of(who)? {
            Some(id) => Ok(vec![id]),
            None => Ok(people::called(self.store.reader(), who, MOST)?),
        }
    }

    /// Returns the community that `which` names: by exact name or UUID.
    ///
    /// # Errors
    /// If there is none (the message suggests the nearest name), or the file can't be read.
    pub fn resolve_community(&self, which: &str) -> Result<CommunityId, BookError> {
        match self.with_uuid(&COMMUNITY, which.trim())? {
            Some(id) => Ok(CommunityId(id)),
            None => self.community_named(which),
        }
    }

    /// Returns the community with this name, ignoring case.
    ///
    /// # Errors
    /// If there is none (the message suggests the nearest name), or the file can't be read.
    pub fn community_named(&self, name: &str) -> Result<CommunityId, BookError> {
        let conn = self.store.reader();
        match lookup::named(conn, &COMMUNITY, name)? {
            Some(id) => Ok(CommunityId(id)),
            None => Err(not_found_error("community", name, &lookup::names(conn, &COMMUNITY)?, "communities")),
        }
    }

    /// Returns the meetups that `which` names: by UUID, exact title, or exact title and day (`Show and tell on:2026-12-03`).
    ///
    /// # Errors
    /// If the day or the file can't be read.
    pub fn resolve_meetups(&self, which: &str) -> Result<Vec<MeetupId>, BookError> {
        let which = which.trim();
        if let Some(id) = self.with_uuid(&MEETUP, which)? {
            return Ok(vec![MeetupId(id)]);
        }
        let titled = |title: &str| meetups::titled(self.store.reader(), title);
        let all = titled(which)?;
        let Some((title, day)) = which.rsplit_once(" on:").filter(|_| all.is_empty()) else { return Ok(all) };
        let day = self.calendar().read(day, crate::domain::dates::Lean::Ahead).map_err(|e| BookError::Refused(format!("on:{day}: {e}")))?;
        let mut found = Vec::new();
        for id in titled(title)? {
            if meetups::starts(self.store.reader(), id)?.is_some_and(|s| s.date() == day) {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Returns the organisation that `which` names: by exact name, short name or UUID.
    ///
    /// # Errors
    /// If there is none (the message suggests the nearest name), or the file can't be read.
    pub fn resolve_organisation(&self, which: &str) -> Result<OrganisationId, BookError> {
        let (conn, which) = (self.store.reader(), which.trim());
        let found = match self.with_uuid(&ORGANISATION, which)? {
            None => match lookup::named(conn, &ORGANISATION, which)? {
                None => lookup::organisation_called(conn, which)?,
                found => found,
            },
            found => found,
        };
        match found {
            Some(id) => Ok(OrganisationId(id)),
            None => Err(not_found_error("organisation", which, &lookup::names(conn, &ORGANISATION)?, "organisations")),
        }
    }

    /// Returns the seat of a community that `which` names: by exact title or UUID.
    ///
    /// # Errors
    /// If there is none or there are several (the message lists them), or the file can't be read.
    pub fn resolve_seat(&self, community: CommunityId, which: &str) -> Result<SeatId, BookError> {
        let Some(detail) = self.community(community)? else {
            return Err(BookError::Refused("the community is gone".into()));
        };
        let which = which.trim();
        let uuid = self.with_uuid(&SEAT, which)?;
        let found: Vec<SeatId> =
            detail.seats.iter().filter(|s| Some(s.id.0) == uuid || text::are_same(&s.title, which)).map(|s| s.id).collect();
        match found.as_slice() {
            [only] => Ok(*only),
            [] => {
                let all: Vec<&str> = detail.seats.iter().map(|s| s.title.as_str()).collect();
                let hint = if all.is_empty() { "it has no seats".to_owned() } else { format!("its seats are {}", all.join(", ")) };
                Err(BookError::Refused(format!("{} has no seat called {which}; {hint}", detail.facts.name)))
            }
            several => {
                let conn = self.store.reader();
                let mut lines = Vec::new();
                for seat in several {
                    let holder = detail.seats.iter().find(|s| s.id == *seat).and_then(|s| s.holder.as_ref());
                    let holder = holder.map_or("vacant", |(_, name)| name.as_str());
                    lines.push(format!("\n  {holder} {}", labels::uuid_of(conn, &SEAT, seat.0)?.unwrap_or_default()));
                }
                let name = &detail.facts.name;
                Err(BookError::Refused(format!(
                    "{name} has {} seats called {which}; use the UUID of one:{}",
                    several.len(),
                    lines.concat()
                )))
            }
        }
    }

    fn with_uuid(&self, table: &Table, typed: &str) -> Result<Option<i64>, BookError> {
        // Nothing in a roster has a name of 32 hexadecimal digits, so this can only be a UUID.
        let digits: String = typed.chars().filter(|c| *c != '-').collect();
        if digits.len() != 32 || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Ok(None);
        }
        Ok(lookup::with_uuid(self.store.reader(), table, &digits)?)
    }
}

/// Returns the error for a name that doesn't exist: suggests the nearest name, or the command that lists them.
fn not_found_error(kind: &str, name: &str, all: &[String], list: &str) -> BookError {
    let near = text::nearest(name, all.iter().map(String::as_str));
    let hint = near.map_or_else(|| format!("`guildhall list {list}` lists them"), |near| format!("did you mean {near}?"));
    BookError::Refused(format!("there is no {kind} called {}; {hint}", text::safe(name)))
}
