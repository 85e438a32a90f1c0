//! The formats with a line for each person.
//!
//! Must not know who is written, nor to which file.

use super::info::{ExtraInput, FormatInfo, MAILING, RAW, Settings, Shape};
use super::outgoing::Outgoing;
use super::tables::bare;
use super::takes;
use crate::domain::mail::Way;
use crate::domain::text;

/// Writes `"Display Name" <address>`. The name is always in quotes, with `\` and `"` escaped: without them, brackets and commas in a name
/// are lost or break the line (RFC 5322 section 3.4).
pub(super) fn quoted(name: &str, email: &str) -> String {
    if name.trim().is_empty() {
        return uncommented(email);
    }
    format!("\"{}\" <{email}>", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Writes only an address. One that begins with `#` goes in angle brackets, because otherwise the line would be a comment.
fn uncommented(email: &str) -> String {
    if email.starts_with('#') { format!("<{email}>") } else { email.to_owned() }
}

/// Mailman 3: `addmembers`, `syncmembers`, mass subscription.
pub(super) const MAILMAN: FormatInfo = FormatInfo {
    way: Way::Mailman,
    doc: "members for Mailman 3: addmembers, syncmembers or mass subscription",
    carries: "\"name\" <address>, one a line",
    limits: "no ^ or | before the @",
    extension: "txt",
    takes: Some((takes::mailman, "Mailman refuses such an address")),
    look: RAW,
    shape: Shape::Rows(&[], |p, _| vec![quoted(&p.name(), p.email)]),
    // `delmembers` only finds an address in lower case.
    removal: Some(Shape::Rows(&[], |p, _| vec![uncommented(&p.email.to_lowercase())])),
    ..MAILING
};

/// Returns the list's name without its host, as LISTSERV expects it.
fn list_name(settings: &Settings) -> &str {
    settings.group.split('@').next().unwrap_or_default()
}

/// LISTSERV: a plain list for the add job, with the name after the address.
pub(super) const LISTSERV: FormatInfo = FormatInfo {
    way: Way::Listserv,
    doc: "subscribers for LISTSERV: a command for each, to be sent to it",
    carries: "QUIET ADD list address name, QUIET DELETE for people to remove; without --group only the address and name",
    extra_input: Some(ExtraInput::Group),
    extension: "txt",
    look: RAW,
    shape: Shape::Rows(&[], |p, s| {
        let name = p.name();
        let name = if name.is_empty() { "(No Name Available)".to_owned() } else { name };
        let list = list_name(s);
        vec![if list.is_empty() { format!("{} {name}", p.email) } else { format!("QUIET ADD {list} {} {name}", p.email) }]
    }),
    removal: Some(Shape::Rows(&[], |p, s| {
        let list = list_name(s);
        vec![if list.is_empty() { p.email.to_owned() } else { format!("QUIET DELETE {list} {}", p.email) }]
    })),
    ..MAILING
};

/// Sympa: the address first, then the name.
pub(super) const SYMPA: FormatInfo = FormatInfo {
    way: Way::Sympa,
    doc: "subscribers for Sympa",
    takes: Some((|email| !email.starts_with('#'), "Sympa would take the line for a comment")),
    carries: "address and name, one a line",
    extension: "txt",
    look: RAW,
    shape: Shape::Rows(&[], |p, _| vec![format!("{} {}", p.email, p.name()).trim_end().to_owned()]),
    removal: Some(Shape::Rows(&[], bare)),
    ..MAILING
};

/// mutt: aliases. Characters that a shell would run or that mutt would interpret are escaped.
pub(super) const MUTT: FormatInfo = FormatInfo {
    way: Way::Mutt,
    doc: "aliases for mutt",
    carries: "alias, name and address, one a line",
    limits: "characters in a name that mutt would run are escaped",
    extension: "muttrc",
    look: RAW,
    shape: Shape::Rows(&[], |p, _| {
        let local = p.email.split('@').next().unwrap_or_default();
        let alias: String =
            text::fold(local).chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
        vec![format!("alias {alias} {}", escaped(&quoted(&p.name(), p.email)))]
    }),
    ..MAILING
};

/// Escapes the characters that have a meaning in mutt's configuration.
fn escaped(mailbox: &str) -> String {
    let mut out = String::with_capacity(mailbox.len() + 8);
    for c in mailbox.chars() {
        if "\\`$#;'\"".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Writes a person as a JSON object.
pub(super) fn json(p: &Outgoing<'_>) -> String {
    let person = p.person;
    serde_json::json!({
        "name": person.name,
        "email": p.email,
        "organisation": person.organisation,
        "job_title": person.job_title,
        "discipline": person.discipline,
        "tags": p.tags().collect::<Vec<_>>(),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_always_quoted_and_nothing_in_an_alias_is_run() {
        assert_eq!(quoted("Eve (she/her)", "eve@x.example"), "\"Eve (she/her)\" <eve@x.example>");
        assert_eq!(quoted("A \"B\" \\C", "a@x.example"), "\"A \\\"B\\\" \\\\C\" <a@x.example>");
        assert_eq!(quoted("", "a@x.example"), "a@x.example");
        assert_eq!(escaped(&quoted("Ann `id` $HOME", "a@x.example")), "\\\"Ann \\`id\\` \\$HOME\\\" <a@x.example>");
    }
}
