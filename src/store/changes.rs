//! What a step changed, from → to, read from the journal's images.
//!
//! Must not know how it is shown, nor how it is undone.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::lookup;
use super::schema::{About, Merge, Refresh, TABLES, Table, table};
use super::{Reader, StoreError};
use crate::domain::ids::{OpId, PersonId};
use crate::domain::text;

/// One change of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name of the person, community or meetup that was changed.
    pub of: String,
    /// The label of the column; for a row that was added or removed, the kind of row.
    pub what: String,
    /// The old value; `None` if it was added, or if `what` says it all.
    pub from: Option<String>,
    /// The new value; `None` if it was removed.
    pub to: Option<String>,
}

impl Change {
    /// Returns the change as one line: `Ann Hallam: job title: Researcher → Senior researcher`.
    #[must_use]
    pub fn words(&self) -> String {
        let value = |v: &str| if v.is_empty() { "(empty)".to_owned() } else { v.replace('\n', " ") };
        match (&self.from, &self.to) {
            (None, None) => format!("{}: {}", self.of, self.what),
            (Some(from), Some(to)) => format!("{}: {}: {} → {}", self.of, self.what, value(from), value(to)),
            (None, _) => format!("{}: {} added", self.of, self.what),
            (Some(_), None) => format!("{}: {} removed", self.of, self.what),
        }
    }
}

/// The people that steps touched, and the addresses that were there before.
#[derive(Debug, Default)]
pub(crate) struct TouchedBy {
    /// The people, each once.
    pub people: BTreeSet<i64>,
    /// Addresses that these people, or removed people, no longer have.
    pub former: Vec<String>,
    /// Whether an organisation, discipline, field or tag was renamed or removed: what searches find of others may have changed.
    pub words: bool,
    /// Whether a community was renamed or removed.
    pub communities: bool,
    /// Whether it changed which domains belong to one organisation: addresses may resemble suppressed ones now, or no longer.
    pub domains: bool,
    /// Whether suppressions changed: addresses that resemble these are no longer mailed, or mailed again.
    pub suppressions: bool,
}

/// Returns the people touched by the steps after `after`, up to and including `last`; `None` if they are more than `most`.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn touched_by(conn: Reader<'_>, (after, last): (i64, i64), most: usize) -> Result<Option<TouchedBy>, StoreError> {
    let sql = "SELECT entity, entity_id, last_id, person_id, before FROM op_change WHERE op>?1 AND op<=?2";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query((after, last))?;
    let mut out = TouchedBy::default();
    while let Some(r) = rows.next()? {
        let (entity, first, last): (String, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
        if usize::try_from(last - first).unwrap_or(usize::MAX) > most || out.people.len() > most || out.former.len() > most {
            return Ok(None);
        }
        let described = table(&entity);
        let about = described.map_or(About::Nobody, |t| t.about);
        let before: Option<String> = r.get(4)?;
        let refreshes = |what| described.is_some_and(|t| t.refreshes.contains(&what));
        if about == About::Nobody {
            // A row that is new is in nobody's record yet.
            out.words |= before.is_some() && refreshes(Refresh::Words);
            out.communities |= before.is_some() && refreshes(Refresh::Communities);
        }
        out.domains |= about == About::Nobody && refreshes(Refresh::Mail);
        out.suppressions |= matches!(about, About::Holder(_)) && refreshes(Refresh::Mail);
        match (r.get::<_, Option<i64>>(3)?, about) {
            (Some(person), _) => _ = out.people.insert(person),
            (None, About::Itself) => out.people.extend(first..=last),
            // A change that covers several people names none of them.
            (None, About::Person(column)) => {
                out.take(conn, &format!("SELECT {column} FROM {entity} WHERE id BETWEEN ?1 AND ?2"), (first, last))?;
            }
            (None, About::Holder(column)) => {
                let sql = format!(
                    "SELECT p.id FROM {entity} s JOIN person p ON p.email_key=s.{column} WHERE s.id BETWEEN ?1 AND ?2 \
                     UNION SELECT a.person_id FROM {entity} s JOIN address a ON a.address_key=s.{column} WHERE s.id BETWEEN ?1 AND ?2"
                );
                out.take(conn, &sql, (first, last))?;
            }
            (None, About::Nobody) => {}
        }
        let column = if entity == "person" { "email" } else { "address" };
        out.former.extend(image(before).get(column).and_then(Json::as_str).filter(|a| !a.is_empty()).map(str::to_owned));
    }
    Ok(Some(out))
}

