//! One person of the list: every sentence of 为什么没完成, and how he can be reached.

use kit::{Can, Clock, Db, Error, OrganizationKind, Page, Permission, Result};
use rocket::{State, get};
use serde_json::json;
use sqlx::SqliteConnection;

use super::explain::explain;
use super::list::row;
use super::{RemindUnfinished, ViewUnfinished, remind};

#[derive(sqlx::FromRow)]
struct Who {
    name: String,
    phone: String,
    unit: String,
    place: String,
    title: String,
}

#[get("/unfinished/<id>")]
pub async fn one(
    user: Can<ViewUnfinished>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let (person, year) = row(&mut db, id, user.scope()).await?.ok_or(Error::NotFound)?;
    let who = find(&mut db, person).await?;
    let found = explain(&mut db, person, year, clock).await?;
    let phone = match user.grant.kind {
        OrganizationKind::Employer => who.phone.clone(),
        _ => kit::mask::mask_phone(&who.phone),
    };
    let dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    let facts: Vec<_> = [
        ("所在单位", dash(&who.unit)),
        ("内设部门", dash(&who.place)),
        ("职称名称", dash(&who.title)),
        ("手机", dash(&phone)),
    ]
    .into_iter()
    .map(|(label, value)| json!({"label": label, "value": value}))
    .collect();
    Ok(Page::new("credit-hours/unfinished_one.html")
        .with("id", &id)
        .with("name", &who.name)
        .with("facts", &facts)
        .with("found", &found)
        .with("may_remind", &user.grant.may(RemindUnfinished::grantable()))
        .with("reminded", &remind::last(&mut db, person, year).await?))
}

async fn find(db: &mut SqliteConnection, person: kit::PersonId) -> Result<Who> {
    let found: Option<Who> = sqlx::query_as(
        "select p.name, p.phone, o.name as unit, coalesce(n.name, '') as place, p.title
           from person p join organization o on o.id = p.organization_id
           left join internal_department n on n.id = p.internal_department_id where p.id = ?",
    )
    .bind(person)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}
