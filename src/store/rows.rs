//! The data that is read from the file: rows for lists, and details.
//!
//! Plain data; must not know how it is read or shown.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Serialize, Serializer};

use crate::domain::community::{ChannelFacts, CommunityFacts, MembershipFacts, RouteFacts, RuleFacts, SeatFacts, confirm_by, function_of};
use crate::domain::eligibility::Verdict;
use crate::domain::ids::{AttendanceId, CommunityId, MeetupId, MembershipId, OrganisationId, PersonId, SeatId};
use crate::domain::meetup::{AttendanceFacts, MeetupFacts};
use crate::domain::person::{ConsentFacts, OrganisationFacts, PersonFacts};
use crate::domain::words::{AddressState, CommunityStatus, Format, MeetupStatus, PersonKind, RunBy, SeatFunction, Stage, WriteUp};

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonRow {
    /// The row id.
    #[serde(skip)]
    pub id: PersonId,
    /// Whether this is a person or a team mailbox.
    pub kind: PersonKind,
    /// The name.
    pub name: String,
    /// The primary address.
    pub email: String,
    /// The state of the primary address.
    pub email_state: AddressState,
    /// The organisation; its short name if it has one.
    pub organisation: String,
    /// The job title.
    pub job_title: String,
    /// The discipline.
    pub discipline: String,
    /// The tags.
    pub tags: Vec<String>,
    /// When they joined.
    pub joined: Option<NaiveDate>,
    /// Their status in the community of the query.
    pub status: String,
    /// When they last came to a meetup.
    pub seen: Option<NaiveDate>,
    /// The custom fields: name and value.
    pub fields: Vec<crate::domain::person::FieldValue>,
    /// Whether they may be mailed: `yes`, or why not. Empty unless requested.
    pub mail: String,
}

impl PersonRow {
    /// Returns the name, or the address if there is none.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}

/// A membership in a person's detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MembershipRow {
    /// The row id.
    #[serde(skip)]
    pub id: MembershipId,
    /// The community.
    #[serde(skip)]
    pub community_id: CommunityId,
    /// Its name.
    pub community: String,
    /// The eligibility verdict; `None` once they have left.
    pub verdict: Option<Verdict>,
    /// The other facts.
    #[serde(flatten)]
    pub facts: MembershipFacts,
}

/// An attendance in a person's detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitRow {
    /// The row id.
    #[serde(skip)]
    pub id: AttendanceId,
    /// The meetup.
    #[serde(skip)]
    pub meetup_id: MeetupId,
    /// Its title.
    pub title: String,
    /// When it started.
    pub starts: NaiveDateTime,
    /// The other facts.
    #[serde(flatten)]
    pub facts: AttendanceFacts,
}

/// A person with everything that belongs to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonDetail {
    /// The row id.
    #[serde(skip)]
    pub id: PersonId,
    /// The UUID, the same in every copy of the roster.
    pub uuid: String,
    /// The facts.
    #[serde(flatten)]
    pub facts: PersonFacts,
    /// Their memberships, by community.
    pub memberships: Vec<MembershipRow>,
    /// The seats that they hold: title, community, since when.
    pub seats: Vec<(String, String, Option<NaiveDate>)>,
    /// The meetups, newest first.
    pub visits: Vec<VisitRow>,
    /// Their consents.
    pub consents: Vec<ConsentFacts>,
    /// Which of their addresses are suppressed.
    pub suppressed: Vec<String>,
    /// Whether each address may be mailed, and every reason why not.
    pub mail: Vec<MailRow>,
    /// The step that last wrote the row.
    #[serde(skip)]
    pub op: i64,
}

/// Whether an address of a person may be mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailRow {
    /// The address.
    pub address: String,
    /// Whether it may be mailed.
    pub may_be_mailed: bool,
    /// Every reason why not.
    pub reasons: Vec<&'static str>,
}

impl MailRow {
    /// Returns the whole in words.
    #[must_use]
    pub fn words(&self) -> String {
        if self.may_be_mailed { format!("{}: yes", self.address) } else { format!("{}: no, {}", self.address, self.reasons.join(", ")) }
    }
}

/// A community in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommunityRow {
    /// The row id.
    #[serde(skip)]
    pub id: CommunityId,
    /// The name.
    pub name: String,
    /// The job family.
    pub family: String,
    /// The disciplines, separated by commas.
    pub disciplines: String,
    /// What it is for.
    pub purpose: String,
    /// Who runs it.
    pub run_by: RunBy,
    /// The name of who runs it, if not us.
    pub runner: String,
    /// The status.
    pub status: CommunityStatus,
    /// The stage.
    pub stage: Option<Stage>,
    /// Its seats with holders, separated by `; `; "person TBC" where vacant.
    pub seats: String,
    /// Whether a seat is vacant.
    pub vacant: bool,
}

