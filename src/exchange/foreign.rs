//! The words of other systems: what a status, an "unsubscribed" column or an answer to "I agree to …" says of somebody.
//!
//! A word that isn't known here is never *active* and never *yes*. Must not know the roster.

use chrono::NaiveDate;

use crate::domain::listed::Standing;
use crate::domain::text;
use crate::domain::words::Purpose;

/// Statuses by what they mean, as `text::header_key` makes them.
const STATUSES: &[(Standing, &[&str])] = &[
    (
        Standing::Active,
        &[
            "active",
            "subscribed",
            "confirmed",
            "enabled",
            "member",
            "fullmember",
            "admin",
            "workspaceadmin",
            "owner",
            "primaryowner",
            "workspaceowner",
            "manager",
            "guest",
            "singlechannelguest",
            "multichannelguest",
            "approved",
            "accepted",
            "attending",
            "going",
            "yes",
            "checkedin",
            "attended",
            "present",
            "delivered",
            "delivering",
            "registered",
            "complete",
            "completed",
            "paid",
        ],
    ),
    (
        Standing::Unsubscribed,
        &[
            "unsubscribed",
            "unsubscribe",
            "unsub",
            "optedout",
            "optout",
            "donotmail",
            "donotemail",
            "donotcontact",
            "nomail",
            "suppressed",
            "complained",
            "complaint",
            "spamcomplaint",
            "blocklisted",
            "blocked",
        ],
    ),
    (
        Standing::Bounced,
        &[
            "cleaned",
            "bounced",
            "bouncing",
            "bounce",
            "hardbounce",
            "hardbounced",
            "undeliverable",
            "invalid",
            "emailaddressdoesnotexist",
            "permanentfailure",
        ],
    ),
    (Standing::Deactivated, &["deactivated", "disabled", "suspended", "deleted", "inactive", "archived", "closed", "blockedsignin"]),
    (
        Standing::SaidNo,
        &["declined", "decline", "notattending", "notgoing", "no", "rejected", "denied", "regrets", "cantattend", "notcoming"],
    ),
    (Standing::Void, &["refunded", "cancelled", "canceled", "void", "voided", "chargedback", "expired", "deletedorder"]),
    (Standing::Bot, &["bot", "app", "integration", "serviceaccount"]),
];

/// Headers of columns that hold a status.
const STATUS_HEADERS: &[&str] = &[
    "status",
    "approvalstatus",
    "attendeestatus",
    "attendancestatus",
    "subscriptionstatus",
    "subscriberstatus",
    "memberstatus",
    "emailstatus",
    "emailmarketingstatus",
    "mailstatus",
    "groupstatus",
    "listmembershipstatus",
    "registrationstatus",
    "accountstatus",
    "userstatus",
    "orderstatus",
    "ticketstatus",
    "rsvp",
    "rsvpstatus",
    "response",
    "yourresponse",
];

/// Headers of columns that say one thing of somebody by a yes, a tick or a time.
const FLAGS: &[(Standing, &[&str])] = &[
    (
        Standing::Unsubscribed,
        &[
            "unsubscribed",
            "unsubscribe",
            "unsub",
            "isunsubscribed",
            "unsubscribedat",
            "unsubscribedon",
            "unsubtime",
            "unsubscribetime",
            "unsubscribedate",
            "optedout",
            "optout",
            "optedoutat",
            "emailoptout",
            "donotmail",
            "donotemail",
            "donotcontact",
            "nomail",
            "noemail",
            "suppressed",
        ],
    ),
    (Standing::Bounced, &["cleaned", "cleantime", "bounced", "bouncing", "hardbounced", "bouncedat"]),
    (Standing::Deactivated, &["deactivated", "disabled", "deleted", "suspended", "archived", "deactivatedat", "deletedat"]),
    (Standing::Void, &["void", "voidstatus", "voided", "cancelled", "canceled", "refunded", "cancelledat"]),
    (Standing::Bot, &["bot", "isbot"]),
];

/// What a status says; `None` for a word that isn't known.
#[must_use]
pub fn status(word: &str) -> Option<Standing> {
    let key = text::header_key(word);
    STATUSES.iter().find(|(_, words)| words.contains(&key.as_str())).map(|(standing, _)| *standing)
}

