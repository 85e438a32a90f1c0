//! Maps the columns of a file to our fields, and reads rows with that mapping.
//!
//! To add a column that is recognised by name, add a line to [`NAMES`] and an arm to `Mapping::put`. Must not know what becomes of the row.

use chrono::NaiveDate;

use super::foreign::{self, Answer};
use super::{ExchangeError, Row, consents, memberships, suppressions};
use crate::domain::address::OtherAddress;
use crate::domain::community::MembershipFacts;
use crate::domain::dates::{self, Lean};
use crate::domain::listed::{Incoming, ListStatus};
use crate::domain::person::ConsentFacts;
use crate::domain::words::{AddressState, ConsentState, MembershipStatus, PersonKind, Purpose, Source, Stored};
use crate::domain::{address, tags, text};

/// What a column contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is one of our fields, named as it is there")]
pub(crate) enum Role {
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
    /// A status, by its index among the custom fields, where it is also kept if it isn't one of our words.
    Status(usize),
    Consents,
    Suppressed,
    /// A column that says one thing about a person with a yes, a tick or a time; also kept as a custom field.
    Flag(ListStatus, usize),
    /// A question whose answer is consent; also kept as a custom field.
    OptIn(Purpose, usize),
    /// The time at which the row was made; also kept as a custom field.
    Timestamp(usize),
    Note,
    /// A custom field, by its index in [`Mapping::custom`].
    Custom(usize),
    /// A column without a header.
    Ignored,
}

impl Role {
    /// Returns its name in the report of an import.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
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
            Self::Status(_) => "status",
            Self::Suppressed => "suppressed addresses",
            Self::Flag(ListStatus::Unsubscribed, _) => "unsubscribed or not",
            Self::Flag(..) => "left out or not",
            Self::OptIn(Purpose::Mail, _) => "consent to mail",
            Self::OptIn(..) => "consent",
            Self::Timestamp(_) => "when it was said",
            Self::Consents => "consent",
            Self::Note => "note",
            Self::Custom(_) => "a field of your own",
            Self::Ignored => "nothing (it has no header)",
        }
    }
}

/// The headers by which a column is recognised, normalised by [`text::header_key`].
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
    (Role::Suppressed, &["suppressedaddresses"]),
    (Role::Note, &["note", "notes", "comment", "comments"]),
];

/// Returns the role that a header has by its name only.
#[must_use]
pub(crate) fn role_of(header: &str) -> Option<Role> {
    let key = text::header_key(header);
    NAMES.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(role, _)| *role)
}

/// The columns of one file.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    /// The headers as in the file.
    pub headers: Vec<String>,
    /// What each column contains.
    pub roles: Vec<Role>,
    /// The names of the custom fields in the file.
    pub custom: Vec<String>,
    /// Whether the columns are those of our own format. Then an unknown word is kept as it is, and has no effect.
    is_ours: bool,
}

/// The context of a row that isn't in the row itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// The day of the import.
    pub today: NaiveDate,
    /// The community that everybody is added to.
    pub community: Option<&'a str>,
}

impl Mapping {
    /// Matches headers to fields. `known` are the roster's custom fields.
    ///
    /// # Errors
    /// If no column identifies people.
    pub(crate) fn new(header: Row<'_>, known: &[String]) -> Result<Self, ExchangeError> {
        let mut mapping = Self { headers: Vec::new(), roles: Vec::new(), custom: Vec::new(), is_ours: false };
        for at in 0..header.len() {
            let title = text::clean_line(header.field(at)).text.into_owned();
            let role = match role_of(&title) {
                _ if title.is_empty() => Role::Ignored,
                Some(Role::Email) if mapping.roles.contains(&Role::Email) => Role::OtherEmails,
                None if !title.is_empty() && Self::says(&title).is_some() => mapping.add_saying(&title, known),
                Some(role) if !mapping.roles.contains(&role) => role,
                // A second column about consent counts as well.
                other => match (other, mapping.add_custom(&title, known)) {
                    (Some(Role::Consents), Role::Custom(at)) => Role::OptIn(Purpose::Mail, at),
                    (_, role) => role,
                },
            };
            mapping.headers.push(title);
            mapping.roles.push(role);
        }
        let ours = [Role::EmailState, Role::Kind, Role::Communities, Role::Consents];
        mapping.is_ours = ours.iter().all(|role| mapping.roles.contains(role));
        let who = [Role::Name, Role::FirstName, Role::LastName, Role::Email];
        if mapping.roles.iter().any(|r| who.contains(r)) {
            return Ok(mapping);
        }
        let found = mapping.headers.iter().take(8).map(|h| text::clip(h, 30).into_owned()).collect::<Vec<_>>().join(", ");
        Err(ExchangeError::NoPerson { found })
    }

