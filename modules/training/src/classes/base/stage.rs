//! 开班, 结业, 重新登记: a class goes its way.

use kit::{Answer, Can, Clock, Db, Done, Error, Form, Page, PersonId, Result, trail};
use rocket::{State, get, post};
use sqlx::SqliteConnection;

use super::{At, head, own};
use crate::classes::course::Course;
use crate::classes::enrol;
use crate::leaves::EditPlans;

#[get("/plans/<id>/open")]
pub async fn open_page(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let course = own(&mut db, id, &user.grant).await?;
    let changing = changing(&mut db, id).await?;
    let early = course.signup_until >= kit::day::date_text(clock.today());
    Ok(Page::new("training/class_open.html")
        .with("head", &head(&course, At::Trainees, clock.today()))
        .with("course", &course)
        .with("changing", &changing)
        .with("early", &early))
}

/// Whether a change of the plan waits for its desk: the class does not begin meanwhile.
async fn changing(db: &mut SqliteConnection, id: i64) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from plan_version where plan_id = ? and state = 'pending')",
    )
    .bind(id)
    .fetch_one(db)
    .await?)
}

#[post("/plans/<id>/open", data = "<_form>")]
pub async fn open(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    let opened = sqlx::query(
        "update plan set stage = 'running', opened_at = ?1, updated_at = ?1
          where id = ?2 and stage = 'approved' and signed > 0 and not exists (
            select 1 from plan_version v where v.plan_id = plan.id and v.state = 'pending')",
    )
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if opened.rows_affected() == 0 {
        return Err(Error::refused(match course.stage.as_str() {
            "approved" if course.signed == 0 => "还没有人报名，不能开班。请先添加学员。",
            "approved" => "培训计划的变更正在审核，审核以后才能开班。",
            "cancelled" => "这个培训班已取消，不能开班。",
            _ => "这个培训班已经开班。",
        }));
    }
    let text = format!("培训班“{}”开班，{} 人", course.title, course.signed);
    let object = format!("plan:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.open", &object, &text).await?;
    tx.commit().await?;
    let told = format!("“{}”已开班，共 {} 人，不再接受报名。", course.title, course.signed);
    Ok(Done::to(format!("/training/plans/{id}/trainees")).ok(told))
}

