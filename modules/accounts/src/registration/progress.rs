//! 注册审核进度查询, without sign-in: where it stands, 催办, 撤回申请, 修改后重新提交.

use kit::form::Upload;
use kit::review::{self, CaseState, Submitter};
use kit::{
    Answer, Clock, Db, Done, Error, Form, Modules, Page, Result, Settings, Visitor, organization,
    trail,
};
use rocket::http::Status;
use rocket::{Route, State, get, post, routes};

use super::page::{Desk, Target, draw, receive};
use super::store::{self, Row};
use super::{Content, Queries, Submissions, fields, files};

/// The one answer of all misses.
const NONE: &str = "没有查到。请核对身份证号（单位填统一社会信用代码）和提交时给出的查询码后重新输入。\
    查询码遗失的，可在首页用注册时设的密码登录，会告知审核状态；或者联系审核单位。";

fn asking(form: &Form) -> Page {
    Page::new("accounts/registration_progress.html").with("form", form)
}

#[get("/registration/progress")]
async fn ask(_visitor: Visitor) -> Page {
    asking(&Form::new())
}

#[post("/registration/progress", data = "<form>")]
async fn find(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    queries: &State<Queries>,
    mut form: Form,
) -> Result<Answer> {
    let number = form.required("identifier", "身份证号或信用代码", 1..=40);
    let code = form.required("code", "查询码", 1..=30);
    if form.refused() {
        return Ok(asking(&form).refused().into());
    }
    if let Err(sentence) = queries.take(&visitor.address, clock, settings) {
        form.refuse("", sentence);
        return Ok(asking(&form).status(Status::TooManyRequests).into());
    }
    let found = store::by_code(&mut *db.read().await?, &number, &code).await?;
    let Some(row) = found else {
        form.refuse("", NONE);
        return Ok(asking(&form).refused().into());
    };
    let mut tx = db.begin().await?;
    store::show_to(&mut tx, row.id, &visitor, clock).await?;
    let (object, text) = (object(&row), format!("查询注册 {} 的审核进度", row.number));
    trail::write(&mut tx, &visitor.actor(), clock, "registration.query", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/accounts/registration/progress/mine").into())
}

fn object(row: &Row) -> String {
    format!("registration:{}", row.id)
}

#[get("/registration/progress/mine")]
async fn mine(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Answer> {
    let mut db = db.read().await?;
    let Some(row) = store::seen(&mut db, &visitor, clock).await? else {
        let text =
            "请输入身份证号或信用代码，以及提交时给出的查询码。查到后 30 分钟内可以查看和办理。";
        return Ok(Done::to("/accounts/registration/progress").warn(text).into());
    };
    let case = review::case(&mut db, row.case_id).await?;
    let subject = modules.subject(&case.subject).ok_or(Error::NotFound)?;
    let content: Content = serde_json::from_str(&case.content)?;
    let facts = content.facts(&mut db).await?;
    let steps = review::history(&mut db, subject, &case, false, clock).await?;
    let desk = match case.desk_id {
        Some(desk) => organization::find(&mut db, desk).await?,
        None => organization::find(&mut db, content.organization).await?,
    };
    let desk = desk.ok_or(Error::NotFound)?;
    let telephone = crate::organizations::profile(&mut db, desk.id).await?.phone;
    let calendar = review::working_days(&mut db).await?;
    let waited = review::waited(&calendar, &case.waiting_since, clock);
    let overdue = settings.integer(&review::OVERDUE_DAYS);
    let reason = match case.state {
        CaseState::Rejected => reason(&mut db, case.id).await?,
        _ => String::new(),
    };
    let pending = case.state == CaseState::Pending;
    let again = matches!(case.state, CaseState::Rejected | CaseState::Withdrawn);
    Ok(Page::new("accounts/registration_mine.html")
        .with("noun", row.kind.noun())
        .with("number", &row.number)
        .with("name", &row.name)
        .with("kind", row.kind.key())
        .with("login", &row.login)
        .with("state", &case.state)
        .with("tag", case.state.tag())
        .with("state_label", case.state.label())
        .with("desk", &desk.name)
        .with("telephone", &telephone)
        .with("waited", &review::waited_words(&calendar, &case.waiting_since, clock))
        .with("may_remind", &(pending && waited > overdue))
        .with("overdue", &overdue)
        .with("pending", &pending)
        .with("again", &again)
        .with("reason", &reason)
        .with("facts", &facts)
        .with("files", &files::of(&mut db, Some(row.id)).await?)
        .with("steps", &steps)
        .into())
}

/// Why it was rejected last.
pub async fn reason(db: &mut sqlx::SqliteConnection, case: kit::CaseId) -> Result<String> {
    let steps = review::steps(db, case).await?;
    let last = steps.into_iter().rev().find(|step| step.act == "reject");
    Ok(last.map(|step| step.opinion).unwrap_or_default())
}

#[post("/registration/progress/leave", data = "<_form>")]
async fn leave(visitor: Visitor, db: &State<Db>, _form: Form) -> Result<Done> {
    let mut tx = db.begin().await?;
    store::hide_from(&mut tx, &visitor).await?;
    tx.commit().await?;
    Ok(Done::to("/accounts/registration/progress").ok("已退出查询。"))
}

#[post("/registration/progress/withdraw", data = "<_form>")]
async fn withdraw(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let row = store::own(&mut tx, &visitor, clock).await?;
    let by = Submitter::visitor(&visitor, &row.applicant);
    review::withdraw_from(&mut tx, modules, row.kind.subject(), row.case_id, by, clock).await?;
    tx.commit().await?;
    let text = format!("{} 已撤回。可以修改后重新提交，编号和查询码不变。", row.number);
    Ok(Done::to("/accounts/registration/progress/mine").ok(text))
}

#[post("/registration/progress/remind", data = "<_form>")]
async fn remind(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let row = store::own(&mut tx, &visitor, clock).await?;
    let by = Submitter::visitor(&visitor, &row.applicant);
    review::remind(&mut tx, row.case_id, by, clock, settings).await?;
    tx.commit().await?;
    let text = format!("已催办 {}，审核单位会看到。", row.number);
    Ok(Done::to("/accounts/registration/progress/mine").ok(text))
}

/// Only what was rejected or withdrawn is changed.
fn editable(row: &Row) -> Result<()> {
    if matches!(row.state, CaseState::Rejected | CaseState::Withdrawn) {
        Ok(())
    } else {
        Err(Error::refused(format!(
            "{}现在的状态是“{}”，不能修改。待审核的请先撤回。",
            row.number,
            row.state.label()
        )))
    }
}

#[get("/registration/progress/edit")]
async fn edit(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let row = store::own(&mut db, &visitor, clock).await?;
    editable(&row)?;
    let case = review::case(&mut db, row.case_id).await?;
    let content: Content = serde_json::from_str(&case.content)?;
    let mut form = Form::new();
    fields::fill(&mut form, &content);
    draw(&mut db, Target::Again(&row), Some(row.id), &form, settings).await
}

#[post("/registration/progress/edit", data = "<upload>")]
async fn send_again(
    visitor: Visitor,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
    submissions: &State<Submissions>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let row = store::own(&mut *db.read().await?, &visitor, clock).await?;
    editable(&row)?;
    let desk = Desk { visitor: &visitor, db, clock, settings, modules, submissions };
    receive(&desk, Target::Again(&row), upload.into_inner()).await
}

pub fn routes() -> Vec<Route> {
    routes![ask, find, mine, leave, withdraw, remind, edit, send_again]
}
