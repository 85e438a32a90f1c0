//! Dates as people type them and as people read them.
//!
//! Must not know what day it is: the caller passes today's date. The day comes first unless the lead says otherwise: `3/12/2026` is 3
//! December.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, Weekday};

/// Whether a date without a year means the next one or the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lean {
    /// The next such day, today included: for meetups.
    Ahead,
    /// The last such day, today included: for what has happened.
    Back,
}

/// The order of the parts of a date, typed and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// `Thu 3 Dec`, `4 Mar 2019`, and `3/12` is 3 December.
    #[default]
    DayFirst,
    /// `Thu Dec 3`, `Mar 4, 2019`, and `3/12` is 12 March.
    MonthFirst,
    /// `2026-12-03`; `3/12` is 3 December.
    Iso,
}

impl Order {
    /// All orders, with the word for each in the configuration.
    pub const ALL: [(&'static str, Self); 3] = [("day-first", Self::DayFirst), ("month-first", Self::MonthFirst), ("iso", Self::Iso)];
}

/// Today's date, and the local conventions for writing dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Today's date.
    pub today: NaiveDate,
    /// The order of a date's parts.
    pub order: Order,
    /// The first day of a week: where *this week* and *next week* begin.
    pub week_start: Weekday,
}

impl Calendar {
    /// Returns the British conventions, with this day as today.
    #[must_use]
    pub const fn on(today: NaiveDate) -> Self {
        Self { today, order: Order::DayFirst, week_start: Weekday::Mon }
    }

    /// Reads a date: `2026-12-03`, `3 dec`, `3 December 2026`, `3/12/2026`, `today`, `next thursday`, `in 2 weeks`, `3 months ago`.
    ///
    /// # Errors
    /// Returns a message that says which forms are understood.
    pub fn read(&self, typed: &str, lean: Lean) -> Result<NaiveDate, String> {
        let today = self.today;
        let text = typed.trim().to_lowercase().replace(',', " ");
        let words: Vec<&str> = text.split_whitespace().collect();
        let date = match words.as_slice() {
            [] => None,
            [one] => single(one, self, lean),
            ["next" | "this" | "last", "week" | "month" | "year"] => self.unit_step(words[0], words[1]),
            ["next", day] => weekday(day).and_then(|w| step_to(today.succ_opt()?, w, 1)),
            ["last", day] => weekday(day).and_then(|w| step_to(today.pred_opt()?, w, -1)),
            ["this" | "on", day] => weekday(day).and_then(|w| step_to(today, w, 1)),
            ["in", n, unit] => number(n).and_then(|n| shift(today, n, unit)),
            [n, unit, "ago"] => number(n).and_then(i64::checked_neg).and_then(|n| shift(today, n, unit)),
            _ => day_and_month(&words, today, lean),
        };
        date.filter(|d| (1900..=2200).contains(&d.year())).ok_or_else(|| {
            format!("\u{201c}{}\u{201d} isn't a date; try 3 dec, next thursday, in 2 weeks or 2026-12-03", super::text::safe(typed.trim()))
        })
    }

    /// Reads a date with an optional time after it: `3 dec 18:00`, `next thursday 2pm`, `2026-12-03T14:30`.
    ///
    /// # Errors
    /// Returns a message that says which forms are understood.
    pub fn read_with_time(&self, typed: &str, lean: Lean) -> Result<(NaiveDate, Option<NaiveTime>), String> {
        let text = typed.trim();
        if let Some((day, rest)) = text.split_once(['T', 't'])
            && let (Some(date), Some(at)) = (iso(day).filter(|_| day.len() == 10), time(rest))
            && (1900..=2200).contains(&date.year())
        {
            return Ok((date, Some(at)));
        }
        if let Some((day, last)) = text.rsplit_once(char::is_whitespace)
            && let Some(at) = time(last)
        {
            let day = day.trim_end().trim_end_matches(" at").trim_end_matches(',');
            return Ok((self.read(day, lean)?, Some(at)));
        }
        Ok((self.read(text, lean)?, None))
    }

