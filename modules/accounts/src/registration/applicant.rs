//! Signing in before a desk has said yes: who applied hears where it stands and whom to ask.

use kit::module::Applicant;
use kit::review::CaseState;
use kit::{CaseId, OrganizationId, Result};
use sqlx::SqliteConnection;

use super::progress::reason;
use crate::organizations;

#[derive(sqlx::FromRow)]
struct Row {
    case_id: CaseId,
    number: String,
    state: CaseState,
    password_hash: String,
    asked: OrganizationId,
    asked_name: String,
}

/// Whoever registered with this login or ID number and is no account yet: his latest registration
/// that still stands or can be sent again.
pub async fn applicant(db: &mut SqliteConnection, login: &str) -> Result<Option<Applicant>> {
    let found: Option<Row> = sqlx::query_as(
        "select r.case_id, r.number, r.state, r.password_hash, o.id as asked, o.name as asked_name
           from registration r join organization o on o.id = coalesce(r.desk_id, r.organization_id)
          where r.id in (select id from registration where login = ?1
                         union select id from registration
                          where identity_id = (select id from identity where number = ?2))
            and r.state in ('pending', 'rejected', 'withdrawn') and r.password_hash is not null
          order by r.state = 'pending' desc, r.id desc limit 1",
    )
    .bind(login)
    .bind(kit::id_card::normalised(login))
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let phone = organizations::profile(&mut *db, row.asked).await?.phone;
    let whom = if phone.is_empty() {
        row.asked_name.clone()
    } else {
        format!("{}（电话 {phone}）", row.asked_name)
    };
    let told = match row.state {
        CaseState::Rejected => format!(
            "您的注册（{}）被{}驳回，原因：{} 请到首页“注册审核进度查询”修改后重新提交；有疑问请联系{whom}。",
            row.number,
            row.asked_name,
            reason(&mut *db, row.case_id).await?
        ),
        CaseState::Withdrawn => format!(
            "您的注册（{}）已撤回，还没有账号。需要时请到首页“注册审核进度查询”修改后重新提交，或联系{whom}。",
            row.number
        ),
        _ => format!(
            "您的注册（{}）正在由{}审核，通过后才能登录。可在首页“注册审核进度查询”查看进度；急需的，请联系{whom}。",
            row.number, row.asked_name
        ),
    };
    Ok(Some(Applicant { password_hash: row.password_hash, told }))
}
