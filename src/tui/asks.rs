//! What is asked before a step that lets somebody be mailed who had said no, and what is said after one about who may and may not.
//!
//! Must not know who may be mailed; the book says.

use crate::actions::Action;
use crate::book::{Applied, Command, Confirmed, Step};
use crate::tui::core::Request;
use crate::tui::overlays::{Confirm, Message};
use crate::tui::root::Root;

impl Root {
    /// Asks before a step that lets somebody be mailed again who had said no.
    pub(super) fn ask_first(&mut self, step: &Step) {
        let targets = self.book.undoable();
        let (undo, redo) = self.note(targets).unwrap_or_default();
        let (verb, op, confirmed) = match step {
            Step::Redo(_) => ("redo", redo, Step::Redo(Confirmed::Yes)),
            Step::Run(_) | Step::Undo(_) | Step::BackTo(_) => ("undo", undo, Step::Undo(Confirmed::Yes)),
        };
        let label = op.map_or_else(String::new, |op| format!(" “{}”", op.label));
        let question = format!(
            "To {verb}{label} lets somebody be mailed who may have said no. Go on only if the step was a mistake, or if they have said \
             that they may be mailed."
        );
        let asks = Confirm::asking("Have they said so?", &question, Action::Yes, &format!("{verb} it"), Request::Take(confirmed));
        self.overlays.push(Box::new(asks));
    }

    /// What keeps somebody from being mailed after a command that was to let them be mailed.
    pub(super) fn still_blocked(&mut self, command: &Command) -> Option<String> {
        let Command::MailAgain { person, .. } = command else { return None };
        let found = self.book.blocked_for(*person);
        let found = self.note(found)?;
        let (address, reasons) = found.first()?;
        let reasons: Vec<&str> = reasons.iter().map(|r| r.words()).collect();
        Some(format!("{address} still isn't mailed: {}", reasons.join(", ")))
    }

    /// Says what a step left as it is, and whom somebody has to tell another way.
    pub(super) fn say_what_is_left(&mut self, applied: &Applied) {
        if !applied.kept.is_empty() {
            self.overlays.push(Box::new(Message::new("Left as it is", &applied.kept.join("\n"))));
        }
        if !applied.unreached.is_empty() {
            let body = format!("They said yes and may not be mailed.\n\n{}", applied.unreached.join("\n"));
            self.overlays.push(Box::new(Message::new("Tell them another way", &body)));
        }
    }
}
