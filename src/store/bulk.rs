//! Bulk import: writes many people, row by row, in one step.
//!
//! Must not know what kind of file the rows come from.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use rusqlite::OptionalExtension;

use super::columns::name_key;
use super::held::{self, Held};
use super::lookup::{holder_of, named, organisations_called};
use super::people;
use super::people_write::Cells;
use super::schema::{COMMUNITY, DISCIPLINE, FIELD, LATE_INDEXES, ORGANISATION, PERSON, SCHEMA, TAG};
use super::write::Write;
use super::{ConsentOutcome, StoreError};
use crate::domain::address;
use crate::domain::community::CommunityFacts;
use crate::domain::ids::{CommunityId, IdMap, PersonId};
use crate::domain::listed::Incoming;
use crate::domain::person::PersonFacts;
use crate::domain::words::{AddressState, PersonKind};
use crate::domain::{dates, tags, text};

/// The outcome of one imported row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportOutcome {
    /// A new person.
    Added(PersonId),
    /// A known person to whom the row added something new.
    Updated(PersonId),
    /// A known person; the row said nothing new.
    Same(PersonId),
}

/// A fixed hash function. Hash collisions are harmless, as each hit is compared with the stored row.
type Hasher = BuildHasherDefault<DefaultHasher>;

/// Imports rows into the roster. Made for one import and finished with [`Loader::finish`].
pub(crate) struct Loader {
    fields: Vec<String>,
    field_keys: Vec<String>,
    organisations: HashMap<String, Option<i64>>,
    /// The organisations by short name, `None` where several share one; read at the first name that isn't cached.
    short_names: Option<HashMap<String, Option<i64>>>,
    disciplines: HashMap<String, Option<i64>>,
    tags: HashMap<String, ()>,
    communities: HashMap<String, CommunityId>,
    /// The person for each hash of an address, or of the name of somebody without one; filled only while the indexes are dropped.
    fresh: Option<IdMap<u64, u32>>,
    others_exist: bool,
    held: Held,
}

impl Loader {
    /// Begins an import. In an empty roster, drops the indexes that are built after the rows.
    pub(crate) fn begin(write: &mut Write<'_>, fields: &[String]) -> Result<Self, StoreError> {
        let conn = write.reader();
        let empty = !conn.prepare("SELECT 1 FROM person")?.exists([])?;
        if empty {
            for index in LATE_INDEXES {
                conn.conn().execute_batch(&format!("DROP INDEX {index}"))?;
            }
        }
        // Fields are created in the order of the file's columns, so that an export keeps that order.
        for field in fields {
            write.word(&FIELD, field)?;
        }
        let others_exist = conn.prepare("SELECT 1 FROM address")?.exists([])?;
        Ok(Self {
            field_keys: fields.iter().map(|f| serde_json::to_string(f).unwrap_or_default()).collect(),
            fields: fields.to_vec(),
            organisations: HashMap::new(),
            short_names: None,
            disciplines: HashMap::new(),
            tags: HashMap::new(),
            communities: HashMap::new(),
            fresh: empty.then(IdMap::default),
            others_exist,
            held: Held::default(),
        })
    }

    /// Ends an import: writes pending people and rebuilds dropped indexes.
    pub(crate) fn finish(mut self, write: &mut Write<'_>) -> Result<(), StoreError> {
        self.flush_pending(write)?;
        self.index(write)
    }

    /// Writes pending people. Must be called before anything else writes people.
    pub(crate) fn flush_pending(&mut self, write: &mut Write<'_>) -> Result<(), StoreError> {
        for (id, facts) in self.held.release() {
            write.update_person(id, &facts)?;
        }
        Ok(())
    }

