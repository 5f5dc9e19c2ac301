//! 查看单位详情: everything registered, attachments, administrators, people, how it came and changed.

use kit::review::{self, Line};
use kit::{Action, CaseId, Clock, Db, Modules, OrganizationId, OrganizationKind, Page, Result};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{AtUnit, Attachments, Viewing, attachments, history};
use crate::bases::standing::{self, Standing};
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
    let standing = match found.kind {
        OrganizationKind::Base => Some(standing::of(&mut db, id).await?),
        _ => None,
    };
    // the address, which takes a row of its own, stays the last
    let last = facts.pop();
    facts.extend(counted(&mut db, &at, id, found.parent_id).await?);
    facts.extend(standing.iter().flat_map(|standing| busy(standing, &at, modules)));
    facts.extend(last);
    Ok(Page::new("accounts/unit.html")
        .with("crumbs", &at.unit.crumbs(&found.name))
        .with("unit", &found)
        .with("noun", at.unit.noun)
        .with("base", &at.address(id))
        .with("back", at.unit.base)
        .with("facts", &facts)
        .with("validity", &validity)
        .with("standing", &standing)
        .with("attachments", &Attachments::of(&mut db, id, &at.address(id)).await?)
        .with("kinds", &attachments::choices())
        .with("none_typed", &kit::Form::new())
        .with("administrators", &administrators::of(&mut db, id).await?)
        .with("removed", &administrators::removed(&mut db, id).await?)
        .with("registration", &registration(&mut db, modules, id, clock).await?)
        .with("steps", &history::history(&mut db, id).await?)
        .with("past", &changes::past(&mut db, id).await?)
        .with("merged", &merged(&mut db, &at, id).await?)
        .with("may_edit", &at.may(Action::Edit))
        .with("may_reset", &at.may(Action::Reset)))
}

/// What a base does this year, with a link to its report where the caller may look at it.
fn busy(standing: &Standing, at: &AtUnit<Viewing>, modules: &Modules) -> Vec<Fact> {
    if standing.year == 0 {
        return vec![];
    }
    let plain = |label, value| Fact { label, value, wide: false, href: String::new() };
    let year = standing.year;
    let mut facts = vec![
        plain("年度计划数", format!("{} 期（{year} 年）", standing.plans)),
        plain("年度培训人数", format!("{} 人次（{year} 年）", standing.people)),
    ];
    if !standing.report.is_empty() {
        let seen = modules.subject(standing::REPORT_SUBJECT).is_some_and(|subject| {
            at.grant.may(kit::Grantable { leaf: subject.leaf(), action: Action::View })
        });
        let row = standing.report_row.filter(|_| seen);
        let href = row.map(|row| format!("/desk/{}/{row}", standing::REPORT_SUBJECT));
        facts.push(Fact {
            href: href.unwrap_or_default(),
            ..plain("年度报告", format!("{}（{} 年）", standing.label().0, standing.report_year))
        });
    }
    facts
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
