//! The key bindings of all actions: the defaults, and the user's own in place of them.
//!
//! Must not know what an action does, nor where keys come from.

use crokey::KeyCombination;
use crokey::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::actions::{ACTIONS, Action, Scope, info, key_word};

/// One or two keys in a row that trigger an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The keys as they are written: `ctrl-p`, `H`, `g g`.
    pub text: String,
    keys: Vec<KeyCombination>,
}

impl Binding {
    /// Reads a key, or two separated by a blank.
    ///
    /// # Errors
    /// Which part isn't a key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        match parts.len() {
            0 => return Err("a key is missing; one looks like \"x\", \"ctrl-x\" or \"g g\"".into()),
            1 | 2 => {}
            _ => return Err(format!("\"{text}\" has more than two keys in a row")),
        }
        let keys = parts.iter().map(|p| one(p).ok_or_else(|| unknown(p))).collect::<Result<_, _>>()?;
        Ok(Self { text: parts.join(" "), keys })
    }
}

fn unknown(part: &str) -> String {
    const NAMES: &[&str] = &[
        "enter",
        "esc",
        "space",
        "tab",
        "backtab",
        "up",
        "down",
        "left",
        "right",
        "home",
        "end",
        "pageup",
        "pagedown",
        "delete",
        "insert",
        "backspace",
        "ctrl-a",
        "alt-a",
        "shift-tab",
        "f1",
    ];
    let near = crate::domain::text::nearest(part, NAMES.iter().copied());
    let hint = near.map_or_else(|| "one looks like x, ctrl-x or f5".to_owned(), |n| format!("did you mean {n}?"));
    format!("\"{part}\" isn't a key; {hint}")
}

fn one(part: &str) -> Option<KeyCombination> {
    let mut chars = part.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(combination(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }
    let part = if part == "shift-tab" { "backtab" } else { part };
    crokey::parse(part).ok().map(|k| combination(k.into()))
}

/// Normalises a key event for comparison, because keyboards differ in which characters need Shift.
#[must_use]
pub fn combination(mut key: KeyEvent) -> KeyCombination {
    if let KeyCode::Char(c) = key.code {
        key.modifiers.remove(KeyModifiers::SHIFT);
        if c.is_ascii_uppercase() && key.modifiers.is_empty() {
            key.modifiers.insert(KeyModifiers::SHIFT);
        }
    }
    if key.code == KeyCode::BackTab {
        key.modifiers.insert(KeyModifiers::SHIFT);
    }
    KeyCombination::from(KeyEvent::new(key.code, key.modifiers)).normalized()
}

/// The result of looking up the keys that were pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// No binding matches.
    Nothing,
    /// The keys are the beginning of a longer binding.
    More,
    /// An action.
    Action(Action),
}

/// The key bindings of every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The bindings, in the order of [`ACTIONS`].
    bindings: Vec<Vec<Binding>>,
}

impl Default for Keys {
    fn default() -> Self {
        let of = |a: &crate::actions::ActionInfo| a.keys.iter().filter_map(|k| Binding::parse(k).ok()).collect();
        Self { bindings: ACTIONS.iter().map(of).collect() }
    }
}

/// A conflict between two actions with the same keys in the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The keys.
    pub text: String,
    /// The action that keeps them.
    pub winner: Action,
    /// The action that loses them.
    pub loser: Action,
}

impl Keys {
    /// Returns the bindings of an action.
    #[must_use]
    pub fn of(&self, action: Action) -> &[Binding] {
        &self.bindings[action as usize]
    }

    /// Removes the keys that type into a text field: characters without a modifier.
    pub fn without_letters(&mut self) {
        let is_letter = |b: &Binding| {
            let first: Option<KeyEvent> = b.keys.first().map(|k| (*k).into());
            first.is_some_and(|k| {
                matches!(k.code, KeyCode::Char(c) if c != ' ') && !k.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
            })
        };
        self.bindings.iter_mut().for_each(|all| all.retain(|b| !is_letter(b)));
    }

