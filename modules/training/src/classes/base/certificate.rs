//! 结业证书: one A4 sheet per trainee who met the requirements, one or all at once.

use kit::{Can, Clock, Db, Error, Hours, Page, Person, Result, User, day, trail};
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{own, trainees};
use crate::leaves::PrintPlans;

/// What is printed. A base is not the bureau: the ID number is masked (domain.md, Decisions:
/// only the bureau's certificate prints it in full).
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Certificate {
    number: String,
    name: String,
    id_card: String,
    unit: String,
    title: String,
    category: String,
    begins_on: String,
    ends_on: String,
    hours: Hours,
    base_name: String,
    ended_at: String,
}

/// A certificate with its days spelled out.
#[derive(Debug, Serialize)]
struct Sheet {
    #[serde(flatten)]
    certificate: Certificate,
    /// 2026年12月7日至12月8日
    dates: String,
    issued: String,
}

/// Whose.
enum Of {
    /// All of a class.
    Plan(i64),
    /// One row of `trainee`.
    Trainee(i64),
}

async fn certificates(db: &mut SqliteConnection, of: Of) -> Result<Vec<Sheet>> {
    let mut sql = sqlx::QueryBuilder::new(
        "select t.certificate as number, p.name, substr(i.number, 1, 4) || '************' ||
                substr(i.number, 17) as id_card, u.name as unit, c.title,
                coalesce(g.name, '') as category, c.begins_on, c.ends_on, t.hours,
                b.name as base_name, c.ended_at
           from trainee t join plan c on c.id = t.plan_id join person p on p.id = t.person_id
           join identity i on i.id = p.identity_id join organization u on u.id = t.organization_id
           join organization b on b.id = c.organization_id left join category g on g.id = c.category
          where t.state = 'signed' and t.result = 'pass' and t.certificate <> ''
            and c.stage in ('ended', 'declared') and ",
    );
    match of {
        Of::Plan(id) => sql.push("t.plan_id = ").push_bind(id),
        Of::Trainee(id) => sql.push("t.id = ").push_bind(id),
    };
    sql.push(" order by t.id");
    let found: Vec<Certificate> = sql.build_query_as().fetch_all(db).await?;
    Ok(found.into_iter().map(sheet).collect())
}

fn sheet(certificate: Certificate) -> Sheet {
    let issued = day::stored_time(&certificate.ended_at)
        .map(|at| day::chinese(day::county_day(at)))
        .unwrap_or_default();
    Sheet { dates: dates(&certificate.begins_on, &certificate.ends_on), issued, certificate }
}

/// 2026年12月7日至2026年12月8日, or the one day.
fn dates(begins: &str, ends: &str) -> String {
    let spelled = |text: &str| day::stored_date(text).map(day::chinese).unwrap_or_default();
    if begins == ends {
        spelled(begins)
    } else {
        format!("{}至{}", spelled(begins), spelled(ends))
    }
}

/// None of somebody who did not pass, or before the class has ended.
const NONE: &str = "没有结业证书：培训班结业、达到要求的人员才有。";

/// Draws them; opening them stands in the trail.
async fn print(
    db: &State<Db>,
    clock: &State<Clock>,
    user: &User,
    of: Of,
    title: &str,
    back: &str,
) -> Result<Page> {
    let mut tx = db.begin().await?;
    let object = match of {
        Of::Plan(id) => format!("plan:{id}"),
        Of::Trainee(id) => format!("trainee:{id}"),
    };
    let sheets = certificates(&mut tx, of).await?;
    if sheets.is_empty() {
        return Err(Error::refused(NONE));
    }
    let text = format!("打开培训班“{title}”的结业证书供打印，{} 份", sheets.len());
    trail::write(&mut tx, &user.actor(), clock, "training.certificate", &object, &text).await?;
    tx.commit().await?;
    Ok(Page::new("training/certificates.html").with("sheets", &sheets).with("back", back))
}

#[get("/plans/<id>/certificates")]
pub async fn all(
    user: Can<PrintPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let course = own(&mut *db.read().await?, id, &user.grant).await?;
    let back = format!("/training/plans/{id}/roster");
    print(db, clock, &user.user, Of::Plan(id), &course.title, &back).await
}

#[get("/trainees/<id>/certificate")]
pub async fn one(
    user: Can<PrintPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let trainee = trainees::remove::trainee(&mut reader, id, &user.grant).await?;
    let course = own(&mut reader, trainee.plan_id, &user.grant).await?;
    drop(reader);
    let back = format!("/training/plans/{}/roster", course.id);
    print(db, clock, &user.user, Of::Trainee(id), &course.title, &back).await
}

/// The person's own.
#[get("/mine/<id>/certificate")]
pub async fn mine(person: Person, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let title: Option<String> = sqlx::query_scalar(
        "select c.title from trainee t join plan c on c.id = t.plan_id
          where t.id = ? and t.person_id = ?",
    )
    .bind(id)
    .bind(person.id)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let title = title.ok_or(Error::NotFound)?;
    print(db, clock, &person.user, Of::Trainee(id), &title, "/training/mine").await
}
