//! The closed lists of words: statuses, formats, kinds. Each is stored, shown and typed as the same word.
//!
//! Must not know where a word is shown.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Serialize, Serializer};

/// A closed list of words that stands in the file. What another program wrote there is read by [`Stored::stored`], which never
/// fails and never guesses: a word that isn't on the list becomes the list's own `Unrecognised`, with its text.
pub trait Stored: Copy {
    /// The value that a word of the file means: exactly one of ours, or `Unrecognised`.
    fn stored(text: &str) -> Self;
    /// Whether the word is on the list.
    fn is_recognised(self) -> bool;
    /// The word itself.
    fn text(self) -> &'static str;
}

/// Unrecognised words live as long as the program, each once, so that a value stays small and can be copied.
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
            /// A word of the file that this program doesn't know. It is equal to none of the others, so it never counts as one.
            Unrecognised(&'static str),
        }

        impl $name {
            /// Every value, in the order in which a lead would expect to read them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word itself, as stored and shown.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ Self::Unrecognised(text) => text }
            }

            /// Reads the word as people type it, whatever its case and whether hyphens or blanks separate its parts.
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

/// Strips what people vary when they type one of our words.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

words! {
    /// Whether a row of the roster is a human being.
    PersonKind { Person = "person", TeamMailbox = "team mailbox" }
    /// What is known of an e-mail address.
    AddressState { Ok = "ok", Bounced = "bounced", Retired = "retired" }
    /// Who runs a community.
    RunBy { Us = "us", Others = "others", NotKnown = "not known" }
    /// Where a community stands.
    CommunityStatus { Proposed = "proposed", Active = "active", Dormant = "dormant", Closed = "closed", Merged = "merged" }
    /// The five stages of a community of practice.
    Stage { Potential = "potential", Forming = "forming", Maturing = "maturing", SelfSustaining = "self-sustaining", Transforming = "transforming" }
    /// The way in to a community.
    RouteKind { Mailto = "mailto", Form = "form", Chat = "chat channel", ListCommand = "list command", Attend = "attend", NotSet = "not set yet" }
    /// What an eligibility rule does with those whom it matches.
    RuleEffect { Allow = "allow", Deny = "deny" }
    /// What a seat is for.
    SeatFunction { Head = "head", Lead = "lead", CoLead = "co-lead", Facilitator = "facilitator", Secretary = "secretary" }
    /// Whether somebody may join.
    Eligibility { Eligible = "eligible", Not = "not eligible", Exception = "exception", CantTell = "can't tell" }
    /// Where a community talks.
    ChannelKind { Chat = "chat", List = "e-mail list", Forum = "forum" }
    /// How somebody stands to a community.
    MembershipStatus {
        Identified = "identified", Invited = "invited", Applied = "applied", Active = "active", Paused = "paused",
        Lapsed = "lapsed", Left = "left", Declined = "declined", Removed = "removed",
    }
    /// How a membership came about.
    Source { Lead = "lead", Form = "form", Import = "import", Attendance = "attendance", Referral = "referral" }
    /// What kind of meetup it is.
    Format {
        ShowAndTell = "show and tell", HostedVisit = "hosted visit", Unconference = "unconference", Call = "call",
        Workshop = "workshop", Crit = "crit", Talk = "talk", Social = "social", Summit = "summit", Webcast = "webcast",
    }
    /// Where a meetup stands.
    MeetupStatus { Idea = "idea", Planned = "planned", Confirmed = "confirmed", Held = "held", Cancelled = "cancelled" }
    /// What somebody answered to an invitation.
    Rsvp { Invited = "invited", Yes = "yes", Maybe = "maybe", No = "no", Waiting = "waiting" }
    /// Whether somebody came. Unknown is never counted as absent.
    Outcome { Unknown = "unknown", Attended = "attended", NoShow = "no-show", Excused = "excused" }
    /// What somebody did at a meetup.
    Part { Host = "host", Organiser = "organiser", Speaker = "speaker", Facilitator = "facilitator", Notes = "notes" }
    /// Where the write-up of a meetup stands.
    WriteUp { None = "none", Owed = "owed", Drafted = "drafted", Published = "published" }
    /// What somebody agreed to, or not.
    Purpose { Mail = "mail", Directory = "directory", Introductions = "introductions", Photo = "photo" }
    /// How somebody answered for a purpose.
    ConsentState { Unknown = "unknown", Granted = "granted", Withdrawn = "withdrawn" }
}

impl MembershipStatus {
    /// Whether a membership of this status counts among a community's people: it is not over.
    #[must_use]
    pub const fn counts(self) -> bool {
        !self.is_over()
    }

    /// Whether the membership is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Lapsed | Self::Left | Self::Declined | Self::Removed)
    }
}

impl Purpose {
    /// Its place in the list; beyond the others for one that isn't recognised.
    #[must_use]
    pub fn place(self) -> usize {
        Self::ALL.iter().position(|p| *p == self).unwrap_or(Self::ALL.len())
    }
}

impl Default for RouteKind {
    /// None is known.
    fn default() -> Self {
        Self::NotSet
    }
}

impl MeetupStatus {
    /// Whether it is neither held nor cancelled. A word that isn't known is neither.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Idea | Self::Planned | Self::Confirmed)
    }
}

impl Default for RuleEffect {
    /// Most rules say who may.
    fn default() -> Self {
        Self::Allow
    }
}

impl CommunityStatus {
    /// Whether the community is still one that people can be in.
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
