//! How the shell carries out requests for a layer, and delivers the answers of tasks.
//!
//! Must not know why a layer sends a request.

use std::path::Path;

use super::Shell;
use crate::actions::Action;
use crate::book::{Applied, BookError, Command, Confirmed, ExportOptions, Step, Touched};
use crate::log;
use crate::paths::expand;
use crate::tui::answer::{Answer, LayerId};
use crate::tui::core::{Outcome, Request, Subject, Wish};
use crate::tui::errands::{Errand, MOST_COPIED};
use crate::tui::forms;
use crate::tui::layers::HOME;
use crate::tui::messages;
use crate::tui::overlays::{Confirm, Message};
use crate::tui::tasks::Task;
use crate::tui::theme::Tone;
use crate::tui::works;

const TOO_LONG: &str = "That is too much for a terminal's clipboard; export it to a file instead";
const OTHERS_TOO: &str = "Another program has changed the roster; this is its current state";

impl Shell {
    /// Carries out a layer's requests, those noted on the way first; returns whether the layer handled what it was sent.
    pub(super) fn perform_all(&mut self, asker: LayerId, outcome: Outcome) -> bool {
        for request in std::mem::take(&mut self.common.asked) {
            self.perform(asker, request);
        }
        match outcome {
            Outcome::Ignored => false,
            Outcome::Done => true,
            Outcome::Ask(requests) => {
                requests.into_iter().for_each(|request| self.perform(asker, request));
                true
            }
        }
    }

    #[deny(clippy::wildcard_enum_match_arm, reason = "what isn't named here would do nothing at all")]
    pub(super) fn perform(&mut self, asker: LayerId, request: Request) {
        match request {
            Request::Run(command) => run(self, asker, command),
            Request::RunShown(command) => self.take_step(Step::Run(Box::new(command)), asker),
            Request::Take(step) => self.take_confirmed(step, asker),
            Request::BackTo(op) => self.take_step(Step::BackTo(op), asker),
            Request::Wrote(applied) => {
                let others = self.common.book.after_step(&applied.touched);
                self.applied(&applied, false);
                if self.note_for(0, others) == Some(true) {
                    self.toast = Some((OTHERS_TOO.into(), Tone::Warning));
                }
            }
            Request::Begin(task) => self.begin(task, asker),
            Request::Export(options, path) => self.export(asker, options, &path),
            Request::Close => self.layers.close(asker),
            Request::CloseAll => self.layers.close_all(),
            Request::Push(overlay) => {
                self.layers.push(overlay);
                self.on_top(|top, cx| top.opened(cx));
            }
            Request::Show(screen) => {
                self.layers.show(screen);
                self.on_top(|top, cx| top.opened(cx));
            }
            Request::Instead(then) => {
                self.layers.close(asker);
                // The new asker is the screen, because the layer that asked is already closed.
                self.perform(self.layers.screen_id(), *then);
            }
            Request::For(other, then) => self.perform(other, *then),
            Request::Act(action) => {
                if !self.act(action) {
                    self.toast = Some((messages::in_another_pane(action), Tone::Plain));
                }
            }
            Request::Say(what, tone) => self.toast = Some((self.keys().say(&what), tone)),
            Request::Complain(message) => self.complain(asker, &message),
            Request::Copy(_, text) if text.len() > MOST_COPIED => self.toast = Some((TOO_LONG.into(), Tone::Error)),
            Request::Copy(what, text) => {
                self.toast = Some((what, Tone::Good));
                self.errands.push_back(Errand::Copy(text));
            }
            Request::Open(link) => self.errands.push_back(Errand::Open(link)),
            Request::Form(subject) => self.form(&subject),
            Request::TakeDraft(go_on) => {
                let shown = self.layers.screen().community();
                let requests = self.drafts.take(go_on, shown, &mut self.common.cx());
                self.perform_all(asker, Outcome::Ask(requests));
            }
            Request::Wish(wish) => self.wish(asker, wish),
        }
    }

