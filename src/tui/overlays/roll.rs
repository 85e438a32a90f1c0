//! Who came: find by three letters, Enter ticks; somebody unknown is added on the spot.
//!
//! Must not know the panes.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::confirm::Confirm;
use super::picker::{self, Picked, Picker};
use crate::actions::{Action, Scope, info};
use crate::book::{AttendanceChange, BookError, Command, MeetupDetail, PeopleQuery, Touched};
use crate::domain::ids::{MeetupId, PersonId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::text;
use crate::domain::words::{MeetupStatus, Outcome as Came, Rsvp};
use crate::tui::attendance;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request, Subject};
use crate::tui::matching::fits;
use crate::tui::paint;
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
    /// What is known of them; nothing if they aren't on the roll.
    facts: Option<AttendanceFacts>,
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
    /// Whether somebody new is being added.
    adding: bool,
    /// On whom the cursor stands once what was ticked is written.
    next: Option<PersonId>,
    picker: Picker,
}

impl Roll {
    /// The roll of a meetup; `None` if it is gone.
    #[must_use]
    pub(crate) fn new(meetup: MeetupId, cx: &mut Cx<'_>) -> Option<Self> {
        let detail = cx.book.meetup(meetup).ok().flatten()?;
        let (rows, picker) = (Vec::new(), Picker::default());
        let mut roll = Self { meetup, detail, rows, new: None, ahead: false, is_stale: false, adding: false, next: None, picker };
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
                facts: Some(r.facts.clone()),
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
            self.rows.push(Row { person: p.id, name: p.title().to_owned(), organisation: p.organisation, came: false, facts: None });
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

    /// Ticks the one under the cursor and goes on to the next, so that the same key twice never takes a tick away.
    fn take(&mut self, cx: &mut Cx<'_>) -> Outcome {
        match self.rows.get(self.picker.cursor.at) {
            Some(row) if row.came => {
                self.go_on(cx);
                Outcome::Done
            }
            Some(_) => self.turn(true, cx),
            // What is typed stays until they are on the roll: the form may be left.
            None => match self.new.clone() {
                Some(name) => {
                    self.adding = true;
                    Outcome::ask(Request::Form(Subject::WalkIn(self.meetup, name)))
                }
                None => Outcome::Done,
            },
        }
    }

    /// Ticks the one under the cursor, or takes the tick away.
    fn turn(&mut self, ticked: bool, cx: &mut Cx<'_>) -> Outcome {
        let Some(row) = self.rows.get(self.picker.cursor.at) else { return self.take(cx) };
        let change = match (self.ahead, ticked) {
            (true, ticked) => AttendanceChange::Rsvp(ticked.then_some(Rsvp::Yes)),
            (false, true) => AttendanceChange::Outcome(Came::Attended),
            (false, false) => AttendanceChange::Outcome(Came::Unknown),
        };
        let (person, command) = (row.person, attendance::command(self.meetup, row.person, change));
        if ticked {
            self.go_on(cx);
        } else {
            self.next = Some(person);
        }
        Outcome::ask(Request::Run(command))
    }

    /// Goes on to the next row; after a search, which ends, the cursor stays on whom it found, and the next name can be typed.
    fn go_on(&mut self, cx: &mut Cx<'_>) {
        let at = self.picker.cursor.at;
        let here = self.rows.get(at).map(|r| r.person);
        if self.picker.line.text().is_empty() {
            self.next = self.rows.get(at + 1).map(|r| r.person).or(here);
        } else {
            self.next = here;
            self.picker.line.set("");
            self.find(cx);
        }
        self.go_to_next();
    }

    fn go_to_next(&mut self) {
        if let Some(at) = self.next.and_then(|next| self.rows.iter().position(|r| r.person == next)) {
            self.picker.cursor.at = at;
        }
    }

    /// Records an answer or a part of the one under the cursor, who stays there; a search ends, so that the next name can be typed.
    fn record(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        let nobody = AttendanceFacts::default();
        let row = self.rows.get(self.picker.cursor.at);
        let Some(change) = attendance::change(action, row.and_then(|r| r.facts.as_ref()).unwrap_or(&nobody)) else {
            return Outcome::Ignored;
        };
        let Some(person) = row.map(|r| r.person) else {
            return Outcome::ask(Request::say("They aren't on the roster yet: {take} adds them first"));
        };
        self.next = Some(person);
        if !self.picker.line.text().is_empty() {
            self.picker.line.set("");
            self.find(cx);
            self.go_to_next();
        }
        Outcome::ask(Request::Run(attendance::command(self.meetup, person, change)))
    }

    /// Leaves; of a meetup that is over, and whose roll says that people came, asks whether it was held.
    fn leave(&self, cx: &Cx<'_>) -> Outcome {
        let came = self.detail.roll.iter().filter(|r| r.facts.outcome == Came::Attended).count() as u64;
        let is_over = self.detail.facts.starts.date() < cx.book.today();
        let offer =
            (is_over && came > 0 && cx.book.read_only().is_none()).then(|| ask_whether_held(self.meetup, &self.detail, came)).flatten();
        Outcome::Ask(std::iter::once(Request::Close).chain(offer.map(Request::push)).collect())
    }
}

/// Asks whether a meetup is to be marked as held, if it is over and isn't yet.
pub(crate) fn ask_whether_held(id: MeetupId, detail: &MeetupDetail, came: u64) -> Option<Confirm> {
    if !detail.facts.status.is_open() {
        return None;
    }
    let came = if came > 0 { format!(" and {} came", text::count(came, "person", "people")) } else { String::new() };
    let question = format!("{} is over{came}, but its status is still “{}”. Mark it as held?", detail.facts.title, detail.facts.status);
    let facts = MeetupFacts { status: MeetupStatus::Held, ..detail.facts.clone() };
    let command = Command::PutMeetup { id: Some(id), facts, was: Some(detail.op) };
    Some(Confirm::asking("Was it held?", &question, Action::Yes, "mark as held", Request::Run(command)))
}

impl Layer for Roll {
    fn scope(&self) -> Scope {
        Scope::Roll
    }