    /// Returns the first day of this, last or next week, or today shifted by a month or year.
    fn unit_step(&self, which: &str, unit: &str) -> Option<NaiveDate> {
        let n = match which {
            "next" => 1,
            "last" => -1,
            _ => 0,
        };
        if unit == "week" { shift(step_to(self.today, self.week_start, -1)?, n, unit) } else { shift(self.today, n, unit) }
    }

    /// Returns a date in full, to confirm what was typed: `Thursday 3 December 2026`.
    #[must_use]
    pub fn in_full(&self, date: NaiveDate) -> String {
        let weekday = capital(WEEKDAYS[date.weekday().num_days_from_monday() as usize]);
        let month = capital(MONTHS[date.month0() as usize]);
        match self.order {
            Order::DayFirst => format!("{weekday} {} {month} {}", date.day(), date.year()),
            Order::MonthFirst => format!("{weekday}, {month} {}, {}", date.day(), date.year()),
            Order::Iso => format!("{weekday} {date}"),
        }
    }

    /// Returns a date for a list, at a fixed width: `Thu  3 Dec`, or ` 3 Dec 2024` with the year instead of the weekday for a distant date
    /// in another year.
    #[must_use]
    pub fn short(&self, date: NaiveDate) -> String {
        let month = capital(&MONTHS[date.month0() as usize][..3]);
        let near = date.year() == self.today.year() || (date - self.today).num_days().unsigned_abs() < 75;
        let weekday = capital(&WEEKDAYS[date.weekday().num_days_from_monday() as usize][..3]);
        match (self.order, near) {
            (Order::DayFirst, true) => format!("{weekday} {:>2} {month}", date.day()),
            (Order::DayFirst, false) => format!("{:>2} {month} {}", date.day(), date.year()),
            (Order::MonthFirst, true) => format!("{weekday} {month} {:>2}", date.day()),
            (Order::MonthFirst, false) => format!("{month} {:>2} {}", date.day(), date.year()),
            (Order::Iso, _) => date.to_string(),
        }
    }

    /// Returns a date for running text: `4 Mar 2019`.
    #[must_use]
    pub fn plain(&self, date: NaiveDate) -> String {
        let month = capital(&MONTHS[date.month0() as usize][..3]);
        match self.order {
            Order::DayFirst => format!("{} {month} {}", date.day(), date.year()),
            Order::MonthFirst => format!("{month} {}, {}", date.day(), date.year()),
            Order::Iso => date.to_string(),
        }
    }

    /// Returns how far away a date is: `today`, `in 2 weeks`, `3 months ago`.
    #[must_use]
    pub fn distance(&self, date: NaiveDate) -> String {
        match self.span(date) {
            Err(word) => word.to_owned(),
            Ok((n, unit)) => {
                let plural = if n == 1 { "" } else { "s" };
                if date > self.today { format!("in {n} {unit}{plural}") } else { format!("{n} {unit}{plural} ago") }
            }
        }
    }

    /// Returns how far away a date is, in few columns: `today`, `5 wk`, `7 mo`.
    #[must_use]
    pub fn brief_distance(&self, date: NaiveDate) -> String {
        match self.span(date) {
            Err(word) => word.to_owned(),
            Ok((n, unit)) => {
                let unit = match unit {
                    "day" => "d",
                    "week" => "wk",
                    "month" => "mo",
                    _ => "yr",
                };
                if date > self.today { format!("in {n} {unit}") } else { format!("{n} {unit}") }
            }
        }
    }

