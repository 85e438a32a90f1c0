//! The closed lists of words: statuses, formats, kinds. Each is stored, shown and typed as the same word.
//!
//! Must not know where a word is shown.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Serialize, Serializer};

/// A closed list of words that the file stores. [`Stored::stored`] reads what another program wrote there: it never fails and never
/// guesses. A word that isn't on the list becomes the list's own `Unrecognised`, with its text.
pub trait Stored: Copy {
    /// Returns the value for a word in the file: exactly one of ours, or `Unrecognised`.
    fn stored(text: &str) -> Self;
    /// Returns whether the word is on the list.
    fn is_recognised(self) -> bool;
    /// Returns the word itself.
    fn text(self) -> &'static str;
}

/// Keeps each unrecognised word once, for as long as the program runs, so that a value stays small and can be copied.
fn kept(text: &str) -> &'static str {
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(text) {
        return known;
    }
    let word: &'static str = Box::leak(text.into());
    words.insert(word);
    word
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$vdoc])* #[doc = $word] $variant,)+
            /// A word in the file that this program doesn't know. It equals none of the others, so it never counts as one of them.
            Unrecognised(&'static str),
        }

        impl $name {
            /// Every value, in the order in which a lead would expect to read them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word itself, as stored and shown.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ Self::Unrecognised(text) => text }
            }

            /// Reads the word as people type it, in any case, with hyphens, blanks or nothing between its parts.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let wanted = plain(text);
                Self::ALL.iter().copied().find(|v| plain(v.word()) == wanted)
            }
        }

        impl Stored for $name {
            fn stored(text: &str) -> Self {
                match text { $($word => Self::$variant,)+ other => Self::Unrecognised(kept(other)) }
            }

            fn is_recognised(self) -> bool {
                !matches!(self, Self::Unrecognised(_))
            }

            fn text(self) -> &'static str {
                self.word()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.word())
            }
        }
    )+};
}

/// Reduces a typed word to its letters and digits in lower case, so that case, blanks and hyphens don't matter.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

words! {
    /// Whether an entry on the roster is a human being.
    PersonKind { Person = "person", TeamMailbox = "team mailbox" }
    /// The state of an e-mail address.
    AddressState { Ok = "ok", Bounced = "bounced", Retired = "retired" }
    /// Who runs a community.
    RunBy { Us = "us", Others = "others", NotKnown = "not known" }
    /// The status of a community.
    CommunityStatus { Proposed = "proposed", Active = "active", Dormant = "dormant", Closed = "closed", Merged = "merged" }
    /// The five stages of a community of practice.
    Stage { Potential = "potential", Forming = "forming", Maturing = "maturing", SelfSustaining = "self-sustaining", Transforming = "transforming" }
    /// How people join a community.
    RouteKind { Mailto = "mailto", Form = "form", Chat = "chat channel", ListCommand = "list command", Attend = "attend", NotSet = "not set yet" }
    /// What an eligibility rule does with the people it matches.
    RuleEffect { Allow = "allow", Deny = "deny" }
    /// What a seat is for.
    SeatFunction { Head = "head", Lead = "lead", CoLead = "co-lead", Facilitator = "facilitator", Secretary = "secretary" }
    /// Whether somebody may join.
    Eligibility { Eligible = "eligible", Not = "not eligible", Exception = "exception", CantTell = "can't tell" }
    /// Where a community talks.
    ChannelKind { Chat = "chat", List = "e-mail list", Forum = "forum" }
    /// The status of a membership.
    MembershipStatus {
        Identified = "identified", Invited = "invited", Applied = "applied", Active = "active", Paused = "paused",
        Lapsed = "lapsed", Left = "left", Declined = "declined", Removed = "removed",
    }
    /// How a membership came about.
    Source { Lead = "lead", Form = "form", Import = "import", Attendance = "attendance", Referral = "referral" }
    /// The kind of meetup.
    Format {
        ShowAndTell = "show and tell", HostedVisit = "hosted visit", Unconference = "unconference", Call = "call",
        Workshop = "workshop", Crit = "crit", Talk = "talk", Social = "social", Summit = "summit", Webcast = "webcast",
    }
    /// The status of a meetup.
    MeetupStatus { Idea = "idea", Planned = "planned", Confirmed = "confirmed", Held = "held", Cancelled = "cancelled" }
    /// The answer to an invitation.
    Rsvp { Invited = "invited", Yes = "yes", Maybe = "maybe", No = "no", Waiting = "waiting" }
    /// Whether somebody came. Unknown is never counted as absent.
    Outcome { Unknown = "unknown", Attended = "attended", NoShow = "no-show", Excused = "excused" }
    /// What somebody did at a meetup.
    Part { Host = "host", Organiser = "organiser", Speaker = "speaker", Facilitator = "facilitator", Notes = "notes" }
    /// The state of a meetup's write-up.
    WriteUp { None = "none", Owed = "owed", Drafted = "drafted", Published = "published" }
    /// The purpose of a consent.
    Purpose { Mail = "mail", Directory = "directory", Introductions = "introductions", Photo = "photo" }
    /// The consent for one purpose.
    ConsentState { Unknown = "unknown", Granted = "granted", Withdrawn = "withdrawn" }
}

