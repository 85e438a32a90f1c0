//! What panes, overlays and the root say to each other.
//!
//! Panes ask, the root does. Must not know any pane or overlay.

use ratatui::buffer::Buffer;
use std::borrow::Cow;

use ratatui::crossterm::event::{KeyEvent, MouseEvent};
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::{Book, Command, Draft, ExportOptions, ExportSummary, ImportOptions, Step, Thing};
use crate::config::Keys;
use crate::domain::dates::Calendar;
use crate::domain::ids::{CommunityId, OpId};
use crate::remembered::ListLook;
use crate::tui::theme::Theme;

/// The panes of the hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaneId {
    /// Communities, by job family.
    Communities,
    /// Members of what is selected.
    Members,
    /// Meetups of what is selected.
    Meetups,
    /// What is under the cursor.
    Detail,
}

impl PaneId {
    /// All, in the order of the keys 1 to 4.
    pub const ALL: [Self; 4] = [Self::Communities, Self::Members, Self::Meetups, Self::Detail];

    /// The name under which its look is remembered and its views are kept.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Communities => "communities",
            Self::Members => "members",
            Self::Meetups => "meetups",
            Self::Detail => "detail",
        }
    }

    /// The action that moves to it.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Communities => Action::PaneCommunities,
            Self::Members => Action::PaneMembers,
            Self::Meetups => Action::PaneMeetups,
            Self::Detail => Action::PaneDetail,
        }
    }

    /// The scope of its own keys.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Communities => Scope::Communities,
            Self::Members => Scope::Members,
            Self::Meetups => Scope::Meetups,
            Self::Detail => Scope::Detail,
        }
    }
}

/// What came of a key, a click or a paste.
pub(super) enum Outcome {
    /// Not for me; ask the next.
    Ignored,
    /// Dealt with.
    Done,
    /// Dealt with, and something is wanted of the root.
    Ask(Vec<Request>),
}

impl Outcome {
    /// One request.
    pub(super) fn ask(request: Request) -> Self {
        Self::Ask(vec![request])
    }
}

