//! The list of 3.6 and its workbook.

use kit::xlsx::{Book, Column, Value};
use kit::{Can, Clock, Db, Download, Error, Modules, Page, Result, RoleId, day, list, trail};
use rocket::tokio::task::spawn_blocking;
use rocket::{Route, State, get, routes};
use serde::Serialize;

use super::BASE;
use super::tree::Tree;
use crate::own_administrators::Team;
use crate::permissions::{EditRoles, ExportRoles, ViewRoles};

pub fn routes() -> Vec<Route> {
    routes![page, export]
}

#[derive(Debug, Serialize)]
struct Line {
    id: RoleId,
    name: String,
    description: String,
    full: bool,
    permissions: i64,
    holders: i64,
    created_at: String,
    /// Why the asker may not edit it; empty if he may.
    why_not: String,
    /// Whether he may make one like it.
    copied: bool,
}

fn lines(team: &Team, modules: &Modules) -> Vec<Line> {
    let all = Tree::of(modules, team.kind).count();
    let line = |role: &super::Role| Line {
        id: role.id,
        name: role.name.clone(),
        description: role.description.clone(),
        full: role.full,
        permissions: if role.full { all } else { role.permissions.len() } as i64,
        holders: role.holders.len() as i64,
        created_at: role.created_at.clone(),
        why_not: team.why_not_role(role).unwrap_or_default(),
        copied: !role.full && team.may_give(role),
    };
    team.roles.iter().map(line).collect()
}

#[get("/roles")]
async fn page(
    user: Can<ViewRoles>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Page> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let may = |wanted| user.user.may(wanted);
    Ok(Page::new("accounts/roles.html")
        .with("organization", &user.grant.organization_name)
        .with("lines", &lines(&team, modules))
        .with("base", BASE)
        .with("may_edit", &may(<EditRoles as kit::Permission>::grantable()))
        .with("may_export", &may(<ExportRoles as kit::Permission>::grantable())))
}

#[get("/roles/export")]
async fn export(
    user: Can<ExportRoles>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Download> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let tree = Tree::of(modules, team.kind);
    let rows: Vec<(Line, String, String)> = lines(&team, modules)
        .into_iter()
        .zip(&team.roles)
        .map(|(line, role)| {
            let told = if role.full { "全部".to_owned() } else { tree.told(&role.permissions) };
            (
                line,
                told,
                role.holders.iter().map(|h| h.name.as_str()).collect::<Vec<_>>().join("、"),
            )
        })
        .collect();
    let count = rows.len();
    let note = format!(
        "导出单位：{}　导出人：{}　导出时间：{}",
        user.grant.organization_name,
        user.user.name,
        day::shown_time(&clock.stamp())
    );
    let bytes = spawn_blocking(move || workbook(&rows, &note));
    let bytes = bytes.await.map_err(|error| Error::Fault(error.to_string()))??;
    let mut tx = db.begin().await?;
    let text = format!("导出“角色管理” {count} 行");
    trail::write(&mut tx, &user.actor(), clock, "list.export", "list:roles", &text).await?;
    tx.commit().await?;
    let name = &user.grant.organization_name;
    Ok(Download::xlsx(list::file_name(name, "角色管理", clock.today()), bytes))
}

fn workbook(rows: &[(Line, String, String)], note: &str) -> Result<Vec<u8>> {
    const HEADS: [(&str, f64); 7] = [
        ("角色名称", 20.0),
        ("描述", 32.0),
        ("权限数", 10.0),
        ("使用人数", 10.0),
        ("创建时间", 18.0),
        ("权限", 60.0),
        ("使用人", 32.0),
    ];
    let mut book = Book::new();
    let mut sheet = book.sheet("角色管理")?;
    sheet.title("角色管理", HEADS.len())?;
    sheet.note(note, HEADS.len())?;
    let heads: Vec<Column> =
        HEADS.iter().map(|(title, width)| Column::new(*title, *width)).collect();
    sheet.head(&heads)?;
    for (line, permissions, holders) in rows {
        let created = if line.full { String::new() } else { day::shown_time(&line.created_at) };
        sheet.row(&[
            Value::Text(&line.name),
            Value::Long(&line.description),
            Value::Integer(line.permissions),
            Value::Integer(line.holders),
            Value::Text(&created),
            Value::Long(permissions),
            Value::Long(holders),
        ])?;
    }
    book.bytes()
}
