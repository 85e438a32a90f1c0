//! Eligibility: verdicts and exceptions, searches for them, and what a change of the rules would do before it is saved.
//!
//! Must not know how a verdict is reached.

use std::sync::Arc;

use super::{Book, BookError, Command, Progress, Thing};
use crate::domain::eligibility::{ExceptionFacts, Verdict};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::query::{Expr, Key};
use crate::domain::text;
use crate::domain::words::Eligibility;
use crate::store::eligible::{EligibilityChecker, each_membership};
use crate::store::{StoreError, Write, communities, lookup, meetups, people, schema};

/// The effect of a command on the eligibility of members. Nobody is removed because of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleEffect {
    /// Members who would no longer be eligible: name, community, reason.
    pub out: Vec<(String, String, String)>,
    /// Members who would become eligible: name, community, reason.
    pub into: Vec<(String, String, String)>,
    /// People who would become members without being eligible: name, community, reason.
    pub admitted: Vec<(String, String, String)>,
}

impl RuleEffect {
    /// Returns one line for each person, under headings with the counts.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut out = Vec::new();
        let kinds = [
            (&self.out, "no longer eligible by the rules"),
            (&self.into, "eligible now and not before"),
            (&self.admitted, "not eligible by the rules"),
        ];
        for (all, what) in kinds {
            if !all.is_empty() {
                let who = if std::ptr::eq(all, &raw const self.admitted) { ("person", "people") } else { ("member", "members") };
                out.push(format!("{}, {what}:", text::count(all.len() as u64, who.0, who.1)));
                out.extend(all.iter().map(|(who, place, why)| format!("  {who}, {place}: {why}")));
            }
        }
        out
    }

    /// Returns whether nothing changes for anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty() && self.into.is_empty() && self.admitted.is_empty()
    }
}

impl Book {
    /// Returns the name of a record; `None` if it doesn't exist.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn name_of(&self, thing: Thing) -> Result<Option<String>, BookError> {
        let conn = self.store.reader();
        Ok(match thing {
            Thing::Person(id) => people::facts(conn, id)?.map(|(facts, _)| facts.title().to_owned()),
            Thing::Community(id) => lookup::name(conn, &schema::COMMUNITY, id.0)?,
            Thing::Meetup(id) => meetups::meetup_rows(conn, &[id])?.into_iter().next().map(|m| m.title),
            Thing::Organisation(id) => lookup::name(conn, &schema::ORGANISATION, id.0)?,
        })
    }

    /// Returns the UUID of a thing, the same in every copy of the roster; empty if it is gone.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn uuid(&self, thing: Thing) -> Result<String, BookError> {
        let (table, id) = match thing {
            Thing::Person(id) => (&schema::PERSON, id.0),
            Thing::Community(id) => (&schema::COMMUNITY, id.0),
            Thing::Meetup(id) => (&schema::MEETUP, id.0),
            Thing::Organisation(id) => (&schema::ORGANISATION, id.0),
        };
        Ok(lookup::uuid(self.store.reader(), table, id)?.unwrap_or_default())
    }

    /// Returns the verdict for a person in a community; `None` if the person doesn't exist.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn verdict(&self, person: PersonId, community: CommunityId) -> Result<Option<Verdict>, BookError> {
        let conn = self.store.reader();
        let Some((facts, _)) = people::facts(conn, person)? else { return Ok(None) };
        Ok(Some(EligibilityChecker::about(conn, person, self.today())?.verdict(conn, person, &facts.candidates(), community)?))
    }

    /// Returns the exception for a person in a community, if there is one.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn exception(&self, person: PersonId, community: CommunityId) -> Result<Option<ExceptionFacts>, BookError> {
        Ok(EligibilityChecker::about(self.store.reader(), person, self.today())?.exception(person, community).cloned())
    }

    /// Evaluates a query's eligibility and exception terms for the index: in the given community, or in any of each person's.
    pub(super) fn judge(&mut self, expr: &Expr, community: Option<CommunityId>) -> Result<(), BookError> {
        let asked: Vec<String> = expr.texts_of(&Key::Eligible).into_iter().map(text::fold).collect();
        let exceptions: Vec<String> = expr.texts_of(&Key::Exception).into_iter().map(text::fold).collect();
        if asked.is_empty() && exceptions.is_empty() {
            return Ok(());
        }
        let today = self.today();
        let conn = self.store.reader();
        let mut judge = EligibilityChecker::new(conn, today)?;
        let mut found: Vec<(String, Vec<PersonId>)> =
            asked.iter().cloned().chain(exceptions.iter().map(|e| format!("exception {e}"))).map(|n| (n, Vec::new())).collect();
        each_membership(conn, community, |person, community, _, addresses| {
            let answer = if asked.is_empty() { Eligibility::CantTell } else { judge.verdict(conn, person, addresses, community)?.answer };
            let exception = judge.exception(person, community);
            for (needle, people) in &mut found {
                let holds = match needle.as_str() {
                    "no" => answer == Eligibility::Not,
                    "yes" => matches!(answer, Eligibility::Eligible | Eligibility::Exception),
                    "unknown" => answer == Eligibility::CantTell,
                    "exception no" => exception.is_none(),
                    _ => false,
                };
                if holds {
                    people.push(person);
                }
            }
            Ok(())
        })?;
        // An exception counts whether or not the person is a member yet.
        for (person, _, exception) in judge.exceptions().filter(|(_, of, _)| community.is_none_or(|c| c == *of)) {
            for (needle, people) in found.iter_mut().filter(|(n, _)| n.starts_with("exception ") && n != "exception no") {
                if needle != "exception due" || exception.is_due(today) {
                    people.push(person);
                }
            }
        }
        if let Some(index) = &mut self.index {
            found.iter().for_each(|(needle, people)| index.set_judged(needle, people));
        }
        Ok(())
    }

    /// Returns the effect of a command: on current members if it changes the rules, and on people who aren't eligible if it admits them.
    /// Empty if it does neither.
    ///
    /// # Errors
    /// If the command is refused, or the file can't be read.
    pub fn rule_effect(&mut self, command: &Command) -> Result<RuleEffect, BookError> {
        if command.admits() {
            return self.who_is_not_eligible(command);
        }
        if !command.changes_rules() || self.read_only().is_some() {
            return Ok(RuleEffect::default());
        }
        let (stamp, progress) = (self.stamp(), Arc::clone(&self.progress));
        let (effect, _) = self
            .store
            .rehearse(stamp, |write| effect_of(write, &progress, |write| super::apply::apply(write, command)).map(|(_, effect)| effect))?;
        Ok(effect)
    }

    /// Returns the people whom a command would make members although they aren't eligible. Current members don't count.
    fn who_is_not_eligible(&self, command: &Command) -> Result<RuleEffect, BookError> {
        let conn = self.store.reader();
        let mut judge = EligibilityChecker::new(conn, self.today())?;
        let mut effect = RuleEffect::default();
        let (people, community, new) = match command {
            Command::PutIn { people, community, .. } => (people.clone(), *community, None),
            Command::EditMembership { person, community, .. } => (vec![*person], *community, None),
            Command::AddPerson { facts, community: Some(community) } => (Vec::new(), *community, Some(facts)),
            Command::SeatNewcomer { community, person, .. } => (Vec::new(), *community, Some(person)),
            _ => return Ok(effect),
        };
        let name = lookup::name(conn, &schema::COMMUNITY, community.0)?.unwrap_or_default();
        if let Some(facts) = new {
            // No person has the id 0: somebody who isn't on the roster yet can't have an exception.
            let verdict = judge.verdict(conn, PersonId(0), &facts.candidates(), community)?;
            if verdict.answer == Eligibility::Not {
                effect.admitted.push((facts.title().to_owned(), name.clone(), verdict.because));
            }
        }
        for (person, verdict) in self.verdicts(&people, community)? {
            if verdict.answer == Eligibility::Not {
                effect.admitted.push((lookup::title(conn, person)?, name.clone(), verdict.because));
            }
        }
        Ok(effect)
    }

    /// Returns the verdicts for the given people who aren't members of a community yet.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn verdicts(&self, people: &[PersonId], community: CommunityId) -> Result<Vec<(PersonId, Verdict)>, BookError> {
        let conn = self.store.reader();
        let mut judge = EligibilityChecker::new(conn, self.today())?;
        let mut out = Vec::new();
        self.progress.expect(people.len() as u64);
        for (at, person) in people.iter().enumerate() {
            if self.progress.reach(at as u64).is_break() {
                return Err(StoreError::Stopped.into());
            }
            let Some((facts, _)) = people::facts(conn, *person)? else { continue };
            if !people::is_member(conn, *person, community)? {
                out.push((*person, judge.verdict(conn, *person, &facts.candidates(), community)?));
            }
        }
        Ok(out)
    }
}

