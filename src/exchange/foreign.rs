//! The vocabulary of other systems: what a status, an "unsubscribed" column or an answer to "I agree to …" says about a person.
//!
//! A word that isn't known here is never *active* and never *yes*. Must not know the roster.

pub(crate) use super::answers::{Answer, against, answer, day};
use crate::domain::listed::ListStatus;
use crate::domain::text;
use crate::domain::words::Purpose;

/// Statuses by meaning, normalised by `text::header_key`.
const STATUSES: &[(ListStatus, &[&str])] = &[
    (
        ListStatus::Active,
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
        ListStatus::Unsubscribed,
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
            "spam",
            "markedasspam",
            "reportedspam",
            "blocklisted",
            "blocked",
        ],
    ),
    (
        ListStatus::Bounced,
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
    (
        ListStatus::Deactivated,
        &["deactivated", "disabled", "suspended", "deleted", "inactive", "archived", "closed", "blockedsignin", "banned"],
    ),
    (
        ListStatus::SaidNo,
        &["declined", "decline", "notattending", "notgoing", "no", "rejected", "denied", "regrets", "cantattend", "notcoming"],
    ),
    (ListStatus::Void, &["refunded", "cancelled", "canceled", "void", "voided", "chargedback", "expired", "deletedorder"]),
    (ListStatus::Bot, &["bot", "app", "integration", "serviceaccount"]),
];

/// Headers of columns that contain a status.
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

/// Headers of columns that say one thing about a person with a yes, a tick or a time.
const FLAGS: &[(ListStatus, &[&str])] = &[
    (
        ListStatus::Unsubscribed,
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
            "suppressedat",
            "hasoptedoutofemail",
            "emailoptedout",
            "optoutemail",
            "donotallowemails",
            "donotallowbulkemails",
            "blacklisted",
            "blocklisted",
            "emailblacklisted",
            "emailblocklisted",
            "dontemail",
            "dontemailme",
            "unsubscribereason",
            "unsubreason",
        ],
    ),
    (ListStatus::Bounced, &["cleaned", "cleantime", "bounced", "bouncing", "hardbounced", "bouncedat"]),
    (ListStatus::Deactivated, &["deactivated", "disabled", "deleted", "suspended", "archived", "deactivatedat", "deletedat"]),
    (ListStatus::Void, &["void", "voidstatus", "voided", "cancelled", "canceled", "refunded", "cancelledat"]),
    (ListStatus::Bot, &["bot", "isbot"]),
];

/// Headers of columns of one or two words that say, with a yes or a no, whether a person consents to mail.
const OPT_INS: &[&str] = &[
    "subscribed",
    "issubscribed",
    "newsletter",
    "mailinglist",
    "optin",
    "optedin",
    "emailoptin",
    "mailoptin",
    "marketingconsent",
    "emailmarketingconsent",
    "marketingoptin",
    "acceptsmarketing",
    "acceptsemailmarketing",
    "receiveemails",
    "receivenewsletter",
];

/// Phrases, in a status or a header, that ask for no more mail.
pub(super) const REFUSALS: &[&str] = &[
    " unsubscribe",
    " opt out",
    " opted out",
    " do not e mail",
    " do not email",
    " do not mail",
    " do not contact",
    " dont e mail",
    " dont email",
    " dont mail",
    " dont contact",
    " stop mailing",
    " stop emailing",
    " remove me",
    " remove from",
    " take me off",
];

/// Phrases that ask for everything except mail.
pub(super) const NO_MAIL: &[&str] = &[
    " no mail",
    " no e mail",
    " no email",
    " not mail",
    " not for mail",
    " not for e mail",
    " not for email",
    " not by mail",
    " not by e mail",
    " not by email",
];

/// Words that negate a sentence.
pub(super) const NEGATIONS: &[&str] = &[
    " not ",
    " no ",
    " never ",
    " nothing ",
    " none ",
    " neither ",
    " without ",
    " stop ",
    " dont ",
    " wont ",
    " unsubscribe",
    " remove",
    " off ",
    " out ",
    " cancel",
];

/// Returns what a status says; `None` for a word that isn't known.
#[must_use]
pub(crate) fn status(word: &str) -> Option<ListStatus> {
    let key = text::header_key(word);
    let known = STATUSES.iter().find(|(_, words)| words.contains(&key.as_str())).map(|(standing, _)| *standing);
    let refuses = || has(&spaced(word), REFUSALS).then_some(ListStatus::Unsubscribed);
    known.or_else(refuses)
}

