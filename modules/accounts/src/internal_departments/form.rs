//! 新增 and 编辑 of an internal department; a move is another 上级部门.

use kit::{Answer, Can, Clock, Db, Done, Error, Form, OnUnique, OrganizationId, Page, Result};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::tree::{self, Node};
use super::{BASE, LEVELS, NAME_TAKEN, nodes, one, written};
use crate::organizations::form::Choice;
use crate::permissions::EditInternalDepartments;
use crate::units::Crumb;

pub fn routes() -> Vec<Route> {
    routes![new, create, edit, update]
}

#[get("/internal-departments/new")]
async fn new(user: Can<EditInternalDepartments>, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let nodes = nodes(&mut db, user.organization()).await?;
    let form = Form::of([("sort", "0".to_owned())]);
    page(&mut db, user.organization(), &nodes, None, &form).await
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
        return Ok(page(&mut tx, user.organization(), &nodes, None, &form).await?.refused().into());
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
            return Ok(page(&mut tx, user.organization(), &nodes, None, &form)
                .await?
                .refused()
                .into());
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
    page(&mut db, user.organization(), &nodes, Some(id), &form).await
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
        let page = page(&mut tx, user.organization(), &nodes, Some(id), &form).await?;
        return Ok(page.refused().into());
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
        let page = page(&mut tx, user.organization(), &nodes, Some(id), &form).await?;
        return Ok(page.refused().into());
    }
    stored?;
    let text = format!("修改内设部门“{old}”");
    written(&mut tx, &user, clock, "change", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已保存内设部门“{}”。", typed.name)).into())
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

/// Names offered for 负责人; more are typed.
const NAMES: i64 = 500;

async fn page(
    db: &mut SqliteConnection,
    unit: OrganizationId,
    nodes: &[Node],
    id: Option<i64>,
    form: &Form,
) -> Result<Page> {
    let names: Vec<String> = sqlx::query_scalar(
        "select distinct name from (select name from person
          where organization_id = ? and state in ('serving', 'rehired') order by id limit ?)",
    )
    .bind(unit)
    .bind(NAMES)
    .fetch_all(db)
    .await?;
    let people: Vec<Choice> =
        names.into_iter().map(|value| Choice { value, label: String::new() }).collect();
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
    Ok(Page::new("accounts/internal_department_form.html")
        .with("crumbs", &crumbs)
        .with("title", title)
        .with("action", &action)
        .with("back", BASE)
        .with("parents", &parents)
        .with("people", &people)
        .with("form", form))
}
