//! 查看单位详情: what is recorded, its administrators, its people, what changed.

use kit::dictionary::{INDUSTRIES, ORGANIZATION_NATURES};
use kit::{Action, OrganizationId, OrganizationKind, Page, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{Asking, Unit};
use crate::{administrators, organizations};

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    wide: bool,
}

fn fact(label: &'static str, value: impl Into<String>) -> Fact {
    Fact { label, value: value.into(), wide: false }
}

#[derive(Serialize)]
struct Step {
    time: String,
    text: String,
}

/// The page of one organization.
pub async fn page(unit: &'static Unit, asking: Asking<'_>, id: OrganizationId) -> Result<Page> {
    let mut db = asking.db.read().await?;
    let found = organizations::in_scope(&mut db, unit.kind, id, asking.grant.scope).await?;
    let profile = organizations::profile(&mut db, id).await?;
    let superior = match found.parent_id {
        Some(parent) => kit::organization::find(&mut db, parent).await?.map(|o| o.name),
        None => None,
    };
    let people: i64 = sqlx::query_scalar("select count(*) from person where organization_id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let mut facts = vec![
        fact("单位名称", &found.name),
        fact("信用代码", found.credit_code.clone().unwrap_or_default()),
        fact("上级单位", superior.unwrap_or_default()),
        fact("单位性质", ORGANIZATION_NATURES.label(&profile.nature)),
        fact("行业", INDUSTRIES.label(&profile.industry)),
        fact("所属区域", &profile.area_code),
        fact("法定代表人", &profile.legal_person),
        fact("联系人", &profile.contact),
        fact("联系电话", &profile.phone),
        fact("专技人员", format!("{people} 人")),
    ];
    if unit.kind == OrganizationKind::Department {
        let employers: i64 = sqlx::query_scalar(
            "select count(*) from organization where kind = 'employer' and department_id = ?",
        )
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
        facts.push(fact("下属单位", format!("{employers} 个")));
    }
    facts.push(Fact { wide: true, ..fact("地址", &profile.address) });
    Ok(Page::new("accounts/unit.html")
        .with("crumbs", &unit.crumbs(&found.name))
        .with("unit", &found)
        .with("noun", unit.noun)
        .with("base", &format!("{}/{id}", unit.base))
        .with("back", unit.base)
        .with("facts", &facts)
        .with("administrators", &administrators::of(&mut db, id).await?)
        .with("steps", &history(&mut db, id).await?)
        .with("may_edit", &asking.may(unit, Action::Edit))
        .with("may_reset", &asking.may(unit, Action::Reset)))
}

/// What changed, newest first.
async fn history(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Step>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select recorded_from, cause, name from organization_version
          where organization_id = ? order by recorded_from desc, id desc limit 20",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    let told = |cause: &str, name: &str| match cause.split(':').next().unwrap_or_default() {
        "setup" => "首次设置时建立".to_owned(),
        "demo" => "装入示例数据".to_owned(),
        "form" => "由上级登记".to_owned(),
        "registration" => "注册通过".to_owned(),
        "disable" => "停用".to_owned(),
        "enable" => "启用".to_owned(),
        _ => format!("修改资料，名称为“{name}”"),
    };
    Ok(rows
        .into_iter()
        .map(|(time, cause, name)| Step { text: told(&cause, &name), time })
        .collect())
}
