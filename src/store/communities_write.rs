//! Writes communities with their seats, join routes, rules and channels.
//!
//! Must not know who calls it.

use rusqlite::{OptionalExtension, ToSql};

use super::StoreError;
use super::lookup::{ids_where, named};
use super::schema::{CHANNEL, COMMUNITY, COMMUNITY_DISCIPLINE, JOIN_ROUTE, RELATED, RULE, SEAT, TENURE};
use super::write::Write;
use crate::domain::community::{ChannelFacts, CommunityFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::eligibility::read_suffixes;
use crate::domain::ids::{CommunityId, SeatId};
use crate::domain::text;

impl Write<'_> {
    /// Adds or changes a community.
    ///
    /// # Errors
    /// If the name is empty or taken.
    pub(crate) fn put_community(&mut self, id: Option<CommunityId>, facts: &CommunityFacts) -> Result<CommunityId, StoreError> {
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
        let mut columns: Vec<(&'static str, &dyn ToSql)> =
            vec![("name", &facts.name), ("name_key", &key), ("family", &facts.family), ("purpose", &facts.purpose)];
        let (run_by, status) = (facts.run_by.word(), facts.status.word());
        columns.extend::<[(&'static str, &dyn ToSql); 7]>([
            ("run_by", &run_by),
            ("runner", &facts.runner),
            ("status", &status),
            ("stage", &stage),
            ("status_on", &status_on),
            ("evidence", &facts.evidence),
            ("successor_id", &successor),
        ]);
        let id = match id {
            Some(id) => {
                self.update(&COMMUNITY, id.0, &columns)?;
                id.0
            }
            None => {
                let position: i64 = self.reader().query_row("SELECT coalesce(max(position),0)+1 FROM community", [], |r| r.get(0))?;
                columns.push(("position", &position));
                self.add(&COMMUNITY, &columns)?
            }
        };
        self.keep_disciplines(id, &facts.disciplines)?;
        self.keep_related(id, &facts.related)?;
        Ok(CommunityId(id))
    }

    /// Returns the ids of the communities with these names; skips empty names.
    pub(super) fn community_ids(&self, names: &[String], but: Option<CommunityId>) -> Result<Vec<i64>, StoreError> {
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
            self.add(&RELATED, &[("community_id", &community), ("other_id", &other)])?;
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
                    self.add(
                        &COMMUNITY_DISCIPLINE,
                        &[("community_id", &community), ("discipline_id", &discipline), ("position", &position)],
                    )?;
                }
            }
        }
        Ok(())
    }

    /// Removes a community with its seats, join routes, rules, channels and memberships; the people stay.
    pub(crate) fn remove_community(&mut self, id: CommunityId) -> Result<(), StoreError> {
        self.remove(&COMMUNITY, id.0)
    }

    /// Adds or changes a seat. A new holder ends the previous tenure on the day on which theirs begins.
    pub(crate) fn put_seat(&mut self, community: CommunityId, id: Option<SeatId>, facts: &SeatFacts) -> Result<SeatId, StoreError> {
        if facts.title.trim().is_empty() {
            return Err(StoreError::Refused("a seat needs a title, such as Head of Delivery".into()));
        }
        let function = facts.function.map_or("", |f| f.word());
        let columns: [(&'static str, &dyn ToSql); 3] =
            [("title", &facts.title), ("function", &function), ("confirm_months", &facts.confirm_months)];
        let id = match id {
            Some(id) => {
                self.update(&SEAT, id.0, &columns)?;
                id.0
            }
            None => {
                let position: i64 =
                    self.reader()
                        .query_row("SELECT coalesce(max(position),0)+1 FROM seat WHERE community_id=?1", [community.0], |r| r.get(0))?;
                let place: [(&'static str, &dyn ToSql); 2] = [("community_id", &community.0), ("position", &position)];
                self.add(&SEAT, &[&place[..], &columns].concat())?
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
        let columns: [(&'static str, &dyn ToSql); 3] = [("since", &since), ("interim", &interim), ("confirmed", &confirmed)];
        match (current, facts.holder) {
            (Some((tenure, person)), Some(holder)) if person == holder.0 => {
                self.update(&TENURE, tenure, &columns)?;
            }
            (current, holder) => {
                if let Some((tenure, _)) = current {
                    let until = since.clone().filter(|_| holder.is_some()).unwrap_or_else(|| self.stamp().today.to_string());
                    self.update(&TENURE, tenure, &[("until", &until), ("over", &1)])?;
                }
                if let Some(holder) = holder {
                    let place: [(&'static str, &dyn ToSql); 2] = [("seat_id", &id), ("person_id", &holder.0)];
                    self.add(&TENURE, &[&place[..], &columns].concat())?;
                }
            }
        }
        Ok(SeatId(id))
    }

    /// Removes a seat and its tenures.
    pub(crate) fn remove_seat(&mut self, id: SeatId) -> Result<(), StoreError> {
        self.remove(&SEAT, id.0)
    }

    /// Adds or changes a join route.
    pub(crate) fn put_route(&mut self, community: CommunityId, id: Option<i64>, facts: &RouteFacts) -> Result<(), StoreError> {
        let kind = facts.kind.word();
        let (target, subject, body, words) = (&facts.target, &facts.subject, &facts.body, &facts.words);
        let columns: [(&'static str, &dyn ToSql); 5] =
            [("kind", &kind), ("target", target), ("subject", subject), ("body", body), ("words", words)];
        match id {
            Some(id) => self.update(&JOIN_ROUTE, id, &columns).map(|_| ()),
            None => self.add(&JOIN_ROUTE, &[&[("community_id", &community.0 as &dyn ToSql)][..], &columns].concat()).map(|_| ()),
        }
    }

    /// Adds or changes an eligibility rule; without a community it applies to all of them, or to all on a page.
    pub(crate) fn put_rule(
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
        let columns: [(&'static str, &dyn ToSql); 5] =
            [("community_id", &community), ("effect", &effect), ("suffix", &suffix), ("words", words), ("printed", &facts.printed)];
        match id {
            Some(id) => self.update(&RULE, id, &columns).map(|_| ()),
            None => self.add(&RULE, &[&columns[..], &[("page_id", &page)]].concat()).map(|_| ()),
        }
    }

    /// Adds or changes a channel.
    pub(crate) fn put_channel(&mut self, community: CommunityId, id: Option<i64>, facts: &ChannelFacts) -> Result<(), StoreError> {
        if facts.name.trim().is_empty() {
            return Err(StoreError::Refused("a channel needs a name, such as #research".into()));
        }
        let counted = facts.counted.map(|d| d.to_string());
        let columns: [(&'static str, &dyn ToSql); 4] =
            [("kind", &facts.kind.word()), ("name", &facts.name), ("members", &facts.members), ("counted", &counted)];
        match id {
            Some(id) => self.update(&CHANNEL, id, &columns).map(|_| ()),
            None => self.add(&CHANNEL, &[&[("community_id", &community.0 as &dyn ToSql)][..], &columns].concat()).map(|_| ()),
        }
    }
}
