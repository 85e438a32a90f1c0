//! The messages between screens, panes, overlays and the shell.
//!
//! A layer sends requests to the shell, and the answers go back to that layer. Must not know any screen, pane or overlay.

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

/// The result of handling a key, a click or a paste.
pub(crate) enum Outcome {
    /// The layer doesn't handle this; try the next.
    Ignored,
    /// The layer has handled it.
    Done,
    /// The layer has handled it, and has requests for the shell.
    Ask(Vec<Request>),
}

impl Outcome {
    /// Returns an outcome with one request.
    pub(crate) fn ask(request: Request) -> Self {
        Self::Ask(vec![request])
    }
}

/// Something that only the shell can do, on behalf of the layer that asked.
pub(crate) enum Request {
    /// Run a command. The overlay that asked closes when it succeeds, unless [`Layer::stays`].
    Run(Command),
    /// Run a command whose effect the user has seen.
    RunShown(Command),
    /// Run a step that the user has confirmed.
    Take(Step),
    /// Restore the roster to its state after a step.
    BackTo(OpId),
    /// Show what a task has written.
    Wrote(Applied),
    /// Start a task; its answer goes to the layer that asked.
    Begin(Task),
    /// Write an export; ask first if that would replace a file.
    Export(ExportOptions, PathBuf),
    /// Close the layer that asked.
    Close,
    /// Close all overlays, because a chain of questions has been answered.
    CloseAll,
    /// Put an overlay on top.
    Push(Box<dyn Layer>),
    /// Show a screen; going back closes it.
    Show(Box<dyn Screen>),
    /// Close the layer that asked, then carry out this request.
    Instead(Box<Request>),
    /// Carry out this request on behalf of another layer.
    For(LayerId, Box<Request>),
    /// Perform an action, as if its key had been pressed.
    Act(Action),
    /// Show a message in the footer; `{action}` becomes the user's key.
    Say(String, Tone),
    /// Report an error: in the layer that asked if it can show it, otherwise in the footer or a message.
    Complain(String),
    /// Copy a text to the clipboard, and show the first string in the footer.
    Copy(String, String),
    /// Open a link.
    Open(String),
    /// Open the form for an existing or new subject.
    Form(Subject),
    /// Continue with the newest unsaved form (`true`), or discard it.
    TakeDraft(bool),
    /// Ask the screen to do something.
    Wish(Wish),
}

impl Request {
    /// Returns a request that shows a message in the footer.
    pub(crate) fn say(what: impl Into<String>) -> Self {
        Self::Say(what.into(), Tone::Plain)
    }

    /// Returns a request that opens an overlay on top.
    pub(crate) fn push(overlay: impl Layer + 'static) -> Self {
        Self::Push(Box::new(overlay))
    }

    /// Returns a request that copies a text to the clipboard.
    pub(crate) fn copy(text: String) -> Self {
        Self::Copy("Copied".into(), text)
    }

    /// Returns whether the request can be refused because of what was typed. Then the prompt stays open until the input is accepted.
    #[must_use]
    pub(crate) const fn may_be_refused(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Wish(Wish::ImportFile(_) | Wish::AddMembers(_) | Wish::LookAtPage(_)))
    }
}

/// Something that the screen is asked to do. If the current screen doesn't handle it, the home screen does.
pub(crate) enum Wish {
    /// Move to a thing.
    Select(Thing),
    /// Move to a thing if it is in the visible list; otherwise change nothing.
    Show(Thing),
    /// Drop the marks, because the marked people have been removed.
    Unmark,
    /// Show what belongs to a community, or everything.
    Filter(Option<CommunityId>),
    /// Focus a pane.
    Focus(PaneId),
    /// Search a list, and give it this look.
    Search(PaneId, String, Option<ListLook>),
    /// Show the view with this name.
    View(String),
    /// Give a list these columns and this order.
    Columns(PaneId, ListLook),
    /// Update the detail to what is under the cursor.
    Look,
    /// Rehearse the import of the file at the typed path.
    ImportFile(String),
    /// Ask which file to import.
    AskForImport,
    /// Rehearse adding people, as typed or pasted, to the community that is shown.
    AddMembers(String),
    /// Ask for people to add, starting with this text.
    AskForMembers(String),
    /// Open the export with this format selected.
    ExportAs(&'static str),
    /// Offer to repeat an export with the same options.
    ExportList(Box<ExportOptions>),
    /// Ask which page to publish.
    AskForPage,
    /// Show what publishing a page would change.
    LookAtPage(String),
}

/// The context of a layer while it handles a key: the book, to read from, and the program's settings. Changes are made by requests.
pub(crate) struct Cx<'a> {
    /// The book. Changes go through [`Request::Run`].
    pub book: &'a mut Book,
    /// The keys, for sentences that mention them.
    pub keys: &'a Keys,
    /// The screen's state from the last run.
    pub remembered: &'a mut Remembered,
    /// Where the program's files are.
    pub paths: &'a Paths,
    /// Whether drawing is plain, with one list at a time.
    pub plain: bool,
    /// The requests so far.
    pub asked: &'a mut Vec<Request>,
}

