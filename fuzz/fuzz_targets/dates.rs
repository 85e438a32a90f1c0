//! Dates and times as typed: each parsed day is between 1900 and 2200, and parses as the same day when it is written.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (u16, &str)| guildhall::fuzzing::dates(input));
