//! Exports: who may leave, in which format, whole or not at all.
//!
//! Must not know who asked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{Book, BookError, Job, Jobs, Progress};
use crate::domain::address::{self, OtherAddress};
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::listed::Listed;
use crate::domain::query::{Key, Scope};
use crate::domain::text;
use crate::domain::words::{AddressState, ChannelKind, MembershipStatus};
use crate::exchange::formats::{Format, Outgoing, Settings, Written};
use crate::exchange::{AtomicFile, ExchangeError};
use crate::store::{StoreError, open_reader, people, places, schema, slices};

/// What is to be exported.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// The format's name.
    pub format: String,
    /// Which people: a query; empty for everybody.
    pub query: String,
    /// Only these people, if given; the query is not asked then.
    pub people: Option<Vec<PersonId>>,
    /// Only members of this community.
    pub community: Option<CommunityId>,
    /// What the format is told.
    pub settings: Settings,
    /// For mail to a community: members of these statuses; the active alone if none is named.
    pub statuses: Vec<MembershipStatus>,
    /// Whether each address of a person gets a row of its own; else the primary one alone.
    pub all_addresses: bool,
    /// Whether it is told of each person why they were left out.
    pub explain: bool,
}

/// What is said of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Who, as a mail would name them.
    pub who: String,
    /// Why.
    pub why: &'static str,
    /// Whether they were left out; else they are in it, and something may go wrong.
    pub left_out: bool,
}

/// What came of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// How many people were written.
    pub written: u64,
    /// Who was left out, by reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// How many were written that something may go wrong with, by what.
    pub doubtful: BTreeMap<&'static str, u64>,
    /// The first lines, as they are in the file.
    pub first_lines: Vec<String>,
    /// Who was left out or is doubtful and why, person by person, if that was asked for.
    pub explained: Vec<Explained>,
}

impl ExportSummary {
    /// One sentence: how many, and who was left out.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.sentence_to("")
    }

    /// As [`ExportSummary::sentence`], with the place that it was written to.
    #[must_use]
    pub fn sentence_to(&self, place: &str) -> String {
        let to = if place.is_empty() { String::new() } else { format!(" to {place}") };
        let mut out = format!("{} written{to}", text::count(self.written, "person", "people"));
        for (reason, n) in &self.left_out {
            out.push_str(&format!("; {} left out: {reason}", text::thousands(*n)));
        }
        for (reason, n) in &self.doubtful {
            out.push_str(&format!("; {} to look at: {reason}", text::thousands(*n)));
        }
        out
    }
}

/// Everything an export needs, gathered before it runs on another thread.
pub(super) struct Prepared {
    roster: PathBuf,
    format: Format,
    ids: Option<Vec<i64>>,
    community: Option<CommunityId>,
    any_status: bool,
    statuses: Vec<MembershipStatus>,
    all_addresses: bool,
    explain: bool,
}

impl Book {
    fn prepare(&mut self, options: &ExportOptions) -> Result<Prepared, BookError> {
        let fields = people::names_by_age(self.store.reader(), &schema::FIELD)?;
        let mut settings = options.settings.clone();
        if settings.group.is_empty()
            && let Some(community) = options.community
        {
            settings.group = self.list_of(community)?;
        }
        let format = Format::named(&options.format, fields, settings)?;
        let any_status = self.parse(&options.query, Scope::People)?.mentions(&Key::Status);
        let ids = match &options.people {
            Some(chosen) => {
                let mut ids: Vec<i64> = chosen.iter().map(|p| p.0).collect();
                ids.sort_unstable();
                ids.dedup();
                Some(ids)
            }
            None if options.query.trim().is_empty() && options.community.is_none() => None,
            None => Some(self.find_ids(&options.query, options.community)?.into_iter().map(|p| p.0).collect()),
        };
        let statuses = if options.statuses.is_empty() { vec![MembershipStatus::Active] } else { options.statuses.clone() };
        Ok(Prepared {
            roster: self.path().to_owned(),
            format,
            ids,
            community: options.community,
            any_status,
            statuses,
            all_addresses: options.all_addresses,
            explain: options.explain,
        })
    }

    /// The address of a community's e-mail list, if it has one.
    fn list_of(&self, community: CommunityId) -> Result<String, BookError> {
        let detail = self.community(community)?;
        let lists = detail.into_iter().flat_map(|c| c.channels).filter(|(_, ch)| ch.kind == ChannelKind::List);
        Ok(lists.map(|(_, ch)| ch.name).find(|name| address::read(name).is_ok()).unwrap_or_default())
    }

    /// Exports to a writer, such as standard output.
    ///
    /// # Errors
    /// If the query can't be read or the writer fails.
    pub fn export_to(&mut self, options: &ExportOptions, to: &mut dyn Write) -> Result<ExportSummary, BookError> {
        self.prepare(options)?.run(to, &Progress::default())
    }

    /// Exports to a file, on a thread: the file stands whole under its name, or what stood there is untouched.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_job(
        &mut self,
        options: &ExportOptions,
        target: &Path,
        jobs: Jobs,
    ) -> Result<Job<Result<ExportSummary, BookError>>, BookError> {
        let mut prepared = self.prepare(options)?;
        super::spare_the_roster(self.path(), target)?;
        let target = target.to_owned();
        Ok(jobs.spawn(move |progress| {
            let mut file = AtomicFile::create(&target)?;
            let summary = prepared.run(&mut file, progress)?;
            file.finish()?;
            Ok(summary)
        }))
    }

    /// What an export would write, with nothing written, on a thread: the counts, who is left out, the first five people.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_preview(&mut self, options: &ExportOptions, jobs: Jobs) -> Result<Job<Result<ExportSummary, BookError>>, BookError> {
        let mut prepared = self.prepare(options)?;
        Ok(jobs.spawn(move |progress| {
            let mut head = Head::default();
            let mut summary = prepared.run(&mut head, progress)?;
            let text = String::from_utf8_lossy(&head.0).into_owned();
            // A byte order mark is for programs; to read, it is nothing.
            summary.first_lines = text.trim_start_matches('\u{feff}').lines().take(6).map(str::to_owned).collect();
            Ok(summary)
        }))
    }
}

