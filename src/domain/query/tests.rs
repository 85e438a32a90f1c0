use proptest::prelude::*;

use super::*;

const NO_FIELDS: &[String] = &[];

fn people(query: &str) -> Result<Expr, QueryError> {
    parse(query, Known { scope: Scope::People, fields: &["Grade".to_owned(), "Pay band".to_owned()] })
}

struct Card;

impl Subject for Card {
    fn anywhere(&self, needle: &str) -> bool {
        "silvia grant silvia@digital.example user researcher".contains(needle)
    }
    fn has(&self, key: &Key, needle: &str) -> bool {
        match key {
            Key::Org => "ministry of defence mod".contains(needle),
            Key::Custom(k) if k == "grade" => "g7".contains(needle),
            _ => false,
        }
    }
    fn lacks(&self, key: &Key) -> bool {
        *key == Key::Tag
    }
    fn day(&self, key: &Key) -> Option<i32> {
        (*key == Key::Joined).then(|| NaiveDate::from_ymd_opt(2026, 3, 4).map_or(0, |d| d.num_days_from_ce()))
    }
    fn count(&self, _: &Key) -> u32 {
        3
    }
    fn membership(&self, test: &MembershipTest) -> bool {
        // Active in research, paused in design.
        [("user research", "active"), ("design", "paused")]
            .iter()
            .any(|(c, s)| test.community.as_ref().is_none_or(|t| c.contains(t.as_str())) && test.status.as_ref().is_none_or(|t| t == s))
    }
}

fn holds(query: &str) -> bool {
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    Plan::new(&people(query).unwrap(), today, true).holds(&Card)
}

#[test]
fn the_language_of_the_design_page_is_decided() {
    for (query, hit) in [
        ("", true),
        ("silvia grant", true),
        ("SÍLVIA", true),
        ("silvia nobody", false),
        ("\"silvia researcher\"", false),
        ("org:mod", true),
        ("-org:mod", false),
        ("org:dwp | org:mod", true),
        ("org:dwp org:mod", false),
        ("-(org:dwp | org:moj)", true),
        ("grade:G7", true),
        ("missing:tag", true),
        ("missing:email", false),
        ("joined:>2026-01-01", true),
        ("joined:2026", true),
        ("joined:2026-03", true),
        ("joined:2025", false),
        ("joined:<90d", false),
        ("joined:>90d", true),
        ("joined:1y", true),
        ("joined:2026-01..2026-03", true),
        ("joined:..2026-02", false),
        ("attended:3..", true),
        ("attended:4..", false),
        ("attended:3", true),
        ("attended:<3", false),
        ("community:research status:active", true),
        ("community:research status:paused", false),
        ("status:paused", true),
    ] {
        assert_eq!(holds(query), hit, "{query}");
    }
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    for (query, at, part) in [
        ("org:", 4, "enter a value after org:"),
        ("silvia orgg:mod", 7, "did you mean org:"),
        ("(silvia", 0, "never closed"),
        ("silvia)", 6, "has no matching ("),
        ("\"silvia", 0, "never closed"),
        ("joined:soon", 7, "a day such as"),
        ("a |", 3, "is missing after |"),
        ("| a", 0, "is missing before |"),
        ("level:core", 0, "later version"),
        ("consent:photos", 8, "did you mean photo"),
        ("format:call", 0, "isn't a field of people"),
        ("missing:grde", 8, "did you mean grade:"),
        ("status:actve", 7, "did you mean active?"),
        ("attended:x..", 9, "a number such as"),
        ("10:30", 0, "quotes"),
    ] {
        let error = people(query).expect_err(query);
        assert_eq!(error.at, at, "{query}: {error}");
        assert!(error.message.contains(part), "{query}: {error}");
    }
    let error = people("ann orgg:x").expect_err("no such field");
    assert!(error.pointed("ann orgg:x").starts_with("ann orgg:x\n    ^\n"));
}

#[test]
fn custom_fields_are_found_by_their_key() {
    assert_eq!(people("pay-band:b2"), Ok(Expr::Field(Key::Custom("pay-band".into()), Test::Text("b2".into()))));
    assert!(parse("grade:G7", Known { scope: Scope::People, fields: NO_FIELDS }).is_err());
}

#[test]
fn deep_nesting_is_refused_not_fatal() {
    assert!(people(&"(".repeat(3_000)).is_err());
    assert!(people(&"-".repeat(3_000)).is_err());
    assert!(people(&"a".repeat(5_000)).is_err());
}

