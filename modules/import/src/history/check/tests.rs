//! Every rule of a row of former hours.

use credit_hours::category::Category;
use kit::sheet::{Cell, Row};
use time::macros::date;

use super::{Checked, Checker, Column, Layout, Level};

fn checker() -> Checker {
    let category = |id, name: &str, short: &str| Category {
        id,
        name: name.to_owned(),
        short: short.to_owned(),
    };
    Checker {
        today: date!(2026 - 11 - 23),
        last_year: 2025,
        layout: Layout::own(),
        categories: vec![
            category(1, "公需科目", "公需"),
            category(2, "专业科目", "专业"),
            category(3, "选修科目", "选修"),
        ],
    }
}

const GOOD: [&str; 11] = [
    "41999919860520018x",
    "何 敏",
    "2023年度",
    "专业",
    "骨干教师培训班",
    "2023.7.10",
    "2023年7月14日",
    "40",
    "邻县人力资源和社会保障局",
    "",
    "培训、研修活动",
];

fn check(changes: &[(Column, Cell)]) -> Checked {
    let mut cells = GOOD.map(|text| Cell::Text(text.to_owned())).to_vec();
    for (column, cell) in changes {
        cells[*column as usize] = cell.clone();
    }
    checker().row(&Row { number: 3, cells })
}

#[test]
fn a_good_row_is_taken_as_it_is_meant() {
    let checked = check(&[]);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    let row = checked.accepted.unwrap();
    assert_eq!((row.name.as_str(), row.year, row.category), ("何敏", 2023, 2));
    assert_eq!(row.started_on, "2023-07-10");
    assert_eq!(row.ended_on, "2023-07-14");
    assert_eq!((row.hours.tenths(), row.kind), (400, "02"));
    let third = check(&[(Column::Category, Cell::Text("选修科目".to_owned()))]);
    assert_eq!(third.accepted.unwrap().category, 3);
    let serial = Cell::Number { n: "45117".to_owned() }; // 2023-07-10
    assert!(check(&[(Column::Started, serial)]).accepted.is_some());
    let year = Cell::Number { n: "2023".to_owned() };
    assert!(check(&[(Column::Year, year)]).accepted.is_some());
}

#[test]
fn every_wrong_cell_is_told_with_its_column() {
    for (column, typed, told) in [
        (Column::IdNumber, "419999198605200181", "校验"),
        (Column::Name, "", "没有填写"),
        (Column::Year, "23", "不是年度"),
        (Column::Year, "1999", "早于 2000 年"),
        (Column::Year, "2026", "还没有结束"),
        (Column::Year, "2027", "还没有到"),
        (Column::Category, "选学", "没有这个科目"),
        (Column::Title, "", "没有填写"),
        (Column::Title, "班", "太短"),
        (Column::Started, "2023-07", "缺少日"),
        (Column::Started, "2023-02-30", "没有 30 日"),
        (Column::Started, "2023-07-15", "晚于结束日期"),
        (Column::Ended, "2024-01-05", "与年度 2023 不一致"),
        (Column::Ended, "2026-12-01", "晚于今天"),
        (Column::Ended, "#N/A", "公式出错"),
        (Column::Hours, "0", "要大于 0"),
        (Column::Hours, "7.3", "带 .5"),
        (Column::Hours, "-4", "不能小于 0"),
        (Column::Hours, "90.5", "超过一项最多 90 学时"),
        (Column::Organizer, "", "没有填写"),
        (Column::Kind, "自学", "不在可选内容中"),
    ] {
        let checked = check(&[(column, Cell::Text(typed.to_owned()))]);
        assert!(checked.accepted.is_none(), "{typed}");
        let problem = checked.problems.iter().find(|p| p.column == column);
        let problem = problem.unwrap_or_else(|| panic!("{typed}: {:?}", checked.problems));
        assert!(problem.message.contains(told), "{typed}: {problem:?}");
        assert_eq!(problem.value, typed);
    }
    let number = Cell::Number { n: "419999198605200000".to_owned() };
    let checked = check(&[(Column::IdNumber, number)]);
    assert!(checked.problems[0].message.contains("数字格式"));
}

#[test]
fn hours_of_a_class_beyond_the_day_are_told_and_taken() {
    let checked = check(&[(Column::Hours, Cell::Text("48".to_owned()))]);
    assert_eq!(checked.problems[0].level, Level::Warn);
    assert!(checked.accepted.is_some());
}

#[test]
fn the_example_is_not_counted() {
    let changes = [(Column::Name, Cell::Text("示例：王小明".to_owned()))];
    assert!(check(&changes).example);
}