impl TouchedBy {
    fn take(&mut self, conn: Reader<'_>, sql: &str, (first, last): (i64, i64)) -> Result<(), StoreError> {
        let mut statement = conn.prepare_cached(sql)?;
        for person in statement.query_map((first, last), |r| r.get(0))? {
            self.people.insert(person?);
        }
        Ok(())
    }
}

fn image(text: Option<String>) -> Map<String, Json> {
    text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
}

/// Returns the changes of a step, in their order; no more than `most`.
///
/// # Errors
/// If the file can't be read.
pub(crate) fn of_step(conn: Reader<'_>, op: OpId, about: Option<PersonId>, most: usize) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT entity, entity_id, last_id, person_id, before, after FROM op_change WHERE op=?1 ORDER BY seq";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([op.0])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        if out.len() >= most {
            break;
        }
        let Some(table) = table(&r.get::<_, String>(0)?) else { continue };
        let (first, last, person): (i64, i64, Option<i64>) = (r.get(1)?, r.get(2)?, r.get(3)?);
        if about.is_some_and(|p| person != Some(p.0)) {
            continue;
        }
        let (before, after): (Option<String>, Option<String>) = (r.get(4)?, r.get(5)?);
        let is_update = before.is_some() && after.is_some();
        let (before, after) = (image(before), image(after));
        if is_update {
            let of = called(conn, table, first, person, &before)?;
            for (column, was) in &before {
                let described = table.columns.iter().find(|c| c.name == column);
                let Some(described) = described.filter(|c| !matches!(c.merge, Merge::Identity | Merge::Derived | Merge::Local)) else {
                    continue;
                };
                let is = after.get(column).unwrap_or(&Json::Null);
                if let (Json::String(a), Json::String(b), Merge::Map) = (was, is, described.merge) {
                    out.extend(by_key(&of, a, b));
                } else if was != is {
                    if let Some(change) = of_mail(conn, table, first, column, &of)? {
                        out.extend((!out.contains(&change)).then_some(change));
                        continue;
                    }
                    let (from, to) = (value(conn, described.merge, was)?, value(conn, described.merge, is)?);
                    out.push(Change { of: of.clone(), what: words(column), from: Some(from), to: Some(to) });
                }
            }
        } else if !before.is_empty() {
            let of = called(conn, table, first, person, &before)?;
            out.push(Change { of, what: words(table.name), from: Some(String::new()), to: None });
        } else {
            for id in first..=last.min(first.saturating_add(i64::try_from(most).unwrap_or(i64::MAX))) {
                let of = called(conn, table, id, person, &after)?;
                if let Some(change) = of_mail(conn, table, id, "", &of)? {
                    out.push(change);
                    continue;
                }
                out.push(Change { of, what: words(table.name), from: None, to: Some(String::new()) });
            }
        }
    }
    out.truncate(most);
    Ok(out)
}

/// Returns the name that a line shows for a row: the person it is about, otherwise its own name or that of the row that it belongs to.
fn called(conn: Reader<'_>, table: &Table, id: i64, person: Option<i64>, image: &Map<String, Json>) -> Result<String, StoreError> {
    let stored = |column: &str| -> Result<Option<i64>, StoreError> {
        if let Some(n) = image.get(column).and_then(Json::as_i64) {
            return Ok(Some(n));
        }
        lookup::number(conn, table, column, id)
    };
    let person = match (person, table.about) {
        (None, About::Itself) => Some(id),
        (None, About::Person(column)) => stored(column)?,
        (person, _) => person,
    };
    let mut parts = Vec::new();
    if let Some(person) = person {
        let kept = (table.about == About::Itself).then(|| image.get("name").and_then(Json::as_str).filter(|n| !n.is_empty())).flatten();
        parts.push(match (lookup::title(conn, PersonId(person))?, kept) {
            (title, Some(kept)) if title == "somebody" => kept.to_owned(),
            (title, _) => title,
        });
    }
    if let (None, Some(title)) = (person, table.title()) {
        let kept = image.get(title).and_then(Json::as_str).map(str::to_owned);
        parts.extend(lookup::text(conn, table, title, id)?.or(kept));
    }
    for (column, of, _) in table.references() {
        let other = TABLES.iter().find(|t| t.name == of).filter(|t| t.name != "person");
        if let Some((other, title)) = other.and_then(|t| Some((t, t.title()?)))
            && parts.len() < 2
            && matches!(of, "community" | "meetup")
            && let Some(id) = stored(column)?
        {
            parts.extend(lookup::text(conn, other, title, id)?);
        }
    }
    Ok(if parts.is_empty() { words(table.name) } else { parts.join(", ") })
}

