//! Rows as they come out of any file: the header is found, blank rows are left out, what is beyond
//! the limits is refused, the rest goes to the [`Sink`].

use serde::{Deserialize, Serialize};

use super::layout::{Layout, Wanted};

/// Columns that are looked at.
pub(super) const COLUMNS: usize = 200;
/// Rows among which the header must stand.
pub(super) const HEADER_WITHIN: usize = 30;
/// Characters kept of one cell; longer ones end in `…` and fail their column's length.
const CELL: usize = 500;
/// Bytes of text in all rows together.
const TEXT: usize = 128 * 1024 * 1024;

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

    /// Text, cut to what is kept of a cell.
    pub(super) fn cut(text: &str) -> Self {
        Cell::Text(match text.char_indices().nth(CELL) {
            None => text.to_owned(),
            Some((end, _)) => format!("{}…", &text[..end]),
        })
    }

    pub(super) fn number(number: f64) -> Self {
        Cell::Number { n: figures(number) }
    }

    /// A date's number in a cell that shows a date; a time of day stays a number.
    pub(super) fn date(number: f64) -> Self {
        crate::day::from_spreadsheet(number)
            .map_or_else(|| Self::number(number), |day| Cell::Text(crate::day::date_text(day)))
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

impl Row {
    pub(super) fn new(number: u32) -> Self {
        Self { number, cells: vec![] }
    }

    /// Puts a cell at its column; beyond [`COLUMNS`] it is dropped.
    pub(super) fn put(&mut self, column: usize, cell: Cell) {
        if column >= COLUMNS {
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize_with(column + 1, Cell::default);
        }
        self.cells[column] = cell;
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| is_blank(cell.text()))
    }
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
    /// Once, after the last row: so many of the rows are hidden in the spreadsheet (filtered or
    /// folded away). They are read like the others, since nobody can tell whether they were meant
    /// to be left out; whoever looks at the file should be told.
    fn hidden(&mut self, _rows: u32) {}
}

/// What became of one sheet.
pub(super) enum Outcome {
    Read,
    NoHeader,
    /// It has a header of ours that cannot be used; another sheet may be better.
    Refused(String),
}

/// The rows of one sheet on their way to the sink.
pub(super) struct Rows<'a> {
    sheet: &'a str,
    wanted: &'a Wanted,
    sink: &'a mut dyn Sink,
    /// The width of the header, once found.
    header: Option<usize>,
    refusal: Option<String>,
    skipped: usize,
    rows: usize,
    hidden: u32,
    text: usize,
}

impl<'a> Rows<'a> {
    pub fn of(sheet: &'a str, wanted: &'a Wanted, sink: &'a mut dyn Sink) -> Self {
        Self {
            sheet,
            wanted,
            sink,
            header: None,
            refusal: None,
            skipped: 0,
            rows: 0,
            hidden: 0,
            text: 0,
        }
    }

    /// How it ended, after the last row.
    pub fn end(self) -> Outcome {
        match (self.header, self.refusal) {
            (Some(_), _) => {
                if self.hidden > 0 {
                    self.sink.hidden(self.hidden);
                }
                Outcome::Read
            }
            (None, Some(sentence)) => Outcome::Refused(sentence),
            (None, None) => Outcome::NoHeader,
        }
    }

    /// Takes a finished row; false once the header cannot come any more.
    ///
    /// # Errors
    /// A Chinese sentence: too many rows, too much text; or what the sink refused with.
    pub fn take(&mut self, mut row: Row, hidden: bool) -> Result<bool, String> {
        if row.is_blank() {
            return Ok(true);
        }
        let Some(width) = self.header else { return self.look_for_header(&row) };
        row.cells.truncate(width);
        if row.is_blank() {
            return Ok(true);
        }
        row.cells.resize_with(width, Cell::default);
        self.rows += 1;
        self.hidden += u32::from(hidden);
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
        self.sink.row(row)?;
        Ok(true)
    }

    fn look_for_header(&mut self, row: &Row) -> Result<bool, String> {
        self.skipped += 1;
        match header(self.sheet, self.wanted, row) {
            Ok(Some(header)) => {
                self.header = Some(header.titles.len());
                self.sink.header(&header)?;
            }
            Ok(None) => {}
            Err(sentence) => {
                self.refusal = Some(sentence);
                return Ok(false);
            }
        }
        Ok(self.header.is_some() || self.skipped < HEADER_WITHIN)
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

pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || crate::initials::is_invisible(c))
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
    use super::figures;

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
