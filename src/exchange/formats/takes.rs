//! Which addresses a target accepts, according to tests of its own parser.
//!
//! Must not know whose the addresses are.

/// Returns whether GOV.UK Notify accepts an address: its own pattern, no two full stops in a row, two labels or more, the last of letters.
#[must_use]
pub(crate) fn notify(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else { return false };
    let local_fine = !local.is_empty() && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fine = |l: &&str| {
        !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-') && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = labels.last().copied().unwrap_or("");
    let last_fine = last.starts_with("xn--") || (last.chars().count() >= 2 && last.chars().all(char::is_alphabetic));
    email.len() <= 320
        && domain.len() <= 253
        && !email.contains("..")
        && local_fine
        && labels.len() >= 2
        && labels.iter().all(label_fine)
        && last_fine
}

/// Returns whether Mailman 3 accepts an address: no `^` or `|` before the `@`, and an ASCII domain of at least two labels.
#[must_use]
pub(crate) fn mailman(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let labels: Vec<&str> = domain.split('.').collect();
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"-!#$%&'*+./=?@_`{}~".contains(&b))
        && labels.len() >= 2
        && !domain.starts_with('-')
        && labels.iter().all(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// Returns whether listmonk accepts an address: one that Go's `mail.ParseAddress` accepts.
#[must_use]
pub(crate) fn listmonk(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let atom = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let atoms = |text: &str| text.split('.').all(|a| !a.is_empty() && a.bytes().all(atom));
    email.len() <= 1000 && atoms(local) && atoms(domain)
}

/// Returns whether Mailchimp accepts an address: one that Notify accepts, with only ASCII before the `@`.
#[must_use]
pub(crate) fn mailchimp(email: &str) -> bool {
    notify(email) && email.split_once('@').is_some_and(|(local, _)| local.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{self, in_ascii};

    #[test]
    fn each_target_decides_as_its_own_reader_does() {
        // The results of the parsers of Notify, listmonk and Mailman.
        for (address, by_notify, by_listmonk, by_mailman) in [
            ("ann@example.gov.uk", true, true, true),
            (".ann@example.gov.uk", true, false, true),
            ("ann.@example.gov.uk", true, false, true),
            ("an..n@example.gov.uk", false, false, true),
            ("ann^bob@example.gov.uk", true, true, false),
            ("ann|bob@example.gov.uk", true, true, false),
            ("hal@bücher.example", true, true, false),
            ("zoë@example.gov.uk", false, true, false),
            ("ann@localhost", false, true, false),
            ("a@under_score.gov.uk", false, true, false),
            ("o’brien@example.gov.uk", false, true, false),
            ("=ann@example.gov.uk", true, true, true),
            ("-ann@example.gov.uk", true, true, true),
            ("ann@example.c0m", false, true, true),
            ("ann@io", false, true, false),
            ("ann@example.a", false, true, true),
            ("ann@example.123", false, true, true),
            ("ann@192.0.2.1", false, true, true),
            ("ann@-example.gov.uk", false, true, false),
            ("ann@example-.com", false, true, true),
            ("ann@ex--ample.com", true, true, true),
            ("ann@example.co-uk", false, true, true),
            ("123@example.org", true, true, true),
            ("ann+cop@example.org", true, true, true),
            ("o'brien@example.org", true, true, true),
        ] {
            assert_eq!((notify(address), listmonk(address), mailman(address)), (by_notify, by_listmonk, by_mailman), "{address}");
            // A portable address is one that all of them accept.
            let by_all = by_notify && by_listmonk && by_mailman && address.is_ascii();
            assert_eq!(address::why_not_portable(address).is_none(), by_all, "{address}");
        }
    }

    #[test]
    fn an_internationalised_domain_leaves_as_punycode() {
        assert_eq!(in_ascii("hal@bücher.example").as_deref(), Some("hal@xn--bcher-kva.example"));
        assert_eq!(in_ascii("ann@example.org").as_deref(), Some("ann@example.org"));
        assert!(mailman(&in_ascii("hal@bücher.example").unwrap()));
    }
}
