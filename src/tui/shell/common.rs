//! What every layer may look at: the book, how the program was set; and what was asked for on the way.
//!
//! Must not know any layer.

use crate::book::Book;
use crate::domain::ids::OpId;
use crate::tui::core::{Cx, Request};
use crate::tui::setup::Setup;

/// What every layer may look at.
pub(super) struct Common {
    pub(super) book: Book,
    pub(super) setup: Setup,
    pub(super) asked: Vec<Request>,
}

impl Common {
    /// What a layer gets with each call; made here and nowhere else.
    pub(super) fn cx(&mut self) -> Cx<'_> {
        let plain = self.setup.theme.is_plain();
        let Setup { config, remembered, paths, .. } = &mut self.setup;
        Cx { book: &mut self.book, keys: &config.keys, remembered, paths, plain, asked: &mut self.asked }
    }

    /// The step that undo would undo, and the one that redo would redo.
    pub(super) fn steps(&self) -> (Option<OpId>, Option<OpId>) {
        self.book.undoable().map_or((None, None), |(undo, redo)| (undo.map(|op| op.id), redo.map(|op| op.id)))
    }
}
