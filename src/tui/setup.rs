//! What a run of the screen begins with: the files, the configuration, the colours, how the screen was left.
//!
//! Must not know what is drawn.

use crate::config::Config;
use crate::paths::Paths;
use crate::remembered::Remembered;
use crate::tui::theme::{Colours, Theme};

/// What a run begins with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where things lie.
    pub paths: Paths,
    /// What the lead has set.
    pub config: Config,
    /// The look.
    pub theme: Theme,
    /// How the screen was left.
    pub remembered: Remembered,
}

impl Setup {
    /// Reads the configuration and what was remembered.
    #[must_use]
    pub fn read(paths: &Paths, plain: bool, colours: Colours) -> Self {
        let config = Config::read(&paths.config, paths.config_is_named);
        let theme = Theme::of(&config, colours);
        let theme = if plain { theme.plain() } else { theme };
        Self { paths: paths.clone(), config, theme, remembered: Remembered::read(&paths.state) }
    }
}
