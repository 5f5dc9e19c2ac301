//! 查看 of a role: what it permits, and 谁在用.

use kit::{Can, Clock, Db, Modules, Page, Permission, Result, RoleId};
use rocket::{Route, State, get, routes};
use serde::Serialize;

use super::tree::Tree;
use super::{BASE, crumbs};
use crate::own_administrators::{self, Team};
use crate::permissions::{EditRoles, ViewAdministrators, ViewRoles};

pub fn routes() -> Vec<Route> {
    routes![page]
}

#[derive(Serialize)]
struct Step {
    time: String,
    text: String,
    reason: String,
}

#[get("/roles/<id>")]
async fn page(
    user: Can<ViewRoles>,
    id: RoleId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let team = Team::load(&mut db, &user.grant, clock).await?;
    let role = team.role(id)?;
    let tree = Tree::of(modules, team.kind);
    let held = if role.full { tree.all() } else { role.permissions.clone() };
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select at, name, text from trail where object = ? and result = 'done'
            and organization_id = ? order by id desc limit 30",
    )
    .bind(format!("role:{id}"))
    .bind(team.organization)
    .fetch_all(&mut *db)
    .await?;
    let steps: Vec<Step> = rows
        .into_iter()
        .map(|(time, name, text)| Step { time, text: name, reason: text })
        .collect();
    let why_not = team.why_not_role(role).unwrap_or_default();
    let edits = user.user.may(EditRoles::grantable());
    Ok(Page::new("accounts/role.html")
        .with("crumbs", &crumbs(&role.name))
        .with("given", role)
        .with("tree", &tree.shown(&held, &team))
        .with("count", &(held.len() as i64))
        .with("steps", &steps)
        .with("why_not", &why_not)
        .with("may_edit", &(edits && why_not.is_empty()))
        .with("may_copy", &(edits && !role.full && team.may_give(role)))
        .with("here", &format!("{BASE}/{id}"))
        .with("base", BASE)
        .with("administrators", own_administrators::BASE)
        .with("may_view_administrators", &user.user.may(ViewAdministrators::grantable())))
}
