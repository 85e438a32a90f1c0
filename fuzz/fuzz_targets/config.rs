//! Configuration files: every mistake is reported with its position in the file, and none stops the program.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guildhall::fuzzing::config(bytes));
