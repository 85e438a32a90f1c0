//! The public page: import, publish and compare.
//!
//! Three versions are compared: the page, the page when it was last read or written, and the roster. So a change that was made on only one
//! side is never undone by the other. Must not know how a page is written.

mod diff;
mod import;
mod publish;
mod words;

pub use diff::PageDiff;
pub use import::{DirectoryPlan, PlanLine};
pub use publish::{PublishOptions, Published};

use std::collections::HashSet;
use std::path::Path;

use super::{Book, BookError};
use crate::bounded;
use crate::domain::community::RuleFacts;
use crate::domain::directory::{Difference, PageEntry, fix_mojibake};
use crate::domain::ids::CommunityId;
use crate::domain::likeness::{candidate_pairs, matched};
use crate::domain::text;
use crate::exchange::page::{self, Hints, LARGEST_PAGE, Page};
use crate::exchange::{ExchangeError, SourceFile};
use crate::store::pages::{self, ListingRow, PageRow};

/// Reads a page; returns its text and its name, which is the file's name.
fn text_of(file: &Path, repair: bool) -> Result<(String, String), BookError> {
    let source = SourceFile::open(file)?;
    if source.length() > LARGEST_PAGE as u64 {
        let megabytes = source.length() / 1_000_000;
        return Err(BookError::Refused(format!("{}: the page is {megabytes} MB long; pages of up to 2 MB are read", file.display())));
    }
    drop(source);
    let read = std::fs::File::open(file).and_then(|open| bounded::read(open, LARGEST_PAGE as u64));
    let bytes = read.map_err(|source| ExchangeError::Io { doing: "reading", path: file.to_owned(), source })?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(BookError::Refused(format!("{} is empty", file.display())));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| BookError::Refused(format!("{} isn't in UTF-8; save it as UTF-8 so that nothing is lost", file.display())))?;
    let text = if repair { fix_mojibake(&text).unwrap_or(text) } else { text };
    Ok((text, file.file_name().unwrap_or_default().to_string_lossy().into_owned()))
}

/// A page with what is known about it: which community each entry is, and the earlier version.
struct Known {
    page: Page,
    name: String,
    before: Option<PageRow>,
    listed: Vec<ListingRow>,
    /// The page when it was last read or written.
    old: Page,
    /// For each entry, its community and the index of its old entry.
    of: Vec<(Option<CommunityId>, Option<usize>)>,
}

impl Known {
    /// Returns what the page said earlier about an entry.
    fn said_before(&self, at: usize) -> Option<&PageEntry> {
        self.of[at].1.map(|old| &self.old.entries[old].printed)
    }

    /// Returns the parts in which the roster differs from the page, with the side that has changed them.
    fn differences(&self, at: usize, account: &PageEntry) -> Vec<(Difference, Side)> {
        let printed = &self.page.entries[at].printed;
        let before = self.said_before(at);
        let by_page = before.map(|b| b.differences(printed)).unwrap_or_default();
        let by_roster = before.map(|b| b.differences(account)).unwrap_or_default();
        let side = |d: &Difference| {
            let changed = |all: &[Difference]| all.iter().any(|c| c.part == d.part);
            match before {
                // The earlier page had no place for this part, so adding one was a change on the page.
                Some(before) if !before.has(d.part) => Side::Page,
                Some(_) if changed(&by_page) && !changed(&by_roster) => Side::Page,
                Some(_) if changed(&by_roster) && !changed(&by_page) => Side::Roster,
                _ => Side::Both,
            }
        };
        printed.differences(account).into_iter().map(|d| (side(&d), d)).map(|(s, d)| (d, s)).collect()
    }

    /// Returns the name of the entry that now has all the disciplines of a removed one, if there is one.
    fn merged_into(&self, old: usize) -> Option<String> {
        let gone = self.old.entries.get(old)?.printed.disciplines.as_ref().filter(|d| !d.is_empty())?;
        let has_all = |p: &PageEntry| p.disciplines.as_ref().is_some_and(|d| gone.iter().all(|g| d.contains(g)));
        self.page.entries.iter().find(|e| has_all(&e.printed)).map(|e| e.printed.called())
    }

    /// Returns the page-wide rules of the earlier version and of the page now.
    fn page_rules(&self) -> (Vec<RuleFacts>, Vec<RuleFacts>) {
        let of = |page: &Page| page.rules.iter().map(|(r, _)| r.clone()).collect();
        (of(&self.old), of(&self.page))
    }
}

/// The side that has changed since the page was last read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Page,
    Roster,
    /// Both, or unknown.
    Both,
}

