//! The formats of address books: people with everything that a contact can hold.
//!
//! Must not know who is written, nor to which file.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::info::{FormatInfo, Look, MAILING, PLAIN, RAW, Shape};
use super::outgoing::Outgoing;
use crate::domain::address;
use crate::domain::mail::Way;

/// The settings that all address books share.
const CONTACTS: FormatInfo = FormatInfo { ascii: false, ..MAILING };

/// Returns the value under each of the headers; empty where there is none.
fn under(headers: &[&str], value: impl Fn(&str) -> String) -> Vec<String> {
    headers.iter().map(|h| value(h)).collect()
}

/// The note for a person with more addresses than a contact has room for.
const NO_ROOM: &str = "a contact there has no room for all of their addresses: the last ones are not in the file";

fn other(p: &Outgoing<'_>, at: usize) -> String {
    p.others.get(at).map(|o| o.address.clone()).unwrap_or_default()
}

const GOOGLE: &[&str] = &[
    "First Name",
    "Middle Name",
    "Last Name",
    "Phonetic First Name",
    "Phonetic Middle Name",
    "Phonetic Last Name",
    "Name Prefix",
    "Name Suffix",
    "Nickname",
    "File As",
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Photo",
    "Labels",
    "E-mail 1 - Label",
    "E-mail 1 - Value",
    "Phone 1 - Label",
    "Phone 1 - Value",
];

/// Google Contacts: its columns since 2024; several labels are separated by ` ::: `.
pub(super) const GOOGLE_CONTACTS: FormatInfo = FormatInfo {
    way: Way::GoogleContacts,
    doc: "contacts for Google Contacts",
    carries: "names, organisation, job title, note, tags as labels, the address",
    shape: Shape::Rows(&[GOOGLE], |p, _| {
        let (first, last) = p.names();
        let addresses: Vec<&str> =
            std::iter::once(p.email).chain(p.others.iter().map(|o| o.address.as_str())).filter(|a| !a.is_empty()).collect();
        let labels: Vec<&str> = p.tags().chain(["* myContacts"]).collect();
        under(GOOGLE, |h| match h {
            "First Name" => first.clone(),
            "Last Name" => last.clone(),
            "Organization Name" => p.person.organisation.to_owned(),
            "Organization Title" => p.person.job_title.to_owned(),
            "Notes" => p.person.note.to_owned(),
            "Labels" => labels.join(" ::: "),
            "E-mail 1 - Label" if !addresses.is_empty() => "* Work".to_owned(),
            "E-mail 1 - Value" => addresses.join(" ::: "),
            _ => String::new(),
        })
    }),
    ..CONTACTS
};

#[rustfmt::skip]
const OUTLOOK: &[&str] = &[
    "First Name", "Middle Name", "Last Name", "Title", "Suffix", "Nickname", "Given Yomi", "Surname Yomi", "E-mail Address",
    "E-mail 2 Address", "E-mail 3 Address", "Home Phone", "Home Phone 2", "Business Phone", "Business Phone 2", "Mobile Phone",
    "Car Phone", "Other Phone", "Primary Phone", "Pager", "Business Fax", "Home Fax", "Other Fax", "Company Main Phone", "Callback",
    "Radio Phone", "Telex", "TTY/TDD Phone", "IMAddress", "Job Title", "Department", "Company", "Office Location", "Manager's Name",
    "Assistant's Name", "Assistant's Phone", "Company Yomi", "Business Street", "Business City", "Business State",
    "Business Postal Code", "Business Country/Region", "Home Street", "Home City", "Home State", "Home Postal Code",
    "Home Country/Region", "Other Street", "Other City", "Other State", "Other Postal Code", "Other Country/Region",
    "Personal Web Page", "Spouse", "Schools", "Hobby", "Location", "Web Page", "Birthday", "Anniversary", "Notes",
];

/// Outlook: the 61 columns of its own export.
pub(super) const OUTLOOK_CONTACTS: FormatInfo = FormatInfo {
    way: Way::OutlookContacts,
    doc: "contacts for Outlook",
    carries: "names, up to three addresses, job title, organisation, note",
    look: Look { crlf: true, before: "\u{feff}", ..PLAIN },
    shape: Shape::Rows(&[OUTLOOK], |p, _| {
        let (first, last) = p.names();
        under(OUTLOOK, |h| match h {
            "First Name" => first.clone(),
            "Last Name" => last.clone(),
            "E-mail Address" => p.email.to_owned(),
            "E-mail 2 Address" => other(p, 0),
            "E-mail 3 Address" => other(p, 1),
            "Job Title" => p.person.job_title.to_owned(),
            "Company" => p.person.organisation.to_owned(),
            "Notes" => p.person.note.to_owned(),
            _ => String::new(),
        })
    }),
    alters: Some(|p| (p.others.len() > 2).then_some(NO_ROOM)),
    ..CONTACTS
};

