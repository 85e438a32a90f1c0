//! The look and the search of the lists on the home screen: columns, order, views, typed text, one step back.
//!
//! Must not know what is listed.

use super::hall::Home;
use crate::book::{Command, ViewRow};
use crate::remembered::ListLook;
use crate::tui::canvas::PaneId;
use crate::tui::core::{Cx, Outcome, Request, Wish};
use crate::tui::overlays::{Choose, Columns, Prompt};
use crate::tui::table::Table;

/// Returns the look of a view's list.
fn look_of(view: &ViewRow) -> ListLook {
    let columns = view.columns.split(';').map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect();
    ListLook { columns, sort: view.sort.clone() }
}

fn pane_of(view: &ViewRow) -> PaneId {
    PaneId::ALL.into_iter().find(|p| p.word() == view.pane).unwrap_or(PaneId::Members)
}

impl Home {
    /// Starts a search in the focused list, or in the members.
    pub(super) fn begin_search(&mut self) {
        if self.list(self.focus).is_none() {
            self.go(PaneId::Members);
        }
        let focus = self.focus;
        if let Some(list) = self.list_mut(focus) {
            list.find_mut().begin();
        }
    }

    /// Runs the search that was typed, if there is one.
    pub(super) fn refresh_matches(&mut self, cx: &mut Cx<'_>) {
        if !std::mem::take(&mut self.is_search_due) {
            return;
        }
        let focus = self.focus;
        let outcome = self.list_mut(focus).map_or(Outcome::Done, |list| list.searched(cx));
        cx.ask_all(outcome);
    }

    /// Goes one step back: in the pane, or from the detail to its list. In a list with nothing to end it does nothing, so that the next key
    /// applies to what the user is looking at.
    pub(super) fn back(&mut self, cx: &mut Cx<'_>) -> Outcome {
        let focus = self.focus;
        let went = self.pane_mut(focus).back(cx);
        if cx.note(went) == Some(true) {
            if self.list(focus).is_some_and(|l| !l.find().is_active()) {
                self.leave_view(cx);
            }
            if focus == PaneId::Communities {
                self.filter(self.communities.selected(), cx);
            }
            self.look();
            return Outcome::Done;
        }
        match focus {
            PaneId::Detail => self.go(self.list),
            PaneId::Members | PaneId::Meetups | PaneId::Communities => return Outcome::Ignored,
        }
        Outcome::Done
    }

    /// Offers the columns of the focused list.
    pub(super) fn choose_columns(&self, cx: &mut Cx<'_>) {
        match self.list(self.focus) {
            Some(list) => cx.push(Columns::new(self.focus, list.table().clone())),
            None => cx.say("The detail has no columns; move to a list"),
        }
    }

    /// Restores the look of the lists from the last run.
    pub(super) fn look_as_before(&mut self, cx: &mut Cx<'_>) {
        for pane in PaneId::ALL {
            if let Some(look) = cx.remembered.lists.get(pane.word()).cloned() {
                self.show_as(pane, &look, cx);
            }
        }
    }

    fn show_as(&mut self, pane: PaneId, look: &ListLook, cx: &mut Cx<'_>) {
        let Some(list) = self.list_mut(pane) else { return };
        list.table_mut().take(look);
        let read = list.follow(&crate::book::Touched::everything(), cx);
        cx.note(read);
    }

    /// Changes the order of a list, and shows the new one in the footer.
    pub(super) fn resort(&mut self, pane: PaneId, change: impl FnOnce(&mut Table) -> String, cx: &mut Cx<'_>) {
        let Some(mut table) = self.list(pane).map(|l| l.table().clone()) else {
            return cx.say("The detail has no order; move to a list");
        };
        let said = change(&mut table);
        self.relook(pane, table.look(), cx);
        cx.say(said);
    }

    /// Gives a list other columns or another order, and remembers them.
    pub(super) fn relook(&mut self, pane: PaneId, look: ListLook, cx: &mut Cx<'_>) {
        self.show_as(pane, &look, cx);
        let lists = &mut cx.remembered.lists;
        if look == ListLook::default() {
            lists.remove(pane.word());
        } else {
            lists.insert(pane.word().to_owned(), look);
        }
        cx.remember();
        self.look();
    }

