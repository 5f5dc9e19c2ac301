//! 填报年度报告: written over as many visits as it takes, then sent to the desks.

use kit::form::Upload;
use kit::{Answer, Can, Clock, Db, Done, Error, FileId, Form, Page, Result, day, trail};
use rocket::{Route, State, get, post, routes};
use serde_json::json;
use sqlx::SqliteConnection;

use super::content::{FileKind, TEXTS};
use super::figures::{self, Figure};
use super::store::{self, Draft, Report};
use super::{BASE, due, form as fields, send, uploads, years};
use crate::leaves::EditReports;

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

/// What the pressed button asks for.
enum Act {
    Save,
    Attach,
    Detach(FileId),
    Discard,
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        match text.split_once(':') {
            Some(("detach", id)) => id.parse().map_or(Act::Save, Act::Detach),
            _ => match text.as_str() {
                "attach" => Act::Attach,
                "discard" => Act::Discard,
                "submit" => Act::Submit,
                _ => Act::Save,
            },
        }
    }
}

/// The year, if the base may hand in its report now or has begun one.
async fn known<P>(
    db: &mut SqliteConnection,
    user: &Can<P>,
    year: i32,
    clock: &Clock,
) -> Result<()> {
    let base = user.organization();
    let offered = years::offered(&mut *db, base, clock).await?;
    if offered.contains(&year) || store::of_year(db, base, year).await?.is_some() {
        return Ok(());
    }
    if year == clock.year() {
        return Err(Error::refused(format!(
            "{year} 年还没有结束，{} 年 1 月 1 日起可以填报 {year} 年度报告。",
            year + 1
        )));
    }
    Err(Error::NotFound)
}

#[get("/reporting/<year>")]
async fn edit(
    user: Can<EditReports>,
    year: i32,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut db = db.read().await?;
    let base = user.organization();
    known(&mut db, &user, year, clock).await?;
    let report = store::of_year(&mut db, base, year).await?;
    if let Some(report) = report.as_ref().filter(|report| !report.editable()) {
        return Ok(Done::to(format!("{BASE}/{}", report.id)).into());
    }
    let figures = figures::computed(&mut db, base, year).await?;
    let draft = report.as_ref().map(Report::draft).transpose()?.unwrap_or_default();
    let mut form = Form::new();
    store::fill(&mut form, &draft, &figures);
    Ok(page(&mut db, &user, year, report.as_ref(), &figures, &form).await?.into())
}

#[post("/reporting/<year>", data = "<upload>")]
async fn update(
    user: Can<EditReports>,
    year: i32,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files } = upload.into_inner();
    let act = Act::of(&form);
    let (base, account) = (user.organization(), user.user.account);
    let mut tx = db.begin().await?;
    known(&mut tx, &user, year, clock).await?;
    let report = store::open(&mut tx, base, year, account, clock).await?;
    if let Act::Discard = act {
        return discard(tx, &user, &report, clock).await;
    }
    let figures = figures::computed(&mut tx, base, year).await?;
    let mut draft = report.draft()?;
    fields::bounded(&mut form, &figures);
    if form.refused() {
        drop(tx);
        return again(db, &user, year, &draft, &figures, form).await;
    }
    store::as_typed(&mut draft, &form, &figures);
    let kept = uploads::keep(&mut tx, db, &mut form, &files, report.id, account, clock).await?;
    if let Act::Detach(file) = act {
        store::detach(&mut tx, &report, file).await?;
    }
    store::save(&mut tx, report.id, &draft, clock).await?;
    if let Act::Submit = act
        && let Some(content) = send::asked(&mut tx, &report, &mut form, &figures).await?
    {
        let done = send::send(&mut tx, &user, &report, content, clock).await?;
        tx.commit().await?;
        return Ok(done.into());
    }
    noted(&mut tx, &user, &report, "training.report.save", "保存草稿", clock).await?;
    tx.commit().await?;
    if form.refused() {
        return again(db, &user, year, &draft, &figures, form).await;
    }
    Ok(saved(act, year, kept).into())
}

