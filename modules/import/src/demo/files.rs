//! The files that the demo county's administrators upload.

use kit::id_card::check_character;
use kit::{Clock, Error, OrganizationId, Result, day, dictionary};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use sqlx::SqliteConnection;
use time::Duration;

use crate::columns::Column;

/// A row as it is typed.
pub struct Person {
    pub name: String,
    pub number: String,
    pub nation: String,
    pub phone: String,
    pub email: String,
    pub education: String,
    pub series: String,
    pub level: String,
    pub title: String,
}

const COLUMNS: [Column; 9] = [
    Column::Name,
    Column::IdNumber,
    Column::Nation,
    Column::Phone,
    Column::Email,
    Column::Education,
    Column::Series,
    Column::Level,
    Column::Title,
];

const NAMES: [&str; 5] = ["岳思齐", "柏雨桐", "柯子涵", "童嘉懿", "闵一诺"];

/// People who have just left their schools: younger than anybody of the demo, so that their numbers
/// are nobody's. `first`: of their serials.
pub fn graduates(clock: &Clock, count: usize, first: u32) -> Vec<Person> {
    let today = clock.today();
    (0..count)
        .map(|at| {
            let born = today.saturating_sub(Duration::days(7_700 + 41 * at as i64));
            let day = day::date_text(born).replace('-', "");
            let seventeen = format!("419999{day}{:03}", first + at as u32);
            let check = check_character(&seventeen).unwrap_or_default();
            Person {
                name: NAMES[(at + first as usize) % NAMES.len()].to_owned(),
                number: format!("{seventeen}{check}"),
                nation: "汉族".to_owned(),
                // 140 is no block of mobile subscribers
                phone: format!("140{:08}", 77_000_000 + first as usize * 100 + at),
                email: String::new(),
                education: "大学本科".to_owned(),
                series: "中小学教师".to_owned(),
                level: "助理级".to_owned(),
                title: "二级教师".to_owned(),
            }
        })
        .collect()
}

/// The first of a unit's people, as they are recorded.
pub async fn people(
    db: &mut SqliteConnection,
    unit: OrganizationId,
    most: i64,
) -> Result<Vec<Person>> {
    let found: Vec<(String, String, String)> = sqlx::query_as(
        "select p.name, i.number, p.phone from person p join identity i on i.id = p.identity_id
          where p.organization_id = ? and p.state = 'serving' order by p.id limit ?",
    )
    .bind(unit)
    .bind(most)
    .fetch_all(db)
    .await?;
    Ok(found
        .into_iter()
        .map(|(name, number, phone)| Person {
            name,
            number,
            phone,
            email: String::new(),
            nation: "汉族".to_owned(),
            education: "大学本科".to_owned(),
            series: dictionary::WITHOUT_TITLE.to_owned(),
            level: String::new(),
            title: String::new(),
        })
        .collect())
}

/// A workbook, byte for byte the same each time.
pub fn workbook(rows: &[Person]) -> Result<Vec<u8>> {
    let lines: Vec<[&str; 9]> = rows
        .iter()
        .map(|row| {
            [
                &row.name,
                &row.number,
                &row.nation,
                &row.phone,
                &row.email,
                &row.education,
                &row.series,
                &row.level,
                &row.title,
            ]
            .map(String::as_str)
        })
        .collect();
    sheet(COLUMNS.map(Column::title), &lines)
}

/// A sheet of something else.
pub fn wages() -> Result<Vec<u8>> {
    sheet(["姓名", "基本工资", "绩效"], &[["岳思齐", "3200", "1800"]])
}

fn sheet<const N: usize>(header: [&str; N], rows: &[[&str; N]]) -> Result<Vec<u8>> {
    let fault = |error: rust_xlsxwriter::XlsxError| Error::Fault(error.to_string());
    let made = ExcelDateTime::from_ymd(2026, 1, 5).map_err(fault)?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = workbook.add_worksheet();
    for (at, cells) in (0..).zip([&[header], rows].concat()) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(at, column, text).map_err(fault)?;
        }
    }
    workbook.save_to_buffer().map_err(fault)
}
