//! The fixtures of tests/fixtures/sheets: one list as clerks make it, by several writers, each
//! read to the same rows. `tests/fixtures/make` makes them again.

use std::io::Cursor;

use calamine::{Data, DataType, Reader as _};
use rust_xlsxwriter::{Format, Formula, Workbook};

use super::{Cell, Header, Row, Sink, Title, Wanted, read};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/sheets");

/// What a sink is told.
#[derive(Default)]
struct Kept {
    expected: u64,
    header: Option<Header>,
    rows: Vec<Row>,
    hidden: u32,
}

impl Sink for Kept {
    fn expect(&mut self, rows: u64) {
        self.expected = rows;
    }
    fn header(&mut self, header: &Header) -> Result<(), String> {
        self.header = Some(header.clone());
        Ok(())
    }
    fn row(&mut self, row: Row) -> Result<(), String> {
        self.rows.push(row);
        Ok(())
    }
    fn hidden(&mut self, rows: u32) {
        self.hidden = rows;
    }
}

fn wanted() -> Wanted {
    let titles = vec![
        Title::required("姓名", &[]),
        Title::required("身份证号", &["身份证号码"]),
        Title::optional("民族", &[]),
    ];
    Wanted {
        sheet: "专业技术人员",
        titles,
        marks: &["姓名", "身份证号"],
        ignored: &[],
        rows: 100_000,
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{name}")).unwrap()
}

fn kept(name: &str) -> Kept {
    let mut kept = Kept::default();
    read(fixture(name), &wanted(), &mut kept).unwrap_or_else(|told| panic!("{name}: {told}"));
    kept
}

/// A number's cell begins with `#`.
fn told(row: &Row) -> (u32, Vec<String>) {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number { n } => format!("#{n}"),
    };
    (row.number, row.cells.iter().map(cell).collect())
}

const HEADER: [&str; 12] = [
    "序号",
    "姓 名",
    "身份证号码",
    "民族",
    "联系电话",
    "学历",
    "职称系列",
    "职称等级",
    "职称名称",
    "出生年月",
    "参加工作时间",
    "备注",
];

const ROWS: [(u32, [&str; 12]); 4] = [
    (
        4,
        [
            "#1",
            "何敏",
            "41999919860520018x",
            "汉",
            "#13812345678",
            "大学本科",
            "中小学教师",
            "中级",
            "一级教师",
            "1986-05-20",
            "2008.8",
            "第一行\n第二行",
        ],
    ),
    (
        6,
        [
            "#2",
            "周晓梅",
            "419999198503150011",
            "汉族",
            "138 1234 5679",
            "大学本科",
            "中小学教师",
            "中级",
            "一级教师",
            "1985-03-15",
            "#2007.9",
            "",
        ],
    ),
    (
        7,
        [
            "#3",
            " 阿依·古丽　",
            "４１９９９９１９９２０２２９００２３",
            "维吾尔族",
            "'13912345678",
            "大学本科",
            "中小学教师",
            "助理级",
            "二级教师",
            "1992年2月29日",
            "#42370",
            "借调",
        ],
    ),
    (
        8,
        [
            "#4",
            "李建国",
            "419999200112319991",
            "汉族",
            "",
            "大学本科",
            "无职称",
            "",
            "",
            "#20011231",
            "2024/7/1",
            "",
        ],
    ),
];

#[test]
fn every_writers_workbook_is_read_to_the_same_rows() {
    for name in [
        "openpyxl.xlsx",
        "rust_xlsxwriter.xlsx",
        "libreoffice.xlsx",
        "libreoffice.xlsm",
        "libreoffice.ods",
        "xlwt.xls",
        "libreoffice.xls",
    ] {
        let kept = kept(name);
        let header = kept.header.unwrap();
        assert_eq!((header.sheet.as_str(), header.row), ("人员", 3), "{name}");
        assert_eq!(header.titles, HEADER, "{name}");
        let rows: Vec<_> = kept.rows.iter().map(told).collect();
        let wanted = ROWS.map(|(number, cells)| (number, cells.map(str::to_owned).to_vec()));
        assert_eq!(rows, wanted, "{name}");
        assert_eq!(kept.hidden, 1, "{name}");
        // blank rows with a drop-down count, too
        assert!((4..=600).contains(&kept.expected), "{name}: {}", kept.expected);
    }
}