/// Keeps the first few thousand bytes and lets the rest go.
#[derive(Default)]
struct Head(Vec<u8>);

impl Write for Head {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = 4096_usize.saturating_sub(self.0.len());
        self.0.extend(bytes.iter().take(room));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Prepared {
    fn run(&mut self, to: &mut dyn Write, progress: &Progress) -> Result<ExportSummary, BookError> {
        let conn = open_reader(&self.roster)?;
        let total = match &self.ids {
            Some(ids) => ids.len() as u64,
            None => 0,
        };
        progress.expect(total);
        let suppressed: HashSet<String> = people::suppressed_keys(&conn)?;
        let names: HashMap<CommunityId, (String, String)> =
            places::communities(&conn)?.into_iter().map(|c| (c.id, (text::same_key(&c.name), c.name))).collect();
        let mut summary = ExportSummary::default();
        to.write_all(self.format.before().as_bytes()).map_err(ExchangeError::Write)?;
        let mut csv = self.format.writer(to);
        self.format.head(&mut csv)?;
        let (mut done, mut trouble) = (0_u64, None);
        let ids = self.ids.take();
        slices::everybody(&conn, ids.as_deref(), false, |person| {
            done += 1;
            if done.is_multiple_of(1024) && progress.reach(done).is_break() {
                trouble = Some(StoreError::Stopped.into());
                return ControlFlow::Break(());
            }
            match self.one(person, &suppressed, &names, &mut csv, &mut summary) {
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
        self.format.end(&mut csv)?;
        csv.flush().map_err(ExchangeError::Write)?;
        if progress.reach(done).is_break() {
            return Err(StoreError::Stopped.into());
        }
        Ok(summary)
    }

    fn one<W: Write>(
        &mut self,
        person: &Listed<'_>,
        suppressed: &HashSet<String>,
        names: &HashMap<CommunityId, (String, String)>,
        csv: &mut csv::Writer<W>,
        summary: &mut ExportSummary,
    ) -> Result<(), BookError> {
        if let Some(reason) = self.why_not(person) {
            self.count(person, person.email, Written::LeftOut(reason), summary);
            return Ok(());
        }
        if self.all_addresses && self.format.is_mailing() {
            return self.each_address(person, suppressed, csv, summary);
        }
        let mut allowed: Vec<OtherAddress> = Vec::new();
        let (mut email, mut state) = (person.email, person.email_state);
        let mut others = person.others;
        let hidden = |a: &str| !suppressed.is_empty() && suppressed.contains(&address::key(a));
        if hidden(person.email) || person.others.iter().any(|o| hidden(&o.address)) {
            let all = std::iter::once(OtherAddress { address: person.email.to_owned(), state: person.email_state })
                .chain(person.others.iter().cloned());
            allowed.extend(all.filter(|a| !a.address.is_empty() && !hidden(&a.address)));
            // For mail, a primary address that must not be used is not replaced by another of the same person.
            let replace = !self.format.is_mailing() || !hidden(person.email);
            (email, state, others) = match allowed.split_first() {
                Some((first, rest)) if replace => (first.address.as_str(), first.state, rest),
                _ => ("", AddressState::Ok, &[][..]),
            };
        }
        let mut memberships: Vec<(&str, &str, &MembershipFacts)> = Vec::new();
        if !self.format.is_mailing() {
            memberships
                .extend(person.memberships.iter().filter_map(|m| names.get(&m.community).map(|(k, n)| (k.as_str(), n.as_str(), &m.facts))));
            memberships.sort_by_key(|(key, ..)| *key);
        }
        let memberships: Vec<(&str, &MembershipFacts)> = memberships.into_iter().map(|(_, n, f)| (n, f)).collect();
        let outgoing = Outgoing { person, email, email_state: state, others, memberships: &memberships };
        let written = self.format.person(&outgoing, csv)?;
        self.count(person, person.email, written, summary);
        Ok(())
    }

    /// A row for each address that may be used.
    fn each_address<W: Write>(
        &mut self,
        person: &Listed<'_>,
        suppressed: &HashSet<String>,
        csv: &mut csv::Writer<W>,
        summary: &mut ExportSummary,
    ) -> Result<(), BookError> {
        let all = std::iter::once((person.email, person.email_state)).chain(person.others.iter().map(|o| (o.address.as_str(), o.state)));
        for (typed, email_state) in all.filter(|(a, _)| !a.is_empty() || person.others.is_empty()) {
            let email = if suppressed.contains(&address::key(typed)) { "" } else { typed };
            let written = self.format.person(&Outgoing { person, email, email_state, others: &[], memberships: &[] }, csv)?;
            self.count(person, typed, written, summary);
        }
        Ok(())
    }

    fn count(&self, person: &Listed<'_>, address: &str, written: Written, summary: &mut ExportSummary) {
        let (why, left_out) = match written {
            Written::LeftOut(why) => (why, true),
            Written::Row(doubt) => {
                summary.written += 1;
                let Some(why) = doubt else { return };
                (why, false)
            }
        };
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
