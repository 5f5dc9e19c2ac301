//! What lists and the search show of a plan's version.

use credit_hours::category::Category;
use kit::{Clock, Hours, Result, initials};
use sqlx::SqliteConnection;

use crate::plans::content::Content;
use crate::plans::form;
use crate::plans::typed::Typed;

/// What lists show of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub year: i32,
    pub title: String,
    pub category: Option<i64>,
    pub form: String,
    pub fields: String,
    pub audience: String,
    pub place: String,
    pub begins_on: String,
    pub ends_on: String,
    pub signup_until: String,
    pub hours: i64,
    pub capacity: i64,
    pub fee: i64,
}

impl Summary {
    /// Of a draft: what is usable of it.
    pub fn of_typed(typed: &Typed, categories: &[Category]) -> Self {
        let text = |name: &str| typed.value(name).trim().chars().take(200).collect::<String>();
        let ends_on = typed.day("ends_on");
        let category = typed.value("category").trim().parse().ok();
        let form = text("form");
        Self {
            year: ends_on.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0),
            title: text("title"),
            category: category.filter(|id| categories.iter().any(|one| one.id == *id)),
            form: kit::dictionary::TRAINING_FORMS.entry(&form).map_or(String::new(), |_| form),
            fields: typed.fields.join(","),
            audience: text("audience"),
            place: text("place"),
            begins_on: typed.day("begins_on"),
            ends_on,
            signup_until: typed.day("signup_until"),
            hours: typed.sum().tenths(),
            capacity: text("capacity").parse().ok().filter(|n| (1..=9999).contains(n)).unwrap_or(0),
            fee: form::fen(typed.value("fee")).unwrap_or(0),
        }
    }

    pub fn of_content(content: &Content) -> Self {
        Self {
            year: content.year,
            title: content.title.clone(),
            category: Some(content.category),
            form: content.form.clone(),
            fields: content.fields.join(","),
            audience: content.audience.clone(),
            place: if content.place.is_empty() {
                content.url.clone()
            } else {
                content.place.clone()
            },
            begins_on: content.begins_on.clone(),
            ends_on: content.ends_on.clone(),
            signup_until: content.signup_until.clone(),
            hours: content.hours.tenths(),
            capacity: content.capacity,
            fee: content.fee,
        }
    }
}

/// Puts a version's summary into the plan, for its lists.
pub async fn show(
    tx: &mut SqliteConnection,
    plan: i64,
    summary: &Summary,
    recognised: Hours,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update plan set year = ?, title = ?, category = ?, form = ?, fields = ?, audience = ?,
           place = ?, begins_on = ?, ends_on = ?, signup_until = ?, hours = ?, capacity = ?,
           fee = ?, updated_at = ?
          where id = ?",
    )
    .bind(summary.year)
    .bind(&summary.title)
    .bind(summary.category)
    .bind(&summary.form)
    .bind(&summary.fields)
    .bind(&summary.audience)
    .bind(&summary.place)
    .bind(&summary.begins_on)
    .bind(&summary.ends_on)
    .bind(&summary.signup_until)
    .bind(recognised.tenths())
    .bind(summary.capacity)
    .bind(summary.fee)
    .bind(clock.stamp())
    .bind(plan)
    .execute(&mut *tx)
    .await?;
    index(tx, plan).await
}

/// Writes title and base into the search.
pub async fn index(tx: &mut SqliteConnection, plan: i64) -> Result<()> {
    let text: String = sqlx::query_scalar(
        "select p.title || ' ' || o.name from plan p join organization o on o.id = p.organization_id
          where p.id = ?",
    )
    .bind(plan)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("delete from plan_search where rowid = ?").bind(plan).execute(&mut *tx).await?;
    sqlx::query("insert into plan_search (rowid, tokens) values (?, ?)")
        .bind(plan)
        .bind(initials::search_tokens(&text))
        .execute(tx)
        .await?;
    Ok(())
}
