//! The positions of the panes on the home screen: side by side where there is room, folded where there isn't.
//!
//! Must not know what is in them.

use ratatui::layout::Rect;

use crate::remembered::Borders;
use crate::tui::canvas::PaneId;

/// The positions in one frame. A pane without one isn't visible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The head line.
    pub header: Option<Rect>,
    /// The line of tabs, where only one pane is visible.
    pub tabs: Option<Rect>,
    /// The panes, in the order of [`PaneId::ALL`].
    panes: [Option<Rect>; 4],
}

impl Places {
    /// Returns the area of a pane.
    #[must_use]
    pub(super) fn pane(&self, pane: PaneId) -> Option<Rect> {
        self.panes[pane as usize]
    }
}

/// The minimum width for all four panes.
const WIDE: u16 = 104;
/// The minimum width for communities beside the others.
const MIDDLE: u16 = 64;
/// The minimum height for members and meetups one above the other.
const TALL: u16 = 13;

/// Returns `wanted` thousandths of a length, or `own` if there are none, within bounds.
fn share(of: u16, wanted: Option<u16>, own: u16, least: u16, most: u16) -> u16 {
    let part = wanted.map_or(own, |w| u16::try_from(u32::from(of) * u32::from(w.min(1000)) / 1000).unwrap_or(own));
    part.clamp(least.min(most), most)
}

/// Returns the positions for an area of any size; only one list where `one` is set.
#[must_use]
pub(super) fn places(area: Rect, focus: PaneId, borders: &Borders, one: bool) -> Places {
    let mut out = Places::default();
    let mut body = area;
    if area.height >= 7 && !one {
        out.header = Some(Rect { height: 1, ..body });
        body = Rect { y: body.y + 1, height: body.height - 1, ..body };
    }
    if one || area.width < MIDDLE {
        if body.height >= 6 && !one {
            out.tabs = Some(Rect { height: 1, ..body });
            body = Rect { y: body.y + 1, height: body.height - 1, ..body };
        }
        out.panes[focus as usize] = Some(body);
        return out;
    }
    let left = share(area.width, borders.left, (area.width * 23 / 100).clamp(24, 36), 14, area.width / 2);
    out.panes[PaneId::Communities as usize] = Some(Rect { width: left, ..body });
    let mut middle = Rect { x: body.x + left, width: body.width - left, ..body };
    if area.width >= WIDE {
        let own = (area.width * 27 / 100).clamp(32, 60);
        let right = share(area.width, borders.right, own, 16, middle.width.saturating_sub(30));
        middle.width -= right;
        out.panes[PaneId::Detail as usize] = Some(Rect { x: middle.right(), width: right, ..body });
    } else if focus == PaneId::Detail {
        out.panes[PaneId::Detail as usize] = Some(middle);
        return out;
    }
    if middle.height < TALL {
        let one = if focus == PaneId::Meetups { PaneId::Meetups } else { PaneId::Members };
        out.panes[one as usize] = Some(middle);
        return out;
    }
    let low = share(middle.height, borders.low, (middle.height * 36 / 100).max(5), 4, middle.height - 5);
    out.panes[PaneId::Members as usize] = Some(Rect { height: middle.height - low, ..middle });
    out.panes[PaneId::Meetups as usize] = Some(Rect { y: middle.bottom() - low, height: low, ..middle });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_focused_pane_always_has_a_place_inside_the_screen() {
        for width in 1..=200 {
            for height in 1..=60 {
                let area = Rect::new(0, 0, width, height);
                for (n, focus) in PaneId::ALL.into_iter().enumerate() {
                    let wild = [None, Some(0), Some(1000), Some(437)][(n + usize::from(width)) % 4];
                    let p = places(area, focus, &Borders { left: wild, right: wild, low: wild }, n == 2 && height % 7 == 0);
                    assert!(p.pane(focus).is_some(), "{width}×{height}");
                    for place in p.panes.into_iter().chain([p.header, p.tabs]).flatten() {
                        assert_eq!(place.intersection(area), place, "{width}×{height}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_wide_screen_shows_all_and_a_narrow_one_the_focused() {
        let shown = |w, h, focus| {
            PaneId::ALL.into_iter().filter(|p| places(Rect::new(0, 0, w, h), focus, &Borders::default(), false).pane(*p).is_some()).count()
        };
        assert_eq!(shown(120, 30, PaneId::Members), 4);
        assert_eq!(shown(80, 24, PaneId::Members), 3);
        assert_eq!(shown(40, 10, PaneId::Members), 1);
    }
}
