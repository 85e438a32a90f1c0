//! Reads a page: which of its tables and sections are communities, and what each part says.
//!
//! Must not know which communities are ours.

use std::ops::Range;

use super::links::{clean, is_rule, route, rule, seats};
use super::structure::{Block, Run, blocks, trimmed};
use super::{Column, Entry, Page, Places, line_of};
use crate::domain::community::{RouteFacts, RuleFacts};
use crate::domain::directory::{PageEntry, fix_mojibake};
use crate::domain::text;
use crate::domain::words::RouteKind;
use crate::exchange::ExchangeError;

/// The longest page that is accepted, in bytes.
pub(crate) const LARGEST_PAGE: usize = 2 * 1024 * 1024;

/// What is known about a page before it is read: which headings are communities even if nothing below them says how to join.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Names of communities, normalised by [`text::same_key`].
    pub names: Vec<String>,
    /// Where their headings begin, as byte offsets.
    pub places: Vec<usize>,
}

/// Reads a page.
///
/// # Errors
/// If the text is HTML or too long, a row of a table has more cells than its header, or no community is found.
pub(crate) fn read(text: &str, called: &str, hints: &Hints) -> Result<Page, ExchangeError> {
    let error = |why: String| ExchangeError::Refused(format!("{}: {why}", text::safe(called)));
    let refused = |why: String| Err(error(why));
    if text.len() > LARGEST_PAGE {
        return refused(format!("the page is {} MB long; pages of up to 2 MB are read", text.len() / 1_000_000));
    }
    let start = text.trim_start_matches('\u{feff}').trim_start().get(..9).unwrap_or_default().to_lowercase();
    if start.starts_with("<!doctype") || start.starts_with("<html") {
        return refused("this is HTML; give the Markdown that the page is made from".into());
    }
    let blocks = blocks(text);
    let mut page = pass(text, &blocks, &Hints { names: Vec::new(), places: hints.places.clone() }).map_err(error)?;
    // Known names are used only where no section is clearly that community already.
    let plain: Vec<String> = page.entries.iter().filter_map(|e| e.printed.name.as_deref()).map(text::same_key).collect();
    let names: Vec<String> = hints.names.iter().filter(|n| !plain.contains(n)).cloned().collect();
    if !names.is_empty() {
        page = pass(text, &blocks, &Hints { names, places: hints.places.clone() }).map_err(error)?;
    }
    note_damage(&mut page);
    for block in &blocks {
        note_misleading(&mut page, block);
    }
    if page.entries.is_empty() {
        return refused(
            "no community was found; a page has a table (job family, disciplines, head), or headings with how to join below each".into(),
        );
    }
    Ok(page)
}

/// Reads a page with the hints.
fn pass(text: &str, blocks: &[Block], hints: &Hints) -> Result<Page, String> {
    let page = Page { text: text.to_owned(), ..Page::default() };
    let mut reader = Reader { text, page, others: None, names: hints.names.clone(), places: &hints.places };
    let mut at = 0;
    while at < blocks.len() {
        at += reader.block(blocks, at)?;
    }
    Ok(reader.page)
}

struct Reader<'t> {
    text: &'t str,
    page: Page,
    /// The level of the heading below which communities are run by others, if there is one.
    others: Option<u8>,
    /// Known names that haven't been found yet.
    names: Vec<String>,
    places: &'t [usize],
}

