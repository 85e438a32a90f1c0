//! From keys to actions, by the table of actions.
//!
//! Must not know what an action does.

use crokey::KeyCombination;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::actions::{ACTIONS, Action, Scope};
use crate::tui::core::PaneId;

/// Which key asks for what, where.
pub struct Keymap {
    keys: Vec<(Scope, KeyCombination, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = ACTIONS.iter().flat_map(|a| a.keys.iter().filter_map(|k| Some((a.scope, parse(k)?, a.action)))).collect();
        Self { keys }
    }
}

/// Reads a key of the table: `ctrl-p`, `H`, `?`.
#[must_use]
pub fn parse(key: &str) -> Option<KeyCombination> {
    let mut chars = key.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(combination(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }
    crokey::parse(key).ok()
}

/// A key event in the one form in which keys are compared: whether a sign needs Shift is the keyboard's business.
fn combination(mut key: KeyEvent) -> KeyCombination {
    if let KeyCode::Char(c) = key.code {
        key.modifiers.remove(KeyModifiers::SHIFT);
        if c.is_ascii_uppercase() && key.modifiers.is_empty() {
            key.modifiers.insert(KeyModifiers::SHIFT);
        }
    }
    KeyCombination::from(KeyEvent::new(key.code, key.modifiers)).normalized()
}

/// The scope of a pane's own keys.
#[must_use]
pub const fn scope_of(pane: PaneId) -> Scope {
    match pane {
        PaneId::Communities => Scope::Communities,
        PaneId::Members => Scope::Members,
        PaneId::Meetups => Scope::Meetups,
        PaneId::Detail => Scope::Detail,
    }
}

impl Keymap {
    /// What a key asks for in a pane: its own keys first, then those of every list, then those of everywhere.
    #[must_use]
    pub fn action(&self, key: KeyEvent, pane: PaneId) -> Option<Action> {
        let wanted = combination(key);
        [scope_of(pane), Scope::List, Scope::Everywhere]
            .into_iter()
            .find_map(|scope| self.keys.iter().find(|(s, k, _)| *s == scope && *k == wanted).map(|(_, _, a)| *a))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_is_a_key_and_asks_for_its_action() {
        let map = Keymap::default();
        for a in ACTIONS {
            for key in a.keys {
                let parsed = parse(key).unwrap_or_else(|| panic!("{key} is no key"));
                let pane = PaneId::ALL.into_iter().find(|p| scope_of(*p) == a.scope).unwrap_or(PaneId::Communities);
                let event: KeyEvent = parsed.into();
                assert_eq!(map.action(event, pane), Some(a.action), "{key}");
            }
        }
    }

    #[test]
    fn capitals_are_keys_of_their_own_however_the_terminal_sends_them() {
        let map = Keymap::default();
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
            assert_eq!(map.action(KeyEvent::new(KeyCode::Char('H'), modifiers), PaneId::Members), Some(Action::History));
            assert_eq!(map.action(KeyEvent::new(KeyCode::Char('?'), modifiers), PaneId::Members), Some(Action::Help));
            assert_eq!(map.action(KeyEvent::new(KeyCode::Char(':'), modifiers), PaneId::Members), Some(Action::Palette));
        }
        assert_eq!(map.action(KeyEvent::new(KeyCode::Char('h'), KeyModifiers::NONE), PaneId::Members), Some(Action::HistoryHere));
    }
}
