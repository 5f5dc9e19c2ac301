//! The people of a transfer: who they are now, what goes with them, what their unit loses.

use accounts::{administrators, people};
use kit::{OrganizationId, Result};
use sqlx::SqliteConnection;

use crate::content::Content;

/// Somebody of a transfer, as he is recorded now.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Mover {
    pub(super) id: i64,
    pub(super) person_id: kit::PersonId,
    pub(super) name: String,
    pub(super) masked: String,
    pub(super) internal_department: String,
    pub(super) title: String,
    /// The unit left, as submitted.
    pub(super) from: OrganizationId,
    pub(super) unit: OrganizationId,
    pub(super) unit_name: String,
    pub(super) person_state: String,
    pub(super) state: String,
    pub(super) note: String,
}

impl Mover {
    /// Why he cannot go, if anything stands against it.
    pub(super) fn against(&self, content: &Content) -> Option<String> {
        if self.unit == content.to {
            Some("已经在目标单位".to_owned())
        } else if self.unit != self.from {
            Some(format!("已不在原单位，现在{}", self.unit_name))
        } else if !may_go(&self.person_state, content.is_batch()) {
            Some(format!("人员状态是“{}”", people::state_label(&self.person_state)))
        } else {
            None
        }
    }
}

/// Whether somebody in this state may go to another unit: who left comes back by a transfer of
/// his own; who retired is not moved alone, but goes with his unit.
pub fn may_go(state: &str, batch: bool) -> bool {
    if batch {
        matches!(state, "serving" | "rehired" | "retired")
    } else {
        matches!(state, "serving" | "rehired" | "left" | "moved")
    }
}

/// Everybody of a transfer, those left out too.
pub(super) async fn movers(db: &mut SqliteConnection, transfer: i64) -> Result<Vec<Mover>> {
    Ok(sqlx::query_as(
        "select tp.id, tp.person_id, p.name,
                substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
                coalesce(d.name, '') as internal_department, p.title,
                tp.organization_id as \"from\", p.organization_id as unit, o.name as unit_name,
                p.state as person_state, tp.state, tp.note
           from transfer_person tp
           join person p on p.id = tp.person_id
           join identity i on i.id = p.identity_id
           join organization o on o.id = p.organization_id
           left join internal_department d on d.id = p.internal_department_id
          where tp.transfer_id = ? order by tp.id",
    )
    .bind(transfer)
    .fetch_all(db)
    .await?)
}

/// Cases of these people that wait at the old unit's desk, and administrators' rights there.
pub(super) async fn carried(
    db: &mut SqliteConnection,
    transfer: i64,
    from: OrganizationId,
) -> Result<(i64, i64)> {
    let cases = sqlx::query_scalar(
        "select count(*) from review_case
          where state = 'pending' and desk_id = ?1 and subject <> 'transfers' and person_id in
            (select person_id from transfer_person where transfer_id = ?2 and state = 'pending')",
    )
    .bind(from)
    .bind(transfer)
    .fetch_one(&mut *db)
    .await?;
    let rights = sqlx::query_scalar(
        "select count(*) from grant where organization_id = ?1 and state <> 'removed'
            and account_id in (select id from account where person_id in
             (select person_id from transfer_person where transfer_id = ?2 and state = 'pending'))",
    )
    .bind(from)
    .bind(transfer)
    .fetch_one(db)
    .await?;
    Ok((cases, rights))
}

/// What the old unit loses with them: nobody gives it administrators but its superior.
pub(super) const WITHOUT_SUPER: &str = "没有超级管理员";

/// Whether the old unit's last super administrator is one of these people.
pub(super) async fn last_super(
    db: &mut SqliteConnection,
    from: OrganizationId,
    going: &[&Mover],
) -> Result<bool> {
    let people: Vec<kit::PersonId> = going.iter().map(|one| one.person_id).collect();
    administrators::hold_the_last_super(db, from, &people).await
}

/// 3 人：甲、乙、丙; of many the first ten.
pub(super) fn counted(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(10).map(String::as_str).collect();
    let more = if names.len() > shown.len() { "等" } else { "" };
    format!("{} 人：{}{more}", names.len(), shown.join("、"))
}
