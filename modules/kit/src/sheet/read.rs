//! Reads a spreadsheet of any kind as a stream of rows, so that neither a lying dimension nor a
//! long file costs memory. Only .xlsx goes through calamine: its readers of .ods and .xls build
//! whole sheets twice over (hundreds of megabytes for 100,000 rows) and can be made to build far
//! more; ours are streams, with calamine as their judge in the tests.

use super::archive::{Format, inspect};
use super::content::{Kind, kind};
use super::layout::Wanted;
use super::rows::{HEADER_WITHIN, Outcome, Rows, Sink};
use super::{ods, text, xls, xlsx};

/// Sheets tried for a header.
const SHEETS: usize = 10;

pub(super) const DAMAGED: &str =
    "文件的内部结构已损坏，读不下去。请用 Excel 或 WPS 打开，另存为新的 .xlsx 文件后再上传。";

/// A file whose sheets can be read one by one.
pub(super) trait Book {
    /// Names of the sheets that are visible, in order.
    fn sheets(&mut self) -> Result<Vec<String>, String>;
    /// Hands the rows of `sheets()[at]` over, until no more are wanted.
    fn read(&mut self, at: usize, rows: &mut Rows<'_>) -> Result<(), String>;
}

/// Checks the file ([`super::check`]) and reads the sheet that has the wanted header. Work for
/// `spawn_blocking`.
///
/// # Errors
/// A Chinese sentence: what the file is instead, no such sheet, columns missing or twice, too many
/// rows, damage; or what the sink refused with.
pub fn read(bytes: Vec<u8>, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), String> {
    let mut book: Box<dyn Book> = match kind(&bytes)? {
        Kind::Archive => {
            let inspected = inspect(&bytes)?;
            sink.expect(inspected.rows);
            match inspected.format {
                Format::Xlsx { hidden } => Box::new(xlsx::Workbook::open(bytes, hidden)?),
                Format::Ods => Box::new(ods::Workbook::open(bytes)?),
            }
        }
        Kind::Compound => {
            let stream = xls::stream(&bytes)?;
            drop(bytes);
            let book = xls::Workbook::open(stream)?;
            sink.expect(book.rows());
            Box::new(book)
        }
        Kind::Text => {
            let text = text::Text::open(bytes)?;
            sink.expect(text.rows());
            Box::new(text)
        }
    };
    sheets(book.as_mut(), wanted, sink)
}

fn sheets(book: &mut dyn Book, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), String> {
    let names = book.sheets()?;
    let mut order: Vec<usize> = (0..names.len().min(SHEETS)).collect();
    // the template's own sheet first, should somebody have moved it
    order.sort_by_key(|at| names[*at] != wanted.sheet);
    let mut refusal = None;
    for at in order {
        let mut rows = Rows::of(&names[at], wanted, sink);
        book.read(at, &mut rows)?;
        match rows.end() {
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

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{Format, Workbook};

    use crate::sheet::{Cell, Header, Row, Sink, Title, Wanted};

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
}