macro_rules! thunderbird {
    ($county:literal, $code:literal, $work_county:literal, $work_code:literal, $organisation:literal) => {
        &[
            "First Name",
            "Last Name",
            "Display Name",
            "Nickname",
            "Primary Email",
            "Secondary Email",
            "Screen Name",
            "Work Phone",
            "Home Phone",
            "Fax Number",
            "Pager Number",
            "Mobile Number",
            "Home Address",
            "Home Address 2",
            "Home City",
            $county,
            $code,
            "Home Country",
            "Work Address",
            "Work Address 2",
            "Work City",
            $work_county,
            $work_code,
            "Work Country",
            "Job Title",
            "Department",
            $organisation,
            "Web Page 1",
            "Web Page 2",
            "Birth Year",
            "Birth Month",
            "Birth Day",
            "Custom 1",
            "Custom 2",
            "Custom 3",
            "Custom 4",
            "Notes",
            "",
        ]
    };
}

#[rustfmt::skip]
const THUNDERBIRD_UK: &[&str] = thunderbird!("Home County", "Home Post Code", "Work County", "Work Post Code", "Organisation");
#[rustfmt::skip]
const THUNDERBIRD_US: &[&str] = thunderbird!("Home State", "Home ZipCode", "Work State", "Work ZipCode", "Organization");

fn thunderbird(p: &Outgoing<'_>) -> Vec<String> {
    let (first, last) = p.names();
    under(THUNDERBIRD_UK, |h| match h {
        "First Name" => first.clone(),
        "Last Name" => last.clone(),
        "Display Name" => p.name(),
        "Primary Email" => p.email.to_owned(),
        "Secondary Email" => other(p, 0),
        "Job Title" => p.person.job_title.to_owned(),
        "Organisation" => p.person.organisation.to_owned(),
        "Notes" => p.person.note.to_owned(),
        _ => String::new(),
    })
}

/// Thunderbird, in British English: it expects the headers in its own language.
pub(super) const THUNDERBIRD: FormatInfo = FormatInfo {
    way: Way::Thunderbird,
    doc: "an address book for Thunderbird in British English",
    carries: "names, two addresses, job title, organisation, note",
    shape: Shape::Rows(&[THUNDERBIRD_UK], |p, _| thunderbird(p)),
    alters: Some(|p| (p.others.len() > 1).then_some(NO_ROOM)),
    ..CONTACTS
};

/// Thunderbird, in American English.
pub(super) const THUNDERBIRD_IN_US: FormatInfo = FormatInfo {
    way: Way::ThunderbirdUs,
    doc: "an address book for Thunderbird in American English",
    shape: Shape::Rows(&[THUNDERBIRD_US], |p, _| thunderbird(p)),
    ..THUNDERBIRD
};

/// vCard 4.0 (RFC 6350): CR LF, lines folded at 75 octets.
pub(super) const VCARD: FormatInfo = FormatInfo {
    way: Way::VCard,
    doc: "contacts as vCard 4.0, for phones and address books",
    carries: "name, addresses, organisation, job title, tags, note",
    extension: "vcf",
    look: Look { crlf: true, ..RAW },
    shape: Shape::Rows(&[], |p, _| vec![card(p, "4.0")]),
    ..CONTACTS
};

/// vCard 3.0 (RFC 2426), for programs that read nothing newer.
pub(super) const VCARD_3: FormatInfo = FormatInfo {
    way: Way::VCard3,
    doc: "contacts as vCard 3.0, for older address books",
    shape: Shape::Rows(&[], |p, _| vec![card(p, "3.0")]),
    ..VCARD
};

