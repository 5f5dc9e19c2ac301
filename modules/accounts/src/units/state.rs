//! 停用 (with a page that says what happens) and 启用 of an organization.

use kit::{Clock, Done, Modules, OrganizationId, Page, Result, trail};

use super::{Asking, Unit};
use crate::{administrators, organizations};

/// What disabling would do, to be confirmed.
pub async fn confirm(unit: &'static Unit, asking: Asking<'_>, id: OrganizationId) -> Result<Page> {
    let mut db = asking.db.read().await?;
    let found = organizations::in_scope(&mut db, unit.kind, id, asking.grant.scope).await?;
    let people: i64 = sqlx::query_scalar("select count(*) from person where organization_id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let below: i64 = sqlx::query_scalar(
        "select count(*) from organization where parent_id = ? and state = 'active'",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await?;
    let names: Vec<String> = administrators::of(&mut db, id)
        .await?
        .into_iter()
        .filter(|a| a.state != "disabled")
        .map(|a| a.name)
        .collect();
    let title = format!("停用{}", unit.noun);
    Ok(Page::new("accounts/unit_disable.html")
        .with("crumbs", &unit.crumbs(&title))
        .with("title", &title)
        .with("unit", &found)
        .with("noun", unit.noun)
        .with("administrators", &names)
        .with("people", &people)
        .with("below", &below)
        .with("cases", &organizations::pending_cases(&mut db, id).await?)
        .with("action", &format!("{}/{id}/disable", unit.base))
        .with("back", &format!("{}/{id}", unit.base)))
}

/// Disables it and ends its administrators' sessions.
pub async fn disable(
    unit: &'static Unit,
    asking: Asking<'_>,
    id: OrganizationId,
    modules: &Modules,
    clock: &Clock,
) -> Result<Done> {
    let mut tx = asking.db.begin().await?;
    let found = organizations::in_scope(&mut tx, unit.kind, id, asking.grant.scope).await?;
    let done =
        organizations::dissolve(&mut tx, modules, id, &organizations::Plan::default(), clock)
            .await?;
    let text = format!(
        "停用{}“{}”，{} 个管理登录退出，{} 条待办移交上级",
        unit.noun, found.name, done.sessions, done.cases
    );
    let (act, object) = (unit.act("disable"), unit.object(id));
    trail::write(&mut tx, &asking.user.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    let cases = match done.cases {
        0 => String::new(),
        n => format!("{n} 条待办已移交上级。"),
    };
    let told = format!("已停用“{}”，其管理员已退出登录。{cases}", found.name);
    Ok(Done::to(format!("{}/{id}", unit.base)).ok(told))
}

/// Enables it again.
pub async fn enable(
    unit: &'static Unit,
    asking: Asking<'_>,
    id: OrganizationId,
    clock: &Clock,
) -> Result<Done> {
    let mut tx = asking.db.begin().await?;
    let found = organizations::in_scope(&mut tx, unit.kind, id, asking.grant.scope).await?;
    organizations::enable(&mut tx, id, "enable", clock).await?;
    let text = format!("启用{}“{}”", unit.noun, found.name);
    let (act, object) = (unit.act("enable"), unit.object(id));
    trail::write(&mut tx, &asking.user.actor(), clock, &act, &object, &text).await?;
    tx.commit().await?;
    let told = format!("已启用“{}”，其管理员可以登录了。", found.name);
    Ok(Done::to(format!("{}/{id}", unit.base)).ok(told))
}
