//! What screens, panes, overlays and the shell say to each other.
//!
//! A layer asks, the shell does, and the answer goes back to the layer that asked. Must not know any screen, pane or overlay.

use std::path::PathBuf;

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::{Applied, Book, BookError, Command, Draft, ExportOptions, Step, Thing, Touched};
use crate::config::Keys;
use crate::domain::ids::{CommunityId, OpId};
pub(crate) use crate::forms::Subject;
use crate::log;
use crate::paths::Paths;
use crate::remembered::{ListLook, Remembered};
use crate::tui::answer::{Answer, LayerId};
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::tasks::Task;
use crate::tui::theme::Tone;

/// What came of a key, a click or a paste.
pub(crate) enum Outcome {
    /// Not for me; ask the next.
    Ignored,
    /// Dealt with.
    Done,
    /// Dealt with, and something is wanted of the shell.
    Ask(Vec<Request>),
}

impl Outcome {
    /// One request.
    pub(crate) fn ask(request: Request) -> Self {
        Self::Ask(vec![request])
    }
}

/// Something that only the shell can do. It carries out what a layer asks for on behalf of that layer.
pub(crate) enum Request {
    /// Run a command of the book; the overlay that asked closes when it is done, unless it stays.
    Run(Command),
    /// Run a command whose effect was shown.
    RunShown(Command),
    /// Take a step that was asked about.
    Take(Step),
    /// Go back to how everything stood after a step.
    BackTo(OpId),
    /// Show what a task has written.
    Wrote(Applied),
    /// Begin a task; its answer goes to the layer that asked.
    Begin(Task),
    /// Write an export, unless a file stands there that isn't to be replaced.
    Export(ExportOptions, PathBuf),
    /// Close the layer that asked.
    Close,
    /// Close everything that lies on the screen: what was asked for in one after the other is answered.
    CloseAll,
    /// Put an overlay on top.
    Push(Box<dyn Layer>),
    /// Show a screen; going back leaves it.
    Show(Box<dyn Screen>),
    /// Close the layer that asked, then ask for this.
    Instead(Box<Request>),
    /// Ask for this on behalf of another layer.
    For(LayerId, Box<Request>),
    /// Do what a key would have done.
    Act(Action),
    /// Say something in the footer, with the lead's keys in it.
    Say(String, Tone),
    /// Say what went wrong: in the layer that asked if it can, else in the footer or a message.
    Complain(String),
    /// Put a text on the clipboard, and say what it was.
    Copy(String, String),
    /// Open a link.
    Open(String),
    /// Open the form for a thing, or for a new one.
    Form(Subject),
    /// Go on with the newest form that was not saved, or drop it.
    TakeDraft(bool),
    /// Something that the screen does.
    Wish(Wish),
}

impl Request {
    /// Says something in the footer.
    pub(crate) fn say(what: impl Into<String>) -> Self {
        Self::Say(what.into(), Tone::Plain)
    }

    /// Puts an overlay on top.
    pub(crate) fn push(overlay: impl Layer + 'static) -> Self {
        Self::Push(Box::new(overlay))
    }

    /// Puts a text on the clipboard.
    pub(crate) fn copy(text: String) -> Self {
        Self::Copy("Copied".into(), text)
    }

    /// Whether what was typed may be refused: then the line stays open until it isn't, and is closed by what takes the request.
    #[must_use]
    pub(crate) const fn may_be_refused(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Wish(Wish::ImportFile(_) | Wish::AddMembers(_) | Wish::LookAtPage(_)))
    }
}

