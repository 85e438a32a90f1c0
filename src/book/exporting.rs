//! Exports: who may leave, in which format, whole or not at all.
//!
//! Must not know who asked.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::exported::ExportSummary;
use super::in_step::{OldList, Sent};
use super::outgoing::Prepared;
use super::targets::{Who, digest_of, in_the_way, place, spare_the_roster};
use super::{Book, BookError, Exported, Job, Jobs, Progress};
use crate::domain::address;
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::label::{Label, Verb};
use crate::domain::mail::{Audience, Column, Statuses, Use, Way};
use crate::domain::query::{Key, Scope};
use crate::domain::text;
use crate::domain::words::{ChannelKind, MembershipStatus};
use crate::exchange::formats::{FORMATS, Format, Settings};
use crate::exchange::{ExchangeError, Outlet, Single, beside, dump};
use crate::store::exports::{self, ExportKind};
use crate::store::{labels, lookup, schema};

/// What is to be exported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// Members of these statuses; only the active ones if none is named.
    pub statuses: Vec<MembershipStatus>,
    /// Whether each address of a person gets a row of its own; else the primary one alone.
    pub all_addresses: bool,
    /// Whether it is told of each person why they were left out.
    pub explain: bool,
    /// Whether everybody is written, or what has changed on a list.
    pub since: Since,
    /// What the export is called, to be compared with later.
    pub name: String,
}

/// What an export is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Since {
    /// With nothing: everybody is written.
    #[default]
    Ever,
    /// With the last one of the same format, search, community and group.
    Last,
    /// With the last one of this name.
    Named(String),
    /// With what the list says of itself.
    Dump(PathBuf),
}

/// An export as text, under way.
pub(super) type TextJob = Job<Result<(ExportSummary, String), BookError>>;

impl Book {
    /// Whom an export is about, where the index here knows it: it needn't be built once more on the thread then.
    fn found_for(&mut self, options: &ExportOptions) -> Result<Option<Vec<PersonId>>, BookError> {
        let asks = options.people.is_none() && !(options.query.trim().is_empty() && options.community.is_none());
        if !asks || !self.is_ready() {
            return Ok(None);
        }
        // What is not in the index itself is looked up on the thread.
        let expr = self.parse(&options.query, Scope::People)?;
        let judged = [Key::Eligible, Key::Exception, Key::Mail].iter().any(|key| !expr.texts_of(key).is_empty());
        if judged || !expr.attended_texts().is_empty() {
            return Ok(None);
        }
        let over_too = options.statuses.iter().any(|s| s.is_over());
        self.find_ids_of(&options.query, options.community, over_too).map(Some)
    }

    pub(super) fn prepare(&mut self, options: &ExportOptions, found: Option<Vec<PersonId>>) -> Result<Prepared, BookError> {
        options.check()?;
        let fields = lookup::names_by_age(self.store.reader(), &schema::FIELD)?;
        let mut settings = Settings { in_step: options.since != Since::Ever, ..options.settings.clone() };
        if settings.group.is_empty()
            && let Some(community) = options.community
        {
            settings.group = self.list_of(community)?;
        }
        let format = Format::named(&options.format, fields.clone(), settings.clone())?;
        let kind = kind(options, &settings.group);
        let old = self.old_list(&options.since, &kind)?;
        let removal = Format::named(&options.format, fields, Settings { removing: true, placeholders: Vec::new(), ..settings })?;
        let purpose = self.purpose(options, format.way())?;
        let ids = match &options.people {
            Some(chosen) => {
                let mut ids: Vec<i64> = chosen.iter().map(|p| p.0).collect();
                ids.sort_unstable();
                ids.dedup();
                Some(ids)
            }
            None if options.query.trim().is_empty() && options.community.is_none() => None,
            None if found.is_some() => found.map(|ids| ids.into_iter().map(|p| p.0).collect()),
            None => {
                let over_too = options.statuses.iter().any(|s| s.is_over());
                Some(self.find_ids_of(&options.query, options.community, over_too)?.into_iter().map(|p| p.0).collect())
            }
        };
        let stamp = self.stamp();
        // What was compared with the list's own file may or may not be done to it: that is not known.
        let remembers = !matches!(options.since, Since::Dump(_));
        let exported = || Exported {
            kind,
            name: options.name.trim().to_owned(),
            at: stamp.at,
            salt: old.as_ref().and_then(OldList::salt).unwrap_or(&stamp.action).to_vec(),
            digests: Vec::new(),
            files: Vec::new(),
        };
        let memory = remembers.then(|| (exported(), Sent::default()));
        Ok(Prepared { roster: self.path().to_owned(), format, ids, purpose, explain: options.explain, old, removal, memory })
    }

