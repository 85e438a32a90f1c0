//! The command palette: every action by name, with its key and, if it isn't available, the reason; and verbs with arguments.
//!
//! Must not know what the actions do.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::picker::{self, Picked, Picker};
use crate::actions::{Action, ActionInfo, Scope};
use crate::book::{BookError, FORMATS, PeopleQuery, Thing};
use crate::config::Keys;
use crate::domain::text;
use crate::tui::canvas::{Canvas, PaneId, hint};
use crate::tui::core::{Cx, Layer, Outcome, Request, Wish};
use crate::tui::matching::{fit, fit_sentence, fits};
use crate::tui::theme::Tone;

/// A line of the palette.
pub(crate) struct Entry {
    /// The action.
    pub info: &'static ActionInfo,
    /// Why it isn't available now, if so.
    pub why_not: Option<&'static str>,
}

/// The verbs with arguments: verb, arguments, description.
const VERBS: [(&str, &str, &str); 5] = [
    ("go", "go NAME", "Go to a person, a community or a meetup"),
    ("find", "find QUERY", "Search the members"),
    ("view", "view NAME", "Open a saved view"),
    ("import", "import FILE", "Import people from a file, after a review"),
    ("export", "export FORMAT", "Export the marked or listed people in a format"),
];
/// How many matches of each kind are offered for a name.
const OFFERED: usize = 6;
/// From how many letters on names are matched.
const SHORTEST: usize = 2;

