//! How the lists look: their columns and order, the views, and that both are remembered.
//!
//! Must not know what is listed.

use crate::book::{Command, ViewRow};
use crate::remembered::ListLook;
use crate::tui::core::{Cx, Outcome, PaneId, Request};
use crate::tui::overlays::{Choose, Columns, Prompt};
use crate::tui::root::Root;
use crate::tui::table::Table;
use crate::tui::theme::Tone;

/// How a view's list looks.
fn look_of(view: &ViewRow) -> ListLook {
    let columns = view.columns.split(';').map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect();
    ListLook { columns, sort: view.sort.clone() }
}

fn pane_of(view: &ViewRow) -> PaneId {
    PaneId::ALL.into_iter().find(|p| p.word() == view.pane).unwrap_or(PaneId::Members)
}

impl Root {
    /// Offers the columns of the list in focus.
    pub(super) fn choose_columns(&mut self) {
        match self.table_of(self.focus).cloned() {
            Some(table) => self.overlays.push(Box::new(Columns::new(self.focus, table))),
            None => self.say("The detail has no columns; move to a list"),
        }
    }

    /// Gives the lists the look that they were left with.
    pub(super) fn look_as_before(&mut self) {
        for pane in PaneId::ALL {
            if let Some(look) = self.setup.remembered.lists.get(pane.word()).cloned() {
                self.show_as(pane, &look);
            }
        }
    }

    fn show_as(&mut self, pane: PaneId, look: &ListLook) {
        self.take_look(pane, look);
        let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
        let result = match pane {
            PaneId::Communities => self.communities.refresh(&mut cx),
            PaneId::Members => self.members.refresh(&mut cx),
            PaneId::Meetups => self.meetups.refresh(&mut cx),
            PaneId::Detail => Ok(()),
        };
        self.note(result);
    }

    pub(super) fn table_of(&self, pane: PaneId) -> Option<&Table> {
        match pane {
            PaneId::Communities => Some(&self.communities.table),
            PaneId::Members => Some(&self.members.table),
            PaneId::Meetups => Some(&self.meetups.table),
            PaneId::Detail => None,
        }
    }

    fn take_look(&mut self, pane: PaneId, look: &ListLook) {
        match pane {
            PaneId::Communities => self.communities.table.take(look),
            PaneId::Members => self.members.table.take(look),
            PaneId::Meetups => self.meetups.table.take(look),
            PaneId::Detail => {}
        }
    }

    /// Sorts a list otherwise, and says how.
    pub(super) fn resort(&mut self, pane: PaneId, change: impl FnOnce(&mut Table) -> String) {
        let Some(mut table) = self.table_of(pane).cloned() else {
            self.say("The detail has no order; move to a list");
            return;
        };
        let said = change(&mut table);
        self.relook(pane, table.look());
        self.toast = Some((said, Tone::Plain));
    }

    /// Shows a list with other columns or in another order, from now on.
    pub(super) fn relook(&mut self, pane: PaneId, look: ListLook) {
        self.show_as(pane, &look);
        let lists = &mut self.setup.remembered.lists;
        if look == ListLook::default() {
            lists.remove(pane.word());
        } else {
            lists.insert(pane.word().to_owned(), look);
        }
        self.remember();
        self.look();
    }

    /// Keeps how the screen is left. Where that can't be written nothing is lost but the look.
    pub fn remember(&self) {
        let _ = self.setup.remembered.keep(&self.setup.paths.state);
    }

    /// Searches a list; as a view, in its columns and order too.
    pub(super) fn search(&mut self, pane: PaneId, query: &str, look: Option<&ListLook>) {
        self.go(pane);
        if let Some(find) = self.find_line() {
            find.set(query);
        }
        if let Some(look) = look {
            self.take_look(pane, look);
        }
        self.searched();
        if let Some(error) = self.find_line().and_then(|f| f.error.clone()) {
            self.toast = Some((error, Tone::Error));
        }
    }

    pub(super) fn ask_for_view(&mut self) {
        let views = self.book.views();
        let Some(views) = self.note(views) else { return };
        if views.is_empty() {
            self.say("There are no views yet: search a list with {find}, then {save view} saves the search, the columns and the order");
            return;
        }
        let names = views.iter().map(|v| v.name.clone()).collect();
        let choose = Choose::asking("Views", names, false, |name| Request::NamedView(name.to_owned()));
        self.overlays.push(Box::new(choose.removing(move |name| {
            let id = views.iter().find(|v| v.name == name)?.id;
            Some(Request::Run(Command::RemoveView(id)))
        })));
    }

    /// Shows the view of a name.
    pub(super) fn show_named_view(&mut self, name: &str) {
        let views = self.book.views();
        let Some(views) = self.note(views) else { return };
        if let Some(view) = views.iter().find(|v| v.name == name) {
            self.show_view(pane_of(view), &view.query, &look_of(view));
        }
    }

    /// Shows a view: of everybody or every meetup, for its query says which community it is about.
    fn show_view(&mut self, pane: PaneId, query: &str, look: &ListLook) {
        if pane != PaneId::Communities {
            self.communities.find.clear();
            self.communities.select_everybody();
            self.settle(Outcome::ask(Request::Filter(None)));
        }
        let own = self.table_of(pane).map(Table::look);
        self.before_view = own.map(|own| (pane, own)).or(self.before_view.take());
        self.search(pane, query, Some(look));
    }

    /// When the search of a view ends, its list looks again as the lead had it.
    pub(super) fn leave_view(&mut self) {
        if let Some((pane, own)) = self.before_view.take_if(|(pane, _)| *pane == self.focus) {
            self.show_as(pane, &own);
        }
    }

    pub(super) fn ask_for_view_to_remove(&mut self) {
        let views = self.book.views();
        let Some(views) = self.note(views) else { return };
        let names = views.iter().map(|v| v.name.clone()).collect();
        self.overlays.push(Box::new(Choose::new("View to remove", names, false, move |name| {
            views.iter().find(|v| v.name == name).map(|v| Command::RemoveView(v.id))
        })));
    }

    pub(super) fn ask_for_view_name(&mut self) {
        let pane = if self.focus == PaneId::Detail { self.list } else { self.focus };
        let query = match pane {
            PaneId::Communities => self.communities.find.query.clone(),
            PaneId::Meetups => self.meetups.find.query.clone(),
            _ => self.members.find.query.clone(),
        };
        let Some(table) = self.table_of(pane) else { return };
        let (sort, columns) = (table.sort_word(), table.chosen.join(";"));
        // The community that is selected is a part of what is seen, so it is a part of the view.
        let within = self.members.community.as_ref().filter(|_| pane != PaneId::Communities);
        let query = match within {
            Some((_, name)) => {
                let name = name.replace(['"', '\\'], "");
                let rest = if query.contains('|') { format!(" ({query})") } else { format!(" {query}") };
                format!("community:\"{name}\"{}", rest.trim_end())
            }
            None => query,
        };
        let what = if query.is_empty() { format!("this look of the {}", pane.word()) } else { query.clone() };
        self.overlays.push(Box::new(Prompt::new(&format!("Save {what} as"), "", move |name| {
            Request::Run(Command::SaveView {
                name: name.trim().to_owned(),
                pane: pane.word().into(),
                query: query.clone(),
                sort: sort.clone(),
                columns: columns.clone(),
            })
        })));
    }
}