fn card(p: &Outgoing<'_>, version: &str) -> String {
    let (first, last) = p.names();
    let name = if p.person.name.is_empty() { p.email.to_owned() } else { p.name() };
    let mut lines = vec!["BEGIN:VCARD".to_owned(), format!("VERSION:{version}"), format!("FN:{}", value(&name))];
    lines.push(format!("N:{};{};;;", value(&last), value(&first)));
    let kind = if version == "3.0" { "INTERNET" } else { "work" };
    let addresses = std::iter::once(p.email).chain(p.others.iter().map(|o| o.address.as_str())).filter(|a| !a.is_empty());
    lines.extend(addresses.map(|a| format!("EMAIL;TYPE={kind}:{}", value(a))));
    for (property, text) in [("ORG", p.person.organisation), ("TITLE", p.person.job_title), ("NOTE", p.person.note)] {
        if !text.is_empty() {
            lines.push(format!("{property}:{}", value(text)));
        }
    }
    let tags: Vec<String> = p.tags().map(value).collect();
    if !tags.is_empty() {
        lines.push(format!("CATEGORIES:{}", tags.join(",")));
    }
    lines.push("END:VCARD".to_owned());
    lines.iter().map(|l| folded(l)).collect::<Vec<_>>().join("\r\n")
}

/// Escapes the characters that separate values.
fn value(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace("\r\n", "\n").replace('\n', "\\n")
}

/// Folds a line at 75 octets, each further piece starting with a blank; no character is split.
fn folded(line: &str) -> String {
    let (mut out, mut used) = (String::with_capacity(line.len() + 8), 0);
    for c in line.chars() {
        if used + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out
}

/// LDIF (RFC 2849), as Thunderbird and directories read it.
pub(super) const LDIF: FormatInfo = FormatInfo {
    way: Way::Ldif,
    doc: "contacts as LDIF, for directories and Thunderbird",
    carries: "name, addresses, organisation",
    extension: "ldif",
    look: RAW,
    shape: Shape::Rows(&[], |p, _| vec![entry(p)]),
    // RFC 4524: `mail` may only have IA5 characters.
    ascii: true,
    ..CONTACTS
};

fn entry(p: &Outgoing<'_>) -> String {
    let (first, last) = p.names();
    let name = if p.person.name.is_empty() { p.email.to_owned() } else { p.name() };
    // RFC 4514: characters with a meaning in a distinguished name.
    let escaped =
        |text: &str| -> String { text.chars().flat_map(|c| if ",+\"\\<>;=#".contains(c) { vec!['\\', c] } else { vec![c] }).collect() };
    let dn = if p.email.is_empty() { format!("cn={}", escaped(&name)) } else { format!("cn={},mail={}", escaped(&name), escaped(p.email)) };
    let mut out = vec![attribute("dn", &dn)];
    out.extend(
        ["top", "person", "organizationalPerson", "inetOrgPerson", "mozillaAbPersonAlpha"].map(|class| attribute("objectclass", class)),
    );
    // `sn` is required, so a single name is used for it.
    let sn = if last.is_empty() { &name } else { &last };
    for (name, text) in [("cn", &name), ("givenName", &first), ("sn", sn)] {
        if !text.is_empty() {
            out.push(attribute(name, text));
        }
    }
    // The attribute may be repeated (RFC 4524 section 2.16).
    let others = p.others.iter().map(|o| address::in_ascii(&o.address).unwrap_or_else(|| o.address.clone()));
    let addresses: Vec<String> = std::iter::once(p.email.to_owned()).chain(others).collect();
    let mail = addresses.iter().map(|a| ("mail", a.as_str()));
    for (name, text) in mail.chain([("o", p.person.organisation), ("title", p.person.job_title)]) {
        if !text.is_empty() {
            out.push(attribute(name, text));
        }
    }
    out.push(String::new());
    out.join("\n")
}

/// Returns a line of an entry, in base64 if the text isn't plain ASCII or would be misread because of how it begins or ends.
fn attribute(name: &str, text: &str) -> String {
    let plain = text.bytes().all(|b| (0x20..0x7f).contains(&b)) && !text.starts_with([' ', ':', '<']) && !text.ends_with(' ');
    if plain { format!("{name}: {text}") } else { format!("{name}:: {}", BASE64_STANDARD.encode(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_letters_and_values_escaped() {
        let long = folded(&format!("NOTE:{}", "é".repeat(60)));
        assert!(long.split("\r\n").all(|l| l.len() <= 75), "{long}");
        assert_eq!(long.replace("\r\n ", ""), format!("NOTE:{}", "é".repeat(60)));
        assert_eq!(value("a;b,c\\d\ne"), "a\\;b\\,c\\\\d\\ne");
    }

    #[test]
    fn text_that_would_be_misread_is_in_base64() {
        assert_eq!(attribute("cn", "Ann"), "cn: Ann");
        assert_eq!(attribute("cn", "Zoë"), "cn:: Wm/Dqw==");
        assert_eq!(attribute("cn", " Ann"), "cn:: IEFubg==");
    }
}