/// Whether a column of this header holds a status.
#[must_use]
pub fn is_status(header: &str) -> bool {
    STATUS_HEADERS.contains(&text::header_key(header).as_str())
}

/// What a column of this header says of those who have a yes, a tick or a time in it.
#[must_use]
pub fn flag(header: &str) -> Option<Standing> {
    let key = text::header_key(header);
    if let Some((standing, _)) = FLAGS.iter().find(|(_, words)| words.contains(&key.as_str())) {
        return Some(*standing);
    }
    let plain = spaced(header);
    let refuses = ["unsubscribe", "opt out", "opted out", "do not e mail", "do not email", "do not mail", "do not contact", "stop mailing"];
    (refuses.iter().any(|w| plain.contains(w)) && plain.split(' ').count() < 20).then_some(Standing::Unsubscribed)
}

/// For what a column of this header asks consent: "I agree to join the mailing list", "Can we take your photograph?".
#[must_use]
pub fn asks_consent(header: &str) -> Option<Purpose> {
    let plain = spaced(header);
    let has = |words: &[&str]| words.iter().any(|w| plain.contains(w));
    let agrees = has(&[
        " agree ",
        " consent ",
        " opt in ",
        " happy ",
        " would like ",
        " may we ",
        " can we ",
        " sign me up ",
        " sign up ",
        " subscribe ",
        " keep me ",
        " add me ",
        " permission ",
        " i want ",
        " do you want ",
        " want to ",
        " like to ",
        " join the mailing ",
        " ok to ",
        " okay to ",
    ]);
    if !agrees {
        return None;
    }
    match () {
        () if has(&[
            " mailing ",
            " newsletter",
            " e mail",
            " email",
            " mails ",
            " updates ",
            " contact me",
            " contact you",
            " be contacted",
        ]) =>
        {
            Some(Purpose::Mail)
        }
        () if has(&[" photo", " picture", " filmed ", " recorded "]) => Some(Purpose::Photo),
        () if has(&[" directory ", " member list ", " listed "]) => Some(Purpose::Directory),
        () if has(&[" introduc"]) => Some(Purpose::Introductions),
        () => None,
    }
}

/// A text in lower case, a blank between its words and at both ends.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '\''], "");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

/// An answer to a question of yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes, a tick, or the words that were to be agreed to.
    Yes,
    /// No.
    No,
    /// Nothing was said.
    Nothing,
    /// Something that is neither.
    Unknown,
}

/// What an answer that means no begins with.
const NOS: &[&str] = &[
    "no",
    "n",
    "false",
    "0",
    "off",
    "never",
    "not",
    "unchecked",
    "disagree",
    "withdrawn",
    "declined",
    "decline",
    "refused",
    "opt out",
    "opted out",
    "unsubscribed",
    "dont",
    "do not",
];

/// Answers that mean yes.
const YESES: &[&str] = &[
    "yes",
    "y",
    "true",
    "1",
    "x",
    "on",
    "ok",
    "checked",
    "agree",
    "agreed",
    "consent",
    "consented",
    "granted",
    "i agree",
    "i consent",
    "opt in",
    "opted in",
    "subscribed",
];

/// What an answer in a sentence begins with where it means yes.
const AGREEMENTS: &[&str] =
    &["i agree", "i consent", "i am happy", "im happy", "i would like", "id like", "please add me", "please sign me up"];

/// Reads an answer to what a column asks.
#[must_use]
pub fn answer(value: &str, header: &str) -> Answer {
    let plain = spaced(value);
    if plain.trim().is_empty() {
        return match value.trim() {
            "✓" | "✔" | "☑" | "✅" => Answer::Yes,
            "✗" | "✘" | "☐" | "❌" => Answer::No,
            "" | "-" | "–" | "—" => Answer::Nothing,
            _ => Answer::Unknown,
        };
    }
    let word = plain.trim();
    if ["n a", "na", "none", "null", "unknown"].contains(&word) {
        return Answer::Nothing;
    }
    let begins = |all: &[&str]| all.iter().any(|w| plain.starts_with(&format!(" {w} ")));
    if begins(NOS) || [" do not ", " dont ", " not agree", " no longer "].iter().any(|w| plain.contains(w)) {
        return Answer::No;
    }
    let begins_so = value.trim().to_lowercase().starts_with("yes") && begins(&["yes"]);
    let is_the_question = plain == spaced(header) || (word.split(' ').count() > 2 && spaced(header).contains(word));
    if YESES.contains(&word) || begins_so || is_the_question || begins(AGREEMENTS) {
        return Answer::Yes;
    }
    Answer::Unknown
}

