//! Rows of a CSV file in any encoding, as people or as the report of a mailing program.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guildhall::fuzzing::rows(bytes));