    fn type_key(&mut self, key: KeyEvent, _: &mut Cx<'_>) -> Outcome {
        if !self.picker.type_key(key) {
            return Outcome::Ignored;
        }
        self.adding = false;
        self.is_stale = true;
        Outcome::Done
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        // What became of the step before is shown: from here on the cursor is where the lead moves it.
        self.next = None;
        self.find_what_was_typed(cx);
        if action == Action::Tick {
            let ticked = self.rows.get(self.picker.cursor.at).is_some_and(|r| r.came);
            return self.turn(!ticked, cx);
        }
        match self.picker.act(action, self.len()) {
            Picked::Taken => self.take(cx),
            Picked::Moved => Outcome::Done,
            Picked::Left if self.ahead => Outcome::ask(Request::Close),
            Picked::Left => self.leave(cx),
            Picked::Ignored => self.record(action, cx),
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
        let ticked = self.rows.get(row).is_some_and(|r| r.came);
        self.turn(!ticked, cx)
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
            if std::mem::take(&mut self.adding) {
                self.picker.line.set("");
            }
            // The cursor stays on its person when others come before them.
            self.next = self.next.or_else(|| self.rows.get(self.picker.cursor.at).map(|r| r.person));
            self.find(cx);
            self.go_to_next();
            self.next = None;
        }
        Ok(())
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.find_what_was_typed(cx);
        let len = self.len();
        let place = place(area, len);
        self.picker.prepare(Rect { height: place.height.saturating_sub(KEYS), ..place }, len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let ticked = |r: &&crate::book::RollRow| {
            if self.ahead { r.facts.rsvp == Some(Rsvp::Yes) } else { r.facts.outcome == Came::Attended }
        };
        let came = self.detail.roll.iter().filter(ticked).count();
        let texts: Vec<(String, String, String, Tone)> = self
            .rows
            .iter()
            .map(|r| {
                let tick = if r.came { "[x] " } else { "[ ] " };
                let words = r.facts.as_ref().map_or_else(|| "not on the roll".to_owned(), attendance::words);
                let tone = if r.facts.as_ref().is_some_and(|f| f.outcome == Came::NoShow) { Tone::Warning } else { Tone::Dim };
                (format!("{tick}{}", text::pad(&r.name, 28)), format!(" {} ", text::pad(&r.organisation, 16)), words, tone)
            })
            .collect();
        let mut rows: Vec<Vec<(&str, Tone)>> = texts
            .iter()
            .map(|(name, org, word, tone)| vec![(name.as_str(), Tone::Plain), (org.as_str(), Tone::Dim), (word.as_str(), *tone)])
            .collect();
        if let Some(name) = &self.new {
            rows.push(vec![("new: ", Tone::Dim), (name.as_str(), Tone::Plain)]);
        }
        if rows.is_empty() {
            rows.push(vec![("type three letters of a name", Tone::Dim)]);
        }
        let place = place(area, rows.len());
        let asks = if self.ahead { "Who comes to" } else { "Who came to" };
        let count = if self.ahead { attendance::room(came as u64, self.detail.facts.capacity).0 } else { came.to_string() };
        let title = format!("{asks} {} · {count}", self.detail.facts.title);
        let list = Rect { height: place.height.saturating_sub(KEYS), ..place };
        self.picker.draw(list, &title, &[hint(Action::Take, "tick, next"), hint(Action::Back, "")], &rows, on);
        draw_keys(Rect { y: list.bottom(), height: place.height - list.height, ..place }, on);
    }
}

/// How many lines the keys take below the list.
const KEYS: u16 = 2;

/// Where it is drawn, with its keys.
fn place(area: Rect, rows: usize) -> Rect {
    picker::place(area, rows.max(8) + usize::from(KEYS), 76)
}

/// The keys for answers and parts, each of which can be clicked.
fn draw_keys(area: Rect, on: &mut Canvas<'_>) {
    let area = area.intersection(on.buf.area);
    paint::empty(on, area);
    on.drawn.hit(area, Target::Overlay);
    let (mut x, mut y) = (area.x + 1, area.y);
    for action in attendance::SHOWN {
        let (key, word) = (on.keys.word(*action), info(*action).footer);
        let width = u16::try_from(text::width(&key) + text::width(word) + 3).unwrap_or(area.width);
        if key.is_empty() {
            continue;
        }
        if x + width > area.right() + 2 && x > area.x + 1 {
            (x, y) = (area.x + 1, y + 1);
        }
        if y >= area.bottom() {
            return;
        }
        let used = paint::pieces(on, (x, y), area.right().saturating_sub(x), &[(&key, Tone::Key), (" ", Tone::Plain), (word, Tone::Dim)]);
        on.drawn.hit(Rect::new(x, y, used, 1), Target::Action(*action));
        x += width;
    }
}