    /// The statuses that a query names, or the active ones.
    pub(super) fn statuses_named(&self, query: &str) -> Result<Statuses, BookError> {
        let query = self.parse(query, Scope::People)?;
        // As the search compares them: by their beginning.
        let named: Vec<String> = query.wanted_texts_of(&Key::Status).into_iter().map(text::fold).collect();
        if named.is_empty() {
            return Ok(Statuses::Active);
        }
        let is_named = |s: &MembershipStatus| named.iter().any(|n| text::fold(s.word()).starts_with(n.as_str()));
        Ok(Statuses::These(MembershipStatus::ALL.iter().copied().filter(is_named).collect()))
    }

    /// What the addresses of an export are for.
    fn purpose(&self, options: &ExportOptions, way: Way) -> Result<Use, BookError> {
        let statuses = match options.statuses.as_slice() {
            [] => self.statuses_named(&options.query)?,
            these => Statuses::These(these.to_vec()),
        };
        let plain = Use::of(way);
        Ok(Use {
            audience: options.community.map_or(Audience::Everybody, Audience::Community),
            statuses,
            mailboxes: options.settings.mailboxes,
            require_consent: options.settings.require_consent,
            every_address: plain.every_address || (options.all_addresses && plain.column == Column::Mailing),
            ..plain
        })
    }

    /// The list that an export is compared with.
    fn old_list(&self, since: &Since, kind: &ExportKind) -> Result<Option<OldList>, BookError> {
        let earlier = match since {
            Since::Ever => return Ok(None),
            Since::Dump(path) => return Ok(Some(OldList::of_dump(dump::read(path)?))),
            Since::Last => exports::last(self.store.reader(), kind)?.ok_or_else(|| {
                BookError::Refused(format!("nothing has been exported as {} for this search yet: export the whole list once", kind.format))
            }),
            Since::Named(name) => match exports::named(self.store.reader(), name)? {
                Some(found) => Ok(found),
                None => {
                    let names = exports::names(self.store.reader())?;
                    let known = if names.is_empty() { "none has a name yet".to_owned() } else { format!("there are {}", names.join(", ")) };
                    Err(BookError::Refused(format!("no export is called {}; {}", text::safe(name), text::safe(&known))))
                }
            },
        }?;
        Ok(Some(OldList::of_export(earlier)))
    }

