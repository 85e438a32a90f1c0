//! Writes a page: either changes an existing one, in its own style and only where something changed, or makes a new one.
//!
//! Must not know why something has changed.

use std::ops::Range;

use super::{Column, Entry, Page};
use crate::domain::community::{RouteFacts, RuleFacts};
use crate::domain::directory::{PageEntry, Part, PrintedSeat, inner_words};
use crate::domain::link;
use crate::domain::words::RouteKind;

/// The layout of a new page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// One table: job family, disciplines, head.
    #[default]
    Table,
    /// A heading for each: its purpose, how to join, who may join.
    Sections,
}

/// The edits to a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edits {
    /// Changed entries: the index, the parts that changed, and the whole of the new content.
    pub changed: Vec<(usize, Vec<Part>, PageEntry)>,
    /// Indexes of the entries to remove.
    pub removed: Vec<usize>,
    /// Entries to add.
    pub added: Vec<PageEntry>,
    /// Page-wide rules that changed: the index, and the new rule.
    pub rules: Vec<(usize, RuleFacts)>,
}

/// The typographic style of a page.
struct Style<'t> {
    source: &'t str,
    curly: bool,
    crlf: bool,
}

impl<'t> Style<'t> {
    fn of(text: &'t str) -> Self {
        Self { source: text, curly: text.contains(['‘', '’', '“', '”']), crlf: text.contains("\r\n") }
    }

    /// Gives a text the page's quotation marks and line ends.
    fn dress(&self, text: &str) -> String {
        let text = if self.curly { curled(text) } else { text.to_owned() };
        self.lines(&text)
    }

    fn lines(&self, text: &str) -> String {
        if self.crlf { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text.to_owned() }
    }
}

/// Turns straight quotation marks into curly ones: opening after a blank or bracket, closing elsewhere.
fn curled(text: &str) -> String {
    let mut before = ' ';
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let opens = before.is_whitespace() || "([{—–-".contains(before);
        out.push(match c {
            '"' if opens => '“',
            '"' => '”',
            '\'' if opens => '‘',
            '\'' => '’',
            other => other,
        });
        before = c;
    }
    out
}

/// Returns the page with the edits made and every other byte unchanged.
#[must_use]
pub(crate) fn apply(page: &Page, edits: &Edits) -> String {
    let style = Style::of(&page.text);
    let mut cuts: Vec<(Range<usize>, String)> = Vec::new();
    for (at, rule) in &edits.rules {
        if let Some((_, range)) = page.rules.get(*at) {
            cuts.push((range.clone(), style.dress(&rule.words)));
        }
    }
    for (at, parts, now) in &edits.changed {
        let entry = &page.entries[*at];
        for part in parts {
            change(&style, entry, *part, now, &mut cuts);
        }
    }
    for at in &edits.removed {
        cuts.push((whole_lines(&page.text, page.entries[*at].range.clone()), String::new()));
    }
    let stays = |at: &usize| !edits.removed.contains(at);
    let kept: Vec<&Entry> = (0..page.entries.len()).filter(stays).map(|at| &page.entries[at]).collect();
    let last_row = kept.iter().rfind(|e| e.table.is_some());
    let last_section = kept.iter().rfind(|e| e.table.is_none() && e.places.name.is_some());
    let row_columns = last_row.and_then(|e| e.table).and_then(|t| page.tables.get(t));
    for new in &edits.added {
        if let (Some(row), Some(columns)) = (last_row, row_columns) {
            let end = whole_lines(&page.text, row.range.clone()).end;
            let before = if page.text[..end].ends_with('\n') { "" } else { "\n" };
            cuts.push((end..end, style.lines(&format!("{before}{}\n", self::row(&style, columns, new)))));
        } else {
            let end = last_section.map_or(page.text.len(), |e| e.range.end);
            let before = if page.text[..end].ends_with("\n\n") || page.text[..end].ends_with("\r\n\r\n") { "" } else { "\n" };
            let behind = if end < page.text.len() { "\n" } else { "" };
            cuts.push((end..end, style.lines(&format!("{before}{}{behind}", section(&style, new, "##")))));
        }
    }
    let mut out = cut(&page.text, cuts);
    let lines_moved = !edits.added.is_empty() || !edits.removed.is_empty();
    let ends_blank = |text: &str| text.ends_with("\n\n") || text.ends_with("\r\n\r\n");
    if lines_moved && !ends_blank(&page.text) {
        // An entry added or removed at the end leaves no blank line behind.
        while ends_blank(&out) {
            out.truncate(out.len() - if out.ends_with("\r\n") { 2 } else { 1 });
        }
    }
    out
}

