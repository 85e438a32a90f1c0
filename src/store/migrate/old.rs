//! The schema of version 1 and the steps from there. Frozen, whatever the current schema is.
//!
//! Must not know of any later version.

use std::ops::RangeInclusive;

/// The statements of version 1. The first program of that version didn't create the index `op_change_range`; see [`FORMS`].
pub(super) const FIRST: &[&str] = &[
    "CREATE TABLE op(id INTEGER PRIMARY KEY, action_id BLOB NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL, at TEXT NOT NULL, undoes INTEGER REFERENCES op(id), changes INTEGER NOT NULL) STRICT",
    "CREATE TABLE op_change(op INTEGER NOT NULL REFERENCES op(id), seq INTEGER NOT NULL, entity TEXT NOT NULL, entity_id INTEGER NOT NULL, last_id INTEGER NOT NULL, before TEXT, after TEXT, PRIMARY KEY(op, seq)) STRICT, WITHOUT ROWID",
    "CREATE INDEX op_change_entity ON op_change(entity, last_id)",
    "CREATE TABLE organisation(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, short_name TEXT NOT NULL, sector TEXT NOT NULL, note TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX organisation_name ON organisation(name_key)",
    "CREATE TABLE organisation_domain(id INTEGER PRIMARY KEY, organisation_id INTEGER NOT NULL REFERENCES organisation(id), domain TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX organisation_domain_domain ON organisation_domain(domain)",
    "CREATE TABLE discipline(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX discipline_name ON discipline(name_key)",
    "CREATE TABLE field(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX field_name ON field(name_key)",
    "CREATE TABLE tag(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX tag_name ON tag(name_key)",
    "CREATE TABLE person(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, email TEXT NOT NULL, email_key TEXT, email_state TEXT NOT NULL, organisation_id INTEGER REFERENCES organisation(id), job_title TEXT NOT NULL, discipline_id INTEGER REFERENCES discipline(id), tags TEXT NOT NULL, fields TEXT NOT NULL, joined TEXT, note TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX person_name ON person(name_key)",
    "CREATE UNIQUE INDEX person_email ON person(email_key)",
    "CREATE TABLE address(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), address TEXT NOT NULL, address_key TEXT NOT NULL, state TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX address_key ON address(address_key)",
    "CREATE INDEX address_person ON address(person_id)",
    "CREATE TABLE community(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, family TEXT NOT NULL, purpose TEXT NOT NULL, run_by TEXT NOT NULL, runner TEXT NOT NULL, status TEXT NOT NULL, stage TEXT, position INTEGER NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX community_name ON community(name_key)",
    "CREATE TABLE community_discipline(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), discipline_id INTEGER NOT NULL REFERENCES discipline(id), position INTEGER NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX community_discipline_community ON community_discipline(community_id)",
    "CREATE TABLE seat(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), title TEXT NOT NULL, position INTEGER NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX seat_community ON seat(community_id)",
    "CREATE TABLE tenure(id INTEGER PRIMARY KEY, seat_id INTEGER NOT NULL REFERENCES seat(id), person_id INTEGER NOT NULL REFERENCES person(id), since TEXT, until TEXT, over INTEGER NOT NULL, interim INTEGER NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX tenure_seat ON tenure(seat_id)",
    "CREATE INDEX tenure_person ON tenure(person_id)",
    "CREATE TABLE join_route(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), kind TEXT NOT NULL, target TEXT NOT NULL, subject TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX join_route_community ON join_route(community_id)",
    "CREATE TABLE rule(id INTEGER PRIMARY KEY, community_id INTEGER REFERENCES community(id), effect TEXT NOT NULL, suffix TEXT NOT NULL, words TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX rule_community ON rule(community_id)",
    "CREATE TABLE channel(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), kind TEXT NOT NULL, name TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX channel_community ON channel(community_id)",
    "CREATE TABLE membership(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), community_id INTEGER NOT NULL REFERENCES community(id), status TEXT NOT NULL, joined TEXT, left_on TEXT, source TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX membership_person ON membership(person_id, community_id)",
    "CREATE INDEX membership_community ON membership(community_id)",
    "CREATE TABLE meetup(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, title TEXT NOT NULL, format TEXT NOT NULL, starts TEXT NOT NULL, minutes INTEGER NOT NULL, zone TEXT NOT NULL, venue TEXT NOT NULL, organisation_id INTEGER REFERENCES organisation(id), capacity INTEGER, status TEXT NOT NULL, write_up TEXT NOT NULL, write_up_link TEXT NOT NULL, note TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE INDEX meetup_starts ON meetup(starts)",
    "CREATE TABLE meetup_community(id INTEGER PRIMARY KEY, meetup_id INTEGER NOT NULL REFERENCES meetup(id), community_id INTEGER NOT NULL REFERENCES community(id), op INTEGER NOT NULL) STRICT",
    "CREATE INDEX meetup_community_meetup ON meetup_community(meetup_id)",
    "CREATE INDEX meetup_community_community ON meetup_community(community_id)",
    "CREATE TABLE attendance(id INTEGER PRIMARY KEY, meetup_id INTEGER NOT NULL REFERENCES meetup(id), person_id INTEGER NOT NULL REFERENCES person(id), rsvp TEXT, outcome TEXT NOT NULL, parts TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX attendance_meetup ON attendance(meetup_id, person_id)",
    "CREATE INDEX attendance_person ON attendance(person_id)",
    "CREATE TABLE consent(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), purpose TEXT NOT NULL, state TEXT NOT NULL, given_on TEXT, source TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX consent_person ON consent(person_id, purpose)",
    "CREATE TABLE suppression(id INTEGER PRIMARY KEY, address_key TEXT NOT NULL, since TEXT, reason TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX suppression_address ON suppression(address_key)",
    "CREATE TABLE view(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, pane TEXT NOT NULL, query TEXT NOT NULL, sort TEXT NOT NULL, columns TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX view_name ON view(name_key)",
];

