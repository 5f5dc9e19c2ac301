//! One entry: what it says, what it stands for, what became of it, what may be done.

use kit::access::Grant;
use kit::{Can, Db, Page, Permission, Result, User};
use rocket::{State, get};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::store::{self, Detail};
use super::{EditRevocations, ViewRevocations};

#[get("/entries/<id>", rank = 2)]
pub async fn entry(user: Can<ViewRevocations>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let from = [("系统管理", ""), ("学时撤销记录", "/credit-hours/revocations")];
    entry_page(&mut db, &user.user, &user.grant, id, &from, "/credit-hours/entries").await
}

/// The page of an entry in the caller's scope, for whichever list leads to it: `from` are the
/// crumbs before it, `base` is the address under which other entries are shown.
///
/// # Errors
/// `NotFound` outside the scope.
pub async fn entry_page(
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    id: i64,
    from: &[(&str, &str)],
    base: &str,
) -> Result<Page> {
    let one = store::find(&mut *db, id, grant.scope).await?;
    let chain = chain(&mut *db, &one, grant, base).await?;
    let files = store::files(&mut *db, one.corrects_id.unwrap_or(one.id)).await?;
    let files = kit::file::find(&mut *db, &files).await?;
    let editor = grant.may(EditRevocations::grantable());
    let own = user.person == Some(one.person_id);
    let (state, tag) = one.state();
    let mut crumbs: Vec<Value> =
        from.iter().map(|(title, href)| json!({"title": title, "href": href})).collect();
    crumbs.push(json!({"title": "学时记录", "href": ""}));
    let back = from.last().map_or("", |(_, href)| href);
    Ok(Page::new("credit-hours/entry.html")
        .with("crumbs", &crumbs)
        .with("back", &back)
        .with("id", &one.id)
        .with("facts", &one.facts())
        .with("state", state)
        .with("tag", tag)
        .with("ended", &one.ended_sentence())
        .with("chain", &chain)
        .with("files", &accounts::uploads::shown(files))
        .with("own", &own)
        .with("editor", &(editor && one.stands() && !own))
        .with("case", &one.case_id.filter(|_| editor)))
}

/// The entries it is linked with by corrections, oldest first; empty if there are none.
async fn chain(
    db: &mut SqliteConnection,
    one: &Detail,
    grant: &Grant,
    base: &str,
) -> Result<Vec<Value>> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "with recursive
           back(id, corrects_id) as (select id, corrects_id from entry where id = ?1
             union select e.id, e.corrects_id from back b join entry e on e.id = b.corrects_id),
           ahead(id) as (select ?1 union select e.id from ahead a join entry e on e.corrects_id = a.id)
         select id from back union select id from ahead order by id",
    )
    .bind(one.id)
    .fetch_all(&mut *db)
    .await?;
    if ids.len() < 2 {
        return Ok(vec![]);
    }
    let mut chain = Vec::with_capacity(ids.len());
    for id in ids {
        let each = store::find(&mut *db, id, grant.scope).await?;
        let (state, tag) = each.state();
        chain.push(json!({
            "id": id, "current": id == one.id, "href": format!("{base}/{id}"), "state": state,
            "tag": tag, "title": each.title, "year": each.year, "category": each.category,
            "hours": each.hours, "recorded_at": each.recorded_at, "ended": each.ended_sentence(),
        }));
    }
    Ok(chain)
}
