//! Which column of a file is which of our fields, and a row read by it.
//!
//! Adding a column that is known by name: a line in [`NAMES`], an arm in `Reading::put`. Must not know what becomes of the row.

use chrono::NaiveDate;

use super::{ExchangeError, Row, consents, memberships};
use crate::domain::community::MembershipFacts;
use crate::domain::dates::{self, Lean};
use crate::domain::listed::Incoming;
use crate::domain::words::{AddressState, MembershipStatus, PersonKind, Source};
use crate::domain::{address, tags, text};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is one of our fields, named as it is there")]
pub enum Role {
    Name,
    FirstName,
    LastName,
    Email,
    EmailState,
    OtherEmails,
    Kind,
    Organisation,
    JobTitle,
    Discipline,
    Tags,
    Joined,
    Communities,
    Status,
    Consents,
    Note,
    /// A custom field, by its place in [`Mapping::custom`].
    Custom(usize),
    /// A column without a header.
    Ignored,
}

impl Role {
    /// What the report calls it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Email => "e-mail",
            Self::EmailState => "state of the e-mail address",
            Self::OtherEmails => "further e-mail addresses",
            Self::Kind => "person or team mailbox",
            Self::Organisation => "organisation",
            Self::JobTitle => "job title",
            Self::Discipline => "discipline",
            Self::Tags => "tags",
            Self::Joined => "joined",
            Self::Communities => "communities",
            Self::Status => "status in the community",
            Self::Consents => "consent",
            Self::Note => "note",
            Self::Custom(_) => "a field of your own",
            Self::Ignored => "nothing (it has no header)",
        }
    }
}

/// The headers by which a column is known, as [`text::header_key`] makes them.
const NAMES: &[(Role, &[&str])] = &[
    (Role::Name, &["name", "fullname", "displayname", "membername", "yourname", "yourfullname"]),
    (Role::FirstName, &["firstname", "givenname", "forename"]),
    (Role::LastName, &["lastname", "surname", "familyname"]),
    (Role::Email, &["email", "emailaddress", "mail", "workemail", "workemailaddress", "primaryemail", "youremail", "youremailaddress"]),
    (Role::EmailState, &["emailstate"]),
    (Role::OtherEmails, &["otheremails", "otheremail", "secondaryemail", "secondemail"]),
    (Role::Kind, &["kind"]),
    (
        Role::Organisation,
        &[
            "organisation",
            "organization",
            "org",
            "department",
            "dept",
            "company",
            "companyname",
            "employer",
            "organisationname",
            "organizationname",
            "yourorganisation",
            "yourorganization",
            "yourdepartment",
        ],
    ),
    (Role::JobTitle, &["jobtitle", "role", "title", "jobrole", "position", "yourrole", "yourjobtitle"]),
    (Role::Discipline, &["discipline", "profession", "yourdiscipline"]),
    (Role::Tags, &["tags", "tag", "labels"]),
    (Role::Joined, &["joined", "since", "joinedon", "joindate", "membersince", "datejoined"]),
    (Role::Communities, &["communities", "community"]),
    (Role::Consents, &["consent", "consents", "mailconsent", "emailconsent", "consenttomail", "consenttoemail"]),
    (Role::Status, &["status", "membershipstatus"]),
    (Role::Note, &["note", "notes", "comment", "comments"]),
];

/// The role that a header would have by its name alone.
#[must_use]
pub fn role_of(header: &str) -> Option<Role> {
    let key = text::header_key(header);
    NAMES.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(role, _)| *role)
}

/// The columns of one file.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The headers as they stand in the file.
    pub headers: Vec<String>,
    /// What each column holds.
    pub roles: Vec<Role>,
    /// The names of the custom fields that the file has.
    pub custom: Vec<String>,
    /// Where a status goes that is none of our words.
    status_field: Option<usize>,
}

/// What a row can't say for itself.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The day of the import.
    pub today: NaiveDate,
    /// The community that everybody is put into.
    pub community: Option<&'a str>,
}

impl Mapping {
    /// Matches headers to fields. `known` are the roster's custom fields; `with_community` says whether a status has something to be the status of.
    ///
    /// # Errors
    /// If no column says who somebody is.
    pub fn new(header: Row<'_>, known: &[String], with_community: bool) -> Result<Self, ExchangeError> {
        let mut mapping = Self { headers: Vec::new(), roles: Vec::new(), custom: Vec::new(), status_field: None };
        for at in 0..header.len() {
            let title = text::clean_line(header.field(at)).text.into_owned();
            let role = match role_of(&title) {
                _ if title.is_empty() => Role::Ignored,
                Some(Role::Email) if mapping.roles.contains(&Role::Email) => Role::OtherEmails,
                Some(Role::Status) if !with_community => mapping.add_custom(&title, known),
                Some(role) if !mapping.roles.contains(&role) => role,
                _ => mapping.add_custom(&title, known),
            };
            if role == Role::Status
                && let Role::Custom(at) = mapping.add_custom(&title, known)
            {
                mapping.status_field = Some(at);
            }
            mapping.headers.push(title);
            mapping.roles.push(role);
        }
        let who = [Role::Name, Role::FirstName, Role::LastName, Role::Email];
        if mapping.roles.iter().any(|r| who.contains(r)) {
            return Ok(mapping);
        }
        let found = mapping.headers.iter().take(8).map(|h| text::clip(h, 30).into_owned()).collect::<Vec<_>>().join(", ");
        Err(ExchangeError::NoPerson { found })
    }