/// Something that the screen is asked to do; one that is not for it is asked of the home screen.
pub(crate) enum Wish {
    /// Move to a thing.
    Select(Thing),
    /// Move to a thing if it is in the list that shows; leave everything else where it is.
    Show(Thing),
    /// Drop the marks: those who were marked are gone.
    Unmark,
    /// Show what belongs to a community, or to all.
    Filter(Option<CommunityId>),
    /// Focus a pane.
    Focus(PaneId),
    /// Search a list, and show it so.
    Search(PaneId, String, Option<ListLook>),
    /// Show the view of this name.
    View(String),
    /// Show a list with these columns, so sorted.
    Columns(PaneId, ListLook),
    /// Show what is under the cursor now.
    Look,
    /// Rehearse the import of the file that is typed so.
    ImportFile(String),
    /// Ask which file is to be imported.
    AskForImport,
    /// Rehearse the adding of a list of people, as it was typed or pasted, to the community that is shown.
    AddMembers(String),
    /// Ask for people to add, with this typed already.
    AskForMembers(String),
    /// Open the export with a format.
    ExportAs(&'static str),
    /// Offer to export a list as it was exported before.
    ExportList(Box<ExportOptions>),
    /// Ask which page is to be published.
    AskForPage,
    /// Show what publishing a page would change.
    LookAtPage(String),
}

/// What a layer may look at while it handles a key: the book, for reading, and how the program was set. What it wants done, it asks for.
pub(crate) struct Cx<'a> {
    /// The book. Writes go through [`Request::Run`].
    pub book: &'a mut Book,
    /// The keys, for sentences that name them.
    pub keys: &'a Keys,
    /// How the screen was left.
    pub remembered: &'a mut Remembered,
    /// Where things lie.
    pub paths: &'a Paths,
    /// Whether everything is drawn plainly, one list at a time.
    pub plain: bool,
    /// What has been asked for so far.
    pub asked: &'a mut Vec<Request>,
}

impl Cx<'_> {
    /// Asks the shell for something.
    pub(crate) fn ask(&mut self, request: Request) {
        self.asked.push(request);
    }

    /// Asks for what a part of the layer wants.
    pub(crate) fn ask_all(&mut self, outcome: Outcome) {
        if let Outcome::Ask(requests) = outcome {
            self.asked.extend(requests);
        }
    }

    /// Says something in the footer, with the lead's keys in it.
    pub(crate) fn say(&mut self, what: impl Into<String>) {
        self.ask(Request::say(what));
    }

    /// Puts a text on the clipboard and says what it was.
    pub(crate) fn copy(&mut self, what: impl Into<String>, text: String) {
        self.ask(Request::Copy(what.into(), text));
    }

    /// Puts an overlay on top.
    pub(crate) fn push(&mut self, overlay: impl Layer + 'static) {
        self.ask(Request::push(overlay));
    }

    /// Says what went wrong, if something did.
    pub(crate) fn note<T>(&mut self, result: Result<T, BookError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(e) => {
                tracing::warn!(kind = log::kind(&e), "refused");
                self.ask(Request::Complain(e.to_string()));
                None
            }
        }
    }

    /// Keeps how the screen is left. Where that can't be written nothing is lost but the look.
    pub(crate) fn remember(&self) {
        let _ = self.remembered.keep(&self.paths.state);
    }
}

/// Why an action that its scope has can't be done in just this layer.
pub(crate) const NOT_HERE: &str = "nothing here that this applies to";

