//! Export: who, in which format, where to; and before anything is written, the counts and the first lines.
//!
//! Must not know how a format is written.

use std::path::PathBuf;

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use super::picker::{fits, rank};
use crate::book::{ExportOptions, ExportSummary, FORMATS, file_name};
use crate::domain::text;
use crate::tui::core::{Canvas, Cx, Outcome, Overlay, Request, Target};
use crate::tui::edit::Line;
use crate::tui::paint;
use crate::tui::theme::Tone;

/// The overlay.
pub struct ExportBox {
    who: String,
    options: ExportOptions,
    format: usize,
    /// What is typed to find a format; `None` while the file's name is typed.
    finding: Option<Line>,
    path: Line,
    path_is_ours: bool,
    /// What would be written, once that is known.
    preview: Option<Result<ExportSummary, String>>,
    error: Option<String>,
}

impl ExportBox {
    /// Offers to export these people, in a format if one is named; `who` says who they are.
    #[must_use]
    pub fn new(who: &str, options: ExportOptions, format: Option<&str>, cx: &mut Cx<'_>) -> Self {
        let mut export = Self {
            who: who.to_owned(),
            options,
            format: FORMATS.iter().position(|f| Some(f.name) == format).unwrap_or(0),
            finding: None,
            path: Line::default(),
            path_is_ours: true,
            preview: None,
            error: None,
        };
        export.choose(cx);
        export
    }

    /// The options as they are, to be looked through.
    #[must_use]
    pub fn options(&self) -> ExportOptions {
        self.options.clone()
    }

    fn choose(&mut self, cx: &mut Cx<'_>) {
        FORMATS[self.format].name.clone_into(&mut self.options.format);
        if self.path_is_ours {
            self.path.set(&file_name(&self.options.format, cx.book.today()));
        }
        self.preview = None;
    }

    fn step(&mut self, by: usize, cx: &mut Cx<'_>) -> Outcome {
        self.format = (self.format + by) % FORMATS.len();
        self.choose(cx);
        Outcome::ask(Request::Preview(self.options()))
    }

    /// Goes to the format that fits best what is typed; stays where it is if none does.
    fn find(&mut self, cx: &mut Cx<'_>) -> Outcome {
        let typed = self.finding.as_ref().map_or_else(String::new, |line| line.text().trim().to_owned());
        if typed.is_empty() {
            return Outcome::Done;
        }
        let offered = |at: &usize| format!("{} {}", FORMATS[*at].name, FORMATS[*at].doc);
        let found = (0..FORMATS.len()).filter(|at| fits(&typed, &offered(at))).min_by_key(|at| rank(&typed, &offered(at)));
        match found {
            Some(at) if at == self.format => Outcome::Done,
            Some(at) => self.step(FORMATS.len() + at - self.format, cx),
            None => {
                self.error = Some(format!("no format is called {}; ↓ goes through them all", text::safe(&typed)));
                Outcome::Done
            }
        }
    }

    fn lines(&self) -> Vec<(String, Tone)> {
        let info = &FORMATS[self.format];
        let about = text::wrap(&format!("{}; limits: {}", info.carries, info.limits), 80);
        let mut out: Vec<(String, Tone)> = about.into_iter().map(|line| (line, Tone::Dim)).collect();
        out.push((String::new(), Tone::Plain));
        match &self.preview {
            None => out.push(("Looking who would be in it …".into(), Tone::Dim)),
            Some(Err(e)) => out.push((e.clone(), Tone::Error)),
            Some(Ok(summary)) => {
                out.push((format!("{} will be written", text::count(summary.written, "person", "people")), Tone::Plain));
                let typed = self.path.text().trim();
                if !typed.starts_with(['/', '~'])
                    && let Ok(whole) = std::path::absolute(typed)
                {
                    out.push((format!("to {}", whole.display()), Tone::Dim));
                }
                let left_out = summary.left_out.iter();
                out.extend(left_out.map(|(why, n)| (format!("{} left out: {why}", text::thousands(*n)), Tone::Warning)));
                let doubtful = summary.doubtful.iter();
                out.extend(doubtful.map(|(why, n)| (format!("{} to look at: {why}", text::thousands(*n)), Tone::Warning)));
                out.push((String::new(), Tone::Plain));
                out.extend(summary.first_lines.iter().map(|l| (format!("  {l}"), Tone::Dim)));
            }
        }
        out
    }
}

