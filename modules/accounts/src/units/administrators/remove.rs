//! 移除管理员权限 and 恢复: the right in the unit ends, the account and the organization stay.

use kit::{
    AccountId, Answer, Clock, Db, Done, Error, Form, Modules, OrganizationId, Page, Result, review,
    trail,
};
use rocket::{Route, State, get, post, routes};

use super::found;
use crate::administrators::{self, Administrator};
use crate::organizations;
use crate::units::{AtUnit, Editing};

pub fn routes() -> Vec<Route> {
    routes![confirm, remove, restore]
}

/// What hangs on the right.
struct Consequence {
    /// Nobody else could act for the unit.
    last: bool,
    /// Cases waiting at the unit's desk.
    cases: i64,
}

async fn consequence(
    db: &mut sqlx::SqliteConnection,
    id: OrganizationId,
    account: AccountId,
) -> Result<Consequence> {
    let all = administrators::of(&mut *db, id).await?;
    let last = !all.iter().any(|a| a.account != account && a.state == "active");
    Ok(Consequence { last, cases: organizations::pending_cases(db, id).await? })
}

fn page(
    at: &AtUnit<Editing>,
    id: OrganizationId,
    organization: &str,
    who: &Administrator,
    consequence: &Consequence,
    form: &Form,
) -> Page {
    Page::new("accounts/administrator_remove.html")
        .with("crumbs", &at.unit.crumbs("移除管理员权限"))
        .with("organization", organization)
        .with("administrator", who)
        .with("last", &consequence.last)
        .with("cases", &consequence.cases)
        .with("action", &format!("{}/administrators/{}/remove", at.address(id), who.account))
        .with("back", &at.address(id))
        .with("form", form)
}

/// Names the person and what it means, and asks why.
#[get("/<id>/administrators/<account>/remove")]
async fn confirm(
    at: AtUnit<Editing>,
    id: OrganizationId,
    account: AccountId,
    db: &State<Db>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (organization, who) = found(&at, &mut db, id, account).await?;
    let consequence = consequence(&mut db, id, account).await?;
    Ok(page(&at, id, &organization, &who, &consequence, &Form::new()))
}

#[post("/<id>/administrators/<account>/remove", data = "<form>")]
async fn remove(
    at: AtUnit<Editing>,
    id: OrganizationId,
    account: AccountId,
    mut form: Form,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let (organization, who) = found(&at, &mut tx, id, account).await?;
    let reason = form.required("reason", "移除原因", 5..=200);
    if form.refused() {
        let consequence = consequence(&mut tx, id, account).await?;
        return Ok(page(&at, id, &organization, &who, &consequence, &form).refused().into());
    }
    if account == at.user.account {
        return Err(Error::refused("不能移除自己的管理员权限。请由其他管理员办理。"));
    }
    administrators::dismiss(&mut tx, account, id, &reason, clock).await?;
    let moved = review::move_on(&mut tx, modules, clock).await?;
    let text = format!("移除{}在“{organization}”的管理员权限，原因：{reason}", who.name);
    let (act, object) = (at.unit.act("remove-administrator"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    let mut told = format!("已移除{}的管理员权限，他已退出管理登录。", who.name);
    if moved > 0 {
        told.push_str(&format!("{moved} 条待办无人审核，已移交上级。"));
    }
    Ok(Done::to(at.address(id)).ok(told).into())
}

/// The right is in force again, with the roles it had.
#[post("/<id>/administrators/<account>/restore")]
async fn restore(
    at: AtUnit<Editing>,
    id: OrganizationId,
    account: AccountId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let organization = at.found(&mut tx, id).await?;
    let name = administrators::restore(&mut tx, account, id).await?;
    let text = format!("恢复{name}在“{}”的管理员权限", organization.name);
    let (act, object) = (at.unit.act("restore-administrator"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(at.address(id)).ok(format!("已恢复{name}的管理员权限。")))
}
