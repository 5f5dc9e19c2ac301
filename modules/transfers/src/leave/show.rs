//! Of one who left: certificate and ledger to hand over, and 撤销调出.

use accounts::{people, uploads};
use kit::access::Grant;
use kit::{
    Answer, Can, Clock, Db, Done, Download, Error, Form, Modules, Page, Permission, PersonId,
    Result, file,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::store::Leave;
use super::undo::undo as undo_leave;
use super::{Crumb, ledger, store};
use crate::{EditTransfers, ViewTransfers};

pub fn routes() -> Vec<Route> {
    routes![one, handed, undo]
}

/// The leave of one of the own people.
async fn find(db: &mut SqliteConnection, grant: &Grant, person: PersonId) -> Result<Leave> {
    people::in_scope(&mut *db, person, grant.own()).await?;
    store::last(db, person).await?.ok_or(Error::NotFound)
}

#[get("/left/<person>")]
async fn one(user: Can<ViewTransfers>, person: PersonId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let leave = find(&mut db, &user.grant, person).await?;
    let edits = user.user.may(EditTransfers::grantable());
    let prints = user.user.may(verification::print_permission());
    page(&mut db, &leave, &Form::new(), edits, prints).await
}

async fn page(
    db: &mut SqliteConnection,
    leave: &Leave,
    form: &Form,
    edits: bool,
    prints: bool,
) -> Result<Page> {
    let crumbs = [
        Crumb::new("本单位人员", "/accounts/people"),
        Crumb::new(&leave.name, format!("/accounts/people/{}", leave.person)),
        Crumb::new("调出本县", ""),
    ];
    let files = store::files(&mut *db, leave.transfer).await?;
    let base = format!("/transfers/left/{}", leave.person);
    Ok(Page::new("transfers/left.html")
        .with("crumbs", &crumbs)
        .with("leave", leave)
        .with("files", &uploads::shown(file::find(db, &files).await?))
        .with("base", &base)
        .with("back", &format!("/accounts/people/{}", leave.person))
        .with("edits", &edits)
        .with("prints", &prints)
        .with("form", form))
}

/// The unit's handover: the ID number stands in full, as on the certificate.
#[get("/left/<person>/ledger")]
async fn handed(
    user: Can<EditTransfers>,
    person: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Download> {
    let mut reader = db.read().await?;
    find(&mut reader, &user.grant, person).await?;
    drop(reader);
    ledger::download(db, person, &user.actor(), clock).await
}

#[post("/left/<person>/undo", data = "<form>")]
async fn undo(
    user: Can<EditTransfers>,
    person: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let leave = find(&mut tx, &user.grant, person).await?;
    let reason = form.required("reason", "撤销原因", 5..=200);
    if form.refused() {
        let prints = user.user.may(verification::print_permission());
        return Ok(page(&mut tx, &leave, &form, true, prints).await?.refused().into());
    }
    let unit = user.organization();
    let state = undo_leave(&mut tx, modules, &leave, unit, &reason, &user.user, clock).await?;
    tx.commit().await?;
    let told = format!(
        "已撤销{}的调出登记，恢复为“{}”。原来的管理员权限不会自动恢复，需要的请重新设置。",
        leave.name,
        people::state_label(&state)
    );
    Ok(Done::to(format!("/accounts/people/{person}")).ok(told).into())
}
