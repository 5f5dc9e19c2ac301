//! 年度: each person's row of each year.

use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;

use kit::module::{Task, TaskContext};
use kit::{Clock, Event, PersonId, Result};

use crate::ledger::{self, totals};

/// What happened to people and organizations, as the ledger takes it.
pub async fn hear(tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
    match event {
        Event::PeopleCreated { people } => {
            for chunk in people.chunks(10_000) {
                totals::open(tx, chunk, clock.year(), true).await?;
            }
        }
        Event::PeopleRemoved { people } => totals::close(tx, people).await?,
        Event::PersonChanged { person } => totals::restate(tx, &[*person], clock.year()).await?,
        Event::PeopleChanged { people } => totals::restate(tx, people, clock.year()).await?,
        Event::PeopleMoved { people, .. } => {
            ledger::moved(tx, people).await?;
            declarations_moved(tx, people).await?;
            totals::restate(tx, people, clock.year()).await?;
        }
        Event::OrganizationChanged { organization } => {
            ledger::resuperior(tx, *organization).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn declarations_moved(tx: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
    sqlx::query(
        "update declaration set (organization_id, department_id) =
           (select organization_id, department_id from person where id = declaration.person_id)
          where person_id in (select value from json_each(?))",
    )
    .bind(serde_json::to_string(people)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// At the county's new year everybody gets his row of it, some thousands a transaction.
pub const NEW_YEAR: Task = Task { name: "credit-hours.new-year", every: 600, run: new_year };

/// People whose rows are opened in one transaction: well under a second.
const CHUNK: i64 = 5_000;

fn new_year(context: TaskContext) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let year = context.clock.year();
        loop {
            let mut tx = context.db.begin().await?;
            let done = open_some(&mut tx, year, CHUNK).await?;
            tx.commit().await?;
            if done {
                return Ok(());
            }
        }
    })
}

/// Opens the next rows of `year`; true when everybody has his.
pub async fn open_some(tx: &mut SqliteConnection, year: i32, most: i64) -> Result<bool> {
    sqlx::query("insert into ledger_year (year) values (?) on conflict do nothing")
        .bind(year)
        .execute(&mut *tx)
        .await?;
    let (after, finished): (i64, bool) =
        sqlx::query_as("select opened_to, finished from ledger_year where year = ?")
            .bind(year)
            .fetch_one(&mut *tx)
            .await?;
    if finished {
        return Ok(true);
    }
    let last = totals::open_next(tx, after, most, year).await?;
    sqlx::query("update ledger_year set opened_to = ?, finished = ? where year = ?")
        .bind(last.unwrap_or(after))
        .bind(last.is_none())
        .bind(year)
        .execute(tx)
        .await?;
    Ok(last.is_none())
}
