//! Reads `config.toml`: each value on its own, with its position, so that one mistake doesn't affect the rest.
//!
//! Must not know where the text came from.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Binding, COLOURED, Colour, Config, Problem, ThemeName};
use crate::actions::{ACTIONS, Action, info};
use crate::domain::dates::Order;
use crate::domain::text;

/// After this many lines that aren't TOML, the file is taken for something else.
const MOST_BROKEN_LINES: usize = 50;
const SETTINGS: &[&str] = &["keys", "theme", "mouse", "date_format", "week_start", "framework"];
const WEEK: [(&str, chrono::Weekday); 7] = [
    ("monday", chrono::Weekday::Mon),
    ("tuesday", chrono::Weekday::Tue),
    ("wednesday", chrono::Weekday::Wed),
    ("thursday", chrono::Weekday::Thu),
    ("friday", chrono::Weekday::Fri),
    ("saturday", chrono::Weekday::Sat),
    ("sunday", chrono::Weekday::Sun),
];
/// The sixteen colours of a terminal's own palette, in order.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// Returns a name as it is written in the configuration.
pub(super) fn kebab(name: &str) -> String {
    name.replace([' ', '_'], "-")
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn wrong(&mut self, span: Range<usize>, message: String) {
        let before = &self.text[..self.text.floor_char_boundary(span.start.min(self.text.len()))];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        self.problems.push(Problem { line, column, message: text::safe(&message).into_owned() });
    }

    fn string<'v>(&mut self, value: &'v Spanned<DeValue<'_>>, what: &str) -> Option<&'v str> {
        let found = value.get_ref().as_str();
        if found.is_none() {
            self.wrong(value.span(), format!("{what} is text in quotes, not {}", article(value.get_ref().type_str())));
        }
        found
    }

    /// Returns the value for one of a list of words.
    fn one_of<T: Copy>(&mut self, value: &Spanned<DeValue<'_>>, what: &str, all: &[(&str, T)]) -> Option<T> {
        let word = self.string(value, what)?;
        let found = all.iter().find(|(w, _)| *w == kebab(&word.to_lowercase())).map(|(_, t)| *t);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|(w, _)| *w).collect();
            self.wrong(value.span(), format!("there is no {what} \"{word}\"; {}", offer(word, &words)));
        }
        found
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'i', 'o']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

/// Returns a hint with the nearest of the words, or with all of them.
fn offer(word: &str, all: &[&str]) -> String {
    match text::nearest(word, all.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", all.join(", ")),
    }
}

/// Reads a configuration into `config`, which has the defaults.
pub(super) fn read(text: &str, config: &mut Config) {
    let mut reader = Reader { text, problems: Vec::new() };
    let mut rest = text.to_owned();
    // A line that isn't TOML is reported and blanked out, so that the lines below it still apply and keep their positions.
    for _ in 0..MOST_BROKEN_LINES {
        let Err(e) = DeTable::parse(&rest) else { break };
        let at = e.span().map_or(0, |s| s.start.min(rest.len().saturating_sub(1)));
        reader.wrong(at..at, e.message().replace('\n', ", "));
        blank_line(&mut rest, at);
    }
    let Ok(table) = DeTable::parse(&rest) else {
        config.is_taken = false;
        config.problems = reader.problems;
        return;
    };
    for (name, value) in table.get_ref() {
        match name.get_ref().as_ref() {
            "mouse" => match value.get_ref().as_bool() {
                Some(yes) => config.mouse = yes,
                None => reader.wrong(value.span(), "mouse is true or false".into()),
            },
            "date_format" => config.date_order = reader.one_of(value, "date format", &Order::ALL).unwrap_or(config.date_order),
            "week_start" => config.week_start = reader.one_of(value, "day", &WEEK).unwrap_or(config.week_start),
            "framework" => framework(value, config, &mut reader),
            "theme" => match value.get_ref() {
                DeValue::Table(t) => theme(t, config, &mut reader),
                _ => config.theme = reader.one_of(value, "theme", &ThemeName::ALL).unwrap_or(config.theme),
            },
            "keys" => match value.get_ref().as_table() {
                Some(t) => keys(t, config, &mut reader),
                None => reader.wrong(value.span(), "keys is a table: [keys], and below it a line for each action".into()),
            },
            other => reader.wrong(name.span(), format!("there is no setting called \"{other}\"; {}", offer(other, SETTINGS))),
        }
    }
    reader.problems.sort_by_key(|p| (p.line, p.column));
    reader.problems.dedup();
    config.problems = reader.problems;
}

