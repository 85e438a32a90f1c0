//! Unsaved forms, saved as drafts while one types, and offered when the program starts again.
//!
//! Must not know what is in a form, nor where a draft is stored.

use crate::book::{Book, Draft, Thing};
use crate::domain::ids::CommunityId;
use crate::tui::core::{Cx, Request, Subject, Wish};
use crate::tui::forms;
use crate::tui::overlays::{Choose, Message};
use crate::tui::subjects::LIST;

const GO_ON: &str = "continue with it";
const DROP: &str = "discard it";

/// Unsaved forms.
#[derive(Default)]
pub(super) struct Drafts {
    /// The draft of the open form, as last stored.
    open: Option<Draft>,
    /// The drafts from when the program last ended.
    earlier: Vec<Draft>,
}

impl Drafts {
    /// Reads the drafts from when the program last ended.
    pub(super) fn left(book: &mut Book) -> Self {
        Self { open: None, earlier: book.take_over_drafts() }
    }

    /// Stores the draft of the open form, together with the earlier drafts that the user hasn't decided on yet.
    pub(super) fn keep(&mut self, now: Option<Draft>, book: &mut Book) {
        if now == self.open {
            return;
        }
        self.open = now;
        let all: Vec<Draft> = self.earlier.iter().chain(&self.open).cloned().collect();
        // If the folder can't be written to, nothing else can be saved either, and that is reported.
        let _ = book.keep_drafts(&all);
    }

    /// Offers the newest draft from when the program last ended.
    pub(super) fn offer(&self) -> Option<Choose> {
        let title = format!("Not saved: {}", self.earlier.last()?.title);
        let names = vec![GO_ON.to_owned(), "later, when Guildhall starts again".to_owned(), DROP.to_owned()];
        Some(Choose::asking(&title, names, false, |name| match name {
            GO_ON => Request::TakeDraft(true),
            DROP => Request::TakeDraft(false),
            _ => Request::say("Kept; it is offered again when Guildhall starts"),
        }))
    }

    /// Opens the newest draft, or discards it; returns the requests to carry that out.
    pub(super) fn take(&mut self, go_on: bool, shown: Option<CommunityId>, cx: &mut Cx<'_>) -> Vec<Request> {
        let Some(draft) = self.earlier.pop() else { return Vec::new() };
        let _ = cx.book.keep_drafts(&self.earlier);
        self.open = None;
        if go_on {
            return reopen(&draft, shown, cx);
        }
        let next = self.offer().map(Request::push);
        std::iter::once(Request::say("Discarded what was not saved")).chain(next).collect()
    }
}

fn reopen(draft: &Draft, shown: Option<CommunityId>, cx: &mut Cx<'_>) -> Vec<Request> {
    let community = draft.community.map(CommunityId);
    let mut out = Vec::new();
    if let Some(id) = community.filter(|c| Some(*c) != shown) {
        out.push(Request::Wish(Wish::Select(Thing::Community(id))));
    }
    if draft.subject == LIST {
        out.push(Request::Wish(Wish::AskForMembers(draft.typed_text())));
        return out;
    }
    let lost = match Subject::read(&draft.subject).map(|s| forms::open(&s, community, cx)) {
        Some(Ok(mut form)) => {
            let lost = form.restore(draft, cx.keys);
            out.push(Request::push(form));
            (!lost.is_empty()).then_some(("These fields are no longer there. You had typed:", lost))
        }
        // The subject is gone, so the text is shown to be copied.
        _ => Some(("What this was about is no longer on the roster. You had typed:", draft.typed())),
    };
    out.extend(lost.map(|(why, typed)| Request::push(Message::new(&draft.title, &format!("{why}\n\n{typed}")))));
    out
}
