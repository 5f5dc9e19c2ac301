//! 导入模板: made for the importing unit, with its own departments in the drop-downs, and, where it
//! may import for the units below, with these and theirs.

mod instructions;
mod lists;

use kit::{Error, Result};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign,
    FormatBorder, Formula, IgnoreError, Workbook, Worksheet,
};

use crate::columns::{COLUMNS, Column, Definition};
use lists::Lists;

/// The sheet to fill in.
pub const SHEET: &str = "专业技术人员";
pub const RULES: &str = "填写说明";
pub const WORDS: &str = "字典";
/// Rows with drop-downs; the columns are text all the way down.
pub const ROWS: u32 = 5_000;
/// The same where one file may hold a county.
const ROWS_BELOW: u32 = 100_002;

/// How the templates' cells look.
pub struct Looks {
    pub head: Format,
    pub required: Format,
    pub text: Format,
    pub example: Format,
    pub title: Format,
    pub line: Format,
}

impl Looks {
    pub fn new() -> Self {
        let font = || Format::new().set_font_name("宋体").set_font_size(11);
        let head = || {
            font()
                .set_bold()
                .set_border(FormatBorder::Thin)
                .set_border_color(Color::RGB(0x00C9_D3E1))
                .set_background_color(Color::RGB(0x00EE_F2F8))
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_num_format_index(49)
        };
        Self {
            head: head(),
            required: head().set_font_color(Color::RGB(0x00B3_261E)),
            text: font().set_num_format_index(49),
            example: font()
                .set_num_format_index(49)
                .set_italic()
                .set_font_color(Color::RGB(0x0080_8A99)),
            title: font().set_font_size(16).set_bold(),
            line: font()
                .set_num_format_index(49)
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter),
        }
    }
}

/// Whom a template is made for.
#[derive(Debug, Clone, Default)]
pub struct For {
    /// The importing unit.
    pub unit: String,
    /// Its internal departments, as they are named in a file.
    pub departments: Vec<String>,
    /// The units below that a row may name, each with its departments; none: the own unit only.
    pub below: Option<Vec<Below>>,
}

/// A unit below.
#[derive(Debug, Clone, Default)]
pub struct Below {
    pub name: String,
    pub departments: Vec<String>,
}

impl For {
    /// The columns in the template's order: 所在单位 stands before 内设部门, if it is there at all.
    fn columns(&self) -> Vec<&'static Definition> {
        let mut columns = Vec::with_capacity(COLUMNS.len());
        for definition in COLUMNS.iter().filter(|d| d.column != Column::Unit) {
            if definition.column == Column::Department && self.below.is_some() {
                columns.push(Column::Unit.definition());
            }
            columns.push(definition);
        }
        columns
    }

    fn rows(&self) -> u32 {
        if self.below.is_some() { ROWS_BELOW } else { ROWS }
    }
}

/// The workbook.
pub fn workbook(made_for: &For) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let columns = made_for.columns();
    let lists = Lists::of(made_for, &columns)?;
    fill_in(book.add_worksheet(), &looks, &columns, &lists, made_for.rows())?;
    instructions::sheet(book.add_worksheet(), &looks, made_for, &columns)?;
    lists.sheet(book.add_worksheet(), &looks)?;
    Ok(book.save_to_buffer()?)
}

fn fill_in(
    sheet: &mut Worksheet,
    looks: &Looks,
    columns: &[&'static Definition],
    lists: &Lists,
    rows: u32,
) -> Result<()> {
    sheet.set_name(SHEET)?;
    sheet.set_row_height(0, 24)?;
    let mut last = 0;
    for (at, definition) in (0_u16..).zip(columns) {
        let head = if definition.required { &looks.required } else { &looks.head };
        sheet.set_column_width(at, definition.width)?;
        sheet.set_column_format(at, &looks.text)?;
        sheet.write_string_with_format(0, at, definition.title, head)?;
        sheet.write_string_with_format(1, at, definition.example, &looks.example)?;
        sheet.add_data_validation(2, at, rows, at, &validation(definition, lists)?)?;
        last = at;
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_selection(2, 0, 2, 0)?;
    sheet.ignore_error_range(0, 0, rows, last, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

/// A drop-down, or how long the text should be; both warn only: the check has the last word.
fn validation(definition: &Definition, lists: &Lists) -> Result<DataValidation> {
    let digits = |length: u32, what: &str| -> Result<DataValidation> {
        Ok(DataValidation::new()
            .allow_text_length(DataValidationRule::EqualTo(length))
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("位数不对")?
            .set_error_message(format!("{what}应为 {length} 位，请核对。"))?)
    };
    let rule = match (definition.column, lists.formula(definition.column)) {
        (_, Some(formula)) => DataValidation::new()
            .allow_list_formula(Formula::new(formula))
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("不在可选内容中")?
            .set_error_message(
                "请从下拉列表中选择一项；仍要这样填写的，上传后会告诉您是否可用。",
            )?,
        (Column::IdNumber, None) => digits(18, "身份证号")?,
        (Column::Phone, None) => digits(11, "手机号码")?,
        _ => DataValidation::new().allow_any_value(),
    };
    Ok(rule.set_input_title(definition.title)?.set_input_message(definition.rule)?)
}

/// The letter of one of the first 26 columns.
pub fn letter(at: u16) -> Result<char> {
    u8::try_from(at)
        .ok()
        .filter(|at| *at < 26)
        .map(|at| char::from(b'A' + at))
        .ok_or_else(|| Error::Fault(format!("no letter for column {at}")))
}

#[cfg(test)]
mod tests;
