//! The stack of overlays, each with a number of its own, so that what one asked for closes that one and no other.
//!
//! Must not know any overlay.

use crate::tui::core::Overlay;

/// An overlay's number; never used twice in a run.
pub(super) type LayerId = u64;

/// The overlays, the topmost last.
#[derive(Default)]
pub(super) struct Stack {
    layers: Vec<(LayerId, Box<dyn Overlay>)>,
    next: LayerId,
}

impl Stack {
    /// Puts one on top.
    pub(super) fn push(&mut self, overlay: Box<dyn Overlay>) {
        self.next += 1;
        self.layers.push((self.next, overlay));
    }

    /// Takes the topmost off for a while; [`Stack::put_back`] returns it.
    pub(super) fn lift(&mut self) -> Option<(LayerId, Box<dyn Overlay>)> {
        self.layers.pop()
    }

    /// Puts back what was lifted.
    pub(super) fn put_back(&mut self, layer: (LayerId, Box<dyn Overlay>)) {
        self.layers.push(layer);
    }

    /// Closes one, wherever it lies.
    pub(super) fn close(&mut self, id: Option<LayerId>) {
        self.layers.retain(|(layer, _)| Some(*layer) != id);
    }

    /// Closes the topmost.
    pub(super) fn close_top(&mut self) {
        self.layers.pop();
    }

    /// The one of a number.
    pub(super) fn get_mut(&mut self, id: Option<LayerId>) -> Option<&mut Box<dyn Overlay>> {
        self.layers.iter_mut().find(|(layer, _)| Some(*layer) == id).map(|(_, o)| o)
    }

    /// The topmost.
    #[must_use]
    pub(super) fn last(&self) -> Option<&dyn Overlay> {
        self.layers.last().map(|(_, o)| &**o)
    }

    /// The topmost, to change it.
    pub(super) fn last_mut(&mut self) -> Option<&mut Box<dyn Overlay>> {
        self.layers.last_mut().map(|(_, o)| o)
    }

    /// Whether there is none.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// All, from the bottom.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn Overlay> {
        self.layers.iter().map(|(_, o)| &**o)
    }

    /// All, to change them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Box<dyn Overlay>> {
        self.layers.iter_mut().map(|(_, o)| o)
    }
}
