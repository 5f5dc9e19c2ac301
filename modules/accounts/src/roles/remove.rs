//! 删除 of a role: only one that nobody uses.

use kit::{Can, Clock, Db, Done, Error, Page, Result, RoleId};
use rocket::{Route, State, get, post, routes};

use super::form::editable;
use super::{BASE, Role, crumbs, written};
use crate::own_administrators::Team;
use crate::permissions::EditRoles;

pub fn routes() -> Vec<Route> {
    routes![ask, delete]
}

#[get("/roles/<id>/delete")]
async fn ask(
    user: Can<EditRoles>,
    id: RoleId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let role = editable(&team, id)?;
    refuse_used(role)?;
    Ok(Page::new("accounts/role_delete.html")
        .with("crumbs", &crumbs("删除角色"))
        .with("given", role)
        .with("count", &(role.permissions.len() as i64))
        .with("action", &format!("{BASE}/{id}/delete"))
        .with("back", BASE))
}

fn refuse_used(role: &Role) -> Result<()> {
    if role.holders.is_empty() {
        return Ok(());
    }
    Err(Error::refused(format!(
        "角色“{}”正由{}使用，不能删除。请先给他们换别的角色。",
        role.name,
        role.told_holders()
    )))
}

#[post("/roles/<id>/delete")]
async fn delete(
    user: Can<EditRoles>,
    id: RoleId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let role = editable(&team, id)?;
    refuse_used(role)?;
    // removed administrators keep their roles for the record, until the role itself goes
    sqlx::query(
        "delete from grant_role where role_id = ?
            and grant_id in (select id from grant where state = 'removed')",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from role where id = ? and organization_id = ?")
        .bind(id)
        .bind(team.organization)
        .execute(&mut *tx)
        .await?;
    let text = format!("删除角色“{}”", role.name);
    written(&mut tx, &user.actor(), clock, "delete", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已删除角色“{}”。", role.name)))
}
