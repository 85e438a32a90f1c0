//! The overlays that the shell opens: help, the palette, errors in the configuration.
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

/// Returns a message with the errors in the configuration, if there are any.
pub(super) fn mistakes(config: &Config) -> Option<Message> {
    let complaints = config.complaints();
    if complaints.is_empty() {
        return None;
    }
    let rest = if config.is_taken { "Everything else in it is used." } else { "Nothing in it was used; Guildhall runs with its defaults." };
    let body = format!("{}\n\n{rest}", complaints.join("\n\n"));
    Some(Message::new("The configuration has mistakes", &body))
}

/// Returns the keys that work here, then all others.
pub(super) fn help(common: &mut Common, layers: &Layers) -> Help {
    let steps = common.steps();
    let why_not = reasons(common, layers, steps);
    let works = layers.top_ref().scope().working();
    let typing = layers.top_ref().takes_text();
    let mut keys = common.setup.config.keys.clone();
    if typing {
        // Letters are typed as text here.
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

/// Returns every action, available ones first, the others with the reason.
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

/// Returns why each action isn't available now, if so; `undo` and `redo` are the steps that they would apply to.
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

/// Remembers a used action, but not one that only moves the cursor.
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

/// Returns whether an action of `scope` is available while `here` has the focus. On a screen, actions of any of its panes are.
fn is_at_hand(here: Scope, scope: Scope) -> bool {
    here.working().contains(&scope) || (here.is_pane() && scope.is_pane())
}
