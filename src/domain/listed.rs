//! People on their way: as a list reads them out of the roster, and as a file brings them in.
//!
//! What store, search and exchange hand to each other. Must not know any of the three.

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::ids::{CommunityId, MeetupId, PersonId};
use crate::domain::person::ConsentFacts;
use crate::domain::words::{AddressState, ConsentState, Format, MeetupStatus, PersonKind, Purpose, WriteUp};

/// A person as they are read out of the roster by the thousand: borrowed, in the file's own forms.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The row.
    pub id: PersonId,
    /// A human being, or a mailbox.
    pub kind: PersonKind,
    /// The name.
    pub name: &'a str,
    /// The primary address.
    pub email: &'a str,
    /// What is known of it.
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
    /// The tags, parted by `;`.
    pub tags: &'a str,
    /// The custom fields, as a JSON object, or nothing.
    pub fields: &'a str,
    /// Since when, as `2026-03-04`, or nothing.
    pub joined: &'a str,
    /// The note.
    pub note: &'a str,
    /// The memberships.
    pub memberships: &'a [ListedMembership],
    /// What they said they agree to, or not.
    pub consents: &'a [ConsentFacts],
    /// How many meetups they came to.
    pub attended: u32,
    /// The start of the last of them.
    pub seen: Option<NaiveDate>,
}

/// A membership of a listed person.
#[derive(Debug, Clone)]
pub struct ListedMembership {
    /// The community.
    pub community: CommunityId,
    /// The rest.
    pub facts: MembershipFacts,
}

/// A meetup as it is read out of the roster by the thousand: borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListedMeetup<'a> {
    /// The row.
    pub id: MeetupId,
    /// The title.
    pub title: &'a str,
    /// When it starts, in its own local time.
    pub starts: NaiveDateTime,
    /// What kind of meetup it is.
    pub format: Format,
    /// The host's short name, or else the full one.
    pub host: &'a str,
    /// The names of the communities that it is for, joined.
    pub communities: &'a str,
    /// These communities.
    pub community_ids: &'a [CommunityId],
    /// Where.
    pub venue: &'a str,
    /// Where it stands.
    pub status: MeetupStatus,
    /// Where its write-up stands.
    pub write_up: WriteUp,
    /// The note.
    pub note: &'a str,
}

/// A suppressed address, as our own format carries it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// The address.
    pub address: String,
    /// What is known of it, where it is somebody's.
    pub state: Option<AddressState>,
    /// Since when it is suppressed.
    pub since: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// If this is set, the address isn't suppressed: it resembles this suppressed address, and the two are different people's.
    pub apart_from: Option<String>,
}

/// How somebody stands to the list that a row comes from, in the words of other systems. From the mildest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// On it; also where nothing is said.
    #[default]
    Active,
    /// A word that isn't known: never active.
    Unknown,
    /// They are no longer a member.
    Over,
    /// They answered no.
    SaidNo,
    /// Their ticket or order is void.
    Void,
    /// Their account no longer exists.
    Deactivated,
    /// Their address doesn't work.
    Bounced,
    /// No human being.
    Bot,
    /// They asked not to be mailed.
    Unsubscribed,
}

/// A person as a row of a file brings them: what is empty was not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Incoming {
    /// The name.
    pub name: String,
    /// The primary address.
    pub email: String,
    /// What is known of it, if the file says.
    pub email_state: Option<AddressState>,
    /// Further addresses.
    pub others: Vec<OtherAddress>,
    /// A human being or a mailbox, if the file says.
    pub kind: Option<PersonKind>,
    /// The organisation's name.
    pub organisation: String,
    /// The job title.
    pub job_title: String,
    /// The discipline's name.
    pub discipline: String,
    /// Tags, parted by `;`.
    pub tags: String,
    /// Custom fields: the place of the name in the run's list of names, and the value.
    pub fields: Vec<(usize, String)>,
    /// Since when.
    pub joined: Option<NaiveDate>,
    /// The note.
    pub note: String,
    /// Memberships by the community's name.
    pub memberships: Vec<(String, MembershipFacts)>,
    /// What they said they agree to, or not.
    pub consents: Vec<ConsentFacts>,
    /// Addresses that are suppressed.
    pub suppressed: Vec<Suppression>,
    /// How they stand to the list that the row comes from.
    pub standing: Standing,
    /// Since when they stand so, if the row says.
    pub standing_since: Option<NaiveDate>,
    /// Values that aren't known: the column's place, and the value.
    pub unknown: Vec<(usize, String)>,
}

impl<'a> Listed<'a> {
    /// Somebody of whom nothing is known but an address.
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

    /// Their addresses with what is known of each, the primary one first.
    pub fn addresses(&self) -> impl Iterator<Item = (&'a str, AddressState)> + use<'a> {
        let first = (!self.email.is_empty()).then_some((self.email, self.email_state));
        first.into_iter().chain(self.others.iter().map(|o| (o.address.as_str(), o.state)))
    }

    /// What they said for a purpose.
    #[must_use]
    pub fn consent(&self, purpose: Purpose) -> ConsentState {
        self.consents.iter().find(|c| c.purpose == purpose).map_or(ConsentState::Unknown, |c| c.state)
    }
}

impl Incoming {
    /// Empties it for the next row, keeping its buffers.
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
        self.standing = Standing::Active;
        self.standing_since = None;
        self.email_state = None;
        self.kind = None;
        self.joined = None;
    }
}
