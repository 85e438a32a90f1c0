//! Which addresses must not be mailed: read for the mail rule, written by every caller that suppresses or allows.
//!
//! A row of `suppression` is a suppressed address by its key (see `domain::address::key`) or, if its key has a space in it, two addresses
//! marked as different people's (see `domain::mail::apart_key`). A row is never removed: it is in force unless it was lifted after the last
//! request. Must not know what follows from a suppression.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use rusqlite::{OptionalExtension, ToSql};
use serde_json::{Map, Value as Json};

use super::columns::date;
use super::lookup::{holder_of, title};
use super::organisations::domains;
use super::schema::SUPPRESSION;
use super::write::Write;
use super::{Reader, StoreError, TIMESTAMP, people};
use crate::domain::address;
use crate::domain::domains::Domains;
use crate::domain::ids::PersonId;
use crate::domain::listed::Suppression;
use crate::domain::mail::{Suppressions, apart_key};
use crate::domain::person::ConsentFacts;
use crate::domain::words::{ConsentState, Purpose};

/// The condition for rows in force: never lifted, or requested again since. A lift is always later than the request that it answers.
pub(super) const IN_FORCE: &str = "(lifted IS NULL OR asked>=lifted)";

/// Reads everything that is suppressed, for the rule on who may be mailed.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn read(conn: Reader<'_>) -> Result<Suppressions, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT address_key FROM suppression WHERE {IN_FORCE}"))?;
    let keys: Vec<String> = statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let domains = if keys.is_empty() { Domains::default() } else { domains(conn)? };
    Ok(Suppressions::new(keys, domains))
}

/// Reads what concerns these addresses only: the same result for them as [`read`], at a cost independent of other suppressions.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn about(conn: Reader<'_>, addresses: &[&str]) -> Result<Suppressions, StoreError> {
    // The search by prefix misses keys that an older program spelled differently, and addresses with something around them.
    if !addresses.iter().all(|a| a.is_ascii() && address::read(a) == Ok(a)) {
        return read(conn);
    }
    let mut keys: Vec<String> = Vec::new();
    // Every key and pair with the same local part: `A` is the character after `@`.
    let mut statement = conn.prepare_cached(&format!(
        "SELECT address_key FROM suppression WHERE address_key>=?1||'@' AND address_key<?1||'A' AND {IN_FORCE}"
    ))?;
    for one in addresses {
        let key = address::key(one);
        let local = key.rsplit_once('@').map_or(key.as_str(), |(local, _)| local);
        for found in statement.query_map([local], |r| r.get(0))? {
            keys.push(found?);
        }
    }
    let domains = if keys.is_empty() { Domains::default() } else { domains(conn)? };
    Ok(Suppressions::new(keys, domains))
}

/// Reads as [`read`] does, plus the addresses of everybody who withdrew consent to mail: for values used instead of an address, which may
/// be somebody else's. Reads every consent.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn read_whole(conn: Reader<'_>) -> Result<Suppressions, StoreError> {
    let sql = "WITH refused AS (SELECT person_id FROM consent WHERE purpose=?1 AND state NOT IN (?2, ?3)) \
               SELECT email FROM person WHERE id IN refused AND email<>'' \
               UNION ALL SELECT address FROM address WHERE person_id IN refused";
    let open = [ConsentState::Granted.word(), ConsentState::Unknown.word()];
    let mut statement = conn.prepare_cached(sql)?;
    let refused: Vec<String> = statement.query_map([Purpose::Mail.word(), open[0], open[1]], |r| r.get(0))?.collect::<Result<_, _>>()?;
    Ok(read(conn)?.with_withdrawn(refused))
}

/// Returns every row in force for our own format: suppressed addresses by key, and pairs marked as different people's.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn all(conn: Reader<'_>) -> Result<Vec<Suppression>, StoreError> {
    let mut statement =
        conn.prepare_cached(&format!("SELECT address_key, since, reason FROM suppression WHERE {IN_FORCE} ORDER BY address_key"))?;
    let rows = statement.query_map([], |r| {
        let (key, since, reason): (String, Option<NaiveDate>, String) = (r.get(0)?, date(r, 1)?, r.get(2)?);
        let (address, apart_from) = match key.split_once(' ') {
            Some((address, other)) => (address.to_owned(), Some(other.to_owned())),
            None => (key, None),
        };
        Ok(Suppression { address, state: None, since, reason, apart_from })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns whether exactly this address is suppressed.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn is_suppressed(conn: Reader<'_>, typed: &str) -> Result<bool, StoreError> {
    Ok(rows_of(conn, typed)?.iter().any(Row::in_force))
}

/// A row of the table.
pub(super) struct Row {
    id: i64,
    pub(super) since: Option<NaiveDate>,
    pub(super) reason: String,
    asked: String,
    lifted: Option<String>,
}

impl Row {
    /// Returns whether it is in force.
    pub(super) fn in_force(&self) -> bool {
        self.lifted.as_ref().is_none_or(|lifted| self.asked >= *lifted)
    }

    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, since: date(row, 1)?, reason: row.get(2)?, asked: row.get(3)?, lifted: row.get(4)? })
    }
}

