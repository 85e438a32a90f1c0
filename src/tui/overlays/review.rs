//! The plan of an import, before anything is written.
//!
//! Must not know how it is carried out.

use ratatui::layout::Rect;

use super::message::scroll_text;
use crate::actions::{Action, Scope};
use crate::book::{BookError, ImportOptions, ImportReport};
use crate::config::Keys;
use crate::domain::text;
use crate::tui::answer::Answer;
use crate::tui::canvas::{Canvas, Target, hint, remark};
use crate::tui::core::{Cx, Layer, NOT_HERE, Outcome, Request};
use crate::tui::paint;
use crate::tui::theme::Tone;
use crate::tui::works;

/// The overlay with the plan of an import.
pub(crate) struct Review {
    report: ImportReport,
    options: ImportOptions,
    /// The community that the user chose not to add people to; it can be chosen again.
    left_out: Option<String>,
    top: usize,
}

impl Review {
    /// Shows the result of a rehearsal.
    #[must_use]
    pub(crate) const fn new(report: ImportReport, options: ImportOptions) -> Self {
        Self { report, options, left_out: None, top: 0 }
    }

    fn does_something(&self) -> bool {
        self.report.added + self.report.updated + self.report.suppressed > 0
    }

    /// Returns the community that the people would be added to, or that they wouldn't be any more, and the key that toggles that.
    fn community_line(&self, keys: &Keys) -> Option<(String, Tone)> {
        let key = keys.say("{import without community}");
        match (&self.report.community, &self.left_out) {
            (Some(name), _) => Some((format!("Everybody would be added to {name}; {key} to import without adding them."), Tone::Plain)),
            (None, Some(name)) => Some((format!("Nobody would be added to {}; {key} adds them.", text::safe(name)), Tone::Warning)),
            (None, None) => None,
        }
    }

    fn lines(&self, keys: &Keys) -> Vec<(String, Tone)> {
        let r = &self.report;
        let number = |n: u64| text::pad_left(&text::thousands(n), 9);
        if let Some(said) = &r.said {
            let mut out = vec![(said.clone(), Tone::Plain), (String::new(), Tone::Plain)];
            out.extend(r.people.iter().map(|(what, who)| (format!("  {} {who}", text::pad(what, 8)), Tone::Plain)));
            not_taken(r, &mut out);
            return out;
        }
        let typed = self.options.text.is_some();
        let read = if typed {
            text::count(r.rows, "person", "people")
        } else {
            format!("{}, {}, separated by {}", text::count(r.rows, "row", "rows"), r.encoding, r.delimiter)
        };
        let mut out = vec![
            (read, Tone::Dim),
            (String::new(), Tone::Plain),
            (format!("{}  would be added", number(r.added)), Tone::Plain),
            (format!("{}  would be updated; no values are cleared", number(r.updated)), Tone::Plain),
            (format!("{}  unchanged, or in the list twice", number(r.unchanged)), Tone::Plain),
        ];
        if r.refused_count > 0 {
            out.push((format!("{}  can't be imported, see below", number(r.refused_count)), Tone::Warning));
        }
        if r.suppressed > 0 {
            out.push((format!("{}  would be suppressed: never mailed again", number(r.suppressed)), Tone::Plain));
        }
        if !r.decisions.is_empty() {
            out.push((format!("{}  need a decision, see below", number(r.decisions.len() as u64)), Tone::Warning));
        }
        if let Some(line) = self.community_line(keys) {
            out.extend([(String::new(), Tone::Plain), line]);
        }
        if !typed {
            out.push((String::new(), Tone::Plain));
            out.push(("Columns".into(), Tone::Heading));
            out.extend(r.columns.iter().map(|(header, field)| (format!("  {} is {field}", text::pad(header, 26)), Tone::Plain)));
        }
        out.extend(r.notes.iter().map(|n| (format!("  {n}"), Tone::Dim)));
        not_taken(r, &mut out);
        if !r.people.is_empty() {
            out.push((String::new(), Tone::Plain));
            out.push(("People".into(), Tone::Heading));
            let tone = |who: &str| if who.contains(" — ") { Tone::Warning } else { Tone::Plain };
            out.extend(r.people.iter().map(|(what, who)| (format!("  {} {who}", text::pad(what, 8)), tone(who))));
            let more = (r.added + r.updated + r.unchanged).saturating_sub(r.people.len() as u64);
            if more > 0 {
                out.push((format!("  and {} more", text::thousands(more)), Tone::Dim));
            }
        }
        out
    }
}

