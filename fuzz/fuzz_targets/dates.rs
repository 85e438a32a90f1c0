//! Dates and times as they are typed: what is read is a day between 1900 and 2200, and reads as the same when it is written.
#![no_main]

use chrono::{Datelike, NaiveDate, Weekday};
use guildhall::domain::dates::{Calendar, Lean, Order, iso, time};
use guildhall::domain::query::When;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &str)| {
    let (day, typed) = input;
    // The day it is: somewhere within 180 years.
    let first = NaiveDate::from_ymd_opt(1950, 1, 1).expect("a date");
    let today = first + chrono::Days::new(u64::from(day));
    for (order, week_start) in Order::ALL.into_iter().map(|(_, o)| o).zip([Weekday::Mon, Weekday::Sun, Weekday::Sat]) {
        let calendar = Calendar { today, order, week_start };
        for lean in [Lean::Ahead, Lean::Back] {
            let Ok((date, _)) = calendar.read_with_time(typed, lean) else { continue };
            assert!((1900..=2200).contains(&date.year()), "{typed:?} is {date}");
            for written in [calendar.plain(date), date.to_string()] {
                assert_eq!(calendar.read(&written, lean), Ok(date), "{typed:?}, written {written:?}");
            }
            let _ = (calendar.in_full(date), calendar.short(date), calendar.distance(date), calendar.brief_distance(date));
        }
    }
    let _ = (iso(typed), time(typed));
    if let Some(when) = When::read(typed) {
        let (from, to) = when.span(today);
        assert!(from <= to, "{typed:?} is from {from} to {to}");
        assert_eq!(When::read(&when.to_string()), Some(when), "{typed:?}");
    }
});
