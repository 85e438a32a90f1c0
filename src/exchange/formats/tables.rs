//! The formats that are tables, with headers and columns exactly as each target expects them.
//!
//! Must not know who is written, nor to which file.

use crate::domain::fields;
use crate::domain::listed::Listed;
use crate::domain::mail::Way;

use super::info::{ExtraInput, FormatInfo, Look, MAILING, PLAIN, Settings, Shape};
use super::outgoing::Outgoing;
use super::takes;

fn cells(values: &[&str]) -> Vec<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

/// GOV.UK Notify: a list of recipients.
pub(super) const NOTIFY: FormatInfo = FormatInfo {
    way: Way::Notify,
    doc: "recipients for GOV.UK Notify",
    carries: "email address, name; with --template or --placeholders, what the template asks for",
    limits: "at most 100,000 rows and 10 MB in a file: more are written to several; only addresses that Notify accepts and that work",
    takes: Some((takes::notify, "Notify refuses such an address")),
    ascii: false,
    rows: (0, 100_000),
    bytes: 10_000_000,
    templates: true,
    shape: Shape::Rows(&[&["email address", "name"]], |p, _| vec![p.email.to_owned(), p.name()]),
    removal: Some(Shape::Rows(&[&["email address"]], bare)),
    ..MAILING
};

/// GOV.UK Notify: an emergency contact list, exactly one column.
pub(super) const NOTIFY_CONTACTS: FormatInfo = FormatInfo {
    way: Way::NotifyContacts,
    doc: "an emergency contact list for GOV.UK Notify",
    carries: "only the email address",
    templates: false,
    shape: Shape::Rows(&[&["email address"]], bare),
    ..NOTIFY
};

/// A spreadsheet for people to read. With the byte order mark, Excel reads it as UTF-8.
pub(super) const PEOPLE: FormatInfo = FormatInfo {
    way: Way::People,
    doc: "a list for people to read, in Excel or another spreadsheet",
    carries: "name, e-mail, organisation, job title, discipline, tags; a workbook if the file ends in .xlsx, otherwise UTF-8 with a byte order mark",
    limits: "formulas never run: workbook cells are text; in CSV, a value that could be one begins with an apostrophe",
    extension: "xlsx",
    widths: &[28, 36, 28, 28, 22, 24],
    ascii: false,
    look: Look { crlf: true, before: "\u{feff}", neutral: true, ..PLAIN },
    shape: Shape::Rows(&[&["Name", "E-mail", "Organisation", "Job title", "Discipline", "Tags"]], |p, _| {
        let person = p.person;
        let tags = p.tags().collect::<Vec<_>>().join(", ");
        cells(&[person.name, &p.marked_email(), person.organisation, person.job_title, person.discipline, &tags])
    }),
    ..MAILING
};

/// Google Groups: the admin console's bulk upload.
pub(super) const GOOGLE_GROUPS: FormatInfo = FormatInfo {
    way: Way::GoogleGroups,
    doc: "members for a Google Group, uploaded in the admin console",
    carries: "the group's address, each member's address, USER, MEMBER",
    limits: "needs --group, or a community with an e-mail list as its channel",
    shape: Shape::Rows(&[&["Group Email [Required]", "Member Email", "Member Type", "Member Role"]], |p, s| {
        cells(&[&s.group, p.email, "USER", "MEMBER"])
    }),
    needs: Some((
        |s: &Settings| !s.group.is_empty(),
        "the group's own address (--group ADDRESS), or a community whose channel is an e-mail list",
    )),
    extra_input: Some(ExtraInput::Group),
    ..MAILING
};

/// Microsoft Entra: members of a group, by user principal name; at least two rows.
pub(super) const ENTRA_MEMBERS: FormatInfo = FormatInfo {
    way: Way::EntraMembers,
    doc: "members for a Microsoft Entra group, uploaded in bulk",
    carries: "the user principal name: a field of your own called UPN, otherwise the address",
    limits: "at least two people",
    rows: (2, u64::MAX),
    shape: Shape::Rows(&[&["Member object ID or user principal name [memberObjectIdOrUpn] Required"]], |p, _| {
        vec![upn(p.person).unwrap_or_else(|| p.email.to_owned())]
    }),
    in_place: Some(upn),
    ..MAILING
};

fn upn(person: &Listed<'_>) -> Option<String> {
    let mut found: Option<String> = None;
    fields::each(person.fields, |name, value| {
        if found.is_none() && crate::domain::text::header_key(name) == "upn" {
            found = Some(value.trim().to_owned());
        }
    });
    found.filter(|v| !v.is_empty())
}

/// Microsoft Entra: invitations of guests, below two fixed lines.
pub(super) const ENTRA_GUESTS: FormatInfo = FormatInfo {
    way: Way::EntraGuests,
    doc: "guests to invite to Microsoft Entra, uploaded in bulk",
    carries: "the address, where the guest comes to, that an invitation is sent",
    limits: "needs --redirect, the link that guests come to",
    shape: Shape::Rows(
        &[
            &["version:v1.0"],
            &[
                "Email address to invite [inviteeEmail] Required",
                "Redirection url [inviteRedirectURL] Required",
                "Send invitation message (true or false) [sendEmail]",
                "Customized invitation message [customizedMessageBody]",
            ],
        ],
        |p, s| cells(&[p.email, &s.redirect, "true", ""]),
    ),
    needs: Some((|s: &Settings| !s.redirect.is_empty(), "the link that guests come to (--redirect LINK)")),
    extra_input: Some(ExtraInput::Link),
    ..MAILING
};