/// Adds the rows that won't be imported, and those that need a decision.
fn not_taken(report: &ImportReport, out: &mut Vec<(String, Tone)>) {
    for (heading, rows) in [("Refused", &report.refused), ("Needs a decision", &report.decisions)] {
        if rows.is_empty() {
            continue;
        }
        out.push((String::new(), Tone::Plain));
        out.push((heading.into(), Tone::Heading));
        out.extend(rows.iter().map(|r| (format!("  line {}: {}", r.line, r.reason), Tone::Warning)));
    }
}

impl Layer for Review {
    fn scope(&self) -> Scope {
        Scope::Plan
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        (action == Action::Mend || (action == Action::LeaveOut && self.options.community.is_none() && self.left_out.is_none()))
            .then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, _: &mut Cx<'_>) -> Outcome {
        match action {
            Action::Take if self.does_something() => {
                Outcome::Ask(vec![Request::CloseAll, Request::Begin(works::import(self.options.clone()))])
            }
            Action::Take => Outcome::ask(Request::Close),
            Action::LeaveOut if self.options.community.is_some() || self.left_out.is_some() => {
                let community = if self.options.community.is_some() { None } else { self.left_out.clone() };
                let options = ImportOptions { community, dry_run: true, ..self.options.clone() };
                Outcome::ask(Request::Begin(works::import(options)))
            }
            _ => scroll_text(&mut self.top, action),
        }
    }

    fn answer(&mut self, answer: Answer, _: &mut Cx<'_>) -> Result<Outcome, Answer> {
        match answer {
            Answer::Imported(report, options) if options.dry_run => {
                let left_out = self.options.community.take().filter(|_| options.community.is_none());
                *self = Self { left_out, ..Self::new(*report, ImportOptions { dry_run: false, ..options }) };
                Ok(Outcome::Done)
            }
            other => Err(other),
        }
    }

    fn scroll(&mut self, lines: i32) {
        let by = usize::try_from(lines.unsigned_abs()).unwrap_or(0);
        self.top = if lines < 0 { self.top.saturating_sub(by) } else { self.top + by };
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.top = self.top.min(self.lines(cx.keys).len().saturating_sub(usize::from(area.height.saturating_sub(4))));
        Ok(())
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let lines = self.lines(on.keys);
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height.saturating_sub(2).max(5));
        let place = paint::centred(area, 78, height);
        on.drawn.hit(place, Target::Overlay);
        let does = [hint(Action::Take, "import"), hint(Action::Down, "more"), hint(Action::Back, "cancel")];
        let nothing = [remark("nothing to do"), hint(Action::Back, "")];
        let hints: &[_] = if self.does_something() { &does } else { &nothing };
        let inside = paint::window(on, place, &format!("Import {}", self.report.file), hints);
        let top = self.top.min(lines.len().saturating_sub(usize::from(inside.height)));
        for (i, (line, tone)) in lines.iter().skip(top).take(usize::from(inside.height)).enumerate() {
            let y = inside.y + u16::try_from(i).unwrap_or(0);
            paint::pieces(on, (inside.x + 1, y), inside.width.saturating_sub(1), &[(line, *tone)]);
        }
        paint::scroll_bar(on, inside, top, lines.len(), None);
    }
}
