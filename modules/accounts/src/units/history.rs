//! 变更记录 of an organization: what each version changed, and how it came about.

use kit::{OrganizationId, OrganizationKind, Result};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::organizations::{Base, Profile, form};

/// A line of the timeline component.
#[derive(Debug, Serialize)]
pub struct Step {
    pub time: String,
    pub text: String,
    pub reason: String,
}

#[derive(sqlx::FromRow)]
struct Version {
    recorded_from: String,
    cause: String,
    /// Of the cause: what it was merged into, the number of the request.
    about: String,
    kind: OrganizationKind,
    name: String,
    credit_code: String,
    superior: String,
    certificate_name: String,
    area_code: String,
    nature: String,
    industry: String,
    legal_person: String,
    contact: String,
    phone: String,
    address: String,
    more: String,
}

/// What a version keeps as JSON.
#[derive(Default, Deserialize)]
#[serde(default)]
struct More {
    postcode: String,
    staff: Option<i64>,
    professionals: Option<i64>,
    series: String,
    base: Option<Base>,
}

/// Versions told of at most.
const MOST: i64 = 20;

/// What changed, newest first.
pub async fn history(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Step>> {
    let rows: Vec<Version> = sqlx::query_as(
        "select v.recorded_from, v.cause,
                case when v.cause like 'merge:%'
                     then coalesce((select o.name from organization o
                                     where o.id = cast(substr(v.cause, 7) as integer)), '')
                     when v.cause like 'organization-change:%'
                     then coalesce((select c.number from review_case c
                                     where c.id = cast(substr(v.cause, 21) as integer)), '')
                     else v.name end as about,
                v.kind, v.name, coalesce(v.credit_code, '') as credit_code,
                coalesce(s.name, '') as superior, v.certificate_name, v.area_code, v.nature,
                v.industry, v.legal_person, v.contact, v.phone, v.address, v.more
           from organization_version v left join organization s on s.id = v.parent_id
          where v.organization_id = ? order by v.recorded_from desc, v.id desc limit ?",
    )
    .bind(id)
    .bind(MOST + 1)
    .fetch_all(db)
    .await?;
    let mut steps = Vec::new();
    for (at, row) in rows.iter().enumerate().take(usize::try_from(MOST).unwrap_or(20)) {
        // what a request changed has a table of its own
        let reason = match rows.get(at + 1) {
            Some(before) if !row.cause.starts_with("organization-change") => {
                differences(before, row)?
            }
            _ => String::new(),
        };
        let text = told(&row.cause, &row.about);
        steps.push(Step { time: row.recorded_from.clone(), text, reason });
    }
    Ok(steps)
}

fn facts(version: &Version) -> Result<Vec<(&'static str, String)>> {
    let more: More = serde_json::from_str(&version.more)?;
    let profile = Profile {
        certificate_name: version.certificate_name.clone(),
        area_code: version.area_code.clone(),
        nature: version.nature.clone(),
        industry: version.industry.clone(),
        legal_person: version.legal_person.clone(),
        contact: version.contact.clone(),
        phone: version.phone.clone(),
        address: version.address.clone(),
        postcode: more.postcode,
        staff: more.staff,
        professionals: more.professionals,
        series: more.series,
        base: more.base,
    };
    let all = form::facts(version.kind, &version.name, &version.credit_code, &profile);
    let superior = ("上级单位", version.superior.clone());
    Ok(all.into_iter().map(|(label, value, _)| (label, value)).chain([superior]).collect())
}

/// 法定代表人：王校长 → 孙校长；职工总数：90 人 → 95 人
fn differences(before: &Version, after: &Version) -> Result<String> {
    let shown = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.to_owned() };
    let former = facts(before)?;
    let mut told = Vec::new();
    for (label, value) in facts(after)? {
        let old = former.iter().find(|(of, _)| *of == label).map_or("", |(_, old)| old);
        if old != value {
            told.push(format!("{label}：{} → {}", shown(old), shown(&value)));
        }
    }
    Ok(told.join("；"))
}

fn told(cause: &str, about: &str) -> String {
    match cause.split(':').next().unwrap_or_default() {
        "setup" => "首次设置时建立".to_owned(),
        "demo" => "装入示例数据".to_owned(),
        "form" => "由上级登记".to_owned(),
        "registration" => "注册通过".to_owned(),
        "disable" => "停用".to_owned(),
        "enable" => "启用".to_owned(),
        "self" => "本单位修改联系方式".to_owned(),
        "merge" => format!("并入“{about}”"),
        "organization-change" => format!("机构信息修改申请 {about} 通过"),
        "superior" => "上级单位停用，改由新的上级单位管理".to_owned(),
        _ => format!("修改资料，名称为“{about}”"),
    }
}
