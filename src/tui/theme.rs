//! Colours by meaning, from the terminal's own palette, so that they fit any background.
//!
//! Nothing is told by colour alone. Must not know what is drawn.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// Less important.
    Dim,
    /// A heading.
    Heading,
    /// The cursor's row in the focused list.
    Selected,
    /// The cursor's row elsewhere.
    Resting,
    /// A key in a hint.
    Key,
    /// What the search looked for.
    Match,
    /// Something is wrong.
    Error,
    /// Something needs attention.
    Warning,
    /// Something was done.
    Good,
    /// A border.
    Border,
    /// The border of the pane that has the focus.
    Focus,
}

/// The colours of one run.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    /// With the terminal's colours, or with none.
    #[must_use]
    pub const fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// What the terminal and the environment (`NO_COLOR`, `TERM`) allow.
    #[must_use]
    pub fn detect() -> Self {
        use termprofile::{DetectorSettings, TermProfile};
        let profile = TermProfile::detect(&std::io::stdout(), DetectorSettings::default());
        Self::new(profile >= TermProfile::Ansi16)
    }

    /// The style of a tone.
    #[must_use]
    pub fn style(self, tone: Tone) -> Style {
        let plain = Style::new();
        let coloured = |c: Color| if self.colour { plain.fg(c) } else { plain };
        match tone {
            Tone::Plain => plain,
            Tone::Dim | Tone::Border => plain.add_modifier(Modifier::DIM),
            Tone::Heading => plain.add_modifier(Modifier::BOLD),
            Tone::Selected => plain.add_modifier(Modifier::REVERSED),
            Tone::Resting => plain.add_modifier(Modifier::BOLD),
            Tone::Key => coloured(Color::Cyan).add_modifier(Modifier::BOLD),
            Tone::Match => coloured(Color::Yellow).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            Tone::Error => coloured(Color::Red).add_modifier(Modifier::BOLD),
            Tone::Warning => coloured(Color::Yellow),
            Tone::Good => coloured(Color::Green),
            Tone::Focus => coloured(Color::Cyan),
        }
    }
}
