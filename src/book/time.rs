//! The clock and the ids: the two things that make a run differ from the last, given from outside.
//!
//! Must not know what they are used for.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

/// What time it is, and a fresh id for each step.
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> NaiveDateTime;
    /// The day, where the lead sits.
    fn today(&self) -> NaiveDate;
    /// What the clock on the lead's wall showed at a moment, UTC.
    fn local(&self, utc: NaiveDateTime) -> NaiveDateTime;
    /// An id that no step had before.
    fn action_id(&self) -> [u8; 16];
}

/// The machine's own clock.
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

/// A clock for tests: it stands still but for a second with every step, and its ids count up.
#[derive(Debug)]
pub struct FixedClock {
    start: NaiveDateTime,
    steps: AtomicU64,
}

impl FixedClock {
    /// A clock that stands at noon of a day.
    #[must_use]
    pub fn on(day: NaiveDate) -> Self {
        Self::after(day, 0)
    }

    /// A clock of that day that goes on after so many steps: of a program that comes later, or runs beside another.
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