/// Applies the replacements in the order of their positions. Of several at one position, the first stays first.
fn cut(text: &str, mut cuts: Vec<(Range<usize>, String)>) -> String {
    cuts.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in cuts {
        if range.start < at {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Extends a range to the end of its last line.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let end =
        if text[..range.end].ends_with('\n') { range.end } else { text[range.end..].find('\n').map_or(text.len(), |n| range.end + n + 1) };
    range.start..end
}

fn change(style: &Style<'_>, entry: &Entry, part: Part, now: &PageEntry, cuts: &mut Vec<(Range<usize>, String)>) {
    let places = &entry.places;
    let in_table = entry.table.is_some();
    let dressed = |text: &str| if in_table { cell(&style.dress(text)) } else { style.dress(text) };
    let mut put = |range: &Option<Range<usize>>, text: Option<String>| {
        if let (Some(range), Some(text)) = (range, text) {
            cuts.push((range.clone(), spaced(style, in_table, range, &text)));
        }
    };
    match part {
        Part::Name if entry.is_item() => {
            let route = now.routes.iter().flatten().find(|r| !r.target.is_empty());
            let name = now.name.as_deref().unwrap_or_default();
            let text = route.map_or_else(|| style.dress(name), |r| route_link(style, r, name, name));
            put(&places.routes.first().cloned(), Some(text));
        }
        Part::Name => put(&places.name, now.name.as_deref().map(dressed)),
        Part::Family => put(&places.family, now.family.as_deref().map(dressed)),
        Part::Disciplines => put(&places.disciplines, now.disciplines.as_ref().map(|d| dressed(&d.join(", ")))),
        Part::Purpose if places.purpose.is_some() || in_table => put(&places.purpose, now.purpose.as_deref().map(dressed)),
        Part::Purpose => {
            let behind = places.name.as_ref().map(|r| r.end..r.end);
            put(&behind, now.purpose.as_deref().map(|p| style.lines(&format!("\n\n{}", style.dress(p)))));
        }
        Part::Seats => put(&places.seats, now.seats.as_deref().map(|s| style.dress(&seats_cell(s)))),
        Part::Routes => change_routes(style, entry, now, cuts),
        Part::Rules => change_rules(style, entry, now, cuts),
        Part::RunBy => put(&places.runner, now.run_by_others.as_deref().map(dressed)),
    }
}

/// Puts blanks around what is written into an empty cell.
fn spaced(style: &Style<'_>, in_table: bool, range: &Range<usize>, text: &str) -> String {
    let was_empty = style.source[range.clone()].trim().is_empty();
    if in_table && was_empty { format!(" {text} ") } else { text.to_owned() }
}

fn change_routes(style: &Style<'_>, entry: &Entry, now: &PageEntry, cuts: &mut Vec<(Range<usize>, String)>) {
    let routes = now.routes.as_deref().unwrap_or_default();
    let was = entry.printed.routes.as_deref().unwrap_or_default();
    let name = now.name.as_deref().unwrap_or("community");
    let written = |at: usize, route: &RouteFacts| {
        if was.get(at).is_some_and(|w| !w.words.is_empty() && w.words == w.target) {
            // A route that was printed without a link stays without one.
            return route.target.clone();
        }
        if entry.is_item() {
            return if route.target.is_empty() { style.dress(name) } else { route_link(style, route, name, name) };
        }
        // The printed words stay if the roster has none of its own.
        let words = Some(route.words.as_str()).filter(|w| !w.is_empty()).or_else(|| was.get(at).map(|r| r.words.as_str()));
        route_link(style, route, words.unwrap_or_default(), name)
    };
    let places = &entry.places.routes;
    for (at, place) in places.iter().enumerate() {
        match routes.get(at) {
            Some(route) if was.get(at).is_some_and(|w| crate::domain::directory::same_route(w, route)) => {}
            Some(route) => cuts.push((place.clone(), spaced(style, entry.table.is_some(), place, &written(at, route)))),
            None if entry.is_item() => {
                if !was.is_empty() {
                    cuts.push((place.clone(), style.dress(name)));
                }
            }
            None => cuts.push((place.clone(), String::new())),
        }
    }
    let more: Vec<String> = routes.iter().enumerate().skip(places.len()).map(|(at, r)| written(at, r)).collect();
    if more.is_empty() {
        return;
    }
    match places.last() {
        Some(last) => cuts.push((last.end..last.end, format!(", {}", more.join(", ")))),
        None if entry.table.is_none() => {
            let end = end_of_text(entry);
            cuts.push((end..end, style.lines(&format!("\n\n{}", more.join(", ")))));
        }
        None => {}
    }
}

/// Returns the end of the last part of a section.
fn end_of_text(entry: &Entry) -> usize {
    let places = &entry.places;
    let ends = [&places.name, &places.purpose].into_iter().flatten().map(|r| r.end);
    ends.chain(places.routes.iter().map(|r| r.end)).chain(places.rules.iter().map(|r| r.end)).max().unwrap_or(entry.range.end)
}

fn change_rules(style: &Style<'_>, entry: &Entry, now: &PageEntry, cuts: &mut Vec<(Range<usize>, String)>) {
    let rules = now.rules.as_deref().unwrap_or_default();
    let was = entry.printed.rules.as_deref().unwrap_or_default();
    let places = &entry.places.rules;
    for (at, place) in places.iter().enumerate() {
        match rules.get(at) {
            Some(rule) if was.get(at) == Some(rule) => {}
            Some(rule) => cuts.push((place.clone(), style.dress(&rule_text(rule)))),
            // The brackets around the words go too.
            None => cuts.push((bracketed(style.source, place), String::new())),
        }
    }
    let more: Vec<String> = rules.iter().skip(places.len()).map(rule_text).collect();
    if !more.is_empty() && entry.table.is_none() {
        let at = entry.places.routes.last().map_or_else(|| end_of_text(entry), |r| r.end);
        cuts.push((at..at, format!(" ({})", style.dress(&more.join("; ")))));
    }
}

/// Returns the range of a rule with the brackets around it and the blank before them, if it is in brackets.
fn bracketed(source: &str, place: &Range<usize>) -> Range<usize> {
    match source[..place.start].strip_suffix('(') {
        Some(before) if source[place.end..].starts_with(')') => before.trim_end_matches(' ').len()..place.end + 1,
        _ => place.clone(),
    }
}

/// Returns a rule in words: its own, or words that describe its suffix.
fn rule_text(rule: &RuleFacts) -> String {
    if !rule.words.is_empty() {
        return rule.words.clone();
    }
    let each: Vec<String> = rule.suffix.split([',', ' ']).filter(|s| !s.is_empty()).map(|s| format!("'{s}'")).collect();
    format!("you need a {} email address", each.join(" or "))
}

fn route_link(style: &Style<'_>, route: &RouteFacts, words: &str, name: &str) -> String {
    let words = inner_words(words);
    let words = if words.is_empty() { format!("Join the {}", joined_name(name)) } else { words.to_owned() };
    let words = style.dress(&words);
    match route.kind {
        RouteKind::NotSet if route.target.is_empty() && words.starts_with('[') => words,
        RouteKind::NotSet if route.target.is_empty() => format!("{words} [link]"),
        RouteKind::Mailto | RouteKind::ListCommand => format!("[{words}]({})", link::mail(&route.target, &route.subject, &route.body)),
        _ if route.target.is_empty() => words,
        _ => format!("[{words}]({})", route.target.replace('(', "%28").replace(')', "%29").replace(' ', "%20").replace('|', "%7C")),
    }
}

/// Returns a name as it reads in a sentence: `the content design community`.
fn joined_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let is_word = name.split_whitespace().next().is_some_and(|w| w.chars().skip(1).all(char::is_lowercase));
    let name = if is_word {
        lower.get(..1).map_or_else(|| name.to_owned(), |first| format!("{first}{}", &name[first.len()..]))
    } else {
        name.to_owned()
    };
    if name.to_lowercase().contains("community") { name } else { format!("{name} community") }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "<br>")
}

