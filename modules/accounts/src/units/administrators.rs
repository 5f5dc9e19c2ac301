//! 管理员 of an organization below: add one, give a new one-time code.

use kit::{AccountId, Answer, Clock, Error, Form, OrganizationId, Page, Result, Scope, trail};
use sqlx::SqliteConnection;

use super::{Asking, Unit, form::by_field};
use crate::administrators::{self, Administrator, Credential, NewAdministrator, SUPER};
use crate::{contact, credentials, organizations};

/// What the answer page shows once.
pub struct Code<'a> {
    pub told: &'a str,
    pub organization: &'a str,
    pub name: &'a str,
    pub login: &'a str,
    pub code: &'a str,
    /// How long it may be used; 0 never ends.
    pub days: i64,
}

/// The one-time code, in the answer itself: never in an address, a notice or the trail.
pub fn code_page(unit: &Unit, shown: &Code<'_>, back: &str) -> Page {
    Page::new("accounts/administrator_code.html")
        .with("crumbs", &unit.crumbs("一次性密码"))
        .with("told", shown.told)
        .with("organization", shown.organization)
        .with("name", shown.name)
        .with("login", shown.login)
        .with("code", shown.code)
        .with("days", &shown.days)
        .with("back", back)
}

/// Reads an administrator's fields; organization, credential and creator are the caller's.
pub fn read(form: &mut Form) -> NewAdministrator {
    let name = form.required("administrator", "管理员姓名", 2..=50);
    let login = form.required("login", "登录账号", 1..=64);
    if !login.is_empty()
        && let Some(sentence) = administrators::login_fault(&login)
    {
        form.refuse("login", sentence);
    }
    let phone = contact::mobile(form, "administrator_phone", "管理员手机");
    NewAdministrator {
        organization: OrganizationId(0),
        name,
        login,
        phone,
        role: SUPER,
        credential: Credential::None,
        created_by: None,
    }
}

fn page(unit: &Unit, id: OrganizationId, organization: &str, form: &Form) -> Page {
    Page::new("accounts/administrator_form.html")
        .with("crumbs", &unit.crumbs("新增管理员"))
        .with("organization", organization)
        .with("action", &format!("{}/{id}/administrators/new", unit.base))
        .with("back", &format!("{}/{id}", unit.base))
        .with("form", form)
}

/// The empty form.
pub async fn new(unit: &'static Unit, asking: Asking<'_>, id: OrganizationId) -> Result<Page> {
    let mut db = asking.db.read().await?;
    let found = organizations::in_scope(&mut db, unit.kind, id, asking.grant.scope).await?;
    Ok(page(unit, id, &found.name, &Form::new()))
}

/// Adds an administrator; answers with his one-time code.
pub async fn create(
    unit: &'static Unit,
    asking: Asking<'_>,
    id: OrganizationId,
    mut form: Form,
    clock: &Clock,
) -> Result<Answer> {
    let scope = asking.grant.scope;
    let found =
        organizations::in_scope(&mut *asking.db.read().await?, unit.kind, id, scope).await?;
    let mut new = read(&mut form);
    if form.refused() {
        return Ok(page(unit, id, &found.name, &form).refused().into());
    }
    let (code, hash) = credentials::one_time().await?;
    new.organization = id;
    new.credential = Credential::Code(hash);
    new.created_by = Some(asking.user.account);
    let mut tx = asking.db.begin().await?;
    organizations::in_scope(&mut tx, unit.kind, id, scope).await?;
    if let Err(error) = administrators::create(&mut tx, &new, clock).await {
        by_field(&mut form, error)?;
        return Ok(page(unit, id, &found.name, &form).refused().into());
    }
    let text = format!("为“{}”新增管理员{}（账号 {}）", found.name, new.name, new.login);
    let act = unit.act("administrator");
    trail::write(&mut tx, &asking.user.actor(), clock, &act, &unit.object(id), &text).await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    tx.commit().await?;
    let told = format!("已为“{}”新增管理员。", found.name);
    let shown = Code {
        told: &told,
        organization: &found.name,
        name: &new.name,
        login: &new.login,
        code: &code,
        days,
    };
    Ok(code_page(unit, &shown, &format!("{}/{id}", unit.base)).into())
}

