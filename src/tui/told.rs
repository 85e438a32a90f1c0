//! What is said after a step, and what is asked before one that lets somebody be mailed who had said no.
//!
//! Must not know who may be mailed, nor what a step does; the book says.

use crate::actions::Action;
use crate::book::{Applied, Book, BookError, Checked, Command, Confirmed, RuleEffect, Step};
use crate::config::Keys;
use crate::tui::answer::LayerId;
use crate::tui::core::Request;
use crate::tui::overlays::{Confirm, Message};
use crate::tui::theme::Tone;

/// What was done, and how it is undone: not while text is typed, where the key would be a letter.
pub(super) fn done(applied: &Applied, undone: bool, typing: bool, keys: &Keys) -> (String, Tone) {
    if applied.changes == 0 {
        return (format!("{}: nothing to change", applied.label), Tone::Dim);
    }
    if typing {
        return (applied.label.clone(), Tone::Good);
    }
    let (action, does) = if undone { (Action::Redo, "redoes it") } else { (Action::Undo, "undoes") };
    let key = keys.word(action);
    let how = match (key.is_empty(), undone) {
        (true, true) => "you can redo it".to_owned(),
        (true, false) => "you can undo it".to_owned(),
        (false, _) => format!("{key} {does}"),
    };
    (format!("{} · {how}", applied.label), Tone::Good)
}

/// What a step left as it is, and whom somebody has to tell another way.
pub(super) fn left(applied: &Applied) -> Vec<Message> {
    let mut out = Vec::new();
    if !applied.kept.is_empty() {
        out.push(Message::new("Left as it is", &applied.kept.join("\n")));
    }
    if !applied.unreached.is_empty() {
        let body = format!("These people said yes but can't be mailed.\n\n{}", applied.unreached.join("\n"));
        out.push(Message::new("Tell them in another way", &body));
    }
    out
}

/// Asks before a step that lets somebody be mailed again who had said no.
pub(super) fn ask_first(step: &Step, book: &Book) -> Confirm {
    let (undo, redo) = book.undoable().unwrap_or_default();
    let (verb, op, confirmed) = match step {
        Step::Redo(_) => ("redo", redo, Step::Redo(Confirmed::Yes)),
        Step::Run(_) | Step::Undo(_) | Step::BackTo(_) => ("undo", undo, Step::Undo(Confirmed::Yes)),
    };
    let label = op.map_or_else(String::new, |op| format!(" “{}”", op.label));
    let question = format!(
        "To {verb}{label} allows mail to somebody who may have said no. Continue only if the step was a mistake, or if they have said \
         that they may be mailed."
    );
    Confirm::asking("Have they said so?", &question, Action::Yes, &format!("{verb} it"), Request::Take(confirmed))
}

/// What keeps somebody from being mailed after a command that was to let them be mailed.
///
/// # Errors
/// If the file can't be read.
pub(super) fn still_blocked(command: &Command, book: &Book) -> Result<Option<String>, BookError> {
    let Command::MailAgain { person, .. } = command else { return Ok(None) };
    let found = book.blocked_for(*person)?;
    Ok(found.first().map(|(address, reasons)| {
        let reasons: Vec<&str> = reasons.iter().map(|r| r.words()).collect();
        format!("{address} still isn't mailed: {}", reasons.join(", "))
    }))
}

/// What a check of the file has found: that it is sound, or what isn't.
pub(super) fn checked(found: &Checked) -> Result<&'static str, Message> {
    if found.is_sound() {
        return Ok("The file is not damaged");
    }
    if found.damage.is_empty() {
        let lines: Vec<&str> = found.unrecognised.iter().map(String::as_str).take(200).collect();
        let body = format!(
            "The file isn't damaged, but there are words in it that this program doesn't know. Nobody is mailed because of such a word.\n\n{}",
            lines.join("\n")
        );
        return Err(Message::new("Unknown words", &body));
    }
    let body = format!(
        "SQLite reports that the file is damaged. Don't continue with it: keep it aside and open the newest backup.\n\n{}",
        found.damage.join("\n")
    );
    Err(Message::new("The file is damaged", &body))
}

/// Whom a change of the rules would admit or not, or who isn't eligible of those to be added, before it is done on behalf of the layer that
/// asked. Nobody is removed by it.
pub(super) fn effect(asker: LayerId, command: Command, effect: &RuleEffect) -> Message {
    if command.admits() {
        let body =
            format!("{}\n\nTo record why somebody is a member anyway, add an exception to their membership.", effect.in_words().join("\n"));
        let then = move || Request::For(asker, Box::new(Request::RunShown(command.clone())));
        return Message::new("Not eligible", &body).then(Action::Take, "add them anyway", then);
    }
    let body = format!("{}\n\nA rule removes nobody from a community.", effect.in_words().join("\n"));
    let then = move || Request::For(asker, Box::new(Request::RunShown(command.clone())));
    Message::new("What this rule changes", &body).then(Action::Take, "keep the rule", then)
}

/// Where an action can be done that nobody has done here.
pub(super) fn elsewhere(action: Action) -> String {
    let info = crate::actions::info(action);
    format!("{} works {}", info.name, info.scope.place())
}
