//! The clock and the ids, the two things that make each run different, supplied from outside.
//!
//! Must not know what they are used for.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

/// The current time, and a new id for each step.
pub trait Clock: Send + Sync {
    /// Returns the current time, UTC.
    fn now(&self) -> NaiveDateTime;
    /// Returns today's date in the lead's time zone.
    fn today(&self) -> NaiveDate;
    /// Converts a UTC time to the lead's time zone.
    fn local(&self, utc: NaiveDateTime) -> NaiveDateTime;
    /// Returns an id that no step has had before.
    fn action_id(&self) -> [u8; 16];
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> NaiveDateTime {
        chrono::Utc::now().naive_utc()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn today(&self) -> NaiveDate {
        chrono::Local::now().date_naive()
    }

    fn local(&self, utc: NaiveDateTime) -> NaiveDateTime {
        utc.and_utc().with_timezone(&chrono::Local).naive_local()
    }

    fn action_id(&self) -> [u8; 16] {
        uuid::Uuid::now_v7().into_bytes()
    }
}

/// A clock for tests: it advances by one second with each step, and its ids count up.
#[derive(Debug)]
pub struct FixedClock {
    start: NaiveDateTime,
    steps: AtomicU64,
}

impl FixedClock {
    /// Creates a clock that starts at noon of a day.
    #[must_use]
    pub fn on(day: NaiveDate) -> Self {
        Self::after(day, 0)
    }

    /// Creates a clock for the same day that has already counted `steps`, for a program that starts later or runs beside another.
    #[must_use]
    pub fn after(day: NaiveDate, steps: u64) -> Self {
        Self { start: day.and_hms_opt(12, 0, 0).unwrap_or_default(), steps: AtomicU64::new(steps) }
    }
}

impl Clock for FixedClock {
    fn now(&self) -> NaiveDateTime {
        let steps = i64::try_from(self.steps.load(Ordering::Relaxed)).unwrap_or(0);
        self.start + TimeDelta::seconds(steps)
    }

    fn today(&self) -> NaiveDate {
        self.start.date()
    }

    fn local(&self, utc: NaiveDateTime) -> NaiveDateTime {
        utc
    }

    fn action_id(&self) -> [u8; 16] {
        u128::from(self.steps.fetch_add(1, Ordering::Relaxed) + 1).to_be_bytes()
    }
}
