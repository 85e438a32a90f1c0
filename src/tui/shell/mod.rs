//! The shell: the visible screen, the overlays on it, the running tasks, and which layer gets which key.
//!
//! Must not know what is on a screen or in an overlay. It opens help, the palette and the history itself, because they are about the
//! program.

mod common;
mod drafts;
mod draw;
mod menus;
mod mouse;
mod perform;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind};
use ratatui::layout::Rect;

use crate::actions::{Action, Scope, info};
use crate::book::{Book, BookError, Confirmed, Jobs, Step, Touched};
use crate::config::{Keys, Lookup};
use crate::domain::ids::OpId;
use crate::domain::text;
use crate::reasons;
use crate::tui::answer::LayerId;
use crate::tui::canvas::Drawn;
use crate::tui::core::{Cx, Layer, Outcome, Request, Screen};
use crate::tui::edit::is_escape;
use crate::tui::errands::Errand;
use crate::tui::layers::Layers;
use crate::tui::overlays::{Confirm, History, Message};
use crate::tui::setup::Setup;
use crate::tui::tasks::Tasks;
use crate::tui::theme::Tone;
use crate::tui::works;
use mouse::MouseState;

use common::Common;
use drafts::Drafts;

/// What the event loop does after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Continue.
    Go,
    /// Redraw everything.
    Redraw,
    /// Suspend the program, and return to the shell that started it.
    Suspend,
    /// Quit.
    Quit,
}

/// The shell.
pub struct Shell {
    common: Common,
    layers: Layers,
    tasks: Tasks,
    /// The first key of a sequence of two, while waiting for the second.
    pending: Vec<KeyEvent>,
    toast: Option<(String, Tone)>,
    then: Then,
    drawn: Drawn,
    errands: VecDeque<Errand>,
    drafts: Drafts,
    size: Rect,
    mouse: MouseState,
    /// The step that undo would have applied to when the last frame was drawn.
    newest: Option<OpId>,
}

impl Shell {
    /// Opens a book with the screen that `home` returns. `jobs` decides whether long tasks run on threads.
    ///
    /// # Errors
    /// If the book can't be read.
    pub(crate) fn new<S: Screen + 'static>(
        mut book: Book,
        setup: Setup,
        jobs: Jobs,
        home: impl FnOnce(&mut Cx<'_>) -> Result<S, BookError>,
    ) -> Result<Self, BookError> {
        book.write_dates(setup.config.date_order, setup.config.week_start);
        book.use_framework(setup.config.framework.clone());
        let mut common = Common { book, setup, asked: Vec::new() };
        let home = home(&mut common.cx())?;
        let mut shell = Self {
            common,
            layers: Layers::on(Box::new(home)),
            tasks: Tasks::new(jobs),
            pending: Vec::new(),
            toast: None,
            then: Then::Go,
            drawn: Drawn::default(),
            errands: VecDeque::new(),
            drafts: Drafts::default(),
            size: Rect::new(0, 0, 80, 24),
            mouse: MouseState::default(),
            newest: None,
        };
        if let Some(why) = shell.common.book.read_only() {
            shell.toast = Some((format!("Open read-only: {why}"), Tone::Warning));
        }
        shell.perform_all(0, Outcome::Done);
        shell.drafts = Drafts::left(&mut shell.common.book);
        if let Some(offer) = shell.drafts.offer() {
            shell.push(offer);
        }
        if let Some(mistakes) = menus::mistakes(&shell.common.setup.config) {
            shell.push(mistakes);
        }
        Ok(shell)
    }

    /// Starts the background tasks, after the first frame.
    pub fn start_background_tasks(&mut self) {
        self.begin(works::index(), 0);
        self.begin(works::backup(), 0);
        if self.common.book.was_unclean() {
            self.begin(works::check(), 0);
        }
        let migrated = self.common.book.migrated();
        if !migrated.is_empty() {
            let body = migrated.iter().map(|m| text::sentence(m)).collect::<Vec<_>>().join("\n\n");
            self.push(Message::new("Brought up to date", &body));
        }
    }

    /// Returns the keys of this run.
    const fn keys(&self) -> &Keys {
        &self.common.setup.config.keys
    }

    fn push(&mut self, overlay: impl Layer + 'static) {
        self.perform(0, Request::push(overlay));
    }