    /// Passes a wish to the screen; if that doesn't handle it, to the home screen.
    fn wish(&mut self, asker: LayerId, wish: Wish) {
        let outcome = match self.layers.screen_mut().wish(wish, &mut self.common.cx()) {
            Ok(outcome) => outcome,
            Err(wish) if self.layers.go_home() => return self.wish(asker, wish),
            Err(_) => Outcome::Done,
        };
        self.perform_all(asker, outcome);
    }

    /// Reports an error: in the layer that asked if it can show it, in the footer if it fits, otherwise in a message.
    pub(super) fn complain(&mut self, asker: LayerId, message: &str) {
        let message = self.keys().say(message);
        if self.layers.by_id(asker).is_some_and(|layer| layer.refuse(&message)) {
            return;
        }
        if message.contains('\n') || message.chars().count() > usize::from(self.size.width.saturating_sub(4)) {
            self.push(Message::new("That couldn't be done", &message));
        } else {
            self.toast = Some((message, Tone::Error));
        }
    }

    /// Starts a task on behalf of a layer.
    pub(super) fn begin(&mut self, task: Task, asker: LayerId) {
        let begun = self.tasks.begin(task, asker, &mut self.common.book);
        self.note_for(asker, begun);
        let result = self.common.book.set_nonblocking_reads(self.tasks.waits().is_some());
        self.note_for(asker, result);
    }

    /// Runs a step; asks first before undoing a large first step, which leaves the roster empty.
    pub(super) fn take_step(&mut self, step: Step, asker: LayerId) {
        if step == Step::Undo(Confirmed::No) {
            let first = self.common.book.undoable().ok().and_then(|(op, _)| op).filter(|op| op.id.0 == 1 && op.changes > 100);
            if let Some(op) = first {
                let question = format!("Undo “{}”? The roster will be empty; {{redo}} restores it.", op.label);
                let question = self.keys().say(&question);
                return self.push(Confirm::new(&question, Action::Yes, "undo it", Request::Take(step)));
            }
        }
        self.take_confirmed(step, asker);
    }

    /// Runs a step: at once, or as a task if it changes many rows.
    fn take_confirmed(&mut self, step: Step, asker: LayerId) {
        let long = self.common.book.is_long(&step);
        match self.note_for(asker, long) {
            Some(_) if self.tasks.waits().is_some() => self.complain(asker, "something is still running; {back} stops it"),
            Some(true) => {
                // The layer that asked is done, and the user can continue in the meantime.
                self.layers.close_unless_it_stays(asker);
                self.begin(works::step(step), self.layers.screen_id());
            }
            Some(false) => {
                let result = self.common.book.step(&step);
                self.stepped(asker, &step, result);
            }
            None => {}
        }
    }

    /// Handles the result of a step.
    fn stepped(&mut self, asker: LayerId, step: &Step, result: Result<Applied, BookError>) {
        match (result, step) {
            (Ok(applied), Step::Run(command)) => {
                self.layers.close_unless_it_stays(asker);
                if matches!(**command, Command::RemovePeople(_)) {
                    self.wish(0, Wish::Unmark);
                }
                self.applied(&applied, false);
                let blocked = messages::still_blocked(command, &self.common.book);
                if let Some(blocked) = self.note_for(asker, blocked).flatten() {
                    self.toast = Some((format!("{} · {blocked}", applied.label), Tone::Warning));
                }
            }
            (Ok(mut applied), Step::Undo(_) | Step::Redo(_)) => {
                let back = matches!(step, Step::Undo(_));
                applied.label = format!("{}: {}", if back { "Undone" } else { "Redone" }, applied.label);
                self.applied(&applied, back);
            }
            (Ok(applied), Step::BackTo(_)) => self.applied(&applied, false),
            (Err(e), Step::Run(_)) if e.is_conflict() => {
                // Another program has changed what the form is about. The form shows both values, and the user saves again.
                let cx = &mut self.common.cx();
                match self.layers.by_id(asker).map(|layer| (layer.draft().is_some(), layer.compare(cx))) {
                    Some((_, true)) => {}
                    Some((true, false)) => save_again(self, asker),
                    _ => self.complain(asker, &e.to_string()),
                }
            }
            (Err(e), Step::Undo(Confirmed::No) | Step::Redo(Confirmed::No)) if e.asks_first() => {
                let asks = messages::ask_first(step, &self.common.book);
                self.push(asks);
            }
            (Err(e), _) => self.failed(asker, &e),
        }
    }

