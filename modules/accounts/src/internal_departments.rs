//! 3.4 管理内设部门: the own unit's tree of up to three levels, and its workbook.

mod form;
mod merge;
mod pick;
mod state;
mod tree;

use kit::xlsx::{Book, Column, Value};
use kit::{Can, Clock, Db, Download, Error, OnUnique, Page, Permission, Result, day, list, trail};
use rocket::{Route, State, get, routes};
use sqlx::SqliteConnection;

use crate::permissions::{
    EditInternalDepartments, ExportInternalDepartments, ViewInternalDepartments, ViewStaff,
};
use tree::LEVELS;

pub use pick::{choices, name, read as read_place};
pub use state::retract;
pub use tree::{Node, nodes, nodes_of};

const BASE: &str = "/accounts/internal-departments";
/// The sentence of a name that the superior has below it already.
const NAME_TAKEN: &str = "同一上级下已有这个名称的部门。请换一个名称。";

pub fn routes() -> Vec<Route> {
    [routes![show, export], form::routes(), state::routes(), merge::routes()].concat()
}

/// Makes a department at the top of a unit's tree (6, 自动新建); the caller writes the trail.
///
/// # Errors
/// Refused if there is one of this name.
pub async fn add(
    tx: &mut SqliteConnection,
    organization: kit::OrganizationId,
    name: &str,
) -> Result<i64> {
    sqlx::query_scalar(
        "insert into internal_department (organization_id, name) values (?, ?) returning id",
    )
    .bind(organization)
    .bind(name)
    .fetch_one(tx)
    .await
    .on_unique("internal_department_name", NAME_TAKEN)
}

#[get("/internal-departments")]
async fn show(user: Can<ViewInternalDepartments>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let nodes = nodes(&mut db, user.organization()).await?;
    Ok(Page::new("accounts/internal_departments.html")
        .with("organization", &user.grant.organization_name)
        .with("nodes", &nodes)
        .with("may_edit", &user.user.may(EditInternalDepartments::grantable()))
        .with("may_see", &user.user.may(ViewStaff::grantable()))
        .with("may_export", &user.user.may(ExportInternalDepartments::grantable())))
}

/// The tree as a workbook, as it is shown.
#[get("/internal-departments/export")]
async fn export(
    user: Can<ExportInternalDepartments>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Download> {
    let nodes = nodes(&mut *db.read().await?, user.organization()).await?;
    let (unit, by) = (user.grant.organization_name.clone(), user.user.name.clone());
    let at = day::shown_time(&clock.stamp());
    let note = format!("导出单位：{unit}　导出人：{by}　导出时间：{at}");
    let count = nodes.len();
    let folder = db.folder().join("tmp");
    let bytes = rocket::tokio::task::spawn_blocking(move || book(&folder, &nodes, &note))
        .await
        .map_err(|error| Error::Fault(format!("workbook: {error}")))??;
    let mut tx = db.begin().await?;
    let text = format!("导出“管理内设部门” {count} 行");
    trail::write(&mut tx, &user.actor(), clock, "list.export", "list:internal-departments", &text)
        .await?;
    tx.commit().await?;
    Ok(Download::xlsx(list::file_name(&unit, "内设部门", clock.today()), bytes))
}

fn book(folder: &std::path::Path, nodes: &[Node], note: &str) -> Result<Vec<u8>> {
    let mut book = Book::in_folder(folder)?;
    let mut sheet = book.sheet("内设部门")?;
    let columns = [
        Column::new("部门名称", 30.0),
        Column::new("上级部门", 30.0),
        Column::new("部门编码", 14.0),
        Column::new("排序", 8.0),
        Column::new("负责人", 14.0),
        Column::new("人数", 8.0),
        Column::new("状态", 8.0),
    ];
    sheet.title("内设部门", columns.len())?;
    sheet.note(note, columns.len())?;
    sheet.head(&columns)?;
    for node in nodes {
        let above = node.path.rsplit_once(" / ").map_or("", |(above, _)| above);
        sheet.row(&[
            Value::Text(&node.name),
            Value::Text(above),
            Value::Text(&node.code),
            Value::Integer(node.sort),
            Value::Text(&node.head),
            Value::Integer(node.people),
            Value::Text(if node.state == "active" { "启用" } else { "停用" }),
        ])?;
    }
    book.bytes()
}

fn one(nodes: &[Node], id: i64) -> Result<&Node> {
    nodes.iter().find(|n| n.id == id).ok_or(Error::NotFound)
}

async fn written(
    tx: &mut SqliteConnection,
    user: &Can<EditInternalDepartments>,
    clock: &Clock,
    act: &str,
    id: i64,
    text: &str,
) -> Result<()> {
    let act = format!("accounts.internal-department.{act}");
    trail::write(tx, &user.actor(), clock, &act, &format!("internal-department:{id}"), text).await
}
