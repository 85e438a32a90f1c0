//! The roll: find people by three letters, Enter ticks; somebody who isn't on the roster is added on the spot.
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
use crate::domain::words::{MeetupStatus, Outcome as AttendanceOutcome, Rsvp};
use crate::tui::attendance;
use crate::tui::canvas::{Canvas, Target, hint};
use crate::tui::core::{Cx, Here, Layer, Outcome, Request, Subject};
use crate::tui::matching::fits;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// How many people who aren't on the roll are offered at once.
const OFFERED: usize = 12;
/// How many members of the meetup's communities are offered before anything is typed.
const MEMBERS: usize = 300;

struct Row {
    person: PersonId,
    name: String,
    organisation: String,
    came: bool,
    /// The person's attendance; `None` if they aren't on the roll.
    facts: Option<AttendanceFacts>,
}

/// The roll overlay.
pub(crate) struct Roll {
    meetup: MeetupId,
    detail: MeetupDetail,
    rows: Vec<Row>,
    new: Option<String>,
    /// Whether the meetup is still to come.
    ahead: bool,
    /// Whether something was typed since the last match. Matching runs once for all that is typed in one go.
    is_stale: bool,
    /// Whether a new person is being added.
    adding: bool,
    /// The person to move the cursor to after the tick is written.
    next: Option<PersonId>,
    picker: Picker,
}

impl Roll {
    /// Returns the roll of a meetup; `None` if the meetup no longer exists.
    #[must_use]
    pub(crate) fn new(meetup: MeetupId, cx: &mut Cx<'_>) -> Option<Self> {
        let detail = cx.book.meetup(meetup).ok().flatten()?;
        let (rows, picker) = (Vec::new(), Picker::default());
        let mut roll = Self { meetup, detail, rows, new: None, ahead: false, is_stale: false, adding: false, next: None, picker };
        roll.find(cx);
        Some(roll)
    }

    fn refresh_matches(&mut self, cx: &mut Cx<'_>) {
        if std::mem::take(&mut self.is_stale) {
            self.find(cx);
        }
    }

    /// Lists the matching people on the roll, then matches from the roster once something is typed.
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
                came: if ahead { r.facts.rsvp == Some(Rsvp::Yes) } else { r.facts.outcome == AttendanceOutcome::Attended },
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

    /// Offers the members of the meetup's communities, before anything is typed.
    fn offer_members(&mut self, cx: &mut Cx<'_>) {
        let communities: Vec<_> = self.detail.facts.communities.iter().filter_map(|name| cx.book.community_named(name).ok()).collect();
        let mut ids: Vec<PersonId> = Vec::new();
        for community in communities {
            // The index isn't built here. While it is built in the background, the file decides who comes first.
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
            // Only exact names match now; the others are found as soon as the index is ready.
            let ids = cx.book.called(typed, OFFERED).unwrap_or_default();
            return self.add_rows(&ids, OFFERED, cx);
        }
        // The text is searched as plain words, because it isn't a query here.
        let words: String = typed.split_whitespace().map(|w| format!("\"{}\" ", w.replace(['"', '\\'], ""))).collect();
        let Ok(found) = cx.book.find(&PeopleQuery { text: &words, ..PeopleQuery::default() }) else { return };
        self.add_rows(&found.ids, OFFERED, cx);
    }

    /// Returns whether the meetup is still to come. Nobody can have attended yet, so a tick then means "says yes".
    fn is_ahead(&self, today: chrono::NaiveDate) -> bool {
        self.detail.facts.starts.date() > today
    }

    fn len(&self) -> usize {
        self.rows.len() + usize::from(self.new.is_some())
    }

    /// Ticks the person under the cursor and moves to the next, so that pressing the key twice never removes a tick.
    fn take(&mut self, cx: &mut Cx<'_>) -> Outcome {
        match self.rows.get(self.picker.cursor.at) {
            Some(row) if row.came => {
                self.go_on(cx);
                Outcome::Done
            }
            Some(_) => self.turn(true, cx),
            // The typed text stays until the person is on the roll, because the form may be cancelled.
            None => match self.new.clone() {
                Some(name) => {
                    self.adding = true;
                    Outcome::ask(Request::Form(Subject::WalkIn(self.meetup, name)))
                }
                None => Outcome::Done,
            },
        }
    }

    /// Ticks the person under the cursor, or removes the tick.
    fn turn(&mut self, ticked: bool, cx: &mut Cx<'_>) -> Outcome {
        let Some(row) = self.rows.get(self.picker.cursor.at) else { return self.take(cx) };
        let change = match (self.ahead, ticked) {
            (true, ticked) => AttendanceChange::Rsvp(ticked.then_some(Rsvp::Yes)),
            (false, true) => AttendanceChange::Outcome(AttendanceOutcome::Attended),
            (false, false) => AttendanceChange::Outcome(AttendanceOutcome::Unknown),
        };
        let (person, command) = (row.person, attendance::command(self.meetup, row.person, change));
        if ticked {
            self.go_on(cx);
        } else {
            self.next = Some(person);
        }
        Outcome::ask(Request::Run(command))
    }

    /// Moves to the next row; or ends a search, with the cursor on the person found, so that the next name can be typed.
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

    /// Records an answer or a role of the person under the cursor, who stays selected; ends a search, so that the next name can be typed.
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

    /// Closes the roll; if the meetup is over and people attended, asks whether it was held.
    fn leave(&self, cx: &Cx<'_>) -> Outcome {
        let came = self.detail.roll.iter().filter(|r| r.facts.outcome == AttendanceOutcome::Attended).count() as u64;
        let is_over = self.detail.facts.starts.date() < cx.book.today();
        let offer =
            (is_over && came > 0 && cx.book.read_only().is_none()).then(|| ask_whether_held(self.meetup, &self.detail, came)).flatten();
        Outcome::Ask(std::iter::once(Request::Close).chain(offer.map(Request::push)).collect())
    }
}

/// Asks whether to mark a meetup as held; `None` if its status is final.
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
        // The last step is now shown, so from here on only the user moves the cursor.
        self.next = None;
        self.refresh_matches(cx);
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
        self.refresh_matches(cx);
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
        // The cleared line is ready for the next name.
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
        self.refresh_matches(cx);
        let len = self.len();
        let place = place(area, len);
        self.picker.prepare(Rect { height: place.height.saturating_sub(KEYS), ..place }, len);
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let ticked = |r: &&crate::book::RollRow| {
            if self.ahead { r.facts.rsvp == Some(Rsvp::Yes) } else { r.facts.outcome == AttendanceOutcome::Attended }
        };
        let came = self.detail.roll.iter().filter(ticked).count();
        let texts: Vec<(String, String, String, Tone)> = self
            .rows
            .iter()
            .map(|r| {
                let tick = if r.came { "[x] " } else { "[ ] " };
                let words = r.facts.as_ref().map_or_else(|| "not on the roll".to_owned(), attendance::words);
                let tone = if r.facts.as_ref().is_some_and(|f| f.outcome == AttendanceOutcome::NoShow) { Tone::Warning } else { Tone::Dim };
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
        self.picker.draw(list, &title, &[hint(Action::Take, "tick and go to the next"), hint(Action::Back, "")], &rows, on);
        draw_keys(Rect { y: list.bottom(), height: place.height - list.height, ..place }, on);
    }
}

/// How many lines the keys take below the list.
const KEYS: u16 = 2;

/// Returns the area of the roll, with its keys.
fn place(area: Rect, rows: usize) -> Rect {
    picker::place(area, rows.max(8) + usize::from(KEYS), 76)
}

/// Draws the keys for answers and roles; each can be clicked.
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
