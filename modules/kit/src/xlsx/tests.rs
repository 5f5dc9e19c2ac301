//! Promises of workbooks.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::{Book, Choices, Column, Value};
use crate::Hours;

#[test]
fn what_is_written_is_read_back_and_formulas_stay_text() {
    let mut book = Book::new();
    let mut sheet = book.sheet("学时/台账").unwrap();
    sheet.title("学时台账", 4).unwrap();
    sheet.head(&[Column::new("姓名", 12.0), Column::new("编号", 22.0).required()]).unwrap();
    let long = "长".repeat(40_000);
    for text in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "419999198503150011", "http://a.b", &long]
    {
        sheet.row(&[Value::Text(text), Value::Hours(Hours::from_tenths(75))]).unwrap();
    }
    sheet.row(&[Value::Bad("错"), Value::Integer(3)]).unwrap();
    sheet.choices(1, 2, 900, &Choices::Listed(&["甲", "乙"])).unwrap();
    book.sheet("字典").unwrap().row(&[Value::Blank]).unwrap();
    let bytes = book.bytes().unwrap();
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(read.sheet_names(), ["学时台账", "字典"]);
    assert!(read.worksheet_formula("学时台账").unwrap().is_empty());
    let range = read.worksheet_range("学时台账").unwrap();
    assert_eq!(range.get((0, 0)), Some(&Data::String("学时台账".to_owned())));
    assert_eq!(range.get((2, 0)), Some(&Data::String("=1+1".to_owned())));
    assert_eq!(range.get((7, 0)), Some(&Data::String("419999198503150011".to_owned())));
    assert_eq!(range.get((2, 1)), Some(&Data::Float(7.5)));
    let longest = range.get((9, 0)).unwrap().to_string();
    assert_eq!(longest.chars().count(), 32_767);
}
