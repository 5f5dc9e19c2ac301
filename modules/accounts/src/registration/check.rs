//! 系统核对 of a registration: what stands against it, shown to the desk and run again when deciding.

use kit::review::Check;
use kit::{IdentityId, OrganizationId, Result, organization};
use sqlx::SqliteConnection;

use super::{Administrator, Content, Kind, What};
use crate::identity::{self, GIVEN_UP, GIVEN_UP_REMEDY};
use crate::people;

/// The checks of a registration that waits; of one that was decided there are none.
pub async fn checks(db: &mut SqliteConnection, content: &Content) -> Result<Vec<Check>> {
    let waits: bool = sqlx::query_scalar(
        "select exists (select 1 from registration where id = ? and state = 'pending')",
    )
    .bind(content.registration)
    .fetch_one(&mut *db)
    .await?;
    if !waits {
        return Ok(vec![]);
    }
    let mut checks = vec![chosen(&mut *db, content).await?];
    match &content.what {
        What::Person { fields, internal_department, .. } => {
            checks.extend(recorded(&mut *db, content, &fields.name).await?);
            checks.extend(others(&mut *db, content, "identity_id").await?);
            if !internal_department.is_empty() {
                checks.push(department(&mut *db, content.organization, internal_department).await?);
            }
        }
        What::Unit { name, credit_code, administrator, .. } => {
            checks.push(unique_name(&mut *db, name).await?);
            checks.push(unique_code(&mut *db, credit_code).await?);
            checks.push(first_administrator(&mut *db, content.identity_id, administrator).await?);
            checks.extend(others(&mut *db, content, "credit_code").await?);
            if content.kind == Kind::Base || content.kind == Kind::Employer {
                checks.push(match content.files.len() {
                    0 => Check::warn("没有上传附件"),
                    n => Check::ok(format!("已上传附件 {n} 份，请与填写的内容对照")),
                });
            }
        }
    }
    Ok(checks)
}

/// The unit or superior chosen must still be there.
async fn chosen(db: &mut SqliteConnection, content: &Content) -> Result<Check> {
    let found = organization::find(db, content.organization).await?;
    let label = if content.kind == Kind::Person { "所选单位" } else { "上级单位" };
    Ok(match found {
        Some(found) if found.state == "active" => Check::ok(format!("{label}“{}”在用", found.name)),
        _ => Check::refuse(format!(
            "{label}“{}”已停用，请驳回，请申请人改选",
            content.organization_name
        )),
    })
}

#[derive(sqlx::FromRow)]
struct Known {
    name: String,
    organization_id: OrganizationId,
    /// Of the account.
    state: String,
    person_state: String,
}

/// Whether the ID number is recorded already, and what the person is to be told.
async fn recorded(db: &mut SqliteConnection, content: &Content, name: &str) -> Result<Vec<Check>> {
    let known: Option<Known> = sqlx::query_as(
        "select p.name, p.organization_id, a.state, p.state as person_state
           from person p join account a on a.person_id = p.id where p.identity_id = ?",
    )
    .bind(content.identity_id)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(known) = known {
        let here = known.organization_id == content.organization;
        let same = if known.name == name {
            ""
        } else {
            "（登记的姓名不同，请先核对身份证）"
        };
        let how = match (here, known.state.as_str()) {
            _ if known.person_state == "moved" => {
                "本人原来在本县、已调出，记录还在，不用重新注册：用原来的账号登录，发起“人员调转”转入；本人办不了的，由单位联系人社局"
            }
            (true, "initial") => "本单位已导入，请直接用身份证号和初始密码登录激活",
            (true, _) => "本人已在本单位，请直接用身份证号登录；忘记密码请联系单位管理员重置",
            (false, _) => "本人已在其他单位登记，请本人联系现单位的管理员办理",
        };
        return Ok(vec![Check::refuse(format!(
            "身份证号已在系统中登记，不能重复登记{same}。请驳回并告知申请人：{how}"
        ))]);
    }
    if given_up(&mut *db, content.identity_id).await? {
        return Ok(vec![Check::refuse(format!(
            "{GIVEN_UP}。请驳回并告知申请人：{GIVEN_UP_REMEDY}"
        ))]);
    }
    let administrator: Option<(String, String)> = sqlx::query_as(
        "select name, (select json_group_array(organization_id) from grant
                        where account_id = account.id)
           from account where identity_id = ?",
    )
    .bind(content.identity_id)
    .fetch_optional(db)
    .await?;
    let Some((known, held)) = administrator else {
        return Ok(vec![Check::ok("身份证号没有登记过")]);
    };
    let held: Vec<OrganizationId> = serde_json::from_str(&held)?;
    let check = if people::is_his(&known, name, &held, content.organization) {
        Check::warn(
            "本人已有管理员账号：通过后同一账号增加个人身份，仍用原来的密码登录，注册时设的密码不启用",
        )
    } else if known == name {
        Check::warn(
            "这个身份证号登记在其他单位的管理员账号上：通过后本人另有自己的账号，用身份证号和注册时设的密码登录，那个管理员账号只用它的登录账号登录",
        )
    } else {
        Check::refuse(format!(
            "这个身份证号是管理员“{known}”的，与填写的姓名不同。请驳回，请申请人核对"
        ))
    };
    Ok(vec![check])
}

