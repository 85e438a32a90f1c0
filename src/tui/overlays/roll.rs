//! Who came: find by three letters, Enter ticks; somebody unknown is added on the spot.
//!
//! Must not know the panes.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::picker::{self, Picked, Picker};
use crate::actions::{Action, Scope};
use crate::book::{AttendanceChange, BookError, Command, MeetupDetail, PeopleQuery, Touched};
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::text;
use crate::domain::words::{Outcome as Came, Rsvp};
use crate::tui::canvas::{Canvas, hint};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request, Subject};
use crate::tui::matching::fits;
use crate::tui::theme::Tone;

/// How many people outside the roll are offered at once.
const OFFERED: usize = 12;
/// How many members of the meetup's communities are offered before anything is typed.
const MEMBERS: usize = 300;

struct Row {
    person: PersonId,
    name: String,
    organisation: String,
    came: bool,
    word: String,
}

/// The overlay.
pub(crate) struct Roll {
    meetup: MeetupId,
    detail: MeetupDetail,
    rows: Vec<Row>,
    new: Option<String>,
    /// Whether the meetup is still to come.
    ahead: bool,
    /// Whether something was typed since it was looked who fits: that is done once for all that is typed in one go.
    is_stale: bool,
    picker: Picker,
}

impl Roll {
    /// The roll of a meetup; `None` if it is gone.
    #[must_use]
    pub(crate) fn new(meetup: MeetupId, cx: &mut Cx<'_>) -> Option<Self> {
        let detail = cx.book.meetup(meetup).ok().flatten()?;
        let mut roll = Self { meetup, detail, rows: Vec::new(), new: None, ahead: false, is_stale: false, picker: Picker::default() };
        roll.find(cx);
        Some(roll)
    }

    fn find_what_was_typed(&mut self, cx: &mut Cx<'_>) {
        if std::mem::take(&mut self.is_stale) {
            self.find(cx);
        }
    }

    /// Those on the roll, then, once something is typed, those of the roster who fit.
    fn find(&mut self, cx: &mut Cx<'_>) {
        let ahead = self.is_ahead(cx.book.today());
        self.ahead = ahead;
        let typed = text::clean_line(self.picker.line.text()).text.into_owned();
        let fits = |name: &str, org: &str| typed.is_empty() || fits(&typed, &format!("{name} {org}"));
        self.rows = self
            .detail
            .roll
            .iter()
            .filter(|r| fits(&r.name, &r.organisation))
            .map(|r| Row {
                person: r.person_id,
                name: r.name.clone(),
                organisation: r.organisation.clone(),
                came: if ahead { r.facts.rsvp == Some(Rsvp::Yes) } else { r.facts.outcome == Came::Attended },
                word: match (r.facts.outcome, r.facts.rsvp) {
                    (Came::Attended, _) => "came".into(),
                    (Came::Unknown, Some(Rsvp::Yes)) => "said yes".into(),
                    (Came::Unknown, Some(rsvp)) => format!("said {rsvp}"),
                    (Came::Unknown, None) => String::new(),
                    (outcome, _) => outcome.to_string(),
                },
            })
            .collect();
        self.new = None;
        if typed.is_empty() {
            self.offer_members(cx);
        } else {
            self.offer(&typed, cx);
            self.new = Some(typed);
        }
        self.picker.cursor.fit(self.len(), self.picker.cursor.height);
    }

    /// Before anything is typed: the members of the meetup's communities.
    fn offer_members(&mut self, cx: &mut Cx<'_>) {
        let communities: Vec<_> = self.detail.facts.communities.iter().filter_map(|name| cx.book.community_named(name).ok()).collect();
        let mut ids: Vec<PersonId> = Vec::new();
        for community in communities {
            // The index is not built here for it: as long as it is built behind the screen, the file says who comes first.
            let found = if cx.book.is_ready() {
                cx.book.find(&PeopleQuery { community: Some(community), ..PeopleQuery::default() }).map(|f| f.ids)
            } else {
                cx.book.first_page(Some(community), MEMBERS)
            };
            ids.extend(found.unwrap_or_default().into_iter().take(MEMBERS));
        }
        self.add_rows(&ids, MEMBERS, cx);
    }

    fn add_rows(&mut self, ids: &[PersonId], most: usize, cx: &mut Cx<'_>) {
        let on_roll = |id: &PersonId| self.detail.roll.iter().any(|r| r.person_id == *id);
        let mut wanted: Vec<PersonId> = Vec::new();
        for id in ids {
            if wanted.len() < most && !on_roll(id) && !wanted.contains(id) {
                wanted.push(*id);
            }
        }
        for p in cx.book.people(&wanted, None).unwrap_or_default() {
            self.rows.push(Row {
                person: p.id,
                name: p.title().to_owned(),
                organisation: p.organisation,
                came: false,
                word: "not on the roll".into(),
            });
        }
    }

