//! Unsaved forms, kept while one types and offered when the program starts again.
//!
//! Must not know what is in a form, nor where it is kept.

use crate::book::Draft;
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId, SeatId};
use crate::tui::core::{Cx, Request, Subject};
use crate::tui::forms;
use crate::tui::overlays::{Choose, Message};
use crate::tui::root::Root;

const GO_ON: &str = "go on with it";
const DROP: &str = "drop it";
/// The subject of a list of people that was not added yet.
pub(super) const LIST: &str = "list";

impl Subject {
    /// The subject in words, to be read again by [`Subject::read`].
    #[must_use]
    pub(super) fn write(&self) -> String {
        let id = |id: Option<i64>| id.map_or_else(|| "new".to_owned(), |id| id.to_string());
        match self {
            Self::Person(p) => format!("person {}", id(p.map(|p| p.0))),
            Self::Community(c) => format!("community {}", id(c.map(|c| c.0))),
            Self::Meetup(m) => format!("meetup {}", id(m.map(|m| m.0))),
            Self::Organisation(o) => format!("organisation {}", id(o.map(|o| o.0))),
            Self::Seat(c, s) => format!("seat {} {c}", id(s.map(|s| s.0))),
            Self::Route(c, r) => format!("route {} {c}", id(*r)),
            Self::Rule(c, r) => format!("rule {} {c}", id(*r)),
            Self::Channel(c, r) => format!("channel {} {c}", id(*r)),
            Self::Membership(p, c) => format!("membership {} {p}", id(c.map(|c| c.0))),
            Self::Attendance(m, p) => format!("attendance {p} {m}"),
            Self::WalkIn(m, name) => format!("walk-in {m} {name}"),
            Self::Consent(p, purpose) => format!("consent {p} {purpose}"),
            Self::MailAgain(p) => format!("mail-again {p}"),
        }
    }

    /// Reads what [`Subject::write`] wrote.
    #[must_use]
    pub(super) fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(' ')?;
        let (first, last) = rest.split_once(' ').unwrap_or((rest, ""));
        let id: Option<i64> = if first == "new" { None } else { Some(first.parse().ok()?) };
        let of = || last.parse::<i64>().ok();
        Some(match kind {
            "person" => Self::Person(id.map(PersonId)),
            "community" => Self::Community(id.map(CommunityId)),
            "meetup" => Self::Meetup(id.map(MeetupId)),
            "organisation" => Self::Organisation(id.map(OrganisationId)),
            "seat" => Self::Seat(CommunityId(of()?), id.map(SeatId)),
            "route" => Self::Route(CommunityId(of()?), id),
            "rule" => Self::Rule(CommunityId(of()?), id),
            "channel" => Self::Channel(CommunityId(of()?), id),
            "membership" => Self::Membership(PersonId(of()?), id.map(CommunityId)),
            "attendance" => Self::Attendance(MeetupId(of()?), PersonId(id?)),
            "consent" => Self::Consent(PersonId(id?), crate::domain::words::Purpose::parse(last)?),
            "mail-again" => Self::MailAgain(PersonId(id?)),
            "walk-in" => Self::WalkIn(MeetupId(id?), last.to_owned()),
            _ => return None,
        })
    }
}

impl Root {
    /// Keeps what is typed in the form that is open, beside what was kept earlier and not yet taken up.
    pub(super) fn keep_draft(&mut self) {
        let community = self.members.community.as_ref().map(|(id, _)| id.0);
        let now = self.overlays.iter().rev().find_map(|o| o.draft()).map(|d| Draft { community, ..d });
        if now == self.draft {
            return;
        }
        self.draft = now;
        let all: Vec<Draft> = self.earlier_drafts.iter().chain(&self.draft).cloned().collect();
        // Where the folder can't be written to, nothing can be saved either, and that is told.
        let _ = self.book.keep_drafts(&all);
    }

    /// Offers the newest of the forms that were not saved when the program ended.
    pub(super) fn offer_draft(&mut self) {
        let Some(draft) = self.earlier_drafts.last() else { return };
        let title = format!("Not saved: {}", draft.title);
        let names = vec![GO_ON.to_owned(), "later, when Guildhall starts again".to_owned(), DROP.to_owned()];
        self.overlays.push(Box::new(Choose::asking(&title, names, false, |name| match name {
            GO_ON => Request::TakeDraft(true),
            DROP => Request::TakeDraft(false),
            _ => Request::Toast("Kept; it is offered again when Guildhall starts".into()),
        })));
    }

    /// Goes on with the newest unsaved form, or drops it.
    pub(super) fn take_draft(&mut self, go_on: bool) {
        let Some(draft) = self.earlier_drafts.pop() else { return };
        if go_on {
            let community = draft.community.map(CommunityId);
            if let Some(id) = community.filter(|c| Some(*c) != self.members.community.as_ref().map(|(id, _)| *id)) {
                self.select(crate::book::Thing::Community(id));
            }
            if draft.subject == LIST {
                self.ask_for_members(&draft.typed_text());
                self.keep_earlier();
                return;
            }
            let mut cx = Cx { book: &mut self.book, keys: &self.setup.config.keys };
            let lost = match Subject::read(&draft.subject).map(|s| forms::open(&s, community, &mut cx)) {
                Some(Ok(mut form)) => {
                    let lost = form.restore(&draft);
                    self.overlays.push(Box::new(form));
                    (!lost.is_empty()).then_some(("These fields are no longer there. You had typed:", lost))
                }
                // What it was about is gone; what was typed is shown, so that it can be copied.
                _ => Some(("What this was about is no longer on the roster. You had typed:", draft.typed())),
            };
            if let Some((why, typed)) = lost {
                self.overlays.push(Box::new(Message::new(&draft.title, &format!("{why}\n\n{typed}"))));
            }
        } else {
            self.say("Dropped what was not saved");
        }
        self.keep_earlier();
        if !go_on {
            self.offer_draft();
        }
    }

    fn keep_earlier(&mut self) {
        let _ = self.book.keep_drafts(&self.earlier_drafts);
        self.draft = None;
        self.keep_draft();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_as_they_were_written() {
        for subject in [
            Subject::Person(None),
            Subject::Person(Some(PersonId(7))),
            Subject::Community(Some(CommunityId(1))),
            Subject::Meetup(None),
            Subject::Organisation(Some(OrganisationId(3))),
            Subject::Seat(CommunityId(2), None),
            Subject::Seat(CommunityId(2), Some(SeatId(9))),
            Subject::Route(CommunityId(2), Some(4)),
            Subject::Rule(CommunityId(2), None),
            Subject::Channel(CommunityId(2), Some(4)),
            Subject::Membership(PersonId(5), None),
            Subject::Membership(PersonId(5), Some(CommunityId(6))),
            Subject::Attendance(MeetupId(8), PersonId(5)),
            Subject::WalkIn(MeetupId(8), "Ann Example the Second".into()),
            Subject::Consent(PersonId(5), crate::domain::words::Purpose::Photo),
            Subject::MailAgain(PersonId(5)),
        ] {
            assert_eq!(Subject::read(&subject.write()), Some(subject));
        }
        assert_eq!(Subject::read("seat new"), None);
        assert_eq!(Subject::read("nonsense 3 4"), None);
    }
}