    fn span(&self, date: NaiveDate) -> Result<(u64, &'static str), &'static str> {
        let days = (date - self.today).num_days();
        Ok(match days.unsigned_abs() {
            0 => return Err("today"),
            1 => return Err(if days > 0 { "tomorrow" } else { "yesterday" }),
            d @ 2..=13 => (d, "day"),
            d @ 14..=59 => (d / 7, "week"),
            d @ 60..=729 => (d / 30, "month"),
            d => (d / 365, "year"),
        })
    }
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const SMALL_NUMBERS: [&str; 12] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Reads a date, days first: [`Calendar::read`].
///
/// # Errors
/// Returns a message that says which forms are understood.
pub fn read(typed: &str, today: NaiveDate, lean: Lean) -> Result<NaiveDate, String> {
    Calendar::on(today).read(typed, lean)
}

/// Reads a date as the file stores it, `2026-12-03`, and ignores anything after it. Returns `None` for anything else.
#[must_use]
pub fn iso(stored: &str) -> Option<NaiveDate> {
    let b = stored.as_bytes();
    if b.len() < 10 || b[4] != b'-' || b[7] != b'-' {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().try_fold(0_u32, |n, d| d.is_ascii_digit().then(|| n * 10 + u32::from(d - b'0')));
    NaiveDate::from_ymd_opt(i32::try_from(number(&b[..4])?).ok()?, number(&b[5..7])?, number(&b[8..10])?)
}

/// Writes a date as the file stores it: `2026-12-03`. Imports write one per row, so it writes the digits directly, for speed.
#[must_use]
pub(crate) fn stored(day: NaiveDate) -> String {
    let Ok(year @ 0..=9_999) = u32::try_from(day.year()) else { return day.to_string() };
    let (month, day) = (day.month(), day.day());
    let digits = [year / 1_000, year / 100 % 10, year / 10 % 10, year % 10, month / 10, month % 10, day / 10, day % 10];
    let mut out = String::with_capacity(10);
    for (at, digit) in digits.into_iter().enumerate() {
        if at == 4 || at == 6 {
            out.push('-');
        }
        out.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
    out
}

/// Reads a time of day: `18:00`, `9.30`, `2pm`, `2:15 pm`, `noon`.
#[must_use]
pub fn time(typed: &str) -> Option<NaiveTime> {
    let text = typed.trim().to_lowercase().replace(' ', "");
    if text == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    let (digits, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(d), _) => (d, Some(0)),
        (_, Some(d)) => (d, Some(12)),
        _ => (text.as_str(), None),
    };
    let mut parts = digits.split([':', '.']);
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = match parts.next() {
        Some(m) if m.len() == 2 => m.parse().ok()?,
        Some(_) => return None,
        None if half.is_some() => 0,
        None => return None,
    };
    if parts.next().is_some_and(|s| s.parse::<u32>().is_err()) {
        return None;
    }
    let hour = match half {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

fn single(word: &str, calendar: &Calendar, lean: Lean) -> Option<NaiveDate> {
    let today = calendar.today;
    match word {
        "today" | "now" => return Some(today),
        "tomorrow" => return today.succ_opt(),
        "yesterday" => return today.pred_opt(),
        _ => {}
    }
    if let Some(w) = weekday(word) {
        return match lean {
            Lean::Ahead => step_to(today.succ_opt()?, w, 1),
            Lean::Back => step_to(today.pred_opt()?, w, -1),
        };
    }
    let mut numbers: Vec<&str> = word.split(['-', '/', '.']).collect();
    if calendar.order == Order::MonthFirst && word.contains('/') && numbers[0].len() < 4 && numbers.len() > 1 {
        numbers.swap(0, 1);
    }
    match numbers.as_slice() {
        [y, m, d] if y.len() == 4 => ymd(y, m, d),
        [d, m, y] if y.len() == 4 => ymd(y, m, d),
        [d, m, y] if y.len() == 2 => ymd(&format!("20{y}"), m, d),
        [d, m] if !word.contains('-') => in_year(d.parse().ok()?, m.parse().ok()?, today, lean),
        _ => None,
    }
}

fn ymd(y: &str, m: &str, d: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
}

fn day_and_month(words: &[&str], today: NaiveDate, lean: Lean) -> Option<NaiveDate> {
    let words = if weekday(words[0]).is_some() { &words[1..] } else { words };
    let (day, name, rest) = match words {
        [d, m, rest @ ..] if month(m).is_some() => (*d, *m, rest),
        [m, d, rest @ ..] if month(m).is_some() => (*d, *m, rest),
        _ => return None,
    };
    let day: u32 = day.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let month = month(name)?;
    match rest {
        [] => in_year(day, month, today, lean),
        [year] if year.len() == 4 => NaiveDate::from_ymd_opt(year.parse().ok()?, month, day),
        _ => None,
    }
}

fn in_year(day: u32, month: u32, today: NaiveDate, lean: Lean) -> Option<NaiveDate> {
    // Eight years always include a 29 February, in any century.
    let years: Vec<i32> = match lean {
        Lean::Ahead => (0..=8).map(|n| today.year() + n).collect(),
        Lean::Back => (0..=8).map(|n| today.year() - n).collect(),
    };
    years.into_iter().filter_map(|y| NaiveDate::from_ymd_opt(y, month, day)).find(|d| match lean {
        Lean::Ahead => *d >= today,
        Lean::Back => *d <= today,
    })
}

fn month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    if word.len() < 3 {
        return None;
    }
    MONTHS.iter().position(|m| m.starts_with(word) || (word == "sept" && *m == "september")).and_then(|i| u32::try_from(i + 1).ok())
}

fn weekday(word: &str) -> Option<Weekday> {
    let word = word.trim_end_matches('.');
    if word.len() < 3 {
        return None;
    }
    let i = WEEKDAYS.iter().position(|w| w.starts_with(word))?;
    Weekday::try_from(u8::try_from(i).ok()?).ok()
}

fn step_to(mut from: NaiveDate, day: Weekday, step: i64) -> Option<NaiveDate> {
    for _ in 0..7 {
        if from.weekday() == day {
            return Some(from);
        }
        from = if step > 0 { from.succ_opt()? } else { from.pred_opt()? };
    }
    None
}

fn number(word: &str) -> Option<i64> {
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    SMALL_NUMBERS.iter().position(|w| *w == word).and_then(|i| i64::try_from(i + 1).ok()).or_else(|| word.parse().ok())
}

fn shift(from: NaiveDate, n: i64, unit: &str) -> Option<NaiveDate> {
    let size = n.unsigned_abs();
    if size > 100_000 {
        return None;
    }
    let days = |d: u64| if n >= 0 { from.checked_add_days(Days::new(d)) } else { from.checked_sub_days(Days::new(d)) };
    let months = |m: u64| {
        let m = Months::new(u32::try_from(m).ok()?);
        if n >= 0 { from.checked_add_months(m) } else { from.checked_sub_months(m) }
    };
    match unit.trim_end_matches('s') {
        "day" => days(size),
        "week" => days(size * 7),
        "fortnight" => days(size * 14),
        "month" => months(size),
        "year" => months(size * 12),
        _ => None,
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_stored_date_is_in_iso_form_whatever_the_year() {
        for date in [day(2026, 11, 27), day(2000, 1, 1), day(9, 12, 31), day(0, 2, 29), day(9999, 12, 31), day(10_000, 1, 1), day(-1, 3, 4)]
        {
            assert_eq!(stored(date), date.to_string());
        }
        assert_eq!(iso(&stored(day(2026, 3, 4))), Some(day(2026, 3, 4)));
    }

    #[test]
    fn dates_are_read_as_people_type_them() {
        let today = day(2026, 11, 22); // a Sunday
        for (typed, expected) in [
            ("2026-12-03", day(2026, 12, 3)),
            ("3 dec", day(2026, 12, 3)),
            ("dec 3", day(2026, 12, 3)),
            ("3rd December 2027", day(2027, 12, 3)),
            ("Thu 3 Dec 2026", day(2026, 12, 3)),
            ("3/12/2026", day(2026, 12, 3)),
            ("3.12.26", day(2026, 12, 3)),
            ("3/1", day(2027, 1, 3)),
            ("today", today),
            ("tomorrow", day(2026, 11, 23)),
            ("thursday", day(2026, 11, 26)),
            ("next thursday", day(2026, 11, 26)),
            ("sunday", day(2026, 11, 29)),
            ("last friday", day(2026, 11, 20)),
            ("in 2 weeks", day(2026, 12, 6)),
            ("in three days", day(2026, 11, 25)),
            ("next month", day(2026, 12, 22)),
            ("3 months ago", day(2026, 8, 22)),
            ("29 feb", day(2028, 2, 29)),
        ] {
            assert_eq!(read(typed, today, Lean::Ahead), Ok(expected), "{typed}");
        }
        assert_eq!(read("4 mar", today, Lean::Back), Ok(day(2026, 3, 4)));
        assert_eq!(read("3 dec", today, Lean::Back), Ok(day(2025, 12, 3)));
    }

    #[test]
    fn stored_dates_are_read_and_nothing_else() {
        assert_eq!(iso("2026-12-03T18:00"), Some(day(2026, 12, 3)));
        for text in ["", "2026-12", "2026-13-01", "2026-1x-01", "3 dec 2026", "éééééééééé"] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_date() {
        for typed in ["", "soon", "31 feb 2026", "2026-13-01", "99/99", "in many weeks", "in 99999999999 days", "1 jan 9999", "dec"] {
            assert!(read(typed, day(2026, 11, 22), Lean::Ahead).is_err(), "{typed}");
        }
    }

    #[test]
    fn times_stand_after_dates() {
        let today = day(2026, 11, 22);
        for (typed, h, m) in [
            ("3 dec 18:00", 18, 0),
            ("next thursday 2pm", 14, 0),
            ("3 dec 2:15pm", 14, 15),
            ("2026-12-03T09:30", 9, 30),
            ("3 dec at noon", 12, 0),
        ] {
            let (_, at) = Calendar::on(today).read_with_time(typed, Lean::Ahead).unwrap();
            assert_eq!(at, NaiveTime::from_hms_opt(h, m, 0), "{typed}");
        }
        assert_eq!(Calendar::on(today).read_with_time("3 dec", Lean::Ahead).unwrap().1, None);
        assert_eq!(time("25:00"), None);
        assert_eq!(time("13pm"), None);
    }

    #[test]
    fn dates_are_shown_short_and_human() {
        let today = day(2026, 11, 22);
        let british = Calendar::on(today);
        assert_eq!(british.in_full(day(2026, 12, 3)), "Thursday 3 December 2026");
        assert_eq!(british.short(day(2026, 12, 3)), "Thu  3 Dec");
        assert_eq!(british.short(day(2024, 12, 3)), " 3 Dec 2024");
        assert_eq!(british.plain(day(2019, 3, 4)), "4 Mar 2019");
        assert_eq!(british.distance(day(2026, 12, 6)), "in 2 weeks");
        assert_eq!(british.distance(day(2026, 8, 22)), "3 months ago");
        assert_eq!(british.brief_distance(day(2026, 8, 22)), "3 mo");
        assert_eq!(british.distance(today), "today");
    }

    #[test]
    fn the_order_of_a_date_and_the_start_of_the_week_are_the_leads() {
        let today = day(2026, 11, 22); // a Sunday
        let american = Calendar { order: Order::MonthFirst, week_start: Weekday::Sun, ..Calendar::on(today) };
        assert_eq!(american.short(day(2026, 12, 3)), "Thu Dec  3");
        assert_eq!(american.plain(day(2019, 3, 4)), "Mar 4, 2019");
        assert_eq!(american.read("12/3/2026", Lean::Ahead), Ok(day(2026, 12, 3)));
        assert_eq!(american.read("2026/12/3", Lean::Ahead), Ok(day(2026, 12, 3)));
        assert_eq!(american.read("next week", Lean::Ahead), Ok(day(2026, 11, 29)));
        assert_eq!(Calendar::on(today).read("next week", Lean::Ahead), Ok(day(2026, 11, 23)));
        let iso = Calendar { order: Order::Iso, ..Calendar::on(today) };
        assert_eq!((iso.short(day(2026, 12, 3)), iso.plain(day(2019, 3, 4))), ("2026-12-03".into(), "2019-03-04".into()));
    }
}
