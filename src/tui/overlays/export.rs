//! The export form: people, format, list, file; and a preview with counts and the first lines, before anything is written.
//!
//! Must not know how a format is written.

use std::path::PathBuf;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::{ExportOptions, ExportSummary, ExtraInput, FORMATS, FormatInfo, Since, Thing, file_name};
use crate::domain::ids::{CommunityId, PersonId};
use crate::domain::text;
use crate::paths;
use crate::tui::answer::Answer;
use crate::tui::canvas::{Canvas, Hint, Target, hint};
use crate::tui::core::{Cx, Layer, NOT_HERE, Outcome, Request};
use crate::tui::edit::{Line, asks_for_help, begins_path};
use crate::tui::files::Files;
use crate::tui::matching::fit;
use crate::tui::paint;
use crate::tui::theme::Tone;
use crate::tui::works;

/// A selection of people to export, and its label.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// The label.
    pub label: String,
    /// The people, if they are marked.
    pub people: Option<Vec<PersonId>>,
    /// The community that they belong to.
    pub community: Option<CommunityId>,
    /// The search that finds them.
    pub query: String,
}

/// The lines to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Who,
    Format,
    List,
    Send,
    Where,
}

/// The maximum length of an input, in bytes; no address, link or path is longer.
const LONGEST: usize = 4_096;

/// The export overlay.
pub(crate) struct ExportBox {
    who: Vec<Who>,
    chosen: usize,
    options: ExportOptions,
    format: usize,
    at: Ask,
    /// The text typed to find a format.
    finding: Line,
    /// The group's address or the link that the format needs.
    list: Line,
    path: Line,
    path_is_ours: bool,
    /// The files at the path, once it is typed.
    files: Files,
    /// Whether the export goes to the clipboard instead of a file.
    to_clipboard: bool,
    /// When the list was last exported, if it was.
    earlier: Option<String>,
    /// The preview, once it is known.
    preview: Option<Result<Box<ExportSummary>, String>>,
    error: Option<String>,
}

impl ExportBox {
    /// Offers to export people, with the first of `who` selected; in `format` if it is named, and with the options of a previous export.
    #[must_use]
    pub(crate) fn new(who: Vec<Who>, format: Option<&str>, previous: Option<&ExportOptions>, cx: &mut Cx<'_>) -> Self {
        let mut export = Self {
            who,
            chosen: 0,
            list: previous.map(|p| Line::new(&p.settings.group)).unwrap_or_default(),
            options: previous.cloned().unwrap_or_default(),
            format: FORMATS.iter().position(|f| Some(f.name()) == format).unwrap_or(0),
            at: Ask::Format,
            finding: Line::default(),
            path: Line::default(),
            path_is_ours: true,
            files: Files::new("", &[]),
            to_clipboard: false,
            earlier: None,
            preview: None,
            error: None,
        };
        export.choose(cx);
        export
    }

    /// Returns the current options, for a preview.
    #[must_use]
    fn options(&self) -> ExportOptions {
        self.options.clone()
    }

