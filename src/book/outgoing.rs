//! Runs an export: person by person, into one file or several, and compares it with an earlier one.
//!
//! Must not know who requested the export.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::exported::{Changed, Explained, ExportSummary, Remark};
use super::in_step::{PreviousList, Sent, digest};
use super::mailable::decided;
use super::{BookError, Exported, Progress};
use crate::domain::address::{self, OtherAddress};
use crate::domain::community::MembershipFacts;
use crate::domain::ids::CommunityId;
use crate::domain::listed::{Listed, Suppression};
use crate::domain::mail::{self, Choice, Chosen, Suppressions, Use, Way as WayOut};
use crate::domain::text;
use crate::domain::words::AddressState;
use crate::exchange::dump::Listed as OnList;
use crate::exchange::formats::{Format, Outgoing};
use crate::exchange::{AtomicFile, ExchangeError, Numbered, Outlet, RowWriter, Single, beside, failed};
use crate::store::changes::TouchedBy;
use crate::store::slices::PersonExtras;
use crate::store::{ReadOnly, StoreError, communities, exports, slices, suppressions};

/// Everything that an export needs, gathered before it runs on a thread.
pub(super) struct Prepared {
    pub roster: PathBuf,
    pub format: Format,
    pub ids: Option<Vec<i64>>,
    /// What the addresses are used for; `domain::mail` decides by this.
    pub purpose: Use,
    pub explain: bool,
    /// The earlier list, if only the changes are wanted.
    pub old: Option<PreviousList>,
    /// The same format, for people to remove from the list.
    pub removal: Format,
    pub memory: Option<(Exported, Sent)>,
}

/// A writer to the outlet, which may move on to another file between rows.
struct Through<'a, 'o>(&'a RefCell<&'o mut dyn Outlet>);

impl Write for Through<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// Data shared by all people of an export.
struct Known {
    suppressions: Suppressions,
    /// The suppressions as stored.
    rows: Vec<Suppression>,
    /// The keys of suppressed addresses that were written with a person.
    written: HashSet<String>,
    names: HashMap<CommunityId, (String, String)>,
}

/// Where rows are written: the pen, and the outlet behind it.
struct Way<'a, 'o> {
    pen: RowWriter<Through<'a, 'o>>,
    outlet: &'a RefCell<&'o mut dyn Outlet>,
    before: &'static str,
}

impl Prepared {
    /// Writes all the requested files or none; returns the summary, including their names.
    pub(super) fn into_files(mut self, target: &Path, workbook: bool, progress: &Progress) -> Result<ExportSummary, BookError> {
        if self.old.is_some() {
            return self.changes_into_files(target, progress);
        }
        let mut files = Numbered::create(target)?;
        let mut summary = self.everybody(&mut files, workbook, progress)?;
        summary.memory = self.memory.take();
        summary.files = files.finish()?;
        Ok(summary)
    }

    /// Like [`Prepared::into_files`], to a single outlet.
    pub(super) fn run(mut self, to: &mut dyn Outlet, workbook: bool, progress: &Progress) -> Result<ExportSummary, BookError> {
        let mut summary = self.everybody(to, workbook, progress)?;
        summary.memory = self.memory.take();
        Ok(summary)
    }

    /// Like [`Prepared::run`], for a preview: if it is a comparison, only the people to add go to the outlet.
    pub(super) fn look(mut self, to: &mut dyn Outlet, progress: &Progress) -> Result<ExportSummary, BookError> {
        if self.old.is_some() {
            return Ok(self.changes(to, &mut Single(&mut std::io::sink()), progress)?.0);
        }
        self.run(to, false, progress)
    }

