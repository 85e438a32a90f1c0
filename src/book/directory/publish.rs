//! A page written back: only what has changed in the roster since it was read, or a clean page.
//!
//! Must not know how a page is written.

use std::io::Write as _;
use std::path::Path;

use super::super::{Book, BookError, spare_the_roster};
use super::import::word;
use super::{Known, Side, text_of};
use crate::domain::directory::Printed;
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::domain::words::{CommunityStatus, RunBy};
use crate::exchange::page::{self, Edits, Layout};
use crate::exchange::{AtomicFile, ExchangeError};
use crate::store::pages::{self, ListingRow};

/// How a page is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// A clean page in this layout, whatever stood there.
    pub layout: Option<Layout>,
    /// Whether a clean page says how many are in each community, with the date.
    pub counts: bool,
    /// Whether text that a wrong encoding has damaged is mended.
    pub repair: bool,
    /// Whether it is only looked what would be written.
    pub dry_run: bool,
}

/// What came of publishing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// What was changed, a sentence each.
    pub changes: Vec<String>,
    /// What the page says by hand and was left so.
    pub kept: Vec<String>,
    /// Whether the file was written: it is not if it says all that already.
    pub written: bool,
}

impl Book {
    /// Writes a page: the one that stands there, else the one that was read under that name, or the only one; else a clean one.
    ///
    /// # Errors
    /// If the page that stands there can't be read, or the file can't be written.
    pub fn publish_page(&mut self, file: &Path, options: &PublishOptions) -> Result<Published, BookError> {
        spare_the_roster(self.path(), file)?;
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
        let (edits, mut listings) = self.edits(&known, &mut published)?;
        let new_text = page::apply(&known.page, &edits);
        published.written = write_if_it_differs(file, &new_text, options.dry_run)?;
        if options.dry_run {
            return Ok(published);
        }
        if self.read_only().is_some() {
            return Ok(published);
        }
        // What is on the page now is what the next comparison begins with.
        let again = page::read(&new_text, &called)?;
        listings.retain(|l| l.position < again.entries.len());
        let stamp = self.stamp();
        let (_, done) = self.store.write(&format!("Published the page {called}"), stamp, |write| {
            let page = write.put_page(&called, &new_text)?;
            write.put_listings(page, &listings)
        })?;
        self.after_step(&done.touched)?;
        Ok(published)
    }

    /// What is to be changed on a page, and which community is which entry then.
    fn edits(&self, known: &Known, published: &mut Published) -> Result<(Edits, Vec<ListingRow>), BookError> {
        let conn = self.store.reader();
        let mut edits = Edits::default();
        let mut listings = Vec::new();
        for (at, entry) in known.page.entries.iter().enumerate() {
            let said = entry.printed.name.clone().unwrap_or_else(|| entry.printed.derived_name());
            let Some(community) = known.of[at].0 else {
                if known.of[at].1.is_some() {
                    published.changes.push(format!("{said} is gone from the roster, and now from the page"));
                    edits.removed.push(at);
                } else {
                    published.kept.push(format!("{said} (line {}) is not in the roster: import the page to take it in", entry.line));
                }
                continue;
            };
            let status = self.community(community)?.map(|d| d.facts.status);
            if matches!(status, Some(CommunityStatus::Closed | CommunityStatus::Merged)) {
                published.changes.push(format!("{said} is {} and no longer on the page", status.map_or("", |s| s.word())));
                edits.removed.push(at);
                continue;
            }
            let account = pages::account(conn, community, &entry.printed)?.unwrap_or_default();
            let mut parts = Vec::new();
            for (difference, side) in known.differences(at, &account) {
                let what = word(difference.part);
                if side == Side::Page {
                    published
                        .kept
                        .push(format!("{said}: {what} was changed on the page itself to {}; import it to take that in", difference.first));
                } else {
                    published.changes.push(format!("{said}: {what} is now {} (was: {})", difference.second, difference.first));
                    parts.push(difference.part);
                }
            }
            if !parts.is_empty() {
                edits.changed.push((at, parts, account));
            }
            let derived = known.listed.iter().find(|l| l.community == community).map(|l| l.derived.clone()).unwrap_or_default();
            listings.push(ListingRow { community, position: at - edits.removed.len(), derived });
        }
        self.new_communities(known, &mut edits, &mut listings, published)?;
        self.page_rules(known, &mut edits, published)?;
        Ok((edits, listings))
    }

    /// Communities of ours that were made since the page was read, and are on no other.
    fn new_communities(
        &self,
        known: &Known,
        edits: &mut Edits,
        listings: &mut Vec<ListingRow>,
        published: &mut Published,
    ) -> Result<(), BookError> {
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
            edits.added.push(self.whole_account(community)?);
            // A table without names has no place for this one's: it is found by what else it says.
            let nameless = known.page.tables.last().is_some_and(|t| !t.contains(&page::Column::Name));
            let derived = if nameless { detail.facts.name } else { String::new() };
            let position = known.page.entries.len() - edits.removed.len() + edits.added.len() - 1;
            listings.push(ListingRow { community, position, derived });
        }
        Ok(())
    }

    fn page_rules(&self, known: &Known, edits: &mut Edits, published: &mut Published) -> Result<(), BookError> {
        let Some(before) = &known.before else { return Ok(()) };
        let ours = pages::page_rules(self.store.reader(), before.id)?;
        for (at, ((printed, _), (_, rule))) in known.page.rules.iter().zip(&ours).enumerate() {
            if printed.words != rule.words {
                published.changes.push(format!("who may join any of them is now: {}", rule.words));
                edits.rules.push((at, rule.clone()));
            }
        }
        Ok(())
    }

    /// Everything that the roster would print of a community.
    fn whole_account(&self, community: CommunityId) -> Result<Printed, BookError> {
        Ok(pages::account(self.store.reader(), community, &Printed::everything())?.unwrap_or_default())
    }

    fn clean_page(&mut self, file: &Path, options: &PublishOptions) -> Result<Published, BookError> {
        let mut all = Vec::new();
        let today = self.calendar().in_full(self.today());
        for row in self.communities()?.into_iter().filter(|c| c.status.is_open() && c.status != CommunityStatus::Proposed) {
            let account = self.whole_account(row.id)?;
            let counted = self.community(row.id)?.map_or(0, |d| d.statuses.iter().filter(|(s, _)| s == "active").map(|(_, n)| *n).sum());
            let count = options.counts.then(|| format!("{} on {today}", text::count(counted, "member", "members")));
            all.push((account, count));
        }
        if all.is_empty() {
            return Err(BookError::Refused("there is no community to publish".into()));
        }
        let text = page::fresh("Communities", &all, options.layout.unwrap_or_default());
        let written = write_if_it_differs(file, &text, options.dry_run)?;
        Ok(Published {
            changes: vec![format!("{} on a clean page", text::count(all.len() as u64, "community", "communities"))],
            kept: Vec::new(),
            written,
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
