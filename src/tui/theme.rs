//! Colours by meaning, in the themes that the user can choose from. The default uses the terminal's own palette.
//!
//! Nothing is shown by colour only. Must not know what is drawn.

use ratatui::style::{Color, Modifier, Style};

use crate::config::{COLOURED, Colour, Config, ThemeName};

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
    /// A match of the search.
    Match,
    /// Something is wrong.
    Error,
    /// Something that needs attention.
    Warning,
    /// Something that succeeded.
    Good,
    /// A border.
    Border,
    /// The border of the pane that has the focus.
    Focus,
    /// A row that is marked.
    Marked,
}

/// All tones.
const TONES: [Tone; 13] = [
    Tone::Plain,
    Tone::Dim,
    Tone::Heading,
    Tone::Selected,
    Tone::Resting,
    Tone::Key,
    Tone::Match,
    Tone::Error,
    Tone::Warning,
    Tone::Good,
    Tone::Border,
    Tone::Focus,
    Tone::Marked,
];

/// How many colours the terminal supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None, or none wanted (`NO_COLOR`).
    None,
    /// Its own palette of sixteen.
    Sixteen,
    /// 256.
    Many,
    /// Any RGB colour.
    All,
}

impl Colours {
    /// Returns what the terminal and the environment (`NO_COLOR`, `TERM`, `COLORTERM`) allow.
    #[must_use]
    pub fn detect() -> Self {
        use termprofile::{DetectorSettings, TermProfile};
        let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let kind = set("TERM").unwrap_or_default();
        match TermProfile::detect(&std::io::stdout(), DetectorSettings::default()) {
            TermProfile::NoTty => Self::None,
            // An unknown terminal counts as one with sixteen, unless it is one of those that never had any.
            TermProfile::NoColor => {
                let without =
                    set("NO_COLOR").is_some() || kind.is_empty() || kind == "dumb" || kind.starts_with("vt") || kind.ends_with("-m");
                if without { Self::None } else { Self::Sixteen }
            }
            TermProfile::Ansi16 => Self::Sixteen,
            TermProfile::Ansi256 => Self::Many,
            TermProfile::TrueColor => Self::All,
        }
    }
}

/// The theme of one run.
#[derive(Debug, Clone)]
pub struct Theme {
    styles: [Style; TONES.len()],
    plain: bool,
}

impl Theme {
    /// Returns a theme, reduced to the colours that the terminal has.
    #[must_use]
    pub fn new(name: ThemeName, colours: Colours) -> Self {
        let name = if colours == Colours::None { ThemeName::Mono } else { name };
        Self { styles: TONES.map(|tone| style(name, tone, colours)), plain: false }
    }

    /// Returns the theme of the configuration.
    #[must_use]
    pub fn of(config: &Config, colours: Colours) -> Self {
        let mut theme = Self::new(config.theme, colours);
        if colours == Colours::None || config.theme == ThemeName::Mono {
            return theme;
        }
        for (name, colour) in &config.colours {
            let tone = COLOURED.iter().position(|n| n == name).map(|at| OF_NAME[at]);
            if let (Some(tone), Some(colour)) = (tone, fitting(*colour, colours)) {
                let slot = &mut theme.styles[tone as usize];
                // A tone with a colour from the configuration is no longer dimmed.
                *slot = slot.remove_modifier(Modifier::DIM).fg(colour);
            }
        }
        theme
    }

    /// Turns off boxes, for screen readers.
    #[must_use]
    pub const fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// Returns whether only text is drawn, without boxes and bars.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.plain
    }

    /// Returns the style of a tone.
    #[must_use]
    pub const fn style(&self, tone: Tone) -> Style {
        self.styles[tone as usize]
    }
}

/// The tones of [`COLOURED`], in its order.
const OF_NAME: [Tone; 9] =
    [Tone::Heading, Tone::Key, Tone::Match, Tone::Error, Tone::Warning, Tone::Good, Tone::Focus, Tone::Border, Tone::Dim];

/// Returns the colour, or the nearest that the terminal has; `None` if there is none.
fn fitting(colour: Colour, colours: Colours) -> Option<Color> {
    match colour {
        Colour::Indexed(n @ 0..16) => Some(palette(n)),
        Colour::Indexed(n) => (colours >= Colours::Many).then_some(Color::Indexed(n)),
        Colour::Rgb(r, g, b) if colours == Colours::All => Some(Color::Rgb(r, g, b)),
        // The 6 × 6 × 6 colour cube begins at 16.
        Colour::Rgb(r, g, b) if colours == Colours::Many => {
            let part = |v: u8| u16::from(v) * 5 / 255;
            u8::try_from(16 + 36 * part(r) + 6 * part(g) + part(b)).ok().map(Color::Indexed)
        }
        Colour::Rgb(..) => None,
    }
}

/// Returns one of the terminal's own sixteen colours, by its number.
const fn palette(n: u8) -> Color {
    match n {
        0 => Color::Black,
        1 => Color::Red,
        2 => Color::Green,
        3 => Color::Yellow,
        4 => Color::Blue,
        5 => Color::Magenta,
        6 => Color::Cyan,
        7 => Color::Gray,
        8 => Color::DarkGray,
        9 => Color::LightRed,
        10 => Color::LightGreen,
        11 => Color::LightYellow,
        12 => Color::LightBlue,
        13 => Color::LightMagenta,
        14 => Color::LightCyan,
        _ => Color::White,
    }
}

