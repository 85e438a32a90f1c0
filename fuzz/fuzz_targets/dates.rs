//! Dates and times as they are typed: what is read is a day between 1900 and 2200, and reads as the same when it is written.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (u16, &str)| guildhall::fuzzing::dates(input));
