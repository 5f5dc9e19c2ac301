//! Checked rows against each other and the database: names, codes and logins that are taken, the
//! superior meant, logins to propose. Used by the check and again, in its transaction, by the import.

use std::collections::{HashMap, HashSet};

use accounts::organizations::{CODE_TAKEN, NAME_TAKEN, adding};
use kit::access::Grant;
use kit::credit_code::CreditCode;
use kit::{OrganizationId, OrganizationKind, Result, Scope};
use sqlx::SqliteConnection;

use super::check::{CheckedRow, Checker};
use super::columns::Column;
use super::kind::Kind;
use super::known::{self, Known};
use crate::check::Level;

const SAME: &str = "两行只保留一行";

/// On whose behalf rows are compared.
#[derive(Debug, Clone)]
pub struct Importer {
    pub kind: &'static Kind,
    pub organization: OrganizationId,
    pub scope: Scope,
    /// The bureau's: it may fill and update what is there already.
    pub bureau: bool,
}

impl Importer {
    pub fn of(kind: &'static Kind, grant: &Grant) -> Self {
        let bureau = grant.kind == OrganizationKind::Bureau;
        Self { kind, organization: grant.organization, scope: grant.scope, bureau }
    }
}

/// An organization that is there already.
#[derive(sqlx::FromRow)]
struct There {
    id: OrganizationId,
    kind: OrganizationKind,
    name: String,
    credit_code: Option<String>,
    parent_id: Option<OrganizationId>,
    department_id: Option<OrganizationId>,
    state: String,
}

impl There {
    fn seen(&self, scope: Scope) -> bool {
        match scope {
            Scope::County => true,
            Scope::Department(department) => self.department_id == Some(department),
            Scope::Organization(own) => self.id == own,
        }
    }
}

/// Adds what the file's other rows and the database say to each row.
pub async fn compare(
    db: &mut SqliteConnection,
    rows: &mut [CheckedRow],
    importer: &Importer,
    checker: &Checker,
) -> Result<()> {
    repeated(rows, checker);
    let there = there(&mut *db, rows).await?;
    for row in rows.iter_mut() {
        there_already(row, &there, importer, checker);
    }
    if importer.bureau {
        known::compare(&mut *db, rows, checker).await?;
    }
    superiors(&mut *db, rows, importer, checker).await?;
    pending(&mut *db, rows, checker).await?;
    logins(db, rows, checker).await
}

/// Marks rows that say what one above said.
fn repeated(rows: &mut [CheckedRow], checker: &Checker) {
    let mut seen: HashMap<(Column, String), u32> = HashMap::new();
    for row in rows {
        let Some(accepted) = &row.accepted else { continue };
        let keys = [
            (Column::Name, accepted.name.clone(), "单位名称"),
            (Column::CreditCode, accepted.credit_code.clone(), "信用代码"),
            (Column::Login, accepted.login.to_ascii_lowercase(), "登录账号"),
        ];
        let (mut repeats, mut new) = (None, vec![]);
        for (column, key, what) in keys.into_iter().filter(|(_, key, _)| !key.is_empty()) {
            match seen.get(&(column, key.clone())) {
                Some(first) if repeats.is_none() => {
                    repeats = Some((column, format!("与第 {first} 行的{what}相同")));
                }
                Some(_) => {}
                None => new.push((column, key)),
            }
        }
        match repeats {
            Some((column, message)) => {
                let remedy = if column == Column::Login {
                    "另取一个登录账号，或者留空由系统生成"
                } else {
                    SAME
                };
                row.tell(&checker.layout, Level::Error, column, message, remedy);
            }
            None => seen.extend(new.into_iter().map(|key| (key, row.number))),
        }
    }
}

async fn there(db: &mut SqliteConnection, rows: &[CheckedRow]) -> Result<Vec<There>> {
    let accepted = || rows.iter().filter_map(|row| row.accepted.as_ref());
    let names: Vec<&str> = accepted().map(|one| one.name.as_str()).collect();
    let codes: Vec<&str> = accepted().map(|one| one.credit_code.as_str()).collect();
    Ok(sqlx::query_as(
        "select o.id, o.kind, o.name, o.credit_code, o.parent_id, o.department_id, o.state
           from json_each(?) j cross join organization o on o.name = j.value
         union
         select o.id, o.kind, o.name, o.credit_code, o.parent_id, o.department_id, o.state
           from json_each(?) j cross join organization o on o.credit_code = j.value",
    )
    .bind(serde_json::to_string(&names)?)
    .bind(serde_json::to_string(&codes)?)
    .fetch_all(db)
    .await?)
}

