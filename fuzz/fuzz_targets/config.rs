//! The configuration: every mistake is told, with a place in the file, and never stops the program.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guildhall::fuzzing::config(bytes));