#[test]
fn text_tables_of_every_encoding_are_read_to_the_same_rows() {
    for name in ["gb18030.csv", "utf8-mark.csv", "unicode-text.csv", "libreoffice.csv"] {
        let kept = kept(name);
        assert_eq!(kept.header.unwrap().titles, HEADER, "{name}");
        assert_eq!((kept.hidden, kept.rows.len()), (0, 4), "{name}");
        for (row, (number, cells)) in kept.rows.iter().zip(ROWS) {
            assert_eq!(row.number, number, "{name}");
            for (at, (cell, text)) in row.cells.iter().zip(cells).enumerate() {
                let text = text.trim_start_matches('#').to_owned();
                // a date is written as its writer shows it
                let same = match crate::day::stored_date(&text) {
                    Some(day) => crate::day::parse_date(cell.text()) == Some(day),
                    None => cell.text() == text,
                };
                assert!(same, "{name} {number} {at}: {cell:?} {text:?}");
                assert!(!cell.is_number(), "{name}");
            }
        }
    }
}

#[test]
fn strings_that_cross_records_are_whole() {
    for name in ["long-xlwt.xls", "long-libreoffice.xls"] {
        let kept = kept(name);
        assert_eq!(kept.rows.len(), 600, "{name}");
        for (i, row) in (1_usize..).zip(&kept.rows) {
            let who = match i % 2 {
                1 => format!("人员{i}号"),
                _ => format!("Person number {i}"),
            };
            let note = format!("{}{}", "甲".repeat(i % 40), "x".repeat(i % 23));
            let cells = row.cells.iter().map(Cell::text).collect::<Vec<_>>();
            assert_eq!(cells, [who, format!("{i:018}"), note], "{name} {i}");
        }
    }
}

/// calamine reads .xls and .ods in a way of its own: the judge of ours.
#[test]
fn another_reader_finds_the_same_texts() {
    for name in
        ["xlwt.xls", "libreoffice.xls", "libreoffice.ods", "long-xlwt.xls", "long-libreoffice.xls"]
    {
        let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(fixture(name))).unwrap();
        let range = book.worksheet_range("人员").unwrap();
        let mut compared = 0;
        for row in kept(name).rows {
            for (at, cell) in (0..).zip(&row.cells) {
                let theirs = range.get_value((row.number - 1, at)).unwrap_or(&Data::Empty);
                match (cell, theirs) {
                    (Cell::Text(ours), Data::String(theirs)) => assert_eq!(ours, theirs, "{name}"),
                    (Cell::Text(ours), Data::Empty) => assert_eq!(ours, "", "{name}"),
                    (Cell::Number { n }, theirs) => {
                        assert_eq!(n.parse().ok(), theirs.as_f64(), "{name}");
                    }
                    _ => assert!(
                        theirs.is_datetime() || theirs.is_datetime_iso(),
                        "{name} {cell:?} {theirs:?}"
                    ),
                }
                compared += 1;
            }
        }
        assert!(compared >= 48, "{name}");
    }
}

#[test]
#[ignore = "writes a file: run by tests/fixtures/make"]
fn makes_a_fixture() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "请先看说明").unwrap();
    let old = book.add_worksheet().set_name("旧表").unwrap();
    old.write(0, 0, "姓名").unwrap().write(0, 1, "身份证号").unwrap();
    old.write(1, 0, "不应读到").unwrap().set_hidden(true);
    let (day, text) = (Format::new().set_num_format("yyyy/m/d"), Format::new().set_num_format("@"));
    let sheet = book.add_worksheet().set_name("人员").unwrap();
    sheet.merge_range(0, 0, 0, 11, "云川县第一小学 2026 年新增人员名单", &Format::new()).unwrap();
    for (at, title) in (0..).zip(HEADER) {
        sheet.write(2, at, title).unwrap();
        sheet.write_blank(4, at, &text).unwrap();
    }
    sheet.merge_range(6, 11, 7, 11, "借调", &text).unwrap();
    for (number, cells) in ROWS {
        for (at, cell) in (0..).zip(cells) {
            let row = number - 1;
            match (cell.strip_prefix('#'), crate::day::stored_date(cell)) {
                _ if cell.is_empty() || (number, at) == (7, 11) => continue,
                _ if (number, at) == (7, 5) => {
                    let formula = Formula::new("=\"大学\"&\"本科\"").set_result("大学本科");
                    sheet.write_formula(row, at, formula)
                }
                (Some(figures), _) => sheet.write(row, at, figures.parse::<f64>().unwrap()),
                (_, Some(date)) => {
                    let zero = time::macros::date!(1899 - 12 - 30);
                    sheet.write_with_format(row, at, (date - zero).whole_days() as f64, &day)
                }
                _ => sheet.write(row, at, cell),
            }
            .unwrap();
        }
    }
    sheet.set_row_hidden(5).unwrap();
    std::fs::write(format!("{FIXTURES}/rust_xlsxwriter.xlsx"), book.save_to_buffer().unwrap())
        .unwrap();
}