impl Cx<'_> {
    /// Adds a request to the shell.
    pub(crate) fn ask(&mut self, request: Request) {
        self.asked.push(request);
    }

    /// Adds the requests of a part of the layer.
    pub(crate) fn ask_all(&mut self, outcome: Outcome) {
        if let Outcome::Ask(requests) = outcome {
            self.asked.extend(requests);
        }
    }

    /// Shows a message in the footer; `{action}` becomes the user's key.
    pub(crate) fn say(&mut self, what: impl Into<String>) {
        self.ask(Request::say(what));
    }

    /// Copies a text to the clipboard; `what` is shown in the footer.
    pub(crate) fn copy(&mut self, what: impl Into<String>, text: String) {
        self.ask(Request::Copy(what.into(), text));
    }

    /// Opens an overlay on top.
    pub(crate) fn push(&mut self, overlay: impl Layer + 'static) {
        self.ask(Request::push(overlay));
    }

    /// Reports the error, if the result is one.
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

    /// Saves the screen's state. An error is ignored, because only the look is lost.
    pub(crate) fn remember(&self) {
        let _ = self.remembered.keep(&self.paths.state);
    }
}

/// Why an action of the layer's scope isn't available in this layer.
pub(crate) const NOT_HERE: &str = "nothing here that this applies to";

