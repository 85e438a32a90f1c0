//! A framework of job families and roles, as data. Finds the role that a text means, however it is written.
//!
//! Must not know where a framework comes from.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::text;

/// A job family and its roles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// The name.
    pub name: String,
    /// Other names for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The roles in it.
    pub roles: Vec<String>,
}

/// A framework of job families.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// The name.
    #[serde(default)]
    pub name: String,
    /// The families.
    #[serde(default, rename = "family")]
    pub families: Vec<Family>,
    /// Other names for roles: the name, and the role that it means.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
}

impl Framework {
    /// Returns the role that a text means, with its family. Ignores case, number and hyphens, and accepts other names.
    #[must_use]
    pub fn role(&self, written: &str) -> Option<(&Family, &str)> {
        let key = role_key(written);
        let meant = self.aliases.iter().find(|(word, _)| role_key(word) == key).map_or(key, |(_, role)| role_key(role));
        self.families.iter().find_map(|f| f.roles.iter().find(|r| role_key(r) == meant).map(|r| (f, r.as_str())))
    }

    /// Returns the family that a text means.
    #[must_use]
    pub fn family(&self, written: &str) -> Option<&Family> {
        let key = role_key(written);
        self.families.iter().find(|f| role_key(&f.name) == key || f.aliases.iter().any(|a| role_key(a) == key))
    }

    /// Returns every role.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.families.iter().flat_map(|f| f.roles.iter().map(String::as_str))
    }

    /// Returns a key for comparing roles: that of the role in the framework, otherwise that of the text itself.
    #[must_use]
    pub fn meaning(&self, written: &str) -> String {
        self.role(written).map_or_else(|| role_key(written), |(_, role)| role_key(role))
    }
}

/// Returns a key that ignores case, number, hyphens and brackets in the name of a role; `testing` becomes `test`, `program` becomes
/// `programme`.
#[must_use]
pub(crate) fn role_key(written: &str) -> String {
    let mut plain = text::same_key(written);
    while let (Some(open), Some(close)) = (plain.find('('), plain.find(')')) {
        if close < open {
            break;
        }
        plain.replace_range(open..=close, " ");
    }
    let words = plain.replace(['-', '/', ','], " ").replace('&', " and ");
    let one = |word: &str| match word {
        "testing" => "test".to_owned(),
        "program" => "programme".to_owned(),
        _ if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    };
    words.split_whitespace().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_however_it_is_written() {
        let family = Family {
            name: "Quality assurance testing (QAT)".into(),
            aliases: vec!["QAT".into()],
            roles: vec!["Quality assurance test analyst".into(), "Test engineer".into()],
        };
        let framework =
            Framework { name: "x".into(), families: vec![family], aliases: BTreeMap::from([("Tester".into(), "Test engineer".into())]) };
        for (written, role) in [
            ("Quality Assurance Testing Analyst", Some("Quality assurance test analyst")),
            ("quality-assurance test analysts", Some("Quality assurance test analyst")),
            ("Test Engineer", Some("Test engineer")),
            ("testers", Some("Test engineer")),
            ("Smith", None),
        ] {
            assert_eq!(framework.role(written).map(|(_, r)| r), role, "{written}");
        }
        assert_eq!(framework.family("qat").map(|f| f.name.as_str()), Some("Quality assurance testing (QAT)"));
        assert_eq!(framework.meaning("Tester"), framework.meaning("TEST ENGINEERS"));
        assert_eq!(framework.meaning("Smiths"), framework.meaning("smith"));
        assert_ne!(framework.meaning("Smith"), framework.meaning("Tester"));
    }
}
