//! 重置一次性密码 of an administrator below: his password and sessions end.

use kit::{AccountId, Answer, Clock, Db, Error, Form, OrganizationId, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{Code, code_page, found};
use crate::administrators::{self, Administrator};
use crate::confirm::{own_password, within_the_hour};
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
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (organization, who) = found(&at, &mut db, id, account).await?;
    refuse_reset(&mut db, &at, id, &who, clock).await?;
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
    let mut reader = db.read().await?;
    let (organization, who) = found(&at, &mut reader, id, account).await?;
    refuse_reset(&mut reader, &at, id, &who, clock).await?;
    drop(reader);
    let reason = form.required("reason", "重置原因", 5..=200);
    let what = format!("重置“{organization}”管理员{}的密码", who.name);
    own_password(&mut form, db, &at.user, clock, &what).await?;
    if form.refused() {
        return Ok(page(&at, id, &organization, &who, &form).refused().into());
    }
    give(db, &at, clock, (id, account), &reason).await
}

/// # Errors
/// Refused for oneself, for a disabled administrator, for one whose account reaches beyond the
/// unit (a code would hand over all of it), and after too many in an hour.
async fn refuse_reset(
    db: &mut SqliteConnection,
    at: &AtUnit<Resetting>,
    id: OrganizationId,
    who: &Administrator,
    clock: &Clock,
) -> Result<()> {
    if who.account == at.user.account {
        return Err(Error::refused("不能重置自己的密码。请在右上角姓名菜单中用“修改密码”。"));
    }
    if who.state == "disabled" {
        return Err(Error::refused("这个管理员已停用，不能重置。请先启用他的账号。"));
    }
    administrators::refuse_reach(&mut *db, &at.grant, id, who.account).await?;
    within_the_hour(db, at.user.account, clock).await
}

/// The new code, once; password and sessions are gone, and he is told who did it.
async fn give(
    db: &Db,
    at: &AtUnit<Resetting>,
    clock: &Clock,
    (id, account): (OrganizationId, AccountId),
    reason: &str,
) -> Result<Answer> {
    let (code, hash) = credentials::one_time().await?;
    let mut tx = db.begin().await?;
    let (organization, who) = found(at, &mut tx, id, account).await?;
    refuse_reset(&mut tx, at, id, &who, clock).await?;
    administrators::reset(&mut tx, account, &hash, clock).await?;
    let by = (at.grant.organization_name.as_str(), at.user.name.as_str());
    administrators::tell_reset(&mut tx, account, by, ("重置", reason), clock).await?;
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
