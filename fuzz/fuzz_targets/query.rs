//! The search language: what can be read is printed so that it means the same, and an error points into the query.
#![no_main]

libfuzzer_sys::fuzz_target!(|query: &str| guildhall::fuzzing::query(query));
