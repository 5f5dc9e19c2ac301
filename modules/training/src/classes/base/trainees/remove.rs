//! 移出: a trainee off the list, with the reason.

use kit::access::Grant;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, Page, PersonId, Result, trail};
use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::own;
use crate::classes::course::Course;
use crate::classes::enrol::{self, By};
use crate::leaves::EditPlans;

/// Somebody signed up, as the page that removes him needs him.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct Trainee {
    pub id: i64,
    pub plan_id: i64,
    pub person_id: PersonId,
    pub name: String,
    pub unit: String,
    pub state: String,
}

/// # Errors
/// `NotFound` for absent or another base's.
pub async fn trainee(db: &mut SqliteConnection, id: i64, grant: &Grant) -> Result<Trainee> {
    sqlx::query_as(
        "select t.id, t.plan_id, t.person_id, p.name, u.name as unit, t.state
           from trainee t join plan c on c.id = t.plan_id join person p on p.id = t.person_id
           join organization u on u.id = t.organization_id
          where t.id = ? and c.organization_id = ?",
    )
    .bind(id)
    .bind(grant.organization)
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

#[get("/trainees/<id>/remove")]
pub async fn page(user: Can<EditPlans>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let trainee = trainee(&mut db, id, &user.grant).await?;
    let course = own(&mut db, trainee.plan_id, &user.grant).await?;
    Ok(removing(&course, &trainee, &Form::new()))
}

fn removing(course: &Course, trainee: &Trainee, form: &Form) -> Page {
    Page::new("training/trainee_remove.html")
        .with("course", course)
        .with("trainee", trainee)
        .with("form", form)
}

#[rocket::post("/trainees/<id>/remove", data = "<form>")]
pub async fn post(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let trainee = trainee(&mut tx, id, &user.grant).await?;
    let course = own(&mut tx, trainee.plan_id, &user.grant).await?;
    let reason = form.required("reason", "原因", 5..=200);
    if form.refused() {
        return Ok(removing(&course, &trainee, &form).refused().into());
    }
    enrol::cancel(&mut tx, id, By::Base, &reason, clock).await?;
    let name = &trainee.name;
    let text = format!("将{name}移出培训班“{}”，原因：{reason}", course.title);
    let object = format!("trainee:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.trainee.remove", &object, &text).await?;
    let told = format!("{}把您移出了“{}”的名单，原因：{reason}", course.base_name, course.title);
    enrol::tell(&mut tx, trainee.person_id, "您被移出培训班名单", &told, clock).await?;
    tx.commit().await?;
    let to = format!("/training/plans/{}/trainees", course.id);
    Ok(Done::to(to).ok(format!("已将{name}移出名单，并已告知本人。")).into())
}