    /// When the same list was exported last, UTC; `None` if it never was or is no list.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn exported_before(&self, options: &ExportOptions) -> Result<Option<NaiveDateTime>, BookError> {
        if options.people.is_some() || options.is_no_list() {
            return Ok(None);
        }
        Ok(exports::last_at(self.store.reader(), &self.kind_of(options)?)?)
    }

    /// Returns the files that an export would replace although they aren't what its last run wrote: somebody has to say that they may go.
    ///
    /// # Errors
    /// If a roster, or what belongs to one, would be replaced; or the file can't be read.
    pub fn in_the_way(&self, options: &ExportOptions, target: &Path) -> Result<Vec<PathBuf>, BookError> {
        let targets = options.targets(target);
        targets.iter().try_for_each(|target| spare_the_roster(self.path(), target))?;
        let last = exports::last(self.store.reader(), &self.kind_of(options)?)?;
        Ok(in_the_way(targets, &last.map(|last| last.files).unwrap_or_default()))
    }

    /// Which exports one follows.
    fn kind_of(&self, options: &ExportOptions) -> Result<ExportKind, BookError> {
        let group = match options.community {
            Some(community) if options.settings.group.is_empty() => self.list_of(community)?,
            _ => options.settings.group.clone(),
        };
        Ok(kind(options, &group))
    }

    /// Remembers an export, so that the next can be compared with it. What came of it stands whether or not this can be written.
    ///
    /// # Errors
    /// If the roster can't be written to.
    pub fn remember(&mut self, summary: &ExportSummary) -> Result<(), BookError> {
        let Some((memory, sent)) = &summary.memory else { return Ok(()) };
        if self.read_only().is_some() {
            return Ok(());
        }
        let of = memory.kind.community.map_or(Ok(None), |c| labels::uuid_of(self.store.reader(), &schema::COMMUNITY, c.0))?;
        let label = match &summary.changed {
            Some(changed) => Label { less: changed.removed, ..Label::new(Verb::ExportChanges, changed.added) },
            None => Label::new(Verb::Export, summary.written),
        };
        let label = label.about(schema::COMMUNITY.name, of).what(&memory.kind.format).how(&memory.name);
        let files: Vec<(String, String)> = summary.files.iter().map(|f| (place(f), digest_of(f).unwrap_or_default())).collect();
        let label = Label { file: files.first().map(|(place, _)| place.clone()).unwrap_or_default(), ..label };
        let stamp = self.stamp();
        let memory = Exported { files, ..memory.clone() };
        Ok(exports::remember(&mut self.store, label, &memory, sent.length, |take| sent.read(take), stamp)?)
    }

    /// The address of a community's e-mail list, if it has one.
    fn list_of(&self, community: CommunityId) -> Result<String, BookError> {
        let detail = self.community(community)?;
        let lists = detail.into_iter().flat_map(|c| c.channels).filter(|(_, ch)| ch.kind == ChannelKind::List);
        Ok(lists.map(|(_, ch)| ch.name).find(|name| address::read(name).is_ok()).unwrap_or_default())
    }

    /// Exports to a writer, such as standard output. What the target would refuse is found out before anything is written.
    ///
    /// # Errors
    /// If the query can't be read, the target would refuse the file, or the writer fails.
    pub fn export_to(&mut self, options: &ExportOptions, to: &mut dyn Write) -> Result<ExportSummary, BookError> {
        if options.since != Since::Ever {
            return Err(BookError::Refused("what has changed on a list is written to two files; name them with --output FILE".into()));
        }
        let prepared = self.prepare(options, None)?;
        if prepared.format.may_refuse() {
            self.prepare(options, None)?.run(&mut Single(&mut std::io::sink()), false, &Progress::default())?;
        }
        let summary = prepared.run(&mut Single(to), false, &Progress::default())?;
        self.remember(&summary)?;
        Ok(summary)
    }

    /// An export as text, on a thread.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_text(&mut self, options: &ExportOptions, jobs: Jobs) -> Result<TextJob, BookError> {
        let (options, found) = (options.clone(), self.found_for(options)?);
        Ok(self.elsewhere(jobs, move |book, progress| {
            let mut text = Vec::new();
            let summary = book.prepare(&options, found)?.run(&mut Single(&mut text), false, progress)?;
            Ok((summary, String::from_utf8_lossy(&text).trim_end().to_owned()))
        }))
    }

    /// Exports to a file, on a thread: the file stands whole under its name, or what stood there is untouched. Where the target
    /// takes no such large file, further ones stand beside it; where it is asked what has changed, `-add` and `-remove` do.
    /// [`Book::remember`] is to be called with what came of it.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_job(
        &mut self,
        options: &ExportOptions,
        target: &Path,
        jobs: Jobs,
    ) -> Result<Job<Result<ExportSummary, BookError>>, BookError> {
        spare_the_roster(self.path(), target)?;
        let (target, options, found) = (target.to_owned(), options.clone(), self.found_for(options)?);
        let workbook = target.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
        Ok(self.elsewhere(jobs, move |book, progress| book.prepare(&options, found)?.into_files(&target, workbook, progress)))
    }

    /// What an export would write, with nothing written, on a thread: the counts, who is left out, the first five people.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_preview(&mut self, options: &ExportOptions, jobs: Jobs) -> Result<Job<Result<ExportSummary, BookError>>, BookError> {
        let (options, found) = (options.clone(), self.found_for(options)?);
        Ok(self.elsewhere(jobs, move |book, progress| {
            let prepared = book.prepare(&options, found)?;
            let mut head = Head::default();
            let mut summary = prepared.look(&mut Unending(&mut head), progress)?;
            let text = String::from_utf8_lossy(&head.0).into_owned();
            // A byte order mark is for programs; to read, it is nothing.
            summary.first_lines = text.trim_start_matches('\u{feff}').lines().take(6).map(str::to_owned).collect();
            Ok(summary)
        }))
    }
}

