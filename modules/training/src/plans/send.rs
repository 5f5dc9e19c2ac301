//! A plan goes its way: submitted, withdrawn, pushed.

use kit::review::{self, Submission};
use kit::{Can, Clock, Db, Done, Error, Form, Result, Settings, organization};
use rocket::{State, post};
use sqlx::SqliteConnection;

use super::content::Content;
use super::files;
use super::list::BASE;
use super::store::{self, Plan, Summary, Version};
use super::subject::TrainingPlans;
use super::typed::Typed;
use crate::leaves::EditPlans;

/// Opens the case of a version, or sends a rejected or withdrawn one again under its number.
pub async fn send(
    tx: &mut SqliteConnection,
    plan: &Plan,
    version: &Version,
    content: Content,
    by: &Can<EditPlans>,
    clock: &Clock,
) -> Result<Done> {
    // what was typed many ways stands as it is stored from now on
    let typed = Typed::of_content(&content);
    store::save(&mut *tx, version, &typed, &Summary::of_content(&content), clock).await?;
    let number = store::submitted(&mut *tx, plan, &content).await?;
    let (organization, department) = (plan.organization_id, plan.department_id);
    files::link(&mut *tx, &content.files, organization, department).await?;
    let change = if content.version > 1 { "变更 " } else { "" };
    let submission = Submission {
        title: format!("{} {change}{}", content.base_name, content.title),
        number,
        person: None,
        organization,
        department,
        content,
    };
    let user = &by.user;
    let case = match version.case_id {
        None => review::submit(&mut *tx, &TrainingPlans, submission, user, clock).await?,
        Some(case) => {
            review::resubmit(&mut *tx, &TrainingPlans, case, submission, user, clock).await?
        }
    };
    let desk = match case.desk_id {
        Some(desk) => organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let until = if version.version > 1 { "通过以前仍按原计划执行。" } else { "" };
    Ok(Done::to(format!("{BASE}/{}", plan.id))
        .ok(format!("已提交，编号 {}，等待{desk}审核。{until}", case.number)))
}

/// 撤回: while no desk has passed it.
#[post("/plans/<id>/withdraw", data = "<_form>")]
pub async fn withdraw(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let plan = store::own(&mut tx, user.organization(), id).await?;
    let version = store::latest(&mut tx, plan.id).await?;
    let case = version.case_id.ok_or_else(never_sent)?;
    review::withdraw(&mut tx, &TrainingPlans, case, &user.user, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", version.number)))
}

/// 催办: when it waits too long.
#[post("/plans/<id>/remind", data = "<_form>")]
pub async fn remind(
    user: Can<EditPlans>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let plan = store::own(&mut tx, user.organization(), id).await?;
    let version = store::latest(&mut tx, plan.id).await?;
    let case = version.case_id.ok_or_else(never_sent)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("已催办 {}，审核单位会看到。", version.number)))
}

fn never_sent() -> Error {
    Error::refused("这份计划还没有提交，没有可以撤回或催办的申请。请先填写并提交。")
}
