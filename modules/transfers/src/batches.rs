//! 批量调转: an administrator moves people of a unit in his scope (a merger of schools); one case
//! for all at the target's desk (4.6).

mod edit;
mod new;
mod people;
mod send;
mod show;

use kit::organization::Organization;
use kit::{Can, Db, Error, OrganizationId, Page, Result, Scope, organization};
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::EditTransfers;
use crate::store::{self, Transfer};

pub use new::create;
pub use people::LIST as PEOPLE;
pub use send::ask;

pub const NEW: &str = "/transfers/new";
pub const BATCHES: &str = "/transfers/batches";

pub fn routes() -> Vec<Route> {
    [routes![all], new::routes(), people::routes(), edit::routes(), show::routes()].concat()
}

type Editor = Can<EditTransfers>;

/// Whose batches the caller sees: his organization's, of units within his right.
fn side(user: &Editor) -> (OrganizationId, Scope) {
    (user.organization(), user.scope())
}

/// A link of the crumbs.
#[derive(Serialize)]
struct Crumb<'a> {
    title: &'a str,
    href: String,
}

/// The way to a page below the batches.
fn crumbs<'a>(here: &[(&'a str, String)]) -> Vec<Crumb<'a>> {
    let mut crumbs = vec![
        Crumb { title: "人员调转", href: "/desk/transfers".to_owned() },
        Crumb { title: "批量调转", href: BATCHES.to_owned() },
    ];
    crumbs.extend(here.iter().map(|(title, href)| Crumb { title, href: href.clone() }));
    crumbs
}

/// The address of a batch.
fn address(id: i64) -> String {
    format!("{BATCHES}/{id}")
}

/// The unit whose people go, if it lies in the scope.
async fn source(
    db: &mut SqliteConnection,
    id: OrganizationId,
    scope: Scope,
) -> Result<Organization> {
    let found = organization::find(db, id).await?.filter(|found| covers(scope, found));
    found.ok_or(Error::NotFound)
}

/// Whether people of this unit may be moved by a right of this scope.
fn covers(scope: Scope, unit: &Organization) -> bool {
    match scope {
        Scope::County => true,
        Scope::Department(id) => unit.id == id || unit.department_id == Some(id),
        Scope::Organization(id) => unit.id == id,
    }
}

/// The batch of this id that the caller may change now, with its source: a draft he writes, or
/// one that his organization submitted.
///
/// # Errors
/// Refused for a colleague's draft, and while it is being reviewed or has been consented to.
async fn editable(
    db: &mut SqliteConnection,
    user: &Editor,
    id: i64,
) -> Result<(Transfer, Organization)> {
    let transfer = store::of_organization(&mut *db, side(user), id).await?;
    let source = source(&mut *db, transfer.from_id, user.scope()).await?;
    if transfer.case_id.is_none() && transfer.account_id != user.user.account {
        return Err(Error::refused(format!(
            "这条批量调转由{}填写，只能由他本人修改。",
            writer(db, &transfer).await?
        )));
    }
    if !transfer.editable() {
        return Err(Error::refused(format!(
            "{} 现在的状态是“{}”，不能修改。需要修改的，请先撤回。",
            transfer.number,
            transfer.label().0
        )));
    }
    Ok((transfer, source))
}

async fn writer(db: &mut SqliteConnection, transfer: &Transfer) -> Result<String> {
    Ok(sqlx::query_scalar("select name from account where id = ?")
        .bind(transfer.account_id)
        .fetch_one(db)
        .await?)
}

/// How many stand on a batch's list.
async fn chosen(db: &mut SqliteConnection, id: i64) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from transfer_person where transfer_id = ?")
        .bind(id)
        .fetch_one(db)
        .await?)
}

/// A batch as the list tells it.
#[derive(Serialize)]
struct Line {
    id: i64,
    number: String,
    names: String,
    from: String,
    to: String,
    writer: String,
    submitted_at: String,
    state: &'static str,
    tag: &'static str,
    href: String,
}

/// What this organization has submitted or is writing, newest first.
#[get("/batches")]
async fn all(user: Editor, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let mut lines = Vec::new();
    for one in store::batches(&mut db, side(&user)).await? {
        let from = organization::find(&mut db, one.from_id).await?.map(|o| o.name);
        let to = match one.to_id {
            Some(to) => organization::find(&mut db, to).await?.map(|o| o.name),
            None => None,
        };
        let (state, tag) = one.label();
        let draft = one.state == "draft";
        let names = if draft {
            format!("已选 {} 人", chosen(&mut db, one.id).await?)
        } else {
            one.names.clone()
        };
        lines.push(Line {
            id: one.id,
            names,
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            writer: writer(&mut db, &one).await?,
            state,
            tag,
            href: if draft { format!("{}/edit", address(one.id)) } else { address(one.id) },
            number: one.number,
            submitted_at: one.submitted_at,
        });
    }
    Ok(Page::new("transfers/batches.html").with("crumbs", &crumbs(&[])).with("lines", &lines))
}
