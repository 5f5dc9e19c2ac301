//! 导入记录: this unit's uploads, newest first.

use kit::{Can, Db, Page, Result};
use rocket::{Route, State, get, routes};
use serde::Serialize;

use crate::ViewImports;

const PAGE: i64 = 20;

pub fn routes() -> Vec<Route> {
    routes![records]
}

#[derive(Serialize, sqlx::FromRow)]
struct Record {
    id: i64,
    file_name: String,
    by_name: String,
    created_at: String,
    state: String,
    rows: i64,
    failing: i64,
    skipped: i64,
    imported: i64,
}

/// Pages by the last number seen, so that the thousandth page costs what the first does.
#[get("/records?<before>")]
async fn records(user: Can<ViewImports>, db: &State<Db>, before: Option<i64>) -> Result<Page> {
    let mut records: Vec<Record> = sqlx::query_as(
        "select id, file_name, by_name, created_at, state, rows, failing, skipped, imported
           from import where organization_id = ? and kind = 'people' and below <= ? and id < ?
          order by id desc limit ?",
    )
    .bind(user.organization())
    .bind(crate::below::sees(&user.grant)) // those that went to units below
    .bind(before.unwrap_or(i64::MAX))
    .bind(PAGE + 1)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let more = records.len() as i64 > PAGE;
    records.truncate(PAGE as usize);
    let next = records.last().filter(|_| more).map_or(0, |last| last.id);
    Ok(Page::new("import/records.html")
        .with("records", &records)
        .with("first", &before.is_none())
        .with("next", &next))
}
