//! One row, checked (domain.md §4): fields and warnings, or what is wrong, where and how to mend
//! it. Pure: what the database knows comes in with the `Checker`.

mod contact;
mod dates;
mod identity;
mod title;
mod words;

use time::Date;

use crate::columns::{Column, EXAMPLE, EXAMPLE_NUMBER, Layout};
use crate::units::Units;
pub use dates::unformatted;
pub use identity::plain_name;
use kit::sheet::{Cell, Row};
pub use words::{Words, distance};

/// What a failed formula leaves in its cell.
pub const FORMULA_ERRORS: [&str; 8] =
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#DATA!"];

/// Typed text on one line, narrowed blanks, without what nobody sees.
pub fn one_line(typed: &str) -> String {
    let text: String = typed
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !kit::initials::is_invisible(*c))
        .collect();
    text.trim().trim_start_matches('\'').trim().to_owned()
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The row goes in as it is; somebody should look.
    Warn,
    /// The row stays out.
    Error,
}

impl Level {
    /// As stored.
    pub fn key(self) -> &'static str {
        match self {
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// Something about one cell: what was typed, what is wrong, how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub column: Column,
    pub level: Level,
    pub value: String,
    pub message: String,
    pub remedy: String,
}

/// What an accepted row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub id_card: kit::IdCard,
    /// 内设部门 as typed: found or made when the row is written.
    pub department: String,
    /// The rest, in stored codes.
    pub fields: accounts::people::Fields,
}

/// A checked row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// The template's example: not imported, not counted.
    pub example: bool,
    /// None if anything is wrong.
    pub accepted: Option<Accepted>,
    /// The unit the row names; none if it cannot be meant.
    pub unit: Option<kit::OrganizationId>,
    /// The number, if it is one, even of a row with other faults: for duplicates.
    pub id_card: Option<kit::IdCard>,
    pub problems: Vec<Problem>,
}

/// What rows are checked with.
pub struct Checker {
    today: Date,
    layout: Layout,
    units: Units,
    /// Unknown departments are made, not refused.
    create_departments: bool,
    words: Words,
}

impl Checker {
    pub fn new(today: Date, layout: Layout, units: Units, create_departments: bool) -> Self {
        Self { today, layout, units, create_departments, words: Words::default() }
    }

