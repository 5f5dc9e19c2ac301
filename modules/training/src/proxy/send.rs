//! A batch goes its way: submitted, withdrawn, pushed.

use credit_hours::roster::{self, PROXY};
use kit::review::{self, Level, Submission};
use kit::{Can, Clock, Db, Done, Error, Form, Result, Settings, organization};
use rocket::{Route, State, post, routes};
use sqlx::SqliteConnection;

use super::content::Content;
use super::list::BASE;
use super::store::{self, Proxy};
use super::subject::ProxyDeclarations;
use crate::leaves::EditProxies;
use crate::plans;

pub fn routes() -> Vec<Route> {
    routes![withdraw, remind]
}

/// Opens the batch's case, or sends a rejected or withdrawn one again under its number.
///
/// # Errors
/// Refused if the class runs again, something stands against the base itself, or the year is closed
/// for it (`credit_hours::windows::closed_after_class`); what was submitted before is decided all
/// the same.
pub async fn send(
    tx: &mut SqliteConnection,
    user: &Can<EditProxies>,
    proxy: &Proxy,
    content: Content,
    clock: &Clock,
) -> Result<Done> {
    let mut against = against(&mut *tx, &content, clock).await?;
    let (year, ended) = (content.year, &content.ends_on);
    let closed = credit_hours::windows::closed_after_class(&mut *tx, year, ended, clock).await?;
    against.extend(closed.map(|sentence| sentence.trim_end_matches('。').to_owned()));
    if !against.is_empty() {
        return Err(Error::refused(format!("不能提交：{}。", against.join("；"))));
    }
    let number = match proxy.number.as_str() {
        "" => store::number(&mut *tx, clock).await?,
        number => number.to_owned(),
    };
    let case = submit(&mut *tx, &user.user, proxy, number, content, clock).await?;
    let desk = match case.desk_id {
        Some(desk) => organization::find(tx, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    let done = Done::to(format!("{BASE}/{}", proxy.id))
        .ok(format!("已提交，批次号 {}，等待{desk}审核。", case.number));
    Ok(if case.unattended {
        done.warn("主管部门暂时无人审核，已转上一级。")
    } else {
        done
    })
}

/// The case and its rows, at its first desk.
pub async fn submit(
    tx: &mut SqliteConnection,
    user: &kit::User,
    proxy: &Proxy,
    number: String,
    content: Content,
    clock: &Clock,
) -> Result<review::Case> {
    let department = store::link(&mut *tx, content.base, &content.files).await?;
    store::submitted(&mut *tx, &content, user.account).await?;
    let supplement = if content.supplement { "（补报）" } else { "" };
    let submission = Submission {
        number,
        title: format!("{} {}{supplement} {} 人", content.base_name, content.title, content.people),
        person: None,
        organization: content.base,
        department,
        content,
    };
    let subject = &ProxyDeclarations;
    let case = match proxy.case_id {
        None => review::submit(&mut *tx, subject, submission, user, clock).await?,
        Some(case) => review::resubmit(&mut *tx, subject, case, submission, user, clock).await?,
    };
    roster::of_case(tx, PROXY, proxy.id, case.id).await?;
    Ok(case)
}

/// What stands against any batch of this plan: the base, the class's stage.
pub async fn against(
    db: &mut SqliteConnection,
    content: &Content,
    clock: &Clock,
) -> Result<Vec<String>> {
    let checks = plans::blocks(&mut *db, content.base, content.year, clock).await?;
    let refused = checks.into_iter().filter(|check| check.level == Level::Refuse);
    let mut against: Vec<String> = refused.map(|check| check.text).collect();
    let plan = plans::store::find(db, content.plan).await?;
    if !matches!(plan.stage.as_str(), "ended" | "declared") {
        against.push("培训班已重新登记成绩，办理结业以后才能代申报".to_owned());
    }
    Ok(against)
}

/// 撤回: while no desk has passed it.
#[post("/proxies/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    user: Can<EditProxies>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let proxy = store::own(&mut tx, user.organization(), id).await?;
    let case = proxy.case_id.ok_or_else(never_sent)?;
    review::withdraw(&mut tx, &ProxyDeclarations, case, &user.user, clock).await?;
    store::returned(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", proxy.number)))
}

/// 催办: when it waits too long.
#[post("/proxies/<id>/remind", data = "<_form>")]
async fn remind(
    user: Can<EditProxies>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let proxy = store::own(&mut tx, user.organization(), id).await?;
    let case = proxy.case_id.ok_or_else(never_sent)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("已催办 {}，审核单位会看到。", proxy.number)))
}

fn never_sent() -> Error {
    Error::refused("这份代申报还没有提交，没有可以撤回或催办的申请。请先填写并提交。")
}