/// What a verb with its arguments does.
enum Meant {
    Go(Thing),
    Find(String),
    View(String),
    Import(String),
    Export(&'static str),
}

struct Offer {
    name: String,
    doc: String,
    meant: Meant,
}

enum Row<'p> {
    Offer(&'p Offer),
    Action(&'p Entry),
    Verb(usize),
}

/// The palette overlay.
pub(crate) struct Palette {
    entries: Vec<Entry>,
    picker: Picker,
    keys: Keys,
    offers: Vec<Offer>,
    /// Whether something was typed since the last match. Matching runs once for all that is typed in one go.
    is_stale: bool,
}

impl Palette {
    /// Offers these entries, in order.
    #[must_use]
    pub(crate) fn new(entries: Vec<Entry>, keys: Keys) -> Self {
        Self { entries, picker: Picker::default(), keys, offers: Vec::new(), is_stale: false }
    }

    fn shown(&self) -> Vec<Row<'_>> {
        let typed = self.picker.line.text().trim();
        if typed.is_empty() {
            let verbs = (0..VERBS.len()).map(Row::Verb);
            return self.offers.iter().map(Row::Offer).chain(self.entries.iter().map(Row::Action)).chain(verbs).collect();
        }
        // Matching names come first, then people and things with that name, then matching descriptions.
        let mut named: Vec<_> = self.entries.iter().filter_map(|e| Some((fit(typed, e.info.name)?, e))).collect();
        named.sort_by_key(|(fit, e)| (*fit, e.why_not.is_some()));
        let mut described: Vec<_> = self.entries.iter().filter_map(|e| Some((fit_sentence(typed, e.info.doc)?, e))).collect();
        described.retain(|(_, e)| fit(typed, e.info.name).is_none());
        described.sort_by_key(|(fit, e)| (*fit, e.why_not.is_some()));
        let action = |(_, e)| Row::Action(e);
        let verbs = VERBS.iter().enumerate().filter(|(_, (verb, ..))| verb.starts_with(&typed.to_lowercase()));
        let verbs: Vec<Row<'_>> = verbs.map(|(at, _)| Row::Verb(at)).collect();
        let offers = self.offers.iter().map(Row::Offer);
        named.into_iter().map(action).chain(offers).chain(described.into_iter().map(action)).chain(verbs).collect()
    }

    fn refresh_matches(&mut self, cx: &mut Cx<'_>) {
        if std::mem::take(&mut self.is_stale) {
            self.offer(cx);
        }
    }

    /// Finds what the typed verb, with its arguments, could mean.
    fn offer(&mut self, cx: &mut Cx<'_>) {
        self.offers.clear();
        let typed = self.picker.line.text().trim_start().to_owned();
        let (verb, rest) = typed.split_once(' ').unwrap_or((&typed, ""));
        let rest = text::clean_line(rest).text.trim().to_owned();
        let one = |name: String, doc: &str, meant: Meant| Offer { name, doc: doc.to_owned(), meant };
        match verb.to_lowercase().as_str() {
            "go" if !rest.is_empty() => self.offers = named_things(&rest, cx),
            "find" if !rest.is_empty() => self.offers.push(one(format!("find {rest}"), "search the members", Meant::Find(rest))),
            "import" if !rest.is_empty() => {
                self.offers.push(one(format!("import {rest}"), "show what the file would import", Meant::Import(rest)));
            }
            "view" if typed.contains(' ') => {
                let views = cx.book.views().unwrap_or_default();
                let fitting = views.into_iter().filter(|v| fits(&rest, &v.name));
                self.offers.extend(fitting.map(|v| one(format!("view {}", v.name), &v.query, Meant::View(v.name.clone()))));
            }
            "export" if typed.contains(' ') => {
                let fitting = FORMATS.iter().filter(|f| fits(&rest, f.name()));
                self.offers.extend(fitting.map(|f| one(format!("export {}", f.name()), f.doc, Meant::Export(f.name()))));
            }
            // Without a verb, the text is a name.
            _ if typed.trim().chars().count() >= SHORTEST => self.offers = named_things(typed.trim(), cx),
            _ => {}
        }
    }

    fn take(&mut self, cx: &mut Cx<'_>) -> Outcome {
        let instead = |request: Request| Outcome::ask(Request::Instead(Box::new(request)));
        match self.shown().get(self.picker.cursor.at) {
            Some(Row::Offer(offer)) => instead(match &offer.meant {
                Meant::Go(thing) => Request::Wish(Wish::Select(*thing)),
                Meant::Find(query) => Request::Wish(Wish::Search(PaneId::Members, query.clone(), None)),
                Meant::View(name) => Request::Wish(Wish::View(name.clone())),
                Meant::Import(file) => Request::Wish(Wish::ImportFile(file.clone())),
                Meant::Export(format) => Request::Wish(Wish::ExportAs(format)),
            }),
            Some(Row::Action(e)) => match e.why_not {
                Some(why) if why == e.info.scope.heading() => {
                    Outcome::ask(Request::say(format!("{} works {}", e.info.name, e.info.scope.place())))
                }
                Some(why) => Outcome::ask(Request::say(format!("{}: {why}", e.info.name))),
                None => instead(Request::Act(e.info.action)),
            },
            Some(Row::Verb(at)) => {
                let verb = VERBS[*at].0;
                self.picker.line.set(&format!("{verb} "));
                self.picker.cursor.at = 0;
                self.offer(cx);
                Outcome::Done
            }
            None => Outcome::Done,
        }
    }
}

/// Returns the communities, people and meetups whose names match.
fn named_things(wanted: &str, cx: &mut Cx<'_>) -> Vec<Offer> {
    let mut out = Vec::new();
    let communities = cx.book.communities().unwrap_or_default();
    let fitting = communities.into_iter().filter(|c| fits(wanted, &c.name)).take(OFFERED);
    out.extend(fitting.map(|c| Offer { name: c.name, doc: "community".into(), meant: Meant::Go(Thing::Community(c.id)) }));
    if !cx.book.is_ready() {
        // The index is still being built in the background.
        return out;
    }
    // The text is searched as plain words, because it isn't a query here.
    let words: String = wanted.split_whitespace().map(|w| format!("\"{}\" ", w.replace(['"', '\\'], ""))).collect();
    let people = cx.book.find(&PeopleQuery { text: &words, ..PeopleQuery::default() }).map(|f| f.ids).unwrap_or_default();
    let people: Vec<_> = people.into_iter().take(OFFERED * 10).collect();
    for p in cx.book.people(&people, None).unwrap_or_default() {
        let name = p.title().to_owned();
        let organisation = if p.organisation.is_empty() { String::new() } else { format!(" · {}", p.organisation) };
        out.push(Offer { name, doc: format!("person{organisation}"), meant: Meant::Go(Thing::Person(p.id)) });
    }
    let meetups = cx.book.find_meetups(&words, None, crate::book::MeetupSort::When, false).map(|f| f.ids).unwrap_or_default();
    let meetups: Vec<_> = meetups.into_iter().take(OFFERED * 10).collect();
    let days = cx.book.calendar();
    for m in cx.book.meetups(&meetups).unwrap_or_default() {
        let when = days.short(m.starts.date());
        out.push(Offer { name: m.title, doc: format!("meetup · {}", when.trim()), meant: Meant::Go(Thing::Meetup(m.id)) });
    }
    // Matches in another field belong to a search, not to a name.
    out.retain(|o| fits(wanted, &o.name));
    out.sort_by_key(|o| fit(wanted, &o.name));
    out.truncate(OFFERED * 3);
    out
}

impl Layer for Palette {
    fn scope(&self) -> Scope {
        Scope::Window
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if !self.picker.type_key(key) {
            return Outcome::Ignored;
        }
        self.is_stale = true;
        Outcome::Done
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        self.refresh_matches(cx);
        match self.picker.act(action, self.shown().len()) {
            Picked::Taken => self.take(cx),
            Picked::Moved => Outcome::Done,
            Picked::Left => Outcome::ask(Request::Close),
            // The key that opened it closes it.
            Picked::Ignored if action == Action::Palette => Outcome::ask(Request::Close),
            Picked::Ignored => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) -> Outcome {
        self.picker.line.paste(pasted, ' ');
        self.offer(cx);
        Outcome::Done
    }

    fn click(&mut self, row: usize, cx: &mut Cx<'_>) -> Outcome {
        self.picker.cursor.at = row;
        self.take(cx)
    }

    fn scroll(&mut self, lines: i32) {
        let len = self.shown().len();
        self.picker.cursor.scroll(lines, len);
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.refresh_matches(cx);
        let len = self.shown().len();
        self.picker.prepare(picker::place(area, len.clamp(1, 16), 96), len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let shown = self.shown();
        let texts: Vec<(String, String)> = shown
            .iter()
            .map(|row| match row {
                Row::Offer(o) => (text::pad(&o.name, 38), String::new()),
                Row::Action(e) => (text::pad(e.info.name, 24), format!("{} ", text::pad(&self.keys.words(e.info.action), 13))),
                Row::Verb(at) => (text::pad(VERBS[*at].1, 24), text::pad("", 14)),
            })
            .collect();
        let mut rows: Vec<Vec<(&str, Tone)>> = shown
            .iter()
            .zip(&texts)
            .map(|(row, (name, keys))| match row {
                Row::Offer(o) => vec![(name.as_str(), Tone::Plain), (o.doc.as_str(), Tone::Dim)],
                Row::Verb(at) => vec![(name.as_str(), Tone::Plain), (keys.as_str(), Tone::Key), (VERBS[*at].2, Tone::Dim)],
                Row::Action(e) => match e.why_not {
                    Some(why) => vec![(name.as_str(), Tone::Dim), (keys.as_str(), Tone::Dim), (why, Tone::Dim)],
                    None => vec![(name.as_str(), Tone::Plain), (keys.as_str(), Tone::Key), (e.info.doc, Tone::Dim)],
                },
            })
            .collect();
        if rows.is_empty() {
            rows.push(vec![("no match; type find QUERY to search the members", Tone::Dim)]);
        }
        let place = picker::place(area, rows.len().min(16), 96);
        self.picker.draw(place, "Commands", &[hint(Action::Take, "run"), hint(Action::Back, "")], &rows, on);
    }
}
