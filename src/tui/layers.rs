//! The stack of screens, and the overlays on the top screen. Each has a number, so that an answer goes only to the layer that asked.
//!
//! Must not know any screen or overlay.

use crate::tui::answer::LayerId;
use crate::tui::core::{Layer, Screen};

/// The number of the home screen.
pub(super) const HOME: LayerId = 0;

/// The stack of layers.
pub(super) struct Layers {
    screens: Vec<(LayerId, Box<dyn Screen>)>,
    overlays: Vec<(LayerId, Box<dyn Layer>)>,
    next: LayerId,
}

impl Layers {
    /// Returns the stack with only the home screen, which is never closed.
    pub(super) fn on(home: Box<dyn Screen>) -> Self {
        Self { screens: vec![(HOME, home)], overlays: Vec::new(), next: HOME }
    }

    /// Opens an overlay on top.
    pub(super) fn push(&mut self, overlay: Box<dyn Layer>) {
        self.next += 1;
        self.overlays.push((self.next, overlay));
    }

    /// Shows a screen; closes the overlays of the previous one.
    pub(super) fn show(&mut self, screen: Box<dyn Screen>) {
        self.next += 1;
        self.overlays.clear();
        self.screens.push((self.next, screen));
    }

    /// Closes a layer, wherever it is in the stack, but never the home screen.
    pub(super) fn close(&mut self, id: LayerId) {
        self.overlays.retain(|(layer, _)| *layer != id);
        self.screens.retain(|(layer, _)| *layer != id || *layer == HOME);
    }

    /// Closes all overlays.
    pub(super) fn close_all(&mut self) {
        self.overlays.clear();
    }

    /// Returns the top layer and its number.
    pub(super) fn top(&mut self) -> (LayerId, &mut dyn Layer) {
        // INVARIANT: the home screen is never closed.
        let at = self.screens.len() - 1;
        match (self.overlays.last_mut(), &mut self.screens[at]) {
            (Some((id, overlay)), _) => (*id, &mut **overlay),
            (None, (id, screen)) => (*id, &mut **screen),
        }
    }

    /// Returns the top layer, read-only.
    pub(super) fn top_ref(&self) -> &dyn Layer {
        match self.overlays.last() {
            Some((_, overlay)) => &**overlay,
            None => self.screen(),
        }
    }

    /// Returns the number of the top layer.
    pub(super) fn top_id(&self) -> LayerId {
        self.overlays.last().map_or_else(|| self.screen_id(), |(id, _)| *id)
    }

    /// Returns the layer with a number.
    pub(super) fn by_id(&mut self, id: LayerId) -> Option<&mut dyn Layer> {
        self.all_mut().find(|(layer, _)| *layer == id).map(|(_, layer)| layer)
    }

    /// Closes an overlay after its step, unless [`Layer::stays`].
    pub(super) fn close_unless_it_stays(&mut self, id: LayerId) {
        self.overlays.retain(|(layer, overlay)| *layer != id || overlay.stays());
    }

    /// Opens an overlay directly above a layer, below the others; above the screen if that layer is no overlay.
    pub(super) fn push_below(&mut self, over: LayerId, overlay: Box<dyn Layer>) {
        self.next += 1;
        let at = self.overlays.iter().position(|(layer, _)| *layer == over).map_or(0, |at| at + 1);
        self.overlays.insert(at, (self.next, overlay));
    }

    /// Returns the visible screen, to change it.
    pub(super) fn screen_mut(&mut self) -> &mut dyn Screen {
        // INVARIANT: the home screen is never closed.
        let at = self.screens.len() - 1;
        &mut *self.screens[at].1
    }

    /// Returns the visible screen.
    pub(super) fn screen(&self) -> &dyn Screen {
        &*self.screens[self.screens.len() - 1].1
    }

    /// Returns the number of the visible screen.
    pub(super) fn screen_id(&self) -> LayerId {
        self.screens[self.screens.len() - 1].0
    }

    /// Goes back to the home screen; returns whether another screen was visible.
    pub(super) fn go_home(&mut self) -> bool {
        let away = self.screens.len() > 1;
        self.screens.truncate(1);
        if away {
            self.overlays.clear();
        }
        away
    }

    /// Returns whether no overlay is open.
    pub(super) const fn is_bare(&self) -> bool {
        self.overlays.is_empty()
    }

    /// Returns the overlays, from the bottom up.
    pub(super) fn overlays(&self) -> impl DoubleEndedIterator<Item = &dyn Layer> {
        self.overlays.iter().map(|(_, o)| &**o)
    }

    /// Returns all layers with their numbers, screens first.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (LayerId, &mut dyn Layer)> {
        as_layers(&mut self.screens, &mut self.overlays)
    }

    /// Returns the visible layers with their numbers: the top screen, then the overlays.
    pub(super) fn showing_mut(&mut self) -> impl Iterator<Item = (LayerId, &mut dyn Layer)> {
        let shown = self.screens.len() - 1;
        as_layers(&mut self.screens[shown..], &mut self.overlays)
    }
}

fn as_layers<'l>(
    screens: &'l mut [(LayerId, Box<dyn Screen>)],
    overlays: &'l mut [(LayerId, Box<dyn Layer>)],
) -> impl Iterator<Item = (LayerId, &'l mut dyn Layer)> {
    let screens = screens.iter_mut().map(|(id, screen)| {
        let layer: &mut dyn Layer = &mut **screen;
        (*id, layer)
    });
    let overlays = overlays.iter_mut().map(|(id, overlay)| {
        let layer: &mut dyn Layer = &mut **overlay;
        (*id, layer)
    });
    screens.chain(overlays)
}
