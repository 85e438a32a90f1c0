//! The addresses that must not be mailed, and which other addresses resemble them.
//!
//! Must not know where they are stored.

use std::collections::{HashMap, HashSet};

use crate::domain::domains::{Domains, is_public};
use crate::domain::{address, text};

/// How a suppression matches an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// The address itself is suppressed.
    Same,
    /// The address has the same local part as this suppressed address, in another domain of the same organisation.
    Resembles(String),
}

/// Returns the key that records that two addresses belong to different people: one that may be mailed, and the suppressed one that it
/// resembles. It contains a blank, so it never equals the key of an address.
#[must_use]
pub fn apart_key(address: &str, suppressed: &str) -> String {
    format!("{} {}", address::key(address), address::key(suppressed))
}

/// Everything that is suppressed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suppressions {
    keys: HashSet<String>,
    apart: HashSet<String>,
    domains: Domains,
    /// The suppressed addresses in organisations' domains, by organisation and local part.
    related: HashMap<(usize, String), Vec<String>>,
    /// The addresses of people who withdrew consent to mail, whether they are suppressed or not.
    withdrew: HashSet<String>,
}

impl Suppressions {
    /// Builds the suppressions from the keys of suppressed addresses (see [`address::key`]). They may include pairs that belong to
    /// different people (see [`apart_key`]).
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = String>, domains: Domains) -> Self {
        // An older version may have written the key in another form.
        let spelled = keys.into_iter().map(|key| match key.split_once(' ') {
            Some((one, other)) => apart_key(one, other),
            None => address::key(&key),
        });
        let (apart, keys): (HashSet<String>, HashSet<String>) = spelled.partition(|key| key.contains(' '));
        let mut related: HashMap<(usize, String), Vec<String>> = HashMap::new();
        for key in &keys {
            if let Some(place) = place(&domains, key) {
                related.entry(place).or_default().push(key.clone());
            }
        }
        related.values_mut().for_each(|all| all.sort_unstable());
        Self { keys, apart, domains, related, withdrew: HashSet::new() }
    }

    /// Adds the addresses of people who withdrew consent to mail.
    #[must_use]
    pub fn with_withdrawn(mut self, addresses: impl IntoIterator<Item = String>) -> Self {
        self.withdrew = addresses.into_iter().map(|a| address::key(&a)).collect();
        self
    }

    /// Returns whether the address belongs to somebody who withdrew consent to mail.
    #[must_use]
    pub fn is_withdrawn(&self, address: &str) -> bool {
        !self.withdrew.is_empty() && self.withdrew.contains(&address::key(address))
    }

    /// Returns whether nothing is suppressed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the suppression that matches an address, if any. Addresses are compared in NFC with an ASCII domain.
    #[must_use]
    pub fn matching(&self, address: &str) -> Option<Matched> {
        if self.keys.is_empty() || address.is_empty() {
            return None;
        }
        // A script may have written an address with a name, a punctuation mark or a blank around it.
        let cleaned = text::clean_line(address).text.into_owned();
        let key = address::key(address::read(&cleaned).unwrap_or(&cleaned));
        if self.keys.contains(&key) {
            return Some(Matched::Same);
        }
        let found = self.resembling(&key).next();
        found.map(|other| Matched::Resembles(other.to_owned()))
    }

    /// Returns every suppressed address that an address resembles, except those known to belong to somebody else.
    pub fn resembling<'a>(&'a self, address: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let key = address::key(address);
        let all = place(&self.domains, &key).and_then(|place| self.related.get(&place)).map_or(&[][..], Vec::as_slice);
        all.iter().map(String::as_str).filter(move |other| **other != key && !self.apart.contains(&apart_key(&key, other)))
    }

    /// Returns the keys of the suppressed addresses, sorted.
    #[must_use]
    pub fn sorted(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        all.sort_unstable();
        all
    }
}

/// Returns the organisation and local part by which other addresses resemble this one. `None` at a domain of no known organisation or of a
/// public provider.
fn place(domains: &Domains, key: &str) -> Option<(usize, String)> {
    let (local, domain) = key.rsplit_once('@')?;
    if is_public(domain) {
        return None;
    }
    domains.organisation(domain).map(|at| (at, local.to_owned()))
}