    /// Reports that work has failed or was stopped.
    fn failed(&mut self, asker: LayerId, error: &BookError) {
        tracing::warn!(kind = log::kind(error), "refused");
        if error.is_stopped() {
            self.toast = Some(("Stopped; nothing was changed".into(), Tone::Warning));
        } else {
            self.complain(asker, &error.to_string());
        }
    }

    fn applied(&mut self, applied: &Applied, undone: bool) {
        if !self.common.book.is_ready() {
            self.begin(works::index(), 0);
        }
        self.follow(&applied.touched);
        let typing = self.layers.top_ref().takes_text();
        self.toast = Some(messages::done(applied, undone, typing, self.keys()));
        messages::left(applied).into_iter().for_each(|message| self.push(message));
        if let Some(thing) = applied.select {
            self.wish(0, Wish::Show(thing));
        }
    }

    /// Makes all layers read again what was touched.
    pub(super) fn follow(&mut self, touched: &Touched) {
        let mut results = Vec::new();
        for (_, layer) in self.layers.all_mut() {
            results.push(layer.follow(touched, &mut self.common.cx()));
        }
        for result in results {
            self.note_for(0, result);
        }
        self.perform_all(0, Outcome::Done);
    }

    fn form(&mut self, subject: &Subject) {
        if let Some(why) = self.common.book.read_only() {
            self.toast = Some((format!("Open read-only: {why}"), Tone::Warning));
            return;
        }
        let community = self.layers.screen().community();
        let form = forms::open(subject, community, &mut self.common.cx());
        if let Some(form) = self.note_for(0, form) {
            self.push(form);
        }
    }

    fn export(&mut self, asker: LayerId, options: ExportOptions, path: &Path) {
        let path = expand(&path.to_string_lossy());
        self.common.setup.remembered.format.clone_from(&options.format);
        if let Some(there) = options.targets(&path).into_iter().find(|p| p.exists()) {
            let question = format!("{} exists. Replace it? The old file can't be restored.", there.display());
            let then = Request::For(asker, Box::new(Request::Begin(works::export(options, path))));
            return self.push(Confirm::new(&question, Action::Replace, "replace", then));
        }
        self.begin(works::export(options, path), asker);
    }

    /// Handles the results of tasks, and stores the draft of the open form; returns whether there were any results.
    pub fn tick(&mut self) -> bool {
        let mut any = false;
        while let Some((asker, waited, came)) = self.tasks.poll() {
            any = true;
            if self.tasks.waits().is_none() {
                let _ = self.common.book.set_nonblocking_reads(false);
            }
            match came {
                Ok(answer) => self.answer(asker, answer),
                Err(e) if waited || e.is_stopped() => self.failed(asker, &e),
                // Nobody waits for this result, so the error doesn't interrupt with a message.
                Err(e) => self.toast = Some((e.to_string(), Tone::Error)),
            }
        }
        let community = self.layers.screen().community().map(|id| id.0);
        let now = self.layers.overlays().rev().find_map(|o| o.draft()).map(|d| crate::book::Draft { community, ..d });
        self.drafts.keep(now, &mut self.common.book);
        any
    }

