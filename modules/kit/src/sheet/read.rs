//! Reads an .xlsx as a stream of rows, so that neither a lying dimension nor a long file costs
//! memory. Other formats join here (issue 6): they only have to call the same sink.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use serde::{Deserialize, Serialize};

use super::layout::{Layout, Wanted};

/// Columns that are looked at.
const COLUMNS: usize = 200;
/// Rows among which the header must stand.
const HEADER_WITHIN: usize = 30;
/// Characters kept of one cell; longer ones end in `…` and fail their column's length.
const CELL: usize = 500;
/// Bytes of text in all rows together.
const TEXT: usize = 128 * 1024 * 1024;
/// Sheets tried for a header.
const SHEETS: usize = 10;

const DAMAGED: &str =
    "文件的内部结构已损坏，读不下去。请用 Excel 或 WPS 打开，另存为新的 .xlsx 文件后再上传。";

/// A cell as typed; whether it was a number matters for what spreadsheets do to numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Text(String),
    Number { n: String },
}

impl Cell {
    /// As typed; of a number, its figures in full.
    pub fn text(&self) -> &str {
        match self {
            Cell::Text(text) | Cell::Number { n: text } => text,
        }
    }

    /// Whether the spreadsheet held a number (long ones lose their last figures).
    pub fn is_number(&self) -> bool {
        matches!(self, Cell::Number { .. })
    }
}

impl Default for Cell {
    fn default() -> Self {
        Cell::Text(String::new())
    }
}

/// A row: its number as the spreadsheet shows it, and its cells in the header's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub number: u32,
    pub cells: Vec<Cell>,
}

/// The sheet that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    pub sheet: String,
    /// The header's number, as the spreadsheet shows it.
    pub row: u32,
    /// Its cells as written.
    pub titles: Vec<String>,
    pub layout: Layout,
}

/// What is told of the rows while they are read.
pub trait Sink {
    /// Once, before the header: about how many rows are to come (blank ones and, of a workbook,
    /// those of the longest sheet). For a progress bar, not for a promise.
    fn expect(&mut self, _rows: u64) {}
    /// Once, before any row.
    fn header(&mut self, header: &Header) -> Result<(), String>;
    fn row(&mut self, row: Row) -> Result<(), String>;
}

/// Checks the file ([`super::check`]) and reads the sheet that has the wanted header. Work for
/// `spawn_blocking`.
///
/// # Errors
/// A Chinese sentence: what the file is instead, no such sheet, columns missing or twice, too many
/// rows, damage; or what the sink refused with.
pub fn read(bytes: Vec<u8>, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), String> {
    sink.expect(super::content::inspect(&bytes)?);
    let mut book: Xlsx<Cursor<Vec<u8>>> =
        Xlsx::new(Cursor::new(bytes)).map_err(|_| DAMAGED.to_owned())?;
    let mut sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|s| s.name.clone())
        .take(SHEETS)
        .collect();
    // the template's own sheet first, should somebody have moved it
    sheets.sort_by_key(|name| name != wanted.sheet);
    let mut refusal = None;
    for sheet in &sheets {
        match read_sheet(&mut book, sheet, wanted, sink)? {
            Outcome::Read => return Ok(()),
            Outcome::Refused(sentence) => refusal = refusal.or(Some(sentence)),
            Outcome::NoHeader => {}
        }
    }
    Err(refusal.unwrap_or_else(|| {
        format!(
            "没有找到表头。表头应在前 {HEADER_WITHIN} 行内，至少有“{}”两列。请使用模板，或者把表头改成模板里的列名。",
            wanted.marks.join("”和“")
        )
    }))
}

/// What became of one sheet.
enum Outcome {
    Read,
    NoHeader,
    /// It has a header of ours that cannot be used; another sheet may be better.
    Refused(String),
}

/// Reads a sheet if it has our header.
fn read_sheet(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    sheet: &str,
    wanted: &Wanted,
    sink: &mut dyn Sink,
) -> Result<Outcome, String> {
    let damaged = |_| DAMAGED.to_owned();
    let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut reading =
        Reading { sheet, wanted, header: None, refusal: None, skipped: 0, rows: 0, text: 0 };
    let mut current: Option<Row> = None;
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let number = row.saturating_add(1);
        if current.as_ref().is_none_or(|row| row.number != number) {
            if let Some(done) = current.take() {
                if done.number > number {
                    return Err(DAMAGED.to_owned());
                }
                if !reading.take(done, sink)? {
                    return Ok(reading.outcome());
                }
            }
            current = Some(Row { number, cells: vec![] });
        }
        let column = column as usize;
        if column >= COLUMNS {
            continue;
        }
        let Some(value) = typed(cell.get_value()) else { continue };
        if let Some(row) = &mut current {
            if row.cells.len() <= column {
                row.cells.resize_with(column + 1, Cell::default);
            }
            row.cells[column] = value;
        }
    }
    if let Some(done) = current.take() {
        reading.take(done, sink)?;
    }
    Ok(reading.outcome())
}

