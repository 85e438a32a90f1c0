//! What a run of the terminal interface starts with: the paths, the configuration, the theme, the screen's state.
//!
//! Must not know what is drawn.

use crate::config::Config;
use crate::paths::Paths;
use crate::remembered::Remembered;
use crate::tui::theme::{Colours, Theme};

/// What a run starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the program's files are.
    pub paths: Paths,
    /// The user's configuration.
    pub config: Config,
    /// The theme.
    pub theme: Theme,
    /// The screen's state from the last run.
    pub remembered: Remembered,
}

impl Setup {
    /// Reads the configuration and the screen's state.
    #[must_use]
    pub fn read(paths: &Paths, plain: bool, colours: Colours) -> Self {
        let config = Config::read(&paths.config, paths.config_is_named);
        let theme = Theme::of(&config, colours);
        let theme = if plain { theme.plain() } else { theme };
        Self { paths: paths.clone(), config, theme, remembered: Remembered::read(&paths.state) }
    }
}
