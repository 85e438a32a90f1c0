//! What the root does while a list is searched: typing, pasting, going back.
//!
//! Must not know what is listed.

use ratatui::crossterm::event::KeyEvent;

use crate::actions::{Action, Scope, info};
use crate::config::Asked;
use crate::tui::core::{Cx, Outcome, PaneId};
use crate::tui::edit::{FindLine, Typed, is_sign};
use crate::tui::root::Root;

impl Root {
    pub(super) fn find_line(&mut self) -> Option<&mut FindLine> {
        match self.focus {
            PaneId::Communities => Some(&mut self.communities.find),
            PaneId::Members => Some(&mut self.members.find),
            PaneId::Meetups => Some(&mut self.meetups.find),
            PaneId::Detail => None,
        }
    }

    /// A key for the search that is being typed, if one is.
    pub(super) fn type_search(&mut self, key: KeyEvent) -> bool {
        let Some(find) = self.find_line().filter(|f| f.typing.is_some()) else { return false };
        match find.key(key) {
            Typed::Changed => self.searched(),
            Typed::Kept => {}
            // Arrows and the like move in the list while one types; no letter does anything but be typed.
            Typed::Ignored => {
                let is_letter = is_sign(key);
                let moves = |a: Action| matches!(info(a).scope, Scope::Moving | Scope::Everywhere);
                match self.keys().asked(&[key], self.focus.scope()) {
                    Asked::Action(action) if !is_letter || moves(action) => self.act(action),
                    _ => {}
                }
            }
        }
        true
    }

    pub(super) fn searched(&mut self) {
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        let outcome = match self.focus {
            PaneId::Communities => self.communities.searched(&mut cx),
            PaneId::Members => self.members.searched(&mut cx),
            PaneId::Meetups => self.meetups.searched(&mut cx),
            PaneId::Detail => Outcome::Done,
        };
        self.settle(outcome);
    }

    pub(super) fn paste(&mut self, text: &str) {
        let in_overlay = self.in_overlay(|top, cx| if top.takes_text() { top.paste(text, cx) } else { Outcome::Done });
        if in_overlay.is_some() {
            return;
        }
        if self.find_line().is_none_or(|f| f.typing.is_none()) {
            // Never run as keys. Addresses pasted onto the members are meant to be added.
            if self.focus == PaneId::Members && text.contains('@') {
                self.ask_for_members(text);
            } else {
                self.say("Pasted text goes into fields: open one first");
            }
            return;
        }
        if let Some(find) = self.find_line().filter(|f| f.typing.is_some()) {
            find.paste(text);
            self.searched();
        }
    }

    /// What is wrong with the search that is being typed.
    pub(super) fn find_error(&self) -> Option<String> {
        let find = match self.focus {
            PaneId::Communities => &self.communities.find,
            PaneId::Members => &self.members.find,
            PaneId::Meetups => &self.meetups.find,
            PaneId::Detail => return None,
        };
        find.error.clone().filter(|_| find.typing.is_some())
    }

    /// Whether text is being typed, so that a paste is welcome.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        let typing = match self.focus {
            PaneId::Communities => self.communities.find.typing.is_some(),
            PaneId::Members => self.members.find.typing.is_some(),
            PaneId::Meetups => self.meetups.find.typing.is_some(),
            PaneId::Detail => false,
        };
        self.overlays.last().map_or(typing, |o| o.takes_text())
    }

    pub(super) fn find_members(&mut self) {
        self.go(PaneId::Members);
        self.members.find.begin();
    }

    pub(super) fn back(&mut self) {
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        let went = match self.focus {
            PaneId::Members => self.members.back(&mut cx),
            PaneId::Meetups => {
                let was = self.meetups.find.clear();
                if was {
                    let outcome = self.meetups.searched(&mut cx);
                    self.settle(outcome);
                }
                was
            }
            PaneId::Communities => {
                let was = self.communities.find.clear();
                if was {
                    let result = self.communities.refresh(&mut cx);
                    self.note(result);
                }
                was
            }
            PaneId::Detail => false,
        };
        if went {
            if self.find_line().is_some_and(|f| !f.is_active()) {
                self.leave_view();
            }
            self.look();
            return;
        }
        match self.focus {
            PaneId::Detail => self.go(self.list),
            PaneId::Members | PaneId::Meetups => self.go(PaneId::Communities),
            PaneId::Communities => self.say("{quit} quits; everything is saved"),
        }
    }
}