/// Whether the row's organization is there, or its name or code is another's.
fn there_already(row: &mut CheckedRow, there: &[There], importer: &Importer, checker: &Checker) {
    let Some(accepted) = &row.accepted else { return };
    let code = |one: &&There| one.credit_code.as_deref() == Some(accepted.credit_code.as_str());
    let by_name = there.iter().find(|one| one.name == accepted.name);
    let by_code = there.iter().find(code);
    let split = |sentence: &str| {
        let (message, remedy) = sentence.split_once('。').unwrap_or((sentence, ""));
        (message.to_owned(), remedy.trim_end_matches('。').to_owned())
    };
    let told = match (by_name, by_code) {
        (None, None) => return,
        (Some(name), Some(code)) if name.id == code.id => {
            let ours = name.kind == importer.kind.kind && name.seen(importer.scope);
            if ours && name.state == "active" {
                row.known = Some(Known::new(name.id, name.parent_id));
                return;
            }
            let (message, remedy) = match (ours, name.kind == importer.kind.kind) {
                (true, _) => (
                    "这个单位已经登记，现在停用".to_owned(),
                    "删去这一行；要恢复的，在它的页面上启用".to_owned(),
                ),
                (_, true) => (
                    "这个单位已经登记在别的主管部门".to_owned(),
                    "删去这一行；要改上级单位的，请那个单位申请修改".to_owned(),
                ),
                _ => (format!("这个单位已经登记为{}", name.kind.label()), "删去这一行".to_owned()),
            };
            (Column::Name, message, remedy)
        }
        (Some(_), _) => {
            let (message, remedy) = split(NAME_TAKEN);
            (Column::Name, message, remedy)
        }
        (None, Some(_)) => {
            let (message, remedy) = split(CODE_TAKEN);
            (Column::CreditCode, message, remedy)
        }
    };
    row.tell(&checker.layout, Level::Error, told.0, told.1, &told.2);
}

/// Under whom a row comes that names nobody: the only one there is, or the importer.
pub async fn own_superior(
    db: &mut SqliteConnection,
    importer: &Importer,
) -> Result<Option<(OrganizationId, String)>> {
    let offered = adding::superiors(db, importer.kind.kind, importer.scope).await?;
    Ok(default_of(offered, importer))
}

fn default_of(
    mut offered: Vec<(OrganizationId, String)>,
    importer: &Importer,
) -> Option<(OrganizationId, String)> {
    if offered.len() == 1 {
        return offered.pop();
    }
    offered.into_iter().find(|(id, _)| *id == importer.organization)
}

/// Under whom each row comes.
async fn superiors(
    db: &mut SqliteConnection,
    rows: &mut [CheckedRow],
    importer: &Importer,
    checker: &Checker,
) -> Result<()> {
    let offered = adding::superiors(&mut *db, importer.kind.kind, importer.scope).await?;
    let own = default_of(offered.clone(), importer).map(|(id, _)| id);
    let mut meant: HashMap<String, std::result::Result<OrganizationId, &'static str>> =
        HashMap::new();
    for row in rows.iter_mut() {
        let Some(accepted) = row.accepted.as_ref().filter(|_| row.known.is_none()) else {
            continue;
        };
        let typed = accepted.superior.clone();
        let found = if typed.is_empty() {
            own.ok_or("没有填写，不知道归哪个主管部门")
        } else if let Some(found) = meant.get(&typed) {
            *found
        } else {
            let found = superior(&mut *db, &typed, &offered).await?;
            meant.insert(typed, found);
            found
        };
        match found {
            Ok(id) => row.superior = Some(id),
            Err(message) => {
                let remedy = "从下拉列表选择，或填写主管部门的全称或信用代码";
                row.tell(&checker.layout, Level::Error, Column::Superior, message, remedy);
            }
        }
    }
    Ok(())
}

