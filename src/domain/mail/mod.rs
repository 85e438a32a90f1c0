//! Decides whether an address may be used. One rule for every way that addresses leave the roster; nothing else decides.
//!
//! Every row of the table that applies counts, and the strictest answer decides; the reason is the topmost row with that answer. Must not
//! know how an export is written, nor where people and suppressions are stored.

mod suppressed;
mod withhold;

pub use suppressed::{Matched, Suppressions, apart_key};
pub use withhold::withhold;

use crate::domain::address;
use crate::domain::ids::CommunityId;
use crate::domain::listed::Listed;
use crate::domain::words::{AddressState, ConsentState, MembershipStatus, PersonKind, Purpose, Rsvp, Stored};

macro_rules! ways {
    ($($(#[$doc:meta])* $way:ident $name:literal $column:ident;)+) => {
        /// A way in which an address may leave the roster. Each has a name and a column of the rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Way { $($(#[$doc])* #[doc = $name] $way),+ }

        impl Way {
            /// Every way in which an address may leave the roster.
            pub const ALL: &'static [Self] = &[$(Self::$way),+];

            /// Returns the name; for an export, the name of its format.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$way => $name),+ }
            }

            /// Returns the column of the rules that applies to it.
            #[must_use]
            pub const fn column(self) -> Column {
                match self { $(Self::$way => Column::$column),+ }
            }
        }
    };
}

ways! {
    Roster "roster" Roster;
    Notify "notify" Mailing;
    NotifyContacts "notify-contacts" Mailing;
    Bcc "bcc" Mailing;
    People "people" Reading;
    GoogleGroups "google-groups" Mailing;
    EntraMembers "entra-members" Mailing;
    EntraGuests "entra-guests" Mailing;
    GovDelivery "govdelivery" Mailing;
    Mailchimp "mailchimp" Mailing;
    Brevo "brevo" Mailing;
    Buttondown "buttondown" Mailing;
    Mailman "mailman" Mailing;
    Listserv "listserv" Mailing;
    Listmonk "listmonk" Mailing;
    Sympa "sympa" Mailing;
    PhpList "phplist" Mailing;
    VCard "vcard" AddressBook;
    VCard3 "vcard3" AddressBook;
    GoogleContacts "google-contacts" AddressBook;
    OutlookContacts "outlook-contacts" AddressBook;
    Thunderbird "thunderbird" AddressBook;
    ThunderbirdUs "thunderbird-us" AddressBook;
    Ldif "ldif" AddressBook;
    Discourse "discourse" Mailing;
    Mutt "mutt" Mailing;
    Json "json" Mailing;
    /// The clipboard: the address under the cursor, or those of the marked people.
    Copy "copy" Copying;
    /// The clipboard: one field of the person under the cursor.
    CopyPart "copy a part" Copying;
    /// A new message in the mail program.
    Open "open" Copying;
    PublicPage "public page" PageEntry;
    Handover "handover" PageEntry;
    List "list" Whole;
    Show "show" Whole;
    Backup "backup" Whole;
}

/// A column of the rules, shared by the ways out of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// A mailing, a Bcc line, members of a group, invitations.
    Mailing,
    /// An address book.
    AddressBook,
    /// A list for people to read.
    Reading,
    /// Addresses that are copied, or opened in the mail program.
    Copying,
    /// Two people introduced to each other.
    Introduction,
    /// The public page, a handover, the organiser of a meetup in a calendar.
    PageEntry,
    /// Our own format.
    Roster,
    /// The roster itself: shown, listed, backed up.
    Whole,
    /// A guest list, a sign-in sheet, badges.
    Door,
}

impl Column {
    /// Every column.
    pub const ALL: &'static [Self] = &[
        Self::Mailing,
        Self::AddressBook,
        Self::Reading,
        Self::Copying,
        Self::Introduction,
        Self::PageEntry,
        Self::Roster,
        Self::Whole,
        Self::Door,
    ];
}

/// The intended recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// People, wherever they are.
    #[default]
    Everybody,
    /// The members of a community.
    Community(CommunityId),
    /// The people of a meetup, with this person's answer to the invitation.
    Meetup(Option<Rsvp>),
}

