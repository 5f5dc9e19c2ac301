//! One row of former hours, checked by itself: what it says, or what is wrong, where and how to
//! mend it. What the database knows comes after (`against`).

use credit_hours::category::Category;
use kit::dictionary::{LEARNING_KINDS, learning_kind};
use kit::sheet::{Cell, Row};
use kit::{Hours, IdCard, day};
use time::Date;

use super::columns::{COLUMNS, Column, Layout};
use crate::check::{FORMULA_ERRORS, Level, one_line, plain_name, unformatted};
use crate::columns::{EXAMPLE, EXAMPLE_NUMBER};
use crate::store::KeptProblem;

/// The first year that is taken.
const FIRST_YEAR: i32 = 2000;
/// Hours of one item at most, whatever the year: more is a slip of typing.
pub const MOST_OF_ONE: Hours = Hours::whole(90);
/// Hours of a day that class-like learning seldom exceeds.
const PER_DAY: i64 = 8;

/// Something about one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub column: Column,
    pub level: Level,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

impl From<&Problem> for KeptProblem {
    fn from(problem: &Problem) -> Self {
        let Problem { column, level, value, message, remedy } = problem.clone();
        Self { level: level.key(), column: column.title(), value, message, remedy }
    }
}

/// What an accepted row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub id_card: IdCard,
    pub name: String,
    pub year: i32,
    /// A row of `category`.
    pub category: i64,
    pub title: String,
    /// `YYYY-MM-DD`
    pub started_on: String,
    pub ended_on: String,
    pub hours: Hours,
    /// 认定机构
    pub organizer: String,
    pub certificate_number: String,
    /// 学习形式, dictionary code; empty if not known.
    pub kind: &'static str,
}

/// A checked row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// The template's example: not counted.
    pub example: bool,
    /// None if anything is wrong.
    pub accepted: Option<Accepted>,
    pub problems: Vec<Problem>,
}

/// What rows are checked with.
#[derive(Debug, Clone)]
pub struct Checker {
    pub today: Date,
    /// The last year that may come in.
    pub last_year: i32,
    pub layout: Layout,
    pub categories: Vec<Category>,
}

impl Checker {
    /// Checks one row.
    pub fn row(&self, row: &Row) -> Checked {
        let mut at = At { layout: &self.layout, row, problems: vec![] };
        if at.is_example() {
            return Checked { example: true, ..Checked::default() };
        }
        at.spreadsheet_errors();
        let id_card = at.id_card(self.today);
        let name = at.name();
        let year = at.year(self.last_year, self.today.year());
        let category = at.category(&self.categories);
        let title = at.line(Column::Title, 2, 100);
        let (started, ended) = at.dates(year, self.today);
        let kind = at.kind();
        let hours = at.hours(started.zip(ended), kind);
        let organizer = at.line(Column::Organizer, 2, 100);
        let certificate_number = at.line(Column::Certificate, 0, 50);
        let refused = at.problems.iter().any(|p| p.level == Level::Error);
        let accepted = match (id_card, year, category, started, ended, hours) {
            (
                Some(id_card),
                Some(year),
                Some(category),
                Some(started),
                Some(ended),
                Some(hours),
            ) if !refused => Some(Accepted {
                id_card,
                name,
                year,
                category,
                title,
                started_on: day::date_text(started),
                ended_on: day::date_text(ended),
                hours,
                organizer,
                certificate_number,
                kind,
            }),
            _ => None,
        };
        Checked { example: false, accepted, problems: at.problems }
    }
}

/// The row under the magnifying glass.
struct At<'a> {
    layout: &'a Layout,
    row: &'a Row,
    problems: Vec<Problem>,
}

