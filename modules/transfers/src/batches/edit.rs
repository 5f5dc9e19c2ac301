//! A batch's form: target, reason, evidence; saved, submitted, given up.

use accounts::uploads;
use kit::form::Upload;
use kit::{Answer, Clock, Db, Done, Form, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BATCHES, Editor, address, chosen, crumbs, editable, send};
use crate::content::MOST_FILES;
use crate::form::{self, Act};
use crate::store;

pub fn routes() -> Vec<Route> {
    routes![edit, update]
}

#[get("/batches/<id>/edit")]
async fn edit(user: Editor, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let (transfer, _) = editable(&mut db, &user, id).await?;
    let mut form = Form::new();
    store::fill(&mut form, &transfer.typed()?);
    page(&mut db, &user, id, &form).await
}

#[post("/batches/<id>/edit", data = "<upload>")]
async fn update(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    upload: rocket::form::Form<Upload>,
) -> Result<Answer> {
    let Upload { mut form, files: arrived } = upload.into_inner();
    let act = Act::of(&form);
    let mut tx = db.begin().await?;
    let (transfer, source) = editable(&mut tx, &user, id).await?;
    let object = format!("transfer:{id}");
    if let Act::Discard = act {
        store::discard(&mut tx, &transfer).await?;
        let text = "放弃批量调转草稿";
        trail::write(&mut tx, &user.actor(), clock, "transfers.discard", &object, text).await?;
        tx.commit().await?;
        return Ok(Done::to(BATCHES).ok("已放弃没有提交的批量调转，人员单位没有变化。").into());
    }
    let by = user.user.account;
    form::bound(&mut form);
    let kept =
        form::take_files(&mut tx, db, &transfer, &mut form, &arrived, (&act, by), clock).await?;
    store::save(&mut tx, &transfer, &form, clock).await?;
    if let Act::Submit = act {
        let asked = form::read(&mut tx, &mut form, source.id, clock).await?;
        let done = match asked {
            Some(asked) => {
                send::send(&mut tx, &transfer, &source, &asked, &user, &mut form, clock).await?
            }
            None => None,
        };
        if let Some(done) = done {
            tx.commit().await?;
            return Ok(done.into());
        }
    }
    let text = "保存批量调转草稿";
    trail::write(&mut tx, &user.actor(), clock, "transfers.save", &object, text).await?;
    tx.commit().await?;
    if form.refused() {
        return Ok(page(&mut *db.read().await?, &user, id, &form).await?.refused().into());
    }
    Ok(form::saved(&act, kept, Done::to(format!("{}/edit", address(id)))).into())
}

async fn page(db: &mut SqliteConnection, user: &Editor, id: i64, form: &Form) -> Result<Page> {
    let (transfer, source) = editable(&mut *db, user, id).await?;
    let files = store::files(&mut *db, id).await?;
    Ok(Page::new("transfers/batch_edit.html")
        .with("crumbs", &crumbs(&[("填写并提交", String::new())]))
        .with("base", &address(id))
        .with("back", BATCHES)
        .with("number", &transfer.number)
        .with("rejection", &store::rejection(&mut *db, &transfer).await?)
        .with("unit", &source.name)
        .with("chosen", &chosen(db, id).await?)
        .with("files", &uploads::shown(files))
        .with("most_files", &MOST_FILES)
        .with("file_limit", &kit::file::EVIDENCE_LIMIT)
        .with("form", form))
}