impl Reader<'_> {
    /// Reads what starts at a block; returns how many blocks it used.
    fn block(&mut self, blocks: &[Block], at: usize) -> Result<usize, String> {
        match &blocks[at] {
            Block::Heading(level, run, place) => {
                if self.others.is_none_or(|l| *level <= l) {
                    let about = run.text.to_lowercase();
                    let others = about.contains("by others") || about.contains("other communities");
                    self.others = others.then_some(*level);
                }
                let inside = &blocks[at + 1..];
                let length = inside.iter().position(|b| matches!(b, Block::Heading(..))).unwrap_or(inside.len());
                if *level > 1 && self.section(run, place, &inside[..length], inside.get(length)) {
                    return Ok(length + 1);
                }
            }
            Block::Table(header, rows) => self.table(header, rows)?,
            Block::Item(run) if self.others.is_some() => self.item(run),
            Block::Paragraph(run) => self.paragraph(run),
            Block::Item(_) | Block::Other(_) => {}
        }
        Ok(1)
    }

    fn paragraph(&mut self, run: &Run) {
        let line = line_of(self.text, run.range.start);
        if run.text.contains("](") {
            self.page.notes.push((line, "a link here never closes; it is kept as text".into()));
        }
        if self.page.entries.is_empty() && run.links.is_empty() && is_rule(&run.text) {
            self.page.rules.push((rule(&run.text), run.range.clone()));
        } else if self.others.is_some() && run.links.is_empty() {
            self.page.notes.push((line, "communities run by others are described here only in words; they are kept as text".into()));
        }
    }

    /// Reads a community that others run: its name, linked if there is a link to it, and after `run by` who runs it.
    fn item(&mut self, run: &Run) {
        let source = &self.text[run.range.clone()];
        let content = source.trim_start_matches(['-', '*', '+']).trim_start();
        let start = run.range.end - content.len();
        let runner = content.to_ascii_lowercase().find("run by ").map(|at| start + at + 7..run.range.end);
        let runner = runner.map(|r| r.start..r.start + self.text[r].trim_end_matches([')', '.', ' ']).len());
        let mut places = Places { runner: runner.clone(), ..Places::default() };
        let (name, routes) = match run.links.first() {
            Some(link) => {
                places.routes.push(link.range.clone());
                (clean(&link.words), vec![RouteFacts { words: String::new(), ..route(&link.words, &link.target) }])
            }
            None => {
                let ends = [",", "(", ":", " – ", " — ", " - ", " run by "].iter().filter_map(|sign| content.find(sign));
                let length = ends.min().unwrap_or(content.len());
                let name = content[..length].trim_end();
                places.routes.push(start..start + name.len());
                (clean(name), Vec::new())
            }
        };
        if name.is_empty() || name.len() > 120 {
            return;
        }
        let runner = runner.map_or_else(String::new, |r| clean(&self.text[r]));
        let printed = PageEntry { name: Some(name), routes: Some(routes), run_by_others: Some(runner), ..PageEntry::default() };
        let line = line_of(self.text, run.range.start);
        self.page.entries.push(Entry { printed, range: run.range.clone(), line, table: None, places });
    }

    fn table(&mut self, header: &[Run], rows: &[(Vec<Run>, Range<usize>)]) -> Result<(), String> {
        let columns: Vec<Column> = header.iter().map(|h| column(&h.text)).collect();
        let has = |c: Column| columns.contains(&c);
        let directory = (has(Column::Name) || has(Column::Disciplines) || has(Column::Family))
            && (has(Column::Seats) || has(Column::Routes) || has(Column::Disciplines));
        if !directory {
            return Ok(());
        }
        let table = self.page.tables.len();
        for (cells, range) in rows {
            let line = line_of(self.text, range.start);
            let there = cells_in(&self.text[range.clone()]);
            if there > columns.len() {
                return Err(format!(
                    "line {line}: this row has {there} cells and its table {}; is there a | that should be \\|?",
                    columns.len()
                ));
            }
            if there < columns.len() {
                self.page
                    .notes
                    .push((line, format!("this row has {there} cells and its table {}; the others are read as empty", columns.len())));
            }
            let mut entry = Entry { range: range.clone(), line, table: Some(table), ..Entry::default() };
            for (column, cell) in columns.iter().zip(cells) {
                put_cell(&mut entry, *column, cell);
            }
            if self.others.is_some() {
                entry.printed.run_by_others = Some(String::new());
            }
            let empty = entry.printed.name.as_deref().is_none_or(str::is_empty) && entry.printed.derived_name().is_empty();
            if !empty {
                self.page.entries.push(entry);
            }
        }
        self.page.tables.push(columns);
        Ok(())
    }

    /// Reads a heading and what is below it, if that is a community.
    fn section(&mut self, heading: &Run, place: &Range<usize>, inside: &[Block], next: Option<&Block>) -> bool {
        let name = clean(&heading.text);
        let is_join = |b: &Block| matches!(b, Block::Paragraph(run) | Block::Item(run) if joins(run));
        let named = ["community", "community of practice", "network", "guild"].iter().any(|w| text::same_key(&name).ends_with(w));
        let has_table = inside.iter().any(|b| matches!(b, Block::Table(..)));
        let known = self.names.iter().position(|n| *n == text::same_key(&name)).map(|at| self.names.swap_remove(at));
        let named = named || known.is_some() || self.places.contains(&place.start);
        if name.is_empty() || has_table || !(named || inside.iter().any(is_join)) {
            return false;
        }
        let end = match next {
            Some(Block::Heading(_, _, next)) => next.start,
            _ => self.text.len(),
        };
        let mut printed = PageEntry { name: Some(name), purpose: Some(String::new()), rules: Some(Vec::new()), ..PageEntry::default() };
        let mut places = Places { name: Some(heading.range.clone()), ..Places::default() };
        let mut routes = Vec::new();
        let mut rules: Vec<RuleFacts> = Vec::new();
        let mut purpose_ended = false;
        for block in inside {
            let (Block::Paragraph(run) | Block::Item(run)) = block else { continue };
            if run.text.contains("](") {
                self.page.notes.push((line_of(self.text, run.range.start), "a link here never closes; it is kept as text".into()));
            }
            if joins(run) {
                purpose_ended |= places.purpose.is_some();
                self.join_paragraph(run, (&mut routes, &mut rules), &mut places);
            } else if matches!(block, Block::Paragraph(_)) && run.links.is_empty() && is_rule(&run.text) && run.text.len() < 160 {
                purpose_ended |= places.purpose.is_some();
                let inner = unbracketed(self.text, &run.range);
                rules.push(rule(&self.text[inner.clone()]));
                places.rules.push(inner);
            } else if matches!(block, Block::Paragraph(_)) && !purpose_ended {
                let from = places.purpose.as_ref().map_or(run.range.start, |p| p.start);
                places.purpose = Some(from..run.range.end);
            }
        }
        if let Some(range) = &places.purpose {
            printed.purpose = Some(text::clean_lines(&self.text[range.clone()].replace("\r\n", "\n")).text.into_owned());
        }
        printed.routes = Some(routes);
        printed.rules = Some(rules);
        printed.run_by_others = self.others.map(|_| String::new());
        let line = line_of(self.text, place.start);
        self.page.entries.push(Entry { printed, range: place.start..end, line, table: None, places });
        true
    }

    /// Reads a paragraph that says how to join, and often who may join.
    fn join_paragraph(&self, run: &Run, (routes, rules): (&mut Vec<RouteFacts>, &mut Vec<RuleFacts>), places: &mut Places) {
        for link in &run.links {
            routes.push(route(&link.words, &link.target));
            places.routes.push(link.range.clone());
        }
        for word in if run.links.is_empty() { words_of(self.text, run.range.clone()) } else { Vec::new() } {
            if let Some(found) = plain_route(&self.text[word.clone()], &run.text) {
                routes.push(found);
                places.routes.push(word);
            }
        }
        if run.links.is_empty()
            && places.routes.is_empty()
            && let Some(range) = placeholder(&self.text[run.range.clone()])
        {
            let range = run.range.start + range.start..run.range.start + range.end;
            routes.push(RouteFacts { words: clean(&self.text[range.clone()]), ..RouteFacts::default() });
            places.routes.push(range);
        }
        let behind = places.routes.last().map_or(run.range.start, |r| r.end)..run.range.end;
        // Text in brackets after a way to join says who may join, whatever the words.
        let says = |rest: &&str| is_rule(rest) || (!places.routes.is_empty() && rest.trim_start().starts_with('('));
        let Some(rest) = self.text.get(behind.clone()).filter(says) else { return };
        let inner = match (rest.find('('), rest.rfind(')')) {
            (Some(open), Some(close)) if open < close => behind.start + open + 1..behind.start + close,
            _ => trimmed(self.text, behind),
        };
        rules.push(rule(&self.text[inner.clone()]));
        places.rules.push(inner);
    }
}

