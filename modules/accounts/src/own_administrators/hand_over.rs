//! 移交: a super administrator who leaves gives his place to a named successor, who may then
//! disable or delete him. He gains nothing by it: he stands below his successor.

use kit::{AccountId, Answer, Can, Clock, Db, Done, Error, Form, Page, Result, message};
use rocket::{Route, State, get, post, routes};

use super::team::Team;
use super::{BASE, crumbs, written};
use crate::administrators;
use crate::confirm::own_password;
use crate::organizations::form::Choice;
use crate::permissions::EditAdministrators;

pub fn routes() -> Vec<Route> {
    routes![ask, hand_over]
}

fn page(team: &Team, form: &Form) -> Page {
    let me = team.me();
    let successors: Vec<Choice> = team
        .successors(me)
        .into_iter()
        .map(|r| Choice { value: r.row.account.to_string(), label: r.row.name.clone() })
        .collect();
    let added: Vec<&str> = team.added_by(me).iter().map(|r| r.row.name.as_str()).collect();
    Page::new("accounts/own_administrator_hand_over.html")
        .with("crumbs", &crumbs("移交"))
        .with("successors", &successors)
        .with("added", &added)
        .with("action", &format!("{BASE}/hand-over"))
        .with("back", BASE)
        .with("form", form)
}

async fn load(
    db: &mut sqlx::SqliteConnection,
    user: &Can<EditAdministrators>,
    clock: &Clock,
) -> Result<Team> {
    let team = Team::load(db, &user.grant, clock).await?;
    if !team.me().full {
        return Err(Error::refused(
            "只有超级管理员可以移交。您离任时，请由添加您的管理员或本单位超级管理员办理。",
        ));
    }
    if team.successors(team.me()).is_empty() {
        return Err(Error::refused(
            "本单位没有其他启用的超级管理员可以接手。请先新增一位超级管理员。",
        ));
    }
    Ok(team)
}

#[get("/administrators/hand-over")]
async fn ask(user: Can<EditAdministrators>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let team = load(&mut *db.read().await?, &user, clock).await?;
    Ok(page(&team, &Form::new()))
}

#[post("/administrators/hand-over", data = "<form>")]
async fn hand_over(
    user: Can<EditAdministrators>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    own_password(&mut form, db, &user.user, clock, "移交").await?;
    let mut tx = db.begin().await?;
    let team = load(&mut tx, &user, clock).await?;
    let typed = form.text("successor");
    let heirs = team.successors(team.me());
    let heir = heirs.into_iter().find(|r| r.row.account.to_string() == typed);
    if heir.is_none() {
        form.refuse("successor", "请选择一位本单位启用的超级管理员。");
    }
    let (Some(heir), false) = (heir, form.refused()) else {
        return Ok(page(&team, &form).refused().into());
    };
    let (own, to): (_, AccountId) = (team.me().row.grant, heir.row.account);
    administrators::pass_on(&mut tx, own, Some(to)).await?;
    // he himself comes to stand only below whom his own line leads to: nobody else's hands
    let himself = team.in_line(heir);
    if himself {
        sqlx::query("update grant set created_by = ? where id = ?")
            .bind(to)
            .bind(own)
            .execute(&mut *tx)
            .await?;
    }
    let also = if himself { "和他本人" } else { "" };
    let (name, organization) = (&user.user.name, &user.grant.organization_name);
    let told = format!(
        "{name}把他在“{organization}”的管理工作移交给您：他添加的管理员{also}，今后由您编辑、禁用和删除。"
    );
    message::send(&mut tx, to, "管理工作已移交给您", &told, BASE, clock).await?;
    let also = if himself { "和自己" } else { "" };
    let text = format!("把自己添加的管理员{also}移交给{}办理", heir.row.name);
    written(&mut tx, &user.actor(), clock, "hand-over", own, &text).await?;
    tx.commit().await?;
    let after = if himself {
        "您离任后，由他禁用或删除您的管理权限。"
    } else {
        "您本人的权限没有变，仍由原来能办理的人办理。"
    };
    let told = format!("已移交给{}。{after}", heir.row.name);
    Ok(Done::to(BASE).ok(told).into())
}
