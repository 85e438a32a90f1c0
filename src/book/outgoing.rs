//! An export at work: person by person, into one file or several, and what has changed since an earlier one.
//!
//! Must not know who asked.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::exporting::{Changed, Explained, ExportSummary};
use super::in_step::{OldList, Sent, digest};
use super::{BookError, Exported, Progress};
use crate::domain::address::{self, OtherAddress};
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::text;
use crate::domain::words::{AddressState, MembershipStatus, PersonKind};
use crate::exchange::dump::Listed as OnList;
use crate::exchange::formats::{Format, Outgoing};
use crate::exchange::{AtomicFile, ExchangeError, Numbered, Outlet, Pen, Single, beside, failed};
use crate::store::{StoreError, exports, open_reader, people, places, slices};

/// Everything an export needs, gathered before it runs on another thread.
pub struct Prepared {
    pub roster: PathBuf,
    pub format: Format,
    pub ids: Option<Vec<i64>>,
    pub community: Option<CommunityId>,
    pub any_status: bool,
    pub statuses: Vec<MembershipStatus>,
    pub all_addresses: bool,
    pub explain: bool,
    /// The list as it was, if only what has changed is wanted.
    pub old: Option<OldList>,
    /// The same format, for those who are to leave the list.
    pub removal: Format,
    pub memory: Option<(Exported, Sent)>,
}

/// The rows' way to the outlet, which may begin another file in between.
struct Through<'a, 'o>(&'a RefCell<&'o mut dyn Outlet>);

impl Write for Through<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// What stays the same while people go by.
struct Known {
    suppressed: HashSet<String>,
    names: HashMap<CommunityId, (String, String)>,
}

/// Where people go: the pen, and the outlet behind it.
struct Way<'a, 'o> {
    pen: Pen<Through<'a, 'o>>,
    outlet: &'a RefCell<&'o mut dyn Outlet>,
    before: &'static str,
}

impl Prepared {
    /// Writes the files that were asked for, all or none; returns what came of it, with their names.
    pub fn into_files(mut self, target: &Path, workbook: bool, progress: &Progress) -> Result<ExportSummary, BookError> {
        if self.old.is_some() {
            return self.changes_into_files(target, progress);
        }
        let mut files = Numbered::create(target)?;
        let mut summary = self.everybody(&mut files, workbook, progress)?;
        summary.memory = self.memory.take();
        summary.files = files.finish()?;
        Ok(summary)
    }

    /// As [`Prepared::into_files`], to one outlet.
    pub fn run(mut self, to: &mut dyn Outlet, workbook: bool, progress: &Progress) -> Result<ExportSummary, BookError> {
        let mut summary = self.everybody(to, workbook, progress)?;
        summary.memory = self.memory.take();
        Ok(summary)
    }

    /// As [`Prepared::run`], with nothing kept: of what has changed only those who are new are sent to the outlet.
    pub fn look(mut self, to: &mut dyn Outlet, progress: &Progress) -> Result<ExportSummary, BookError> {
        if self.old.is_some() {
            return Ok(self.changes(to, &mut Single(&mut std::io::sink()), progress)?.0);
        }
        self.run(to, false, progress)
    }

    fn changes_into_files(mut self, target: &Path, progress: &Progress) -> Result<ExportSummary, BookError> {
        let mut adding = Numbered::create(&beside(target, "-add"))?;
        let mut removing = Numbered::create(&beside(target, "-remove"))?;
        let (mut summary, unknown) = self.changes(&mut adding, &mut removing, progress)?;
        let unknown = unknown.map(|people| strangers(&beside(target, "-unknown").with_extension("csv"), &people)).transpose()?;
        summary.memory = self.memory.take();
        summary.files = adding.finish()?;
        summary.files.extend(removing.finish()?);
        if let Some(file) = unknown {
            summary.files.push(file.finish()?);
        }
        Ok(summary)
    }

    /// What has changed on the list; and who is on it and not known here, if that can be known.
    fn changes(
        &mut self,
        adding: &mut dyn Outlet,
        removing: &mut dyn Outlet,
        progress: &Progress,
    ) -> Result<(ExportSummary, Option<Vec<OnList>>), BookError> {
        let mut summary = self.everybody(adding, false, progress)?;
        let mut changed = summary.changed.take().unwrap_or_default();
        self.removals(removing, &mut changed, progress)?;
        let mut unknown = None;
        if let Some(old) = self.old.take() {
            match &old {
                OldList::Export { left, .. } => changed.nameless = left.len() as u64,
                OldList::Dump { left, unread } => {
                    changed.unread = *unread;
                    changed.unknown = Some(left.len() as u64);
                    unknown = Some(old.strangers());
                }
            }
        }
        summary.changed = Some(changed);
        Ok((summary, unknown))
    }

