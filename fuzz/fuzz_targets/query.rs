//! The search language: a parsed query is printed with the same meaning, and an error has a position in the query.
#![no_main]

libfuzzer_sys::fuzz_target!(|query: &str| guildhall::fuzzing::query(query));
