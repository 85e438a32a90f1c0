//! One field of a form: its text, what matches it, and how it was understood.
//!
//! Must not know which form it is in.

use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::domain::text;
use crate::forms::{Kind, parts};
use crate::tui::edit::Line;
use crate::tui::matching::{fit, fits};

/// A match for the text that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The field's text after the match is taken.
    pub text: String,
    /// Whether it isn't on the list, so that taking it creates a new one.
    pub is_new: bool,
}

/// A field of a form while it is being filled in.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The key under which the form looks it up.
    pub key: String,
    /// The label before it.
    pub label: String,
    /// The kind of value.
    pub kind: Kind,
    /// The text.
    pub line: Line,
    /// The value when the form was opened.
    pub original: String,
    /// The error in the text.
    pub error: Option<String>,
    /// How the text was understood, or a hint.
    pub echo: String,
    /// The value that another program has saved since.
    pub theirs: Option<String>,
}

impl Field {
    /// Returns a line for a field; its hint shows the user's keys.
    #[must_use]
    pub(crate) fn of(field: crate::forms::Field, keys: &Keys) -> Self {
        Self {
            key: field.key,
            label: field.label,
            kind: field.kind,
            line: Line::new(&field.value),
            original: field.value,
            error: None,
            echo: keys.say(&field.hint),
            theirs: None,
        }
    }

    /// Returns the text as it would be saved.
    #[must_use]
    pub(crate) fn value(&self) -> String {
        self.kind.clean(self.line.text())
    }

    /// Checks the text; sets the error or the echo.
    pub(crate) fn check(&mut self, calendar: &Calendar) -> bool {
        let value = self.value();
        match self.kind.check(&value, &self.original, calendar) {
            Ok(echo) => {
                self.error = None;
                if let Some(echo) = echo {
                    self.echo = echo;
                }
                true
            }
            Err(error) => {
                self.error = Some(self.several(&value).unwrap_or(error));
                false
            }
        }
    }

    /// Returns the message for a text that matches several on the list.
    fn several(&self, value: &str) -> Option<String> {
        let (Kind::Choice { options, new: false } | Kind::Choices { options, new: false }) = &self.kind else { return None };
        let typed = parts(value).find(|p| !options.iter().any(|o| text::are_same(o, p)))?;
        let fitting = options.iter().filter(|o| fits(typed, o)).count();
        (fitting > 1).then(|| format!("{fitting} match {typed}: \u{2193} to choose one"))
    }

    /// Returns the matches for the text, if the field has a list; what isn't on the list comes last, as new.
    #[must_use]
    pub(crate) fn offers(&self) -> Vec<Offer> {
        let (options, typed, new) = match &self.kind {
            Kind::Choice { options, new } => (options, self.value(), *new),
            Kind::AddField { options } => (options, self.value(), true),
            Kind::Choices { options, new } => {
                (options, parts(&self.value()).last().filter(|_| !ends_list(self.line.text())).unwrap_or("").to_owned(), *new)
            }
            _ => return Vec::new(),
        };
        let exact = options.iter().any(|o| text::are_same(o, &typed));
        let shown = |o: &String| fit(&typed, o).map(Some).or_else(|| exact.then_some(None));
        let mut out: Vec<_> = options.iter().filter_map(|o| Some((shown(o)?, o))).collect();
        out.sort_by_key(|(fit, _)| (fit.is_none(), *fit));
        let known = out.into_iter().map(|(_, o)| Offer { text: o.clone(), is_new: false });
        let made = (new && !exact && !typed.is_empty()).then_some(Offer { text: typed, is_new: true });
        known.chain(made).collect()
    }

    /// Returns whether the field has a list to choose from.
    #[must_use]
    pub(crate) const fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Choice { .. } | Kind::Choices { .. } | Kind::AddField { .. })
    }

    /// Returns the text if it isn't on the list and would be created.
    #[must_use]
    pub(crate) fn makes_new(&self) -> Option<String> {
        let (Kind::Choice { options, new: true } | Kind::AddField { options } | Kind::Choices { options, new: true }) = &self.kind else {
            return None;
        };
        let value = self.value();
        let typed = if matches!(self.kind, Kind::Choices { .. }) { parts(&value).last().unwrap_or_default() } else { &*value };
        let known = |name: &str| options.iter().any(|o| o == name) || options.iter().any(|o| text::are_same(o, name));
        (!typed.is_empty() && !known(typed)).then(|| typed.to_owned())
    }

    /// Takes one of the matches.
    pub(crate) fn take(&mut self, offer: &str) {
        if !matches!(self.kind, Kind::Choices { .. }) {
            self.line.set(offer);
            return;
        }
        let value = self.value();
        let mut all: Vec<&str> = parts(&value).collect();
        if !ends_list(self.line.text()) {
            all.pop();
        }
        all.push(offer);
        self.line.set(&format!("{}; ", all.join("; ")));
    }
}

fn ends_list(typed: &str) -> bool {
    typed.trim_end().ends_with(';') || typed.trim().is_empty()
}