const ROW: &str = "id, since, reason, asked, lifted, address_key";

/// Returns the rows of an address, in force or not: at most one, except for keys that an older program spelled differently.
fn rows_of(conn: Reader<'_>, typed: &str) -> Result<Vec<Row>, StoreError> {
    let key = address::key(typed);
    if key.is_ascii() && typed.is_ascii() {
        let sql = format!("SELECT {ROW} FROM suppression WHERE address_key=?1");
        return Ok(conn.prepare_cached(&sql)?.query_row([key], Row::read).optional()?.into_iter().collect());
    }
    let sql = format!("SELECT {ROW} FROM suppression WHERE address_key=?1 OR address_key GLOB '*[^ -~]*'");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([&key])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let stored: String = row.get(5)?;
        if !stored.contains(' ') && address::key(&stored) == key {
            found.push(Row::read(row)?);
        }
    }
    Ok(found)
}

/// Returns the instant one millisecond later, in the format of the file.
pub(super) fn after(instant: &str) -> String {
    let parsed = NaiveDateTime::parse_from_str(instant, TIMESTAMP).unwrap_or_default();
    (parsed + TimeDelta::milliseconds(1)).format(TIMESTAMP).to_string()
}

/// Whether to record a repeated request that changes nothing here. If recorded, it counts as the person's last word when copies of the
/// roster are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestSource {
    /// The person asks now: always recorded.
    Now,
    /// A file says that they asked: recorded only if dated later than the known request.
    Earlier,
}

/// Returns a person's addresses, primary first.
fn addresses_of(conn: Reader<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    let Some((facts, _)) = people::facts(conn, person)? else { return Ok(Vec::new()) };
    let others = facts.others.into_iter().map(|o| o.address);
    Ok(std::iter::once(facts.email).chain(others).filter(|a| !a.is_empty()).collect())
}

/// Refuses to allow mail as of a date before the refusal: the person's last word counts.
fn not_before(who: &str, no: Option<NaiveDate>, yes: NaiveDate) -> Result<(), StoreError> {
    match no {
        Some(no) if yes < no => Err(StoreError::Refused(format!(
            "{who} said no on {no}, and {yes} is before that; give the day on which they said that they may be mailed again"
        ))),
        _ => Ok(()),
    }
}