    /// Counts how many of the touched people to add to the earlier list and to remove from it; nobody else has changed. `asked` are those
    /// whom the export includes now.
    pub(super) fn count(mut self, touched: TouchedBy, asked: Vec<i64>, progress: &Progress) -> Result<(u64, u64), BookError> {
        let people: Vec<i64> = touched.people.into_iter().collect();
        self.ids = Some(asked);
        self.memory = None;
        let added = self.everybody(&mut Single(&mut std::io::sink()), false, progress)?.changed.unwrap_or_default().added;
        let Some(mut old) = self.old.take() else { return Ok((added, 0)) };
        let (mut removed, file) = (0, ReadOnly::open(&self.roster)?);
        let mut take = |address: &str| removed += u64::from(!address.is_empty() && old.take(address));
        slices::everybody(file.reader(), Some(&people), PersonExtras::Memberships, |person| {
            take(person.email);
            person.others.iter().for_each(|o| take(&o.address));
            ControlFlow::Continue(())
        })?;
        touched.former.iter().for_each(|address| take(address));
        Ok((added, removed))
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

    /// Writes the people to add and to remove. Also returns those on the list who aren't known here, if this can be known.
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
                PreviousList::Export { left, .. } => changed.nameless = left.len() as u64,
                PreviousList::Dump { left, unread } => {
                    changed.unread = *unread;
                    changed.unknown = Some(left.len() as u64);
                    unknown = Some(old.strangers());
                }
            }
        }
        summary.changed = Some(changed);
        Ok((summary, unknown))
    }

    /// Writes everybody whom the export includes; if it is a comparison, only those who are new on the list.
    fn everybody(&mut self, to: &mut dyn Outlet, workbook: bool, progress: &Progress) -> Result<ExportSummary, BookError> {
        let file = ReadOnly::open(&self.roster)?;
        let conn = file.reader();
        progress.expect(self.ids.as_ref().map_or(0, |ids| ids.len() as u64));
        let mut known = Known {
            suppressions: suppressions::read_whole(conn)?,
            rows: suppressions::all(conn)?,
            written: HashSet::new(),
            names: communities::communities(conn)?.into_iter().map(|c| (c.id, (text::same_key(&c.name), c.name))).collect(),
        };
        let mut summary = ExportSummary { changed: self.old.as_ref().map(|_| Changed::default()), ..ExportSummary::default() };
        let outlet = RefCell::new(to);
        let mut way = Way::new(&self.format, &outlet, workbook)?;
        self.format.head(&mut way.pen)?;
        let (mut done, mut trouble) = (0_u64, None);
        let ids = self.ids.take();
        slices::everybody(conn, ids.as_deref(), PersonExtras::Memberships, |person| {
            done += 1;
            if done.is_multiple_of(1024) && progress.reach(done).is_break() {
                trouble = Some(StoreError::Stopped.into());
                return ControlFlow::Break(());
            }
            match self.one(person, &mut known, &mut way, &mut summary) {
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
        if self.format.way() == WayOut::Roster {
            self.suppressed_addresses(&known, &mut way, &mut summary)?;
        }
        self.format.end(&mut way.pen)?;
        way.pen.finish()?;
        if progress.reach(done).is_break() {
            return Err(StoreError::Stopped.into());
        }
        Ok(summary)
    }

    /// Writes everybody who has to be removed from the list, if one of their current or former addresses is known here.
    fn removals(&mut self, to: &mut dyn Outlet, changed: &mut Changed, progress: &Progress) -> Result<(), BookError> {
        let file = ReadOnly::open(&self.roster)?;
        let conn = file.reader();
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
            // A person is removed by the address that is on the list. Their texts must not reveal another one.
            let texts = Texts::of(person, |text| address::key(text) == address::key(email));
            let person = &texts.on(person);
            let outgoing = Outgoing { email, ..outgoing(person, None) };
            way.write(removal, &outgoing).map(|_| changed.removed += 1)
        };
        let mut done = 0_u64;
        slices::everybody(conn, None, PersonExtras::Memberships, |person| {
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
        // People who are no longer on the roster or whose address has changed, and suppressed addresses that belong to nobody.
        let mut former: Vec<String> = suppressions::read(conn)?.sorted().into_iter().map(str::to_owned).collect();
        exports::former_addresses(conn, |email| former.push(email.to_owned()))?;
        for email in former {
            take(&Listed::nobody(&email), &email, &mut way)?;
        }
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        self.removal.end(&mut way.pen)?;
        Ok(way.pen.finish()?)
    }

    /// Writes what may be exported about a person; counts those left out, by reason. `domain::mail` decides all of it.
    fn one(&mut self, person: &Listed<'_>, known: &mut Known, way: &mut Way<'_, '_>, summary: &mut ExportSummary) -> Result<(), BookError> {
        let choice = mail::choose(person, &known.suppressions, &self.purpose);
        let each = self.purpose.every_address && self.format.is_mailing();
        if each {
            for (address, decision) in &choice.refused {
                self.explain(person, address, decision.words(), Remark::LeftOut, summary);
            }
        }
        if let Some(why) = choice.left_out {
            if choice.refused.is_empty() || !each {
                self.explain(person, person.email, why.words(), Remark::LeftOut, summary);
            }
            return Ok(());
        }
        let may = |text: &str| decided(person, text, &known.suppressions, &self.purpose);
        // The value that the target stores in place of the address is checked in the same way.
        let in_place = self.format.in_place(person);
        if let Some(refused) = in_place.as_deref().map(may).filter(|d| !d.is_written()) {
            self.explain(person, in_place.as_deref().unwrap_or_default(), refused.words(), Remark::LeftOut, summary);
            return Ok(());
        }
        if let Some(why) = choice.instead {
            self.explain(person, person.email, why.words(), Remark::Instead, summary);
        }
        let texts;
        let person = if self.format.way() == WayOut::Roster {
            person
        } else {
            texts = Texts::of(person, |text| may(text).is_written());
            &texts.on(person)
        };
        if each {
            let rows = if in_place.is_some() { 1 } else { choice.addresses.len() };
            for chosen in choice.addresses.iter().take(rows) {
                self.write(&outgoing(person, Some(chosen)), way, summary)?;
            }
            return Ok(());
        }
        let (first, rest) = choice.addresses.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let others: Vec<OtherAddress> = rest.iter().map(|c| OtherAddress { address: c.address.to_owned(), state: c.state }).collect();
        let suppressed = if self.format.way() == WayOut::Roster { known.suppressed(person, &choice) } else { Vec::new() };
        let memberships = if self.format.is_mailing() { Vec::new() } else { known.memberships(person) };
        let memberships: Vec<(&str, &MembershipFacts)> = memberships.iter().map(|(_, n, f)| (n.as_str(), *f)).collect();
        let outgoing = Outgoing { others: &others, memberships: &memberships, suppressed: &suppressed, ..outgoing(person, first) };
        self.write(&outgoing, way, summary)
    }

    /// Writes the suppressed addresses that belong to nobody in the export: our own format includes them all.
    fn suppressed_addresses(&mut self, known: &Known, way: &mut Way<'_, '_>, summary: &mut ExportSummary) -> Result<(), BookError> {
        for one in known.rows.iter().filter(|s| s.apart_from.is_some() || !known.written.contains(&s.address)) {
            let nobody = Listed::nobody("");
            let one = std::slice::from_ref(one);
            way.write(&mut self.format, &Outgoing { suppressed: one, ..outgoing(&nobody, None) })?;
            summary.suppressed += 1;
        }
        Ok(())
    }

    /// Writes a person, if the target accepts them.
    fn write(&mut self, p: &Outgoing<'_>, way: &mut Way<'_, '_>, summary: &mut ExportSummary) -> Result<(), BookError> {
        let email = match self.format.admit(p) {
            Ok(email) => email,
            Err(why) => {
                self.explain(p.person, p.email, why, Remark::LeftOut, summary);
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
            self.explain(p.person, p.email, doubt, Remark::Doubt, summary);
        }
        Ok(())
    }

    fn explain(&self, person: &Listed<'_>, address: &str, why: &'static str, remark: Remark, summary: &mut ExportSummary) {
        let reasons = match remark {
            Remark::LeftOut => &mut summary.left_out,
            Remark::Instead => &mut summary.instead,
            Remark::Doubt => &mut summary.doubtful,
        };
        *reasons.entry(why).or_default() += 1;
        if self.explain {
            summary.explained.push(Explained { who: address::mailbox(person.name, address), why, remark });
        }
    }
}

/// Returns a person with one address or none, and without the data that only some formats include.
fn outgoing<'a>(person: &'a Listed<'a>, chosen: Option<&Chosen<'a>>) -> Outgoing<'a> {
    Outgoing {
        person,
        email: chosen.map_or("", |c| c.address),
        email_state: chosen.map_or(AddressState::Ok, |c| c.state),
        others: &[],
        suppressed: &[],
        memberships: &[],
    }
}

impl Known {
    /// Returns the addresses of a person that our own format includes as suppressed.
    fn suppressed(&mut self, person: &Listed<'_>, choice: &Choice<'_>) -> Vec<Suppression> {
        let mut out = Vec::new();
        for (address, _) in &choice.refused {
            let key = address::key(address);
            let row = self.rows.iter().find(|r| r.apart_from.is_none() && r.address == key);
            let state = person.addresses().find(|(a, _)| a == address).map(|(_, s)| s);
            out.push(Suppression { address: (*address).to_owned(), state, ..row.cloned().unwrap_or_default() });
            self.written.insert(key);
        }
        out
    }

    /// Returns the memberships of a person, sorted by the name of the community.
    fn memberships<'p>(&self, person: &Listed<'p>) -> Vec<(String, String, &'p MembershipFacts)> {
        let named = person.memberships.iter().filter_map(|m| self.names.get(&m.community).map(|(k, n)| (k.clone(), n.clone(), &m.facts)));
        let mut all: Vec<_> = named.collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}

/// The texts of a person, without the addresses that may not be exported.
struct Texts<'a>([Cow<'a, str>; 7]);

