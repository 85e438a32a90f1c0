//! Markdown pages: each part is at its reported position, unchanged parts stay byte for byte, and a written page can be parsed.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| guildhall::fuzzing::page(text));
