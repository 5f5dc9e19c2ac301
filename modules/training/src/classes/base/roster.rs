//! 结业名册, which is the 代申报 roster (domain.md §3.11): rows, page, workbook.

use kit::list::file_name;
use kit::xlsx::{Book, Column, Value};
use kit::{Can, Clock, Db, Download, Error, Hours, Page, Permission, PersonId, Result, day, trail};
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{At, head, own};
use crate::classes::course::Course;
use crate::leaves::{EditPlans, EditProxies, ExportPlans, PrintPlans, ViewPlans};

/// A row of the roster of an ended class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RosterRow {
    /// 序号, from 1.
    pub serial: usize,
    /// Row of `trainee`.
    pub trainee: i64,
    pub person: PersonId,
    /// First four and last two characters.
    pub id_card: String,
    pub name: String,
    /// Name of the unit he was signed up from.
    pub unit: String,
    /// 出勤学时
    pub attended: Hours,
    /// 出勤率: 93.8%, of all hours of the course table.
    pub rate: String,
    /// 考核成绩, as the base writes it.
    pub score: String,
    /// 达到要求
    pub passed: bool,
    /// 学时: at most the plan's recognised hours; none for who did not pass.
    pub hours: Hours,
    /// 证书编号; empty for who did not pass.
    pub certificate: String,
}

#[derive(sqlx::FromRow)]
struct Stored {
    id: i64,
    person_id: PersonId,
    masked: String,
    name: String,
    unit: String,
    attended: Option<Hours>,
    score: String,
    result: String,
    hours: Hours,
    certificate: String,
}

/// The roster of an ended class, in the order of signing up; empty as long as it has not ended.
pub async fn roster(db: &mut SqliteConnection, plan: i64) -> Result<Vec<RosterRow>> {
    let total: Option<i64> = sqlx::query_scalar(
        "select coalesce(json_extract(v.content, '$.hours'), 0)
           from plan p join plan_version v on v.id = p.version_id
          where p.id = ? and p.stage in ('ended', 'declared')",
    )
    .bind(plan)
    .fetch_optional(&mut *db)
    .await?;
    let Some(total) = total else { return Ok(vec![]) };
    let stored: Vec<Stored> = sqlx::query_as(
        "select t.id, t.person_id, substr(i.number, 1, 4) || '************' || substr(i.number, 17)
                  as masked, p.name, u.name as unit, t.attended, t.score, t.result, t.hours,
                t.certificate
           from trainee t join person p on p.id = t.person_id
           join identity i on i.id = p.identity_id join organization u on u.id = t.organization_id
          where t.plan_id = ? and t.state = 'signed' order by t.id",
    )
    .bind(plan)
    .fetch_all(db)
    .await?;
    Ok(stored
        .into_iter()
        .zip(1..)
        .map(|(row, serial)| {
            let attended = row.attended.unwrap_or(Hours::ZERO);
            RosterRow {
                serial,
                trainee: row.id,
                person: row.person_id,
                id_card: row.masked,
                name: row.name,
                unit: row.unit,
                attended,
                rate: rate(attended, Hours::from_tenths(total)),
                score: row.score,
                passed: row.result == "pass",
                hours: row.hours,
                certificate: row.certificate,
            }
        })
        .collect())
}

/// Attended of all, in per cent with at most one decimal; empty if there was nothing to attend.
fn rate(attended: Hours, total: Hours) -> String {
    if total.tenths() <= 0 {
        return String::new();
    }
    // rounded to tenths of a per cent
    let tenths = (attended.tenths() * 1_000 + total.tenths() / 2) / total.tenths();
    match tenths % 10 {
        0 => format!("{}%", tenths / 10),
        tenth => format!("{}.{tenth}%", tenths / 10),
    }
}

