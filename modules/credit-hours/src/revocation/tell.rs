//! Who hears of a revocation: each person, and the administrators of his unit.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;

use kit::{
    AccountId, Clock, OrganizationId, OrganizationKind, PersonId, Result, message, organization,
};

use super::store::Detail;

/// What was done: 撤销, or 更正 with what stands there now.
pub struct Told<'a> {
    pub verb: &'static str,
    pub reason: &'a str,
    /// 现为 …; empty after a revocation.
    pub now: String,
}

/// The account of a person.
pub async fn account_of(db: &mut SqliteConnection, person: PersonId) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar("select id from account where person_id = ?")
        .bind(person)
        .fetch_optional(db)
        .await?)
}

/// The accounts that administer a unit now; of the bureau none: it has done it itself.
pub async fn administrators_of(
    db: &mut SqliteConnection,
    unit: OrganizationId,
) -> Result<Vec<AccountId>> {
    let found = organization::find(&mut *db, unit).await?;
    if found.is_none_or(|unit| unit.kind == OrganizationKind::Bureau) {
        return Ok(vec![]);
    }
    let all = accounts::administrators::of(db, unit).await?;
    Ok(all.into_iter().filter(|one| one.state != "disabled").map(|one| one.account).collect())
}

/// Tells everybody: each person his own line, each unit one message.
pub async fn tell(
    tx: &mut SqliteConnection,
    entries: &[Detail],
    told: &Told<'_>,
    clock: &Clock,
) -> Result<()> {
    let Told { verb, reason, now } = told;
    let title = format!("学时已{verb}");
    let mut units: BTreeMap<i64, Vec<&Detail>> = BTreeMap::new();
    for one in entries {
        units.entry(one.organization_id.0).or_default().push(one);
        let Some(account) = account_of(&mut *tx, one.person_id).await? else { continue };
        let text = format!(
            "人社局已{verb}您 {} 年度的学时“{}”（{} 学时），原因：{reason}。{now}对处理有疑问的，请联系单位管理员或人社局。",
            one.year, one.title, one.hours
        );
        let href = match one.declaration_id {
            Some(id) => format!("/credit-hours/declarations/{id}"),
            None => "/credit-hours/mine".to_owned(),
        };
        message::send(&mut *tx, account, &title, &text, &href, clock).await?;
    }
    for (unit, of) in units {
        let Some(first) = of.first() else { continue };
        let (text, href) = if of.len() == 1 {
            let text = format!(
                "人社局已{verb}本单位{} {} 年度的学时“{}”（{} 学时），原因：{reason}。{now}",
                first.name, first.year, first.title, first.hours
            );
            (text, format!("/queries/people/{}", first.person_id))
        } else {
            let names: Vec<&str> = of.iter().take(5).map(|one| one.name.as_str()).collect();
            let text = format!(
                "人社局已{verb}本单位 {} 条学时“{}”（{}等），原因：{reason}。{now}",
                of.len(),
                first.title,
                names.join("、")
            );
            (text, "/queries/people".to_owned())
        };
        for account in administrators_of(&mut *tx, OrganizationId(unit)).await? {
            message::send(&mut *tx, account, &title, &text, &href, clock).await?;
        }
    }
    Ok(())
}
