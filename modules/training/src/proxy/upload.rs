//! The roster as a workbook (domain.md §3.11): template, and what is wrong in which cell.

use std::collections::HashMap;

use kit::sheet::{self, Row, Table, Title, Wanted};
use kit::xlsx::{Book, Choices, Column};
use kit::{Hours, IdCard, Result};
use serde::Serialize;
use sqlx::SqliteConnection;
use time::Date;

use super::roster::{Detail, Given, MOST_ROWS};

/// Problems shown at once; the number of the others is told.
const SHOWN: usize = 100;
/// Characters of the free columns.
const MOST_SHORT: usize = 50;
const MOST_UNIT: usize = 100;

const SHEET: &str = "结业名册";
const IDENTITY: usize = 1;
const NAME: usize = 2;
const UNIT: usize = 3;
const ATTENDANCE: usize = 4;
const SCORE: usize = 5;
const RESULT: usize = 6;
const HOURS: usize = 7;
const CERTIFICATE: usize = 8;

const TITLES: [(Title, f64); 9] = [
    (Title::optional("序号", &["编号"]), 6.0),
    (
        Title::required(
            "身份证号",
            &["身份证号码", "身份证", "公民身份号码", "证件号", "证件号码"],
        ),
        22.0,
    ),
    (Title::required("姓名", &["学员姓名", "人员姓名"]), 12.0),
    (Title::optional("单位", &["工作单位", "单位名称"]), 32.0),
    (Title::optional("出勤率", &["出勤"]), 10.0),
    (Title::optional("考核成绩", &["成绩"]), 12.0),
    (Title::required("结果", &["考核结果", "结业结果"]), 14.0),
    (Title::required("学时", &["认定学时"]), 8.0),
    (Title::optional("证书编号", &["结业证书编号", "证书号"]), 20.0),
];

const PASSED: [&str; 3] = ["达到要求", "合格", "通过"];
const FAILED: [&str; 4] = ["未达到要求", "不合格", "未通过", "未达要求"];

/// A cell that cannot be taken, for the uploader's eyes only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// As the spreadsheet shows it.
    pub row: u32,
    pub column: &'static str,
    /// As typed.
    pub cell: String,
    pub message: String,
    pub remedy: String,
}

/// What is wrong in a workbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Problems {
    pub shown: Vec<Problem>,
    pub count: usize,
}

/// A row as read, its number still in full.
#[derive(Debug)]
pub struct Read {
    card: IdCard,
    given: Given,
}

/// The rows of a workbook that is right in every cell.
#[derive(Debug)]
pub struct Taken {
    pub rows: Vec<Read>,
    /// Of these, hidden in the spreadsheet.
    pub hidden: u32,
}

/// The rows of a workbook, or what is wrong in it. Hours of a row are `most` at most.
///
/// # Errors
/// `Invalid` with a sentence for the field: what the file is instead, columns missing.
pub async fn read(
    bytes: Vec<u8>,
    most: Hours,
    today: Date,
) -> Result<std::result::Result<Taken, Problems>> {
    let wanted = Wanted {
        sheet: SHEET,
        titles: TITLES.map(|(title, _)| title).to_vec(),
        marks: &["身份证号", "姓名"],
        ignored: &[],
        rows: MOST_ROWS,
    };
    let table = sheet::table(bytes, wanted).await?;
    let mut reading = Reading { table: &table, problems: Problems::default(), most, today };
    let mut first: HashMap<String, u32> = HashMap::new();
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let Some(read) = reading.row(row) else { continue };
        if let Some(earlier) = first.insert(read.card.number().to_owned(), row.number) {
            let message = format!("与第 {earlier} 行是同一个身份证号");
            reading.wrong(row, IDENTITY, message, "每人只保留一行");
        }
        rows.push(read);
    }
    let Reading { problems, .. } = reading;
    let hidden = table.hidden;
    Ok(if problems.count > 0 { Err(problems) } else { Ok(Taken { rows, hidden }) })
}

