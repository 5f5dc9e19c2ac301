//! 重置密码 of an administrator: a random one-time code, never the last six (AU-06).

use kit::{Answer, Can, Clock, Db, Error, Form, GrantId, Page, Result};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::right::Right;
use super::team::Team;
use super::{BASE, code_page, crumbs, written};
use crate::confirm::{own_password, within_the_hour};
use crate::permissions::ResetAdministrators;
use crate::{administrators, credentials};

pub fn routes() -> Vec<Route> {
    routes![ask, reset]
}

#[get("/administrators/<id>/reset")]
async fn ask(
    user: Can<ResetAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let team = Team::load(&mut db, &user.grant, clock).await?;
    let right = team.mine(id)?;
    refuse_reset(&mut db, &user, right, clock).await?;
    Ok(page(right, &Form::new()))
}

fn page(right: &Right, form: &Form) -> Page {
    Page::new("accounts/own_administrator_reset.html")
        .with("crumbs", &crumbs("重置密码"))
        .with("right", right)
        .with("action", &format!("{BASE}/{}/reset", right.row.grant))
        .with("back", &format!("{BASE}/{}", right.row.grant))
        .with("form", form)
}

/// # Errors
/// Refused for a disabled administrator, for one whose account reaches beyond the asker's scope
/// (a code would hand him all of it), and after too many in an hour.
async fn refuse_reset(
    db: &mut SqliteConnection,
    user: &Can<ResetAdministrators>,
    right: &Right,
    clock: &Clock,
) -> Result<()> {
    if right.row.state != "active" || right.row.credential == "disabled" {
        return Err(Error::refused("这位管理员已禁用，不能重置密码。请先启用。"));
    }
    if right.row.credential == "initial" {
        return Err(Error::refused(
            "他的账号还没有激活，请让他用身份证号和初始密码登录，设置自己的密码。",
        ));
    }
    administrators::refuse_reach(&mut *db, &user.grant, user.organization(), right.row.account)
        .await?;
    within_the_hour(db, user.user.account, clock).await
}

#[post("/administrators/<id>/reset", data = "<form>")]
async fn reset(
    user: Can<ResetAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let team = Team::load(&mut reader, &user.grant, clock).await?;
    let right = team.mine(id)?;
    refuse_reset(&mut reader, &user, right, clock).await?;
    drop(reader);
    let reason = form.required("reason", "重置原因", 5..=200);
    let what = format!("重置管理员{}的密码", right.row.name);
    own_password(&mut form, db, &user.user, clock, &what).await?;
    if form.refused() {
        return Ok(page(right, &form).refused().into());
    }
    give(db, &user, clock, id, &reason).await
}

/// The new code, once; password and sessions are gone, and he is told who did it.
async fn give(
    db: &Db,
    user: &Can<ResetAdministrators>,
    clock: &Clock,
    id: GrantId,
    reason: &str,
) -> Result<Answer> {
    let (code, hash) = credentials::one_time().await?;
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let right = team.mine(id)?;
    refuse_reset(&mut tx, user, right, clock).await?;
    let row = &right.row;
    administrators::reset(&mut tx, row.account, &hash, clock).await?;
    let by = (user.grant.organization_name.as_str(), user.user.name.as_str());
    administrators::tell_reset(&mut tx, row.account, by, ("重置", reason), clock).await?;
    let text = format!("重置管理员{}的密码，原因：{reason}", row.name);
    written(&mut tx, &user.actor(), clock, "reset", id, &text).await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    tx.commit().await?;
    let told = format!("已重置{}的密码，他原来的密码和登录都已失效。", row.name);
    let login = if row.login.is_empty() { "本人身份证号" } else { row.login.as_str() };
    let organization = &user.grant.organization_name;
    Ok(code_page(&told, organization, (&row.name, login), (&code, days)).into())
}
