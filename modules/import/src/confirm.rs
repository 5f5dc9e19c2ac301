//! The word that writes a checked upload, or drops it.

use kit::job::Jobs;
use kit::{Answer, Can, Clock, Db, Done, Form, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use crate::commit::Choice;
use crate::policy::Policy;
use crate::result::Shown;
use crate::store::{self, Import};
use crate::write::{self, Server};
use crate::{EditImports, commit};

pub fn routes() -> Vec<Route> {
    routes![confirm_page, confirm, cancel]
}

/// A checked upload of ours.
async fn waiting(db: &mut SqliteConnection, id: i64, user: &Can<EditImports>) -> Result<Import> {
    let import = store::find(db, id, user.organization()).await?;
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
        .with("again", again)
        .with("form", form))
}

#[get("/<id>/confirm")]
async fn confirm_page(user: Can<EditImports>, db: &State<Db>, id: i64) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = waiting(&mut reader, id, &user).await?;
    let again = store::same_file(&mut reader, &import).await?;
    confirmation(&import, &user, &again, &Form::new())
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
        return Ok(confirmation(&import, &user, &again, &form)?.refused().into());
    }
    let choice = Choice {
        policy: Policy::of(form.raw("policy")).unwrap_or_default(),
        whole: form.ticked("whole"),
    };
    let done = Done::to(format!("/import/{id}"));
    let Some(outcome) = write::people(&server, &user, &import, choice).await? else {
        return Ok(done.into()); // the page shows how far it is
    };
    let out = import.failing + import.skipped + outcome.changed;
    let text = match out {
        0 => format!("已导入 {} 人。", outcome.imported),
        out => format!("已导入 {} 人，{out} 行未导入。", outcome.imported),
    };
    let done = done.ok(text);
    Ok(match outcome.changed {
        0 => done,
        changed => done.warn(format!("核对之后情况有变化，{changed} 行没有导入，原因见下表。")),
    }
    .into())
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
    let import = store::find(&mut *db.read().await?, id, user.organization()).await?;
    if let Some(writing) = write::live(&import, jobs) {
        writing.cancel(); // it holds the writer and undoes what it has written
        return Ok(Done::to(format!("/import/{id}")).ok("正在停止导入，没有写完的都不算。"));
    }
    let mut tx = db.begin().await?;
    let import = store::find(&mut tx, id, user.organization()).await?;
    store::cancel(&mut tx, &import, clock).await?;
    let text = format!("取消导入文件“{}”", import.file_name);
    trail::write(&mut tx, &user.actor(), clock, "import.cancel", &format!("import:{id}"), &text)
        .await?;
    tx.commit().await?;
    store::forget(db, id, true).await?;
    Ok(Done::to("/import").ok("已取消，没有写入任何人员。"))
}
