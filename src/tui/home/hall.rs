//! The state of the home screen: three lists and a detail, which of them has the focus, and how to move between them.
//!
//! Must not know what is in a pane, nor what its actions do.

use ratatui::layout::Rect;

use super::head::Head;
use super::layout::{Places, places};
use super::panes::{Communities, Detail, List, Meetups, Members};
use crate::book::Thing;
use crate::domain::ids::CommunityId;
use crate::domain::text;
use crate::remembered::ListLook;
use crate::tui::canvas::{Drawn, Edge, PaneId, Target};
use crate::tui::core::{Cx, Pane};

/// The home screen.
pub(crate) struct Home {
    pub(super) communities: Communities,
    pub(super) members: Members,
    pub(super) meetups: Meetups,
    pub(super) detail: Detail,
    pub(super) head: Head,
    pub(super) focus: PaneId,
    /// The list whose cursor the detail follows.
    pub(super) list: PaneId,
    /// The look of a list before a view was shown in it.
    pub(super) before_view: Option<(PaneId, ListLook)>,
    /// Whether a typed search hasn't run yet. It runs once for all that is typed in one go.
    pub(super) is_search_due: bool,
    /// The area of the screen in the last frame, and the positions of its parts.
    pub(super) area: Rect,
    pub(super) places: Places,
}

impl Home {
    /// Returns a pane.
    pub(super) fn pane(&self, pane: PaneId) -> &dyn Pane {
        match pane {
            PaneId::Communities => &self.communities,
            PaneId::Members => &self.members,
            PaneId::Meetups => &self.meetups,
            PaneId::Detail => &self.detail,
        }
    }

    pub(super) fn pane_mut(&mut self, pane: PaneId) -> &mut dyn Pane {
        match pane {
            PaneId::Communities => &mut self.communities,
            PaneId::Members => &mut self.members,
            PaneId::Meetups => &mut self.meetups,
            PaneId::Detail => &mut self.detail,
        }
    }

    /// Returns a pane that lists things.
    pub(super) fn list(&self, pane: PaneId) -> Option<&dyn List> {
        match pane {
            PaneId::Communities => Some(&self.communities),
            PaneId::Members => Some(&self.members),
            PaneId::Meetups => Some(&self.meetups),
            PaneId::Detail => None,
        }
    }

    pub(super) fn list_mut(&mut self, pane: PaneId) -> Option<&mut dyn List> {
        match pane {
            PaneId::Communities => Some(&mut self.communities),
            PaneId::Members => Some(&mut self.members),
            PaneId::Meetups => Some(&mut self.meetups),
            PaneId::Detail => None,
        }
    }

    /// Returns whether the search of the focused list is being typed.
    pub(super) fn is_typing(&self) -> bool {
        self.list(self.focus).is_some_and(|l| l.find().typing.is_some())
    }

    /// Makes the detail show what is under the cursor.
    pub(super) fn look(&mut self) {
        let of = |pane: PaneId| self.pane(pane).thing();
        let community = || of(PaneId::Communities);
        let thing = match self.list {
            PaneId::Communities => community().or_else(|| of(PaneId::Members)),
            other => of(other).or_else(community),
        };
        self.detail.look(thing);
    }

    /// Focuses a pane.
    pub(super) fn go(&mut self, pane: PaneId) {
        // A search that loses the focus stays in use, but is no longer edited.
        let focus = self.focus;
        if pane != focus
            && let Some(list) = self.list_mut(focus)
        {
            list.find_mut().keep();
        }
        self.focus = pane;
        if pane != PaneId::Detail {
            self.list = pane;
            self.look();
        }
    }

    /// Shows the members and meetups of a community, or all.
    pub(super) fn filter(&mut self, community: Option<CommunityId>, cx: &mut Cx<'_>) {
        let named = community.and_then(|id| self.communities.name_of(id).map(|n| (id, n.to_owned())));
        let members = self.members.filter(named, cx);
        let meetups = self.meetups.filter(community, cx);
        if let Some(dropped @ 1..) = cx.note(members) {
            cx.say(format!("{} cleared: marks belong to one list", text::count(dropped as u64, "mark", "marks")));
        }
        cx.note(meetups);
    }

    /// Shows everybody and every meetup, whatever the community.
    pub(super) fn show_all(&mut self, cx: &mut Cx<'_>) {
        self.show_everybody(cx);
        self.look();
    }

    pub(super) fn show_everybody(&mut self, cx: &mut Cx<'_>) {
        let cleared = self.communities.back(cx);
        cx.note(cleared);
        self.communities.select_everybody();
        self.filter(None, cx);
    }

