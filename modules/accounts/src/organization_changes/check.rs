//! 系统核对 of a request: what stands against it, and what an approval takes along.

use kit::organization::{self, Organization};
use kit::review::Check;
use kit::{Error, OrganizationId, Result};
use sqlx::SqliteConnection;

use super::read::{code_taken, name_taken};
use super::recorded::{Recorded, label, value};
use super::{Content, Item, current, get};
use crate::organizations::picker::{self, Offer};
use crate::units::attachment_label;

async fn found(db: &mut SqliteConnection, id: OrganizationId) -> Result<Organization> {
    organization::find(db, id).await?.ok_or(Error::NotFound)
}

/// Why a request cannot be carried out now, a sentence each: what it replaces has changed, the
/// unit is disabled, a name, credit code or superior is no longer to be had.
pub async fn stale(db: &mut SqliteConnection, content: &Content) -> Result<Vec<String>> {
    let unit = found(&mut *db, content.organization).await?;
    let recorded = Recorded::of(&mut *db, &unit).await?;
    let mut against = Vec::new();
    if unit.state != "active" {
        against.push(format!("单位“{}”已停用", unit.name));
    }
    for item in &content.items {
        let sentence = match item {
            Item::Field { field, old, new } => match get(&recorded, field) {
                Some(now) if now == *old => taken(&mut *db, unit.id, field, new).await?,
                Some(now) => Some(differs(content, field, old, &now)),
                None => Some(format!("“{field}”不能通过申请修改")),
            },
            Item::Superior { old, new, old_name, new_name } => {
                moved(&mut *db, &unit, (*old, old_name), (*new, new_name)).await?
            }
            Item::Files { kind, old, .. } => {
                let now = current(&mut *db, unit.id, kind).await?;
                (now != *old).then(|| format!("登记的“{}”在申请后已有变动", attachment_label(kind)))
            }
        };
        against.extend(sentence);
    }
    Ok(against)
}

fn differs(content: &Content, field: &str, old: &str, now: &str) -> String {
    let shown = |stored: &str| match value(field, stored) {
        text if text.is_empty() => "（空）".to_owned(),
        text => text,
    };
    let (old, now) = (shown(old), shown(now));
    format!("“{}”现在是“{now}”，与申请时的“{old}”不同", label(content.kind, field))
}

async fn taken(
    db: &mut SqliteConnection,
    own: OrganizationId,
    field: &str,
    new: &str,
) -> Result<Option<String>> {
    match field {
        "name" => name_taken(db, own, new).await,
        "credit_code" => code_taken(db, own, new).await,
        _ => Ok(None),
    }
}

async fn moved(
    db: &mut SqliteConnection,
    unit: &Organization,
    (old, old_name): (OrganizationId, &str),
    (new, new_name): (OrganizationId, &str),
) -> Result<Option<String>> {
    if unit.parent_id != Some(old) {
        let now = match unit.parent_id {
            Some(parent) => found(&mut *db, parent).await?.name,
            None => "（空）".to_owned(),
        };
        return Ok(Some(format!("“上级单位”现在是“{now}”，与申请时的“{old_name}”不同")));
    }
    let offered = picker::offered(db, new, Offer::Superiors).await?;
    Ok(offered.is_none().then(|| format!("新的上级单位“{new_name}”已停用")))
}

/// The checks as the desk shows them; of one that was decided, what became of it.
pub async fn checks(db: &mut SqliteConnection, content: &Content) -> Result<Vec<Check>> {
    let state: String = sqlx::query_scalar("select state from organization_change where id = ?")
        .bind(content.change)
        .fetch_one(&mut *db)
        .await?;
    match state.as_str() {
        "pending" => {}
        "approved" => return Ok(vec![Check::ok("已按申请修改")]),
        _ => return Ok(vec![]),
    }
    let stale = stale(&mut *db, content).await?;
    let mut checks: Vec<Check> = match stale.is_empty() {
        true => vec![Check::ok("原内容与现在登记的一致")],
        false => stale
            .into_iter()
            .map(|text| Check::refuse(format!("{text}，请驳回，由单位按现在的资料重新提交")))
            .collect(),
    };
    for item in &content.items {
        match item {
            Item::Field { field, new, .. } if field == "name" || field == "credit_code" => {
                checks.push(Check::ok(match field.as_str() {
                    "name" => "已核对有没有同名的单位",
                    _ => "信用代码校验正确，已核对有没有登记过",
                }));
                checks.extend(asked_by_others(&mut *db, new).await?);
            }
            Item::Superior { new_name, .. } => {
                checks.push(follows(&mut *db, content.organization, new_name).await?);
            }
            _ => {}
        }
    }
    if content.evidence().is_empty() {
        checks.push(Check::warn("没有附证明材料"));
    }
    Ok(checks)
}

/// Registrations that wait with the same name or credit code.
async fn asked_by_others(db: &mut SqliteConnection, new: &str) -> Result<Option<Check>> {
    let numbers: Vec<String> = sqlx::query_scalar(
        "select number from registration where name = ?1 and kind <> 'person' and state = 'pending'
         union
         select number from registration
          where credit_code <> '' and credit_code = ?1 and state = 'pending' limit 5",
    )
    .bind(new)
    .fetch_all(db)
    .await?;
    Ok((!numbers.is_empty())
        .then(|| Check::warn(format!("“{new}”还有待审核的注册：{}，请核对", numbers.join("、")))))
}

/// What goes under the new superior with the unit.
async fn follows(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    superior: &str,
) -> Result<Check> {
    let people: i64 = sqlx::query_scalar("select count(*) from person where organization_id = ?")
        .bind(organization)
        .fetch_one(&mut *db)
        .await?;
    let cases: i64 = sqlx::query_scalar(
        "select count(*) from review_case
          where organization_id = ? and state = 'pending' and subject <> 'organization-changes'",
    )
    .bind(organization)
    .fetch_one(db)
    .await?;
    Ok(Check::warn(format!(
        "通过后 {people} 名专技人员和 {cases} 条在办事项随单位改由“{superior}”管理"
    )))
}