    /// Returns whether a column contains a status or a flag.
    #[must_use]
    pub(crate) fn holds_status(&self, at: usize) -> bool {
        matches!(self.roles.get(at), Some(Role::Status(_) | Role::Flag(..)))
    }

    /// Returns the role of a column in another system's vocabulary; its index among the custom fields is not yet set.
    fn says(title: &str) -> Option<Role> {
        let key = text::header_key(title);
        match () {
            () if key == "membershipstatus" || foreign::is_status(title) => Some(Role::Status(0)),
            () if TIMES.contains(&key.as_str()) => Some(Role::Timestamp(0)),
            () => foreign::flag(title)
                .map(|standing| Role::Flag(standing, 0))
                .or_else(|| foreign::asks_consent(title).map(|purpose| Role::OptIn(purpose, 0))),
        }
    }

    /// Returns the role from [`Mapping::says`], after adding a custom field that also keeps the column's values.
    fn add_saying(&mut self, title: &str, known: &[String]) -> Role {
        let Role::Custom(at) = self.add_custom(title, known) else { return Role::Ignored };
        match Self::says(title) {
            Some(Role::Status(_)) => Role::Status(at),
            Some(Role::Flag(standing, _)) => Role::Flag(standing, at),
            Some(Role::OptIn(purpose, _)) => Role::OptIn(purpose, at),
            Some(Role::Timestamp(_)) => Role::Timestamp(at),
            _ => Role::Custom(at),
        }
    }

    fn add_custom(&mut self, title: &str, known: &[String]) -> Role {
        let same = |a: &str, b: &str| text::are_same(a, b);
        let mut name = text::clip(title, 80).into_owned();
        // A second column of the same name must not overwrite the first.
        let mut n = 2;
        while self.custom.iter().any(|c| same(c, &name)) {
            name = format!("{} {n}", text::clip(title, 76));
            n += 1;
        }
        let name = known.iter().find(|k| same(k, &name)).cloned().unwrap_or(name);
        self.custom.push(name);
        Role::Custom(self.custom.len() - 1)
    }

    /// Reads a row into `into`. Returns how many harmful characters were removed.
    ///
    /// # Errors
    /// Why the row is refused.
    pub(crate) fn read(&self, row: Row<'_>, reading: Reading<'_>, into: &mut Incoming) -> Result<usize, String> {
        into.clear();
        let mut removed = 0;
        let (mut first, mut last) = (String::new(), String::new());
        let mut said = ForeignValues::default();
        for (at, role) in self.roles.iter().enumerate() {
            let raw = row.field(at);
            if raw.is_empty() {
                continue;
            }
            let cleaned =
                if matches!(role, Role::Note | Role::Custom(_) | Role::OptIn(..)) { text::clean_lines(raw) } else { text::clean_line(raw) };
            removed += cleaned.removed;
            let value = cleaned.text.as_ref();
            match role {
                _ if value.is_empty() => {}
                Role::FirstName => value.clone_into(&mut first),
                Role::LastName => value.clone_into(&mut last),
                // An invisible character in an address isn't removed, because that would make it another address.
                Role::Email if cleaned.removed > 0 => {
                    return Err(format!("the address {} contains an invisible character", text::safe(raw)));
                }
                Role::Status(_) | Role::Flag(..) | Role::OptIn(..) | Role::Timestamp(_) => {
                    self.read_foreign_column(at, value, &mut said, into)?
                }
                role => self.put((at, *role), value, reading, into)?,
            }
        }
        if into.name.is_empty() && !(first.is_empty() && last.is_empty()) {
            into.name = format!("{first} {last}").trim().to_owned();
        }
        self.finish(said, reading, into)?;
        Ok(removed)
    }

