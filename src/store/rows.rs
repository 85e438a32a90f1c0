//! What is read out of the file: rows for lists and whole things for details.
//!
//! Plain data; must not know how it is read or shown.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts, confirm_by, function_of};
use crate::domain::eligibility::Verdict;
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, MembershipId, OrganisationId, PersonId, SeatId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use crate::domain::words::{AddressState, CommunityStatus, Format, MeetupStatus, PersonKind, RunBy, SeatFunction, Stage, WriteUp};

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonRow {
    /// The row.
    pub id: PersonId,
    /// A human being or a mailbox.
    pub kind: PersonKind,
    /// The name.
    pub name: String,
    /// The primary address.
    pub email: String,
    /// What is known of it.
    pub email_state: AddressState,
    /// The organisation: its short name if it has one.
    pub organisation: String,
    /// The job title.
    pub job_title: String,
    /// The discipline.
    pub discipline: String,
    /// The tags.
    pub tags: Vec<String>,
    /// Since when.
    pub joined: Option<NaiveDate>,
    /// The status in the community that was asked about.
    pub status: String,
    /// When they last came to a meetup.
    pub seen: Option<NaiveDate>,
    /// The lead's own fields: name and value.
    pub fields: Vec<crate::domain::person::FieldValue>,
    /// Whether they may be mailed: `yes`, or why not. Empty unless it was asked for.
    pub mail: String,
}

impl PersonRow {
    /// What to call them.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}

/// A membership of a person, as their detail shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MembershipRow {
    /// The row.
    pub id: MembershipId,
    /// The community.
    pub community_id: CommunityId,
    /// Its name.
    pub community: String,
    /// Whether they may be in it, and why; `None` once they have left.
    pub verdict: Option<Verdict>,
    /// The rest.
    #[serde(flatten)]
    pub facts: MembershipFacts,
}

/// An attendance of a person, as their detail shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitRow {
    /// The row.
    pub id: AttendanceId,
    /// The meetup.
    pub meetup_id: MeetupId,
    /// Its title.
    pub title: String,
    /// When it started.
    pub starts: NaiveDateTime,
    /// The rest.
    #[serde(flatten)]
    pub facts: AttendanceFacts,
}

/// A person, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonDetail {
    /// The row.
    pub id: PersonId,
    /// The id that outlives this file.
    pub uuid: String,
    /// What is kept.
    #[serde(flatten)]
    pub facts: PersonFacts,
    /// Their memberships, by community.
    pub memberships: Vec<MembershipRow>,
    /// The seats that they hold: title, community, since.
    pub seats: Vec<(String, String, Option<NaiveDate>)>,
    /// The meetups, newest first.
    pub visits: Vec<VisitRow>,
    /// What they agreed to.
    pub consents: Vec<ConsentFacts>,
    /// Which of their addresses are suppressed.
    pub suppressed: Vec<String>,
    /// Whether each address may be mailed, and every reason why not.
    pub mail: Vec<MailRow>,
    /// The step that last wrote the row.
    #[serde(skip)]
    pub op: i64,
}

/// Whether an address of somebody may be mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailRow {
    /// The address.
    pub address: String,
    /// Whether it may.
    pub may_be_mailed: bool,
    /// Why not: every reason.
    pub reasons: Vec<&'static str>,
}

impl MailRow {
    /// The whole in words.
    #[must_use]
    pub fn words(&self) -> String {
        if self.may_be_mailed { format!("{}: yes", self.address) } else { format!("{}: no, {}", self.address, self.reasons.join(", ")) }
    }
}

/// A community in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommunityRow {
    /// The row.
    pub id: CommunityId,
    /// The name.
    pub name: String,
    /// The job family.
    pub family: String,
    /// The disciplines, parted by commas.
    pub disciplines: String,
    /// What it is for.
    pub purpose: String,
    /// Who runs it.
    pub run_by: RunBy,
    /// Who, if not us.
    pub runner: String,
    /// Where it stands.
    pub status: CommunityStatus,
    /// How far it has come.
    pub stage: Option<Stage>,
    /// Its seats with holders, parted by `; `; "person TBC" where vacant.
    pub seats: String,
    /// Whether a seat is vacant.
    pub vacant: bool,
}

