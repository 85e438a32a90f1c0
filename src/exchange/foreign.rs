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
            "spam",
            "markedasspam",
            "reportedspam",
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
    (
        Standing::Deactivated,
        &["deactivated", "disabled", "suspended", "deleted", "inactive", "archived", "closed", "blockedsignin", "banned"],
    ),
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
    (Standing::Bounced, &["cleaned", "cleantime", "bounced", "bouncing", "hardbounced", "bouncedat"]),
    (Standing::Deactivated, &["deactivated", "disabled", "deleted", "suspended", "archived", "deactivatedat", "deletedat"]),
    (Standing::Void, &["void", "voidstatus", "voided", "cancelled", "canceled", "refunded", "cancelledat"]),
    (Standing::Bot, &["bot", "isbot"]),
];

/// Headers of columns that say by a yes or a no whether somebody consents to mail, in a word or two.
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

/// What asks not to be mailed, in a status or in a header.
const REFUSALS: &[&str] = &[
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

/// What turns a sentence into its opposite.
const NEGATIONS: &[&str] = &[
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

/// What a status says; `None` for a word that isn't known.
#[must_use]
pub fn status(word: &str) -> Option<Standing> {
    let key = text::header_key(word);
    let known = STATUSES.iter().find(|(_, words)| words.contains(&key.as_str())).map(|(standing, _)| *standing);
    let refuses = || has(&spaced(word), REFUSALS).then_some(Standing::Unsubscribed);
    known.or_else(refuses)
}

/// Whether a column of this header holds a status.
#[must_use]
pub fn is_status(header: &str) -> bool {
    let key = text::header_key(header);
    STATUS_HEADERS.contains(&key.as_str()) || key.ends_with("subscriberstatus")
}

/// What a column of this header says of those who have a yes, a tick or a time in it.
#[must_use]
pub fn flag(header: &str) -> Option<Standing> {
    let key = text::header_key(header);
    if let Some((standing, _)) = FLAGS.iter().find(|(_, words)| words.contains(&key.as_str())) {
        return Some(*standing);
    }
    let asked = clauses(header).find(|c| has(c, REFUSALS) || purpose(c).is_some())?;
    (has(&asked, REFUSALS) && asked.split(' ').count() < 20).then_some(Standing::Unsubscribed)
}

/// For what a column of this header asks consent: "I agree to join the mailing list", "Can we take your photograph?".
#[must_use]
pub fn asks_consent(header: &str) -> Option<Purpose> {
    let key = text::header_key(header);
    if OPT_INS.contains(&key.as_str()) || ["optin", "marketingconsent", "gdprconsent"].iter().any(|w| key.ends_with(w)) {
        return Some(Purpose::Mail);
    }
    clauses(header).find_map(|c| purpose(&c)).or_else(|| purpose(&spaced(header)))
}

/// Whether what a header asks is the opposite of consent: "Tick if you do not want our newsletter".
#[must_use]
pub fn refuses(header: &str) -> bool {
    let asked = clauses(header).find(|c| purpose(c).is_some()).unwrap_or_else(|| spaced(header));
    has(&asked, NEGATIONS)
}

/// The clauses of a header, each as [`spaced`] makes it: what comes behind the question ("you can unsubscribe at any time") is another.
fn clauses(header: &str) -> impl Iterator<Item = String> {
    header.split(['.', '?', '!', '(', ';', '/', '\n']).map(spaced).filter(|c| !c.trim().is_empty())
}

fn has(spaced: &str, words: &[&str]) -> bool {
    words.iter().any(|w| spaced.contains(w))
}

/// For what a clause asks consent.
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

/// What asks for an agreement.
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
    "nein",
    "non",
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
    "ja",
    "oui",
    "si",
    "sí",
    "wahr",
    "vrai",
];

/// What an answer in a sentence begins with where it means yes.
const AGREEMENTS: &[&str] =
    &["i agree", "i consent", "i am happy", "im happy", "i would like", "id like", "please add me", "please sign me up"];

fn begins(plain: &str, words: &[&str]) -> bool {
    words.iter().any(|w| plain.starts_with(&format!(" {w} ")))
}

/// An answer that has no letter and no digit in it: a tick, a cross, a dash.
fn sign(value: &str) -> Answer {
    match value.trim() {
        "✓" | "✔" | "☑" | "✅" => Answer::Yes,
        "✗" | "✘" | "☐" | "❌" => Answer::No,
        "" | "-" | "–" | "—" => Answer::Nothing,
        _ => Answer::Unknown,
    }
}

/// Reads an answer to what a column asks: whether somebody consents.
#[must_use]
pub fn answer(value: &str, header: &str) -> Answer {
    let plain = spaced(value);
    let word = plain.trim();
    if word.is_empty() {
        return sign(value);
    }
    if ["n a", "na", "none", "null", "unknown"].contains(&word) || day(value).is_some() {
        return Answer::Nothing;
    }
    let begins_with_yes = begins(&plain, &["yes"]);
    if has(&plain, NEGATIONS) || begins(&plain, NOS) {
        // A yes that goes on with a no is for somebody to read.
        let is_mixed = begins_with_yes || (plain.contains(" but ") && begins(&plain, AGREEMENTS));
        return if is_mixed { Answer::Unknown } else { Answer::No };
    }
    let is_the_question = plain == spaced(header) || (word.split(' ').count() > 2 && spaced(header).contains(word));
    if YESES.contains(&word) || begins_with_yes || is_the_question || begins(&plain, AGREEMENTS) {
        return Answer::Yes;
    }
    Answer::Unknown
}

/// Reads an answer to a column that says something against somebody, such as *Unsubscribed* or "I do not want any e-mail": a yes, a tick,
/// a time, or the words of the column itself.
#[must_use]
pub fn against(value: &str, header: &str) -> Answer {
    let (plain, asked) = (spaced(value), spaced(header));
    let word = plain.trim();
    if word.is_empty() {
        return sign(value);
    }
    if ["n a", "na", "none", "null", "unknown"].contains(&word) {
        return Answer::Nothing;
    }
    if ["no", "n", "false", "0", "off", "never", "unchecked", "nein", "non", "falsch", "faux", "subscribed", "active", "allow", "allowed"]
        .contains(&word)
    {
        return Answer::No;
    }
    let is_time = value.chars().filter(char::is_ascii_digit).count() >= 6;
    let is_the_column = plain == asked || (word.split(' ').count() > 1 && asked.contains(&plain)) || plain.contains(asked.trim_end());
    let gives_a_reason = asked.contains(" reason ") || asked.contains(" unsub reason");
    let says_so = has(&plain, REFUSALS) || status(value) == Some(Standing::Unsubscribed) || flag(value).is_some();
    if YESES.contains(&word)
        || begins(&plain, &["yes"])
        || is_time
        || is_the_column
        || gives_a_reason
        || says_so
        || has(&plain, &[" do not ", " dont "])
    {
        return Answer::Yes;
    }
    Answer::Unknown
}

/// The day in a time as other systems write it: `2026/11/21 2:03:45 pm GMT`, `2026-08-08T00:16:45.813Z`, `21/11/2026 14:03`, `21 Nov 2026`.
/// A day that may be read in two ways (`01/03/2026`) is none.
#[must_use]
pub fn day(value: &str) -> Option<NaiveDate> {
    let value = value.trim();
    if let Some(first) = value.get(..10)
        && let Ok(day) = NaiveDate::parse_from_str(first, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(first, "%Y/%m/%d"))
    {
        return Some(day);
    }
    let words: Vec<&str> = value.split([' ', 'T', ',']).filter(|w| !w.is_empty()).collect();
    let spelled = words.get(..3).map(|w| w.join(" ")).unwrap_or_default();
    if let Ok(day) = NaiveDate::parse_from_str(&spelled, "%d %B %Y").or_else(|_| NaiveDate::parse_from_str(&spelled, "%B %d %Y")) {
        return Some(day);
    }
    let numbers: Vec<u32> = words.first()?.split('/').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let [one, two, year] = numbers[..] else { return None };
    let year = i32::try_from(if year < 100 { year + 2000 } else { year }).ok()?;
    match (NaiveDate::from_ymd_opt(year, two, one), NaiveDate::from_ymd_opt(year, one, two)) {
        (Some(day), None) | (None, Some(day)) => Some(day),
        (Some(day), Some(same)) if day == same => Some(day),
        _ => None,
    }
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
            ("Unsubscribed (by link)", Some(Standing::Unsubscribed)),
            ("Opted-out (self)", Some(Standing::Unsubscribed)),
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
            ("HasOptedOutOfEmail", Some(Standing::Unsubscribed)),
            ("Do not allow Emails", Some(Standing::Unsubscribed)),
            ("EMAIL_BLACKLISTED", Some(Standing::Unsubscribed)),
            ("Don't email me", Some(Standing::Unsubscribed)),
            ("Remove from mailing list", Some(Standing::Unsubscribed)),
            ("I agree to receive your newsletter. You can unsubscribe at any time", None),
            ("Void Status", Some(Standing::Void)),
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
            ("Yes, take me off your list", Answer::Unknown),
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