    fn offer(&mut self, typed: &str, cx: &mut Cx<'_>) {
        if !cx.book.is_ready() {
            // Those of just this name; the others are found as soon as the index is there.
            let ids = cx.book.called(typed, OFFERED).unwrap_or_default();
            return self.add_rows(&ids, OFFERED, cx);
        }
        // Plain words only: here nobody types a query.
        let words: String = typed.split_whitespace().map(|w| format!("\"{}\" ", w.replace(['"', '\\'], ""))).collect();
        let Ok(found) = cx.book.find(&PeopleQuery { text: &words, ..PeopleQuery::default() }) else { return };
        self.add_rows(&found.ids, OFFERED, cx);
    }

    /// Before the day nobody can have come: then it is ticked who says yes.
    fn is_ahead(&self, today: chrono::NaiveDate) -> bool {
        self.detail.facts.starts.date() > today
    }

    fn len(&self) -> usize {
        self.rows.len() + usize::from(self.new.is_some())
    }

    fn take(&mut self) -> Outcome {
        if let Some(row) = self.rows.get(self.picker.cursor.at) {
            let change = match (self.ahead, row.came) {
                (true, ticked) => AttendanceChange::Rsvp((!ticked).then_some(Rsvp::Yes)),
                (false, true) => AttendanceChange::Outcome(Came::Unknown),
                (false, false) => AttendanceChange::Outcome(Came::Attended),
            };
            let command = Command::Attend { meetup: self.meetup, people: vec![row.person], change };
            // The next name can be typed at once; without one, the cursor goes on to the next.
            if self.picker.line.text().is_empty() {
                self.picker.cursor.at += 1;
            } else {
                self.picker.line.set("");
                self.picker.cursor.at = 0;
            }
            return Outcome::ask(Request::Run(command));
        }
        match self.new.take() {
            Some(name) => {
                self.picker.line.set("");
                Outcome::ask(Request::Form(Subject::WalkIn(self.meetup, name)))
            }
            None => Outcome::Done,
        }
    }
}

impl Layer for Roll {
    fn scope(&self) -> Scope {
        Scope::Roll
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if !self.picker.type_key(key) {
            return Outcome::Ignored;
        }
        self.is_stale = true;
        Outcome::Done
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        self.find_what_was_typed(cx);
        if action == Action::Tick {
            return self.take();
        }
        match self.picker.act(action, self.len()) {
            Picked::Taken => self.take(),
            Picked::Moved => Outcome::Done,
            Picked::Left => Outcome::ask(Request::Close),
            Picked::Ignored => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) -> Outcome {
        self.picker.line.paste(pasted, ' ');
        self.find(cx);
        Outcome::Done
    }

    fn click(&mut self, row: usize, cx: &mut Cx<'_>) -> Outcome {
        self.find_what_was_typed(cx);
        self.picker.cursor.at = row;
        self.take()
    }

    fn scroll(&mut self, lines: i32) {
        let len = self.len();
        self.picker.cursor.scroll(lines, len);
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn here(&self) -> Here {
        self.rows.get(self.picker.cursor.at).map(|r| ("roll", r.person.0))
    }

    fn stays(&self) -> bool {
        // For the next name.
        true
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        if touched.many || touched.meetups || !touched.people.is_empty() {
            if let Some(detail) = cx.book.meetup(self.meetup)? {
                self.detail = detail;
            }
            let on = self.here();
            self.find(cx);
            // The cursor stays on its person when others come before them.
            if let Some(at) = self.rows.iter().position(|r| Some(("roll", r.person.0)) == on) {
                self.picker.cursor.at = at;
            }
        }
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.find_what_was_typed(cx);
        let len = self.len();
        self.picker.prepare(picker::place(area, self.len().max(8), 72), len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let ticked = |r: &&crate::book::RollRow| {
            if self.ahead { r.facts.rsvp == Some(Rsvp::Yes) } else { r.facts.outcome == Came::Attended }
        };
        let came = self.detail.roll.iter().filter(ticked).count();
        let texts: Vec<(String, String, String)> = self
            .rows
            .iter()
            .map(|r| {
                let tick = if r.came { "[x] " } else { "[ ] " };
                (format!("{tick}{}", text::pad(&r.name, 28)), format!(" {} ", text::pad(&r.organisation, 16)), r.word.clone())
            })
            .collect();
        let mut rows: Vec<Vec<(&str, Tone)>> = texts
            .iter()
            .map(|(name, org, word)| vec![(name.as_str(), Tone::Plain), (org.as_str(), Tone::Dim), (word.as_str(), Tone::Dim)])
            .collect();
        if let Some(name) = &self.new {
            rows.push(vec![("somebody new: ", Tone::Dim), (name.as_str(), Tone::Plain)]);
        }
        if rows.is_empty() {
            rows.push(vec![("type three letters of a name", Tone::Dim)]);
        }
        let place = picker::place(area, rows.len().max(8), 72);
        let asks = if self.ahead { "Who comes to" } else { "Who came to" };
        let title = format!("{asks} {} · {came}", self.detail.facts.title);
        self.picker.draw(place, &title, &[hint(Action::Take, "ticks, goes to the next"), hint(Action::Back, "")], &rows, on);
    }
}