/// The rows with their identities, made for numbers that nobody here has; or what is wrong: a
/// number that was corrected since is nobody's any more.
pub async fn identified(
    tx: &mut SqliteConnection,
    rows: Vec<Read>,
) -> Result<std::result::Result<Vec<Given>, Problems>> {
    let numbers: Vec<&str> = rows.iter().map(|row| row.card.number()).collect();
    let former = accounts::identity::given_up(&mut *tx, &numbers).await?;
    let mut problems = Problems::default();
    for row in rows.iter().filter(|row| former.contains(row.card.number())) {
        problems.count += 1;
        problems.shown.push(Problem {
            row: u32::try_from(row.given.number).unwrap_or_default(),
            column: TITLES[IDENTITY].0.title,
            cell: row.card.number().to_owned(),
            message: "这个号码已更正，不再使用".to_owned(),
            remedy: "填写本人现在的身份证号".to_owned(),
        });
    }
    if problems.count > 0 {
        problems.shown.truncate(SHOWN);
        return Ok(Err(problems));
    }
    let mut given = Vec::with_capacity(rows.len());
    for Read { card, given: mut one } in rows {
        one.identity = accounts::people::identity(&mut *tx, &card).await?;
        given.push(one);
    }
    Ok(Ok(given))
}

struct Reading<'a> {
    table: &'a Table,
    problems: Problems,
    most: Hours,
    today: Date,
}

impl Reading<'_> {
    fn wrong(
        &mut self,
        row: &Row,
        column: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.problems.count += 1;
        if self.problems.shown.len() < SHOWN {
            self.problems.shown.push(Problem {
                row: row.number,
                column: TITLES[column].0.title,
                cell: self.table.text(row, column).chars().take(60).collect(),
                message: message.into(),
                remedy: remedy.into(),
            });
        }
    }

    fn row(&mut self, row: &Row) -> Option<Read> {
        let before = self.problems.count;
        let card = self.id_card(row);
        let name = self.name(row);
        let passed = self.result(row);
        let hours = self.hours(row, passed);
        let short = |this: &mut Self, column, most| this.short(row, column, most);
        let unit = short(self, UNIT, MOST_UNIT);
        let score = short(self, SCORE, MOST_SHORT);
        let certificate = short(self, CERTIFICATE, MOST_SHORT);
        let attendance = per_cent(&short(self, ATTENDANCE, MOST_SHORT));
        let card = card.filter(|_| self.problems.count == before)?;
        Some(Read {
            card,
            given: Given {
                number: i64::from(row.number),
                identity: kit::IdentityId(0), // known once the whole file is good
                name,
                unit,
                certificate,
                hours,
                detail: Detail { attendance, score, passed, ..Detail::default() },
            },
        })
    }

    fn id_card(&mut self, row: &Row) -> Option<IdCard> {
        let cell = self.table.header.layout.cell(row, IDENTITY);
        match sheet::id_card(cell, self.today) {
            Ok(card) => Some(card),
            Err(damage) => {
                self.wrong(row, IDENTITY, damage.message, damage.remedy);
                None
            }
        }
    }

    fn name(&mut self, row: &Row) -> String {
        let name: String =
            self.table.text(row, NAME).chars().filter(|c| !c.is_whitespace()).collect();
        match name.chars().count() {
            0 => self.wrong(row, NAME, "没有填写", "填写身份证上的姓名"),
            1 => self.wrong(row, NAME, "只有 1 个字", "填写身份证上的完整姓名"),
            51.. => self.wrong(row, NAME, "超过 50 个字", "填写身份证上的姓名"),
            _ => {}
        }
        name
    }

    fn result(&mut self, row: &Row) -> bool {
        let typed = self.table.text(row, RESULT).to_owned();
        match typed.as_str() {
            typed if PASSED.contains(&typed) => true,
            typed if FAILED.contains(&typed) => false,
            "" => {
                self.wrong(row, RESULT, "没有填写", "填“达到要求”或“未达到要求”");
                false
            }
            _ => {
                self.wrong(row, RESULT, "不是可填的结果", "填“达到要求”或“未达到要求”");
                false
            }
        }
    }

    /// Hours up to the recognised ones; only who passed gets any.
    fn hours(&mut self, row: &Row, passed: bool) -> Hours {
        let typed = self.table.text(row, HOURS).to_owned();
        if !passed && typed.is_empty() {
            return Hours::ZERO;
        }
        let most = self.most;
        match Hours::parse(&typed) {
            Ok(hours) if !passed && !hours.is_zero() => {
                let message = "未达到要求的不能有学时";
                self.wrong(row, HOURS, message, "把学时改为 0；达到要求的，请改“结果”一列");
            }
            Ok(hours) if passed && hours.is_zero() => {
                self.wrong(row, HOURS, "达到要求的学时要大于 0", "填写实际学时");
            }
            Ok(hours) if hours > most => {
                let message = format!("{hours} 学时超过认定学时");
                self.wrong(row, HOURS, message, format!("填 {most} 以内的学时"));
            }
            Ok(hours) => return hours,
            Err(error) => {
                let text = error.to_string();
                self.wrong(
                    row,
                    HOURS,
                    text.trim_end_matches('。'),
                    "填学时数，以 0.5 为单位，例如 24",
                );
            }
        }
        Hours::ZERO
    }

    fn short(&mut self, row: &Row, column: usize, most: usize) -> String {
        let text = self.table.text(row, column).to_owned();
        if text.chars().count() > most {
            self.wrong(row, column, format!("超过 {most} 个字"), format!("缩短到 {most} 个字以内"));
        }
        text
    }
}

