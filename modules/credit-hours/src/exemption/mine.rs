//! 减免申请 on the personal side.

use kit::form::Upload;
use kit::{Answer, Clock, Db, Done, Form, Hours, Page, Person, PersonId, Result, Settings};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::store::{self, Side};
use super::{edit, form, show};
use crate::declaration::state_label;

/// A line of the person's list.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Line {
    id: i64,
    number: String,
    year: i32,
    kind: String,
    way: String,
    state: String,
    by: String,
    granted: Option<Hours>,
    desk: String,
    ended_reason: String,
    ended_at: String,
    own: bool,
    #[sqlx(skip)]
    shown: &'static str,
    #[sqlx(skip)]
    tag: &'static str,
}

async fn lines(db: &mut SqliteConnection, person: PersonId) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = sqlx::query_as(
        "select x.id, x.number, x.year, coalesce(k.name, '—') as kind,
                case x.way when 'full' then '全年全部' when 'months' then x.months || ' 个月'
                  else '若干学时' end as way,
                x.state, coalesce(b.name, '本人') as by, x.granted, coalesce(d.name, '') as desk,
                x.ended_reason, x.ended_at, x.by_id is null as own
           from exemption x left join exemption_kind k on k.key = x.kind
           left join organization b on b.id = x.by_id
           left join organization d on d.id = x.desk_id
          where x.person_id = ? and (x.by_id is null or x.state <> 'draft')
          order by x.year desc, x.id desc limit 100",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    for line in &mut lines {
        (line.shown, line.tag) = match line.ended_at.as_str() {
            "" => state_label(&line.state),
            _ => ("已终止", "back"),
        };
    }
    Ok(lines)
}

#[get("/exemptions")]
pub async fn all(person: Person, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let lines = lines(&mut db, person.id).await?;
    Ok(Page::new("credit-hours/exemptions.html").with("lines", &lines))
}

#[get("/exemptions/new")]
pub async fn new(person: Person, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let form = Form::of([("year", clock.year().to_string())]);
    edit::page(&mut db, Side::Person(person.id), None, &form, clock).await
}

#[post("/exemptions", data = "<upload>")]
pub async fn create(
    person: Person,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let side = Side::Person(person.id);
    edit::save(side, &person.user, None, (db, clock), upload.into_inner()).await
}

#[get("/exemptions/<id>", rank = 2)]
pub async fn shown(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let side = Side::Person(person.id);
    let one = store::seen(&mut db, side, id).await?;
    show::page(&mut db, side, &one, true, clock, settings).await
}

#[get("/exemptions/<id>/edit")]
pub async fn edited(person: Person, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let side = Side::Person(person.id);
    let one = store::editable(&mut db, side, id).await?;
    edit::page(&mut db, side, Some(&one), &form::form_of(&one), clock).await
}

#[post("/exemptions/<id>", data = "<upload>")]
pub async fn update(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let side = Side::Person(person.id);
    edit::save(side, &person.user, Some(id), (db, clock), upload.into_inner()).await
}

#[post("/exemptions/<id>/withdraw", data = "<_form>")]
pub async fn withdraw(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    show::withdraw(Side::Person(person.id), &person.user, id, db, clock).await
}

#[post("/exemptions/<id>/remind", data = "<_form>")]
pub async fn remind(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    show::remind(Side::Person(person.id), &person.user, id, db, (clock, settings)).await
}

#[post("/exemptions/<id>/delete", data = "<_form>")]
pub async fn delete(
    person: Person,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    show::delete(Side::Person(person.id), &person.user, id, db, clock).await
}