async fn ended(
    db: &mut SqliteConnection,
    id: i64,
    grant: &kit::access::Grant,
) -> Result<(Course, Vec<RosterRow>)> {
    let course = own(&mut *db, id, grant).await?;
    if !matches!(course.stage.as_str(), "ended" | "declared") {
        return Err(Error::refused("培训班还没有结业。登记结业成绩、办理结业以后才有名册。"));
    }
    let rows = roster(db, id).await?;
    Ok((course, rows))
}

#[get("/plans/<id>/roster")]
pub async fn page(
    user: Can<ViewPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let (course, rows) = ended(&mut *db.read().await?, id, &user.grant).await?;
    let passed = rows.iter().filter(|row| row.passed).count();
    Ok(Page::new("training/class_roster.html")
        .with("head", &head(&course, At::Roster, clock.today()))
        .with("rows", &rows)
        .with("passed", &passed)
        .with("hours", &rows.iter().map(|row| row.hours).sum::<Hours>())
        .with("exports", &user.grant.may(ExportPlans::grantable()))
        .with("proxies", &user.grant.may(EditProxies::grantable()))
        .with("prints", &(passed > 0 && user.grant.may(PrintPlans::grantable())))
        .with("reopens", &(course.stage == "ended" && user.grant.may(EditPlans::grantable()))))
}

#[get("/plans/<id>/roster/export")]
pub async fn export(
    user: Can<ExportPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Download> {
    let (course, rows) = ended(&mut *db.read().await?, id, &user.grant).await?;
    let book = Book::in_folder(&db.folder().join("tmp"))?;
    let note = format!(
        "计划编号：{}　起止：{}　导出单位：{}　导出人：{}　导出时间：{}",
        course.number,
        course.dates(),
        user.grant.organization_name,
        user.user.name,
        day::shown_time(&clock.stamp())
    );
    let title = format!("{}结业名册", course.title);
    let (heading, count) = (title.clone(), rows.len());
    let bytes = tokio::task::spawn_blocking(move || write(book, &heading, &note, &rows))
        .await
        .map_err(|error| Error::Fault(format!("workbook: {error}")))??;
    let mut tx = db.begin().await?;
    let text = format!("导出培训班“{}”的结业名册 {count} 行", course.title);
    let object = format!("plan:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.roster.export", &object, &text).await?;
    tx.commit().await?;
    let name = file_name(&user.grant.organization_name, &title, clock.today());
    Ok(Download::xlsx(name, bytes))
}

/// Columns in the order of domain.md §3.11.
fn write(mut book: Book, title: &str, note: &str, rows: &[RosterRow]) -> Result<Vec<u8>> {
    let columns = [
        ("序号", 6.0),
        ("身份证号", 22.0),
        ("姓名", 12.0),
        ("单位", 32.0),
        ("出勤率", 10.0),
        ("考核成绩", 12.0),
        ("结果", 14.0),
        ("学时", 8.0),
        ("证书编号", 20.0),
    ]
    .map(|(title, width)| Column::new(title, width));
    let mut sheet = book.sheet("结业名册")?;
    sheet.title(title, columns.len())?;
    sheet.note(note, columns.len())?;
    sheet.head(&columns)?;
    for row in rows {
        sheet.row(&[
            Value::Integer(row.serial as i64),
            Value::Text(&row.id_card),
            Value::Text(&row.name),
            Value::Long(&row.unit),
            Value::Text(&row.rate),
            Value::Text(&row.score),
            Value::Text(if row.passed { "达到要求" } else { "未达到要求" }),
            Value::Hours(row.hours),
            Value::Text(&row.certificate),
        ])?;
    }
    book.bytes()
}

#[cfg(test)]
mod tests {
    use super::rate;
    use kit::Hours;

    #[test]
    fn attendance_is_told_in_per_cent_of_all_hours() {
        let of = |attended, total| rate(Hours::from_tenths(attended), Hours::from_tenths(total));
        assert_eq!(of(400, 400), "100%");
        assert_eq!(of(375, 400), "93.8%");
        assert_eq!(of(0, 400), "0%");
        assert_eq!(of(100, 300), "33.3%");
        assert_eq!(of(0, 0), "");
    }
}
