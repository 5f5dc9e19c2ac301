//! Every rule of a row.

use time::macros::date;

use super::{Checked, Checker, Level, Problem};
use crate::columns::{COLUMNS, Column, Layout};
use crate::departments::tests::some;
use crate::units::Units;
use kit::sheet::{Cell, Row};

/// A row of the whole template that is right in every cell.
const GOOD: [(Column, &str); 19] = [
    (Column::Name, "何敏"),
    (Column::IdNumber, "41999919860520018x"),
    (Column::Sex, "女"),
    (Column::Born, "1986年5月20日"),
    (Column::Nation, "汉"),
    (Column::Political, "党员"),
    (Column::Department, "教务处"),
    (Column::Phone, "138-1234-5678"),
    (Column::Email, "he.min@example.cn"),
    (Column::Education, "本科"),
    (Column::Degree, "学士"),
    (Column::School, "某某大学"),
    (Column::GraduatedOn, "2008.7"),
    (Column::StartedWorkOn, "20080801"),
    (Column::Series, "中小学教师"),
    (Column::Level, "中级"),
    (Column::Title, "一级教师"),
    (Column::TitledOn, "2016-12"),
    (Column::Note, "新"),
];

fn checker(create: bool) -> Checker {
    let titles: Vec<&str> = COLUMNS.iter().map(|d| d.title).collect();
    Checker::new(date!(2026 - 11 - 23), Layout::of(&titles), Units::alone(some()), create)
}

fn row(changes: &[(Column, Cell)]) -> Row {
    let mut cells = vec![Cell::default(); COLUMNS.len()];
    for (column, text) in GOOD {
        cells[column as usize] = Cell::Text(text.to_owned());
    }
    for (column, cell) in changes {
        cells[*column as usize] = cell.clone();
    }
    Row { number: 3, cells }
}

fn check(changes: &[(Column, &str)]) -> Checked {
    let changes: Vec<(Column, Cell)> =
        changes.iter().map(|(c, text)| (*c, Cell::Text((*text).to_owned()))).collect();
    checker(false).row(&row(&changes))
}

/// The only problem of the good row with one cell changed.
fn problem(column: Column, text: &str) -> Problem {
    let checked = check(&[(column, text)]);
    assert_eq!(checked.problems.len(), 1, "{text}: {:?}", checked.problems);
    assert_eq!(checked.problems[0].column, column);
    checked.problems[0].clone()
}

fn error(column: Column, text: &str) -> String {
    let problem = problem(column, text);
    assert_eq!((problem.level, problem.value.as_str()), (Level::Error, text));
    assert!(!problem.remedy.is_empty());
    problem.message
}

fn number(column: Column, n: &str) -> Vec<Problem> {
    checker(false).row(&row(&[(column, Cell::Number { n: n.to_owned() })])).problems
}

#[test]
fn a_good_row_becomes_codes() {
    let checked = check(&[]);
    assert_eq!(checked.problems, []);
    let accepted = checked.accepted.unwrap();
    assert_eq!(accepted.id_card.number(), "41999919860520018X");
    assert_eq!(accepted.department, "教务处");
    let fields = accepted.fields;
    assert_eq!((fields.nation.as_str(), fields.political.as_str()), ("01", "01"));
    assert_eq!((fields.education.as_str(), fields.degree.as_str()), ("21", "4"));
    assert_eq!((fields.series.as_str(), fields.level.as_str()), ("22", "middle"));
    assert_eq!(
        (fields.graduated_on.as_str(), fields.started_work_on.as_str()),
        ("2008-07", "2008-08-01")
    );
    assert_eq!((fields.titled_on.as_str(), fields.phone.as_str()), ("2016-12", "13812345678"));
}

#[test]
fn names_are_cleaned_and_checked() {
    let name = |text: &str| check(&[(Column::Name, text)]).accepted.map(|a| a.fields.name);
    assert_eq!(name("　何　敏 ").as_deref(), Some("何敏"));
    assert_eq!(name("阿依古丽•买买提").as_deref(), Some("阿依古丽·买买提"));
    assert_eq!(name("John  Ｓmith").as_deref(), Some("John Smith"));
    assert_eq!(name("𠮷田").as_deref(), Some("𠮷田"));
    for (text, message) in [
        ("", "没有填写"),
        ("何", "只有 1 个字"),
        ("何敏2", "姓名里有“2”，只能是汉字、字母和“·”"),
        ("=1+1", "姓名里有“=”，只能是汉字、字母和“·”"),
    ] {
        assert_eq!(error(Column::Name, text), message);
    }
    assert_eq!(error(Column::Name, &"某".repeat(51)), "超过 50 个字");
}

