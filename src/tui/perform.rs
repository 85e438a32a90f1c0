//! What the root does when it is asked: run, undo, filter, select, open forms, take in work.
//!
//! Must not know how a pane or overlay came to ask.

use std::path::PathBuf;

use crate::actions::Action;
use crate::book::{
    Applied, AttendanceChange, BookError, Checked, Command, Confirmed, ExportOptions, ExportSummary, ImportOptions, Step, Thing,
};
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::log;
use crate::paths::expand;
use crate::tui::core::{Cx, Outcome, Overlay, PaneId, Request, Subject};
use crate::tui::errands::Errand;
use crate::tui::forms;
use crate::tui::overlays::{Confirm, ExportBox, Message, Prompt, Review, Who};
use crate::tui::root::Root;
use crate::tui::theme::Tone;
use crate::tui::work::Came;

const UNDER_WAY: &str = "something is under way already; {back} stops it";

impl Root {
    /// Does what an outcome asks for.
    pub(super) fn settle(&mut self, outcome: Outcome) {
        if let Outcome::Ask(requests) = outcome {
            for request in requests {
                self.perform(request);
            }
        }
    }

    #[deny(clippy::wildcard_enum_match_arm, reason = "what isn't named here would do nothing at all")]
    fn perform(&mut self, request: Request) {
        match request {
            Request::Run(command) => self.run(command),
            Request::RunShown(command) => {
                self.asker = self.replacing.take();
                self.take_step(Step::Run(Box::new(command)));
            }
            Request::NamedView(name) => self.show_named_view(&name),
            Request::ImportFile(file) => self.rehearse_file(&file),
            Request::ExportAs(format) => self.ask_for_export(Some(format)),
            Request::Take(step) => self.take_step_if(step, true),
            Request::BackTo(op) => self.take_step(Step::BackTo(op)),
            Request::TakeDraft(go_on) => self.take_draft(go_on),
            Request::Close => self.overlays.close(self.asker),
            Request::Push(overlay) => self.overlays.push(overlay),
            Request::Instead(then) => {
                let asker = self.asker.take();
                self.overlays.close(asker);
                self.perform(*then);
            }
            Request::Act(action) => self.act(action),
            Request::Toast(what) => self.say(&what),
            Request::Select(thing) => self.select(thing),
            Request::Filter(community) => self.filter(community),
            Request::Focus(pane) => self.go(pane),
            Request::Search(pane, query, look) => self.search(pane, &query, look.as_ref()),
            Request::Copy(text) => self.copy("Copied", text),
            Request::Open(link) => self.errands.push(Errand::Open(link)),
            Request::AddMembers(_) if self.work.is_waited_for() => self.complain(&self.keys().say(UNDER_WAY)),
            Request::AddMembers(typed) => self.add_members(&typed),
            Request::Columns(pane, look) => self.relook(pane, look),
            Request::Look => self.look(),
            Request::Rehearse(_) | Request::Import(_) if self.work.is_waited_for() => self.complain(&self.keys().say(UNDER_WAY)),
            Request::Rehearse(options) | Request::Import(options) => {
                self.waiting = self.asker;
                self.work.import(&mut self.book, options);
            }
            Request::Export(..) if self.work.is_waited_for() => self.complain(&self.keys().say(UNDER_WAY)),
            Request::Preview(options) => self.preview(&options),
            Request::Export(options, path, replace) => self.export(&options, path, replace),
            Request::CopyExport(options) => self.copy_export(&options),
            Request::ImportPage(page, repair) => self.import_page(&page, repair),
            Request::LookAtPage(typed) => self.look_at_page(&typed),
            Request::PublishPage(page) => self.publish_page(&page),
            Request::Form(subject) => self.form(&subject),
        }
    }

    /// Says something in the footer, with the lead's keys in it.
    pub(super) fn say(&mut self, what: &str) {
        self.toast = Some((self.keys().say(what), Tone::Plain));
    }

    fn run(&mut self, command: Command) {
        self.look_elsewhere();
        let effect = self.book.rule_effect(&command).unwrap_or_default();
        if !effect.is_empty() {
            return self.show_effect(command, &effect);
        }
        self.take_step(Step::Run(Box::new(command)));
    }

