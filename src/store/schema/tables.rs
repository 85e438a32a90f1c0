//! The description of each table. ARCHITECTURE.md explains why cells are grouped.
//!
//! Must not know what is done with the rows.

use super::{About, Column, Fallback, Gone, Holds, Identity, Merge, Refresh, Table, WordList};
use crate::domain::words::{
    AddressState, ChannelKind, CommunityStatus, ConsentState, Format, MeetupStatus, MembershipStatus, Outcome, Part, PersonKind, Purpose,
    RouteKind, Rsvp, RuleEffect, RunBy, SeatFunction, Source, Stage, WriteUp,
};

const fn column(name: &'static str, merge: Merge, default: Fallback) -> Column {
    Column { name, merge, holds: Holds::Facts, default, words: None, may_be_empty: false }
}

/// Describes a text that is never null.
const fn text(name: &'static str) -> Column {
    column(name, Merge::Value, Fallback::Empty)
}

/// Describes a value that may be null.
const fn maybe(name: &'static str) -> Column {
    column(name, Merge::Value, Fallback::Null)
}

const fn number(name: &'static str, default: i64) -> Column {
    column(name, Merge::Value, Fallback::Number(default))
}

const fn uuid() -> Column {
    column("uuid", Merge::Identity, Fallback::Null)
}

/// Describes a reference to the row that this one belongs to, and is removed with.
const fn reference(name: &'static str, to: &'static str) -> Column {
    column(name, Merge::Reference(to, Gone::RowToo), Fallback::Null)
}

/// Describes an optional reference, which is emptied when its target is removed.
const fn loose(name: &'static str, to: &'static str) -> Column {
    column(name, Merge::Reference(to, Gone::Emptied), Fallback::Null)
}

const fn key(name: &'static str) -> Column {
    column(name, Merge::Derived, Fallback::Empty)
}

const fn order() -> Column {
    column("position", Merge::Order, Fallback::Number(0))
}

/// Describes a word of a closed list.
const fn word(name: &'static str, words: WordList) -> Column {
    Column { words: Some(words), ..text(name) }
}

/// Describes a word of a closed list that may be null.
const fn maybe_word(name: &'static str, words: WordList) -> Column {
    Column { words: Some(words), may_be_empty: true, ..maybe(name) }
}

/// Describes words of a closed list; may be empty.
const fn some_words(name: &'static str, words: WordList) -> Column {
    Column { words: Some(words), may_be_empty: true, ..text(name) }
}

impl Column {
    const fn personal(self) -> Self {
        Self { holds: Holds::Personal, ..self }
    }

    const fn free(self) -> Self {
        Self { holds: Holds::FreeText, ..self }
    }

    const fn merged(self, merge: Merge) -> Self {
        Self { merge, ..self }
    }

    const fn group(self, number: u8) -> Self {
        self.merged(Merge::Group(number))
    }
}

macro_rules! words {
    ($list:ident) => {
        || $list::ALL.iter().map(|w| w.word()).collect()
    };
}