impl ExportOptions {
    /// What says who is on the list, beside format, search, community and group.
    fn who(&self) -> Who {
        let mut status: Vec<String> = self.statuses.iter().map(ToString::to_string).collect();
        status.sort();
        status.dedup();
        let Settings { mailboxes, require_consent, .. } = self.settings;
        Who { status, every_address: self.all_addresses, mailboxes, require_consent }
    }

    /// Returns in words the options that decide who is on the list, beside its search and community; empty for the defaults.
    #[must_use]
    pub fn options_in_words(&self) -> String {
        let status = self.statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let parts = [
            (!status.is_empty(), format!("only members who are {status}")),
            (self.all_addresses, "every address".to_owned()),
            (self.settings.mailboxes, "team mailboxes too".to_owned()),
            (self.settings.require_consent, "only with consent to mail".to_owned()),
        ];
        parts.into_iter().filter(|(is, _)| *is).map(|(_, words)| words).collect::<Vec<_>>().join("; ")
    }

    /// The options of a list that was exported, to be compared with what it would be now.
    pub(super) fn of_list(kind: &ExportKind) -> Self {
        let who = Who::read(&kind.options);
        let settings =
            Settings { group: kind.list.clone(), mailboxes: who.mailboxes, require_consent: who.require_consent, ..Settings::default() };
        Self {
            format: kind.format.clone(),
            query: kind.query.clone(),
            community: kind.community,
            settings,
            statuses: who.statuses(),
            all_addresses: who.every_address,
            since: Since::Last,
            ..Self::default()
        }
    }

    /// The files that would be written, as far as that is known before.
    #[must_use]
    pub fn targets(&self, target: &Path) -> Vec<PathBuf> {
        let parts: &[&str] = match self.since {
            Since::Ever => return vec![target.to_owned()],
            Since::Last | Since::Named(_) => &["-add", "-remove"],
            Since::Dump(_) => &["-add", "-remove", "-unknown"],
        };
        parts.iter().map(|part| beside(target, part)).collect()
    }

    fn is_no_list(&self) -> bool {
        FORMATS.iter().any(|f| f.name() == self.format && !f.is_mailing())
    }

    /// Whether what was asked for can be had at all.
    fn check(&self) -> Result<(), BookError> {
        if self.is_no_list() && self.since != Since::Ever {
            return Err(BookError::Refused(format!("{} isn't a mailing list; export it whole", self.format)));
        }
        Ok(())
    }
}

/// Which exports this one follows.
fn kind(options: &ExportOptions, group: &str) -> ExportKind {
    ExportKind {
        format: options.format.clone(),
        query: if options.people.is_some() { "(marked people)".to_owned() } else { options.query.trim().to_owned() },
        community: options.community,
        list: group.to_owned(),
        options: options.who().stored(),
    }
}

/// Goes on for ever: to see what would be written, however many files it takes.
struct Unending<'a>(&'a mut Head);

impl Write for Unending<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Outlet for Unending<'_> {
    fn turn_over(&mut self) -> Result<bool, ExchangeError> {
        Ok(true)
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
