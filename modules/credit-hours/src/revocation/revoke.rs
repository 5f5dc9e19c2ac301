//! 撤销 of one entry: the form and the act.

use kit::{Answer, Can, Clock, Db, Done, Form, Modules, Page, Result};
use rocket::{State, get, post};

use super::store::{self, Detail};
use super::{EditRevocations, acts, form};

#[get("/entries/<id>/revoke")]
pub async fn ask(user: Can<EditRevocations>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let one = store::open(&mut db, id, user.scope(), &user.user).await?;
    Ok(page(&one, &Form::new()))
}

/// With a reason and one's own password: the reversing entry, and everybody told.
#[post("/entries/<id>/revoke", data = "<form>")]
pub async fn revoke(
    user: Can<EditRevocations>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let one = store::open(&mut reader, id, user.scope(), &user.user).await?;
    drop(reader);
    let reason = form::reason(&mut form, "撤销原因");
    let what = format!("撤销{}的学时", one.name);
    accounts::confirm::own_password(&mut form, db, &user.user, clock, &what).await?;
    if form.refused() {
        return Ok(page(&one, &form).refused().into());
    }
    let mut tx = db.begin().await?;
    let one = store::open(&mut tx, id, user.scope(), &user.user).await?;
    let all = std::slice::from_ref(&one);
    acts::revoke(&mut tx, modules, all, &reason, &user.actor(), clock).await?;
    tx.commit().await?;
    let told = format!(
        "已撤销{}的学时“{}”（{} 学时），累计已减去，本人和单位会收到消息。同一学习可以重新申报。",
        one.name, one.title, one.hours
    );
    Ok(Done::to(format!("/credit-hours/entries/{}", one.id)).ok(told).into())
}

fn page(one: &Detail, form: &Form) -> Page {
    Page::new("credit-hours/revoke.html")
        .with("id", &one.id)
        .with("facts", &one.facts())
        .with("action", &format!("/credit-hours/entries/{}/revoke", one.id))
        .with("back", &format!("/credit-hours/entries/{}", one.id))
        .with("count", &1)
        .with("form", form)
}