/// The day in a time as other systems write it: `2026/11/21 2:03:45 pm GMT`, `2026-08-08T00:16:45.813Z`.
#[must_use]
pub fn day(value: &str) -> Option<NaiveDate> {
    let first = value.trim().get(..10)?;
    NaiveDate::parse_from_str(first, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(first, "%Y/%m/%d")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_other_systems_are_known_and_no_other_word_is_active() {
        for (word, standing) in [
            ("Member", Some(Standing::Active)),
            ("Single-Channel Guest", Some(Standing::Active)),
            ("Checked In", Some(Standing::Active)),
            ("approved", Some(Standing::Active)),
            ("Unsubscribed", Some(Standing::Unsubscribed)),
            ("cleaned", Some(Standing::Bounced)),
            ("bouncing", Some(Standing::Bounced)),
            ("Deactivated", Some(Standing::Deactivated)),
            ("Not Attending", Some(Standing::SaidNo)),
            ("declined", Some(Standing::SaidNo)),
            ("Refunded", Some(Standing::Void)),
            ("Bot", Some(Standing::Bot)),
            ("pending_approval", None),
            ("lapsed (2025)", None),
            ("on leave", None),
        ] {
            assert_eq!(status(word), standing, "{word}");
        }
    }

    #[test]
    fn columns_that_say_or_ask_something_are_known_by_their_headers() {
        for (header, standing) in [
            ("UNSUB_TIME", Some(Standing::Unsubscribed)),
            ("Unsubscribed?", Some(Standing::Unsubscribed)),
            ("Please unsubscribe me", Some(Standing::Unsubscribed)),
            ("Void Status", Some(Standing::Void)),
            ("Role", None),
        ] {
            assert_eq!(flag(header), standing, "{header}");
        }
        for (header, purpose) in [
            ("I agree to join the mailing list", Some(Purpose::Mail)),
            ("Would you like to receive our newsletter?", Some(Purpose::Mail)),
            ("Can we contact you by e-mail about research?", Some(Purpose::Mail)),
            ("Can we take your photograph?", Some(Purpose::Photo)),
            ("Email Address", None),
            ("What would you like to hear about?", None),
            ("Your organisation", None),
        ] {
            assert_eq!(asks_consent(header), purpose, "{header}");
        }
        assert!(is_status("Attendee Status") && is_status("approval_status") && !is_status("State"));
    }

    #[test]
    fn answers_are_yes_no_nothing_or_not_known() {
        let header = "I agree to join the mailing list";
        for (value, expected) in [
            ("Yes", Answer::Yes),
            ("TRUE", Answer::Yes),
            ("x", Answer::Yes),
            ("✓", Answer::Yes),
            ("Yes, please", Answer::Yes),
            ("I agree to join the mailing list", Answer::Yes),
            ("I agree", Answer::Yes),
            ("No", Answer::No),
            ("0", Answer::No),
            ("No thanks", Answer::No),
            ("I do not agree", Answer::No),
            ("I agree, but please do not send more than one a month", Answer::No),
            ("Don’t", Answer::No),
            ("", Answer::Nothing),
            ("n/a", Answer::Nothing),
            ("maybe later", Answer::Unknown),
            ("only events", Answer::Unknown),
            ("yesterday", Answer::Unknown),
            ("ann@example.org", Answer::Unknown),
        ] {
            assert_eq!(answer(value, header), expected, "{value}");
        }
        assert_eq!(day("2026/11/21 2:03:45 pm GMT"), NaiveDate::from_ymd_opt(2026, 11, 21));
        assert_eq!(day("2026-08-08T00:16:45.813Z"), NaiveDate::from_ymd_opt(2026, 8, 8));
        assert_eq!(day("soon"), None);
    }
}
