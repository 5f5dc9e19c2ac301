//! 重新开放: an initial password that was not used in time lasts anew.

use accounts::{INITIAL_DAYS, credentials};
use kit::list::Ask;
use kit::organization::Organization;
use kit::{
    Can, Clock, Db, Done, Error, Form, OrganizationId, Page, PersonId, Result, Scope, trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::chosen::{self, Chosen};
use super::{BASE, ReopenInactive, reach};

pub fn routes() -> Vec<Route> {
    routes![confirm_one, one, confirm, all]
}

/// In the trail, as 本单位人员 calls it.
const ACT: &str = "accounts.person.reopen";
/// People of one batch at most: a page of the list.
const MOST: usize = 100;

fn lasting(days: i64) -> String {
    if days == 0 { "一直有效".to_owned() } else { format!("{days} 天内有效") }
}

#[get("/inactive/<id>/reopen")]
async fn confirm_one(
    user: Can<ReopenInactive>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let found = reach::reached(&mut db, &user.user, &user.grant, &[id], clock).await?;
    let one = found.into_iter().next().ok_or(Error::NotFound)?;
    let days = credentials::days(&mut db, &INITIAL_DAYS).await?;
    Ok(Page::new("import/inactive_reopen.html")
        .with("whom", &format!("{}（{}）", one.name, one.organization))
        .with("waiting", &1)
        .with("expired", &0)
        .with("lasting", &lasting(days))
        .with("action", &format!("{BASE}/{id}/reopen"))
        .with("unit", &0)
        .with("back", &BASE))
}

#[post("/inactive/<id>/reopen")]
async fn one(
    user: Can<ReopenInactive>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let (_, done, days) = some(&user, &[id], db, clock).await?;
    if done == 0 {
        return Err(Error::refused(
            "他已设置过自己的密码，或账号已停用，没有可以重新开放的初始密码。忘记密码的请用“重置密码”。",
        ));
    }
    Ok(Done::to(BASE).ok(format!("已重新开放初始密码，{}。", lasting(days))))
}

/// Opens those of the ids anew who may be: the unit they share, if it is one, how many, and for
/// how many days.
async fn some(
    user: &Can<ReopenInactive>,
    ids: &[PersonId],
    db: &Db,
    clock: &Clock,
) -> Result<(Option<OrganizationId>, usize, i64)> {
    let mut tx = db.begin().await?;
    let found = reach::reached(&mut tx, &user.user, &user.grant, ids, clock).await?;
    for one in &found {
        credentials::reopen(&mut tx, one.id, clock).await?;
        let text = format!("重新开放{}（{}）的初始密码", one.name, one.organization);
        let object = format!("person:{}", one.id);
        trail::write(&mut tx, &user.actor(), clock, ACT, &object, &text).await?;
    }
    let days = credentials::days(&mut tx, &INITIAL_DAYS).await?;
    tx.commit().await?;
    let unit = found.first().map(|one| one.organization_id);
    let unit = unit.filter(|unit| found.iter().all(|one| one.organization_id == *unit));
    Ok((unit, found.len(), days))
}

/// The unit asked for, else the caller's own where he sees only that.
async fn asked(
    db: &mut SqliteConnection,
    user: &Can<ReopenInactive>,
    unit: Option<OrganizationId>,
    clock: &Clock,
) -> Result<Organization> {
    let own = user.scope().values().1;
    let id = unit.or(own).ok_or_else(|| {
        Error::Invalid("请先选择一个单位，再重新开放这个单位的初始密码。".to_owned())
    })?;
    let unit = chosen::unit(&mut *db, &user.grant, id).await?;
    reach::refuse(db, &user.grant, unit.id, &unit.name, clock).await?;
    Ok(unit)
}

/// Says what it does for a whole unit.
#[get("/inactive/reopen")]
async fn confirm(
    user: Can<ReopenInactive>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let unit = ask.value("unit").and_then(|id| id.parse().ok()).map(OrganizationId);
    let unit = asked(&mut db, &user, unit, clock).await?;
    let id = unit.id;
    let chosen = Chosen { unit: Some(unit.clone()), ..Chosen::default() };
    let (waiting, expired, _) = chosen.count(&mut db, Scope::Organization(id), clock).await?;
    let days = credentials::days(&mut db, &INITIAL_DAYS).await?;
    Ok(Page::new("import/inactive_reopen.html")
        .with("whom", &unit.name)
        .with("waiting", &waiting)
        .with("expired", &expired)
        .with("lasting", &lasting(days))
        .with("action", &format!("{BASE}/reopen"))
        .with("unit", &id)
        .with("back", &chosen.address(BASE, "")))
}

/// The ticked (`id`), or with `unit` everybody of a unit who has not signed in yet.
#[post("/inactive/reopen", data = "<form>")]
async fn all(
    user: Can<ReopenInactive>,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Done> {
    let unit: Option<i64> = form.text("unit").parse().ok();
    if let Some(unit) = unit {
        return whole(&user, OrganizationId(unit), db, clock).await;
    }
    let ids: Vec<PersonId> = form
        .list("id")
        .iter()
        .take(MOST)
        .map(|id| id.parse().map_err(|_| Error::NotFound))
        .collect::<Result<_>>()?;
    if ids.is_empty() {
        return Err(Error::Invalid("没有勾选人员。请返回列表勾选后再办理。".to_owned()));
    }
    let (unit, done, days) = some(&user, &ids, db, clock).await?;
    let back = match (unit, user.scope()) {
        (Some(unit), Scope::County | Scope::Department(_)) => format!("{BASE}?unit={unit}"),
        _ => BASE.to_owned(),
    };
    let answer = Done::to(back).ok(format!("已重新开放 {done} 人的初始密码，{}。", lasting(days)));
    Ok(match ids.len() - done {
        0 => answer,
        n => answer.warn(format!("另有 {n} 人已设置过自己的密码或账号已停用，没有变化。")),
    })
}

async fn whole(
    user: &Can<ReopenInactive>,
    unit: OrganizationId,
    db: &Db,
    clock: &Clock,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let unit = asked(&mut tx, user, Some(unit), clock).await?;
    let done = credentials::reopen_all(&mut tx, Scope::Organization(unit.id), clock).await?;
    let text = format!("重新开放{}全部 {done} 名未激活人员的初始密码", unit.name);
    let object = format!("organization:{}", unit.id);
    trail::write(&mut tx, &user.actor(), clock, ACT, &object, &text).await?;
    let days = credentials::days(&mut tx, &INITIAL_DAYS).await?;
    tx.commit().await?;
    let chosen = Chosen { unit: Some(unit.clone()), ..Chosen::default() };
    let told = format!("已重新开放{} {done} 人的初始密码，{}。", unit.name, lasting(days));
    Ok(Done::to(chosen.address(BASE, "")).ok(told))
}
