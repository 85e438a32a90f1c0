//! The head line, the tabs, the foot line: what is open, what works here, what was just done.
//!
//! Must not know what is in the panes.

use ratatui::layout::Rect;

use crate::actions::{ACTIONS, Action, Scope};
use crate::config::Keys;
use crate::domain::text;
use crate::tui::core::{Canvas, Hint, PaneId, Target};
use crate::tui::paint;
use crate::tui::root::Root;
use crate::tui::theme::Tone;

/// The head line: name on the left, the whole in numbers on the right.
pub(super) fn header(root: &Root, area: Rect, on: &mut Canvas<'_>) {
    let name = " Guildhall";
    let mut used = paint::pieces(on, (area.x, area.y), area.width, &[(name, Tone::Heading)]);
    if root.book.read_only().is_some() {
        used += paint::pieces(on, (area.x + used, area.y), area.width.saturating_sub(used), &[(" (reading only)", Tone::Warning)]);
    }
    let mut parts = Vec::new();
    if let Some(people) = root.book.people_count() {
        parts.push(text::count(people, "person", "people"));
    }
    parts.push(text::count(root.communities.len() as u64, "community", "communities"));
    if let Ok(Some((starts, title))) = root.book.next_meetup() {
        parts.push(format!("next: {}, {}", on.calendar.short(starts.date()).replace("  ", " "), text::clip(&title, 40)));
    }
    let line = parts.join(" · ");
    let room = usize::from(area.width.saturating_sub(used + 2));
    let line = text::clip(&line, room);
    let width = u16::try_from(text::width(&line)).unwrap_or(0);
    paint::pieces(on, (area.right().saturating_sub(width + 1), area.y), width, &[(&line, Tone::Dim)]);
}

/// The tabs, where only one pane shows.
pub(super) fn tabs(focus: PaneId, area: Rect, on: &mut Canvas<'_>) {
    let names = [
        (PaneId::Communities, "1 Communities", "1 Com"),
        (PaneId::Members, "2 Members", "2 Mem"),
        (PaneId::Meetups, "3 Meetups", "3 Meet"),
        (PaneId::Detail, "4 Detail", "4 Det"),
    ];
    let long = area.width >= 50;
    let mut x = area.x + 1;
    for (pane, full, brief) in names {
        let name = if long { full } else { brief };
        let here = pane == focus;
        let shown = if here { format!("[{name}]") } else { format!(" {name} ") };
        let room = area.right().saturating_sub(x);
        let used = paint::pieces(on, (x, area.y), room, &[(&shown, if here { Tone::Heading } else { Tone::Dim })]);
        on.drawn.hit(Rect::new(x, area.y, used, 1), Target::Pane(pane));
        x += used;
    }
}

/// The foot line: what is under way, else what was just done, else the keys that work here.
pub(super) fn footer(root: &Root, area: Rect, on: &mut Canvas<'_>) {
    let style = on.theme.style(Tone::Plain);
    paint::put(on, (area.x, area.y), area.width, &" ".repeat(usize::from(area.width)), style);
    if let Some(line) = root.work.line() {
        let said = root.toast.as_ref().map(|(toast, tone)| (format!("{toast} · "), *tone));
        let (said, tone) = said.unwrap_or((String::new(), Tone::Plain));
        let stops = format!(" {}", root.keys().say("{back}"));
        let parts =
            [(" ", Tone::Plain), (&*said, tone), (&*line, Tone::Plain), (" ·", Tone::Dim), (&*stops, Tone::Key), (" stops", Tone::Dim)];
        paint::pieces(on, (area.x, area.y), area.width, &parts);
        return;
    }
    if let Some((line, tone)) = &root.toast {
        paint::pieces(on, (area.x, area.y), area.width, &[(" ", Tone::Plain), (line, *tone)]);
        return;
    }
    if !root.pending.is_empty() {
        let mut parts = vec![(" …  ".to_owned(), Tone::Dim)];
        for (key, action) in root.keys().following(&root.pending, root.scope()) {
            parts.push((key, Tone::Key));
            parts.push((format!(" {}   ", crate::actions::info(action).name), Tone::Plain));
        }
        let parts: Vec<paint::Piece<'_>> = parts.iter().map(|(t, tone)| (t.as_str(), *tone)).collect();
        paint::pieces(on, (area.x, area.y), area.width, &parts);
        return;
    }
    if !root.overlays.is_empty() {
        overlay_hints(root.keys(), area, on);
        return;
    }
    if let Some(error) = root.find_error() {
        paint::pieces(on, (area.x, area.y), area.width, &[(" ", Tone::Plain), (&error, Tone::Error)]);
        return;
    }
    if root.takes_text() {
        let back = format!(" {}", root.keys().word(Action::Back));
        let parts = [
            (" Enter", Tone::Key),
            (" keeps the search ", Tone::Dim),
            (&*back, Tone::Key),
            (" ends it  ", Tone::Dim),
            ("↑", Tone::Key),
            (" an earlier one  ", Tone::Dim),
        ];
        paint::pieces(on, (area.x, area.y), area.width, &parts);
        return;
    }
    pane_hints(root, area, on);
}