    /// Searches a list; for a view, also applies its columns and order.
    pub(super) fn search(&mut self, pane: PaneId, query: &str, look: Option<&ListLook>, cx: &mut Cx<'_>) {
        self.go(pane);
        let Some(list) = self.list_mut(pane) else { return };
        list.find_mut().set(query);
        if let Some(look) = look {
            list.table_mut().take(look);
        }
        let outcome = list.searched(cx);
        if let Some(error) = list.find().error.clone() {
            cx.ask(Request::Complain(error.1));
        }
        cx.ask_all(outcome);
    }

    pub(super) fn ask_for_view(&self, cx: &mut Cx<'_>) {
        let views = cx.book.views();
        let Some(views) = cx.note(views) else { return };
        if views.is_empty() {
            return cx
                .say("There are no views yet: search a list with {find}, then {save view} saves the search, the columns and the order");
        }
        let names = views.iter().map(|v| v.name.clone()).collect();
        let choose = Choose::asking("Views", names, false, |name| Request::Wish(Wish::View(name.to_owned())));
        cx.push(choose.removing(move |name| {
            let id = views.iter().find(|v| v.name == name)?.id;
            Some(Request::Run(Command::RemoveView(id)))
        }));
    }

    /// Shows the view with a name.
    pub(super) fn show_named_view(&mut self, name: &str, cx: &mut Cx<'_>) {
        let views = cx.book.views();
        let Some(views) = cx.note(views) else { return };
        if let Some(view) = views.iter().find(|v| v.name == name) {
            self.show_view(pane_of(view), &view.query, &look_of(view), cx);
        }
    }

    /// Shows a view across all communities, because its query says which community it is about.
    fn show_view(&mut self, pane: PaneId, query: &str, look: &ListLook, cx: &mut Cx<'_>) {
        if pane != PaneId::Communities {
            self.show_everybody(cx);
        }
        let own = self.list(pane).map(|l| l.table().look());
        self.before_view = own.map(|own| (pane, own)).or(self.before_view.take());
        self.search(pane, query, Some(look), cx);
    }

    /// Restores the list's look from before the view, when the view's search ends.
    fn leave_view(&mut self, cx: &mut Cx<'_>) {
        if let Some((pane, own)) = self.before_view.take_if(|(pane, _)| *pane == self.focus) {
            self.show_as(pane, &own, cx);
        }
    }

    pub(super) fn ask_for_view_to_remove(&self, cx: &mut Cx<'_>) {
        let views = cx.book.views();
        let Some(views) = cx.note(views) else { return };
        let names = views.iter().map(|v| v.name.clone()).collect();
        cx.push(Choose::new("View to remove", names, false, move |name| {
            views.iter().find(|v| v.name == name).map(|v| Command::RemoveView(v.id))
        }));
    }

    pub(super) fn ask_for_view_name(&self, cx: &mut Cx<'_>) {
        let pane = if self.focus == PaneId::Detail { self.list } else { self.focus };
        let Some(list) = self.list(pane) else { return };
        let query = list.find().query.clone();
        let (sort, columns) = (list.table().sort_word(), list.table().chosen.join(";"));
        // The selected community is part of what is visible, so it is part of the view.
        let within = self.members.community.as_ref().filter(|_| pane != PaneId::Communities);
        let query = match within {
            Some((_, name)) => {
                let name = name.replace(['"', '\\'], "");
                let rest = if query.contains('|') { format!(" ({query})") } else { format!(" {query}") };
                format!("community:\"{name}\"{}", rest.trim_end())
            }
            None => query,
        };
        let what = if query.is_empty() { format!("this arrangement of the {}", pane.word()) } else { query.clone() };
        cx.push(Prompt::new(&format!("Save this view of {what} as"), "", move |name| {
            Request::Run(Command::SaveView {
                name: name.trim().to_owned(),
                pane: pane.word().into(),
                query: query.clone(),
                sort: sort.clone(),
                columns: columns.clone(),
            })
        }));
    }
}