    /// Takes a step: on the spot, or on a thread if many rows go with it.
    pub(super) fn take_step(&mut self, step: Step) {
        self.take_step_if(step, false);
    }

    fn take_step_if(&mut self, step: Step, confirmed: bool) {
        if self.work.is_waited_for() {
            self.complain(&self.keys().say(UNDER_WAY));
            return;
        }
        if step == Step::Undo(Confirmed::No) && !confirmed {
            let first = self.book.undoable().ok().and_then(|(op, _)| op).filter(|op| op.id.0 == 1 && op.changes > 100);
            if let Some(op) = first {
                let question = format!("Undo “{}”? The book is empty then; {{redo}} fills it again.", op.label);
                let question = self.keys().say(&question);
                self.overlays.push(Box::new(Confirm::new(&question, Action::Yes, "undo it", Request::Take(step))));
                return;
            }
        }
        let long = self.book.is_long(&step);
        match self.note(long) {
            Some(Some(size)) => {
                // Whoever asked has its answer: that it is under way. A refusal is told in the footer.
                let asker = self.asker.take();
                self.overlays.close(asker);
                self.waiting = None;
                self.work.step(&mut self.book, step, size);
            }
            Some(None) => {
                let result = self.book.step(&step);
                self.stepped(&step, result);
            }
            None => {}
        }
    }

    /// What came of a step.
    fn stepped(&mut self, step: &Step, result: Result<Applied, BookError>) {
        match (result, step) {
            (Ok(applied), Step::Run(command)) => {
                // The roll stays open for the next name; whatever else asked has its answer.
                if !matches!(**command, Command::Attend { change: AttendanceChange::Outcome(_) | AttendanceChange::Rsvp(_), .. }) {
                    self.overlays.close(self.asker);
                }
                if matches!(**command, Command::RemovePeople(_)) {
                    self.members.unmark();
                }
                self.applied(&applied, false);
                if let Some(blocked) = self.still_blocked(command) {
                    self.toast = Some((format!("{} · {blocked}", applied.label), Tone::Warning));
                }
            }
            (Ok(mut applied), Step::Undo(_) | Step::Redo(_)) => {
                let back = matches!(step, Step::Undo(_));
                applied.label = format!("{}: {}", if back { "Undone" } else { "Redone" }, applied.label);
                self.applied(&applied, back);
            }
            (Ok(applied), Step::BackTo(_)) => self.applied(&applied, false),
            (Err(e), Step::Run(_)) if e.is_conflict() => self.conflict(&e),
            (Err(e), Step::Undo(Confirmed::No) | Step::Redo(Confirmed::No)) if e.asks_first() => self.ask_first(step),
            (Err(e), _) if e.is_stopped() => self.toast = Some(("Stopped; nothing was changed".into(), Tone::Warning)),
            (Err(e), _) => {
                tracing::warn!(kind = log::kind(&e), "refused");
                self.complain(&e.to_string());
            }
        }
    }