/// Returns a range without the brackets around the whole of it.
fn unbracketed(text: &str, range: &Range<usize>) -> Range<usize> {
    let part = text[range.clone()].trim_end_matches('.');
    if part.starts_with('(') && part.ends_with(')') { range.start + 1..range.start + part.len() - 1 } else { range.clone() }
}

/// Returns whether a paragraph says how to join: with a link whose words say so, a plain address or channel, or a placeholder for a link.
fn joins(run: &Run) -> bool {
    let about = |words: &str| ["join", "sign up", "subscribe"].iter().any(|w| words.to_lowercase().contains(w));
    let linked = run.links.iter().any(|l| about(&l.words) || (about(&run.text) && run.text.len() < 200));
    let plain = || run.text.split_whitespace().any(|w| plain_route(w.trim_matches(AROUND), &run.text).is_some());
    linked || (run.links.is_empty() && about(&run.text) && run.text.len() < 200 && (placeholder(&run.text).is_some() || plain()))
}

/// Characters around a word that aren't part of it.
const AROUND: &[char] = &['(', ')', ',', '.', ';', ':', '`', '"', '\'', '‘', '’', '“', '”', '<', '>', '*'];

/// Returns the ranges of the words in a part of a text.
fn words_of(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let part = &text[range.clone()];
    let words = part.split_whitespace().map(|w| w.trim_matches(AROUND)).filter(|w| !w.is_empty());
    // Each word is a slice of the text, so the distance between their first bytes is its position.
    let place = |word: &str| range.start + (word.as_ptr().addr() - part.as_ptr().addr());
    words.map(|w| place(w)..place(w) + w.len()).collect()
}

/// Returns the way to join that is printed without a link: a channel, or an address to write to. Its words are the target itself.
fn plain_route(word: &str, around: &str) -> Option<RouteFacts> {
    let is_channel = word.starts_with('#') && word.len() > 2 && word[1..].chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    let kind = if is_channel {
        RouteKind::Chat
    } else if word.contains('@') && crate::domain::address::read(word) == Ok(word) {
        if around.to_lowercase().contains("subscribe") { RouteKind::ListCommand } else { RouteKind::Mailto }
    } else {
        return None;
    };
    Some(RouteFacts { kind, target: word.to_owned(), words: word.to_owned(), ..RouteFacts::default() })
}

