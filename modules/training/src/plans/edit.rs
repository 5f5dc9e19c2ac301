//! Writing a plan: the form and its course table, over as many visits as it takes.

use credit_hours::category;
use kit::form::Upload;
use kit::review::Level;
use kit::{Answer, Can, Clock, Db, Done, FileId, Form, Hours, Page, Result, trail};
use rocket::{State, get, post};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::form::{self, Basis};
use super::list::BASE;
use super::store::{self, Plan, Summary, Version};
use super::typed::{self, Move, Row, Typed};
use super::{blocks, files, send};
use crate::leaves::EditPlans;

type Editor = Can<EditPlans>;

/// What the pressed button asks for.
#[derive(Debug, Clone, Copy)]
enum Act {
    Save,
    Attach,
    Detach(FileId),
    Row(Move),
    Submit,
}

impl Act {
    fn of(form: &Form) -> Self {
        let text = form.text("act");
        if let Some(wanted) = Move::read(&text) {
            return Self::Row(wanted);
        }
        match text.split_once(':').unwrap_or((&text, "")) {
            ("attach", _) => Self::Attach,
            ("detach", id) => id.parse().map_or(Self::Save, Self::Detach),
            ("submit", _) => Self::Submit,
            _ => Self::Save,
        }
    }
}

#[get("/plans/new")]
pub async fn new(user: Editor, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut reader = db.read().await?;
    let values = [("session", "1"), ("fee", "0")];
    let mut typed = Typed::default();
    for (name, value) in values {
        typed.values.insert(name.to_owned(), value.to_owned());
    }
    let mut form = typed.form();
    form.set("form_key", kit::serial::token()?);
    page(&mut reader, &user, None, &typed, &form, clock).await
}

#[get("/plans/<id>/edit")]
pub async fn edit(user: Editor, id: i64, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut reader = db.read().await?;
    let plan = store::own(&mut reader, user.organization(), id).await?;
    let version = store::editable(&mut reader, &plan).await?;
    let typed = version.typed()?;
    let form = typed.form();
    page(&mut reader, &user, Some((&plan, &version)), &typed, &form, clock).await
}

/// A new plan: whatever the button, at first a draft, so that its files have a place to stay.
#[post("/plans", data = "<upload>")]
pub async fn create(
    user: Editor,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    save(&user, None, db, clock, upload.into_inner()).await
}

#[post("/plans/<id>", data = "<upload>")]
pub async fn update(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    save(&user, Some(id), db, clock, upload.into_inner()).await
}

async fn save(
    user: &Editor,
    id: Option<i64>,
    db: &Db,
    clock: &Clock,
    upload: Upload,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload;
    let act = Act::of(&form);
    let mut typed = Typed::of(&form);
    typed::bounded(&mut form);
    if form.refused() {
        return beyond(user, id, &typed, &form, db, clock).await;
    }
    if let Act::Row(wanted) = act {
        typed.shift(wanted);
    }
    let mut tx = db.begin().await?;
    let base = user.organization();
    let (id, again) = match id {
        Some(id) => (id, false),
        None => (store::of_form(&mut tx, base, &form, &user.user, clock).await?, true),
    };
    let plan = store::own(&mut tx, base, id).await?;
    if again && !plan.number.is_empty() {
        let text = format!("这份计划已经提交，编号 {}，没有重复提交。", plan.number);
        return Ok(Done::to(format!("{BASE}/{id}")).warn(text).into());
    }
    let version = store::editable(&mut tx, &plan).await?;
    let categories = category::active(&mut tx).await?;
    let by = user.user.account;
    let kept = files::keep(&mut tx, db, version.id, &arrived, &mut form, by, clock).await?;
    if let Act::Detach(file) = act {
        files::detach(&mut tx, &version, file).await?;
    }
    let summary = Summary::of_typed(&typed, &categories);
    store::save(&mut tx, &version, &typed, &summary, clock).await?;
    let plan = store::own(&mut tx, base, id).await?;
    if let Act::Submit = act {
        let content = checked(&mut tx, user, &plan, &version, &mut form, clock).await?;
        if let Some(content) = content.filter(|_| !form.refused()) {
            let done = send::send(&mut tx, &plan, &version, content, user, clock).await?;
            tx.commit().await?;
            return Ok(done.into());
        }
    }
    let text = format!("保存培训计划草稿“{}”，本次上传附件 {kept} 份", summary.title);
    let (act_name, object) = ("training.plan.save", plan.object());
    trail::write(&mut tx, &user.actor(), clock, act_name, &object, &text).await?;
    tx.commit().await?;
    if form.refused() {
        let mut reader = db.read().await?;
        let page = page(&mut reader, user, Some((&plan, &version)), &typed, &form, clock).await?;
        return Ok(page.refused().into());
    }
    Ok(saved(id, act, kept))
}

