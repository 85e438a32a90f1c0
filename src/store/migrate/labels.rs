//! Labels for steps from before labels were data, derived from each step's own changes. The old wording is dropped, since it has names in
//! it.
//!
//! Must not know how a label is worded.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use crate::domain::label::{Label, Verb};
use crate::store::StoreError;
use crate::store::labels::hex;

/// The changes that a step made to the rows of one table.
#[derive(Default)]
struct TableChanges {
    added: Vec<(i64, i64)>,
    changed: Vec<i64>,
    removed: Vec<i64>,
}

impl TableChanges {
    fn added(&self) -> u64 {
        self.added.iter().map(|(first, last)| (last - first + 1).unsigned_abs()).sum()
    }

    /// Returns the row that was added, changed or removed, if there was exactly one.
    fn only(&self) -> Option<i64> {
        let mut ids: Vec<i64> = self.changed.iter().chain(&self.removed).copied().collect();
        for (first, last) in &self.added {
            ids.push(*first);
            ids.push(*last);
        }
        ids.dedup();
        if let [id] = ids.as_slice() { Some(*id) } else { None }
    }
}

/// All changes of a step, and where to look names up.
struct StepChanges<'c> {
    conn: &'c Connection,
    op: i64,
    changes: u64,
    deeds: HashMap<String, TableChanges>,
}

/// Gives every step a structured label.
pub(super) fn rewrite(conn: &Connection) -> Result<(), StoreError> {
    let mut read = conn.prepare("SELECT id, kind, undoes, changes FROM op ORDER BY id")?;
    let mut rows = read.query([])?;
    let mut write = conn.prepare("UPDATE op SET label=?2 WHERE id=?1")?;
    let mut labels: HashMap<i64, String> = HashMap::new();
    let exports = exports(conn)?;
    while let Some(row) = rows.next()? {
        let (op, kind): (i64, String) = (row.get(0)?, row.get(1)?);
        let undoes: Option<i64> = row.get(2)?;
        let known = undoes.and_then(|target| labels.get(&target)).cloned();
        let label = match known {
            // An undo or redo has the label of the step that it reverts.
            Some(label) => label,
            None if kind == "note" && exports.contains_key(&op) => exports[&op].clone(),
            None => StepChanges::of(conn, op, row.get::<_, i64>(3)?.unsigned_abs())?.label()?.stored(),
        };
        write.execute((op, &label))?;
        labels.insert(op, label);
    }
    Ok(())
}

