//! 导入模板: made for the importing unit, with its own departments in the drop-down.

use kit::dictionary::{self, Dictionary, TitleLevel, WITHOUT_TITLE};
use kit::{Error, Result};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula,
    Workbook, Worksheet,
};

use crate::columns::{COLUMNS, Column, Definition};

/// The sheet to fill in.
pub const SHEET: &str = "专业技术人员";
pub const RULES: &str = "填写说明";
pub const WORDS: &str = "字典";
/// Rows with drop-downs; the columns are text all the way down.
pub const ROWS: u32 = 5_000;

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

/// The workbook for a unit that has these internal departments.
pub fn workbook(unit: &str, departments: &[String]) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let lists = lists(departments);
    fill_in(book.add_worksheet(), &looks, &lists)?;
    instructions(book.add_worksheet(), &looks, unit)?;
    words(book.add_worksheet(), &looks, &lists)?;
    Ok(book.save_to_buffer()?)
}

/// A drop-down's values, in a column of 字典.
struct List {
    column: Column,
    values: Vec<String>,
}

fn lists(departments: &[String]) -> Vec<List> {
    let of = |column, dictionary: &Dictionary| List {
        column,
        values: dictionary.labels().map(str::to_owned).collect(),
    };
    vec![
        of(Column::Sex, &dictionary::SEX),
        of(Column::Nation, &dictionary::NATIONS),
        of(Column::Political, &dictionary::POLITICAL_STATUSES),
        List { column: Column::Department, values: departments.to_vec() },
        of(Column::Education, &dictionary::EDUCATIONS),
        of(Column::Degree, &dictionary::DEGREES),
        of(Column::Series, &dictionary::TITLE_SERIES),
        of(Column::Level, &dictionary::TITLE_LEVELS),
    ]
}

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
    sheet.ignore_error_range(0, 0, ROWS, 21, rust_xlsxwriter::IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn validation(definition: &Definition, lists: &[List]) -> Result<DataValidation> {
    let list = lists.iter().zip(0_u16..).find(|(list, _)| list.column == definition.column);
    let rule = match list {
        Some((list, at)) if !list.values.is_empty() => {
            let letter = letter(at)?;
            let range = format!("={WORDS}!${letter}$2:${letter}${}", list.values.len() + 1);
            DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Warning)
                .set_error_title("不在可选内容中")?
                .set_error_message(
                    "请从下拉列表中选择一项；仍要这样填写的，上传后会告诉您是否可用。",
                )?
        }
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

fn instructions(sheet: &mut Worksheet, looks: &Looks, unit: &str) -> Result<()> {
    const GENERAL: [&str; 7] = [
        "只在“专业技术人员”表中填写，每人一行，从第 3 行开始。第 2 行是示例，导入时忽略，可以删去。",
        "不要改动第 1 行的列名；列的先后可以调整，不用的选填列可以删去。红色列名是必填的。",
        "所有单元格已设为文本格式。从别的表复制时请用“只粘贴值”，否则身份证号的后几位会变成 0。",
        "填好后在“批量导入”页面上传。系统先逐行核对，指出哪一行哪一格有问题、怎样改，确认后才写入。",
        "已在本单位的人员会跳过，不重复导入，也不改动原有信息；在其他单位的人员须由本人发起调转，或由原单位批量调转。",
        "导入后的人员不用注册：用身份证号登录，初始密码为身份证号后六位（末位是 X 的，大写 X），首次登录必须修改密码。",
        "一个文件最多 100,000 行、20 MB。",
    ];
    sheet.set_name(RULES)?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 8)?.set_column_width(2, 90)?;
    sheet.write_string_with_format(0, 0, format!("{unit} 专业技术人员导入模板"), &looks.title)?;
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

/// The lists behind the drop-downs, then every title by series and level.
fn words(sheet: &mut Worksheet, looks: &Looks, lists: &[List]) -> Result<()> {
    sheet.set_name(WORDS)?;
    for (at, list) in (0_u16..).zip(lists) {
        sheet.set_column_width(at, 20)?;
        sheet.write_string_with_format(0, at, list.column.title(), &looks.head)?;
        for (row, value) in (1..).zip(&list.values) {
            sheet.write_string_with_format(row, at, value, &looks.text)?;
        }
    }
    let first = u16::try_from(lists.len() + 1).unwrap_or(u16::MAX);
    for (at, title) in (first..).zip(["职称系列", "职称等级", "职称名称"]) {
        sheet.set_column_width(at, if at == first + 2 { 60 } else { 22 })?;
        sheet.write_string_with_format(0, at, title, &looks.head)?;
    }
    let mut row = 1;
    for series in dictionary::TITLE_SERIES.entries.iter().filter(|s| s.code != WITHOUT_TITLE) {
        for level in TitleLevel::ALL {
            let names = dictionary::titles_of(series.code, level);
            if !names.is_empty() {
                sheet.write_string_with_format(row, first, series.label, &looks.text)?;
                sheet.write_string_with_format(row, first + 1, level.label(), &looks.text)?;
                sheet.write_string_with_format(row, first + 2, names.join("、"), &looks.text)?;
                row += 1;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use kit::sheet::{Header, Row, Sink};

    use super::{COLUMNS, SHEET, workbook};

    #[test]
    fn the_template_has_its_three_sheets() {
        let departments = vec!["教务处".to_owned(), "一科, 二科\"".to_owned()];
        let bytes = workbook("云川县第一小学", &departments).unwrap();
        assert_eq!(kit::sheet::check(&bytes), Ok(()));
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), [SHEET, "填写说明", "字典"]);
        let range = book.worksheet_range(SHEET).unwrap();
        assert_eq!(range.get((0, 1)), Some(&Data::String("身份证号".to_owned())));
        assert_eq!(range.height(), 2);
        assert!(workbook("甲", &[]).is_ok());
    }

    const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/sheets");

    #[test]
    #[ignore = "writes a file: run by tests/fixtures/make"]
    fn makes_a_fixture() {
        let departments = ["教务处", "政教处"].map(str::to_owned);
        let bytes = workbook("云川县第一小学", &departments).unwrap();
        std::fs::write(format!("{FIXTURES}/template.xlsx"), bytes).unwrap();
    }

    #[derive(Default)]
    struct Kept(Option<Header>, Vec<Row>);

    impl Sink for Kept {
        fn header(&mut self, header: &Header) -> Result<(), String> {
            self.0 = Some(header.clone());
            Ok(())
        }
        fn row(&mut self, row: Row) -> Result<(), String> {
            self.1.push(row);
            Ok(())
        }
    }

    #[test]
    fn the_template_survives_another_program() {
        for name in ["template.xlsx", "template-libreoffice.xlsx", "template-libreoffice.ods"] {
            let bytes = std::fs::read(format!("{FIXTURES}/{name}")).unwrap();
            let mut kept = Kept::default();
            kit::sheet::read(bytes, &crate::columns::wanted(), &mut kept).unwrap();
            let Kept(header, rows) = kept;
            let header = header.unwrap();
            assert_eq!((header.sheet.as_str(), header.row), (SHEET, 1), "{name}");
            assert!(header.layout.unknown.is_empty(), "{name}");
            assert_eq!(rows.len(), 1, "{name}");
            let example: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text()).collect();
            let wanted: Vec<&str> = COLUMNS.iter().map(|d| d.example).collect();
            assert_eq!(example, wanted, "{name}");
        }
    }
}
