//! 重置一次性密码 of an administrator below: his password and sessions end.

use kit::{AccountId, Answer, Clock, Db, Error, Form, OrganizationId, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{Code, code_page, found};
use crate::administrators::{self, Administrator};
use crate::credentials;
use crate::units::{AtUnit, Resetting};

pub fn routes() -> Vec<Route> {
    routes![confirm, reset]
}

fn page(
    at: &AtUnit<Resetting>,
    id: OrganizationId,
    organization: &str,
    who: &Administrator,
    form: &Form,
) -> Page {
    Page::new("accounts/administrator_reset.html")
        .with("crumbs", &at.unit.crumbs("重置一次性密码"))
        .with("organization", organization)
        .with("administrator", who)
        .with("action", &format!("{}/administrators/{}/reset", at.address(id), who.account))
        .with("back", &at.address(id))
        .with("form", form)
}

/// Asks for the reason of a new one-time code.
#[get("/<id>/administrators/<account>/reset")]
async fn confirm(
    at: AtUnit<Resetting>,
    id: OrganizationId,
    account: AccountId,
    db: &State<Db>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (organization, who) = found(&at, &mut db, id, account).await?;
    Ok(page(&at, id, &organization, &who, &Form::new()))
}

/// Gives an administrator a new one-time code.
#[post("/<id>/administrators/<account>/reset", data = "<form>")]
async fn reset(
    at: AtUnit<Resetting>,
    id: OrganizationId,
    account: AccountId,
    mut form: Form,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let (organization, who) = found(&at, &mut *db.read().await?, id, account).await?;
    let reason = form.required("reason", "重置原因", 5..=200);
    if form.refused() {
        return Ok(page(&at, id, &organization, &who, &form).refused().into());
    }
    if account == at.user.account {
        return Err(Error::refused("不能重置自己的密码。请在右上角姓名菜单中用“修改密码”。"));
    }
    if who.state == "disabled" {
        return Err(Error::refused("这个管理员已停用，不能重置。请先启用他的账号。"));
    }
    let (code, hash) = credentials::one_time().await?;
    let mut tx = db.begin().await?;
    found(&at, &mut tx, id, account).await?;
    if rights_elsewhere(&mut tx, &at, account).await? {
        return Err(Error::refused(
            "他同时是其他单位的管理员，不在您的管理范围内，不能在这里重置。请由人社局的超级管理员办理。",
        ));
    }
    administrators::reset(&mut tx, account, &hash, clock).await?;
    let text = format!("重置“{organization}”管理员{}的一次性密码，原因：{reason}", who.name);
    let (act, object) = (at.unit.act("reset"), format!("account:{account}"));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    tx.commit().await?;
    let told = format!("已重置{}的密码，他原来的密码和登录都已失效。", who.name);
    let login = if who.login.is_empty() { "本人身份证号" } else { who.login.as_str() };
    let shown = Code {
        told: &told,
        organization: &organization,
        name: &who.name,
        login,
        code: &code,
        days,
    };
    Ok(code_page(at.unit, &shown, &at.address(id)).into())
}

/// Whether the account holds a right above or beside the caller: then a new code would hand it to
/// him.
async fn rights_elsewhere(
    db: &mut SqliteConnection,
    at: &AtUnit<Resetting>,
    account: AccountId,
) -> Result<bool> {
    let (department, _) = at.grant.scope.values();
    Ok(sqlx::query_scalar(
        "select exists (select 1 from grant g join organization o on o.id = g.organization_id
          where g.account_id = ?1 and g.state = 'active'
            and (o.kind = 'bureau' or o.id = ?2 or (?3 is not null and o.department_id is not ?3)))",
    )
    .bind(account)
    .bind(at.grant.organization)
    .bind(department)
    .fetch_one(db)
    .await?)
}