async fn superior(
    db: &mut SqliteConnection,
    typed: &str,
    offered: &[(OrganizationId, String)],
) -> Result<std::result::Result<OrganizationId, &'static str>> {
    if let Some((id, _)) = offered.iter().find(|(_, name)| name == typed) {
        return Ok(Ok(*id));
    }
    let found = accounts::organizations::named(db, typed).await?;
    Ok(match found {
        Some(found) if offered.iter().any(|(id, _)| *id == found.id) => Ok(found.id),
        Some(found)
            if !matches!(found.kind, OrganizationKind::Bureau | OrganizationKind::Department) =>
        {
            Err("上级单位只能是人社局或主管部门")
        }
        Some(found) if found.state != "active" => Err("这个主管部门已停用"),
        Some(_) => Err("这个主管部门不在您的管理范围内"),
        None if CreditCode::parse(typed).is_ok() => Err("没有这个信用代码的主管部门"),
        None => Err("没有这个名称的主管部门"),
    })
}

/// Warns of a registration that waits for review: one of the two will come too late.
async fn pending(
    db: &mut SqliteConnection,
    rows: &mut [CheckedRow],
    checker: &Checker,
) -> Result<()> {
    let waiting: Vec<(String, String)> = sqlx::query_as(
        "select name, credit_code from registration where state = 'pending' and kind <> 'person'",
    )
    .fetch_all(db)
    .await?;
    for row in rows.iter_mut().filter(|row| row.known.is_none()) {
        let Some(accepted) = &row.accepted else { continue };
        let same = |(name, code): &&(String, String)| {
            *name == accepted.name || *code == accepted.credit_code
        };
        if waiting.iter().any(|one| same(&one)) {
            let message = "这个单位自己提交了注册申请，正在审核";
            let remedy = "导入后请驳回那份申请；想按申请办的，删去这一行";
            row.tell(&checker.layout, Level::Warn, Column::Name, message, remedy);
        }
    }
    Ok(())
}

/// Refuses logins that are taken; proposes one where the cell is empty, and writes it there.
async fn logins(
    db: &mut SqliteConnection,
    rows: &mut [CheckedRow],
    checker: &Checker,
) -> Result<()> {
    let mut wanted: Vec<String> = vec![];
    let mut stems: HashSet<String> = HashSet::new();
    for accepted in
        rows.iter().filter(|row| row.known.is_none()).filter_map(|row| row.accepted.as_ref())
    {
        match accepted.login.as_str() {
            "" => drop(stems.insert(stem(&accepted.name))),
            login => wanted.push(login.to_ascii_lowercase()),
        }
    }
    let taken: Vec<String> = sqlx::query_scalar(
        "select lower(a.login) from json_each(?) j cross join account a on a.login = j.value
         union
         select lower(a.login) from json_each(?) j
           cross join account a on a.login >= j.value and a.login < j.value || '{'",
    )
    .bind(serde_json::to_string(&wanted)?)
    .bind(serde_json::to_string(&stems)?)
    .fetch_all(db)
    .await?;
    let mut taken: HashSet<String> = taken.into_iter().collect();
    for row in rows.iter_mut().filter(|row| row.known.is_none()) {
        let login = row.accepted.as_ref().map(|one| one.login.to_ascii_lowercase());
        if login.is_some_and(|login| taken.contains(&login)) {
            let remedy = "换一个，例如在后面加上数字，或者留空由系统生成";
            row.tell(&checker.layout, Level::Error, Column::Login, "这个登录账号已被使用", remedy);
        }
    }
    taken.extend(wanted);
    let place = checker.layout.place(Column::Login);
    for row in rows.iter_mut().filter(|row| row.known.is_none()) {
        let Some(accepted) = row.accepted.as_mut().filter(|one| one.login.is_empty()) else {
            continue;
        };
        let stem = stem(&accepted.name);
        let free = (1..).map(|n| format!("{stem}{n:02}")).find(|login| !taken.contains(login));
        let Some(login) = free else { continue };
        taken.insert(login.clone());
        accepted.login.clone_from(&login);
        if let Some(place) = place {
            row.cells.resize(row.cells.len().max(place + 1), kit::sheet::Cell::default());
            row.cells[place] = kit::sheet::Cell::Text(login);
        }
    }
    Ok(())
}

/// What a proposed login begins with: the initials of the unit's name, at most twelve letters.
fn stem(name: &str) -> String {
    let initials = kit::initials::initials(name);
    let letters: String = initials.chars().filter(char::is_ascii_alphabetic).take(12).collect();
    if letters.len() < 2 { "unit".to_owned() } else { letters }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn a_proposed_login_begins_with_the_units_initials() {
        assert_eq!(stem("云川县第九小学"), "ycxdjxx");
        assert_eq!(stem("云川县城关镇（街道）中心卫生院门诊部"), "ycxcgzjdzxws");
        assert_eq!(stem("—9—"), "unit");
    }
}
