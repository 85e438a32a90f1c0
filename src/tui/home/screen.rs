//! The home screen as a screen: which pane gets which key, click and answer, and how it is drawn.
//!
//! Must not know how a pane reads its list, nor how the shell carries out requests.

use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::hall::{Home, note_borders};
use super::head::{self, Head};
use super::layout::{Places, places};
use super::panes::{Communities, Detail, Meetups, Members};
use super::{answers, copying, links};
use crate::actions::{Action, Scope, info};
use crate::book::{BookError, Thing, Touched};
use crate::config::{Keys, Lookup};
use crate::domain::ids::CommunityId;
use crate::tui::answer::Answer;
use crate::tui::attendance;
use crate::tui::canvas::{Canvas, PaneId, Target};
use crate::tui::core::{Cx, Here, Layer, Outcome, Pane, Request, Screen, Touch, Wish};
use crate::tui::edit::{Typed, is_sign};
use crate::tui::overlays::{History, Organisations};
use crate::tui::table::Table;
use crate::tui::theme::Tone;
use crate::tui::today::Today;
use crate::tui::works;

impl Home {
    /// Returns the home screen, with all its panes read.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(crate) fn new(cx: &mut Cx<'_>) -> Result<Self, BookError> {
        let mut home = Self {
            communities: Communities::default(),
            members: Members::default(),
            meetups: Meetups::default(),
            detail: Detail::default(),
            head: Head::default(),
            focus: PaneId::Communities,
            list: PaneId::Communities,
            before_view: None,
            is_search_due: false,
            area: Rect::new(0, 0, 80, 23),
            places: Places::default(),
        };
        home.follow(&Touched::everything(), cx)?;
        home.look_as_before(cx);
        home.members.list.top();
        home.meetups.list.top();
        Ok(home)
    }

    /// Performs an action that no pane has handled: about several panes, or about the screen.
    fn act_here(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        match action {
            Action::HistoryHere => self.history_here(cx),
            Action::Today => cx.ask(Request::Show(Box::new(Today::default()))),
            Action::Organisations => {
                let overlay = Organisations::new(cx);
                cx.push(overlay);
            }
            Action::Find => self.begin_search(),
            Action::Back => return self.back(cx),
            Action::PaneCommunities => self.go(PaneId::Communities),
            Action::PaneMembers => self.go(PaneId::Members),
            Action::PaneMeetups => self.go(PaneId::Meetups),
            Action::PaneDetail => self.go(PaneId::Detail),
            Action::NextPane => self.go(PaneId::ALL[(self.focus as usize + 1) % 4]),
            Action::PreviousPane => self.go(PaneId::ALL[(self.focus as usize + 3) % 4]),
            Action::ShowAll => self.show_all(cx),
            Action::Import => answers::ask_for_import(self, cx),
            Action::Export => answers::ask_for_export(self, None, None, cx),
            Action::PublishPage => answers::ask_for_page(cx),
            Action::CheckPage => cx.ask(Request::Begin(works::lint())),
            Action::Handover => answers::hand_over(self, cx),
            Action::Copy => copying::copy_here(self, cx),
            Action::CopyPart => copying::copy_part(self, cx),
            Action::OpenLink => links::open_link(self, cx),
            Action::Columns => self.choose_columns(cx),
            Action::SortNext => self.resort(self.focus, Table::sort_next, cx),
            Action::SortReverse => self.resort(self.focus, Table::turn_round, cx),
            Action::Wider => self.widen(25, cx),
            Action::Narrower => self.widen(-25, cx),
            Action::Views => self.ask_for_view(cx),
            Action::SaveView => self.ask_for_view_name(cx),
            Action::RemoveView => self.ask_for_view_to_remove(cx),
            Action::AddMembers if self.focus == PaneId::Members => answers::ask_for_members(self, "", cx),
            // An action of another pane, from help or the palette: that pane performs it.
            _ => match PaneId::ALL.into_iter().find(|p| p.scope() == info(action).scope && *p != self.focus) {
                Some(pane) => {
                    self.go(pane);
                    return self.act(action, cx);
                }
                None => return Outcome::Ignored,
            },
        }
        Outcome::Done
    }

    fn history_here(&self, cx: &mut Cx<'_>) {
        let thing = self.detail.thing();
        let called = thing.and_then(|thing| cx.note(cx.book.name_of(thing)).flatten());
        let title = called.map_or_else(|| "History".to_owned(), |name| format!("History of {name}"));
        let history = History::new(&title, thing, cx);
        cx.push(history);
    }

    /// Lets a pane handle a touch, and gives it the focus if it was pressed.
    fn touch_pane(&mut self, pane: PaneId, touch: Touch, cx: &mut Cx<'_>) -> Outcome {
        if matches!(touch, Touch::Press { .. }) {
            self.go(pane);
        }
        if let Touch::Press { on: Target::Head(_, column), .. } = touch {
            let name = self.list(pane).and_then(|l| l.table().all.get(column)).map(|c| c.name.clone());
            if let Some(name) = name {
                self.resort(pane, |table| table.sort_by(&name), cx);
            }
            return Outcome::Done;
        }
        let outcome = self.pane_mut(pane).touch(touch);
        if let Touch::Press { on: Target::Row(..), again: true, .. } = touch {
            cx.ask(Request::Act(Action::Open));
        }
        outcome
    }
}