struct Reading<'a> {
    sheet: &'a str,
    wanted: &'a Wanted,
    /// The width of the header, once found.
    header: Option<usize>,
    refusal: Option<String>,
    skipped: usize,
    rows: usize,
    text: usize,
}

impl Reading<'_> {
    fn outcome(self) -> Outcome {
        match (self.header, self.refusal) {
            (Some(_), _) => Outcome::Read,
            (None, Some(sentence)) => Outcome::Refused(sentence),
            (None, None) => Outcome::NoHeader,
        }
    }

    /// Takes a finished row; false once the header cannot come any more.
    fn take(&mut self, mut row: Row, sink: &mut dyn Sink) -> Result<bool, String> {
        if row.cells.iter().all(|cell| is_blank(cell.text())) {
            return Ok(true);
        }
        let Some(width) = self.header else {
            self.skipped += 1;
            match header(self.sheet, self.wanted, &row) {
                Ok(Some(header)) => {
                    self.header = Some(header.titles.len());
                    sink.header(&header)?;
                }
                Ok(None) => {}
                Err(sentence) => {
                    self.refusal = Some(sentence);
                    return Ok(false);
                }
            }
            return Ok(self.header.is_some() || self.skipped < HEADER_WITHIN);
        };
        row.cells.truncate(width);
        row.cells.resize_with(width, Cell::default);
        if row.cells.iter().all(|cell| is_blank(cell.text())) {
            return Ok(true);
        }
        self.rows += 1;
        if self.rows > self.wanted.rows {
            let rows = self.wanted.rows;
            return Err(format!("文件超过 {rows} 行。请分成几个文件上传。"));
        }
        self.text += row.cells.iter().map(|cell| cell.text().len()).sum::<usize>();
        if self.text > TEXT {
            return Err(
                "文件里的文字太多，无法一次读完。请删去无关的列，或者分成几个文件上传。".to_owned()
            );
        }
        sink.row(row)?;
        Ok(true)
    }
}

/// The row as a header, if it names at least two of the columns, one of them a mark.
fn header(sheet: &str, wanted: &Wanted, row: &Row) -> Result<Option<Header>, String> {
    let titles: Vec<String> = row.cells.iter().map(|c| c.text().trim().to_owned()).collect();
    let layout = Layout::of(&titles, &wanted.titles, wanted.ignored);
    let is_mark = |title: &str| wanted.marks.contains(&title);
    let marked = wanted
        .titles
        .iter()
        .enumerate()
        .any(|(at, column)| is_mark(column.title) && layout.place(at).is_some());
    if layout.found() < 2 || !marked {
        return Ok(None);
    }
    let list = |names: &[&str]| format!("“{}”", names.join("”“"));
    let missing = layout.missing(&wanted.titles);
    if !missing.is_empty() {
        return Err(format!(
            "表头（第 {} 行）缺少{}。请补上这{}，列名与模板一致，再重新上传。",
            row.number,
            list(&missing),
            if missing.len() == 1 {
                "一列".to_owned()
            } else {
                format!(" {} 列", missing.len())
            }
        ));
    }
    if !layout.twice.is_empty() {
        return Err(format!(
            "表头（第 {} 行）里{}出现了不止一次，分不清以哪一列为准。请只保留一列，再重新上传。",
            row.number,
            list(&layout.twice)
        ));
    }
    Ok(Some(Header { sheet: sheet.to_owned(), row: row.number, titles, layout }))
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || crate::initials::is_invisible(c))
}

