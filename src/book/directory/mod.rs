//! The public page kept true: taken in, written back, and what differs.
//!
//! Three accounts are compared: what the page says, what it said when it was last read or written, and what the roster says. So what
//! has changed on one side alone is never undone by the other. Must not know how a page is written.

mod diff;
mod import;
mod publish;

pub use diff::PageDiff;
pub use import::{DirectoryPlan, PlanLine};
pub use publish::{PublishOptions, Published};

use std::path::Path;

use super::{Book, BookError};
use crate::domain::directory::{Difference, Printed, matched, repaired};
use crate::domain::ids::CommunityId;
use crate::exchange::page::{self, LARGEST_PAGE, Page};
use crate::exchange::{ExchangeError, SourceFile};
use crate::store::pages::{self, ListingRow, PageRow};

/// The text of a page, and its name: that of its file.
fn text_of(file: &Path, repair: bool) -> Result<(String, String), BookError> {
    let source = SourceFile::open(file)?;
    if source.length() > LARGEST_PAGE as u64 {
        let megabytes = source.length() / 1_000_000;
        return Err(BookError::Refused(format!("{}: the page is {megabytes} MB long; pages of up to 2 MB are read", file.display())));
    }
    drop(source);
    let bytes = std::fs::read(file).map_err(|source| ExchangeError::Io { doing: "reading", path: file.to_owned(), source })?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(BookError::Refused(format!("{} is empty", file.display())));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        BookError::Refused(format!("{} is not written in UTF-8; save it so, and nothing is lost on the way", file.display()))
    })?;
    let text = if repair { repaired(&text).unwrap_or(text) } else { text };
    Ok((text, file.file_name().unwrap_or_default().to_string_lossy().into_owned()))
}

/// A page beside what is known of it: which community each entry is, and what the page said of it before.
struct Known {
    page: Page,
    name: String,
    before: Option<PageRow>,
    listed: Vec<ListingRow>,
    old: Vec<Printed>,
    /// For each entry: which community, and which of the old entries it is.
    of: Vec<(Option<CommunityId>, Option<usize>)>,
}

impl Known {
    /// What the page said of an entry before.
    fn said_before(&self, at: usize) -> Option<&Printed> {
        self.of[at].1.map(|old| &self.old[old])
    }

    /// The parts in which the roster differs from the page, and those of them that have changed on the page alone.
    fn differences(&self, at: usize, account: &Printed) -> Vec<(Difference, Side)> {
        let printed = &self.page.entries[at].printed;
        let before = self.said_before(at);
        let by_page = before.map(|b| b.differences(printed)).unwrap_or_default();
        let by_roster = before.map(|b| b.differences(account)).unwrap_or_default();
        let side = |d: &Difference| {
            let changed = |all: &[Difference]| all.iter().any(|c| c.part == d.part);
            match (before.is_some(), changed(&by_page), changed(&by_roster)) {
                (true, true, false) => Side::Page,
                (true, false, true) => Side::Roster,
                _ => Side::Both,
            }
        };
        printed.differences(account).into_iter().map(|d| (side(&d), d)).map(|(s, d)| (d, s)).collect()
    }
}

/// Which side has changed since the page was last read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Page,
    Roster,
    /// Both, or it is not known.
    Both,
}

impl Book {
    /// The names of the pages that were read or written, the first first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn page_names(&self) -> Result<Vec<String>, BookError> {
        Ok(pages::pages(self.store.reader())?.into_iter().map(|p| p.name).collect())
    }

    /// A page beside what the roster knows of it.
    fn known(&self, text: &str, name: &str) -> Result<Known, BookError> {
        let page = page::read(text, name)?;
        let conn = self.store.reader();
        let before = pages::pages(conn)?.into_iter().find(|p| same_page(&p.name, name));
        let (mut listed, mut old) = (Vec::new(), Vec::new());
        if let Some(before) = &before {
            listed = pages::listings(conn, before.id)?;
            old = page::read(&before.text, &before.name)?.entries.into_iter().map(|e| e.printed).collect();
        }
        let now: Vec<Printed> = page.entries.iter().map(|e| e.printed.clone()).collect();
        let of_old = matched(&now, &old);
        let community = |old: usize| listed.iter().find(|l| l.position == old).map(|l| l.community);
        let mut of: Vec<(Option<CommunityId>, Option<usize>)> = of_old.into_iter().map(|old| (old.and_then(community), old)).collect();
        self.match_the_rest(&now, &mut of)?;
        Ok(Known { page, name: name.to_owned(), before, listed, old, of })
    }

    /// Finds communities that were on no page before among those of the roster.
    fn match_the_rest(&self, now: &[Printed], of: &mut [(Option<CommunityId>, Option<usize>)]) -> Result<(), BookError> {
        let conn = self.store.reader();
        let left: Vec<usize> = (0..now.len()).filter(|at| of[*at].0.is_none()).collect();
        let taken: Vec<CommunityId> = of.iter().filter_map(|(c, _)| *c).collect();
        let free: Vec<CommunityId> = pages::unlisted(conn)?.into_iter().filter(|c| !taken.contains(c)).collect();
        // A community that has no name on the page is found by the name derived for it.
        let whole = Printed::everything();
        let mut accounts = Vec::new();
        for community in &free {
            accounts.push(pages::account(conn, *community, &whole)?.unwrap_or_default());
        }
        let wanted: Vec<Printed> = left
            .iter()
            .map(|at| Printed { name: now[*at].name.clone().or_else(|| Some(now[*at].derived_name())), ..now[*at].clone() })
            .collect();
        for (at, found) in left.iter().zip(matched(&wanted, &accounts)) {
            of[*at].0 = found.map(|n| free[n]);
        }
        Ok(())
    }
}

fn same_page(a: &str, b: &str) -> bool {
    crate::domain::text::same_key(a) == crate::domain::text::same_key(b)
}
