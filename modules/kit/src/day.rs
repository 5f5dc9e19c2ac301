//! Days and times: the county's day and year, dates as people type them, stored stamps.

use std::fmt;

use time::{Date, Duration, Month, OffsetDateTime, Time};

use crate::clock::COUNTY;

/// The earliest year a typed date may name; anything before is a slip.
const FIRST_YEAR: i32 = 1900;
/// The latest; screens narrow it further.
const LAST_YEAR: i32 = 2100;

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
    let time = Time::from_hms_milli(small(0..2)?, small(3..5)?, small(6..8)?, number(9..12)?).ok()?;
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

/// A date as precise as it was typed: 毕业时间 and the like are often known to the month only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Day(Date),
    Month(i32, Month),
}

impl Typed {
    /// The earliest day it can mean.
    pub fn first(self) -> Date {
        match self {
            Typed::Day(day) => day,
            Typed::Month(year, month) => {
                Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN)
            }
        }
    }

    /// The latest day it can mean.
    pub fn last(self) -> Date {
        match self {
            Typed::Day(day) => day,
            Typed::Month(year, month) => {
                Date::from_calendar_date(year, month, month.length(year)).unwrap_or(Date::MAX)
            }
        }
    }
}

/// As stored: `2026-11-23` or `2026-11`.
impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Typed::Day(day) => f.write_str(&date_text(*day)),
            Typed::Month(year, month) => write!(f, "{year:04}-{:02}", *month as u8),
        }
    }
}

/// Why typed text is no date, each a Chinese sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    #[error("没有填写日期")]
    Empty,
    #[error("无法识别为日期，请按 1985-03-15 或 1985-03 的样子填写")]
    Unreadable,
    #[error("年份应写 4 位并放在最前面，例如 1985-03-15")]
    YearFirst,
    #[error("只有年份，请补上月份，例如 1985-03")]
    YearOnly,
    #[error("年份 {0} 不合理，应在 1900 至 2100 之间")]
    Year(i32),
    #[error("{0} 月不存在，月份应为 1 至 12")]
    Month(u32),
    #[error("{year} 年 {month} 月没有 {day} 日")]
    Day { year: i32, month: u8, day: u32 },
}

/// Reads a date as people type and spreadsheets show it: 1985-03-15, 1985/3/15, 1985.3,
/// 19850315, 198503, 1985年3月15日, 1985年3月, all in full-width too, with or without a time
/// behind it. Text `1985.1` is January: a cell that was formatted as a number and meant October
/// cannot be told apart here.
///
/// # Errors
/// [`DayError`], from unreadable to a day its month does not have.
pub fn parse(typed: &str) -> Result<Typed, DayError> {
    let narrowed: String = typed
        .chars()
        .map(crate::initials::half_width)
        .filter(|c| *c == ' ' || !crate::initials::is_invisible(*c))
        .collect();
    let trimmed = narrowed.trim().trim_start_matches(['\'', '‘', '’']);
    if trimmed.is_empty() {
        return Err(DayError::Empty);
    }
    let mut plain = without_time(trimmed).replace(char::is_whitespace, "");
    for mark in ['年', '月', '/', '.', '－', '–', '—', '−', '、'] {
        plain = plain.replace(mark, "-");
    }
    let plain = plain.trim_end_matches(['日', '号', '-']);
    let groups: Vec<&str> = plain.split('-').collect();
    let numeric = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    if !groups.iter().all(numeric) {
        return Err(DayError::Unreadable);
    }
    let (year, month, day) = match groups.as_slice() {
        [whole] if whole.len() == 8 => {
            (whole.get(..4), whole.get(4..6).map(str::to_owned), whole.get(6..))
        }
        [whole] if whole.len() == 6 => (whole.get(..4), whole.get(4..).map(str::to_owned), None),
        [year] if year.len() == 4 => return Err(DayError::YearOnly),
        [year, month] => (Some(*year), Some((*month).to_owned()), None),
        [year, month, day] => (Some(*year), Some((*month).to_owned()), Some(*day)),
        _ => return Err(DayError::Unreadable),
    };
    let year = year.unwrap_or_default();
    if year.len() != 4 {
        return Err(DayError::YearFirst);
    }
    let year: i32 = year.parse().map_err(|_| DayError::Unreadable)?;
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return Err(DayError::Year(year));
    }
    let month: u32 = month.unwrap_or_default().parse().map_err(|_| DayError::Unreadable)?;
    let named = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
    let named = named.ok_or(DayError::Month(month))?;
    let Some(day) = day else { return Ok(Typed::Month(year, named)) };
    let day: u32 = day.parse().map_err(|_| DayError::Unreadable)?;
    let wrong = DayError::Day { year, month: named as u8, day };
    let Ok(small) = u8::try_from(day) else { return Err(wrong) };
    Date::from_calendar_date(year, named, small).map(Typed::Day).map_err(|_| wrong)
}