/// Returns the rules of a community without the places where they are printed.
fn rules(judge: &EligibilityChecker, community: CommunityId) -> impl Iterator<Item = (crate::domain::words::RuleEffect, &str, &str, bool)> {
    judge.rules_of(community).iter().map(|(r, all)| (r.effect, r.suffix.as_str(), r.words.as_str(), *all))
}

/// Runs a change; returns its effect on the eligibility of members. Judges only the communities whose rules it changed.
pub(super) fn effect_of<T>(
    write: &mut Write<'_>,
    progress: &Progress,
    change: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError>,
) -> Result<(T, RuleEffect), StoreError> {
    let (conn, today) = (write.reader(), write.stamp().today);
    let mut before = EligibilityChecker::new(conn, today)?;
    before.learn(conn)?;
    let done = change(write)?;
    let mut after = EligibilityChecker::new(conn, today)?;
    after.learn(conn)?;
    let mut effect = RuleEffect::default();
    let mut changed = communities::communities(conn)?;
    // A new community had no members before, and the place where a rule is printed doesn't affect whom it admits.
    changed.retain(|c| before.knows(c.id) && rules(&before, c.id).ne(rules(&after, c.id)));
    let mut judged = progress.read().0;
    if !changed.is_empty() {
        let members = people::member_counts(conn)?;
        progress.expect(judged + changed.iter().filter_map(|c| members.get(&c.id)).sum::<u64>());
    }
    for community in changed {
        each_membership(conn, Some(community.id), |person, of, name, addresses| {
            judged += 1;
            if judged.is_multiple_of(64) && progress.reach(judged).is_break() {
                return Err(StoreError::Stopped);
            }
            let was = before.verdict(conn, person, addresses, of)?.answer;
            let now = after.verdict(conn, person, addresses, of)?;
            if (was == Eligibility::Not) == (now.answer == Eligibility::Not) || write.has_written_membership(person, of)? {
                return Ok(());
            }
            let line = || (name.to_owned(), community.name.clone(), now.because.clone());
            if was == Eligibility::Not {
                effect.into.push(line())
            } else {
                effect.out.push(line())
            }
            Ok(())
        })?;
    }
    for lines in [&mut effect.out, &mut effect.into] {
        lines.sort_by_cached_key(|(name, ..)| text::same_key(name));
    }
    Ok((done, effect))
}