/// Returns the style of a tone without any colour, which is the base of every theme.
fn bare(tone: Tone) -> Style {
    let plain = Style::new();
    match tone {
        Tone::Plain | Tone::Warning | Tone::Good => plain,
        Tone::Dim | Tone::Border => plain.add_modifier(Modifier::DIM),
        Tone::Heading | Tone::Resting | Tone::Key | Tone::Error | Tone::Focus | Tone::Marked => plain.add_modifier(Modifier::BOLD),
        Tone::Selected => plain.add_modifier(Modifier::REVERSED),
        Tone::Match => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
    }
}

fn style(name: ThemeName, tone: Tone, colours: Colours) -> Style {
    let base = bare(tone);
    // An indexed colour where the terminal has 256, otherwise the nearest of its own sixteen.
    let pick = |rich: u8, own: Color| if colours >= Colours::Many { Color::Indexed(rich) } else { own };
    match name {
        ThemeName::Mono => base,
        ThemeName::Terminal => match tone {
            Tone::Key => base.fg(Color::Cyan),
            Tone::Focus => Style::new().fg(Color::Cyan),
            Tone::Match => base.fg(Color::Yellow),
            Tone::Error => base.fg(Color::Red),
            Tone::Warning => base.fg(Color::Yellow),
            Tone::Good => base.fg(Color::Green),
            Tone::Marked => base.fg(Color::Magenta),
            _ => base,
        },
        ThemeName::Light => match tone {
            Tone::Key | Tone::Focus => base.fg(pick(25, Color::Blue)),
            Tone::Heading => base.fg(pick(17, Color::Blue)),
            Tone::Match => base.fg(pick(90, Color::Magenta)),
            Tone::Error => base.fg(pick(124, Color::Red)),
            Tone::Warning => base.fg(pick(94, Color::Magenta)),
            Tone::Good => base.fg(pick(22, Color::Green)),
            Tone::Marked => base.fg(pick(54, Color::Magenta)),
            Tone::Dim => Style::new().fg(pick(240, Color::DarkGray)),
            Tone::Border => Style::new().fg(pick(247, Color::DarkGray)),
            _ => base,
        },
        ThemeName::Dark => match tone {
            Tone::Key | Tone::Focus => base.fg(pick(80, Color::LightCyan)),
            Tone::Heading => base.fg(pick(153, Color::LightBlue)),
            Tone::Match => base.fg(pick(221, Color::LightYellow)),
            Tone::Error => base.fg(pick(210, Color::LightRed)),
            Tone::Warning => base.fg(pick(221, Color::LightYellow)),
            Tone::Good => base.fg(pick(114, Color::LightGreen)),
            Tone::Marked => base.fg(pick(183, Color::LightMagenta)),
            Tone::Dim => Style::new().fg(pick(246, Color::Gray)),
            Tone::Border => Style::new().fg(pick(239, Color::DarkGray)),
            _ => base,
        },
        ThemeName::HighContrast => match tone {
            Tone::Dim | Tone::Border => Style::new(),
            Tone::Warning | Tone::Good => base.add_modifier(Modifier::BOLD),
            Tone::Selected => base.add_modifier(Modifier::BOLD),
            Tone::Key => base.add_modifier(Modifier::UNDERLINED),
            _ => base,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_tells_selection_and_hits_without_colour_and_reads_on_any_background() {
        for (name, theme) in ThemeName::ALL {
            for colours in [Colours::None, Colours::Sixteen, Colours::Many, Colours::All] {
                let theme = Theme::new(theme, colours);
                assert!(theme.style(Tone::Selected).add_modifier.contains(Modifier::REVERSED), "{name}");
                assert!(theme.style(Tone::Match).add_modifier.contains(Modifier::UNDERLINED), "{name}");
                for tone in TONES {
                    let style = theme.style(tone);
                    assert_eq!(style.bg, None, "{name}: the background is the terminal's");
                    let is_own = !matches!(style.fg, Some(Color::Indexed(_) | Color::Rgb(..)));
                    assert!(colours >= Colours::Many || is_own, "{name}");
                    assert!(colours > Colours::None || style.fg.is_none(), "{name}");
                }
            }
        }
    }

    #[test]
    fn the_leads_colours_stand_in_place_of_the_themes_as_far_as_the_terminal_has_them() {
        let mut config = Config::at(std::path::Path::new("config.toml"));
        config.colours =
            vec![("key".into(), Colour::Rgb(255, 0, 0)), ("dim".into(), Colour::Indexed(4)), ("good".into(), Colour::Indexed(200))];
        let key = |colours| Theme::of(&config, colours).style(Tone::Key).fg;
        assert_eq!(key(Colours::All), Some(Color::Rgb(255, 0, 0)));
        assert_eq!(key(Colours::Many), Some(Color::Indexed(196)));
        assert_eq!(key(Colours::Sixteen), Some(Color::Cyan));
        assert_eq!(key(Colours::None), None);
        assert_eq!(Theme::of(&config, Colours::Sixteen).style(Tone::Dim).fg, Some(Color::Blue));
        assert_eq!(Theme::of(&config, Colours::Sixteen).style(Tone::Good).fg, Some(Color::Green));
    }
}
