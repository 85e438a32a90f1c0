//! What is shown before it is done: what a public page would bring, what publishing and a rule would change.
//!
//! Must not know how a page is read or written.

use std::path::{Path, PathBuf};

use super::core::Request;
use super::overlays::{Message, Prompt};
use super::root::Root;
use super::theme::Tone;
use crate::actions::Action;
use crate::book::{BookError, Command, Finding, PublishOptions, RuleEffect};
use crate::domain::text;
use crate::paths::expand;

impl Root {
    /// Shows what a page would bring.
    pub(super) fn rehearse_page(&mut self, page: PathBuf) {
        let plan = match self.book.import_page(&page, false, true) {
            Ok(plan) => plan,
            Err(e) => return self.complain(&e.to_string()),
        };
        let body = format!("{}\n\n{}", plan.summary(), plan.in_words("r").join("\n"));
        let mut shown = Message::new(&format!("Import {}", plan.page), &body);
        if !plan.damaged.is_empty() {
            let page = page.clone();
            shown = shown.then(Action::Mend, "mends the damage too", move || Request::ImportPage(page.clone(), true));
        }
        self.overlays.close(self.asker);
        self.overlays.push(Box::new(shown.then(Action::Take, "imports", move || Request::ImportPage(page.clone(), false))));
    }

    /// Takes a page in.
    pub(super) fn import_page(&mut self, page: &Path, repair: bool) {
        let taken = self.book.import_page(page, repair, false);
        self.after_page(taken.map(|plan| plan.summary()));
    }

    /// Asks which page is to be published.
    pub(super) fn ask_for_page(&mut self) {
        let start = self.book.page_names().unwrap_or_default().into_iter().next().unwrap_or_default();
        self.overlays.push(Box::new(Prompt::of_path("Publish the page: its file", &start, |path| Request::LookAtPage(path.to_owned()))));
    }

    /// Shows what publishing a page would change.
    pub(super) fn look_at_page(&mut self, typed: &str) {
        let page = expand(typed);
        let look = PublishOptions { dry_run: true, ..PublishOptions::default() };
        match self.book.publish_page(&page, &look) {
            Ok(would) => {
                let mut body = would.changes.join("\n");
                if !would.written {
                    body = "The page says all that already.".into();
                }
                if !would.withheld.is_empty() {
                    body = format!("{}\n\n{body}", would.withheld.join("\n"));
                }
                if !would.kept.is_empty() {
                    body.push_str(&format!("\n\nLeft as it is on the page:\n{}", would.kept.join("\n")));
                }
                let shown = Message::new(&format!("Publish {}", page.display()), &body);
                self.overlays.close(self.asker);
                let shown =
                    if would.written { shown.then(Action::Take, "writes", move || Request::PublishPage(page.clone())) } else { shown };
                self.overlays.push(Box::new(shown));
            }
            Err(e) => self.complain(&e.to_string()),
        }
    }

    /// Publishes a page.
    pub(super) fn publish_page(&mut self, page: &Path) {
        let done = self.book.publish_page(page, &PublishOptions::default());
        let place = std::path::absolute(page).unwrap_or_else(|_| page.to_owned());
        self.after_page(done.map(|_| format!("Published to {}", place.display())));
    }

    /// Shows whom a change of the rules would admit or not, before it is kept. Nobody is removed by it.
    pub(super) fn show_effect(&mut self, command: Command, effect: &RuleEffect) {
        let body = format!("{}\n\nNobody is taken out of a community by a rule.", effect.in_words().join("\n"));
        self.replacing = self.asker;
        let shown = Message::new("What this rule changes", &body);
        self.overlays.push(Box::new(shown.then(Action::Take, "keeps the rule", move || Request::RunShown(command.clone()))));
    }

    /// Shows what should be looked at before the page is read by others.
    pub(super) fn check_page(&mut self) {
        match self.book.lint() {
            Ok(findings) if findings.is_empty() => self.toast = Some(("Nothing to look at".into(), Tone::Good)),
            Ok(findings) => {
                let body = findings.iter().map(Finding::words).collect::<Vec<_>>().join("\n");
                self.overlays
                    .push(Box::new(Message::new(&text::count(findings.len() as u64, "thing to look at", "things to look at"), &body)));
            }
            Err(e) => self.complain(&e.to_string()),
        }
    }

    /// Shows what is to be handed over of the community that is shown, to be copied.
    pub(super) fn hand_over(&mut self) {
        let Some((id, name)) = self.members.community.clone() else {
            return self.complain("choose a community first");
        };
        match self.book.handover(id) {
            Ok(pack) => {
                let shown = Message::new(&format!("Handing over {name}"), &pack);
                self.overlays.push(Box::new(shown.then(Action::CopyText, "copies it", move || Request::Copy(pack.clone()))));
            }
            Err(e) => self.complain(&e.to_string()),
        }
    }

    fn after_page(&mut self, done: Result<String, BookError>) {
        match done.and_then(|said| self.refresh().map(|()| said)) {
            Ok(said) => {
                self.toast = Some((said, Tone::Good));
            }
            Err(e) => self.complain(&e.to_string()),
        }
    }
}