#[test]
fn the_number_is_checked_and_its_damage_named() {
    let rest = [
        (Column::Sex, ""),
        (Column::Born, ""),
        (Column::GraduatedOn, ""),
        (Column::StartedWorkOn, ""),
        (Column::TitledOn, "2024-01"),
    ];
    let number_of = |text: &str| check(&[&rest[..], &[(Column::IdNumber, text)]].concat());
    for number in [
        "419999198503150011",
        "419999199202290023",
        "419999200112319991",
        "41999919860520018X",
        "41999919860520034X",
        "34052419800101001X",
        "４１９９９９１９８６０５２００１８ｘ",
        "'41999919860520018x",
    ] {
        assert_eq!(number_of(number).problems, [], "{number}");
    }
    for (number, message) in [
        ("", "没有填写"),
        ("419999199002290010", "出生日期 1990 年 2 月 29 日不存在"),
        ("419999198503150012", "校验位不对"),
        ("419999850315001", "15 位的旧号码"),
        ("111111111111111111", "每一位都是同一个数字"),
        ("51102319890702202", "少 1 位，应为 18 位"),
        ("511023199013025517", "出生月份 13 不存在"),
        ("4.19999E+17", "像是被表格软件改成了科学计数法"),
    ] {
        let checked = number_of(number);
        assert_eq!(checked.accepted, None);
        assert_eq!(checked.problems[0].message, message, "{number}");
    }
    let told = number(Column::IdNumber, "419999198605200000");
    assert_eq!(told[0].message, "单元格是数字格式，末尾几位已被表格软件改成 0");
    assert_eq!(told[0].remedy, "把这一列设为“文本”格式，再重新填写完整号码");
    // an area that no province has is only odd
    let first = "99000019860520018";
    let odd = format!("{first}{}", kit::id_card::check_character(first).unwrap());
    let checked = number_of(&odd);
    assert_eq!((checked.problems.len(), checked.problems[0].level), (1, Level::Warn));
    assert!(checked.accepted.is_some());
}

#[test]
fn sex_and_birth_must_agree_with_the_number() {
    assert_eq!(error(Column::Sex, "男"), "与身份证号不一致，号码第 17 位表示“女”");
    assert_eq!(error(Column::Sex, "中"), "不在可选内容中");
    assert_eq!(error(Column::Born, "1986-05-21"), "与身份证号不一致，号码第 7–14 位是 1986-05-20");
    for same in ["1986-05", "19860520", "1986/5/20", ""] {
        assert_eq!(check(&[(Column::Born, same)]).problems, []);
    }
    assert_eq!(number(Column::Born, "31552"), []); // 1986-05-20 whose cell lost its format
}

#[test]
fn words_must_be_in_their_dictionary() {
    assert_eq!(error(Column::Nation, ""), "没有填写");
    assert_eq!(error(Column::Education, ""), "没有填写");
    assert_eq!(error(Column::Nation, "火星"), "不在可选内容中");
    assert_eq!(error(Column::Political, "会员"), "不在可选内容中");
    assert_eq!(problem(Column::Level, "中极").remedy, "改为“中级”（可从下拉列表选择）");
    assert_eq!(check(&[(Column::Political, "")]).problems, []);
    assert_eq!(problem(Column::Degree, "博士").level, Level::Warn);
}

#[test]
fn contact_data_may_be_missing_but_not_wrong() {
    assert_eq!(problem(Column::Phone, "").level, Level::Warn);
    assert_eq!(error(Column::Phone, "1380281205"), "少 1 位，应为 11 位");
    assert_eq!(error(Column::Phone, "138028120566"), "多 1 位，应为 11 位");
    assert_eq!(error(Column::Phone, "12802812056"), "不是手机号码，手机号码以 13–19 开头");
    assert_eq!(error(Column::Phone, "1380281205A"), "只能是数字");
    assert_eq!(number(Column::Phone, "13802812056"), []);
    assert_eq!(check(&[(Column::Email, "")]).problems, []);
    for wrong in ["he.min", "he@", "@a.cn", "a b@c.cn", "a@b", "a@b..cn", "何@a.cn"] {
        assert_eq!(error(Column::Email, wrong), "不是电子邮箱地址");
    }
}

#[test]
fn departments_must_exist_or_be_made() {
    assert_eq!(error(Column::Department, "质检二科"), "本单位没有这个内设部门");
    assert_eq!(error(Column::Department, "膳食科"), "这个内设部门已停用");
    assert_eq!(problem(Column::Department, "一科").remedy, "写成“上级部门/一科”");
    assert_eq!(check(&[(Column::Department, "后勤处/一科")]).problems, []);
    let changed = row(&[(Column::Department, Cell::Text("质检二科".to_owned()))]);
    let checked = checker(true).row(&changed);
    assert_eq!(checked.problems[0].level, Level::Warn);
    assert!(checked.accepted.is_some());
}