fn seats_cell(seats: &[PrintedSeat]) -> String {
    let one = |seat: &PrintedSeat| match &seat.holder {
        None if seat.withheld => format!("{} (name withheld)", seat.title),
        None => format!("{} (person TBC)", seat.title),
        Some(p) if p.email.is_empty() => format!("{}, {}", seat.title, p.name),
        Some(p) if p.name.is_empty() => format!("{}, [{1}](mailto:{1})", seat.title, p.email),
        Some(p) => format!("{}, {}, [{2}](mailto:{2})", seat.title, p.name, p.email),
    };
    seats.iter().map(|s| cell(&one(s))).collect::<Vec<_>>().join("<br>")
}

fn row(style: &Style<'_>, columns: &[Column], new: &PageEntry) -> String {
    let name = new.name.as_deref().unwrap_or_default();
    let cells: Vec<String> = columns
        .iter()
        .map(|column| match column {
            Column::Name => cell(&style.dress(name)),
            Column::Family => cell(&style.dress(new.family.as_deref().unwrap_or_default())),
            Column::Disciplines => cell(&style.dress(&new.disciplines.as_deref().unwrap_or_default().join(", "))),
            Column::Purpose => cell(&style.dress(new.purpose.as_deref().unwrap_or_default())),
            Column::Seats => style.dress(&seats_cell(new.seats.as_deref().unwrap_or_default())),
            Column::Routes => {
                let routes = new.routes.as_deref().unwrap_or_default();
                routes.iter().map(|r| cell(&route_link(style, r, &r.words, name))).collect::<Vec<_>>().join("<br>")
            }
            Column::Rules => {
                cell(&style.dress(&new.rules.as_deref().unwrap_or_default().iter().map(rule_text).collect::<Vec<_>>().join("; ")))
            }
            Column::Other => String::new(),
        })
        .collect();
    format!("| {} |", cells.join(" | "))
}