/// A screen, or an overlay such as help, the palette, a form or a question. The shell sends keys, clicks and answers to the top layer.
pub(crate) trait Layer {
    /// Returns the scope whose keys work in the layer.
    fn scope(&self) -> Scope;
    /// Requests what the layer needs, when it has just been opened.
    fn opened(&mut self, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// Performs an action of that scope.
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome;
    /// Returns why an action isn't available now, if it isn't.
    fn why_not(&self, _action: Action, _cx: &Cx<'_>) -> Option<&'static str> {
        None
    }
    /// Handles a key as text, if text is being typed. It is called before keys are looked up as actions.
    fn type_key(&mut self, _key: KeyEvent, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Ignored
    }
    /// Handles a key that is bound to no action here.
    fn other_key(&mut self, _key: KeyEvent, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Ignored
    }
    /// Returns whether text is being typed, so that a paste is accepted.
    fn takes_text(&self) -> bool {
        false
    }
    /// Handles pasted text. For an overlay it is called only if [`Layer::takes_text`].
    fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// Handles a click on a row.
    fn click(&mut self, _row: usize, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// Scrolls by lines, as the wheel does.
    fn scroll(&mut self, _lines: i32) {}
    /// Handles the mouse on something that the layer drew.
    fn touch(&mut self, touch: Touch, cx: &mut Cx<'_>) -> Outcome {
        match touch {
            Touch::Press { on: Target::OverlayRow(row), .. } => return self.click(row, cx),
            Touch::Press { on: Target::Page(step), .. } => self.scroll(i32::from(step) * 10),
            Touch::Wheel(_, lines) => self.scroll(lines),
            Touch::Press { .. } | Touch::Drag(..) | Touch::Drop(_) => {}
        }
        Outcome::Done
    }
    /// Handles the answer of a task; returns an answer that the layer doesn't know.
    fn answer(&mut self, answer: Answer, _cx: &mut Cx<'_>) -> Result<Outcome, Answer> {
        Err(answer)
    }
    /// Handles an error that its request caused; returns whether the layer shows it.
    fn refuse(&mut self, _message: &str) -> bool {
        false
    }
    /// Returns whether the layer stays open after its step has succeeded.
    fn stays(&self) -> bool {
        false
    }
    /// Shows what another program has changed in the layer's subject; returns whether anything has changed.
    fn compare(&mut self, _cx: &mut Cx<'_>) -> bool {
        false
    }
    /// Returns what is under the cursor.
    fn here(&self) -> Here {
        None
    }
    /// Returns the unsaved text.
    fn draft(&self) -> Option<Draft> {
        None
    }
    /// Reads again what the layer shows of `touched`.
    ///
    /// # Errors
    /// If the file can't be read.
    fn follow(&mut self, _touched: &Touched, _cx: &mut Cx<'_>) -> Result<(), BookError> {
        Ok(())
    }
    /// Reads what will be visible, and fits it to `area`, the whole screen, before drawing.
    ///
    /// # Errors
    /// If the file can't be read.
    fn prepare(&mut self, _area: Rect, _cx: &mut Cx<'_>) -> Result<(), BookError> {
        Ok(())
    }
    /// Draws the layer over `area`, the screen without the foot line; `focused` if it is on top.
    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>);
}

/// A layer that fills the frame. The home screen with its panes is the first.
pub(crate) trait Screen: Layer {
    /// Carries out a wish; returns a wish that isn't for this screen.
    fn wish(&mut self, wish: Wish, cx: &mut Cx<'_>) -> Result<Outcome, Wish> {
        let _ = cx;
        Err(wish)
    }
    /// Returns the community that is shown; new things are added to it.
    fn community(&self) -> Option<CommunityId> {
        None
    }
    /// Returns what the foot line shows in place of the keys: an error in the search, or how to end it.
    fn remark(&self, _keys: &Keys) -> Option<Vec<(String, Tone)>> {
        None
    }
    /// Returns the actions that the foot line shows first, and those that it hides.
    fn hints(&self) -> (&'static [Action], &'static [Action]) {
        (&[], &[])
    }
}

/// A part of a screen: its state, its handling, its drawing. The screen sends it keys while it has the focus.
pub(crate) trait Pane {
    /// Performs an action.
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome;
    /// Returns what is under the cursor.
    fn thing(&self) -> Option<Thing>;
    /// Returns what is under the cursor, down to a single line.
    fn here(&self) -> Here {
        self.thing().map(place_of)
    }
    /// Moves to a thing, and ends a search that hides it; returns whether the thing is listed.
    ///
    /// # Errors
    /// If the file can't be read.
    fn select(&mut self, _thing: Thing, _cx: &mut Cx<'_>) -> Result<bool, BookError> {
        Ok(false)
    }
    /// Goes one step back; returns whether there was one.
    ///
    /// # Errors
    /// If the file can't be read.
    fn back(&mut self, _cx: &mut Cx<'_>) -> Result<bool, BookError> {
        Ok(false)
    }
    /// Handles the mouse on something that the pane drew.
    fn touch(&mut self, touch: Touch) -> Outcome;
    /// Reads again what the pane shows of `touched`.
    ///
    /// # Errors
    /// If the file can't be read.
    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError>;
    /// Reads what will be visible, and fits it to `area`.
    ///
    /// # Errors
    /// If the file can't be read.
    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError>;
    /// Draws the pane.
    fn draw(&self, area: Rect, focused: bool, on: &mut Canvas<'_>);
}

/// The kind and number of what is under a cursor, compared so that a key never acts on another item that has moved there.
pub(crate) type Here = Option<(&'static str, i64)>;

/// An action of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// A press at a position; `again` if it is the second of a double click.
    Press {
        /// The target.
        on: Target,
        /// The position.
        at: (u16, u16),
        /// Whether it is the second press.
        again: bool,
    },
    /// A turn of the wheel over a target, in lines; positive is down.
    Wheel(Target, i32),
    /// A move to a position with the button held on a target.
    Drag(Target, (u16, u16)),
    /// A release of the held target.
    Drop(Target),
}

/// Returns the kind and number of a thing, as in [`Here`].
pub(crate) const fn place_of(thing: Thing) -> (&'static str, i64) {
    match thing {
        Thing::Person(id) => ("person", id.0),
        Thing::Community(id) => ("community", id.0),
        Thing::Meetup(id) => ("meetup", id.0),
        Thing::Organisation(id) => ("organisation", id.0),
    }
}