macro_rules! tables {
    ($($(#[$attribute:meta])* $constant:ident = $name:literal, $noun:literal, $identity:expr, $about:expr, $part_of:expr, [$($refresh:ident),*], [$($column:expr),+ $(,)?];)+) => {
        $(
            #[doc = concat!("The table `", $name, "`.")]
            $(#[$attribute])*
            pub(crate) static $constant: Table = Table {
                name: $name,
                noun: $noun,
                identity: $identity,
                about: $about,
                part_of: $part_of,
                refreshes: &[$(Refresh::$refresh),*],
                columns: &[$($column),+],
            };
        )+
        /// Every table that the journal covers.
        pub(crate) static TABLES: &[&Table] = &[$($(#[$attribute])* &$constant),+];
    };
}

use About::{Holder, Itself, Nobody, Person};
use Identity::{Natural, Uuid};

tables! {
    ORGANISATION = "organisation", "organisation", Uuid, Nobody, None, [Words], [
        uuid(), text("name"), key("name_key"), text("short_name"), text("sector"), text("note").free(),
    ];
    ORGANISATION_DOMAIN = "organisation_domain", "e-mail domain", Natural(&["domain"]), Nobody, Some(("organisation", "organisation_id")), [Words, Mail], [
        reference("organisation_id", "organisation"), text("domain"),
    ];
    DISCIPLINE = "discipline", "discipline", Natural(&["name_key"]), Nobody, None, [Words], [text("name"), key("name_key")];
    FIELD = "field", "custom field", Natural(&["name_key"]), Nobody, None, [Words], [text("name"), key("name_key")];
    TAG = "tag", "tag", Natural(&["name_key"]), Nobody, None, [Words], [text("name"), key("name_key")];
    PERSON = "person", "person", Uuid, Itself, None, [], [
        uuid(),
        word("kind", words!(PersonKind)),
        text("name").personal(),
        key("name_key").personal(),
        text("email").group(1).personal(),
        column("email_key", Merge::Derived, Fallback::Null).personal(),
        word("email_state", words!(AddressState)).group(1),
        loose("organisation_id", "organisation"),
        text("job_title").personal(),
        loose("discipline_id", "discipline"),
        text("tags").merged(Merge::Set).personal(),
        text("fields").merged(Merge::Map).personal(),
        maybe("joined").personal(),
        text("note").personal(),
    ];
    ADDRESS = "address", "address", Natural(&["address_key"]), Person("person_id"), Some(("person", "person_id")), [Mail], [
        reference("person_id", "person"), text("address").personal(), key("address_key").personal(), word("state", words!(AddressState)),
    ];
    COMMUNITY = "community", "community", Uuid, Nobody, None, [Communities], [
        uuid(),
        text("name"),
        key("name_key"),
        text("family"),
        text("purpose").free(),
        word("run_by", words!(RunBy)),
        text("runner").free(),
        word("status", words!(CommunityStatus)),
        maybe_word("stage", words!(Stage)),
        order(),
        maybe("status_on"),
        text("evidence").free(),
        loose("successor_id", "community"),
    ];
    RELATED = "related", "related community", Natural(&["community_id", "other_id"]), Nobody, Some(("community", "community_id")), [Communities], [
        reference("community_id", "community"), reference("other_id", "community"),
    ];
    COMMUNITY_DISCIPLINE = "community_discipline", "discipline", Natural(&["community_id", "discipline_id"]), Nobody,
        Some(("community", "community_id")), [Communities], [
        reference("community_id", "community"), reference("discipline_id", "discipline"), order(),
    ];
    SEAT = "seat", "seat", Uuid, Nobody, None, [Communities], [
        uuid(),
        reference("community_id", "community"),
        text("title"),
        order(),
        some_words("function", words!(SeatFunction)),
        maybe("confirm_months"),
    ];
    TENURE = "tenure", "tenure", Uuid, Person("person_id"), None, [Communities], [
        uuid(),
        reference("seat_id", "seat"),
        reference("person_id", "person"),
        maybe("since").personal(),
        maybe("until").group(1).personal(),
        number("over", 0).group(1),
        number("interim", 0),
        maybe("confirmed").personal(),
    ];
    JOIN_ROUTE = "join_route", "join route", Uuid, Nobody, None, [Communities], [
        uuid(),
        reference("community_id", "community"),
        word("kind", words!(RouteKind)),
        text("target").free(),
        text("subject").free(),
        text("body").free(),
        text("words").free(),
    ];
    RULE = "rule", "eligibility rule", Uuid, Nobody, None, [Communities], [
        uuid(),
        reference("community_id", "community"),
        word("effect", words!(RuleEffect)),
        text("suffix"),
        text("words").free(),
        reference("page_id", "page"),
        text("printed").free(),
    ];
    PAGE = "page", "page", Uuid, Nobody, None, [Communities], [
        uuid(),
        text("name"),
        key("name_key"),
        text("text").free(),
        column("newest_community", Merge::Local, Fallback::Number(0)),
    ];
    EXCEPTION = "exception", "exception", Natural(&["person_id", "community_id"]), Person("person_id"), None, [Communities], [
        reference("person_id", "person"),
        reference("community_id", "community"),
        text("reason").personal(),
        text("decided_by").free(),
        maybe("decided_on").personal(),
        maybe("review_on").personal(),
    ];
    LISTING = "listing", "place on a page", Natural(&["page_id", "community_id"]), Nobody, None, [Communities], [
        reference("page_id", "page"),
        reference("community_id", "community"),
        column("position", Merge::Local, Fallback::Number(0)),
        text("derived"),
    ];
    CHANNEL = "channel", "channel", Uuid, Nobody, None, [Communities], [
        uuid(),
        reference("community_id", "community"), word("kind", words!(ChannelKind)), text("name").free(), maybe("members"), maybe("counted"),
    ];
    MEMBERSHIP = "membership", "membership", Natural(&["person_id", "community_id"]), Person("person_id"), None, [Members], [
        reference("person_id", "person"),
        reference("community_id", "community"),
        word("status", words!(MembershipStatus)).group(1),
        maybe("joined").personal(),
        maybe("left_on").group(1).personal(),
        word("source", words!(Source)),
    ];
    MEETUP = "meetup", "meetup", Uuid, Nobody, None, [Meetups], [
        uuid(),
        text("title"),
        word("format", words!(Format)),
        text("starts"),
        number("minutes", 60),
        text("zone"),
        text("venue").free(),
        loose("organisation_id", "organisation"),
        maybe("capacity"),
        word("status", words!(MeetupStatus)),
        word("write_up", words!(WriteUp)),
        text("write_up_link"),
        text("note").free(),
    ];
    MEETUP_COMMUNITY = "meetup_community", "community", Natural(&["meetup_id", "community_id"]), Nobody, Some(("meetup", "meetup_id")), [Meetups], [
        reference("meetup_id", "meetup"), reference("community_id", "community"),
    ];
    ATTENDANCE = "attendance", "attendance", Natural(&["meetup_id", "person_id"]), Person("person_id"), None, [Meetups], [
        reference("meetup_id", "meetup"),
        reference("person_id", "person"),
        maybe_word("rsvp", words!(Rsvp)),
        word("outcome", words!(Outcome)),
        some_words("parts", words!(Part)).merged(Merge::Set),
    ];
    CONSENT = "consent", "consent", Natural(&["person_id", "purpose"]), Person("person_id"), None, [Mail], [
        reference("person_id", "person"),
        word("purpose", words!(Purpose)),
        word("state", words!(ConsentState)).group(1),
        maybe("given_on").group(1).personal(),
        text("source").group(1).personal(),
    ];
    SUPPRESSION = "suppression", "suppression", Natural(&["address_key"]), Holder("address_key"), None, [Mail], [
        text("address_key").personal(),
        maybe("since").group(1).personal(),
        text("reason").group(1).personal(),
        text("asked").group(1),
        maybe("lifted").group(1),
        maybe("lifted_why").group(1).personal(),
    ];
    VIEW = "view", "view", Natural(&["name_key"]), Nobody, None, [Views], [
        text("name"), key("name_key"), text("pane"), text("query").free(), text("sort"), text("columns"),
    ];
    #[cfg(test)]
    SCRATCH = "scratch", "scratch note", Natural(&["person_id", "word"]), Person("person_id"), Some(("person", "person_id")), [Views], [
        reference("person_id", "person"), text("word"), word("mood", || vec!["good", "bad"]),
    ];
}

/// The table `export`, which the journal doesn't cover, as what was sent can't be undone. A row is identified by its step.
#[cfg_attr(not(test), expect(dead_code, reason = "described like the others; merging and forgetting will walk it"))]
pub(crate) static EXPORT: Table = Table {
    name: "export",
    noun: "export",
    identity: Natural(&["op"]),
    about: Nobody,
    part_of: None,
    refreshes: &[],
    columns: &[
        text("name").free(),
        text("format"),
        text("query").free(),
        loose("community_id", "community"),
        text("list"),
        text("at"),
        column("salt", Merge::Value, Fallback::Empty),
        column("digests", Merge::Value, Fallback::Empty).personal(),
        text("options"),
        text("files").free(),
    ],
};
