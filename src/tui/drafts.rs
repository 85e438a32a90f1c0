//! Unsaved forms, kept while one types and offered when the program starts again.
//!
//! Must not know what is in a form, nor where it is kept.

use crate::book::Draft;
use crate::domain::ids::CommunityId;
use crate::tui::core::{Cx, Request, Subject};
use crate::tui::forms;
use crate::tui::overlays::{Choose, Message};
use crate::tui::root::Root;
use crate::tui::subjects::LIST;

const GO_ON: &str = "go on with it";
const DROP: &str = "drop it";

impl Root {
    /// Keeps what is typed in the form that is open, beside what was kept earlier and not yet taken up.
    pub(super) fn keep_draft(&mut self) {
        let community = self.members.community.as_ref().map(|(id, _)| id.0);
        let now = self.overlays.iter().rev().find_map(|o| o.draft()).map(|d| Draft { community, ..d });
        if now == self.draft {
            return;
        }
        self.draft = now;
        let all: Vec<Draft> = self.earlier_drafts.iter().chain(&self.draft).cloned().collect();
        // Where the folder can't be written to, nothing can be saved either, and that is told.
        let _ = self.book.keep_drafts(&all);
    }

    /// Offers the newest of the forms that were not saved when the program ended.
    pub(super) fn offer_draft(&mut self) {
        let Some(draft) = self.earlier_drafts.last() else { return };
        let title = format!("Not saved: {}", draft.title);
        let names = vec![GO_ON.to_owned(), "later, when Guildhall starts again".to_owned(), DROP.to_owned()];
        self.overlays.push(Box::new(Choose::asking(&title, names, false, |name| match name {
            GO_ON => Request::TakeDraft(true),
            DROP => Request::TakeDraft(false),
            _ => Request::Toast("Kept; it is offered again when Guildhall starts".into()),
        })));
    }

    /// Goes on with the newest unsaved form, or drops it.
    pub(super) fn take_draft(&mut self, go_on: bool) {
        let Some(draft) = self.earlier_drafts.pop() else { return };
        if go_on {
            let community = draft.community.map(CommunityId);
            if let Some(id) = community.filter(|c| Some(*c) != self.members.community.as_ref().map(|(id, _)| *id)) {
                self.select(crate::book::Thing::Community(id));
            }
            if draft.subject == LIST {
                self.ask_for_members(&draft.typed_text());
                self.keep_earlier();
                return;
            }
            let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
            let lost = match Subject::read(&draft.subject).map(|s| forms::open(&s, community, &mut cx)) {
                Some(Ok(mut form)) => {
                    let lost = form.restore(&draft, cx.keys);
                    self.overlays.push(Box::new(form));
                    (!lost.is_empty()).then_some(("These fields are no longer there. You had typed:", lost))
                }
                // What it was about is gone; what was typed is shown, so that it can be copied.
                _ => Some(("What this was about is no longer on the roster. You had typed:", draft.typed())),
            };
            if let Some((why, typed)) = lost {
                self.overlays.push(Box::new(Message::new(&draft.title, &format!("{why}\n\n{typed}"))));
            }
        } else {
            self.say("Dropped what was not saved");
        }
        self.keep_earlier();
        if !go_on {
            self.offer_draft();
        }
    }

    fn keep_earlier(&mut self) {
        let _ = self.book.keep_drafts(&self.earlier_drafts);
        self.draft = None;
        self.keep_draft();
    }
}
