//! Dates as clerks type them and spreadsheets change them.

use kit::day::{self, DayError, Typed};
use time::Date;

use super::At;
use crate::columns::Column;

impl At<'_> {
    /// The date typed in a column; none if empty or refused.
    pub(super) fn day(&mut self, column: Column) -> Option<Typed> {
        let text = self.text(column);
        if text.is_empty() || self.told(column) {
            return None;
        }
        let number = self.cell(column).is_some_and(super::Cell::is_number);
        if number && text.len() == 6 && text.ends_with(".1") {
            let year = &text[..4];
            self.error(
                column,
                format!("“{text}”是数字，分不清是 1 月还是 10 月"),
                format!("写成 {year}-01 或 {year}-10"),
            );
            return None;
        }
        if number && let Some(date) = unformatted(&text) {
            return Some(Typed::Day(date));
        }
        match day::parse(&text) {
            Ok(typed) => Some(typed),
            Err(error) => {
                let remedy = match error {
                    DayError::YearOnly => "补上月份，例如 2008-07",
                    DayError::Month(_) | DayError::Day { .. } | DayError::Year(_) => {
                        "核对后改正，写成 2008-07-01 的样子"
                    }
                    _ => "写成 2008-07 或 2008-07-01 的样子",
                };
                self.error(column, error.to_string(), remedy);
                None
            }
        }
    }

    /// A date not after today and not before an age; as stored, empty if not filled.
    pub(super) fn date(
        &mut self,
        column: Column,
        today: Date,
        born: Option<Date>,
        age: i32,
    ) -> String {
        let Some(typed) = self.day(column) else { return String::new() };
        if typed.first() > today {
            let remedy = match column {
                Column::TitledOn => "改为证书上的批准日期",
                _ => "核对后改为实际的日期",
            };
            self.error(column, "晚于今天", remedy);
        } else if let Some(born) = born
            && typed.last() < birthday(born, age)
        {
            self.error(column, format!("那时还不满 {age} 岁"), "核对日期和身份证号");
        }
        typed.to_string()
    }
}

/// A date whose cell lost its format: the spreadsheet's own number of it.
pub fn unformatted(text: &str) -> Option<Date> {
    let date = text.parse().ok().filter(|n| *n < 100_000.0).and_then(day::from_spreadsheet)?;
    (text.len() == 5 || text.get(5..6) == Some(".")).then_some(date)
}

/// The day somebody reaches an age; born on 29 February, the first of March.
fn birthday(born: Date, age: i32) -> Date {
    let year = born.year() + age;
    born.replace_year(year)
        .or_else(|_| Date::from_calendar_date(year, time::Month::March, 1))
        .unwrap_or(born)
}
