//! 结业成绩: attendance, score, result and hours of everybody, on one page as typed.

use kit::{Answer, Can, Clock, Db, Done, Error, Form, Hours, Page, Permission, Result, trail};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{At, head, own};
use crate::classes::course::Course;
use crate::leaves::{EditPlans, ViewPlans};
use crate::plans::content_in_force;

/// A trainee with what is recorded.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    unit: String,
    attended: Option<Hours>,
    score: String,
    result: String,
    hours: Hours,
}

/// What is recorded of a trainee, read from the form.
struct Typed {
    id: i64,
    attended: Option<Hours>,
    score: String,
    result: String,
    hours: Hours,
}

async fn rows(db: &mut SqliteConnection, plan: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as(
        "select t.id, p.name, u.name as unit, t.attended, t.score, t.result, t.hours
           from trainee t join person p on p.id = t.person_id
           join organization u on u.id = t.organization_id
          where t.plan_id = ? and t.state = 'signed' order by t.id",
    )
    .bind(plan)
    .fetch_all(db)
    .await?)
}

/// All hours of the course table.
async fn total(db: &mut SqliteConnection, plan: i64) -> Result<Hours> {
    let content = content_in_force(db, plan).await?;
    Ok(content.map_or(Hours::ZERO, |content| content.hours))
}

/// The form with what is stored.
fn stored(rows: &[Row]) -> Form {
    let mut form = Form::new();
    for row in rows {
        let id = row.id;
        form.set(
            &format!("attended-{id}"),
            row.attended.map(|h| h.to_string()).unwrap_or_default(),
        );
        form.set(&format!("score-{id}"), row.score.clone());
        form.set(&format!("result-{id}"), row.result.clone());
        let hours = if row.result.is_empty() { String::new() } else { row.hours.to_string() };
        form.set(&format!("hours-{id}"), hours);
    }
    form
}

#[get("/plans/<id>/results")]
pub async fn page(
    user: Can<ViewPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let course = own(&mut db, id, &user.grant).await?;
    if !matches!(course.stage.as_str(), "running" | "ended" | "declared") {
        return Err(Error::refused("培训班还没有开班，开班以后才能登记结业成绩。"));
    }
    let rows = rows(&mut db, id).await?;
    let total = total(&mut db, id).await?;
    let editor = user.grant.may(EditPlans::grantable()) && course.stage == "running";
    Ok(shown(&course, &rows, total, editor, &stored(&rows), clock))
}

fn shown(
    course: &Course,
    rows: &[Row],
    total: Hours,
    editor: bool,
    form: &Form,
    clock: &Clock,
) -> Page {
    Page::new("training/class_results.html")
        .with("head", &head(course, At::Results, clock.today()))
        .with("course", course)
        .with("rows", rows)
        .with("total", &total)
        .with("editor", &editor)
        .with("form", form)
}

/// Fills in what is empty, saves, or saves and goes on to 结业.
#[post("/plans/<id>/results", data = "<form>")]
pub async fn save(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let course = own(&mut tx, id, &user.grant).await?;
    if course.stage != "running" {
        return Err(Error::refused(
            "培训班不在开班中，结业成绩不能修改。已结业的请先办理重新登记。",
        ));
    }
    let rows = rows(&mut tx, id).await?;
    let total = total(&mut tx, id).await?;
    let act = form.text("act");
    if matches!(act.as_str(), "fill-attended" | "fill-pass") {
        let filled = fill(&mut form, &rows, &act, total, course.hours);
        let told = match filled {
            0 => "没有空着的可填。".to_owned(),
            filled => format!("已填入 {filled} 格，还没有保存。请核对后点“保存”。"),
        };
        let page = shown(&course, &rows, total, true, &form, clock);
        return Ok(page.with("filled", &told).into());
    }
    let typed: Vec<Typed> =
        rows.iter().map(|row| read(&mut form, row, total, course.hours)).collect();
    if form.refused() {
        return Ok(shown(&course, &rows, total, true, &form, clock).refused().into());
    }
    write(&mut tx, &typed).await?;
    let text = format!("登记培训班“{}”的结业成绩，{} 人", course.title, typed.len());
    let object = format!("plan:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.results", &object, &text).await?;
    tx.commit().await?;
    let to = if act == "end" { "end" } else { "results" };
    let left = typed.iter().filter(|one| one.result.is_empty() || one.attended.is_none()).count();
    let told = match left {
        0 => format!("已保存 {} 人的成绩，已全部登记，可以结业。", typed.len()),
        left => format!("已保存，还有 {left} 人没有登记完。"),
    };
    Ok(Done::to(format!("/training/plans/{id}/{to}")).ok(told).into())
}