impl At<'_> {
    fn cell(&self, column: Column) -> Option<&Cell> {
        self.row.cells.get(self.layout.place(column)?)
    }

    fn typed(&self, column: Column) -> &str {
        self.cell(column).map_or("", Cell::text)
    }

    fn text(&self, column: Column) -> String {
        one_line(self.typed(column))
    }

    fn is_number(&self, column: Column) -> bool {
        self.cell(column).is_some_and(Cell::is_number)
    }

    fn tell(
        &mut self,
        level: Level,
        column: Column,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let (message, remedy) = (message.into(), remedy.into());
        let value = self.typed(column).to_owned();
        self.problems.push(Problem { column, level, value, message, remedy });
    }

    fn error(&mut self, column: Column, message: impl Into<String>, remedy: impl Into<String>) {
        self.tell(Level::Error, column, message, remedy);
    }

    fn told(&self, column: Column) -> bool {
        self.problems.iter().any(|p| p.column == column && p.level == Level::Error)
    }

    fn is_example(&self) -> bool {
        let number = kit::id_card::normalised(self.typed(Column::IdNumber));
        self.text(Column::Name).starts_with(EXAMPLE)
            && (number.is_empty() || number == EXAMPLE_NUMBER)
    }

    fn spreadsheet_errors(&mut self) {
        for definition in &COLUMNS {
            if FORMULA_ERRORS.contains(&self.typed(definition.column).trim()) {
                self.error(definition.column, "单元格里的公式出错", "改为直接填写内容，不用公式");
            }
        }
    }

    fn id_card(&mut self, today: Date) -> Option<IdCard> {
        let column = Column::IdNumber;
        if self.told(column) {
            return None;
        }
        match kit::sheet::id_card(self.cell(column), today) {
            Ok(card) => Some(card),
            Err(damage) => {
                self.error(column, damage.message, damage.remedy);
                None
            }
        }
    }

    fn name(&mut self) -> String {
        let name = plain_name(&self.text(Column::Name));
        if !self.told(Column::Name) {
            if name.is_empty() {
                self.error(Column::Name, "没有填写", "填写系统中登记的姓名");
            } else if name.starts_with(EXAMPLE) {
                self.error(Column::Name, "还留着示例行的姓名", "改为本人的姓名");
            } else if name.chars().count() > 50 {
                self.error(Column::Name, "超过 50 个字", "填写系统中登记的姓名");
            }
        }
        name
    }

    fn year(&mut self, last: i32, now: i32) -> Option<i32> {
        let column = Column::Year;
        if self.told(column) {
            return None;
        }
        let text: String = self.text(column).chars().map(kit::initials::half_width).collect();
        if text.is_empty() {
            self.error(column, "没有填写", "填写 4 位年份，例如 2023");
            return None;
        }
        let figures = text.trim_end_matches('度').trim_end_matches('年').trim();
        let four = figures.len() == 4 && figures.bytes().all(|b| b.is_ascii_digit());
        let Some(year) = figures.parse::<i32>().ok().filter(|_| four) else {
            self.error(column, "不是年度", "写成 4 位年份，例如 2023");
            return None;
        };
        if year < FIRST_YEAR {
            self.error(
                column,
                format!("早于 {FIRST_YEAR} 年，不能导入"),
                "删去这一行；填错的改正年度",
            );
        } else if year > now {
            self.error(column, format!("{year} 年度还没有到"), "核对后改正年度");
        } else if year > last {
            self.error(
                column,
                format!("{year} 年度还没有结束，历史学时只到 {last} 年度"),
                "本年度的学时由本人或单位申报；从外县转入的，由人社局或单位在本人学时记录中录入",
            );
        } else {
            return Some(year);
        }
        None
    }

    /// By full or short name: as many subjects as the table has.
    fn category(&mut self, all: &[Category]) -> Option<i64> {
        let column = Column::Category;
        if self.told(column) {
            return None;
        }
        let text = self.text(column);
        let is = |one: &&Category| {
            one.name == text || one.short == text || one.short == text.trim_end_matches('课')
        };
        if let Some(found) = all.iter().find(is) {
            return Some(found.id);
        }
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        let message = if text.is_empty() { "没有填写" } else { "没有这个科目" };
        self.error(column, message, format!("改为{}之一", names.join("、")));
        None
    }

    /// Text on one line of a length; `least` 0: may be empty.
    fn line(&mut self, column: Column, least: usize, most: usize) -> String {
        let text = self.text(column);
        if self.told(column) {
            return text;
        }
        let count = text.chars().count();
        if count == 0 && least > 0 {
            self.error(column, "没有填写", column.definition().rule.trim_start_matches("必填。"));
        } else if count < least {
            self.error(column, format!("太短，至少 {least} 个字"), "写完整名称");
        } else if count > most {
            self.error(
                column,
                format!("太长，最多 {most} 个字，现在有 {count} 个"),
                format!("缩短到 {most} 个字以内"),
            );
        }
        text
    }

    fn date(&mut self, column: Column) -> Option<Date> {
        if self.told(column) {
            return None;
        }
        let text = self.text(column);
        if self.is_number(column)
            && let Some(date) = unformatted(&text)
        {
            return Some(date);
        }
        match day::parse(&text) {
            Ok(day::Typed::Day(date)) => Some(date),
            Ok(day::Typed::Month(..)) => {
                self.error(column, "只有年月，缺少日", "补上日，写成 2023-07-10 的样子");
                None
            }
            Err(day::DayError::Empty) => {
                self.error(column, "没有填写", "写成 2023-07-10 的样子");
                None
            }
            Err(error) => {
                self.error(column, error.to_string(), "核对后改正，写成 2023-07-10 的样子");
                None
            }
        }
    }

    /// From when to when; the year is that of the end.
    fn dates(&mut self, year: Option<i32>, today: Date) -> (Option<Date>, Option<Date>) {
        let (started, ended) = (self.date(Column::Started), self.date(Column::Ended));
        if let Some(ended) = ended {
            if ended > today {
                self.error(Column::Ended, "晚于今天", "核对后改为实际的日期");
            } else if let Some(year) = year
                && ended.year() != year
            {
                let message = format!("结束日期在 {} 年，与年度 {year} 不一致", ended.year());
                self.error(Column::Ended, message, "学时计入结束日期所在的年度，改正年度或日期");
            }
            if let Some(started) = started
                && started > ended
            {
                self.error(Column::Started, "晚于结束日期", "核对开始日期和结束日期");
            }
        }
        (started, ended)
    }

    /// 学习形式 by its label or code; empty if not given.
    fn kind(&mut self) -> &'static str {
        let text = self.text(Column::Kind);
        if text.is_empty() || self.told(Column::Kind) {
            return "";
        }
        let plain = credit_hours::comparable(&text);
        let is = |kind: &&kit::dictionary::LearningKind| {
            kind.code == text || credit_hours::comparable(kind.label) == plain
        };
        if let Some(kind) = LEARNING_KINDS.iter().find(is) {
            return kind.code;
        }
        self.error(Column::Kind, "不在可选内容中", "从下拉列表选择，或者留空");
        ""
    }

    fn hours(&mut self, dates: Option<(Date, Date)>, kind: &str) -> Option<Hours> {
        let column = Column::Hours;
        if self.told(column) {
            return None;
        }
        let hours = match Hours::parse(&self.text(column)) {
            Ok(hours) => hours,
            Err(error) => {
                let remedy = "填写学时数，以 0.5 为单位，例如 7.5 或 40";
                let message = error.to_string();
                self.error(column, message.trim_end_matches('。'), remedy);
                return None;
            }
        };
        if hours.is_zero() {
            self.error(column, "学时要大于 0", "填写原认定的学时；没有学时的删去这一行");
            return None;
        }
        if hours > MOST_OF_ONE {
            self.error(
                column,
                format!("{hours} 学时超过一项最多 {MOST_OF_ONE} 学时"),
                "核对是否多写了一位；几项合在一起的，每项写一行",
            );
            return None;
        }
        if let Some((from, to)) = dates
            && learning_kind(kind).is_some_and(|kind| kind.class_like)
        {
            let days = (to - from).whole_days() + 1;
            if days > 0 && hours > Hours::whole(days * PER_DAY) {
                let message = format!("{days} 天 {hours} 学时，平均每天超过 {PER_DAY} 学时");
                self.tell(Level::Warn, column, message, "核对日期和学时；属实可以不改");
            }
        }
        Some(hours)
    }
}

#[cfg(test)]
mod tests;
