//! Communities: purpose, seats, join routes, eligibility rules, channels.
//!
//! Must not know how they are stored or shown.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::words::{ChannelKind, CommunityStatus, MembershipStatus, RouteKind, RuleEffect, RunBy, SeatFunction, Source, Stage};

/// What a lead records about a community, with disciplines by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommunityFacts {
    /// The name.
    pub name: String,
    /// The job family; empty if none.
    pub family: String,
    /// The disciplines.
    pub disciplines: Vec<String>,
    /// The purpose.
    pub purpose: String,
    /// Who runs it.
    pub run_by: RunBy,
    /// The others who run it, if it isn't ours.
    pub runner: String,
    /// The status.
    pub status: CommunityStatus,
    /// The stage; `None` if nobody has judged it.
    pub stage: Option<Stage>,
    /// The date since which status and stage have applied.
    pub status_on: Option<NaiveDate>,
    /// The evidence for status and stage.
    pub evidence: String,
    /// The community that succeeded it, if it was merged or closed.
    pub successor: String,
    /// Related communities.
    pub related: Vec<String>,
}

impl CommunityFacts {
    /// Returns an active community of ours with this name.
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

/// A seat of a community and its current holder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeatFacts {
    /// The title as printed.
    pub title: String,
    /// The holder; `None` if the seat is vacant ("person TBC").
    pub holder: Option<crate::domain::ids::PersonId>,
    /// The start of the holder's tenure.
    pub since: Option<NaiveDate>,
    /// Whether the holder is interim.
    pub interim: bool,
    /// The function of the seat; `None` to derive it from the title.
    pub function: Option<SeatFunction>,
    /// The number of months after which the holder must be confirmed again; `None` for never.
    pub confirm_months: Option<u32>,
    /// When the holder was last confirmed.
    pub confirmed: Option<NaiveDate>,
}

/// Returns the function of a seat, derived from its title as printed.
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

/// Returns the date from which a holder counts as unconfirmed: this many months after they were last confirmed, or after they began.
#[must_use]
pub fn confirm_by(since: Option<NaiveDate>, confirmed: Option<NaiveDate>, months: Option<u32>) -> Option<NaiveDate> {
    confirmed.max(since)?.checked_add_months(chrono::Months::new(months?))
}

/// A way to join.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RouteFacts {
    /// The kind of route.
    pub kind: RouteKind,
    /// The address, link, channel or command.
    pub target: String,
    /// The subject of the mail, for a mailto.
    pub subject: String,
    /// The text of the mail, for a mailto.
    pub body: String,
    /// The link text, as printed.
    pub words: String,
}

/// A rule about who may join.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleFacts {
    /// Whether the rule allows or denies people who match it.
    pub effect: RuleEffect,
    /// The e-mail suffix, on whole labels; empty for a rule that is expressed only in words.
    pub suffix: String,
    /// The words as printed.
    pub words: String,
    /// Where the words were printed: a page and a line; empty if nowhere.
    pub printed: String,
}

/// A place where a community talks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelFacts {
    /// The kind of channel.
    pub kind: ChannelKind,
    /// Its name: `#prodmgmt`, a list's address, a forum's link.
    pub name: String,
    /// The number of people in it, as counted there.
    pub members: Option<u32>,
    /// When they were counted.
    pub counted: Option<NaiveDate>,
}

/// A person's membership of a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MembershipFacts {
    /// The status.
    pub status: MembershipStatus,
    /// When they joined.
    pub joined: Option<NaiveDate>,
    /// When they left.
    pub left: Option<NaiveDate>,
    /// How they joined.
    pub source: Source,
}
