//! Publishes a page: either only what has changed in the roster since it was read, or a clean page.
//!
//! Must not know how a page is written.

use std::io::Write as _;
use std::path::Path;

use super::super::{Book, BookError, refuse_roster_target};
use super::words::{rules_words, word};
use super::{Known, Side, text_of};
use crate::domain::community::RuleFacts;
use crate::domain::directory::{PageEntry, Part, plain_marks};
use crate::domain::ids::CommunityId;
use crate::domain::label::{Label, Verb};
use crate::domain::text;
use crate::domain::words::{CommunityStatus, RunBy};
use crate::exchange::page::{self, Edits, Hints, Layout};
use crate::exchange::{AtomicFile, ExchangeError};
use crate::store::pages::{self, ListingRow};
use crate::store::{StoreError, Touched};

/// How a page is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// The layout of a clean page, whatever the file contains; `None` edits the existing page if there is one.
    pub layout: Option<Layout>,
    /// Whether a clean page shows how many members each community has, with the date.
    pub counts: bool,
    /// Whether to mend text that a wrong encoding has damaged.
    pub repair: bool,
    /// Whether to report what would be written without writing it.
    pub dry_run: bool,
}

/// The result of publishing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// People whose name and address are withheld, one sentence each.
    pub withheld: Vec<String>,
    /// The changes, one sentence each.
    pub changes: Vec<String>,
    /// What was left unchanged on the page although it differs, and what to do about it, one sentence each.
    pub kept: Vec<String>,
    /// Whether the file was written, or would be; not if it is already up to date.
    pub written: bool,
    /// What was touched on the roster.
    pub touched: Touched,
}

/// The edits, and the communities that they add.
#[derive(Default)]
struct Plan {
    edits: Edits,
    added: Vec<CommunityId>,
    /// The names of added communities, for a page that prints no names.
    derived: Vec<(CommunityId, String)>,
}

impl Plan {
    /// Returns the entries that stay, in order.
    fn kept<'p>(&'p self, known: &'p Known) -> impl Iterator<Item = usize> + 'p {
        (0..known.page.entries.len()).filter(|at| !self.edits.removed.contains(at))
    }

    /// Returns how many of the remaining entries come before the added ones, which follow the last row or section.
    fn behind(&self, known: &Known) -> usize {
        let kept: Vec<usize> = self.kept(known).collect();
        let entry = |at: &usize| &known.page.entries[*at];
        let row = kept.iter().rposition(|at| entry(at).table.is_some());
        let section = kept.iter().rposition(|at| entry(at).places.name.is_some());
        row.or(section).map_or(kept.len(), |at| at + 1)
    }

    /// Returns the community of each entry after the edits.
    fn expected(&self, known: &Known) -> Vec<Option<CommunityId>> {
        let mut out: Vec<Option<CommunityId>> = self.kept(known).map(|at| known.of[at].0).collect();
        let behind = self.behind(known);
        out.splice(behind..behind, self.added.iter().map(|c| Some(*c)));
        out
    }

    /// Returns the position of an entry after the edits.
    fn place_of(&self, known: &Known, at: usize) -> Option<usize> {
        let place = self.kept(known).position(|kept| kept == at)?;
        Some(if place < self.behind(known) { place } else { place + self.added.len() })
    }
}

