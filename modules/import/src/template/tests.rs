use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use kit::sheet::{Header, Row, Sink};

use super::{Below, For, SHEET, lists::Lists, workbook};
use crate::check::Checker;
use crate::columns::{COLUMNS, Column, Layout};
use crate::departments::tests::some;
use crate::units::Units;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/sheets");

fn school() -> For {
    let departments = vec!["教务处".to_owned(), "一科, 二科\"".to_owned()];
    For { unit: "云川县第一小学".to_owned(), departments, below: None }
}

/// A bureau with a department of its own and so many units below, each with two.
fn bureau(units: usize) -> For {
    let below = (1..=units).map(|n| Below {
        name: format!("云川县第{n}小学"),
        departments: if n == 2 {
            vec![]
        } else {
            vec!["教务处".to_owned(), format!("第{n}科")]
        },
    });
    For {
        unit: "云川县人社局".to_owned(),
        departments: vec!["办公室".to_owned()],
        below: Some(below.collect()),
    }
}

fn head(bytes: Vec<u8>) -> Vec<String> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range(SHEET).unwrap();
    assert_eq!(range.height(), 2);
    range.rows().next().unwrap().iter().map(Data::to_string).collect()
}

#[test]
fn the_template_has_its_three_sheets() {
    let bytes = workbook(&school()).unwrap();
    assert_eq!(kit::sheet::check(&bytes), Ok(()));
    let book: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(book.sheet_names(), [SHEET, "填写说明", "字典"]);
    let head = head(bytes);
    assert_eq!(head[..2], ["姓名", "身份证号"]);
    assert!(!head.contains(&"所在单位".to_owned()));
    assert!(workbook(&For { unit: "甲".to_owned(), ..For::default() }).is_ok());
}

#[test]
fn where_units_below_may_be_named_the_template_lists_them() {
    let bytes = workbook(&bureau(1_500)).unwrap();
    assert_eq!(kit::sheet::check(&bytes), Ok(()));
    let head = head(bytes);
    let at = head.iter().position(|title| title == "所在单位").unwrap();
    assert_eq!(head[at + 1], "内设部门");
    let made_for = bureau(1_500);
    let lists = Lists::of(&made_for, &made_for.columns()).unwrap();
    assert_eq!(lists.formula(Column::Unit).unwrap(), "=字典!$G$2:$G$1502");
    // the own unit's department comes first, one line; the key is the row's own 所在单位
    assert_eq!(
        lists.formula(Column::Department).unwrap(),
        "=OFFSET(字典!$M$1,IF(COUNTIF(字典!$L$2:$L$3001,$G3)=0,1,MATCH($G3,字典!$L$2:$L$3001,0)),0,\
         IF(COUNTIF(字典!$L$2:$L$3001,$G3)=0,1,COUNTIF(字典!$L$2:$L$3001,$G3)),1)"
    );
}

#[test]
fn no_formula_is_longer_than_a_drop_down_may_have() {
    for made_for in [school(), bureau(20_000)] {
        let lists = Lists::of(&made_for, &made_for.columns()).unwrap();
        for definition in &crate::columns::COLUMNS {
            let formula = lists.formula(definition.column).unwrap_or_default();
            assert!(formula.chars().count() <= 255, "{formula}");
        }
    }
}

#[test]
#[ignore = "writes a file: run by tests/fixtures/make"]
fn makes_a_fixture() {
    std::fs::write(format!("{FIXTURES}/template.xlsx"), workbook(&bureau(3)).unwrap()).unwrap();
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

fn read(name: &str) -> (Layout, Vec<Row>) {
    let bytes = std::fs::read(format!("{FIXTURES}/{name}")).unwrap();
    let mut kept = Kept::default();
    kit::sheet::read(bytes, &crate::columns::wanted(), &mut kept).unwrap();
    let Kept(header, rows) = kept;
    let header = header.unwrap();
    assert_eq!((header.sheet.as_str(), header.row), (SHEET, 1), "{name}");
    assert!(header.layout.unknown.is_empty(), "{name}");
    (Layout::of(&header.titles), rows)
}

#[test]
fn the_template_survives_another_program() {
    for name in ["template.xlsx", "template-libreoffice.xlsx", "template-libreoffice.ods"] {
        let (layout, rows) = read(name);
        assert_eq!(rows.len(), 1, "{name}");
        for definition in &COLUMNS {
            let at = layout.place(definition.column).unwrap();
            assert_eq!(rows[0].cells[at].text(), definition.example, "{name}");
        }
    }
}

#[test]
fn what_is_filled_in_and_saved_by_another_program_goes_in() {
    for name in ["template-filled.xlsx", "template-filled.ods", "template-filled.xls"] {
        let (layout, rows) = read(name);
        let today = time::macros::date!(2026 - 11 - 23);
        let mut checker = Checker::new(today, layout, Units::alone(some()), false);
        let checked: Vec<_> = rows.iter().map(|row| checker.row(row)).collect();
        assert!(checked[0].example, "{name}");
        assert_eq!(checked.len(), 3, "{name}");
        for row in &checked[1..] {
            assert_eq!(row.problems, vec![], "{name}");
        }
        let accepted = checked[1].accepted.as_ref().unwrap();
        assert_eq!(accepted.id_card.number(), "419999199005150013", "{name}");
        assert_eq!(accepted.department, "教务处");
        assert_eq!(accepted.fields.graduated_on, "2012-07");
    }
}