/// Reads the user's own framework: a file next to the configuration.
fn framework(value: &Spanned<DeValue<'_>>, config: &mut Config, reader: &mut Reader<'_>) {
    let Some(name) = reader.string(value, "framework").filter(|n| !n.is_empty()) else { return };
    let file = config.path.parent().unwrap_or(std::path::Path::new(".")).join(name);
    let read = super::short_text(&file).map_err(|e| e.to_string());
    match read.and_then(|content| toml::from_str(&content).map_err(|e| e.message().replace('\n', ", "))) {
        Ok(framework) => config.framework = framework,
        Err(why) => reader.wrong(value.span(), format!("{}: {why}; the built-in list of roles is used", file.display())),
    }
}

/// Replaces a line with blanks: the one at a byte offset, or the last one before it that isn't empty.
fn blank_line(text: &mut String, at: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    let mut at = at.min(bytes.len().saturating_sub(1));
    while at > 0 && (bytes[at].is_ascii_whitespace()) {
        at -= 1;
    }
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |p| p + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| at + p);
    for b in &mut bytes[start..end] {
        *b = b' ';
    }
    *text = String::from_utf8(bytes).unwrap_or_default();
}

fn theme(table: &DeTable<'_>, config: &mut Config, reader: &mut Reader<'_>) {
    for (name, value) in table {
        let word = name.get_ref().as_ref();
        if word == "name" {
            config.theme = reader.one_of(value, "theme", &ThemeName::ALL).unwrap_or(config.theme);
        } else if COLOURED.contains(&word) {
            let colour = match value.get_ref() {
                DeValue::Integer(i) => i.as_str().parse().ok().map(Colour::Indexed),
                DeValue::String(s) => colour(s),
                _ => None,
            };
            match colour {
                Some(colour) => config.colours.push((word.to_owned(), colour)),
                None => {
                    let shown = value.get_ref().as_str().unwrap_or("this");
                    let near = text::nearest(shown, NAMES).map_or_else(
                        || format!("a colour is one of {}, a number from 0 to 255, or #rrggbb", NAMES[..8].join(", ")),
                        |n| format!("did you mean {n}?"),
                    );
                    reader.wrong(value.span(), format!("{shown} isn't a colour; {near}"));
                }
            }
        } else {
            let all: Vec<&str> = std::iter::once("name").chain(COLOURED.iter().copied()).collect();
            reader.wrong(name.span(), format!("a theme has no \"{word}\"; {}", offer(word, &all)));
        }
    }
}

fn colour(word: &str) -> Option<Colour> {
    let word = word.trim().to_lowercase().replace([' ', '_'], "-").replace("grey", "bright-black").replace("gray", "bright-black");
    if let Some(at) = NAMES.iter().position(|n| *n == word) {
        return u8::try_from(at).ok().map(Colour::Indexed);
    }
    if let Some(hex) = word.strip_prefix('#').filter(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit())) {
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        return Some(Colour::Rgb(part(0)?, part(2)?, part(4)?));
    }
    word.parse().ok().map(Colour::Indexed)
}