    /// Somebody else has changed what the form on top is about: their values are shown beside, and saving again is asked for.
    fn conflict(&mut self, error: &BookError) {
        let Some(subject) = self.overlays.get_mut(self.asker).and_then(|o| o.subject()) else {
            self.complain(&error.to_string());
            return;
        };
        let community = self.members.community.as_ref().map(|(id, _)| *id);
        match forms::open(&subject, community, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys }) {
            Ok(theirs) => {
                if let Some(form) = self.overlays.get_mut(self.asker) {
                    form.conflict(Box::new(theirs), &self.setup.config.keys);
                }
            }
            Err(e) => self.complain(&e.to_string()),
        }
    }

    /// If a form is open and what it is about has been changed meanwhile, shows both; whether it had to.
    pub(super) fn compare_form(&mut self) -> bool {
        let Some(form) = self.overlays.last() else { return false };
        let (Some(subject), originals) = (form.subject(), form.originals()) else { return false };
        let community = self.members.community.as_ref().map(|(id, _)| *id);
        let Ok(fresh) = forms::open(&subject, community, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys }) else {
            return false;
        };
        let changed = fresh.originals().iter().zip(&originals).any(|(now, then)| now != then);
        if let Some(form) = self.overlays.last_mut().filter(|_| changed) {
            form.conflict(Box::new(fresh), &self.setup.config.keys);
        }
        changed
    }

    fn applied(&mut self, applied: &Applied, undone: bool) {
        let (key, does) = if undone { (Action::Redo, "does it again") } else { (Action::Undo, "undoes") };
        let key = self.keys().word(key);
        let how = match (key.is_empty(), undone) {
            (true, true) => "it can be done again".to_owned(),
            (true, false) => "it can be undone".to_owned(),
            (false, _) => format!("{key} {does}"),
        };
        if !self.book.is_ready() {
            self.work.index(&mut self.book);
        }
        let result = self.follow(&applied.touched);
        self.note(result);
        if applied.changes == 0 {
            self.toast = Some((format!("{}: nothing to change", applied.label), Tone::Dim));
        } else {
            self.toast = Some((format!("{} · {how}", applied.label), Tone::Good));
        }
        self.say_what_is_left(applied);
        match applied.select {
            Some(Thing::Community(id)) if self.communities.selected() != Some(id) => self.select(Thing::Community(id)),
            Some(thing @ (Thing::Person(_) | Thing::Meetup(_))) => self.select_gently(thing),
            _ => {}
        }
    }

    fn filter(&mut self, community: Option<CommunityId>) {
        let named = community.and_then(|id| self.communities.name_of(id).map(|n| (id, n.to_owned())));
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        let members = self.members.filter(named, &mut cx);
        let meetups = self.meetups.filter(community, &mut cx);
        if let Some(dropped @ 1..) = self.note(members) {
            self.say(&format!("{} dropped: marks are of one list", text::count(dropped as u64, "mark", "marks")));
        }
        self.note(meetups);
    }

    /// Moves to a thing, wherever it is.
    pub(super) fn select(&mut self, thing: Thing) {
        match thing {
            Thing::Community(id) => {
                self.communities.find.clear();
                let result = self.communities.refresh(&mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
                self.note(result);
                self.communities.select(id);
                self.filter(Some(id));
                self.go(PaneId::Communities);
            }
            Thing::Person(id) => {
                let found = self.members.select(id, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
                if self.note(found) == Some(false) {
                    self.communities.select_everybody();
                    self.filter(None);
                    let again = self.members.select(id, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
                    self.note(again);
                }
                self.go(PaneId::Members);
            }
            Thing::Meetup(id) => {
                let found = self.meetups.select(id, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
                if self.note(found) == Some(false) {
                    self.communities.select_everybody();
                    self.filter(None);
                    let again = self.meetups.select(id, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
                    self.note(again);
                }
                self.go(PaneId::Meetups);
            }
            Thing::Organisation(_) => {}
        }
    }

    /// Moves the cursor to a thing if it is in the list that shows; leaves everything else where it is.
    fn select_gently(&mut self, thing: Thing) {
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        let result = match thing {
            Thing::Person(id) => self.members.select(id, &mut cx),
            Thing::Meetup(id) => self.meetups.select(id, &mut cx),
            _ => Ok(false),
        };
        self.note(result);
        self.look();
    }

    fn form(&mut self, subject: &Subject) {
        if let Some(why) = self.book.read_only() {
            self.toast = Some((format!("Open for reading only: {why}"), Tone::Warning));
            return;
        }
        let community = self.members.community.as_ref().map(|(id, _)| *id);
        let form = forms::open(subject, community, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
        if let Some(form) = self.note(form) {
            self.overlays.push(Box::new(form));
        }
    }

    pub(super) fn ask_for_import(&mut self) {
        let community = self.members.community.as_ref().map(|(_, name)| name.clone());
        let into = community.as_ref().map_or_else(String::new, |c| format!(" into {c}"));
        let title = format!("Import a CSV file{into}, or a page (.md): its name");
        self.overlays.push(Box::new(Prompt::of_path(&title, "", |path| Request::ImportFile(path.to_owned()))));
    }

    /// Shows what a file would bring, to the community that is shown.
    fn rehearse_file(&mut self, typed: &str) {
        let page = expand(typed.trim());
        if page.extension().is_some_and(|e| e.eq_ignore_ascii_case("md") || e.eq_ignore_ascii_case("markdown")) {
            return self.rehearse_page(page);
        }
        let community = self.members.community.as_ref().map(|(_, name)| name.clone());
        self.perform(Request::Rehearse(ImportOptions { file: expand(typed.trim()), text: None, community, dry_run: true }));
    }

    pub(super) fn ask_for_export(&mut self, format: Option<&str>) {
        let (people, community, query) = self.members.for_export();
        let shown = match &self.members.community {
            Some((_, name)) if query.is_empty() => format!("members of {name}"),
            Some((_, name)) => format!("members of {name} found by {query}"),
            None if query.is_empty() => "everybody".to_owned(),
            None => format!("those found by {query}"),
        };
        let mut who = Vec::new();
        if let Some(marked) = people {
            let label = format!("the {} marked", text::count(marked.len() as u64, "person", "people"));
            who.push(Who { label, people: Some(marked), community: None, query: String::new() });
        }
        let is_everybody = community.is_none() && query.is_empty();
        who.push(Who { label: shown, people: None, community, query });
        for view in self.book.views().unwrap_or_default().into_iter().filter(|v| v.pane == "members") {
            who.push(Who { label: format!("the view {}", view.name), people: None, community: None, query: view.query });
        }
        if !is_everybody {
            who.push(Who { label: "everybody".into(), people: None, community: None, query: String::new() });
        }
        let last = self.setup.remembered.format.clone();
        let format = format.or(Some(&last));
        let export = ExportBox::new(who, format, &mut Cx { book: &mut self.book, keys: &self.setup.config.keys });
        let options = export.options();
        self.overlays.push(Box::new(export));
        self.preview(&options);
    }

    fn preview(&mut self, options: &ExportOptions) {
        if let Err(e) = self.work.preview(&mut self.book, options) {
            self.previewed(&options.format, Err(e.to_string()));
        }
    }

    fn previewed(&mut self, format: &str, result: Result<ExportSummary, String>) {
        for overlay in self.overlays.iter_mut() {
            overlay.previewed(format, result.clone());
        }
    }

    /// Puts an export on the clipboard.
    fn copy_export(&mut self, options: &ExportOptions) {
        self.setup.remembered.format.clone_from(&options.format);
        let mut text = Vec::new();
        match self.book.export_to(options, &mut text) {
            Ok(summary) => {
                self.overlays.close(self.asker);
                let copied = String::from_utf8_lossy(&text).trim_end().to_owned();
                self.copy(&format!("Copied: {}", summary.sentence()), copied);
            }
            Err(e) => self.complain(&e.to_string()),
        }
    }

    fn export(&mut self, options: &ExportOptions, path: PathBuf, replace: bool) {
        let path = expand(&path.to_string_lossy());
        if let Some(there) = options.targets(&path).into_iter().find(|p| p.exists() && !replace) {
            let question = format!("{} exists. Replace it? Undo can't bring the old file back.", there.display());
            let then = Request::Export(options.clone(), path, true);
            self.replacing = self.asker;
            self.overlays.push(Box::new(Confirm::new(&question, Action::Replace, "replace", then)));
            return;
        }
        self.waiting = self.asker.or(self.replacing.take());
        self.asker = self.waiting;
        self.setup.remembered.format.clone_from(&options.format);
        let result = self.work.export(&mut self.book, options, path);
        self.note(result);
        self.asker = None;
    }

    /// Takes in one result after the other; whether there was one.
    pub(super) fn take_work(&mut self) -> bool {
        let mut any = false;
        while let Some(came) = self.work.poll() {
            any = true;
            if came.is_waited_for() {
                self.asker = self.waiting.take();
            }
            match came {
                Came::Index(result) => self.take_index(result),
                Came::Import(Some(Ok(report)), options) => self.take_import(report, options),
                Came::Export(Some(Ok(summary)), path) => {
                    self.overlays.close(self.asker);
                    let path = std::path::absolute(&path).unwrap_or(path);
                    if let Err(e) = self.book.remember(&summary) {
                        self.complain(&format!("The file stands, but the roster could not note it: {e}"));
                    }
                    let names: Vec<_> = summary.files.iter().filter_map(|f| f.file_name()).map(|n| n.to_string_lossy()).collect();
                    let files = if names.len() > 1 { format!("{}: ", names.join(", ")) } else { String::new() };
                    self.toast = Some((format!("{files}{}", summary.sentence_to(&path.display().to_string())), Tone::Good));
                }
                Came::Preview(result, format) => {
                    let result = result.unwrap_or_else(|| Err(BookError::Refused("the look at it broke off".into())));
                    self.previewed(&format, result.map_err(|e| e.to_string()));
                }
                Came::Step(Some(result), step) => {
                    if result.is_ok() {
                        let taken = self.book.after_step(result.as_ref().map_or(&Default::default(), |a| &a.touched));
                        self.others_wrote(taken);
                    }
                    self.stepped(&step, result);
                }
                Came::Check(Some(Ok(found))) => self.take_check(&found),
                Came::Backup(Some(Ok(_))) => {}
                Came::Import(Some(Err(e)), _) | Came::Export(Some(Err(e)), _) | Came::Check(Some(Err(e))) => {
                    tracing::warn!(kind = log::kind(&e), "work ended");
                    if e.is_stopped() {
                        self.toast = Some(("Stopped; nothing was changed".into(), Tone::Warning));
                    } else {
                        self.complain(&e.to_string());
                    }
                }
                Came::Backup(Some(Err(e))) => self.toast = Some((format!("The backup that was due could not be made: {e}"), Tone::Error)),
                Came::Import(None, _) | Came::Export(None, _) | Came::Step(None, _) | Came::Check(None) | Came::Backup(None) => {
                    self.complain("the work broke off; nothing was changed");
                }
            }
            self.asker = None;
        }
        any
    }

    /// If somebody else wrote while our own work was under way, says so; the index is built anew by `applied`.
    fn others_wrote(&mut self, taken: Result<bool, BookError>) {
        if self.note(taken) == Some(true) {
            self.toast = Some(("Another program has changed the roster too; this is how it stands now".into(), Tone::Warning));
        }
    }

    fn take_index(&mut self, result: Option<Result<Option<crate::book::Searchable>, BookError>>) {
        let Some(Some(index)) = result.and_then(|r| self.note(r)) else { return };
        let installed = self.book.install(index);
        if self.note(installed) == Some(true) {
            let result = self.refresh();
            self.note(result);
        } else {
            // Too much has changed meanwhile: once more.
            self.work.index(&mut self.book);
        }
    }

    fn take_import(&mut self, report: crate::book::ImportReport, options: ImportOptions) {
        if options.dry_run {
            let real = ImportOptions { dry_run: false, ..options };
            self.overlays.close(self.asker);
            self.overlays.push(Box::new(Review::new(report, real)));
            return;
        }
        let taken = self.book.after_step(&report.touched);
        self.others_wrote(taken);
        let applied = Applied {
            label: report.summary(),
            touched: report.touched.clone(),
            select: None,
            changes: report.added + report.updated,
            kept: Vec::new(),
            unreached: Vec::new(),
        };
        self.applied(&applied, false);
        let said = |rows: &[crate::book::Refusal], what: &str| {
            rows.iter().map(|r| format!("line {} {what}: {}", r.line, r.reason)).collect::<Vec<_>>()
        };
        let lines = [said(&report.refused, "was not taken"), said(&report.decisions, "needs a decision")].concat();
        if !lines.is_empty() {
            self.overlays.push(Box::new(Message::new("Not all of it was taken", &lines.join("\n"))));
        }
    }

    fn take_check(&mut self, found: &Checked) {
        if found.is_sound() {
            self.toast = Some(("The roster's file is sound".into(), Tone::Good));
        } else if found.damage.is_empty() {
            let lines: Vec<&str> = found.unrecognised.iter().map(String::as_str).take(200).collect();
            let body = format!(
                "The file isn't damaged, but there are words in it that this program doesn't know. Nobody is mailed because of one.\n\n{}",
                lines.join("\n")
            );
            self.overlays.push(Box::new(Message::new("Words that aren't known", &body)));
        } else {
            let body = format!(
                "SQLite finds the roster's file damaged. Don't go on with it: keep it aside and open the newest backup.\n\n{}",
                found.damage.join("\n")
            );
            self.overlays.push(Box::new(Message::new("The file is damaged", &body)));
        }
    }
}