impl Overlay for ExportBox {
    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Outcome {
        self.error = None;
        match key.code {
            KeyCode::Down => self.step(1, cx),
            KeyCode::Up => self.step(FORMATS.len() - 1, cx),
            KeyCode::Tab | KeyCode::BackTab if self.finding.is_none() => {
                self.finding = Some(Line::default());
                Outcome::Done
            }
            KeyCode::Tab | KeyCode::BackTab | KeyCode::Enter | KeyCode::Esc if self.finding.is_some() => {
                self.finding = None;
                Outcome::Done
            }
            KeyCode::Esc => Outcome::ask(Request::Close),
            KeyCode::Enter if matches!(self.preview, Some(Err(_))) => Outcome::Done,
            KeyCode::Enter => {
                let path = self.path.text().trim();
                if path.is_empty() {
                    self.error = Some("a file needs a name".into());
                    return Outcome::Done;
                }
                Outcome::ask(Request::Export(self.options.clone(), PathBuf::from(path), false))
            }
            _ if self.finding.is_some() => {
                let typed = self.finding.as_mut().is_some_and(|line| line.key(key));
                if typed { self.find(cx) } else { Outcome::Ignored }
            }
            _ if self.path.key(key) => {
                self.path_is_ours = false;
                Outcome::Done
            }
            _ => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) -> Outcome {
        if let Some(line) = &mut self.finding {
            line.paste(pasted, ' ');
            return self.find(cx);
        }
        self.path.paste(pasted, ' ');
        self.path_is_ours = false;
        Outcome::Done
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn previewed(&mut self, format: &str, result: Result<ExportSummary, String>) {
        if format == self.options.format {
            self.preview = Some(result);
        }
    }

    fn refuse(&mut self, message: &str) -> bool {
        self.error = Some(message.to_owned());
        true
    }

    fn draw(&self, area: Rect, on: &mut Canvas<'_>) {
        let lines = self.lines();
        let place = paint::centred(area, 84, u16::try_from(lines.len() + 7 + usize::from(self.finding.is_some())).unwrap_or(20));
        on.drawn.hit(place, Target::Overlay);
        let keys = if self.finding.is_some() { "↑↓ next · Enter takes it · Esc" } else { "Tab format · Enter writes · Esc" };
        let inside = paint::window(on, place, "Export", keys);
        let width = inside.width.saturating_sub(2);
        let mut y = inside.y;
        let mut line = |parts: &[paint::Piece<'_>], on: &mut Canvas<'_>| {
            if y < inside.bottom() {
                paint::pieces(on, (inside.x + 1, y), width, parts);
            }
            y += 1;
            y - 1
        };
        line(&[("Who     ", Tone::Dim), (&self.who, Tone::Plain)], on);
        let info = &FORMATS[self.format];
        let find_at = self.finding.is_some().then(|| line(&[("Find    ", Tone::Dim)], on));
        line(&[("Format  ", Tone::Dim), (info.name, Tone::Heading), (" — ", Tone::Dim), (info.doc, Tone::Plain)], on);
        let at = line(&[("File    ", Tone::Dim)], on);
        if let Some(error) = &self.error {
            line(&[("        ", Tone::Dim), (error, Tone::Error)], on);
        }
        line(&[], on);
        for (what, tone) in &lines {
            line(&[(what, *tone)], on);
        }
        if at < inside.bottom() {
            self.path.draw(on, (inside.x + 9, at), width.saturating_sub(8), self.finding.is_none());
        }
        if let (Some(line), Some(at)) = (&self.finding, find_at.filter(|at| *at < inside.bottom())) {
            line.draw(on, (inside.x + 9, at), width.saturating_sub(8), true);
        }
    }
}
