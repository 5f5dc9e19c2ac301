//! 查看单位详情: everything registered, attachments, administrators, people, how it came and changed.

use kit::review::{self, Line};
use kit::{Action, CaseId, Clock, Db, Modules, OrganizationId, OrganizationKind, Page, Result};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{AtUnit, Attachments, Viewing, attachments};
use crate::organization_changes as changes;
use crate::organizations::{self, form};
use crate::{administrators, bases};

pub fn routes() -> Vec<Route> {
    routes![show]
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    wide: bool,
    href: String,
}

#[derive(Serialize)]
struct Step {
    time: String,
    text: String,
}

#[get("/<id>")]
async fn show(
    at: AtUnit<Viewing>,
    id: OrganizationId,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let found = at.found(&mut db, id).await?;
    let profile = organizations::profile(&mut db, id).await?;
    let days = bases::days(&mut db).await?;
    let validity = profile.base.as_ref().and_then(|base| bases::validity(base, days, clock));
    let code = found.credit_code.clone().unwrap_or_default();
    let registered = form::facts(found.kind, &found.name, &code, &profile);
    let mut facts: Vec<Fact> = registered
        .into_iter()
        .map(|(label, value, wide)| Fact { label, value, wide, href: String::new() })
        .collect();
    // the address, which takes a row of its own, stays the last
    let last = facts.pop();
    facts.extend(counted(&mut db, &at, id, found.parent_id).await?);
    facts.extend(last);
    Ok(Page::new("accounts/unit.html")
        .with("crumbs", &at.unit.crumbs(&found.name))
        .with("unit", &found)
        .with("noun", at.unit.noun)
        .with("base", &at.address(id))
        .with("back", at.unit.base)
        .with("facts", &facts)
        .with("validity", &validity)
        .with("attachments", &Attachments::of(&mut db, id, &at.address(id)).await?)
        .with("kinds", &attachments::choices())
        .with("none_typed", &kit::Form::new())
        .with("administrators", &administrators::of(&mut db, id).await?)
        .with("removed", &administrators::removed(&mut db, id).await?)
        .with("registration", &registration(&mut db, modules, id, clock).await?)
        .with("steps", &history(&mut db, id).await?)
        .with("past", &changes::past(&mut db, id).await?)
        .with("merged", &merged(&mut db, &at, id).await?)
        .with("may_edit", &at.may(Action::Edit))
        .with("may_reset", &at.may(Action::Reset)))
}

/// What it was merged into, with a link where the caller may look at it.
async fn merged(
    db: &mut SqliteConnection,
    at: &AtUnit<Viewing>,
    id: OrganizationId,
) -> Result<Option<super::Crumb>> {
    let Some(into) = organizations::merged_into(db, id).await? else { return Ok(None) };
    let seen = super::of_kind(into.kind).filter(|unit| {
        let view = kit::Grantable { leaf: unit.leaf, action: Action::View };
        at.grant.may(view) && super::within(at.grant.scope, &into)
    });
    let href = seen.map(|unit| format!("{}/{}", unit.base, into.id)).unwrap_or_default();
    Ok(Some(super::Crumb::new(into.name, href)))
}

/// Superior, people and units below, with links to their lists.
async fn counted(
    db: &mut SqliteConnection,
    at: &AtUnit<Viewing>,
    id: OrganizationId,
    parent: Option<OrganizationId>,
) -> Result<Vec<Fact>> {
    let superior = match parent {
        Some(parent) => kit::organization::find(&mut *db, parent).await?.map(|o| o.name),
        None => None,
    };
    let plain = |label, value| Fact { label, value, wide: false, href: String::new() };
    let people: i64 = sqlx::query_scalar("select count(*) from person where organization_id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let mut facts = vec![
        plain("上级单位", superior.unwrap_or_default()),
        plain("在册人员", format!("{people} 名专技人员")),
    ];
    if at.unit.kind != OrganizationKind::Department {
        return Ok(facts);
    }
    let below: Vec<(OrganizationKind, i64)> = sqlx::query_as(
        "select kind, count(*) from organization where parent_id = ? group by kind order by kind desc",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    for kind in [OrganizationKind::Employer, OrganizationKind::Base] {
        let count = below.iter().find(|(one, _)| *one == kind).map_or(0, |(_, count)| *count);
        let unit = super::of_kind(kind);
        let wanted = unit.map(|unit| kit::Grantable { leaf: unit.leaf, action: Action::View });
        let href = match unit {
            Some(unit) if wanted.is_some_and(|wanted| at.grant.may(wanted)) => {
                format!("{}?superior={id}", unit.base)
            }
            _ => String::new(),
        };
        let label = if kind == OrganizationKind::Base { "下属基地" } else { "下属单位" };
        facts.push(Fact { label, value: format!("{count} 个"), wide: false, href });
    }
    let all: i64 = sqlx::query_scalar("select count(*) from person where department_id = ?")
        .bind(id)
        .fetch_one(db)
        .await?;
    facts.push(plain("含下属人员", format!("{all} 名专技人员")));
    Ok(facts)
}

/// The review of the registration it came from; empty if it came another way.
async fn registration(
    db: &mut SqliteConnection,
    modules: &Modules,
    id: OrganizationId,
    clock: &Clock,
) -> Result<Vec<Line>> {
    let cause: Option<String> = sqlx::query_scalar(
        "select cause from organization_version
          where organization_id = ? and cause like 'registration:%' order by id limit 1",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let number = cause.as_deref().and_then(|cause| cause.strip_prefix("registration:"));
    let Some(number) = number.and_then(|number| number.parse().ok()) else { return Ok(vec![]) };
    let case = review::case(&mut *db, CaseId(number)).await?;
    match modules.subject(&case.subject) {
        Some(subject) => review::history(db, subject, &case, true, clock).await,
        None => Ok(vec![]),
    }
}

/// What changed, newest first.
async fn history(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Step>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select v.recorded_from, v.cause,
                case when v.cause like 'merge:%'
                     then coalesce((select o.name from organization o
                                     where o.id = cast(substr(v.cause, 7) as integer)), '')
                     when v.cause like 'organization-change:%'
                     then coalesce((select c.number from review_case c
                                     where c.id = cast(substr(v.cause, 21) as integer)), '')
                     else v.name end
           from organization_version v
          where v.organization_id = ? order by v.recorded_from desc, v.id desc limit 20",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(time, cause, name)| Step { text: told(&cause, &name), time })
        .collect())
}

fn told(cause: &str, name: &str) -> String {
    match cause.split(':').next().unwrap_or_default() {
        "setup" => "首次设置时建立".to_owned(),
        "demo" => "装入示例数据".to_owned(),
        "form" => "由上级登记".to_owned(),
        "registration" => "注册通过".to_owned(),
        "disable" => "停用".to_owned(),
        "enable" => "启用".to_owned(),
        "self" => "本单位修改联系方式".to_owned(),
        "merge" => format!("并入“{name}”"),
        "organization-change" => format!("机构信息修改申请 {name} 通过"),
        "superior" => "上级单位停用，改由新的上级单位管理".to_owned(),
        _ => format!("修改资料，名称为“{name}”"),
    }
}
