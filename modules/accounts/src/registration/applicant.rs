//! Signing in before a desk has said yes: who applied hears where it stands and whom to ask.

use kit::module::Applicant;
use kit::review::CaseState;
use kit::{CaseId, IdCard, OrganizationId, Result};
use sqlx::SqliteConnection;

use super::Kind;
use super::progress::reason;
use crate::organizations;

#[derive(sqlx::FromRow)]
struct Row {
    case_id: CaseId,
    number: String,
    state: CaseState,
    asked: OrganizationId,
    asked_name: String,
}

/// What the password of a registration is salted by: all that claim one number, or one login, are
/// told apart with one argon2, so that nobody's registration hides another's.
pub fn salted_by(kind: Kind, card: Option<&IdCard>, login: &str) -> String {
    match (kind, card) {
        (Kind::Person, Some(card)) => by_number(card.number()),
        _ => by_login(login),
    }
}

fn by_number(number: &str) -> String {
    format!("registration:{number}")
}

fn by_login(login: &str) -> String {
    format!("registration-login:{}", login.to_ascii_lowercase())
}

/// Whoever registered with this login or ID number and was not approved: the people of this
/// number, else the administrators of this login, else the latest of both.
pub async fn applicants(db: &mut SqliteConnection, login: &str) -> Result<Vec<Applicant>> {
    let number = kit::id_card::normalised(login);
    let rows: Vec<(i64, Kind, String)> = sqlx::query_as(
        "select id, kind, password_hash from registration
          where id in (select id from registration where login = ?1
                       union select id from registration
                        where identity_id = (select id from identity where number = ?2))
            and state in ('pending', 'rejected', 'withdrawn') and password_hash is not null
          order by state = 'pending' desc, id desc",
    )
    .bind(login)
    .bind(&number)
    .fetch_all(db)
    .await?;
    let of = |key: &str, person: bool| {
        let rows = rows.iter().filter(|(_, kind, hash)| {
            (*kind == Kind::Person) == person && kit::password::is_for(hash, key)
        });
        rows.map(|(id, _, hash)| heard(*id, hash)).collect::<Vec<_>>()
    };
    let people = of(&by_number(&number), true);
    if !people.is_empty() {
        return Ok(people);
    }
    let administrators = of(&by_login(login), false);
    if !administrators.is_empty() {
        return Ok(administrators);
    }
    Ok(rows.first().map(|(id, _, hash)| heard(*id, hash)).into_iter().collect())
}

fn heard(application: i64, hash: &str) -> Applicant {
    Applicant { application, password_hash: hash.to_owned() }
}

/// Where this registration stands and whom to ask; none once it is approved.
pub async fn told(db: &mut SqliteConnection, registration: i64) -> Result<Option<String>> {
    let found: Option<Row> = sqlx::query_as(
        "select r.case_id, r.number, r.state, o.id as asked, o.name as asked_name
           from registration r join organization o on o.id = coalesce(r.desk_id, r.organization_id)
          where r.id = ? and r.state in ('pending', 'rejected', 'withdrawn')",
    )
    .bind(registration)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let phone = organizations::profile(&mut *db, row.asked).await?.phone;
    let whom = if phone.is_empty() {
        row.asked_name.clone()
    } else {
        format!("{}（电话 {phone}）", row.asked_name)
    };
    Ok(Some(match row.state {
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
    }))
}
