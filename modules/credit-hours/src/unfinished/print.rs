//! The list on paper: A4 across, with the unit, the year and the days left.

use kit::{Can, Clock, Db, OrganizationKind, Page, PersonId, Result, Scope, trail};
use rocket::{State, get};
use serde::Serialize;
use sqlx::{QueryBuilder, SqliteConnection};

use super::explain::explain_all;
use super::{PrintUnfinished, countdown, standing};

/// Rows of one print; a larger scope prints its units one by one, or exports.
const MOST: usize = 2_000;

#[derive(sqlx::FromRow)]
struct Row {
    person_id: PersonId,
    name: String,
    phone: String,
    title: String,
    unit: String,
    place: String,
}

#[derive(Serialize)]
struct Line {
    name: String,
    /// Internal department, or for superiors the unit.
    place: String,
    title: String,
    phone: String,
    total: String,
    done: String,
    missing: String,
    waiting: String,
    why: String,
}

#[get("/unfinished/print?<year>")]
pub async fn print(
    user: Can<PrintUnfinished>,
    year: Option<i32>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut tx = db.begin().await?;
    let year = year.unwrap_or_else(|| clock.year());
    let unit = user.grant.kind == OrganizationKind::Employer;
    let standing = standing::of(&mut tx, user.scope(), year).await?;
    let lines = lines(&mut tx, user.scope(), unit, year, clock).await?;
    let told = countdown::of(&mut tx, year, clock).await?;
    let text = format!("打印 {year} 年度未完成人员名单 {} 人", lines.len());
    let object = format!("organization:{}", user.organization());
    trail::write(&mut tx, &user.actor(), clock, "credit-hours.unfinished.print", &object, &text)
        .await?;
    tx.commit().await?;
    Ok(Page::new("credit-hours/unfinished_print.html")
        .with("year", &year)
        .with("unit", &user.grant.organization_name)
        .with("own", &unit)
        .with("standing", &standing)
        .with("until", &told.sentence)
        .with("audit", &told.audit)
        .with("lines", &lines)
        .with("most", &MOST)
        .with("printed_at", &clock.stamp())
        .with("printed_by", &user.user.name))
}

/// Those of the scope, by internal department (or unit), who lacks most first.
async fn lines(
    db: &mut SqliteConnection,
    scope: Scope,
    unit: bool,
    year: i32,
    clock: &Clock,
) -> Result<Vec<Line>> {
    let mut sql = QueryBuilder::new(
        "select y.person_id, p.name, p.phone, p.title, o.name as unit, coalesce(n.name, '') as place
           from person_year y join person p on p.id = y.person_id
           join organization o on o.id = y.organization_id
           left join internal_department n on n.id = p.internal_department_id
          where y.complete = 0 and y.counted = 1 and y.year = ",
    );
    sql.push_bind(year);
    scope.narrow(&mut sql, "y");
    sql.push(if unit { " order by n.sort, n.id" } else { " order by o.name, o.id" });
    sql.push(", y.missing desc, y.id limit ").push_bind(MOST as i64);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&mut *db).await?;
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let mut all = explain_all(db, &people, year, clock).await?;
    let lines = rows.into_iter().filter_map(|row| {
        let found = all.remove(&row.person_id)?;
        Some(Line {
            name: row.name,
            place: if unit { row.place } else { row.unit },
            title: row.title,
            phone: if unit { row.phone } else { kit::mask::mask_phone(&row.phone) },
            total: found.total.to_string(),
            done: found.done_text(),
            missing: found.needed.to_string(),
            waiting: found.waiting_text(),
            why: found.line,
        })
    });
    Ok(lines.collect())
}
