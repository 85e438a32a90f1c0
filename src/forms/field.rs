//! A field of a form: which values it accepts, and what is wrong with a value.
//!
//! Must not know which form it is in.

use chrono::NaiveDate;

use crate::domain::dates::{Calendar, Lean};
use crate::domain::{address, text};

/// Which values a field accepts.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Any text on one line.
    Text,
    /// A text that must not be empty, with the message if it is.
    Required(&'static str),
    /// A text of several lines.
    Note,
    /// One of a list; `new` also allows others.
    Choice { options: Vec<String>, new: bool },
    /// Several of a list, separated by `;`; `new` also allows others.
    Choices { options: Vec<String>, new: bool },
    /// The name of a custom field to add to the form.
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

/// A field of a form.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The name by which the form's code refers to it.
    pub key: String,
    /// The label shown before it.
    pub label: String,
    /// Which values it accepts.
    pub kind: Kind,
    /// Its current value.
    pub value: String,
    /// Help with filling it in; keys are referred to by their actions, in braces.
    pub hint: String,
}

impl Field {
    /// Returns a field with an initial value.
    #[must_use]
    pub(crate) fn new(key: &str, label: &str, kind: Kind, value: &str) -> Self {
        Self { key: key.to_owned(), label: label.to_owned(), kind, value: value.to_owned(), hint: String::new() }
    }

    /// Returns the field with a hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: &str) -> Self {
        hint.clone_into(&mut self.hint);
        self
    }
}

impl Kind {
    /// Returns a text as it would be kept.
    #[must_use]
    pub(crate) fn clean(&self, typed: &str) -> String {
        let cleaned = if matches!(self, Self::Note) { text::clean_lines(typed) } else { text::clean_line(typed) };
        cleaned.text.into_owned()
    }

    /// Returns the date in a value.
    #[must_use]
    pub(crate) fn date(&self, value: &str, calendar: &Calendar) -> Option<NaiveDate> {
        match self {
            Self::Date(lean) => calendar.read(value, *lean).ok(),
            _ => None,
        }
    }

    /// Checks a cleaned value against the one when the form was opened. Returns how the value was understood, if that is worth showing.
    ///
    /// # Errors
    /// A message for the person who typed it.
    pub(crate) fn check(&self, value: &str, original: &str, calendar: &Calendar) -> Result<Option<String>, String> {
        // An unchanged value from an import may stay, even if it is too long or isn't on the list.
        let is_new = value != original;
        match self {
            Self::Text | Self::Required(_) | Self::Choice { .. } if is_new => text::check_length(value)?,
            _ => {}
        }
        match self {
            Self::AddField { .. } if !value.is_empty() => Err("choose a field with Enter, or clear this".into()),
            Self::Required(what) if value.is_empty() => Err((*what).to_owned()),
            Self::Choice { options, new: false } if is_new && !value.is_empty() => match_one(options, value).map(|_| None),
            Self::Choices { options, new: false } if is_new => {
                parts(value).try_for_each(|p| match_one(options, p).map(|_| ())).map(|()| None)
            }
            Self::Date(_) | Self::Email | Self::Number if value.is_empty() => Ok(Some(String::new())),
            Self::Date(lean) => calendar.read(value, *lean).map(|d| Some(calendar.in_full(d))),
            Self::Moment if value.is_empty() => Err("enter when it starts, such as 3 dec 18:00".into()),
            Self::Moment => calendar.read_with_time(value, Lean::Ahead).and_then(|(d, t)| match t {
                Some(t) => Ok(Some(format!("{}, {}", calendar.in_full(d), t.format("%H:%M")))),
                None => Err("the time is missing: try 3 dec 18:00".into()),
            }),
            Self::Email => address::read(value).map_err(|e| e.to_string()).map(|a| address::why_not_portable(a).map(str::to_owned)),
            Self::Emails => address::read_list(value).map_err(|(a, e)| format!("{a}: {e}")).map(|_| None),
            Self::Number => value.parse::<u32>().map(|_| None).map_err(|_| "enter a number".to_owned()),
            _ => Ok(None),
        }
    }
}

/// Returns the parts of a list separated by `;`.
pub(crate) fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(';').map(str::trim).filter(|p| !p.is_empty())
}

fn match_one<'a>(options: &'a [String], value: &str) -> Result<&'a String, String> {
    options.iter().find(|o| text::are_same(o, value)).ok_or_else(|| match text::nearest(value, options.iter().map(String::as_str)) {
        Some(near) => format!("{value} isn't in the list; did you mean {near}?"),
        None if options.len() <= 12 => format!("{value} isn't one of {}", options.join(", ")),
        None => format!("{value} isn't in the list"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_says_what_is_wrong_and_leaves_what_was_there() {
        let calendar = Calendar::on(NaiveDate::from_ymd_opt(2026, 11, 26).unwrap());
        let list = |new| Kind::Choice { options: vec!["active".into(), "left".into()], new };
        let several = Kind::Choices { options: vec!["host".into(), "speaker".into()], new: false };
        let long = "x".repeat(501);
        let table: [(Kind, &str, &str, Result<(), &str>); 18] = [
            (Kind::Text, &long, "", Err("use at most 500 characters; there are 501")),
            (Kind::Text, &long, &long, Ok(())),
            (Kind::Note, &long, "", Ok(())),
            (Kind::Required("a seat needs a title"), "", "", Err("a seat needs a title")),
            (list(false), "ACTIVE", "", Ok(())),
            (list(false), "activ", "", Err("activ isn't in the list; did you mean active?")),
            (list(false), "odd", "odd", Ok(())),
            (list(false), "", "", Ok(())),
            (list(true), "anything", "", Ok(())),
            (several.clone(), "host; speaker", "", Ok(())),
            (several, "host; cook", "", Err("cook isn't one of host, speaker")),
            (Kind::Date(Lean::Back), "", "", Ok(())),
            (Kind::Moment, "3 dec", "", Err("the time is missing: try 3 dec 18:00")),
            (Kind::Moment, "3 dec 18:00", "", Ok(())),
            (Kind::Email, "", "", Ok(())),
            (Kind::Email, "ann@example.org", "", Ok(())),
            (Kind::Number, "-1", "", Err("enter a number")),
            (Kind::Number, "12", "", Ok(())),
        ];
        for (kind, value, original, wanted) in table {
            let found = kind.check(value, original, &calendar).map(|_| ());
            assert_eq!(found, wanted.map_err(str::to_owned), "{kind:?} {value}");
        }
        assert!(Kind::Date(Lean::Back).check("32 dec", "", &calendar).is_err());
        assert!(Kind::Email.check("ann at example", "", &calendar).is_err());
        assert_eq!(Kind::Email.check("", "", &calendar), Ok(Some(String::new())));
    }
}
