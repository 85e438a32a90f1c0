//! One line of a form: what is typed, what fits it, and what it is echoed as.
//!
//! Must not know which form it is in.

use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::domain::text;
use crate::forms::{Kind, parts};
use crate::tui::edit::Line;
use crate::tui::matching::{fit, fits};

/// One of what fits what is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What the field says once it is taken.
    pub text: String,
    /// Whether it isn't on the list: taking it makes a new one.
    pub is_new: bool,
}

/// A field of a form, as it is being filled in.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// By which the form's maker asks for it.
    pub key: String,
    /// What stands before it.
    pub label: String,
    /// What may stand in it.
    pub kind: Kind,
    /// The text.
    pub line: Line,
    /// What it was when the form was opened.
    pub original: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What it was understood as, or a hint.
    pub echo: String,
    /// What somebody else has saved meanwhile.
    pub theirs: Option<String>,
}

impl Field {
    /// A line for a field, with what its hint says of keys.
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

    /// The text as it would be kept.
    #[must_use]
    pub(crate) fn value(&self) -> String {
        self.kind.clean(self.line.text())
    }

    /// Looks at what was typed; sets the error, or the echo.
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

    /// What is said where several of the list fit what was typed.
    fn several(&self, value: &str) -> Option<String> {
        let (Kind::Choice { options, new: false } | Kind::Choices { options, new: false }) = &self.kind else { return None };
        let typed = parts(value).find(|p| !options.iter().any(|o| text::are_same(o, p)))?;
        let fitting = options.iter().filter(|o| fits(typed, o)).count();
        (fitting > 1).then(|| format!("{fitting} match {typed}: \u{2193} to choose one"))
    }

    /// What fits what is being typed, if the field is one of a list; what isn't on the list comes last, as something new.
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

    /// Whether it is one of a list.
    #[must_use]
    pub(crate) const fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Choice { .. } | Kind::Choices { .. } | Kind::AddField { .. })
    }

    /// Whether what is being typed isn't on the list and would be made.
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

    /// Takes one of what is offered.
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
