//! A second screen with a pane and an overlay, which the product doesn't have. It shows all that adding one takes.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::actions::ACTIONS;
use crate::book::{FixedClock, Thing};
use crate::domain::ids::CommunityId;
use crate::paths::Paths;
use crate::tui::answer::Answer;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::{Pane, Touch, Wish};
use crate::tui::home::Home;
use crate::tui::list::Cursor;
use crate::tui::paint;
use crate::tui::tasks::{Kind, Task};
use crate::tui::theme::Colours;

/// A pane: a list of numbers.
#[derive(Default)]
struct Numbers {
    cursor: Cursor,
    followed: usize,
}

impl Pane for Numbers {
    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        if self.cursor.act(action, 100) { Outcome::Done } else { Outcome::Ignored }
    }

    fn thing(&self) -> Option<Thing> {
        None
    }

    fn touch(&mut self, touch: Touch) -> Outcome {
        if let Touch::Press { on: Target::Row(_, row), .. } = touch {
            self.cursor.at = row;
        }
        Outcome::Done
    }

    fn follow(&mut self, _: &Touched, _: &mut Cx<'_>) -> Result<(), BookError> {
        self.followed += 1;
        Ok(())
    }

    fn prepare(&mut self, area: Rect, _: &mut Cx<'_>) -> Result<(), BookError> {
        self.cursor.fit(100, usize::from(area.height));
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        on.drawn.hit(area, Target::Row(PaneId::Members, 7));
        paint::pieces(on, (area.x, area.y), area.width, &[(&format!("number {}", self.cursor.at), Tone::Plain)]);
    }
}

/// A screen: the pane, and what it was sent.
#[derive(Default)]
struct Tally {
    numbers: Numbers,
    messages: Vec<&'static str>,
}

impl Layer for Tally {
    fn scope(&self) -> Scope {
        Scope::Roll
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        match action {
            Action::Tick => Outcome::ask(Request::push(Note::default())),
            Action::Take => Outcome::ask(Request::Wish(Wish::Select(Thing::Community(CommunityId(1))))),
            _ => self.numbers.act(action, cx),
        }
    }

    fn touch(&mut self, touch: Touch, _: &mut Cx<'_>) -> Outcome {
        self.numbers.touch(touch)
    }

    fn answer(&mut self, answer: Answer, _: &mut Cx<'_>) -> Result<Outcome, Answer> {
        match answer {
            Answer::Findings(_) => self.messages.push("findings"),
            other => return Err(other),
        }
        Ok(Outcome::Done)
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.numbers.follow(touched, cx)
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.numbers.prepare(area, cx)
    }

    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>) {
        self.numbers.draw(area, focused, on);
        let messages = Rect { y: area.y + 1, ..area };
        paint::pieces(on, (messages.x, messages.y), messages.width, &[(&format!("told {:?}", self.messages), Tone::Plain)]);
    }
}

impl Screen for Tally {}

/// An overlay that starts a task, and shows its result.
#[derive(Default)]
struct Note {
    answers: usize,
    refused: String,
}

fn work(result: Result<(), BookError>) -> Request {
    let start = move |_: &mut Book, jobs: Jobs| Ok(jobs.spawn(move |_| result));
    Request::Begin(Task::new(Kind::waited("Counting", "numbers"), start, |done| done.map(|()| Answer::Findings(Vec::new()))))
}

impl Layer for Note {
    fn scope(&self) -> Scope {
        Scope::History
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        match action {
            Action::BackToHere => Outcome::ask(work(Ok(()))),
            Action::Redo => Outcome::ask(work(Err(BookError::Refused("no such number".into())))),
            Action::Take => Outcome::ask(Request::push(Message::new("Above", "it"))),
            Action::Undo => Outcome::Ask(vec![work(Ok(())), Request::Close]),
            _ => Outcome::Ignored,
        }
    }

    fn answer(&mut self, answer: Answer, _: &mut Cx<'_>) -> Result<Outcome, Answer> {
        match answer {
            Answer::Findings(_) => self.answers += 1,
            other => return Err(other),
        }
        Ok(Outcome::Done)
    }

    fn refuse(&mut self, message: &str) -> bool {
        message.clone_into(&mut self.refused);
        true
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let line = Rect { y: area.y + 2, height: 1, ..area };
        let said = format!("note {} {}", self.answers, self.refused);
        paint::pieces(on, (line.x, line.y), line.width, &[(&said, Tone::Plain)]);
    }
}

struct Desk {
    shell: Shell,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::create(
            &folder.path().join("desk.guildhall"),
            Arc::new(FixedClock::on(chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap())),
        )
        .unwrap();
        let setup = Setup::read(&Paths::under(folder.path(), "desk.guildhall"), false, Colours::Sixteen);
        let mut shell = Shell::new(book, setup, Jobs::Inline, Home::new).unwrap();
        shell.start_background_tasks();
        shell.tick();
        shell.perform(0, Request::Show(Box::new(Tally::default())));
        Self { shell, _folder: folder }
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.shell.handle(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self
    }

