//! Days and times: the county's day and year, dates as people type them, stored stamps.

use time::{Date, Duration, Month, OffsetDateTime, Time};

use crate::clock::COUNTY;

mod typed;

pub use typed::{DayError, Typed, parse};

/// The county's calendar day (UTC+8) at a moment.
pub fn county_day(at: OffsetDateTime) -> Date {
    at.to_offset(COUNTY).date()
}

/// The county's calendar year (UTC+8) at a moment.
pub fn county_year(at: OffsetDateTime) -> i32 {
    county_day(at).year()
}

/// The moment, in UTC, at which a day begins in the county.
pub fn begins(day: Date) -> OffsetDateTime {
    OffsetDateTime::new_in_offset(day, Time::MIDNIGHT, COUNTY).to_offset(time::UtcOffset::UTC)
}

/// Stamps between which a county's day lies: from the first, before the second. For
/// `where at >= ? and at < ?`.
pub fn stamps_of_day(day: Date) -> (String, String) {
    (stamp(begins(day)), stamp(begins(day.saturating_add(Duration::DAY))))
}

/// A moment as stored: UTC to the millisecond, `2026-11-23T01:12:33.123Z`. Sorts as text.
pub fn stamp(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let (hour, minute, second, millisecond) = at.time().as_hms_milli();
    let day = date_text(at.date());
    format!("{day}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// Reads a stored stamp back; `None` unless it has exactly the form [`stamp`] writes.
pub fn stored_time(text: &str) -> Option<OffsetDateTime> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let number = |range: std::ops::Range<usize>| -> Option<u16> {
        let digits = time.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let marks = [(2, b':'), (5, b':'), (8, b'.')];
    if time.len() != 12 || marks.iter().any(|(at, mark)| time.as_bytes().get(*at) != Some(mark)) {
        return None;
    }
    let small = |range| u8::try_from(number(range)?).ok();
    let time =
        Time::from_hms_milli(small(0..2)?, small(3..5)?, small(6..8)?, number(9..12)?).ok()?;
    Some(OffsetDateTime::new_utc(stored_date(day)?, time))
}

/// A stored stamp as the county reads it: `2026-11-23 09:12`. Text that is no stamp is returned
/// as it is.
pub fn shown_time(stamp: &str) -> String {
    let Some(at) = stored_time(stamp) else { return stamp.to_owned() };
    let at = at.to_offset(COUNTY);
    format!("{} {:02}:{:02}", date_text(at.date()), at.hour(), at.minute())
}

/// A day as stored and shown in lists: `2026-11-23`.
pub fn date_text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month() as u8, day.day())
}

/// A day as printed: `2026年11月23日`.
pub fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month() as u8, day.day())
}

/// Reads a stored day back; `None` unless it is exactly `YYYY-MM-DD` and exists.
pub fn stored_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    let month = Month::try_from(text.get(5..7)?.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(text.get(..4)?.parse().ok()?, month, text.get(8..)?.parse().ok()?).ok()
}

/// A typed day however written, see [`parse`]; `None` if it is no date or lacks the day.
pub fn parse_date(typed: &str) -> Option<Date> {
    match parse(typed) {
        Ok(Typed::Day(day)) => Some(day),
        _ => None,
    }
}

/// The day behind a spreadsheet's date number (1 = 1900-01-01, with the famous 29 February 1900
/// that never was); fractions are the time of day. `None` outside 1900-03-01 to 2100.
pub fn from_spreadsheet(number: f64) -> Option<Date> {
    if !(61.0..73_416.0).contains(&number) {
        return None;
    }
    let zero = Date::from_calendar_date(1899, Month::December, 30).ok()?;
    zero.checked_add(Duration::days(number as i64))
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::{date, datetime};

    use super::{
        begins, chinese, county_day, county_year, date_text, from_spreadsheet, parse_date,
        shown_time, stamp, stamps_of_day, stored_date, stored_time,
    };

    #[test]
    fn the_county_is_eight_hours_ahead() {
        let eve = datetime!(2025-12-31 16:00 UTC);
        assert_eq!((county_day(eve), county_year(eve)), (date!(2026 - 01 - 01), 2026));
        assert_eq!(county_year(eve - Duration::SECOND), 2025);
        assert_eq!(begins(date!(2026 - 01 - 01)), eve);
        let (from, to) = stamps_of_day(date!(2026 - 01 - 01));
        assert_eq!(from, "2025-12-31T16:00:00.000Z");
        assert_eq!(to, "2026-01-01T16:00:00.000Z");
    }

    #[test]
    fn a_stamp_reads_back_and_sorts_as_text() {
        let mut at = datetime!(1999-12-31 23:59:59.999 UTC);
        let mut before = String::new();
        for _ in 0..500 {
            let text = stamp(at);
            assert_eq!(stored_time(&text), Some(at));
            assert!(before < text);
            before = text;
            at += Duration::milliseconds(86_399_123);
        }
        assert_eq!(stamp(datetime!(2026-11-23 9:12:33.5 +8)), "2026-11-23T01:12:33.500Z");
        assert_eq!(shown_time("2026-11-23T01:12:33.500Z"), "2026-11-23 09:12");
        for text in
            ["", "2026-11-23T01:12:33Z", "2026-11-23 01:12:33.500Z", "2026-11-23T25:12:33.500Z"]
        {
            assert_eq!(stored_time(text), None, "{text}");
        }
        assert_eq!(shown_time("—"), "—");
    }

    #[test]
    fn every_day_of_fifty_years_survives_each_spelling() {
        let mut day = date!(1975 - 01 - 01);
        while day < date!(2027 - 01 - 01) {
            for text in [date_text(day), chinese(day), date_text(day).replace('-', "")] {
                assert_eq!(parse_date(&text), Some(day), "{text}");
            }
            assert_eq!(stored_date(&date_text(day)), Some(day));
            day = day.saturating_add(Duration::days(13));
        }
        assert_eq!(chinese(date!(2026 - 01 - 05)), "2026年1月5日");
        assert_eq!(stored_date("2026-1-5"), None);
    }

    #[test]
    fn a_spreadsheet_number_is_a_day() {
        assert_eq!(from_spreadsheet(31_121.0), Some(date!(1985 - 03 - 15)));
        assert_eq!(from_spreadsheet(46_349.75), Some(date!(2026 - 11 - 23)));
        assert_eq!(from_spreadsheet(60.0), None);
        assert_eq!(from_spreadsheet(f64::NAN), None);
    }
}