/// Something that only the root can do.
pub(super) enum Request {
    /// Run a command of the book; the overlay on top is closed if it succeeds.
    Run(Command),
    /// Close the overlay on top.
    Close,
    /// Put an overlay on top.
    Push(Box<dyn Overlay>),
    /// Close the overlay on top, then ask for this.
    Instead(Box<Request>),
    /// Do what a key would have done.
    Act(Action),
    /// Say something in the footer.
    Toast(String),
    /// Move to a thing.
    Select(Thing),
    /// Show what belongs to a community, or to all.
    Filter(Option<CommunityId>),
    /// Focus a pane.
    Focus(PaneId),
    /// Search a list, and show it so.
    Search(PaneId, String, Option<ListLook>),
    /// Show the view of this name.
    NamedView(String),
    /// Rehearse the import of the file that is typed so.
    ImportFile(String),
    /// Open the export with a format.
    ExportAs(&'static str),
    /// Take a step that was asked about.
    Take(Step),
    /// Go back to how everything stood after a step.
    BackTo(OpId),
    /// Go on with the newest form that was not saved, or drop it.
    TakeDraft(bool),
    /// Put a text on the clipboard.
    Copy(String),
    /// Open a link.
    Open(String),
    /// Rehearse the adding of a list of people, as it was pasted, to the community that is shown.
    AddMembers(String),
    /// Show a list with these columns, so sorted.
    Columns(PaneId, ListLook),
    /// Show what is under the cursor now.
    Look,
    /// Rehearse an import and show the plan.
    Rehearse(ImportOptions),
    /// Import.
    Import(ImportOptions),
    /// Look what an export would write.
    Preview(ExportOptions),
    /// Write a file. The second says whether a file that is there may be replaced.
    Export(ExportOptions, std::path::PathBuf, bool),
    /// Run a command whose effect was shown.
    RunShown(Command),
    /// Take a page in; the second says whether damaged text is mended.
    ImportPage(std::path::PathBuf, bool),
    /// Show what publishing a page would change.
    LookAtPage(String),
    /// Publish a page.
    PublishPage(std::path::PathBuf),
    /// Put an export on the clipboard.
    CopyExport(ExportOptions),
    /// Open the form for a thing, or for a new one.
    Form(Subject),
}

impl Request {
    /// Whether what was typed may be refused: then the line stays open until it isn't, and is closed by what takes the request.
    #[must_use]
    pub(super) const fn may_be_refused(&self) -> bool {
        match self {
            Self::Run(_) | Self::ImportFile(_) | Self::AddMembers(_) | Self::LookAtPage(_) => true,
            Self::Close | Self::Push(_) | Self::Instead(_) | Self::Act(_) | Self::Toast(_) | Self::Select(_) | Self::Form(_) => false,
            Self::Filter(_) | Self::Focus(_) | Self::Search(..) | Self::NamedView(_) | Self::Columns(..) | Self::Look => false,
            Self::ExportAs(_) | Self::Preview(_) | Self::Export(..) | Self::CopyExport(_) | Self::Copy(_) | Self::Open(_) => false,
            Self::Take(_) | Self::BackTo(_) | Self::TakeDraft(_) | Self::RunShown(_) | Self::Rehearse(_) | Self::Import(_) => false,
            Self::ImportPage(..) | Self::PublishPage(_) => false,
        }
    }
}

/// What a form is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each names a thing of the domain")]
pub(super) enum Subject {
    Person(Option<crate::domain::ids::PersonId>),
    Community(Option<CommunityId>),
    Meetup(Option<crate::domain::ids::MeetupId>),
    Organisation(Option<crate::domain::ids::OrganisationId>),
    Seat(CommunityId, Option<crate::domain::ids::SeatId>),
    Route(CommunityId, Option<i64>),
    Rule(CommunityId, Option<i64>),
    Channel(CommunityId, Option<i64>),
    Membership(crate::domain::ids::PersonId, Option<CommunityId>),
    Attendance(crate::domain::ids::MeetupId, crate::domain::ids::PersonId),
    WalkIn(crate::domain::ids::MeetupId, String),
    Consent(crate::domain::ids::PersonId, crate::domain::words::Purpose),
    MailAgain(crate::domain::ids::PersonId),
}

/// What a pane or overlay may look at while it handles a key: the book, for reading.
pub(super) struct Cx<'a> {
    /// The book. Writes go through [`Request::Run`].
    pub book: &'a mut Book,
    /// The keys, for sentences that name them.
    pub keys: &'a Keys,
}

/// Where something was drawn that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A row of a pane, by its place in the list.
    Row(PaneId, usize),
    /// Anywhere else in a pane.
    Pane(PaneId),
    /// The head of a column, by its place among all of the list.
    Head(PaneId, usize),
    /// The scroll bar of a pane: its top line and its height.
    Bar(PaneId, u16, u16),
    /// A border that can be dragged.
    Border(Edge),
    /// A hint in the footer.
    Action(Action),
    /// A row of the overlay on top.
    OverlayRow(usize),
    /// Anywhere else in the overlay on top.
    Overlay,
    /// The scroll bar of the overlay on top: a page up (-1) or down (1).
    Page(i8),
}

/// A border between panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// At the right of the communities.
    Left,
    /// At the left of the detail.
    Right,
    /// Above the meetups.
    Low,
}

/// What was drawn where, for the mouse; and where the cursor stands, for text.
#[derive(Debug, Default, Clone)]
pub struct Drawn {
    hits: Vec<(Rect, Target)>,
    /// Where the terminal's cursor belongs.
    pub cursor: Option<(u16, u16)>,
    /// What can be done in the overlay on top, for the footer.
    pub(super) hints: Vec<Hint>,
}

impl Drawn {
    /// Notes that a target was drawn.
    pub fn hit(&mut self, area: Rect, target: Target) {
        self.hits.push((area, target));
    }

