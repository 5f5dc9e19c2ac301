//! 禁用, 启用 and 删除 of an administrator, and who takes over whom he added.

use kit::{AccountId, Answer, Can, Clock, Db, Done, Form, GrantId, Page, Result};
use rocket::{Route, State, get, post, routes};

use super::right::Right;
use super::team::Team;
use super::{BASE, crumbs, written};
use crate::administrators;
use crate::organizations::form::Choice;
use crate::permissions::EditAdministrators;

pub fn routes() -> Vec<Route> {
    routes![ask_disable, disable, enable, ask_delete, delete]
}

/// Which of the two.
#[derive(Clone, Copy)]
struct End {
    word: &'static str,
    act: &'static str,
    /// Whether somebody must be named for whom he added.
    successor: bool,
}

const DISABLE: End = End { word: "禁用", act: "disable", successor: false };
const DELETE: End = End { word: "删除", act: "delete", successor: true };

#[get("/administrators/<id>/disable")]
async fn ask_disable(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    ask(DISABLE, &user, id, db, clock).await
}

#[get("/administrators/<id>/delete")]
async fn ask_delete(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    ask(DELETE, &user, id, db, clock).await
}

#[post("/administrators/<id>/disable", data = "<form>")]
async fn disable(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    end(DISABLE, &user, id, db, clock, form).await
}

#[post("/administrators/<id>/delete", data = "<form>")]
async fn delete(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
    form: Form,
) -> Result<Answer> {
    end(DELETE, &user, id, db, clock, form).await
}

#[post("/administrators/<id>/enable")]
async fn enable(
    user: Can<EditAdministrators>,
    id: GrantId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let right = team.mine(id)?;
    administrators::enable(&mut tx, id).await?;
    let text = format!("启用管理员{}", right.row.name);
    written(&mut tx, &user.actor(), clock, "enable", id, &text).await?;
    tx.commit().await?;
    let done = Done::to(format!("{BASE}/{id}")).ok(format!("已启用管理员“{}”。", right.row.name));
    Ok(match &right.row.until {
        Some(day) if *day < team.today => {
            done.warn(format!("他的有效期到 {day} 为止，已经过了。需要继续使用的，请编辑有效期。"))
        }
        _ => done,
    })
}

async fn ask(
    end: End,
    user: &Can<EditAdministrators>,
    id: GrantId,
    db: &Db,
    clock: &Clock,
) -> Result<Page> {
    let mut db = db.read().await?;
    let team = Team::load(&mut db, &user.grant, clock).await?;
    let right = team.mine(id)?;
    administrators::refuse_the_last_super(&mut db, id).await?;
    let mut form = Form::new();
    if end.successor {
        form.set("successor", preset(&team, right).map(|id| id.to_string()).unwrap_or_default());
    }
    Ok(page(end, &team, right, &form))
}

/// The asker himself, if he may take over.
fn preset(team: &Team, right: &Right) -> Option<AccountId> {
    let me = team.me().row.account;
    team.successors(right).iter().any(|r| r.row.account == me).then_some(me)
}

fn page(end: End, team: &Team, right: &Right, form: &Form) -> Page {
    let added: Vec<&str> = team.added_by(right).iter().map(|r| r.row.name.as_str()).collect();
    let successors: Vec<Choice> = team
        .successors(right)
        .into_iter()
        .map(|r| Choice { value: r.row.account.to_string(), label: r.row.name.clone() })
        .collect();
    let title = format!("{}管理员", end.word);
    Page::new("accounts/own_administrator_end.html")
        .with("crumbs", &crumbs(&title))
        .with("title", &title)
        .with("word", end.word)
        .with("deletes", &end.successor)
        .with("right", right)
        .with("added", &added)
        .with("successors", &successors)
        .with("action", &format!("{BASE}/{}/{}", right.row.grant, end.act))
        .with("back", &format!("{BASE}/{}", right.row.grant))
        .with("form", form)
}

async fn end(
    end: End,
    user: &Can<EditAdministrators>,
    id: GrantId,
    db: &Db,
    clock: &Clock,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let team = Team::load(&mut tx, &user.grant, clock).await?;
    let right = team.mine(id)?;
    let reason = form.required("reason", "原因", 2..=200);
    let successor = successor(end, &team, right, &mut form);
    if form.refused() {
        return Ok(page(end, &team, right, &form).refused().into());
    }
    let name = &right.row.name;
    let mut text = format!("{}管理员{name}，原因：{reason}", end.word);
    if let Some(heir) = successor {
        text.push_str(&format!("；他添加的管理员移交给{}", heir.row.name));
    }
    let heir = successor.map(|heir| heir.row.account);
    if end.successor {
        administrators::remove(&mut tx, id, heir, &reason, clock).await?;
    } else {
        administrators::disable(&mut tx, id, &reason, clock).await?;
        if heir.is_some() {
            administrators::pass_on(&mut tx, id, heir).await?;
        }
    }
    written(&mut tx, &user.actor(), clock, end.act, id, &text).await?;
    tx.commit().await?;
    let mut told = format!("已{}管理员“{name}”，他的登录已退出。", end.word);
    if let Some(heir) = successor {
        told.push_str(&format!("他添加的管理员今后由{}办理。", heir.row.name));
    }
    Ok(Done::to(BASE).ok(told).into())
}

/// Who takes over; asked for only if he added somebody.
fn successor<'t>(end: End, team: &'t Team, right: &Right, form: &mut Form) -> Option<&'t Right> {
    let added = team.added_by(right);
    if added.is_empty() {
        return None;
    }
    let typed = form.text("successor");
    if typed.is_empty() {
        if end.successor {
            form.refuse("successor", "请选择由哪位超级管理员接手他添加的管理员。");
        }
        return None;
    }
    let chosen = team.successors(right).into_iter().find(|r| r.row.account.to_string() == typed);
    if chosen.is_none() {
        form.refuse("successor", "接手的人须是本单位启用的超级管理员，请重新选择。");
    }
    chosen
}
