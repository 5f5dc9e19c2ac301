//! 停用 (with a page that asks where people, units below and open cases go) and 启用.

use kit::organization::Organization;
use kit::{Answer, Clock, Db, Done, Error, Form, Modules, OrganizationId, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{AtUnit, Editing, within};
use crate::administrators;
use crate::organizations::picker::{self, Offer};
use crate::organizations::{self, Dissolved, Plan};

pub fn routes() -> Vec<Route> {
    routes![confirm, disable, enable]
}

/// What hangs on an organization that is to end.
#[derive(serde::Serialize)]
pub struct Hanging {
    /// Names of its enabled administrators.
    administrators: Vec<String>,
    people: i64,
    /// Employers and bases under it.
    pub below: i64,
    /// Waiting at its desk.
    cases: i64,
}

impl Hanging {
    pub async fn on(db: &mut SqliteConnection, id: OrganizationId) -> Result<Self> {
        let people = sqlx::query_scalar("select count(*) from person where organization_id = ?")
            .bind(id)
            .fetch_one(&mut *db)
            .await?;
        let all = administrators::of(&mut *db, id).await?;
        let enabled = all.into_iter().filter(|a| a.state != "disabled").map(|a| a.name);
        Ok(Self {
            administrators: enabled.collect(),
            people,
            below: organizations::below(&mut *db, id).await?.len() as i64,
            cases: organizations::pending_cases(db, id).await?,
        })
    }
}

async fn page(
    at: &AtUnit<Editing>,
    db: &mut SqliteConnection,
    found: &Organization,
    form: &Form,
) -> Result<Page> {
    let title = format!("停用{}", at.unit.noun);
    Ok(Page::new("accounts/unit_disable.html")
        .with("crumbs", &at.unit.crumbs(&title))
        .with("title", &title)
        .with("unit", found)
        .with("noun", at.unit.noun)
        .with("hanging", &Hanging::on(db, found.id).await?)
        .with("action", &format!("{}/disable", at.address(found.id)))
        .with("merge", &format!("{}/merge", at.address(found.id)))
        .with("back", &at.address(found.id))
        .with("form", form))
}

/// What disabling would do, to be confirmed.
#[get("/<id>/disable")]
async fn confirm(at: AtUnit<Editing>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let found = at.found(&mut db, id).await?;
    page(&at, &mut db, &found, &Form::of([("people", "stay".to_owned())])).await
}

/// Where people and units below go, as ticked and typed.
async fn read(
    at: &AtUnit<Editing>,
    db: &mut SqliteConnection,
    form: &mut Form,
    id: OrganizationId,
) -> Result<Plan> {
    let moves = form.optional_choice("people", "人员去向", &["stay", "move"]) == "move";
    let mut plan = Plan::default();
    if moves {
        plan.people = place(at, db, form, ("people_to", "人员转入单位"), Offer::People, id).await?;
    }
    if !organizations::below(&mut *db, id).await?.is_empty() {
        let below = ("below_to", "新的上级单位");
        plan.below = place(at, db, form, below, Offer::Superiors, id).await?;
    }
    Ok(plan)
}

/// A picked unit that is another one and within the caller's reach.
pub async fn place(
    at: &AtUnit<Editing>,
    db: &mut SqliteConnection,
    form: &mut Form,
    (name, label): (&str, &str),
    offer: Offer,
    id: OrganizationId,
) -> Result<Option<OrganizationId>> {
    let Some(found) = picker::read(form, db, name, label, offer).await? else { return Ok(None) };
    if found.id == id {
        form.refuse(name, format!("{label}不能是这个单位自己，请另选一个。"));
    } else if !within(at.grant.scope, &found) {
        form.refuse(name, format!("“{}”不在您的管理范围内，请另选一个单位。", found.name));
    }
    Ok(Some(found.id))
}

/// What became of people, units below and cases, for the notice and the trail.
pub fn told(done: &Dissolved) -> String {
    let mut text = String::new();
    for (count, sentence) in [
        (done.people, "名专业技术人员已转入新单位。"),
        (done.below, "个下属单位已改由新的上级单位管理。"),
        (done.cases, "条待办已移交。"),
    ] {
        if count > 0 {
            text.push_str(&format!("{count} {sentence}"));
        }
    }
    text
}

/// Disables it, ends its administrators' sessions and moves on what the form says.
#[post("/<id>/disable", data = "<form>")]
async fn disable(
    at: AtUnit<Editing>,
    id: OrganizationId,
    mut form: Form,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let found = at.found(&mut tx, id).await?;
    let plan = read(&at, &mut tx, &mut form, id).await?;
    if form.refused() {
        return Ok(page(&at, &mut tx, &found, &form).await?.refused().into());
    }
    let done = match organizations::dissolve(&mut tx, modules, id, &plan, clock).await {
        Ok(done) => done,
        // of one that ended meanwhile there is nothing left to type
        Err(Error::Refused(sentence)) if found.state == "active" => {
            tx.rollback().await?;
            form.refuse("", sentence);
            return Ok(page(&at, &mut *db.read().await?, &found, &form).await?.refused().into());
        }
        Err(error) => return Err(error),
    };
    let text = format!(
        "停用{}“{}”，{} 个管理登录退出，{} 条待办移交，{} 人转入其他单位，{} 个下属单位改换上级",
        at.unit.noun, found.name, done.sessions, done.cases, done.people, done.below
    );
    let (act, object) = (at.unit.act("disable"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    let told = format!("已停用“{}”，其管理员已退出登录。{}", found.name, told(&done));
    Ok(Done::to(at.address(id)).ok(told).into())
}

/// Enables it again.
#[post("/<id>/enable")]
async fn enable(
    at: AtUnit<Editing>,
    id: OrganizationId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let found = at.found(&mut tx, id).await?;
    organizations::enable(&mut tx, id, "enable", clock).await?;
    let text = format!("启用{}“{}”", at.unit.noun, found.name);
    let (act, object) = (at.unit.act("enable"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    let attended = administrators::of(&mut tx, id).await?.iter().any(|a| a.state != "disabled");
    tx.commit().await?;
    let done = Done::to(at.address(id)).ok(format!("已启用“{}”。", found.name));
    Ok(if attended {
        done
    } else {
        done.warn("它没有可用的管理员，请恢复或指定一位。")
    })
}
