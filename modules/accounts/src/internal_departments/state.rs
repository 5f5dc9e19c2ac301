//! 停用, 启用 and 删除 of an internal department.

use kit::{Can, Clock, Db, Done, Error, Result};
use rocket::{Route, State, post, routes};
use sqlx::SqliteConnection;

use super::{BASE, Node, nodes, one, written};
use crate::permissions::EditInternalDepartments;

pub fn routes() -> Vec<Route> {
    routes![disable, enable, delete]
}

#[post("/internal-departments/<id>/disable")]
async fn disable(
    user: Can<EditInternalDepartments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let nodes = nodes(&mut tx, user.organization()).await?;
    let node = one(&nodes, id)?;
    if nodes.iter().any(|n| n.parent_id == Some(id) && n.state == "active") {
        return Err(Error::refused(format!(
            "“{}”下面还有启用的部门，不能停用。请先停用或移走下面的部门。",
            node.name
        )));
    }
    set_state(&mut tx, &user, clock, node, "disabled").await?;
    tx.commit().await?;
    let kept = if node.people > 0 {
        format!("其中 {} 人仍在该部门。", node.people)
    } else {
        String::new()
    };
    Ok(Done::to(BASE).ok(format!("已停用内设部门“{}”。{kept}", node.name)))
}

#[post("/internal-departments/<id>/enable")]
async fn enable(
    user: Can<EditInternalDepartments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let nodes = nodes(&mut tx, user.organization()).await?;
    let node = one(&nodes, id)?;
    let parent = node.parent_id.and_then(|id| nodes.iter().find(|n| n.id == id));
    if let Some(parent) = parent.filter(|p| p.state != "active") {
        return Err(Error::refused(format!("上级部门“{}”已停用。请先启用上级部门。", parent.name)));
    }
    set_state(&mut tx, &user, clock, node, "active").await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已启用内设部门“{}”。", node.name)))
}

async fn set_state(
    tx: &mut SqliteConnection,
    user: &Can<EditInternalDepartments>,
    clock: &Clock,
    node: &Node,
    state: &str,
) -> Result<()> {
    let changed = sqlx::query(
        "update internal_department set state = ?1
          where id = ?2 and organization_id = ?3 and state <> ?1",
    )
    .bind(state)
    .bind(node.id)
    .bind(user.organization())
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::refused("这个部门的状态已经变了，没有重复办理。请刷新后再看。"));
    }
    let (act, word) = if state == "active" { ("enable", "启用") } else { ("disable", "停用") };
    written(tx, user, clock, act, node.id, &format!("{word}内设部门“{}”", node.name)).await
}

/// Only an empty one; its row stays for people's history, its name is free again.
#[post("/internal-departments/<id>/delete")]
async fn delete(
    user: Can<EditInternalDepartments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let nodes = nodes(&mut tx, user.organization()).await?;
    let node = one(&nodes, id)?;
    if node.people > 0 || nodes.iter().any(|n| n.parent_id == Some(id)) {
        return Err(Error::refused(format!(
            "“{}”里还有人员或下级部门，不能删除。请用“合并到”把它们转到另一个部门。",
            node.name
        )));
    }
    remove(&mut tx, &user, id, clock).await?;
    written(&mut tx, &user, clock, "delete", id, &format!("删除内设部门“{}”", node.name)).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已删除内设部门“{}”。", node.name)))
}

/// Takes an empty department out of the tree.
pub async fn remove(
    tx: &mut SqliteConnection,
    user: &Can<EditInternalDepartments>,
    id: i64,
    clock: &Clock,
) -> Result<()> {
    let removed = sqlx::query(
        "update internal_department set removed_at = ?1
          where id = ?2 and organization_id = ?3 and removed_at is null
            and not exists (select 1 from person where internal_department_id = ?2)
            and not exists (select 1 from internal_department b
                             where b.parent_id = ?2 and b.removed_at is null)",
    )
    .bind(clock.stamp())
    .bind(id)
    .bind(user.organization())
    .execute(tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::refused("这个部门的情况已经变了，没有办理。请刷新后再看。"));
    }
    Ok(())
}

/// Takes departments out that an import made and nobody is in any more: altogether where no version
/// of a person names them, else out of the tree. Gives those that are gone; the others are in use.
pub async fn retract(
    tx: &mut SqliteConnection,
    departments: &[i64],
    clock: &Clock,
) -> Result<Vec<i64>> {
    let mut gone = vec![];
    // those below first
    let mut departments = departments.to_vec();
    departments.sort_unstable_by(|a, b| b.cmp(a));
    for id in departments {
        let out = sqlx::query(
            "update internal_department set removed_at = ?1
              where id = ?2 and removed_at is null
                and not exists (select 1 from person where internal_department_id = ?2)
                and not exists (select 1 from grant where internal_department_id = ?2)
                and not exists (select 1 from internal_department b
                                 where b.parent_id = ?2 and b.removed_at is null)",
        )
        .bind(clock.stamp())
        .bind(id)
        .execute(&mut *tx)
        .await?;
        if out.rows_affected() == 1 {
            gone.push(id);
        }
    }
    sqlx::query(
        "delete from internal_department where id in (select value from json_each(?1))
            and not exists (select 1 from internal_department b where b.parent_id = internal_department.id)
            and id not in (select internal_department_id from person_version
                            where internal_department_id in (select value from json_each(?1)))",
    )
    .bind(serde_json::to_string(&gone)?)
    .execute(tx)
    .await?;
    Ok(gone)
}
