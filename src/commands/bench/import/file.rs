//! The file: believable rows, no two alike, each with a right ID number.

use kit::{Error, Result};
use rust_xlsxwriter::{Workbook, XlsxError};
use time::{Date, Duration, Month};

const HEADER: [&str; 20] = [
    "姓名",
    "身份证号",
    "性别",
    "出生日期",
    "民族",
    "政治面貌",
    "手机号码",
    "学历",
    "学位",
    "毕业院校",
    "所学专业",
    "毕业时间",
    "参加工作时间",
    "职称系列",
    "职称等级",
    "职称名称",
    "取得时间",
    "证书编号",
    "岗位",
    "备注",
];

const SURNAMES: [&str; 12] =
    ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const NAMES: [&str; 16] = [
    "建国", "秀英", "志强", "丽华", "明", "静", "海燕", "晓东", "玉兰", "文博", "思远", "雅琴",
    "国栋", "春梅", "立新", "子涵",
];
/// 系列, 等级, 名称
const TITLES: [(&str, &str, &str); 3] =
    [("中小学教师", "中级", "一级教师"), ("中小学教师", "副高级", "高级教师"), ("无职称", "", "")];

/// A workbook of so many rows. `changed`: the same people with another telephone and post.
pub fn workbook(rows: u32, changed: bool) -> Result<Vec<u8>> {
    write(rows, changed).map_err(|error| Error::Fault(error.to_string()))
}

fn write(rows: u32, changed: bool) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_low_memory();
    for (column, title) in (0..).zip(HEADER) {
        sheet.write_string(0, column, title)?;
    }
    for n in 0..rows {
        for (column, text) in (0..).zip(cells(n, changed)) {
            if !text.is_empty() {
                sheet.write_string(n + 1, column, text)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn cells(n: u32, changed: bool) -> [String; HEADER.len()] {
    let pick = |items: &[&str], by: u32| items[(n / by) as usize % items.len()].to_owned();
    // 40 a day from 1 January 1966 on, of the area 419999, which nobody has
    let born = Date::from_calendar_date(1966, Month::January, 1).unwrap_or(Date::MIN)
        + Duration::days(i64::from(n / 40));
    let (year, month, day) = born.to_calendar_date();
    let (month, serial) = (u8::from(month), n % 40 + 1);
    let first = format!("419999{year:04}{month:02}{day:02}{serial:03}");
    let last = kit::id_card::check_character(&first).unwrap_or_default();
    let sex = if serial % 2 == 1 { "男" } else { "女" };
    let (series, level, title) = TITLES[n as usize % TITLES.len()];
    let phone = 13_000_000_000_u64 + u64::from(n) * 7 + if changed { 5_000_000_000 } else { 0 };
    [
        format!("{}{}", pick(&SURNAMES, 1), pick(&NAMES, 12)),
        format!("{first}{last}"),
        sex.to_owned(),
        format!("{year}-{month:02}-{day:02}"),
        "汉族".to_owned(),
        "群众".to_owned(),
        phone.to_string(),
        "大学本科".to_owned(),
        "学士".to_owned(),
        format!("示例师范学院{}", n % 40),
        format!("专业{}", n % 60),
        format!("{}-07-01", year + 22),
        format!("{}.9", year + 22),
        series.to_owned(),
        level.to_owned(),
        title.to_owned(),
        if level.is_empty() { String::new() } else { format!("{}-12-01", year + 30) },
        if level.is_empty() { String::new() } else { format!("证{n:08}") },
        if changed { "组长" } else { "教师" }.to_owned(),
        String::new(),
    ]
}
