//! The welcome on the first run: the sample, an import, or an empty roster.
//!
//! Must not know the home screen.

use ratatui::crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind};
use ratatui::layout::Rect;

use crate::actions::{ACTIONS, Action, ActionInfo, Scope};
use crate::config::{Keys, Lookup};
use crate::domain::text;
use crate::tui::canvas::{Canvas, Target};
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The user's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Start with the sample roster.
    Sample,
    /// Start empty, then import.
    Import,
    /// Start empty.
    Empty,
    /// Quit.
    Quit,
}

const CHOICES: [(Choice, Action, &str, &str); 3] = [
    (Choice::Sample, Action::StartSample, "Open the sample roster", "invented people and a year of meetups, in a separate file"),
    (Choice::Import, Action::StartImport, "Import a list", "a CSV file from a form or spreadsheet, reviewed before it is saved"),
    (Choice::Empty, Action::StartEmpty, "Start an empty roster", "add communities and people yourself"),
];

/// The welcome screen.
#[derive(Debug)]
pub struct Welcome {
    path: String,
    at: usize,
    /// Whether the keys are shown.
    helps: bool,
}

impl Welcome {
    /// Returns a welcome; `path` is where the roster would be created.
    #[must_use]
    pub fn new(path: &std::path::Path) -> Self {
        Self { path: path.display().to_string(), at: 0, helps: false }
    }

    /// Handles an event; returns the choice that ends the screen. `target` returns what was drawn at a position.
    pub fn handle(&mut self, event: &Event, keys: &Keys, target: impl Fn(u16, u16) -> Option<Target>) -> Option<Choice> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => match keys.lookup(&[*key], Scope::Welcome) {
                Lookup::Action(Action::QuitAtOnce) => return Some(Choice::Quit),
                // Help covers the choices, so a key only closes it.
                _ if self.helps => self.helps = false,
                Lookup::Action(Action::Help) => self.helps = true,
                Lookup::Action(Action::Quit) => return Some(Choice::Quit),
                Lookup::Action(Action::Down) => self.at = (self.at + 1) % CHOICES.len(),
                Lookup::Action(Action::Up) => self.at = (self.at + CHOICES.len() - 1) % CHOICES.len(),
                Lookup::Action(Action::Take) => return Some(CHOICES[self.at].0),
                Lookup::Action(action) => return CHOICES.iter().find(|(_, a, ..)| *a == action).map(|(choice, ..)| *choice),
                Lookup::Nothing | Lookup::More => {}
            },
            Event::Mouse(m) if m.kind == MouseEventKind::Down(MouseButton::Left) => {
                if let Some(Target::OverlayRow(row)) = target(m.column, m.row) {
                    return CHOICES.get(row).map(|(choice, ..)| *choice);
                }
            }
            _ => {}
        }
        None
    }

    fn draw_help(area: Rect, on: &mut Canvas<'_>) {
        let works = |a: &&ActionInfo| {
            let shown = matches!(a.action, Action::Help | Action::Quit | Action::QuitAtOnce | Action::Down | Action::Up | Action::Take);
            a.scope == Scope::Welcome || shown
        };
        let lines: Vec<(String, &str)> = ACTIONS.iter().filter(works).map(|a| (text::pad(&on.keys.words(a.action), 14), a.doc)).collect();
        let place = paint::centred(area, 76, u16::try_from(lines.len() + 2).unwrap_or(12));
        let inside = paint::window(on, place, "Help", &[]);
        for (i, (keys, doc)) in lines.iter().enumerate() {
            let y = inside.y + u16::try_from(i).unwrap_or(0);
            if y < inside.bottom() {
                paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(keys, Tone::Key), (doc, Tone::Plain)]);
            }
        }
    }

    /// Draws the welcome.
    pub fn draw(&self, area: Rect, on: &mut Canvas<'_>) {
        if self.helps {
            return Self::draw_help(area, on);
        }
        let place = paint::centred(area, 76, 14);
        let inside = paint::window(on, place, "Guildhall", &[]);
        let width = inside.width.saturating_sub(2);
        let mut y = inside.y;
        let bottom = inside.bottom();
        let mut line = |parts: &[paint::Piece<'_>], on: &mut Canvas<'_>| {
            if y < bottom {
                paint::pieces(on, (inside.x + 1, y), width, parts);
            }
            y += 1;
        };
        let roomy = inside.height >= 12;
        if roomy {
            line(&[("The membership book of a community of practice.", Tone::Heading)], on);
            line(&[], on);
        }
        for (i, (_, action, what, why)) in CHOICES.iter().enumerate() {
            let here = i == self.at;
            let row = inside.y + u16::try_from(if roomy { 2 + i * 2 } else { i }).unwrap_or(0);
            if row < bottom {
                on.drawn.hit(Rect::new(inside.x, row, inside.width, 1), Target::OverlayRow(i));
            }
            let key = on.keys.word(*action);
            line(
                &[
                    (if here { "> " } else { "  " }, Tone::Plain),
                    (&key, Tone::Key),
                    ("  ", Tone::Plain),
                    (what, if here { Tone::Selected } else { Tone::Plain }),
                ],
                on,
            );
            if roomy {
                line(&[("     ", Tone::Plain), (why, Tone::Dim)], on);
            }
        }
        if roomy {
            line(&[], on);
            for part in text::wrap(&format!("Your roster will be saved in {}", self.path), usize::from(width)).iter().take(2) {
                line(&[(part, Tone::Dim)], on);
            }
            let (take, quit, help) = (on.keys.word(Action::Take), on.keys.word(Action::Quit), on.keys.word(Action::Help));
            let parts = [(&*take, Tone::Key), (" choose · ", Tone::Dim), (&*quit, Tone::Key), (" quit · ", Tone::Dim)];
            line(&[parts[0], parts[1], parts[2], parts[3], (&help, Tone::Key), (" help", Tone::Dim)], on);
        }
    }
}