/// A seat and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeatRow {
    /// The row.
    pub id: SeatId,
    /// The title as printed.
    pub title: String,
    /// The holder; `None` is "person TBC".
    pub holder: Option<(PersonId, String)>,
    /// Since when.
    pub since: Option<NaiveDate>,
    /// For the time being only.
    pub interim: bool,
    /// Those who had it before: name, since, until.
    pub before: Vec<(String, Option<NaiveDate>, Option<NaiveDate>)>,
    /// What it is for, if that was said.
    pub function: Option<SeatFunction>,
    /// After how many months the holder is to be confirmed again.
    pub confirm_months: Option<u32>,
    /// When the holder was confirmed last.
    pub confirmed: Option<NaiveDate>,
    /// When the seat was made.
    pub made: Option<NaiveDate>,
}

impl SeatRow {
    /// What it is for: as was said, else by its title.
    #[must_use]
    pub fn purpose(&self) -> Option<SeatFunction> {
        self.function.or_else(|| function_of(&self.title))
    }

    /// Since when nobody holds it; `None` if somebody does, or it isn't known.
    #[must_use]
    pub fn vacant_since(&self) -> Option<NaiveDate> {
        if self.holder.is_some() { None } else { self.before.iter().filter_map(|(_, _, until)| *until).max().or(self.made) }
    }

    /// By when its holder was to be confirmed again.
    #[must_use]
    pub fn confirm_by(&self) -> Option<NaiveDate> {
        self.holder.as_ref().and_then(|_| confirm_by(self.since, self.confirmed, self.confirm_months))
    }

    /// The seat as it is, to be changed in part.
    #[must_use]
    pub fn facts(&self) -> SeatFacts {
        SeatFacts {
            title: self.title.clone(),
            holder: self.holder.as_ref().map(|(id, _)| *id),
            since: self.since,
            interim: self.interim,
            function: self.function,
            confirm_months: self.confirm_months,
            confirmed: self.confirmed,
        }
    }
}

/// A community, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommunityDetail {
    /// The row.
    pub id: CommunityId,
    /// The id that outlives this file.
    pub uuid: String,
    /// What is kept.
    #[serde(flatten)]
    pub facts: CommunityFacts,
    /// The seats.
    pub seats: Vec<SeatRow>,
    /// The ways in, with their rows.
    pub routes: Vec<(i64, RouteFacts)>,
    /// The rules, with their rows; the page-wide ones first.
    pub rules: Vec<(i64, RuleFacts, bool)>,
    /// The channels, with their rows.
    pub channels: Vec<(i64, ChannelFacts)>,
    /// Whether its name was made from a public page that has none.
    pub derived: bool,
    /// How many people are in it, by status.
    pub statuses: Vec<(String, u64)>,
    /// The step that last wrote the row.
    #[serde(skip)]
    pub op: i64,
}

/// A meetup in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetupRow {
    /// The row.
    pub id: MeetupId,
    /// The title.
    pub title: String,
    /// When it starts, local time.
    pub starts: NaiveDateTime,
    /// The format.
    pub format: Format,
    /// The host: its short name if it has one.
    pub host: String,
    /// The communities, parted by commas.
    pub communities: String,
    /// Where it is.
    pub venue: String,
    /// Where it stands.
    pub status: MeetupStatus,
    /// Where its write-up stands.
    pub write_up: WriteUp,
    /// The note.
    pub note: String,
    /// How many answered yes; `None` if nobody has counted yet.
    pub yes: Option<u64>,
    /// How many there is room for.
    pub capacity: Option<u32>,
    /// How many came; `None` if nobody has counted yet.
    pub attended: Option<u64>,
}

/// One line of a meetup's roll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RollRow {
    /// The row.
    pub id: AttendanceId,
    /// The person.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// Their organisation.
    pub organisation: String,
    /// The rest.
    #[serde(flatten)]
    pub facts: AttendanceFacts,
}

/// A meetup, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetupDetail {
    /// The row.
    pub id: MeetupId,
    /// The id that outlives this file.
    pub uuid: String,
    /// What is kept.
    #[serde(flatten)]
    pub facts: MeetupFacts,
    /// Who is on the roll, by name.
    pub roll: Vec<RollRow>,
    /// The step that last wrote the row.
    #[serde(skip)]
    pub op: i64,
}

/// An organisation in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganisationRow {
    /// The row.
    pub id: OrganisationId,
    /// What is kept.
    #[serde(flatten)]
    pub facts: OrganisationFacts,
    /// How many people are in it.
    pub people: u64,
}

/// A saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewRow {
    /// The row.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The pane that it is for.
    pub pane: String,
    /// The query.
    pub query: String,
    /// The column sorted by.
    pub sort: String,
    /// The columns, parted by `;`.
    pub columns: String,
}
