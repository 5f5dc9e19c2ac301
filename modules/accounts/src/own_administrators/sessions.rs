//! 结束登录 of an administrator: one of his sessions on this right, or all of them; those on his
//! other sides only if his account is the unit's alone.

use kit::{Can, Clock, Db, Done, Error, GrantId, Result, SessionId};
use rocket::{Route, State, post, routes};

use super::team::Team;
use super::{BASE, written};
use crate::permissions::EditAdministrators;
use crate::{administrators, sessions};

pub fn routes() -> Vec<Route> {
    routes![end, end_all]
}

#[post("/administrators/<id>/sessions/<session>/end")]
async fn end(
    user: Can<EditAdministrators>,
    id: GrantId,
    session: SessionId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let right = team.mine(id)?;
    if !administrators::sessions(&mut tx, id).await?.contains(&session) {
        return Err(Error::NotFound);
    }
    sessions::end_one(&mut tx, right.row.account, session).await?;
    let text = format!("结束管理员{}的一个登录", right.row.name);
    written(&mut tx, &user.actor(), clock, "session", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok("已结束这个登录，那台设备须重新登录。"))
}

#[post("/administrators/<id>/sessions/end")]
async fn end_all(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let right = team.mine(id)?;
    let count = administrators::end_sessions(&mut tx, id).await?;
    let text = format!("结束管理员{}的全部 {count} 个登录", right.row.name);
    written(&mut tx, &user.actor(), clock, "session", id, &text).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("已结束他的 {count} 个登录。")))
}
