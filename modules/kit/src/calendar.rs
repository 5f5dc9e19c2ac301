//! Working days: weekends, public holidays, and the weekend days worked in exchange (调休).

use std::collections::BTreeMap;

use time::{Date, Duration, Weekday};

/// Holidays and exchanged days known at release; the county adds later years as data.
const SHIPPED: &str = include_str!("../data/holidays.csv");

/// What a listed day is, against its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KindOfDay {
    /// A day off, whatever its weekday.
    Holiday,
    /// A Saturday or Sunday that is worked.
    Workday,
}

impl KindOfDay {
    /// The word stored in the database and in holidays.csv.
    pub fn code(self) -> &'static str {
        match self {
            KindOfDay::Holiday => "holiday",
            KindOfDay::Workday => "workday",
        }
    }

    /// The kind behind a stored word.
    pub fn from_code(code: &str) -> Option<KindOfDay> {
        [KindOfDay::Holiday, KindOfDay::Workday].into_iter().find(|kind| kind.code() == code)
    }
}

/// One row of holidays.csv.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialDay {
    pub day: Date,
    pub kind: KindOfDay,
    /// For example 春节, 春节调休上班.
    pub name: String,
}

/// The shipped holidays of 2025 and 2026: what migration 0008_holidays puts into the table.
pub fn shipped_days() -> Vec<SpecialDay> {
    // A test reads every row, so nothing is lost here.
    read(SHIPPED).unwrap_or_default()
}

/// Reads rows `day,kind,name`; lines that begin with # and the heading are skipped.
///
/// # Errors
/// A Chinese sentence naming the first line that cannot be read.
pub fn read(text: &str) -> Result<Vec<SpecialDay>, String> {
    let mut days = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line == "day,kind,name" {
            continue;
        }
        let wrong = || format!("第 {} 行无法识别，应为“日期,holiday 或 workday,名称”", number + 1);
        let mut fields = line.splitn(3, ',').map(str::trim);
        let day = fields.next().and_then(crate::day::stored_date).ok_or_else(wrong)?;
        let kind = fields.next().and_then(KindOfDay::from_code).ok_or_else(wrong)?;
        let name = fields.next().unwrap_or_default().to_owned();
        days.push(SpecialDay { day, kind, name });
    }
    Ok(days)
}

/// Tells working days from days off. Years without listed days follow the weekday alone.
#[derive(Clone, Debug, Default)]
pub struct WorkingDays {
    special: BTreeMap<Date, KindOfDay>,
}

impl WorkingDays {
    /// From the rows of the county's table; a day listed twice keeps its last kind.
    pub fn new(days: impl IntoIterator<Item = (Date, KindOfDay)>) -> WorkingDays {
        WorkingDays { special: days.into_iter().collect() }
    }

    /// With the shipped holidays only.
    pub fn shipped() -> WorkingDays {
        WorkingDays::new(shipped_days().into_iter().map(|special| (special.day, special.kind)))
    }

    /// Whether offices are open on this day.
    pub fn is_working(&self, day: Date) -> bool {
        match self.special.get(&day) {
            Some(kind) => *kind == KindOfDay::Workday,
            None => is_weekday(day),
        }
    }

    /// Working days gone by from `from` to `to`: `from` itself does not count, `to` does. Somebody
    /// who submits on Friday has waited one working day on Monday, and none on Sunday. Zero if
    /// `to` is not later.
    pub fn between(&self, from: Date, to: Date) -> i64 {
        if to <= from {
            return 0;
        }
        let days = (to - from).whole_days();
        let mut working = days / 7 * 5;
        let mut day = to;
        for _ in 0..days % 7 {
            working += i64::from(is_weekday(day));
            day = day.previous_day().unwrap_or(day);
        }
        let after = (std::ops::Bound::Excluded(from), std::ops::Bound::Included(to));
        for (day, kind) in self.special.range(after) {
            match (kind, is_weekday(*day)) {
                (KindOfDay::Holiday, true) => working -= 1,
                (KindOfDay::Workday, false) => working += 1,
                _ => {}
            }
        }
        working
    }