fn text_strategy() -> impl Strategy<Value = String> {
    "[a-zA-Zé0-9 \"\\\\():|.-]{1,12}".prop_filter("not blank", |s| !s.trim().is_empty())
}

#[test]
fn a_day_is_ten_signs_long_and_of_four_digits_a_year() {
    assert_eq!(When::read("2026-03-04").map(|w| w.to_string()).as_deref(), Some("2026-03-04"));
    for no_day in ["+33030-2-2", "  2026-3-4", "2026-3-004", "2026-02-30", "0000-01-01", "2026-03-04x"] {
        assert_eq!(When::read(no_day), None, "{no_day}");
    }
}

fn when_strategy() -> impl Strategy<Value = When> {
    prop_oneof![
        (1000..2999i32).prop_map(When::Year),
        (1000..2999i32, 1..=12u32).prop_map(|(y, m)| When::Month(y, m)),
        (1000..2999i32, 1..=12u32, 1..=28u32).prop_map(|(y, m, d)| When::Day(NaiveDate::from_ymd_opt(y, m, d).unwrap())),
        (0..9999u32, prop_oneof![Just('d'), Just('w'), Just('m'), Just('y')]).prop_map(|(n, u)| When::Ago(n, u)),
    ]
}

fn leaf_strategy() -> impl Strategy<Value = Expr> {
    let compare = prop_oneof![Just(Compare::In), Just(Compare::Before), Just(Compare::UpTo), Just(Compare::After), Just(Compare::From)];
    prop_oneof![
        text_strategy().prop_map(Expr::Word),
        (prop_oneof![Just(Key::Org), Just(Key::Tag), Just(Key::Attended), Just(Key::Custom("grade".into()))], text_strategy())
            .prop_map(|(k, t)| Expr::Field(k, Test::Text(t))),
        (compare, when_strategy()).prop_map(|(c, w)| Expr::Field(Key::Joined, Test::Date(c, w))),
        (when_strategy(), proptest::option::of(when_strategy())).prop_map(|(a, b)| Expr::Field(Key::Seen, Test::Between(Some(a), b))),
        (0..9u32, proptest::option::of(0..9u32)).prop_map(|(a, b)| Expr::Field(Key::Attended, Test::Count(Some(a), b))),
        Just(Expr::Field(Key::Missing, Test::Missing(Box::new(Key::Email)))),
    ]
}

fn expr_strategy() -> impl Strategy<Value = Expr> {
    leaf_strategy().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_filter("double negation is folded", |e| !matches!(e, Expr::Not(_))).prop_map(|e| Expr::Not(Box::new(e))),
            proptest::collection::vec(inner.clone().prop_filter("nested and is lifted", |e| !matches!(e, Expr::And(_))), 2..4)
                .prop_map(Expr::And),
            proptest::collection::vec(inner.prop_filter("nested or is lifted", |e| !matches!(e, Expr::Or(_))), 2..4).prop_map(Expr::Or),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_query(expr in expr_strategy()) {
        let printed = expr.to_string();
        prop_assert_eq!(people(&printed), Ok(expr), "{}", printed);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,80}") {
        let _ = people(&text);
    }

    #[test]
    fn whatever_parses_prints_to_what_parses_the_same(text in "[a-z:\"()|<>. -]{0,30}") {
        if let Ok(expr) = people(&text) {
            prop_assert_eq!(people(&expr.to_string()), Ok(expr));
        }
    }
}

#[test]
fn the_beginning_of_a_closed_word_means_the_whole_word() {
    let read = |text: &str, scope| parse(text, Known { scope, fields: &[] }).unwrap_or_else(|e| panic!("{text}: {}", e.message));
    let mut begun = 0;
    for field in FIELDS {
        for scope in field.scopes {
            let Some(words) = closed_words(&field.key, *scope) else { continue };
            for word in &words {
                let whole = read(&format!("{}:\"{word}\"", field.words[0]), *scope);
                for (end, _) in word.char_indices().skip(1) {
                    let start = &word[..end];
                    if words.iter().filter(|w| w.starts_with(start)).count() == 1 {
                        assert_eq!(read(&format!("{}:\"{start}\"", field.words[0]), *scope), whole, "{}:{start}", field.words[0]);
                        begun += 1;
                    }
                }
            }
        }
    }
    assert!(begun > 100, "{begun}");
}