impl Write<'_> {
    /// Suppresses one address, whether or not anybody has it. Returns whether it wasn't suppressed before.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn suppress_address(
        &mut self,
        typed: &str,
        since: Option<NaiveDate>,
        reason: &str,
        asking: RequestSource,
    ) -> Result<bool, StoreError> {
        let rows = rows_of(self.reader(), typed)?;
        if let Some(row) = rows.iter().find(|r| r.in_force()) {
            let is_later = since.is_some() && row.since < since;
            if asking == RequestSource::Now || is_later {
                // Recorded as their last word: a permission with an earlier date is refused.
                let (day, reason) = if is_later { (since, reason) } else { (row.since, row.reason.as_str()) };
                let (asked, day) = (self.stamp().instant().max(row.asked.clone()), day.map(|d| d.to_string()));
                self.update(&SUPPRESSION, row.id, &[("since", &day), ("reason", &reason), ("asked", &asked), ("lifted", &row.lifted)])?;
            }
            return Ok(false);
        }
        match rows.first() {
            Some(row) => self.ask_row(row.id, since, reason)?,
            None => self.add_suppression(&address::key(typed), since, reason)?,
        }
        Ok(true)
    }

    fn add_suppression(&mut self, key: &str, since: Option<NaiveDate>, reason: &str) -> Result<(), StoreError> {
        let (since, asked) = (since.map(|d| d.to_string()), self.stamp().instant());
        let columns: [(&'static str, &dyn ToSql); 4] = [("address_key", &key), ("since", &since), ("reason", &reason), ("asked", &asked)];
        self.add(&SUPPRESSION, &columns).map(|_| ())
    }

    /// Puts a row in force again after it was lifted.
    pub(super) fn ask_row(&mut self, id: i64, since: Option<NaiveDate>, reason: &str) -> Result<(), StoreError> {
        let Some(row) = self.suppression(id)? else { return Ok(()) };
        let asked = self.stamp().instant().max(row.lifted.clone().unwrap_or_default()).max(row.asked);
        let since = since.map(|d| d.to_string());
        self.update(&SUPPRESSION, id, &[("since", &since), ("reason", &reason), ("asked", &asked), ("lifted", &row.lifted)]).map(|_| ())
    }

    /// Lifts a row that is in force. The row stays.
    pub(super) fn lift_row(&mut self, id: i64, why: &str) -> Result<(), StoreError> {
        let Some(row) = self.suppression(id)?.filter(Row::in_force) else { return Ok(()) };
        let lifted = self.stamp().instant().max(after(&row.asked));
        self.update(&SUPPRESSION, id, &[("asked", &row.asked), ("lifted", &lifted), ("lifted_why", &why)]).map(|_| ())
    }

    fn suppression(&self, id: i64) -> Result<Option<Row>, StoreError> {
        Ok(self.reader().prepare_cached(&format!("SELECT {ROW} FROM suppression WHERE id=?1"))?.query_row([id], Row::read).optional()?)
    }

    /// Restores a row to the state in an image, in force or lifted. The instants are this step's, and the row stays.
    pub(super) fn restore_suppression(&mut self, id: i64, image: &Map<String, Json>) -> Result<(), StoreError> {
        let Some(row) = self.suppression(id)? else { return self.suppress_again(id, image) };
        let text = |column: &str| image.get(column).and_then(Json::as_str);
        // An image without `asked` is from the time when rows were still removed; until its removal, the row was in force.
        let was_in_force = match (text("asked"), text("lifted")) {
            (Some(asked), Some(lifted)) => asked >= lifted,
            _ => true,
        };
        match (was_in_force, row.in_force()) {
            (true, false) => {
                let since = if image.contains_key("since") { text("since").and_then(crate::domain::dates::iso) } else { row.since };
                self.ask_row(id, since, text("reason").unwrap_or(&row.reason))
            }
            (false, true) => self.lift_row(id, "undone"),
            _ => Ok(()),
        }
    }

    /// Restores a suppression that an older program removed, when rows were still removed.
    fn suppress_again(&mut self, id: i64, image: &Map<String, Json>) -> Result<(), StoreError> {
        let key = image.get("address_key").and_then(Json::as_str).unwrap_or_default();
        let sql = "SELECT id FROM suppression WHERE address_key=?1";
        let there: Option<i64> = self.reader().prepare_cached(sql)?.query_row([key], |r| r.get(0)).optional()?;
        let since = image.get("since").and_then(Json::as_str).and_then(crate::domain::dates::iso);
        let reason = image.get("reason").and_then(Json::as_str).unwrap_or_default();
        if let Some(there) = there {
            return self.ask_row(there, since, reason);
        }
        let mut image = image.clone();
        image.insert("asked".to_owned(), self.stamp().instant().into());
        image.insert("op".to_owned(), self.op().into());
        self.insert_image(&SUPPRESSION, id, &image)
    }

    /// Suppresses an address and every other address of its holder, and withdraws the holder's consent to mail, so that addresses added
    /// later aren't mailed either. Returns whether anything was new.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn suppress(
        &mut self,
        typed: &str,
        since: Option<NaiveDate>,
        reason: &str,
        asking: RequestSource,
    ) -> Result<bool, StoreError> {
        let changed = self.suppress_address(typed, since, reason, asking)?;
        match holder_of(self.reader(), typed)? {
            Some(person) => Ok(self.suppress_person(person, since, reason, asking)? || changed),
            None => Ok(changed),
        }
    }

    /// Suppresses a person as [`Write::suppress`] does.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn suppress_person(
        &mut self,
        person: PersonId,
        since: Option<NaiveDate>,
        reason: &str,
        asking: RequestSource,
    ) -> Result<bool, StoreError> {
        let mut changed = false;
        for address in addresses_of(self.reader(), person)? {
            changed |= self.suppress_address(&address, since, reason, asking)?;
        }
        Ok(self.withdraw_mail(person, since, reason)? || changed)
    }

    /// Imports a suppression, or a pair marked as different people's, from our own format. Returns whether it was new.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn take_suppression(&mut self, one: &Suppression) -> Result<bool, StoreError> {
        match &one.apart_from {
            Some(other) => self.tell_apart(&one.address, other, &one.reason, one.since),
            None => self.suppress_address(&one.address, one.since, &one.reason, RequestSource::Earlier),
        }
    }

    /// Withdraws a person's consent to mail. Returns whether it wasn't withdrawn already.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn withdraw_mail(&mut self, person: PersonId, on: Option<NaiveDate>, source: &str) -> Result<bool, StoreError> {
        let known = people::consents(self.reader(), person)?.into_iter().find(|c| c.purpose == Purpose::Mail);
        if known.is_some_and(|k| k.state == ConsentState::Withdrawn) {
            return Ok(false);
        }
        let facts = ConsentFacts { purpose: Purpose::Mail, state: ConsentState::Withdrawn, on, source: source.to_owned() };
        self.put_consent(person, &facts)
    }

    /// Returns the latest date since when an address of a person is suppressed; `Some(None)` if no date is known.
    ///
    /// # Errors
    /// If the file can't be read.
    pub(super) fn suppressed_since(&self, person: PersonId) -> Result<Option<Option<NaiveDate>>, StoreError> {
        let mut found: Option<Option<NaiveDate>> = None;
        if self.reader().prepare_cached("SELECT 1 FROM suppression")?.exists([])? {
            for one in addresses_of(self.reader(), person)? {
                for row in rows_of(self.reader(), &one)?.iter().filter(|r| r.in_force()) {
                    found = Some(found.flatten().max(row.since));
                }
            }
        }
        Ok(found)
    }

    /// Allows mail again at the person's own request: lifts the suppressions of all addresses of this address's holder, and records consent
    /// to mail. If an address is blocked only because it resembles somebody else's, the two are marked as different people's and the
    /// other's suppression stays. The only function that may end a suppression or withdrawal.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn allow(&mut self, typed: &str, source: &str, on: NaiveDate) -> Result<(), StoreError> {
        match holder_of(self.reader(), typed)? {
            Some(person) => self.allow_person(person, source, on),
            None => {
                let since = rows_of(self.reader(), typed)?.iter().filter(|r| r.in_force()).filter_map(|r| r.since).max();
                not_before(typed, since, on)?;
                self.lift(&[typed.to_owned()], source, on)
            }
        }
    }

    /// Allows mail to a person as [`Write::allow`] does.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn allow_person(&mut self, person: PersonId, source: &str, on: NaiveDate) -> Result<(), StoreError> {
        let addresses = addresses_of(self.reader(), person)?;
        let withdrew = people::consents(self.reader(), person)?;
        let withdrew = withdrew.into_iter().find(|c| c.purpose == Purpose::Mail && c.state == ConsentState::Withdrawn).and_then(|c| c.on);
        let since = self.suppressed_since(person)?.flatten().max(withdrew);
        not_before(&title(self.reader(), person)?, since, on)?;
        self.lift(&addresses, source, on)?;
        let facts = ConsentFacts { purpose: Purpose::Mail, state: ConsentState::Granted, on: Some(on), source: source.to_owned() };
        self.put_consent(person, &facts).map(|_| ())
    }

    fn lift(&mut self, addresses: &[String], source: &str, on: NaiveDate) -> Result<(), StoreError> {
        self.may_lift();
        let mut lifted = Vec::new();
        for one in addresses {
            for row in rows_of(self.reader(), one)?.iter().filter(|r| r.in_force()) {
                self.lift_row(row.id, &format!("{source}, {on}"))?;
                lifted.push(address::key(one));
            }
        }
        let left = read(self.reader())?;
        // Only addresses that are blocked purely by resemblance are marked.
        for one in addresses.iter().filter(|a| !lifted.contains(&address::key(a))) {
            let others: Vec<String> = left.resembling(one).map(str::to_owned).collect();
            for other in others {
                self.tell_apart(one, &other, source, Some(on))?;
            }
        }
        Ok(())
    }

    /// Records that an address and a suppressed one that it resembles are different people's.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn tell_apart(&mut self, typed: &str, suppressed: &str, source: &str, on: Option<NaiveDate>) -> Result<bool, StoreError> {
        let key = apart_key(typed, suppressed);
        let sql = format!("SELECT {ROW} FROM suppression WHERE address_key=?1");
        let row = self.reader().prepare_cached(&sql)?.query_row([&key], Row::read).optional()?;
        match row {
            Some(row) if row.in_force() => return Ok(false),
            Some(row) => self.ask_row(row.id, on, source)?,
            None => self.add_suppression(&key, on, source)?,
        }
        Ok(true)
    }
}