impl Book {
    /// Returns the names of the pages that were read or written, in the order they were first recorded.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn page_names(&self) -> Result<Vec<String>, BookError> {
        Ok(pages::pages(self.store.reader())?.into_iter().map(|p| p.name).collect())
    }

    /// Collects what the roster knows about a page.
    fn known(&self, text: &str, name: &str) -> Result<Known, BookError> {
        let conn = self.store.reader();
        let before = pages::pages(conn)?.into_iter().find(|p| same_page(&p.name, name));
        let (mut listed, mut old) = (Vec::new(), Page::default());
        if let Some(before) = &before {
            listed = pages::listings(conn, before.id)?;
            let hints = Hints { names: Vec::new(), places: listed.iter().map(|l| l.position).collect() };
            let first = page::read(&before.text, &before.name, &hints)?;
            // A second entry of a community has the same name as the first.
            let names = first.entries.iter().filter_map(|e| e.printed.name.as_deref()).map(text::same_key).collect();
            old = page::read(&before.text, &before.name, &Hints { names, ..hints })?;
        }
        let page = page::read(text, name, &self.hints(&old)?)?;
        let printed = |page: &Page| page.entries.iter().map(|e| e.printed.clone()).collect::<Vec<PageEntry>>();
        let now = printed(&page);
        let of_old = matched(&now, &printed(&old));
        let community = |at: usize| listed.iter().find(|l| l.position == old.entries[at].range.start).map(|l| l.community);
        let mut of: Vec<(Option<CommunityId>, Option<usize>)> = of_old.into_iter().map(|old| (old.and_then(community), old)).collect();
        self.match_the_rest(&now, &mut of)?;
        for at in (0..of.len()).filter(|at| of[*at].0.is_none()).collect::<Vec<_>>() {
            of[at].0 = page.twin(at).and_then(|other| of[other].0);
        }
        Ok(Known { page, name: name.to_owned(), before, listed, old, of })
    }

    /// Returns the headings that are communities whatever follows them: those of the earlier version, and the names in the roster.
    fn hints(&self, old: &Page) -> Result<Hints, BookError> {
        let printed = old.entries.iter().filter_map(|e| e.printed.name.clone());
        let names = printed.chain(self.communities()?.into_iter().map(|c| c.name)).map(|n| text::same_key(&n)).collect();
        Ok(Hints { names, places: Vec::new() })
    }

    /// Matches entries that the earlier version didn't have to communities that are on no page yet.
    fn match_the_rest(&self, now: &[PageEntry], of: &mut [(Option<CommunityId>, Option<usize>)]) -> Result<(), BookError> {
        let conn = self.store.reader();
        let left: Vec<usize> = (0..now.len()).filter(|at| of[*at].0.is_none()).collect();
        let taken: HashSet<CommunityId> = of.iter().filter_map(|(c, _)| *c).collect();
        let free: Vec<CommunityId> = pages::unlisted(conn)?.into_iter().filter(|c| !taken.contains(c)).collect();
        // A community without a name on the page is found by its derived name.
        let whole = PageEntry::everything();
        let mut accounts = Vec::new();
        for community in &free {
            accounts.push(pages::account(conn, *community, &whole)?.unwrap_or_default());
        }
        let wanted: Vec<PageEntry> = left
            .iter()
            .map(|at| PageEntry { name: now[*at].name.clone().or_else(|| Some(now[*at].derived_name())), ..now[*at].clone() })
            .collect();
        for (at, found) in left.iter().zip(matched(&wanted, &accounts)) {
            of[*at].0 = found.map(|n| free[n]);
        }
        self.match_those_elsewhere(&wanted, &left, of)
    }

    /// Matches entries to communities on other pages: only if the name is the same, or nearly everything else is.
    fn match_those_elsewhere(
        &self,
        wanted: &[PageEntry],
        left: &[usize],
        of: &mut [(Option<CommunityId>, Option<usize>)],
    ) -> Result<(), BookError> {
        let mut taken: HashSet<CommunityId> = of.iter().filter_map(|(c, _)| *c).collect();
        let (mut ids, mut accounts) = (Vec::new(), Vec::new());
        if left.iter().any(|at| of[*at].0.is_none()) {
            for row in self.communities()?.into_iter().filter(|row| !taken.contains(&row.id)) {
                ids.push(row.id);
                let account = pages::account(self.store.reader(), row.id, &PageEntry::everything())?.unwrap_or_default();
                accounts.push(PageEntry { name: Some(row.name), ..account });
            }
        }
        let nameless = |p: &PageEntry| PageEntry { name: None, ..p.clone() };
        for (i, j) in candidate_pairs(wanted, &accounts) {
            let (printed, account) = (&wanted[i], &accounts[j]);
            if of[left[i]].0.is_some() || taken.contains(&ids[j]) {
                continue;
            }
            let same_name = printed.name.as_deref().zip(account.name.as_deref()).is_some_and(|(a, b)| text::are_same(a, b));
            if same_name || nameless(printed).likeness(&nameless(account)) >= 90 {
                of[left[i]].0 = Some(ids[j]);
                taken.insert(ids[j]);
            }
        }
        Ok(())
    }
}

fn same_page(a: &str, b: &str) -> bool {
    text::are_same(a, b)
}
