//! 详情 of an administrator: who he is, what he may, his sessions, what was done about him.

use kit::{Can, Clock, Db, GrantId, Page, Result, Settings};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::right::Right;
use super::team::Team;
use super::{BASE, crumbs, may};
use crate::permissions::{EditAdministrators, ResetAdministrators, ViewAdministrators};
use crate::{administrators, sessions};

pub fn routes() -> Vec<Route> {
    routes![page]
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    wide: bool,
}

#[derive(Serialize)]
struct Step {
    time: String,
    text: String,
    reason: String,
}

#[get("/administrators/<id>")]
async fn page(
    user: Can<ViewAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let team = Team::load(&mut db, &user.grant, clock).await?;
    let right = team.one(id)?;
    let added: Vec<String> = team.added_by(right).iter().map(|r| r.row.name.clone()).collect();
    let (_, label, tag) = right.state(&team.today);
    let why_not = team.why_not(right).unwrap_or_default();
    let own = right.row.account == user.user.account;
    // from where the others sign in is not everybody's business
    let mut sessions = match own || why_not.is_empty() {
        true => sessions::of(&mut db, right.row.account, clock, settings).await?,
        false => vec![],
    };
    if !own {
        let ours = administrators::sessions(&mut db, id).await?;
        sessions.retain(|row| ours.contains(&row.id));
    }
    Ok(Page::new("accounts/own_administrator.html")
        .with("crumbs", &crumbs(&right.row.name))
        .with("right", right)
        .with("label", label)
        .with("tag", tag)
        .with("facts", &facts(&team, right))
        .with("added", &added)
        .with("why_not", &why_not)
        .with("here", &format!("{BASE}/{id}"))
        .with("base", BASE)
        .with("sessions", &sessions)
        .with("shows_sessions", &(own || why_not.is_empty()))
        .with("hands_over", &(own && right.full && may::<EditAdministrators, _>(&user)))
        .with("steps", &history(&mut db, id).await?)
        .with("may_edit", &(why_not.is_empty() && may::<EditAdministrators, _>(&user)))
        .with("may_reset", &(why_not.is_empty() && may::<ResetAdministrators, _>(&user))))
}

fn facts(team: &Team, right: &Right) -> Vec<Fact> {
    let row = &right.row;
    let fact = |label, value: String| Fact { label, value, wide: false };
    let time = |at: &Option<String>| at.as_deref().map(kit::day::shown_time).unwrap_or_default();
    let login =
        if row.login.is_empty() { "本人身份证号".to_owned() } else { row.login.clone() };
    let kind =
        if row.person.is_some() { "专业技术人员的本人账号" } else { "管理员账号" };
    let mut facts = vec![
        fact("姓名", row.name.clone()),
        fact("登录账号", login),
        fact("账号", kind.to_owned()),
        fact("身份证号", row.id_card.clone()),
        fact("手机", row.phone.clone()),
        fact("邮箱", row.email.clone()),
        fact("内设部门", row.internal_department.clone()),
        fact("职务", row.position.clone()),
        fact("角色", right.told_roles()),
        fact("数据范围", right.told_scope(team.kind)),
        fact("有效期至", row.until.clone().unwrap_or_else(|| "长期有效".to_owned())),
        fact("最后登录", time(&row.signed_in_at)),
        fact("创建人", row.creator.clone()),
        fact("创建时间", kit::day::shown_time(&row.created_at)),
    ];
    if row.ended_at.is_some() {
        let word = if row.state == "removed" { "删除时间" } else { "禁用时间" };
        facts.push(fact(word, time(&row.ended_at)));
        facts.push(Fact { label: "原因", value: row.ended_reason.clone(), wide: true });
    }
    facts
}

/// What the trail says of this right, newest first.
async fn history(db: &mut SqliteConnection, id: GrantId) -> Result<Vec<Step>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select at, name, text from trail where object = ? and result = 'done'
          order by id desc limit 30",
    )
    .bind(format!("administrator:{id}"))
    .fetch_all(db)
    .await?;
    let step = |(time, name, text)| Step { time, text: name, reason: text };
    Ok(rows.into_iter().map(step).collect())
}