impl Book {
    /// Writes a page. Edits the existing file; otherwise the page that was read under that name, or the only page; otherwise writes a clean
    /// one.
    ///
    /// # Errors
    /// If the existing page can't be read, or the file can't be written.
    pub fn publish_page(&mut self, file: &Path, options: &PublishOptions) -> Result<Published, BookError> {
        refuse_roster_target(self.path(), file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let stored = pages::pages(self.store.reader())?;
        let base = match options.layout {
            Some(_) => None,
            None if file.exists() => Some(text_of(file, options.repair)?),
            None => {
                let same = stored.iter().find(|p| super::same_page(&p.name, &name));
                same.or_else(|| stored.first().filter(|_| stored.len() == 1)).map(|p| (p.text.clone(), p.name.clone()))
            }
        };
        let Some((base, called)) = base else { return self.clean_page(file, options) };
        let known = self.known(&base, &called)?;
        let mut published = Published::default();
        let (new_text, listings) = self.rewritten(&known, &mut published)?;
        published.written = write_if_it_differs(file, &new_text, options.dry_run)?;
        let nothing_new = !published.written && published.changes.is_empty() && known.before.is_some();
        if options.dry_run || nothing_new || self.read_only().is_some() {
            return Ok(published);
        }
        // The next comparison starts from what both sides agree on: edits made by hand on the page are still to be imported.
        let (agreed, listings) = match &known.before {
            Some(before) if !published.kept.is_empty() => {
                let old = self.known(&before.text, &called)?;
                self.rewritten(&old, &mut Published::default())?
            }
            _ => (new_text, listings),
        };
        let stamp = self.stamp();
        let (_, done) = self.store.write(stamp, |write| {
            write.set_label(Label::new(Verb::PublishPage, 1).what(&called));
            let page = write.put_page(&called, &agreed)?;
            write.put_listings(page, &listings)
        })?;
        self.after_step(&done.touched)?;
        published.touched = done.touched;
        Ok(published)
    }

    /// Returns how many changes in the roster aren't yet on a page, as last read or written.
    ///
    /// # Errors
    /// If the page can't be read.
    pub(in crate::book) fn not_on_page(&self, text: &str, name: &str) -> Result<u64, BookError> {
        let mut published = Published::default();
        self.edits(&self.known(text, name)?, &mut published)?;
        Ok(published.changes.len() as u64)
    }

    /// Returns a page with everything that has changed in the roster, and the position of each community on it. Leaves out changes that
    /// wouldn't read back as intended, and reports them.
    fn rewritten(&self, known: &Known, published: &mut Published) -> Result<(String, Vec<ListingRow>), BookError> {
        let mut plan = self.edits(known, published)?;
        let hints = self.hints(&known.old)?;
        if Self::misread(known, &plan, &hints).is_none_or(|bad| !bad.is_empty()) {
            // Try each change on its own to find which ones fail.
            let all = std::mem::take(&mut plan.edits.changed);
            for (at, parts, account) in all {
                let mut fine = Vec::new();
                for part in parts {
                    let one = Edits { changed: vec![(at, vec![part], account.clone())], ..Edits::default() };
                    let alone = Plan { edits: one, ..Plan::default() };
                    if Self::misread(known, &alone, &hints).is_some_and(|bad| bad.is_empty()) {
                        fine.push(part);
                    } else {
                        let what = word(part);
                        let said = known.page.entries[at].printed.called();
                        published.changes.retain(|c| !c.starts_with(&format!("{said}: {what} is now")));
                        published
                            .kept
                            .push(format!("{said}: {what} can't be changed here so that it reads back; change it on the page by hand"));
                    }
                }
                if !fine.is_empty() {
                    plan.edits.changed.push((at, fine, account));
                }
            }
        }
        if !plan.edits.rules.is_empty() && !Self::rules_read_back(known, &plan, &hints) {
            plan.edits.rules.clear();
            published.changes.retain(|c| !c.starts_with("who may join any of them is now") && !c.starts_with("no longer on the page"));
            published
                .kept
                .push("who may join any of them can't be changed here so that it reads back; change it on the page by hand".into());
        }
        let text = page::apply(&known.page, &plan.edits);
        let expected = plan.expected(known);
        let again = page::read(&text, &known.name, &hints)?;
        if again.entries.len() != expected.len() {
            return Err(BookError::Refused(format!(
                "{}: the page could not be written so that it reads back as it was meant; nothing was changed",
                known.name
            )));
        }
        let rows = again.entries.iter().zip(expected).filter_map(|(entry, community)| {
            let derived = |c: CommunityId| {
                let before = known.listed.iter().find(|l| l.community == c).map(|l| l.derived.clone());
                before.or_else(|| plan.derived.iter().find(|(id, _)| *id == c).map(|(_, d)| d.clone())).unwrap_or_default()
            };
            community.map(|c| ListingRow { community: c, position: entry.range.start, derived: derived(c) })
        });
        Ok((text, rows.collect()))
    }

    /// Returns whether the page-wide rules would read back as intended.
    fn rules_read_back(known: &Known, plan: &Plan, hints: &Hints) -> bool {
        let mut wanted: Vec<String> = known.page.rules.iter().map(|(r, _)| r.words.clone()).collect();
        for (at, rule) in &plan.edits.rules {
            wanted[*at].clone_from(&rule.words);
        }
        wanted.retain(|w| !w.is_empty());
        let again = page::read(&page::apply(&known.page, &plan.edits), &known.name, hints);
        again.is_ok_and(|page| {
            let found: Vec<String> = page.rules.iter().map(|(r, _)| plain_marks(&r.words)).collect();
            found == wanted.iter().map(|w| plain_marks(w)).collect::<Vec<_>>()
        })
    }

    /// Returns the parts that wouldn't read back as the roster has them; `None` if the number of communities would be wrong.
    fn misread(known: &Known, plan: &Plan, hints: &Hints) -> Option<Vec<(usize, Part)>> {
        let text = page::apply(&known.page, &plan.edits);
        let Ok(again) = page::read(&text, &known.name, hints) else { return None };
        let expected = plan.expected(known);
        if again.entries.len() != expected.len() {
            return None;
        }
        let mut bad = Vec::new();
        for (at, parts, account) in &plan.edits.changed {
            let Some(now) = plan.place_of(known, *at).and_then(|place| again.entries.get(place)) else { continue };
            let differences = now.printed.differences(account);
            // The other parts must still read as before.
            let spoilt = known.page.entries[*at].printed.differences(&now.printed).iter().any(|d| !parts.contains(&d.part));
            bad.extend(parts.iter().filter(|p| spoilt || differences.iter().any(|d| d.part == **p)).map(|p| (*at, *p)));
        }
        Some(bad)
    }

    /// Works out the changes to a page.
    fn edits(&self, known: &Known, published: &mut Published) -> Result<Plan, BookError> {
        let conn = self.store.reader();
        let mut plan = Plan::default();
        self.tell_withheld(known, published)?;
        self.progress.expect(known.page.entries.len() as u64);
        for (at, entry) in known.page.entries.iter().enumerate() {
            if self.progress.reach(at as u64).is_break() {
                return Err(StoreError::Stopped.into());
            }
            let said = entry.printed.called();
            let Some(community) = known.of[at].0 else {
                if known.of[at].1.is_some() {
                    published.changes.push(format!("{said} is gone from the roster, and now from the page"));
                    plan.edits.removed.push(at);
                } else {
                    published.kept.push(format!("{said} (line {}) isn't in the roster: import the page to add it", entry.line));
                }
                continue;
            };
            let status = self.community(community)?.map(|d| d.facts.status);
            if matches!(status, Some(CommunityStatus::Closed | CommunityStatus::Merged)) {
                published.changes.push(format!("{said} is {} and no longer on the page", status.map_or("", |s| s.word())));
                plan.edits.removed.push(at);
                continue;
            }
            let account = pages::account(conn, community, &entry.printed)?.unwrap_or_default();
            let mut parts = Vec::new();
            for (difference, side) in known.differences(at, &account) {
                let what = word(difference.part);
                if side == Side::Page {
                    published.kept.push(format!(
                        "{said}: {what} was changed on the page itself to {}; import the page to use that",
                        difference.first
                    ));
                } else {
                    published.changes.push(format!("{said}: {what} is now {} (was: {})", difference.second, difference.first));
                    parts.push(difference.part);
                }
            }
            if !parts.is_empty() {
                plan.edits.changed.push((at, parts, account));
            }
        }
        self.new_communities(known, &mut plan, published)?;
        self.page_rules(known, &mut plan.edits, published)?;
        Ok(plan)
    }

    /// Reports whose name and address the page doesn't show because they withdrew consent to be in a directory.
    fn tell_withheld(&self, known: &Known, published: &mut Published) -> Result<(), BookError> {
        for community in known.of.iter().filter_map(|(c, _)| *c) {
            published.withheld.extend(self.withheld(community)?);
        }
        Ok(())
    }

    /// Returns the people whose name and address a public page withholds, one sentence each.
    pub(super) fn withheld(&self, community: CommunityId) -> Result<Vec<String>, BookError> {
        let Some(detail) = self.community(community)? else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        for seat in &detail.seats {
            if let Some((person, name)) = &seat.holder
                && pages::is_withheld(self.store.reader(), *person)?
            {
                out.push(format!(
                    "{}, {}: {name} withdrew consent to be in a directory; name and address are withheld",
                    detail.facts.name, seat.title
                ));
            }
        }
        Ok(out)
    }

    /// Adds communities of ours that were created since the page was read and are on no other page.
    fn new_communities(&self, known: &Known, plan: &mut Plan, published: &mut Published) -> Result<(), BookError> {
        let Some(before) = &known.before else { return Ok(()) };
        for community in pages::unlisted(self.store.reader())?.into_iter().filter(|c| c.0 > before.newest_community) {
            let Some(detail) = self.community(community)? else { continue };
            let here = known.of.iter().any(|(c, _)| *c == Some(community));
            if here
                || detail.facts.run_by != RunBy::Us
                || !detail.facts.status.is_open()
                || detail.facts.status == CommunityStatus::Proposed
            {
                continue;
            }
            published.changes.push(format!("{} is new on the page", detail.facts.name));
            plan.edits.added.push(self.whole_account(community)?);
            plan.added.push(community);
            // A table without names has no column for this one's: it is found again by its other parts.
            if known.page.tables.last().is_some_and(|t| !t.contains(&page::Column::Name)) {
                plan.derived.push((community, detail.facts.name));
            }
        }
        Ok(())
    }

    /// Adds the page-wide rules that were changed in the roster and not on the page.
    fn page_rules(&self, known: &Known, edits: &mut Edits, published: &mut Published) -> Result<(), BookError> {
        let Some(before) = &known.before else { return Ok(()) };
        let ours: Vec<RuleFacts> = pages::page_rules(self.store.reader(), before.id)?.into_iter().map(|(_, r)| r).collect();
        let (old, there) = known.page_rules();
        let words = |all: &[RuleFacts]| all.iter().map(|r| r.words.clone()).collect::<Vec<_>>();
        if words(&there) == words(&ours) {
            return Ok(());
        }
        if words(&old) == words(&ours) {
            published.kept.push(format!(
                "who may join any of them was changed on the page itself to {}; import the page to use that",
                rules_words(&there)
            ));
            return Ok(());
        }
        for (at, printed) in there.iter().enumerate() {
            match ours.get(at) {
                Some(rule) if rule.words == printed.words => {}
                Some(rule) => {
                    published.changes.push(format!("who may join any of them is now: {}", rule.words));
                    edits.rules.push((at, rule.clone()));
                }
                None => {
                    published.changes.push(format!("no longer on the page: {}", printed.words));
                    edits.rules.push((at, RuleFacts::default()));
                }
            }
        }
        if ours.len() > there.len() {
            published.kept.push(format!("the page has no place for another rule for all of them: {}", rules_words(&ours[there.len()..])));
        }
        Ok(())
    }

    /// Returns everything that the roster would print about a community.
    fn whole_account(&self, community: CommunityId) -> Result<PageEntry, BookError> {
        Ok(pages::account(self.store.reader(), community, &PageEntry::everything())?.unwrap_or_default())
    }

    fn clean_page(&mut self, file: &Path, options: &PublishOptions) -> Result<Published, BookError> {
        let (mut all, mut withheld) = (Vec::new(), Vec::new());
        let today = self.calendar().in_full(self.today());
        for row in self.communities()?.into_iter().filter(|c| c.status.is_open() && c.status != CommunityStatus::Proposed) {
            let account = self.whole_account(row.id)?;
            let counted = self.community(row.id)?.map_or(0, |d| d.statuses.iter().filter(|(s, _)| s == "active").map(|(_, n)| *n).sum());
            let count = options.counts.then(|| format!("{} on {today}", text::count(counted, "member", "members")));
            all.push((account, count));
            withheld.extend(self.withheld(row.id)?);
        }
        if all.is_empty() {
            return Err(BookError::Refused("there is no community to publish".into()));
        }
        let text = page::fresh("Communities", &all, options.layout.unwrap_or_default());
        let written = write_if_it_differs(file, &text, options.dry_run)?;
        Ok(Published {
            withheld,
            changes: vec![format!("{} on a clean page", text::count(all.len() as u64, "community", "communities"))],
            written,
            ..Published::default()
        })
    }
}

fn write_if_it_differs(file: &Path, content: &str, dry_run: bool) -> Result<bool, BookError> {
    if std::fs::read(file).is_ok_and(|there| there == content.as_bytes()) {
        return Ok(false);
    }
    if dry_run {
        return Ok(true);
    }
    let mut target = AtomicFile::create(file)?;
    target.write_all(content.as_bytes()).map_err(ExchangeError::Write)?;
    target.finish()?;
    Ok(true)
}
