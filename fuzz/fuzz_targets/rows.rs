//! Rows of a CSV file in any encoding, as people or as a report of a mailing program.
#![no_main]

use std::cell::RefCell;
use std::fs;

use chrono::NaiveDate;
use guildhall::domain::listed::Incoming;
use guildhall::exchange::columns::{Mapping, Reading};
use guildhall::exchange::reports::Report;
use guildhall::exchange::{Rows, SourceFile};
use libfuzzer_sys::fuzz_target;
use tempfile::NamedTempFile;

thread_local! {
    // The encoding is found out from a file: one for the whole run, written anew each time.
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a temporary file"));
}

fn read(mut source: SourceFile) {
    let Ok(encoded) = source.decoded() else { return };
    let Ok(mut rows) = Rows::new(encoded) else { return };
    let known = ["Team".to_owned(), "Büro".to_owned()];
    let Ok(Some(header)) = rows.next_row() else { return };
    let mut before = header.line;
    let (report, mapping) = (Report::recognise(header), Mapping::new(header, &known));
    let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
    let mut incoming = Incoming::default();
    while let Ok(Some(row)) = rows.next_row() {
        // A blank row before it, or a quoted line end within, moves the line on, never back.
        assert!(row.line >= before, "line {} after line {before}", row.line);
        before = row.line;
        assert_eq!(row.field(row.len()), "");
        if let Some(report) = &report {
            let _ = report.read(row);
        }
        if let Ok(mapping) = &mapping {
            let _ = mapping.read(row, Reading { today, community: None }, &mut incoming);
            let _ = mapping.read(row, Reading { today, community: Some("Cartographers") }, &mut incoming);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    FILE.with_borrow(|file| {
        fs::write(file.path(), bytes).expect("the temporary file");
        if let Ok(source) = SourceFile::open(file.path()) {
            read(source);
        }
    });
});