#[test]
fn dates_lie_between_an_age_and_today() {
    assert_eq!(error(Column::TitledOn, "2031-06-30"), "晚于今天");
    assert_eq!(error(Column::GraduatedOn, "2026-12"), "晚于今天");
    assert_eq!(check(&[(Column::GraduatedOn, "2026-11")]).problems, []);
    assert_eq!(error(Column::GraduatedOn, "2000-05-19"), "那时还不满 14 岁");
    assert_eq!(check(&[(Column::GraduatedOn, "2000-05")]).problems, []);
    assert_eq!(error(Column::StartedWorkOn, "2002-04"), "那时还不满 16 岁");
    assert_eq!(error(Column::TitledOn, "2004-05-19"), "那时还不满 18 岁");
    assert_eq!(
        error(Column::GraduatedOn, "不详"),
        "无法识别为日期，请按 1985-03-15 或 1985-03 的样子填写"
    );
    assert_eq!(error(Column::GraduatedOn, "2008"), "只有年份，请补上月份，例如 1985-03");
    assert_eq!(error(Column::GraduatedOn, "2008-13"), "13 月不存在，月份应为 1 至 12");
    assert_eq!(number(Column::GraduatedOn, "2008.7"), []);
    assert_eq!(number(Column::GraduatedOn, "2008.1")[0].remedy, "写成 2008-01 或 2008-10");
}

#[test]
fn titles_fit_their_series_and_level() {
    assert_eq!(error(Column::Series, ""), "没有填写");
    assert_eq!(error(Column::Level, ""), "没有填写");
    assert_eq!(error(Column::Title, ""), "没有填写");
    assert_eq!(problem(Column::TitledOn, "").level, Level::Warn);
    assert!(problem(Column::Level, "高级").remedy.contains("正高级和副高级"));
}

#[test]
fn a_level_or_title_of_another_kind_is_told() {
    let told = |changes: &[(Column, &str)]| -> Vec<String> {
        check(changes).problems.into_iter().map(|p| p.message).collect()
    };
    assert_eq!(told(&[(Column::Title, "高级教师")]), ["“高级教师”属于副高级，与所填的中级不一致"]);
    assert_eq!(told(&[(Column::Title, "主治医师")]), ["“中小学教师”系列没有这个职称"]);
    assert_eq!(
        told(&[(Column::Series, "会计人员"), (Column::Level, "员级"), (Column::Title, "会计员")]),
        ["“会计人员”系列没有员级", "“会计人员”系列没有这个职称"]
    );
    let unsettled = check(&[(Column::Series, "艺术专业人员"), (Column::Title, "三级琴师")]);
    assert_eq!(unsettled.problems[0].level, Level::Warn);
    assert_eq!(unsettled.accepted.unwrap().fields.title, "三级琴师");
}

#[test]
fn without_a_title_nothing_of_a_title_is_said() {
    let none = [
        (Column::Series, "无职称"),
        (Column::Level, ""),
        (Column::Title, "无"),
        (Column::TitledOn, ""),
    ];
    let checked = check(&none);
    assert_eq!(checked.problems, []);
    let fields = checked.accepted.unwrap().fields;
    assert_eq!(
        (fields.series.as_str(), fields.level.as_str(), fields.title.as_str()),
        ("00", "", "")
    );
    let told = check(&[(Column::Series, "无职称")]).problems;
    let columns: Vec<Column> = told.iter().map(|p| p.column).collect();
    assert_eq!(columns, [Column::Level, Column::Title, Column::TitledOn]);
}

#[test]
fn lengths_and_broken_formulas_are_told() {
    assert_eq!(error(Column::School, &"长".repeat(101)), "太长，最多 100 个字，现在有 101 个");
    assert_eq!(error(Column::Note, &"长".repeat(201)), "太长，最多 200 个字，现在有 201 个");
    for column in [
        Column::Name,
        Column::IdNumber,
        Column::Nation,
        Column::Phone,
        Column::Title,
        Column::School,
    ] {
        let told = check(&[(column, "#N/A")]).problems;
        let of_column = told.iter().filter(|p| p.column == column).count();
        assert_eq!((of_column, told[0].message.as_str()), (1, "单元格里的公式出错"), "{told:?}");
    }
}

#[test]
fn only_the_untouched_example_is_left_out() {
    let example: Vec<(Column, &str)> = COLUMNS.iter().map(|d| (d.column, d.example)).collect();
    assert!(check(&example).example);
    let typed_over = [&example[..], &[(Column::IdNumber, "419999198503150011")]].concat();
    let checked = check(&typed_over);
    assert!(!checked.example && checked.accepted.is_none());
    assert_eq!(checked.problems[0].message, "还留着示例行的姓名");
    let renamed = [&example[..], &[(Column::Name, "王小明")]].concat();
    assert_eq!(check(&renamed).problems, []); // the example itself is a right row
}