    /// Returns the label of an action's first key; empty if it has none.
    #[must_use]
    pub fn word(&self, action: Action) -> String {
        self.of(action).first().map(|b| key_word(&b.text)).unwrap_or_default()
    }

    /// Returns the labels of all keys of an action.
    #[must_use]
    pub fn words(&self, action: Action) -> String {
        self.of(action).iter().map(|b| key_word(&b.text)).collect::<Vec<_>>().join(" ")
    }

    /// Replaces actions in a sentence by their keys: `{new} adds one` becomes `n adds one`, or `:new adds one` if it has no key.
    #[must_use]
    pub fn say(&self, sentence: &str) -> String {
        let mut out = sentence.to_owned();
        for a in ACTIONS {
            let place = format!("{{{}}}", a.name);
            if out.contains(&place) {
                let word = self.word(a.action);
                out = out.replace(&place, &if word.is_empty() { format!(":{}", a.name) } else { word });
            }
        }
        out
    }

    /// Sets the user's own bindings. Every other action loses keys that conflict with them. Returns a clash if an action thereby loses its
    /// last key, or if two of the user's own actions want the same key.
    pub fn set(&mut self, wanted: Vec<(Action, Vec<Binding>)>) -> Vec<Clash> {
        let mut clashes = Vec::new();
        let mut set: Vec<Action> = Vec::new();
        for (action, bindings) in wanted {
            let mut kept = Vec::new();
            for binding in bindings {
                let rival = set.iter().find(|o| **o != action && meet(**o, action) && self.of(**o).iter().any(|b| collide(b, &binding)));
                match rival {
                    Some(winner) => clashes.push(Clash { text: binding.text.clone(), winner: *winner, loser: action }),
                    None => kept.push(binding),
                }
            }
            self.bindings[action as usize] = kept;
            set.push(action);
        }
        for other in ACTIONS.iter().map(|a| a.action).filter(|a| !set.contains(a)) {
            let mut lost = None;
            let mine = std::mem::take(&mut self.bindings[other as usize]);
            let had_some = !mine.is_empty();
            let kept: Vec<Binding> = mine
                .into_iter()
                .filter(|b| {
                    let winner = set.iter().find(|s| meet(**s, other) && self.of(**s).iter().any(|t| collide(t, b)));
                    if let Some(winner) = winner {
                        lost = Some(Clash { text: b.text.clone(), winner: *winner, loser: other });
                    }
                    winner.is_none()
                })
                .collect();
            if kept.is_empty() && had_some {
                clashes.extend(lost);
            }
            self.bindings[other as usize] = kept;
        }
        clashes
    }

    /// Looks up the keys that were pressed, in the scopes that are active when this one has the focus, its own first.
    #[must_use]
    pub fn lookup(&self, pressed: &[KeyEvent], scope: Scope) -> Lookup {
        let pressed: Vec<KeyCombination> = pressed.iter().map(|k| combination(*k)).collect();
        let mut more = false;
        for scope in scope.working() {
            for a in ACTIONS.iter().filter(|a| a.scope == *scope) {
                for binding in self.of(a.action) {
                    if binding.keys == pressed {
                        return Lookup::Action(a.action);
                    }
                    more |= binding.keys.starts_with(&pressed);
                }
            }
        }
        if more { Lookup::More } else { Lookup::Nothing }
    }

    /// Returns the continuations of the keys that were pressed: each key, and its action.
    #[must_use]
    pub fn following(&self, pressed: &[KeyEvent], scope: Scope) -> Vec<(String, Action)> {
        let pressed: Vec<KeyCombination> = pressed.iter().map(|k| combination(*k)).collect();
        let mut out = Vec::new();
        for a in ACTIONS.iter().filter(|a| scope.working().contains(&a.scope)) {
            for b in self.of(a.action).iter().filter(|b| b.keys.len() > pressed.len() && b.keys.starts_with(&pressed)) {
                let last = b.text.rsplit(' ').next().unwrap_or_default();
                out.push((key_word(last), a.action));
            }
        }
        out
    }
}

