//! 新增, 复制 and 编辑 of a role: name, description and the permission tree.

use kit::{Answer, Can, Clock, Db, Done, Error, Form, Modules, OnUnique, Page, Result, RoleId};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::tree::Tree;
use super::{BASE, Held, Role, crumbs, written};
use crate::own_administrators::Team;
use crate::permissions::EditRoles;

pub fn routes() -> Vec<Route> {
    routes![new, create, edit, update]
}

const NAME_TAKEN: &str = "本单位已有同名的角色。请换一个名称。";

#[get("/roles/new?<from>")]
async fn new(
    user: Can<EditRoles>,
    from: Option<i64>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Page> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let mut form = Form::new();
    let mut held = Held::new();
    if let Some(from) = from {
        let role = team.role(RoleId(from))?;
        if role.full || !team.may_give(role) {
            return Err(Error::refused("这个角色含有您不能授予的权限，不能复制。请新增角色。"));
        }
        form.set("name", format!("{}（副本）", role.name).chars().take(30).collect::<String>());
        form.set("description", role.description.as_str());
        held.clone_from(&role.permissions);
    }
    Ok(page(&team, modules, None, &held, &form))
}

#[post("/roles/new", data = "<form>")]
async fn create(
    user: Can<EditRoles>,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let tree = Tree::of(modules, team.kind);
    let typed = read(&mut form, &tree, &team);
    if form.refused() {
        return Ok(page(&team, modules, None, &typed.held, &form).refused().into());
    }
    let stored: Result<RoleId> = sqlx::query_scalar(
        "insert into role (organization_id, name, description, created_at)
         values (?, ?, ?, ?) returning id",
    )
    .bind(team.organization)
    .bind(&typed.name)
    .bind(&typed.description)
    .bind(clock.stamp())
    .fetch_one(&mut *tx)
    .await
    .on_unique("role.name", NAME_TAKEN);
    let id = match stored {
        Err(Error::Refused(sentence)) => {
            form.refuse("name", sentence);
            return Ok(page(&team, modules, None, &typed.held, &form).refused().into());
        }
        stored => stored?,
    };
    set_permissions(&mut tx, id, &typed.held).await?;
    let text = format!("新增角色“{}”，权限：{}", typed.name, tree.told(&typed.held));
    written(&mut tx, &user.actor(), clock, "create", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(BASE).ok(format!("已新增角色“{}”，可以授予管理员了。", typed.name)).into())
}

#[get("/roles/<id>/edit")]
async fn edit(
    user: Can<EditRoles>,
    id: RoleId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
) -> Result<Page> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let role = editable(&team, id)?;
    let form = Form::of([("name", role.name.clone()), ("description", role.description.clone())]);
    Ok(page(&team, modules, Some(role), &role.permissions, &form))
}

#[post("/roles/<id>/edit", data = "<form>")]
async fn update(
    user: Can<EditRoles>,
    id: RoleId,
    db: &State<Db>,
    clock: &State<Clock>,
    modules: &State<Modules>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let role = editable(&team, id)?;
    let tree = Tree::of(modules, team.kind);
    let typed = read(&mut form, &tree, &team);
    if form.refused() {
        return Ok(page(&team, modules, Some(role), &typed.held, &form).refused().into());
    }
    let stored = sqlx::query(
        "update role set name = ?, description = ? where id = ? and organization_id = ?",
    )
    .bind(&typed.name)
    .bind(&typed.description)
    .bind(id)
    .bind(team.organization)
    .execute(&mut *tx)
    .await
    .on_unique("role.name", NAME_TAKEN);
    if let Err(Error::Refused(sentence)) = stored {
        form.refuse("name", sentence);
        return Ok(page(&team, modules, Some(role), &typed.held, &form).refused().into());
    }
    stored?;
    set_permissions(&mut tx, id, &typed.held).await?;
    let text = told(role, &typed, &tree);
    written(&mut tx, &user.actor(), clock, "edit", id, &text).await?;
    tx.commit().await?;
    let used = match role.holders.len() {
        0 => String::new(),
        n => format!("使用它的 {n} 位管理员从下一次操作起按新的权限办理。"),
    };
    Ok(Done::to(BASE).ok(format!("已保存角色“{}”。{used}", typed.name)).into())
}

/// The role, if the asker may change it.
pub fn editable(team: &Team, id: RoleId) -> Result<&Role> {
    let role = team.role(id)?;
    match team.why_not_role(role) {
        None => Ok(role),
        Some(why) => Err(Error::refused(format!("不能修改角色“{}”：{why}", role.name))),
    }
}

/// What changed, in words.
fn told(role: &Role, typed: &Typed, tree: &Tree) -> String {
    let mut text = format!("修改角色“{}”", role.name);
    if role.name != typed.name {
        text.push_str(&format!("，名称改为“{}”", typed.name));
    }
    if role.description != typed.description {
        text.push_str("，改了描述");
    }
    let added = tree.told(typed.held.difference(&role.permissions));
    let taken = tree.told(role.permissions.difference(&typed.held));
    for (word, what) in [("增加", added), ("减少", taken)] {
        if !what.is_empty() {
            text.push_str(&format!("，{word}权限：{what}"));
        }
    }
    text
}

async fn set_permissions(tx: &mut SqliteConnection, id: RoleId, held: &Held) -> Result<()> {
    sqlx::query("delete from role_permission where role_id = ?").bind(id).execute(&mut *tx).await?;
    for (leaf, action) in held {
        sqlx::query("insert into role_permission (role_id, leaf, action) values (?, ?, ?)")
            .bind(id)
            .bind(leaf)
            .bind(action)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

struct Typed {
    name: String,
    description: String,
    held: Held,
}

fn read(form: &mut Form, tree: &Tree, team: &Team) -> Typed {
    let name = form.required("name", "角色名称", 2..=30);
    if team.roles.iter().any(|role| role.full && role.name == name) {
        form.refuse("name", "这是系统内置角色的名称。请换一个名称。");
    }
    let description = form.optional("description", "角色描述", 200);
    Typed { name, description, held: tree.read(form, team) }
}

fn page(team: &Team, modules: &Modules, role: Option<&Role>, held: &Held, form: &Form) -> Page {
    let (title, action) = match role {
        Some(role) => ("编辑角色", format!("{BASE}/{}/edit", role.id)),
        None => ("新增角色", format!("{BASE}/new")),
    };
    let used = role.map(Role::told_holders).unwrap_or_default();
    Page::new("accounts/role_form.html")
        .with("crumbs", &crumbs(title))
        .with("title", title)
        .with("action", &action)
        .with("back", BASE)
        .with("used", &used)
        .with("tree", &Tree::of(modules, team.kind).branches(held, team))
        .with("form", form)
}
