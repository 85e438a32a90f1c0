//! The SQL of the file's tables and indexes.
//!
//! Must not know what is done with the rows.

/// The application id of a roster: the letters `Gldh`.
pub(crate) const APPLICATION_ID: i32 = 0x476c_6468;

/// The schema's version, kept in `user_version`.
pub(crate) const VERSION: i32 = 7;

/// The statements that make a new file. `sqlite_schema` must have exactly these texts.
pub(crate) const SCHEMA: &[&str] = &[
    "CREATE TABLE op(id INTEGER PRIMARY KEY, action_id BLOB NOT NULL CHECK(length(action_id)=16), kind TEXT NOT NULL, label TEXT NOT NULL, at TEXT NOT NULL, undoes INTEGER REFERENCES op(id), changes INTEGER NOT NULL, schema INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX op_action ON op(action_id)",
    "CREATE TABLE op_change(op INTEGER NOT NULL REFERENCES op(id), seq INTEGER NOT NULL, entity TEXT NOT NULL, entity_id INTEGER NOT NULL, last_id INTEGER NOT NULL CHECK(last_id>=entity_id), person_id INTEGER, before TEXT, after TEXT, PRIMARY KEY(op, seq)) STRICT, WITHOUT ROWID",
    "CREATE INDEX op_change_entity ON op_change(entity, last_id)",
    "CREATE INDEX op_change_range ON op_change(entity) WHERE entity_id<last_id",
    "CREATE INDEX op_change_person ON op_change(person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX op_change_gone ON op_change(entity, CASE WHEN json_valid(before) THEN json_extract(before, '$.uuid[0]') END) WHERE before IS NOT NULL AND after IS NULL",
    "CREATE TABLE organisation(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, short_name TEXT NOT NULL, sector TEXT NOT NULL, note TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX organisation_uuid ON organisation(uuid)",
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
    "CREATE UNIQUE INDEX person_uuid ON person(uuid)",
    "CREATE INDEX person_name ON person(name_key)",
    "CREATE UNIQUE INDEX person_email ON person(email_key)",
    "CREATE TABLE address(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), address TEXT NOT NULL, address_key TEXT NOT NULL, state TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX address_key ON address(address_key)",
    "CREATE INDEX address_person ON address(person_id)",
    "CREATE TABLE community(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, family TEXT NOT NULL, purpose TEXT NOT NULL, run_by TEXT NOT NULL, runner TEXT NOT NULL, status TEXT NOT NULL, stage TEXT, position INTEGER NOT NULL, op INTEGER NOT NULL, status_on TEXT, evidence TEXT NOT NULL DEFAULT '', successor_id INTEGER) STRICT",
    "CREATE UNIQUE INDEX community_uuid ON community(uuid)",
    "CREATE UNIQUE INDEX community_name ON community(name_key)",
    "CREATE TABLE community_discipline(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), discipline_id INTEGER NOT NULL REFERENCES discipline(id), position INTEGER NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX community_discipline_pair ON community_discipline(community_id, discipline_id)",
    "CREATE TABLE seat(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL CHECK(length(uuid)=16), community_id INTEGER NOT NULL REFERENCES community(id), title TEXT NOT NULL, position INTEGER NOT NULL, function TEXT NOT NULL, confirm_months INTEGER, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX seat_uuid ON seat(uuid)",
    "CREATE INDEX seat_community ON seat(community_id)",
    "CREATE TABLE tenure(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL CHECK(length(uuid)=16), seat_id INTEGER NOT NULL REFERENCES seat(id), person_id INTEGER NOT NULL REFERENCES person(id), since TEXT, until TEXT, over INTEGER NOT NULL, interim INTEGER NOT NULL, confirmed TEXT, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX tenure_uuid ON tenure(uuid)",
    "CREATE INDEX tenure_seat ON tenure(seat_id)",
    "CREATE INDEX tenure_person ON tenure(person_id)",
    "CREATE TABLE join_route(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL CHECK(length(uuid)=16), community_id INTEGER NOT NULL REFERENCES community(id), kind TEXT NOT NULL, target TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, words TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX join_route_uuid ON join_route(uuid)",
    "CREATE INDEX join_route_community ON join_route(community_id)",
    "CREATE TABLE rule(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL CHECK(length(uuid)=16), community_id INTEGER REFERENCES community(id), effect TEXT NOT NULL, suffix TEXT NOT NULL, words TEXT NOT NULL, page_id INTEGER, printed TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX rule_uuid ON rule(uuid)",
    "CREATE INDEX rule_community ON rule(community_id)",
    "CREATE TABLE channel(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL CHECK(length(uuid)=16), community_id INTEGER NOT NULL REFERENCES community(id), kind TEXT NOT NULL, name TEXT NOT NULL, members INTEGER, counted TEXT, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX channel_uuid ON channel(uuid)",
    "CREATE INDEX channel_community ON channel(community_id)",
    "CREATE TABLE membership(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), community_id INTEGER NOT NULL REFERENCES community(id), status TEXT NOT NULL, joined TEXT, left_on TEXT, source TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX membership_person ON membership(person_id, community_id)",
    "CREATE INDEX membership_community ON membership(community_id)",
    "CREATE TABLE meetup(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL, title TEXT NOT NULL, format TEXT NOT NULL, starts TEXT NOT NULL, minutes INTEGER NOT NULL, zone TEXT NOT NULL, venue TEXT NOT NULL, organisation_id INTEGER REFERENCES organisation(id), capacity INTEGER, status TEXT NOT NULL, write_up TEXT NOT NULL, write_up_link TEXT NOT NULL, note TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX meetup_uuid ON meetup(uuid)",
    "CREATE INDEX meetup_starts ON meetup(starts)",
    "CREATE TABLE meetup_community(id INTEGER PRIMARY KEY, meetup_id INTEGER NOT NULL REFERENCES meetup(id), community_id INTEGER NOT NULL REFERENCES community(id), op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX meetup_community_pair ON meetup_community(meetup_id, community_id)",
    "CREATE INDEX meetup_community_community ON meetup_community(community_id)",
    "CREATE TABLE attendance(id INTEGER PRIMARY KEY, meetup_id INTEGER NOT NULL REFERENCES meetup(id), person_id INTEGER NOT NULL REFERENCES person(id), rsvp TEXT, outcome TEXT NOT NULL, parts TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX attendance_meetup ON attendance(meetup_id, person_id)",
    "CREATE INDEX attendance_person ON attendance(person_id)",
    "CREATE TABLE consent(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), purpose TEXT NOT NULL, state TEXT NOT NULL, given_on TEXT, source TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX consent_person ON consent(person_id, purpose)",
    "CREATE TABLE suppression(id INTEGER PRIMARY KEY, address_key TEXT NOT NULL, since TEXT, reason TEXT NOT NULL, asked TEXT NOT NULL, lifted TEXT, lifted_why TEXT, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX suppression_address ON suppression(address_key)",
    "CREATE TABLE view(id INTEGER PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, pane TEXT NOT NULL, query TEXT NOT NULL, sort TEXT NOT NULL, columns TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX view_name ON view(name_key)",
    "CREATE TABLE export(id INTEGER PRIMARY KEY, op INTEGER NOT NULL REFERENCES op(id), name TEXT NOT NULL, format TEXT NOT NULL, query TEXT NOT NULL, community_id INTEGER, list TEXT NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL, digests BLOB NOT NULL, options TEXT NOT NULL DEFAULT '', files TEXT NOT NULL DEFAULT '') STRICT",
    "CREATE TABLE page(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL CHECK(length(uuid)=16), name TEXT NOT NULL, name_key TEXT NOT NULL, text TEXT NOT NULL, newest_community INTEGER NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX page_uuid ON page(uuid)",
    "CREATE UNIQUE INDEX page_name ON page(name_key)",
    "CREATE TABLE listing(id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL REFERENCES page(id), community_id INTEGER NOT NULL REFERENCES community(id), position INTEGER NOT NULL, derived TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX listing_pair ON listing(page_id, community_id)",
    "CREATE TABLE exception(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), community_id INTEGER NOT NULL REFERENCES community(id), reason TEXT NOT NULL, decided_by TEXT NOT NULL, decided_on TEXT, review_on TEXT, op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX exception_person ON exception(person_id, community_id)",
    "CREATE TABLE related(id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community(id), other_id INTEGER NOT NULL REFERENCES community(id), op INTEGER NOT NULL) STRICT",
    "CREATE UNIQUE INDEX related_community ON related(community_id, other_id)",
    // A table for unit tests only: see `super::tests`.
    #[cfg(test)]
    "CREATE TABLE scratch(id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id), word TEXT NOT NULL, mood TEXT NOT NULL, op INTEGER NOT NULL) STRICT",
];

/// The indexes that a large import into an empty roster builds after its rows.
pub(crate) const LATE_INDEXES: &[&str] = &["person_uuid", "person_name", "person_email"];

/// Returns the statement of [`SCHEMA`] that creates this table or index.
#[must_use]
pub(crate) fn statement(kind: &str, name: &str) -> &'static str {
    let begins = [format!("CREATE {kind} {name}("), format!("CREATE {kind} {name} ON "), format!("CREATE UNIQUE {kind} {name} ON ")];
    SCHEMA.iter().find(|s| begins.iter().any(|b| s.starts_with(b.as_str()))).copied().unwrap_or_default()
}