/// Whether the number was corrected away from somebody.
async fn given_up(db: &mut SqliteConnection, identity: Option<IdentityId>) -> Result<bool> {
    let number: Option<String> = sqlx::query_scalar("select number from identity where id = ?")
        .bind(identity)
        .fetch_optional(&mut *db)
        .await?;
    let Some(number) = number else { return Ok(false) };
    Ok(!identity::given_up(db, &[number.as_str()]).await?.is_empty())
}

/// Other registrations of the same number that wait as well.
async fn others(
    db: &mut SqliteConnection,
    content: &Content,
    column: &str,
) -> Result<Option<Check>> {
    let numbers: Vec<String> = if column == "identity_id" {
        sqlx::query_scalar(
            "select number from registration
              where identity_id = ?1 and kind = 'person' and state = 'pending' and id <> ?2
              order by id limit 5",
        )
        .bind(content.identity_id)
        .bind(content.registration)
        .fetch_all(db)
        .await?
    } else {
        sqlx::query_scalar(
            "select b.number from registration a
               join registration b on b.credit_code = a.credit_code or b.name = a.name
              where a.id = ? and b.id <> a.id and b.kind <> 'person' and b.state = 'pending'
              order by b.id limit 5",
        )
        .bind(content.registration)
        .fetch_all(db)
        .await?
    };
    if numbers.is_empty() {
        return Ok(None);
    }
    let what =
        if column == "identity_id" { "同一身份证号" } else { "同名或同一信用代码" };
    Ok(Some(Check::warn(format!(
        "{what}还有待审核的注册：{}。请核对后只通过一条",
        numbers.join("、")
    ))))
}

/// The internal department typed, if the unit has one of that name.
pub async fn internal(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    typed: &str,
) -> Result<Option<i64>> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from internal_department
          where organization_id = ? and name = ? and state = 'active' limit 2",
    )
    .bind(organization)
    .bind(typed)
    .fetch_all(db)
    .await?;
    Ok(if let [only] = ids.as_slice() { Some(*only) } else { None })
}

async fn department(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    typed: &str,
) -> Result<Check> {
    Ok(match internal(db, organization, typed).await? {
        Some(_) => Check::ok(format!("内设部门“{typed}”在本单位")),
        None => Check::warn(format!(
            "本单位没有内设部门“{typed}”，通过后不归入内设部门，可以以后再归入"
        )),
    })
}

async fn unique_name(db: &mut SqliteConnection, name: &str) -> Result<Check> {
    let taken: bool =
        sqlx::query_scalar("select exists (select 1 from organization where name = ?)")
            .bind(name)
            .fetch_one(db)
            .await?;
    Ok(if taken {
        Check::refuse(format!("已有同名的单位“{name}”，请驳回，请申请人核对"))
    } else {
        Check::ok("没有同名的单位")
    })
}

async fn unique_code(db: &mut SqliteConnection, code: &str) -> Result<Check> {
    let holder: Option<String> =
        sqlx::query_scalar("select name from organization where credit_code = ?")
            .bind(code)
            .fetch_optional(db)
            .await?;
    Ok(match holder {
        Some(holder) => {
            Check::refuse(format!("信用代码已登记在“{holder}”名下，请驳回，请申请人核对"))
        }
        None => Check::ok("信用代码校验正确，没有登记过"),
    })
}

/// The account an ID number already has, if any.
pub async fn account_of(
    db: &mut SqliteConnection,
    identity: Option<IdentityId>,
) -> Result<Option<(kit::AccountId, String, String)>> {
    Ok(sqlx::query_as("select id, name, state from account where identity_id = ?")
        .bind(identity)
        .fetch_optional(db)
        .await?)
}

/// A new account with its login, or the one he has.
async fn first_administrator(
    db: &mut SqliteConnection,
    identity: Option<IdentityId>,
    administrator: &Administrator,
) -> Result<Check> {
    if let Some((_, name, state)) = account_of(&mut *db, identity).await? {
        if name != administrator.name {
            return Ok(Check::refuse(
                "管理员的身份证号与系统中登记的姓名不同，请驳回，请申请人核对",
            ));
        }
        let more = match state.as_str() {
            "initial" => "；该账号还没有激活，须先用身份证号和初始密码登录",
            "disabled" => {
                return Ok(Check::refuse("管理员的账号已停用，请驳回，请申请人另定管理员"));
            }
            _ => "",
        };
        return Ok(Check::warn(format!(
            "管理员{name}已有账号：通过后该账号获得本单位的管理权限，用原来的账号和密码登录，注册时填的登录账号和密码不启用{more}"
        )));
    }
    let taken: bool = sqlx::query_scalar("select exists (select 1 from account where login = ?)")
        .bind(&administrator.login)
        .fetch_one(db)
        .await?;
    Ok(if taken {
        Check::refuse(format!("登录账号“{}”已被使用，请驳回，请申请人换一个", administrator.login))
    } else {
        Check::ok(format!("登录账号“{}”可以使用", administrator.login))
    })
}
