//! 历史学时导入模板: text all the way down, with the county's subjects in the drop-down.

use kit::Result;
use kit::dictionary::LEARNING_KINDS;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Formula, IgnoreError, Workbook, Worksheet,
};

use super::columns::{COLUMNS, Column, Definition, SHEET};
use crate::template::{Looks, ROWS, RULES, WORDS, letter};

const GENERAL: [&str; 7] = [
    "只在“历史学时”表中填写，每人每项一行，从第 3 行开始。第 2 行是示例，导入时忽略，可以删去。",
    "不要改动第 1 行的列名；列的先后可以调整，不用的选填列可以删去。红色列名是必填的。",
    "所有单元格已设为文本格式。从别的表复制时请用“只粘贴值”，否则身份证号的后几位会变成 0。",
    "只导入已经结束的年度里、当时已由有关机构认定的学时。本年度的学时由本人或单位申报。",
    "人员须已在系统中登记；还没有登记的，先用“批量导入”导入人员。用人单位和主管部门只能导入本单位人员的学时，并要附证明材料，由人社局审核。",
    "填好后在“批量导入 › 历史学时”页面上传。系统先逐行核对，指出哪一行哪一格有问题、怎样改，确认后才写入。",
    "一个文件最多 100,000 行、20 MB；同一人最多 500 行。",
];

/// The workbook, with these subjects.
pub fn workbook(unit: &str, categories: &[String]) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let kinds = LEARNING_KINDS.iter().map(|kind| kind.label.to_owned()).collect();
    let lists = [(Column::Category, categories.to_vec()), (Column::Kind, kinds)];
    fill_in(book.add_worksheet(), &looks, &lists)?;
    instructions(book.add_worksheet(), &looks, unit)?;
    words(book.add_worksheet(), &looks, &lists)?;
    Ok(book.save_to_buffer()?)
}

/// A drop-down's values, in a column of 字典.
type List = (Column, Vec<String>);

fn fill_in(sheet: &mut Worksheet, looks: &Looks, lists: &[List]) -> Result<()> {
    sheet.set_name(SHEET)?;
    sheet.set_row_height(0, 24)?;
    for (at, definition) in (0_u16..).zip(&COLUMNS) {
        let head = if definition.required { &looks.required } else { &looks.head };
        sheet.set_column_width(at, definition.width)?;
        sheet.set_column_format(at, &looks.text)?;
        sheet.write_string_with_format(0, at, definition.title, head)?;
        sheet.write_string_with_format(1, at, definition.example, &looks.example)?;
        sheet.add_data_validation(2, at, ROWS, at, &validation(definition, lists)?)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_selection(2, 0, 2, 0)?;
    sheet.ignore_error_range(0, 0, ROWS, 10, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn validation(definition: &Definition, lists: &[List]) -> Result<DataValidation> {
    let list = lists.iter().zip(0_u16..).find(|((column, _), _)| *column == definition.column);
    let rule = match list {
        Some(((_, values), at)) if !values.is_empty() => {
            let letter = letter(at)?;
            let range = format!("={WORDS}!${letter}$2:${letter}${}", values.len() + 1);
            DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Warning)
                .set_error_title("不在可选内容中")?
                .set_error_message("请从下拉列表中选择一项。")?
        }
        _ => DataValidation::new().allow_any_value(),
    };
    Ok(rule.set_input_title(definition.title)?.set_input_message(definition.rule)?)
}

fn instructions(sheet: &mut Worksheet, looks: &Looks, unit: &str) -> Result<()> {
    sheet.set_name(RULES)?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 8)?.set_column_width(2, 90)?;
    sheet.write_string_with_format(0, 0, format!("{unit} 历史学时导入模板"), &looks.title)?;
    let mut row = 2;
    for (number, text) in (1..).zip(GENERAL) {
        sheet.write_string_with_format(row, 0, format!("{number}."), &looks.line)?;
        sheet.write_string_with_format(row, 2, text, &looks.line)?;
        row += 1;
    }
    row += 1;
    for (at, title) in (0..).zip(["列名", "必填", "怎样填写"]) {
        sheet.write_string_with_format(row, at, title, &looks.head)?;
    }
    for definition in &COLUMNS {
        row += 1;
        let required = if definition.required { "必填" } else { "" };
        sheet.write_string_with_format(row, 0, definition.title, &looks.line)?;
        sheet.write_string_with_format(row, 1, required, &looks.line)?;
        sheet.write_string_with_format(row, 2, definition.rule, &looks.line)?;
    }
    Ok(())
}

fn words(sheet: &mut Worksheet, looks: &Looks, lists: &[List]) -> Result<()> {
    sheet.set_name(WORDS)?;
    for (at, (column, values)) in (0_u16..).zip(lists) {
        sheet.set_column_width(at, 30)?;
        sheet.write_string_with_format(0, at, column.title(), &looks.head)?;
        for (row, value) in (1..).zip(values) {
            sheet.write_string_with_format(row, at, value, &looks.text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