/// Returns the range of `[link]` or the like: a placeholder for a link.
fn placeholder(text: &str) -> Option<Range<usize>> {
    let open = text.find('[')?;
    let close = open + text[open..].find(']')?;
    let inside = text[open + 1..close].to_lowercase();
    let is_one = ["link", "tbc", "url", "address", "form"].iter().any(|w| inside.contains(w));
    (is_one && !text[close + 1..].starts_with('(')).then_some(open..close + 1)
}

/// Returns what a column contains, by its header.
fn column(header: &str) -> Column {
    let key = text::same_key(header);
    let has = |words: &[&str]| words.iter().any(|w| key.contains(w));
    match () {
        () if has(&["famil"]) => Column::Family,
        () if has(&["disciplin", "roles"]) => Column::Disciplines,
        () if has(&["head", "lead", "chair", "contact", "who runs"]) => Column::Seats,
        () if has(&["who can", "who may", "eligib", "open to", "rule"]) => Column::Rules,
        () if has(&["join", "sign up", "link"]) => Column::Routes,
        () if has(&["purpose", "what it", "about", "audience", "description"]) => Column::Purpose,
        () if has(&["community", "name", "network"]) => Column::Name,
        () => Column::Other,
    }
}

/// Returns how many cells a row has in the source; the parser pads or cuts each row to the length of the header.
fn cells_in(row: &str) -> usize {
    let row = row.trim();
    let inner = row.strip_prefix('|').unwrap_or(row);
    let inner = if inner.ends_with('|') && !inner.ends_with("\\|") { &inner[..inner.len() - 1] } else { inner };
    let (mut cells, mut escaped) = (1, false);
    for c in inner.chars() {
        cells += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    cells
}

fn put_cell(entry: &mut Entry, column: Column, cell: &Run) {
    let Entry { printed, places, .. } = entry;
    let place = Some(cell.range.clone());
    match column {
        Column::Name => {
            printed.name = Some(clean(&cell.text)).filter(|n| !n.is_empty());
            places.name = place;
        }
        Column::Family => (printed.family, places.family) = (Some(clean(&cell.text)), place),
        Column::Purpose => (printed.purpose, places.purpose) = (Some(clean(&cell.text)), place),
        Column::Disciplines => {
            let all = cell.text.split([',', ';', '\n']).map(clean).filter(|d| !d.is_empty()).collect();
            (printed.disciplines, places.disciplines) = (Some(all), place);
        }
        // A second such column, such as one of contacts, is something else.
        Column::Seats if printed.seats.is_some() => {}
        Column::Seats => (printed.seats, places.seats) = (Some(seats(cell)), place),
        Column::Routes => {
            printed.routes = Some(cell.links.iter().map(|l| route(&l.words, &l.target)).collect());
            places.routes =
                if cell.links.is_empty() { vec![cell.range.clone()] } else { cell.links.iter().map(|l| l.range.clone()).collect() };
        }
        Column::Rules => {
            let words = clean(&cell.text);
            printed.rules = Some(if words.is_empty() { Vec::new() } else { vec![rule(&words)] });
            places.rules = vec![cell.range.clone()];
        }
        Column::Other => {}
    }
}

/// Notes links whose words are an address or link other than their target.
fn note_misleading(page: &mut Page, block: &Block) {
    let runs: Vec<&Run> = match block {
        Block::Heading(_, run, _) | Block::Paragraph(run) | Block::Item(run) => vec![run],
        Block::Table(header, rows) => header.iter().chain(rows.iter().flat_map(|(cells, _)| cells)).collect(),
        Block::Other(_) => Vec::new(),
    };
    for link in runs.into_iter().flat_map(|r| &r.links) {
        let target = link.target.trim_start_matches("mailto:");
        let target = if link.target.starts_with("mailto:") { target.split('?').next().unwrap_or_default() } else { target };
        let is_place = link.words.contains("://") || crate::domain::address::read(&link.words).is_ok();
        if is_place && !link.words.trim().trim_start_matches("mailto:").eq_ignore_ascii_case(target) {
            let line = line_of(&page.text, link.range.start);
            page.misleading.push((line, clean(&link.words), clean(&link.target)));
        }
    }
}

fn note_damage(page: &mut Page) {
    for (line, content) in (1..).zip(page.text.lines()) {
        for word in content.split_whitespace() {
            if let Some(probably) = fix_mojibake(word) {
                page.damaged.push((line, clean(word), clean(&probably)));
            }
        }
    }
}