/// A seat and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeatRow {
    /// The row id.
    #[serde(skip)]
    pub id: SeatId,
    /// The UUID, the same in every copy of the roster.
    pub uuid: String,
    /// The title as printed.
    pub title: String,
    /// The holder; `None` is "person TBC".
    #[serde(serialize_with = "name_only")]
    pub holder: Option<(PersonId, String)>,
    /// When the holder's tenure began.
    pub since: Option<NaiveDate>,
    /// Whether the holder is interim.
    pub interim: bool,
    /// The former holders: name, since, until.
    pub before: Vec<(String, Option<NaiveDate>, Option<NaiveDate>)>,
    /// Its function, if set.
    pub function: Option<SeatFunction>,
    /// The number of months after which the holder has to be confirmed again.
    pub confirm_months: Option<u32>,
    /// When the holder was confirmed last.
    pub confirmed: Option<NaiveDate>,
    /// When the seat was created.
    pub made: Option<NaiveDate>,
}

impl SeatRow {
    /// Returns its function: as set, otherwise derived from its title.
    #[must_use]
    pub fn purpose(&self) -> Option<SeatFunction> {
        self.function.or_else(|| function_of(&self.title))
    }

    /// Returns the date since when it is vacant; `None` if it isn't vacant, or the date isn't known.
    #[must_use]
    pub fn vacant_since(&self) -> Option<NaiveDate> {
        if self.holder.is_some() { None } else { self.before.iter().filter_map(|(_, _, until)| *until).max().or(self.made) }
    }

    /// Returns the date by which its holder has to be confirmed again.
    #[must_use]
    pub fn confirm_by(&self) -> Option<NaiveDate> {
        self.holder.as_ref().and_then(|_| confirm_by(self.since, self.confirmed, self.confirm_months))
    }

    /// Returns the seat's facts, for changing some of them.
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

/// Row ids belong to one file and mean nothing to its readers; UUIDs name rows in JSON.
fn name_only<S: Serializer>(holder: &Option<(PersonId, String)>, to: S) -> Result<S::Ok, S::Error> {
    holder.as_ref().map(|(_, name)| name).serialize(to)
}

fn facts_only<S: Serializer, T: Serialize>(rows: &[(i64, T)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(rows.iter().map(|(_, facts)| facts))
}

fn rules_only<S: Serializer>(rows: &[(i64, RuleFacts, bool)], to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Rule<'a> {
        #[serde(flatten)]
        facts: &'a RuleFacts,
        page_wide: bool,
    }
    to.collect_seq(rows.iter().map(|(_, facts, page_wide)| Rule { facts, page_wide: *page_wide }))
}

/// A community with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommunityDetail {
    /// The row id.
    #[serde(skip)]
    pub id: CommunityId,
    /// The UUID, the same in every copy of the roster.
    pub uuid: String,
    /// The facts.
    #[serde(flatten)]
    pub facts: CommunityFacts,
    /// The seats.
    pub seats: Vec<SeatRow>,
    /// The join routes, with their row ids.
    #[serde(serialize_with = "facts_only")]
    pub routes: Vec<(i64, RouteFacts)>,
    /// The rules, with their row ids and whether they are page-wide; page-wide ones first.
    #[serde(serialize_with = "rules_only")]
    pub rules: Vec<(i64, RuleFacts, bool)>,
    /// The channels, with their row ids.
    #[serde(serialize_with = "facts_only")]
    pub channels: Vec<(i64, ChannelFacts)>,
    /// Whether its name was derived from a public page that prints none.
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
    /// The row id.
    #[serde(skip)]
    pub id: MeetupId,
    /// The title.
    pub title: String,
    /// When it starts, local time.
    pub starts: NaiveDateTime,
    /// The format.
    pub format: Format,
    /// The host; its short name if it has one.
    pub host: String,
    /// The communities, separated by commas.
    pub communities: String,
    /// Where it is.
    pub venue: String,
    /// The status.
    pub status: MeetupStatus,
    /// The state of its write-up.
    pub write_up: WriteUp,
    /// The note.
    pub note: String,
    /// How many answered yes; `None` if not counted yet.
    pub yes: Option<u64>,
    /// The capacity.
    pub capacity: Option<u32>,
    /// How many attended; `None` if not counted yet.
    pub attended: Option<u64>,
}

/// A line of a meetup's roll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RollRow {
    /// The row id.
    #[serde(skip)]
    pub id: AttendanceId,
    /// The person.
    #[serde(skip)]
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// Their organisation.
    pub organisation: String,
    /// The other facts.
    #[serde(flatten)]
    pub facts: AttendanceFacts,
}

/// A meetup with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetupDetail {
    /// The row id.
    #[serde(skip)]
    pub id: MeetupId,
    /// The UUID, the same in every copy of the roster.
    pub uuid: String,
    /// The facts.
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
    /// The row id.
    #[serde(skip)]
    pub id: OrganisationId,
    /// The facts.
    #[serde(flatten)]
    pub facts: OrganisationFacts,
    /// How many people are in it.
    pub people: u64,
}

/// A saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewRow {
    /// The row id.
    #[serde(skip)]
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The pane that it is for.
    pub pane: String,
    /// The query.
    pub query: String,
    /// The column sorted by.
    pub sort: String,
    /// The columns, separated by `;`.
    pub columns: String,
}
