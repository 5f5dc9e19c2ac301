//! The demo county's bases: what each is recognised for and until when; one ends soon, one is
//! over, one is disabled.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;
use time::{Date, Duration};

use super::units::Unit;
use crate::organizations::{self, Base};

/// (name after 云川县, level, 依托单位, fields, categories, days until its end, 文号, people).
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, i64, u32, i64);

const ROWS: &[Row] = &[
    (
        "专业技术人员继续教育中心",
        "city",
        "云川县委党校",
        "04,05,06,22",
        "public,professional",
        1300,
        12,
        26,
    ),
    ("教师发展中心", "county", "云川县教师进修学校", "21,22", "public,professional", 42, 18, 18),
    ("卫生健康培训中心", "county", "云川县人民医院", "04", "professional", -23, 9, 14),
    ("农业广播电视学校", "provincial", "云川县农业技术推广中心", "06", "professional", 700, 31, 11),
    ("建设行业培训中心", "county", "云川县建筑业协会", "05", "professional", 240, 7, 6),
    ("会计人员继续教育中心", "county", "云川县会计学会", "17", "public,professional", 900, 15, 9),
    ("交通运输职工培训中心", "county", "云川县公路管理所", "05", "professional", 520, 21, 7),
    ("水利职工教育基地", "city", "云川县水利工程管理处", "05", "professional", 1100, 26, 5),
];

/// The base that is disabled.
const DISABLED: &str = "建设行业培训中心";

/// What is recorded of a base of this name, as of `today`; recognised for five years.
pub fn profile(name: &str, today: Date, head: String) -> Option<Base> {
    let row = ROWS.iter().find(|row| name.ends_with(row.0))?;
    let (_, level, host, fields, categories, days, number, people) = *row;
    let until = today.saturating_add(Duration::days(days));
    let since = until.saturating_sub(Duration::days(5 * 365));
    let recognized_by = match level {
        "provincial" => "省人力资源和社会保障厅",
        "city" => "市人力资源和社会保障局",
        _ => "云川县人力资源和社会保障局",
    };
    Some(Base {
        host: host.to_owned(),
        level: level.to_owned(),
        recognized_by: recognized_by.to_owned(),
        document_number: format!("人社专技〔{}〕{number} 号", since.year()),
        recognized_on: kit::day::date_text(since),
        valid_until: kit::day::date_text(until),
        fields: fields.to_owned(),
        categories: categories.to_owned(),
        forms: "onsite,online".to_owned(),
        area: Some(people * 90),
        seats: Some(people * 20),
        full_time: Some(people),
        part_time: Some(people * 2),
        managers: Some(people / 3),
        website: String::new(),
        fee: "公需科目免费；专业科目每学时 5 元".to_owned(),
        head,
    })
}

/// Disables one of them, some months ago.
pub async fn disable(tx: &mut SqliteConnection, county: &Demo, units: &[Unit]) -> Result<()> {
    let Some(unit) = units.iter().find(|unit| unit.name.ends_with(DISABLED)) else {
        return Ok(());
    };
    sqlx::query("update organization set state = 'disabled' where id = ?")
        .bind(unit.id)
        .execute(&mut *tx)
        .await?;
    let at = county.clock.stamp_in(Duration::days(-96));
    organizations::version(tx, unit.id, "disable", &at).await
}