fn keys(table: &DeTable<'_>, config: &mut Config, reader: &mut Reader<'_>) {
    let names: Vec<String> = ACTIONS.iter().map(|a| kebab(a.name)).collect();
    let mut wanted: Vec<(Action, Vec<Binding>, Range<usize>)> = Vec::new();
    for (name, value) in table {
        let word = kebab(name.get_ref());
        let Some(at) = names.iter().position(|n| *n == word) else {
            let all: Vec<&str> = names.iter().map(String::as_str).collect();
            let near = text::nearest(&word, all.iter().copied())
                .map_or_else(|| "`guildhall keys --format toml` lists them".to_owned(), |n| format!("did you mean {n}?"));
            reader.wrong(name.span(), format!("there is no action called \"{}\"; {near}", name.get_ref()));
            continue;
        };
        let action = ACTIONS[at].action;
        if wanted.iter().any(|(a, ..)| *a == action) {
            reader.wrong(name.span(), format!("{} is set twice", names[at]));
            continue;
        }
        let texts: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(all) => all.iter().collect(),
            _ => vec![value],
        };
        let mut bindings = Vec::new();
        let mut all_wrong = !texts.is_empty();
        for one in texts {
            let Some(text) = reader.string(one, "a key") else { continue };
            match Binding::parse(text) {
                Ok(binding) => {
                    all_wrong = false;
                    bindings.push(binding);
                }
                Err(message) => reader.wrong(one.span(), message),
            }
        }
        // If none of its keys can be read, the action keeps its default keys.
        if !all_wrong {
            wanted.push((action, bindings, value.span()));
        }
    }
    wanted.sort_by_key(|(_, _, span)| span.start);
    let spans: Vec<(Action, Range<usize>)> = wanted.iter().map(|(a, _, s)| (*a, s.clone())).collect();
    let span_of = |action: Action| spans.iter().find(|(a, _)| *a == action).map(|(_, s)| s.clone());
    for clash in config.keys.set(wanted.into_iter().map(|(a, b, _)| (a, b)).collect()) {
        let (winner, loser) = (kebab(info(clash.winner).name), kebab(info(clash.loser).name));
        let (span, message) = match span_of(clash.loser) {
            Some(span) => (span, format!("\"{}\" is already {winner}; {loser} does not get it", clash.text)),
            None => (
                span_of(clash.winner).unwrap_or(0..0),
                format!("\"{}\" is now {winner}, and {loser} has no key left; give it another, or write {loser} = []", clash.text),
            ),
        };
        reader.wrong(span, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        let mut config = Config::at(std::path::Path::new("config.toml"));
        read(text, &mut config);
        config
    }

    #[test]
    fn every_setting_is_read() {
        let c = config(
            "mouse = false\ndate_format = \"iso\"\nweek_start = \"Sunday\"\n[theme]\nname = \"high-contrast\"\nkey = \"bright blue\"\nerror = 196\n\
             focus = \"#ff8800\"\n[keys]\nquit = [\"Q\", \"ctrl-q\"]\nexport = \"X\"\nundo = []\n",
        );
        assert_eq!(c.problems, []);
        assert!(!c.mouse);
        assert_eq!((c.date_order, c.week_start, c.theme), (Order::Iso, chrono::Weekday::Sun, ThemeName::HighContrast));
        let colours = [("key", Colour::Indexed(12)), ("error", Colour::Indexed(196)), ("focus", Colour::Rgb(255, 136, 0))];
        assert_eq!(c.colours.iter().map(|(n, c)| (n.as_str(), *c)).collect::<Vec<_>>().len(), 3);
        assert!(colours.iter().all(|(n, c0)| c.colours.iter().any(|(m, c1)| m == n && c1 == c0)));
        assert_eq!(
            (c.keys.words(Action::Quit), c.keys.words(Action::Export), c.keys.words(Action::Undo)),
            ("Q Ctrl-Q".into(), "X".into(), String::new())
        );
    }

    #[test]
    fn each_mistake_is_told_with_its_place_and_the_nearest_name_and_the_rest_holds() {
        let c = config(
            "mose = true\nmouse = 3\n[theme]\nname = \"drak\"\nkey = \"cyam\"\n[keys]\nexprot = \"x\"\nquit = \"Q\"\nundo = \"contrl-z\"\nimport = \"Q\"\n",
        );
        let problems: Vec<(usize, usize, &str)> = c.problems.iter().map(|p| (p.line, p.column, p.message.as_str())).collect();
        assert_eq!(
            problems,
            [
                (1, 1, "there is no setting called \"mose\"; did you mean mouse?"),
                (2, 9, "mouse is true or false"),
                (4, 8, "there is no theme \"drak\"; did you mean dark?"),
                (5, 7, "cyam isn't a colour; did you mean cyan?"),
                (7, 1, "there is no action called \"exprot\"; did you mean export?"),
                (9, 8, "\"contrl-z\" isn't a key; one looks like x, ctrl-x or f5"),
                (10, 10, "\"Q\" is already quit; import does not get it"),
            ]
        );
        assert_eq!((c.keys.words(Action::Quit), c.keys.words(Action::Undo)), ("Q".into(), "u".into()));
    }

    #[test]
    fn a_line_that_is_no_toml_spoils_only_itself() {
        let c = config("mouse = false\nwhat is this\nweek_start = \"sunday\"\n");
        assert!(!c.mouse, "{:?}", c.problems);
        assert_eq!(c.week_start, chrono::Weekday::Sun);
        assert!(c.problems.iter().all(|p| p.line == 2) && !c.problems.is_empty(), "{:?}", c.problems);
    }

    #[test]
    fn the_file_to_start_from_is_read_without_a_complaint_and_changes_nothing() {
        let template = super::super::template();
        assert_eq!(config(&template), config(""));
        // Uncommented, it sets the same values as the defaults.
        let said: String =
            template.lines().map(|l| l.strip_prefix("# ").filter(|l| l.contains(" = ")).unwrap_or(l)).map(|l| format!("{l}\n")).collect();
        let said = said.replace("Several keys", "# Several keys");
        let c = config(&said);
        assert_eq!(c.problems, [], "{said}");
        assert_eq!(c.keys, super::super::Keys::default());
    }

    proptest::proptest! {
        #[test]
        fn no_text_ends_the_program(text in "(\\PC|\n|\\[keys\\]\n|quit = |\"|x){0,60}") {
            let _ = config(&text);
        }
    }
}