/// An index that was added to version 1 without a migration step.
pub(super) const LATER: &str = "CREATE INDEX op_change_range ON op_change(entity) WHERE entity_id<last_id";

/// An index that a file of these versions may lack, depending on the program that made it, since it changed without a migration step.
pub(super) struct Form {
    /// The versions that have both forms.
    pub versions: RangeInclusive<i32>,
    /// The index.
    pub index: &'static str,
    /// The index that may be there instead.
    pub instead: Option<&'static str>,
}

/// The versions that exist in two forms.
pub(super) const FORMS: &[Form] = &[
    Form { versions: 1..=5, index: "op_change_range", instead: None },
    Form {
        versions: 3..=5,
        index: "listing_page",
        instead: Some("CREATE UNIQUE INDEX listing_community ON listing(page_id, community_id)"),
    },
];

/// To version 7: the options of an export, and the files that it wrote, each with its digest.
pub(super) const EXPORT_FILES: &str = "ALTER TABLE export ADD COLUMN options TEXT NOT NULL DEFAULT ''; \
    ALTER TABLE export ADD COLUMN files TEXT NOT NULL DEFAULT ''";

/// To version 5: function and confirmation of seats, counts of channels; for a community, the reason for its status, its successor, and
/// related communities.
pub(super) const SHAPE: &str = "ALTER TABLE seat ADD COLUMN function TEXT NOT NULL DEFAULT ''; \
    ALTER TABLE seat ADD COLUMN confirm_months INTEGER; \
    ALTER TABLE tenure ADD COLUMN confirmed TEXT; \
    ALTER TABLE channel ADD COLUMN members INTEGER; \
    ALTER TABLE channel ADD COLUMN counted TEXT; \
    ALTER TABLE community ADD COLUMN status_on TEXT; \
    ALTER TABLE community ADD COLUMN evidence TEXT NOT NULL DEFAULT ''; \
    ALTER TABLE community ADD COLUMN successor_id INTEGER; \
    CREATE TABLE related(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), other_id INTEGER NOT NULL REFERENCES community(id), op INTEGER NOT NULL) STRICT; \
    CREATE UNIQUE INDEX related_community ON related(community_id, other_id)";

/// To version 4: exceptions to eligibility rules.
pub(super) const EXCEPTIONS: &str = "CREATE TABLE exception(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), community_id INTEGER NOT NULL REFERENCES community(id), reason TEXT NOT NULL, decided_by TEXT NOT NULL, decided_on TEXT, review_on TEXT, op INTEGER NOT NULL) STRICT; \
    CREATE UNIQUE INDEX exception_person ON exception(person_id, community_id)";

/// To version 3: public pages, the communities on them, and what they print of join routes and rules.
pub(super) const PAGES: &str = "ALTER TABLE join_route ADD COLUMN body TEXT NOT NULL DEFAULT ''; \
    ALTER TABLE join_route ADD COLUMN words TEXT NOT NULL DEFAULT ''; \
    ALTER TABLE rule ADD COLUMN page_id INTEGER; \
    ALTER TABLE rule ADD COLUMN printed TEXT NOT NULL DEFAULT ''; \
    CREATE TABLE page(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, text TEXT NOT NULL, newest_community INTEGER NOT NULL, op INTEGER NOT NULL) STRICT; \
    CREATE UNIQUE INDEX page_name ON page(name_key); \
    CREATE TABLE listing(id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL REFERENCES page(id), community_id INTEGER NOT NULL REFERENCES community(id), position INTEGER NOT NULL, derived TEXT NOT NULL, op INTEGER NOT NULL) STRICT; \
    CREATE INDEX listing_page ON listing(page_id)";

/// Exports, with a digest of each address. Not in the journal: what was sent can't be undone.
pub(super) const EXPORTS: &str = "CREATE TABLE export(id INTEGER PRIMARY KEY, op INTEGER NOT NULL REFERENCES op(id), name TEXT NOT NULL, format TEXT NOT NULL, query TEXT NOT NULL, community_id INTEGER, list TEXT NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL, digests BLOB NOT NULL) STRICT";
