//! What the shell puts up by itself: help, the palette, what is wrong with the configuration.
//!
//! Must not know what an action does.

use super::common::Common;
use crate::actions::{ACTIONS, Action, ActionInfo, Scope, changes_roster, info};
use crate::config::Config;
use crate::domain::ids::OpId;
use crate::remembered::Remembered;
use crate::tui::core::NOT_HERE;
use crate::tui::layers::Layers;
use crate::tui::overlays::{Entry, Help, Message, Palette};

/// The mistakes of the configuration, if there are some.
pub(super) fn mistakes(config: &Config) -> Option<Message> {
    let complaints = config.complaints();
    if complaints.is_empty() {
        return None;
    }
    let rest = if config.is_taken { "Everything else in it is used." } else { "Nothing in it was used; Guildhall runs with its defaults." };
    let body = format!("{}\n\n{rest}", complaints.join("\n\n"));
    Some(Message::new("The configuration has mistakes", &body))
}

/// The keys that work here, then all others.
pub(super) fn help(common: &mut Common, layers: &Layers) -> Help {
    let steps = common.steps();
    let why_not = reasons(common, layers, steps);
    let works = layers.top_ref().scope().working();
    let typing = layers.top_ref().takes_text();
    let mut keys = common.setup.config.keys.clone();
    if typing {
        // A letter is typed here.
        keys.without_letters();
    }
    let hidden = ACTIONS.iter().filter(|i| works.contains(&i.scope) && why_not(i.action) == Some(NOT_HERE)).map(|i| i.action).collect();
    let mut scopes = works.to_vec();
    scopes.extend(Scope::ALL.iter().filter(|s| !scopes.contains(s)).copied().collect::<Vec<_>>());
    let mut about = vec![format!("Guildhall {}", env!("CARGO_PKG_VERSION"))];
    about.extend(common.setup.paths.lines());
    about.push(format!("{:<14} {}", "backups", common.book.backup_folder().display()));
    Help::new(scopes, hidden, about, keys)
}

/// Offers every action, those that can be done here first, each of the others with why not.
pub(super) fn palette(common: &mut Common, layers: &Layers) -> Palette {
    let steps = common.steps();
    let why_not = reasons(common, layers, steps);
    let movement = |a: &&ActionInfo| a.scope != Scope::Moving && !matches!(a.action, Action::Palette | Action::Back);
    let mut entries: Vec<Entry> = ACTIONS.iter().filter(movement).map(|i| Entry { info: i, why_not: why_not(i.action) }).collect();
    let recent = &common.setup.remembered.recent;
    let age = |a: Action| recent.iter().rev().position(|r| r == info(a).name).unwrap_or(usize::MAX);
    let elsewhere = |e: &Entry| e.why_not == Some(e.info.scope.heading());
    entries.sort_by_key(|e| (elsewhere(e), age(e.info.action)));
    Palette::new(entries, common.setup.config.keys.clone())
}

/// Why an action can't be done now, if so; `undo` and `redo` are the steps that they would be about.
pub(super) fn reasons(
    common: &mut Common,
    layers: &Layers,
    (undo, redo): (Option<OpId>, Option<OpId>),
) -> impl Fn(Action) -> Option<&'static str> + use<> {
    let cx = common.cx();
    let top = layers.top_ref();
    let is_read_only = cx.book.read_only().is_some();
    let of = |a: Action| match a {
        _ if !is_at_hand(top.scope(), info(a).scope) => Some(info(a).scope.heading()),
        _ if is_read_only && changes_roster(a) => Some("the roster is open read-only"),
        Action::Undo if undo.is_none() => Some("there is nothing to undo"),
        Action::Redo if redo.is_none() => Some("there is nothing to redo"),
        _ => top.why_not(a, &cx),
    };
    let all: Vec<Option<&'static str>> = ACTIONS.iter().map(|i| of(i.action)).collect();
    move |a| all[a as usize]
}

/// Remembers that an action was asked for; moving about is not worth it.
pub(super) fn note_recent(action: Action, remembered: &mut Remembered) {
    let info = info(action);
    if info.scope == Scope::Moving || matches!(action, Action::Palette | Action::Back) {
        return;
    }
    let recent = &mut remembered.recent;
    recent.retain(|name| name != info.name);
    recent.push(info.name.to_owned());
    if recent.len() > 40 {
        recent.remove(0);
    }
}

/// Whether what has a scope can be asked for where another has the focus: on a screen, what belongs to one of its panes can be, whichever pane that is.
fn is_at_hand(here: Scope, scope: Scope) -> bool {
    here.working().contains(&scope) || (here.is_pane() && scope.is_pane())
}
