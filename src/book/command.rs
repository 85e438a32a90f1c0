//! The commands that a lead can give: verbs with everything that they need.
//!
//! Must not know how they are carried out, or which key triggered them.

use chrono::NaiveDate;

use crate::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::eligibility::ExceptionFacts;
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId, SeatId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use crate::domain::text;
use crate::domain::words::{MembershipStatus, Outcome, Part, Rsvp};
use crate::store::Touched;

/// A record in the roster that the cursor can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A person.
    Person(PersonId),
    /// A community.
    Community(CommunityId),
    /// A meetup.
    Meetup(MeetupId),
    /// An organisation.
    Organisation(OrganisationId),
}

/// A change to somebody's attendance at a meetup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttendanceChange {
    /// Whether they came; everything else stays.
    Outcome(Outcome),
    /// Their answer; everything else stays.
    Rsvp(Option<Rsvp>),
    /// A role that they gain (`true`) or lose; everything else stays.
    Part(Part, bool),
    /// Everything.
    Facts(AttendanceFacts),
}

/// A verb with its payload. Each is one transaction and one undo step.
///
/// `was` is the step that last wrote the row when its form was opened: if another step has written it since, the command is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the payloads are the facts of the domain")]
pub enum Command {
    AddPerson { facts: PersonFacts, community: Option<CommunityId> },
    EditPerson { id: PersonId, facts: PersonFacts, was: Option<i64> },
    RemovePeople(Vec<PersonId>),
    PutIn { people: Vec<PersonId>, community: CommunityId, status: MembershipStatus },
    TakeOut { people: Vec<PersonId>, community: CommunityId },
    SetStatus { people: Vec<PersonId>, community: CommunityId, status: MembershipStatus },
    EditMembership { person: PersonId, community: CommunityId, facts: MembershipFacts, exception: Option<ExceptionFacts> },
    SetOrganisation { people: Vec<PersonId>, name: String },
    SetDiscipline { people: Vec<PersonId>, name: String },
    SetField { people: Vec<PersonId>, field: String, value: String },
    AddTag { people: Vec<PersonId>, tag: String },
    RemoveTag { people: Vec<PersonId>, tag: String },
    PutOrganisation { id: Option<OrganisationId>, facts: OrganisationFacts },
    RemoveOrganisation(OrganisationId),
    PutCommunity { id: Option<CommunityId>, facts: CommunityFacts, was: Option<i64> },
    RemoveCommunity(CommunityId),
    PutSeat { community: CommunityId, id: Option<SeatId>, facts: SeatFacts },
    SeatNewcomer { community: CommunityId, id: Option<SeatId>, facts: SeatFacts, person: PersonFacts },
    RemoveSeat(CommunityId, SeatId),
    PutRoute { community: CommunityId, id: Option<i64>, facts: RouteFacts },
    RemoveRoute(CommunityId, i64),
    PutRule { community: CommunityId, page_wide: bool, id: Option<i64>, facts: RuleFacts },
    RemoveRule(CommunityId, i64),
    PutChannel { community: CommunityId, id: Option<i64>, facts: ChannelFacts },
    RemoveChannel(CommunityId, i64),
    PutMeetup { id: Option<MeetupId>, facts: MeetupFacts, was: Option<i64> },
    RemoveMeetup(MeetupId),
    Attend { meetup: MeetupId, people: Vec<PersonId>, change: AttendanceChange },
    WalkIn { meetup: MeetupId, facts: PersonFacts, community: Option<CommunityId> },
    SetConsent { people: Vec<PersonId>, consent: ConsentFacts },
    NeverMail { people: Vec<PersonId>, reason: String },
    Suppress { addresses: Vec<String>, reason: String },
    MailAgain { person: PersonId, source: String, on: NaiveDate },
    Allow { addresses: Vec<String>, source: String, on: NaiveDate },
    SaveView { name: String, pane: String, query: String, sort: String, columns: String },
    RemoveView(i64),
    LoadSample,
}

impl Command {
    /// Checks the length of text that a lead typed for many records at once. Forms check their own fields: longer imported values are kept.
    ///
    /// # Errors
    /// A sentence for the person at the screen.
    pub(super) fn check(&self) -> Result<(), String> {
        let typed: &[&str] = match self {
            Self::SetOrganisation { name, .. } | Self::SetDiscipline { name, .. } | Self::SaveView { name, .. } => &[name],
            Self::SetField { field, value, .. } => &[field, value],
            Self::AddTag { tag, .. } => &[tag],
            Self::NeverMail { reason, .. } | Self::Suppress { reason, .. } => &[reason],
            Self::MailAgain { source, .. } | Self::Allow { source, .. } => &[source],
            Self::SetConsent { consent, .. } => &[&consent.source],
            _ => &[],
        };
        typed.iter().try_for_each(|text| text::check_length(text))
    }
}

/// The result of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The step in words, for the history and the toast.
    pub label: String,
    /// What has to be read again.
    pub touched: Touched,
    /// What the cursor should move to.
    pub select: Option<Thing>,
    /// How many rows were written; 0 if there was nothing to change.
    pub changes: u64,
    /// What it left unchanged, in words: suppressions and withdrawals that it may not end.
    pub kept: Vec<String>,
    /// People who said yes to a meetup that the command cancels or moves, and who may not be mailed, each with the reason.
    pub unreached: Vec<String>,
}
