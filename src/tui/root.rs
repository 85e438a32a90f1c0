//! The hall: three panes, a detail, a stack of overlays, and who gets which key.
//!
//! Must not know what is in a pane or overlay.

use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind};
use ratatui::layout::Rect;

use crate::actions::{Action, Scope};
use crate::book::{Book, BookError, Confirmed, Draft, Jobs, Step, Touched};
use crate::config::{Asked, Keys};
use crate::domain::text;
use crate::log;
use crate::tui::core::{Cx, Drawn, Outcome, Overlay, PaneId};
use crate::tui::errands::Errand;
use crate::tui::mouse::Hand;
use crate::tui::overlays::Message;
use crate::tui::panes::{Communities, Detail, Meetups, Members};
use crate::tui::setup::Setup;
use crate::tui::stack::{LayerId, Stack};
use crate::tui::table::Table;
use crate::tui::theme::Tone;
use crate::tui::work::Work;

/// What the loop has to do after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Go on.
    Go,
    /// Draw everything anew.
    Redraw,
    /// Leave the screen to the shell until it is wanted again.
    Suspend,
    /// Quit.
    Quit,
}

/// The hall.
pub struct Root {
    pub(super) book: Book,
    pub(super) setup: Setup,
    /// The first of two keys in a row, when it has been pressed.
    pub(super) pending: Vec<KeyEvent>,
    pub(super) communities: Communities,
    pub(super) members: Members,
    pub(super) meetups: Meetups,
    pub(super) detail: Detail,
    pub(super) focus: PaneId,
    /// The list whose cursor the detail follows.
    pub(super) list: PaneId,
    pub(super) overlays: Stack,
    /// The overlay that asks for something at the moment.
    pub(super) asker: Option<LayerId>,
    /// Whether the lead was told that quitting drops what is under way.
    pub(super) quits: bool,
    /// How a list looked before a view was shown in it.
    pub(super) before_view: Option<(PaneId, crate::remembered::ListLook)>,
    /// The overlay that asked for the work that is under way.
    pub(super) waiting: Option<LayerId>,
    /// The export that waits for an answer whether a file may be replaced.
    pub(super) replacing: Option<LayerId>,
    pub(super) toast: Option<(String, Tone)>,
    pub(super) work: Work,
    pub(super) then: Then,
    pub(super) drawn: Drawn,
    pub(super) errands: Vec<Errand>,
    /// What is typed in the form that is open, as it was kept.
    pub(super) draft: Option<Draft>,
    /// Forms that were not saved when the program ended.
    pub(super) earlier_drafts: Vec<Draft>,
    pub(super) size: Rect,
    pub(super) hand: Hand,
}

impl Root {
    /// Opens the hall on a book. Work that takes long is done as `jobs` says.
    ///
    /// # Errors
    /// If the book can't be read.
    pub fn new(mut book: Book, setup: Setup, jobs: Jobs) -> Result<Self, BookError> {
        book.write_dates(setup.config.date_order, setup.config.week_start);
        book.use_framework(setup.config.framework.clone());
        let mut root = Self {
            book,
            setup,
            pending: Vec::new(),
            communities: Communities::default(),
            members: Members::default(),
            meetups: Meetups::default(),
            detail: Detail::default(),
            focus: PaneId::Communities,
            list: PaneId::Communities,
            overlays: Stack::default(),
            asker: None,
            quits: false,
            before_view: None,
            waiting: None,
            replacing: None,
            toast: None,
            work: Work::new(jobs),
            then: Then::Go,
            drawn: Drawn::default(),
            errands: Vec::new(),
            draft: None,
            earlier_drafts: Vec::new(),
            size: Rect::new(0, 0, 80, 24),
            hand: Hand::default(),
        };
        if let Some(why) = root.book.read_only() {
            root.toast = Some((format!("Open for reading only: {why}"), Tone::Warning));
        }
        root.refresh()?;
        root.look_as_before();
        root.members.list.top();
        root.meetups.list.top();
        root.earlier_drafts = root.book.take_over_drafts();
        root.offer_draft();
        let complaints = root.setup.config.complaints();
        if !complaints.is_empty() {
            let rest = if root.setup.config.is_taken {
                "Everything else in it holds."
            } else {
                "Nothing in it was taken; Guildhall runs with its own settings."
            };
            let body = format!("{}\n\n{rest}", complaints.join("\n\n"));
            root.overlays.push(Box::new(Message::new("The configuration has mistakes", &body)));
        }
        Ok(root)
    }

    /// The keys of this run.
    pub(super) const fn keys(&self) -> &Keys {
        &self.setup.config.keys
    }