fn section(style: &Style<'_>, new: &PageEntry, hashes: &str) -> String {
    let name = new.name.as_deref().unwrap_or_default();
    let mut out = format!("{hashes} {}\n", style.dress(name));
    if let Some(purpose) = new.purpose.as_deref().filter(|p| !p.is_empty()) {
        out.push_str(&format!("\n{}\n", style.dress(purpose)));
    }
    let seats = new.seats.as_deref().unwrap_or_default();
    if !seats.is_empty() {
        out.push_str(&format!(
            "\n{}\n",
            seats.iter().map(|s| style.dress(&seats_cell(std::slice::from_ref(s)))).collect::<Vec<_>>().join("\n\n")
        ));
    }
    let rules = new.rules.as_deref().unwrap_or_default();
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!(" ({})", style.dress(&rules.iter().map(rule_text).collect::<Vec<_>>().join("; ")))
    };
    let routes: Vec<String> = new.routes.iter().flatten().map(|r| route_link(style, r, &r.words, name)).collect();
    if !routes.is_empty() || !rules.is_empty() {
        out.push_str(&format!("\n{}{rules}\n", routes.join(", ")));
    }
    out
}

/// Writes a new page, each community with its number of members if there is one to show.
#[must_use]
pub(crate) fn fresh(title: &str, all: &[(PageEntry, Option<String>)], layout: Layout) -> String {
    let style = Style { source: "", curly: false, crlf: false };
    let mut out = format!("# {title}\n\n");
    let counted = all.iter().any(|(_, count)| count.is_some());
    let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(|(p, _)| p.run_by_others.is_none());
    match layout {
        Layout::Table => {
            let columns = [Column::Name, Column::Family, Column::Disciplines, Column::Seats, Column::Routes, Column::Rules];
            let members = |what: &str| if counted { format!(" {what} |") } else { String::new() };
            out.push_str(&format!(
                "| Community | Job family | Disciplines | Head of community | How to join | Who may join |{}\n",
                members("Members")
            ));
            out.push_str(&format!("| --- | --- | --- | --- | --- | --- |{}\n", members("---")));
            for (printed, count) in ours {
                out.push_str(&row(&style, &columns, printed));
                out.push_str(&members(count.as_deref().unwrap_or_default()));
                out.push('\n');
            }
        }
        Layout::Sections => {
            let sections = ours.iter().map(|(printed, count)| {
                let count = count.as_ref().map_or_else(String::new, |c| format!("\n{c}\n"));
                format!("{}{count}", section(&style, printed, "##"))
            });
            out.push_str(&sections.collect::<Vec<_>>().join("\n"));
        }
    }
    if !others.is_empty() {
        out.push_str("\n## Communities run by others\n\n");
        for (printed, _) in others {
            let name = printed.name.as_deref().unwrap_or_default();
            let link = printed.routes.iter().flatten().find(|r| !r.target.is_empty());
            let runner = printed.run_by_others.as_deref().filter(|r| !r.is_empty()).map_or_else(String::new, |r| format!(", run by {r}"));
            out.push_str(
                &link.map_or_else(|| format!("- {name}{runner}\n"), |r| format!("- {}{runner}\n", route_link(&style, r, name, name))),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests;