/// The membership statuses to include.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Statuses {
    /// Active members only.
    #[default]
    Active,
    /// These statuses, as requested or named by the query itself.
    These(Vec<MembershipStatus>),
}

impl Statuses {
    fn has(&self, status: MembershipStatus) -> bool {
        match self {
            Self::Active => status == MembershipStatus::Active,
            Self::These(all) => all.contains(&status),
        }
    }
}

/// The purpose for which an address is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The column of the rules.
    pub column: Column,
    /// The intended recipients.
    pub audience: Audience,
    /// Which members to include.
    pub statuses: Statuses,
    /// Whether to include team mailboxes.
    pub mailboxes: bool,
    /// Whether to include only people who granted consent, to mail or to introductions.
    pub require_consent: bool,
    /// Whether the addresses of several people are used at once.
    pub several: bool,
    /// Whether to include every address of a person.
    pub every_address: bool,
}

impl Use {
    /// Returns the use for a way out, without any option.
    #[must_use]
    pub fn of(way: Way) -> Self {
        Self::in_column(way.column())
    }

    /// Returns a use for a column, without any option.
    #[must_use]
    pub fn in_column(column: Column) -> Self {
        Self {
            column,
            audience: Audience::Everybody,
            statuses: Statuses::Active,
            mailboxes: false,
            require_consent: false,
            several: true,
            every_address: matches!(column, Column::AddressBook | Column::Roster | Column::Whole | Column::Door),
        }
    }
}

/// Whether an address may be used, from the mildest answer to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// The address may be used.
    Yes,
    /// The address is written, with the reason beside it.
    Shown,
    /// The user must confirm first.
    Asks,
    /// The person is included without the address.
    NoAddress,
    /// The address isn't written; where one is needed, the person is left out and counted.
    No,
    /// The person isn't included at all.
    Exclude,
}

/// The rows of the rules, in order: why an address may not be used, or only with a restriction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "`words` says each in words")]
pub enum Why {
    Unrecognised,
    Suppressed,
    Resembles,
    WithdrewMail,
    Bounced,
    Retired,
    WithdrewDirectory,
    WithdrewIntroductions,
    NoConsentToIntroductions,
    TeamMailbox,
    NotActive,
    NotOfTheStatus,
    Ended,
    NoConsentToMail,
    NoAddress,
}

impl Why {
    /// Returns the reason in words, to follow a count or a name.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unrecognised => "a status, state or consent that this program doesn't know",
            Self::Suppressed => "unsubscribed",
            Self::Resembles => "unsubscribed at another domain of the same organisation",
            Self::WithdrewMail => "withdrew consent to mail",
            Self::Bounced => "the address bounced",
            Self::Retired => "the address is retired",
            Self::WithdrewDirectory => "withdrew consent to be in a directory",
            Self::WithdrewIntroductions => "withdrew consent to introductions",
            Self::NoConsentToIntroductions => "has not granted consent to introductions",
            Self::TeamMailbox => "a team mailbox",
            Self::NotActive => "not an active member",
            Self::NotOfTheStatus => "not a member of that status",
            Self::Ended => "no longer a member of any community",
            Self::NoConsentToMail => "has not granted consent to mail",
            Self::NoAddress => "no e-mail address",
        }
    }
}

/// An answer with its reason; there is no reason for a plain yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// The row that decides.
    pub why: Option<Why>,
}

impl Decision {
    const YES: Self = Self { answer: Answer::Yes, why: None };

    /// Returns whether the address is written without a confirmation.
    #[must_use]
    pub fn is_written(self) -> bool {
        self.answer <= Answer::Shown
    }

    /// Returns the reason in words; empty if there is none.
    #[must_use]
    pub fn words(self) -> &'static str {
        self.why.map_or("", Why::words)
    }
}