    fn put(&self, (at, role): (usize, Role), value: &str, reading: Reading<'_>, into: &mut Incoming) -> Result<(), String> {
        match role {
            Role::Name => value.clone_into(&mut into.name),
            Role::Email => address::read(value).map_err(|e| format!("{}: {e}", text::safe(value)))?.clone_into(&mut into.email),
            // Our own format carries a word as it is, so that one that is unknown to one roster isn't misread by the next.
            Role::EmailState if self.is_ours => into.email_state = Some(AddressState::stored(value)),
            Role::EmailState => match AddressState::parse(value) {
                Some(state) => into.email_state = Some(state),
                None => add_line(&mut into.note, &format!("E-mail state: {value}")),
            },
            Role::OtherEmails => {
                let read = if self.is_ours { address::read_stored_list(value) } else { address::read_list(value) };
                let more = read.map_err(|(a, e)| format!("{}: {e}", text::safe(&a)))?;
                let new = more.into_iter().filter(|m| !into.others.iter().any(|o| address::key(&o.address) == address::key(&m.address)));
                let new: Vec<_> = new.collect();
                into.others.extend(new);
            }
            Role::Kind if self.is_ours => into.kind = Some(PersonKind::stored(value)),
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
            Role::Suppressed => into.suppressed = suppressions::read(value)?,
            Role::Consents => match consents::read(value, self.is_ours) {
                Ok(said) => into.consents = said,
                Err(_) => match foreign::answer(value, &self.headers[at]) {
                    Answer::Nothing => {}
                    Answer::No => into.consents = vec![ConsentFacts::of_mail(ConsentState::Withdrawn)],
                    Answer::Yes => into.consents = vec![ConsentFacts::of_mail(ConsentState::Granted)],
                    Answer::Unknown => {
                        add_line(&mut into.note, &format!("Consent: {value}"));
                        into.unknown.push((at, value.to_owned()));
                    }
                },
            },
            Role::Custom(at) => into.fields.push((at, value.to_owned())),
            Role::Joined => match date(value, reading.today) {
                Some(day) => into.joined = Some(day),
                // Nothing that was typed is lost: a text that isn't a date goes to the note.
                None => add_line(&mut into.note, &format!("Joined: {value}")),
            },
            Role::FirstName | Role::LastName | Role::Ignored | Role::Status(_) | Role::Flag(..) | Role::OptIn(..) | Role::Timestamp(_) => {}
        }
        Ok(())
    }