    /// The day on which `count` working days after `from` are over: a deadline. `from` itself if
    /// `count` is zero or negative.
    pub fn after(&self, from: Date, count: i64) -> Date {
        let mut day = from;
        let mut left = count.min(10_000);
        while left > 0 {
            day = day.saturating_add(Duration::DAY);
            if self.is_working(day) || day == Date::MAX {
                left -= 1;
            }
        }
        day
    }

    /// The last year with any listed day: later years know weekends only, which a screen that
    /// shows deadlines should say.
    pub fn known_until(&self) -> Option<i32> {
        self.special.keys().next_back().map(|day| day.year())
    }
}

fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::date;

    use super::{KindOfDay, WorkingDays, is_weekday, read, shipped_days};

    #[test]
    fn every_shipped_row_is_read_and_sensible() {
        let days = read(super::SHIPPED);
        assert_eq!(days.as_ref().map(Vec::len), Ok(shipped_days().len()));
        let days = shipped_days();
        assert!(days.windows(2).all(|pair| pair[0].day < pair[1].day), "sorted, none twice");
        for special in &days {
            assert!(special.kind == KindOfDay::Holiday || !is_weekday(special.day));
        }
        let count = |year: i32, kind: KindOfDay| {
            days.iter().filter(|special| special.day.year() == year && special.kind == kind).count()
        };
        assert_eq!((count(2025, KindOfDay::Holiday), count(2025, KindOfDay::Workday)), (28, 5));
        assert_eq!((count(2026, KindOfDay::Holiday), count(2026, KindOfDay::Workday)), (33, 6));
    }

    #[test]
    fn a_year_has_the_working_days_the_law_gives() {
        // 13 days of public holiday a year since 2025; weekends and exchanges cancel out.
        let calendar = WorkingDays::shipped();
        for (before, last) in [
            (date!(2024 - 12 - 31), date!(2025 - 12 - 31)),
            (date!(2025 - 12 - 31), date!(2026 - 12 - 31)),
        ] {
            let weekdays = WorkingDays::default().between(before, last);
            let worked = calendar.between(before, last);
            assert!((10..=13).contains(&(weekdays - worked)), "{weekdays} {worked}");
        }
    }

    #[test]
    fn waiting_is_counted_in_working_days() {
        let calendar = WorkingDays::shipped();
        for (from, to, days) in [
            (date!(2026 - 11 - 20), date!(2026 - 11 - 20), 0),
            (date!(2026 - 11 - 20), date!(2026 - 11 - 22), 0),
            (date!(2026 - 11 - 20), date!(2026 - 11 - 23), 1),
            (date!(2026 - 09 - 30), date!(2026 - 10 - 08), 1),
            (date!(2026 - 10 - 09), date!(2026 - 10 - 11), 1),
            (date!(2026 - 02 - 13), date!(2026 - 02 - 24), 2),
            (date!(2026 - 11 - 23), date!(2026 - 11 - 20), 0),
        ] {
            assert_eq!(calendar.between(from, to), days, "{from} to {to}");
        }
        assert_eq!(calendar.after(date!(2026 - 09 - 30), 1), date!(2026 - 10 - 08));
        assert_eq!(calendar.after(date!(2026 - 11 - 20), 0), date!(2026 - 11 - 20));
        assert_eq!(calendar.known_until(), Some(2026));
    }

    #[test]
    fn the_formula_equals_counting_day_by_day() {
        let calendar = WorkingDays::shipped();
        for start in 0..60 {
            let from = date!(2024 - 12 - 20).saturating_add(Duration::days(start * 11));
            let mut counted = 0;
            for length in 1..120 {
                let day = from.saturating_add(Duration::days(length));
                counted += i64::from(calendar.is_working(day));
                assert_eq!(calendar.between(from, day), counted);
                if calendar.is_working(day) {
                    assert_eq!(calendar.after(from, counted), day);
                }
            }
        }
    }

    #[test]
    fn an_unreadable_row_is_named() {
        let told = read("day,kind,name\n2027-01-01,holiday,元旦\n2027-13-01,holiday,元旦");
        assert_eq!(told, Err("第 3 行无法识别，应为“日期,holiday 或 workday,名称”".to_owned()));
    }
}
