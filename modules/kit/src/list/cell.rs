//! One value of a list, as the page draws it and as the workbook holds it.

use serde::Serialize;
use sqlx::SqliteConnection;
use time::Date;

use super::{Cell, Column, List};
use crate::calendar::WorkingDays;
use crate::xlsx::Value;
use crate::{Clock, Hours, Result, Settings, mask, review};

/// Days left that are drawn as few.
const SOON: i64 = 7;

/// What drawing needs to know of the day and the county.
pub(super) struct Drawing {
    today: Date,
    now: String,
    days: WorkingDays,
    overdue: i64,
}

impl Drawing {
    /// Reads the county's holidays if any column counts working days.
    pub async fn new(
        list: &List,
        db: &mut SqliteConnection,
        clock: &Clock,
        settings: &Settings,
    ) -> Result<Self> {
        let waits = list.columns.iter().any(|column| matches!(column.cell, Cell::Waiting));
        let days = if waits { review::working_days(db).await? } else { WorkingDays::default() };
        let overdue = settings.integer(&review::OVERDUE_DAYS);
        Ok(Self { today: clock.today(), now: clock.stamp(), days, overdue })
    }

    /// Working days from a stored time until today.
    fn waited(&self, stamp: &str) -> Option<i64> {
        let since = crate::day::county_day(crate::day::stored_time(stamp)?);
        Some(self.days.between(since, self.today))
    }

    /// Days until a stored time; none once it has come.
    fn left(&self, stamp: &str) -> Option<i64> {
        let until = crate::day::stored_time(stamp).filter(|_| stamp > self.now.as_str())?;
        Some((crate::day::county_day(until) - self.today).whole_days())
    }

    /// Before a working day is over.
    fn just_now(&self, stamp: &str) -> &'static str {
        match crate::day::stored_time(stamp).map(crate::day::county_day) {
            Some(day) if day == self.today => "今天提交",
            _ => "不到 1 个工作日",
        }
    }
}

/// A cell as the templates draw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Drawn {
    pub kind: &'static str,
    pub text: String,
    pub tag: &'static str,
    pub href: String,
    pub class: &'static str,
}

/// Draws a value for the page; `href` is the row's detail.
pub(super) fn drawn(column: &Column, value: &str, href: &str, drawing: &Drawing) -> Drawn {
    let mut cell =
        Drawn { kind: "text", text: String::new(), tag: "", href: String::new(), class: "" };
    match column.cell {
        Cell::Text | Cell::Long | Cell::Day => cell.text = value.to_owned(),
        Cell::Link | Cell::LongLink => {
            cell.kind = "link";
            cell.text = value.to_owned();
            cell.href = href.to_owned();
        }
        Cell::Number => {
            cell.kind = "number";
            cell.text = value.to_owned();
        }
        Cell::Hours => {
            cell.kind = "number";
            cell.text = hours(value).map_or_else(|| value.to_owned(), |hours| hours.to_string());
        }
        Cell::Labels(dictionary) => cell.text = dictionary.labels_of(value),
        Cell::Minute => cell.text = crate::day::shown_time(value),
        Cell::Phone => cell.text = mask::mask_phone(value),
        Cell::Tag(tags) => tag(&mut cell, tags, value),
        Cell::Until(tags) => {
            let (state, until) = value.split_once(' ').unwrap_or((value, ""));
            let past = crate::day::stored_date(until).is_some_and(|day| day < drawing.today);
            if state == "active" && past {
                tag(&mut cell, &[("active", "已过期", "back")], state);
            } else {
                tag(&mut cell, tags, state);
            }
        }
        Cell::Left => match (value, drawing.left(value)) {
            ("", _) => cell.text = "长期".to_owned(),
            (_, None) => tag(&mut cell, &[("", "已过期", "back")], ""),
            (_, Some(0)) => tag(&mut cell, &[("", "今天到期", "wait")], ""),
            (_, Some(days)) => {
                cell.text = format!("{days} 天");
                cell.class = if days <= SOON { "orange" } else { "" };
            }
        },
        Cell::Waiting => {
            cell.kind = "number";
            if let Some(days) = drawing.waited(value) {
                cell.text = match days {
                    0 => drawing.just_now(value).to_owned(),
                    days => format!("{days} 个工作日"),
                };
                cell.class = if days > drawing.overdue { "red" } else { "" };
            }
        }
    }
    cell
}