/// The refused form as typed, with the files that were kept all the same.
async fn again(
    db: &Db,
    user: &Can<EditReports>,
    year: i32,
    draft: &Draft,
    figures: &[Figure],
    mut form: Form,
) -> Result<Answer> {
    // what a short form did not send stands as it was left
    for (name, value) in &draft.values {
        if form.list(name).is_empty() {
            form.set(name, value.as_str());
        }
    }
    let mut db = db.read().await?;
    let report = store::of_year(&mut db, user.organization(), year).await?;
    Ok(page(&mut db, user, year, report.as_ref(), figures, &form).await?.refused().into())
}

fn saved(act: Act, year: i32, kept: usize) -> Done {
    let done = Done::to(format!("/training/reporting/{year}"));
    match act {
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传附件”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份附件。")),
        Act::Detach(_) => done.ok("已移除 1 份附件。"),
        Act::Save | Act::Submit | Act::Discard => {
            done.ok("草稿已保存。提交以后，审核单位才能看到。")
        }
    }
}

async fn noted(
    tx: &mut SqliteConnection,
    user: &Can<EditReports>,
    report: &Report,
    act: &str,
    what: &str,
    clock: &Clock,
) -> Result<()> {
    let text = format!("“{}”{} 年度报告：{what}", user.grant.organization_name, report.year);
    trail::write(tx, &user.actor(), clock, act, &format!("annual-report:{}", report.id), &text)
        .await
}

/// 放弃草稿: what was submitted once stays as it was decided.
async fn discard(
    mut tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    user: &Can<EditReports>,
    report: &Report,
    clock: &Clock,
) -> Result<Answer> {
    if report.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能放弃。请修改后重新提交，编号不变。",
            report.number
        )));
    }
    store::discard(&mut tx, report).await?;
    noted(&mut tx, user, report, "training.report.discard", "放弃草稿", clock).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已放弃 {} 年度报告的草稿。", report.year)).into())
}

async fn page(
    db: &mut SqliteConnection,
    user: &Can<EditReports>,
    year: i32,
    report: Option<&Report>,
    figures: &[Figure],
    form: &Form,
) -> Result<Page> {
    let files = match report {
        Some(report) => {
            let attached = store::attached(&mut *db, report.id).await?;
            uploads::shown(&mut *db, report.id, &attached).await?
        }
        None => vec![],
    };
    let rejection = match report.filter(|report| report.state == "rejected") {
        Some(report) => super::show::rejection(&mut *db, report).await?,
        None => None,
    };
    let rows: Vec<_> = figures
        .iter()
        .map(|figure| {
            json!({ "key": figure.key, "label": figure.label, "unit": figure.unit,
                    "part": figure.key.contains('-'), "required": figure.required(),
                    "computed": figure.text(figure.computed) })
        })
        .collect();
    let texts: Vec<_> = TEXTS
        .iter()
        .map(|(name, label, most, required)| {
            json!({ "name": name, "label": label, "most": most, "required": required })
        })
        .collect();
    let kinds = FileKind::ALL.map(|kind| json!({ "key": kind.key(), "label": kind.label() }));
    let deadline = due::deadline(db, year).await?;
    Ok(Page::new("training/report_form.html")
        .with("base_name", &user.grant.organization_name)
        .with("base", &user.organization())
        .with("year", &year)
        .with("deadline", &day::date_text(deadline))
        .with("number", report.map_or("", |report| report.number.as_str()))
        .with("begun", &report.is_some_and(|report| report.case_id.is_none()))
        .with("rejection", &rejection)
        .with("figures", &rows)
        .with("texts", &texts)
        .with("kinds", &kinds)
        .with("files", &files)
        .with("most_files", &uploads::MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}