/// The keys that work in the pane.
fn pane_hints(root: &Root, area: Rect, on: &mut Canvas<'_>) {
    let keys = root.keys();
    let right = [Action::Palette, Action::Help];
    let right_width: u16 = right.iter().map(|a| hint_width(keys, *a)).sum::<u16>() + 1;
    let mut x = area.x + 1;
    let own = root.focus.scope();
    let order = [own, Scope::List, Scope::Home, Scope::Steps, Scope::Everywhere];
    // What is used most stands first, so that a narrow screen shows it.
    const MOST: [Action; 4] = [Action::Find, Action::New, Action::Edit, Action::Undo];
    // What is done to one thing is told where that thing is shown whole.
    const DETAIL: [Action; 3] = [Action::OpenLink, Action::Copy, Action::HistoryHere];
    let why_not = root.reasons();
    let in_detail = root.focus == PaneId::Detail;
    let first = DETAIL.iter().map(|a| crate::actions::info(*a)).filter(|_| in_detail);
    let others = order.iter().flat_map(|s| ACTIONS.iter().filter(move |a| a.scope == *s)).filter(|a| !DETAIL.contains(&a.action));
    let most = |a: &&crate::actions::ActionInfo| {
        (!matches!(a.scope, s if s == own || s == Scope::List), MOST.iter().position(|m| *m == a.action).unwrap_or(MOST.len()))
    };
    let mut others: Vec<_> = others.collect();
    others.sort_by_key(most);
    let wanted = |a: &&crate::actions::ActionInfo| !a.footer.is_empty() && !right.contains(&a.action) && why_not(a.action).is_none();
    for info in first.chain(others).filter(wanted) {
        let width = hint_width(keys, info.action);
        if width > 0 && x + width + right_width < area.right() {
            x += hint(keys, info.action, (x, area.y), width, on);
        }
    }
    let mut x = area.right().saturating_sub(right_width);
    for action in right {
        x += hint(keys, action, (x, area.y), area.right().saturating_sub(x).min(hint_width(keys, action)), on);
    }
}

/// What can be done in the overlay on top, as it has said; each can be clicked.
fn overlay_hints(keys: &Keys, area: Rect, on: &mut Canvas<'_>) {
    let mut x = area.x + 1;
    for Hint { action, word } in on.drawn.hints.clone() {
        let room = area.right().saturating_sub(x);
        let key = action.map(|a| keys.word(a)).unwrap_or_default();
        if key.is_empty() && action.is_some() {
            continue;
        }
        let word = if word.is_empty() && action == Some(Action::Back) { "goes back" } else { &*word };
        let space = if key.is_empty() { "" } else { " " };
        let used = paint::pieces(on, (x, area.y), room, &[(&key, Tone::Key), (space, Tone::Plain), (word, Tone::Dim)]);
        if let Some(action) = action {
            on.drawn.hit(Rect::new(x, area.y, used, 1), Target::Action(action));
        }
        x += used + 2;
    }
}

fn words(keys: &Keys, action: Action) -> (String, &'static str) {
    (keys.word(action), crate::actions::info(action).footer)
}

/// How much room a hint takes; none if the action has no key.
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

/// Everything that fits on one line.
pub(super) fn one_line(root: &Root, area: Rect, on: &mut Canvas<'_>) {
    let people = root.book.people_count().map_or_else(String::new, |n| text::count(n, "person", "people"));
    let line = match &root.toast {
        Some((toast, _)) => toast.clone(),
        None => root.keys().say(&format!("Guildhall · {people} · {{quit}} quits")),
    };
    paint::pieces(on, (area.x, area.y), area.width, &[(&line, Tone::Plain)]);
}