/// Returns every row that applies to a person and one address, in the order of the table.
fn rows<'a>(
    person: &'a Listed<'_>,
    address: &str,
    state: AddressState,
    suppressions: &Suppressions,
    to: &'a Use,
) -> impl Iterator<Item = Why> + use<'a> {
    let mail = person.consent(Purpose::Mail);
    let introductions = person.consent(Purpose::Introductions);
    let unrecognised = !state.is_recognised()
        || !person.kind.is_recognised()
        || person.consents.iter().any(|c| !c.state.is_recognised() || !c.purpose.is_recognised())
        || person.memberships.iter().any(|m| !m.facts.status.is_recognised());
    let matched = suppressions.matching(address);
    [
        unrecognised.then_some(Why::Unrecognised),
        matched.map(|m| if matches!(m, Matched::Same) { Why::Suppressed } else { Why::Resembles }),
        (mail == ConsentState::Withdrawn || is_withdrawn_by_another(person, address, suppressions)).then_some(Why::WithdrewMail),
        (state == AddressState::Bounced).then_some(Why::Bounced),
        (state == AddressState::Retired).then_some(Why::Retired),
        (person.consent(Purpose::Directory) == ConsentState::Withdrawn).then_some(Why::WithdrewDirectory),
        (introductions == ConsentState::Withdrawn).then_some(Why::WithdrewIntroductions),
        (introductions != ConsentState::Granted).then_some(Why::NoConsentToIntroductions),
        (person.kind == PersonKind::TeamMailbox).then_some(Why::TeamMailbox),
        membership(person, to),
        (mail != ConsentState::Granted).then_some(Why::NoConsentToMail),
    ]
    .into_iter()
    .flatten()
}

/// Returns whether the address isn't the person's own and belongs to somebody who withdrew consent to mail.
fn is_withdrawn_by_another(person: &Listed<'_>, address: &str, suppressions: &Suppressions) -> bool {
    suppressions.is_withdrawn(address) && !person.addresses().any(|(own, _)| address::key(own) == address::key(address))
}

/// Returns why the person's memberships exclude them from the audience, if they do. A person in no community is never excluded.
fn membership(person: &Listed<'_>, to: &Use) -> Option<Why> {
    let all = person.memberships;
    if all.is_empty() || matches!(to.audience, Audience::Meetup(Some(Rsvp::Yes | Rsvp::Maybe | Rsvp::Waiting))) {
        return None;
    }
    // Former and future members are never introduced, whatever statuses the user requested.
    let wanted = if to.column == Column::Introduction { &Statuses::Active } else { &to.statuses };
    match to.audience {
        Audience::Community(community) if all.iter().any(|m| m.community == community && wanted.has(m.facts.status)) => None,
        Audience::Community(_) if *wanted == Statuses::Active => Some(Why::NotActive),
        Audience::Community(_) => Some(Why::NotOfTheStatus),
        _ if all.iter().any(|m| !m.facts.status.is_over() || wanted.has(m.facts.status)) => None,
        _ => Some(Why::Ended),
    }
}

/// Returns the cell of the table: the answer for a row in a column.
fn cell(why: Why, to: &Use) -> Answer {
    use Answer::{Asks, Exclude, No, NoAddress, Shown, Yes};
    let unless = |wanted: bool| if wanted { Yes } else { No };
    match (to.column, why) {
        (Column::Mailing | Column::AddressBook | Column::Copying | Column::Introduction, Why::Unrecognised) => No,
        (Column::Reading | Column::Door, Why::Unrecognised) => NoAddress,
        (Column::Whole, Why::Unrecognised | Why::Suppressed | Why::Resembles | Why::WithdrewMail) => Shown,
        (
            Column::Mailing | Column::AddressBook | Column::Copying | Column::Introduction,
            Why::Suppressed | Why::Resembles | Why::WithdrewMail,
        ) => No,
        (Column::Reading | Column::Door | Column::Roster, Why::Suppressed | Why::Resembles | Why::WithdrewMail) => NoAddress,
        (Column::Mailing | Column::AddressBook | Column::Introduction, Why::Bounced | Why::Retired) => No,
        (Column::Reading, Why::Bounced | Why::Retired) => Shown,
        (Column::Copying, Why::Bounced | Why::Retired) => Asks,
        (Column::AddressBook, Why::WithdrewDirectory) => No,
        (Column::Reading | Column::PageEntry, Why::WithdrewDirectory) => Exclude,
        (Column::Introduction, Why::WithdrewIntroductions) => No,
        (Column::Introduction, Why::NoConsentToIntroductions) => unless(!to.require_consent),
        (Column::Mailing, Why::TeamMailbox) => unless(to.mailboxes),
        (Column::Copying, Why::TeamMailbox) => Asks,
        (Column::Introduction, Why::TeamMailbox) => No,
        (Column::Mailing | Column::AddressBook | Column::Reading, Why::NotActive | Why::NotOfTheStatus | Why::Ended) => No,
        (Column::Copying, Why::NotActive | Why::NotOfTheStatus | Why::Ended) => unless(!to.several),
        (Column::Introduction, Why::NotActive | Why::NotOfTheStatus | Why::Ended) => No,
        (Column::Mailing, Why::NoConsentToMail) => unless(!to.require_consent),
        _ => Yes,
    }
}

