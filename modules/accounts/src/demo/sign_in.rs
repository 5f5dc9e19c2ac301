//! Who can sign in to the demo county; passwords are random and shown once by the command.

use kit::module::Demo;
use kit::{OrganizationId, PersonId, Result, RoleId};
use sqlx::SqliteConnection;

use super::units::{Unit, Units};
use super::{names, rights};
use crate::administrators::{self, Credential, NewAdministrator, SUPER};
use crate::{credentials, people};

/// Named administrators: (unit after 云川县, login).
const NAMED: &[(&str, &str)] = &[
    ("教育局", "jiaoyuju"),
    ("卫生健康委员会", "weijianwei"),
    ("第一高级中学", "gaozhong1"),
    ("人民医院", "renminyiyuan"),
    ("融媒体中心", "rongmeiti"),
    ("教师发展中心", "jiaoshi"),
];

/// What the bureau's restricted clerk may do: (leaf, action).
const CLERK: &[(&str, &str)] = &[
    ("accounts.employers", "view"),
    ("credit-hours.declarations", "view"),
    ("credit-hours.declarations", "review"),
    ("credit-hours.declarations", "export"),
    ("queries.people", "view"),
    ("queries.ledger", "view"),
];

/// Gives every unit an administrator, and passwords to a few people.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo, units: &Units) -> Result<()> {
    let now = county.clock.stamp();
    if units.bureau_is_new {
        let what = "人社局超级管理员";
        administrator(&mut *tx, county, what, units.bureau, "admin", SUPER).await?;
    }
    let role = clerks_role(&mut *tx, units.bureau, &now).await?;
    administrator(&mut *tx, county, "人社局学时审批员（权限受限）", units.bureau, "clerk", role)
        .await?;
    for (name, login) in NAMED {
        if let Some(unit) = units.named(name) {
            let what = format!("{}管理员（{}）", unit.kind.label(), unit.name);
            administrator(&mut *tx, county, &what, unit.id, login, SUPER).await?;
        }
    }
    // everybody else's desk is attended, by somebody who has not got a password yet
    for unit in &units.all {
        if NAMED.iter().any(|(name, _)| unit.name == format!("云川县{name}")) {
            continue;
        }
        let woman = county.random.chance(50);
        let new = NewAdministrator {
            organization: unit.id,
            name: names::person(&mut county.random, woman),
            login: format!("unit{:05}", unit.id.0),
            phone: String::new(),
            role: SUPER,
            credential: Credential::None,
            created_by: None,
        };
        administrators::create(&mut *tx, &new, &county.clock).await?;
    }
    rights::fill(&mut *tx, county, units).await?;
    professionals(tx, county, units, &now).await
}

/// A named administrator with a random password of his own.
async fn administrator(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    what: &str,
    organization: OrganizationId,
    login: &str,
    role: RoleId,
) -> Result<()> {
    let (password, hash) = credentials::one_time().await?;
    let woman = county.random.chance(50);
    let new = NewAdministrator {
        organization,
        name: names::person(&mut county.random, woman),
        login: login.to_owned(),
        phone: String::new(),
        role,
        credential: Credential::Password(hash),
        created_by: None,
    };
    administrators::create(tx, &new, &county.clock).await?;
    county.accounts.push((what.to_owned(), login.to_owned(), password));
    Ok(())
}

async fn clerks_role(
    tx: &mut SqliteConnection,
    bureau: OrganizationId,
    now: &str,
) -> Result<RoleId> {
    let role: RoleId = sqlx::query_scalar(
        "insert into role (organization_id, name, description, created_at)
         values (?, '学时审批员', '审批学时申报，查看单位、人员和学时', ?) returning id",
    )
    .bind(bureau)
    .bind(now)
    .fetch_one(&mut *tx)
    .await?;
    for (leaf, action) in CLERK {
        sqlx::query("insert into role_permission (role_id, leaf, action) values (?, ?, ?)")
            .bind(role)
            .bind(leaf)
            .bind(action)
            .execute(&mut *tx)
            .await?;
    }
    Ok(role)
}

/// A few people have set a password (one hash for all of them); one of them is his unit's
/// administrator too, and one account is still in its initial state.
async fn professionals(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    units: &Units,
    now: &str,
) -> Result<()> {
    let (password, hash) = credentials::one_time().await?;
    for name in ["第一高级中学", "人民医院", "融媒体中心", "农业技术推广中心"]
    {
        let Some(unit) = units.named(name) else { continue };
        let ids: Vec<PersonId> = sqlx::query_scalar(
            "select id from person where organization_id = ? and level <> '' order by id limit 3",
        )
        .bind(unit.id)
        .fetch_all(&mut *tx)
        .await?;
        for (index, id) in ids.into_iter().enumerate() {
            let brief = people::brief(&mut *tx, id).await?;
            let number = people::full_number(&mut *tx, id).await?;
            let person = format!("{}（{}）", brief.name, unit.name);
            let (what, password) = match index {
                0 => (format!("专业技术人员 {person}"), password.clone()),
                1 if name == "人民医院" => {
                    appoint(&mut *tx, id, unit, now).await?;
                    (format!("既是专业技术人员又是单位管理员 {person}"), password.clone())
                }
                2 if name == "第一高级中学" => (
                    format!("尚未激活的专业技术人员（初始密码为身份证后六位）{person}"),
                    number.last_six().to_owned(),
                ),
                _ => continue,
            };
            if index < 2 {
                activate(&mut *tx, id, &hash, now).await?;
            }
            county.accounts.push((what, number.number().to_owned(), password));
        }
    }
    Ok(())
}

async fn activate(tx: &mut SqliteConnection, id: PersonId, hash: &str, now: &str) -> Result<()> {
    sqlx::query(
        "update account set state = 'active', password_hash = ?, initial_until = null,
                password_changed_at = ? where person_id = ?",
    )
    .bind(hash)
    .bind(now)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn appoint(tx: &mut SqliteConnection, id: PersonId, unit: &Unit, now: &str) -> Result<()> {
    let account = sqlx::query_scalar("select id from account where person_id = ?")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    administrators::appoint(tx, account, unit.id, &[SUPER], None, now).await?;
    Ok(())
}