    /// Everybody who was asked for; of a list that was there before, only those who are new on it.
    fn everybody(&mut self, to: &mut dyn Outlet, workbook: bool, progress: &Progress) -> Result<ExportSummary, BookError> {
        let conn = open_reader(&self.roster)?;
        progress.expect(self.ids.as_ref().map_or(0, |ids| ids.len() as u64));
        let known = Known {
            suppressed: people::suppressed_keys(&conn)?,
            names: places::communities(&conn)?.into_iter().map(|c| (c.id, (text::same_key(&c.name), c.name))).collect(),
        };
        let mut summary = ExportSummary { changed: self.old.as_ref().map(|_| Changed::default()), ..ExportSummary::default() };
        let outlet = RefCell::new(to);
        let mut way = Way::new(&self.format, &outlet, workbook)?;
        self.format.head(&mut way.pen)?;
        let (mut done, mut trouble) = (0_u64, None);
        let ids = self.ids.take();
        slices::everybody(&conn, ids.as_deref(), false, |person| {
            done += 1;
            if done.is_multiple_of(1024) && progress.reach(done).is_break() {
                trouble = Some(StoreError::Stopped.into());
                return ControlFlow::Break(());
            }
            match self.one(person, &known, &mut way, &mut summary) {
                Ok(()) => ControlFlow::Continue(()),
                Err(e) => {
                    trouble = Some(e);
                    ControlFlow::Break(())
                }
            }
        })?;
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        self.format.end(&mut way.pen)?;
        way.pen.finish()?;
        if progress.reach(done).is_break() {
            return Err(StoreError::Stopped.into());
        }
        Ok(summary)
    }

