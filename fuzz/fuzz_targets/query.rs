//! The search language: what can be read is printed so that it means the same, and an error points into the query.
#![no_main]

use chrono::NaiveDate;
use guildhall::domain::query::{FIELDS, Known, Plan, Scope, parse};
use guildhall::search::Card;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    let fields = ["team".to_owned(), "Start Date".to_owned()];
    let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
    let card = FIELDS
        .iter()
        .fold(Card::default().counting(3), |card, f| card.with(f.key.clone(), "Ada of the maps"))
        .on(FIELDS[0].key.clone(), today);
    for scope in [Scope::People, Scope::Communities, Scope::Meetups, Scope::Organisations] {
        let known = Known { scope, fields: &fields };
        match parse(query, known) {
            Ok(expr) => {
                let printed = expr.to_string();
                let again = parse(&printed, known);
                assert!(again.as_ref() == Ok(&expr), "{query:?} is printed as {printed:?}, which is {again:?}, not {expr:?}");
                for memberships in [true, false] {
                    let plan = Plan::new(&expr, today, memberships).within(Some(1));
                    let _ = (plan.holds(&card), plan.words());
                }
            }
            Err(e) => {
                assert!(e.at <= query.chars().count(), "{} of {query:?}", e.at);
                assert_eq!(e.pointed(query).lines().count(), 3);
            }
        }
    }
});