/// Returns whether two actions are available in the same place.
fn meet(a: Action, b: Action) -> bool {
    let (a, b) = (info(a).scope, info(b).scope);
    Scope::ALL.iter().any(|s| s.working().contains(&a) && s.working().contains(&b))
}

/// Returns whether two bindings conflict: they are the same, or one is the beginning of the other.
fn collide(a: &Binding, b: &Binding) -> bool {
    a.keys.starts_with(&b.keys) || b.keys.starts_with(&a.keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(text: &str) -> Vec<KeyEvent> {
        Binding::parse(text).unwrap().keys.into_iter().map(Into::into).collect()
    }

    #[test]
    fn every_key_of_the_table_is_a_key_and_asks_for_its_action() {
        let keys = Keys::default();
        for a in ACTIONS {
            assert_eq!(keys.of(a.action).len(), a.keys.len(), "{}", a.name);
            for key in a.keys {
                assert_eq!(keys.lookup(&press(key), a.scope), Lookup::Action(a.action), "{key}");
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let keys = Keys::default();
        for a in ACTIONS {
            for b in ACTIONS.iter().filter(|b| b.action != a.action && meet(a.action, b.action)) {
                let clash = keys.of(a.action).iter().find(|k| keys.of(b.action).iter().any(|l| collide(k, l)));
                assert!(clash.is_none(), "{} and {} share {clash:?}", a.name, b.name);
            }
        }
    }

    #[test]
    fn capitals_are_keys_of_their_own_however_the_terminal_sends_them() {
        let keys = Keys::default();
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
            let ask = |c| keys.lookup(&[KeyEvent::new(KeyCode::Char(c), modifiers)], Scope::Members);
            assert_eq!(ask('H'), Lookup::Action(Action::History));
            assert_eq!(ask('?'), Lookup::Action(Action::Help));
            assert_eq!(ask(':'), Lookup::Action(Action::Palette));
        }
        let plain = KeyEvent::new(KeyCode::Char('h'), KeyModifiers::NONE);
        assert_eq!(keys.lookup(&[plain], Scope::Members), Lookup::Action(Action::HistoryHere));
    }

    #[test]
    fn the_leads_keys_win_and_what_loses_its_last_key_is_told() {
        let mut keys = Keys::default();
        let key = |t: &str| Binding::parse(t).unwrap();
        let clashes =
            keys.set(vec![(Action::Export, vec![key("q"), key("z z")]), (Action::Import, vec![key("z")]), (Action::Redo, Vec::new())]);
        let found: Vec<_> = clashes.iter().map(|c| (c.text.as_str(), c.winner, c.loser)).collect();
        assert_eq!(found, [("z", Action::Export, Action::Import), ("q", Action::Export, Action::Quit)]);
        assert_eq!(keys.say("{new} adds one, {redo} does {it} again"), "n adds one, :redo does {it} again");
        assert!(keys.of(Action::Redo).is_empty() && keys.of(Action::Quit).is_empty());
        assert_eq!(keys.lookup(&press("z"), Scope::Members), Lookup::More);
        assert_eq!(keys.lookup(&press("z z"), Scope::Members), Lookup::Action(Action::Export));
        assert_eq!(keys.following(&press("z"), Scope::Members), [("z".to_owned(), Action::Export)]);
    }

    #[test]
    fn what_is_no_key_is_named_with_the_nearest() {
        assert_eq!(Binding::parse("entr").unwrap_err(), "\"entr\" isn't a key; did you mean enter?");
        assert!(Binding::parse("a b c").unwrap_err().contains("more than two"));
        assert!(Binding::parse("").is_err());
    }
}
