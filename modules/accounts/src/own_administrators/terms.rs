//! The second step: roles, data scope and end date, as a form (3.5).

use kit::{Form, OrganizationId, Result, RoleId};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::right::{Right, scope_label};
use super::team::Team;
use crate::administrators::Terms;
use crate::organizations::form::Choice;

/// The variable `offer` of the component `right_fields`: what the asker may give.
#[derive(Debug, Serialize)]
pub struct Offer {
    pub roles: Vec<RoleChoice>,
    /// Roles that permit more than he may.
    withheld: String,
    /// More than one: asked for.
    scopes: Vec<Choice>,
    departments: Vec<Choice>,
    /// His own last day, or empty.
    latest: String,
    today: String,
}

/// A role with what it is for.
#[derive(Debug, Serialize)]
pub struct RoleChoice {
    value: String,
    label: String,
    note: String,
}

impl Offer {
    pub async fn of(db: &mut SqliteConnection, team: &Team) -> Result<Self> {
        let (offered, withheld) = team.offered_roles();
        let roles = offered.iter().map(|role| RoleChoice {
            value: role.id.to_string(),
            label: role.name.clone(),
            note: role.description.clone(),
        });
        let scopes = team.scopes().into_iter().map(|key| Choice {
            value: key.to_owned(),
            label: scope_label(team.kind, key).to_owned(),
        });
        let departments = team.departments(db).await?.into_iter();
        Ok(Self {
            roles: roles.collect(),
            withheld: withheld.join("、"),
            scopes: scopes.collect(),
            departments: departments
                .map(|(id, name)| Choice { value: id.to_string(), label: name })
                .collect(),
            latest: team.me().row.until.clone().unwrap_or_default(),
            today: team.today.clone(),
        })
    }
}

/// Reads what is to be given; whatever was not offered is refused.
pub fn read(form: &mut Form, team: &Team, offer: &Offer) -> Terms {
    let offered: Vec<&str> = offer.roles.iter().map(|choice| choice.value.as_str()).collect();
    let roles: Vec<RoleId> =
        numbers(form.choices("role", "角色", &offered)).into_iter().map(RoleId).collect();
    if roles.is_empty() {
        form.refuse("role", "请至少选择一个角色。没有合适的，请先在“角色管理”中新增。");
    }
    let full = roles.iter().any(|id| team.role(*id).is_ok_and(|role| role.full));
    let scopes: Vec<&str> = offer.scopes.iter().map(|choice| choice.value.as_str()).collect();
    let scope = match scopes.as_slice() {
        [only] => (*only).to_owned(),
        several => form.choice("scope", "数据范围", several),
    };
    if full && !scope.is_empty() && scope != "whole" {
        let whole = scope_label(team.kind, "whole");
        form.refuse(
            "scope",
            format!("超级管理员的数据范围只能是“{whole}”。要限定范围，请选其他角色。"),
        );
    }
    let mut departments = vec![];
    if scope == "departments" {
        let named: Vec<&str> = offer.departments.iter().map(|c| c.value.as_str()).collect();
        let ticked = form.choices("department", "主管部门", &named);
        departments = numbers(ticked).into_iter().map(OrganizationId).collect();
        if departments.is_empty() {
            form.refuse("department", "请至少勾选一个主管部门。");
        }
    }
    let until = form.optional_date("until", "有效期至");
    if !until.is_empty() && until < offer.today {
        form.refuse("until", "有效期至不能早于今天。");
    }
    if !offer.latest.is_empty() && (until.is_empty() || until > offer.latest) {
        let latest = &offer.latest;
        form.refuse(
            "until",
            format!("您自己的权限到 {latest} 为止，有效期至须填写，且不能晚于这一天。"),
        );
    }
    Terms { roles, scope, departments, until: (!until.is_empty()).then_some(until) }
}

fn numbers(values: Vec<String>) -> Vec<i64> {
    values.iter().filter_map(|value| value.parse().ok()).collect()
}

/// What is chosen before anybody chose: the widest scope the asker has, and his own last day.
pub fn preset(form: &mut Form, offer: &Offer) {
    if form.raw("scope").is_empty()
        && let Some(scope) = offer.scopes.first()
    {
        form.set("scope", scope.value.as_str());
    }
    if form.raw("until").is_empty() {
        form.set("until", offer.latest.as_str());
    }
}

/// Puts what is in force into the form.
pub fn fill(form: &mut Form, right: &Right) {
    form.set_list("role", right.roles.iter().map(|(id, _)| id.to_string()));
    form.set("scope", right.row.scope.as_str());
    form.set_list("department", right.departments.iter().map(|(id, _)| id.to_string()));
    form.set("until", right.row.until.clone().unwrap_or_default());
}

/// In words, for the trail: 角色：学时审批员；数据范围：全县；有效期至 2026-12-31.
pub fn told(team: &Team, offer: &Offer, terms: &Terms) -> String {
    let names: Vec<&str> = terms
        .roles
        .iter()
        .filter_map(|id| team.role(*id).ok().map(|role| role.name.as_str()))
        .collect();
    let mut text =
        format!("角色：{}；数据范围：{}", names.join("、"), scope_label(team.kind, &terms.scope));
    if !terms.departments.is_empty() {
        let named = |id: &OrganizationId| {
            let value = id.to_string();
            offer.departments.iter().find(|c| c.value == value).map(|c| c.label.clone())
        };
        let names: Vec<String> = terms.departments.iter().filter_map(named).collect();
        text.push_str(&format!("（{}）", names.join("、")));
    }
    match &terms.until {
        Some(day) => text.push_str(&format!("；有效期至 {day}")),
        None => text.push_str("；长期有效"),
    }
    text
}

/// The same of what is in force.
pub fn told_of(team: &Team, right: &Right) -> String {
    let until = match &right.row.until {
        Some(day) => format!("有效期至 {day}"),
        None => "长期有效".to_owned(),
    };
    format!("角色：{}；数据范围：{}；{until}", right.told_roles(), right.told_scope(team.kind))
}