    /// Interprets a column in another system's vocabulary.
    fn read_foreign_column(&self, at: usize, value: &str, said: &mut ForeignValues, into: &mut Incoming) -> Result<(), String> {
        let header = &self.headers[at];
        let keep = |into: &mut Incoming, field: usize| into.fields.push((field, value.to_owned()));
        match self.roles[at] {
            Role::Status(field) => {
                let standing = foreign::status(value);
                match (MembershipStatus::parse(value).filter(|s| *s != MembershipStatus::Declined || is_ours(header)), standing) {
                    (Some(ours), _) => {
                        said.status = Some(ours);
                        said.status_field = Some((field, value.to_owned()));
                    }
                    (None, Some(standing)) => {
                        into.standing = into.standing.max(standing);
                        keep(into, field);
                    }
                    (None, None) => {
                        into.standing = into.standing.max(ListStatus::Unknown);
                        into.unknown.push((at, value.to_owned()));
                        keep(into, field);
                    }
                }
            }
            Role::Flag(standing, field) => {
                let day = foreign::day(value);
                match foreign::against(value, header) {
                    Answer::Yes => into.standing = into.standing.max(standing),
                    Answer::No | Answer::Nothing => {}
                    // A row that may mean that the person unsubscribed isn't imported until somebody has looked at it.
                    Answer::Unknown if standing == ListStatus::Unsubscribed => {
                        return Err(format!("{header} says “{}”, which is neither yes nor no", text::clip(value, 40)));
                    }
                    Answer::Unknown => {
                        into.standing = into.standing.max(ListStatus::Unknown);
                        into.unknown.push((at, value.to_owned()));
                    }
                }
                into.standing_since = into.standing_since.or(day);
                keep(into, field);
            }
            Role::OptIn(purpose, field) => {
                if let Some(state) = Self::consent_in(value, header, purpose)? {
                    said.consents.extend(state.map(|state| (purpose, state, header.clone())));
                } else {
                    into.unknown.push((at, value.to_owned()));
                }
                keep(into, field);
            }
            Role::Timestamp(field) => {
                said.on = said.on.or(foreign::day(value));
                keep(into, field);
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns what an answer to a question of consent says: `Some(None)` for no statement, `None` for an answer that isn't known.
    fn consent_in(value: &str, header: &str, purpose: Purpose) -> Result<Option<Option<ConsentState>>, String> {
        if !foreign::refuses(header) {
            return Ok(match foreign::answer(value, header) {
                Answer::Yes => Some(Some(ConsentState::Granted)),
                Answer::No => Some(Some(ConsentState::Withdrawn)),
                Answer::Nothing => Some(None),
                Answer::Unknown => None,
            });
        }
        match foreign::against(value, header) {
            Answer::Yes => Ok(Some(Some(ConsentState::Withdrawn))),
            // A person who doesn't refuse hasn't agreed yet.
            Answer::No | Answer::Nothing => Ok(Some(None)),
            Answer::Unknown if purpose == Purpose::Mail => {
                Err(format!("{header} says “{}”, which is neither yes nor no", text::clip(value, 40)))
            }
            Answer::Unknown => Ok(None),
        }
    }

    /// Gives suppressed addresses to the person of the row, if there is one; a row with nothing else is about an address without a person.
    fn own_suppressed(into: &mut Incoming) {
        let nobody = into.name.is_empty() && into.email.is_empty() && into.others.is_empty() && into.kind.is_none();
        if nobody && into.organisation.is_empty() && into.memberships.is_empty() && into.note.is_empty() {
            return;
        }
        let theirs: Vec<OtherAddress> = into
            .suppressed
            .iter()
            .filter(|s| s.apart_from.is_none())
            .map(|s| OtherAddress { address: s.address.clone(), state: s.state.unwrap_or(AddressState::Ok) })
            .collect();
        into.others.extend(theirs);
    }

    fn finish(&self, said: ForeignValues, reading: Reading<'_>, into: &mut Incoming) -> Result<(), String> {
        Self::own_suppressed(into);
        if !self.is_ours {
            into.consents.iter_mut().for_each(|c| c.on = c.on.or(said.on));
        }
        for (purpose, state, header) in said.consents {
            // Of several answers for one purpose, the strictest applies.
            if let Some(known) = into.consents.iter_mut().find(|c| c.purpose == purpose) {
                if state == ConsentState::Withdrawn {
                    known.state = state;
                }
                continue;
            }
            let source = text::clip(&header, 80).into_owned();
            into.consents.push(ConsentFacts { purpose, state, on: said.on, source });
        }
        if into.email.is_empty() && !into.others.is_empty() {
            let first = into.others.remove(0);
            into.email = first.address;
            into.email_state = Some(first.state);
        }
        let primary = address::key(&into.email);
        into.others.retain(|o| address::key(&o.address) != primary);
        if let Some(community) = reading.community {
            // An unknown word doesn't make anybody an active member.
            let otherwise = if into.standing == ListStatus::Active { MembershipStatus::Active } else { MembershipStatus::Identified };
            let status = said.status.filter(|s| *s != MembershipStatus::Active).unwrap_or(otherwise);
            let facts = MembershipFacts { status, joined: into.joined, left: None, source: Source::Import };
            // What the row itself says about this community applies, unless its status column says otherwise.
            let known = into.memberships.iter().any(|(name, _)| text::are_same(name, community));
            if said.status.is_some() || !known {
                into.memberships.retain(|(name, _)| !text::are_same(name, community));
                into.memberships.push((community.to_owned(), facts));
            }
        }
        if reading.community.is_none() {
            into.fields.extend(said.status_field);
            // A status without a community: a person whose membership is over, and who has no other, isn't added.
            if into.memberships.is_empty() && said.status.is_some_and(MembershipStatus::is_over) {
                into.standing = into.standing.max(ListStatus::Over);
            }
        }
        if into.standing > ListStatus::Unknown {
            into.memberships.clear();
        } else if into.standing == ListStatus::Unknown {
            let active = into.memberships.iter_mut().filter(|(_, facts)| facts.status == MembershipStatus::Active);
            active.for_each(|(_, facts)| facts.status = MembershipStatus::Identified);
        }
        if into.name.is_empty() && into.email.is_empty() && into.suppressed.is_empty() {
            return Err("there is neither a name nor an e-mail address".into());
        }
        Ok(())
    }
}

/// What a row says in another system's vocabulary.
#[derive(Default)]
struct ForeignValues {
    status: Option<MembershipStatus>,
    /// The status as it was written, kept if there is no community that it applies to.
    status_field: Option<(usize, String)>,
    consents: Vec<(Purpose, ConsentState, String)>,
    /// The time at which the row was made.
    on: Option<NaiveDate>,
}

/// Headers of columns that contain the time at which a row was made.
const TIMES: &[&str] =
    &["timestamp", "completiontime", "submittedat", "submissiondate", "submissiontime", "createdat", "optintime", "confirmtime"];

/// Returns whether a status column has our own header.
fn is_ours(header: &str) -> bool {
    text::header_key(header) == "membershipstatus"
}

fn add_line(note: &mut String, line: &str) {
    if !note.is_empty() {
        note.push('\n');
    }
    note.push_str(line);
}

/// Returns the date in a value; anything after the day (a time, a zone) is ignored.
fn date(value: &str, today: NaiveDate) -> Option<NaiveDate> {
    if let Some(day) = value.get(..10).and_then(dates::iso) {
        return Some(day);
    }
    let first = value.split(['T', ' ']).next().unwrap_or(value);
    dates::read(if first.contains(['/', '.']) { first } else { value }, today, Lean::Back).ok()
}
