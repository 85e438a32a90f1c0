//! People in transit: as the roster lists them, and as a file imports them.
//!
//! The types that store, search and exchange pass to each other. Must not know any of the three.

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::person::ConsentFacts;
use crate::domain::words::{AddressState, ConsentState, Format, MeetupStatus, PersonKind, Purpose, WriteUp};

/// A person as read from the roster, thousands at a time: borrowed, in the forms that the file stores.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The row's id.
    pub id: PersonId,
    /// The kind: a human being or a team mailbox.
    pub kind: PersonKind,
    /// The name.
    pub name: &'a str,
    /// The primary address.
    pub email: &'a str,
    /// The state of the primary address.
    pub email_state: AddressState,
    /// The further addresses.
    pub others: &'a [OtherAddress],
    /// The organisation's full name.
    pub organisation: &'a str,
    /// The organisation's short name.
    pub short_name: &'a str,
    /// The job title.
    pub job_title: &'a str,
    /// The discipline.
    pub discipline: &'a str,
    /// The tags, separated by `;`.
    pub tags: &'a str,
    /// The custom fields, as a JSON object; empty if none.
    pub fields: &'a str,
    /// The day they joined, as `2026-03-04`; empty if not known.
    pub joined: &'a str,
    /// The note.
    pub note: &'a str,
    /// The memberships.
    pub memberships: &'a [ListedMembership],
    /// The consents.
    pub consents: &'a [ConsentFacts],
    /// How many meetups they came to.
    pub attended: u32,
    /// The start of the last meetup that they came to.
    pub seen: Option<NaiveDate>,
}

/// A membership of a listed person.
#[derive(Debug, Clone)]
pub struct ListedMembership {
    /// The community.
    pub community: CommunityId,
    /// Everything else about the membership.
    pub facts: MembershipFacts,
}

/// A meetup as read from the roster, thousands at a time: borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListedMeetup<'a> {
    /// The row's id.
    pub id: MeetupId,
    /// The title.
    pub title: &'a str,
    /// When it starts, in its own local time.
    pub starts: NaiveDateTime,
    /// The format.
    pub format: Format,
    /// The host's short name, or the full one if there is none.
    pub host: &'a str,
    /// The names of the communities that it is for, joined.
    pub communities: &'a str,
    /// The ids of these communities.
    pub community_ids: &'a [CommunityId],
    /// The venue.
    pub venue: &'a str,
    /// The status.
    pub status: MeetupStatus,
    /// The state of its write-up.
    pub write_up: WriteUp,
    /// The note.
    pub note: &'a str,
}

/// A suppressed address, as our own format stores it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// The address.
    pub address: String,
    /// The state of the address, if it belongs to somebody.
    pub state: Option<AddressState>,
    /// The date of the suppression.
    pub since: Option<NaiveDate>,
    /// The reason.
    pub reason: String,
    /// If this is set, the address isn't suppressed: it resembles this suppressed address, and the two belong to different people.
    pub apart_from: Option<String>,
}

/// A person's status on the list that a row comes from, mapped from the words of other systems. From the mildest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub(crate) enum ListStatus {
    /// On the list; also if the row says nothing.
    #[default]
    Active,
    /// An unrecognised word: never counts as active.
    Unknown,
    /// No longer a member.
    Over,
    /// Declined.
    SaidNo,
    /// Their ticket or order is void.
    Void,
    /// Their account no longer exists.
    Deactivated,
    /// Their address doesn't work.
    Bounced,
    /// Not a human being.
    Bot,
    /// Unsubscribed.
    Unsubscribed,
}

/// A person as a row of a file gives them. An empty field means that the row doesn't say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Incoming {
    /// The name.
    pub name: String,
    /// The primary address.
    pub email: String,
    /// The state of the primary address, if the file says.
    pub email_state: Option<AddressState>,
    /// Further addresses.
    pub others: Vec<OtherAddress>,
    /// The kind, if the file says.
    pub kind: Option<PersonKind>,
    /// The organisation's name.
    pub organisation: String,
    /// The job title.
    pub job_title: String,
    /// The discipline's name.
    pub discipline: String,
    /// The tags, separated by `;`.
    pub tags: String,
    /// Custom fields: the index of the name in the import's list of names, and the value.
    pub fields: Vec<(usize, String)>,
    /// The day they joined.
    pub joined: Option<NaiveDate>,
    /// The note.
    pub note: String,
    /// The memberships, by the community's name.
    pub memberships: Vec<(String, MembershipFacts)>,
    /// The consents.
    pub consents: Vec<ConsentFacts>,
    /// Addresses that are suppressed.
    pub suppressed: Vec<Suppression>,
    /// The person's status on the list that the row comes from.
    pub standing: ListStatus,
    /// The date of that status, if the row says.
    pub standing_since: Option<NaiveDate>,
    /// Unrecognised values: the column's index, and the value.
    pub unknown: Vec<(usize, String)>,
}

impl<'a> Listed<'a> {
    /// Returns a person who is known by an address only.
    #[must_use]
    pub const fn nobody(email: &'a str) -> Self {
        Self {
            id: PersonId(0),
            kind: PersonKind::Person,
            name: "",
            email,
            email_state: AddressState::Ok,
            others: &[],
            organisation: "",
            short_name: "",
            job_title: "",
            discipline: "",
            tags: "",
            fields: "",
            joined: "",
            note: "",
            memberships: &[],
            consents: &[],
            attended: 0,
            seen: None,
        }
    }

    /// Returns their addresses with the state of each, the primary one first.
    pub fn addresses(&self) -> impl Iterator<Item = (&'a str, AddressState)> + use<'a> {
        let first = (!self.email.is_empty()).then_some((self.email, self.email_state));
        first.into_iter().chain(self.others.iter().map(|o| (o.address.as_str(), o.state)))
    }

    /// Returns the consent for a purpose.
    #[must_use]
    pub fn consent(&self, purpose: Purpose) -> ConsentState {
        self.consents.iter().find(|c| c.purpose == purpose).map_or(ConsentState::Unknown, |c| c.state)
    }
}

impl Incoming {
    /// Clears the value for the next row, keeping its buffers.
    pub(crate) fn clear(&mut self) {
        for text in [
            &mut self.name,
            &mut self.email,
            &mut self.organisation,
            &mut self.job_title,
            &mut self.discipline,
            &mut self.tags,
            &mut self.note,
        ] {
            text.clear();
        }
        self.others.clear();
        self.fields.clear();
        self.memberships.clear();
        self.consents.clear();
        self.suppressed.clear();
        self.unknown.clear();
        self.standing = ListStatus::Active;
        self.standing_since = None;
        self.email_state = None;
        self.kind = None;
        self.joined = None;
    }
}