/// Cuts a time of day off: spreadsheets show 1985-03-15 00:00:00.
fn without_time(text: &str) -> &str {
    match text.split_once([' ', 'T']) {
        Some((date, time)) if time.contains(':') && date.len() >= 8 => date,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};
    use time::{Duration, Month};

    use super::{
        DayError, Typed, begins, chinese, county_day, county_year, date_text, from_spreadsheet,
        parse, parse_date, shown_time, stamp, stamps_of_day, stored_date, stored_time,
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
        for text in ["", "2026-11-23T01:12:33Z", "2026-11-23 01:12:33.500Z", "2026-11-23T25:12:33.500Z"] {
            assert_eq!(stored_time(text), None, "{text}");
        }
        assert_eq!(shown_time("—"), "—");
    }

    #[test]
    fn a_day_is_read_however_it_is_typed() {
        for typed in [
            "1985-03-15",
            "1985-3-15",
            "1985/3/15",
            "1985.3.15",
            "1985.03.15",
            "19850315",
            "1985年3月15日",
            "1985 年 3 月 15 日",
            "１９８５－０３－１５",
            "１９８５／３／１５",
            "1985年03月15号",
            " '1985-03-15 ",
            "1985-03-15 00:00:00",
            "1985-03-15T00:00:00.000Z",
            "1985年3月15日 08:30",
        ] {
            assert_eq!(parse(typed), Ok(Typed::Day(date!(1985 - 03 - 15))), "{typed}");
            assert_eq!(parse_date(typed), Some(date!(1985 - 03 - 15)));
        }
        for typed in ["1985-03", "1985.3", "1985/03", "198503", "1985年3月", "１９８５．３"] {
            assert_eq!(parse(typed), Ok(Typed::Month(1985, Month::March)), "{typed}");
            assert_eq!(parse_date(typed), None);
        }
    }

    #[test]
    fn what_is_no_date_says_why() {
        for (typed, error) in [
            ("  ", DayError::Empty),
            ("去年三月", DayError::Unreadable),
            ("1985-03-15-01", DayError::Unreadable),
            ("31121", DayError::Unreadable),
            ("85.3.15", DayError::YearFirst),
            ("3/15/1985", DayError::YearFirst),
            ("1985", DayError::YearOnly),
            ("1985年", DayError::YearOnly),
            ("1885-03-15", DayError::Year(1885)),
            ("1985-13-01", DayError::Month(13)),
            ("19851301", DayError::Month(13)),
            ("1990-02-29", DayError::Day { year: 1990, month: 2, day: 29 }),
            ("1990-2-300", DayError::Day { year: 1990, month: 2, day: 300 }),
        ] {
            assert_eq!(parse(typed), Err(error), "{typed}");
        }
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
    fn a_month_knows_its_first_and_last_day() {
        let month = Typed::Month(1992, Month::February);
        assert_eq!((month.first(), month.last()), (date!(1992 - 02 - 01), date!(1992 - 02 - 29)));
        assert_eq!(month.to_string(), "1992-02");
        assert_eq!(Typed::Day(date!(1992 - 02 - 01)).to_string(), "1992-02-01");
    }

    #[test]
    fn a_spreadsheet_number_is_a_day() {
        assert_eq!(from_spreadsheet(31_121.0), Some(date!(1985 - 03 - 15)));
        assert_eq!(from_spreadsheet(46_349.75), Some(date!(2026 - 11 - 23)));
        assert_eq!(from_spreadsheet(60.0), None);
        assert_eq!(from_spreadsheet(f64::NAN), None);
    }
}
