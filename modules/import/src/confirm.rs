//! The word that writes a checked upload, or drops it.

use kit::job::Jobs;
use kit::{Answer, Can, Clock, Db, Done, Form, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::commit::{Choice, Outcome};
use crate::policy::Policy;
use crate::result::{Shown, grouped};
use crate::store::{self, Import};
use crate::write::{self, Server};
use crate::{EditImports, commit};

pub fn routes() -> Vec<Route> {
    routes![confirm_page, confirm, cancel]
}

/// A checked upload of ours.
async fn waiting(db: &mut SqliteConnection, id: i64, user: &Can<EditImports>) -> Result<Import> {
    let import = store::find_for(db, id, &user.grant).await?;
    if import.state != "checked" {
        return Err(commit::already(&import.state));
    }
    Ok(import)
}

fn confirmation(
    import: &Import,
    user: &Can<EditImports>,
    again: &Option<(String, String, i64)>,
    form: &Form,
) -> Result<Page> {
    Ok(Page::new("import/confirm.html")
        .with("import", &Shown::of(import, &user.user)?)
        .with("policies", &policies(import))
        .with("again", again)
        .with("form", form))
}

/// A policy as it is offered.
#[derive(Serialize)]
pub struct Offered {
    value: &'static str,
    label: String,
}

/// The policies, each with what it comes to.
pub fn policies(import: &Import) -> Vec<Offered> {
    let known = grouped(import.known);
    let change = |rows: i64, asked: i64| match (rows, asked) {
        (0, _) => "没有人会改".to_owned(),
        (rows, 0) => format!("会改 {} 人", grouped(rows)),
        (rows, asked) => {
            format!("会改 {} 人，其中 {} 人的内容要经审核", grouped(rows), grouped(asked))
        }
    };
    let offered = |policy: Policy| {
        let count = match policy {
            Policy::Fill => change(import.fills, import.fills_asked),
            Policy::Update => change(import.updates, import.updates_asked),
            Policy::Skip => format!("{known} 人都不改"),
            Policy::Reject => format!("{known} 行不导入"),
        };
        let label = format!("{}：{}（{count}）", policy.label(), policy.explained());
        Offered { value: policy.key(), label }
    };
    Policy::ALL.into_iter().map(offered).collect()
}

#[get("/<id>/confirm")]
async fn confirm_page(user: Can<EditImports>, db: &State<Db>, id: i64) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = waiting(&mut reader, id, &user).await?;
    let again = store::same_file(&mut reader, &import).await?;
    confirmation(&import, &user, &again, &Form::new())
}

/// What is chosen in the form; a refusal stands beside the field.
fn choice(form: &mut Form, import: &Import) -> Choice {
    let policy = match form.raw("policy") {
        "" => Some(Policy::default()),
        key => Policy::of(key),
    };
    if policy.is_none() {
        form.refuse("policy", "请选择对已在本单位的人员怎样处理。");
    }
    let choice = Choice { policy: policy.unwrap_or_default(), whole: form.raw("mode") == "whole" };
    if let Err(error) = commit::refuse(import, choice) {
        form.refuse(if choice.whole { "mode" } else { "policy" }, error.sentence());
    }
    choice
}

#[post("/<id>/confirm", data = "<form>")]
async fn confirm(
    user: Can<EditImports>,
    server: Server,
    id: i64,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = server.db.read().await?;
    let import = waiting(&mut reader, id, &user).await?;
    let again = store::same_file(&mut reader, &import).await?;
    drop(reader);
    if again.is_some() && !form.ticked("again") {
        form.refuse("again", "这个文件以前导入过。确实要再导入一次的，请勾选“仍要导入”。");
    }
    let choice = choice(&mut form, &import);
    if form.refused() {
        return Ok(confirmation(&import, &user, &again, &form)?.refused().into());
    }
    let done = Done::to(format!("/import/{id}"));
    let Some(outcome) = write::people(&server, &user, &import, choice).await? else {
        return Ok(done.into()); // the page shows how far it is
    };
    let import = store::find_for(&mut *server.db.read().await?, id, &user.grant).await?;
    let done = done.ok(told(&outcome, &import, choice.policy));
    Ok(match outcome.changed {
        0 => done,
        changed => done.warn(format!("核对之后情况有变化，{changed} 行没有导入，原因见下表。")),
    }
    .into())
}

/// 已导入 3 人，补空 2 人，1 行未导入。
fn told(outcome: &Outcome, import: &Import, policy: Policy) -> String {
    let mut did = vec![format!("已导入 {} 人", outcome.imported)];
    for (count, what, unit) in [
        (outcome.approved, "通过注册", "人"),
        (outcome.updated, policy.label(), "人"),
        (outcome.requested, "提交信息修改申请", "条"),
        (import.failing + import.skipped, "", "行未导入"),
    ] {
        if count > 0 {
            let blank = if what.is_empty() { "" } else { " " };
            did.push(format!("{what}{blank}{count} {unit}"));
        }
    }
    format!("{}。", did.join("，"))
}

#[post("/<id>/cancel", data = "<_form>")]
async fn cancel(
    user: Can<EditImports>,
    db: &State<Db>,
    jobs: &State<Jobs>,
    clock: &State<Clock>,
    id: i64,
    _form: Form,
) -> Result<Done> {
    let import = store::find_for(&mut *db.read().await?, id, &user.grant).await?;
    if let Some(writing) = write::live(&import, jobs) {
        writing.cancel(); // it holds the writer and undoes what it has written
        return Ok(Done::to(format!("/import/{id}")).ok("正在停止导入，没有写完的都不算。"));
    }
    let mut tx = db.begin().await?;
    let import = store::find_for(&mut tx, id, &user.grant).await?;
    store::cancel(&mut tx, &import, clock).await?;
    let text = format!("取消导入文件“{}”", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.cancel", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;
    store::forget(db, id, true).await?;
    Ok(Done::to("/import").ok("已取消，没有写入任何人员。"))
}
