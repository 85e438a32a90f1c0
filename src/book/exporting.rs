//! Exports: which people, in which format, written completely or not at all.
//!
//! Must not know who requested the export.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::exported::ExportSummary;
use super::in_step::{PreviousList, Sent};
use super::outgoing::Prepared;
use super::targets::{Who, conflicting_targets, digest_of, place, refuse_roster_target};
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

/// What to export, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// The format's name.
    pub format: String,
    /// A query for the people to export; empty for everybody.
    pub query: String,
    /// Only these people, if given; the query is ignored then.
    pub people: Option<Vec<PersonId>>,
    /// Only members of this community.
    pub community: Option<CommunityId>,
    /// The settings of the format.
    pub settings: Settings,
    /// Only members with these statuses; only active members if empty.
    pub statuses: Vec<MembershipStatus>,
    /// Whether to write a row for each address of a person, instead of only the primary one.
    pub all_addresses: bool,
    /// Whether to report the reason for each person who is left out.
    pub explain: bool,
    /// Whether to write everybody, or what has changed on a list.
    pub since: Since,
    /// The name of the export, for later comparisons.
    pub name: String,
}

/// What an export is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Since {
    /// Nothing: everybody is written.
    #[default]
    Ever,
    /// The last export with the same format, query, community and group.
    Last,
    /// The last export of this name.
    Named(String),
    /// The list's own export.
    Dump(PathBuf),
}

/// An export as text, running as a job.
pub(super) type TextJob = Job<Result<(ExportSummary, String), BookError>>;

impl Book {
    /// Finds the people for an export in this book's index, to save the thread from building one. `None` if the thread has to.
    fn found_for(&mut self, options: &ExportOptions) -> Result<Option<Vec<PersonId>>, BookError> {
        let asks = options.people.is_none() && !(options.query.trim().is_empty() && options.community.is_none());
        if !asks || !self.is_ready() {
            return Ok(None);
        }
        // These terms depend on more than the index, so the thread evaluates them.
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
        // Whether the changes found from the list's own export are then applied to the list isn't known.
        let remembers = !matches!(options.since, Since::Dump(_));
        let exported = || Exported {
            kind,
            name: options.name.trim().to_owned(),
            at: stamp.at,
            salt: old.as_ref().and_then(PreviousList::salt).unwrap_or(&stamp.action).to_vec(),
            digests: Vec::new(),
            files: Vec::new(),
        };
        let memory = remembers.then(|| (exported(), Sent::default()));
        Ok(Prepared { roster: self.path().to_owned(), format, ids, purpose, explain: options.explain, old, removal, memory })
    }

    /// Returns the statuses that a query names, or the active ones.
    pub(super) fn statuses_named(&self, query: &str) -> Result<Statuses, BookError> {
        let query = self.parse(query, Scope::People)?;
        // A search compares statuses by prefix, so this does too.
        let named: Vec<String> = query.wanted_texts_of(&Key::Status).into_iter().map(text::fold).collect();
        if named.is_empty() {
            return Ok(Statuses::Active);
        }
        let is_named = |s: &MembershipStatus| named.iter().any(|n| text::fold(s.word()).starts_with(n.as_str()));
        Ok(Statuses::These(MembershipStatus::ALL.iter().copied().filter(is_named).collect()))
    }

    /// Returns what the addresses of an export are used for.
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

    /// Returns the list to compare an export with; `None` if everybody is written.
    fn old_list(&self, since: &Since, kind: &ExportKind) -> Result<Option<PreviousList>, BookError> {
        let earlier = match since {
            Since::Ever => return Ok(None),
            Since::Dump(path) => return Ok(Some(PreviousList::of_dump(dump::read(path)?))),
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
        Ok(Some(PreviousList::of_export(earlier)))
    }

    /// Returns when the same list was last exported (UTC); `None` if it never was, or if the export isn't a list.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn exported_before(&self, options: &ExportOptions) -> Result<Option<NaiveDateTime>, BookError> {
        if options.people.is_some() || options.is_no_list() {
            return Ok(None);
        }
        Ok(exports::last_at(self.store.reader(), &self.kind_of(options)?)?)
    }

    /// Returns the files that an export would replace although they aren't what its last run wrote: they need confirmation.
    ///
    /// # Errors
    /// If the export would replace a roster or a file that belongs to one, or the file can't be read.
    pub fn conflicting_targets(&self, options: &ExportOptions, target: &Path) -> Result<Vec<PathBuf>, BookError> {
        let targets = options.targets(target);
        targets.iter().try_for_each(|target| refuse_roster_target(self.path(), target))?;
        let last = exports::last(self.store.reader(), &self.kind_of(options)?)?;
        Ok(conflicting_targets(targets, &last.map(|last| last.files).unwrap_or_default()))
    }

    /// Returns the kind of an export, which identifies the earlier exports that it follows.
    fn kind_of(&self, options: &ExportOptions) -> Result<ExportKind, BookError> {
        let group = match options.community {
            Some(community) if options.settings.group.is_empty() => self.list_of(community)?,
            _ => options.settings.group.clone(),
        };
        Ok(kind(options, &group))
    }

