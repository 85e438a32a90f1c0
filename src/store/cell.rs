//! A single value, in the forms of SQLite, of a writer and of the journal.
//!
//! Must not know what it is a value of.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use serde_json::Value as Json;

pub(super) fn integer(value: &dyn ToSql) -> Option<i64> {
    match value.to_sql().ok()? {
        ToSqlOutput::Owned(Value::Integer(i)) | ToSqlOutput::Borrowed(ValueRef::Integer(i)) => Some(i),
        _ => None,
    }
}

pub(super) fn text(value: &dyn ToSql) -> String {
    match value.to_sql() {
        Ok(ToSqlOutput::Owned(Value::Text(t))) => t,
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(t))) => String::from_utf8_lossy(t).into_owned(),
        _ => String::new(),
    }
}

pub(super) fn owned(value: ToSqlOutput<'_>) -> Value {
    match value {
        ToSqlOutput::Borrowed(v) => Value::try_from(v).unwrap_or(Value::Null),
        ToSqlOutput::Owned(v) => v,
        _ => Value::Null,
    }
}

/// Converts a value to the form of the journal; bytes become a list with one element, their hexadecimal digits.
pub(super) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(i) => (*i).into(),
        Value::Real(r) => (*r).into(),
        Value::Text(t) => t.as_str().into(),
        Value::Blob(b) => Json::Array(vec![b.iter().map(|b| format!("{b:02x}")).collect::<String>().into()]),
    }
}

pub(super) fn from_json(json: Option<&Json>) -> Value {
    match json {
        None | Some(Json::Null | Json::Object(_)) => Value::Null,
        Some(Json::Bool(b)) => Value::Integer(i64::from(*b)),
        Some(Json::Number(n)) => n.as_i64().map_or_else(|| Value::Real(n.as_f64().unwrap_or(0.0)), Value::Integer),
        Some(Json::String(s)) => Value::Text(s.clone()),
        Some(Json::Array(a)) => {
            let hex = a.first().and_then(Json::as_str).unwrap_or("");
            let bytes = hex.as_bytes().chunks(2).filter_map(|p| u8::from_str_radix(std::str::from_utf8(p).ok()?, 16).ok());
            Value::Blob(bytes.collect())
        }
    }
}