    fn shows(&mut self, what: &str) -> &mut Self {
        self.shell.tick();
        let area = Rect::new(0, 0, 80, 12);
        let mut buffer = Buffer::empty(area);
        self.shell.draw_on(area, &mut buffer);
        let text: String = buffer.content.chunks(80).map(|l| l.iter().map(|c| c.symbol()).collect::<String>() + "\n").collect();
        assert!(text.contains(what), "{what:?} is not in\n{text}");
        self
    }
}

#[test]
fn a_screen_has_the_keys_the_frame_and_the_mouse_until_one_goes_back() {
    let mut desk = Desk::new();
    desk.shows("number 0").press(KeyCode::Down).press(KeyCode::Char('j')).shows("number 2");
    let press = MouseEvent { kind: MouseEventKind::Down(MouseButton::Left), column: 3, row: 3, modifiers: KeyModifiers::NONE };
    desk.shell.handle(&Event::Mouse(press));
    desk.shows("number 7");
    // Help and the palette are available, and list what works on the screen.
    desk.press(KeyCode::Char('?')).shows("Tick or untick the person").press(KeyCode::Esc);
    desk.press(KeyCode::Char(':')).shows("tick").press(KeyCode::Esc).shows("number 7");
    desk.press(KeyCode::Esc).shows("1 Communities");
}

#[test]
fn what_a_screen_doesnt_do_is_asked_of_the_home_screen() {
    let mut desk = Desk::new();
    desk.press(KeyCode::Enter).shows("1 Communities");
}

#[test]
fn an_answer_and_a_refusal_go_to_the_layer_that_asked_wherever_it_lies() {
    let mut desk = Desk::new();
    desk.press(KeyCode::Char(' ')).shows("note 0").press(KeyCode::Char('b')).shows("note 1");
    // Another overlay is open when the answer arrives.
    desk.press(KeyCode::Char('b')).press(KeyCode::Enter).shows("note 2").shows("Above").press(KeyCode::Esc);
    desk.shell.handle(&Event::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL)));
    desk.shows("note 2 no such number");
    // The overlay is closed when the answer arrives, so the screen gets it.
    desk.press(KeyCode::Char('u')).shows("told [\"findings\"]");
}

#[test]
fn what_a_step_touched_reaches_every_layer_and_a_second_task_waits_its_turn() {
    let mut desk = Desk::new();
    desk.press(KeyCode::Char(' '));
    desk.shell.follow(&Touched { words: true, ..Touched::default() });
    desk.press(KeyCode::Char('b'));
    // The inline task is done, but its result hasn't been handled yet.
    desk.press(KeyCode::Char('b')).shows("something is still running; Esc stops it");
}

/// Opens a layer in which an action of a scope is available.
fn come_to(shell: &mut Shell, action: Action) {
    let scope = info(action).scope;
    let path = || std::path::PathBuf::from("x.md");
    let nothing = || Request::say("");
    match scope {
        Scope::Members | Scope::Home | Scope::List | Scope::Steps | Scope::Everywhere => {
            shell.act(Action::PaneMembers);
        }
        Scope::Meetups => _ = shell.act(Action::PaneMeetups),
        Scope::Communities => _ = shell.act(Action::PaneCommunities),
        Scope::Detail => _ = shell.act(Action::PaneDetail),
        Scope::History => _ = shell.act(Action::History),
        Scope::Columns => _ = shell.act(Action::Columns),
        Scope::Roll | Scope::Attendance => {
            shell.act(Action::PaneMeetups);
            shell.act(Action::Roll);
        }
        Scope::Names | Scope::Organisations => _ = shell.act(Action::Organisations),
        Scope::Form | Scope::Window => {
            shell.act(Action::PaneMembers);
            shell.act(Action::Edit);
        }
        Scope::Question => shell.push(Confirm::new("?", action, "do it", nothing())),
        Scope::Plan if action == Action::LeaveOut => {
            let options = crate::book::ImportOptions { file: path(), text: None, community: Some("Data".into()), dry_run: false };
            shell.push(crate::tui::overlays::Review::new(Default::default(), options));
        }
        Scope::Plan | Scope::Message => shell.push(Message::new("Plan", "of a page").then(action, "does it", nothing)),
        Scope::Text => shell.push(Message::new("Said", "something")),
        // These scopes work everywhere, or before there is a shell.
        Scope::Today => _ = shell.act(Action::Today),
        Scope::Moving | Scope::Welcome => {}
    }
}

#[test]
fn every_action_is_done_by_somebody_where_its_scope_has_the_focus() {
    for info in ACTIONS {
        if info.scope == Scope::Welcome {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::on(chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()));
        let mut book = Book::create(&folder.path().join("desk.guildhall"), clock).unwrap();
        book.run(&crate::book::Command::LoadSample).unwrap();
        let setup = Setup::read(&Paths::under(folder.path(), "desk.guildhall"), false, Colours::Sixteen);
        let mut shell = Shell::new(book, setup, Jobs::Inline, Home::new).unwrap();
        shell.start_background_tasks();
        shell.tick();
        come_to(&mut shell, info.action);
        let scope = shell.layers.top_ref().scope();
        assert!(scope.working().contains(&info.scope), "{}: {scope:?}", info.name);
        assert!(shell.act(info.action), "nobody does {}", info.name);
    }
}