    pub(super) fn cx(&mut self) -> Cx<'_> {
        Cx { book: &mut self.book, keys: &self.setup.config.keys }
    }

    /// Reads everything that is shown again.
    pub(super) fn refresh(&mut self) -> Result<(), BookError> {
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        self.communities.refresh(&mut cx)?;
        // It may have been given another name, or be gone.
        let shown = self.members.community.take().map(|(id, _)| id);
        self.members.community = shown.and_then(|id| self.communities.name_of(id).map(|name| (id, name.to_owned())));
        if shown.is_some() && self.members.community.is_none() {
            self.members.filter(None, &mut cx)?;
            self.meetups.filter(None, &mut cx)?;
        }
        self.members.refresh(&mut cx)?;
        self.meetups.refresh(&mut cx)?;
        self.refresh_rest();
        Ok(())
    }

    /// Reads again what a step has touched of what is shown, and nothing else.
    pub(super) fn follow(&mut self, touched: &Touched) -> Result<(), BookError> {
        if touched.many || touched.communities || !self.book.is_ready() || self.book.has_seat(&touched.people)? {
            return self.refresh();
        }
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        if touched.members || !touched.people.is_empty() {
            self.communities.recount(&mut cx);
        }
        self.members.follow(touched, &mut cx)?;
        if touched.meetups || touched.words {
            self.meetups.refresh(&mut cx)?;
        }
        self.refresh_rest();
        Ok(())
    }

    /// The detail and whatever is on top.
    fn refresh_rest(&mut self) {
        self.detail.refresh();
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        for overlay in self.overlays.iter_mut() {
            overlay.refresh(&mut cx);
        }
        self.look();
    }

    /// Makes the detail show what is under the cursor.
    pub(super) fn look(&mut self) {
        let thing = match self.list {
            PaneId::Communities => self.communities.thing(),
            PaneId::Meetups => self.meetups.thing().or_else(|| self.communities.thing()),
            _ => self.members.thing().or_else(|| self.communities.thing()),
        };
        let thing = thing.or_else(|| if self.list == PaneId::Communities { self.members.thing() } else { None });
        self.detail.look(thing);
    }

    /// Shows an error in the footer, if there is one.
    pub(super) fn note<T>(&mut self, result: Result<T, BookError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(e) => {
                tracing::warn!(kind = log::kind(&e), "refused");
                self.complain(&e.to_string());
                None
            }
        }
    }

    /// Says what went wrong: in the overlay that asked if it can, in the footer if it fits, else in a message.
    pub(super) fn complain(&mut self, message: &str) {
        if self.overlays.get_mut(self.asker).is_some_and(|o| o.refuse(message)) {
            return;
        }
        if message.contains('\n') || message.chars().count() > usize::from(self.size.width.saturating_sub(4)) {
            self.overlays.push(Box::new(Message::new("That could not be done", message)));
        } else {
            self.toast = Some((message.to_owned(), Tone::Error));
        }
    }

    /// Handles an event of the terminal.
    pub fn handle(&mut self, event: &Event) -> Then {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                self.toast = None;
                let changed = self.look_elsewhere();
                // The key was meant for a picture that is no longer true: it is not carried out, but for typing and leaving.
                let asked = self.keys().asked(&[*key], Scope::Everywhere);
                let leaves = matches!(asked, Asked::Action(Action::QuitAtOnce | Action::Suspend));
                let asks = changed && self.compare_form();
                if !changed || leaves || (self.takes_text() && !asks) {
                    self.key(*key);
                }
            }
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Paste(text) => self.paste(text),
            Event::FocusGained => {
                self.look_elsewhere();
            }
            Event::Resize(..) => return Then::Redraw,
            _ => {}
        }
        self.keep_draft();
        std::mem::replace(&mut self.then, Then::Go)
    }

    /// Looks whether another program has written, and reads everything again if so.
    pub(super) fn look_elsewhere(&mut self) -> bool {
        if self.work.is_waited_for() {
            // What is being written is ours; others' changes are looked for when it is done.
            return false;
        }
        let changed = self.book.changed_elsewhere();
        let changed = self.note(changed) == Some(true);
        if changed {
            self.work.index(&mut self.book);
            let result = self.refresh();
            self.note(result);
            self.toast = Some(("The roster was changed by another program; this is how it stands now".into(), Tone::Warning));
        }
        changed
    }

    /// Has the overlay on top deal with something, and does what it asks for; whether there is one, and it was for it.
    pub(super) fn in_overlay(&mut self, deal: impl FnOnce(&mut dyn Overlay, &mut Cx<'_>) -> Outcome) -> Option<bool> {
        let mut layer = self.overlays.lift()?;
        let outcome = deal(&mut *layer.1, &mut self.cx());
        self.asker = Some(layer.0);
        self.overlays.put_back(layer);
        let dealt = !matches!(outcome, Outcome::Ignored);
        self.settle(outcome);
        self.asker = None;
        Some(dealt)
    }

    /// The scope that has the focus.
    pub(super) fn scope(&self) -> Scope {
        self.overlays.last().map_or(self.focus.scope(), |o| o.scope())
    }

    /// A key for the text that is being typed, if one is; whether it was.
    fn type_key(&mut self, key: KeyEvent) -> bool {
        match self.overlays.last().map(Overlay::takes_text) {
            Some(true) => self.in_overlay(|top, cx| top.type_key(key, cx)) == Some(true),
            Some(false) => false,
            None => self.type_search(key),
        }
    }

    fn key(&mut self, key: KeyEvent) {
        if self.type_key(key) {
            self.pending.clear();
            return;
        }
        let scope = self.scope();
        self.pending.push(key);
        let asked = match self.keys().asked(&self.pending, scope) {
            // The second key of no pair is a key of its own; the one that goes back only forgets the first.
            Asked::Nothing if self.pending.len() > 1 => match self.keys().asked(&[key], scope) {
                Asked::Action(Action::Back) => Asked::Nothing,
                alone => alone,
            },
            asked => asked,
        };
        if asked == Asked::More {
            self.pending = vec![key];
            return;
        }
        self.pending.clear();
        match asked {
            Asked::Action(action) => self.act(action),
            Asked::Nothing | Asked::More => {
                if self.in_overlay(|top, _| top.other_key()).is_none() {
                    self.say_where(key);
                }
            }
        }
    }

    /// Focuses a pane.
    pub(super) fn go(&mut self, pane: PaneId) {
        // A search that is left is kept, and no longer typed into.
        if pane != self.focus
            && let Some(find) = self.find_line()
        {
            find.keep();
        }
        self.focus = pane;
        if pane != PaneId::Detail {
            self.list = pane;
            self.look();
        }
    }

    /// Says in which list a key would mean something, if it does in one.
    fn say_where(&mut self, key: KeyEvent) {
        let elsewhere =
            PaneId::ALL.into_iter().filter(|p| *p != self.focus).find_map(|pane| match self.keys().asked(&[key], pane.scope()) {
                Asked::Action(action) => Some((pane, action)),
                _ => None,
            });
        if let Some((pane, action)) = elsewhere {
            let (key, there) = (self.keys().word(action), self.keys().word(pane.action()));
            self.say(&format!("{key} is a key of the {} ({there}): {}", pane.word(), crate::actions::info(action).name));
        }
    }

    /// Does what an action says: the focused pane is asked first.
    pub(super) fn act(&mut self, action: Action) {
        if action == Action::Back && self.work.stop() {
            self.toast = Some(("Stopping …".into(), Tone::Warning));
            return;
        }
        if let Some(dealt) = self.in_overlay(|top, cx| top.act(action, cx)) {
            if !dealt {
                self.act_over(action);
            }
            return;
        }
        self.note_recent(action);
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        let outcome = match self.focus {
            PaneId::Communities => self.communities.act(action, &mut cx),
            PaneId::Members => self.members.act(action, &mut cx),
            PaneId::Meetups => self.meetups.act(action, &mut cx),
            PaneId::Detail => self.detail.act(action, &mut cx),
        };
        if matches!(outcome, Outcome::Ignored) {
            self.act_here(action);
        } else {
            self.settle(outcome);
        }
    }

    /// Does what the overlay on top has left: what is about the program is done over it, everything else waits until it is closed.
    fn act_over(&mut self, action: Action) {
        match action {
            Action::Back | Action::Quit => self.overlays.close_top(),
            _ if self.scope().working().contains(&crate::actions::info(action).scope) => self.act_here(action),
            _ => {}
        }
    }

    /// Remembers that an action was asked for; moving about is not worth it.
    fn note_recent(&mut self, action: Action) {
        let info = crate::actions::info(action);
        if info.scope == Scope::Moving || matches!(action, Action::Palette | Action::Back) {
            return;
        }
        let recent = &mut self.setup.remembered.recent;
        recent.retain(|name| name != info.name);
        recent.push(info.name.to_owned());
        if recent.len() > 40 {
            recent.remove(0);
        }
    }

    /// Does what the focused pane has left to the hall. Nobody comes after it, so it names every action: a new one that nobody does
    /// doesn't compile.
    #[deny(clippy::wildcard_enum_match_arm, reason = "what isn't named here would do nothing at all")]
    fn act_here(&mut self, action: Action) {
        match action {
            Action::Quit => self.quit(),
            Action::QuitAtOnce => self.then = Then::Quit,
            Action::Suspend => self.then = Then::Suspend,
            Action::Reload => self.reload(),
            Action::Help => self.help(),
            Action::Palette => self.palette(),
            Action::History => self.history(),
            Action::HistoryHere => self.history_here(),
            Action::Organisations => self.organisations(),
            Action::Find => match self.find_line() {
                Some(find) => find.begin(),
                None => self.find_members(),
            },
            Action::Back => self.back(),
            Action::PaneCommunities => self.go(PaneId::Communities),
            Action::PaneMembers => self.go(PaneId::Members),
            Action::PaneMeetups => self.go(PaneId::Meetups),
            Action::PaneDetail => self.go(PaneId::Detail),
            Action::NextPane => self.go(PaneId::ALL[(self.focus as usize + 1) % 4]),
            Action::PreviousPane => self.go(PaneId::ALL[(self.focus as usize + 3) % 4]),
            Action::Undo => self.take_step(Step::Undo(Confirmed::No)),
            Action::Redo => self.take_step(Step::Redo(Confirmed::No)),
            Action::ShowAll => self.show_all(),
            Action::Import => self.ask_for_import(),
            Action::Export => self.ask_for_export(None),
            Action::PublishPage => self.ask_for_page(),
            Action::CheckPage => self.check_page(),
            Action::Handover => self.hand_over(),
            Action::CheckFile => self.check_file(),
            Action::Copy => self.copy_here(),
            Action::CopyPart => self.copy_part(),
            Action::OpenLink => self.open_link(),
            Action::Columns => self.choose_columns(),
            Action::SortNext => self.resort(self.focus, Table::sort_next),
            Action::SortReverse => self.resort(self.focus, Table::turn_round),
            Action::Wider => self.widen(25),
            Action::Narrower => self.widen(-25),
            Action::Views => self.ask_for_view(),
            Action::SaveView => self.ask_for_view_name(),
            Action::RemoveView => self.ask_for_view_to_remove(),
            Action::AddMembers if self.focus == PaneId::Members => self.ask_for_members(""),
            // Actions of one pane, from help or the palette while another has the focus: that pane does them.
            Action::AddMembers | Action::Mark | Action::MarkRange | Action::MarkAll => self.act_in(PaneId::Members, action),
            Action::PutInto | Action::TakeOut | Action::SetStatus => self.act_in(PaneId::Members, action),
            Action::SetOrganisation | Action::SetDiscipline | Action::SetField => self.act_in(PaneId::Members, action),
            Action::AddTag | Action::RemoveTag | Action::SetConsent | Action::StopMail => self.act_in(PaneId::Members, action),
            Action::Roll => self.act_in(PaneId::Meetups, action),
            // Every pane does these itself.
            Action::Down | Action::Up | Action::PageDown | Action::PageUp | Action::First | Action::Last => {}
            Action::Open | Action::New | Action::Edit | Action::Remove => {}
            // Overlays do these, and the welcome; nothing else has their keys.
            Action::Take | Action::Save | Action::NextField | Action::PreviousField | Action::NewLine | Action::Yes => {}
            Action::Replace | Action::LeaveOut | Action::Mend | Action::NextPage | Action::CopyText | Action::BackToHere => {}
            Action::ShowColumn | Action::ColumnLater | Action::ColumnEarlier | Action::SortByThis | Action::RemoveThis => {}
            Action::AddOrganisation | Action::FindPeople | Action::Tick => {}
            Action::StartSample | Action::StartImport | Action::StartEmpty => {}
        }
    }

    /// Takes in what work on other threads has brought; whether anything has changed.
    pub fn tick(&mut self) -> bool {
        self.take_work()
    }

    /// Whether work is under way, so that the loop should look again soon.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.work.is_busy()
    }

    /// Begins the work that is done behind the first picture.
    pub fn settle_in(&mut self) {
        self.work.index(&mut self.book);
        self.work.backup(&self.book);
        if self.book.was_unclean() {
            self.work.check(&self.book);
        }
        let migrated = self.book.migrated();
        if !migrated.is_empty() {
            self.overlays.push(Box::new(Message::new(
                "Brought up to date",
                &migrated.iter().map(|m| text::sentence(m)).collect::<Vec<_>>().join("\n\n"),
            )));
        }
    }
}