    /// Lets the top layer handle something, and carries out its requests; returns whether it handled it.
    fn on_top(&mut self, deal: impl FnOnce(&mut dyn Layer, &mut Cx<'_>) -> Outcome) -> bool {
        let (id, top) = self.layers.top();
        let outcome = deal(top, &mut self.common.cx());
        self.perform_all(id, outcome)
    }

    /// Handles a terminal event.
    pub fn handle(&mut self, event: &Event) -> Then {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                self.toast = None;
                self.key(*key);
            }
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Paste(text) => {
                self.poll_external_changes();
                if self.layers.is_bare() || self.layers.top_ref().takes_text() {
                    self.on_top(|top, cx| top.paste(text, cx));
                }
            }
            Event::FocusGained => {
                self.poll_external_changes();
            }
            Event::Resize(..) => return Then::Redraw,
            _ => {}
        }
        let then = std::mem::replace(&mut self.then, Then::Go);
        if then == Then::Quit {
            self.tasks.shut_down();
        }
        then
    }

    /// Polls for changes by other programs, and reads everything again if there are any; returns whether there are.
    fn poll_external_changes(&mut self) -> bool {
        if self.tasks.waits().is_some() {
            // Our own task is writing; changes by others are polled for when it is done.
            return false;
        }
        let changed = self.common.book.poll_external_changes();
        let changed = self.note_for(0, changed) == Some(true);
        if changed {
            self.begin(works::index(), 0);
            self.follow(&Touched::everything());
            // Unsaved forms take over what they can. That happens here because a change is noticed only once, whichever event comes first.
            for (_, layer) in self.layers.all_mut() {
                layer.compare(&mut self.common.cx());
            }
            self.toast = Some(("The roster was changed by another program; this is how it stands now".into(), Tone::Warning));
        }
        changed
    }

    fn key(&mut self, key: KeyEvent) {
        let was = self.layers.top_ref().here();
        let changed = self.poll_external_changes();
        if changed {
            // What is visible is read again, so that it is known what is under the cursor now.
            let (body, _) = crate::tui::bars::divided(self.size);
            self.prepare(self.size, body);
        }
        let differs = changed && was.is_some() && self.layers.top_ref().here() != was;
        if self.layers.top_ref().takes_text() && self.on_top(|top, cx| top.type_key(key, cx)) {
            self.pending.clear();
            return;
        }
        let scope = self.layers.top_ref().scope();
        self.pending.push(key);
        let asked = match self.keys().lookup(&self.pending, scope) {
            // If two keys are no sequence, the second counts as a single key, except for going back, which only cancels the first.
            Lookup::Nothing if self.pending.len() > 1 => match self.keys().lookup(&[key], scope) {
                Lookup::Action(Action::Back) => Lookup::Nothing,
                alone => alone,
            },
            asked => asked,
        };
        if asked == Lookup::More {
            self.pending = vec![key];
            return;
        }
        self.pending.clear();
        match asked {
            // The key was meant for an item that is no longer under the cursor.
            Lookup::Action(action) if differs && is_about_one(action, scope) => {
                let said = "What was under the cursor is gone: another program has changed the roster";
                self.toast = Some((said.into(), Tone::Warning));
            }
            Lookup::Action(action @ (Action::Undo | Action::Redo)) if changed && self.common.steps().0 != self.newest => {
                // Undo would now apply to another step than the user meant.
                let said = format!("Another program has changed the roster; {{{}}} again is about its step", info(action).name);
                self.toast = Some((self.keys().say(&said), Tone::Warning));
            }
            Lookup::Action(action) => {
                self.act(action);
            }
            // Esc always leaves a text field, however it is bound.
            Lookup::Nothing if is_escape(key) => {
                self.act(Action::Back);
            }
            Lookup::Nothing | Lookup::More => {
                self.on_top(|top, cx| top.other_key(key, cx));
            }
        }
    }

    /// Performs an action, with the top layer first; returns whether it was handled.
    fn act(&mut self, action: Action) -> bool {
        let bare = self.layers.is_bare();
        if action == Action::Back && self.is_stopped_by_back() {
            self.tasks.stop();
            self.toast = Some(("Stopping …".into(), Tone::Warning));
            return true;
        }
        if bare {
            menus::note_recent(action, &mut self.common.setup.remembered);
        }
        self.on_top(|top, cx| top.act(action, cx)) || self.act_here(action)
    }

    /// Returns whether going back stops the task that the user waits for: if no other overlay is on top.
    fn is_stopped_by_back(&self) -> bool {
        self.tasks.waits().is_some_and(|asker| self.layers.is_bare() || asker == self.layers.top_id())
    }

    /// Performs an action that the top layer hasn't handled and that is about the program; returns whether it was one.
    fn act_here(&mut self, action: Action) -> bool {
        match action {
            Action::Help => {
                let help = menus::help(&mut self.common, &self.layers);
                self.push(help);
            }
            Action::Palette => {
                let palette = menus::palette(&mut self.common, &self.layers);
                self.push(palette);
            }
            Action::History => {
                let history = History::new("History", None, &mut self.common.cx());
                self.push(history);
            }
            Action::Undo => self.take_step(Step::Undo(Confirmed::No), 0),
            Action::Redo => self.take_step(Step::Redo(Confirmed::No), 0),
            Action::CheckFile => {
                self.toast = Some(("Looking through the file …".into(), Tone::Dim));
                self.begin(works::check(), 0);
            }
            Action::Reload => {
                self.follow(&Touched::everything());
                self.then = Then::Redraw;
            }
            Action::Suspend => self.then = Then::Suspend,
            Action::QuitAtOnce => self.then = Then::Quit,
            Action::Back | Action::Quit if !self.layers.is_bare() => self.layers.close(self.layers.top_id()),
            Action::Back | Action::Quit if self.layers.go_home() => {}
            Action::Back => self.toast = Some((self.keys().say("{quit} quits; everything is saved"), Tone::Plain)),
            Action::Quit if self.tasks.waits().is_some() => {
                let question = "Something is under way, and none of it is kept if you quit now.";
                self.push(Confirm::asking("Quit?", question, Action::Yes, "quit", Request::Act(Action::QuitAtOnce)));
            }
            Action::Quit => self.then = Then::Quit,
            // All other actions belong to a screen or an overlay, which has already handled them if it could.
            _ => return false,
        }
        true
    }

    /// Returns whether a task is running, so that the loop should poll again soon.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.tasks.is_busy()
    }

    /// Returns whether text is being typed, so that a paste is accepted.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.layers.top_ref().takes_text()
    }

    /// Returns the oldest errand, if there is one.
    pub fn errand(&mut self) -> Option<Errand> {
        self.errands.pop_front()
    }

    /// Reports that an errand failed.
    pub fn errand_failed(&mut self, errand: &Errand, why: &std::io::Error) {
        let said = match errand {
            Errand::Copy(_) => format!("Could not copy: {}", reasons::why(why)),
            Errand::Open(_) => {
                self.keys().say(&format!("Nothing here opens links ({}); {{copy a part}} copies it instead", reasons::why(why)))
            }
        };
        self.toast = Some((said, Tone::Error));
    }

    /// Saves the screen's state. An error is ignored, because only the look is lost.
    pub fn remember(&self) {
        let _ = self.common.setup.remembered.keep(&self.common.setup.paths.state);
    }

    /// Continues after the welcome: asks which file to import, if that was chosen, and shows a message in which `{action}` becomes the
    /// user's key.
    pub fn greet(&mut self, imports: bool, said: Option<&str>) {
        if imports {
            self.perform(0, Request::Wish(crate::tui::core::Wish::AskForImport));
        }
        self.toast = said.map(|s| (self.keys().say(s), Tone::Plain));
    }

    /// Reports the error, if the result is one, to the layer that asked.
    fn note_for<T>(&mut self, asker: LayerId, result: Result<T, BookError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(e) => {
                tracing::warn!(kind = crate::log::kind(&e), "refused");
                self.complain(asker, &e.to_string());
                None
            }
        }
    }
}

/// Returns whether an action applies to what is under the cursor, so that it must not run on another item.
fn is_about_one(action: Action, scope: Scope) -> bool {
    let of_members = info(action).scope == Scope::Members && !matches!(action, Action::AddMembers | Action::MarkAll);
    let here = matches!(action, Action::Edit | Action::Remove | Action::Open | Action::HistoryHere | Action::OpenLink | Action::Roll);
    let copies = matches!(action, Action::Copy | Action::CopyPart);
    let taken = matches!(action, Action::Take | Action::Tick | Action::RemoveThis | Action::FindPeople | Action::BackToHere);
    of_members || here || copies || taken || (action == Action::New && scope == Scope::Detail)
}