    /// Moves to a thing, wherever it is.
    pub(super) fn select(&mut self, thing: Thing, cx: &mut Cx<'_>) {
        let pane = match thing {
            Thing::Community(id) => {
                let cleared = self.communities.back(cx);
                cx.note(cleared);
                let found = self.communities.select(thing, cx);
                cx.note(found);
                self.filter(Some(id), cx);
                return self.go(PaneId::Communities);
            }
            Thing::Person(_) => PaneId::Members,
            Thing::Meetup(_) => PaneId::Meetups,
            Thing::Organisation(_) => return,
        };
        let found = self.pane_mut(pane).select(thing, cx);
        if cx.note(found) == Some(false) {
            self.show_everybody(cx);
            let again = self.pane_mut(pane).select(thing, cx);
            cx.note(again);
        }
        self.go(pane);
    }

    /// Moves the cursor to a thing if it is in the visible list; otherwise changes nothing.
    pub(super) fn show(&mut self, thing: Thing, cx: &mut Cx<'_>) {
        let pane = match thing {
            Thing::Community(id) if self.communities.selected() != Some(id) => return self.select(thing, cx),
            Thing::Person(_) => PaneId::Members,
            Thing::Meetup(_) => PaneId::Meetups,
            Thing::Community(_) | Thing::Organisation(_) => return,
        };
        let found = self.pane_mut(pane).select(thing, cx);
        cx.note(found);
        self.look();
    }

    /// Returns the pane at a position of the screen.
    pub(super) fn pane_at(&self, (x, y): (u16, u16), cx: &Cx<'_>) -> Option<PaneId> {
        let at = places(self.area, self.focus, &cx.remembered.borders, cx.plain);
        PaneId::ALL.into_iter().find(|p| at.pane(*p).is_some_and(|r| r.contains((x, y).into())))
    }

    /// Moves a border to where the mouse is.
    pub(super) fn drag(&self, edge: Edge, (x, y): (u16, u16), cx: &mut Cx<'_>) {
        let share = |part: u16, whole: u16| u16::try_from(u32::from(part) * 1000 / u32::from(whole.max(1))).unwrap_or(1000);
        let Rect { width, height, .. } = self.area;
        let borders = &mut cx.remembered.borders;
        match edge {
            Edge::Left => borders.left = Some(share(x, width)),
            Edge::Right => borders.right = Some(share(width.saturating_sub(x), width)),
            Edge::Low => borders.low = Some(share(height.saturating_sub(y), height.saturating_sub(1))),
        }
    }

    /// Gives the focused pane more room, or less.
    pub(super) fn widen(&self, step: i16, cx: &mut Cx<'_>) {
        let Some(place) = places(self.area, self.focus, &cx.remembered.borders, false).pane(self.focus) else { return };
        let share = |part: u16, whole: u16| i16::try_from(u32::from(part) * 1000 / u32::from(whole.max(1))).unwrap_or(1000);
        let grown = |share: i16| Some(u16::try_from((share + step).clamp(0, 1000)).unwrap_or(0));
        let Rect { width, height, .. } = self.area;
        let borders = &mut cx.remembered.borders;
        match self.focus {
            PaneId::Communities => borders.left = grown(share(place.width, width)),
            PaneId::Detail => borders.right = grown(share(place.width, width)),
            PaneId::Meetups => borders.low = grown(share(place.height, height.saturating_sub(1))),
            PaneId::Members => {
                let low = 1000 - share(place.height, height.saturating_sub(1));
                borders.low = Some(u16::try_from((low - step).clamp(0, 1000)).unwrap_or(0));
            }
        }
        cx.remember();
    }
}

/// Notes where the borders can be dragged.
pub(super) fn note_borders(at: &Places, drawn: &mut Drawn) {
    // Where there is a scroll bar, a click goes to it, not to the border.
    let bars = drawn.bars();
    let mut column = |x: u16, y: u16, height: u16, edge: Edge| drawn.hit(Rect::new(x, y, 1, height), Target::Border(edge));
    let all = [PaneId::Communities, PaneId::Members, PaneId::Meetups, PaneId::Detail].map(|p| at.pane(p));
    let [communities, members, meetups, detail] = all;
    if let (Some(c), Some(m)) = (communities, members.or(meetups).or(detail)) {
        column(c.right().saturating_sub(1), c.y, c.height, Edge::Left);
        column(m.x, c.y, c.height, Edge::Left);
    }
    if let (Some(d), Some(m)) = (detail, members.or(meetups)) {
        column(m.right().saturating_sub(1), d.y, d.height, Edge::Right);
        column(d.x, d.y, d.height, Edge::Right);
    }
    if let (Some(above), Some(below)) = (members, meetups) {
        let width = below.width.saturating_sub(2);
        drawn.hit(Rect::new(below.x + 1, below.y, width, 1), Target::Border(Edge::Low));
        drawn.hit(Rect::new(below.x + 1, above.bottom().saturating_sub(1), width, 1), Target::Border(Edge::Low));
    }
    for (place, bar) in bars {
        drawn.hit(place, bar);
    }
}
