//! The e-mail domains that organisations use, and which of them belong to the same organisation.
//!
//! Must not know where organisations are stored, nor what follows from two domains belonging to the same one.

use std::collections::HashMap;

use crate::domain::address;

/// Public mailbox providers: the same name before the `@` at two of these says nothing about the people.
const PUBLIC: &[&str] = &[
    "aol.com",
    "btinternet.com",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "hotmail.fr",
    "hey.com",
    "icloud.com",
    "live.com",
    "live.co.uk",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "ntlworld.com",
    "orange.fr",
    "outlook.com",
    "outlook.fr",
    "outlook.de",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "sky.com",
    "talktalk.net",
    "tutanota.com",
    "virginmedia.com",
    "web.de",
    "yahoo.com",
    "yahoo.co.uk",
    "yahoo.de",
    "yahoo.fr",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// Returns whether a domain belongs to a public mail provider.
#[must_use]
pub(crate) fn is_public(domain: &str) -> bool {
    PUBLIC.contains(&ascii(domain).as_str())
}

/// Returns a domain in the form in which domains are compared: lower case, ASCII (IDNA).
#[must_use]
pub(crate) fn ascii(domain: &str) -> String {
    let lower = domain.trim().trim_end_matches('.').to_lowercase();
    address::in_ascii(&format!("a@{lower}")).map_or(lower, |a| address::domain(&a).to_owned())
}

/// The domains of each organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domains {
    organisations: Vec<Vec<String>>,
    of: HashMap<String, usize>,
}

impl Domains {
    /// Adds the domains of one organisation.
    pub fn add(&mut self, domains: impl IntoIterator<Item = String>) {
        let domains: Vec<String> = domains.into_iter().collect();
        for domain in &domains {
            self.of.insert(ascii(domain), self.organisations.len());
        }
        self.organisations.push(domains);
    }

    /// Returns whether no organisation has a domain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Returns the index of the organisation that uses a domain, or the nearest domain above it. The index is valid only within this value.
    #[must_use]
    pub fn organisation(&self, domain: &str) -> Option<usize> {
        self.nearest(domain).map(|(_, at)| at)
    }

    /// Returns the other domains of the organisation that uses a domain.
    pub fn others(&self, domain: &str) -> impl Iterator<Item = &str> {
        let found = self.nearest(domain);
        let all = found.as_ref().map_or(&[][..], |(_, at)| &self.organisations[*at]);
        all.iter().map(String::as_str).filter(move |d| found.as_ref().is_none_or(|(own, _)| ascii(d) != *own))
    }

    fn nearest(&self, domain: &str) -> Option<(String, usize)> {
        let whole = ascii(domain);
        let mut rest = whole.as_str();
        loop {
            if let Some(at) = self.of.get(rest) {
                return Some((rest.to_owned(), *at));
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_one_organisation_belong_together_whatever_their_case_form_or_depth() {
        let mut all = Domains::default();
        all.add(["maps.gov.uk", "maps.gsi.gov.uk", "B\u{fc}cher.example"].map(str::to_owned));
        all.add(["tides.gov.uk".to_owned()]);
        assert_eq!(all.others("Digital.MAPS.gov.uk").collect::<Vec<_>>(), ["maps.gsi.gov.uk", "B\u{fc}cher.example"]);
        assert_eq!(all.organisation("xn--bcher-kva.example"), all.organisation("maps.gov.uk"));
        assert_ne!(all.organisation("tides.gov.uk"), all.organisation("maps.gov.uk"));
        assert_eq!((all.organisation("gov.uk"), all.others("elsewhere.example").count()), (None, 0));
        assert!(is_public("GMail.com") && !is_public("maps.gov.uk"));
    }
}
