//! `apply`: actions from a file, one JSON object a line, as one undo step. The format is our own and documented by [`schema`].
//!
//! Must not know how an action is carried out.

use std::io::Write;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::change_args::ApplyArgs;
use super::deeds::{self, Attendance, Deed, perform};
use super::fields::{self, Kind};
use super::report::Report;
use super::{CliError, Ended, who};
use crate::book::{Batch, Book, Keep, Thing};
use crate::domain::ids::PersonId;
use crate::domain::text;
use crate::forms::Subject;

/// The longest line, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// The longest file, in bytes.
const LONGEST_FILE: u64 = 1 << 30;

/// One or several of something.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn all(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// The fields of a form as they are given: in their order, and one that is given twice is there twice, to be refused.
struct Fields(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> serde::de::Visitor<'de> for Pairs {
            type Value = Fields;

            fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str("an object of fields, such as {\"name\": \"Ann\"}")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut all = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    all.push(pair);
                }
                Ok(Fields(all))
            }
        }
        from.deserialize_map(Pairs)
    }
}

impl Fields {
    fn pairs(self) -> Result<Vec<fields::Pair>, CliError> {
        let one = |(label, value): (String, Json)| match value {
            Json::String(text) => Ok((label, text)),
            Json::Number(n) => Ok((label, n.to_string())),
            Json::Null => Ok((label, String::new())),
            _ => Err(CliError::Which(format!("the value of {label} isn't a text"))),
        };
        self.0.into_iter().map(one).collect()
    }
}

/// An action as it is written.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum Action {
    AddMember { set: Fields, community: Option<String> },
    AddCommunity { set: Fields },
    AddMeetup { set: Fields },
    AddOrganisation { set: Fields },
    AddSeat { community: String, set: Fields },
    EditMember { who: String, set: Fields },
    EditCommunity { community: String, set: Fields },
    EditMeetup { meetup: String, set: Fields },
    EditOrganisation { organisation: String, set: Fields },
    EditSeat { community: String, seat: String, set: Fields },
    RemoveMember { who: OneOrMany },
    RemoveCommunity { community: String },
    RemoveMeetup { meetup: String },
    RemoveOrganisation { organisation: String },
    RemoveSeat { community: String, seat: String },
    Put { who: OneOrMany, community: String, status: Option<String> },
    Take { who: OneOrMany, community: String },
    Tag { who: OneOrMany, tag: String },
    Untag { who: OneOrMany, tag: String },
    Consent { who: OneOrMany, purpose: String, state: String, source: Option<String>, date: Option<String> },
    Roll { who: OneOrMany, meetup: String, is: Attendance },
    Suppress { address: OneOrMany, reason: Option<String> },
    Allow { address: OneOrMany, source: String, date: String },
}

fn people(book: &mut Book, who: OneOrMany) -> Result<Vec<PersonId>, CliError> {
    let who = who.all();
    if who.is_empty() {
        return Err(CliError::Which("who is empty".into()));
    }
    who.iter().map(|one| who::one_person(book, one)).collect()
}

