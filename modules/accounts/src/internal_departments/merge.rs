//! 合并到: people and departments below go to another department of the unit; this one is gone.

use kit::{Answer, Can, Clock, Db, Done, Error, Form, OnUnique, Page, Result};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::tree::{self, Node};
use super::{BASE, LEVELS, nodes, one, state, written};
use crate::organizations::form::Choice;
use crate::people;
use crate::permissions::EditInternalDepartments;
use crate::units::Crumb;

pub fn routes() -> Vec<Route> {
    routes![confirm, merge]
}

fn page(nodes: &[Node], node: &Node, form: &Form) -> Page {
    let offered: Vec<Choice> = tree::takers(nodes, node.id)
        .into_iter()
        .map(|n| Choice { value: n.id.to_string(), label: n.path.clone() })
        .collect();
    let title = "合并内设部门";
    let crumbs =
        vec![Crumb::new("资料管理", ""), Crumb::new("管理内设部门", BASE), Crumb::new(title, "")];
    let below = nodes.iter().filter(|n| n.parent_id == Some(node.id)).count();
    Page::new("accounts/internal_department_merge.html")
        .with("crumbs", &crumbs)
        .with("title", title)
        .with("node", node)
        .with("below", &below)
        .with("offered", &offered)
        .with("action", &format!("{BASE}/{}/merge", node.id))
        .with("back", BASE)
        .with("form", form)
}

/// Asks into which one.
#[get("/internal-departments/<id>/merge")]
async fn confirm(user: Can<EditInternalDepartments>, id: i64, db: &State<Db>) -> Result<Page> {
    let nodes = nodes(&mut *db.read().await?, user.organization()).await?;
    Ok(page(&nodes, one(&nodes, id)?, &Form::new()))
}

#[post("/internal-departments/<id>/merge", data = "<form>")]
async fn merge(
    user: Can<EditInternalDepartments>,
    id: i64,
    mut form: Form,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let nodes = nodes(&mut tx, user.organization()).await?;
    let node = one(&nodes, id)?;
    let typed = form.text("into");
    let into = tree::takers(&nodes, id).into_iter().find(|n| n.id.to_string() == typed);
    let Some(into) = into else {
        form.refuse(
            "into",
            format!("请选择合并到的部门。只能选启用的部门；连同下级最多 {LEVELS} 级。"),
        );
        return Ok(page(&nodes, node, &form).refused().into());
    };
    match take(&mut tx, id, into.id).await {
        Err(Error::Refused(sentence)) => {
            form.refuse("into", sentence);
            return Ok(page(&nodes, node, &form).refused().into());
        }
        taken => taken?,
    }
    let cause = format!("internal-merge:{id}");
    let moved = people::regroup(&mut tx, id, Some(into.id), &cause, clock).await?;
    state::remove(&mut tx, &user, id, clock).await?;
    let text = format!("将内设部门“{}”并入“{}”，转入 {moved} 人", node.path, into.path);
    written(&mut tx, &user, clock, "merge", id, &text).await?;
    tx.commit().await?;
    let told = format!("已将“{}”并入“{}”，转入 {moved} 人。", node.name, into.name);
    Ok(Done::to(BASE).ok(told).into())
}

/// The departments below, and administrators of the department, go along.
async fn take(tx: &mut SqliteConnection, from: i64, into: i64) -> Result<()> {
    sqlx::query(
        "update internal_department set parent_id = ? where parent_id = ? and removed_at is null",
    )
    .bind(into)
    .bind(from)
    .execute(&mut *tx)
    .await
    .on_unique(
        "internal_department_name",
        "两个部门下面有同名的部门，不能直接合并。请先把其中一个改名，或先合并同名的部门。",
    )?;
    sqlx::query("update grant set internal_department_id = ? where internal_department_id = ?")
        .bind(into)
        .bind(from)
        .execute(tx)
        .await?;
    Ok(())
}
