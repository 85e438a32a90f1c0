//! What a lead can have done: verbs with all that they need.
//!
//! Must not know how they are carried out, nor which key asked for them.

use chrono::NaiveDate;

use crate::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts};
use crate::domain::eligibility::ExceptionFacts;
use crate::domain::ids::{CommunityId, MeetupId, OrganisationId, PersonId, SeatId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use crate::domain::text;
use crate::domain::words::{MembershipStatus, Outcome, Part, Rsvp};
use crate::store::Touched;

/// A thing in the roster that can stand under the cursor.
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

/// What is said about somebody at a meetup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttendanceChange {
    /// Whether they came; the rest stays.
    Outcome(Outcome),
    /// What they answered; the rest stays.
    Rsvp(Option<Rsvp>),
    /// That they have a part, or no longer; the rest stays.
    Part(Part, bool),
    /// Everything.
    Facts(AttendanceFacts),
}

/// A verb with its payload. Each is one transaction and one undo step.
///
/// `was` is the step that last wrote the row when its form was opened: if another has written since, the command is refused.
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
    /// Checks the text that a lead has typed for many records at once. (A form checks its own fields: what came with an import may be longer,
    /// and stays.)
    ///
    /// # Errors
    /// A sentence for the person who typed it.
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

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// In words: what history shows and the toast says.
    pub label: String,
    /// What is to be read again.
    pub touched: Touched,
    /// What should stand under the cursor.
    pub select: Option<Thing>,
    /// How many rows were written; 0 if there was nothing to change.
    pub changes: u64,
    /// What was left as it is, in words: suppressions and withdrawals that it may not end.
    pub kept: Vec<String>,
    /// Who said yes to a meetup that it cancels or moves, and may not be mailed, each with the reason.
    pub unreached: Vec<String>,
}