impl Layer for Home {
    fn scope(&self) -> Scope {
        self.focus.scope()
    }

    fn act(&mut self, action: Action, cx: &mut Cx<'_>) -> Outcome {
        self.refresh_matches(cx);
        match self.pane_mut(self.focus).act(action, cx) {
            Outcome::Ignored => self.act_here(action, cx),
            done => done,
        }
    }

    fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<&'static str> {
        let here = self.detail.thing().is_none().then_some("there is nothing under the cursor");
        match action {
            Action::TakeOut | Action::SetStatus if self.members.community.is_none() => Some("select a community first"),
            Action::Remove | Action::Edit | Action::HistoryHere | Action::Copy | Action::CopyPart | Action::OpenLink => here,
            Action::MarkHeld => self.meetups.why_not_held(cx.book.today()),
            _ if info(action).scope == Scope::Attendance => self.detail.attendance().is_none().then_some("move to somebody at a meetup"),
            Action::Roll => self.meetups.selected().is_none().then_some("there is no meetup"),
            Action::AddMembers => None,
            _ if info(action).scope == Scope::Members => self.members.is_nobody().then_some("there is nobody in the list"),
            _ => None,
        }
    }

    fn type_key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Outcome {
        let (focus, scope) = (self.focus, self.focus.scope());
        let Some(list) = self.list_mut(focus).filter(|l| l.find().typing.is_some()) else { return Outcome::Ignored };
        match list.find_mut().key(key) {
            Typed::Changed => {
                self.is_search_due = true;
                Outcome::Done
            }
            Typed::Kept => Outcome::Done,
            // Arrows and the like move in the list while one types; a letter with a modifier must not act on the list.
            Typed::Ignored => {
                let moves = |a: Action| matches!(info(a).scope, Scope::Moving | Scope::Everywhere);
                match cx.keys.lookup(&[key], scope) {
                    Lookup::Action(action) if !is_sign(key) || moves(action) => Outcome::Ignored,
                    _ => Outcome::Done,
                }
            }
        }
    }

    fn other_key(&mut self, key: KeyEvent, cx: &mut Cx<'_>) -> Outcome {
        let elsewhere = PaneId::ALL.into_iter().filter(|p| *p != self.focus).find_map(|pane| match cx.keys.lookup(&[key], pane.scope()) {
            Lookup::Action(action) if info(action).scope == pane.scope() => Some((pane, action)),
            _ => None,
        });
        if let (Some((PaneId::Meetups, action)), PaneId::Detail, Some(Thing::Meetup(_))) = (elsewhere, self.focus, self.detail.thing()) {
            // What works on a meetup in the list also works in its detail.
            return self.detail.act(action, cx);
        }
        if let Some((pane, action)) = elsewhere {
            let (key, there) = (cx.keys.word(action), cx.keys.word(pane.action()));
            cx.say(format!("{key} is a key of the {} ({there}): {}", pane.word(), info(action).name));
        }
        Outcome::Done
    }

    fn takes_text(&self) -> bool {
        self.is_typing()
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_>) -> Outcome {
        if self.is_typing() {
            let focus = self.focus;
            if let Some(list) = self.list_mut(focus) {
                list.find_mut().paste(text);
                self.is_search_due = true;
            }
            return Outcome::Done;
        }
        // Pasted text must never run as keys. Addresses pasted onto the members are offered to be added.
        if self.focus == PaneId::Members && text.contains('@') {
            answers::ask_for_members(self, text, cx);
        } else {
            cx.say("Text is pasted into fields: open one first");
        }
        Outcome::Done
    }

    fn touch(&mut self, touch: Touch, cx: &mut Cx<'_>) -> Outcome {
        self.refresh_matches(cx);
        let (Touch::Press { on, .. } | Touch::Wheel(on, _) | Touch::Drag(on, _) | Touch::Drop(on)) = touch;
        match (touch, on) {
            (Touch::Press { at, .. }, Target::Border(_)) => {
                if let Some(pane) = self.pane_at(at, cx) {
                    self.go(pane);
                }
            }
            (Touch::Drag(_, at), Target::Border(edge)) => self.drag(edge, at, cx),
            (Touch::Drop(_), Target::Border(_)) => cx.remember(),
            (_, Target::Row(pane, _) | Target::Pane(pane) | Target::Head(pane, _) | Target::Bar(pane, ..)) => {
                return self.touch_pane(pane, touch, cx);
            }
            _ => {}
        }
        Outcome::Done
    }

    fn answer(&mut self, answer: Answer, cx: &mut Cx<'_>) -> Result<Outcome, Answer> {
        answers::take(answer, cx)
    }

    fn follow(&mut self, touched: &Touched, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.communities.follow(touched, cx)?;
        // The community may have been renamed or removed.
        let shown = self.members.community.take().map(|(id, _)| id);
        self.members.community = shown.and_then(|id| self.communities.name_of(id).map(|name| (id, name.to_owned())));
        if shown.is_some() && self.members.community.is_none() {
            // The lists then show everybody, so the cursor moves there too.
            self.communities.select_everybody();
            self.members.filter(None, cx)?;
            self.meetups.filter(None, cx)?;
        }
        self.members.follow(touched, cx)?;
        self.meetups.follow(touched, cx)?;
        self.detail.follow(touched, cx)?;
        self.look();
        Ok(())
    }

    fn here(&self) -> Here {
        self.pane(self.focus).here()
    }

    fn prepare(&mut self, area: Rect, cx: &mut Cx<'_>) -> Result<(), BookError> {
        self.refresh_matches(cx);
        self.area = area;
        self.places = places(area, self.focus, &cx.remembered.borders, cx.plain);
        self.head = Head::read(cx);
        // Hidden panes are fitted too, so that their cursors stay; and an error in one pane doesn't keep the others from it.
        let mut result = Ok(());
        for pane in PaneId::ALL {
            let place = self.places.pane(pane);
            if pane != PaneId::Detail || place.is_some() {
                result = result.and(self.pane_mut(pane).prepare(place.unwrap_or_default(), cx));
            }
        }
        result
    }

    fn draw(&self, _: Rect, focused: bool, on: &mut Canvas<'_>) {
        let at = &self.places;
        for pane in PaneId::ALL {
            if let Some(place) = at.pane(pane) {
                self.pane(pane).draw(place, focused && pane == self.focus, on);
            }
        }
        note_borders(at, on.drawn);
        if let Some(place) = at.header {
            head::header(&self.head, self.communities.len(), place, on);
        }
        if let Some(place) = at.tabs {
            head::tabs(self.focus, place, on);
        }
    }
}