    fn add_custom(&mut self, title: &str, known: &[String]) -> Role {
        let same = |a: &str, b: &str| text::same_key(a) == text::same_key(b);
        let mut name = text::clip(title, 80).into_owned();
        // A second column of one name must not overwrite the first.
        let mut n = 2;
        while self.custom.iter().any(|c| same(c, &name)) {
            name = format!("{} {n}", text::clip(title, 76));
            n += 1;
        }
        let name = known.iter().find(|k| same(k, &name)).cloned().unwrap_or(name);
        self.custom.push(name);
        Role::Custom(self.custom.len() - 1)
    }

    /// Reads a row into `into`. Returns how many harmful characters were taken out.
    ///
    /// # Errors
    /// Why the row can't be taken, in words.
    pub fn read(&self, row: Row<'_>, reading: Reading<'_>, into: &mut Incoming) -> Result<usize, String> {
        into.clear();
        let mut removed = 0;
        let (mut first, mut last) = (String::new(), String::new());
        let mut status = None;
        for (at, role) in self.roles.iter().enumerate() {
            let raw = row.field(at);
            if raw.is_empty() {
                continue;
            }
            let cleaned = if matches!(role, Role::Note | Role::Custom(_)) { text::clean_lines(raw) } else { text::clean_line(raw) };
            removed += cleaned.removed;
            let value = cleaned.text.as_ref();
            match role {
                _ if value.is_empty() => {}
                Role::FirstName => value.clone_into(&mut first),
                Role::LastName => value.clone_into(&mut last),
                // An invisible character in an address is not taken out: it would become another address.
                Role::Email if cleaned.removed > 0 => {
                    return Err(format!("the address {} contains an invisible character", text::safe(raw)));
                }
                Role::Status => status = Some(value.to_owned()),
                role => self.put(*role, value, reading, into)?,
            }
        }
        if into.name.is_empty() && !(first.is_empty() && last.is_empty()) {
            into.name = format!("{first} {last}").trim().to_owned();
        }
        self.finish(status, reading, into)?;
        Ok(removed)
    }

    fn put(&self, role: Role, value: &str, reading: Reading<'_>, into: &mut Incoming) -> Result<(), String> {
        match role {
            Role::Name => value.clone_into(&mut into.name),
            Role::Email => address::read(value).map_err(|e| format!("{}: {e}", text::safe(value)))?.clone_into(&mut into.email),
            Role::EmailState => match AddressState::parse(value) {
                Some(state) => into.email_state = Some(state),
                None => add_line(&mut into.note, &format!("E-mail state: {value}")),
            },
            Role::OtherEmails => {
                let more = address::read_list(value).map_err(|(a, e)| format!("{}: {e}", text::safe(&a)))?;
                let new = more.into_iter().filter(|m| !into.others.iter().any(|o| address::key(&o.address) == address::key(&m.address)));
                let new: Vec<_> = new.collect();
                into.others.extend(new);
            }
            Role::Kind => match PersonKind::parse(value) {
                Some(kind) => into.kind = Some(kind),
                None => add_line(&mut into.note, &format!("Kind: {value}")),
            },
            Role::Organisation => value.clone_into(&mut into.organisation),
            Role::JobTitle => value.clone_into(&mut into.job_title),
            Role::Discipline => value.clone_into(&mut into.discipline),
            Role::Tags => into.tags = tags::write(&tags::read(value)),
            Role::Note => add_line(&mut into.note, value),
            Role::Communities => into.memberships = memberships::read(value)?,
            Role::Consents => match consents::read(value) {
                Ok(said) => into.consents = said,
                Err(_) => add_line(&mut into.note, &format!("Consent: {value}")),
            },
            Role::Custom(at) => into.fields.push((at, value.to_owned())),
            Role::Joined => match date(value, reading.today) {
                Some(day) => into.joined = Some(day),
                // Nothing that was typed is lost: what is no date is kept in words.
                None => add_line(&mut into.note, &format!("Joined: {value}")),
            },
            Role::FirstName | Role::LastName | Role::Status | Role::Ignored => {}
        }
        Ok(())
    }

    fn finish(&self, status: Option<String>, reading: Reading<'_>, into: &mut Incoming) -> Result<(), String> {
        if into.email.is_empty() && !into.others.is_empty() {
            let first = into.others.remove(0);
            into.email = first.address;
            into.email_state = Some(first.state);
        }
        let primary = address::key(&into.email);
        into.others.retain(|o| address::key(&o.address) != primary);
        if let Some(community) = reading.community {
            let word = status.as_deref().and_then(MembershipStatus::parse);
            let facts = MembershipFacts {
                status: word.unwrap_or(MembershipStatus::Active),
                joined: into.joined,
                left: None,
                source: Source::Import,
            };
            // What the row itself says of this community holds, unless its status column says otherwise.
            let known = into.memberships.iter().any(|(name, _)| text::same_key(name) == text::same_key(community));
            if word.is_some() || !known {
                into.memberships.retain(|(name, _)| text::same_key(name) != text::same_key(community));
                into.memberships.push((community.to_owned(), facts));
            }
            if let (None, Some(status), Some(at)) = (word, status, self.status_field) {
                into.fields.push((at, status));
            }
        }
        if into.name.is_empty() && into.email.is_empty() {
            return Err("there is neither a name nor an e-mail address".into());
        }
        Ok(())
    }
}

fn add_line(note: &mut String, line: &str) {
    if !note.is_empty() {
        note.push('\n');
    }
    note.push_str(line);
}

/// A date as files have it; what stands after the day (a time, a zone) is passed over.
fn date(value: &str, today: NaiveDate) -> Option<NaiveDate> {
    if let Some(day) = value.get(..10).and_then(|v| NaiveDate::parse_from_str(v, "%Y-%m-%d").ok()) {
        return Some(day);
    }
    let first = value.split(['T', ' ']).next().unwrap_or(value);
    let slashes = first.contains('/') || first.contains('.');
    dates::read(if slashes { first } else { value }, today, Lean::Back).ok()
}