/// Returns whether a column with this header contains a status.
#[must_use]
pub(crate) fn is_status(header: &str) -> bool {
    let key = text::header_key(header);
    STATUS_HEADERS.contains(&key.as_str()) || key.ends_with("subscriberstatus")
}

/// Returns what a column with this header says about people with a yes, a tick or a time in it.
#[must_use]
pub(crate) fn flag(header: &str) -> Option<ListStatus> {
    let key = text::header_key(header);
    if let Some((standing, _)) = FLAGS.iter().find(|(_, words)| words.contains(&key.as_str())) {
        return Some(*standing);
    }
    let asked = clauses(header).find(|c| has(c, REFUSALS) || purpose(c).is_some())?;
    (has(&asked, REFUSALS) && asked.split(' ').count() < 20).then_some(ListStatus::Unsubscribed)
}

/// Returns the purpose for which a column asks consent: "I agree to join the mailing list", "Can we take your photograph?".
#[must_use]
pub(crate) fn asks_consent(header: &str) -> Option<Purpose> {
    let key = text::header_key(header);
    if OPT_INS.contains(&key.as_str()) || ["optin", "marketingconsent", "gdprconsent"].iter().any(|w| key.ends_with(w)) {
        return Some(Purpose::Mail);
    }
    clauses(header).find_map(|c| purpose(&c)).or_else(|| purpose(&spaced(header)))
}

/// Returns whether a header asks for the opposite of consent: "Tick if you do not want our newsletter".
#[must_use]
pub(crate) fn refuses(header: &str) -> bool {
    let asked = clauses(header).find(|c| purpose(c).is_some()).unwrap_or_else(|| spaced(header));
    has(&asked, NEGATIONS)
}

/// Splits a header into clauses as [`spaced`] makes them: text after the question ("you can unsubscribe at any time") isn't part of it.
fn clauses(header: &str) -> impl Iterator<Item = String> {
    header.split(['.', '?', '!', '(', ';', '/', '\n']).map(spaced).filter(|c| !c.trim().is_empty())
}

pub(super) fn has(spaced: &str, words: &[&str]) -> bool {
    words.iter().any(|w| spaced.contains(w))
}

/// Returns the purpose for which a clause asks consent.
fn purpose(plain: &str) -> Option<Purpose> {
    let agrees = has(plain, ASKS);
    match () {
        () if !agrees => None,
        () if has(
            plain,
            &[" mailing ", " newsletter", " e mail", " email", " mails ", " updates ", " contact me", " contact you", " be contacted"],
        ) =>
        {
            Some(Purpose::Mail)
        }
        () if has(plain, &[" photo", " picture", " filmed ", " recorded "]) => Some(Purpose::Photo),
        () if has(plain, &[" directory ", " member list ", " listed "]) => Some(Purpose::Directory),
        () if has(plain, &[" introduc"]) => Some(Purpose::Introductions),
        () => None,
    }
}

/// Phrases that ask for an agreement.
const ASKS: &[&str] = &[
    " agree ",
    " consent ",
    " opt in ",
    " happy ",
    " would like ",
    " would you like ",
    " may we ",
    " can we ",
    " sign me up ",
    " sign up ",
    " subscribe ",
    " keep me ",
    " add me ",
    " permission ",
    " i want ",
    " i no longer want ",
    " you want ",
    " want to ",
    " like to ",
    " wish to ",
    " join the mailing ",
    " ok to ",
    " okay to ",
];

