//! The list of 3.5 and its workbook: who, what for, since when, and who may change it.

use std::collections::BTreeMap;

use kit::xlsx::{Book, Column, Value};
use kit::{Can, Clock, Db, Download, Error, GrantId, Page, Result, RoleId, day, list, trail};
use rocket::tokio::task::spawn_blocking;
use rocket::{Route, State, get, routes};
use serde::Serialize;

use super::right::Right;
use super::team::Team;
use super::{BASE, may};
use crate::organizations::form::Choice;
use crate::permissions::{
    EditAdministrators, ExportAdministrators, ResetAdministrators, ViewAdministrators,
};

pub fn routes() -> Vec<Route> {
    routes![page, export]
}

const STATES: &[(&str, &str)] = &[
    ("active", "启用"),
    ("waiting", "待首次登录"),
    ("disabled", "禁用"),
    ("expired", "已到期"),
    ("removed", "已删除"),
];

/// A line of the list.
#[derive(Debug, Serialize)]
struct Line {
    grant: GrantId,
    name: String,
    login: String,
    phone: String,
    department: String,
    roles: String,
    scope: String,
    state: &'static str,
    label: &'static str,
    tag: &'static str,
    creator: String,
    created_at: String,
    signed_in_at: Option<String>,
    until: String,
    /// Of the right itself: what may be done about it.
    disabled: bool,
    removed: bool,
    /// Why the asker may not change it; empty if he may.
    why_not: String,
}

fn line(team: &Team, right: &Right) -> Line {
    let row = &right.row;
    let (state, label, tag) = right.state(&team.today);
    Line {
        grant: row.grant,
        name: row.name.clone(),
        login: if row.login.is_empty() {
            "本人身份证号".to_owned()
        } else {
            row.login.clone()
        },
        phone: row.phone.clone(),
        department: row.internal_department.clone(),
        roles: right.told_roles(),
        scope: right.told_scope(team.kind),
        state,
        label,
        tag,
        creator: row.creator.clone(),
        created_at: row.created_at.clone(),
        signed_in_at: row.signed_in_at.clone(),
        until: row.until.clone().unwrap_or_default(),
        disabled: row.state == "disabled",
        removed: row.state == "removed",
        why_not: team.why_not(right).unwrap_or_default(),
    }
}

/// What of the address holds; the rest is left out without a word.
fn asked(team: &Team, state: Option<&str>, role: Option<&str>) -> (&'static str, Option<RoleId>) {
    let state = STATES.iter().find(|(key, _)| state == Some(*key)).map_or("", |(key, _)| *key);
    let role = role.and_then(|id| id.parse::<RoleId>().ok());
    (state, role.filter(|id| team.role(*id).is_ok()))
}

/// Those asked for: without the removed ones, unless they are asked for.
fn lines(team: &Team, state: &str, role: Option<RoleId>) -> Vec<Line> {
    let fits = |right: &&Right| {
        let (own, _, _) = right.state(&team.today);
        (if state.is_empty() { own != "removed" } else { own == state })
            && role.is_none_or(|id| right.roles.iter().any(|(own, _)| *own == id))
    };
    team.rights.iter().filter(fits).map(|right| line(team, right)).collect()
}

#[get("/administrators?<state>&<role>")]
async fn page(
    user: Can<ViewAdministrators>,
    state: Option<&str>,
    role: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let (state, role) = asked(&team, state, role);
    let roles: Vec<Choice> = team
        .roles
        .iter()
        .map(|role| Choice { value: role.id.to_string(), label: role.name.clone() })
        .collect();
    let states: Vec<BTreeMap<&str, &str>> = STATES
        .iter()
        .map(|(value, label)| BTreeMap::from([("value", *value), ("label", *label)]))
        .collect();
    Ok(Page::new("accounts/own_administrators.html")
        .with("organization", &user.grant.organization_name)
        .with("lines", &lines(&team, state, role))
        .with("states", &states)
        .with("roles", &roles)
        .with("state", state)
        .with("role", &role)
        .with("base", BASE)
        .with("may_edit", &may::<EditAdministrators, _>(&user))
        .with("may_reset", &may::<ResetAdministrators, _>(&user))
        .with("may_export", &may::<ExportAdministrators, _>(&user)))
}

const HEADS: [(&str, f64); 11] = [
    ("姓名", 12.0),
    ("登录账号", 18.0),
    ("手机", 14.0),
    ("所属内设部门", 20.0),
    ("角色", 24.0),
    ("数据范围", 24.0),
    ("状态", 12.0),
    ("创建人", 12.0),
    ("创建时间", 18.0),
    ("最后登录", 18.0),
    ("有效期至", 12.0),
];

#[get("/administrators/export?<state>&<role>")]
async fn export(
    user: Can<ExportAdministrators>,
    state: Option<&str>,
    role: Option<&str>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Download> {
    let team = Team::load(&mut *db.read().await?, &user.grant, clock).await?;
    let (state, role) = asked(&team, state, role);
    let lines = lines(&team, state, role);
    let count = lines.len();
    let note = format!(
        "导出单位：{}　导出人：{}　导出时间：{}",
        user.grant.organization_name,
        user.user.name,
        day::shown_time(&clock.stamp())
    );
    let bytes = spawn_blocking(move || workbook(&lines, &note));
    let bytes = bytes.await.map_err(|error| Error::Fault(error.to_string()))??;
    let mut tx = db.begin().await?;
    let text = format!("导出“管理单位管理员” {count} 行");
    trail::write(&mut tx, &user.actor(), clock, "list.export", "list:administrators", &text)
        .await?;
    tx.commit().await?;
    let name = &user.grant.organization_name;
    Ok(Download::xlsx(list::file_name(name, "管理单位管理员", clock.today()), bytes))
}

fn workbook(lines: &[Line], note: &str) -> Result<Vec<u8>> {
    let mut book = Book::new();
    let mut sheet = book.sheet("管理单位管理员")?;
    sheet.title("管理单位管理员", HEADS.len())?;
    sheet.note(note, HEADS.len())?;
    let heads: Vec<Column> =
        HEADS.iter().map(|(title, width)| Column::new(*title, *width)).collect();
    sheet.head(&heads)?;
    for line in lines {
        let created = day::shown_time(&line.created_at);
        let signed_in = line.signed_in_at.as_deref().map(day::shown_time).unwrap_or_default();
        sheet.row(&[
            Value::Text(&line.name),
            Value::Text(&line.login),
            Value::Text(&line.phone),
            Value::Text(&line.department),
            Value::Long(&line.roles),
            Value::Long(&line.scope),
            Value::Text(line.label),
            Value::Text(&line.creator),
            Value::Text(&created),
            Value::Text(&signed_in),
            Value::Text(&line.until),
        ])?;
    }
    book.bytes()
}