/// Returns whether one address, in this state, may be used.
#[must_use]
pub fn decide(person: &Listed<'_>, address: &str, state: AddressState, suppressions: &Suppressions, to: &Use) -> Decision {
    let mut strictest = Decision::YES;
    for why in rows(person, address, state, suppressions, to) {
        let answer = cell(why, to);
        if answer > strictest.answer {
            strictest = Decision { answer, why: Some(why) };
        }
    }
    strictest
}

/// Returns every reason against this use of the address, in the order of the table.
#[must_use]
pub fn reasons(person: &Listed<'_>, address: &str, state: AddressState, suppressions: &Suppressions, to: &Use) -> Vec<Why> {
    rows(person, address, state, suppressions, to).filter(|why| cell(*why, to) > Answer::Shown).collect()
}

/// An address that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// The address, as typed.
    pub address: &'a str,
    /// The state of the address.
    pub state: AddressState,
    /// The answer: yes, shown or asks.
    pub decision: Decision,
}

/// Which addresses of a person may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The addresses that may be used, in the person's own order.
    pub addresses: Vec<Chosen<'a>>,
    /// The addresses that may not be used, and why.
    pub refused: Vec<(&'a str, Decision)>,
    /// Why the person isn't included at all, if so.
    pub left_out: Option<Why>,
    /// Why the first address isn't used, if a later one takes its place.
    pub instead: Option<Why>,
}

/// Returns the addresses of a person to use. This is the primary address, or every permitted address if the use wants each. A mailing uses
/// the next good address if earlier ones bounced or are retired.
#[must_use]
pub fn choose<'a>(person: &Listed<'a>, suppressions: &Suppressions, to: &Use) -> Choice<'a> {
    let mut choice = Choice::default();
    for (address, state) in person.addresses() {
        let decision = decide(person, address, state, suppressions, to);
        if decision.answer <= Answer::Asks {
            choice.addresses.push(Chosen { address, state, decision });
        } else {
            choice.refused.push((address, decision));
        }
        let next = to.column == Column::Mailing && matches!(decision.why, Some(Why::Bounced | Why::Retired));
        if !to.every_address && !next {
            break;
        }
    }
    let nobody = choice.addresses.is_empty().then(|| decide(person, "", AddressState::Ok, suppressions, to));
    choice.left_out = match (choice.refused.first(), nobody) {
        (Some((_, first)), Some(_)) if first.answer >= Answer::No => first.why,
        // For somebody without an address, any other reason comes first; `NoAddress` applies only where an address is needed.
        (None, Some(decision)) if decision.answer >= Answer::No => decision.why,
        (None, Some(_)) if matches!(to.column, Column::Mailing | Column::Copying | Column::Introduction) => Some(Why::NoAddress),
        _ => None,
    };
    if matches!(to.column, Column::Mailing | Column::AddressBook) && !choice.addresses.is_empty() {
        let first = choice.refused.first().filter(|(address, _)| *address == person.email);
        choice.instead = first.and_then(|(_, d)| d.why).filter(|_| to.column == Column::AddressBook || !to.every_address);
    }
    choice
}

#[cfg(test)]
mod tests;
