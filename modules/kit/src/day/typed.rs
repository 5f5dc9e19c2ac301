//! Dates as people type them, to the day or the month.

use std::fmt;

use time::{Date, Month};

use super::date_text;

/// The earliest year a typed date may name; anything before is a slip.
const FIRST_YEAR: i32 = 1900;
/// The latest; screens narrow it further.
const LAST_YEAR: i32 = 2100;

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

/// Why typed text is no date, each a Chinese phrase for the 问题 column or a field (no full stop).
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
    use time::Month;
    use time::macros::date;

    use super::{DayError, Typed, parse};
    use crate::day::parse_date;

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
        for typed in ["1985-03", "1985.3", "1985/03", "198503", "1985年3月", "１９８５．３"]
        {
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
    fn a_month_knows_its_first_and_last_day() {
        let month = Typed::Month(1992, Month::February);
        assert_eq!((month.first(), month.last()), (date!(1992 - 02 - 01), date!(1992 - 02 - 29)));
        assert_eq!(month.to_string(), "1992-02");
        assert_eq!(Typed::Day(date!(1992 - 02 - 01)).to_string(), "1992-02-01");
    }
}