    /// Everybody who is to leave the list: those who are known here by one of their addresses, or were once.
    fn removals(&mut self, to: &mut dyn Outlet, changed: &mut Changed, progress: &Progress) -> Result<(), BookError> {
        let conn = open_reader(&self.roster)?;
        let outlet = RefCell::new(to);
        let mut way = Way::new(&self.removal, &outlet, false)?;
        self.removal.head(&mut way.pen)?;
        let Some(old) = &mut self.old else { return Ok(()) };
        let removal = &mut self.removal;
        let mut trouble = None;
        let mut take = |person: &Listed<'_>, email: &str, way: &mut Way<'_, '_>| -> Result<(), BookError> {
            if !old.take(email) {
                return Ok(());
            }
            let outgoing = Outgoing { person, email, email_state: AddressState::Ok, others: &[], memberships: &[] };
            way.write(removal, &outgoing).map(|_| changed.removed += 1)
        };
        let mut done = 0_u64;
        slices::everybody(&conn, None, false, |person| {
            done += 1;
            if done.is_multiple_of(1024) && progress.reach(done).is_break() {
                trouble = Some(StoreError::Stopped.into());
                return ControlFlow::Break(());
            }
            let all = std::iter::once(person.email).chain(person.others.iter().map(|o| o.address.as_str()));
            for email in all.filter(|e| !e.is_empty()) {
                if let Err(e) = take(person, email, &mut way) {
                    trouble = Some(e);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        // Who was taken out of the roster, and whose address is another now; and who asked not to be mailed and isn't on it at all.
        let mut former: Vec<String> = people::suppressed_keys(&conn)?.into_iter().collect();
        former.sort_unstable();
        exports::former_addresses(&conn, |email| former.push(email.to_owned()))?;
        for email in former {
            take(&nobody(&email), &email, &mut way)?;
        }
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        self.removal.end(&mut way.pen)?;
        Ok(way.pen.finish()?)
    }

    fn one(&mut self, person: &Listed<'_>, known: &Known, way: &mut Way<'_, '_>, summary: &mut ExportSummary) -> Result<(), BookError> {
        if let Some(reason) = self.why_not(person) {
            self.explain(person, person.email, reason, true, summary);
            return Ok(());
        }
        let hidden = |a: &str| !known.suppressed.is_empty() && known.suppressed.contains(&address::key(a));
        if self.all_addresses && self.format.is_mailing() {
            // A row for each address that may be used.
            let all =
                std::iter::once((person.email, person.email_state)).chain(person.others.iter().map(|o| (o.address.as_str(), o.state)));
            for (typed, email_state) in all.filter(|(a, _)| !a.is_empty() || person.others.is_empty()) {
                let email = if hidden(typed) { "" } else { typed };
                let outgoing = Outgoing { person, email, email_state, others: &[], memberships: &[] };
                self.write(&outgoing, typed, way, summary)?;
            }
            return Ok(());
        }
        let mut allowed: Vec<OtherAddress> = Vec::new();
        let (mut email, mut email_state) = (person.email, person.email_state);
        let mut others = person.others;
        if hidden(person.email) || person.others.iter().any(|o| hidden(&o.address)) {
            let all = std::iter::once(OtherAddress { address: person.email.to_owned(), state: person.email_state })
                .chain(person.others.iter().cloned());
            allowed.extend(all.filter(|a| !a.address.is_empty() && !hidden(&a.address)));
            // For mail, a primary address that must not be used is not replaced by another of the same person.
            let replace = !self.format.is_mailing() || !hidden(person.email);
            (email, email_state, others) = match allowed.split_first() {
                Some((first, rest)) if replace => (first.address.as_str(), first.state, rest),
                _ => ("", AddressState::Ok, &[][..]),
            };
        }
        let mut memberships: Vec<(&str, &str, &MembershipFacts)> = Vec::new();
        if !self.format.is_mailing() {
            let named =
                person.memberships.iter().filter_map(|m| known.names.get(&m.community).map(|(k, n)| (k.as_str(), n.as_str(), &m.facts)));
            memberships.extend(named);
            memberships.sort_by_key(|(key, ..)| *key);
        }
        let memberships: Vec<(&str, &MembershipFacts)> = memberships.into_iter().map(|(_, n, f)| (n, f)).collect();
        self.write(&Outgoing { person, email, email_state, others, memberships: &memberships }, person.email, way, summary)
    }

    /// Writes a person, if they may be written; `typed` is the address by which they are told of if not.
    fn write(&mut self, p: &Outgoing<'_>, typed: &str, way: &mut Way<'_, '_>, summary: &mut ExportSummary) -> Result<(), BookError> {
        let email = match self.format.admit(p) {
            Ok(email) => email,
            Err(why) => {
                self.explain(p.person, typed, why, true, summary);
                return Ok(());
            }
        };
        if let Some((memory, sent)) = self.memory.as_mut().filter(|_| self.format.is_mailing()) {
            sent.push(digest(&memory.salt, &email)).map_err(ExchangeError::Write)?;
        }
        if let (Some(old), Some(changed)) = (&mut self.old, &mut summary.changed) {
            if old.take(&email) {
                changed.kept += 1;
                return Ok(());
            }
            changed.added += 1;
        }
        summary.written += 1;
        if let Some(doubt) = way.write(&mut self.format, p)? {
            self.explain(p.person, typed, doubt, false, summary);
        }
        Ok(())
    }

    fn explain(&self, person: &Listed<'_>, address: &str, why: &'static str, left_out: bool, summary: &mut ExportSummary) {
        let reasons = if left_out { &mut summary.left_out } else { &mut summary.doubtful };
        *reasons.entry(why).or_default() += 1;
        if self.explain {
            summary.explained.push(Explained { who: address::mailbox(person.name, address), why, left_out });
        }
    }

    /// For mail to a community, only its members of the wanted statuses, unless the query asks for a status itself.
    fn why_not(&self, person: &Listed<'_>) -> Option<&'static str> {
        let community = self.community.filter(|_| self.format.is_mailing() && !self.any_status)?;
        let wanted = person.memberships.iter().any(|m| m.community == community && self.statuses.contains(&m.facts.status));
        let active = self.statuses == [MembershipStatus::Active];
        (!wanted).then_some(if active { "not an active member" } else { "not a member of that status" })
    }
}

impl<'a, 'o> Way<'a, 'o> {
    fn new(format: &Format, outlet: &'a RefCell<&'o mut dyn Outlet>, workbook: bool) -> Result<Self, BookError> {
        let through = Through(outlet);
        let pen = if workbook {
            format.sheet(through)?
        } else {
            outlet.borrow_mut().write_all(format.before().as_bytes()).map_err(ExchangeError::Write)?;
            format.pen(through)
        };
        Ok(Self { pen, outlet, before: format.before() })
    }

    /// Writes a person whom the format admits, in another file if this one is full. Returns what should be known of the row.
    fn write(&mut self, format: &mut Format, p: &Outgoing<'_>) -> Result<Option<&'static str>, BookError> {
        let Ok(email) = format.admit(p) else { return Ok(None) };
        let (outlet, before) = (self.outlet, self.before);
        let doubt = format.person(p, &email, &mut self.pen, &mut |pen| {
            pen.turn_over()?;
            let turned = outlet.borrow_mut().turn_over()?;
            outlet.borrow_mut().write_all(before.as_bytes()).map_err(ExchangeError::Write)?;
            Ok(turned)
        })?;
        Ok(doubt)
    }
}

/// Somebody of whom nothing is known but an address.
fn nobody(email: &str) -> Listed<'_> {
    Listed {
        id: PersonId(0),
        kind: PersonKind::Person,
        name: "",
        email,
        email_state: AddressState::Ok,
        others: &[],
        organisation: "",
        short_name: "",
        job_title: "",
        discipline: "",
        tags: "",
        fields: "",
        joined: "",
        note: "",
        memberships: &[],
        consents: &[],
        attended: 0,
        seen: None,
    }
}

/// Who is on the list and not known here, as rows that an import takes.
fn strangers(target: &Path, people: &[OnList]) -> Result<AtomicFile, BookError> {
    let mut file = AtomicFile::create(target)?;
    let mut csv = csv::Writer::from_writer(&mut file);
    csv.write_record(["Name", "E-mail"]).map_err(failed)?;
    for one in people {
        csv.write_record([&one.name, &one.email]).map_err(failed)?;
    }
    csv.flush().map_err(ExchangeError::Write)?;
    drop(csv);
    Ok(file)
}