/// A spreadsheet's 0.938 of a column of per cent is 93.8%.
fn per_cent(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => {
            let tenths = (share * 1000.0).round() as i64;
            match tenths % 10 {
                0 => format!("{}%", tenths / 10),
                tenth => format!("{}.{tenth}%", tenths / 10),
            }
        }
        _ => text.to_owned(),
    }
}

/// The workbook to fill in.
pub fn template(most: Hours) -> Result<Vec<u8>> {
    let mut book = Book::new();
    let columns = TITLES.map(|(title, width)| match title.required {
        true => Column::new(title.title, width).required(),
        false => Column::new(title.title, width),
    });
    let mut sheet = book.sheet(SHEET)?;
    sheet.typed_columns(columns.len())?;
    sheet.title("代申报名册", columns.len())?;
    sheet.note(
        &format!(
            "红色列必填，一人一行。身份证号须为文本格式；结果填“达到要求”或“未达到要求”；\
             学时不超过认定学时 {most}，以 0.5 为单位，未达到要求的填 0。没有在网上报名的学员、\
             外县学员也填在这里。"
        ),
        columns.len(),
    )?;
    sheet.head(&columns)?;
    let (first, last) = (sheet.rows(), sheet.rows() + MOST_ROWS as u32 - 1);
    sheet.choices(RESULT, first, last, &Choices::Listed(&["达到要求", "未达到要求"]))?;
    book.bytes()
}

#[cfg(test)]
mod tests {
    use super::{per_cent, template};
    use kit::Hours;

    #[test]
    fn a_share_is_told_in_per_cent_and_words_stay() {
        assert_eq!(per_cent("0.938"), "93.8%");
        assert_eq!(per_cent("1"), "100%");
        assert_eq!(per_cent("93.8%"), "93.8%");
        assert_eq!(per_cent("全勤"), "全勤");
        assert_eq!(per_cent(""), "");
    }

    #[test]
    fn the_template_is_a_workbook_that_the_reader_takes() {
        let bytes = template(Hours::whole(24)).unwrap();
        assert_eq!(kit::sheet::check(&bytes), Ok(()));
    }
}