/// Trainees of a class whose attendance or result is not recorded, or who have more hours than
/// are recognised since (a change of the plan may lower them): their names.
async fn incomplete(db: &mut SqliteConnection, id: i64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "select p.name from trainee t join person p on p.id = t.person_id
           join plan c on c.id = t.plan_id
          where t.plan_id = ? and t.state = 'signed'
            and (t.result = '' or t.attended is null or t.hours > c.hours)
          order by t.id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

#[get("/plans/<id>/end")]
pub async fn end_page(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let course = own(&mut db, id, &user.grant).await?;
    let (passed, failed): (i64, i64) = sqlx::query_as(
        "select coalesce(sum(result = 'pass'), 0), coalesce(sum(result = 'fail'), 0)
           from trainee where plan_id = ? and state = 'signed'",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await?;
    Ok(Page::new("training/class_end.html")
        .with("head", &head(&course, At::Results, clock.today()))
        .with("course", &course)
        .with("early", &early(&course, clock))
        .with("passed", &passed)
        .with("failed", &failed)
        .with("missing", &incomplete(&mut db, id).await?))
}

#[post("/plans/<id>/end", data = "<_form>")]
pub async fn end(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    let missing = incomplete(&mut tx, id).await?;
    if !missing.is_empty() {
        return Err(Error::refused(format!(
            "还有 {} 人没有登记出勤学时或结果，或者学时超过认定学时：{}。请在“结业成绩”中补全。",
            missing.len(),
            few(&missing)
        )));
    }
    let ended = sqlx::query(
        "update plan set stage = 'ended', ended_at = ?1, updated_at = ?1
          where id = ?2 and stage = 'running' and signed > 0 and ends_on <= ?3",
    )
    .bind(clock.stamp())
    .bind(id)
    .bind(kit::day::date_text(clock.today()))
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(if course.stage == "running" && early(&course, clock) {
            Error::refused(format!("培训到 {} 才结束，从那天起才能办理结业。", course.ends_on))
        } else {
            Error::refused("只有已开班、名单不空的培训班可以结业。")
        });
    }
    let passed = number_certificates(&mut tx, &course).await?;
    enrol::count(&mut tx, id).await?;
    tell(&mut tx, &course, clock).await?;
    let text = format!("培训班“{}”结业，达到要求 {passed} 人", course.title);
    let object = format!("plan:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.end", &object, &text).await?;
    tx.commit().await?;
    let told = format!("“{}”已结业，{passed} 人达到要求，可以打印结业证书。", course.title);
    Ok(Done::to(format!("/training/plans/{id}/roster")).ok(told))
}

/// Whether the last day is yet to come: nobody gets a certificate before it.
fn early(course: &Course, clock: &Clock) -> bool {
    course.ends_on > kit::day::date_text(clock.today())
}

/// 张三、李四 … 等
fn few(names: &[String]) -> String {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join("、");
    if names.len() > 5 { format!("{shown} 等") } else { shown }
}

/// Who passed gets a number, `<plan number>-NNN`, in the order of the roster. A number once given
/// stays with whoever has it, and is never given to another. Gives how many passed.
pub(in crate::classes) async fn number_certificates(
    tx: &mut SqliteConnection,
    course: &Course,
) -> Result<usize> {
    sqlx::query("update trainee set certificate = '' where plan_id = ? and result <> 'pass'")
        .bind(course.id)
        .execute(&mut *tx)
        .await?;
    let passed: Vec<(i64, String)> = sqlx::query_as(
        "select id, certificate from trainee
          where plan_id = ? and state = 'signed' and result = 'pass' order by id",
    )
    .bind(course.id)
    .fetch_all(&mut *tx)
    .await?;
    for (trainee, _) in passed.iter().filter(|(_, number)| number.is_empty()) {
        let serial: i64 = sqlx::query_scalar(
            "update plan set certificates = certificates + 1 where id = ? returning certificates",
        )
        .bind(course.id)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query("update trainee set certificate = ? where id = ?")
            .bind(format!("{}-{serial:03}", course.number))
            .bind(trainee)
            .execute(&mut *tx)
            .await?;
    }
    Ok(passed.len())
}

/// Everybody hears his result.
async fn tell(tx: &mut SqliteConnection, course: &Course, clock: &Clock) -> Result<()> {
    let all: Vec<(PersonId, String, kit::Hours)> = sqlx::query_as(
        "select person_id, result, hours from trainee where plan_id = ? and state = 'signed'",
    )
    .bind(course.id)
    .fetch_all(&mut *tx)
    .await?;
    for (person, result, hours) in all {
        let text = if result == "pass" {
            format!("“{}”已结业，您达到要求（{hours} 学时），可以打印结业证书。", course.title)
        } else {
            format!("“{}”已结业，您未达到要求。有疑问请与{}联系。", course.title, course.base_name)
        };
        enrol::tell(&mut *tx, person, "培训班结业", &text, clock).await?;
    }
    Ok(())
}

#[get("/plans/<id>/reopen")]
pub async fn reopen_page(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let course = own(&mut *db.read().await?, id, &user.grant).await?;
    Ok(reopening(&course, &Form::new(), clock))
}

fn reopening(course: &Course, form: &Form, clock: &Clock) -> Page {
    Page::new("training/class_reopen.html")
        .with("head", &head(course, At::Roster, clock.today()))
        .with("course", course)
        .with("form", form)
}

/// An ended class whose results were wrong is running again, until it is declared.
#[post("/plans/<id>/reopen", data = "<form>")]
pub async fn reopen(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    let reason = form.required("reason", "原因", 5..=200);
    if form.refused() {
        return Ok(reopening(&course, &form, clock).refused().into());
    }
    let reopened = sqlx::query(
        "update plan set stage = 'running', ended_at = '', updated_at = ?
          where id = ? and stage = 'ended' and not exists (select 1 from proxy_declaration d
            where d.plan_id = plan.id and d.state = 'pending')",
    )
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if reopened.rows_affected() == 0 {
        return Err(Error::refused(match course.stage.as_str() {
            "declared" => "名册已经代申报，不能再改。",
            "ended" => "名册的代申报正在审核，不能改成绩。要改的，请先撤回代申报。",
            _ => "这个培训班没有结业，不用重新登记。",
        }));
    }
    enrol::count(&mut tx, id).await?;
    let text = format!("重新登记培训班“{}”的结业成绩，原因：{reason}", course.title);
    let object = format!("plan:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.reopen", &object, &text).await?;
    tx.commit().await?;
    let told = "可以修改结业成绩了，改好后请再办理结业。";
    Ok(Done::to(format!("/training/plans/{id}/results")).ok(told).into())
}