    /// Records an export, so that the next one can be compared with it. An export without a file went to the clipboard. The exported files
    /// stay valid even if this fails.
    ///
    /// # Errors
    /// If the roster can't be written to.
    pub fn remember(&mut self, summary: &ExportSummary) -> Result<(), BookError> {
        self.remember_to(summary, "the clipboard")
    }

    fn remember_to(&mut self, summary: &ExportSummary, without_file: &str) -> Result<(), BookError> {
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
        let file = match files.as_slice() {
            [] => without_file.to_owned(),
            [(only, _)] => only.clone(),
            [(first, _), more @ ..] => format!("{first} and {}", text::count(more.len() as u64, "more file", "more files")),
        };
        let label = Label { file, ..label };
        let stamp = self.stamp();
        let memory = Exported { files, ..memory.clone() };
        Ok(exports::remember(&mut self.store, label, &memory, sent.length, |take| sent.read(take), stamp)?)
    }

    /// Returns the address of a community's e-mail list; empty if it has none.
    fn list_of(&self, community: CommunityId) -> Result<String, BookError> {
        let detail = self.community(community)?;
        let lists = detail.into_iter().flat_map(|c| c.channels).filter(|(_, ch)| ch.kind == ChannelKind::List);
        Ok(lists.map(|(_, ch)| ch.name).find(|name| address::read(name).is_ok()).unwrap_or_default())
    }

    /// Exports to a writer, such as standard output. Finds out whether the target would refuse the file before it writes anything. What was
    /// only looked at isn't the newest list: it is remembered only if it has a name.
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
        if !options.name.trim().is_empty() {
            self.remember_to(&summary, "standard output")?;
        }
        Ok(summary)
    }

    /// Exports to text, on a thread.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_text(&mut self, options: &ExportOptions, jobs: Jobs) -> Result<TextJob, BookError> {
        let (options, found) = (options.clone(), self.found_for(options)?);
        Ok(self.spawn_job(jobs, move |book, progress| {
            let mut text = Vec::new();
            let summary = book.prepare(&options, found)?.run(&mut Single(&mut text), false, progress)?;
            Ok((summary, String::from_utf8_lossy(&text).trim_end().to_owned()))
        }))
    }

    /// Exports to a file, on a thread. The file is written completely, or the existing one is left untouched. If the target limits the size
    /// of a file, further files are written beside it; a comparison writes `-add` and `-remove` files instead. Call [`Book::remember`] with
    /// the result.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_job(
        &mut self,
        options: &ExportOptions,
        target: &Path,
        jobs: Jobs,
    ) -> Result<Job<Result<ExportSummary, BookError>>, BookError> {
        refuse_roster_target(self.path(), target)?;
        let (target, options, found) = (target.to_owned(), options.clone(), self.found_for(options)?);
        let workbook = target.extension().is_some_and(|e| e.eq_ignore_ascii_case("xlsx"));
        Ok(self.spawn_job(jobs, move |book, progress| book.prepare(&options, found)?.into_files(&target, workbook, progress)))
    }

    /// Previews an export on a thread, without writing anything: the counts, who is left out, and the first five people.
    ///
    /// # Errors
    /// If the query can't be read.
    pub fn export_preview(&mut self, options: &ExportOptions, jobs: Jobs) -> Result<Job<Result<ExportSummary, BookError>>, BookError> {
        let (options, found) = (options.clone(), self.found_for(options)?);
        Ok(self.spawn_job(jobs, move |book, progress| {
            let prepared = book.prepare(&options, found)?;
            let mut head = Head::default();
            let mut summary = prepared.look(&mut Unending(&mut head), progress)?;
            let text = String::from_utf8_lossy(&head.0).into_owned();
            // A byte order mark is for programs, not for readers.
            summary.first_lines = text.trim_start_matches('\u{feff}').lines().take(6).map(str::to_owned).collect();
            Ok(summary)
        }))
    }
}

impl ExportOptions {
    /// Returns the options that decide who is on the list, besides format, query, community and group.
    fn who(&self) -> Who {
        let mut status: Vec<String> = self.statuses.iter().map(ToString::to_string).collect();
        status.sort();
        status.dedup();
        let Settings { mailboxes, require_consent, .. } = self.settings;
        Who { status, every_address: self.all_addresses, mailboxes, require_consent }
    }

    /// Returns in words the options that decide who is on the list, besides its query and community; empty for the defaults.
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

    /// Returns the options of an exported list, to compare it with what it would contain now.
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

    /// Returns the files that would be written, as far as they are known beforehand.
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

    /// Refuses options that don't go together.
    fn check(&self) -> Result<(), BookError> {
        if self.is_no_list() && self.since != Since::Ever {
            return Err(BookError::Refused(format!("{} isn't a mailing list; export it whole", self.format)));
        }
        Ok(())
    }
}

/// Returns the kind of an export, which identifies the earlier exports that it follows.
fn kind(options: &ExportOptions, group: &str) -> ExportKind {
    ExportKind {
        format: options.format.clone(),
        query: if options.people.is_some() { "(marked people)".to_owned() } else { options.query.trim().to_owned() },
        community: options.community,
        list: group.to_owned(),
        options: options.who().stored(),
    }
}

/// Accepts any number of further files, to preview an export without a size limit.
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
    fn start_next_file(&mut self) -> Result<bool, ExchangeError> {
        Ok(true)
    }
}

/// Keeps the first 4,096 bytes and discards the rest.
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