impl<'a> Texts<'a> {
    fn of(person: &Listed<'a>, may: impl Fn(&str) -> bool) -> Self {
        let all = [person.name, person.organisation, person.job_title, person.discipline, person.tags, person.fields, person.note];
        Self(all.map(|text| mail::withhold(text, &may)))
    }

    fn on<'p>(&'p self, person: &Listed<'p>) -> Listed<'p>
    where
        'a: 'p,
    {
        let [name, organisation, job_title, discipline, tags, fields, note] = &self.0;
        Listed { name, organisation, job_title, discipline, tags, fields, note, ..*person }
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

    /// Writes a person whom the format accepts, in another file if this one is full. Returns a remark on the row, if there is one.
    fn write(&mut self, format: &mut Format, p: &Outgoing<'_>) -> Result<Option<&'static str>, BookError> {
        let Ok(email) = format.admit(p) else { return Ok(None) };
        let (outlet, before) = (self.outlet, self.before);
        let doubt = format.person(p, &email, &mut self.pen, &mut |pen| {
            pen.start_next_file()?;
            let turned = outlet.borrow_mut().start_next_file()?;
            outlet.borrow_mut().write_all(before.as_bytes()).map_err(ExchangeError::Write)?;
            Ok(turned)
        })?;
        Ok(doubt)
    }
}

/// Writes the people on the list who aren't known here to a file that can be imported.
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
