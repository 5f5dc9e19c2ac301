//! 管理员权限 of an organization below (3.1–3.3): add, appoint, remove, restore, a new one-time code.

mod add;
mod appoint;
mod remove;
mod reset;

use kit::{AccountId, Error, Form, OrganizationId, Page, Result};
use rocket::Route;
use sqlx::SqliteConnection;

use super::{AtUnit, Unit};
use crate::administrators::{self, Administrator, Credential, NewAdministrator, SUPER};
use crate::contact;

pub fn routes() -> Vec<Route> {
    [add::routes(), appoint::routes(), remove::routes(), reset::routes()].concat()
}

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

impl<'a> Code<'a> {
    /// Of an administrator who was added.
    pub fn of(
        told: &'a str,
        organization: &'a str,
        new: &'a NewAdministrator,
        code: &'a str,
        days: i64,
    ) -> Self {
        Self { told, organization, name: &new.name, login: &new.login, code, days }
    }
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
pub fn read_administrator(form: &mut Form) -> NewAdministrator {
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

/// The organization's name and the administrator, both within the caller's scope.
async fn found<A>(
    at: &AtUnit<A>,
    db: &mut SqliteConnection,
    id: OrganizationId,
    account: AccountId,
) -> Result<(String, Administrator)> {
    let organization = at.found(&mut *db, id).await?;
    let all = administrators::of(db, id).await?;
    let one = all.into_iter().find(|a| a.account == account);
    Ok((organization.name, one.ok_or(Error::NotFound)?))
}
