//! The foot line: the running task, the last result, or the keys that work here.
//!
//! Must not know what is on a screen or in an overlay.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::actions::{ACTIONS, Action, ActionInfo, Scope, info};
use crate::config::Keys;
use crate::domain::text;
use crate::tui::canvas::{Canvas, Hint, Target};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// What the foot line can show.
pub(super) struct Foot<'a> {
    /// The progress of the task that the user waits for, and whether going back stops it.
    pub under_way: Option<(String, bool)>,
    /// The last result.
    pub toast: Option<&'a (String, Tone)>,
    /// The first key of a sequence of two.
    pub pending: &'a [KeyEvent],
    /// The scope that has the focus.
    pub scope: Scope,
    /// Whether no overlay is open.
    pub bare: bool,
    /// What the screen shows in place of the keys.
    pub remark: Option<Vec<(String, Tone)>>,
    /// The actions that the screen shows first, and those that it hides.
    pub hints: (&'static [Action], &'static [Action]),
    /// Returns why an action isn't available, if it isn't.
    pub why_not: &'a dyn Fn(Action) -> Option<&'static str>,
}

/// Splits the frame into the screen's part and, where there is room, the foot line.
#[must_use]
pub(super) fn divided(area: Rect) -> (Rect, Option<Rect>) {
    if area.height < 2 {
        return (area, None);
    }
    let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
    (Rect { height: area.height - 1, ..area }, Some(foot))
}

/// Draws the foot line: the running task, otherwise the last result, otherwise the keys that work here.
pub(super) fn footer(foot: &Foot<'_>, area: Rect, on: &mut Canvas<'_>) {
    let style = on.theme.style(Tone::Plain);
    paint::put(on, (area.x, area.y), area.width, &" ".repeat(usize::from(area.width)), style);
    let keys = on.keys;
    if let Some((line, stops)) = &foot.under_way {
        let said = foot.toast.map(|(toast, tone)| (format!("{toast} · "), *tone));
        let (said, tone) = said.unwrap_or((String::new(), Tone::Plain));
        let back = format!(" {}", keys.word(Action::Back));
        let mut parts = vec![(" ", Tone::Plain), (&*said, tone), (&**line, Tone::Plain)];
        if *stops {
            parts.extend([(" ·", Tone::Dim), (&*back, Tone::Key), (" stop", Tone::Dim)]);
        }
        paint::pieces(on, (area.x, area.y), area.width, &parts);
    } else if let Some((line, tone)) = foot.toast {
        paint::pieces(on, (area.x, area.y), area.width, &[(" ", Tone::Plain), (line, *tone)]);
    } else if !foot.pending.is_empty() {
        let mut parts = vec![(" …  ".to_owned(), Tone::Dim)];
        for (key, action) in keys.following(foot.pending, foot.scope) {
            parts.push((key, Tone::Key));
            parts.push((format!(" {}   ", info(action).name), Tone::Plain));
        }
        said(&parts, area, on);
    } else if !foot.bare {
        overlay_hints(keys, area, on);
    } else if let Some(parts) = &foot.remark {
        said(parts, area, on);
    } else {
        screen_hints(foot, keys, area, on);
    }
}

fn said(parts: &[(String, Tone)], area: Rect, on: &mut Canvas<'_>) {
    let parts: Vec<paint::Piece<'_>> = parts.iter().map(|(t, tone)| (t.as_str(), *tone)).collect();
    paint::pieces(on, (area.x, area.y), area.width, &parts);
}