    /// The scroll bars that were drawn.
    #[must_use]
    pub fn bars(&self) -> Vec<(Rect, Target)> {
        self.hits.iter().filter(|(_, t)| matches!(t, Target::Bar(..))).copied().collect()
    }

    /// What was drawn last at a place.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        self.hits.iter().rev().find(|(r, _)| r.contains((x, y).into())).map(|(_, t)| *t)
    }
}

/// What the footer and a window's border say that can be done: an action in a word of its own, with whatever key it has; or a remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// The action, if it is about one.
    pub action: Option<Action>,
    /// What it does here; empty where the key says enough.
    pub word: Cow<'static, str>,
}

/// Hints at an action.
pub(super) fn hint(action: Action, word: impl Into<Cow<'static, str>>) -> Hint {
    Hint { action: Some(action), word: word.into() }
}

/// A remark among hints.
pub(super) const fn remark(word: &'static str) -> Hint {
    Hint { action: None, word: Cow::Borrowed(word) }
}

/// Somewhere to draw: buffer, colours, and the notes of what was drawn.
pub struct Canvas<'a> {
    /// The cells.
    pub buf: &'a mut Buffer,
    /// The colours.
    pub theme: &'a Theme,
    /// The keys, for sentences that name them.
    pub keys: &'a Keys,
    /// The day it is, and how dates are written.
    pub calendar: Calendar,
    /// What was drawn where.
    pub drawn: &'a mut Drawn,
}

/// Something on top of the panes: help, palette, a form, a question.
pub(super) trait Overlay {
    /// The scope whose keys work in it.
    fn scope(&self) -> Scope;
    /// Does what an action of that scope says.
    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome;
    /// Takes a key into the text that is typed, if text is; asked before the keys of actions.
    fn type_key(&mut self, _key: KeyEvent, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Ignored
    }
    /// A key was pressed that means nothing here.
    fn other_key(&mut self) -> Outcome {
        Outcome::Ignored
    }
    /// Handles pasted text.
    fn paste(&mut self, _text: &str, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// Handles a click on one of its rows.
    fn click(&mut self, _row: usize, _cx: &mut Cx<'_>) -> Outcome {
        Outcome::Done
    }
    /// Handles the wheel.
    fn scroll(&mut self, _lines: i32) {}
    /// Whether text is typed into it, so that a paste is welcome.
    fn takes_text(&self) -> bool {
        false
    }
    /// Takes an error that came of its request; says whether it shows it.
    fn refuse(&mut self, _message: &str) -> bool {
        false
    }
    /// The subject, if it is a form.
    fn subject(&self) -> Option<Subject> {
        None
    }
    /// Shows what somebody else has saved meanwhile.
    fn conflict(&mut self, _theirs: Box<dyn Overlay>, _keys: &Keys) {}
    /// The values of its fields, if it is a form, and the step that it was read after.
    fn values(&self) -> (Vec<String>, Option<i64>) {
        (Vec::new(), None)
    }
    /// What its fields held when it was opened, if it is a form.
    fn originals(&self) -> Vec<String> {
        Vec::new()
    }
    /// Takes what an export in a format would write.
    fn previewed(&mut self, _format: &str, _result: Result<ExportSummary, String>) {}
    /// What is typed and not saved, if it is a form.
    fn draft(&self) -> Option<Draft> {
        None
    }
    /// Reads again what it shows.
    fn refresh(&mut self, _cx: &mut Cx<'_>) {}
    /// Makes what it shows fit `area`, the whole screen, before it is drawn.
    fn prepare(&mut self, _area: Rect) {}
    /// Draws it over `area`, the whole screen.
    fn draw(&self, area: Rect, on: &mut Canvas<'_>);
}

/// Whether a mouse event is one that is handled.
#[must_use]
pub(super) const fn is_wheel(event: &MouseEvent) -> Option<i32> {
    use ratatui::crossterm::event::MouseEventKind as K;
    match event.kind {
        K::ScrollDown => Some(3),
        K::ScrollUp => Some(-3),
        _ => None,
    }
}
