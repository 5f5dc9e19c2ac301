//! 主管部门导入模板, 用人单位导入模板: text all the way down, drop-downs from the dictionaries and
//! the superiors the importer may choose.

use kit::Result;
use kit::dictionary::{Dictionary, INDUSTRIES, ORGANIZATION_NATURES, TITLE_SERIES, WITHOUT_TITLE};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Formula, IgnoreError, Workbook, Worksheet,
};

use super::columns::{self, Column, Definition};
use super::kind::Kind;
use crate::template::{Looks, ROWS, RULES, WORDS, letter};

/// A list of 字典; a drop-down's, unless several may be named in one cell.
struct List {
    column: Column,
    values: Vec<String>,
    drop_down: bool,
}

/// The workbook for an importer who may put units under these superiors.
pub fn workbook(kind: &Kind, unit: &str, superiors: Vec<String>) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let lists = lists(kind, superiors);
    fill_in(book.add_worksheet(), &looks, kind, &lists)?;
    instructions(book.add_worksheet(), &looks, kind, unit)?;
    words(book.add_worksheet(), &looks, &lists)?;
    Ok(book.save_to_buffer()?)
}

fn lists(kind: &Kind, superiors: Vec<String>) -> Vec<List> {
    let labels = |dictionary: &Dictionary| -> Vec<String> {
        let entries = dictionary.entries.iter().filter(|one| one.code != WITHOUT_TITLE);
        entries.map(|one| one.label.to_owned()).collect()
    };
    let list = |column, values, drop_down| List { column, values, drop_down };
    let all = vec![
        list(Column::Nature, labels(&ORGANIZATION_NATURES), true),
        list(Column::Industry, labels(&INDUSTRIES), true),
        list(Column::Superior, superiors, true),
        list(Column::Series, labels(&TITLE_SERIES), false),
    ];
    all.into_iter().filter(|one| columns::of(kind).any(|d| d.column == one.column)).collect()
}

fn fill_in(sheet: &mut Worksheet, looks: &Looks, kind: &Kind, lists: &[List]) -> Result<()> {
    sheet.set_name(kind.noun)?;
    sheet.set_row_height(0, 24)?;
    let mut last = 0;
    for (at, definition) in (0_u16..).zip(columns::of(kind)) {
        let head = if definition.required { &looks.required } else { &looks.head };
        sheet.set_column_width(at, definition.width)?;
        sheet.set_column_format(at, &looks.text)?;
        sheet.write_string_with_format(0, at, definition.title, head)?;
        sheet.write_string_with_format(1, at, definition.example, &looks.example)?;
        sheet.add_data_validation(2, at, ROWS, at, &validation(definition, lists)?)?;
        last = at;
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_selection(2, 0, 2, 0)?;
    sheet.ignore_error_range(0, 0, ROWS, last, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn validation(definition: &Definition, lists: &[List]) -> Result<DataValidation> {
    let list = lists.iter().zip(0_u16..).find(|(list, _)| list.column == definition.column);
    let rule = match list {
        Some((list, at)) if list.drop_down && !list.values.is_empty() => {
            let letter = letter(at)?;
            let range = format!("={WORDS}!${letter}$2:${letter}${}", list.values.len() + 1);
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

fn instructions(sheet: &mut Worksheet, looks: &Looks, kind: &Kind, unit: &str) -> Result<()> {
    let noun = kind.noun;
    let general = [
        format!("只在“{noun}”表中填写，每个单位一行，从第 3 行开始。第 2 行是示例，导入时忽略，可以删去。"),
        "不要改动第 1 行的列名；列的先后可以调整，不用的选填列可以删去。红色列名是必填的。".to_owned(),
        "所有单元格已设为文本格式。从别的表复制时请用“只粘贴值”，否则信用代码的后几位会变成 0。".to_owned(),
        format!("填好后在“批量导入 › {noun}”页面上传。系统先逐行核对，指出哪一行哪一格有问题、怎样改，确认后才写入。"),
        "已经登记的单位会跳过，不重复登记，也不改动原有资料。".to_owned(),
        "每个单位同时建一个管理员。导入后在结果页“生成登录条”，打印后裁开，当面交给各单位管理员：上面的一次性密码只显示一次，首次登录必须设置自己的密码。".to_owned(),
        format!("一个文件最多 {} 个单位、20 MB。", columns::ROWS),
    ];
    sheet.set_name(RULES)?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 8)?.set_column_width(2, 90)?;
    sheet.write_string_with_format(0, 0, format!("{unit} {noun}导入模板"), &looks.title)?;
    let mut row = 2;
    for (number, text) in (1..).zip(general) {
        sheet.write_string_with_format(row, 0, format!("{number}."), &looks.line)?;
        sheet.write_string_with_format(row, 2, text, &looks.line)?;
        row += 1;
    }
    row += 1;
    for (at, title) in (0..).zip(["列名", "必填", "怎样填写"]) {
        sheet.write_string_with_format(row, at, title, &looks.head)?;
    }
    for definition in columns::of(kind) {
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
    for (at, list) in (0_u16..).zip(lists) {
        sheet.set_column_width(at, 30)?;
        sheet.write_string_with_format(0, at, list.column.title(), &looks.head)?;
        for (row, value) in (1..).zip(&list.values) {
            sheet.write_string_with_format(row, at, value, &looks.text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::super::kind;
    use super::workbook;

    #[test]
    fn each_template_has_its_three_sheets_and_its_own_columns() {
        for (kind, column) in [(&kind::DEPARTMENTS, "主管系列"), (&kind::EMPLOYERS, "上级单位")]
        {
            let superiors = vec!["云川县教育局".to_owned()];
            let bytes = workbook(kind, "云川县人社局", superiors).unwrap();
            assert_eq!(kit::sheet::check(&bytes), Ok(()));
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
            assert_eq!(book.sheet_names(), [kind.noun, "填写说明", "字典"]);
            let range = book.worksheet_range(kind.noun).unwrap();
            let heads: Vec<String> =
                range.rows().next().unwrap().iter().map(Data::to_string).collect();
            assert_eq!(range.height(), 2);
            assert_eq!(heads[0], "单位名称");
            assert!(heads.iter().any(|head| head == column), "{heads:?}");
        }
    }
}
