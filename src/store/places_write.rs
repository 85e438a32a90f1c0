//! Communities, memberships, meetups and attendance, written.
//!
//! Must not know who asks for it.

use rusqlite::{OptionalExtension, ToSql};

use super::StoreError;
use super::people::named;
use super::places::{MOMENT, write_parts};
use super::schema::{
    ATTENDANCE, CHANNEL, COMMUNITY, COMMUNITY_DISCIPLINE, EXCEPTION, JOIN_ROUTE, LISTING, MEETUP, MEETUP_COMMUNITY, MEMBERSHIP, RELATED,
    RULE, SEAT, TENURE, VIEW,
};
use super::write::{Write, ids_where};
use crate::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::eligibility::read_suffixes;
use crate::domain::ids::{CommunityId, MeetupId, MembershipId, PersonId, SeatId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::text;
use crate::domain::words::MembershipStatus;

impl Write<'_> {
    /// Adds or changes a community.
    ///
    /// # Errors
    /// If the name is empty or taken.
    pub fn put_community(&mut self, id: Option<CommunityId>, facts: &CommunityFacts) -> Result<CommunityId, StoreError> {
        let key = text::same_key(&facts.name);
        if key.is_empty() {
            return Err(StoreError::Refused("a community needs a name".into()));
        }
        if named(self.reader(), &COMMUNITY, &facts.name)?.is_some_and(|other| Some(other) != id.map(|i| i.0)) {
            return Err(StoreError::Refused(format!("there is a community called {} already", facts.name)));
        }
        let stage = facts.stage.map(|s| s.word());
        let status_on = facts.status_on.map(|d| d.to_string());
        let successor = self.community_ids(std::slice::from_ref(&facts.successor), id)?.pop();
        let id = match id {
            Some(id) => {
                let columns: [(&'static str, &dyn ToSql); 11] = [
                    ("name", &facts.name),
                    ("name_key", &key),
                    ("family", &facts.family),
                    ("purpose", &facts.purpose),
                    ("run_by", &facts.run_by.word()),
                    ("runner", &facts.runner),
                    ("status", &facts.status.word()),
                    ("stage", &stage),
                    ("status_on", &status_on),
                    ("evidence", &facts.evidence),
                    ("successor_id", &successor),
                ];
                self.update(&COMMUNITY, id.0, &columns)?;
                id.0
            }
            None => {
                let uuid = self.uuid();
                let position: i64 = self.reader().query_row("SELECT coalesce(max(position),0)+1 FROM community", [], |r| r.get(0))?;
                self.insert(
                    &COMMUNITY,
                    &[
                        &uuid,
                        &facts.name,
                        &key,
                        &facts.family,
                        &facts.purpose,
                        &facts.run_by.word(),
                        &facts.runner,
                        &facts.status.word(),
                        &stage,
                        &position,
                        &status_on,
                        &facts.evidence,
                        &successor,
                    ],
                )?
            }
        };
        self.keep_disciplines(id, &facts.disciplines)?;
        self.keep_related(id, &facts.related)?;
        Ok(CommunityId(id))
    }

    /// The communities of these names; the empty name is none.
    fn community_ids(&self, names: &[String], but: Option<CommunityId>) -> Result<Vec<i64>, StoreError> {
        let mut out = Vec::new();
        for name in names.iter().filter(|n| !n.trim().is_empty()) {
            let id = named(self.reader(), &COMMUNITY, name)?
                .ok_or_else(|| StoreError::Refused(format!("there is no community called {name}; make it first")))?;
            if but.is_some_and(|b| b.0 == id) {
                return Err(StoreError::Refused(format!("{name} can't be related to itself")));
            }
            if !out.contains(&id) {
                out.push(id);
            }
        }
        Ok(out)
    }

    fn keep_related(&mut self, community: i64, names: &[String]) -> Result<(), StoreError> {
        let mut wanted = self.community_ids(names, Some(CommunityId(community)))?;
        for row in ids_where(self.reader(), &RELATED, "community_id", community)? {
            let other: i64 = self.reader().query_row("SELECT other_id FROM related WHERE id=?1", [row], |r| r.get(0))?;
            match wanted.iter().position(|w| *w == other) {
                Some(at) => {
                    wanted.remove(at);
                }
                None => self.delete(&RELATED, row)?,
            }
        }
        for other in wanted {
            self.insert(&RELATED, &[&community, &other])?;
        }
        Ok(())
    }

    fn keep_disciplines(&mut self, community: i64, names: &[String]) -> Result<(), StoreError> {
        let mut wanted: Vec<i64> = Vec::new();
        for name in names {
            wanted.extend(self.discipline(name)?.filter(|id| !wanted.contains(id)));
        }
        let mut current: Vec<(i64, i64)> = Vec::new();
        for row in ids_where(self.reader(), &COMMUNITY_DISCIPLINE, "community_id", community)? {
            let discipline = self.reader().query_row("SELECT discipline_id FROM community_discipline WHERE id=?1", [row], |r| r.get(0))?;
            current.push((row, discipline));
        }
        for (row, discipline) in &current {
            if !wanted.contains(discipline) {
                self.delete(&COMMUNITY_DISCIPLINE, *row)?;
            }
        }
        for (position, discipline) in (1_i64..).zip(wanted) {
            match current.iter().find(|(_, d)| *d == discipline) {
                Some((row, _)) => {
                    self.update(&COMMUNITY_DISCIPLINE, *row, &[("position", &position)])?;
                }
                None => {
                    self.insert(&COMMUNITY_DISCIPLINE, &[&community, &discipline, &position])?;
                }
            }
        }
        Ok(())
    }

    /// Removes a community with its seats, routes, rules, channels and memberships; the people stay.
    pub fn remove_community(&mut self, id: CommunityId) -> Result<(), StoreError> {
        for seat in ids_where(self.reader(), &SEAT, "community_id", id.0)? {
            self.remove_seat(SeatId(seat))?;
        }
        for table in [&JOIN_ROUTE, &RULE, &CHANNEL, &COMMUNITY_DISCIPLINE, &MEETUP_COMMUNITY, &MEMBERSHIP, &LISTING, &EXCEPTION, &RELATED] {
            self.delete_where(table, "community_id", id.0)?;
        }
        self.delete_where(&RELATED, "other_id", id.0)?;
        self.delete(&COMMUNITY, id.0)
    }

    /// Adds or changes a seat. A new holder ends the tenure of the one before, on the day when the new one begins.
    pub fn put_seat(&mut self, community: CommunityId, id: Option<SeatId>, facts: &SeatFacts) -> Result<SeatId, StoreError> {
        if facts.title.trim().is_empty() {
            return Err(StoreError::Refused("a seat needs a title, such as Head of Delivery".into()));
        }
        let function = facts.function.map_or("", |f| f.word());
        let id = match id {
            Some(id) => {
                self.update(&SEAT, id.0, &[("title", &facts.title), ("function", &function), ("confirm_months", &facts.confirm_months)])?;
                id.0
            }
            None => {
                let position: i64 =
                    self.reader()
                        .query_row("SELECT coalesce(max(position),0)+1 FROM seat WHERE community_id=?1", [community.0], |r| r.get(0))?;
                self.insert(&SEAT, &[&community.0, &facts.title, &position, &function, &facts.confirm_months])?
            }
        };
        let current: Option<(i64, i64)> = self
            .reader()
            .query_row("SELECT id, person_id FROM tenure WHERE seat_id=?1 AND over=0 ORDER BY id DESC LIMIT 1", [id], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .optional()?;
        let since = facts.since.map(|d| d.to_string());
        let interim = i64::from(facts.interim);
        let confirmed = facts.confirmed.map(|d| d.to_string());
        match (current, facts.holder) {
            (Some((tenure, person)), Some(holder)) if person == holder.0 => {
                self.update(&TENURE, tenure, &[("since", &since), ("interim", &interim), ("confirmed", &confirmed)])?;
            }
            (current, holder) => {
                if let Some((tenure, _)) = current {
                    let until = since.clone().filter(|_| holder.is_some()).unwrap_or_else(|| self.stamp().today.to_string());
                    self.update(&TENURE, tenure, &[("until", &until), ("over", &1)])?;
                }
                if let Some(holder) = holder {
                    self.insert(&TENURE, &[&id, &holder.0, &since, &None::<String>, &0, &interim, &confirmed])?;
                }
            }
        }
        Ok(SeatId(id))
    }

    /// Removes a seat and the memory of who held it.
    pub fn remove_seat(&mut self, id: SeatId) -> Result<(), StoreError> {
        self.delete_where(&TENURE, "seat_id", id.0)?;
        self.delete(&SEAT, id.0)
    }

    /// Adds or changes a way to join.
    pub fn put_route(&mut self, community: CommunityId, id: Option<i64>, facts: &RouteFacts) -> Result<(), StoreError> {
        let kind = facts.kind.word();
        let (target, subject, body, words) = (&facts.target, &facts.subject, &facts.body, &facts.words);
        let columns: [(&'static str, &dyn ToSql); 5] =
            [("kind", &kind), ("target", target), ("subject", subject), ("body", body), ("words", words)];
        match id {
            Some(id) => self.update(&JOIN_ROUTE, id, &columns).map(|_| ()),
            None => self.insert(&JOIN_ROUTE, &[&community.0, &kind, target, subject, body, words]).map(|_| ()),
        }
    }

    /// Adds or changes an eligibility rule; without a community it holds for all of them, or for all on a page.
    pub fn put_rule(
        &mut self,
        community: Option<CommunityId>,
        page: Option<i64>,
        id: Option<i64>,
        facts: &RuleFacts,
    ) -> Result<(), StoreError> {
        if facts.suffix.trim().is_empty() && facts.words.trim().is_empty() {
            return Err(StoreError::Refused("a rule needs an e-mail suffix, or words".into()));
        }
        let suffix = read_suffixes(&facts.suffix).map_err(StoreError::Refused)?;
        let (effect, words, community) = (facts.effect.word(), &facts.words, community.map(|c| c.0));
        match id {
            Some(id) => {
                let columns: [(&'static str, &dyn ToSql); 5] =
                    [("community_id", &community), ("effect", &effect), ("suffix", &suffix), ("words", words), ("printed", &facts.printed)];
                self.update(&RULE, id, &columns).map(|_| ())
            }
            None => self.insert(&RULE, &[&community, &effect, &suffix, words, &page, &facts.printed]).map(|_| ()),
        }
    }

    /// Adds or changes a channel.
    pub fn put_channel(&mut self, community: CommunityId, id: Option<i64>, facts: &ChannelFacts) -> Result<(), StoreError> {
        if facts.name.trim().is_empty() {
            return Err(StoreError::Refused("a channel needs a name, such as #research".into()));
        }
        let counted = facts.counted.map(|d| d.to_string());
        let columns: [(&'static str, &dyn ToSql); 4] =
            [("kind", &facts.kind.word()), ("name", &facts.name), ("members", &facts.members), ("counted", &counted)];
        match id {
            Some(id) => self.update(&CHANNEL, id, &columns).map(|_| ()),
            None => self.insert(&CHANNEL, &[&community.0, &facts.kind.word(), &facts.name, &facts.members, &counted]).map(|_| ()),
        }
    }

    /// The membership of a person in a community, if there is one.
    pub fn membership_of(&self, person: PersonId, community: CommunityId) -> Result<Option<MembershipId>, StoreError> {
        Ok(self
            .reader()
            .prepare_cached("SELECT id FROM membership WHERE person_id=?1 AND community_id=?2")?
            .query_row((person.0, community.0), |r| r.get(0).map(MembershipId))
            .optional()?)
    }

    /// Whether a person is not in a community: never was, or has left.
    pub fn membership_is_over(&self, person: PersonId, community: CommunityId) -> Result<bool, StoreError> {
        let status: Option<String> = self
            .reader()
            .prepare_cached("SELECT status FROM membership WHERE person_id=?1 AND community_id=?2")?
            .query_row((person.0, community.0), |r| r.get(0))
            .optional()?;
        Ok(status.as_deref().and_then(MembershipStatus::parse).is_none_or(MembershipStatus::is_over))
    }

    /// Adds a membership, or changes the one that is there.
    pub fn put_membership(&mut self, person: PersonId, community: CommunityId, facts: &MembershipFacts) -> Result<bool, StoreError> {
        let (joined, left) = (facts.joined.map(|d| d.to_string()), facts.left.map(|d| d.to_string()));
        match self.membership_of(person, community)? {
            Some(id) => {
                let columns: [(&'static str, &dyn ToSql); 4] =
                    [("status", &facts.status.word()), ("joined", &joined), ("left_on", &left), ("source", &facts.source.word())];
                self.update(&MEMBERSHIP, id.0, &columns)
            }
            None => {
                self.insert(&MEMBERSHIP, &[&person.0, &community.0, &facts.status.word(), &joined, &left, &facts.source.word()])?;
                Ok(true)
            }
        }
    }

    /// Changes the status of a membership and nothing else; a status that ends it notes the day.
    pub fn set_status(&mut self, person: PersonId, community: CommunityId, status: MembershipStatus) -> Result<bool, StoreError> {
        let Some(id) = self.membership_of(person, community)? else { return Ok(false) };
        if status.is_over() && self.membership_is_over(person, community)? {
            // It was over already: the day on which they left stays.
            return self.update(&MEMBERSHIP, id.0, &[("status", &status.word())]);
        }
        let today = status.is_over().then(|| self.stamp().today.to_string());
        self.update(&MEMBERSHIP, id.0, &[("status", &status.word()), ("left_on", &today)])
    }

    /// Takes a person out of a community altogether.
    pub fn remove_membership(&mut self, person: PersonId, community: CommunityId) -> Result<bool, StoreError> {
        let Some(id) = self.membership_of(person, community)? else { return Ok(false) };
        self.delete(&MEMBERSHIP, id.0)?;
        Ok(true)
    }

    /// Adds or changes a meetup.
    ///
    /// # Errors
    /// If the facts don't hold together or a community isn't there.
    pub fn put_meetup(&mut self, id: Option<MeetupId>, facts: &MeetupFacts) -> Result<MeetupId, StoreError> {
        facts.check().map_err(StoreError::Refused)?;
        let host = self.organisation(&facts.host)?;
        let starts = facts.starts.format(MOMENT).to_string();
        let columns: [(&'static str, &dyn ToSql); 12] = [
            ("title", &facts.title),
            ("format", &facts.format.word()),
            ("starts", &starts),
            ("minutes", &facts.minutes),
            ("zone", &facts.zone),
            ("venue", &facts.venue),
            ("organisation_id", &host),
            ("capacity", &facts.capacity),
            ("status", &facts.status.word()),
            ("write_up", &facts.write_up.word()),
            ("write_up_link", &facts.write_up_link),
            ("note", &facts.note),
        ];
        let id = match id {
            Some(id) => {
                self.update(&MEETUP, id.0, &columns)?;
                id.0
            }
            None => {
                let uuid = self.uuid();
                let mut values: Vec<&dyn ToSql> = vec![&uuid];
                values.extend(columns.iter().map(|(_, v)| *v));
                self.insert(&MEETUP, &values)?
            }
        };
        self.keep_communities(id, &facts.communities)?;
        Ok(MeetupId(id))
    }

    fn keep_communities(&mut self, meetup: i64, names: &[String]) -> Result<(), StoreError> {
        let mut wanted = self.community_ids(names, None)?;
        for row in ids_where(self.reader(), &MEETUP_COMMUNITY, "meetup_id", meetup)? {
            let community: i64 = self.reader().query_row("SELECT community_id FROM meetup_community WHERE id=?1", [row], |r| r.get(0))?;
            match wanted.iter().position(|w| *w == community) {
                Some(at) => {
                    wanted.remove(at);
                }
                None => self.delete(&MEETUP_COMMUNITY, row)?,
            }
        }
        for community in wanted {
            self.insert(&MEETUP_COMMUNITY, &[&meetup, &community])?;
        }
        Ok(())
    }

    /// Removes a meetup with its roll.
    pub fn remove_meetup(&mut self, id: MeetupId) -> Result<(), StoreError> {
        self.delete_where(&ATTENDANCE, "meetup_id", id.0)?;
        self.delete_where(&MEETUP_COMMUNITY, "meetup_id", id.0)?;
        self.delete(&MEETUP, id.0)
    }

    /// Writes what is known of a person at a meetup; a blank row goes.
    pub fn put_attendance(&mut self, meetup: MeetupId, person: PersonId, facts: &AttendanceFacts) -> Result<bool, StoreError> {
        let row: Option<i64> = self
            .reader()
            .prepare_cached("SELECT id FROM attendance WHERE meetup_id=?1 AND person_id=?2")?
            .query_row((meetup.0, person.0), |r| r.get(0))
            .optional()?;
        let rsvp = facts.rsvp.map(|r| r.word());
        let (outcome, parts) = (facts.outcome.word(), write_parts(&facts.parts));
        match row {
            Some(row) if facts.is_blank() => self.delete(&ATTENDANCE, row).map(|()| true),
            Some(row) => self.update(&ATTENDANCE, row, &[("rsvp", &rsvp), ("outcome", &outcome), ("parts", &parts)]),
            None if facts.is_blank() => Ok(false),
            None => self.insert(&ATTENDANCE, &[&meetup.0, &person.0, &rsvp, &outcome, &parts]).map(|_| true),
        }
    }

    /// Saves a view, or changes the one of that name.
    pub fn put_view(&mut self, name: &str, pane: &str, query: &str, sort: &str, columns: &str) -> Result<(), StoreError> {
        let key = text::same_key(name);
        if key.is_empty() {
            return Err(StoreError::Refused("a view needs a name".into()));
        }
        match named(self.reader(), &VIEW, name)? {
            Some(id) => {
                let view: [(&'static str, &dyn ToSql); 5] =
                    [("name", &name), ("pane", &pane), ("query", &query), ("sort", &sort), ("columns", &columns)];
                self.update(&VIEW, id, &view).map(|_| ())
            }
            None => self.insert(&VIEW, &[&name, &key, &pane, &query, &sort, &columns]).map(|_| ()),
        }
    }
}