    fn info(&self) -> &'static FormatInfo {
        &FORMATS[self.format]
    }

    /// Applies the choices to the options: people, format, list.
    fn choose(&mut self, cx: &mut Cx<'_>) {
        if let Some(who) = self.who.get(self.chosen) {
            self.options.people.clone_from(&who.people);
            self.options.community = who.community;
            self.options.query.clone_from(&who.query);
        }
        self.info().name().clone_into(&mut self.options.format);
        let typed = self.list.text().trim().to_owned();
        let wanted = self.info().extra_input;
        let settings = &mut self.options.settings;
        (settings.group, settings.redirect) = match wanted {
            Some(ExtraInput::Group) => (typed, String::new()),
            Some(ExtraInput::Link) => (String::new(), typed),
            None => Default::default(),
        };
        if self.path_is_ours {
            let list = self.options.community.and_then(|c| cx.book.name_of(Thing::Community(c)).ok().flatten()).unwrap_or_default();
            self.path.set(&format!("{}{}", cx.remembered.folder, file_name(&self.options.format, &list, cx.book.today())));
        }
        self.to_clipboard &= self.info().name() == "bcc";
        let earlier = cx.book.exported_before(&self.options).ok().flatten();
        self.earlier = earlier.map(|at| cx.book.calendar().plain(cx.book.local(at).date()));
        if self.earlier.is_none() {
            self.options.since = Since::Ever;
        }
        self.preview = None;
    }

    fn changed(&mut self, cx: &mut Cx<'_>) -> Outcome {
        self.choose(cx);
        Outcome::ask(Request::Begin(works::preview(self.options())))
    }

    /// Returns the lines to fill in now, from the top.
    fn asked(&self) -> Vec<Ask> {
        let has = |ask: &Ask| match ask {
            Ask::List => self.info().extra_input.is_some(),
            Ask::Send => self.earlier.is_some(),
            _ => true,
        };
        [Ask::Who, Ask::Format, Ask::List, Ask::Send, Ask::Where].into_iter().filter(has).collect()
    }

    fn go(&mut self, by: usize) -> Outcome {
        let asked = self.asked();
        let here = asked.iter().position(|a| *a == self.at).unwrap_or(0);
        self.at = asked[(here + by) % asked.len()];
        self.finding = Line::default();
        Outcome::Done
    }

    /// Selects the next or previous value of the current line.
    fn turn(&mut self, back: bool, cx: &mut Cx<'_>) -> Outcome {
        let next = |at: usize, of: usize| if back { (at + of - 1) % of } else { (at + 1) % of };
        match self.at {
            Ask::Who if self.who.len() > 1 => self.chosen = next(self.chosen, self.who.len()),
            Ask::Format => {
                self.finding = Line::default();
                self.format = next(self.format, FORMATS.len());
            }
            Ask::Send => self.options.since = if self.options.since == Since::Ever { Since::Last } else { Since::Ever },
            Ask::Where if self.info().name() == "bcc" => {
                self.to_clipboard = !self.to_clipboard;
                return Outcome::Done;
            }
            _ => return Outcome::Done,
        }
        self.changed(cx)
    }

    /// Selects the format that best matches the typed text; changes nothing if none does.
    fn find(&mut self, cx: &mut Cx<'_>) -> Outcome {
        let typed = self.finding.text().trim().to_owned();
        if typed.is_empty() {
            return Outcome::Done;
        }
        let offered = |at: &usize| format!("{} {}", FORMATS[*at].name(), FORMATS[*at].doc);
        let found = (0..FORMATS.len()).filter_map(|at| Some((fit(&typed, &offered(&at))?, at))).min().map(|(_, at)| at);
        match found {
            Some(at) if at == self.format => Outcome::Done,
            Some(at) => {
                self.format = at;
                self.changed(cx)
            }
            None => {
                self.error =
                    Some(format!("there is no format called {}; {} shows them all", text::safe(&typed), cx.keys.word(Action::Down)));
                Outcome::Done
            }
        }
    }

    fn enter(&mut self, cx: &mut Cx<'_>) -> Outcome {
        if self.at == Ask::Format && !self.finding.text().is_empty() {
            // Enter only takes the format that was found, because writing at once would surprise the user.
            return self.go(1);
        }
        if matches!(self.preview, Some(Err(_))) {
            return Outcome::Done;
        }
        if self.to_clipboard {
            return Outcome::ask(Request::Begin(works::export_text(self.options())));
        }
        if self.at == Ask::Where && self.files.take(&mut self.path) == Some(true) {
            self.path_is_ours = false;
            return Outcome::Done;
        }
        let path = self.path.text().trim();
        if path.is_empty() {
            self.error = Some("a file needs a name".into());
            return Outcome::Done;
        }
        if let Some(folder) = paths::folder_of(path) {
            cx.remembered.folder = folder;
            cx.remember();
        }
        Outcome::ask(Request::Export(self.options(), PathBuf::from(path)))
    }

    fn type_into(&mut self, cx: &mut Cx<'_>, take: impl FnOnce(&mut Line) -> bool) -> Outcome {
        let line = match self.at {
            Ask::Format => &mut self.finding,
            Ask::List => &mut self.list,
            Ask::Where if !self.to_clipboard => &mut self.path,
            _ => return Outcome::Ignored,
        };
        if line.text().len() >= LONGEST {
            self.error = Some("that is too long for an address or a path".into());
            line.set("");
            return Outcome::Done;
        }
        let before = line.text().to_owned();
        if !take(line) {
            return Outcome::Ignored;
        }
        let differs = line.text() != before;
        if self.at == Ask::Format && self.finding.text().starts_with(['/', '~', '.']) {
            // Only a path begins like this.
            self.path = std::mem::take(&mut self.finding);
            self.path_is_ours = false;
            self.at = Ask::Where;
            return Outcome::Done;
        }
        match self.at {
            Ask::Format => self.find(cx),
            Ask::List if differs => self.changed(cx),
            Ask::Where => {
                self.path_is_ours &= !differs;
                self.files.look(self.path.text());
                Outcome::Done
            }
            _ => Outcome::Done,
        }
    }

    fn lines(&self, width: usize) -> Vec<(String, Tone)> {
        let info = self.info();
        let about = text::wrap(&format!("{}; limits: {}", info.carries, info.limits), width);
        // The number of people and who is left out come first, because a small screen has no room for more.
        let mut out: Vec<(String, Tone)> = Vec::new();
        match &self.preview {
            None => {
                out.push(("Finding out who would be in it …".into(), Tone::Dim));
                out.extend(about.iter().map(|line| (line.clone(), Tone::Dim)));
            }
            Some(Err(e)) => {
                out.extend(text::wrap(e, width).into_iter().map(|line| (line, Tone::Error)));
                out.extend(about.iter().map(|line| (line.clone(), Tone::Dim)));
            }
            Some(Ok(summary)) => {
                let written = match &summary.changed {
                    Some(changed) => changed.sentence(),
                    None => format!("{} will be written", text::count(summary.written, "person", "people")),
                };
                out.push((written, Tone::Plain));
                let left_out = summary.left_out.iter();
                out.extend(left_out.map(|(why, n)| (format!("{} left out: {why}", text::thousands(*n)), Tone::Warning)));
                let doubtful = summary.doubtful.iter();
                out.extend(doubtful.map(|(why, n)| (format!("{} to look at: {why}", text::thousands(*n)), Tone::Warning)));
                let typed = self.path.text().trim();
                let whole = !typed.starts_with(['/', '~']) || self.options.since != Since::Ever;
                if whole && !self.to_clipboard && !typed.is_empty() {
                    let targets = self.options.targets(&paths::expand(typed)).into_iter().filter_map(|t| std::path::absolute(t).ok());
                    out.extend(targets.map(|target| (format!("to {}", target.display()), Tone::Dim)));
                }
                out.push((String::new(), Tone::Plain));
                out.extend(about.iter().map(|line| (line.clone(), Tone::Dim)));
                out.push((String::new(), Tone::Plain));
                out.extend(summary.first_lines.iter().map(|l| (format!("  {l}"), Tone::Dim)));
            }
        }
        out
    }

    /// Returns a line of the form: its label, its value, and the text being typed, if any.
    fn line_of(&self, ask: Ask) -> (&'static str, Vec<(String, Tone)>, Option<&Line>) {
        let plain = |s: &str| vec![(s.to_owned(), Tone::Plain)];
        let info = self.info();
        match ask {
            Ask::Who => {
                let label = self.who.get(self.chosen).map_or("", |w| w.label.as_str());
                let others = if self.who.len() > 1 { format!("  {} of {}", self.chosen + 1, self.who.len()) } else { String::new() };
                ("Who", vec![(label.to_owned(), Tone::Plain), (others, Tone::Dim)], None)
            }
            Ask::Format if self.finding.text().is_empty() => {
                let parts =
                    vec![(info.name().to_owned(), Tone::Heading), (" — ".to_owned(), Tone::Dim), (info.doc.to_owned(), Tone::Plain)];
                ("Format", parts, None)
            }
            Ask::Format => {
                let found = format!("→ {} — {}", info.name(), info.doc);
                ("Format", vec![(found, Tone::Plain)], Some(&self.finding))
            }
            Ask::List if info.extra_input == Some(ExtraInput::Link) => ("Link", Vec::new(), Some(&self.list)),
            Ask::List => ("List", Vec::new(), Some(&self.list)),
            Ask::Send => {
                let earlier = self.earlier.as_deref().unwrap_or_default();
                let whole = self.options.since == Since::Ever;
                ("Send", plain(&if whole { "the whole list".into() } else { format!("only what has changed since {earlier}") }), None)
            }
            Ask::Where if self.to_clipboard => ("Where", plain("the clipboard"), None),
            Ask::Where => ("File", Vec::new(), Some(&self.path)),
        }
    }

    fn hints(&self) -> Vec<Hint> {
        let mut out = match self.at {
            Ask::Who | Ask::Send => vec![hint(Action::Down, "change")],
            Ask::Format if self.finding.text().is_empty() => vec![hint(Action::Down, "or type")],
            Ask::Format => return vec![hint(Action::Take, "choose"), hint(Action::NextField, "next"), hint(Action::Back, "")],
            Ask::Where if self.info().name() == "bcc" => vec![hint(Action::Down, "file or clipboard")],
            Ask::List | Ask::Where => vec![hint(Action::NextField, "complete, next")],
        };
        if !matches!(self.at, Ask::List | Ask::Where) || (self.at == Ask::Where && self.info().name() == "bcc") {
            out.push(hint(Action::NextField, "next"));
        }
        out.extend([hint(Action::Take, "export"), hint(Action::Back, "")]);
        out
    }
}

