//! One of the own people: everything known, his account, what happened.

use kit::{
    Action, Can, Clock, Db, Grantable, Group, Kinds, Leaf, OrganizationKind, Page, Permission,
    PersonId, Result,
};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{BASE, crumbs, history, own};
use crate::changes;
use crate::people::mark;
use crate::permissions::{EditAdministrators, EditStaff, ResetStaff, ViewStaff};
use crate::profile::sections;

pub fn routes() -> Vec<Route> {
    routes![one]
}

/// 7.1, whose screens stand in modules above this one: named here to link to them.
const fn above(key: &'static str) -> Leaf {
    Leaf { key, title: "", group: Group::Queries, kinds: Kinds::STAFFED }
}

/// The account, as the panel tells it.
#[derive(Serialize)]
struct Account {
    /// 未激活, 已激活 or 停用
    label: &'static str,
    tag: &'static str,
    /// Whether a password of his own is set.
    chosen: bool,
    /// Of an initial one: how long it lasts, as a sentence.
    lasting: String,
    expired: bool,
    signed_in_at: Option<String>,
    administers: bool,
    resettable: bool,
    reopenable: bool,
}

#[get("/people/<id>")]
async fn one(
    user: Can<ViewStaff>,
    id: PersonId,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let brief = own(&mut db, &user.grant, id).await?;
    let himself = user.user.person == Some(id);
    let links = |key, action| user.user.may(Grantable { leaf: above(key), action });
    let may_edit = user.user.may(EditStaff::grantable());
    Ok(Page::new("accounts/person.html")
        .with("crumbs", &crumbs(&user.grant, &[(&brief.name, "")]))
        .with("base", &format!("{BASE}/{id}"))
        .with("back", BASE)
        .with("id", &id)
        .with("person", &brief)
        .with("sections", &sections(&mut db, &brief, true).await?)
        .with("account", &account(&mut db, id, himself, clock).await?)
        .with("marks", &mark::marks(&mut db, id).await?)
        .with("last_mark", &mark::last(&mut db, id).await?)
        .with("versions", &history::versions(&mut db, id).await?)
        .with("acts", &history::acts(&mut db, id).await?)
        .with("request", &request(&mut db, &user, id).await?)
        .with(
            "record_base",
            &if may_edit && !himself { format!("{BASE}/{id}") } else { String::new() },
        )
        .with("himself", &himself)
        .with("may_edit", &(may_edit && !himself))
        .with("may_request", &(may_edit && !himself && user.grant.kind != OrganizationKind::Bureau))
        .with("may_mark", &(may_edit && !himself && !mark::next_states(&brief.state).is_empty()))
        .with("may_reset", &(user.user.may(ResetStaff::grantable()) && !himself))
        .with("may_appoint", &(user.user.may(EditAdministrators::grantable()) && !himself))
        .with("may_leave", &(links("transfers.transfers", Action::Edit) && !himself))
        .with("see_hours", &links("queries.people", Action::View))
        .with("see_certificates", &links("verification.certificates", Action::Print)))
}

/// The last request about the person, as the panel tells it.
#[derive(Serialize)]
struct LastRequest {
    number: String,
    items: String,
    label: &'static str,
    tag: &'static str,
    /// 本人 or 单位
    by: &'static str,
    submitted_at: String,
    /// At the desk, where the caller may look.
    href: String,
    withdrawable: bool,
}

async fn request(
    db: &mut SqliteConnection,
    user: &Can<ViewStaff>,
    id: PersonId,
) -> Result<Option<LastRequest>> {
    let Some(request) = changes::latest(db, id).await? else { return Ok(None) };
    let (label, tag) = request.label();
    let sees = user.user.may(Grantable { leaf: changes::LEAF, action: Action::View });
    let href = format!("/desk/{}/{}", changes::SUBJECT, request.id);
    Ok(Some(LastRequest {
        label,
        tag,
        by: if request.by_unit { "单位" } else { "本人" },
        href: if sees { href } else { String::new() },
        withdrawable: request.state == "pending"
            && request.by_unit
            && request.account_id == user.user.account,
        number: request.number,
        items: request.items,
        submitted_at: request.submitted_at,
    }))
}

async fn account(
    db: &mut SqliteConnection,
    id: PersonId,
    himself: bool,
    clock: &Clock,
) -> Result<Option<Account>> {
    let found: Option<(String, Option<String>, Option<String>)> = sqlx::query_as(
        "select state, initial_until, signed_in_at from account where person_id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let Some((state, until, signed_in_at)) = found else { return Ok(None) };
    let administers = mark::administers(db, id).await?;
    let initial = state == "initial";
    let expired = initial && until.as_ref().is_some_and(|until| *until < clock.stamp());
    let lasting = match until {
        _ if !initial => String::new(),
        None => "初始密码（身份证号后六位）一直有效".to_owned(),
        Some(until) => {
            let day = kit::day::shown_time(&until);
            let verb = if expired { "已于" } else { "有效至" };
            let end = if expired { "过期" } else { "" };
            format!("初始密码（身份证号后六位）{verb} {day}{end}")
        }
    };
    let (label, tag) = match state.as_str() {
        "initial" => ("未激活", "wait"),
        "active" => ("已激活", "pass"),
        _ => ("停用", "off"),
    };
    Ok(Some(Account {
        label,
        tag,
        chosen: state == "active",
        lasting,
        expired,
        signed_in_at,
        administers,
        resettable: state == "active" && !administers && !himself,
        reopenable: initial && !himself,
    }))
}