    /// Passes an answer to the layer that asked, then to the screen, then to the home screen; the shell handles what none of them knows.
    fn answer(&mut self, asker: LayerId, answer: Answer) {
        let noted = match &answer {
            Answer::Exported(summary, _) | Answer::Text(summary, _) => self.common.book.remember(summary),
            _ => Ok(()),
        };
        let mut answered = Err(answer);
        for id in [asker, self.layers.screen_id(), HOME] {
            let cx = &mut self.common.cx();
            answered = answered.or_else(|answer| match self.layers.by_id(id) {
                Some(layer) => layer.answer(answer, cx),
                None => Err(answer),
            });
        }
        match answered {
            Ok(outcome) => self.show_answer(asker, outcome),
            Err(answer) => self.own_answer(asker, answer),
        }
        if let Err(e) = noted {
            self.push(Message::new("Not recorded", &format!("The file was written, but the roster couldn't record the export: {e}")));
        }
    }

    /// Carries out the requests of an answer. A new overlay goes above the layer that asked, but below what the user has opened since, so
    /// that the keys they type there don't reach it.
    fn show_answer(&mut self, asker: LayerId, outcome: Outcome) {
        let busy = !self.layers.is_bare() && self.layers.top_id() != asker;
        let Outcome::Ask(requests) = outcome else {
            self.perform_all(asker, outcome);
            return;
        };
        self.perform_all(asker, Outcome::Done);
        for request in requests {
            match request {
                Request::Push(overlay) if busy => self.layers.push_below(asker, overlay),
                other => self.perform(asker, other),
            }
        }
    }

    fn own_answer(&mut self, asker: LayerId, answer: Answer) {
        match answer {
            Answer::Indexed(None) => {}
            Answer::Indexed(Some(index)) => {
                let installed = self.common.book.install(*index);
                match self.note_for(0, installed) {
                    Some(true) => self.follow(&Touched::everything()),
                    // The roster has changed too much since; build the index once more.
                    Some(false) | None => self.begin(works::index(), 0),
                }
            }
            Answer::Stepped(step, result) => {
                if let Ok(applied) = &*result {
                    let others = self.common.book.after_step(&applied.touched);
                    if self.note_for(0, others) == Some(true) {
                        self.stepped(asker, &step, *result);
                        self.toast = Some((OTHERS_TOO.into(), Tone::Warning));
                        return;
                    }
                }
                self.stepped(asker, &step, *result);
            }
            Answer::Checked(found) => match messages::checked(&found) {
                Ok(sound) => self.toast = Some((sound.into(), Tone::Good)),
                Err(message) => self.show_answer(asker, Outcome::ask(Request::push(message))),
            },
            Answer::Effect(command, effect) if effect.is_empty() => self.take_step(Step::Run(command), asker),
            Answer::Effect(command, effect) => {
                self.show_answer(asker, Outcome::ask(Request::push(messages::effect(asker, *command, &effect))));
            }
            Answer::BackedUp => {}
            // The layer that asked is closed, so nobody needs the answer.
            Answer::Imported(..) | Answer::Exported(..) | Answer::Previewed(..) | Answer::Text(..) | Answer::Line(..) => {}
            Answer::Page(..) | Answer::Published(..) | Answer::Findings(_) | Answer::Handover(..) | Answer::ToDo(_) => {}
        }
    }
}

/// Runs a command: at once, or, if the user must see its effect first, after that is known.
fn run(shell: &mut Shell, asker: LayerId, command: Command) {
    if shell.poll_external_changes() && shell.layers.by_id(asker).is_some_and(|layer| layer.draft().is_some()) {
        // The form has just taken over what another program saved, so it builds its command again.
        return save_again(shell, asker);
    }
    if command.changes_rules() || command.admits() {
        shell.begin(works::rule_effect(command), asker);
    } else {
        shell.take_step(Step::Run(Box::new(command)), asker);
    }
}

/// Makes a form save once more, with what it has taken over.
fn save_again(shell: &mut Shell, asker: LayerId) {
    let cx = &mut shell.common.cx();
    let outcome = shell.layers.by_id(asker).map_or(Outcome::Done, |layer| layer.act(Action::Save, cx));
    shell.perform_all(asker, outcome);
}
