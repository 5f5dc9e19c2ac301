//! 3.4 管理内设部门: the own unit's tree of up to three levels.

mod pick;
mod tree;

use kit::{Answer, Can, Clock, Db, Done, Error, Form, OnUnique, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use crate::permissions::{EditInternalDepartments, ViewInternalDepartments};
use crate::units::Crumb;
use crate::units::form::Choice;
use tree::LEVELS;

pub use pick::{choices, name, read as read_place};
pub use tree::{Node, nodes};

const BASE: &str = "/accounts/internal-departments";

pub fn routes() -> Vec<Route> {
    routes![list, new, create, edit, update, disable, enable]
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
async fn list(user: Can<ViewInternalDepartments>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let nodes = nodes(&mut db, user.organization()).await?;
    let may_edit = user.user.may(<EditInternalDepartments as kit::Permission>::grantable());
    Ok(Page::new("accounts/internal_departments.html")
        .with("organization", &user.grant.organization_name)
        .with("nodes", &nodes)
        .with("may_edit", &may_edit))
}

#[get("/internal-departments/new")]
async fn new(user: Can<EditInternalDepartments>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let nodes = nodes(&mut db, user.organization()).await?;
    Ok(form_page(&nodes, None, &Form::of([("sort", "0".to_owned())])))
}

#[post("/internal-departments/new", data = "<form>")]
async fn create(
    user: Can<EditInternalDepartments>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let nodes = nodes(&mut tx, user.organization()).await?;
    let typed = read(&mut form, &nodes, None);
    if form.refused() {
        return Ok(form_page(&nodes, None, &form).refused().into());
    }
    let stored: Result<i64> = sqlx::query_scalar(
        "insert into internal_department (organization_id, parent_id, name, code, sort, head)
         values (?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(user.organization())
    .bind(typed.parent)
    .bind(&typed.name)
    .bind(&typed.code)
    .bind(typed.sort)
    .bind(&typed.head)
    .fetch_one(&mut *tx)
    .await
    .on_unique("internal_department_name", NAME_TAKEN);
    let id = match stored {
        Err(Error::Refused(sentence)) => {
            form.refuse("name", sentence);
            return Ok(form_page(&nodes, None, &form).refused().into());
        }
        stored => stored?,
    };
    let text = format!("新增内设部门“{}”", typed.name);
    written(&mut tx, &user, clock, "create", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已新增内设部门“{}”。", typed.name)).into())
}

#[get("/internal-departments/<id>/edit")]
async fn edit(user: Can<EditInternalDepartments>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let nodes = nodes(&mut db, user.organization()).await?;
    let node = one(&nodes, id)?;
    let form = Form::of([
        ("name", node.name.clone()),
        ("code", node.code.clone()),
        ("sort", node.sort.to_string()),
        ("head", node.head.clone()),
        ("parent", node.parent_id.map(|id| id.to_string()).unwrap_or_default()),
    ]);
    Ok(form_page(&nodes, Some(id), &form))
}

#[post("/internal-departments/<id>/edit", data = "<form>")]
async fn update(
    user: Can<EditInternalDepartments>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let nodes = nodes(&mut tx, user.organization()).await?;
    let old = one(&nodes, id)?.name.clone();
    let typed = read(&mut form, &nodes, Some(id));
    if form.refused() {
        return Ok(form_page(&nodes, Some(id), &form).refused().into());
    }
    let stored = sqlx::query(
        "update internal_department set parent_id = ?, name = ?, code = ?, sort = ?, head = ?
          where id = ? and organization_id = ?",
    )
    .bind(typed.parent)
    .bind(&typed.name)
    .bind(&typed.code)
    .bind(typed.sort)
    .bind(&typed.head)
    .bind(id)
    .bind(user.organization())
    .execute(&mut *tx)
    .await
    .on_unique("internal_department_name", NAME_TAKEN);
    if let Err(Error::Refused(sentence)) = stored {
        form.refuse("name", sentence);
        return Ok(form_page(&nodes, Some(id), &form).refused().into());
    }
    stored?;
    let text = format!("修改内设部门“{old}”");
    written(&mut tx, &user, clock, "change", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已保存内设部门“{}”。", typed.name)).into())
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

const NAME_TAKEN: &str = "同一上级下已有这个名称的部门。请换一个名称。";

fn one(nodes: &[Node], id: i64) -> Result<&Node> {
    nodes.iter().find(|n| n.id == id).ok_or(Error::NotFound)
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

struct Typed {
    name: String,
    code: String,
    sort: i64,
    head: String,
    parent: Option<i64>,
}

fn read(form: &mut Form, nodes: &[Node], id: Option<i64>) -> Typed {
    let typed = Typed {
        name: form.required("name", "部门名称", 2..=40),
        code: form.optional("code", "部门编码", 20),
        sort: form.integer("sort", "排序", 0..=9999).unwrap_or(0),
        head: form.optional("head", "负责人", 50),
        parent: form.text("parent").parse().ok(),
    };
    if form.text("parent").is_empty() {
        return typed;
    }
    let offered = tree::parents(nodes, id);
    if !typed.parent.is_some_and(|parent| offered.iter().any(|n| n.id == parent)) {
        form.refuse(
            "parent",
            format!("上级部门不可选。内设部门最多 {LEVELS} 级，也不能放到自己下面。"),
        );
    }
    typed
}

fn form_page(nodes: &[Node], id: Option<i64>, form: &Form) -> Page {
    let title = if id.is_some() { "编辑内设部门" } else { "新增内设部门" };
    let action = match id {
        Some(id) => format!("{BASE}/{id}/edit"),
        None => format!("{BASE}/new"),
    };
    let parents: Vec<Choice> = tree::parents(nodes, id)
        .into_iter()
        .map(|n| Choice { value: n.id.to_string(), label: n.path.clone() })
        .collect();
    let crumbs =
        vec![Crumb::new("资料管理", ""), Crumb::new("管理内设部门", BASE), Crumb::new(title, "")];
    Page::new("accounts/internal_department_form.html")
        .with("crumbs", &crumbs)
        .with("title", title)
        .with("action", &action)
        .with("back", BASE)
        .with("parents", &parents)
        .with("form", form)
}