    /// Checks one row.
    pub fn row(&mut self, row: &Row) -> Checked {
        let mut at = At { layout: &self.layout, row, problems: vec![] };
        if at.is_example() {
            return Checked { example: true, ..Checked::default() };
        }
        at.spreadsheet_errors();
        let name = at.name();
        let id_card = at.id_card(self.today);
        at.sex(id_card.as_ref(), &mut self.words);
        at.born(id_card.as_ref());
        let words = &mut self.words;
        let nation = at.word(words, Column::Nation, &kit::dictionary::NATIONS);
        let political = at.word(words, Column::Political, &kit::dictionary::POLITICAL_STATUSES);
        let education = at.word(words, Column::Education, &kit::dictionary::EDUCATIONS);
        let degree = at.word(words, Column::Degree, &kit::dictionary::DEGREES);
        at.degree_fits(education, degree);
        let unit = at.unit(&mut self.units);
        let department = at.department(&self.units, unit, self.create_departments);
        let (phone, email) = (at.phone(), at.email());
        let (school, major) = (at.line(Column::School, 100), at.line(Column::Major, 100));
        let born = id_card.as_ref().map(kit::IdCard::birth);
        let graduated_on = at.date(Column::GraduatedOn, self.today, born, 14);
        let started_work_on = at.date(Column::StartedWorkOn, self.today, born, 16);
        let title = at.title(words, self.today, born);
        let (position, note) = (at.line(Column::Position, 100), at.line(Column::Note, 200));
        let refused = at.problems.iter().any(|p| p.level == Level::Error);
        let fields = accounts::people::Fields {
            name,
            nation: nation.to_owned(),
            political: political.to_owned(),
            education: education.to_owned(),
            degree: degree.to_owned(),
            series: title.series.to_owned(),
            level: title.level.to_owned(),
            title: title.name,
            titled_on: title.on,
            title_certificate: title.certificate,
            school,
            major,
            graduated_on,
            started_work_on,
            native_place: String::new(),
            employment: String::new(),
            address: String::new(),
            position,
            phone,
            email,
            note,
        };
        let accepted = id_card.clone().filter(|_| !refused).map(|id_card| Accepted {
            id_card,
            department,
            fields,
        });
        Checked { example: false, accepted, unit, id_card, problems: at.problems }
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

    /// As typed.
    fn typed(&self, column: Column) -> &str {
        self.cell(column).map_or("", Cell::text)
    }

    /// On one line, narrowed blanks, without what nobody sees.
    fn text(&self, column: Column) -> String {
        one_line(self.typed(column))
    }

    fn tell(
        &mut self,
        level: Level,
        column: Column,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let value = self.typed(column).to_owned();
        self.problems.push(Problem {
            column,
            level,
            value,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn error(&mut self, column: Column, message: impl Into<String>, remedy: impl Into<String>) {
        self.tell(Level::Error, column, message, remedy);
    }

    fn warn(&mut self, column: Column, message: impl Into<String>, remedy: impl Into<String>) {
        self.tell(Level::Warn, column, message, remedy);
    }

    /// The template's own second row; a row typed over it has another number and is not skipped.
    fn is_example(&self) -> bool {
        let number = kit::id_card::normalised(self.typed(Column::IdNumber));
        self.text(Column::Name).starts_with(EXAMPLE)
            && (number.is_empty() || number == EXAMPLE_NUMBER)
    }

    /// `#N/A` and its like: the cell's formula failed.
    fn spreadsheet_errors(&mut self) {
        for definition in &crate::columns::COLUMNS {
            if FORMULA_ERRORS.contains(&self.typed(definition.column).trim()) {
                self.error(definition.column, "单元格里的公式出错", "改为直接填写内容，不用公式");
            }
        }
    }

    fn told(&self, column: Column) -> bool {
        self.problems.iter().any(|p| p.column == column && p.level == Level::Error)
    }

    /// Free text of a length.
    fn line(&mut self, column: Column, most: usize) -> String {
        let text = self.text(column);
        let count = text.chars().count();
        if count > most && !self.told(column) {
            self.error(
                column,
                format!("太长，最多 {most} 个字，现在有 {count} 个"),
                format!("缩短到 {most} 个字以内"),
            );
        }
        text
    }

    /// A word of a dictionary, as its code; empty if not filled.
    fn word(
        &mut self,
        words: &mut Words,
        column: Column,
        dictionary: &'static kit::dictionary::Dictionary,
    ) -> &'static str {
        let text = self.text(column);
        if self.told(column) {
            return "";
        }
        if text.is_empty() {
            if column.definition().required {
                self.error(column, "没有填写", "从下拉列表中选择一项");
            }
            return "";
        }
        match words.find(dictionary, &text) {
            Ok(entry) => entry.code,
            Err(remedy) => {
                self.error(column, "不在可选内容中", remedy);
                ""
            }
        }
    }

    /// 学位 and 学历 that seldom go together.
    fn degree_fits(&mut self, education: &str, degree: &str) {
        let order = |dictionary: &kit::dictionary::Dictionary, code: &str| {
            dictionary.entry(code).map(|entry| entry.order)
        };
        let (Some(education), Some(degree)) = (
            order(&kit::dictionary::EDUCATIONS, education),
            order(&kit::dictionary::DEGREES, degree),
        ) else {
            return;
        };
        // 博士 asks at least 硕士研究生, 硕士 at least 大学本科, 学士 at least 大学本科
        let lowest = match degree {
            1 => 2,
            2 | 3 => 3,
            _ => return,
        };
        if education > lowest {
            self.warn(Column::Degree, "学位与学历不大相符", "核对学历和学位；属实可以不改");
        }
    }
}

#[cfg(test)]
mod tests;
