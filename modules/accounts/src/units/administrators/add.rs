//! 指定新管理员 by name, phone and a login of his own: an account with a one-time code.

use kit::{Answer, Clock, Db, Form, OrganizationId, Page, Result, trail};
use rocket::{Route, State, get, post, routes};

use super::{Code, code_page, read_administrator};
use crate::administrators::{self, Credential};
use crate::credentials;
use crate::units::form::by_field;
use crate::units::{AtUnit, Editing};

pub fn routes() -> Vec<Route> {
    routes![new, create]
}

fn page(at: &AtUnit<Editing>, id: OrganizationId, organization: &str, form: &Form) -> Page {
    Page::new("accounts/administrator_form.html")
        .with("crumbs", &at.unit.crumbs("新增管理员"))
        .with("organization", organization)
        .with("action", &format!("{}/administrators/new", at.address(id)))
        .with("appoint", &format!("{}/administrators/appoint", at.address(id)))
        .with("back", &at.address(id))
        .with("form", form)
}

/// The empty form.
#[get("/<id>/administrators/new")]
async fn new(at: AtUnit<Editing>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    let found = at.found(&mut *db.read().await?, id).await?;
    Ok(page(&at, id, &found.name, &Form::new()))
}

/// Adds an administrator; answers with his one-time code.
#[post("/<id>/administrators/new", data = "<form>")]
async fn create(
    at: AtUnit<Editing>,
    id: OrganizationId,
    mut form: Form,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let found = at.found(&mut *db.read().await?, id).await?;
    let mut new = read_administrator(&mut form);
    if form.refused() {
        return Ok(page(&at, id, &found.name, &form).refused().into());
    }
    let (code, hash) = credentials::one_time().await?;
    new.organization = id;
    new.credential = Credential::Code(hash);
    new.created_by = Some(at.user.account);
    let mut tx = db.begin().await?;
    at.found(&mut tx, id).await?;
    if let Err(error) = administrators::create(&mut tx, &new, clock).await {
        by_field(&mut form, error)?;
        return Ok(page(&at, id, &found.name, &form).refused().into());
    }
    let text = format!("为“{}”新增管理员{}（账号 {}）", found.name, new.name, new.login);
    let (act, object) = (at.unit.act("administrator"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    tx.commit().await?;
    let told = format!("已为“{}”新增管理员。", found.name);
    let shown = Code::of(&told, &found.name, &new, &code, days);
    Ok(code_page(at.unit, &shown, &at.address(id)).into())
}