/// A cell as its text; none if empty.
fn typed(value: &DataRef<'_>) -> Option<Cell> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::String(text) => cut(text),
        DataRef::SharedString(text) => cut(text),
        DataRef::Int(number) => return Some(Cell::Number { n: number.to_string() }),
        DataRef::Float(number) => return Some(Cell::Number { n: figures(*number) }),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(at) if at.is_datetime() && at.as_f64() >= 1.0 => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(at) => return Some(Cell::Number { n: figures(at.as_f64()) }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cut(text),
        DataRef::Error(error) => error.to_string(),
    };
    Some(Cell::Text(text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A number as a spreadsheet shows it in full: at most 15 figures, the rest zeros.
fn figures(number: f64) -> String {
    if number.abs() < 1e15 {
        return number.to_string();
    }
    if number.abs() >= 1e21 || !number.is_finite() {
        return format!("{number:E}");
    }
    let scientific = format!("{:.14e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: usize = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let zeros = "0".repeat((exponent + 1).saturating_sub(digits.len()));
    format!("{}{digits}{zeros}", if number < 0.0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Format, Workbook};

    use super::super::layout::{Title, Wanted};
    use super::{Cell, Header, Row, Sink, figures};

    #[derive(Default)]
    struct Kept {
        header: Option<Header>,
        rows: Vec<Row>,
    }

    impl Sink for Kept {
        fn header(&mut self, header: &Header) -> Result<(), String> {
            self.header = Some(header.clone());
            Ok(())
        }
        fn row(&mut self, row: Row) -> Result<(), String> {
            self.rows.push(row);
            Ok(())
        }
    }

    const HEADER: [&str; 6] = ["民族", "姓名", "身份证号", "学历", "职称系列", "参加工作时间"];

    fn wanted() -> Wanted {
        let mut titles: Vec<Title> =
            HEADER[..5].iter().map(|title| Title::required(title, &[])).collect();
        titles.push(Title::optional(HEADER[5], &[]));
        Wanted {
            sheet: "表", titles, marks: &["姓名", "身份证号"], ignored: &[], rows: 100_000
        }
    }

    fn read(workbook: &mut Workbook) -> Result<Kept, String> {
        let mut kept = Kept::default();
        super::read(workbook.save_to_buffer().unwrap(), &wanted(), &mut kept)?;
        Ok(kept)
    }

    #[test]
    fn rows_keep_the_numbers_the_clerk_sees() {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().set_name("说明").unwrap().write(0, 0, "请先看说明").unwrap();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "2026 年新增人员名单").unwrap();
        for (column, title) in (0..).zip(HEADER) {
            sheet.write(2, column, title).unwrap();
        }
        sheet.write(3, 1, "张三").unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number_with_format(3, 5, 31_121.0, &day).unwrap();
        sheet.write_blank(4, 1, &day).unwrap();
        sheet.write(5, 1, "  ").unwrap();
        sheet.write(7, 1, "李四").unwrap();
        sheet.write(7, 2, 419_999_198_503_150_011_f64).unwrap();
        sheet.write(7, 9, "表外").unwrap();
        let kept = read(&mut workbook).unwrap();
        let header = kept.header.unwrap();
        assert_eq!((header.sheet.as_str(), header.row), ("Sheet2", 3));
        let numbers: Vec<u32> = kept.rows.iter().map(|r| r.number).collect();
        assert_eq!(numbers, [4, 8]);
        assert_eq!(kept.rows[0].cells[5], Cell::Text("1985-03-15".into()));
        assert_eq!(kept.rows[1].cells[2], Cell::Number { n: "419999198503150000".into() });
        assert_eq!(kept.rows[1].cells.len(), 6);
    }

    #[test]
    fn a_header_that_lacks_or_repeats_a_column_is_refused() {
        let with = |titles: &[&str]| {
            let mut workbook = Workbook::new();
            let sheet = workbook.add_worksheet();
            for (column, title) in (0..).zip(titles) {
                sheet.write(0, column, *title).unwrap();
            }
            read(&mut workbook).err().unwrap_or_default()
        };
        assert!(with(&["姓名", "身份证号", "民族"]).contains("缺少“学历”“职称系列”"));
        assert!(
            with(&["姓名", "身份证号", "民族", "学历", "职称系列", "姓名"])
                .contains("“姓名”出现了不止一次")
        );
        assert!(with(&["甲", "乙"]).contains("没有找到表头"));
        assert!(with(&HEADER).is_empty());
    }

    #[test]
    fn too_many_rows_are_refused() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory();
        for (column, title) in (0..).zip(HEADER) {
            sheet.write(0, column, title).unwrap();
        }
        for row in 1..=100_001 {
            sheet.write(row, 1, "某").unwrap();
        }
        assert!(read(&mut workbook).err().unwrap().contains("100000 行"));
    }

    #[test]
    fn numbers_are_shown_in_full() {
        for (number, text) in [
            (13_812_345_678.0, "13812345678"),
            (1985.3, "1985.3"),
            (419_999_198_503_150_011.0, "419999198503150000"),
            (4.19999e17, "419999000000000000"),
            (0.0, "0"),
        ] {
            assert_eq!(figures(number), text);
        }
    }
}