impl Layer for ExportBox {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn opened(&mut self, _: &mut Cx<'_>) -> Outcome {
        Outcome::ask(Request::Begin(works::preview(self.options())))
    }

    fn type_key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Outcome {
        self.error = None;
        let line = match self.at {
            Ask::Format => &self.finding,
            Ask::List => &self.list,
            _ => &self.path,
        };
        if asks_for_help(key, line) {
            return Outcome::Ignored;
        }
        if self.at == Ask::Where && self.path_is_ours && begins_path(key) {
            self.path.set("");
        }
        self.type_into(cx, |line| line.key(key))
    }

    fn why_not(&self, action: Action, _: &Cx<'_>) -> Option<&'static str> {
        (action == Action::NewLine).then_some(NOT_HERE)
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        self.error = None;
        match action {
            Action::Down | Action::Up if self.at == Ask::Where && self.info().name() != "bcc" => {
                if std::mem::take(&mut self.path_is_ours) {
                    // The files in the folder of the export are listed first.
                    self.files.look(&cx.remembered.folder);
                }
                self.files.turn(action == Action::Up);
                Outcome::Done
            }
            Action::Down => self.turn(false, cx),
            Action::Up => self.turn(true, cx),
            Action::NextField if self.at == Ask::Where && !self.to_clipboard => {
                if self.files.complete(&mut self.path) {
                    self.path_is_ours = false;
                    return Outcome::Done;
                }
                self.go(1)
            }
            Action::NextField => self.go(1),
            Action::PreviousField => self.go(self.asked().len() - 1),
            // The list of files closes first, as in a form.
            Action::Back if self.at == Ask::Where && !self.path_is_ours && self.files.height() > 0 => {
                self.files = Files::new("", &[]);
                Outcome::Done
            }
            Action::Back if self.at == Ask::Format && !self.finding.text().is_empty() => {
                self.finding = Line::default();
                Outcome::Done
            }
            Action::Take | Action::Save => self.enter(cx),
            _ => Outcome::Ignored,
        }
    }

    fn paste(&mut self, pasted: &str, cx: &mut Cx<'_>) -> Outcome {
        self.type_into(cx, |line| {
            line.paste(pasted, ' ');
            true
        })
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn answer(&mut self, answer: Answer, cx: &mut Cx<'_>) -> Result<Outcome, Answer> {
        match answer {
            Answer::Previewed(format, result) => {
                if format == self.options.format {
                    self.preview = Some(result);
                }
                Ok(Outcome::Done)
            }
            Answer::Text(summary, text) => {
                self.options.format.clone_into(&mut cx.remembered.format);
                Ok(Outcome::Ask(vec![Request::Copy(format!("Copied: {}", summary.sentence()), text), Request::Close]))
            }
            other => Err(other),
        }
    }

    fn refuse(&mut self, message: &str) -> bool {
        self.error = Some(message.to_owned());
        true
    }

    fn draw(&self, area: Rect, _: bool, on: &mut Canvas<'_>) {
        let wide = 84.min(area.width);
        let lines = self.lines(usize::from(wide.saturating_sub(4)).max(1));
        let asked = self.asked();
        let errors = self.error.as_ref().map_or_else(Vec::new, |e| text::wrap(e, usize::from(wide.saturating_sub(12)).max(1)));
        let files = if self.at == Ask::Where && !self.path_is_ours { usize::from(self.files.height()) } else { 0 };
        let place = paint::centred(area, wide, u16::try_from(lines.len() + asked.len() + errors.len() + 4 + files).unwrap_or(20));
        on.drawn.hit(place, Target::Overlay);
        let inside = paint::window(on, place, "Export", &self.hints());
        let width = inside.width.saturating_sub(2);
        let mut y = inside.y;
        let bottom = inside.bottom();
        let roomy = inside.height > 8;
        for ask in asked {
            if y >= bottom {
                return;
            }
            let (word, parts, line) = self.line_of(ask);
            let here = self.at == ask;
            let mark = if here { ">" } else { " " };
            paint::pieces(on, (inside.x, y), width + 1, &[(mark, Tone::Key), (word, if here { Tone::Heading } else { Tone::Dim })]);
            let (at, room) = (inside.x + 9, width.saturating_sub(8));
            let mut used = 0;
            if let Some(line) = line {
                line.draw(on, (at, y), room, here);
                used = u16::try_from(text::width(line.text()) + 1).unwrap_or(room).min(room);
            }
            let pieces: Vec<paint::Piece<'_>> = parts.iter().map(|(text, tone)| (text.as_str(), *tone)).collect();
            paint::pieces(on, (at + used, y), room - used, &pieces);
            y += 1;
        }
        if self.at == Ask::Where && !self.to_clipboard && !self.path_is_ours {
            let height = self.files.height().min(bottom.saturating_sub(y + 3));
            self.files.draw(Rect::new(inside.x + 8, y, inside.width.saturating_sub(8), height), on);
            y += height;
        }
        let rest =
            errors.iter().map(|e| (format!("        {e}"), Tone::Error)).chain(roomy.then_some((String::new(), Tone::Plain))).chain(lines);
        for (what, tone) in rest {
            if y >= bottom {
                return;
            }
            paint::pieces(on, (inside.x + 1, y), width, &[(&what, tone)]);
            y += 1;
        }
    }
}