/// Draws a state by its tags.
fn tag(cell: &mut Drawn, tags: &[(&'static str, &'static str, &'static str)], value: &str) {
    match tags.iter().find(|(stored, _, _)| *stored == value) {
        Some((_, label, "")) => cell.text = (*label).to_owned(),
        Some((_, label, class)) => {
            cell.kind = "tag";
            cell.text = (*label).to_owned();
            cell.tag = class;
        }
        None => cell.text = value.to_owned(),
    }
}

/// The class of a column's head and cells.
pub(super) fn class(cell: Cell) -> &'static str {
    match cell {
        Cell::Number | Cell::Hours => "num",
        Cell::Waiting => "num nowrap",
        // labels longer than eight characters may wrap, or the table grows without need
        Cell::Tag(labels) if labels.iter().any(|(_, label, _)| label.chars().count() > 8) => "long",
        Cell::Text
        | Cell::Link
        | Cell::Day
        | Cell::Minute
        | Cell::Phone
        | Cell::Tag(_)
        | Cell::Left
        | Cell::Until(_) => "nowrap",
        // short labels stand in one line, long or many wrap
        Cell::Labels(dictionary)
            if dictionary.entries.iter().all(|e| e.label.chars().count() < 5) =>
        {
            "nowrap"
        }
        Cell::Long | Cell::LongLink | Cell::Labels(_) => "long",
    }
}

/// The same value for a workbook: what is shown, computed with only where it is a number. Text
/// that is made here goes through `made`.
pub(super) fn written<'a>(
    column: &Column,
    value: &'a str,
    made: &'a mut String,
    drawing: &Drawing,
) -> Value<'a> {
    match column.cell {
        Cell::Text | Cell::Link | Cell::Day => Value::Text(value),
        Cell::Long | Cell::LongLink => Value::Long(value),
        // more digits than Excel keeps are a code, not a number
        Cell::Number if value.len() <= 15 => {
            value.parse().map_or(Value::Text(value), Value::Integer)
        }
        Cell::Number => Value::Text(value),
        Cell::Hours => hours(value).map_or(Value::Text(value), Value::Hours),
        Cell::Minute
        | Cell::Phone
        | Cell::Tag(_)
        | Cell::Until(_)
        | Cell::Left
        | Cell::Labels(_) => {
            *made = drawn(column, value, "", drawing).text;
            Value::Text(made)
        }
        Cell::Waiting => match drawing.waited(value) {
            Some(days) if days > drawing.overdue => Value::BadInteger(days),
            Some(days) => Value::Integer(days),
            None => Value::Blank,
        },
    }
}

/// The workbook column's head and width, in characters.
pub(super) fn head(column: &Column) -> crate::xlsx::Column {
    let width = match column.cell {
        Cell::Link => 12.0,
        Cell::Long | Cell::LongLink => 32.0,
        Cell::Number | Cell::Hours => 10.0,
        Cell::Day => 12.0,
        Cell::Minute => 18.0,
        Cell::Phone => 14.0,
        Cell::Tag(_) | Cell::Until(_) | Cell::Left => 12.0,
        Cell::Labels(_) => 24.0,
        Cell::Waiting => 16.0,
        Cell::Text => 20.0,
    };
    let title = match column.cell {
        Cell::Waiting => format!("{}（工作日）", column.title),
        _ => column.title.to_owned(),
    };
    let titled = title.chars().count() as f64 * 2.2 + 2.0;
    crate::xlsx::Column::new(title, f64::max(width, titled.min(40.0)))
}

fn hours(value: &str) -> Option<Hours> {
    value.parse().ok().map(Hours::from_tenths)
}
