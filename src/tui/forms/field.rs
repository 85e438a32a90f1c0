//! One line of a form: its text, what may stand there, and what it is echoed as.
//!
//! Must not know which form it is in.

use chrono::NaiveDate;

use crate::domain::dates::{Calendar, Lean};
use crate::domain::{address, text};
use crate::tui::edit::Line;
use crate::tui::matching::{fit, fits};

/// What may stand in a field.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Any text of one line.
    Text,
    /// A text that must not be empty; the words say what is missing.
    Required(&'static str),
    /// A text of several lines; Alt-Enter breaks them.
    Note,
    /// One of a list, found by typing; `new` lets in others.
    Choice { options: Vec<String>, new: bool },
    /// Several of a list, separated by `;`.
    Choices { options: Vec<String>, new: bool },
    /// The name of a field of the lead's own, which is added to the form.
    AddField { options: Vec<String> },
    /// A date, or nothing.
    Date(Lean),
    /// A date with a time.
    Moment,
    /// An e-mail address, or nothing.
    Email,
    /// Several e-mail addresses.
    Emails,
    /// A number, or nothing.
    Number,
}

/// One of what fits what is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What the field says once it is taken.
    pub text: String,
    /// Whether it isn't on the list: taking it makes a new one.
    pub is_new: bool,
}

/// A line of a form.
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
    /// A field that begins with a value.
    #[must_use]
    pub(crate) fn new(key: &str, label: &str, kind: Kind, value: &str) -> Self {
        Self {
            key: key.to_owned(),
            label: label.to_owned(),
            kind,
            line: Line::new(value),
            original: value.to_owned(),
            error: None,
            echo: String::new(),
            theirs: None,
        }
    }

    /// With a hint that shows while nothing else is to be said.
    #[must_use]
    pub(crate) fn hint(mut self, hint: &str) -> Self {
        hint.clone_into(&mut self.echo);
        self
    }

    /// The text as it would be kept.
    #[must_use]
    pub(crate) fn value(&self) -> String {
        let cleaned =
            if matches!(self.kind, Kind::Note) { text::clean_lines(self.line.text()) } else { text::clean_line(self.line.text()) };
        cleaned.text.into_owned()
    }

    /// The date in it.
    #[must_use]
    pub(crate) fn date(&self, calendar: &Calendar) -> Option<NaiveDate> {
        match self.kind {
            Kind::Date(lean) => calendar.read(&self.value(), lean).ok(),
            _ => None,
        }
    }

    /// Looks at what was typed; sets the error, or the echo.
    pub(crate) fn check(&mut self, calendar: &Calendar) -> bool {
        let value = self.value();
        let too_long = text::check_length(&value).err();
        let verdict: Result<Option<String>, String> = match &self.kind {
            // What came with an import may be longer, and stays.
            Kind::Text | Kind::Required(_) | Kind::Choice { .. } if too_long.is_some() && value != self.original => {
                Err(too_long.unwrap_or_default())
            }
            Kind::AddField { .. } if !value.is_empty() => Err("choose the field with Enter, or clear this".into()),
            Kind::Required(what) if value.is_empty() => Err((*what).to_owned()),
            // What was there when the form was opened may stay, also if it isn't on the list.
            Kind::Choice { new: false, .. } | Kind::Choices { new: false, .. } if value == self.original => Ok(None),
            Kind::Choice { options, new: false } if !value.is_empty() => match_one(options, &value).map(|_| None),
            Kind::Choices { options, new: false } => parts(&value).try_for_each(|p| match_one(options, p).map(|_| ())).map(|()| None),
            Kind::Date(_) | Kind::Email | Kind::Number if value.is_empty() => Ok(Some(String::new())),
            Kind::Date(lean) => calendar.read(&value, *lean).map(|d| Some(calendar.in_full(d))),
            Kind::Moment if value.is_empty() => Err("say when it starts, such as 3 dec 18:00".into()),
            Kind::Moment => calendar.read_with_time(&value, Lean::Ahead).and_then(|(d, t)| match t {
                Some(t) => Ok(Some(format!("{}, {}", calendar.in_full(d), t.format("%H:%M")))),
                None => Err("a time is missing: try 3 dec 18:00".into()),
            }),
            Kind::Email => address::read(&value).map_err(|e| e.to_string()).map(|a| address::why_not_portable(a).map(str::to_owned)),
            Kind::Emails => address::read_list(&value).map_err(|(a, e)| format!("{a}: {e}")).map(|_| None),
            Kind::Number => value.parse::<u32>().map(|_| None).map_err(|_| "a number is expected".to_owned()),
            _ => Ok(None),
        };
        match verdict {
            Ok(echo) => {
                self.error = None;
                if let Some(echo) = echo {
                    self.echo = echo;
                }
                true
            }
            Err(error) => {
                self.error = Some(error);
                false
            }
        }
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

/// The parts of a list that is separated by `;`.
pub(super) fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').map(str::trim).filter(|p| !p.is_empty())
}

fn match_one<'a>(options: &'a [String], value: &str) -> Result<&'a String, String> {
    options.iter().find(|o| text::are_same(o, value)).ok_or_else(|| {
        let fitting = options.iter().filter(|o| fits(value, o)).count();
        if fitting > 1 {
            return format!("{fitting} fit {value}: \u{2193} chooses one");
        }
        let near = text::nearest(value, options.iter().map(String::as_str));
        near.map_or_else(|| format!("{value} is not in the list"), |n| format!("{value} is not in the list; did you mean {n}?"))
    })
}
