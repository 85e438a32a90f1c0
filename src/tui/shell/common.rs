//! What every layer can use: the book, the settings, and the requests made so far.
//!
//! Must not know any layer.

use crate::book::Book;
use crate::domain::ids::OpId;
use crate::tui::core::{Cx, Request};
use crate::tui::setup::Setup;

/// What every layer can use.
pub(super) struct Common {
    pub(super) book: Book,
    pub(super) setup: Setup,
    pub(super) asked: Vec<Request>,
}

impl Common {
    /// Returns the context for a call to a layer. Only this function creates one.
    pub(super) fn cx(&mut self) -> Cx<'_> {
        let plain = self.setup.theme.is_plain();
        let Setup { config, remembered, paths, .. } = &mut self.setup;
        Cx { book: &mut self.book, keys: &config.keys, remembered, paths, plain, asked: &mut self.asked }
    }

    /// Returns the steps that undo and redo would apply to.
    pub(super) fn steps(&self) -> (Option<OpId>, Option<OpId>) {
        self.book.undoable().map_or((None, None), |(undo, redo)| (undo.map(|op| op.id), redo.map(|op| op.id)))
    }
}
