//! 我的学时: a person's years and entries; his part of the start page.

use rocket::{State, get};
use serde::Serialize;
use sqlx::SqliteConnection;

use kit::module::{Block, Card};
use kit::{Clock, Db, Error, Page, Person, PersonId, Result, User};

use crate::declaration::pages::{dates, recent, unfinished};
use crate::declaration::store;
use crate::exemption::{self, InForce};
use crate::read::{self, EntryRow, YearTotal};
use crate::revocation::{self, Revoked};
use crate::subject::year_panel;
use crate::unfinished::{Sentence, explain};

/// A year with its entries.
#[derive(Debug, Serialize)]
struct Year {
    #[serde(flatten)]
    total: YearTotal,
    /// 为什么没完成
    why: Vec<Sentence>,
    entries: Vec<Entry>,
    /// 减免 in force.
    exemption: Option<InForce>,
    /// What counts no longer.
    revoked: Vec<Revoked>,
    open: bool,
}

#[derive(Debug, Serialize)]
struct Entry {
    #[serde(flatten)]
    row: EntryRow,
    dates: String,
}

/// 我的学时
#[get("/mine")]
pub async fn mine(person: Person, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut db = db.read().await?;
    let now = clock.year();
    let first: Option<i32> =
        sqlx::query_scalar("select min(year) from person_year where person_id = ?")
            .bind(person.id)
            .fetch_one(&mut *db)
            .await?;
    let first = first.unwrap_or(now).min(now);
    let totals = read::year_totals(&mut db, person.id, first, now).await?;
    let mut entries = read::entries(&mut db, person.id, first, now).await?;
    let mut revoked = revocation::revoked(&mut db, person.id, first, now).await?;
    let mut exemptions = exemption::in_force(&mut db, person.id, first, now).await?;
    let mut years: Vec<Year> = Vec::with_capacity(totals.len());
    for total in totals.into_iter().rev() {
        let of_year: Vec<EntryRow> = entries.extract_if(.., |e| e.year == total.year).collect();
        let entries = of_year
            .into_iter()
            .map(|row| Entry { dates: dates(&row.started_on, &row.ended_on), row })
            .collect();
        let revoked = revoked.extract_if(.., |one| one.year == total.year).collect();
        let why = why(&mut db, person.id, total.year, clock).await?;
        let exemption = exemptions.remove(&total.year);
        let open = total.year == now;
        years.push(Year { open, total, why, entries, exemption, revoked });
    }
    Ok(Page::new("credit-hours/mine.html")
        .with("shut", &store::shut(&mut db, person.id).await?)
        .with("others", &crate::roster::waiting(&mut db, person.id).await?)
        .with("years", &years)
        .with("now", &now))
}

/// The sentences of a year; none for one that has no row.
async fn why(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
    clock: &Clock,
) -> Result<Vec<Sentence>> {
    match explain(db, person, year, clock).await {
        Ok(found) => Ok(found.sentences),
        Err(Error::NotFound) => Ok(vec![]),
        Err(error) => Err(error),
    }
}

/// The person's cards: this year's hours, what waits for him.
pub async fn cards(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Card>> {
    let (Some(person), None) = (user.person, &user.grant) else { return Ok(vec![]) };
    let year = clock.year();
    let totals = read::year_totals(&mut *db, person, year, year).await?;
    let (drafts, rejected) = match store::shut(&mut *db, person).await? {
        // who may not declare is not invited to
        Some(_) => (0, 0),
        None => unfinished(db, person).await?,
    };
    let mut cards = Vec::new();
    if let Some(total) = totals.first() {
        cards.push(Card {
            title: format!("{year} 年度学时"),
            count: total.total.tenths(),
            unit: "学时".to_owned(),
            note: if total.complete {
                format!("已达到 {} 学时要求", total.required)
            } else {
                total.missing().join("，")
            },
            href: "/credit-hours/mine".to_owned(),
            late: false,
            order: 901,
        });
    }
    let declarations = "/credit-hours/declarations";
    if rejected > 0 {
        cards.push(Card {
            title: "被驳回的申报".to_owned(),
            count: rejected,
            unit: "条".to_owned(),
            note: "修改后可重新提交".to_owned(),
            href: declarations.to_owned(),
            late: true,
            order: 902,
        });
    }
    if drafts > 0 {
        cards.push(Card {
            title: "申报草稿".to_owned(),
            count: drafts,
            unit: "条".to_owned(),
            note: "还没有提交".to_owned(),
            href: declarations.to_owned(),
            late: false,
            order: 903,
        });
    }
    Ok(cards)
}

/// The start page's block of a person: this year, and what he can do.
pub async fn start(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Block>> {
    let (Some(person), None) = (user.person, &user.grant) else { return Ok(vec![]) };
    let panel = year_panel(&mut *db, person, clock.year()).await?;
    let pending = waiting(&mut *db, person).await?;
    Ok(vec![Block {
        order: 90,
        template: "credit-hours/start.html",
        context: serde_json::json!({
            "panel": panel,
            "pending": pending,
            "shut": store::shut(&mut *db, person).await?,
            "lines": recent(db, person, clock).await?,
        }),
    }])
}

/// How many of his declarations are being reviewed.
async fn waiting(db: &mut SqliteConnection, person: PersonId) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from declaration where person_id = ? and state = 'pending'",
    )
    .bind(person)
    .fetch_one(db)
    .await?)
}