impl MembershipStatus {
    /// Returns whether a membership of this status counts towards a community's members: it isn't over.
    #[must_use]
    pub const fn counts(self) -> bool {
        !self.is_over()
    }

    /// Returns whether the membership is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Lapsed | Self::Left | Self::Declined | Self::Removed)
    }
}

impl Purpose {
    /// Returns its position in the list; an unrecognised purpose comes after all others.
    #[must_use]
    pub fn place(self) -> usize {
        Self::ALL.iter().position(|p| *p == self).unwrap_or(Self::ALL.len())
    }
}

impl Default for RouteKind {
    /// Returns [`Self::NotSet`]: no way to join is known.
    fn default() -> Self {
        Self::NotSet
    }
}

impl MeetupStatus {
    /// Returns whether the meetup is neither held nor cancelled. An unrecognised status isn't open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Idea | Self::Planned | Self::Confirmed)
    }
}

impl Default for RuleEffect {
    /// Returns [`Self::Allow`]: most rules say who may join.
    fn default() -> Self {
        Self::Allow
    }
}

impl CommunityStatus {
    /// Returns whether the community can still have members.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_however_they_are_typed() {
        assert_eq!(Format::parse("Show-and-Tell"), Some(Format::ShowAndTell));
        assert_eq!(Outcome::parse("NO SHOW"), Some(Outcome::NoShow));
        assert_eq!(Stage::parse("self sustaining"), Some(Stage::SelfSustaining));
        assert_eq!(Format::parse("seminar"), None);
    }

    #[test]
    fn every_word_reads_back_as_itself() {
        for status in MembershipStatus::ALL {
            assert_eq!(MembershipStatus::parse(status.word()), Some(*status));
        }
        for format in Format::ALL {
            assert_eq!(Format::parse(format.word()), Some(*format));
        }
    }

    #[test]
    fn a_word_of_the_file_is_one_of_ours_exactly_or_unrecognised_with_its_text() {
        assert_eq!(MembershipStatus::stored("active"), MembershipStatus::Active);
        for other in ["lapsed (2025)", "Active", "", "unknown"] {
            let read = MembershipStatus::stored(other);
            assert!(!read.is_recognised() && read != MembershipStatus::Active && !read.is_over(), "{other}");
            assert_eq!((read.word(), read), (other, MembershipStatus::stored(other)));
        }
        assert!(ConsentState::stored("refused") != ConsentState::Unknown && AddressState::stored("OK") != AddressState::Ok);
        assert!(MembershipStatus::ALL.iter().all(|s| s.is_recognised()));
    }

    #[test]
    fn who_has_left_is_not_counted() {
        assert!(MembershipStatus::Active.counts());
        assert!(!MembershipStatus::Left.counts());
        assert!(MembershipStatus::Identified.counts());
    }
}