/// Returns the labels of exports by their steps.
fn exports(conn: &Connection) -> Result<HashMap<i64, String>, StoreError> {
    let mut read = conn.prepare("SELECT op, format, name, length(digests)/8 FROM export")?;
    let rows = read.query_map([], |r| {
        let label = Label::new(Verb::Export, r.get::<_, i64>(3)?.unsigned_abs());
        Ok((r.get(0)?, label.what(&r.get::<_, String>(1)?).how(&r.get::<_, String>(2)?).stored()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl<'c> StepChanges<'c> {
    fn of(conn: &'c Connection, op: i64, changes: u64) -> Result<Self, StoreError> {
        let mut deeds: HashMap<String, TableChanges> = HashMap::new();
        let mut read = conn
            .prepare_cached("SELECT entity, entity_id, last_id, before IS NULL, after IS NULL FROM op_change WHERE op=?1 ORDER BY seq")?;
        let mut rows = read.query([op])?;
        while let Some(row) = rows.next()? {
            let (first, last): (i64, i64) = (row.get(1)?, row.get(2)?);
            let deed = deeds.entry(row.get(0)?).or_default();
            match (row.get::<_, bool>(3)?, row.get::<_, bool>(4)?) {
                // A restored row has an after-image, but with its step only.
                (true, _) => deed.added.push((first, last)),
                (false, true) => deed.removed.push(first),
                (false, false) => deed.changed.push(first),
            }
        }
        Ok(Self { conn, op, changes, deeds })
    }

    fn did(&self, table: &str) -> Option<&TableChanges> {
        self.deeds.get(table)
    }

    /// Returns the UUID of a row, also of a removed one.
    fn uuid(&self, table: &str, id: i64) -> Result<Option<String>, StoreError> {
        let sql = format!("SELECT uuid FROM {table} WHERE id=?1");
        let found: Option<Vec<u8>> = self.conn.prepare_cached(&sql)?.query_row([id], |r| r.get(0)).optional()?;
        if let Some(found) = found {
            return Ok(Some(hex(&found)));
        }
        let sql = "SELECT json_extract(before, '$.uuid[0]') FROM op_change WHERE entity=?1 AND last_id=?2 AND after IS NULL AND json_valid(before) LIMIT 1";
        Ok(self.conn.prepare_cached(sql)?.query_row((table, id), |r| r.get(0)).optional()?.flatten())
    }

    /// Returns the UUID of the row of table `to` that all changed rows of `table` refer to in `column`, if it is the same one.
    fn common(&self, table: &str, column: &str, to: &str) -> Result<Option<String>, StoreError> {
        let sql = format!(
            "WITH mine AS (SELECT c.entity_id, c.last_id, c.before, c.after FROM op_change c WHERE c.op=?1 AND c.entity=?2), \
             found AS (SELECT coalesce(CASE WHEN json_valid(m.before) THEN json_extract(m.before, '$.{column}') END, CASE WHEN json_valid(m.after) THEN json_extract(m.after, '$.{column}') END, r.{column}, \
               (SELECT json_extract(x.before, '$.{column}') FROM op_change x WHERE x.entity=?2 AND x.last_id=m.entity_id AND x.after IS NULL AND json_valid(x.before) LIMIT 1)) AS id \
               FROM mine m LEFT JOIN {table} r ON r.id BETWEEN m.entity_id AND m.last_id) \
             SELECT CASE WHEN min(id)=max(id) AND typeof(min(id))='integer' THEN min(id) END FROM found"
        );
        let id: Option<i64> = self.conn.prepare_cached(&sql)?.query_row((self.op, table), |r| r.get(0))?;
        id.map_or(Ok(None), |id| self.uuid(to, id))
    }

    /// Returns a label about the people in a table's rows: a reference to a single person, otherwise a count.
    fn of_people(&self, verb: Verb, table: &str, deed: &TableChanges) -> Result<Label, StoreError> {
        let n = deed.added() + (deed.changed.len() + deed.removed.len()) as u64;
        let label = Label::new(verb, n);
        if n != 1 {
            return Ok(label);
        }
        let person = if table == "person" {
            deed.only().map_or(Ok(None), |id| self.uuid("person", id))?
        } else {
            self.common(table, "person_id", "person")?
        };
        Ok(label.about("person", person))
    }

    /// Returns the step's label; a mere count if what it did isn't clear.
    fn label(&self) -> Result<Label, StoreError> {
        let found = match self.of_things()? {
            None => match self.of_links()? {
                None => self.of_parts()?,
                some => some,
            },
            some => some,
        };
        Ok(found.unwrap_or_else(|| Label::new(Verb::Change, self.changes)))
    }

    /// Returns whether the changes are too varied for one command, so that the step must have gone back over several steps.
    fn is_mixed(&self) -> bool {
        let counts =
            |table: &str| self.did(table).map_or((false, false, false), |d| (d.added() > 0, !d.changed.is_empty(), !d.removed.is_empty()));
        let (person, community, meetup, organisation) = (counts("person"), counts("community"), counts("meetup"), counts("organisation"));
        let any = |(added, changed, removed): (bool, bool, bool)| added || changed || removed;
        let removes = [person, community, meetup, organisation].iter().filter(|c| c.2).count();
        let takes_organisation_away = organisation.2 && !any(community) && !person.0 && !person.2 && !meetup.0 && !meetup.2;
        let others = if person.2 {
            any(community) || any(meetup) || organisation.1 || organisation.2 || person.0
        } else if community.2 {
            any(person) || any(meetup) || any(organisation)
        } else if meetup.2 {
            any(person) || any(community) || any(organisation)
        } else {
            false
        };
        removes > 1 || others && !takes_organisation_away || organisation.2 && !takes_organisation_away
    }

    /// Returns a label for added, removed or changed people, communities, meetups or organisations.
    fn of_things(&self) -> Result<Option<Label>, StoreError> {
        if self.is_mixed() {
            return Ok(Some(Label::new(Verb::Change, self.changes)));
        }
        if let Some(page) = self.did("page") {
            let sql = "SELECT name FROM page WHERE id=?1";
            let name: Option<String> =
                page.only().map_or(Ok(None), |id| self.conn.prepare_cached(sql)?.query_row([id], |r| r.get(0)).optional())?;
            let published = page.added.is_empty() && self.deeds.keys().all(|table| matches!(table.as_str(), "page" | "listing"));
            let verb = if published { Verb::PublishPage } else { Verb::ImportPage };
            return Ok(Some(Label::new(verb, 1).what(name.as_deref().unwrap_or(""))));
        }
        for table in ["community", "meetup", "organisation"] {
            let Some(id) = self.did(table).filter(|d| d.added.is_empty() && d.changed.is_empty()).and_then(TableChanges::only) else {
                continue;
            };
            return Ok(Some(Label::new(Verb::Remove, 1).about(table, self.uuid(table, id)?)));
        }
        if let Some(people) = self.did("person") {
            if !people.removed.is_empty() {
                let gone = TableChanges { removed: people.removed.clone(), ..TableChanges::default() };
                return Ok(Some(self.of_people(Verb::Remove, "person", &gone)?));
            }
            if people.added() > 0 {
                return Ok(Some(self.people_who_came(people)?));
            }
            return Ok(Some(self.of_people(Verb::Edit, "person", people)?));
        }
        for table in ["community", "meetup", "organisation"] {
            let Some((deed, id)) = self.did(table).and_then(|d| Some((d, d.only()?))) else { continue };
            let verb = if deed.added() > 0 { Verb::Add } else { Verb::Edit };
            return Ok(Some(Label::new(verb, 1).about(table, self.uuid(table, id)?)));
        }
        Ok(None)
    }

    fn people_who_came(&self, people: &TableChanges) -> Result<Label, StoreError> {
        let came = TableChanges { added: people.added.clone(), ..TableChanges::default() };
        if self.did("attendance").is_some() {
            let label = self.of_people(Verb::WalkIn, "person", &came)?;
            return Ok(label.about("meetup", self.common("attendance", "meetup_id", "meetup")?));
        }
        match self.did("membership").map(|_| self.common("membership", "community_id", "community")).transpose()?.flatten() {
            Some(community) => Ok(self.of_people(Verb::AddTo, "person", &came)?.about("community", Some(community))),
            None => self.of_people(Verb::Add, "person", &came),
        }
    }

    /// Returns a label for changed memberships, attendance or consents.
    fn of_links(&self) -> Result<Option<Label>, StoreError> {
        if let Some(deed) = self.did("membership") {
            let verb = match (deed.added() > 0, !deed.removed.is_empty(), deed.changed.len()) {
                (true, false, 0) => Verb::PutIn,
                (false, true, 0) => Verb::TakeOut,
                (false, false, _) => Verb::EditMembership,
                _ => Verb::Change,
            };
            if verb == Verb::Change {
                return Ok(None);
            }
            let label = self.of_people(verb, "membership", deed)?;
            return Ok(Some(label.about("community", self.common("membership", "community_id", "community")?)));
        }
        if let Some(deed) = self.did("attendance") {
            let label = self.of_people(Verb::EditAttendance, "attendance", deed)?;
            return Ok(Some(label.about("meetup", self.common("attendance", "meetup_id", "meetup")?)));
        }
        if let Some(deed) = self.did("suppression") {
            let verb = if deed.removed.is_empty() { Verb::Suppress } else { Verb::Allow };
            return Ok(Some(Label::new(verb, deed.added() + (deed.removed.len() + deed.changed.len()) as u64)));
        }
        if let Some(deed) = self.did("consent") {
            return Ok(Some(self.of_people(Verb::SetConsent, "consent", deed)?));
        }
        Ok(None)
    }

    /// Returns a label for changed views or parts of a community.
    fn of_parts(&self) -> Result<Option<Label>, StoreError> {
        if let Some(deed) = self.did("seat").filter(|d| !d.removed.is_empty()) {
            let seat = deed.only().map_or(Ok(None), |id| self.uuid("seat", id))?;
            let label = Label::new(Verb::RemoveSeat, 1).about("seat", seat);
            return Ok(Some(label.about("community", self.common("seat", "community_id", "community")?)));
        }
        if let Some(label) = self.seat()? {
            return Ok(Some(label));
        }
        let parts = [
            ("join_route", Verb::EditRoute, Verb::RemoveRoute),
            ("rule", Verb::EditRule, Verb::RemoveRule),
            ("channel", Verb::SetChannel, Verb::RemoveChannel),
        ];
        for (table, edit, remove) in parts {
            let Some(deed) = self.did(table) else { continue };
            let community = self.common(table, "community_id", "community")?;
            let verb = match (deed.removed.is_empty(), table, &community) {
                (false, ..) => remove,
                (true, "rule", None) => Verb::EditRuleForAll,
                (true, ..) => edit,
            };
            let label = Label::new(verb, 1).about("community", community);
            return Ok(Some(match (deed.only(), table) {
                (Some(id), "channel") => label.about("channel", self.uuid("channel", id)?),
                _ => label,
            }));
        }
        if let Some(deed) = self.did("view") {
            let sql = "SELECT name FROM view WHERE id=?1";
            let name: Option<String> =
                deed.only().map_or(Ok(None), |id| self.conn.prepare_cached(sql)?.query_row([id], |r| r.get(0)).optional())?;
            let verb = if deed.removed.is_empty() { Verb::SaveView } else { Verb::RemoveView };
            return Ok(Some(Label::new(verb, 1).what(name.as_deref().unwrap_or(""))));
        }
        Ok(None)
    }

    fn seat(&self) -> Result<Option<Label>, StoreError> {
        let seat = match (self.did("seat").and_then(TableChanges::only), self.did("tenure")) {
            (Some(id), _) => self.uuid("seat", id)?,
            (None, Some(_)) => self.common("tenure", "seat_id", "seat")?,
            (None, None) => return Ok(None),
        };
        let community = match self.did("seat") {
            Some(_) => self.common("seat", "community_id", "community")?,
            None => seat.as_ref().map_or(Ok(None), |uuid| self.community_of(uuid))?,
        };
        let holder = self.did("tenure").filter(|d| d.added() == 1).map(|_| self.holder()).transpose()?.flatten();
        Ok(Some(Label::new(Verb::SetSeat, 1).about("seat", seat).about("community", community).about("person", holder)))
    }

    /// Returns the community of a seat, also of a removed one.
    fn community_of(&self, seat: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT community_id FROM seat WHERE uuid=unhex(?1) \
                   UNION ALL SELECT json_extract(before, '$.community_id') FROM op_change WHERE entity='seat' AND after IS NULL AND json_valid(before) \
                   AND json_extract(before, '$.uuid[0]')=?1 LIMIT 1";
        let id: Option<i64> = self.conn.prepare_cached(sql)?.query_row([seat], |r| r.get(0)).optional()?;
        id.map_or(Ok(None), |id| self.uuid("community", id))
    }

    /// Returns the holder in the tenure that the step added.
    fn holder(&self) -> Result<Option<String>, StoreError> {
        let sql = "SELECT coalesce((SELECT person_id FROM tenure WHERE id=c.entity_id), c.person_id) FROM op_change c WHERE c.op=?1 AND c.entity='tenure' AND c.before IS NULL";
        let id: Option<i64> = self.conn.prepare_cached(sql)?.query_row([self.op], |r| r.get(0)).optional()?.flatten();
        id.map_or(Ok(None), |id| self.uuid("person", id))
    }
}