/// More than a draft may hold: nothing is stored, the form comes back with what is too much.
async fn beyond(
    user: &Editor,
    id: Option<i64>,
    typed: &Typed,
    form: &Form,
    db: &Db,
    clock: &Clock,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let page = match id {
        Some(id) => {
            let plan = store::own(&mut reader, user.organization(), id).await?;
            let version = store::editable(&mut reader, &plan).await?;
            page(&mut reader, user, Some((&plan, &version)), typed, form, clock).await?
        }
        None => page(&mut reader, user, None, typed, form, clock).await?,
    };
    Ok(page.refused().into())
}

fn saved(id: i64, act: Act, kept: usize) -> Answer {
    let edit = format!("{BASE}/{id}/edit");
    let done = match act {
        Act::Row(_) => return Done::to(format!("{edit}#courses")).into(),
        _ => Done::to(edit),
    };
    match act {
        Act::Attach if kept == 0 => done.warn("没有选择文件。请先点“选择文件”，再点“上传附件”。"),
        Act::Attach => done.ok(format!("已上传 {kept} 份附件。")),
        Act::Detach(_) => done.ok("已移除 1 份附件。"),
        Act::Save | Act::Submit | Act::Row(_) => {
            done.ok("草稿已保存。提交以后，审核单位才能看到。")
        }
    }
    .into()
}

/// Reads what is to be submitted, and asks whether this base may submit at all.
async fn checked(
    tx: &mut SqliteConnection,
    user: &Editor,
    plan: &Plan,
    version: &Version,
    form: &mut Form,
    clock: &Clock,
) -> Result<Option<super::Content>> {
    let basis = Basis {
        version_id: version.id,
        plan: plan.id,
        version: version.version,
        base: plan.organization_id,
        base_name: user.grant.organization_name.clone(),
        replaces: plan.version_id,
        files: files::ids(&mut *tx, version.id).await?,
        categories: category::active(&mut *tx).await?,
        signed: plan.signed,
        today: clock.today(),
        begins_on: if version.version > 1 { plan.begins_on.clone() } else { String::new() },
    };
    let content = form::read(form, basis);
    let year = content.as_ref().map_or(clock.year(), |content| content.year);
    let against = blocks(&mut *tx, plan.organization_id, year, clock).await?;
    let mut against: Vec<String> = against
        .into_iter()
        .filter(|check| check.level == Level::Refuse)
        .map(|check| check.text)
        .collect();
    if let Some(content) = &content {
        against.extend(super::checks::beyond(&mut *tx, content).await?);
    }
    if !against.is_empty() {
        form.refuse("", format!("没有提交：{}。草稿已保存。", against.join("；")));
    }
    Ok(content)
}

/// A line of the course table as it is drawn.
#[derive(Serialize)]
struct Line {
    number: usize,
    #[serde(flatten)]
    row: Row,
    errors: Vec<(&'static str, String)>,
}

fn lines(typed: &Typed, form: &Form) -> Vec<Line> {
    let columns = ["day", "title", "teacher", "teacher_title", "hours"];
    let rows = typed.rows().into_iter().enumerate();
    let line = |(at, row): (usize, Row)| {
        let number = at + 1;
        let error = |column: &'static str| {
            let found = form.errors().get(&format!("course_{column}-{number}"));
            found.map(|sentence| (column, sentence.clone()))
        };
        Line { number, row, errors: columns.into_iter().filter_map(error).collect() }
    };
    rows.map(line).collect()
}

async fn page(
    db: &mut SqliteConnection,
    user: &Editor,
    plan: Option<(&Plan, &Version)>,
    typed: &Typed,
    form: &Form,
    clock: &Clock,
) -> Result<Page> {
    let categories = category::active(&mut *db).await?;
    let (stored, rejection) = match plan {
        Some((_, version)) => (
            files::of(&mut *db, version.id).await?,
            super::show::rejection(&mut *db, version).await?,
        ),
        None => (vec![], None),
    };
    let (plan, version) = plan.unzip();
    let change = version.is_some_and(|version| version.version > 1);
    let id = plan.map_or(0, |plan| plan.id);
    let year = clock.year();
    let against = blocks(db, user.organization(), year, clock).await?;
    let against = against.into_iter().find(|check| check.level == Level::Refuse);
    let begun = version.is_some_and(|version| version.case_id.is_some());
    let title = match (change, plan.is_some()) {
        (true, _) => "变更培训计划",
        (false, true) => "填写培训计划",
        (false, false) => "新增培训计划",
    };
    let sum: Hours = typed.sum();
    Ok(Page::new("training/plan_form.html")
        .with("title", title)
        .with("id", &id)
        .with("action", &if id == 0 { BASE.to_owned() } else { format!("{BASE}/{id}") })
        .with("back", &if id == 0 { BASE.to_owned() } else { format!("{BASE}/{id}") })
        .with("number", plan.map_or("", |plan| plan.number.as_str()))
        .with("change", &change)
        .with("begun", &begun)
        .with("rejection", &rejection)
        .with("against", &against.map(|check| check.text))
        .with("form", form)
        .with("rows", &lines(typed, form))
        .with("sum", &sum.to_string())
        .with("offered", &form::offered(&categories))
        .with("files", &files::shown(id, stored))
        .with("most_files", &files::MOST)
        .with("file_limit", &files::ACCEPTS.limit))
}