impl Screen for Home {
    fn wish(&mut self, wish: Wish, cx: &mut Cx<'_>) -> Result<Outcome, Wish> {
        self.refresh_matches(cx);
        match wish {
            Wish::Select(thing) => self.select(thing, cx),
            Wish::Show(thing) => self.show(thing, cx),
            Wish::Unmark => self.members.unmark(),
            Wish::Filter(community) => self.filter(community, cx),
            Wish::Focus(pane) => self.go(pane),
            Wish::Search(pane, query, look) => self.search(pane, &query, look.as_ref(), cx),
            Wish::View(name) => self.show_named_view(&name, cx),
            Wish::Columns(pane, look) => self.relook(pane, look, cx),
            Wish::Look => self.look(),
            Wish::ImportFile(typed) => answers::rehearse_file(self, &typed, cx),
            Wish::AskForImport => answers::ask_for_import(self, cx),
            Wish::AddMembers(typed) => answers::add_members(self, typed, cx),
            Wish::AskForMembers(typed) => answers::ask_for_members(self, &typed, cx),
            Wish::ExportAs(format) => answers::ask_for_export(self, Some(format), None, cx),
            Wish::ExportList(list) => answers::ask_for_export(self, Some(&list.format), Some(&list), cx),
            Wish::AskForPage => answers::ask_for_page(cx),
            Wish::LookAtPage(typed) => answers::look_at_page(&typed, cx),
        }
        Ok(Outcome::Done)
    }

    fn community(&self) -> Option<CommunityId> {
        self.members.community.as_ref().map(|(id, _)| *id)
    }

    fn remark(&self, keys: &Keys) -> Option<Vec<(String, Tone)>> {
        let find = self.list(self.focus)?.find();
        find.typing.as_ref()?;
        if let Some((_, error)) = &find.error {
            return Some(vec![(format!(" {error}"), Tone::Error)]);
        }
        let back = format!(" {}", keys.word(Action::Back));
        let parts = [
            (" Enter", Tone::Key),
            (" keep the search ", Tone::Dim),
            (&*back, Tone::Key),
            (" end it  ", Tone::Dim),
            ("↑", Tone::Key),
            (" earlier  ", Tone::Dim),
        ];
        Some(parts.map(|(text, tone)| (text.to_owned(), tone)).to_vec())
    }

    fn hints(&self) -> (&'static [Action], &'static [Action]) {
        // Actions on a single item are shown where that item is shown in full.
        const OF_ONE: &[Action] = &[Action::OpenLink, Action::Copy, Action::HistoryHere];
        match self.focus {
            PaneId::Detail if self.detail.attendance().is_some() => (attendance::SHOWN, &[]),
            PaneId::Detail => (OF_ONE, &[]),
            _ => (&[], OF_ONE),
        }
    }
}
