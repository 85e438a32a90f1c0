//! A Markdown page: each part stands where it is said to, what isn't changed stays byte for byte, and a page that is written can be read.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| guildhall::fuzzing::page(text));
