//! The demo's roles, and administrators whom the first ones added: of all states and scopes.

use kit::module::Demo;
use kit::{AccountId, GrantId, OrganizationId, Result, RoleId, day};
use sqlx::SqliteConnection;
use time::Duration;

use super::units::Units;
use crate::administrators::{self, Credential, NewAdministrator, SUPER, Terms};
use crate::credentials;

/// A role of the demo: name, what for, and (leaf, actions by comma).
type NewRole = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const BUREAU: &[NewRole] = &[
    (
        "单位管理专员",
        "登记和维护主管部门、用人单位及其管理员",
        &[
            ("accounts.departments", "view,edit,export"),
            ("accounts.employers", "view,edit,export,reset"),
            ("queries.people", "view"),
        ],
    ),
    (
        "统计查询员",
        "查询人员、学时和统计，可以导出",
        &[("queries.people", "view,export"), ("queries.ledger", "view,export")],
    ),
    (
        "本局管理员",
        "维护本局的内设部门、管理员和角色",
        &[
            ("accounts.internal-departments", "view,edit"),
            ("accounts.administrators", "view,edit,export,reset"),
            ("accounts.roles", "view,edit,export"),
            ("queries.people", "view,export"),
            ("queries.ledger", "view,export"),
        ],
    ),
];

const SCHOOL: &[NewRole] = &[(
    "教务处审核员",
    "审核本校教师的学时申报，查询人员",
    &[("credit-hours.declarations", "view,review,export"), ("queries.people", "view")],
)];

/// An administrator of the demo.
struct New {
    name: &'static str,
    login: &'static str,
    position: &'static str,
    phone: &'static str,
    /// Index of `added` in this list who added him; none: the organization's first.
    by: Option<usize>,
    /// Name of his role; empty: 超级管理员.
    role: &'static str,
    scope: &'static str,
    departments: &'static [&'static str],
    /// Days from today until his right ends.
    days: Option<i64>,
    disabled: &'static str,
    /// What the command calls him, if he can sign in.
    what: &'static str,
}

const PLAIN: New = New {
    name: "",
    login: "",
    position: "",
    phone: "",
    by: None,
    role: "",
    scope: "whole",
    departments: &[],
    days: None,
    disabled: "",
    what: "",
};

const AT_THE_BUREAU: &[New] = &[
    New {
        name: "沈国梁", login: "shengl", position: "副局长", phone: "13900010001", ..PLAIN
    },
    New {
        name: "陆晓梅",
        login: "luxm",
        position: "办公室主任",
        phone: "13900010002",
        role: "本局管理员",
        what: "人社局本局管理员（可设管理员和角色）",
        ..PLAIN
    },
    New {
        name: "方志远",
        login: "fangzy",
        position: "科员",
        phone: "13900010003",
        role: "学时审批员",
        scope: "departments",
        departments: &["教育局", "卫生健康委员会"],
        what: "人社局学时审批员（限教育局、卫健委）",
        ..PLAIN
    },
    New {
        name: "程敏",
        login: "chengm",
        position: "科员",
        phone: "13900010004",
        by: Some(1),
        role: "统计查询员",
        days: Some(180),
        ..PLAIN
    },
    New {
        name: "何建国",
        login: "hejg",
        position: "借调",
        phone: "13900010005",
        by: Some(1),
        role: "统计查询员",
        days: Some(-40),
        ..PLAIN
    },
    New {
        name: "梁雪",
        login: "liangx",
        position: "科员",
        phone: "13900010006",
        role: "单位管理专员",
        disabled: "休产假，暂停办理",
        ..PLAIN
    },
];

const AT_THE_SCHOOL: &[New] = &[
    New {
        name: "段文博", login: "duanwb", position: "教务处主任", role: "教务处审核员", ..PLAIN
    },
    New { name: "白洁", login: "baij", position: "副校长", ..PLAIN },
];

/// Adds them to the bureau and to one school.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo, units: &Units) -> Result<()> {
    roles(&mut *tx, county, units.bureau, BUREAU).await?;
    administrators(&mut *tx, county, units, units.bureau, AT_THE_BUREAU).await?;
    if let Some(school) = units.named("第一高级中学").map(|unit| unit.id) {
        roles(&mut *tx, county, school, SCHOOL).await?;
        administrators(tx, county, units, school, AT_THE_SCHOOL).await?;
    }
    Ok(())
}

async fn roles(
    tx: &mut SqliteConnection,
    county: &Demo,
    organization: OrganizationId,
    new: &[NewRole],
) -> Result<()> {
    for (name, description, permissions) in new {
        let role: RoleId = sqlx::query_scalar(
            "insert into role (organization_id, name, description, created_at)
             values (?, ?, ?, ?) returning id",
        )
        .bind(organization)
        .bind(name)
        .bind(description)
        .bind(county.clock.stamp())
        .fetch_one(&mut *tx)
        .await?;
        for (leaf, actions) in *permissions {
            for action in actions.split(',') {
                sqlx::query("insert into role_permission (role_id, leaf, action) values (?, ?, ?)")
                    .bind(role)
                    .bind(leaf)
                    .bind(action)
                    .execute(&mut *tx)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn administrators(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    units: &Units,
    organization: OrganizationId,
    new: &[New],
) -> Result<()> {
    let first: Option<AccountId> = sqlx::query_scalar(
        "select account_id from grant where organization_id = ? order by id limit 1",
    )
    .bind(organization)
    .fetch_optional(&mut *tx)
    .await?;
    let mut added: Vec<AccountId> = vec![];
    for one in new {
        let by = one.by.and_then(|at| added.get(at).copied()).or(first);
        added.push(administrator(&mut *tx, county, units, organization, one, by).await?);
    }
    Ok(())
}

async fn administrator(
    tx: &mut SqliteConnection,
    county: &mut Demo,
    units: &Units,
    organization: OrganizationId,
    one: &New,
    by: Option<AccountId>,
) -> Result<AccountId> {
    let role: Option<RoleId> =
        sqlx::query_scalar("select id from role where organization_id = ? and name = ?")
            .bind(organization)
            .bind(one.role)
            .fetch_optional(&mut *tx)
            .await?;
    let role = role.unwrap_or(SUPER);
    let credential = match one.what {
        "" => Credential::None,
        what => {
            let (password, hash) = credentials::one_time().await?;
            county.accounts.push((what.to_owned(), one.login.to_owned(), password));
            Credential::Password(hash)
        }
    };
    let new = NewAdministrator {
        organization,
        name: one.name.to_owned(),
        login: one.login.to_owned(),
        phone: one.phone.to_owned(),
        role,
        credential,
        created_by: by,
    };
    let account = administrators::create(&mut *tx, &new, &county.clock).await?;
    let grant: GrantId = sqlx::query_scalar("select id from grant where account_id = ?")
        .bind(account)
        .fetch_one(&mut *tx)
        .await?;
    let named = one.departments.iter().filter_map(|name| units.named(name)).map(|unit| unit.id);
    let until = one.days.map(|days| day::date_text(county.clock.today() + Duration::days(days)));
    let terms = Terms {
        roles: vec![role],
        scope: one.scope.to_owned(),
        departments: named.collect(),
        until,
    };
    administrators::set_terms(&mut *tx, grant, &terms).await?;
    sqlx::query("update grant set position = ? where id = ?")
        .bind(one.position)
        .bind(grant)
        .execute(&mut *tx)
        .await?;
    if !one.disabled.is_empty() {
        administrators::disable(tx, grant, one.disabled, &county.clock).await?;
    }
    Ok(account)
}
