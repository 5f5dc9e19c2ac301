//! Workbooks as an office expects them: title row, frozen header, borders, A4, text as text.
//!
//! Strings are only ever written as strings, so `=1+1` stays what was typed. Sheets are written
//! row by row into a temporary file (constant memory): a row once written cannot be changed.

mod looks;

use std::path::Path;

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, Formula, Workbook, Worksheet,
};

use self::looks::Looks;
use crate::{Error, Hours, Result};

/// Rows a sheet can hold at most, titles included.
pub const MOST_ROWS: u32 = 1_048_576;
/// Characters one cell can hold at most.
const MOST_CHARACTERS: usize = 32_767;

/// A column of a sheet.
#[derive(Debug, Clone)]
pub struct Column {
    pub title: String,
    /// In characters of the body font; a Chinese one counts two.
    pub width: f64,
    /// Must be filled in: its head is marked (templates for import).
    pub required: bool,
}

impl Column {
    pub fn new(title: impl Into<String>, width: f64) -> Self {
        Self { title: title.into(), width, required: false }
    }

    /// Marks the head as required.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// A cell's content.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Names, numbers of identity, phones, codes: never computed with.
    Text(&'a str),
    /// Text that may take several lines.
    Long(&'a str),
    Integer(i64),
    Hours(Hours),
    /// Text in red on a tinted ground: what is wrong (error workbooks), what is late.
    Bad(&'a str),
    /// A late number.
    BadInteger(i64),
    Blank,
}

/// A workbook being written.
pub struct Book {
    workbook: Workbook,
    looks: Looks,
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    pub fn new() -> Self {
        Self { workbook: Workbook::new(), looks: Looks::new() }
    }

    /// With its temporary files in `folder` (the data folder's `tmp`), which is made if missing.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut book = Self::new();
        book.workbook.set_tempdir(folder)?;
        Ok(book)
    }

    /// Adds a sheet; sheets are written one after the other.
    ///
    /// # Errors
    /// When two sheets have the same name.
    pub fn sheet(&mut self, name: &str) -> Result<Sheet<'_>> {
        let worksheet = self.workbook.add_worksheet_with_constant_memory();
        worksheet.set_name(sheet_name(name))?;
        worksheet
            .set_paper_size(9) // A4
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
            .set_footer("&C第 &P 页，共 &N 页");
        Ok(Sheet { worksheet, looks: &self.looks, row: 0 })
    }

    /// Packs the book; work for `spawn_blocking` when it is large.
    pub fn bytes(mut self) -> Result<Vec<u8>> {
        Ok(self.workbook.save_to_buffer()?)
    }
}

/// A sheet being written from top to bottom.
pub struct Sheet<'a> {
    worksheet: &'a mut Worksheet,
    looks: &'a Looks,
    row: u32,
}

impl Sheet<'_> {
    /// A large centred line over `columns` columns.
    pub fn title(&mut self, text: &str, columns: usize) -> Result<()> {
        self.worksheet.set_row_height(self.row, 28)?;
        self.across(text, columns, &self.looks.title.clone())
    }

    /// A small line over `columns` columns: who exported when, how to fill in.
    pub fn note(&mut self, text: &str, columns: usize) -> Result<()> {
        // a merged cell does not grow with its text
        let lines = text.lines().count().max(1) as u32;
        self.worksheet.set_row_height(self.row, 16 * lines)?;
        self.across(text, columns, &self.looks.note.clone())
    }

    fn across(&mut self, text: &str, columns: usize, look: &Format) -> Result<()> {
        let text = cut(text);
        if columns < 2 {
            self.worksheet.write_string_with_format(self.row, 0, text, look)?;
        } else {
            let last = index(columns - 1)?;
            self.worksheet.merge_range(self.row, 0, self.row, last, text, look)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The head; frozen with all above it and repeated on each printed page. Sets the widths.
    pub fn head(&mut self, columns: &[Column]) -> Result<()> {
        self.worksheet.set_row_height(self.row, 24)?;
        for (at, column) in columns.iter().enumerate() {
            let at = index(at)?;
            let look = if column.required { &self.looks.head_required } else { &self.looks.head };
            self.worksheet.set_column_width(at, column.width)?;
            self.worksheet.write_string_with_format(self.row, at, cut(&column.title), look)?;
        }
        self.worksheet.set_freeze_panes(self.row + 1, 0)?;
        self.worksheet.set_repeat_rows(self.row, self.row)?;
        self.row += 1;
        Ok(())
    }

    /// The next row.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        if self.row >= MOST_ROWS {
            return Err(Error::refused("一张工作表最多 1,048,576 行，请缩小范围后分几次导出。"));
        }
        for (at, value) in values.iter().enumerate() {
            let (row, at) = (self.row, index(at)?);
            let (sheet, looks) = (&mut *self.worksheet, self.looks);
            match value {
                Value::Text(text) => {
                    sheet.write_string_with_format(row, at, cut(text), &looks.text)?
                }
                Value::Long(text) => {
                    sheet.write_string_with_format(row, at, cut(text), &looks.long)?
                }
                Value::Bad(text) => {
                    sheet.write_string_with_format(row, at, cut(text), &looks.bad)?
                }
                Value::Integer(n) => {
                    sheet.write_number_with_format(row, at, *n as f64, &looks.integer)?
                }
                Value::BadInteger(n) => {
                    sheet.write_number_with_format(row, at, *n as f64, &looks.bad_integer)?
                }
                Value::Hours(hours) => {
                    let hours = hours.tenths() as f64 / 10.0;
                    sheet.write_number_with_format(row, at, hours, &looks.hours)?
                }
                Value::Blank => sheet.write_blank(row, at, &looks.text)?,
            };
        }
        self.row += 1;
        Ok(())
    }

    /// Rows written so far.
    pub fn rows(&self) -> u32 {
        self.row
    }

    /// Presets `columns` whole columns to text, for people to type into.
    pub fn typed_columns(&mut self, columns: usize) -> Result<()> {
        for at in 0..columns {
            self.worksheet.set_column_format(index(at)?, &self.looks.typed)?;
        }
        Ok(())
    }

    /// A drop-down on the rows `first..=last` of a column. Long lists must stand on another sheet:
    /// `source` is then a range such as `字典!$A$2:$A$90`. A value outside it is warned of, and
    /// may be kept: the import says in full what is wrong.
    pub fn choices(
        &mut self,
        column: usize,
        first: u32,
        last: u32,
        source: &Choices<'_>,
    ) -> Result<()> {
        let rule = match source {
            Choices::Listed(values) => DataValidation::new().allow_list_strings(values)?,
            Choices::Range(range) => {
                DataValidation::new().allow_list_formula(Formula::new(format!("={range}")))
            }
        };
        let rule = rule
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("不在可选内容中")?
            .set_error_message("请从下拉列表中选择一项。")?;
        let column = index(column)?;
        self.worksheet.add_data_validation(first, column, last, column, &rule)?;
        Ok(())
    }
}

/// Where the values of a drop-down come from.
#[derive(Debug, Clone, Copy)]
pub enum Choices<'a> {
    /// At most 255 characters in all.
    Listed(&'a [&'a str]),
    /// A range of another sheet.
    Range(&'a str),
}

fn index(column: usize) -> Result<u16> {
    u16::try_from(column).map_err(|_| Error::Fault(format!("no column {column}")))
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A sheet's name: at most 31 characters, none of those Excel forbids.
fn sheet_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if name.is_empty() { "数据".to_owned() } else { name }
}

#[cfg(test)]
mod tests;