/// A screen, or something on top of one: help, palette, a form, a question. The shell sends it keys, clicks and answers while it is on top.
pub(crate) trait Layer {
    /// The scope whose keys work in it.
    fn scope(&self) -> Scope;
    /// Asks for what it needs, once it has been put on top.
    fn opened(&mut self, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// Does what an action of that scope says.
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome;
    /// Why an action can't be done now, if so.
    fn why_not(&self, _action: Action, _cx: &Cx<'_>) -> Option<&'static str> {
        None
    }
    /// Takes a key into the text that is typed, if text is; asked before the keys of actions.
    fn type_key(&mut self, _key: KeyEvent, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Ignored
    }
    /// A key was pressed that means nothing here.
    fn other_key(&mut self, _key: KeyEvent, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Ignored
    }
    /// Whether text is typed into it, so that a paste is welcome.
    fn takes_text(&self) -> bool {
        false
    }
    /// Takes pasted text; asked only where it takes text, but for a screen.
    fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// A row was clicked.
    fn click(&mut self, _row: usize, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// The wheel was turned by so many lines.
    fn scroll(&mut self, _lines: i32) {}
    /// What the mouse did to something that it drew.
    fn touch(&mut self, touch: Touch, cx: &mut Cx<'_>) -> Outcome {
        match touch {
            Touch::Press { on: Target::OverlayRow(row), .. } => return self.click(row, cx),
            Touch::Press { on: Target::Page(step), .. } => self.scroll(i32::from(step) * 10),
            Touch::Wheel(_, lines) => self.scroll(lines),
            Touch::Press { .. } | Touch::Drag(..) | Touch::Drop(_) => {}
        }
        Outcome::Done
    }
    /// Takes what a task has brought that it asked for; gives back what it doesn't know.
    fn answer(&mut self, answer: Answer, _cx: &mut Cx<'_>) -> Result<Outcome, Answer> {
        Err(answer)
    }
    /// Takes an error that came of its request; says whether it shows it.
    fn refuse(&mut self, _message: &str) -> bool {
        false
    }
    /// Whether it stays when a step that it asked for was taken.
    fn stays(&self) -> bool {
        false
    }
    /// Shows what somebody else has changed meanwhile of what it is about; whether something was.
    fn compare(&mut self, _cx: &mut Cx<'_>) -> bool {
        false
    }
    /// What is under its cursor.
    fn here(&self) -> Here {
        None
    }
    /// What is typed and not saved.
    fn draft(&self) -> Option<Draft> {
        None
    }
    /// Reads again what a step has touched of what it shows.
    ///
    /// # Errors
    /// If the file can't be read.
    fn follow(&mut self, _touched: &Touched, _cx: &mut Cx<'_>) -> Result<(), BookError> {
        Ok(())
    }
    /// Reads what will show, and makes it fit `area`, the whole screen, before it is drawn.
    ///
    /// # Errors
    /// If the file can't be read.
    fn prepare(&mut self, _area: Rect, _cx: &mut Cx<'_>) -> Result<(), BookError> {
        Ok(())
    }
    /// Draws it over `area`, the whole screen but for the foot line; `focused` if it is on top.
    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>);
}

/// A layer that fills the frame. The home screen, with its panes, is the first.
pub(crate) trait Screen: Layer {
    /// Does what it is asked to do; gives back what isn't for it.
    fn wish(&mut self, wish: Wish, cx: &mut Cx<'_>) -> Result<Outcome, Wish> {
        let _ = cx;
        Err(wish)
    }
    /// The community that is shown, which what is new belongs to.
    fn community(&self) -> Option<CommunityId> {
        None
    }
    /// What is said in the foot line in place of the keys: what is wrong with a search, how to end it.
    fn remark(&self, _keys: &Keys) -> Option<Vec<(String, Tone)>> {
        None
    }
    /// The actions that stand first in the foot line, and those that don't stand there.
    fn hints(&self) -> (&'static [Action], &'static [Action]) {
        (&[], &[])
    }
}

/// A part of a screen: its state, its handling, its drawing. The screen sends it keys while it has the focus.
pub(crate) trait Pane {
    /// Does what an action says.
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome;
    /// What is under its cursor.
    fn thing(&self) -> Option<Thing>;
    /// What is under its cursor, to the line.
    fn here(&self) -> Here {
        self.thing().map(place_of)
    }
    /// Moves to a thing, ending a search that hides it; whether it is listed.
    ///
    /// # Errors
    /// If the file can't be read.
    fn select(&mut self, _thing: Thing, _cx: &mut Cx<'_>) -> Result<bool, BookError> {
        Ok(false)
    }
    /// One step back; whether there was one.
    ///
    /// # Errors
    /// If the file can't be read.
    fn back(&mut self, _cx: &mut Cx<'_>) -> Result<bool, BookError> {
        Ok(false)
    }
    /// What the mouse did to something that it drew.
    fn touch(&mut self, touch: Touch) -> Outcome;
    /// Reads again what a step has touched of what it shows.
    ///
    /// # Errors
    /// If the file can't be read.
    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError>;
    /// Reads what will show, and makes it fit `area`.
    ///
    /// # Errors
    /// If the file can't be read.
    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError>;
    /// Draws it.
    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>);
}

/// What is under a cursor: of which kind, and which: so that a key is not done to something else that has taken its place.
pub(crate) type Here = Option<(&'static str, i64)>;

/// What the mouse does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Pressed on something, at a place; `again` if it was pressed there a moment ago.
    Press {
        /// What.
        on: Target,
        /// Where.
        at: (u16, u16),
        /// Whether it is the second time.
        again: bool,
    },
    /// The wheel was turned over something by so many lines, down if there are more than none.
    Wheel(Target, i32),
    /// Moved to a place with something held.
    Drag(Target, (u16, u16)),
    /// Let go of something.
    Drop(Target),
}

/// A thing as what is under a cursor.
pub(crate) const fn place_of(thing: Thing) -> (&'static str, i64) {
    match thing {
        Thing::Person(id) => ("person", id.0),
        Thing::Community(id) => ("community", id.0),
        Thing::Meetup(id) => ("meetup", id.0),
        Thing::Organisation(id) => ("organisation", id.0),
    }
}