    /// Rebuilds the dropped indexes; from then on, people are looked up with them.
    pub(crate) fn index(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        if self.fresh.take().is_some() {
            for index in LATE_INDEXES {
                let wanted = SCHEMA.iter().find(|s| s.contains(&format!("INDEX {index} ")));
                write.reader().conn().execute_batch(wanted.copied().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// Imports one row. The caller has checked that it has a name or an address, and that its addresses are well-formed.
    pub(crate) fn take(&mut self, write: &mut Write<'_>, row: &Incoming) -> Result<(ImportOutcome, ConsentOutcome), StoreError> {
        let key = if row.email.is_empty() { String::new() } else { address::key(&row.email) };
        let taken = match self.says_nothing_new(write, row, &key)? {
            Some(id) => ImportOutcome::Same(id),
            None => match self.known(write, row, &key)? {
                Some(id) => self.update(write, id, row)?,
                None => ImportOutcome::Added(self.add(write, row, key)?),
            },
        };
        let (id, mut changed) = match taken {
            ImportOutcome::Added(id) | ImportOutcome::Updated(id) => (id, true),
            ImportOutcome::Same(id) => (id, false),
        };
        let before = changed;
        for (name, facts) in &row.memberships {
            let community = self.community(write, name)?;
            let is_new = write.membership_of(id, community)?.is_none();
            // An existing membership is the lead's own work, so a file only ever adds memberships.
            if is_new {
                changed |= write.put_membership(id, community, facts)?;
            }
        }
        let mut learned = ConsentOutcome::Same;
        for consent in &row.consents {
            match write.import_consent(id, consent)? {
                ConsentOutcome::Written => changed = true,
                ConsentOutcome::Same => {}
                ConsentOutcome::NeedsDecision => learned = ConsentOutcome::NeedsDecision,
                ConsentOutcome::Ignored if learned == ConsentOutcome::Same => learned = ConsentOutcome::Ignored,
                ConsentOutcome::Ignored => {}
            }
        }
        for one in &row.suppressed {
            changed |= write.take_suppression(one)?;
        }
        Ok((if changed && !before { ImportOutcome::Updated(id) } else { taken }, learned))
    }

    /// Returns the person if the row says nothing new. A fast path for files that are imported again: it compares stored forms only.
    fn says_nothing_new(&self, write: &Write<'_>, row: &Incoming, key: &str) -> Result<Option<PersonId>, StoreError> {
        if key.is_empty() || self.fresh.is_some() || !row.others.is_empty() || row.kind.is_some() || row.email_state.is_some() {
            return Ok(None);
        }
        let known = |names: &HashMap<String, Option<i64>>, name: &str| if name.is_empty() { Some(None) } else { names.get(name).copied() };
        let (Some(organisation), Some(discipline)) =
            (known(&self.organisations, &row.organisation), known(&self.disciplines, &row.discipline))
        else {
            return Ok(None);
        };
        let fields = self.fields_json(row);
        let mut statement = write.reader().prepare_cached(
            "SELECT id, name, organisation_id, job_title, discipline_id, tags, fields, joined, note FROM person WHERE email_key=?1",
        )?;
        let mut rows = statement.query([key])?;
        let Some(found) = rows.next()? else { return Ok(None) };
        let text = |at: usize| -> Result<&str, StoreError> {
            Ok(found.get_ref(at)?.as_str_or_null().map_err(rusqlite::Error::from)?.unwrap_or(""))
        };
        let said = |new: &str, at: usize| -> Result<bool, StoreError> { Ok(new.is_empty() || text(at)? == new) };
        let same_id =
            |new: Option<i64>, at: usize| -> Result<bool, StoreError> { Ok(new.is_none() || found.get::<_, Option<i64>>(at)? == new) };
        let joined = match row.joined {
            Some(day) => text(7)?.parse() == Ok(day),
            None => true,
        };
        let same = joined
            && said(&row.name, 1)?
            && said(&row.job_title, 3)?
            && said(&row.tags, 5)?
            && said(&fields, 6)?
            && said(&row.note, 8)?
            && same_id(organisation, 2)?
            && same_id(discipline, 4)?;
        let id = PersonId(found.get(0)?);
        Ok((same && !self.held.has(id)).then_some(id))
    }

    /// Returns the person that a row is about, if they are on the roster.
    pub(crate) fn find(&self, write: &Write<'_>, row: &Incoming) -> Result<Option<PersonId>, StoreError> {
        let key = if row.email.is_empty() { String::new() } else { address::key(&row.email) };
        self.known(write, row, &key)
    }

    fn known(&self, write: &Write<'_>, row: &Incoming, key: &str) -> Result<Option<PersonId>, StoreError> {
        let conn = write.reader();
        if let Some(fresh) = &self.fresh {
            let found = fresh.get(&hash_of(row, key)).map(|id| PersonId(i64::from(*id)));
            let Some(id) = found else { return self.by_other(write, key) };
            let same: bool = if key.is_empty() {
                conn.prepare_cached("SELECT email_key IS NULL AND name_key=?2 FROM person WHERE id=?1")?
                    .query_row((id.0, name_key(&row.name, "")), |r| r.get(0))?
            } else {
                conn.prepare_cached("SELECT email_key=?2 FROM person WHERE id=?1")?.query_row((id.0, key), |r| r.get(0))?
            };
            return Ok(same.then_some(id));
        }
        if !key.is_empty() {
            let found = conn.prepare_cached("SELECT id FROM person WHERE email_key=?1")?.query_row([key], |r| r.get(0)).optional()?;
            return if found.is_some() { Ok(found.map(PersonId)) } else { self.by_other(write, key) };
        }
        let ids = self.nameless_matches(write, row)?;
        // Takes the first of several indistinguishable people, so that importing a file again doesn't duplicate them.
        Ok(ids.first().copied().map(PersonId))
    }

    /// Returns people without an address who have the row's name and organisation; without an address, these identify a person.
    fn nameless_matches(&self, write: &Write<'_>, row: &Incoming) -> Result<Vec<i64>, StoreError> {
        let mut statement = write.reader().prepare_cached(
            "SELECT p.id FROM person p LEFT JOIN organisation o ON o.id=p.organisation_id \
             WHERE p.name_key=?1 AND p.email_key IS NULL AND (coalesce(o.name_key,'')=?2 OR lower(o.short_name)=?2) LIMIT 2",
        )?;
        let ids =
            statement.query_map((name_key(&row.name, ""), text::same_key(&row.organisation)), |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok(ids)
    }

    fn by_other(&self, write: &Write<'_>, key: &str) -> Result<Option<PersonId>, StoreError> {
        if !self.others_exist || key.is_empty() {
            return Ok(None);
        }
        let mut statement = write.reader().prepare_cached("SELECT person_id FROM address WHERE address_key=?1")?;
        Ok(statement.query_row([key], |r| r.get(0).map(PersonId)).optional()?)
    }

    fn add(&mut self, write: &mut Write<'_>, row: &Incoming, key: String) -> Result<PersonId, StoreError> {
        let short_names = &mut self.short_names;
        let organisation = cached(&mut self.organisations, &row.organisation, |n| {
            let all = match short_names {
                Some(all) => all,
                // An import never sets a short name, so they are read only once.
                None => short_names.insert(organisations_called(write.reader())?),
            };
            write.organisation_or(n, |short| all.get(&short.to_ascii_lowercase()).copied().flatten())
        })?;
        let discipline = cached(&mut self.disciplines, &row.discipline, |n| write.discipline(n))?;
        self.know_words(write, row)?;
        let hash = hash_of(row, &key);
        let cells = Cells {
            kind: row.kind.unwrap_or(PersonKind::Person).word(),
            name: &row.name,
            name_key: name_key(&row.name, &row.email),
            email: &row.email,
            email_key: (!key.is_empty()).then_some(key),
            email_state: row.email_state.unwrap_or(AddressState::Ok).word(),
            organisation,
            job_title: &row.job_title,
            discipline,
            tags: row.tags.as_str().into(),
            fields: self.fields_json(row),
            joined: row.joined.map(dates::stored),
            note: &row.note,
        };
        let id = write.add(&PERSON, &cells.columns())?;
        if let (Some(fresh), Ok(id)) = (&mut self.fresh, u32::try_from(id)) {
            fresh.insert(hash, id);
        }
        if !row.others.is_empty() {
            self.add_others(write, PersonId(id), row)?;
        }
        Ok(PersonId(id))
    }

    fn add_others(&mut self, write: &mut Write<'_>, id: PersonId, row: &Incoming) -> Result<(), StoreError> {
        self.others_exist = true;
        for other in &row.others {
            // An address that somebody already has stays theirs; the person is added without it.
            if self.holder(write, &other.address)?.is_none() {
                write.add_address(id, other)?;
            }
        }
        Ok(())
    }

    fn holder(&self, write: &Write<'_>, typed: &str) -> Result<Option<PersonId>, StoreError> {
        let probe = Incoming { email: typed.to_owned(), ..Incoming::default() };
        if self.fresh.is_some() { self.known(write, &probe, &address::key(typed)) } else { holder_of(write.reader(), typed) }
    }

    fn fields_json(&self, row: &Incoming) -> String {
        if row.fields.is_empty() {
            return String::new();
        }
        let mut out = String::from("{");
        for (i, (field, value)) in row.fields.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(&self.field_keys[*field]);
            out.push(':');
            push_json(&mut out, value);
        }
        out.push('}');
        out
    }

    /// Makes sure that the row's tags exist.
    fn know_words(&mut self, write: &mut Write<'_>, row: &Incoming) -> Result<(), StoreError> {
        for tag in row.tags.split(';').filter(|t| !t.is_empty()) {
            if !self.tags.contains_key(tag) {
                write.word(&TAG, tag)?;
                self.tags.insert(tag.to_owned(), ());
            }
        }
        Ok(())
    }

    fn update(&mut self, write: &mut Write<'_>, id: PersonId, row: &Incoming) -> Result<ImportOutcome, StoreError> {
        let held = self.held.take(id);
        let was_held = held.is_some();
        let facts = match held {
            Some(facts) => facts,
            None => match people::facts(write.reader(), id)? {
                Some((facts, _)) => facts,
                None => return Ok(ImportOutcome::Same(id)),
            },
        };
        let merged = self.merge(write, &facts, row)?;
        // Cached, so that the next row of the same organisation takes the fast path.
        for (names, table, name) in
            [(&mut self.organisations, &ORGANISATION, &row.organisation), (&mut self.disciplines, &DISCIPLINE, &row.discipline)]
        {
            if !name.is_empty()
                && !names.contains_key(name)
                && let Some(id) = named(write.reader(), table, name)?
            {
                names.insert(name.clone(), Some(id));
            }
        }
        let taken = if merged == facts { ImportOutcome::Same(id) } else { ImportOutcome::Updated(id) };
        if taken == ImportOutcome::Same(id) && !was_held {
            return Ok(taken);
        }
        // Finding people to change needs the indexes.
        self.index(write)?;
        self.others_exist |= !merged.others.is_empty();
        let can_wait = held::can_wait(&facts, &merged);
        if was_held || can_wait {
            self.held.hold(id, merged);
            if !can_wait || self.held.is_full() {
                self.flush_pending(write)?;
            }
            return Ok(taken);
        }
        let changed = write.update_person(id, &merged)?;
        Ok(if changed { taken } else { ImportOutcome::Same(id) })
    }

    /// Returns the known facts with those of the row merged in: empties nothing, and lists only grow.
    fn merge(&self, write: &Write<'_>, known: &PersonFacts, row: &Incoming) -> Result<PersonFacts, StoreError> {
        let mut facts = known.clone();
        let say = |to: &mut String, new: &str| {
            if !new.is_empty() && to != new {
                new.clone_into(to);
            }
        };
        say(&mut facts.name, &row.name);
        say(&mut facts.job_title, &row.job_title);
        if !text::are_same(&facts.discipline, &row.discipline) {
            say(&mut facts.discipline, &row.discipline);
        }
        if !row.organisation.is_empty() && !text::are_same(&facts.organisation, &row.organisation) {
            let short: Option<String> = write
                .reader()
                .prepare_cached("SELECT short_name FROM organisation WHERE name_key=?1")?
                .query_row([text::same_key(&facts.organisation)], |r| r.get(0))
                .optional()?;
            if short.is_none_or(|s| !s.eq_ignore_ascii_case(&row.organisation)) {
                say(&mut facts.organisation, &row.organisation);
            }
        }
        if !row.note.is_empty() && !facts.note.contains(&row.note) {
            if !facts.note.is_empty() {
                facts.note.push('\n');
            }
            facts.note.push_str(&row.note);
        }
        if address::key(&row.email) == address::key(&facts.email) {
            facts.email_state = row.email_state.unwrap_or(facts.email_state);
        } else if facts.email.is_empty() {
            facts.email.clone_from(&row.email);
        }
        facts.kind = row.kind.unwrap_or(facts.kind);
        facts.joined = row.joined.or(facts.joined);
        for tag in tags::read(&row.tags) {
            if !facts.tags.iter().any(|t| text::are_same(t, &tag)) {
                facts.tags.push(tag);
            }
        }
        for (field, value) in &row.fields {
            let name = &self.fields[*field];
            match facts.fields.iter_mut().find(|(n, _)| text::are_same(n, name)) {
                Some((_, old)) => old.clone_from(value),
                None => facts.fields.push((name.clone(), value.clone())),
            }
        }
        self.merge_addresses(write, &mut facts, row)?;
        Ok(facts)
    }

    fn merge_addresses(&self, write: &Write<'_>, facts: &mut PersonFacts, row: &Incoming) -> Result<(), StoreError> {
        for other in &row.others {
            let key = address::key(&other.address);
            let mine = address::key(&facts.email) == key || facts.others.iter().any(|o| address::key(&o.address) == key);
            if let Some(known) = facts.others.iter_mut().find(|o| address::key(&o.address) == key) {
                known.state = other.state;
            } else if !mine && self.holder(write, &other.address)?.is_none() {
                facts.others.push(other.clone());
            }
        }
        Ok(())
    }

    /// Returns the community with this name, and creates it if it doesn't exist.
    pub(crate) fn community(&mut self, write: &mut Write<'_>, name: &str) -> Result<CommunityId, StoreError> {
        if let Some(id) = self.communities.get(name) {
            return Ok(*id);
        }
        let id = match named(write.reader(), &COMMUNITY, name)? {
            Some(id) => CommunityId(id),
            None => write.put_community(None, &CommunityFacts::named(name))?,
        };
        self.communities.insert(name.to_owned(), id);
        Ok(id)
    }
}

/// Appends a text as a JSON string.
fn push_json(out: &mut String, text: &str) {
    // Almost no text has a character that needs escaping.
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
}

fn cached(
    known: &mut HashMap<String, Option<i64>>,
    name: &str,
    make: impl FnOnce(&str) -> Result<Option<i64>, StoreError>,
) -> Result<Option<i64>, StoreError> {
    if name.is_empty() {
        return Ok(None);
    }
    if let Some(id) = known.get(name) {
        return Ok(*id);
    }
    let id = make(name)?;
    known.insert(name.to_owned(), id);
    Ok(id)
}

fn hash_of(row: &Incoming, key: &str) -> u64 {
    let hasher = Hasher::default();
    if key.is_empty() {
        hasher.hash_one((1_u8, name_key(&row.name, ""), text::same_key(&row.organisation)))
    } else {
        hasher.hash_one((0_u8, key))
    }
}