/// The organization's name and the administrator, both within the scope.
async fn administrator(
    unit: &Unit,
    db: &mut SqliteConnection,
    scope: Scope,
    id: OrganizationId,
    account: AccountId,
) -> Result<(String, Administrator)> {
    let found = organizations::in_scope(&mut *db, unit.kind, id, scope).await?;
    let administrators = administrators::of(db, id).await?;
    let administrator = administrators.into_iter().find(|a| a.account == account);
    Ok((found.name, administrator.ok_or(Error::NotFound)?))
}

fn reset_page(
    unit: &Unit,
    id: OrganizationId,
    organization: &str,
    who: &Administrator,
    form: &Form,
) -> Page {
    Page::new("accounts/administrator_reset.html")
        .with("crumbs", &unit.crumbs("重置一次性密码"))
        .with("organization", organization)
        .with("administrator", who)
        .with("action", &format!("{}/{id}/administrators/{}/reset", unit.base, who.account))
        .with("back", &format!("{}/{id}", unit.base))
        .with("form", form)
}

/// Asks for the reason of a new one-time code.
pub async fn confirm_reset(
    unit: &'static Unit,
    asking: Asking<'_>,
    id: OrganizationId,
    account: AccountId,
) -> Result<Page> {
    let mut db = asking.db.read().await?;
    let (organization, who) = administrator(unit, &mut db, asking.grant.scope, id, account).await?;
    Ok(reset_page(unit, id, &organization, &who, &Form::new()))
}

/// Gives an administrator a new one-time code; his password and sessions end.
pub async fn reset(
    unit: &'static Unit,
    asking: Asking<'_>,
    id: OrganizationId,
    account: AccountId,
    mut form: Form,
    clock: &Clock,
) -> Result<Answer> {
    let scope = asking.grant.scope;
    let (organization, who) =
        administrator(unit, &mut *asking.db.read().await?, scope, id, account).await?;
    let reason = form.required("reason", "重置原因", 5..=200);
    if form.refused() {
        return Ok(reset_page(unit, id, &organization, &who, &form).refused().into());
    }
    if account == asking.user.account {
        return Err(Error::refused("不能重置自己的密码。请在右上角姓名菜单中用“修改密码”。"));
    }
    if who.state == "disabled" {
        return Err(Error::refused("这个管理员已停用，不能重置。请先启用他的账号。"));
    }
    let (code, hash) = credentials::one_time().await?;
    let mut tx = asking.db.begin().await?;
    administrator(unit, &mut tx, scope, id, account).await?;
    if rights_elsewhere(&mut tx, &asking, account).await? {
        return Err(Error::refused(
            "他同时是其他单位的管理员，不在您的管理范围内，不能在这里重置。请由人社局的超级管理员办理。",
        ));
    }
    administrators::reset(&mut tx, account, &hash, clock).await?;
    let text = format!("重置“{organization}”管理员{}的一次性密码，原因：{reason}", who.name);
    let (act, object) = (unit.act("reset"), format!("account:{account}"));
    trail::write(&mut tx, &asking.user.actor(), clock, &act, &object, &text).await?;
    let days = credentials::days(&mut tx, &credentials::RESET_DAYS).await?;
    tx.commit().await?;
    let told = format!("已重置{}的密码，他原来的密码和登录都已失效。", who.name);
    let login = if who.login.is_empty() { "本人身份证号" } else { who.login.as_str() };
    let shown = Code {
        told: &told,
        organization: &organization,
        name: &who.name,
        login,
        code: &code,
        days,
    };
    Ok(code_page(unit, &shown, &format!("{}/{id}", unit.base)).into())
}

/// Whether the account holds a right above or beside the caller: then a new code would hand it to
/// him.
async fn rights_elsewhere(
    db: &mut SqliteConnection,
    asking: &Asking<'_>,
    account: AccountId,
) -> Result<bool> {
    let (department, _) = asking.grant.scope.values();
    Ok(sqlx::query_scalar(
        "select exists (select 1 from grant g join organization o on o.id = g.organization_id
          where g.account_id = ?1 and g.state = 'active'
            and (o.kind = 'bureau' or o.id = ?2 or (?3 is not null and o.department_id is not ?3)))",
    )
    .bind(account)
    .bind(asking.grant.organization)
    .bind(department)
    .fetch_one(db)
    .await?)
}