/// Fills the empty fields: everybody was there all the time, or met the requirements. Gives how
/// many.
fn fill(form: &mut Form, rows: &[Row], act: &str, total: Hours, recognised: Hours) -> usize {
    let mut filled = 0;
    let mut put = |form: &mut Form, field: &str, value: String| {
        form.set(field, value);
        filled += 1;
    };
    for row in rows {
        let (attended, result) = (format!("attended-{}", row.id), format!("result-{}", row.id));
        let hours = format!("hours-{}", row.id);
        if act == "fill-attended" && form.text(&attended).is_empty() {
            put(form, &attended, total.to_string());
        }
        let there = Hours::parse(&form.text(&attended)).ok();
        let absent = there.is_some_and(|hours| hours.is_zero());
        if act == "fill-pass" && form.text(&result).is_empty() && !absent {
            put(form, &result, "pass".to_owned());
        }
        if form.text(&result) == "pass" && form.text(&hours).is_empty() && !absent {
            put(form, &hours, earned(recognised, there).to_string());
        }
    }
    filled
}

/// Hours of somebody who met the requirements: the recognised ones, at most what he attended.
fn earned(recognised: Hours, attended: Option<Hours>) -> Hours {
    attended.map_or(recognised, |attended| recognised.min(attended))
}

/// One trainee's fields. Who met the requirements gets the recognised hours, as far as he was
/// there, unless less is typed, never more; the others and who never was there none.
fn read(form: &mut Form, row: &Row, total: Hours, recognised: Hours) -> Typed {
    let (id, name) = (row.id, &row.name);
    let field = format!("attended-{id}");
    let attended = hours_of(form, &field, name, "出勤学时");
    if attended.is_some_and(|hours| hours > total) {
        form.refuse(&field, format!("{name}的出勤学时不能超过课程表的 {total} 学时。"));
    }
    let score = form.optional(&format!("score-{id}"), &format!("{name}的考核成绩"), 20);
    let label = format!("{name}的结果");
    let result = form.optional_choice(&format!("result-{id}"), &label, &["pass", "fail"]);
    let field = format!("hours-{id}");
    let typed = hours_of(form, &field, name, "学时");
    let hours = match result.as_str() {
        "pass" => typed.unwrap_or(earned(recognised, attended)),
        _ => Hours::ZERO,
    };
    let absent = attended.is_some_and(|hours| hours.is_zero());
    if hours > recognised {
        form.refuse(&field, format!("{name}的学时不能超过认定的 {recognised} 学时。"));
    }
    if result == "pass" && absent {
        let why = format!("{name}的出勤学时是 0，不能达到要求。请改出勤学时，或改为未达到要求。");
        form.refuse(&format!("result-{id}"), why);
    } else if let Some(attended) = attended.filter(|attended| hours > *attended) {
        let why =
            format!("{name}的学时 {hours} 多于出勤的 {attended} 学时，请改成不超过出勤学时。");
        form.refuse(&field, why);
    } else if result == "pass" && hours.is_zero() {
        form.refuse(&field, format!("{name}达到要求，学时不能为 0。"));
    }
    if result == "fail" && typed.is_some_and(|hours| !hours.is_zero()) {
        form.refuse(&field, format!("{name}未达到要求，不计学时。请清空学时，或改为达到要求。"));
    }
    Typed { id, attended, score, result, hours }
}

fn hours_of(form: &mut Form, field: &str, name: &str, label: &str) -> Option<Hours> {
    let text = form.text(field);
    if text.is_empty() {
        return None;
    }
    match Hours::parse(&text) {
        Ok(hours) => Some(hours),
        Err(error) => {
            form.refuse(field, format!("{name}的{label}“{text}”：{error}"));
            None
        }
    }
}

async fn write(tx: &mut SqliteConnection, typed: &[Typed]) -> Result<()> {
    for one in typed {
        sqlx::query(
            "update trainee set attended = ?, score = ?, result = ?, hours = ?
              where id = ? and state = 'signed'",
        )
        .bind(one.attended)
        .bind(&one.score)
        .bind(&one.result)
        .bind(one.hours)
        .bind(one.id)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