/// Returns a text in lower case, with a blank between its words and at both ends.
pub(super) fn spaced(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '\''], "");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn statuses_of_other_systems_are_known_and_no_other_word_is_active() {
        for (word, standing) in [
            ("Member", Some(ListStatus::Active)),
            ("Single-Channel Guest", Some(ListStatus::Active)),
            ("Checked In", Some(ListStatus::Active)),
            ("approved", Some(ListStatus::Active)),
            ("Unsubscribed", Some(ListStatus::Unsubscribed)),
            ("cleaned", Some(ListStatus::Bounced)),
            ("bouncing", Some(ListStatus::Bounced)),
            ("Deactivated", Some(ListStatus::Deactivated)),
            ("Not Attending", Some(ListStatus::SaidNo)),
            ("declined", Some(ListStatus::SaidNo)),
            ("Refunded", Some(ListStatus::Void)),
            ("Bot", Some(ListStatus::Bot)),
            ("Unsubscribed (by link)", Some(ListStatus::Unsubscribed)),
            ("Opted-out (self)", Some(ListStatus::Unsubscribed)),
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
            ("UNSUB_TIME", Some(ListStatus::Unsubscribed)),
            ("Unsubscribed?", Some(ListStatus::Unsubscribed)),
            ("Please unsubscribe me", Some(ListStatus::Unsubscribed)),
            ("HasOptedOutOfEmail", Some(ListStatus::Unsubscribed)),
            ("Do not allow Emails", Some(ListStatus::Unsubscribed)),
            ("EMAIL_BLACKLISTED", Some(ListStatus::Unsubscribed)),
            ("Don't email me", Some(ListStatus::Unsubscribed)),
            ("Remove from mailing list", Some(ListStatus::Unsubscribed)),
            ("I agree to receive your newsletter. You can unsubscribe at any time", None),
            ("Void Status", Some(ListStatus::Void)),
            ("Role", None),
        ] {
            assert_eq!(flag(header), standing, "{header}");
        }
        for (header, purpose) in [
            ("I agree to join the mailing list", Some(Purpose::Mail)),
            ("Would you like to receive our newsletter?", Some(Purpose::Mail)),
            ("Can we contact you by e-mail about research?", Some(Purpose::Mail)),
            ("Would you like our newsletter?", Some(Purpose::Mail)),
            ("I agree to receive your newsletter. You can unsubscribe at any time", Some(Purpose::Mail)),
            ("Tick if you do NOT want to receive emails", Some(Purpose::Mail)),
            ("Subscribed", Some(Purpose::Mail)),
            ("Opt-in", Some(Purpose::Mail)),
            ("Accepts Marketing", Some(Purpose::Mail)),
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
    fn what_speaks_against_somebody_is_heard_in_a_columns_own_words_too() {
        for (header, value, expected) in [
            ("Unsubscribed", "Unsubscribed", Answer::Yes),
            ("Unsubscribed", "TRUE", Answer::Yes),
            ("Unsubscribed", "ja", Answer::Yes),
            ("Unsubscribed at", "21/11/2026 14:03", Answer::Yes),
            ("Opt-out", "Opted out", Answer::Yes),
            ("Do not contact", "Do not contact", Answer::Yes),
            ("Do not email", "Do not email me", Answer::Yes),
            ("Do not allow Emails", "Do Not Allow", Answer::Yes),
            ("Do not allow Emails", "Allow", Answer::No),
            ("Unsubscribe reason", "No longer interested", Answer::Yes),
            ("Unsubscribed", "Not any more, thanks", Answer::Unknown),
            ("Unsubscribed", "FALSE", Answer::No),
            ("Unsubscribed", "", Answer::Nothing),
            ("I do not want your newsletter", "I do not want your newsletter", Answer::Yes),
            ("I do not want your newsletter", "No", Answer::No),
        ] {
            assert_eq!(against(value, header), expected, "{header}: {value}");
        }
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
            ("I agree, but please do not send more than one a month", Answer::Unknown),
            ("I would like to be removed from it", Answer::No),
            ("id like to unsubscribe", Answer::No),
            ("I would like no mail", Answer::No),
            ("I agree to nothing", Answer::No),
            ("please leave me out", Answer::No),
            ("Yes, take me off your list", Answer::No),
            ("Yes for photos, not for mail", Answer::No),
            ("Yes, but not every week", Answer::Unknown),
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
        for (header, refused) in [
            ("Tick if you do NOT want to receive emails", true),
            ("I no longer want to receive your newsletter", true),
            ("I do not agree to be contacted by e-mail", true),
            ("I agree to receive e-mail (you can opt out)", false),
            ("Mailing list: I agree to join / please leave me out", false),
            ("Newsletter", false),
        ] {
            assert_eq!(refuses(header), refused, "{header}");
        }
        assert_eq!(day("2026/11/21 2:03:45 pm GMT"), NaiveDate::from_ymd_opt(2026, 11, 21));
        assert_eq!(day("2026-08-08T00:16:45.813Z"), NaiveDate::from_ymd_opt(2026, 8, 8));
        assert_eq!(day("soon"), None);
        for same in ["21/11/2026 14:03", "11/21/26 22:28", "21 Nov 2026", "21 November 2026 at noon", "Nov 21, 2026"] {
            assert_eq!(day(same), NaiveDate::from_ymd_opt(2026, 11, 21), "{same}");
        }
        assert_eq!((day("01/03/2026 10:00:00"), day("03/03/2026")), (None, NaiveDate::from_ymd_opt(2026, 3, 3)));
    }
}