/// Draws the keys that work on the screen.
fn screen_hints(foot: &Foot<'_>, keys: &Keys, area: Rect, on: &mut Canvas<'_>) {
    const MOST: [Action; 4] = [Action::Find, Action::New, Action::Edit, Action::Undo];
    // What a narrow screen shows before anything else.
    const ALWAYS: [Action; 3] = [Action::Find, Action::Edit, Action::Undo];
    let right: &[Action] = if area.width < 60 { &[Action::Help] } else { &[Action::Palette, Action::Help] };
    let right_width: u16 = right.iter().map(|a| hint_width(keys, *a)).sum::<u16>() + 1;
    let mut x = area.x + 1;
    let (first, hidden) = foot.hints;
    let scopes = foot.scope.working().iter();
    let others = scopes
        .flat_map(|s| ACTIONS.iter().filter(move |a| a.scope == *s))
        .filter(|a| !first.contains(&a.action) && !hidden.contains(&a.action));
    let mut others: Vec<&ActionInfo> = others.collect();
    others.sort_by_key(|a| {
        let most = MOST.iter().position(|m| *m == a.action).unwrap_or(MOST.len());
        (a.scope != foot.scope && a.scope != Scope::List, most, a.scope == Scope::Everywhere)
    });
    let wanted = |a: &&ActionInfo| !a.footer.is_empty() && !right.contains(&a.action) && (foot.why_not)(a.action).is_none();
    let all: Vec<(Action, u16)> =
        first.iter().map(|a| info(*a)).chain(others).filter(wanted).map(|i| (i.action, hint_width(keys, i.action))).collect();
    let mut room = area.width.saturating_sub(right_width + 2);
    let mut fitting = Vec::new();
    let rank = |a: Action| ALWAYS.iter().position(|b| *b == a).unwrap_or(ALWAYS.len());
    let mut by_rank = all.clone();
    by_rank.sort_by_key(|(action, _)| rank(*action));
    for (action, width) in by_rank {
        if width > 0 && width <= room {
            room -= width;
            fitting.push(action);
        }
    }
    for (action, width) in all.into_iter().filter(|(action, _)| fitting.contains(action)) {
        x += hint(keys, action, (x, area.y), width, on);
    }
    let mut x = area.right().saturating_sub(right_width);
    for action in right.iter().copied() {
        x += hint(keys, action, (x, area.y), area.right().saturating_sub(x).min(hint_width(keys, action)), on);
    }
}

/// Draws the hints that the top overlay has noted; each can be clicked.
fn overlay_hints(keys: &Keys, area: Rect, on: &mut Canvas<'_>) {
    let mut x = area.x + 1;
    for Hint { action, word } in on.drawn.hints.clone() {
        let room = area.right().saturating_sub(x);
        let key = action.map(|a| keys.word(a)).unwrap_or_default();
        if key.is_empty() && action.is_some() {
            continue;
        }
        let word = if word.is_empty() && action == Some(Action::Back) { "back" } else { &*word };
        let space = if key.is_empty() { "" } else { " " };
        let used = paint::pieces(on, (x, area.y), room, &[(&key, Tone::Key), (space, Tone::Plain), (word, Tone::Dim)]);
        if let Some(action) = action {
            on.drawn.hit(Rect::new(x, area.y, used, 1), Target::Action(action));
        }
        x += used + 2;
    }
}

fn words(keys: &Keys, action: Action) -> (String, &'static str) {
    (keys.word(action), info(action).footer)
}

/// Returns how many columns a hint takes: 0 if the action has no key.
fn hint_width(keys: &Keys, action: Action) -> u16 {
    let (key, word) = words(keys, action);
    if key.is_empty() { 0 } else { u16::try_from(text::width(&key) + text::width(word) + 3).unwrap_or(0) }
}

fn hint(keys: &Keys, action: Action, at: (u16, u16), width: u16, on: &mut Canvas<'_>) -> u16 {
    let (key, word) = words(keys, action);
    on.drawn.hit(Rect::new(at.0, at.1, width.saturating_sub(2), 1), Target::Action(action));
    paint::pieces(on, at, width, &[(&key, Tone::Key), (" ", Tone::Plain), (word, Tone::Dim)]);
    width
}

/// Draws everything that fits on one line, for a frame that is too small.
pub(super) fn one_line(people: Option<u64>, toast: Option<&(String, Tone)>, area: Rect, on: &mut Canvas<'_>) {
    let people = people.map_or_else(String::new, |n| text::count(n, "person", "people"));
    let line = match toast {
        Some((toast, _)) => toast.clone(),
        None => on.keys.say(&format!("Guildhall · {people} · {{quit}} quit")),
    };
    paint::pieces(on, (area.x, area.y), area.width, &[(&line, Tone::Plain)]);
}
