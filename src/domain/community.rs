//! Communities: what they are for, who holds their seats, how one joins, who may, where they talk.
//!
//! Must not know how they are stored or shown.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::words::{ChannelKind, CommunityStatus, MembershipStatus, RouteKind, RuleEffect, RunBy, SeatFunction, Source, Stage};

/// What a lead keeps about a community, with disciplines by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommunityFacts {
    /// The name by which it is known.
    pub name: String,
    /// The job family under which it is listed; empty if none.
    pub family: String,
    /// The disciplines in it.
    pub disciplines: Vec<String>,
    /// What it is for.
    pub purpose: String,
    /// Who runs it.
    pub run_by: RunBy,
    /// Those who run it, where that is not us.
    pub runner: String,
    /// Where it stands.
    pub status: CommunityStatus,
    /// How far it has come; `None` if nobody has judged.
    pub stage: Option<Stage>,
    /// Since when it stands there.
    pub status_on: Option<NaiveDate>,
    /// What status and stage are judged by.
    pub evidence: String,
    /// The community that it went into, if it was merged or closed.
    pub successor: String,
    /// Communities near it.
    pub related: Vec<String>,
}

impl CommunityFacts {
    /// An active community of ours with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            family: String::new(),
            disciplines: Vec::new(),
            purpose: String::new(),
            run_by: RunBy::Us,
            runner: String::new(),
            status: CommunityStatus::Active,
            stage: None,
            status_on: None,
            evidence: String::new(),
            successor: String::new(),
            related: Vec::new(),
        }
    }
}

/// A seat of a community and who holds it now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeatFacts {
    /// The title as printed.
    pub title: String,
    /// The holder's row, or vacant: "person TBC".
    pub holder: Option<crate::domain::ids::PersonId>,
    /// Since when the holder has had it.
    pub since: Option<NaiveDate>,
    /// Whether they hold it for the time being only.
    pub interim: bool,
    /// What the seat is for; `None` is told from the title.
    pub function: Option<SeatFunction>,
    /// After how many months the holder is to be confirmed again; `None` for never.
    pub confirm_months: Option<u32>,
    /// When the holder was confirmed last.
    pub confirmed: Option<NaiveDate>,
}

/// What a seat is for, by its title as printed.
#[must_use]
pub fn function_of(title: &str) -> Option<SeatFunction> {
    let title = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| title.contains(w));
    match () {
        () if has(&["co-lead", "co-head", "co-chair", "deputy", "joint "]) => Some(SeatFunction::CoLead),
        () if has(&["head", "director", "chief"]) => Some(SeatFunction::Head),
        () if has(&["secretary", "secretariat"]) => Some(SeatFunction::Secretary),
        () if has(&["facilitator", "convenor", "convener", "organiser", "coordinator"]) => Some(SeatFunction::Facilitator),
        () if has(&["lead", "chair", "owner", "princip"]) => Some(SeatFunction::Lead),
        () => None,
    }
}

/// From when on the holder of a seat is unconfirmed: so many months after they were confirmed, or began.
#[must_use]
pub fn confirm_by(since: Option<NaiveDate>, confirmed: Option<NaiveDate>, months: Option<u32>) -> Option<NaiveDate> {
    confirmed.max(since)?.checked_add_months(chrono::Months::new(months?))
}

/// A way to join.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RouteFacts {
    /// What kind of way.
    pub kind: RouteKind,
    /// The address, link, channel or command.
    pub target: String,
    /// The subject of the mail, for a mailto.
    pub subject: String,
    /// The text of the mail, for a mailto.
    pub body: String,
    /// The words of the link, as printed.
    pub words: String,
}

/// A rule about who may join.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleFacts {
    /// Whether those who match may or may not.
    pub effect: RuleEffect,
    /// The e-mail suffix, on whole labels; empty for a rule that only words express.
    pub suffix: String,
    /// The words as printed.
    pub words: String,
    /// Where they were printed: a page and a line; empty if nowhere.
    pub printed: String,
}

/// A place where a community talks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelFacts {
    /// What kind of place.
    pub kind: ChannelKind,
    /// Its name: `#prodmgmt`, a list's address, a forum's link.
    pub name: String,
    /// How many people are in it, as counted there.
    pub members: Option<u32>,
    /// When they were counted.
    pub counted: Option<NaiveDate>,
}

/// How a person stands to a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MembershipFacts {
    /// Where they stand.
    pub status: MembershipStatus,
    /// Since when they have been in it.
    pub joined: Option<NaiveDate>,
    /// When they left.
    pub left: Option<NaiveDate>,
    /// How they came to it.
    pub source: Source,
}
