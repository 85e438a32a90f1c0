//! Custom fields as a person's row stores them: a JSON object of strings, read without building a map.
//!
//! Must not know which fields exist.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// Passes each name and its value to `take`, in stored order. A value that isn't a string counts as empty. If the object is malformed, only
/// the pairs before the error are passed.
pub(crate) fn each(stored: &str, take: impl FnMut(&str, &str)) {
    if !stored.is_empty() {
        // An error means that another program damaged the row; `check` reports it.
        let _ = serde_json::Deserializer::from_str(stored).deserialize_map(Pairs(take));
    }
}

struct Pairs<F>(F);

impl<'de, F: FnMut(&str, &str)> Visitor<'de> for Pairs<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Text(name), Text(value))) = map.next_entry()? {
            (self.0)(&name, &value);
        }
        Ok(())
    }
}

/// A string, borrowed if it contains no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyText)
    }
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Text<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut all: A) -> Result<Text<'de>, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(Cow::Borrowed("")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Text<'de>, A::Error> {
        while all.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(Cow::Borrowed("")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(stored: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        each(stored, |name, value| out.push((name.to_owned(), value.to_owned())));
        out
    }

    #[test]
    fn fields_come_as_a_map_of_them_would_have_them() {
        for stored in [
            "",
            "{}",
            r#"{"location":"Leeds","Pay grade":"G7"}"#,
            r#"{"a \"quoted\" name":"tab\tand ünï","b":"\u00e9"}"#,
            r#"{"n":1,"f":1.5,"t":true,"none":null,"list":[1,[2]],"object":{"x":"y"},"last":"kept"}"#,
        ] {
            let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(stored).unwrap_or_default();
            let wanted: Vec<(String, String)> = map.iter().map(|(n, v)| (n.clone(), v.as_str().unwrap_or("").to_owned())).collect();
            assert_eq!(pairs(stored), wanted, "{stored}");
        }
        assert!(pairs("no object").is_empty() && pairs("[1]").is_empty());
    }
}
