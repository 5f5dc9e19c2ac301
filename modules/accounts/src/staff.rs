//! 本单位人员: each organization's own professionals, whatever lies below it.

mod credentials;
mod detail;
mod edit;
mod history;
pub mod list;
mod mark;
mod new;
mod place;
mod records;
mod request;

use kit::access::Grant;
use kit::{Error, Form, OrganizationKind, PersonId, Result, User};
use rocket::Route;
use sqlx::SqliteConnection;

use crate::people;
use crate::units::Crumb;

pub use credentials::RESETS_A_DAY;

pub const BASE: &str = "/accounts/people";

pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        new::routes(),
        detail::routes(),
        edit::routes(),
        mark::routes(),
        place::routes(),
        records::routes(),
        request::routes(),
        credentials::routes(),
    ]
    .concat()
}

/// The crumbs of a page below the list; in the bureau's menu the list stands elsewhere, for that
/// menu is the manual's.
pub fn crumbs(grant: &Grant, here: &[(&str, &str)]) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::new(group(grant), ""), Crumb::new("本单位人员", BASE)];
    crumbs.extend(here.iter().map(|(title, href)| Crumb::new(*title, *href)));
    crumbs
}

/// The menu group of the screen.
fn group(grant: &Grant) -> &'static str {
    if grant.kind == OrganizationKind::Bureau { "系统管理" } else { "资料管理" }
}

/// The person's brief, if he is one of the organization's own.
async fn own(
    db: &mut SqliteConnection,
    grant: &Grant,
    id: PersonId,
) -> Result<people::PersonBrief> {
    people::in_scope(&mut *db, id, grant.own()).await?;
    people::brief(db, id).await
}

/// Nobody decides what is about himself: whoever administers asks by his personal side.
fn not_himself(user: &User, id: PersonId) -> Result<()> {
    if user.person == Some(id) {
        return Err(Error::refused(
            "这是您本人，不能自己办理。请切换到“个人”，在“个人资料”中提出申请，由其他管理员审核。",
        ));
    }
    Ok(())
}

/// Those ticked in the list: all of the organization's own.
///
/// # Errors
/// Refused if nobody is ticked; `NotFound` if one is somebody else's.
async fn ticked(
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    form: &Form,
) -> Result<Vec<Ticked>> {
    let mut people = Vec::new();
    for id in form.list("id").iter().take(MOST_TICKED) {
        let id: PersonId = id.parse().map_err(|_| Error::NotFound)?;
        people::in_scope(&mut *db, id, grant.own()).await?;
        let name = sqlx::query_scalar("select name from person where id = ?")
            .bind(id)
            .fetch_one(&mut *db)
            .await?;
        people.push(Ticked { id, name });
    }
    if people.is_empty() {
        return Err(Error::Invalid("没有勾选人员。请返回列表勾选后再办理。".to_owned()));
    }
    if let Some(own) = people.iter().find(|one| user.person == Some(one.id)) {
        return Err(Error::refused(format!(
            "勾选的人员中有您本人（{}），不能自己办理。请取消勾选后再办理。",
            own.name
        )));
    }
    Ok(people)
}

/// People of one batch at most: a page of the list.
const MOST_TICKED: usize = 100;

/// Somebody ticked.
#[derive(serde::Serialize)]
struct Ticked {
    id: PersonId,
    name: String,
}

/// The trail's object of a person.
fn object(id: PersonId) -> String {
    format!("person:{id}")
}