/// Finds whom and what an action is about.
fn deed(book: &mut Book, action: Action) -> Result<Deed, CliError> {
    let fill = |book: &mut Book, kind, subject: Subject, community, set: Fields| {
        fields::fill(kind, &subject, community, &set.pairs()?, book).map(Deed::filled)
    };
    Ok(match action {
        Action::AddMember { set, community } => {
            let community = community.map(|c| book.resolve_community(&c)).transpose()?;
            fill(book, Kind::Member, Subject::Person(None), community, set)?
        }
        Action::AddCommunity { set } => fill(book, Kind::Community, Subject::Community(None), None, set)?,
        Action::AddMeetup { set } => fill(book, Kind::Meetup, Subject::Meetup(None), None, set)?,
        Action::AddOrganisation { set } => fill(book, Kind::Organisation, Subject::Organisation(None), None, set)?,
        Action::AddSeat { community, set } => {
            let community = book.resolve_community(&community)?;
            fill(book, Kind::Seat, Subject::Seat(community, None), None, set)?
        }
        Action::EditMember { who, set } => {
            let id = who::one_person(book, &who)?;
            fill(book, Kind::Member, Subject::Person(Some(id)), None, set)?
        }
        Action::EditCommunity { community, set } => {
            let id = book.resolve_community(&community)?;
            fill(book, Kind::Community, Subject::Community(Some(id)), None, set)?
        }
        Action::EditMeetup { meetup, set } => {
            let id = who::one_meetup(book, &meetup)?;
            fill(book, Kind::Meetup, Subject::Meetup(Some(id)), None, set)?
        }
        Action::EditOrganisation { organisation, set } => {
            let id = book.resolve_organisation(&organisation)?;
            fill(book, Kind::Organisation, Subject::Organisation(Some(id)), None, set)?
        }
        Action::EditSeat { community, seat, set } => {
            let community = book.resolve_community(&community)?;
            let seat = book.resolve_seat(community, &seat)?;
            fill(book, Kind::Seat, Subject::Seat(community, Some(seat)), None, set)?
        }
        Action::RemoveMember { who } => Deed::Remove(people(book, who)?.into_iter().map(Thing::Person).collect()),
        Action::RemoveCommunity { community } => Deed::Remove(vec![Thing::Community(book.resolve_community(&community)?)]),
        Action::RemoveMeetup { meetup } => Deed::Remove(vec![Thing::Meetup(who::one_meetup(book, &meetup)?)]),
        Action::RemoveOrganisation { organisation } => Deed::Remove(vec![Thing::Organisation(book.resolve_organisation(&organisation)?)]),
        Action::RemoveSeat { community, seat } => {
            let community = book.resolve_community(&community)?;
            Deed::RemoveSeat(community, book.resolve_seat(community, &seat)?)
        }
        other => of_people(book, other)?,
    })
}

/// The actions about people whom the roster has.
fn of_people(book: &mut Book, action: Action) -> Result<Deed, CliError> {
    Ok(match action {
        Action::Put { who, community, status } => {
            let status = status.as_deref().map(deeds::status).transpose()?;
            Deed::Put(people(book, who)?, book.resolve_community(&community)?, status)
        }
        Action::Take { who, community } => Deed::Take(people(book, who)?, book.resolve_community(&community)?),
        Action::Tag { who, tag } => Deed::Tag(people(book, who)?, named(&tag)?),
        Action::Untag { who, tag } => Deed::Untag(people(book, who)?, named(&tag)?),
        Action::Consent { who, purpose, state, source, date } => {
            let consent = deeds::consent(book, (&purpose, &state), source.as_deref(), date.as_deref())?;
            Deed::Consent(people(book, who)?, consent)
        }
        Action::Roll { who, meetup, is } => Deed::Roll(people(book, who)?, who::one_meetup(book, &meetup)?, is.change()),
        Action::Suppress { address, reason } => {
            Deed::Suppress(deeds::addresses(&address.all())?, reason.unwrap_or_else(|| "their own request".to_owned()))
        }
        Action::Allow { address, source, date } => {
            let on = deeds::day(book, &date)?;
            Deed::Allow(deeds::addresses(&address.all())?, source, on)
        }
        _ => return Err(CliError::Which("not an action about people".into())),
    })
}

fn named(tag: &str) -> Result<String, CliError> {
    let tag = text::clean_line(tag).text.into_owned();
    if tag.is_empty() { Err(CliError::Which("a tag can't be empty".into())) } else { Ok(tag) }
}

/// `apply`.
pub(super) fn apply(book: &mut Book, args: &ApplyArgs, out: &mut dyn Write) -> Result<Ended, CliError> {
    let Some(file) = &args.actions else { return Err(CliError::Usage("which file? - is standard input".into())) };
    let text = who::read_text(file, LONGEST_FILE)?;
    // Whatever can be seen to be wrong is said before anything is done.
    let mut actions = Vec::new();
    for (line, n) in text.trim_start_matches('\u{feff}').lines().zip(1_u64..) {
        if !line.trim().is_empty() {
            actions.push((n, read(line).map_err(|why| refused(n, &why))?));
        }
    }
    if actions.is_empty() {
        return Err(CliError::Which("the file has no actions".into()));
    }
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).filter(|n| n != "-");
    let name = name.unwrap_or_else(|| "standard input".to_owned());
    let total = actions.len() as u64;
    let all = |book: &mut Book| {
        let mut whole = Report::default();
        for (n, action) in actions {
            let done = deed(book, action).and_then(|deed| {
                let yes = args.yes || (args.how.dry_run && deed.removes());
                perform(book, deed, yes)
            });
            let done = done.map_err(|e| refused(n, &e.to_string()))?;
            whole.changes += done.changes;
            if args.how.dry_run {
                whole.notes.push(format!("line {n}: {}", done.done));
            }
            whole.notes.extend(done.notes.into_iter().map(|note| format!("line {n}: {note}")));
            whole.left_out.extend(done.left_out.into_iter().map(|l| super::report::LeftOut { line: Some(n), ..l }));
        }
        Ok::<_, CliError>((whole, total))
    };
    let keep = if args.how.dry_run { Keep::No } else { Keep::Yes };
    let (mut report, applied) = book.batch(Batch::File(&name), keep, all)?;
    report.dry_run = args.how.dry_run;
    let n = text::count(total, "action", "actions");
    report.done = match report.changes {
        0 => format!("Nothing to change: {n} would change nothing"),
        _ if report.dry_run => format!("{n} can be applied"),
        _ => applied.label,
    };
    report.write(args.how, out)
}

