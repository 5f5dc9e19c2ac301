//! The clock is handed in, so that a test can hold it; SQL never asks for the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// The county's time zone: UTC+8 the whole year.
pub const COUNTY: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Tells the time: the machine's, or one a test has set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Unix milliseconds when fixed; zero follows the machine.
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    pub fn machine() -> Self {
        Self::default()
    }

    /// A clock that stands still until `advance` moves it.
    pub fn fixed(at: OffsetDateTime) -> Self {
        let milliseconds = (at.unix_timestamp_nanos() / 1_000_000) as i64;
        Self { fixed: Some(Arc::new(AtomicI64::new(milliseconds))) }
    }

    /// Moves a fixed clock forward; the machine's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Some(fixed) = &self.fixed {
            fixed.fetch_add(by.whole_milliseconds() as i64, Ordering::SeqCst);
        }
    }

    /// Now, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        match &self.fixed {
            None => OffsetDateTime::now_utc(),
            Some(fixed) => {
                let nanoseconds = i128::from(fixed.load(Ordering::SeqCst)) * 1_000_000;
                OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
                    .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            }
        }
    }

    /// Now as it is stored: `2026-11-23T01:12:33.123Z`; sorts as text.
    pub fn stamp(&self) -> String {
        crate::day::stamp(self.now())
    }

    /// A stored time `by` from now (negative: before).
    pub fn stamp_in(&self, by: Duration) -> String {
        crate::day::stamp(self.now().saturating_add(by))
    }

    /// The county's calendar day.
    pub fn today(&self) -> Date {
        self.now().to_offset(COUNTY).date()
    }

    /// The county's calendar year.
    pub fn year(&self) -> i32 {
        self.today().year()
    }
}
