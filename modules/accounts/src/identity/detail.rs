//! One correction: what changed, its evidence, and 放开 of a number that was another's.

use kit::{Answer, Can, Clock, Db, Done, Form, Page, Result, file, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, one, store};
use crate::permissions::{EditIdentity, ViewIdentity};
use crate::units::Crumb;
use crate::uploads;

pub fn routes() -> Vec<Route> {
    routes![show, release]
}

#[get("/identity-corrections/<id>")]
async fn show(user: Can<ViewIdentity>, id: i64, db: &State<Db>) -> Result<Page> {
    let may = user.user.may(super::permission());
    page(&mut *db.read().await?, id, &Form::new(), may).await
}

async fn page(db: &mut SqliteConnection, id: i64, form: &Form, may: bool) -> Result<Page> {
    let correction = one(&mut *db, id).await?;
    let files = store::files(&mut *db, id).await?;
    let crumbs = [
        Crumb::new("系统管理", ""),
        Crumb::new("身份证号更正", BASE),
        Crumb::new(correction.name.as_str(), ""),
    ];
    Ok(Page::new("accounts/identity_correction.html")
        .with("crumbs", &crumbs)
        .with("back", BASE)
        .with("action", &format!("{BASE}/{id}/release"))
        .with("files", &uploads::shown(file::find(db, &files).await?))
        .with("releasable", &(may && correction.released_at.is_empty()))
        .with("one", &correction)
        .with("form", form))
}

/// 放开原号码.
#[post("/identity-corrections/<id>/release", data = "<form>")]
async fn release(
    user: Can<EditIdentity>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let correction = one(&mut tx, id).await?;
    let reason = form.required("reason", "放开原因", 5..=200);
    if form.refused() {
        return Ok(page(&mut tx, id, &form, true).await?.refused().into());
    }
    store::release(&mut tx, id, &reason, &user.actor(), clock).await?;
    let text = format!(
        "放开{}更正前的身份证号 {}，可以用它登记其他人，原因：{reason}",
        correction.name, correction.old
    );
    let object = format!("person:{}", correction.person);
    let act = "accounts.identity.release";
    trail::write(&mut tx, &user.actor(), clock, act, &object, &text).await?;
    tx.commit().await?;
    let told = "已放开原号码，它的本人可以登记或导入。".to_owned();
    Ok(Done::to(format!("{BASE}/{id}")).ok(told).into())
}