fn refused(line: u64, why: &str) -> CliError {
    CliError::Which(format!("line {line}: {why}; nothing was done"))
}

/// Reads an action.
fn read(line: &str) -> Result<Action, String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("the line has {} bytes; 1,048,576 are the most", text::thousands(line.len() as u64)));
    }
    if !line.trim_start().starts_with('{') {
        return Err("it isn't a JSON object with \"do\", such as {\"do\": \"tag\", …}".to_owned());
    }
    serde_json::from_str(line).map_err(|e| {
        // The line is counted here, and within a line the column is what helps.
        let said = e.to_string().replace("variant", "action").replace("field", "key");
        match said.rsplit_once(" at line 1 column ") {
            Some((what, column)) => format!("{what} (column {column})"),
            None => said,
        }
    })
}

/// Returns the JSON Schema of an action (draft 2020-12).
pub(super) fn schema() -> Json {
    let text = || json!({"type": "string"});
    let several = || json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]});
    let set = |kind: Kind| json!({"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}, "description": fields::help(kind)});
    let is = json!({"enum": ["came", "no-show", "excused", "yes", "no", "maybe", "waiting"]});
    let action = |name: &str, needed: Vec<(&str, Json)>, optional: Vec<(&str, Json)>| {
        let required: Vec<&str> = std::iter::once("do").chain(needed.iter().map(|(k, _)| *k)).collect();
        let mut properties = serde_json::Map::new();
        properties.insert("do".to_owned(), json!({"const": name}));
        properties.extend(needed.iter().chain(&optional).map(|(k, v)| ((*k).to_owned(), v.clone())));
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    let mut all = Vec::new();
    for (kind, name, place) in [
        (Kind::Member, "member", "who"),
        (Kind::Community, "community", "community"),
        (Kind::Meetup, "meetup", "meetup"),
        (Kind::Organisation, "organisation", "organisation"),
        (Kind::Seat, "seat", "seat"),
    ] {
        let of = |mut keys: Vec<(&'static str, Json)>| {
            if kind == Kind::Seat {
                keys.insert(0, ("community", text()));
            }
            keys
        };
        let into = if kind == Kind::Member { vec![("community", text())] } else { Vec::new() };
        all.push(action(&format!("add-{name}"), of(vec![("set", set(kind))]), into));
        all.push(action(&format!("edit-{name}"), of(vec![(place, text()), ("set", set(kind))]), Vec::new()));
        let removed = if kind == Kind::Member { several() } else { text() };
        all.push(action(&format!("remove-{name}"), of(vec![(place, removed)]), Vec::new()));
    }
    all.push(action("put", vec![("who", several()), ("community", text())], vec![("status", text())]));
    all.push(action("take", vec![("who", several()), ("community", text())], Vec::new()));
    all.push(action("tag", vec![("who", several()), ("tag", text())], Vec::new()));
    all.push(action("untag", vec![("who", several()), ("tag", text())], Vec::new()));
    let said = vec![("source", text()), ("date", text())];
    all.push(action("consent", vec![("who", several()), ("purpose", text()), ("state", text())], said.clone()));
    all.push(action("roll", vec![("who", several()), ("meetup", text()), ("is", is)], Vec::new()));
    all.push(action("suppress", vec![("address", several())], vec![("reason", text())]));
    all.push(action("allow", [vec![("address", several())], said].concat(), Vec::new()));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An action of `guildhall apply`: one JSON object a line",
        "description": "who: a person by address, exact name or UUID, or several of them. community, organisation, seat: by exact name or UUID. \
            meetup: by exact title, by title and day ('Show and tell on:2026-12-03') or by UUID.",
        "oneOf": all,
    })
}
