//! The messages after a step, and the question before a step that would allow mail to somebody who had said no.
//!
//! Must not know who may be mailed, nor what a step does; the book decides that.

use crate::actions::Action;
use crate::book::{Applied, Book, BookError, Checked, Command, Confirmed, RuleEffect, Step};
use crate::config::Keys;
use crate::tui::answer::LayerId;
use crate::tui::core::Request;
use crate::tui::overlays::{Confirm, Message};
use crate::tui::theme::Tone;

/// Returns what was done and the key that undoes it. While text is typed, the key is omitted, because it would be a letter.
pub(super) fn done(applied: &Applied, undone: bool, typing: bool, keys: &Keys) -> (String, Tone) {
    if applied.changes == 0 {
        return (format!("{}: nothing to change", applied.label), Tone::Dim);
    }
    if typing {
        return (applied.label.clone(), Tone::Good);
    }
    let (action, does) = if undone { (Action::Redo, "redo") } else { (Action::Undo, "undo") };
    let key = keys.word(action);
    let how = match (key.is_empty(), undone) {
        (true, true) => "you can redo it".to_owned(),
        (true, false) => "you can undo it".to_owned(),
        (false, _) => format!("{key} to {does}"),
    };
    (format!("{} · {how}", applied.label), Tone::Good)
}

/// Returns what a step left as it is, and who has to be told in another way.
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

/// Asks before a step that would allow mail again to somebody who had said no.
pub(super) fn ask_first(step: &Step, book: &Book) -> Confirm {
    let (undo, redo) = book.undoable().unwrap_or_default();
    let (verb, op, confirmed) = match step {
        Step::Redo(_) => ("redo", redo, Step::Redo(Confirmed::Yes)),
        Step::Run(_) | Step::Undo(_) | Step::BackTo(_) => ("undo", undo, Step::Undo(Confirmed::Yes)),
    };
    let label = op.map_or_else(String::new, |op| format!(" “{}”", op.label));
    let question = format!(
        "This would {verb}{label}, and allow mail to somebody who may have said no. Continue only if the step was a mistake, or if they have \
         agreed to be mailed."
    );
    Confirm::asking("Allow mail again?", &question, Action::Yes, &format!("{verb} it"), Request::Take(confirmed))
}

/// Returns why somebody still can't be mailed after a command to allow it.
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

/// Returns the result of checking the file: sound, or a message with the damage.
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

/// Returns the effect of a change of the rules, or who of the people to add isn't eligible. It is shown before the command is run on behalf
/// of `asker`. A rule removes nobody.
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

/// Returns where an action works that isn't available here.
pub(super) fn in_another_pane(action: Action) -> String {
    let info = crate::actions::info(action);
    format!("{} works {}", info.name, info.scope.place())
}