/// GovDelivery: one column, because any other header has to be a question of the topic.
pub(super) const GOVDELIVERY: FormatInfo = FormatInfo {
    way: Way::GovDelivery,
    doc: "subscribers for GovDelivery (Granicus)",
    carries: "only Destination: any other header has to be a question of the topic",
    look: Look { crlf: true, ..PLAIN },
    shape: Shape::Rows(&[&["Destination"]], bare),
    ..MAILING
};

/// Cuts a text to at most this many bytes, between characters.
fn cut(value: &str, bytes: usize) -> String {
    value[..value.floor_char_boundary(bytes.min(value.len()))].to_owned()
}

/// The number of bytes that Mailchimp keeps of a text.
const MAILCHIMP_BYTES: usize = 255;

/// Returns only the address, which is all that most targets need to remove a person from a list.
pub(super) fn bare(p: &Outgoing<'_>, _: &Settings) -> Vec<String> {
    vec![p.email.to_owned()]
}

/// Mailchimp: an audience.
pub(super) const MAILCHIMP: FormatInfo = FormatInfo {
    way: Way::Mailchimp,
    doc: "contacts for a Mailchimp audience",
    carries: "Email Address, First Name, Last Name, Tags",
    limits: "names are cut at 255 bytes, tags at 100 letters; nothing but ASCII before the @",
    takes: Some((takes::mailchimp, "Mailchimp refuses such an address")),
    shape: Shape::Rows(&[&["Email Address", "First Name", "Last Name", "Tags"]], |p, _| {
        let (first, last) = p.names();
        let tag = |t: &str| if t.contains(',') { format!("\"{}\"", t.replace('"', "'")) } else { t.to_owned() };
        let tags: Vec<String> = p.tags().map(|t| tag(&t.chars().take(100).collect::<String>())).collect();
        vec![p.email.to_owned(), cut(&first, MAILCHIMP_BYTES), cut(&last, MAILCHIMP_BYTES), tags.join(",")]
    }),
    alters: Some(|p| {
        let (first, last) = p.names();
        let cut = first.len() > MAILCHIMP_BYTES || last.len() > MAILCHIMP_BYTES;
        let long = p.tags().any(|t| t.chars().count() > 100);
        cut.then_some("the name is cut at Mailchimp's 255 bytes").or(long.then_some("a tag is cut at Mailchimp's 100 letters"))
    }),
    removal: Some(Shape::Rows(&[&["Email Address"]], bare)),
    ..MAILING
};

/// Brevo: contacts.
pub(super) const BREVO: FormatInfo = FormatInfo {
    way: Way::Brevo,
    doc: "contacts for Brevo",
    carries: "EMAIL, FIRSTNAME, LASTNAME, separated by semicolons",
    limits: "250 MB",
    look: Look { delimiter: b';', ..PLAIN },
    shape: Shape::Rows(&[&["EMAIL", "FIRSTNAME", "LASTNAME"]], |p, _| {
        let (first, last) = p.names();
        vec![p.email.to_owned(), first, last]
    }),
    removal: Some(Shape::Rows(&[&["EMAIL"]], bare)),
    ..MAILING
};

/// Buttondown: subscribers.
pub(super) const BUTTONDOWN: FormatInfo = FormatInfo {
    way: Way::Buttondown,
    doc: "subscribers for Buttondown",
    carries: "email, name, tags",
    shape: Shape::Rows(&[&["email", "name", "tags"]], |p, _| vec![p.email.to_owned(), p.name(), p.tags().collect::<Vec<_>>().join(",")]),
    removal: Some(Shape::Rows(&[&["email"]], bare)),
    ..MAILING
};

/// listmonk: subscribers with attributes as a JSON object.
pub(super) const LISTMONK: FormatInfo = FormatInfo {
    way: Way::Listmonk,
    doc: "subscribers for listmonk",
    carries: "email, name, attributes (organisation, discipline, tags)",
    limits: "only addresses that listmonk accepts",
    takes: Some((takes::listmonk, "listmonk refuses such an address")),
    ascii: false,
    shape: Shape::Rows(&[&["email", "name", "attributes"]], |p, _| {
        let mut attributes = serde_json::Map::new();
        for (name, value) in [("organisation", p.person.organisation), ("discipline", p.person.discipline)] {
            if !value.is_empty() {
                attributes.insert(name.into(), value.into());
            }
        }
        let tags: Vec<&str> = p.tags().collect();
        if !tags.is_empty() {
            attributes.insert("tags".into(), tags.into());
        }
        vec![p.email.to_owned(), p.name(), serde_json::Value::Object(attributes).to_string()]
    }),
    removal: Some(Shape::Rows(&[&["email"]], bare)),
    ..MAILING
};

/// phpList: subscribers; the header must be exactly `email`.
pub(super) const PHPLIST: FormatInfo = FormatInfo {
    way: Way::PhpList,
    doc: "subscribers for phpList",
    carries: "email, name, separated by tabs",
    extension: "tsv",
    look: Look { delimiter: b'\t', ..PLAIN },
    shape: Shape::Rows(&[&["email", "name"]], |p, _| vec![p.email.to_owned(), p.name()]),
    removal: Some(Shape::Rows(&[], bare)),
    ..MAILING
};

/// Discourse: invitations, without a header.
pub(super) const DISCOURSE: FormatInfo = FormatInfo {
    way: Way::Discourse,
    doc: "invitations to a Discourse forum, in bulk",
    carries: "the address, and the group where --group names one; no header",
    limits: "as many at once as the forum's max_bulk_invites",
    extra_input: Some(ExtraInput::Group),
    shape: Shape::Rows(&[], |p, s| if s.group.is_empty() { vec![p.email.to_owned()] } else { cells(&[p.email, &s.group]) }),
    removal: Some(Shape::Rows(&[], bare)),
    ..MAILING
};