/// Returns the custom fields that differ.
fn by_key(of: &str, from: &str, to: &str) -> Vec<Change> {
    let (a, b): (Map<String, Json>, Map<String, Json>) =
        (serde_json::from_str(from).unwrap_or_default(), serde_json::from_str(to).unwrap_or_default());
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let text = |m: &Map<String, Json>, key: &str| m.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    keys.into_iter()
        .filter(|k| a.get(*k) != b.get(*k))
        .map(|k| Change { of: of.to_owned(), what: k.clone(), from: Some(text(&a, k)), to: Some(text(&b, k)) })
        .collect()
}

/// Returns a change of a suppression or a new consent in words of its own: the name of a column doesn't say what it means for mail.
fn of_mail(conn: Reader<'_>, table: &Table, id: i64, column: &str, of: &str) -> Result<Option<Change>, StoreError> {
    let plain = |what: String, to: Option<String>| {
        Some(Change { of: of.to_owned(), what, from: to.as_ref().map(|_| "not recorded".to_owned()), to })
    };
    Ok(match (table.name, column) {
        ("consent", "") => {
            let purpose = lookup::text(conn, table, "purpose", id)?.unwrap_or_default();
            plain(format!("consent to {purpose}"), lookup::text(conn, table, "state", id)?)
        }
        ("suppression", "lifted" | "lifted_why") => {
            let is_lifted = lookup::text(conn, table, "lifted", id)?.is_some_and(|day| !day.is_empty());
            plain(if is_lifted { "mail allowed again" } else { "address suppressed" }.to_owned(), None)
        }
        ("suppression", "") => plain("address suppressed".to_owned(), None),
        ("suppression", _) => plain("address suppressed again".to_owned(), None),
        _ => None,
    })
}

/// Returns a cell as text; a reference becomes the name of the row that it refers to.
fn value(conn: Reader<'_>, merge: Merge, cell: &Json) -> Result<String, StoreError> {
    if let (Merge::Reference(of, _), Some(id)) = (merge, cell.as_i64()) {
        if of == "person" {
            return lookup::title(conn, PersonId(id));
        }
        let named = TABLES.iter().find(|t| t.name == of).and_then(|t| Some((t, t.title()?)));
        if let Some((table, title)) = named {
            return Ok(lookup::text(conn, table, title, id)?.unwrap_or_else(|| "(removed)".to_owned()));
        }
    }
    Ok(match cell {
        Json::Null => String::new(),
        Json::String(text) => text::clean_lines(text).text.replace(';', "; "),
        other => other.to_string(),
    })
}

/// Returns the label of a table or column.
fn words(name: &str) -> String {
    match name {
        "email" => "e-mail".to_owned(),
        "email_state" => "state of the e-mail address".to_owned(),
        "joined" => "joined".to_owned(),
        "left_on" => "left".to_owned(),
        "parts" => "role".to_owned(),
        "rsvp" => "answer".to_owned(),
        "minutes" => "minutes".to_owned(),
        "capacity" => "room for".to_owned(),
        "status_on" => "status since".to_owned(),
        "person_id" => "holder".to_owned(),
        "over" => "is over".to_owned(),
        "tenure" => "seat held".to_owned(),
        "join_route" => "way to join".to_owned(),
        "meetup_community" => "meetup of a community".to_owned(),
        other => other.strip_suffix("_id").unwrap_or(other).replace('_', " "),
    }
}
