//! One notice as the bureau sees it: preview, publication, withdrawal, its versions.

use kit::{Can, Clock, Db, Done, Error, Form, Page, Result};
use rocket::{State, get, post};

use crate::form::{go_public, write};
use crate::list::STATES;
use crate::public::{Attached, attached};
use crate::store::{self, Notice};
use crate::{EditNotices, ViewNotices};
use kit::Permission;

#[get("/manage/<id>")]
pub async fn show(user: Can<ViewNotices>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut reader = db.read().await?;
    let notice = store::find(&mut reader, id).await?;
    let files: Vec<Attached> =
        store::files(&mut reader, id).await?.iter().map(|file| attached(id, file)).collect();
    let (_, state, tag) = STATES
        .iter()
        .find(|(stored, _, _)| *stored == notice.state)
        .ok_or_else(|| Error::Fault(format!("notice {id}: {}", notice.state)))?;
    Ok(Page::new("notices/show.html")
        .with("notice", &notice)
        .with("state", state)
        .with("tag", tag)
        .with("files", &files)
        .with("versions", &store::versions(&mut reader, id).await?)
        .with("editor", &user.grant.may(EditNotices::grantable())))
}

/// What the public could read once.
#[get("/manage/<id>/versions/<number>")]
pub async fn version(
    _user: Can<ViewNotices>,
    id: i64,
    number: i64,
    db: &State<Db>,
) -> Result<Page> {
    let (version, title, body, files) = store::version(&mut *db.read().await?, id, number).await?;
    Ok(Page::new("notices/version.html")
        .with("id", &id)
        .with("version", &version)
        .with("title", &title)
        .with("body", &body)
        .with("files", &files))
}

#[post("/manage/<id>/publish", data = "<_form>")]
pub async fn publish(
    user: Can<EditNotices>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    go_public(&mut tx, &user, clock, id).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/notices/manage/{id}")).ok("已发布，首页和公告页现在可以看到。"))
}

#[get("/manage/<id>/withdraw")]
pub async fn withdraw_page(_user: Can<EditNotices>, id: i64, db: &State<Db>) -> Result<Page> {
    let notice = store::find(&mut *db.read().await?, id).await?;
    if !notice.is_published() {
        return Err(Error::refused("这条公告没有发布，不用撤下。"));
    }
    Ok(confirm(&notice, "withdraw"))
}

#[post("/manage/<id>/withdraw", data = "<_form>")]
pub async fn withdraw(
    user: Can<EditNotices>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let notice = store::find(&mut tx, id).await?;
    store::withdraw(&mut tx, id, clock).await?;
    let text = format!("撤下通知公告“{}”", notice.title);
    write(&mut tx, &user, clock, "withdraw", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("/notices/manage/{id}"))
        .ok("已撤下，首页和公告页不再显示。修改后可以重新发布。"))
}

#[get("/manage/<id>/delete")]
pub async fn delete_page(_user: Can<EditNotices>, id: i64, db: &State<Db>) -> Result<Page> {
    let notice = store::find(&mut *db.read().await?, id).await?;
    if !notice.is_draft() {
        return Err(Error::refused(
            "只有从未发布的草稿可以删除。发布过的公告请撤下，它的内容会留作记录。",
        ));
    }
    Ok(confirm(&notice, "delete"))
}

#[post("/manage/<id>/delete", data = "<_form>")]
pub async fn delete(
    user: Can<EditNotices>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let notice = store::find(&mut tx, id).await?;
    store::delete(&mut tx, id).await?;
    let text = format!("删除通知公告草稿“{}”", notice.title);
    write(&mut tx, &user, clock, "delete", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to("/notices/manage").ok("已删除 1 条草稿。"))
}

fn confirm(notice: &Notice, act: &str) -> Page {
    Page::new("notices/confirm.html").with("notice", notice).with("act", act)
}
