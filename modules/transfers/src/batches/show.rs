//! A submitted batch, with its progress; withdrawn, pushed.

use kit::review;
use kit::{Clock, Db, Done, Error, Form, Page, Result, Settings};
use rocket::{Route, State, get, post, routes};

use super::{Editor, address, crumbs, side};
use crate::mine::case_page;
use crate::store;
use crate::subject::TransferRequests;

pub fn routes() -> Vec<Route> {
    routes![show, withdraw, remind]
}

#[get("/batches/<id>")]
async fn show(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let transfer = store::of_organization(&mut db, side(&user), id).await?;
    let page = case_page(&mut db, "transfers/batch_show.html", &transfer, true, clock, settings);
    Ok(page
        .await?
        .with("crumbs", &crumbs(&[("批量调转申请", String::new())]))
        .with("base", &address(id))
        .with("editable", &transfer.editable()))
}

/// 撤回 by an administrator of the organization that submitted it, while no desk has passed it.
#[post("/batches/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let transfer = store::of_organization(&mut tx, side(&user), id).await?;
    let case = transfer.case_id.ok_or(Error::NotFound)?;
    review::withdraw(&mut tx, &TransferRequests, case, &user.user, clock).await?;
    store::ended(&mut tx, id, "withdrawn", clock).await?;
    tx.commit().await?;
    Ok(Done::to(address(id))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", transfer.number)))
}

/// 催办: when it waits too long.
#[post("/batches/<id>/remind", data = "<_form>")]
async fn remind(
    user: Editor,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let transfer = store::of_organization(&mut tx, side(&user), id).await?;
    let case = transfer.case_id.ok_or(Error::NotFound)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(address(id)).ok(format!("已催办 {}，审核单位会看到。", transfer.number)))
}
