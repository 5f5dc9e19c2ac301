//! 培训报名 of a person: what he may join, his sign-ups, what came of them.

use kit::{Clock, Db, Done, Error, Form, Hours, Page, Person, PersonId, Result, day, trail};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::course::{self, Shown};
use super::enrol::{self, By};
use super::find::Asked;

/// A sign-up as its person sees it.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Row {
    id: i64,
    plan: i64,
    title: String,
    stage: String,
    base_name: String,
    place: String,
    begins_on: String,
    ends_on: String,
    signup_until: String,
    state: String,
    by: String,
    cancelled_by: String,
    reason: String,
    result: String,
    hours: Hours,
    score: String,
    certificate: String,
}

/// With what is made of it.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    row: Row,
    label: &'static str,
    tag: &'static str,
    by_label: &'static str,
    cancellable: bool,
}

/// 本人, 所在单位, 培训基地
pub(super) fn by_label(by: &str) -> &'static str {
    match by {
        "unit" => "单位",
        "base" => "基地",
        _ => "本人",
    }
}

/// (label, tag) of a sign-up and its class.
pub(super) fn state_of(state: &str, stage: &str, by: &str) -> (&'static str, &'static str) {
    match (state, stage) {
        ("cancelled", _) if by == "base" => ("基地已移出", "back"),
        ("cancelled", _) => ("已取消报名", "off"),
        (_, "cancelled") => ("培训班已取消", "back"),
        (_, "running") => ("培训中", "info"),
        (_, "ended" | "declared") => ("已结业", "off"),
        _ => ("已报名", "pass"),
    }
}

fn line(row: Row, today: &str) -> Line {
    let (label, tag) = state_of(&row.state, &row.stage, &row.cancelled_by);
    Line {
        label,
        tag,
        by_label: by_label(&row.by),
        cancellable: row.state == "signed"
            && row.stage == "approved"
            && row.signup_until.as_str() >= today,
        row,
    }
}

const COLUMNS: &str = "select t.id, p.id as plan, p.title, p.stage, b.name as base_name, p.place,
    p.begins_on, p.ends_on, p.signup_until, t.state, t.by, t.cancelled_by, t.reason,
    case when p.stage in ('ended', 'declared') then t.result else '' end as result,
    case when p.stage in ('ended', 'declared') then t.hours else 0 end as hours,
    case when p.stage in ('ended', 'declared') then t.score else '' end as score,
    case when p.stage in ('ended', 'declared') then t.certificate else '' end as certificate
    from trainee t join plan p on p.id = t.plan_id join organization b on b.id = p.organization_id
    where t.person_id = ";

async fn lines(db: &mut SqliteConnection, person: PersonId, clock: &Clock) -> Result<Vec<Line>> {
    let mut sql = sqlx::QueryBuilder::new(COLUMNS);
    sql.push_bind(person).push(" order by t.id desc limit 200");
    let rows: Vec<Row> = sql.build_query_as().fetch_all(db).await?;
    let today = day::date_text(clock.today());
    Ok(rows.into_iter().map(|row| line(row, &today)).collect())
}

async fn own(db: &mut SqliteConnection, person: PersonId, id: i64, clock: &Clock) -> Result<Line> {
    let mut sql = sqlx::QueryBuilder::new(COLUMNS);
    sql.push_bind(person).push(" and t.id = ").push_bind(id);
    let row: Option<Row> = sql.build_query_as().fetch_optional(db).await?;
    Ok(line(row.ok_or(Error::NotFound)?, &day::date_text(clock.today())))
}

#[get("/mine?<asked..>")]
pub async fn list(
    person: Person,
    asked: Asked<'_>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let mine = lines(&mut reader, person.id, clock).await?;
    let signed = mine.iter().filter(|line| line.row.state == "signed");
    let own: Vec<i64> = signed.map(|line| line.row.plan).collect();
    let page = Page::new("training/mine.html").with("mine", &mine).with("own", &own);
    asked.fill(page, &mut reader, clock, true).await
}

/// One page asks, says what the class is and what stands against it.
#[get("/courses/<id>/sign-up")]
pub async fn ask(person: Person, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut reader = db.read().await?;
    let course = course::find(&mut reader, id).await?;
    let why = enrol::why_not(&mut reader, id, person.id, By::Person, clock).await?;
    Ok(Page::new("training/sign_up.html")
        .with("course", &Shown::of(course, clock.today()))
        .with("why", &why)
        .with("overlaps", &enrol::overlaps(&mut reader, id, person.id).await?))
}

#[post("/courses/<id>/sign-up", data = "<_form>")]
pub async fn sign_up(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let course = course::find(&mut tx, id).await?;
    let account = person.user.account;
    let trainee = enrol::sign_up(&mut tx, id, person.id, By::Person, account, clock)
        .await?
        .map_err(|why| Error::refused(format!("没有报名：{why}。")))?;
    let text = format!("报名参加培训班“{}”", course.title);
    let object = format!("trainee:{trainee}");
    trail::write(&mut tx, &person.user.actor(), clock, "training.sign-up", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/training/mine").ok(format!(
        "已报名“{}”，{} 开班。{} 以前可以取消。",
        course.title, course.begins_on, course.signup_until
    )))
}

#[get("/mine/<id>/cancel")]
pub async fn cancel_page(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let line = own(&mut *db.read().await?, person.id, id, clock).await?;
    Ok(Page::new("training/mine_cancel.html").with("line", &line))
}

#[post("/mine/<id>/cancel", data = "<_form>")]
pub async fn cancel(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let line = own(&mut tx, person.id, id, clock).await?;
    enrol::cancel(&mut tx, id, By::Person, "", clock).await?;
    let text = format!("取消参加培训班“{}”", line.row.title);
    let (actor, object) = (person.user.actor(), format!("trainee:{id}"));
    trail::write(&mut tx, &actor, clock, "training.sign-up.cancel", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/training/mine").ok(format!("已取消报名“{}”。", line.row.title)))
}
