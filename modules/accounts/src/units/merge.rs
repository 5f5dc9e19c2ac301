//! 合并: people, units below and open cases go to another organization; this one is disabled.

use kit::organization::Organization;
use kit::{Answer, Clock, Db, Done, Error, Form, Modules, OrganizationId, Page, Result, trail};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::state::{Hanging, place, told};
use super::{AtUnit, Editing};
use crate::organizations::picker::Offer;
use crate::organizations::{self, Plan};

pub fn routes() -> Vec<Route> {
    routes![confirm, merge]
}

async fn page(
    at: &AtUnit<Editing>,
    db: &mut SqliteConnection,
    found: &Organization,
    form: &Form,
) -> Result<Page> {
    let title = format!("合并{}", at.unit.noun);
    Ok(Page::new("accounts/unit_merge.html")
        .with("crumbs", &at.unit.crumbs(&title))
        .with("title", &title)
        .with("unit", found)
        .with("noun", at.unit.noun)
        .with("hanging", &Hanging::on(db, found.id).await?)
        .with("action", &format!("{}/merge", at.address(found.id)))
        .with("back", &at.address(found.id))
        .with("form", form))
}

/// Asks into which one, and says what goes there.
#[get("/<id>/merge")]
async fn confirm(at: AtUnit<Editing>, id: OrganizationId, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let found = at.found(&mut db, id).await?;
    page(&at, &mut db, &found, &Form::new()).await
}

async fn read(
    at: &AtUnit<Editing>,
    db: &mut SqliteConnection,
    form: &mut Form,
    id: OrganizationId,
) -> Result<Option<Plan>> {
    let into = place(at, db, form, ("into", "合并到的单位"), Offer::People, id).await?;
    let below = organizations::below(&mut *db, id).await?;
    let below = if below.is_empty() || form.text("below_to").is_empty() {
        None
    } else {
        place(at, db, form, ("below_to", "下属单位的新上级"), Offer::Superiors, id).await?
    };
    Ok(into.map(|into| Plan::merge(into, below)))
}

#[post("/<id>/merge", data = "<form>")]
async fn merge(
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
    let (Some(plan), false) = (plan, form.refused()) else {
        return Ok(page(&at, &mut tx, &found, &form).await?.refused().into());
    };
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
    let into = plan.into.ok_or(Error::NotFound)?;
    let into = kit::organization::find(&mut tx, into).await?.ok_or(Error::NotFound)?;
    let text = format!(
        "将{}“{}”并入“{}”，{} 人转入，{} 个下属单位改换上级，{} 条待办移交，{} 项管理员权限结束",
        at.unit.noun, found.name, into.name, done.people, done.below, done.cases, done.rights
    );
    let (act, object) = (at.unit.act("merge"), at.unit.object(id));
    trail::write(&mut tx, &at.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    let told = format!("已将“{}”并入“{}”。{}", found.name, into.name, told(&done));
    Ok(Done::to(at.address(id)).ok(told).into())
}
