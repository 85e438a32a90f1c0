//! Guildhall's own format: everything in the roster about people, for another import without loss.
//!
//! Must not know who is written, nor to which file.

use std::io::Write;

use super::Outgoing;
use crate::domain::address;
use crate::domain::fields as custom;
use crate::domain::words::{AddressState, PersonKind};
use crate::exchange::{ExchangeError, RowWriter, consents, memberships, suppressions};

/// The columns of Guildhall's own format; the import recognises each by its name.
pub(crate) const ROSTER_COLUMNS: &[&str] = &[
    "Name",
    "E-mail",
    "E-mail state",
    "Other e-mails",
    "Kind",
    "Organisation",
    "Job title",
    "Discipline",
    "Tags",
    "Joined",
    "Communities",
    "Consents",
    "Suppressed addresses",
    "Note",
];

/// Writes the names of the columns, with the custom fields after the built-in ones.
pub(super) fn head<W: Write>(fields: &[String], to: &mut RowWriter<W>) -> Result<(), ExchangeError> {
    to.record(ROSTER_COLUMNS.iter().copied().chain(fields.iter().map(String::as_str)))
}

/// Writes a person.
pub(super) fn row<W: Write>(p: &Outgoing<'_>, fields: &[String], to: &mut RowWriter<W>) -> Result<(), ExchangeError> {
    let person = p.person;
    let state = if p.email_state == AddressState::Ok { "" } else { p.email_state.word() };
    // A row with only suppressed addresses is read as addresses without a person. This one has a person, so it states its kind.
    let only_suppressed = person.name.is_empty() && p.email.is_empty() && person.id.0 != 0;
    let kind = if person.kind == PersonKind::Person && !only_suppressed { "" } else { person.kind.word() };
    let others = if p.others.is_empty() { String::new() } else { address::write_list(p.others) };
    let mut communities = String::new();
    for (name, facts) in p.memberships {
        memberships::write(&mut communities, name, facts);
    }
    let kind = if person.id.0 == 0 { "" } else { kind };
    for value in [
        person.name,
        p.email,
        state,
        &others,
        kind,
        person.organisation,
        person.job_title,
        person.discipline,
        person.tags,
        person.joined,
        &communities,
        &consents::write(person.consents),
        &suppressions::write(p.suppressed),
        person.note,
    ] {
        to.value(value)?;
    }
    if !fields.is_empty() {
        let mut values = vec![String::new(); fields.len()];
        custom::each(person.fields, |name, value| {
            if let Some(at) = fields.iter().position(|f| f == name) {
                value.clone_into(&mut values[at]);
            }
        });
        for value in &values {
            to.value(value)?;
        }
    }
    to.end_row()
}
