//! 添加学员: the base signs up somebody whose ID number and name it knows.

use accounts::confirm;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, IdCard, Page, PersonId, Result, trail};
use rocket::{State, get};
use sqlx::SqliteConnection;

use super::own;
use crate::classes::course::Course;
use crate::classes::enrol::{self, By};
use crate::leaves::EditPlans;

#[get("/plans/<id>/trainees/add")]
pub async fn page(user: Can<EditPlans>, id: i64, db: &State<Db>) -> Result<Page> {
    let course = own(&mut *db.read().await?, id, &user.grant).await?;
    Ok(adding(&course, &Form::new()))
}

fn adding(course: &Course, form: &Form) -> Page {
    Page::new("training/trainee_add.html").with("course", course).with("form", form)
}

/// Whichever of the two is wrong hears the same: a base is not to find out who has a number.
const NO_SUCH: &str = "没有这样的人员：身份证号和姓名必须都与本系统登记的一致。请与本人核对；\
    还没有登记的，请他先由单位登记或自己注册。";

#[rocket::post("/plans/<id>/trainees/add", data = "<form>")]
pub async fn post(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    within_the_hour(&mut tx, &user, clock).await?;
    let Some((person, name)) = named(&mut tx, &mut form, clock).await? else {
        let refused = form.errors().contains_key("");
        if refused {
            let text = format!("向培训班“{}”添加学员：身份证号与姓名对不上", course.title);
            let (actor, object) = (user.actor(), format!("plan:{id}"));
            trail::refused(&mut tx, &actor, clock, TRIED, &object, &text).await?;
            tx.commit().await?;
        }
        return Ok(adding(&course, &form).refused().into());
    };
    let account = user.user.account;
    let trainee = match enrol::sign_up(&mut tx, id, person, By::Base, account, clock).await? {
        Ok(trainee) => trainee,
        Err(why) => {
            form.refuse("", format!("没有添加{name}：{why}。"));
            return Ok(adding(&course, &form).refused().into());
        }
    };
    let text = format!("将{name}加入培训班“{}”", course.title);
    let object = format!("trainee:{trainee}");
    trail::write(&mut tx, &user.actor(), clock, "training.trainee.add", &object, &text).await?;
    let told =
        format!("{}已把您加入“{}”，{} 开班。", course.base_name, course.title, course.begins_on);
    enrol::tell(&mut tx, person, "基地为您报名了培训班", &told, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/training/plans/{id}/trainees")).ok(format!("已添加{name}。")).into())
}

/// Numbers that do not go with the name one may try in an hour.
const TRIES: i64 = 10;
const TRIED: &str = "training.trainee.unmatched";

/// The cap on tries: numbers are not to be guessed here.
///
/// # Errors
/// `TooMany` after as many as that in an hour.
async fn within_the_hour(
    db: &mut SqliteConnection,
    user: &Can<EditPlans>,
    clock: &Clock,
) -> Result<()> {
    if confirm::count(db, user.user.account, TRIED, clock).await? < TRIES {
        return Ok(());
    }
    Err(Error::TooMany(format!(
        "您在一小时内已有 {TRIES} 次填写的身份证号与姓名对不上。请与本人核对证件，过一小时再添加；\
         也可以请本人或他的单位报名。"
    )))
}

/// The person whose number and name are both as typed; else the form says what is wrong.
async fn named(
    db: &mut SqliteConnection,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<(PersonId, String)>> {
    let name = form.required("name", "姓名", 1..=50);
    let number = form.required("number", "身份证号", 1..=30);
    let card = match IdCard::parse(&number, clock.today()) {
        Ok(card) => Some(card),
        Err(error) => {
            form.refuse("number", format!("{error}"));
            None
        }
    };
    let (Some(card), false) = (card, form.refused()) else { return Ok(None) };
    let found: Option<(PersonId, String)> = sqlx::query_as(
        "select p.id, p.name from identity i join person p on p.identity_id = i.id
          where i.number = ?",
    )
    .bind(card.number())
    .fetch_optional(db)
    .await?;
    let found = found.filter(|(_, own)| *own == name);
    if found.is_none() {
        form.refuse("", NO_SUCH);
    }
    Ok(found)
}
