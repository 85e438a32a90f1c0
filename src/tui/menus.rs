//! What the root puts on top by itself: help, the palette, histories.
//!
//! Must not know what the actions do.

use crate::actions::{ACTIONS, Action, ActionInfo, Scope};
use crate::book::Thing;
use crate::tui::core::{Outcome, PaneId, Request};
use crate::tui::overlays::{Entry, Help, History, Organisations, Palette};
use crate::tui::root::{Root, Then};
use crate::tui::theme::Tone;

impl Root {
    pub(super) fn help(&mut self) {
        let mut scopes = self.scope().working().to_vec();
        scopes.extend(Scope::ALL.iter().filter(|s| !scopes.contains(s)).copied().collect::<Vec<_>>());
        let about = vec![format!("Guildhall {}", env!("CARGO_PKG_VERSION"))];
        let about = about.into_iter().chain(self.setup.paths.lines()).collect::<Vec<_>>();
        let backups = format!("{:<14} {}", "backups", self.book.backup_folder().display());
        let about = about.into_iter().chain([backups]).collect();
        self.overlays.push(Box::new(Help::new(scopes, about, self.keys().clone())));
    }

    /// Why an action can't run now, if so. Every action has its line.
    pub(super) fn reasons(&self) -> impl Fn(Action) -> Option<&'static str> + use<> {
        let undoable = self.book.undoable().map_or((false, false), |(u, r)| (u.is_some(), r.is_some()));
        let (in_community, nothing, no_meetup) =
            (self.members.community.is_some(), self.detail.thing().is_none(), self.meetups.selected().is_none());
        let nobody = self.members.is_nobody();
        let here = move || nothing.then_some("there is nothing under the cursor");
        let somebody = move || nobody.then_some("there is nobody in the list");
        // In an overlay, and of overlays: what has no key there can't be asked for.
        let home = [Scope::Communities, Scope::Members, Scope::Meetups, Scope::Detail];
        let works = |s: Scope| {
            if self.overlays.is_empty() { home.iter().any(|h| h.working().contains(&s)) } else { self.scope().working().contains(&s) }
        };
        let elsewhere: Vec<Scope> = Scope::ALL.iter().copied().filter(|s| !works(*s)).collect();
        move |a: Action| match a {
            _ if elsewhere.contains(&crate::actions::info(a).scope) => Some(crate::actions::info(a).scope.heading()),
            Action::Undo => (!undoable.0).then_some("there is nothing to undo"),
            Action::Redo => (!undoable.1).then_some("there is nothing to redo"),
            Action::TakeOut | Action::SetStatus => (!in_community).then_some("select a community first"),
            Action::Remove | Action::Edit | Action::HistoryHere | Action::Copy | Action::CopyPart | Action::OpenLink => here(),
            Action::Roll => no_meetup.then_some("there is no meetup"),
            Action::Mark | Action::MarkAll | Action::MarkRange | Action::PutInto => somebody(),
            Action::SetOrganisation | Action::SetDiscipline | Action::SetField | Action::SetConsent => somebody(),
            Action::AddTag | Action::RemoveTag | Action::StopMail => somebody(),
            // These can always be asked for.
            Action::Help | Action::Palette | Action::Find | Action::New | Action::History | Action::Organisations => None,
            Action::Import | Action::Export | Action::PublishPage | Action::CheckPage | Action::Handover | Action::CheckFile => None,
            Action::ShowAll | Action::PaneCommunities | Action::PaneMembers | Action::PaneMeetups | Action::PaneDetail => None,
            Action::NextPane | Action::PreviousPane | Action::Back | Action::Open | Action::AddMembers => None,
            Action::Views | Action::SaveView | Action::RemoveView | Action::Columns | Action::SortNext | Action::SortReverse => None,
            Action::Wider | Action::Narrower | Action::Reload | Action::Suspend | Action::Quit => None,
            Action::Down | Action::Up | Action::PageDown | Action::PageUp | Action::First | Action::Last => None,
            Action::QuitAtOnce | Action::Take | Action::Save | Action::NextField | Action::PreviousField | Action::NewLine => None,
            Action::Yes | Action::Replace | Action::LeaveOut | Action::Mend | Action::NextPage | Action::CopyText => None,
            Action::BackToHere | Action::ShowColumn | Action::ColumnLater | Action::ColumnEarlier | Action::SortByThis => None,
            Action::RemoveThis | Action::AddOrganisation | Action::FindPeople | Action::Tick => None,
            Action::StartSample | Action::StartImport | Action::StartEmpty => None,
        }
    }

    pub(super) fn palette(&mut self) {
        let why_not = self.reasons();
        let movement = |a: &&ActionInfo| a.scope != Scope::Moving && !matches!(a.action, Action::Palette | Action::Back);
        let mut entries: Vec<Entry> = ACTIONS.iter().filter(movement).map(|info| Entry { info, why_not: why_not(info.action) }).collect();
        let recent = &self.setup.remembered.recent;
        let age = |a: Action| recent.iter().rev().position(|r| r == crate::actions::info(a).name).unwrap_or(usize::MAX);
        let elsewhere = |e: &Entry| e.why_not == Some(e.info.scope.heading());
        entries.sort_by_key(|e| (elsewhere(e), age(e.info.action)));
        self.overlays.push(Box::new(Palette::new(entries, self.keys().clone())));
    }

    pub(super) fn organisations(&mut self) {
        let overlay = Organisations::new(&mut self.cx());
        self.overlays.push(Box::new(overlay));
    }

    pub(super) fn history(&mut self) {
        let history = History::new("History", None, &mut self.cx());
        self.overlays.push(Box::new(history));
    }

    pub(super) fn history_here(&mut self) {
        let thing = self.detail.thing();
        let title = match thing {
            Some(Thing::Person(_)) => "History of this person",
            Some(Thing::Community(_)) => "History of this community",
            Some(Thing::Meetup(_)) => "History of this meetup",
            _ => "History",
        };
        let history = History::new(title, thing, &mut self.cx());
        self.overlays.push(Box::new(history));
    }

    pub(super) fn reload(&mut self) {
        let result = self.refresh();
        self.note(result);
        self.then = Then::Redraw;
    }

    /// Shows everybody and every meetup, whatever the community.
    pub(super) fn show_all(&mut self) {
        self.communities.find.clear();
        self.communities.select_everybody();
        self.settle(Outcome::Ask(vec![Request::Filter(None), Request::Look]));
    }

    /// Quits; while something is under way, only when asked twice.
    pub(super) fn quit(&mut self) {
        if self.work.is_waited_for() && !self.quits {
            self.quits = true;
            self.say("Something is under way: {back} stops it; {quit} again quits, and none of it is kept");
            return;
        }
        self.then = Then::Quit;
    }

    pub(super) fn check_file(&mut self) {
        self.toast = Some(("Looking through the file …".into(), Tone::Dim));
        self.work.check(&self.book);
    }

    pub(super) fn act_in(&mut self, pane: PaneId, action: Action) {
        if self.focus != pane {
            self.go(pane);
            self.act(action);
        }
    }
}
