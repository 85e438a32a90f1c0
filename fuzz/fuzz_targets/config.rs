//! The configuration: every mistake is told, with a place in the file, and never stops the program.
#![no_main]

use std::cell::RefCell;
use std::fs;

use guildhall::config::Config;
use libfuzzer_sys::fuzz_target;
use tempfile::NamedTempFile;

thread_local! {
    // One file for the whole run, written anew each time.
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a temporary file"));
}

fuzz_target!(|bytes: &[u8]| {
    // It names another file, which would be read wherever it lies.
    if bytes.windows(9).any(|w| w == b"framework") {
        return;
    }
    FILE.with_borrow(|file| {
        fs::write(file.path(), bytes).expect("the temporary file");
        let config = Config::read(file.path(), true);
        let lines = bytes.iter().filter(|b| **b == b'\n').count() + 1;
        for problem in &config.problems {
            assert!(problem.line <= lines && (problem.line == 0) == (problem.column == 0), "{problem:?}");
        }
        assert_eq!(config.complaints().len(), config.problems.len());
        assert!(config == Config::read(file.path(), true), "it reads otherwise the second time");
    });
});
